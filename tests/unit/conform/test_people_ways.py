"""Tables of people of a delivery: whatever file brings them, the same rows of people; each row used or told, no parcel touched."""

import shutil
from collections import Counter
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pandas as pd
import pyarrow as pa
import pyarrow.compute as pc
import pyogrio
import pytest

from parcels.errors import LandsyncError
from parcels.people import PEOPLE_SCHEMA
from sync.check import check
from sync.folder.conform import Conformed, PeopleRead
from sync.folder.delivery import DeliveryRecord
from sync.folder.judgement import load_findings, load_refused
from sync.folder.people import PEOPLE, PEOPLE_ROWS, load_people_rows, read_people
from sync.folder.snapshot import part_paths
from sync.report.intake import intake_notes
from tests.support import holders
from tests.support.holders import Rows
from tests.support.strip import LAYER, conformed, snapshot_of

WAYS: dict[str, Callable[[Path, dict[str, Rows]], Path]] = {
    "layers": holders.as_geopackage,
    "csv": holders.as_csv,
    "csv by name": lambda folder, said: holders.as_csv(folder, said, declared=False),
    "sheets": holders.as_sheets,
}


def people_of(run: Path) -> pa.Table:
    return pa.concat_tables(
        [PEOPLE_SCHEMA.empty_table(), *(read_people(run, code) for code in part_paths(run))]
    )


def content(people: pa.Table, *without: str) -> Counter[tuple[tuple[str, str], ...]]:
    """What is said of each parcel, whichever row says it."""
    left = {"part_no", "source_row", *without}
    return Counter(
        tuple(
            sorted(
                (name, str(value)) for name, value in row.items() if name not in left and value is not None
            )
        )
        for row in people.to_pylist()
    )


def read(run: Path) -> PeopleRead:
    people = Conformed.load(run).people
    assert people is not None
    for table in people.tables:
        assert table.rows == table.used + sum(table.unused.values())
    assert load_people_rows(run).num_rows == sum(sum(table.unused.values()) for table in people.tables)
    return people


@pytest.fixture(scope="module")
def ways(tmp_path_factory: pytest.TempPathFactory) -> dict[str, Path]:
    """The run's folder of each way."""
    root = tmp_path_factory.mktemp("ways")
    made = WAYS | {"pl3": holders.as_pl3_01}
    return {
        name: conformed(
            write(root / f"delivery {name}", holders.tables()), holders.profile(), root / f"run {name}"
        )
        for name, write in made.items()
    }


@pytest.mark.parametrize("way", [*WAYS])
def test_the_same_people_come_of_every_file(ways: dict[str, Path], way: str) -> None:
    people = people_of(ways[way])
    assert content(people) == content(people_of(ways["csv"]))
    assert Counter(people["says"].to_pylist()) == {"right": 50, "restriction": 1}
    told = read(ways[way])
    assert (told.rows, told.parcels, told.instead) == ({"restriction": 1, "right": 50}, 45, 0)
    assert [(table.holds, table.used, table.unused) for table in told.tables] == [
        ("users", 7, {}),
        ("certificates", 43, {}),
        ("rights", 50, {}),
        ("restrictions", 1, {}),
    ]
    assert snapshot_of(ways[way]).drop_columns(["raw_text"]) == snapshot_of(ways["csv"]).drop_columns(
        ["raw_text"]
    )


KEYS = ("land_user_key", "certificate_key", "right_key", "restriction_key")


def test_records_of_xml_say_the_same_but_for_keys(ways: dict[str, Path], tmp_path: Path) -> None:
    run = conformed(
        holders.as_xml(tmp_path / "delivery", holders.tables()), holders.xml_profile(), tmp_path / "run"
    )
    people = people_of(run)
    assert content(people, *KEYS) == content(people_of(ways["csv"]), *KEYS)
    told = read(run)
    assert told.rows == {"restriction": 1, "right": 50}
    assert (told.parcels, told.not_read) == (45, ())
    assert {table.holds: sorted(table.unused) for table in told.tables} == {
        "users": ["repeated"],
        "certificates": ["repeated"],
        "rights": [],
        "restrictions": [],
    }
    assert Conformed.load(run).parts[0].notes.elements_not_read == {}


def test_records_of_xml_that_no_profile_maps_are_told(tmp_path: Path) -> None:
    folder = holders.as_xml(tmp_path / "delivery", holders.tables())
    some = holders.xml_profile().model_copy(update={"tables": holders.profile(tables={}).tables})
    run = conformed(folder, some, tmp_path / "run")
    assert read(run).not_read == tuple(f"thua.xml/{holds}" for holds in holders.COLUMNS)
    bare = some.model_copy(update={"read": {}})
    assert Conformed.load(conformed(folder, bare, tmp_path / "bare")).people is None
    not_read = Conformed.load(tmp_path / "bare").parts[0].notes.elements_not_read
    assert not_read["DC_CaNhan"] > 6
    assert not_read["DC_QuyenSuDungDat"] > 0


def test_form_pl3_01_says_the_same_but_for_keys_shares_and_restrictions(ways: dict[str, Path]) -> None:
    keys = (
        "land_user_key",
        "certificate_key",
        "right_key",
        "share_numerator",
        "share_denominator",
        "right_form",
    )
    tables = people_of(ways["csv"])
    tables = tables.filter(pc.equal(tables["says"], "right"))
    assert content(tables, *keys) == content(people_of(ways["pl3"]), *keys)
    whose = Counter(row["land_user_name"] for row in tables.to_pylist())
    assert whose["Phạm Nhiều Đất"] == 40
    many = tables.filter(pc.equal(tables["land_user_name"], "Phạm Nhiều Đất"))["row_no"]
    dataset = dict(zip(*(snapshot_of(ways["csv"])[name].to_pylist() for name in ("row_no", "dataset")), strict=True))  # fmt: skip
    assert {dataset[row_no] for row_no in many.to_pylist()} == set(holders.COMMUNES)
    assert Counter(row["certificate_no"] for row in tables.to_pylist())["AA 000001"] == 6


def test_the_parcel_s_own_row_has_the_first_of_them_whatever_the_order(
    ways: dict[str, Path], tmp_path: Path
) -> None:
    said = {holds: rows[::-1] for holds, rows in holders.tables().items()}
    run = conformed(holders.as_csv(tmp_path / "delivery", said), holders.profile(), tmp_path / "run")
    rows = snapshot_of(run)
    assert rows == snapshot_of(ways["csv"])
    first = {row["parcel_no"]: row for row in rows.to_pylist()}
    assert first["1"]["land_user_key"] == "U001"
    assert first["4"]["land_user_key"] == "U003"
    assert (first["1"]["certificate_no"], str(first["1"]["certificate_issued_on"])) == (
        "AA 000001",
        "2015-05-02",
    )
    assert first["59"]["land_user_name"] is None


def test_tables_win_over_the_row_and_over_a_list(tmp_path: Path) -> None:
    """Another user in the row and in form PL3-01 of the same parcel: the tables say who has it, and it is counted."""
    folder = holders.as_pl3_01(tmp_path / "delivery", holders.tables())
    frame = holders.parcels().assign(tenChu="Người Cũ", soGCN="ZZ 1")
    (folder / "thua.gpkg").unlink()
    frame.to_file(folder / "thua.gpkg", driver="GPKG", layer=LAYER)
    said = holders.tables()
    said["rights"] = [row for row in said["rights"] if row["thuaDatId"] == "T000004"][:1]
    said["restrictions"] = []
    for holds, rows in said.items():
        columns = holders.names(holds)
        lines = [",".join(columns), *(",".join(row.get(name, "") for name in columns) for row in rows)]
        (folder / f"{holders.LAYERS[holds]}.csv").write_text("\n".join(lines) + "\n", encoding="utf-8")
    columns = holders.profile().columns | {"land_user_name": "tenChu", "certificate_no": "soGCN"}
    run = conformed(folder, holders.profile(columns=columns), tmp_path / "run")
    people = people_of(run)
    row_no = {row["parcel_no"]: row["row_no"] for row in snapshot_of(run).to_pylist()}
    whose = [row["land_user_name"] for row in people.to_pylist() if row["row_no"] == row_no["4"]]
    assert whose == ["Lê Đồng Một"]
    assert people.num_rows == 48  # the list's others
    rows = {row["parcel_no"]: row for row in snapshot_of(run).to_pylist()}
    assert (rows["4"]["land_user_name"], rows["4"]["land_user_key"]) == ("Lê Đồng Một", "U003")
    assert rows["59"]["land_user_name"] == "Người Cũ"
    assert read(run).instead == 0  # the list said the same of its first owner


def test_another_user_in_the_parcel_s_own_row_is_counted(tmp_path: Path) -> None:
    frame = holders.parcels().assign(tenChu="Người Cũ")
    columns = holders.profile().columns | {"land_user_name": "tenChu"}
    folder = holders.as_geopackage(tmp_path / "delivery", holders.tables(), frame)
    run = conformed(folder, holders.profile(columns=columns), tmp_path / "run")
    assert read(run).instead == 45
    assert Counter(snapshot_of(run)["land_user_name"].to_pylist())["Người Cũ"] == 15


def test_a_fault_of_a_row_touches_no_parcel(tmp_path: Path) -> None:
    said = holders.tables()
    said["users"] += [
        {"chuId": "U001", "hoTen": "Tên Khác"},
        {"hoTen": "Không Khóa"},
        {"chuId": "U999", "hoTen": "Thừa"},
    ]
    said["rights"] += [
        {"quyenId": "X1", "thuaDatId": "T999999", "chuId": "U001"},
        {"quyenId": "X2", "thuaDatId": "T000059", "chuId": "U888"},
        {"quyenId": "X3", "thuaDatId": "T000059", "chuId": "U001", "gcnId": "G9999"},
        {"quyenId": "X4", "thuaDatId": "", "chuId": "U001"},
        said["rights"][0] | {"quyenId": "X5"},
        {"quyenId": "X6", "thuaDatId": "T000059"},
    ]  # fmt: skip
    folder = holders.as_csv(tmp_path / "delivery", said)
    run = conformed(folder, holders.profile(), tmp_path / "run")
    clean = conformed(
        holders.as_csv(tmp_path / "clean", holders.tables()), holders.profile(), tmp_path / "run 2"
    )
    unused = {table.holds: table.unused for table in read(run).tables}
    assert unused["users"] == {"by_nobody": 1, "conflict": 1, "no_key": 1}
    assert unused["rights"] == {
        "certificate_unknown": 1,
        "names_nobody": 1,
        "no_key": 1,
        "parcel_unknown": 1,
        "repeated": 1,
        "user_unknown": 1,
    }
    whose = content(people_of(run))
    # Two rows say otherwise of U001, one of them each: which counts does not depend on their order.
    assert whose.total() == content(people_of(clean)).total()
    told = load_people_rows(run)
    by_why = {row["why"]: row for row in told.to_pylist()}
    row_no = {row["parcel_no"]: row["row_no"] for row in snapshot_of(run).to_pylist()}
    assert by_why["conflict"]["parcels"] == [row_no[number] for number in ("1", "2", "3")]
    assert by_why["user_unknown"]["parcels"] == [row_no["59"]]
    assert by_why["parcel_unknown"]["parcels"] == []
    assert by_why["user_unknown"]["row"] == 53  # the header is the first
    sentences = [said for file, said in intake_notes(Conformed.load(run)) if file == "bang quyen.csv"]
    assert len(sentences) == 7
    assert "53" in next(said.en for said in sentences if "user's key" in said.en)
    check(run, holders.profile())
    assert load_refused(run).num_rows == 0
    findings = [row for row in load_findings(run).to_pylist() if row["check_code"].startswith("PER-")]
    numbers = {number: parcel for parcel, number in row_no.items()}
    assert sorted((row["check_code"], numbers[row["row_no"]], row["detail"]) for row in findings) == [
        ("PER-CONFLICT", "1", "user"),
        ("PER-CONFLICT", "2", "user"),
        ("PER-CONFLICT", "3", "user"),
        ("PER-ORPHAN", "59", "both"),
    ]


def test_without_tables_nothing_is_left_and_the_snapshot_is_as_it_was(tmp_path: Path) -> None:
    folder = holders.as_csv(tmp_path / "delivery", {})
    with_maps = conformed(folder, holders.profile(), tmp_path / "run")
    without = conformed(folder, holders.profile(tables={}), tmp_path / "run 2")
    assert not (with_maps / PEOPLE).exists()
    assert not (with_maps / PEOPLE_ROWS).exists()
    assert (Conformed.load(with_maps).people, Conformed.load(without).people) == (None, None)
    assert Conformed.load(with_maps).snapshot_sha256 == Conformed.load(without).snapshot_sha256
    for code, path in part_paths(with_maps).items():
        assert path.read_bytes() == part_paths(without)[code].read_bytes()


def test_the_hash_of_the_snapshot_covers_the_people(ways: dict[str, Path], tmp_path: Path) -> None:
    """A co-owner's share, which stands in no row of a parcel."""
    said = holders.tables()
    next(row for row in said["rights"] if row.get("tuSo") == "1" and row["chuId"] == "U004")["mauSo"] = "8"
    run = conformed(holders.as_csv(tmp_path / "delivery", said), holders.profile(), tmp_path / "run")
    assert snapshot_of(run) == snapshot_of(ways["csv"])
    assert Conformed.load(run).snapshot_sha256 != Conformed.load(ways["csv"]).snapshot_sha256
    again = conformed(tmp_path / "delivery", holders.profile(), tmp_path / "again")
    assert Conformed.load(again).snapshot_sha256 == Conformed.load(run).snapshot_sha256


def test_a_file_that_is_handed_over_alone_brings_its_tables(tmp_path: Path) -> None:
    folder = holders.as_geopackage(tmp_path / "delivery", holders.tables())
    run = conformed(folder / "thua.gpkg", holders.profile(), tmp_path / "run")
    assert read(run).parcels == 45


def test_a_geodatabase_brings_its_tables(tmp_path: Path, ways: dict[str, Path]) -> None:
    folder = tmp_path / "delivery"
    folder.mkdir()
    frame = holders.parcels().astype({"soThua": str})
    frame.to_file(folder / "thua.gdb", driver="OpenFileGDB", layer=LAYER)
    for holds, rows in holders.tables().items():
        frame = pd.DataFrame(rows, columns=holders.names(holds))
        pyogrio.write_dataframe(frame, folder / "thua.gdb", layer=holders.LAYERS[holds], append=True, driver="OpenFileGDB")  # fmt: skip
    run = conformed(folder, holders.profile(), tmp_path / "run")
    assert content(people_of(run)) == content(people_of(ways["csv"]))


def test_several_tables_of_a_kind_are_one(tmp_path: Path, ways: dict[str, Path]) -> None:
    folder = holders.as_csv(tmp_path / "delivery", holders.tables())
    name = "bang quyen.csv"
    lines = (folder / name).read_text(encoding="utf-8").splitlines()
    (folder / name).write_text("\n".join(lines[:20]) + "\n", encoding="utf-8")
    (folder / "them.csv").write_text("\n".join([lines[0], *lines[20:]]) + "\n", encoding="utf-8")
    toml = (folder / "delivery.toml").read_text(encoding="utf-8")
    (folder / "delivery.toml").write_text(toml + holders.listed("rights", "them.csv"), encoding="utf-8")
    run = conformed(folder, holders.profile(), tmp_path / "run")
    assert content(people_of(run)) == content(people_of(ways["csv"]))
    assert [table.rows for table in read(run).tables] == [7, 43, 19, 1, 31]


def refused(folder: Path, run: Path, **changes: Any) -> LandsyncError:
    with pytest.raises(LandsyncError) as caught:
        conformed(folder, holders.profile(**changes), run)
    assert caught.value.message.vi != caught.value.message.en
    assert not (run / "snapshot").exists()
    assert not (run / PEOPLE).exists()
    return caught.value


def test_what_cannot_be_read_is_refused_in_a_sentence(tmp_path: Path) -> None:
    folder = holders.as_csv(tmp_path / "delivery", holders.tables())
    whole = (folder / "delivery.toml").read_text(encoding="utf-8")
    assert refused(folder, tmp_path / "1", tables={}).code == "PRF-TABLES"
    named = {"users": {"columns": {"land_user_key": "chuID", "land_user_name": "tenChu"}}}
    error = refused(
        folder, tmp_path / "2", tables=holders.profile().tables.model_dump(exclude_none=True) | named
    )
    assert (error.code, error.facts["column"]) == ("DLV-TABLE-COLUMN", "tenChu")
    (folder / "bang chu.csv").unlink()
    assert refused(folder, tmp_path / "3").code == "DLV-FILE-MISSING"
    shutil.copy(folder / "thua.gpkg", folder / "bang chu.gpkg")
    for text, code in (
        (whole.replace("bang chu.csv", "bang chu.gpkg").replace('holds = "users"', 'holds = "users"\nlayer = "nguoi"'), "DLV-TABLE-LAYER"),
        (whole.replace('holds = "users"', 'holds = "persons"'), "DLV-TOML"),
        (whole + holders.listed("users", "bang gcn.csv"), "DLV-TOML"),
        (whole.replace("bang chu.csv", "../chu.csv"), "DLV-TOML"),
    ):  # fmt: skip
        (folder / "delivery.toml").write_text(text, encoding="utf-8")
        assert refused(folder, tmp_path / "4").code == code


def test_the_record_of_the_delivery_keeps_its_tables(ways: dict[str, Path]) -> None:
    named = DeliveryRecord.load(ways["csv by name"])
    assert [(table.holds, table.file) for table in named.tables] == [
        ("users", "chu.csv"),
        ("certificates", "gcn.csv"),
        ("rights", "quyen.csv"),
        ("restrictions", "han_che.csv"),
    ]
    assert named.unlisted == ()


def test_a_form_with_more_rows_of_a_parcel_than_can_be_kept_is_refused(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    delivery = holders.as_pl3_01(tmp_path / "delivery", holders.tables())
    conformed(delivery, holders.profile(), tmp_path / "run")
    monkeypatch.setattr("sync.conform.tables.MOST_OF_A_PARCEL", 1)
    with pytest.raises(LandsyncError) as caught:
        conformed(delivery, holders.profile(), tmp_path / "again")
    assert caught.value.code == "DLV-PEOPLE-MANY"
