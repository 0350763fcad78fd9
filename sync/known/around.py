"""The live land around the few rows of a dataset whose CRS is open, and what it shows of them."""

from pathlib import Path
from typing import NamedTuple

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
import shapely
from numpy.typing import NDArray

from parcels.crs import VN2000, from_wgs84, to_wgs84
from parcels.crs_hypotheses import Hypothesis, hypotheses
from parcels.wkb import read_wkb
from sync import db
from sync.folder.snapshot import part_paths, read_part
from sync.known.database import from_hex
from sync.known.witnesses import NONE, Neighbourhood, Witnesses, near, placed, usable, weigh

_ROWS = 50  # of a dataset: more rows of which fewer than five are live are no small set, and wait
_AROUND = 0.00005  # degrees about a shape, 5 m: the index is asked for a little more than touches
_OWN = pa.schema([("row_no", pa.int64()), ("parcel_uid", pa.string()), ("geom", pa.string())])
_BESIDE = pa.schema([("parcel_uid", pa.string()), ("geom", pa.string())])


class FewRows(NamedTuple):
    """The rows of a commune in one part, the CRS that they declare, and how far a parcel may lie from where it is live."""

    province: str
    commune: str
    part_no: int
    declared: str
    shift_m: float


def witnesses_of(connection: db.Connection, run_dir: Path, few: FewRows) -> Witnesses:
    """What the rows show of their CRS. Expects the temporary tables `wanted_place`, filled, and `wanted_box`."""
    table = read_part(part_paths(run_dir)[few.commune], ["part_no", "row_no", "source_wkb"])
    table = table.filter(pc.equal(table["part_no"], few.part_no))
    declared = {hypothesis.name: hypothesis for hypothesis in hypotheses()}[few.declared]
    if table.num_rows > _ROWS:
        return Witnesses()
    shapes = read_wkb(table["source_wkb"].combine_chunks())
    there = usable(shapes)
    shapes, row_no = shapes[there], np.asarray(table["row_no"])[there]
    if not len(shapes):
        return Witnesses()
    identifiers: db.Identifiers = {
        "province": db.sql.Literal(few.province),
        "commune": db.sql.Literal(few.commune),
        "rows": db.sql.Literal(row_no.tolist()),
    }
    mine = db.copy_out(connection, db.compose("load/live_own", identifiers), _OWN)
    new = ~np.isin(row_no, np.asarray(mine["row_no"]))
    db.execute(connection, "context/empty_box")
    db.copy_in(connection, ("pg_temp", "wanted_box"), _boxes(shapes[new], declared))
    beside = db.copy_out(connection, db.compose("load/live_beside", identifiers), _BESIDE)
    land = pa.concat_tables([mine.select(_BESIDE.names), beside]).combine_chunks()
    if not land.num_rows:
        return Witnesses()
    uids, first = np.unique(np.asarray(land["parcel_uid"]), return_index=True)
    own = np.full(len(shapes), NONE, dtype=np.int64)
    own[np.searchsorted(row_no, np.asarray(mine["row_no"]))] = np.searchsorted(
        uids, np.asarray(mine["parcel_uid"])
    )
    live = Neighbourhood(_in_wgs84(land["geom"].take(pa.array(first))), np.isin(uids, mine["parcel_uid"]))
    return weigh(shapes, own, live, declared, few.shift_m)


def _in_wgs84(geom: pa.ChunkedArray) -> NDArray[np.object_]:
    shapes = read_wkb(from_hex(geom))
    return np.asarray(shapely.transform(shapes, lambda coords: to_wgs84(coords, VN2000)), dtype=object)


def _boxes(shapes: NDArray[np.object_], declared: Hypothesis) -> pa.Table:
    """Where each shape would lie in each CRS, a little larger: west, south, east, north in VN-2000 degrees."""
    sides = [np.empty((0, 4))]
    for hypothesis in near(shapes, declared) if len(shapes) else ():
        bounds = shapely.bounds(placed(shapes, hypothesis))
        bounds = bounds[np.isfinite(bounds).all(axis=1)]
        low, high = from_wgs84(bounds[:, :2], VN2000), from_wgs84(bounds[:, 2:], VN2000)
        sides.append(np.column_stack((low - _AROUND, high + _AROUND)))
    return pa.table(dict(zip(("west", "south", "east", "north"), np.concatenate(sides).T, strict=True)))
