"""Delivered geometry to stored geometry and area, a batch at a time; the delivered bytes are kept beside them."""

from dataclasses import dataclass

import numpy as np
import pyarrow as pa
import shapely
from numpy.typing import NDArray

from parcels.crs import VN2000, to_wgs84
from parcels.decimals import from_floats
from parcels.geometry import area_m2, canonical_form, is_polygonal, to_stored, to_wkb
from parcels.wkb import read_wkb
from sync.declared.delivery import Axes


@dataclass(frozen=True, slots=True)
class Shapes:
    """Per row of a batch.

    delivered (n,) WKB in the delivery's CRS, easting first
    geom    (n,) WKB as stored (MultiPolygon, EPSG:4756); NULL where not polygonal or not storable
    area    (n,) decimal, m², computed in the delivery's CRS; NULL where not polygonal
    place   (n, 2) the middle of the parcel, WGS 84 degrees; NaN where it has no stored geometry
    bounds  (n, 4) of the stored geometries: west, south, east, north in degrees; NaN where there is none
    delivered_bounds  (n, 4) of the delivered polygons, in the delivery's own numbers; NaN where there is none
    planar  (n,) area of the delivered polygons in squared units of those numbers; NaN where there is none
    """

    delivered: pa.Array
    geom: pa.Array
    area: pa.Array
    place: NDArray[np.float64]
    bounds: NDArray[np.float64]
    delivered_bounds: NDArray[np.float64]
    planar: NDArray[np.float64]


def shapes_of(wkb: pa.Array, epsg: int, axes: Axes = "east-north") -> Shapes:
    """What becomes of delivered geometries (n,) in `epsg`, whose coordinates come in the order `axes`."""
    with np.errstate(
        invalid="ignore", over="ignore"
    ):  # coordinates that are no numbers, or no place, are judged later
        return _shapes_of(wkb, epsg, axes)


def _shapes_of(wkb: pa.Array, epsg: int, axes: Axes) -> Shapes:
    delivered = read_wkb(wkb)
    if axes == "north-east":
        delivered = _eastings_first(delivered)
        wkb = pa.array(shapely.to_wkb(delivered), pa.binary())
    canonical = canonical_form(delivered, epsg)
    stored = to_stored(canonical, epsg, canonical=True)
    bounds = np.asarray(shapely.bounds(stored))
    return Shapes(
        delivered=wkb,
        geom=pa.array(to_wkb(stored), pa.binary()),
        area=from_floats(area_m2(canonical, epsg)),
        place=_middle(bounds),
        bounds=bounds,
        delivered_bounds=_bounds_of_polygons(canonical),
        planar=_planar(canonical),
    )


def _eastings_first(geoms: NDArray[np.object_]) -> NDArray[np.object_]:
    """With the first two coordinates exchanged; heights stay, so that the judgement sees that they came."""
    turned = np.asarray(shapely.transform(geoms, lambda coords: coords[:, ::-1]), dtype=object)
    high = shapely.has_z(geoms)
    turned[high] = shapely.transform(geoms[high], lambda coords: coords[:, [1, 0, 2]], include_z=True)
    return turned


def _bounds_of_polygons(geoms: NDArray[np.object_]) -> NDArray[np.float64]:
    with np.errstate(invalid="ignore"):
        return np.where(is_polygonal(geoms)[:, np.newaxis], shapely.bounds(geoms), np.nan)


def _planar(geoms: NDArray[np.object_]) -> NDArray[np.float64]:
    with np.errstate(invalid="ignore"):
        return np.where(is_polygonal(geoms), shapely.area(geoms), np.nan)


def _middle(bounds: NDArray[np.float64]) -> NDArray[np.float64]:
    place = np.column_stack((bounds[:, 0] + bounds[:, 2], bounds[:, 1] + bounds[:, 3])) / 2
    known = np.isfinite(place).all(axis=1)
    place[known] = to_wgs84(place[known], VN2000)
    return place
