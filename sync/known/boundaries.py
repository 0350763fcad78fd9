"""Boundaries of communes into the database, and out of it into a run's folder."""

from datetime import date
from pathlib import Path

import pyarrow as pa

from parcels.content_hash import to_hex
from sync import db
from sync.folder.boundaries import Boundaries, from_table, write_boundaries

_COLUMNS = pa.schema(
    [
        pa.field("commune_code", pa.string()),
        pa.field("valid_from", pa.date32()),
        pa.field("source_sha256", pa.string()),
        pa.field("geom", pa.string()),
    ]
)


def store_boundaries(dsn: str, boundaries: Boundaries, source_name: str, actor: str) -> int:
    """Add boundaries to land.commune_boundary; how many communes came or changed: none, for the same file again."""
    table = boundaries.table()
    table = table.set_column(3, "geom", to_hex(table["geom"].combine_chunks()))
    with db.connect(dsn) as connection:
        db.execute(connection, "boundaries/incoming")
        db.copy_in(connection, ("pg_temp", "boundary_incoming"), table)
        return db.execute(connection, "boundaries/store", {"source_name": source_name, "actor": actor})


def boundaries_of(dsn: str, province: str, as_of: date) -> Boundaries | None:
    """The boundaries of a province's communes that hold on a day, as loaded last; None where none are loaded."""
    query = db.compose(
        "boundaries/of_province", {"province": db.sql.Literal(province), "as_of": db.sql.Literal(as_of)}
    )
    with db.connect(dsn) as connection:
        table = db.copy_out(connection, query, _COLUMNS)
    if not table.num_rows:
        return None
    wkb = pa.array([bytes.fromhex(outline) for outline in table["geom"].to_pylist()], pa.binary())
    return from_table(table.set_column(3, "geom", wkb))


def hand_over(dsn: str, province: str, as_of: date, run_dir: Path) -> None:
    """Leave the province's boundaries in a run's folder, where conform finds them; nothing where there are none."""
    found = boundaries_of(dsn, province, as_of)
    if found is not None:
        write_boundaries(run_dir, found)
