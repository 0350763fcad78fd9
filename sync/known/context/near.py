"""Which live parcels lie along a commune's edge: the one rule for the database's candidates and the file's."""

import numpy as np
import pyarrow as pa
import shapely
from numpy.typing import NDArray

from parcels.wkb import read_wkb

Boxes = NDArray[np.float64]


def tree_of(boxes: Boxes) -> shapely.STRtree:
    """The boxes (k, 4: west, south, east, north) to be looked in."""
    return shapely.STRtree(shapely.box(*np.asarray(boxes, np.float64).reshape(-1, 4).T))


def touching(table: pa.Table, boxes: Boxes) -> pa.Table:
    """The rows of LIVE_SCHEMA whose own bounding box touches one of `boxes` (k, 4: west, south, east, north)."""
    if not table.num_rows or not len(boxes):
        return table.slice(0, 0)
    return table.take(touched(bounds_of(table), tree_of(boxes)))


def touched(bounds: Boxes, tree: shapely.STRtree) -> pa.Array:
    """Which of these bounding boxes (n, 4) touch a box of the tree: positions, in order."""
    if not len(bounds) or not len(tree):
        return pa.array([], pa.int64())
    west, south, east, north = shapely.total_bounds(tree.geometries)
    near = (bounds[:, 0] <= east) & (bounds[:, 2] >= west) & (bounds[:, 1] <= north) & (bounds[:, 3] >= south)
    some = np.flatnonzero(near)
    return pa.array(some[np.unique(tree.query(shapely.box(*bounds[some].T))[0])])


def bounds_of(table: pa.Table) -> Boxes:
    """(n, 4) the bounding boxes of the rows, EPSG:4756; NaN where a row has no geometry."""
    return np.asarray(shapely.bounds(read_wkb(table["geom"].combine_chunks())), dtype=np.float64)


def in_order(table: pa.Table) -> pa.Table:
    """The rows in an order of their own, whoever was asked for them."""
    keys = (
        "province_code",
        "commune_code",
        "parcel_uid",
        "source_system",
        "source_key",
        "sheet_no",
        "parcel_no",
    )
    return table.sort_by([(key, "ascending") for key in keys]).combine_chunks()
