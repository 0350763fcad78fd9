"""Loads what the project knows by itself: the reference tables of parcels/reference and the column catalogue.

Each table travels by COPY into a temporary one and then by one set-based statement (sql/reference) that
changes only what differs, so a second load changes nothing. What the files no longer hold ends; nothing vanishes.
"""

from typing import cast

import pyarrow as pa
from sqlalchemy import Connection

from parcels import people, reference
from parcels.columns import DELIVERED_ONLY, RECORDS, hashed_columns
from sync import db

# The table of schema `land`, and the reference file that fills it. Conversion and meridian tables name
# provinces and communes, but by code and date: no foreign key, so the order does not matter.
TABLES: dict[str, reference.Name] = {
    "province": "provinces",
    "commune": "communes",
    "commune_conversion": "commune_conversion",
    "cadastral_meridian": "meridians",
    "land_use_code": "land_use_codes",
}

_SQL_TYPES: dict[pa.DataType, str] = {
    pa.string(): "text",
    pa.date32(): "date",
    pa.float64(): "double precision",
    pa.int32(): "integer",
}


def load_reference_tables(connection: Connection) -> dict[str, int]:
    """Bring the reference tables of schema `land` to what the files hold; how many rows came or changed in each."""
    return {table: _load(connection, table, reference.table(name), name) for table, name in TABLES.items()}


def load_column_catalogue(connection: Connection) -> int:
    """Bring land.column_catalogue to what parcels/columns.py says; how many rows came or changed."""
    return _load(connection, "column_catalogue", column_catalogue(), "column_catalogue")


def column_catalogue() -> pa.Table:
    """Every canonical column, a row each. `source`: delivered by the province, or computed here."""
    hash_positions = {
        (record, column.name): position
        for record in RECORDS
        for position, column in enumerate(hashed_columns(record), start=1)
    }
    everything = [column for columns in RECORDS.values() for column in columns] + list(DELIVERED_ONLY)
    return pa.Table.from_pylist(
        [
            {
                "record": column.record,
                "column_name": column.name,
                "kind": column.kind,
                "unit": column.unit,
                "meaning_vi": column.vi,
                "meaning_en": column.en,
                "source": "province" if column.delivered else "landsync",
                "confidentiality": column.confidentiality,
                "hash_position": hash_positions.get((column.record, column.name)),
                **_purpose(column.name),
            }
            for column in everything
        ],
        pa.schema(
            [
                ("record", pa.string()),
                ("column_name", pa.string()),
                ("kind", pa.string()),
                ("unit", pa.string()),
                ("meaning_vi", pa.string()),
                ("meaning_en", pa.string()),
                ("source", pa.string()),
                ("confidentiality", pa.string()),
                ("hash_position", pa.int32()),
                ("purpose_vi", pa.string()),
                ("purpose_en", pa.string()),
            ]
        ),
    )


def _purpose(name: str) -> dict[str, str | None]:
    """Why a column of persons is kept; nothing of others."""
    of_persons = people.BY_NAME.get(name)
    said = None if of_persons is None else people.PURPOSES[of_persons.purpose]
    return {"purpose_vi": said and said.vi, "purpose_en": said and said.en}


def _load(connection: Connection, table: str, rows: pa.Table, incoming: str) -> int:
    link = cast("db.Connection", connection.connection.dbapi_connection)
    columns = db.sql.SQL(", ").join(
        db.sql.SQL("{} " + _SQL_TYPES[field.type]).format(db.sql.Identifier(field.name))
        for field in rows.schema
    )
    with link.cursor() as cursor:
        cursor.execute(
            db.sql.SQL("CREATE TEMP TABLE {} ({}) ON COMMIT DROP").format(
                db.sql.Identifier(incoming), columns
            )
        )
    db.copy_in(link, ("pg_temp", incoming), rows)
    changed = db.execute(link, f"reference/{table}")
    with link.cursor() as cursor:
        cursor.execute(db.sql.SQL("DROP TABLE {}").format(db.sql.Identifier("pg_temp", incoming)))
    return changed
