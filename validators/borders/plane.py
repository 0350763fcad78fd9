"""Degrees of EPSG:4756 as metres, by a rule that depends on the place alone, so that both sides of a seam agree.

Communes of two zones have no plane in common, and the zone of one side would be a choice. So a place is measured in a
plane of its own latitude: metres east and north by the radii of curvature of the ellipsoid at the middle of a band of
0.01°. Within a band and a parcel's length of it that is exact to 3 in 100,000; a straight line between two vertices
200 m apart runs 0.3 mm beside that of a zone at most.
"""

import numpy as np
import shapely
from numpy.typing import NDArray

from parcels.crs import VN2000
from parcels.geometry import metres_at
from validators.shape import Geometries
from validators.topology.widths import width_m

_BANDS = 100  # to the degree
Floats = NDArray[np.float64]


def scale_at(latitude: Floats) -> Floats:
    """(n, 2) metres in a degree of longitude and of latitude, in the bands of these latitudes."""
    middle = (np.floor(latitude * _BANDS) + 0.5) / _BANDS
    return metres_at(np.column_stack((np.zeros(len(middle)), middle)), VN2000)


def scale_of(shapes: Geometries) -> Floats:
    """(n, 2) the same for the band in which the middle of each geometry lies."""
    bounds = shapely.bounds(shapes)
    return scale_at((bounds[:, 1] + bounds[:, 3]) / 2)


def in_metres(shapes: Geometries, scale: Floats) -> Geometries:
    """Geometries (n,) in degrees, each multiplied by its scale (n, 2)."""
    return _times(shapes, scale)


def in_degrees(shapes: Geometries, scale: Floats) -> Geometries:
    """The way back."""
    return _times(shapes, 1.0 / scale)


def area_m2(shapes: Geometries, scale: Floats) -> Floats:
    """Areas of geometries in degrees, in square metres."""
    return np.asarray(shapely.area(shapes) * scale.prod(axis=1))


def width_mm(shapes: Geometries, scale: Floats) -> Floats:
    """How wide polygonal geometries in degrees are at their widest, in millimetres, to a tenth."""
    return np.round(width_m(in_metres(shapes, scale)) * 1000.0, 1)


def _times(shapes: Geometries, factor: Floats) -> Geometries:
    coords, owner = shapely.get_coordinates(shapes, return_index=True)
    return np.asarray(shapely.set_coordinates(shapes.copy(), coords * factor[owner]), dtype=object)
