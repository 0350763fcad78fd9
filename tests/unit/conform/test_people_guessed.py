"""Tables of people that were found under names nobody confirmed: read where they fit, told where not, and no parcel is lost by them."""

import sqlite3
from collections import Counter
from collections.abc import Callable
from itertools import cycle
from pathlib import Path
from typing import Any

import pandas as pd
import pyarrow as pa
import pyogrio
import pytest

from parcels.errors import DeliveryRejected
from parcels.people import PEOPLE_SCHEMA
from sync.check import check
from sync.declared.profile import Profile, load_profile
from sync.declared.tables import KEYS
from sync.folder.conform import Conformed, PeopleRead
from sync.folder.judgement import load_findings
from sync.folder.people import PEOPLE, read_people
from sync.folder.snapshot import part_paths
from sync.report.intake import intake_notes
from tests.support import holders
from tests.support.holders import COLUMNS, LAYERS, Rows
from tests.support.strip import conformed, snapshot_of

ALL = ("users", "certificates", "rights", "restrictions")


def guessing(**otherwise: dict[str, str]) -> Profile:
    """The profile of these tables, confirmed by nobody; otherwise: other names of some columns, by what they are of."""
    tables = holders.profile().tables.model_dump(exclude_none=True)
    for holds, said in tables.items():
        said["assumed"] = True
        said["columns"] |= otherwise.get(holds, {})
    return holders.profile(tables=tables)


def read(run: Path) -> PeopleRead:
    people = Conformed.load(run).people
    assert people is not None
    return people


def names(*which: str) -> set[str]:
    return {f"thua.gpkg/{LAYERS[holds]}" for holds in which}


def holding(people: PeopleRead) -> set[str]:
    return {table.holds for table in people.tables}


def rights_of(run: Path) -> pa.Table:
    return pa.concat_tables(
        [PEOPLE_SCHEMA.empty_table(), *(read_people(run, code) for code in part_paths(run))]
    )


def told(run: Path) -> str:
    return " ".join(said.en for _, said in intake_notes(Conformed.load(run)))


def test_what_fits_is_read_and_said_to_be_assumed(tmp_path: Path) -> None:
    folder = holders.as_geopackage(tmp_path / "delivery", holders.tables())
    run = conformed(folder, guessing(), tmp_path / "run")
    assert read(run).not_read == ()
    assert read(run).rows == {"right": 50, "restriction": 1}
    assert all(table.assumed for table in read(run).tables)
    assert told(run).count("assumed and should be confirmed") >= len(ALL)


@pytest.mark.parametrize("holds", ALL)
def test_one_that_lacks_a_column_it_needs_is_told_and_not_read(holds: str, tmp_path: Path) -> None:
    folder = holders.as_geopackage(tmp_path / "delivery", holders.tables())
    last = [*COLUMNS[holds]][-1]
    for at, name in enumerate((KEYS[holds], last)):  # type: ignore[index]
        run = conformed(folder, guessing(**{holds: {name: "khac"}}), tmp_path / f"run {at}")
        assert Conformed.load(run).read == 60
        # Without users or certificates no right could be used whole: the rights are left out with them.
        left = {holds} | ({"rights"} if holds in ("users", "certificates") else set())
        assert set(read(run).not_read) == names(*left)
        assert holding(read(run)) == {*ALL} - left
        assert set(Counter(rights_of(run)["says"].to_pylist())) == {"restriction", "right"} - {
            {"rights": "right", "restrictions": "restriction"}.get(each, "") for each in left
        }
        assert ", ".join(read(run).not_read) in told(run)
        check(run, guessing())
        assert not {code for code in load_findings(run)["check_code"].to_pylist() if code.startswith("PER-")}


def test_somebody_confirmed_the_names_or_declared_the_table_then_it_is_refused(tmp_path: Path) -> None:
    folder = holders.as_geopackage(tmp_path / "delivery", holders.tables())
    wrong = guessing(users={"land_user_name": "khac"})
    sure = {
        holds: said | {"assumed": False} for holds, said in wrong.tables.model_dump(exclude_none=True).items()
    }
    with pytest.raises(DeliveryRejected, match="DLV-TABLE-COLUMN"):
        conformed(folder, holders.profile(tables=sure), tmp_path / "1")
    holders.toml(folder, "".join(holders.listed(holds, "thua.gpkg", LAYERS[holds]) for holds in ALL))
    with pytest.raises(DeliveryRejected, match="DLV-TABLE-COLUMN"):
        conformed(folder, wrong, tmp_path / "2")


@pytest.mark.parametrize(
    ("lost", "left"),
    [("users", {"users", "rights"}), ("rights", {"rights"}), ("restrictions", {"restrictions"})],
)
def test_one_that_cannot_be_read_is_told_and_the_others_are_read(
    lost: str, left: set[str], tmp_path: Path
) -> None:
    """Text that is not UTF-8: GDAL gives it as it stands."""
    folder = holders.as_geopackage(tmp_path / "delivery", holders.tables())
    column = COLUMNS[lost]["land_user_name" if lost == "users" else "parcel_key"]
    with sqlite3.connect(folder / "thua.gpkg") as database:
        database.execute(f"UPDATE {LAYERS[lost]} SET {column} = CAST(x'e0ff80' AS TEXT)")
    with pytest.raises(DeliveryRejected):
        conformed(folder, holders.profile(), tmp_path / "sure")
    run = conformed(folder, guessing(), tmp_path / "run")
    assert set(read(run).not_read) == names(*left)
    assert holding(read(run)) == {*ALL} - left
    assert Conformed.load(run).read == 60


def test_where_no_table_could_be_read_nothing_is_left_of_them(tmp_path: Path) -> None:
    plain = conformed(holders.as_geopackage(tmp_path / "plain", {}), guessing(), tmp_path / "plain run")
    folder = holders.as_geopackage(tmp_path / "delivery", holders.tables())
    run = conformed(folder, guessing(**{holds: {KEYS[holds]: "khac"} for holds in ALL}), tmp_path / "run")  # type: ignore[index]
    assert set(read(run).not_read) == names(*ALL)
    assert not (run / PEOPLE).exists()
    assert Conformed.load(run).spoken == {}
    assert snapshot_of(run).equals(snapshot_of(plain))
    assert Conformed.load(run).snapshot_sha256 == Conformed.load(plain).snapshot_sha256


def without(said: dict[str, Rows], holds: str) -> dict[str, Rows]:
    return {name: rows for name, rows in said.items() if name != holds}


@pytest.mark.parametrize("holds", ["users", "certificates"])
def test_rights_come_without_what_they_name(holds: str, tmp_path: Path) -> None:
    folder = holders.as_geopackage(tmp_path / "delivery", without(holders.tables(), holds))
    run = conformed(folder, guessing(), tmp_path / "run")
    assert set(read(run).not_read) == names("rights")


def test_rights_that_name_no_certificate_need_no_table_of_certificates(tmp_path: Path) -> None:
    said = without(holders.tables(), "certificates")
    said["rights"] = [row | {"gcnId": None} for row in said["rights"]]
    run = conformed(holders.as_geopackage(tmp_path / "delivery", said), guessing(), tmp_path / "run")
    assert read(run).not_read == ()
    assert read(run).rows["right"] == 50


ODD: dict[str, Callable[[pd.Series], Any]] = {
    "numbers": lambda column: pd.Series(range(len(column))),
    "fractions": lambda column: pd.Series([at / 7 for at in range(len(column))]),
    "days": lambda column: pd.to_datetime(pd.Series(["1970-01-01"] * len(column))),
    "truths": lambda column: pd.Series([True] * len(column)),
    "octets": lambda column: pd.Series([b"\xff\x00"] * len(column)),
    "nothing": lambda column: pd.Series([None] * len(column), dtype="string"),
    "long": lambda column: pd.Series(["x" * 40_000] * len(column)),
}


@pytest.mark.parametrize(("kind", "holds"), [*zip(ODD, cycle(ALL), strict=False)])
def test_whatever_their_columns_hold_every_parcel_is_read(holds: str, kind: str, tmp_path: Path) -> None:
    folder = holders.as_geopackage(tmp_path / "delivery", holders.tables())
    frame = pd.DataFrame(holders.tables()[holds], columns=holders.names(holds))
    for name in frame.columns:
        frame[name] = ODD[kind](frame[name])
    pyogrio.write_dataframe(
        frame, folder / "thua.gpkg", layer=LAYERS[holds], append=False, layer_options={"OVERWRITE": "YES"}
    )
    run = conformed(folder, guessing(), tmp_path / "run")
    assert Conformed.load(run).read == 60
    check(run, guessing())


@pytest.mark.parametrize("province", ["01", "04", "79", "80"])
def test_the_tables_of_every_system_are_assumed(province: str) -> None:
    said = load_profile(province).tables.said()
    assert {*said} == {*ALL}
    assert all(each.assumed for each in said.values())
