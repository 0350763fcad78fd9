"""Form PL3-01 as offices send it: every row accounted for, every owner a user, no parcel quarantined by it."""

import csv
from collections import Counter
from collections.abc import Callable
from datetime import date
from pathlib import Path
from typing import Any

import geopandas as gpd
import numpy as np
import pandas as pd
import pyarrow as pa
import pytest

from parcels.errors import DeliveryRejected, UsageError
from sync.check import check
from sync.conform import conform
from sync.declared.profile import Profile
from sync.folder.conform import Conformed, ListRead
from sync.folder.judgement import load_refused
from sync.folder.list_rows import load_list_rows
from sync.folder.people import PEOPLE, read_people
from sync.folder.snapshot import part_paths, read_part
from sync.intake.fetch import fetch
from sync.report.lists import list_notes
from tests.support.formats import pl3
from tests.support.formats.pl3_01 import FIRST_DATA, FOOTERS, FORM, Formula, Layout, form_map, write_pl3_01
from tests.support.strip import COMMUNE, LAYER, NEIGHBOUR, PROVINCE, ZONE, profile_of, strip

TOML = f"""
province = "{PROVINCE}"
extracted_at = 2026-11-20T22:00:00+07:00
commune_codes = "new"
[[parts]]
file = "thua.gpkg"
layer = "{LAYER}"
epsg = {ZONE}
"""
LISTED = '[[lists]]\nfile = "pl3.xlsx"\n'
Rows = list[dict[str, Any]]


@pytest.fixture
def delivered(tmp_path: Path) -> Callable[..., Path]:
    """The run's folder of a map and a workbook, conformed."""

    def run(
        rows: Rows | None,
        frame: gpd.GeoDataFrame,
        layout: Layout | None = None,
        profile: Profile | None = None,
        name: str = "run",
        **more: Any,
    ) -> Path:
        folder = tmp_path / f"delivery {name}"
        folder.mkdir()
        frame.to_file(folder / "thua.gpkg", driver="GPKG", layer=LAYER)
        if rows is not None:
            write_pl3_01(folder / "pl3.xlsx", rows, layout, **more)
        (folder / "delivery.toml").write_text(TOML + (LISTED if rows is not None else ""), encoding="utf-8")
        used = profile or profile_of(lists=form_map())
        fetch(folder, used, tmp_path / name)
        conform(tmp_path / name, used)
        return tmp_path / name

    return run


def row(number: Any, **said: Any) -> dict[str, Any]:
    return {"number": 1, "commune_code": COMMUNE, "sheet_no": 7, "parcel_no": number} | said


def list_of(run: Path) -> ListRead:
    (one,) = Conformed.load(run).lists
    assert one.rows == (
        one.matched
        + one.by_national_id
        + one.further
        + one.repeated
        + sum(one.beside.values())
        + sum(one.unmatched.values())
    )
    return one


def snapshot_of(run: Path) -> pa.Table:
    return pa.concat_tables([read_part(path) for path in part_paths(run).values()]).sort_by("row_no")


def real_looking(parcels: int, rows: int, seed: int = 1) -> tuple[Rows, Counter[str]]:
    """What a commune's list holds, and how many of its rows are what: faults are spread by a fixed random order."""
    rng = np.random.default_rng(seed)
    made: Rows = []
    truth: Counter[str] = Counter()
    number = 0
    while len(made) < rows:
        number = number % parcels + 1
        kind = rng.choice(
            ["one", "spouses", "formula", "old_sheet", "nobody", "twice"],
            p=[0.5, 0.3, 0.05, 0.05, 0.05, 0.05],
        )
        at = len(made)
        base = row(
            str(number) if rng.random() < 0.5 else number,  # numbers as text, and as numbers
            commune_code=COMMUNE if rng.random() < 0.5 else int(COMMUNE),
            sheet_no="7" if rng.random() < 0.5 else 7.0,
            certificate_no=f"AB {at:06d}",
            certificate_issued_on="9/10/1017" if rng.random() < 0.1 else date(2015, 10, 9),
            certificate_sheet="12" if rng.random() < 0.3 else "7",
            certificate_parcel=str(number),
            area="400,5" if rng.random() < 0.3 else 400.5,
            use_1="ONT",
            use_1_area=400.5,
        )  # fmt: skip
        person = {
            "person_name": f"Nguyễn Văn {at}",
            "person_birth": 1950 + at % 50,
            "person_number": f"0{at:011d}",
        }
        if kind == "spouses":
            spouse = {
                "person_name": f"Trần Thị {at}",
                "person_birth": "02/03/1976",
                "person_number": f"1{at:011d}",
            }
            made += [
                base | person | {"user_role": "Vợ chồng"},
                base | spouse | {"user_role": "Vợ"},
            ]
            truth["people"] += 2
        elif kind == "twice":
            made += [base | person, base | person]
            truth["people"] += 1
            truth["repeated"] += 1
        elif kind == "formula":
            made.append(base | person | {"commune_code": Formula()})
            truth["no_key"] += 1
        elif kind == "old_sheet":
            made.append(base | person | {"sheet_no": "DC 12"})
            truth["sheet_not_on_map"] += 1
        elif kind == "nobody":
            made.append(base | person | {"parcel_no": parcels + 1 + at})
            truth["parcel_not_on_map"] += 1
        else:
            made.append(base | person)
            truth["people"] += 1
    return made, truth


def test_two_thousand_rows_are_all_accounted_for_and_quarantine_no_parcel(
    delivered: Callable[..., Path],
) -> None:
    frame = strip(900)
    rows, truth = real_looking(900, 2_000)
    run = delivered(rows, frame)
    one = list_of(run)
    assert one.rows == len(rows) + len(FOOTERS)
    assert one.beside == {"footer": len(FOOTERS)}
    assert one.unmatched == {why: truth[why] for why in ("no_key", "parcel_not_on_map", "sheet_not_on_map")}
    assert (one.people, one.repeated) == (truth["people"], truth["repeated"])
    assert one.notes.formulas_without_values
    people = read_people(run, COMMUNE)
    owners = Counter(people["row_no"].to_pylist())
    assert max(owners.values()) > 2
    assert people.num_rows == truth["people"]
    told = load_list_rows(run)["row"].to_pylist()
    assert not set(told) & set(people["source_row"].to_pylist())
    assert Conformed.load(run).read == len(frame)  # several owners are never several parcels
    assert judged(run) == judged(delivered(None, frame, name="alone")) == []
    assert str(min(people["certificate_issued_on"].drop_null().to_pylist())) == "1017-10-09"


def judged(run: Path) -> list[int]:
    """The rows that the checks refuse."""
    check(run, profile_of(lists=form_map()))
    return sorted(load_refused(run)["row_no"].to_pylist())


def test_one_owner_lists_give_the_same_parcels_as_form_pl3(
    delivered: Callable[..., Path], tmp_path: Path
) -> None:
    frame = strip(6)
    said: dict[str, list[Any]] = {
        "land_user_name": [f"Nguyễn Văn {n}" for n in range(6)],
        "land_user_id_number": [f"00108000000{n}" for n in range(6)],
        "land_user_birth_year": ["1970", "1971", "01/02/1972", None, "1974", "1975"],
        "certificate_no": [f"AB {n}" for n in range(6)],
        "certificate_issued_on": [date(2015, 1, 1 + n) for n in range(6)],
    }
    uses = {"land_use": ["ONT+CLN", *["LUC"] * 5], "land_use_areas": ["300+100", *["400"] * 5]}
    names = ("person_name", "person_number", "person_birth", "certificate_no", "certificate_issued_on")
    rows = [
        row(n + 1, use_1="LUC", use_1_area=400) | dict(zip(names, each, strict=True))
        for n, each in enumerate(zip(*said.values(), strict=True))
    ]
    rows[0] |= {"use_1": "ONT", "use_1_area": 300, "use_2": "CLN", "use_2_area": 100}
    form = snapshot_of(delivered(rows, frame))
    folder = tmp_path / "of pl3"
    folder.mkdir()
    frame.to_file(folder / "thua.gpkg", driver="GPKG", layer=LAYER)
    keys = {"commune_code": [COMMUNE] * 6, "sheet_no": ["7"] * 6, "parcel_no": [str(n + 1) for n in range(6)]}
    pl3.write_list(
        folder / "pl3.xlsx", {name: pa.array(values) for name, values in (keys | uses | said).items()}
    )
    (folder / "delivery.toml").write_text(TOML + LISTED, encoding="utf-8")
    used = profile_of(lists=pl3.list_map())
    fetch(folder, used, tmp_path / "run pl3")
    conform(tmp_path / "run pl3", used)
    assert form.equals(snapshot_of(tmp_path / "run pl3"))
    assert not (tmp_path / "run pl3" / PEOPLE).exists()


def test_people_lie_beside_their_commune_for_their_owner_alone(delivered: Callable[..., Path]) -> None:
    frame = pd.concat([strip(2), strip(2, NEIGHBOUR)], ignore_index=True)
    frame["thuaDatId"] = [f"T{n}" for n in range(4)]
    run = delivered([row(1, person_name="A"), row(2, person_name="B", commune_code=NEIGHBOUR)], gpd.GeoDataFrame(frame, crs=f"EPSG:{ZONE}"))  # fmt: skip
    assert [path.name for path in sorted((run / PEOPLE).iterdir())] == [
        f"{COMMUNE}.parquet",
        f"{NEIGHBOUR}.parquet",
    ]
    assert {path.stat().st_mode & 0o077 for path in (run / PEOPLE).iterdir()} == {0}
    assert read_people(run, NEIGHBOUR)["land_user_name"].to_pylist() == ["B"]
    parcel = read_part(part_paths(run)[NEIGHBOUR]).filter(pa.array([False, True]))["row_no"].to_pylist()
    assert read_people(run, NEIGHBOUR)["row_no"].to_pylist() == parcel
    assert read_people(run, "00001").num_rows == 0


def test_cells_merged_over_co_owners_speak_for_all_of_them(delivered: Callable[..., Path]) -> None:
    rows = [
        row(1, person_name="A", certificate_no="AB 1"),
        {"person_name": "B", "person_number": "001080000002"},
    ]
    merged = [(0, 1, name) for name in ("commune_code", "sheet_no", "parcel_no", "certificate_no")]
    run = delivered(rows, strip(2), merged=merged)
    people = read_people(run, COMMUNE)
    assert people["land_user_name"].to_pylist() == ["A", "B"]
    assert people["certificate_no"].to_pylist() == ["AB 1", "AB 1"]
    assert list_of(run).further == 1


def test_another_form_is_refused_with_what_to_correct(delivered: Callable[..., Path]) -> None:
    with pytest.raises(DeliveryRejected) as refused:
        delivered([row(1, person_name="A")], strip(1), Layout(headings={"sheet_no": "Khu vực"}))
    assert refused.value.code == "DLV-FORM-COLUMN"
    assert "[lists.form.sheet_no]" in refused.value.hint.vi
    with pytest.raises(DeliveryRejected) as refused:
        delivered(
            [row(1, person_name="A")], strip(1), Layout(counted=False, above=4), name="header below row 7"
        )
    assert refused.value.code == "DLV-NO-HEADER"


@pytest.mark.parametrize("above", [-2, -1, 0])
def test_data_that_begin_earlier_than_in_the_form_lose_no_row(
    delivered: Callable[..., Path], above: int
) -> None:
    rows = [
        row(1, organisation_name="Công ty", organisation_number="N/A", address="Thôn 1"),
        row("2", person_name="Nguyễn Văn A", person_address="Thôn 1", commune_code=COMMUNE, sheet_no="7"),
    ]
    run = delivered(rows, strip(2), Layout(counted=False, above=above))
    assert list_of(run).matched == 2
    assert read_people(run, COMMUNE)["land_user_name"].to_pylist() == ["Công ty", "Nguyễn Văn A"]


def test_a_province_s_own_version_is_read_by_its_profile(delivered: Callable[..., Path]) -> None:
    layout = Layout(headings={"sheet_no": "Khu vực"}, above=2, counted=False)
    lists = form_map()
    form = lists.form | {"sheet_no": lists.form["sheet_no"].model_copy(update={"heading": ("khu vực",)})}
    own = lists.model_copy(update={"form": form, "read": {"spreadsheet": {"data_row": FIRST_DATA + 2}}})
    run = delivered(
        [row(1, person_name="A"), row(1, person_name="B")], strip(1), layout, profile_of(lists=own)
    )
    assert (list_of(run).matched, list_of(run).further, list_of(run).people) == (1, 1, 2)


def test_the_form_as_csv_is_read_by_its_headings_alone(tmp_path: Path) -> None:
    folder = tmp_path / "as csv"
    folder.mkdir()
    strip(2).to_file(folder / "thua.gpkg", driver="GPKG", layer=LAYER)
    columns = Layout(width=38).columns
    with (folder / "pl3.csv").open("w", encoding="utf-8", newline="") as file:
        writer = csv.writer(file)
        writer.writerow([f"{group} {heading}".strip() for group, heading, _ in columns])
        for said in (
            row(1, person_name="A", transferee_name="T"),
            row(1, person_name="B"),
            row(9, person_name="C"),
        ):
            writer.writerow([said.get(name, "") for _, _, name in columns])
    (folder / "delivery.toml").write_text(TOML + LISTED.replace("xlsx", "csv"), encoding="utf-8")
    used = profile_of(lists=form_map())
    fetch(folder, used, tmp_path / "csv run")
    conform(tmp_path / "csv run", used)
    people = read_people(tmp_path / "csv run", COMMUNE)
    assert people["land_user_name"].to_pylist() == ["A", None, "B"]
    assert people["transferee_name"].to_pylist() == [None, "T", None]
    assert list_of(tmp_path / "csv run").unmatched == {"parcel_not_on_map": 1}


def test_what_became_of_the_rows_is_told_in_the_report(delivered: Callable[..., Path]) -> None:
    run = delivered([row(1, person_name="A", area=1), row(1, person_name="B", area=2)], strip(1))
    said = " ".join(note.vi + note.en for note in list_notes(list_of(run)))
    assert "1 dòng nêu thêm người sử dụng" in said
    assert "area_legal_m2 (1)" in said
    assert "Văn" not in said


def test_a_key_that_the_form_lacks_is_asked_for(delivered: Callable[..., Path]) -> None:
    lists = form_map()
    own = lists.model_copy(update={"on": ("source_key",)})
    with pytest.raises(UsageError) as refused:
        delivered([row(1)], strip(1), profile=profile_of(lists=own))
    assert refused.value.code == "PRF-LISTS-KEY"


def test_what_the_form_says_of_transferees_is_said_of_the_communes_that_it_names(
    delivered: Callable[..., Path],
) -> None:
    transferees = frozenset(name for _, _, name in FORM if name.startswith("transfer"))
    frame = strip(4)
    frame.loc[2:, "maXa"] = NEIGHBOUR
    rows = [row(1, person_name="A"), row(2, person_name="B", transferee_name="T")]
    assert Conformed.load(delivered(rows, frame, name="with")).spoken == {"transferee": (COMMUNE,)}
    without = delivered([row(1, person_name="A")], frame, Layout(without=transferees), name="without")
    assert Conformed.load(without).spoken == {}
    assert Conformed.load(delivered(None, frame, name="no form")).spoken == {}
