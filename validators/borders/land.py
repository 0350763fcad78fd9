"""Where a commune's land lies, coarsely: the cells of a fixed national grid that its parcels touch.

Two communes meet where they share cells. So the parcels that a seam concerns are found without comparing parcels, and
the same way for holes, exclaves, islands, land without parcels inside a commune and communes that lie on each other:
what a commune's neighbours can concern is where somebody else has a cell too. Degrees of EPSG:4756 throughout.
"""

from dataclasses import dataclass

import numpy as np
import pyarrow as pa
import shapely
from numpy.typing import NDArray

from parcels.validity import is_valid
from parcels.wkb import bounds_of
from validators.plane import enclosed
from validators.shape import Geometries

CELL_DEG = 0.0005  # some 55 m: a few parcels; smaller cells cost more than the parcels they spare
# Longer than half the nation's widest commune: no parcel, but coordinates gone astray. Both sides of a seam leave it out.
WIDEST_DEG = 0.5
_FEW = 16  # a parcel whose box has no more cells is taken to touch all of them
_BLOCK = (
    6  # a larger one is looked for in blocks of 2⁶ cells a side, then in the quarters of those it touches
)
_HALVINGS = 2
_ROW = np.int64(1) << 32

Integers = NDArray[np.int64]
Floats = NDArray[np.float64]


@dataclass(frozen=True, slots=True)
class Land:
    """Which parcels touch which cells; parallel arrays, each pair once.

    row   (m,) position of the parcel
    cell  (m,) number of the cell
    """

    row: Integers
    cell: Integers

    @property
    def cells(self) -> Integers:
        """The cells, sorted, each once."""
        return np.unique(self.cell)


def degrees(metres: float) -> float:
    """At least so many metres in any direction, anywhere in Vietnam, in degrees."""
    return metres * 1.1e-5


def placed(shapes: Geometries) -> NDArray[np.bool_]:
    """(n,) which stored geometries are somewhere, and no larger than a parcel can be."""
    return _placed(shapely.bounds(shapes))


def land_of(wkb: pa.Array, reach_m: float) -> Land:
    """The cells that come within `reach_m` of each parcel's box, or of the parcel where the box is large.

    wkb  (n,) stored geometries, EPSG:4756; NULL where a row has none
    """
    bounds = bounds_of(wkb)
    row = np.flatnonzero(_placed(bounds))
    reach = degrees(reach_m)
    low = _cell_at(bounds[row, :2] - reach)
    high = _cell_at(bounds[row, 2:] + reach)
    few = (high - low + 1).prod(axis=1) <= _FEW
    at, x, y = _spread(low[few], high[few])
    shapes = shapely.from_wkb(wkb.take(pa.array(row[~few])).to_numpy(zero_copy_only=False))
    large = _cells_of_large(shapes, low[~few], high[~few], reach)
    return Land(
        np.concatenate((row[few][at], row[~few][large[0]])),
        np.concatenate((y * _ROW + x, large[2] * _ROW + large[1])),
    )


def boxes_of(cells: Integers) -> Floats:
    """(k, 4) boxes (west, south, east, north) that cover these sorted cells and nothing else; neighbours are joined."""
    if not len(cells):
        return np.empty((0, 4))
    y, x = np.divmod(cells, _ROW)
    start = np.flatnonzero(np.diff(cells, prepend=cells[0] - 2) != 1)
    end = np.append(start[1:], len(cells)) - 1
    first, last, line = x[start], x[end], y[start]
    order = np.lexsort((line, last, first))
    first, last, line = first[order], last[order], line[order]
    new = np.ones(len(order), dtype=bool)
    new[1:] = (np.diff(first) != 0) | (np.diff(last) != 0) | (np.diff(line) != 1)
    bottom = np.flatnonzero(new)
    top = np.append(bottom[1:], len(order)) - 1
    corners = np.column_stack((first[bottom], line[bottom], last[bottom] + 1, line[top] + 1))
    return np.asarray(corners * CELL_DEG - np.array([180.0, 90.0, 180.0, 90.0]))


def _placed(bounds: Floats) -> NDArray[np.bool_]:
    with np.errstate(invalid="ignore"):
        size = bounds[:, 2:] - bounds[:, :2]
    return np.asarray((size <= WIDEST_DEG).all(axis=1))  # no: a missing geometry has no size


def _cell_at(corners: Floats) -> Integers:
    return np.asarray(np.floor((corners + np.array([180.0, 90.0])) / CELL_DEG), np.int64)


def _spread(low: Integers, high: Integers) -> tuple[Integers, Integers, Integers]:
    """Every cell of every rectangle: which rectangle, x, y."""
    size = high - low + 1
    count = size.prod(axis=1)
    at = np.repeat(np.arange(len(count)), count)
    step = np.arange(len(at)) - np.repeat(np.cumsum(count) - count, count)
    dy, dx = np.divmod(step, size[at, 0])
    return at, low[at, 0] + dx, low[at, 1] + dy


def _cells_of_large(
    shapes: Geometries, low: Integers, high: Integers, reach: float
) -> tuple[Integers, Integers, Integers]:
    """The cells that large parcels come near to themselves, not only with their boxes: parcel, x, y."""
    if not len(shapes):
        none = np.empty(0, np.int64)
        return none, none, none
    broken = ~is_valid(shapes)
    shapes[broken] = enclosed(shapes[broken])
    shapely.prepare(shapes)
    at, x, y = _spread(low >> _BLOCK, high >> _BLOCK)
    for level in range(_BLOCK, -1, -_HALVINGS):
        side = CELL_DEG * 2**level
        west, south = x * side - 180.0 - reach, y * side - 90.0 - reach
        boxes = shapely.box(west, south, west + side + 2 * reach, south + side + 2 * reach)
        near = shapely.intersects(shapes[at], boxes)
        at, x, y = at[near], x[near], y[near]
        if level:
            quarters = np.arange(2**_HALVINGS)
            dx, dy = (part.ravel() for part in np.meshgrid(quarters, quarters))
            at = np.repeat(at, len(dx))
            x = (x[:, None] * 2**_HALVINGS + dx).ravel()
            y = (y[:, None] * 2**_HALVINGS + dy).ravel()
    return at, x, y
