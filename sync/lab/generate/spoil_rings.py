"""Rings that cover nothing, and one that runs over itself again and again, in labelled nations. One function per kind.

What libraries refuse to build is written as well-known binary by hand.
"""

import struct

import numpy as np
import shapely
from numpy.typing import NDArray

from sync.lab.generate.province import Geometries, Integers, ProvinceBatch
from sync.lab.generate.spoil import Spoil

_BELOW_THE_GRID_M = 0.00003  # the grid is 0.1 mm
_TURNS = 2_000  # of a triangle: six thousand edges, each over two thousand others


def _inside(polygons: Geometries) -> NDArray[np.float64]:
    """(n, 2) a point inside each, on the millimetre grid."""
    return np.asarray(np.round(shapely.get_coordinates(shapely.point_on_surface(polygons)), 3))


def _rings(points: NDArray[np.float64], size: float) -> Geometries:
    """Triangles (n,) of that size at the points (n, 2); of size 0 they are four times the point."""
    steps = np.array([(0.0, 0.0), (size, 0.0), (0.0, size), (0.0, 0.0)])
    return np.asarray(shapely.linearrings(points[:, None, :] + steps))


def _only(size: float) -> Spoil:
    """Nothing is left of the parcel but such a ring."""

    def spoil(_: np.random.Generator, batch: ProvinceBatch, rows: Integers, __: Integers) -> None:
        batch.geometry[rows] = shapely.polygons(_rings(_inside(batch.geometry[rows]), size))

    return spoil


def _hole(size: float) -> Spoil:
    def spoil(_: np.random.Generator, batch: ProvinceBatch, rows: Integers, __: Integers) -> None:
        shells = shapely.get_exterior_ring(batch.geometry[rows])
        holes = _rings(_inside(batch.geometry[rows]), size)
        both = np.column_stack([shells, holes]).ravel()
        batch.geometry[rows] = shapely.polygons(both, indices=np.repeat(np.arange(len(rows)), 2))

    return spoil


def _second_part_of_a_point(
    _: np.random.Generator, batch: ProvinceBatch, rows: Integers, __: Integers
) -> None:
    parts = np.column_stack(
        [batch.geometry[rows], shapely.polygons(_rings(_inside(batch.geometry[rows]), 0.0))]
    ).ravel()
    batch.geometry[rows] = shapely.multipolygons(parts, indices=np.repeat(np.arange(len(rows)), 2))


def _without_points(head: bytes, tail: bytes) -> Spoil:
    """A hole or a second part without any point, behind the polygon's one ring."""

    def spoil(_: np.random.Generator, batch: ProvinceBatch, rows: Integers, __: Integers) -> None:
        for row in rows:  # a handful
            ring = np.ascontiguousarray(shapely.get_coordinates(batch.geometry[row]))
            batch.wkb[row] = head + struct.pack("<I", len(ring)) + ring.tobytes() + tail

    return spoil


def _again_and_again(_: np.random.Generator, batch: ProvinceBatch, rows: Integers, __: Integers) -> None:
    """The ring of the parcel's first three corners, thousands of times."""
    for row in rows:  # a handful
        corners = shapely.get_coordinates(batch.geometry[row])[:3]
        batch.geometry[row] = shapely.Polygon(np.tile(corners, (_TURNS, 1)))


_POLYGON_OF_TWO = struct.pack("<BII", 1, 3, 2)
_TWO_POLYGONS = struct.pack("<BII", 1, 6, 2) + struct.pack("<BII", 1, 3, 1)

SPOIL_RINGS: dict[str, Spoil] = {
    "ring_of_one_point": _only(0.0),
    "ring_below_the_grid": _only(_BELOW_THE_GRID_M),
    "hole_of_one_point": _hole(0.0),
    "hole_below_the_grid": _hole(_BELOW_THE_GRID_M),
    "part_of_one_point": _second_part_of_a_point,
    "hole_without_points": _without_points(_POLYGON_OF_TWO, struct.pack("<I", 0)),
    "part_without_points": _without_points(_TWO_POLYGONS, struct.pack("<BII", 1, 3, 0)),
    "ring_again_and_again": _again_and_again,
}
