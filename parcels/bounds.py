"""What one shape may ask of the machine: looked at before it is tested, noded or made valid (docs/adr/0147).

The figures are of shapes made to hurt, on one core: in testing what counts is how many edges have boxes that meet, in making
valid how many of them meet indeed. No parcel that is a boundary of land comes near: the roads of a whole commune in one
row have some ten thousand vertices, and a few more pairs than vertices.
"""

import numpy as np
import shapely
from numpy.typing import NDArray

Geometries = NDArray[np.object_]
Mask = NDArray[np.bool_]

MAX_VERTICES = 500_000
MAX_OCTETS = 16 * MAX_VERTICES + 2**16  # of WKB in two dimensions; the rest is for the headers of rings
MAX_TEXT = 40 * MAX_VERTICES  # characters of WKT
MAX_DEPTH = 8  # of collections in collections; GEOS reads them by recursion, and the process ends at some ten thousand
FARTHEST = 1e9  # in whatever unit: no coordinate of the Earth is larger, and 0.1 mm is a matter of the seventh digit more

MAX_PAIRS = 10_000_000  # both ways, an edge with itself too: a third of a second to test
_FEW_VERTICES = 3_000  # so few cannot have more pairs
NODED_PAIRS = 1_000_000  # a triangle run 330 times: 0.3 s and 100 MiB
NODED_MEETINGS = 500  # 0.4 s; with ten times as many a minute
_FEWER_VERTICES = 32  # so few edges cannot meet more often
CROSSED_PAIRS = 1_000_000  # of a drawing, both ways: closing half a million crossings takes 40 s and 1.4 GB …
_OF_AN_EDGE = 40  # … beside those that each edge has: some thirty where each parcel is drawn twice
_AT_ONCE = 4_000_000  # pairs that are held at the same time


def placed(coords: NDArray[np.float64]) -> Mask:
    """(m,) which coordinates (m, 2) are a place at all: finite, and no larger than any on Earth."""
    return np.asarray((np.abs(coords) <= FARTHEST).all(axis=1))


def too_complex(geometries: Geometries) -> Mask:
    """(n,) which polygonal shapes are too much even to be tested: of too many vertices, or with too many edges together.

    Their coordinates must be places.
    """
    vertices = shapely.get_num_coordinates(geometries)
    result = np.asarray(vertices > MAX_VERTICES)
    for row in np.flatnonzero((vertices > _FEW_VERTICES) & ~result):
        result[row] = _count(_edges(geometries[row]), MAX_PAIRS) > MAX_PAIRS
    return result


def can_be_noded(geometries: Geometries) -> Mask:
    """(n,) which polygonal shapes meet themselves seldom enough to be made valid. Their coordinates must be places."""
    vertices = shapely.get_num_coordinates(geometries)
    result = np.asarray(vertices <= MAX_VERTICES)
    for row in np.flatnonzero((vertices > _FEWER_VERTICES) & result):
        edges = _edges(geometries[row])
        result[row] = _count(edges, NODED_PAIRS) <= NODED_PAIRS and _meetings(edges) <= NODED_MEETINGS
    return result


def crossed_too_often(lines: Geometries) -> bool:
    """Whether lines to be noded together have too many edges over each other: more than any map sheet has."""
    coords, line = shapely.get_coordinates(lines, return_index=True)
    first = np.flatnonzero(line[1:] == line[:-1])
    edges = np.stack((coords[first], coords[first + 1]), axis=1)
    most = CROSSED_PAIRS + _OF_AN_EDGE * len(edges)
    return _count(edges, most) > most


def _edges(geometry: shapely.Geometry) -> NDArray[np.float64]:
    """(m, 2, 2) the edges of a polygonal shape, ring by ring."""
    rings = shapely.get_rings(shapely.get_parts(geometry))
    coords, ring = shapely.get_coordinates(rings, return_index=True)
    first = np.flatnonzero(ring[1:] == ring[:-1])
    return np.stack((coords[first], coords[first + 1]), axis=1)


def _count(edges: NDArray[np.float64], most: int, predicate: str | None = None) -> int:
    """How many pairs of edges there are whose boxes meet, or which meet themselves; it stops soon beyond `most`."""
    if not len(edges):
        return 0
    lines = shapely.linestrings(edges)
    tree = shapely.STRtree(lines)
    step = max(1, _AT_ONCE // len(lines))
    total = 0
    for start in range(0, len(lines), step):
        total += tree.query(lines[start : start + step], predicate=predicate).shape[1]
        if total > most:
            break
    return total


def _meetings(edges: NDArray[np.float64]) -> int:
    """How often the different edges meet other than in the order of their rings; it stops soon beyond NODED_MEETINGS."""
    ends = np.sort(edges.copy().view(np.complex128)[..., 0], axis=1)
    different = edges[np.unique(ends, axis=0, return_index=True)[1]]
    in_order = 3 * len(different)  # with itself, the one before, the one after
    return max(0, _count(different, in_order + 2 * NODED_MEETINGS, "intersects") - in_order + 1) // 2
