"""Edges of two parcels that face each other closely without being the same edge: what gaps and unmatched edges are made of."""

from dataclasses import dataclass

import numpy as np
import shapely
from shapely import STRtree

from validators.base import Mask, Rows
from validators.shape import Geometries
from validators.topology.matching import Floats, Segments, keys

_SHORTEST_M = 1e-3  # facing along less than a millimetre is meeting at a corner


@dataclass(frozen=True, slots=True)
class Facing:
    """Pairs of edges of two shapes that run side by side, in opposite directions, within a tolerance all along.

    first, second     (k,) positions of the shapes
    here, there       (k, 2, 2) the piece of the edge of `first` that faces the other's, and the piece of `second`'s,
                      both in the direction of the first
    edge, other_edge  (k,) positions of the edges in the segments
    distance          (k,) how far apart they are at most, in metres
    """

    first: Rows
    second: Rows
    here: Floats
    there: Floats
    edge: Rows
    other_edge: Rows
    distance: Floats

    def __len__(self) -> int:
        return len(self.first)

    def keep(self, kept: Mask) -> "Facing":
        """Only those."""
        return Facing(
            self.first[kept],
            self.second[kept],
            self.here[kept],
            self.there[kept],
            self.edge[kept],
            self.other_edge[kept],
            self.distance[kept],
        )


def wrong_edges(segments: Segments, at_loose: Mask, marked: Rows, lines: Geometries) -> Rows:
    """The loose edges that GEOS marks: positions in the segments.

    An edge that has its counterpart borders nothing, whatever is near it.
    """
    parts, owner = shapely.get_parts(lines, return_index=True)
    coords, part = shapely.get_coordinates(parts, return_index=True)
    inside = np.flatnonzero(part[1:] == part[:-1])
    named = keys(coords[inside], coords[inside + 1], marked[owner[part[inside]]])
    loose = np.flatnonzero(at_loose)
    own = keys(segments.start[loose], segments.end[loose], segments.shape[loose])
    found = loose[np.isin(own, named)]
    return found[np.lexsort((segments.right[found], segments.left[found], segments.shape[found]))]


def facing(segments: Segments, wrong: Rows, tolerance: Floats) -> Facing:
    """The pairs of these edges that face each other. `tolerance` (n,) in metres, of each shape.

    Of two shapes the larger tolerance holds: their border is only as sure as the coarser map.
    """
    edges = shapely.linestrings(np.stack((segments.start[wrong], segments.end[wrong]), axis=1))
    shape = segments.shape[wrong]
    one, other = STRtree(edges).query(edges, predicate="dwithin", distance=tolerance[shape])
    # An edge of a coarse map finds one of a fine map, but not the other way round.
    low, high = np.minimum(one, other), np.maximum(one, other)
    pair = np.unique(low * len(wrong) + high)
    one, other = np.divmod(pair, max(len(wrong), 1))
    different = shape[one] != shape[other]
    one, other = wrong[one[different]], wrong[other[different]]
    return _side_by_side(segments, one, other, tolerance)


def _side_by_side(segments: Segments, one: Rows, other: Rows, tolerance: Floats) -> Facing:
    here = _shadow(segments, one, other)
    there = _shadow(segments, other, one)[:, ::-1]  # opposite directions
    distance = np.hypot(*np.moveaxis(here - there, 2, 0)).max(axis=1)
    length = np.hypot(*(here[:, 1] - here[:, 0]).T)
    limit = np.maximum(tolerance[segments.shape[one]], tolerance[segments.shape[other]])
    opposite = ((segments.end - segments.start)[one] * (segments.end - segments.start)[other]).sum(axis=1) < 0
    kept = opposite & (length > _SHORTEST_M) & (distance <= limit)
    return Facing(segments.shape[one], segments.shape[other], here, there, one, other, distance).keep(kept)


def _shadow(segments: Segments, one: Rows, other: Rows) -> Floats:
    """(k, 2, 2) the piece of each edge on which the ends of the other fall at right angles."""
    start, vector = segments.start[one], (segments.end - segments.start)[one]
    square = (vector**2).sum(axis=1)
    along = np.stack(
        [
            ((end - start) * vector).sum(axis=1) / square
            for end in (segments.end[other], segments.start[other])
        ],
        axis=1,
    )
    piece = np.clip(along, 0.0, 1.0)
    shadow: Floats = start[:, np.newaxis] + piece[:, :, np.newaxis] * vector[:, np.newaxis]
    return shadow


def between(pairs: Facing) -> Geometries:
    """(k,) the land between two facing pieces, as polygons; what of it belongs to a parcel is not taken out."""
    corners = np.concatenate((pairs.here, pairs.there), axis=1)
    points = shapely.multipoints(shapely.points(corners))
    return np.asarray(shapely.convex_hull(points), dtype=object)


def pieces(pairs: Facing) -> Geometries:
    """(k,) the facing piece of each pair, on the edge of the first."""
    return np.asarray(shapely.linestrings(pairs.here), dtype=object)
