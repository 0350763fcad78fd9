"""The boundary of every parcel, edge by edge, in one flat array: worked out once for all checks that look at vertices.

Only of rows with a usable shape (`validators.shape`), as delivered, in two dimensions.
"""

from dataclasses import dataclass

import numpy as np
import shapely
from numpy.typing import NDArray

from parcels.geometry import metres_at
from validators.base import Rows, Subject, where
from validators.shape import POLYGON, shape_of, source_srid

Floats = NDArray[np.float64]


@dataclass(frozen=True, slots=True)
class Edges:
    """Per edge, ring by ring, each ring in its order; the edge of a repeated vertex has length 0.

    row     (m,) position in the dataset
    ring    (m,) number of the ring
    start, end  (m, 2) delivered coordinates
    vector  (m, 2) from start to end, in metres
    length  (m,) metres
    """

    row: Rows
    ring: NDArray[np.int64]
    start: Floats
    end: Floats
    vector: Floats
    length: Floats

    def of(self, chosen: NDArray[np.bool_] | NDArray[np.int64]) -> "Edges":
        """Some of the edges."""
        if chosen.dtype == bool and chosen.all():
            return self
        return Edges(
            self.row[chosen],
            self.ring[chosen],
            self.start[chosen],
            self.end[chosen],
            self.vector[chosen],
            self.length[chosen],
        )


def edges_of(subject: Subject) -> Edges:
    """All edges of a dataset; use as `subject.fact(edges_of)`."""
    usable = where(subject.fact(shape_of).usable)
    coords, ring, owner = rings_of(subject.dataset.delivered[usable])
    row = usable[owner]
    inside = np.flatnonzero(ring[1:] == ring[:-1])  # a ring's last vertex starts no edge
    start, end = coords[inside], coords[inside + 1]
    row = row[ring[inside]]
    srid = subject.fact(source_srid)
    vector = end - start
    for epsg in np.unique(srid[usable]):
        mine = slice(None) if (srid == epsg).all() else srid[row] == epsg
        vector[mine] *= metres_at(start[mine], int(epsg))
    return Edges(row, ring[inside], start, end, vector, np.hypot(vector[:, 0], vector[:, 1]))


def perimeter_m(subject: Subject) -> Floats:
    """(n,) length of each row's boundary in metres, holes included; 0 where it has no usable shape."""
    edges = subject.fact(edges_of)
    return np.asarray(np.bincount(edges.row, edges.length, len(subject)), dtype=np.float64)


def rings_of(geometries: NDArray[np.object_]) -> tuple[Floats, NDArray[np.int64], NDArray[np.int64]]:
    """Coordinates of all rings, the number of the ring of each, and of each ring the geometry it belongs to.

    Nearly all parcels are one ring: for these no ring is made.
    """
    single = (shapely.get_type_id(geometries) == POLYGON) & (shapely.get_num_interior_rings(geometries) == 0)
    plain, rest = np.flatnonzero(single), np.flatnonzero(~single)
    coords, ring = shapely.get_coordinates(geometries[plain], return_index=True)
    if not len(rest):
        return coords, ring, plain
    parts, part_owner = shapely.get_parts(geometries[rest], return_index=True)
    rings, ring_part = shapely.get_rings(parts, return_index=True)
    more, more_ring = shapely.get_coordinates(rings, return_index=True)
    return (
        np.concatenate((coords, more)),
        np.concatenate((ring, more_ring + len(plain))),
        np.concatenate((plain, rest[part_owner[ring_part]])),
    )
