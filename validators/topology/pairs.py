"""Parcels that cover the same land: every pair of shapes with more in common than a boundary.

Where land is covered twice, the edge of that land is a loose edge of one of its parcels: crossing it, the number of
parcels changes by other than one for one. So GEOS' coverage check is asked only about shapes at loose edges, and from
those it marks the search goes on from parcel to parcel through the doubly covered land. What has no mark at all can
only be land covered twice whose border lines coincide edge for edge or line for line: those shapes start the search too.
"""

from dataclasses import dataclass

import numpy as np
import shapely
from numpy.typing import NDArray
from shapely import STRtree

from validators.base import Mask, Rows
from validators.shape import POLYGON, Geometries
from validators.topology.matching import Floats, Segments

GRID_M = 1e-4  # coordinates are no more exact than this
# Less in common than this, in m², is the noise of computing where two parcels meet.
NOISE_M2 = 1e-7
_LAND_IN_COMMON = "T********"  # DE-9IM: the interiors meet
_CHUNK = 512  # shapes whose pairs are looked at together: what lies all in one place stays within memory
# A heap: so many others lie over each shape of a chunk that it is no cadastre; then each is held against a few of them.
_HEAP = 200
_OF_A_HEAP = 25
_CROWD = 50  # a parcel that overlaps more others is one of a crowd, though it may be no heap


@dataclass(frozen=True, slots=True)
class Pairs:
    """Pairs of shapes with land in common.

    first, second  (k,) positions, first < second
    common         (k,) shapely geometries, polygonal
    area           (k,) m²
    """

    first: Rows
    second: Rows
    common: Geometries
    area: Floats

    def keep(self, kept: Mask) -> "Pairs":
        """Only those."""
        return Pairs(self.first[kept], self.second[kept], self.common[kept], self.area[kept])


def marked(
    shapes: Geometries, tree: STRtree, segments: Segments, at_loose: Mask, gap_width: float
) -> tuple[Rows, Geometries]:
    """Shapes at which GEOS finds the coverage broken, and the lines it marks there.

    at_loose   (m,) which edges are loose
    gap_width  edges that face each other within this distance are marked as well
    """
    boxes = _boxes(segments.start[at_loose], segments.end[at_loose])
    near = tree.query(boxes)[1] if len(boxes) else np.empty(0, np.int64)
    asked = np.unique(np.concatenate((near, segments.shape[at_loose])))
    lines = shapely.coverage_invalid_edges(shapes[asked], gap_width=gap_width)
    wrong = ~shapely.is_empty(lines)
    return asked[wrong], lines[wrong]


def overlapping(shapes: Geometries, tree: STRtree, seeds: Rows) -> Pairs:
    """All pairs with land in common that can be reached from `seeds`."""
    bounds = shapely.bounds(shapes)
    seen = np.zeros(len(shapes), dtype=bool)
    found: list[Pairs] = []
    frontier = np.unique(seeds)
    while len(frontier):
        reached = []
        for chunk in np.array_split(frontier, -(-len(frontier) // _CHUNK)):
            seen[chunk] = True
            pairs = _common(shapes, _candidates(shapes, bounds, tree, chunk, seen))
            found.append(pairs)
            reached.append(np.concatenate((pairs.first, pairs.second)))
        touched = np.unique(np.concatenate(reached))
        frontier = touched[~seen[touched]]
    if not found:
        none = np.empty(0, np.int64)
        return Pairs(none, none, np.empty(0, dtype=object), np.empty(0))
    return Pairs(
        np.concatenate([pairs.first for pairs in found]),
        np.concatenate([pairs.second for pairs in found]),
        np.concatenate([pairs.common for pairs in found]),
        np.concatenate([pairs.area for pairs in found]),
    )


def _candidates(
    shapes: Geometries, bounds: Floats, tree: STRtree, chunk: Rows, seen: Mask
) -> tuple[Rows, Rows]:
    """Pairs of a shape of the chunk and one not asked about before, whose boxes have land in common."""
    number, other = tree.query(shapes[chunk])
    one = chunk[number]
    in_chunk = np.zeros(len(shapes), dtype=bool)
    in_chunk[chunk] = True
    new = (~seen[other] | in_chunk[other]) & ((one < other) | ~in_chunk[other])
    one, other = one[new], other[new]
    width = np.minimum(bounds[one, 2], bounds[other, 2]) - np.maximum(bounds[one, 0], bounds[other, 0])
    height = np.minimum(bounds[one, 3], bounds[other, 3]) - np.maximum(bounds[one, 1], bounds[other, 1])
    wide = (width > 0) & (height > 0) & (width * height > NOISE_M2)
    first, second = np.minimum(one[wide], other[wide]), np.maximum(one[wide], other[wide])
    if len(first) <= _HEAP * max(len(chunk), _CHUNK // 2):
        return first, second
    order = np.lexsort((second, first))
    first, second = first[order], second[order]
    few = np.arange(len(first)) - np.searchsorted(first, first) < _OF_A_HEAP
    return first[few], second[few]


def _common(shapes: Geometries, candidates: tuple[Rows, Rows]) -> Pairs:
    first, second = candidates
    # To ask first is a third of the work: most are neighbours that only touch, or lie beside each other.
    covered = shapely.relate_pattern(shapes[first], shapes[second], _LAND_IN_COMMON)
    first, second = first[covered], second[covered]
    common = shapely.intersection(shapes[first], shapes[second])
    area = shapely.area(common)
    kept = area > NOISE_M2
    return Pairs(first[kept], second[kept], polygonal(common[kept]), area[kept])


def thinned(pairs: Pairs, n: int) -> Pairs:
    """Pairs of shapes (n) without most of those between two of a crowd; every shape of a pair is in one still.

    What comes after an overlap costs more than to find it: its width, what it explains, its sentence.
    """
    crowd = np.bincount(np.concatenate((pairs.first, pairs.second)), minlength=n) > _CROWD
    within = crowd[pairs.first] & crowd[pairs.second]
    kept = ~within
    for one, other, few in ((pairs.first, pairs.second, _OF_A_HEAP), (pairs.second, pairs.first, 1)):
        order = np.lexsort((other[within], one[within]))
        mine = one[within][order]
        at = np.flatnonzero(within)[order]
        kept[at[np.arange(len(mine)) - np.searchsorted(mine, mine) < few]] = True
    return pairs.keep(kept)


def polygonal(geometries: Geometries) -> Geometries:
    """Without the lines and points of collections; in canonical form."""
    result = geometries.copy()
    mixed = np.flatnonzero(shapely.get_type_id(geometries) == shapely.GeometryType.GEOMETRYCOLLECTION)
    parts, owner = shapely.get_parts(geometries[mixed], return_index=True)
    inner, part = shapely.get_parts(parts, return_index=True)
    owner, land = owner[part], shapely.get_type_id(inner) == POLYGON
    result[mixed] = None
    if land.any():
        filled, index = np.unique(owner[land], return_inverse=True)
        result[mixed[filled]] = shapely.multipolygons(inner[land], indices=index)
    return np.asarray(shapely.normalize(result), dtype=object)


def _boxes(start: Floats, end: Floats) -> NDArray[np.object_]:
    low, high = np.minimum(start, end), np.maximum(start, end)
    return np.asarray(shapely.box(low[:, 0], low[:, 1], high[:, 0], high[:, 1]), dtype=object)
