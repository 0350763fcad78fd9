"""National ids of a delivery that parcels of other provinces already hold: context for the checks.

The merge has the last word (another province may claim an id in between); this lets the judgement say so first.
"""

from pathlib import Path

import pyarrow as pa
import pyarrow.compute as pc

from sync import db
from sync.conform.snapshot import part_paths, read_part
from validators.handles import national_handles

CLAIMS_SCHEMA = pa.schema([pa.field("national_id", pa.string()), pa.field("province_code", pa.string())])


def foreign_claims(dsn: str, province: str, run_dir: Path) -> pa.Table:
    """(national_id, province_code) of the delivered ids that another province's parcel holds."""
    parts = [read_part(path, ["national_id"]) for path in part_paths(run_dir).values()]
    delivered = pa.chunked_array([national_handles(part) for part in parts], pa.string())
    ids = pc.unique(pc.drop_null(delivered))
    with db.connect(dsn) as connection:
        db.execute(connection, "load/create_wanted_id")
        db.copy_in(connection, ("pg_temp", "wanted_id"), pa.table({"national_id": ids}))
        rows = db.fetch(connection, "load/foreign_claims", {"province": province})
    return pa.Table.from_pylist(rows, schema=CLAIMS_SCHEMA)
