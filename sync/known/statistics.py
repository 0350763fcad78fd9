"""Figures of the land statistics into the database. Every load is kept; what is read of them is in `sync.conform.expected`."""

import pyarrow as pa

from parcels.admin_units import communes_table
from sync import db


def store_expected(dsn: str, table: pa.Table, file: str, sha256: str, actor: str) -> int:
    """Add figures to land.commune_expected; how many came: none, for the same file again. All of them, or none.

    table  `sync.conform.expected.READ_SCHEMA`
    """
    known = communes_table().select(["commune_code", "valid_from", "province_code"])
    known = known.rename_columns(["commune_code", "commune_valid_from", "province_code"])
    incoming = table.drop_columns(["old_communes", "file_rows"]).append_column(
        "at", pa.array(range(len(table)))
    )
    incoming = incoming.join(known, "commune_code", join_type="left outer").sort_by("at").drop_columns("at")
    incoming = incoming.append_column("old_communes", db.array_text(table["old_communes"]))
    incoming = incoming.append_column("file_rows", db.array_text(table["file_rows"]))
    with db.connect(dsn) as connection:
        db.execute(connection, "expected/incoming")
        db.copy_in(connection, ("pg_temp", "expected_incoming"), incoming)
        values = {"file_name": file, "file_sha256": sha256, "actor": actor}
        return db.execute(connection, "expected/store", values)
