"""How wide an area is at its widest: the diameter of the largest circle inside.

Most faults between parcels are convex, with a handful of corners. Their circle touches three sides: every three sides are
tried at once, exactly. GEOS searches for it, which takes milliseconds for a sliver; it is asked for the others only.
"""

from itertools import combinations

import numpy as np
import shapely
from numpy.typing import NDArray

from validators.shape import POLYGON

Floats = NDArray[np.float64]
Geometries = NDArray[np.object_]

_SIDES = 8  # more make too many threes
_FLAT = 1e-4  # of the area: what the hull may have more; the circle is larger by such a share at most


def width_m(geometries: Geometries) -> Floats:
    """(n,) of polygonal geometries, in the units of their coordinates: exact for convex ones of few sides, else to 0.1 mm.

    A large one that is not convex is not narrow: its circle is sought to a thousandth of its size only.
    """
    width = np.empty(len(geometries))
    convex = _is_convex(geometries)
    width[convex] = _convex(geometries[convex])
    rest = geometries[~convex]
    bounds = shapely.bounds(rest)
    size = np.hypot(bounds[:, 2] - bounds[:, 0], bounds[:, 3] - bounds[:, 1])
    extent = shapely.area(rest) / np.maximum(size, 1e-9)
    circle = shapely.maximum_inscribed_circle(rest, tolerance=np.maximum(5e-5, extent * 1e-3))
    width[~convex] = 2 * shapely.length(circle)
    return width


def _is_convex(geometries: Geometries) -> NDArray[np.bool_]:
    parts = shapely.get_num_geometries(geometries)
    few = shapely.get_num_coordinates(geometries) <= _SIDES + 1
    simple = (parts == 1) & few & ~shapely.is_empty(geometries)
    area = shapely.area(geometries)
    return np.asarray(
        simple & (area > 0) & (shapely.area(shapely.convex_hull(geometries)) <= area * (1 + _FLAT))
    )


def _convex(geometries: Geometries) -> Floats:
    """The circle that touches three sides and crosses none, the largest of them."""
    width = np.zeros(len(geometries))
    hulls = shapely.orient_polygons(shapely.convex_hull(geometries))
    hulls = np.asarray(hulls, dtype=object)
    assert (shapely.get_type_id(hulls) == POLYGON).all()  # noqa: S101 - they have an area
    sides = shapely.get_num_coordinates(hulls) - 1
    for k in np.unique(sides):
        rows = np.flatnonzero(sides == k)
        ring = shapely.get_coordinates(hulls[rows]).reshape(-1, k + 1, 2)
        width[rows] = 2 * _inradius(ring - ring[:, :1])
    return width


def _inradius(ring: Floats) -> Floats:
    """Of convex rings (n, k + 1, 2), closed, counter-clockwise, near the origin.

    A point x is as far from side i as n_i · x - c_i. Three sides at the same distance r: three equations for x and r.
    """
    along = np.diff(ring, axis=1)
    length = np.hypot(along[..., 0], along[..., 1])
    inward = np.stack((-along[..., 1], along[..., 0]), axis=-1) / length[..., None]
    offset = (inward * ring[:, :-1]).sum(axis=-1)
    threes = np.array(list(combinations(range(along.shape[1]), 3)))
    system = np.concatenate((inward, np.full((*inward.shape[:2], 1), -1.0)), axis=-1)[:, threes]
    solvable = np.abs(np.linalg.det(system)) > 1e-12
    system[~solvable] = np.eye(3)
    found = np.linalg.solve(system, offset[:, threes][..., None])[..., 0]
    centre, radius = found[..., :2], found[..., 2]
    free = np.einsum("nkd,ntd->ntk", inward, centre) - offset[:, None]
    scale = length.max(axis=1)[:, None]
    inside = solvable & (free >= (radius - 1e-9 * scale)[..., None]).all(axis=-1)
    return np.asarray(np.where(inside, radius, 0.0).max(axis=1))
