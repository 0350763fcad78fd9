"""Where the parcels of a commune are live already: what its history says of the CRS of a new delivery.

Asked only for datasets whose coordinates do not show their CRS: the same parcels, found by their keys, lie
where they are live if the delivery is in the CRS that it says, and 50 m or more away if it is in another one.
"""

from pathlib import Path

import numpy as np
import pyarrow as pa
import shapely

from parcels.crs_hypotheses import metres_between
from parcels.wkb import read_wkb
from sync import db
from sync.folder.conform import Conformed
from sync.folder.reasons import UNDECIDED, Shift
from sync.folder.snapshot import part_paths, read_part

_PARCELS = 500  # of a dataset: their median is as good as that of all of them
_KEYS = ("source_system", "source_key", "sheet_no", "parcel_no")
_TYPES = pa.schema(
    [
        ("commune_code", pa.string()),
        ("part_no", pa.int32()),
        *((name, pa.string()) for name in _KEYS),
        ("lon", pa.float64()),
        ("lat", pa.float64()),
    ]
)


def live_places(dsn: str, province: str, run_dir: Path) -> dict[tuple[str, int], Shift]:
    """Commune and part of each undecided dataset → how far its parcels lie from where they are live now.

    A dataset is absent when none of its parcels is found again.
    """
    wanted = _wanted(run_dir)
    if not wanted.num_rows:
        return {}
    with db.connect(dsn) as connection:
        db.execute(connection, "load/create_wanted_place")
        db.copy_in(connection, ("pg_temp", "wanted_place"), wanted)
        rows = db.fetch(connection, "load/live_places", {"province": province})
    return {(row["commune_code"], row["part_no"]): _live(row) for row in rows}


def _live(row: db.Row) -> Shift:
    here = np.array([[0.0, row["lat"]]])
    east, north = metres_between(here + np.array([[row["east"], row["north"]]]), here)[0]
    return Shift(found=int(row["found"]), east_m=float(east), north_m=float(north))


def _wanted(run_dir: Path) -> pa.Table:
    """Keys and middles (VN-2000 degrees) of some parcels of each undecided dataset."""
    holds = Conformed.load(run_dir).holds
    paths = part_paths(run_dir)
    tables = [_TYPES.empty_table()]
    for code, reasons in holds.items():
        parts = [r.evidence.part_no for r in reasons if r.code == UNDECIDED and r.evidence is not None]
        if not parts or code not in paths:
            continue
        table = read_part(paths[code], ["part_no", *_KEYS, "geom"])
        for part_no in parts:
            rows = np.flatnonzero(np.asarray(table["part_no"]) == part_no)
            rows = rows[np.unique(np.linspace(0, len(rows) - 1, min(len(rows), _PARCELS)).astype(np.int64))]
            tables.append(_places(code, part_no, table.take(pa.array(rows))))
    return pa.concat_tables(tables)


def _places(code: str, part_no: int, table: pa.Table) -> pa.Table:
    bounds = shapely.bounds(read_wkb(table["geom"].combine_chunks()))
    middle = (bounds[:, :2] + bounds[:, 2:]) / 2
    n = table.num_rows
    columns = [
        pa.repeat(pa.scalar(code), n),
        pa.array(np.full(n, part_no, np.int32)),
        *(table[name].combine_chunks() for name in _KEYS),
        pa.array(middle[:, 0]),
        pa.array(middle[:, 1]),
    ]
    return pa.table(columns, schema=_TYPES).filter(pa.array(np.isfinite(middle).all(axis=1)))
