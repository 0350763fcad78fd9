"""Land that two communes both claim, and strips between them that neither does.

Worked out in degrees of EPSG:4756 on the 1e-9 grid, as parcels are stored, and measured in `validators.borders.plane`:
the same numbers on both sides of a seam.
"""

from dataclasses import dataclass

import numpy as np
import shapely
from numpy.typing import NDArray

from parcels.crs import GRID_DEG, GRID_M
from parcels.mixing import GOLDEN
from parcels.validity import is_valid
from validators.base import Subject
from validators.borders.land import degrees
from validators.borders.plane import Floats, area_m2, in_degrees, in_metres, scale_at, scale_of, width_mm
from validators.borders.seam import Pairs, Seam, seam_of
from validators.plane import enclosed
from validators.shape import Geometries
from validators.tolerances import BorderRules
from validators.topology.pairs import polygonal

_INTERIORS_MEET = "T********"
_CLIPPED_FROM = 64  # vertices; a parcel with fewer is looked at whole
_MARGIN_M = 0.005  # how far from a gap's outline what bounds it may be drawn: the grid, and straight lines of two zones
_CONTACT_M = 4 * _MARGIN_M  # a parcel that touches a gap with less than this stands at a corner of it
_NOTHING = 0.05  # of the area of a gap that counts: a smaller piece between two parcels is a hair or a corner
_HAIR_M = 0.002
_SAME_DEG = 2e-8  # endpoints this near, some 2 mm, are the same point: between them there is a hair at most


@dataclass(frozen=True, slots=True)
class Cases:
    """Faults at the seams of a dataset (k).

    place     (k,) polygons, EPSG:4756
    area      (k,) m²
    width     (k,) mm
    case      (m,) index of the case of a member
    member    (m,) its parcels: indices into the seam; every case has one of the dataset and one of another commune
    """

    place: Geometries
    area: Floats
    width: Floats
    case: NDArray[np.int64]
    member: NDArray[np.int64]


def overlaps_of(subject: Subject) -> Cases:
    """Pairs of parcels of the dataset and of another commune that share land; use as a fact."""
    seam, rules = subject.fact(seam_of), subject.context.policy.borders
    pairs = _pairs(seam, 0.0)
    first, second = seam.shapes[pairs[:, 0]], seam.shapes[pairs[:, 1]]
    meet = np.flatnonzero(shapely.relate_pattern(first, second, _INTERIORS_MEET))
    shared = polygonal(shapely.intersection(first[meet], second[meet], grid_size=GRID_DEG))
    kept = np.flatnonzero(~shapely.is_missing(shared) & ~shapely.is_empty(shared))
    pairs, shared = pairs[meet[kept]], shared[kept]
    scale = scale_of(shared)
    area = area_m2(shared, scale)
    kept = np.flatnonzero(area > float(rules.overlap_m2))
    width = width_mm(shared[kept], scale[kept])
    wide = width > float(rules.overlap_width_m) * 1000
    kept = kept[wide]
    return Cases(
        shared[kept],
        np.round(area[kept], 4),
        width[wide],
        np.repeat(np.arange(len(kept)), 2),
        pairs[kept].ravel(),
    )


def gaps_of(subject: Subject) -> Cases:
    """Strips between the dataset and each other commune that no parcel covers and that are not too wide; use as a fact.

    A place belongs to a strip when no circle as wide as a gap may be can get there between two parcels of both sides.
    """
    seam, rules = subject.fact(seam_of), subject.context.policy.borders
    pairs = _facing(seam, float(rules.gap_width_m))
    strips, pair = _strips(seam, pairs, float(rules.gap_width_m), float(rules.gap_m2))
    other = seam.commune[pairs].max(axis=1)[pair]
    found = [_joined(seam, strips[other == number], int(number), rules) for number in np.unique(other)]
    count = np.array([len(each.area) for each in found], np.int64)
    before = np.cumsum(count) - count
    return Cases(
        _concatenated([each.place for each in found], object),
        _concatenated([each.area for each in found], float),
        _concatenated([each.width for each in found], float),
        _concatenated([each.case + start for each, start in zip(found, before, strict=True)], np.int64),
        _concatenated([each.member for each in found], np.int64),
    )


def _concatenated(arrays: list[NDArray], dtype: type) -> NDArray:  # type: ignore[type-arg]
    return np.concatenate([np.empty(0, dtype), *arrays])


def _pairs(seam: Seam, margin: float) -> Pairs:
    """(k, 2) parcels of the dataset and of others whose boxes, grown by `margin` degrees, meet; in order."""
    own, other = np.flatnonzero(seam.commune == 0), np.flatnonzero(seam.commune)
    west, south, east, north = shapely.bounds(seam.shapes[other]).T
    tree = shapely.STRtree(shapely.box(west - margin, south - margin, east + margin, north + margin))
    mine, theirs = tree.query(seam.shapes[own])
    return _in_order(own[mine], other[theirs])


def _in_order(one: NDArray[np.int64], other: NDArray[np.int64]) -> Pairs:
    pairs = np.column_stack((np.minimum(one, other), np.maximum(one, other)))
    return np.unique(pairs, axis=0) if len(pairs) else pairs.reshape(0, 2)


def _facing(seam: Seam, width_m: float) -> Pairs:
    """Pairs of parcels of both sides with edges that no parcel shares, less than a gap's width from each other."""
    start, end, owner = _open_edges(seam)
    lines = shapely.linestrings(np.stack((start, end), axis=1))
    ours = seam.commune[owner] == 0
    own, other = np.flatnonzero(ours), np.flatnonzero(~ours)
    tree = shapely.STRtree(lines[other])
    mine, theirs = tree.query(lines[own], predicate="dwithin", distance=degrees(width_m))
    return _in_order(owner[own[mine]], owner[other[theirs]])


def _open_edges(
    seam: Seam,
) -> tuple[Floats, Floats, NDArray[np.int64]]:
    """Edges that are not met by one in the opposite direction: start, end, parcel.

    Met is met on either of two grids half a step apart: communes of two zones have their common points 0.2 mm apart.
    """
    parts, part_owner = shapely.get_parts(seam.shapes, return_index=True)
    rings, ring_part = shapely.get_rings(parts, return_index=True)
    coords, ring = shapely.get_coordinates(rings, return_index=True)
    first = np.flatnonzero(ring[1:] == ring[:-1])
    start, end = coords[first], coords[first + 1]
    unmet = np.ones(len(first), dtype=bool)
    for shift in (0.0, 0.5):
        a, b = (np.floor(points / _SAME_DEG + shift).astype(np.int64) for points in (start, end))
        forward = (a[:, 0] < b[:, 0]) | ((a[:, 0] == b[:, 0]) & (a[:, 1] < b[:, 1]))
        low, high = np.where(forward[:, None], a, b), np.where(forward[:, None], b, a)
        _, edge = np.unique(_hashed(np.column_stack((low, high))), return_inverse=True)
        balance = np.bincount(edge, weights=np.where(forward, 1, -1))
        unmet &= balance[edge] != 0
    return start[unmet], end[unmet], part_owner[ring_part[ring[first[unmet]]]]


def _hashed(numbers: NDArray[np.int64]) -> NDArray[np.uint64]:
    """One number for each row; that two rows have the same by chance costs a strip its notice once in 10¹⁰ seams."""
    result = np.zeros(len(numbers), np.uint64)
    for column in numbers.T:
        result = (result ^ column.view(np.uint64)) * GOLDEN
        result ^= result >> np.uint64(29)
    return result


def _strips(seam: Seam, pairs: Pairs, width_m: float, gap_m2: float) -> tuple[Geometries, NDArray[np.int64]]:
    """What lies between two parcels, no wider than a gap, and is no parcel's: polygons in degrees, and of which pair."""
    one, other = seam.shapes[pairs[:, 0]], seam.shapes[pairs[:, 1]]
    bounds = np.stack((shapely.bounds(one), shapely.bounds(other)))
    low, high = (
        bounds[:, :, :2].max(axis=0),
        bounds[:, :, 2:].min(axis=0),
    )  # where their boxes meet or miss each other
    scale = scale_at((low[:, 1] + high[:, 1]) / 2)
    reach = degrees(2 * width_m)
    low, high = np.minimum(low, high) - reach, np.maximum(low, high) + reach
    window = shapely.box(low[:, 0], low[:, 1], high[:, 0], high[:, 1])
    one, other = (in_metres(_clipped(side, window), scale) for side in (one, other))
    both = shapely.union(one, other)
    closed = shapely.buffer(shapely.buffer(both, width_m / 2), -width_m / 2)
    strips, pair = shapely.get_parts(polygonal(shapely.difference(closed, both)), return_index=True)
    nothing = _NOTHING * gap_m2
    for side in (one, other):  # what lies at one of them alone is a corner or a notch of its own
        kept = np.flatnonzero(
            (shapely.area(strips) > nothing) & shapely.dwithin(strips, side[pair], _MARGIN_M)
        )
        strips, pair = strips[kept], pair[kept]
    scale = scale[pair]

    tree = shapely.STRtree(seam.shapes)
    at, parcel = tree.query(in_degrees(shapely.envelope(strips), scale))
    order = np.lexsort((parcel, at))
    at, parcel = at[order], parcel[order]
    parcels = in_metres(seam.shapes[parcel], scale[at])
    rank = np.arange(len(at)) - np.searchsorted(at, at)
    for turn in range(int(rank.max(initial=-1)) + 1):
        now = rank == turn
        strips[at[now]] = shapely.difference(strips[at[now]], parcels[now])
    strips = polygonal(
        shapely.set_precision(polygonal(strips), GRID_M)
    )  # hairs along straight edges are no land
    kept = np.flatnonzero(shapely.area(strips) > nothing)
    return _back(strips[kept], scale[kept]), pair[kept]


def _without_hairs(strips: shapely.Geometry) -> Geometries:
    """The polygons that are left where nothing is narrower than a hair, in order.

    Hairs run along borders on which one side has a vertex and the other a straight edge, and would tie gaps together.
    """
    parts = shapely.get_parts(polygonal(np.array([strips])))
    scale = scale_of(parts)
    inner = shapely.buffer(in_metres(parts, scale), -_HAIR_M / 2, join_style="mitre")
    thick = _back(shapely.buffer(inner, _HAIR_M / 2, join_style="mitre"), scale)
    return np.asarray(shapely.get_parts(polygonal(np.array([shapely.union_all(thick, grid_size=GRID_DEG)]))))


def _back(shapes: Geometries, scale: Floats) -> Geometries:
    """Polygons of the plane in degrees; valid, also where the last digit crosses two of their lines."""
    result = in_degrees(shapes, scale)
    bent = np.flatnonzero(~is_valid(result))
    result[bent] = enclosed(result[bent])
    return result


def _clipped(shapes: Geometries, window: Geometries) -> Geometries:
    result = shapes.copy()
    long = np.flatnonzero(shapely.get_num_coordinates(shapes) >= _CLIPPED_FROM)
    result[long] = shapely.intersection(shapes[long], window[long])
    return result


def _open_length(parts: Geometries, at: NDArray[np.int64], touching: Geometries) -> Floats:
    """(k,) how much of the outline of each gap no parcel touches; what several touch, as one drawn twice, is touched once.

    at, touching  (m,) gap, in order, and the lines of a parcel along it
    """
    free = shapely.boundary(parts)
    rank = np.arange(len(at)) - np.searchsorted(at, at)
    for turn in range(int(rank.max(initial=-1)) + 1):
        now = rank == turn
        free[at[now]] = shapely.difference(free[at[now]], shapely.buffer(touching[now], 1.1 * _MARGIN_M))
    return np.asarray(shapely.length(free))


def _joined(seam: Seam, strips: Geometries, other: int, rules: BorderRules) -> Cases:
    """The gaps that the strips between the dataset and one other commune make together."""
    parts = _without_hairs(shapely.union_all(strips, grid_size=GRID_DEG))
    scale = scale_of(parts)
    area = area_m2(parts, scale)
    large = area > float(rules.gap_m2)
    parts, scale, area = parts[large], scale[large], area[large]

    tree = shapely.STRtree(seam.shapes)
    at, parcel = tree.query(parts, predicate="dwithin", distance=degrees(_MARGIN_M))
    order = np.lexsort((parcel, at))
    at, parcel = at[order], parcel[order]
    halo = shapely.buffer(in_metres(parts, scale), _MARGIN_M)
    outline = in_metres(shapely.boundary(seam.shapes[parcel]), scale[at])
    touching = shapely.intersection(outline, halo[at])
    contact = shapely.length(touching)
    around = shapely.length(in_metres(parts, scale))
    touched = around - _open_length(in_metres(parts, scale), at, touching)
    side = contact > _CONTACT_M
    ours = np.bincount(at[side], seam.commune[parcel[side]] == 0, len(parts)) > 0
    theirs = np.bincount(at[side], seam.commune[parcel[side]] == other, len(parts)) > 0
    closed = around - touched <= float(rules.gap_open_share) * touched
    kept = ours & theirs & closed
    number = np.cumsum(kept) - 1
    named = side & kept[at] & np.isin(seam.commune[parcel], (0, other))
    return Cases(
        parts[kept],
        np.round(area[kept], 4),
        width_mm(parts[kept], scale[kept]),
        number[at[named]],
        parcel[named],
    )
