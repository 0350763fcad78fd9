"""Which pieces of boundary two parcels share vertex by vertex, and which shapes are the same.

In a faultless partition every edge between two parcels stands in one of them in one direction and in the other in the
opposite one, because shells run counter-clockwise and holes clockwise. All other edges are loose: the outer boundary,
roads that are no parcels, and faults. Only there anything else is looked for, so a faultless commune costs little.
"""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from parcels.mixing import GOLDEN, mixed
from validators.base import Mask, Rows
from validators.edges import rings_of
from validators.shape import Geometries

Floats = NDArray[np.float64]
Hashes = NDArray[np.uint64]

_ONE = np.uint64(1)


@dataclass(frozen=True, slots=True)
class Segments:
    """The edges of shapes, ring by ring.

    shape       (m,) position of the shape
    start, end  (m, 2)
    left, right (m,) numbers of the start and end points: the same for the same coordinates
    """

    shape: Rows
    start: Floats
    end: Floats
    left: Hashes
    right: Hashes

    def keep(self, kept: Mask) -> "Segments":
        """Only those."""
        return Segments(self.shape[kept], self.start[kept], self.end[kept], self.left[kept], self.right[kept])


def segments_of(shapes: Geometries) -> Segments:
    """The edges of polygons and multipolygons, in the direction in which they are written."""
    coords, ring, of_ring = rings_of(shapes)
    inside = np.flatnonzero(ring[1:] == ring[:-1])  # a ring's last vertex starts no edge
    point = _hashed(coords)
    return Segments(
        of_ring[ring[inside]], coords[inside], coords[inside + 1], point[inside], point[inside + 1]
    )


def shape_hashes(segments: Segments, n: int) -> Hashes:
    """(n,) numbers that are the same for shapes with the same edges.

    Start vertex, order of rings and parts, and Polygon or MultiPolygon do not matter.
    """
    total = np.zeros(n, np.uint64)
    np.add.at(total, segments.shape, mixed(segments.left * GOLDEN + segments.right))
    return total


def loose(segments: Segments) -> tuple[Mask, Mask]:
    """(m,) whether the edge has no single counterpart, and whether it has several, or one on its own side."""
    forward = segments.left < segments.right
    low = np.where(forward, segments.left, segments.right)
    high = np.where(forward, segments.right, segments.left)
    key = mixed(low * GOLDEN + high) & ~_ONE | forward.astype(np.uint64)
    order = np.argsort(key)
    placed = key[order]
    new = np.ones(len(placed), dtype=bool)
    new[1:] = (placed[1:] ^ placed[:-1]) > _ONE
    begin = np.flatnonzero(new)
    count = np.diff(begin, append=len(placed))
    forwards = np.add.reduceat((placed & _ONE).astype(np.int64), begin) if len(begin) else begin
    matched = (count == 2) & (forwards == 1)
    crowded = np.maximum(forwards, count - forwards) > 1
    unmatched, stacked = np.empty((2, len(placed)), dtype=bool)
    unmatched[order] = np.repeat(~matched, count)
    stacked[order] = np.repeat(crowded, count)
    return unmatched, stacked


def collinear_twins(segments: Segments) -> Rows:
    """Shapes of edges that leave a point in the direction of another, longer or shorter, edge there.

    Two parcels one over the other can share a border line without sharing an edge: then their edges are all matched, each
    with its own neighbour, and only this shows it.
    """
    vector = segments.end - segments.start
    angle = np.arctan2(vector[:, 1], vector[:, 0])
    back = np.arctan2(-vector[:, 1], -vector[:, 0])
    # 2^-28 of a turn, beside a number of the point: neighbours in this order lie in one direction.
    turn = np.concatenate((angle, back)) * (2**27 / np.pi) + 2**27
    point = np.concatenate((segments.left, segments.right))
    far = np.concatenate((segments.right, segments.left))
    key = (point & ~np.uint64(2**29 - 1)) | turn.astype(np.uint64)
    order = np.argsort(key)
    close = np.diff(key[order]) <= _ONE
    other = far[order][1:] != far[order][:-1]
    shape = np.concatenate((segments.shape, segments.shape))[order]
    at = np.flatnonzero(close & other & (shape[1:] != shape[:-1]))
    return np.unique(np.concatenate((shape[at], shape[at + 1])))


def keys(start: Floats, end: Floats, shape: Rows) -> Hashes:
    """(m,) numbers that are the same for the same edge, in whichever direction, of the same shape."""
    left, right = _hashed(start), _hashed(end)
    return mixed(np.minimum(left, right) * GOLDEN + np.maximum(left, right)) + shape.astype(np.uint64)


def _hashed(coords: Floats) -> Hashes:
    """(m,) a number per point: two different points of a commune have the same one once in 10^9 communes."""
    bits = np.ascontiguousarray(coords + 0.0).view(np.uint64)  # no minus zero
    return mixed(mixed(bits[:, 0]) * GOLDEN + bits[:, 1])
