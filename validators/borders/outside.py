"""Parcels outside their commune's boundary, where one is loaded.

Loaded boundaries are good to some metres, so a parcel counts as outside only where it reaches further than that.
"""

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
import shapely
from numpy.typing import NDArray

from parcels.crs import VN2000
from parcels.model import UNKNOWN_COMMUNE
from parcels.validity import is_valid
from validators.base import Faults, Rows, Subject, where
from validators.borders.land import placed
from validators.borders.plane import area_m2, in_degrees, in_metres, scale_of
from validators.plane import enclosed
from validators.shape import Geometries
from validators.topology.pairs import polygonal


def can_tell_outside(subject: Subject) -> bool:
    """Whether the commune's boundary is at hand. Rows of no commune have none."""
    return subject.context.boundary is not None or subject.dataset.commune_code == UNKNOWN_COMMUNE


def outside(subject: Subject) -> Faults:
    """Parcels of which more lies outside, and further away, than the policy lets pass.

    measure  what lies outside, m²
    detail   how far its furthest vertex is from the boundary, in metres
    """
    boundary = subject.context.boundary
    if boundary is None:
        return _none()
    rules = subject.context.policy.borders
    # One plane for the whole boundary: its latitudes differ by some hundredths of a degree, 5 m by millimetres.
    scale = scale_of(np.array([boundary]))
    outline = in_metres(np.array([boundary]), scale)[0]
    wide = in_degrees(np.array([shapely.buffer(outline, float(rules.outside_m))]), scale)[0]
    shapely.prepare(wide)
    rows, shapes = _beyond(subject, wide)
    off = shapely.disjoint(boundary, shapes)
    beyond = shapes.copy()
    beyond[~off] = polygonal(shapely.difference(shapes[~off], boundary))
    some = ~shapely.is_missing(beyond) & ~shapely.is_empty(beyond)
    rows, beyond = rows[some], beyond[some]
    area = area_m2(beyond, scale_of(beyond))
    large = area > float(rules.outside_m2)
    rows, beyond, area = rows[large], beyond[large], area[large]
    if not len(rows):
        return _none()
    shapely.prepare(outline)
    coords, owner = shapely.get_coordinates(beyond, return_index=True)
    distance = shapely.distance(shapely.points(coords * scale), outline)
    furthest = np.maximum.reduceat(distance, np.searchsorted(owner, np.arange(len(rows))))
    return Faults(
        rows,
        measure=np.round(area, 4),
        detail=_metres(furthest),
        place=beyond,
        place_srid=np.full(len(rows), VN2000, np.int32),
    )


def _beyond(subject: Subject, boundary: shapely.Geometry) -> tuple[Rows, Geometries]:
    """The rows that the boundary does not cover, with their polygons made valid."""
    stored = subject.dataset.stored
    rows = where(placed(stored))
    rows = rows[~shapely.covers(boundary, stored[rows])]
    shapes = stored[rows]
    broken = ~is_valid(shapes)
    shapes[broken] = enclosed(shapes[broken])
    land = ~shapely.is_missing(shapes) & ~shapely.covers(boundary, shapes)
    return rows[land], shapes[land]


def _metres(distance: NDArray[np.float64]) -> pa.Array:
    """Decimetres are more than boundaries are good for."""
    return pc.round(pa.array(distance), 1).cast(pa.decimal128(12, 1), safe=False).cast(pa.string())


def _none() -> Faults:
    return Faults(np.empty(0, np.int64))
