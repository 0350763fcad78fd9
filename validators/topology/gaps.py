"""Land between parcels that belongs to none, no wider than the tolerance of their maps.

Wider land without a parcel is a road or a river that nobody delivered, unless parcels lie all around it: no road leads
there. A gap is the land between edges that face each other; where it is closed all around, the whole of it, with its
corners.
"""

from dataclasses import dataclass

import numpy as np
import shapely
from numpy.typing import NDArray
from shapely import STRtree

from parcels.mixing import mixed
from validators.base import Mask, Rows
from validators.shape import Geometries
from validators.topology.facing import Facing, between
from validators.topology.matching import Floats
from validators.topology.pairs import GRID_M, NOISE_M2, polygonal
from validators.topology.widths import width_m

_TOGETHER_M = 1e-3  # pieces of a gap that a bend in it parts
_BESIDE_M2 = _TOGETHER_M * GRID_M  # a parcel is beside a gap along a millimetre at least, not at a corner
_OPEN_M2 = 2 * _BESIDE_M2  # around a gap, of no parcel: an opening of a millimetre


@dataclass(frozen=True, slots=True)
class Gaps:
    """One for each set of parcels: several pieces of land between the same parcels are one gap.

    place   (k,) polygonal geometries
    area    (k,) m²
    width   (k,) metres
    gap, shape  (m,) which gap lies beside which shape, in order of both
    """

    place: Geometries
    area: Floats
    width: Floats
    gap: NDArray[np.int64]
    shape: Rows

    def keep(self, kept: Mask) -> "Gaps":
        """Only those, numbered anew."""
        mine = kept[self.gap]
        number = np.cumsum(kept) - 1
        return Gaps(
            self.place[kept], self.area[kept], self.width[kept], number[self.gap[mine]], self.shape[mine]
        )


def gaps(shapes: Geometries, tree: STRtree, pairs: Facing, tolerance: Floats, closed_m: float) -> Gaps:
    """The gaps among shapes (n,), each no wider than the largest tolerance (n,) of the shapes beside it.

    closed_m  with parcels all around, no wider than this
    """
    land = between(pairs)
    land = land[shapely.area(land) > NOISE_M2]
    if not len(land):
        return _none()
    rough = shapely.get_parts(shapely.union_all(shapely.buffer(land, _TOGETHER_M, join_style="mitre")))
    number, at = _owners(rough, land)
    pieces = _united(land[at], number, len(rough))
    free = _free(shapes, tree, pieces)
    free = _free(shapes, tree, _closed(shapes, tree, rough, free, np.maximum(tolerance, closed_m)))
    parts = shapely.get_parts(polygonal(free))
    parts = parts[shapely.area(parts) > NOISE_M2]
    return _by_parcels(*_narrow(shapes, tree, parts, tolerance, closed_m))


def _free(shapes: Geometries, tree: STRtree, land: Geometries) -> Geometries:
    """Land without what of it belongs to parcels."""
    number, shape = tree.query(land, predicate="intersects")
    taken = _united(shapes[shape], number, len(land))
    return np.asarray(shapely.difference(land, taken), dtype=object)


def _closed(
    shapes: Geometries, tree: STRtree, rough: Geometries, free: Geometries, tolerance: Floats
) -> Geometries:
    """The free land, with the rest of the holes in which it lies where these are narrow."""
    number, shape = tree.query(rough, predicate="intersects")
    around = _united(shapes[shape], number, len(rough))
    limit = np.zeros(len(rough))
    np.maximum.at(limit, number, tolerance[shape])
    parts, of_part = shapely.get_parts(around, return_index=True)
    rings, of_ring = shapely.get_rings(parts, return_index=True)
    first = np.searchsorted(of_ring, np.arange(len(parts)))  # the shell comes first
    inner = np.setdiff1d(np.arange(len(rings)), first)
    holes, owner = shapely.polygons(rings[inner]), of_part[of_ring[inner]]
    own = shapely.intersects(holes, free[owner])
    empty, of_hole = shapely.get_parts(_free(shapes, tree, holes[own]), return_index=True)
    owner = owner[own][of_hole]
    narrow = shapely.intersects(empty, free[owner])
    narrow[narrow] = width_m(empty[narrow]) <= limit[owner[narrow]] + GRID_M
    added = _united(empty[narrow], owner[narrow], len(rough))
    return np.asarray(shapely.union(free, added), dtype=object)


def _beside(shapes: Geometries, tree: STRtree, parts: Geometries) -> tuple[Rows, Rows]:
    """Which piece of land lies beside which shape, in order of both."""
    # Bevelled: a mitre would reach out of a pointed end, into a parcel that touches the gap there in one point.
    wider = shapely.buffer(parts, GRID_M, join_style="bevel")
    part, shape = tree.query(wider, predicate="intersects")
    along = shapely.area(shapely.intersection(wider[part], shapes[shape])) > _BESIDE_M2
    part, shape = part[along], shape[along]
    order = np.lexsort((shape, part))
    return part[order], shape[order]


def _narrow(
    shapes: Geometries, tree: STRtree, parts: Geometries, tolerance: Floats, closed_m: float
) -> tuple[Geometries, Rows, Rows]:
    """The pieces of land beside several parcels that are narrow enough for a gap, and which lies beside which shape."""
    part, shape = _beside(shapes, tree, parts)
    limit, width = np.zeros(len(parts)), width_m(parts)
    np.maximum.at(limit, part, tolerance[shape])
    kept = width <= limit + GRID_M
    wide = np.flatnonzero(~kept & (width <= closed_m + GRID_M))
    kept[wide] = _enclosed(shapes, tree, parts[wide])
    kept &= np.bincount(part, minlength=len(parts)) > 1
    mine = kept[part]
    return parts[kept], (np.cumsum(kept) - 1)[part[mine]], shape[mine]


def _enclosed(shapes: Geometries, tree: STRtree, places: Geometries) -> Mask:
    """(k,) whether there is a parcel on every side of a place."""
    rim = shapely.difference(shapely.buffer(places, 2 * GRID_M, join_style="bevel"), places)
    return np.asarray(shapely.area(_free(shapes, tree, rim)) <= _OPEN_M2)


def _by_parcels(parts: Geometries, part: Rows, shape: Rows) -> Gaps:
    """Pieces with the same parcels beside them as one."""
    begin = np.searchsorted(part, np.arange(len(parts) + 1))
    name = np.zeros(len(parts), np.uint64)
    np.add.at(name, part, mixed(shape.astype(np.uint64)))
    _, first, which = np.unique(name, return_index=True, return_inverse=True)
    place = np.asarray(shapely.normalize(_united(parts, which, len(first))), dtype=object)
    beside = np.concatenate([shape[begin[a] : begin[a + 1]] for a in first]) if len(first) else shape[:0]
    gap = np.repeat(np.arange(len(first)), (begin[1:] - begin[:-1])[first])
    return Gaps(place, np.asarray(shapely.area(place)), width_m(place), gap, beside)


def _owners(rough: Geometries, land: Geometries) -> tuple[Rows, Rows]:
    at, number = STRtree(rough).query(shapely.point_on_surface(land), predicate="intersects")
    order = np.argsort(at, kind="stable")
    return number[order], at[order]


def _united(geometries: Geometries, number: NDArray[np.int64], n: int) -> Geometries:
    """(n,) the union of the geometries with each number; empty where there is none."""
    order = np.argsort(number, kind="stable")
    result = np.full(n, shapely.GeometryCollection(), dtype=object)
    used = np.unique(number)
    index = np.searchsorted(used, number[order])
    if len(used):
        together = shapely.geometrycollections(geometries[order], indices=index)
        result[used] = shapely.union_all(together[:, np.newaxis], axis=1)
    return result


def _none() -> Gaps:
    none = np.empty(0, np.int64)
    return Gaps(np.empty(0, dtype=object), np.empty(0), np.empty(0), none, none)
