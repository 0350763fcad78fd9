"""`landsync check` of tables of people, offline and without a key: told by number and reason, and nobody is named anywhere."""

import json
import sqlite3
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from parcels.errors import LandsyncError
from sync.check import check
from sync.folder.conform import Conformed
from sync.folder.judgement import load_refused
from tests.conftest import ROOT, counts
from tests.support import holders, markers
from tests.support.searched import files_of, seen
from tests.support.strip import conformed

Rows = dict[str, list[dict[str, Any]]]


def marked() -> Rows:
    """The tables with persons who cannot be mistaken for anybody, and a fault of every kind."""
    said = holders.tables()
    for at, row in enumerate(said["users"]):
        person = markers.PEOPLE[at]
        row |= {"hoTen": person.name, "soGiayTo": f"{person.number}A" if at % 2 else person.number}
    for at, row in enumerate(said["certificates"]):
        row |= {"soPhatHanh": markers.PEOPLE[at].certificate, "ngayCap": "9/10/1017" if at == 0 else "x"}
    keys = {row["chuId"]: markers.PEOPLE[at].key for at, row in enumerate(said["users"])}
    said["users"].append(dict(said["users"][0]) | {"hoTen": markers.PEOPLE[20].name})
    for row in (*said["users"], *said["rights"]):
        row["chuId"] = keys[row["chuId"]]
    lost = markers.PEOPLE[30]
    said["rights"] += [
        {"thuaDatId": holders.key(59), "chuId": lost.key, "vaiTro": lost.name},
        {"thuaDatId": lost.key, "chuId": keys["U001"]},
        {"thuaDatId": holders.key(59), "chuId": keys["U001"], "tuSo": "3", "mauSo": "2"},
    ]
    said["users"].append({"chuId": markers.PEOPLE[31].key, "hoTen": markers.PEOPLE[31].name})
    return said


def test_nobody_of_the_tables_is_named_in_what_an_office_sees(tmp_path: Path) -> None:
    folder = holders.as_csv(tmp_path / "delivery", marked())
    toml = tmp_path / "profile.toml"
    toml.write_text(as_toml(holders.profile().model_dump(mode="json", exclude_none=True)), encoding="utf-8")
    out, home = tmp_path / "out", tmp_path / "home"
    done = subprocess.run(
        [sys.executable, "-c", "from sync.cli.app import app; app()", "check", str(folder), "-p", "08", "--profile", str(toml), "--out", str(out), "--json"],
        cwd=ROOT, capture_output=True, text=True, check=False,
        env={"PATH": "/usr/bin:/bin", "LANDSYNC_HOME": str(home), "LANDSYNC_LANG": "en"},
    )  # fmt: skip
    assert done.returncode == 0, done.stderr
    summary = json.loads(done.stdout)
    assert summary["read"] == summary["accepted"] == 60
    assert summary["findings"]["PER-CONFLICT"] == 4
    assert summary["findings"]["PER-ORPHAN"] == 1
    assert summary["findings"]["PER-SHARES"] == 1
    assert summary["findings"]["ATT-DATE"] > 1
    shown = {"stdout": done.stdout, "stderr": done.stderr} | dict(files_of(out))
    assert len(shown) > 5
    assert seen(shown) == {}
    page = (out / "report.html").read_text(encoding="utf-8")
    assert "name a user&#39;s key that no table has" in page or "name a user's key that no table has" in page


def as_toml(values: dict[str, Any], above: str = "") -> str:
    """A profile as an office writes it."""
    plain = {
        name: value for name, value in values.items() if not isinstance(value, dict) and not tables_in(value)
    }
    text = f"[{above}]\n" if above else ""
    text += "".join(
        f"{name_of(name)} = {json.dumps(value, ensure_ascii=False)}\n" for name, value in plain.items()
    )
    for name, value in values.items():
        if isinstance(value, dict):
            text += as_toml(value, f"{above}.{name_of(name)}" if above else name_of(name))
        elif tables_in(value):
            text += "".join(f"[[{name}]]\n" + as_toml(each) for each in value)
    return text


def tables_in(value: object) -> bool:
    return isinstance(value, list) and bool(value) and isinstance(value[0], dict)


def name_of(name: str) -> str:
    return json.dumps(name, ensure_ascii=False)


def test_what_the_checks_keep_names_nobody(tmp_path: Path) -> None:
    run = conformed(
        holders.as_geopackage(tmp_path / "delivery", marked()), holders.profile(), tmp_path / "run"
    )
    check(run, holders.profile())
    private = ("snapshot/", "people/")
    kept = {name: content for name, content in files_of(run) if not name.startswith(private)}
    assert {"conform.json", "people_rows.parquet"} <= set(kept)
    assert seen(kept) == {}
    assert seen({name: content for name, content in files_of(run) if name.startswith("people/")}) != {}


def broken(folder: Path, name: str) -> Path:
    return folder / f"bang {holders.LAYERS[name]}.csv"


CELLS = st.sampled_from(["", "U001", "T000001", "G0001", "1", "-1", "1e999", "0", "9/10/1017", "31/02/1970", "x" * 300, '"', "\x00", "\u202e", "=1+1", "NULL", "nữ", "đồng sở hữu", "2147483648", "1/2"])  # fmt: skip


@settings(max_examples=counts(10), deadline=None)
@given(
    cells=st.dictionaries(
        st.sampled_from(["users", "certificates", "rights", "restrictions"]),
        st.lists(st.lists(CELLS, min_size=8, max_size=8), max_size=12),
    )
)
def test_any_cells_are_read_and_every_row_has_one_fate(
    tmp_path_factory: pytest.TempPathFactory, cells: dict[str, list[list[str]]]
) -> None:
    root = tmp_path_factory.mktemp("any")
    said = holders.tables() | {
        holds: [dict(zip(holders.names(holds), row, strict=False)) for row in rows]
        for holds, rows in cells.items()
    }
    try:
        run = conformed(holders.as_csv(root / "delivery", said), holders.profile(), root / "run")
    except LandsyncError:
        return
    people = Conformed.load(run).people
    assert people is not None
    for table in people.tables:
        assert table.rows == table.used + sum(table.unused.values()) == len(said[table.holds])
    check(run, holders.profile())
    assert load_refused(run).num_rows == 0


@pytest.mark.parametrize(
    "content",
    [b"", b"\x00" * 5_000, b"quyenId,thuaDatId\n", b"a\n" * 50, b'quyenId,"thuaDatId\n' * 3, b"\xff\xfe" * 999, b"PK\x03\x04" * 9, b"quyenId,quyenId\n1,2\n"],
)  # fmt: skip
def test_a_table_that_is_none_is_refused_in_a_sentence(tmp_path: Path, content: bytes) -> None:
    folder = holders.as_csv(tmp_path / "delivery", holders.tables())
    broken(folder, "rights").write_bytes(content)
    with pytest.raises(LandsyncError) as caught:
        conformed(folder, holders.profile(), tmp_path / "run")
    assert caught.value.code.startswith("DLV-")
    assert not (tmp_path / "run" / "people").exists()


def test_a_table_of_a_geopackage_that_is_a_view_or_holds_anything_harms_no_parcel(tmp_path: Path) -> None:
    folder = holders.as_geopackage(tmp_path / "delivery", holders.tables())
    with sqlite3.connect(folder / "thua.gpkg") as database:
        database.execute("UPDATE quyen SET thuaDatId = x'00ff' WHERE quyenId = 'Q00000'")
        database.execute("UPDATE quyen SET tuSo = 1e300 WHERE quyenId = 'Q00001'")
        database.execute("UPDATE chu SET ngaySinh = 12 WHERE chuId = 'U003'")
        database.execute("CREATE TABLE khac (a)")
    try:
        run = conformed(folder, holders.profile(), tmp_path / "run")
    except LandsyncError as failure:
        assert failure.code == "DLV-CORRUPT"  # noqa: PT017 - or read, by what GDAL makes of octets among text
        return
    people = Conformed.load(run).people
    assert people is not None
    assert sum(table.rows for table in people.tables) == 7 + len(holders.tables()["certificates"]) + 51
