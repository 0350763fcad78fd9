"""Which column of a sheet is which of the form: by place and heading, by heading alone, or refused; never a transferee as an owner."""

from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from parcels.errors import DeliveryRejected
from sync.conform.form_columns import form_columns
from sync.intake.sources import SOURCES
from sync.intake.sources.base import Heading
from tests.conftest import counts
from tests.support.formats.pl3_01 import FORM, Layout, form_map, write_pl3_01

MAP = form_map().form
TRANSFEREE = frozenset(name for _, _, name in FORM if name.startswith("transfer"))
REQUIRED = {name for name, column in MAP.items() if not column.optional}


def headings_of(layout: Layout, *, counted: bool = True) -> list[Heading]:
    """As the spreadsheet reader would tell them: headings that come again are counted."""
    seen: dict[str, int] = {}
    told = []
    for place, (group, heading, _) in enumerate(layout.columns, 1):
        seen[heading] = seen.get(heading, 0) + 1
        name = heading if seen[heading] == 1 or not counted else f"{heading} ({seen[heading]})"
        told.append(Heading(place, name, f"{group} / {heading}" if group and layout.groups else heading))
    return told


def truth_of(layout: Layout) -> dict[str, int]:
    return {name: place for place, (_, _, name) in enumerate(layout.columns, 1) if name in MAP}


def found_in(layout: Layout) -> dict[str, int]:
    told = headings_of(layout)
    place = {each.name: each.place for each in told}
    return {name: place[delivered] for name, delivered in form_columns(MAP, told, "pl3.xlsx").items()}


def refusal_of(layout: Layout, row: int | None = None) -> DeliveryRejected:
    with pytest.raises(DeliveryRejected) as refused:
        form_columns(MAP, headings_of(layout), "pl3.xlsx", row)
    assert refused.value.code == "DLV-FORM-COLUMN"
    return refused.value


@pytest.mark.parametrize("width", range(38, 52))
@pytest.mark.parametrize("groups", [True, False])
def test_every_width_of_the_form_is_read_by_place_and_heading(width: int, *, groups: bool) -> None:
    layout = Layout(width=width, groups=groups)
    assert found_in(layout) == truth_of(layout)


@pytest.mark.parametrize(
    "without",
    [TRANSFEREE, {"user_role"}, {"organisation_name", "organisation_number"}, {"national_id"}, {"number"}],
    ids=lambda names: "+".join(sorted(names)),
)
def test_columns_that_moved_are_read_by_their_headings(without: set[str]) -> None:
    layout = Layout(without=frozenset(without))
    assert found_in(layout) == truth_of(layout)


def test_without_groups_columns_that_moved_are_read_in_their_order_if_they_are_as_many() -> None:
    layout = Layout(without=frozenset({"user_role"}), groups=False)
    assert found_in(layout) == truth_of(layout)


def test_a_form_without_its_transferees_and_without_groups_takes_nobody_for_another() -> None:
    """One pair of headings less: which pair is left, nothing says but the place."""
    layout = Layout(without=TRANSFEREE, groups=False)
    found = found_in(layout)
    assert found == truth_of(layout)
    assert not found.keys() & TRANSFEREE


def test_a_transferee_s_column_is_never_the_owner_s() -> None:
    """The owner's heading is one that nobody declared; the transferee's fits."""
    for groups in (True, False):
        layout = Layout(groups=groups, headings={"person_name": "Chủ thể"})
        said = refusal_of(layout, row=5)
        assert said.facts["column"] == "person_name"
        assert "[lists.form.person_name]" in said.hint.vi
        assert "(H)" in said.message.en
        assert "5" in said.message.en


@pytest.mark.parametrize("name", sorted(REQUIRED))
def test_a_column_that_the_form_must_have_is_asked_for_by_name(name: str) -> None:
    said = refusal_of(Layout(headings={name: "Khác"}))
    assert said.facts["column"] == name
    assert said.message.vi != said.message.en


def test_a_column_that_may_lack_is_refused_where_it_cannot_be_told_from_others() -> None:
    """One block of uses, moved: whether it is the first, nothing says."""
    others = {name for _, _, name in FORM if name.startswith(("use_2", "use_3", "asset", "scan"))}
    assert found_in(Layout(without=frozenset(others), groups=False)).keys() >= {"use_1"}
    said = refusal_of(Layout(without=frozenset({"user_role", *others}), groups=False))
    assert str(said.facts["column"]).startswith(("area", "use_"))


def test_a_message_repeats_no_heading_of_the_sheet() -> None:
    """Of a sheet whose data begin earlier, the first owner stands where headings are looked for."""
    told = [Heading(place, f"Nguyễn Văn {place}", f"Nguyễn Văn {place}") for place in range(1, 52)]
    with pytest.raises(DeliveryRejected) as refused:
        form_columns(MAP, told, "pl3.xlsx", 6)
    assert "Nguyễn" not in f"{refused.value.message.vi}{refused.value.hint.vi}{refused.value.message.en}"


def test_columns_in_another_order_are_refused() -> None:
    order = list(FORM)
    one, two = (
        next(at for at, each in enumerate(order) if each[2] == name)
        for name in ("commune_code", "certificate_no")
    )
    order[one], order[two] = order[two], order[one]
    told = [Heading(place, f"{heading} {place}", heading) for place, (_, heading, _) in enumerate(order, 1)]
    with pytest.raises(DeliveryRejected) as refused:
        form_columns(MAP, told, "pl3.xlsx")
    assert refused.value.code == "DLV-FORM-COLUMN"


@settings(max_examples=counts(300), deadline=None)
@given(
    without=st.sets(st.sampled_from([name for _, _, name in FORM]), max_size=8),
    extra=st.lists(st.tuples(st.integers(0, 51), st.sampled_from(["Ghi chú", "Họ và tên", "Số tờ", "Số CCCD", "Diện tích", ""])), max_size=3),
    groups=st.booleans(),
    renamed=st.dictionaries(st.sampled_from([name for _, _, name in FORM]), st.sampled_from(["Khác", "Họ và tên", "Số thửa"]), max_size=2),
)  # fmt: skip
def test_whatever_is_left_out_added_or_renamed_no_column_is_taken_for_another(
    without: set[str], extra: list[tuple[int, str]], renamed: dict[str, str], *, groups: bool
) -> None:
    """Read right or refused. What is renamed to another's heading in its own place may be read where it stands."""
    columns = [
        (group, renamed.get(name, heading), name) for group, heading, name in FORM if name not in without
    ]
    for at, heading in extra:
        columns.insert(min(at, len(columns)), ("", heading, "?"))
    told = [
        Heading(place, f"{heading} [{place}]", f"{group} / {heading}" if group and groups else heading)
        for place, (group, heading, _) in enumerate(columns, 1)
    ]
    try:
        found = form_columns(MAP, told, "pl3.xlsx")
    except DeliveryRejected:
        return
    names = {each.name: columns[each.place - 1][2] for each in told}
    wrong = {name: names[delivered] for name, delivered in found.items() if names[delivered] != name}
    owner = {"person_name", "person_number", "person_address", "person_birth"}
    assert not {name: of for name, of in wrong.items() if name in owner and of in TRANSFEREE}, wrong
    if not renamed and all(heading in ("Ghi chú", "") for _, heading in extra):
        assert not wrong
    assert set(found) >= REQUIRED


@pytest.mark.parametrize("layout", [Layout(), Layout(width=38), Layout(groups=False), Layout(counted=False), Layout(above=3), Layout(without=TRANSFEREE)], ids=["whole", "38", "no groups", "not counted", "lower", "no transferee"])  # fmt: skip
def test_a_workbook_is_read_as_its_layout_says(tmp_path: Path, layout: Layout) -> None:
    rows = [{"number": str(n), "commune_code": "00691", "sheet_no": "7", "parcel_no": str(n), "person_name": "A", "person_number": "1", "person_birth": "1", "certificate_no": "2", "address": "x", "use_1": "ONT"} for n in range(1, 4)]  # fmt: skip
    path = write_pl3_01(tmp_path / "a.xlsx", rows, layout)
    source = SOURCES["spreadsheet"]
    options = source.options.model_validate({"data_row": 7 + layout.above})
    (layer,) = source.probe(path, None, options)
    place = {each.name: each.place for each in source.headings(layer)}
    found = form_columns(MAP, source.headings(layer), path.name)
    assert {name: place[delivered] for name, delivered in found.items()} == truth_of(layout)
