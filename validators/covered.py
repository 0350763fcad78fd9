"""What lies inside a large polygon, for many small ones: a grid of cells answers for all but those along its edge."""

import numpy as np
import shapely
from numpy.typing import NDArray

from validators.base import Mask, where
from validators.shape import Geometries

_CELLS = 32  # a side: asking about a thousand cells pays from some thousand shapes on


def covered_by(polygon: shapely.Geometry, shapes: Geometries) -> Mask:
    """(n,) what `shapely.covers(polygon, shapes)` says."""
    shapely.prepare(polygon)
    if len(shapes) < _CELLS**2:
        return np.asarray(shapely.covers(polygon, shapes), dtype=bool)
    result = _in_cells_of(polygon, shapely.bounds(shapes))
    rest = where(~result)
    result[rest] = shapely.covers(polygon, shapes[rest])
    return result


def _in_cells_of(polygon: shapely.Geometry, bounds: NDArray[np.float64]) -> Mask:
    """(n,) whether every cell that a bounding box (n, 4) touches lies in the polygon."""
    west, south, east, north = shapely.bounds(polygon)
    xs, ys = np.linspace(west, east, _CELLS + 1), np.linspace(south, north, _CELLS + 1)
    cells = shapely.box(
        *(side.ravel() for side in np.meshgrid(xs[:-1], ys[:-1])),
        *(side.ravel() for side in np.meshgrid(xs[1:], ys[1:])),
    )
    # A frame of cells outside, so that what reaches beyond the polygon's own bounding box touches one of them.
    open_ = np.ones((_CELLS + 2, _CELLS + 2), np.int64)
    open_[1:-1, 1:-1] = ~shapely.covers(polygon, cells).reshape(_CELLS, _CELLS)
    total = np.zeros((_CELLS + 3, _CELLS + 3), np.int64)
    total[1:, 1:] = open_.cumsum(axis=0).cumsum(axis=1)
    first_x, first_y = np.searchsorted(xs, bounds[:, 0], "right"), np.searchsorted(ys, bounds[:, 1], "right")
    # What has no width and lies on the edge of two cells touches the second of them too.
    last_x = np.maximum(np.searchsorted(xs, bounds[:, 2], "left"), first_x)
    last_y = np.maximum(np.searchsorted(ys, bounds[:, 3], "left"), first_y)
    touched = total[last_y + 1, last_x + 1] - total[first_y, last_x + 1]
    touched -= total[last_y + 1, first_x] - total[first_y, first_x]
    return np.asarray((touched == 0) & np.isfinite(bounds).all(axis=1))
