"""The parcels of a dataset in one plane, in metres: the one place where checks measure lengths and areas between rows.

A delivery in a VN-2000 zone is in metres already. Feet are scaled. Degrees are projected: those of Vietnam into the
TM-3 zone nearest to them, those of a foreign cadastre into the CRS that its profile says (`measured_in`). Rows of
several zones come into the zone of most of them, which needs no change of datum.

An invalid polygon is judged on a made-valid copy, so that it hides nothing of its neighbours.
"""

from dataclasses import dataclass

import numpy as np
import shapely
from numpy.typing import NDArray

from parcels import crs
from parcels.bounds import placed
from parcels.geometry import metres_at
from parcels.validity import is_valid
from parcels.validity import made_valid as valid_copies
from validators.base import Mask, Rows, Subject, where
from validators.edges import Edges, edges_of
from validators.shape import POLYGON, Geometries, ShapeFault, shape_of, source_srid, without_area

_VIETNAM_LON = (100.0, 120.0)
_GEOGRAPHIC = (crs.VN2000, crs.WGS84)
_CLEAR = 1e-6  # twice the area of a ring, in square units: from here on its sign is no matter of rounding


@dataclass(frozen=True, slots=True)
class Plane:
    """The rows of a dataset in a plane.

    srid        EPSG code in which places of faults are given, after `place`
    factor      metres per unit of that CRS
    shapes      (n,) valid Polygon or MultiPolygon with an area, in metres, on the 0.1 mm grid where delivered in
                that CRS; None for a row that is null, empty, not polygonal, without area or cannot be placed
    made_valid  (n,) whether the shape is a repaired copy of an invalid polygon
    moved       (n,) whether the row was delivered in another CRS and projected
    """

    srid: int
    factor: float
    shapes: Geometries
    made_valid: Mask
    moved: Mask

    def place(self, geometries: Geometries) -> Geometries:
        """Geometries of the plane in the units of `srid`."""
        return geometries if self.factor == 1.0 else _scaled(geometries, 1.0 / self.factor)


def can_measure(subject: Subject) -> bool:
    """Whether there is a plane: a foreign cadastre in degrees needs a metric CRS said by its profile."""
    return subject.fact(plane_of) is not None


def plane_of(subject: Subject) -> Plane | None:
    """The dataset's plane; None where no metric CRS is known for it. Use as `subject.fact(plane_of)`."""
    rows = where(np.isin(subject.fact(shape_of).fault, (ShapeFault.NONE, ShapeFault.INVALID)))
    srids = subject.fact(source_srid)
    target = measured_in(subject, rows)
    if target is None:
        return None
    n = len(subject)
    shapes = np.full(n, None, dtype=object)
    whole = subject.fact(shape_of).on_grid.copy()
    edges = subject.fact(edges_of)
    whole[edges.row[edges.length == 0]] = False  # rounding drops repeated vertices
    on_grid = whole[rows]
    shapes[rows[on_grid]] = subject.dataset.delivered[rows[on_grid]]
    other = rows[on_grid & ~_oriented(edges, n)[rows]]
    shapes[other] = shapely.orient_polygons(
        shapes[other], exterior_cw=False
    )  # edges are told by their direction
    deep = rows[on_grid][shapely.has_z(shapes[rows[on_grid]]) | shapely.has_m(shapes[rows[on_grid]])]
    shapes[deep] = shapely.force_2d(shapes[deep])
    shapes[rows[~on_grid]] = subject.dataset.rounded[rows[~on_grid]]
    suspect = where(subject.fact(shape_of).fault == ShapeFault.INVALID)
    _make_valid(shapes, suspect)
    made_valid = np.zeros(n, dtype=bool)  # a copy without a ring that covers nothing is one as well
    made_valid[suspect] = ~shapely.is_missing(shapes[suspect])
    moved = np.zeros(n, dtype=bool)
    moved[rows] = srids[rows] != target
    for srid in np.unique(srids[rows[moved[rows]]]):
        part = where(moved & (srids == srid))
        shapes[part] = _projected(shapes[part], int(srid), target)
    made_valid |= _make_valid(shapes, where(moved))
    factor = float(metres_at(np.zeros((1, 2)), target)[0, 0])
    if factor != 1.0:
        shapes = _scaled(shapes, factor)
    return Plane(target, factor, shapes, made_valid, moved)


def _oriented(edges: Edges, n: int) -> Mask:
    """(n,) the rows of one ring that is known to run counter-clockwise."""
    first = np.flatnonzero(np.diff(edges.ring, prepend=-1) != 0)
    if not len(first):
        return np.zeros(n, dtype=bool)
    ring = np.repeat(np.arange(len(first)), np.diff(first, append=len(edges.ring)))
    x, y = (edges.start - edges.start[first][ring]).T
    dx, dy = (edges.end - edges.start).T
    twice = np.add.reduceat(x * dy - y * dx, first)
    rings = np.bincount(edges.row[first], minlength=n)
    clear = np.zeros(n, dtype=bool)
    clear[edges.row[first[twice > _CLEAR]]] = True
    return np.asarray(clear & (rings == 1))


def measured_in(subject: Subject, rows: Rows) -> int | None:
    """The metric CRS of the plane for these rows: said, delivered by most of them, or the nearest zone."""
    if subject.context is not None and subject.context.measured_in is not None:
        return subject.context.measured_in
    known, count = np.unique(subject.fact(source_srid)[rows], return_counts=True)
    if not len(known):
        return crs.nearest_zone(105.0)  # nothing to measure
    metric = np.array([not crs.is_geographic(int(srid)) for srid in known])
    if metric.any() and (len(known) == 1 or all(crs.is_storable(int(srid)) for srid in known)):
        return int(known[metric][np.argmax(count[metric])])
    if not np.isin(known, _GEOGRAPHIC).all():
        return None
    with np.errstate(invalid="ignore"):
        bounds = shapely.bounds(subject.dataset.delivered[rows])
    west, east = bounds[:, 0], bounds[:, 2]
    middle = (
        np.median(((west + east) / 2)[np.isfinite(west + east)]) if np.isfinite(west + east).any() else np.nan
    )
    if not _VIETNAM_LON[0] <= middle <= _VIETNAM_LON[1]:
        return None
    return crs.nearest_zone(float(middle))


def _projected(geometries: Geometries, srid: int, target: int) -> Geometries:
    """Rounded geometries in another CRS; coordinates on the 0.1 mm grid again, so that what met still meets."""
    if srid == target:
        return geometries

    def project(coords: NDArray[np.float64]) -> NDArray[np.float64]:
        return np.round(crs.to_metric(coords, srid, target), 4)

    with np.errstate(invalid="ignore"):
        return np.asarray(shapely.transform(geometries, project))


def _scaled(geometries: Geometries, factor: float) -> Geometries:
    return np.asarray(shapely.transform(geometries, lambda coords: coords * factor), dtype=object)


def _make_valid(shapes: Geometries, rows: Rows) -> Mask:
    """Put valid copies in the place of those of these rows that are not valid; (n,) where that was done.

    What has no place, or encloses nothing, becomes None.
    """
    with np.errstate(invalid="ignore"):
        coords, owner = shapely.get_coordinates(shapes[rows], return_index=True)
    shapes[rows[np.unique(owner[~placed(coords)])]] = None
    rows = rows[~is_valid(shapes[rows]) & ~shapely.is_missing(shapes[rows])]
    shapes[rows] = enclosed(shapes[rows])
    done = np.zeros(len(shapes), dtype=bool)
    done[rows] = ~shapely.is_missing(shapes[rows])
    return done


def enclosed(geometries: Geometries) -> Geometries:
    """The polygons that the lines of invalid ones enclose; None where they enclose nothing, or are too tangled.

    Lines and points that are left over when a spike or a doubled line is taken apart are no land.
    """
    result = np.full(len(geometries), None, dtype=object)
    parts, owner = shapely.get_parts(valid_copies(geometries), return_index=True)
    parts, part = shapely.get_parts(parts, return_index=True)  # of a multipolygon inside a collection
    owner = owner[part]
    polygonal = (shapely.get_type_id(parts) == POLYGON) & ~shapely.is_empty(parts)
    parts, owner = parts[polygonal], owner[polygonal]
    if not len(parts):
        return result
    filled, index = np.unique(owner, return_inverse=True)
    whole = shapely.multipolygons(parts, indices=index)
    result[filled] = np.where(without_area(whole, np.zeros(len(filled), dtype=bool)), None, whole)
    return result
