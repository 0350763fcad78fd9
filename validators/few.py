"""Which live parcels can matter to a few rows of a commune: those that a handle of a row may name, and those beside its land.

The checks of a change set ask of a live parcel whether a row is that parcel, and whether it lies where a row lies. Both follow from
its handles and its land alone, so a commune of thousands of parcels is not read for three rows. Nor does it matter what else is
handed over: more parcels change no finding.
"""

from datetime import date

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
import shapely
from numpy.typing import NDArray

from parcels.arrays import one_array
from parcels.wkb import bounds_of, read_wkb
from validators.borders.land import degrees
from validators.identity.handles import handles_of, source_handles
from validators.live import FEW_SCHEMA, LIVE_SCHEMA
from validators.policy import Policy
from validators.topology.around import NEAR_DEG

_SIDES = ("west", "south", "east", "north")
_ON_SHEET = ("sheet_no", "parcel_no")


def few_of(part: pa.Table, commune_code: str, as_of: date, policy: Policy) -> pa.Table:
    """FEW_SCHEMA: what the rows of a part of the snapshot ask for: KEY_COLUMNS and `geom` at least."""
    own = handles_of(part, commune_code, as_of)
    reach = max(NEAR_DEG, degrees(2 * float(policy.history.same_place_m)))
    boxes = bounds_of(one_array(part.column("geom"))) + np.array([-reach, -reach, reach, reach])
    there = np.isfinite(boxes).all(axis=1)
    columns = {
        "commune_code": pa.repeat(commune_code, part.num_rows),
        "source_handle": own.source_key,
        "national_id": own.national_id,
        **{name: one_array(part.column(name)) for name in _ON_SHEET},
        **{side: pa.array(boxes[:, k], mask=~there) for k, side in enumerate(_SIDES)},
    }
    return pa.table(columns, schema=FEW_SCHEMA)


def widest(few: pa.Table) -> float:
    """The longest side of a box of these rows (FEW_SCHEMA), in degrees: 0 where there is none."""
    west, south, east, north = (few[side].to_numpy() for side in _SIDES)
    sides = np.concatenate((east - west, north - south))
    return float(np.nanmax(sides, initial=0.0))


def matters(live: pa.Table, few: pa.Table) -> NDArray[np.bool_]:
    """(n,) which live parcels of a commune (LIVE_SCHEMA) matter to its rows (FEW_SCHEMA)."""
    named = _among(source_handles(live), few["source_handle"])
    named |= _among(one_array(live["national_id"]), few["national_id"])
    named |= _among(_sheets(live), _sheets(few))
    return named | _beside(live, few)


def concerned(live: pa.Table, few: pa.Table) -> pa.Table:
    """Of the live parcels of a commune (LIVE_SCHEMA) those that matter to its rows (FEW_SCHEMA).

    One at least, where there are any: a commune of which something is live is no new one.
    """
    if not live.num_rows:
        return LIVE_SCHEMA.empty_table()
    chosen = matters(live, few)
    if not chosen.any():
        chosen[0] = True
    return live.filter(pa.array(chosen))


def _among(theirs: pa.Array, asked: pa.Array | pa.ChunkedArray) -> NDArray[np.bool_]:
    return np.array(pc.is_in(theirs, value_set=pc.unique(one_array(asked)), skip_nulls=True))


def _sheets(table: pa.Table) -> pa.Array:
    sheet, number = (one_array(table[name]) for name in _ON_SHEET)
    return pc.binary_join_element_wise(sheet, number, "\n", null_handling="emit_null")


def _beside(live: pa.Table, few: pa.Table) -> NDArray[np.bool_]:
    boxes = np.column_stack([few[side].to_numpy() for side in _SIDES])
    boxes = boxes[np.isfinite(boxes).all(axis=1)]
    touched = np.zeros(live.num_rows, dtype=bool)
    tree = shapely.STRtree(read_wkb(one_array(live["geom"])))
    touched[tree.query(shapely.box(*boxes.T))[1]] = True
    return touched
