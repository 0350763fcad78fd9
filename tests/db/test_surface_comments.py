"""Whoever opens the database finds every thing explained, in words that parcels/columns.py says once."""

import pytest

from parcels.columns import PRIVATE, RECORDS, hashed_columns
from tests.support.surface import Surface, migrated, surface

__all__ = ["migrated", "surface"]
pytestmark = pytest.mark.db

OURS = "('land', 'land_private', 'ledger', 'staging', 'analyst', 'province')"
TABLES = {
    "parcel": ("land.parcel", "land.parcel_version"),
    "land_use_part": ("land.land_use_part", "land.land_use_part_version"),
    "land_user": ("land_private.land_user", "land_private.land_user_version"),
    "certificate": ("land_private.certificate", "land_private.certificate_version"),
    "land_right": ("land_private.land_right", "land_private.land_right_version"),
    "restriction": ("land_private.restriction", "land_private.restriction_version"),
    "transferee": ("land_private.transferee", "land_private.transferee_version"),
}


def test_every_table_and_view_has_a_comment(surface: Surface) -> None:
    bare = surface.run(
        "SELECT c.oid::regclass::text FROM pg_class AS c JOIN pg_namespace AS n ON n.oid = c.relnamespace "
        f"WHERE n.nspname IN {OURS} AND c.relkind IN ('r', 'p', 'v', 'm') AND obj_description(c.oid, 'pg_class') IS NULL"
    )
    assert bare == []


def test_every_column_has_a_comment(surface: Surface) -> None:
    bare = surface.run(
        "SELECT c.oid::regclass::text, a.attname FROM pg_class AS c JOIN pg_namespace AS n ON n.oid = c.relnamespace "
        "JOIN pg_attribute AS a ON a.attrelid = c.oid AND a.attnum > 0 AND NOT a.attisdropped "
        f"WHERE n.nspname IN {OURS} AND c.relkind IN ('r', 'p', 'v', 'm') AND col_description(c.oid, a.attnum) IS NULL"
    )
    assert bare == []


def test_every_function_and_schema_has_a_comment(surface: Surface) -> None:
    assert (
        surface.run(
            "SELECT p.oid::regprocedure::text FROM pg_proc AS p JOIN pg_namespace AS n ON n.oid = p.pronamespace "
            f"WHERE n.nspname IN {OURS} AND obj_description(p.oid, 'pg_proc') IS NULL"
        )
        == []
    )
    assert (
        surface.run(
            f"SELECT n.nspname FROM pg_namespace AS n WHERE n.nspname IN {OURS} AND obj_description(n.oid, 'pg_namespace') IS NULL"
        )
        == []
    )


def test_a_partition_says_what_its_parent_says(surface: Surface) -> None:
    different = surface.run(
        "SELECT i.inhrelid::regclass::text, a.attname FROM pg_inherits AS i "
        "JOIN pg_class AS c ON c.oid = i.inhrelid AND c.relkind = 'r' "
        "JOIN pg_attribute AS a ON a.attrelid = i.inhrelid AND a.attnum > 0 "
        "JOIN pg_attribute AS b ON b.attrelid = i.inhparent AND b.attname = a.attname "
        "WHERE col_description(i.inhrelid, a.attnum) IS DISTINCT FROM col_description(i.inhparent, b.attnum)"
    )
    assert different == []
    assert (
        surface.one(
            "SELECT count(*) FROM pg_inherits AS i JOIN pg_class AS c ON c.oid = i.inhrelid AND c.relkind = 'r'"
        )
        >= 340
    )


def test_canonical_columns_are_explained_by_the_words_of_columns_py(surface: Surface) -> None:
    for record, columns in RECORDS.items():
        for table in TABLES[record]:
            said = dict(
                surface.run(
                    "SELECT a.attname, col_description(a.attrelid, a.attnum) FROM pg_attribute AS a "
                    "WHERE a.attrelid = %s::regclass AND a.attnum > 0",
                    table,
                )
            )
            for column in columns:
                assert said[column.name].startswith(f"{column.vi} / {column.en}"), (table, column.name)
                assert ("personal data" in said[column.name]) == (column.confidentiality == "private")


def test_the_tables_hold_the_canonical_columns_in_the_order_of_their_hash(surface: Surface) -> None:
    for record, columns in RECORDS.items():
        for table in TABLES[record]:
            found = [
                name
                for (name,) in surface.run(
                    "SELECT a.attname FROM pg_attribute AS a WHERE a.attrelid = %s::regclass AND a.attnum > 0 "
                    "AND NOT a.attisdropped ORDER BY a.attnum",
                    table,
                )
            ]
            hashed = [column.name for column in columns if column.hashed]
            assert [name for name in found if name in hashed] == hashed, table


def test_the_catalogue_numbers_the_columns_as_they_are_hashed(surface: Surface) -> None:
    for record in RECORDS:
        numbered = surface.run(
            "SELECT c.column_name FROM land.column_catalogue AS c WHERE c.record = %s AND c.hash_position IS NOT NULL "
            "ORDER BY c.hash_position",
            record,
        )
        assert [name for (name,) in numbered] == [column.name for column in hashed_columns(record)]


def test_the_hash_functions_take_the_columns_in_that_order(surface: Surface) -> None:
    for record in RECORDS.keys() - PRIVATE:
        names = surface.one("SELECT proargnames FROM pg_proc WHERE oid = %s::regproc", f"land.{record}_hash")
        assert names == [column.name for column in hashed_columns(record)]
