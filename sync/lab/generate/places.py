"""Where a fault fits: which parcels, and at which of their edges."""

import numpy as np
import shapely
from numpy.typing import NDArray

from sync.lab.generate.along import along_other_provinces
from sync.lab.generate.edges import ALONE, FabricEdges, bulge
from sync.lab.generate.kinds import Kind, Shape
from sync.lab.generate.province import Geometries, Integers, ProvinceBatch
from sync.lab.generate.seams import first_of_each
from sync.lab.generate.spoil import can_be_kinked

Mask = NDArray[np.bool_]

STRIP_M, CRUMB_M, INSIDE_M = (7.0, 0.09), (0.6, 0.6), (1.2, 1.2)  # what is drawn instead of a parcel
_ROOMY_M2 = 60.0
_OUTER_M, _SHARED_M, _UNMATCHED_M = (3.0, 40.0), (2.5, 40.0), (2.5, 8.0)
# How far the edge moves into the neighbour: further than any map's tolerance (0.3 m), or less than each (0.07 m).
DEPTH_M = {"overlap": 0.8, "narrow_overlap": 0.04, "gap": -0.05, "unmatched_edge": 0.001}
OUTSIDE_M = 8.0
_BEYOND_M = 6.5  # so far from all land of the commune, where five metres pass


def rectangles(polygons: Geometries, size: tuple[float, float]) -> Geometries:
    """A rectangle of that size round a point inside each polygon, along its longest edge; on the millimetre grid."""
    xy, polygon = shapely.get_coordinates(polygons, return_index=True)
    start = np.flatnonzero(polygon[1:] == polygon[:-1])
    edge = xy[start + 1] - xy[start]
    length = np.hypot(*edge.T)
    order = np.lexsort((-length, polygon[start]))
    _, first = np.unique(polygon[start][order], return_index=True)
    along = edge[order[first]] / length[order[first]][:, None] * size[0] / 2
    across = np.column_stack([-along[:, 1], along[:, 0]]) * (size[1] / size[0])
    middle = shapely.get_coordinates(shapely.point_on_surface(polygons))
    corners = [middle + a * along + b * across for a, b in ((-1, -1), (1, -1), (1, 1), (-1, 1))]
    return np.asarray(shapely.polygons(np.round(np.stack(corners, axis=1), 3)))


class Places:
    """Of a batch: which rows can carry which kind, and at which vertex."""

    def __init__(self, batch: ProvinceBatch) -> None:
        self.batch = batch
        single = shapely.get_type_id(batch.geometry) == 3
        holes = shapely.get_num_interior_rings(batch.geometry)
        plain = single & (holes == 0)
        everything = np.ones(len(batch), dtype=bool)
        self.masks: dict[Shape, Mask] = {"any": everything, "plain": plain, "holed": single & (holes > 0)}
        self.masks["person"] = np.asarray(batch.columns["land_user_birth_year"].is_valid())
        self.vertex: dict[str, Integers] = {}
        self.room: dict[
            str, Mask
        ] = {}  # of some kinds, by name: where they disturb nobody, beside their shape
        if batch.edges is not None:
            self._labelled(plain, batch.edges)

    def _labelled(self, plain: Mask, edges: FabricEdges) -> None:
        batch = self.batch
        can = np.flatnonzero(plain)
        self.room["self_intersection"] = _mask(len(batch), can[can_be_kinked(batch.geometry[can])])
        self.masks["inland"] = ~along_other_provinces(batch)
        roomy = np.flatnonzero(plain & (shapely.area(batch.geometry) >= _ROOMY_M2))
        wide = shapely.covers(batch.geometry[roomy], rectangles(batch.geometry[roomy], STRIP_M))
        wide &= shapely.covers(batch.geometry[roomy], rectangles(batch.geometry[roomy], INSIDE_M))
        self.masks["roomy"] = _mask(len(batch), roomy[wide])
        outer = edges.take((edges.other == ALONE) & plain[edges.parcel] & _within(edges.length, _OUTER_M))
        outer = outer.take(np.lexsort((-outer.length, outer.parcel)))
        outer = outer.take(first_of_each(outer.parcel))
        self._at("outer", outer)
        alone = np.array([len(t.site.communes) == 1 for t in batch.delivery.territories])
        self._at("open", self._facing_open_land(outer.take(alone[batch.commune[outer.parcel]])))
        inner = (edges.other != ALONE) & (edges.other != edges.parcel) & plain[edges.parcel]
        self.shared = edges.take(inner & _within(edges.length, _SHARED_M))

    def _at(self, shape: Shape, edges: FabricEdges) -> None:
        self.masks[shape] = _mask(len(self.batch), edges.parcel)
        self.vertex[shape] = np.full(len(self.batch), -1, dtype=np.int64)
        self.vertex[shape][edges.parcel] = edges.vertex

    def _facing_open_land(self, edges: FabricEdges) -> FabricEdges:
        """Those before which nothing lies as far as a parcel may bulge."""
        polygons = self.batch.geometry[edges.parcel]
        bulged, won = bulge(polygons, edges.vertex, np.full(len(polygons), OUTSIDE_M))
        tips = shapely.linestrings(shapely.get_coordinates(won).reshape(-1, 5, 2)[:, 1:3])
        free = shapely.is_valid(bulged)
        for part in np.unique(self.batch.part[edges.parcel]):
            mine = np.flatnonzero(self.batch.part[edges.parcel] == part)
            tree = shapely.STRtree(self.batch.geometry[self.batch.part == part])
            hit, _ = tree.query(shapely.buffer(won[mine], -0.02), predicate="intersects")
            beside, _ = tree.query(tips[mine], predicate="dwithin", distance=_BEYOND_M)
            free[mine[np.concatenate((hit, beside))]] = False
        return edges.take(np.asarray(free))

    def pairs(
        self, rng: np.random.Generator, kind: Kind, rows: Integers, free: Mask, wanted: int
    ) -> FabricEdges:
        """Up to `wanted` shared edges of some rows at which the kind fits; each parcel in one of them at most.

        rows: a range; free: (n,) which rows carry nothing yet.
        """
        pool = self.shared
        mine = (pool.parcel >= rows[0]) & (pool.parcel <= rows[-1])
        pool = pool.take(mine)
        pool = pool.take(rng.permutation(len(pool.parcel)))
        kept = free[pool.parcel] & free[pool.other]
        if kind.name == "unmatched_edge":
            kept &= _within(pool.length, _UNMATCHED_M)
        pool = pool.take(kept)
        pool = pool.take(np.flatnonzero(first_of_each(pool.parcel, pool.other))[: 4 * wanted + 20])
        depth = DEPTH_M[kind.name]
        bent, won = bulge(self.batch.geometry[pool.parcel], pool.vertex, np.full(len(pool.parcel), depth))
        into = self.batch.geometry[pool.other if depth > 0 else pool.parcel]
        fits = shapely.is_valid(bent) & shapely.covers(shapely.buffer(into, 0.002), won)
        return pool.take(np.flatnonzero(fits)[:wanted])


def _mask(size: int, rows: Integers) -> Mask:
    mask = np.zeros(size, dtype=bool)
    mask[rows] = True
    return mask


def _within(length: NDArray[np.float64], limits: tuple[float, float]) -> Mask:
    return np.asarray((length >= limits[0]) & (length <= limits[1]))
