"""The faults of a partition, worked out once for all TOP checks.

Everything is measured in the dataset's plane (`validators.plane`), on valid copies of invalid polygons, so that these
hide nothing of their neighbours. The order of the rows changes nothing.
"""

from dataclasses import dataclass, replace

import numpy as np
import pyarrow as pa
import shapely
from numpy.typing import NDArray
from shapely import STRtree

from parcels.geometry import normalise
from validators.base import Faults, Others, Rows, Subject
from validators.plane import Plane, plane_of
from validators.shape import Geometries, source_srid
from validators.topology.around import around, of_delivered, with_around
from validators.topology.distinct import Distinct, by_name, distinct
from validators.topology.facing import Facing, facing, pieces, wrong_edges
from validators.topology.gaps import Gaps, gaps
from validators.topology.matching import Floats, collinear_twins, loose
from validators.topology.pairs import GRID_M, NOISE_M2, Pairs, marked, overlapping, thinned
from validators.topology.widths import width_m

# Which of two parcels is told of: the one that lies inside, or the one around it, where the other was not delivered.
INSIDE, AROUND = "inside", "around"
_SAME_M2 = 10 * NOISE_M2  # the same land, though not with the same vertices
_APART = 2  # times its width: how far apart the sides of a closed gap may be where it is a wedge with a slanting end
_AT_M = 1e-3  # an edge this near to an overlap or gap is explained by it


@dataclass(frozen=True, slots=True)
class Topology:
    """The faults of each TOP check."""

    duplicate: Faults
    inside: Faults
    overlap: Faults
    narrow: Faults
    gap: Faults
    edge: Faults


def topology_of(subject: Subject) -> Topology:
    """The topology of a dataset that has a plane, together with what lies beside a part. Use as `subject.fact(topology_of)`."""
    beside = subject.fact(around)
    if beside is None:
        return _topology(subject)
    whole = _topology(with_around(subject, beside))
    told = {kind: of_delivered(getattr(whole, kind), beside, len(subject)) for kind in Topology.__slots__}
    faults, turned = told["inside"]
    within = replace(faults, detail=pa.array(np.where(turned, AROUND, INSIDE), pa.string()))
    return replace(Topology(**{kind: faults for kind, (faults, _) in told.items()}), inside=within)


def _topology(subject: Subject) -> Topology:
    plane = subject.fact(plane_of)
    if plane is None:
        raise ValueError("no plane to measure in")
    rules = subject.context.policy.topology
    known = distinct(subject, plane)
    tree = STRtree(known.shapes)
    unmatched, stacked = loose(known.segments)
    width = np.maximum(known.gap_m, _APART * float(rules.closed_gap_m))
    wrong, lines = marked(known.shapes, tree, known.segments, unmatched, float(width.max(initial=0.0)))
    seeds = (wrong, known.segments.shape[stacked], collinear_twins(known.segments))
    pairs = overlapping(known.shapes, tree, np.concatenate(seeds))
    beside = facing(known.segments, wrong_edges(known.segments, unmatched, wrong, lines), width)

    large = pairs.area > float(rules.overlap_m2)
    faulty = thinned(pairs.keep(large), len(known.shapes))
    free = gaps(known.shapes, tree, beside, known.gap_m, float(rules.closed_gap_m))
    free = free.keep(free.area > float(rules.gap_m2))
    close = beside.keep(beside.distance <= np.maximum(known.gap_m[beside.first], known.gap_m[beside.second]))
    words = _Words(subject, plane, known)
    duplicate, inside, crossing = _kinds(known, faulty, float(rules.overlap_m2))
    across = width_m(crossing.common)
    limit = np.maximum(known.tolerance[crossing.first], known.tolerance[crossing.second])
    wide = across > limit + GRID_M
    return Topology(
        duplicate=words.duplicates(duplicate),
        inside=words.inside(inside),
        overlap=words.overlaps(crossing.keep(wide), across[wide]),
        narrow=words.overlaps(crossing.keep(~wide), across[~wide]),
        gap=words.gaps(free),
        edge=words.edges(_unexplained(known, close, pairs.keep(~large), (faulty.common, free.place))),
    )


def _kinds(known: Distinct, pairs: Pairs, overlap_m2: float) -> tuple[Pairs, Pairs, Pairs]:
    """Pairs of the same land, pairs of which one lies in the other but for what is no overlap itself, and the others."""
    one = shapely.area(known.shapes[pairs.first]) - pairs.area
    other = shapely.area(known.shapes[pairs.second]) - pairs.area
    same = np.maximum(one, other) <= _SAME_M2
    inside = (np.minimum(one, other) <= overlap_m2) & ~same
    return pairs.keep(same), pairs.keep(inside), pairs.keep(~same & ~inside)


@dataclass(frozen=True, slots=True)
class _Unmatched:
    """Pairs of shapes whose common boundary does not match: lines, their length and how far apart the edges are."""

    first: Rows
    second: Rows
    place: Geometries
    length: Floats
    width: Floats


def _unexplained(
    known: Distinct, beside: Facing, small: Pairs, faults: tuple[Geometries, Geometries]
) -> _Unmatched:
    """What is wrong at the edges and is no part of an overlap or gap that is reported."""
    places = STRtree(np.concatenate(faults))
    edges, which = np.unique(np.concatenate((beside.edge, beside.other_edge)), return_inverse=True)
    ends = np.stack((known.segments.start[edges], known.segments.end[edges]), axis=1)
    near = np.zeros(len(edges), dtype=bool)
    near[_at(places, shapely.linestrings(ends))] = True
    apart = np.asarray(near[which].reshape(2, -1).any(axis=0))
    beside = beside.keep(~apart)
    apart = np.zeros(len(small.first), dtype=bool)
    apart[_at(places, small.common)] = True
    small = small.keep(~apart)

    pair = beside.first * len(known.shapes) + beside.second
    small = small.keep(~np.isin(small.first * len(known.shapes) + small.second, pair))
    both, which = np.unique(pair, return_inverse=True)
    order = np.argsort(which, kind="stable")
    lines = pieces(beside)
    place = shapely.multilinestrings(lines[order], indices=which[order]) if len(lines) else lines
    width = np.zeros(len(both))
    np.maximum.at(width, which, beside.distance)
    outline = shapely.boundary(small.common)
    first, second = np.divmod(both, max(len(known.shapes), 1))
    return _Unmatched(
        np.concatenate((first, small.first)),
        np.concatenate((second, small.second)),
        np.concatenate((place, outline)),
        np.concatenate((np.bincount(which, shapely.length(lines), len(both)), shapely.length(outline) / 2)),
        np.concatenate((width, width_m(small.common))),
    )


def _at(places: STRtree, lines: Geometries) -> Rows:
    """Which lines come near a place: one is enough, and in a crowd there are thousands."""
    found: Rows = places.query_nearest(lines, max_distance=_AT_M, all_matches=False)[0]
    return found


class _Words:
    """Shapes that have a fault → faults of rows, the first of them by name first."""

    def __init__(self, subject: Subject, plane: Plane, known: Distinct) -> None:
        self.subject, self.plane, self.known = subject, plane, known

    def duplicates(self, near: Pairs) -> Faults:
        """A fault for every row but the first of a shape, and for shapes that are the same but for the tolerance."""
        known = self.known
        one, other = self._named(near)
        rows = np.concatenate((known.again, other))
        shapes = np.concatenate((normalise(known.shapes[known.of]), near.common))
        count = pa.array(known.rows[known.of]).cast(pa.string())
        return self._faults(
            rows,
            np.concatenate((known.row[known.of], one)),
            shapes,
            np.asarray(shapely.area(shapes)),
            detail=pa.concat_arrays([count, pa.nulls(len(other), pa.string())]),
        )

    def inside(self, pairs: Pairs) -> Faults:
        """The smaller one lies in the other."""
        shapes = self.known.shapes
        first = shapely.area(shapes[pairs.first]) <= shapely.area(shapes[pairs.second])
        inner = np.where(first, pairs.first, pairs.second)
        outer = np.where(first, pairs.second, pairs.first)
        row = self.known.row
        detail = pa.repeat(INSIDE, len(inner))
        return self._faults(row[inner], row[outer], pairs.common, pairs.area, detail=detail)

    def overlaps(self, pairs: Pairs, width: Floats) -> Faults:
        """The land that both have."""
        return self._faults(*self._named(pairs), pairs.common, pairs.area, width=width)

    def edges(self, wrong: _Unmatched) -> Faults:
        """Boundaries that do not match, of rows of one CRS: in another one no vertex could be the same."""
        srid = self.subject.fact(source_srid)[self.known.row]
        one, other = self._named(wrong)
        kept = srid[wrong.first] == srid[wrong.second]
        return self._faults(
            one[kept], other[kept], wrong.place[kept], wrong.length[kept], width=wrong.width[kept]
        )

    def gaps(self, free: Gaps) -> Faults:
        """The land of none; of the rows beside it the first by name comes first."""
        rows = self.known.row[free.shape]
        order = np.lexsort((by_name(self.subject, rows), free.gap))
        gap, rows = free.gap[order], rows[order]
        begin = np.searchsorted(gap, np.arange(len(free.place)))
        rest = np.ones(len(rows), dtype=bool)
        rest[begin] = False
        return Faults(
            rows[begin],
            measure=np.round(free.area, 6),
            width_mm=free.width * 1000,
            place=self.plane.place(free.place),
            place_srid=self._srid(len(free.place)),
            others=Others.within(gap[rest], rows[rest]),
        )

    def _named(self, pairs: Pairs | _Unmatched) -> tuple[Rows, Rows]:
        """The rows of both, the first by name first."""
        one, other = self.known.row[pairs.first], self.known.row[pairs.second]
        rank = by_name(self.subject, np.concatenate((one, other)))
        swap = rank[: len(one)] > rank[len(one) :]
        return np.where(swap, other, one), np.where(swap, one, other)

    def _faults(
        self,
        rows: Rows,
        others: Rows,
        place: Geometries,
        measure: Floats,
        width: Floats | None = None,
        detail: pa.Array | None = None,
    ) -> Faults:
        return Faults(
            rows,
            measure=np.round(measure, 6),  # what the order of vertices adds in the last digits is no fact
            width_mm=None if width is None else width * 1000,
            detail=detail,
            place=self.plane.place(place),
            place_srid=self._srid(len(rows)),
            others=Others.within(np.arange(len(rows)), others),
        )

    def _srid(self, n: int) -> NDArray[np.int32]:
        return np.full(n, self.plane.srid, np.int32)
