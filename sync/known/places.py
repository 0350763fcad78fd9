"""Where the parcels of a commune are live already: what its history says of the CRS of a new delivery.

Asked only for datasets whose coordinates do not show their CRS: the same parcels, found by their keys, lie
where they are live if the delivery is in the CRS that it says, and 50 m or more away if it is in another one. Where
few are found again, each row is a witness of its own (`sync.known.witnesses`).
"""

from pathlib import Path

import numpy as np
import pyarrow as pa
import shapely

from parcels.crs_hypotheses import metres_between
from parcels.wkb import read_wkb
from sync import db
from sync.folder.conform import Conformed
from sync.folder.delivery import DeliveryRecord
from sync.folder.reasons import UNDECIDED, Shift
from sync.folder.snapshot import part_paths, read_part
from sync.known.around import FewRows, witnesses_of
from validators.policy import policy_at

_PARCELS = 500  # of a dataset: their median is as good as that of all of them
_KEYS = ("source_system", "source_key", "national_id", "sheet_no", "parcel_no")
_TYPES = pa.schema(
    [
        ("commune_code", pa.string()),
        ("part_no", pa.int32()),
        ("row_no", pa.int64()),
        *((name, pa.string()) for name in _KEYS),
        ("lon", pa.float64()),
        ("lat", pa.float64()),
    ]
)


def live_places(dsn: str, province: str, run_dir: Path) -> dict[tuple[str, int], Shift]:
    """Commune and part of each undecided dataset → what its live parcels say of where its rows lie.

    A dataset is absent when none of its parcels is found again, and none lies beside one that is live.
    """
    undecided = _undecided(run_dir)
    wanted = _wanted(run_dir, undecided)
    if not wanted.num_rows:
        return {}
    rules = policy_at(DeliveryRecord.load(run_dir).as_of).crs
    with db.connect(dsn) as connection:
        db.execute(connection, "load/create_wanted_place")
        db.execute(connection, "context/create_box")
        db.copy_in(connection, ("pg_temp", "wanted_place"), wanted)
        rows = db.fetch(connection, "load/live_places", {"province": province})
        found = {(row["commune_code"], row["part_no"]): _live(row) for row in rows}
        for (code, part_no), declared in undecided.items():
            known = found.get((code, part_no), Shift(found=0, east_m=0.0, north_m=0.0))
            if known.found < rules.history_at_least and declared is not None:
                few = FewRows(province, code, part_no, declared, float(rules.history_shift_m))
                shown = witnesses_of(connection, run_dir, few)
                if shown.rows:
                    found[code, part_no] = known.model_copy(update=shown._asdict())
    return found


def _live(row: db.Row) -> Shift:
    here = np.array([[0.0, row["lat"]]])
    east, north = metres_between(here + np.array([[row["east"], row["north"]]]), here)[0]
    return Shift(found=int(row["found"]), east_m=float(east), north_m=float(north))


def _undecided(run_dir: Path) -> dict[tuple[str, int], str | None]:
    """Commune and part of each undecided dataset → the CRS that it declares, by its name."""
    return {
        (code, reason.evidence.part_no): reason.evidence.declared
        for code, reasons in Conformed.load(run_dir).holds.items()
        for reason in reasons
        if reason.code == UNDECIDED and reason.evidence is not None
    }


def _wanted(run_dir: Path, undecided: dict[tuple[str, int], str | None]) -> pa.Table:
    """Keys and middles (VN-2000 degrees) of some parcels of each undecided dataset."""
    paths = part_paths(run_dir)
    tables = [_TYPES.empty_table()]
    for code, part_no in undecided:
        if code not in paths:
            continue
        table = read_part(paths[code], ["part_no", "row_no", *_KEYS, "geom"])
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
        *(table[name].combine_chunks() for name in ("row_no", *_KEYS)),
        pa.array(middle[:, 0]),
        pa.array(middle[:, 1]),
    ]
    return pa.table(columns, schema=_TYPES).filter(pa.array(np.isfinite(middle).all(axis=1)))
