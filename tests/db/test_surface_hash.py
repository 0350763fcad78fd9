"""The content hash computed in SQL is the one computed in Python, whatever the values are."""

import unicodedata
from datetime import date
from decimal import Decimal

import pyarrow as pa
import pytest
import shapely
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from hypothesis.strategies import SearchStrategy

from parcels.column import Column, Kind, Record
from parcels.columns import PRIVATE, RECORDS, hashed_columns
from parcels.content_hash import content_hash
from parcels.model import ARROW_TYPES
from sync import db
from sync.db.columns import definition
from tests.conftest import counts
from tests.support.surface import Surface, migrated, surface

__all__ = ["migrated", "surface"]
pytestmark = pytest.mark.db

SQL_TYPES: dict[Kind, str] = {
    "text": "text",
    "integer": "integer",
    "decimal": "numeric(18,4)",
    "date": "date",
    "geometry": "geometry(MultiPolygon, 4756)",
}
LETTERS = st.characters(codec="utf-8", exclude_characters="\x00")
VALUES: dict[Kind, SearchStrategy[object]] = {
    "text": st.text(LETTERS, max_size=12).map(lambda text: unicodedata.normalize("NFC", text))  # as stored
    | st.sampled_from(["", "N;", "3:abc;", "Nguyễn Thị Ồ", "0012", "\r\n\"'\\N,", "𠮷"]),
    "integer": st.integers(-(2**31), 2**31 - 1),
    "decimal": st.decimals(-(10**13), 10**13, places=4) | st.just(Decimal("-0.0001")),
    "date": st.dates(date(1, 1, 1), date(9999, 12, 31)),
}
LATER: dict[str, Kind] = {"later_text": "text", "later_number": "integer"}
LATER_SCHEMA = pa.schema(
    [("land_use_code", pa.string()), ("use_area_m2", ARROW_TYPES["decimal"])]
    + [(name, ARROW_TYPES[kind]) for name, kind in LATER.items()]
)
DEGREES = st.integers(102_000_000_000, 110_000_000_000).map(lambda grid: grid / 1e9)


@st.composite
def boundaries(draw: st.DrawFn) -> shapely.MultiPolygon:
    """One to three parts on the grid of stored coordinates, some with a hole; validity does not matter to a hash."""
    parts = []
    for _ in range(draw(st.integers(1, 3))):
        ring = draw(st.lists(st.tuples(DEGREES, DEGREES), min_size=3, max_size=6))
        hole = draw(st.none() | st.lists(st.tuples(DEGREES, DEGREES), min_size=3, max_size=4))
        parts.append(shapely.Polygon(ring, [hole] if hole else None))
    return shapely.MultiPolygon(parts)


def tables(columns: tuple[Column, ...]) -> SearchStrategy[pa.Table]:
    """Some rows of a record, typed as stored: any column may be NULL but the geometry."""
    row = st.fixed_dictionaries(
        {
            column.name: boundaries() if column.kind == "geometry" else st.none() | VALUES[column.kind]
            for column in columns
        }
    )

    def table(rows: list[dict[str, object]]) -> pa.Table:
        for values in rows:
            if "geom" in values:
                values["geom"] = shapely.to_wkb(values["geom"], byte_order=1)
        schema = pa.schema(
            [
                (column.name, pa.binary() if column.kind == "geometry" else ARROW_TYPES[column.kind])
                for column in columns
            ]
        )
        return pa.Table.from_pylist(rows, schema)

    return st.lists(row, min_size=1, max_size=8).map(table)


def hashed_in_sql(surface: Surface, record: Record, table: pa.Table) -> list[bytes]:
    """The hashes of these rows by the SQL functions, the values having gone the way of the loader, by COPY."""
    columns = hashed_columns(record)
    typed = ", ".join(f"{column.name} {SQL_TYPES[column.kind]}" for column in columns)
    surface.run(f"CREATE TEMP TABLE hashed (n integer, {typed}) ON COMMIT DROP")
    if "geom" in table.column_names:
        hexadecimal = pa.array([value.as_py().hex() for value in table["geom"]])
        table = table.set_column(table.schema.get_field_index("geom"), "geom", hexadecimal)
    numbered = table.add_column(0, "n", pa.array(range(len(table)), pa.int32()))
    db.copy_in(surface.link, ("pg_temp", "hashed"), numbered)
    names = ", ".join(column.name for column in columns)
    rows = surface.run(f"SELECT land.{record}_hash({names}) FROM hashed ORDER BY n")
    surface.run("DROP TABLE pg_temp.hashed")
    return [bytes(value) for (value,) in rows]


PUBLIC = [record for record in RECORDS if record not in PRIVATE]


@pytest.mark.parametrize("record", PUBLIC)
@given(data=st.data())
@settings(max_examples=counts(40), deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
def test_python_and_sql_hash_alike(surface: Surface, record: Record, data: st.DataObject) -> None:
    columns = hashed_columns(record)
    table = data.draw(tables(columns))
    assert hashed_in_sql(surface, record, table) == content_hash(table, record).to_pylist()


def test_every_column_is_in_the_hash(surface: Surface) -> None:
    """Another value in any one column, or NULL there, is another hash, in SQL as in Python."""
    samples: dict[Kind, tuple[object, object]] = {
        "text": ("a", "b"),
        "integer": (1, 2),
        "decimal": (Decimal("1.0000"), Decimal("1.0001")),
        "date": (date(2020, 1, 1), date(2020, 1, 2)),
        "geometry": (
            shapely.to_wkb(shapely.MultiPolygon([shapely.box(105, 21, 106, 22)]), byte_order=1),
            shapely.to_wkb(shapely.MultiPolygon([shapely.box(105, 21, 106, 22.000000001)]), byte_order=1),
        ),
    }
    for record in PUBLIC:
        hashed = hashed_columns(record)
        schema = pa.schema(
            [(c.name, pa.binary() if c.kind == "geometry" else ARROW_TYPES[c.kind]) for c in hashed]
        )
        plain = {column.name: samples[column.kind][0] for column in hashed}
        rows = [plain] + [plain | {column.name: samples[column.kind][1]} for column in hashed]
        rows += [plain | {column.name: None} for column in hashed if column.kind != "geometry"]
        table = pa.Table.from_pylist(rows, schema)
        in_sql = hashed_in_sql(surface, record, table)
        assert in_sql == content_hash(table, record).to_pylist()
        assert len(set(in_sql)) == len(rows)


def test_columns_that_joined_later_are_hashed_as_far_as_the_last_that_says_something(
    surface: Surface, monkeypatch: pytest.MonkeyPatch
) -> None:
    plain = {"land_use_code": "ONT", "use_area_m2": None}
    before = content_hash(pa.Table.from_pylist([plain], LATER_SCHEMA), "land_use_part").to_pylist()
    joined = [Column(name, kind, "", "", "land_use_part", later=True) for name, kind in LATER.items()]
    monkeypatch.setitem(RECORDS, "land_use_part", (*RECORDS["land_use_part"], *joined))
    surface.run(definition("record_hash", (db.SQL / "app" / "record_hash.sql").read_text(encoding="utf-8")))
    said = [(None, None), ("a", None), (None, 1), ("a", 1)]
    rows = [plain | dict(zip(LATER, values, strict=True)) for values in said]
    table = pa.Table.from_pylist(rows, LATER_SCHEMA)
    in_sql = hashed_in_sql(surface, "land_use_part", table)
    assert in_sql == content_hash(table, "land_use_part").to_pylist()
    assert in_sql[:1] == before
    assert len(set(in_sql)) == len(said)


def test_sql_hashes_nobody(surface: Surface) -> None:
    """No key is there; and a function that needed none would give what anybody tries out."""
    assert (
        surface.run(
            "SELECT proname FROM pg_catalog.pg_proc WHERE proname IN ('land_user_hash', 'certificate_hash')"
        )
        == []
    )
