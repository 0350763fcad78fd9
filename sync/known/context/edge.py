"""Where a province's land ends: boxes along its edge, in which parcels of its neighbours are looked for.

Land is drawn on a grid of some 200 m. What is interior land all around holds no neighbour's parcel, so the boxes, and what
lies in them, follow the border and not the area.
"""

import numpy as np
import shapely
from numpy.typing import NDArray

from sync.known.context.near import Boxes

CELL = 0.002  # degrees: 222 m from north to south, about 210 m from west to east
_SPAN = 1 << 20  # more columns and rows than the Earth has cells
_AROUND = np.array([(dx, dy) for dx in (-1, 0, 1) for dy in (-1, 0, 1) if dx or dy], np.int64)

Cells = NDArray[np.int64]


class Footprint:
    """The cells in which a province has land."""

    def __init__(self) -> None:
        self._cells: Cells = np.empty(0, np.int64)

    def add(self, bounds: Boxes) -> None:
        """Land in these bounding boxes (n, 4), EPSG:4756; NaN is no land."""
        bounds = bounds[np.isfinite(bounds).all(axis=1)]
        low = np.floor(bounds[:, :2] / CELL).astype(np.int64)
        size = np.floor(bounds[:, 2:] / CELL).astype(np.int64) - low + 1
        count = size[:, 0] * size[:, 1]
        box = np.repeat(np.arange(len(bounds)), count)
        step = np.arange(len(box)) - np.repeat(np.cumsum(count) - count, count)
        dy, dx = np.divmod(step, size[box, 0])
        self._cells = np.union1d(self._cells, _code(low[box, 0] + dx, low[box, 1] + dy))

    def add_outlines(self, polygons: NDArray[np.object_]) -> None:
        """The edges of communes that have no parcels yet, by their outlines."""
        coordinates, ring = shapely.get_coordinates(
            shapely.get_rings(shapely.get_parts(polygons)), return_index=True
        )
        same = ring[1:] == ring[:-1]
        start, end = coordinates[:-1][same], coordinates[1:][same]
        self.add(np.hstack((np.minimum(start, end), np.maximum(start, end))))

    def edge(self) -> Boxes:
        """(k, 4) boxes that cover the cells with land at the edge and one cell around; runs of cells are one box."""
        if not len(self._cells):
            return np.empty((0, 4))
        x, y = _position(self._cells)
        around = _code(x[:, None] + _AROUND[:, 0], y[:, None] + _AROUND[:, 1])
        inner = np.isin(around, self._cells).all(axis=1)
        cells = np.setdiff1d(
            np.union1d(self._cells, around), self._cells[inner]
        )  # sorted by row, then column
        x, y = _position(cells)
        first = np.flatnonzero(np.concatenate(([True], np.diff(cells) != 1)))
        last = np.concatenate((first[1:], [len(cells)])) - 1
        return np.column_stack((x[first], y[first], x[last] + 1, y[last] + 1)) * CELL


def _code(x: Cells, y: Cells) -> Cells:
    return np.asarray((y + _SPAN // 2) * _SPAN + (x + _SPAN // 2), dtype=np.int64)


def _position(code: Cells) -> tuple[Cells, Cells]:
    y, x = np.divmod(code, _SPAN)
    return x - _SPAN // 2, y - _SPAN // 2
