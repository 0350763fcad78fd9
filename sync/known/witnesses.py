"""Whether the land that is live shows the CRS of a few rows: each row is put where every CRS would have it.

For a delivery of one parcel or two, of which no median says anything. A row whose parcel is live must lie where that
lies; a new one must lie against the land of live parcels and not on it. A row shows the declared CRS only if no
other CRS would put it in as good a place: where two would, nothing is shown.
"""

from dataclasses import dataclass
from typing import NamedTuple

import numpy as np
import shapely
from numpy.typing import NDArray

from parcels.crs_hypotheses import Hypothesis, hypotheses, metres_between, places
from parcels.fence import each_row
from parcels.geometry import is_polygonal, polygons_of

Floats = NDArray[np.float64]
Geometries = NDArray[np.object_]
Mask = NDArray[np.bool_]

NONE = -1  # of `own`: the row's parcel is not live
_REACH_KM = 100.0  # a CRS that puts the rows further away puts them on no land of the commune
_SHARE_ON_LINE = 0.5  # of the corners of a parcel that was divided or put together: the rest are new
_SHARE_BESIDE = 0.25  # … of a new one, which may have a neighbour on one side alone
_SAME_M = 1.0  # two CRSs that agree so well put the land in one place
_ON_LINE_M = 0.5  # a corner this near a boundary is on it: surveys meet at decimetres
_OVERLAP = 0.02  # of a new parcel's area, on its neighbours: a boundary measured twice; a wrong CRS lays it across them


class Witnesses(NamedTuple):
    """Of `rows` looked at: those that only the declared CRS puts in their place, and those that speak against it."""

    rows: int = 0
    shown: int = 0
    against: int = 0


@dataclass(frozen=True, slots=True)
class Neighbourhood:
    """Live land: polygons (m,) in WGS 84 degrees, and of each whether a row of the delivery is the same parcel."""

    land: Geometries
    replaced: Mask


def near(shapes: Geometries, declared: Hypothesis) -> tuple[Hypothesis, ...]:
    """The CRSs that put delivered shapes within reach of where the declared one puts them, which is one of them."""
    every = hypotheses()
    there = places(np.median(_middles(shapes), axis=0), every)
    away = np.hypot(*metres_between(there, there[every.index(declared)][np.newaxis]).T)
    return tuple(every[k] for k in np.flatnonzero(away <= _REACH_KM * 1000).tolist())


def placed(shapes: Geometries, hypothesis: Hypothesis) -> Geometries:
    """Delivered shapes in WGS 84 degrees, if the hypothesis holds; None for those that it puts nowhere."""
    found = np.asarray(shapely.transform(shapes, hypothesis.place), dtype=object)
    nowhere = ~np.isfinite(shapely.bounds(found)).all(axis=1)
    found[nowhere] = None
    return found


def usable(shapes: Geometries) -> Mask:
    """Which shapes have land whose place can be asked: what is not valid is quarantined, and shows nothing."""
    valid = np.asarray(each_row(shapely.is_valid, shapes, refused=False), dtype=bool)
    return np.asarray(valid & is_polygonal(shapes) & np.isfinite(shapely.bounds(shapes)).all(axis=1))


def weigh(
    shapes: Geometries, own: NDArray[np.int64], live: Neighbourhood, declared: Hypothesis, shift_m: float
) -> Witnesses:
    """What a few rows show.

    shapes   (n,) polygons in the delivered coordinates, all `usable`
    own      (n,) which land of `live` the row's own parcel has there; NONE where it is not live
    shift_m  how far the middle of a parcel may lie from where it is live: a new survey
    """
    rows = len(shapes)
    if not rows or not len(live.land):
        return Witnesses(rows)
    plane = _Plane(live)
    here = plane.metres(placed(shapes, declared))
    fits = plane.fit(here, own, shift_m)
    elsewhere = np.zeros(rows, dtype=bool)
    for hypothesis in near(shapes, declared):
        there = plane.metres(placed(shapes, hypothesis))
        away = np.hypot(*(_middles(there) - _middles(here)).T)
        different = ~(away <= _SAME_M)
        if different.any():
            elsewhere |= different & plane.fit(there, own, shift_m)
    against = ~fits & (elsewhere | (own != NONE))
    return Witnesses(rows, int((fits & ~elsewhere).sum()), int(against.sum()))


class _Plane:
    """Live land in metres about its own middle, and which rows lie well in it."""

    def __init__(self, live: Neighbourhood) -> None:
        self._origin = np.median(_middles(live.land), axis=0)
        plain = self.metres(live.land)
        self._land = polygons_of(shapely.make_valid(plain))
        self._lines = shapely.boundary(plain)
        self._tree = shapely.STRtree(self._land)
        self._line_tree = shapely.STRtree(self._lines)
        self._replaced = live.replaced

    def metres(self, shapes: Geometries) -> Geometries:
        """From WGS 84 degrees; None stays None."""
        origin = self._origin[np.newaxis]
        return np.asarray(shapely.transform(shapes, lambda xy: metres_between(xy, origin)), dtype=object)

    def fit(self, shapes: Geometries, own: NDArray[np.int64], shift_m: float) -> Mask:
        """Which rows (n,) lie where they could: their own place, or against the neighbours."""
        there = np.array([shape is not None for shape in shapes], dtype=bool)
        known = own != NONE
        result = np.zeros(len(shapes), dtype=bool)
        mine = np.flatnonzero(there & known)
        result[mine] = self._in_place(shapes[mine], own[mine], shift_m)
        new = np.flatnonzero(there & ~known)
        result[new] = self._beside(shapes[new])
        return result

    def _in_place(self, shapes: Geometries, own: NDArray[np.int64], shift_m: float) -> Mask:
        """A middle where the parcel's is; or, of a parcel divided or put together, corners of one on the other's boundary."""
        land, lines = self._land[own], self._lines[own]
        away = np.hypot(*(_middles(shapes) - _middles(land)).T)
        mine, theirs = _on_lines(shapes, lines), _on_lines(land, shapely.boundary(shapes))
        return np.asarray((away <= shift_m) | mine | theirs)

    def _beside(self, shapes: Geometries) -> Mask:
        """Corners on the boundaries of live parcels, and land on none of them that stays."""
        corners, owner = _corners(shapes)
        on_line = np.zeros(len(corners), dtype=bool)
        on_line[self._line_tree.query(corners, predicate="dwithin", distance=_ON_LINE_M)[0]] = True
        whole = polygons_of(shapely.make_valid(shapes))
        row, parcel = self._tree.query(whole, predicate="intersects")
        stays = ~self._replaced[parcel]
        row, parcel = row[stays], parcel[stays]
        shared = shapely.area(shapely.intersection(whole[row], self._land[parcel]))
        covered = np.bincount(row, weights=shared, minlength=len(shapes))
        return np.asarray(
            _enough(owner, on_line, len(shapes), _SHARE_BESIDE) & (covered <= _OVERLAP * shapely.area(whole))
        )


def _middles(shapes: Geometries) -> Floats:
    bounds = shapely.bounds(shapes)
    return np.asarray((bounds[:, :2] + bounds[:, 2:]) / 2)


def _corners(shapes: Geometries) -> tuple[Geometries, NDArray[np.int64]]:
    """Every corner once, as points, and whose it is."""
    coords, owner = shapely.get_coordinates(shapes, return_index=True)
    distinct = np.unique(np.column_stack((owner.astype(np.float64), coords)), axis=0)
    return np.asarray(shapely.points(distinct[:, 1:])), distinct[:, 0].astype(np.int64)


def _on_lines(shapes: Geometries, lines: Geometries) -> Mask:
    """Of which shapes enough corners lie on the line beside it."""
    corners, owner = _corners(shapes)
    on_line = np.asarray(shapely.distance(corners, lines[owner]) <= _ON_LINE_M)
    return _enough(owner, on_line, len(shapes), _SHARE_ON_LINE)


def _enough(owner: NDArray[np.int64], on_line: Mask, rows: int, share: float) -> Mask:
    """Two corners at least, and this share of them, lie on a boundary."""
    on = np.bincount(owner[on_line], minlength=rows)
    return np.asarray((on >= 2) & (on >= share * np.bincount(owner, minlength=rows)))
