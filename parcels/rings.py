"""Rings that cover nothing, and polygons that the grid would break (docs/adr/0147)."""

import numpy as np
import shapely
from numpy.typing import NDArray

from parcels.fence import each_row
from parcels.validity import is_valid

Geometries = NDArray[np.object_]
Integers = NDArray[np.int64]
Mask = NDArray[np.bool_]

_POLYGON, _MULTIPOLYGON = 3, 6


def ring_counts(geometries: Geometries) -> Integers:
    """(n,) how many rings the parts of each polygonal shape have, empty ones and all; 0 of other types."""
    kinds = shapely.get_type_id(geometries)
    counts = np.where(kinds == _POLYGON, shapely.get_num_interior_rings(geometries) + 1, 0)
    multi = np.flatnonzero(kinds == _MULTIPOLYGON)
    parts, owner = shapely.get_parts(geometries[multi], return_index=True)
    rings = shapely.get_num_interior_rings(parts) + 1
    counts[multi] = np.bincount(owner, rings, len(multi))
    return np.asarray(counts, dtype=np.int64)


def hollow(geometries: Geometries) -> Mask:
    """(n,) which polygonal shapes have a ring or a part without any coordinate, and are not empty as a whole."""
    found = np.zeros(len(geometries), dtype=bool)
    rows = _suspects(geometries, points=False)
    found[rows] = _Rings(geometries[rows], points=False).lost()
    return np.asarray(found & ~shapely.is_empty(geometries))


def without_hollow(geometries: Geometries) -> Geometries:
    """Without the rings of polygons that are empty or one single point; the shapes made of nothing else become None.

    A part goes with its shell.
    """
    result = geometries.copy()
    result[(shapely.get_type_id(geometries) == _POLYGON) & _in_one_point(geometries)] = None
    rows = _suspects(result, points=True)
    if len(rows):
        rings = _Rings(result[rows], points=True)
        lost = rings.lost()
        result[rows[lost]] = rings.rebuilt()[lost]
    return result


def kept_valid(before: Geometries, rounded: Geometries, size: float) -> tuple[Geometries, Integers]:
    """The rounded shapes (n,), but for those that were valid `before` and are no longer: these on the grid as a whole.

    Coordinate by coordinate a vertex may come to lie on the other side of an edge that it nearly touches. As a whole
    (snap rounding) it is put on the edge: nothing moves further than the grid, and the shape stays valid. Not where a
    ring would be lost by that: it is the row's fault then. `size` of the grid in units of the coordinates.

    Returns the shapes, and which of them are others than rounded, in no particular order of rings.
    """
    result = rounded.copy()
    broken = np.flatnonzero(~is_valid(rounded) & ~shapely.is_missing(rounded))
    broken = broken[is_valid(before[broken])]
    if not len(broken):
        return result, broken
    whole = each_row(lambda shapes: shapely.set_precision(shapes, size), shapely.force_2d(before[broken]))
    whole = shapely.set_precision(whole, 0.0)  # a shape that says it has a grid is computed with on that grid
    per_unit = round(1 / size)
    whole = shapely.transform(whole, lambda coords: np.rint(coords * per_unit) / per_unit + 0.0)
    good = is_valid(whole) & (ring_counts(whole) >= ring_counts(before[broken]))
    result[broken[good]] = whole[good]
    return result, broken[good]


def smallest_rings(geometries: Geometries) -> Geometries:
    """(n,) the first vertex of the smallest ring of each polygonal shape, as a point; None where there is no ring."""
    parts, owner = shapely.get_parts(geometries, return_index=True)
    rings, part = shapely.get_rings(parts, return_index=True)
    there = ~shapely.is_empty(rings)
    rings, of = rings[there], owner[part[there]]
    bounds = shapely.bounds(rings)
    order = np.lexsort((np.hypot(*(bounds[:, 2:] - bounds[:, :2]).T), of))
    rows, first = np.unique(of[order], return_index=True)
    result = np.full(len(geometries), None, dtype=object)
    result[rows] = shapely.get_point(rings[order[first]], 0)
    return result


def _in_one_point(shapes: Geometries) -> Mask:
    bounds = shapely.bounds(shapes)
    return np.asarray((bounds[:, 0] == bounds[:, 2]) & (bounds[:, 1] == bounds[:, 3]))


def _suspects(geometries: Geometries, *, points: bool) -> Integers:
    """The positions of the few shapes whose rings must be looked at one by one."""
    found = shapely.get_num_interior_rings(geometries) > 0
    multi = np.flatnonzero((shapely.get_type_id(geometries) == _MULTIPOLYGON) & ~shapely.is_empty(geometries))
    parts, owner = shapely.get_parts(geometries[multi], return_index=True)
    odd = shapely.is_empty(parts) | (shapely.get_num_interior_rings(parts) > 0)
    if points:
        odd |= _in_one_point(parts)
    found[multi[owner[odd]]] = True
    return np.flatnonzero(found)


class _Rings:
    """The rings of polygonal shapes (n,), and which of them are kept."""

    def __init__(self, geometries: Geometries, *, points: bool) -> None:
        parts, self.owner = shapely.get_parts(geometries, return_index=True)
        self.n = len(geometries)
        self.no_part = shapely.is_empty(parts)
        self.rings, self.part = shapely.get_rings(parts, return_index=True)
        kept = ~shapely.is_empty(self.rings)
        if points:
            kept &= ~_in_one_point(self.rings)
        shell = np.flatnonzero(np.diff(self.part, prepend=-1))
        gone = np.zeros(len(parts), dtype=bool)
        gone[self.part[shell[~kept[shell]]]] = True  # a part goes with its shell
        self.kept = kept & ~gone[self.part]

    def lost(self) -> Mask:
        """(n,) which shapes have a ring or a part that is not kept."""
        lost = np.zeros(self.n, dtype=bool)
        lost[self.owner[self.part[~self.kept]]] = True
        lost[self.owner[self.no_part]] = True
        return lost

    def rebuilt(self) -> Geometries:
        """(n,) the shapes of the rings that are kept; None where there are none."""
        result = np.full(self.n, None, dtype=object)
        numbers, part = np.unique(self.part[self.kept], return_inverse=True)
        if len(numbers):
            polygons = shapely.polygons(self.rings[self.kept], indices=part)
            filled, of = np.unique(self.owner[numbers], return_inverse=True)
            result[filled] = shapely.multipolygons(polygons, indices=of)
        return result
