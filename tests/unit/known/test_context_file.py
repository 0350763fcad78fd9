"""A context file: what goes in comes out, and what is hostile, foreign or too new is refused with a sentence."""

import io
import json
import os
import stat
import sys
import zipfile
from collections.abc import Callable
from datetime import UTC, date, datetime, timedelta
from pathlib import Path

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.parquet as pq
import pytest
import shapely

from parcels.errors import LandsyncError
from sync.folder.boundaries import Boundaries
from sync.known.context import members
from sync.known.context.document import Receipt
from sync.known.context.edge import CELL, Footprint
from sync.known.context.file import read_context, write_context
from sync.known.context.near import in_order, touching
from validators.live import AUTHENTICATION_SCHEMA, LIVE_SCHEMA, RETIRED_SCHEMA

MADE_AT = datetime(2026, 11, 21, 3, 0, tzinfo=UTC)
AS_OF = date(2026, 11, 21)
HERE, THERE = "00691", "00694"


def parcels(n: int, commune: str = HERE, province: str = "08", west: float = 105.0) -> pa.Table:
    """LIVE_SCHEMA: a row of squares of 0.001°."""
    x = west + np.arange(n) * 0.001
    shapes = shapely.multipolygons(shapely.box(x, 22.0, x + 0.001, 22.001)[:, None])
    columns = {
        "province_code": [province] * n,
        "commune_code": [commune] * n,
        "source_system": ["made"] * n,
        "source_key": [f"{commune}-{i}" for i in range(n)],
        "national_id": [f"wk4dh9ru{commune[-2:]}{i:02d}".replace("a", "b") for i in range(n)],
        "sheet_no": ["7"] * n,
        "parcel_no": [str(i) for i in range(n)],
        "parcel_uid": [f"{commune}-{i:04d}" for i in range(n)],
        "geom": shapely.to_wkb(shapes),
    }
    arrays = [pa.array(columns.get(field.name, [None] * n), field.type) for field in LIVE_SCHEMA]
    return pa.table(arrays, schema=LIVE_SCHEMA)


RETIRED = pa.Table.from_pylist(
    [{"handle": f"{HERE}|2025-07-01||||7|99", "ended_on": AS_OF, "source_handle": "made|x"}],
    schema=RETIRED_SCHEMA,
)
USERS = pa.Table.from_pylist(
    [{"system": "made", "land_user_key": "k", "status": "found"}], schema=AUTHENTICATION_SCHEMA
)
FOREIGN = pa.table({"national_id": ["wk4dh9ruhz4h", "wk4dh9ruhz4j"], "province_code": ["15", "19"]})
OUTLINE = Boundaries(
    (HERE,), date(2025, 7, 1), np.array([shapely.multipolygons([shapely.box(105, 22, 106, 23)])]), ("0" * 64,)
)


@pytest.fixture
def path(tmp_path: Path) -> Path:
    """A context file with everything in it."""
    file = tmp_path / "08.context"
    write_context(
        file,
        "08",
        as_of=AS_OF,
        made_at=MADE_AT,
        live={HERE: parcels(5), THERE: parcels(3, THERE, west=105.005)},
        retired={HERE: RETIRED},
        claims=FOREIGN,
        near=parcels(2, "02200", "15", west=104.998),
        authentication=USERS,
        excused=pa.array(["0b0d0c6e-9f43-5c55-8f0f-3f1d8a1f6a52"]),
        boundaries=OUTLINE,
        receipts=[Receipt(province="08", sequence=3, sha256="0" * 64)],
    )
    return file


def wanted(**by_commune: list[str]) -> pa.Table:
    pairs = [(national_id, code[1:]) for code, ids in by_commune.items() for national_id in ids]
    return pa.table({"national_id": [i for i, _ in pairs], "commune_code": [c for _, c in pairs]})


# --- what goes in comes out


def test_what_goes_in_comes_out(path: Path) -> None:
    known = read_context(path, "08")
    assert known.live(HERE).equals(parcels(5))
    assert known.live("00715").equals(LIVE_SCHEMA.empty_table())
    assert known.retired(HERE).equals(RETIRED)
    assert known.retired(THERE).num_rows == 0
    assert known.authentication() is not None
    assert known.authentication().equals(USERS)  # type: ignore[union-attr]
    assert known.excused().to_pylist() == ["0b0d0c6e-9f43-5c55-8f0f-3f1d8a1f6a52"]
    boundaries = known.boundaries
    assert boundaries is not None
    assert boundaries.codes == (HERE,)
    assert known.document.receipts[0].sequence == 3
    assert (known.document.as_of, known.document.made_at) == (AS_OF, MADE_AT)


def test_a_province_with_nothing_live_has_a_context_too(tmp_path: Path) -> None:
    file = tmp_path / "empty.context"
    write_context(file, "08", as_of=AS_OF, made_at=MADE_AT, live={})
    known = read_context(file)
    assert known.live(HERE).num_rows == known.retired(HERE).num_rows == len(known.excused()) == 0
    assert known.authentication() is None
    assert known.boundaries is None
    assert known.claims(wanted(_00691=["wk4dh9ruhz4h"])).num_rows == 0
    assert known.near(HERE, np.array([[100.0, 5.0, 115.0, 25.0]])).num_rows == 0


def test_claims_are_those_of_others_and_of_other_communes(path: Path) -> None:
    here, there = parcels(5)["national_id"].to_pylist(), parcels(3, THERE)["national_id"].to_pylist()
    known = read_context(path)
    found = known.claims(
        wanted(_00691=[here[0], there[1], "wk4dh9ruhz4h", "wk4dh9ruhz99"], _00694=[there[2]])
    )
    told = {(row["national_id"], row["province_code"], row["commune_code"]) for row in found.to_pylist()}
    assert told == {("wk4dh9ruhz4h", "15", None), (there[1], "08", THERE)}
    (own,) = (row for row in found.to_pylist() if row["commune_code"])
    assert own["source_handle"] == f"made|{THERE}-1"
    assert own["sheet_handle"] == f"{THERE}|2025-07-01||||7|1"


def test_neighbours_are_parcels_of_others_that_touch_the_boxes(path: Path) -> None:
    known = read_context(path)
    edge = np.array([[104.9995, 22.0, 105.0005, 22.001], [105.0049, 22.0, 105.0051, 22.001]])
    near = known.near(HERE, edge)
    assert set(near["commune_code"].to_pylist()) == {"02200", THERE}
    assert HERE in known.near(THERE, edge)["commune_code"].to_pylist()
    assert known.near(HERE, np.empty((0, 4))).num_rows == 0
    everything = pa.concat_tables([parcels(3, THERE, west=105.005), parcels(2, "02200", "15", west=104.998)])
    assert near.equals(in_order(touching(everything, edge)))


def test_it_is_private_whole_and_holds_stored_tables(path: Path) -> None:
    if sys.platform != "win32":
        assert stat.S_IMODE(path.stat().st_mode) == 0o600
    assert [entry.name for entry in path.parent.iterdir()] == [path.name]
    with zipfile.ZipFile(path) as opened:
        assert {info.compress_type for info in opened.infolist()} == {zipfile.ZIP_STORED}


def test_a_context_that_cannot_be_written_whole_leaves_the_old_one(path: Path) -> None:
    before = path.read_bytes()
    with pytest.raises(KeyError):
        write_context(
            path, "08", as_of=AS_OF, made_at=MADE_AT, live={HERE: parcels(1).drop_columns(["land_use"])}
        )
    assert path.read_bytes() == before
    assert [entry.name for entry in path.parent.iterdir()] == [path.name]


def test_the_same_context_is_the_same_bytes(path: Path, tmp_path: Path) -> None:
    files = [tmp_path / name for name in ("one", "two")]
    for file in files:
        write_context(file, "08", as_of=AS_OF, made_at=MADE_AT, live={HERE: parcels(5)}, claims=FOREIGN)
    assert files[0].read_bytes() == files[1].read_bytes()


@pytest.mark.parametrize(("days", "warned"), [(0, False), (13, False), (14, True), (400, True)])
def test_a_context_grows_old(path: Path, days: int, warned: bool) -> None:
    said = read_context(path).age_warning(MADE_AT + timedelta(days=days))
    assert (said is not None) is warned
    if said:
        assert str(days) in said.vi
        assert str(days) in said.en


# --- what is refused

Entries = dict[str, bytes]


def rewritten(path: Path, change: Callable[[Entries], object], method: int = zipfile.ZIP_STORED) -> Path:
    """The file with its entries changed by hand."""
    with zipfile.ZipFile(path) as opened:
        entries = {name: opened.read(name) for name in opened.namelist()}
    change(entries)
    with zipfile.ZipFile(path, "w", method) as target:
        for name, content in entries.items():
            target.writestr(name, content)
    return path


def said(entries: Entries, **values: object) -> None:
    entries[members.CONTEXT] = json.dumps(json.loads(entries[members.CONTEXT]) | values).encode()


def everything(path: Path) -> None:
    """Read a context file as a check does."""
    known = read_context(path, "08")
    known.live(HERE)
    known.claims(wanted(_00691=["wk4dh9ruhz4h"]))
    known.near(HERE, np.array([[100.0, 5.0, 115.0, 25.0]]))
    known.retired(HERE)
    known.authentication()
    known.excused()
    assert known.boundaries is not None


def parquet(**columns: list[object]) -> bytes:
    sink = io.BytesIO()
    pq.write_table(pa.table(columns), sink)
    return sink.getvalue()


HOSTILE: dict[str, Callable[[Entries], object]] = {
    "no document": lambda e: e.pop(members.CONTEXT),
    "a document that is no JSON": lambda e: e.update({members.CONTEXT: b"\xff\xfe{"}),
    "a document without a province": lambda e: e.update(
        {members.CONTEXT: json.dumps({"format": "landsync-context", "version": 1}).encode()}
    ),
    "another format": lambda e: said(e, format="zip"),
    "a commune that is a path": lambda e: said(e, communes={"../../etc": {"parcels": 1}}),
    "a time without a zone": lambda e: said(e, made_at="2026-11-21T03:00:00"),
    "a name that leads out": lambda e: e.update({"../evil": b""}),
    "an absolute name": lambda e: e.update({"/etc/passwd": b""}),
    "an entry that no context has": lambda e: e.update({"run.exe": b"MZ"}),
    "a table that is none": lambda e: e.update({members.commune_member(HERE): b"PAR1 nothing PAR1"}),
    "an empty table file": lambda e: e.update({members.CLAIMS: b""}),
    "a table without its columns": lambda e: e.update({members.CLAIMS: parquet(x=[1])}),
    "a table of other types": lambda e: e.update({members.EXCUSED: parquet(finding_id=[[1]])}),
    "a table with no value where there must be one": lambda e: e.update(
        {members.EXCUSED: parquet(finding_id=[None, "x"])}
    ),
    "a table that unpacks to too much": lambda e: e.update(
        {members.EXCUSED: parquet(finding_id=["x" * 1_000_000] * 100)}
    ),
}


@pytest.mark.parametrize("change", HOSTILE.values(), ids=HOSTILE)
def test_what_is_not_a_context_file_is_refused_in_a_sentence(
    path: Path, change: Callable[[Entries], object]
) -> None:
    rewritten(path, change)
    with pytest.raises(LandsyncError) as caught:
        everything(path)
    assert (caught.value.code, caught.value.exit_status) == ("CTX-DAMAGED", 4)
    assert path.name in caught.value.message.vi
    assert caught.value.message.vi != caught.value.message.en


def test_packed_entries_are_refused_before_they_are_unpacked(path: Path) -> None:
    rewritten(path, lambda _: None, zipfile.ZIP_DEFLATED)
    with pytest.raises(LandsyncError) as caught:
        read_context(path)
    assert caught.value.code == "CTX-DAMAGED"


@pytest.mark.parametrize("content", [b"", b"PK\x03\x04", b"PK\x05\x06" + b"\0" * 18, os.urandom(300)])
def test_bytes_that_are_no_archive_are_refused(tmp_path: Path, content: bytes) -> None:
    file = tmp_path / "x.context"
    file.write_bytes(content)
    with pytest.raises(LandsyncError) as caught:
        read_context(file)
    assert caught.value.code == "CTX-DAMAGED"


@pytest.mark.parametrize("kept", [0.3, 0.6, 0.99])
def test_a_file_that_was_cut_off_is_refused(path: Path, kept: float) -> None:
    content = path.read_bytes()
    path.write_bytes(content[: int(len(content) * kept)])
    with pytest.raises(LandsyncError) as caught:
        everything(path)
    assert caught.value.code == "CTX-DAMAGED"


def test_a_byte_that_changed_on_the_way_is_noticed(path: Path) -> None:
    content = bytearray(path.read_bytes())
    at = content.index(b"PAR1") + 40
    content[at] ^= 0xFF
    path.write_bytes(content)
    with pytest.raises(LandsyncError) as caught:
        everything(path)
    assert caught.value.code == "CTX-DAMAGED"


def test_another_province_a_newer_format_and_no_file_are_told_apart(path: Path, tmp_path: Path) -> None:
    codes = {}
    for name, file, province in (("other", path, "15"), ("none", tmp_path / "nowhere", "08")):
        with pytest.raises(LandsyncError) as caught:
            read_context(file, province)
        codes[name] = (caught.value.code, caught.value.exit_status)
    rewritten(path, lambda e: said(e, version=5, province={"in": "a form of its own"}))
    with pytest.raises(LandsyncError) as caught:
        read_context(path, "08")
    codes["newer"] = (caught.value.code, caught.value.exit_status)
    assert codes == {
        "other": ("CTX-PROVINCE", 2),
        "none": ("CTX-NOT-FOUND", 2),
        "newer": ("CTX-VERSION", 5),
    }


def test_a_file_of_before_sheets_had_their_old_commune_is_read(path: Path) -> None:
    now = read_context(path, "08")
    live, retired = now.live(HERE), now.retired(HERE)
    rewritten(path, _as_version_1)
    then = read_context(path, "08")
    assert then.live(HERE).equals(live)
    assert then.retired(HERE).equals(retired)
    assert then.retired(HERE)["handle"].to_pylist() == [f"{HERE}|2025-07-01||||7|99"]
    everything(path)


def _as_version_1(entries: Entries) -> None:
    said(entries, version=1)
    for name, content in entries.items():
        if name.endswith(".parquet"):
            table = pq.read_table(io.BytesIO(content))
            if "old_commune_code" in table.column_names:
                table = table.drop_columns(["old_commune_code"])
            for column in {"handle", "sheet_handle"} & set(table.column_names):
                at, shorter = (
                    table.schema.get_field_index(column),
                    pc.replace_substring(table[column], "||||", "|||"),
                )
                table = table.set_column(at, table.schema.field(at), shorter)
            sink = io.BytesIO()
            pq.write_table(table, sink)
            entries[name] = sink.getvalue()


# --- the edge of a province


def test_the_edge_follows_the_border_and_not_the_area() -> None:
    boxes = {}
    for side in (20, 80):
        x, y = np.meshgrid(np.arange(side), np.arange(side))
        land = Footprint()
        corner = np.column_stack((105 + x.ravel() * CELL, 22 + y.ravel() * CELL))
        land.add(np.hstack((corner + CELL * 0.1, corner + CELL * 0.9)))
        edge = land.edge()
        boxes[side] = len(edge)
        inside = np.array([105, 22]) + (side + 1) / 2 * CELL
        assert not ((edge[:, :2] < inside) & (edge[:, 2:] > inside)).all(axis=1).any()
        outside = np.array(
            [105 - CELL / 2, 22 + (side + 1) / 2 * CELL]
        )  # a neighbour's parcel on the other side
        assert ((edge[:, :2] < outside) & (edge[:, 2:] > outside)).all(axis=1).any()
    assert boxes[80] < 5 * boxes[20]


def test_outlines_stand_for_land_that_is_not_live_yet() -> None:
    land = Footprint()
    land.add_outlines(OUTLINE.polygons)
    edge = land.edge()
    assert ((edge[:, 0] < 105.0) & (edge[:, 2] > 104.9999)).any()
    assert len(Footprint().edge()) == 0
