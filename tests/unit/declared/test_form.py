"""The columns of a form as they are declared: words over a column, however they are written."""

from pathlib import Path

import pytest

from parcels.columns import by_name
from parcels.errors import UsageError
from parcels.people import BY_NAME
from sync.declared.form import FormColumn, bare_words
from sync.declared.profile import base_file, load_profile
from sync.declared.tomlfile import read_document
from tests.support.formats.pl3_01 import FORM, form_map


@pytest.mark.parametrize(
    ("said", "fits"),
    [
        ("Số tờ bản đồ", True),
        ("SỐ TỜ\nBẢN ĐỒ", True),
        ("So to ban do", True),
        ("Thửa đất / Số tờ (2)", True),
        ("Số tờ bản đồ theo GCN", False),
        ("Số tời", False),  # words are compared whole
        ("", False),
    ],
)
def test_a_heading_is_compared_by_its_bare_words(said: str, *, fits: bool) -> None:
    column = FormColumn(at=22, heading=("số tờ",), unless=("GCN",))
    assert column.fits(bare_words(said)) == fits


def test_the_shipped_form_says_of_every_column_that_it_is_assumed() -> None:
    document = read_document(base_file("pl3_01"))
    assert sorted(document["assumed"]) == sorted(document["columns"])
    assert set(document["columns"]) <= set(by_name())
    assert set(document["people"]) <= set(BY_NAME)


def test_the_shipped_form_maps_words_to_allowed_values_only() -> None:
    for name, words in form_map().values.items():
        assert set(words.values()) <= {term.code for term in BY_NAME[name].allowed}


def test_the_places_of_the_shipped_form_are_those_of_the_campaign() -> None:
    places = {name: at for at, (_, _, name) in enumerate(FORM, 1)}
    form = form_map().form
    assert {name: column.at for name, column in form.items()} == {name: places[name] for name in form}


def test_a_province_corrects_one_column_without_code(tmp_path: Path) -> None:
    file = tmp_path / "22.toml"
    file.write_text(
        'province = "22"\nextends = "vbdlis"\n[lists]\nextends = "pl3_01"\n'
        '[lists.form.sheet_no]\nat = 30\n[lists.values.right_role]\n"người đứng tên" = "user"\n',
        encoding="utf-8",
    )
    used = load_profile("22", file).lists
    assert used is not None
    assert used.form["sheet_no"].at == 30
    assert used.form["sheet_no"].heading == form_map().form["sheet_no"].heading
    assert used.form["parcel_no"] == form_map().form["parcel_no"]
    assert used.values["right_role"]["người đứng tên"] == "user"
    assert used.values["right_role"]["vợ"] == "spouse"


@pytest.mark.parametrize(
    "wrong",
    [
        "[lists.form.sheet_no]\nat = 0\n",
        "[lists.form.sheet_no]\nheading = []\n",
        "[lists.form.sheet_no]\nplace = 3\n",
        '[lists.people]\nland_user_shoe_size = "user_name"\n',
        '[lists.values.land_user_shoe_size]\n"a" = "b"\n',
    ],
)
def test_a_wrong_correction_is_refused(tmp_path: Path, wrong: str) -> None:
    file = tmp_path / "22.toml"
    file.write_text(
        f'province = "22"\nextends = "vbdlis"\n[lists]\nextends = "pl3_01"\n{wrong}', encoding="utf-8"
    )
    with pytest.raises(UsageError) as refused:
        load_profile("22", file)
    assert refused.value.code == "PRF-INVALID"
