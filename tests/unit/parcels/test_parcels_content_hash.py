"""The content hash against a plain Python reading of its definition."""

import hashlib
import hmac
import json
import unicodedata
from datetime import date
from decimal import Decimal
from typing import Any

import numpy as np
import pyarrow as pa
import pytest
import shapely
from hypothesis import given, settings
from hypothesis import strategies as st

from parcels.columns import PRIVATE, RECORDS, Column, Record
from parcels.content_hash import content_hash, to_hex
from parcels.model import ARROW_TYPES
from tests.conftest import KEY, ROOT, counts

TEXT = st.text(st.characters(exclude_categories=("Cs",)), max_size=10) | st.sampled_from(
    ["", "Xã Hòa Trí", unicodedata.normalize("NFD", "Đường Thủy"), "N;", "3:abc;", "🏠"]
)
VALUES: dict[str, st.SearchStrategy[Any]] = {
    "text": TEXT,
    "integer": st.integers(-(2**31), 2**31 - 1),
    "decimal": st.decimals(Decimal("-99999999999999.9999"), Decimal("99999999999999.9999"), places=4),
    "date": st.dates(),
    "geometry": st.binary(max_size=40),
    "uuid": st.uuids().map(str),
    "boolean": st.booleans(),
}


def arrow_type(column: Column) -> pa.DataType:
    return pa.binary() if column.kind == "geometry" else ARROW_TYPES[column.kind]


@st.composite
def tables(draw: st.DrawFn, record: Record) -> pa.Table:
    columns = [column for column in RECORDS[record] if column.hashed]
    count = draw(st.integers(0, 12))
    return pa.table(
        {
            column.name: pa.array(
                draw(st.lists(st.none() | VALUES[column.kind], min_size=count, max_size=count)),
                arrow_type(column),
            )
            for column in columns
        }
    )


def plain_text(value: Any, kind: str) -> str:
    match kind:
        case "text":
            return unicodedata.normalize("NFC", value)
        case "integer" | "uuid":
            return str(value)
        case "boolean":
            return "true" if value else "false"
        case "decimal":
            return str(int(value.scaleb(4)))
        case "date":
            return f"{value.year:04d}-{value.month:02d}-{value.day:02d}"
        case _:
            return bytes(value).hex().upper()


HANDLES = {"commune_code", "source_system", "source_key"}  # say nothing of a parcel: no content in version 2


def plain_hash(row: dict[str, Any], record: Record, version: int = 1, key: bytes | None = None) -> bytes:
    """The definition of docs/architecture.md, a row at a time."""
    payload = f"landsync.{record}.v{version};".encode()
    columns = [column for column in RECORDS[record] if column.hashed]
    if version == 2:
        columns = [column for column in columns if column.name not in HANDLES]
    while columns[-1].later and row[columns[-1].name] is None:
        columns.pop()  # a column that came later is not there where it says nothing
    for column in columns:
        value = row[column.name]
        if value is None:
            payload += b"N;"
        else:
            octets = plain_text(value, column.kind).encode("utf-8")
            payload += str(len(octets)).encode() + b":" + octets + b";"
    return hmac.digest(key, payload, "sha256") if key else hashlib.sha256(payload).digest()


@pytest.mark.parametrize("record", list(RECORDS))
def test_the_hash_of_every_record_is_its_written_definition(record: Record) -> None:
    @settings(max_examples=counts(20), deadline=None)
    @given(tables(record))
    def check(table: pa.Table) -> None:
        for version, key in ((1, None), (2, keys.get(record))):
            hashes = content_hash(table, record, key=key, version=version)
            assert hashes.type == pa.binary(32)
            assert hashes.to_pylist() == [plain_hash(row, record, version, key) for row in table.to_pylist()]

    keys = dict.fromkeys(PRIVATE, KEY)
    check()


@given(tables("land_user"), st.binary(min_size=1, max_size=64))
def test_persons_are_hashed_under_whatever_key(table: pa.Table, key: bytes) -> None:
    expected = [plain_hash(row, "land_user", 2, key) for row in table.to_pylist()]
    assert content_hash(table, "land_user", key=key, version=2).to_pylist() == expected


@pytest.mark.parametrize(
    ("record", "version", "key"),
    [
        ("land_user", 2, None),
        ("certificate", 2, None),
        ("land_user", 1, KEY),
        ("parcel", 2, KEY),
        ("land_use_part", 1, KEY),
    ],
)
def test_no_person_is_hashed_without_a_key_and_nothing_else_with_one(
    record: Record, version: int, key: bytes | None
) -> None:
    empty = pa.table({column.name: pa.nulls(1, arrow_type(column)) for column in RECORDS[record]})
    with pytest.raises(TypeError):
        content_hash(empty, record, key=key, version=version)


VECTORS = json.loads((ROOT / "tests" / "fixtures" / "hash_v2.json").read_text(encoding="utf-8"))


@pytest.mark.parametrize(
    "vector", VECTORS["vectors"], ids=lambda vector: f"{vector['record']}-{vector['hash'][:8]}"
)
def test_the_published_vectors_of_version_2(vector: dict[str, Any]) -> None:
    record: Record = vector["record"]
    key = hmac.digest(
        bytes.fromhex(VECTORS["key"]), f"landsync.store.{vector['province']}".encode(), "sha256"
    )
    secret = key if record in PRIVATE else None
    table = pa.table(
        {
            column.name: pa.array([read(vector["values"].get(column.name), column)], arrow_type(column))
            for column in RECORDS[record]
        }
    )
    payload = vector["payload"].encode()
    told = hmac.digest(secret, payload, "sha256") if secret else hashlib.sha256(payload).digest()
    assert told.hex() == vector["hash"]
    assert content_hash(table, record, key=secret, version=2)[0].as_py().hex() == vector["hash"]


def read(text: str | None, column: Column) -> Any:
    if text is None:
        return None
    readers = {"integer": int, "decimal": Decimal, "date": date.fromisoformat, "geometry": bytes.fromhex}
    return readers.get(column.kind, str)(text)


@pytest.mark.parametrize("name", sorted(HANDLES))
def test_a_handle_is_no_content_in_version_2(name: str) -> None:
    table = parcels(1)
    other = table.set_column(table.schema.get_field_index(name), name, pa.array(["00001"]))
    assert content_hash(other, "parcel", version=2) == content_hash(table, "parcel", version=2)
    assert content_hash(other, "parcel", version=1) != content_hash(table, "parcel", version=1)


def test_a_land_user_without_a_key_hashes_as_before_there_were_keys() -> None:
    nothing = {column.name: pa.nulls(1, arrow_type(column)) for column in RECORDS["land_user"]}
    user = nothing | {"land_user_name": ["Mây Hư Ổi"], "land_user_id_number": ["001001000000"]}
    before = hashlib.sha256("landsync.land_user.v1;13:Mây Hư Ổi;12:001001000000;N;".encode()).digest()
    assert content_hash(pa.table(user), "land_user", version=1).to_pylist() == [before]
    keyed = content_hash(pa.table(user | {"land_user_key": ["N;"]}), "land_user", version=1).to_pylist()
    empty = content_hash(pa.table(user | {"land_user_key": [""]}), "land_user", version=1).to_pylist()
    assert len({before, *keyed, *empty}) == 3


def parcels(count: int) -> pa.Table:
    columns = {
        column.name: pa.array([None] * count, arrow_type(column))
        for column in RECORDS["parcel"]
        if column.hashed
    }
    columns["parcel_no"] = pa.array([str(number) for number in range(count)])
    return pa.table(columns)


def test_rows_keep_their_order_over_many_chunks(monkeypatch: pytest.MonkeyPatch) -> None:
    table = parcels(1000)
    expected = [plain_hash(row, "parcel", 2) for row in table.to_pylist()]
    assert content_hash(table, "parcel").to_pylist() == expected
    monkeypatch.setattr("parcels.content_hash._ROWS_AT_ONCE", 97)
    assert content_hash(table, "parcel").to_pylist() == expected
    chunked = pa.concat_tables([table.slice(0, 3), table.slice(3, 500), table.slice(503)])
    assert content_hash(chunked, "parcel").to_pylist() == expected


def test_a_known_hash_stays_what_it_is() -> None:
    row = {
        "land_use_code": pa.array(["ONT"]),
        "use_area_m2": pa.array([Decimal("12.5")], ARROW_TYPES["decimal"]),
    }
    table = pa.table(row)
    assert content_hash(table, "land_use_part")[0].as_py().hex() == (
        hashlib.sha256(b"landsync.land_use_part.v1;3:ONT;6:125000;").hexdigest()
    )


def test_null_empty_and_the_letter_n_are_three_values() -> None:
    table = parcels(3).set_column(1, "sheet_no", pa.array([None, "", "N"]))
    table = table.set_column(2, "parcel_no", pa.array(["1", "1", "1"]))
    assert len(set(content_hash(table, "parcel").to_pylist())) == 3


@pytest.mark.parametrize(
    ("record", "version", "begins"),
    [
        ("parcel", 1, "CBA29955FD6D106C"),
        ("land_use_part", 1, "EF09E1D7DC8FDECB"),
        ("land_user", 1, "247DE317FD5C4EA1"),
        ("certificate", 1, "D70D5305D4E27290"),
        ("parcel", 2, "9918836572331E55"),
        ("land_user", 2, "20103812F4A45C65"),
        ("certificate", 2, "D4B5CC13530D4BFB"),
    ],
)
def test_a_row_of_before_keeps_its_hash(record: Record, version: int, begins: str) -> None:
    """Of a row that says nothing: a column that joined the record with `later` does not change it."""
    empty = pa.table({column.name: pa.nulls(1, arrow_type(column)) for column in RECORDS[record]})
    key = KEY if version > 1 and record in PRIVATE else None
    assert to_hex(content_hash(empty, record, key=key, version=version))[0].as_py().startswith(begins)


def test_a_value_cannot_move_into_the_next_column() -> None:
    table = parcels(2)
    table = table.set_column(1, "sheet_no", pa.array(["1;1:2", "1"])).set_column(
        2, "parcel_no", pa.array(["3", "2;1:3"])
    )
    first, second = content_hash(table, "parcel").to_pylist()
    assert first != second


def test_columns_beside_the_record_do_not_count_and_types_may_be_narrower() -> None:
    table = parcels(2)
    more = table.append_column("row_no", pa.array([7, 8])).set_column(
        table.schema.get_field_index("area_m2"), "area_m2", pa.nulls(2, pa.decimal128(10, 2))
    )
    assert content_hash(more, "parcel") == content_hash(table, "parcel")


def test_the_geometry_may_be_given_beside_the_table() -> None:
    wkb = shapely.to_wkb(
        np.array([shapely.MultiPolygon([shapely.box(0, 0, 1, 1)]), None], dtype=object), byte_order=1
    )
    table = parcels(2)
    index = table.schema.get_field_index("geom")
    inside = table.set_column(index, "geom", pa.array(wkb, pa.binary()))
    beside = table.drop_columns(["geom"])
    assert content_hash(inside, "parcel") == content_hash(beside, "parcel", pa.array(wkb, pa.binary()))
    chunked = pa.chunked_array([pa.array(wkb[:1], pa.binary()), pa.array(wkb[1:], pa.binary())])
    assert content_hash(inside, "parcel") == content_hash(beside, "parcel", chunked)


@given(st.lists(st.none() | st.binary(max_size=9), max_size=9), st.integers(0, 3))
def test_hexadecimal_text_is_upper_case_and_works_on_slices(values: list[bytes | None], start: int) -> None:
    expected = [None if value is None else value.hex().upper() for value in values]
    assert to_hex(pa.array(values, pa.binary())).to_pylist() == expected
    assert to_hex(pa.array(values, pa.binary()).slice(start)).to_pylist() == expected[start:]


def test_hexadecimal_text_of_hashes() -> None:
    assert to_hex(pa.array([b"\x00\xff", None], pa.binary(2))).to_pylist() == ["00FF", None]
