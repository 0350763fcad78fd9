"""Which parcel shares which edge with which other one, all over a fabric: where faults between parcels can be put."""

from dataclasses import dataclass
from typing import Any

import numpy as np
import shapely
from numpy.typing import NDArray

Geometries = NDArray[np.object_]
Integers = NDArray[np.int64]

ALONE = -1


@dataclass(frozen=True, slots=True)
class FabricEdges:
    """Directed edges, land on the left; parallel arrays.

    parcel   whose it is
    vertex   position of its first point among the coordinates of that parcel
    other    who has the same edge the other way round, or ALONE
    length   metres
    """

    parcel: Integers
    vertex: Integers
    other: Integers
    length: NDArray[np.float64]

    def take(self, chosen: NDArray[np.bool_] | Integers) -> "FabricEdges":
        """Some of them."""
        return FabricEdges(self.parcel[chosen], self.vertex[chosen], self.other[chosen], self.length[chosen])


def edges_of(geometry: Geometries) -> FabricEdges:
    """Every edge of every ring; coordinates on the millimetre grid, neighbours with the same vertices."""
    parts, part_parcel = shapely.get_parts(geometry, return_index=True)
    rings, ring_part = shapely.get_rings(parts, return_index=True)
    xy, ring = shapely.get_coordinates(rings, return_index=True)
    whole = np.rint((xy - xy.min(axis=0)) * 1000).astype(np.int64)
    _, node = np.unique((whole[:, 0] << 31) | whole[:, 1], return_inverse=True)
    start = np.flatnonzero(ring[1:] == ring[:-1])
    owner = part_parcel[ring_part[ring]]
    nodes = np.int64(len(xy))
    there, back = node[start] * nodes + node[start + 1], node[start + 1] * nodes + node[start]
    order = np.argsort(there)
    at = np.minimum(np.searchsorted(there, back, sorter=order), len(order) - 1)
    twin = order[at]
    other = np.where(there[twin] == back, owner[start[twin]], ALONE)
    first = np.searchsorted(owner, np.arange(len(geometry)))
    return FabricEdges(
        owner[start],
        start - first[owner[start]],
        other,
        np.hypot(*(xy[start + 1] - xy[start]).T),
    )


def bulge(
    geometry: Geometries, vertex: Integers, depth: NDArray[np.float64], *, from_ends: bool = True
) -> tuple[Geometries, Geometries]:
    """Polygons (k,) without holes whose edge at `vertex` bends outwards (or, with a negative depth, inwards) by `depth`.

    From the edge's ends, which stay, or from points on it that nobody else has, a sixth of its length from either; in
    its middle the new one runs beside the old one. Also the land that was won or lost, (k,) polygons. On the millimetre
    grid.
    """
    xy, polygon = shapely.get_coordinates(geometry, return_index=True)
    at = np.searchsorted(polygon, np.arange(len(geometry))) + vertex
    origin, edge = xy[at], xy[at + 1] - xy[at]
    outward = np.column_stack([edge[:, 1], -edge[:, 0]]) / np.hypot(*edge.T)[:, None] * depth[:, None]
    near, far = (np.round(origin + share * edge + outward, 3) for share in (0.3, 0.7))
    if from_ends:
        start, end = origin, xy[at + 1]
        put = np.stack([near, far], axis=1)
    else:
        start, end = (np.round(origin + share * edge, 3) for share in (1 / 6, 5 / 6))
        put = np.stack([start, near, far, end], axis=1)
    won = shapely.polygons(np.stack([start, near, far, end, start], axis=1))
    return insert_after(geometry, vertex, put), np.asarray(won)


def insert_after(geometry: Geometries, vertex: Integers, points: NDArray[np.floating[Any]]) -> Geometries:
    """Polygons (k,) without holes with points (k, p, 2) put in after the vertex; none is the last."""
    xy, polygon = shapely.get_coordinates(geometry, return_index=True)
    at = np.searchsorted(polygon, np.arange(len(geometry))) + vertex
    number = points.shape[1]
    after = np.repeat(at + 1, number)
    xy = np.insert(xy, after, points.reshape(-1, 2), axis=0)
    index = np.insert(polygon, after, np.repeat(np.arange(len(geometry)), number))
    return np.asarray(shapely.polygons(shapely.linearrings(xy, indices=index)))
