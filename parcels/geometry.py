"""Geometry arrays on their way from delivered to stored: the grid, the canonical form, VN-2000, areas.

Everything here works on whole shapely arrays. Nothing moves a boundary: only what changes no boundary (the
grid of 0.1 mm, exact duplicate vertices, ring order, start vertex, order of parts) is normalised.
What becomes of rings that fall together on the grid: `parcels.rings`, docs/adr/0147.
"""

from functools import cache

import numpy as np
import shapely
from numpy.typing import NDArray

from parcels.bounds import placed, too_complex
from parcels.crs import (
    GRID_DEG,
    ZONES,
    grid_size,
    is_geographic,
    is_storable,
    refuse_deprecated,
    to_vn2000_geographic,
)
from parcels.fence import each_row
from parcels.rings import kept_valid, without_hollow

Geometries = NDArray[np.object_]
Floats = NDArray[np.float64]

_POLYGON, _MULTIPOLYGON = 3, 6


def is_polygonal(geoms: Geometries) -> NDArray[np.bool_]:
    """Which geometries are a Polygon or a MultiPolygon, empty or not."""
    kinds = shapely.get_type_id(geoms)
    return np.asarray((kinds == _POLYGON) | (kinds == _MULTIPOLYGON))


def _snap(coords: Floats, size: float) -> Floats:
    """Coordinates on a decimal grid: each the double nearest to its decimal, never minus zero."""
    per_unit = round(1 / size)
    return np.rint(coords * per_unit) / per_unit + 0.0


def _drop_repeated(geoms: Geometries, coords: Floats, owner: NDArray[np.int64]) -> Geometries:
    """Polygons without exact duplicate consecutive vertices; a ring that is one single point stays as it is.

    coords, owner  all their coordinates, and of which geometry each is
    """
    result = geoms.copy()
    same = np.flatnonzero((coords[1:, 0] == coords[:-1, 0]) & (coords[1:, 1] == coords[:-1, 1]))
    candidates = np.unique(owner[same][owner[same] == owner[same + 1]])
    candidates = candidates[is_polygonal(geoms[candidates])]
    x, of = shapely.get_coordinates(geoms[candidates], return_index=True)
    unplaced = of[~np.isfinite(x).all(axis=1)]  # of these GEOS cannot compare vertices
    candidates = np.delete(candidates, np.unique(unplaced))
    parts, part_owner = shapely.get_parts(geoms[candidates], return_index=True)
    rings, ring_part = shapely.get_rings(parts, return_index=True)
    bounds = shapely.bounds(rings)
    collapsed = (bounds[:, 0] == bounds[:, 2]) & (bounds[:, 1] == bounds[:, 3])
    whole = np.ones(len(candidates), dtype=np.bool_)
    whole[part_owner[ring_part[collapsed]]] = False  # GEOS refuses to build a ring of one point
    candidates = candidates[whole]
    result[candidates] = shapely.remove_repeated_points(geoms[candidates], 0.0)
    return result


def round_to_grid(geoms: Geometries, srid: int) -> Geometries:
    """Geometries (n,) in `srid` with each coordinate on the grid of 0.1 mm (1e-9 degree if geographic), in 2D.

    Exact duplicate consecutive vertices of polygons are dropped. None, empty, invalid and other types
    survive; the input is not changed. Doing it twice changes nothing more.
    """
    return _rounded(geoms, grid_size(srid))[0]


def _rounded(geoms: Geometries, size: float) -> tuple[Geometries, NDArray[np.bool_]]:
    """The geometries on a grid, and which of them have other numbers there or lost a dimension."""
    coords, owner = shapely.get_coordinates(geoms, return_index=True)
    snapped = _snap(coords, size)
    moved = _moved(coords, snapped, owner, len(geoms)) | shapely.has_z(geoms) | shapely.has_m(geoms)
    result = geoms.copy()  # most data are on the grid already: what would not change is not made anew
    if moved.any():
        result[moved] = shapely.transform(geoms[moved], lambda coords: _snap(coords, size))
    return _drop_repeated(result, snapped, owner), moved


def off_grid(geoms: Geometries, srid: int) -> NDArray[np.bool_]:
    """Which geometries `round_to_grid` gives other coordinates; dropped duplicate vertices do not count."""
    coords, owner = shapely.get_coordinates(geoms, return_index=True)
    return _moved(coords, _snap(coords, grid_size(srid)), owner, len(geoms))


def _moved(coords: Floats, snapped: Floats, owner: NDArray[np.int64], n: int) -> NDArray[np.bool_]:
    """Of which geometries a coordinate changed, be it from minus zero to zero."""
    moved = np.zeros(n, dtype=np.bool_)
    moved[owner[(coords.view(np.int64) != snapped.view(np.int64)).any(axis=1)]] = True
    return moved


def normalise(geoms: Geometries) -> Geometries:
    """The canonical form: start vertex, order of holes and parts as GEOS normalises; shells counter-clockwise.

    The same polygon written with another start vertex, ring direction, or order of holes or parts becomes
    identical byte for byte. None and other types survive.
    """
    with np.errstate(invalid="ignore"):  # a NaN coordinate is judged, not warned about
        return np.asarray(shapely.orient_polygons(shapely.normalize(geoms), exterior_cw=False))


def polygons_of(geoms: Geometries) -> Geometries:
    """The polygons in each geometry of whatever type, as a Polygon or MultiPolygon; None where there are none."""
    result = np.full(len(geoms), None, dtype=object)
    parts, owner = shapely.get_parts(geoms, return_index=True)
    parts, part = shapely.get_parts(parts, return_index=True)  # of a multipolygon inside a collection
    owner = owner[part]
    kept = (shapely.get_type_id(parts) == _POLYGON) & ~shapely.is_empty(parts)
    filled, first, index, count = np.unique(
        owner[kept], return_index=True, return_inverse=True, return_counts=True
    )
    if len(filled):
        whole = shapely.multipolygons(parts[kept], indices=index)
        result[filled] = np.where(count == 1, parts[kept][first], whole)
    return result


def _as_multipolygons(geoms: Geometries) -> Geometries:
    result = geoms.copy()
    single = shapely.get_type_id(geoms) == _POLYGON
    if single.any():
        result[single] = shapely.multipolygons(geoms[single][:, np.newaxis])
    return result


def canonical_form(geoms: Geometries, srid: int) -> Geometries:
    """Geometries (n,) in `srid` on the grid and normalised: what is judged, measured and projected.

    Rings that fall together in one point on the grid, and empty ones, are left out: they are faults of their row
    (`validators.shape`), not of the rest. A valid polygon that rounding would make invalid is put on the grid as a whole
    (`parcels.rings.kept_valid`). None where nothing is left, where a coordinate is no place, and where a shape is too
    complex to be looked at (`parcels.bounds`).
    """
    coords, owner = shapely.get_coordinates(geoms, return_index=True)
    fit = ~shapely.is_missing(geoms)
    fit[owner[~placed(coords)]] = False
    fit[fit] = ~too_complex(geoms[fit])
    result = np.full(len(geoms), None, dtype=object)
    result[fit] = each_row(lambda some: _on_grid(some, srid), geoms[fit])
    return result


def _on_grid(geoms: Geometries, srid: int) -> Geometries:
    rounded, moved = _rounded(geoms, grid_size(srid))
    rounded = without_hollow(rounded)
    changed = np.flatnonzero(moved & is_polygonal(rounded))
    rounded[changed], _ = kept_valid(geoms[changed], rounded[changed], grid_size(srid))
    return normalise(rounded)


def to_stored(geoms: Geometries, srid: int, *, canonical: bool = False) -> Geometries:
    """Geometries (n,) in `srid` as they are stored: MultiPolygon, EPSG:4756, 1e-9 degree grid, canonical.

    Makes their `canonical_form` in the delivery's CRS first, unless `canonical` says that this is done; then projects
    back; the transformed coordinates keep that order. None where a geometry is missing, empty, not polygonal, collapses or cannot be placed on
    the ellipsoid, and everywhere for a CRS that is neither VN-2000 nor WGS 84. Invalid polygons are stored as they are:
    judging is not done here. Raises DeliveryRejected for EPSG 6956-6959.
    """
    stored = np.full(len(geoms), None, dtype=object)
    refuse_deprecated(srid)
    if not is_storable(srid):
        return stored
    prepared = geoms if canonical else canonical_form(geoms, srid)
    chosen = is_polygonal(prepared) & ~shapely.is_empty(prepared)
    stored[chosen] = each_row(lambda some: _projected(some, srid), prepared[chosen])
    return stored


def _projected(geoms: Geometries, srid: int) -> Geometries:
    """Canonical polygons in `srid` on the grid of EPSG:4756; None where they have no place there."""
    there = shapely.transform(geoms, lambda coords: to_vn2000_geographic(coords, srid))
    coords, owner = shapely.get_coordinates(there, return_index=True)
    there[np.unique(owner[~np.isfinite(coords).all(axis=1)])] = None
    rounded = without_hollow(_rounded(there, GRID_DEG)[0])
    result, others = kept_valid(there, rounded, GRID_DEG)
    result[others] = normalise(result[others])  # all else has the order that it was given
    return _as_multipolygons(result)


def to_wkb(geoms: Geometries) -> NDArray[np.object_]:
    """Little-endian two-dimensional WKB without SRID, as stored and hashed; None stays None."""
    return np.asarray(shapely.to_wkb(geoms, byte_order=1, output_dimension=2))


@cache
def _metres_per_unit(srid: int) -> float:
    """The linear unit of a projected CRS in metres."""
    if srid in ZONES:
        return 1.0
    from pyproj import CRS  # noqa: PLC0415 - only for foreign CRS

    return float(CRS.from_epsg(srid).axis_info[0].unit_conversion_factor)


@cache
def _ellipsoid(srid: int) -> tuple[float, float]:
    """Semi-major axis in metres and flattening of a geographic CRS."""
    from pyproj import CRS  # noqa: PLC0415

    ellipsoid = CRS.from_epsg(srid).ellipsoid
    if ellipsoid is None:
        raise ValueError(f"EPSG:{srid} has no ellipsoid")
    inverse = ellipsoid.inverse_flattening
    return float(ellipsoid.semi_major_metre), 1.0 / inverse if inverse else 0.0


def _equal_area(coords: Floats, srid: int) -> Floats:
    """Degrees → metres of the ellipsoidal cylindrical equal-area projection (Snyder 1987, 10-14 to 10-16).

    Its standard parallel is 45°, so that small areas are not stretched out of proportion.
    """
    axis, flattening = _ellipsoid(srid)
    e2 = flattening * (2 - flattening)
    e = np.sqrt(e2)
    with np.errstate(invalid="ignore"):
        sin_lat = np.sin(np.radians(coords[:, 1]))
    standard = np.radians(45.0)
    k0 = np.cos(standard) / np.sqrt(1 - e2 * np.sin(standard) ** 2)
    if e2:
        q = (1 - e2) * (
            sin_lat / (1 - e2 * sin_lat**2) - np.log((1 - e * sin_lat) / (1 + e * sin_lat)) / (2 * e)
        )
    else:
        q = 2 * sin_lat
    flat = np.column_stack((axis * k0 * np.radians(coords[:, 0]), axis * q / (2 * k0)))
    flat[np.isnan(flat)] = np.inf  # a ring that begins with NaN could not be closed
    return flat


def area_m2(geoms: Geometries, srid: int) -> Floats:
    """Area (n,) in m², as registered areas are computed: planar in the delivery's zone, no scale correction.

    Feet are converted by the unit of the CRS. A geographic CRS is measured in the cylindrical equal-area
    projection of its ellipsoid, edges straight in that projection (for parcels, the difference from
    geodesic edges is far below 0.0001 m² per hectare). NaN where missing or not polygonal; 0 where empty.
    """
    if is_geographic(srid):
        flat, unit = shapely.transform(geoms, lambda coords: _equal_area(coords, srid)), 1.0
    else:
        flat, unit = geoms, _metres_per_unit(srid)
    with np.errstate(invalid="ignore"):
        areas = shapely.area(flat) * unit**2
    return np.where(is_polygonal(geoms), areas, np.nan)


def metres_at(coords: Floats, srid: int) -> Floats:
    """How many metres one unit of each coordinate is at these places: (n, 2), easting first.

    Good for distances of a parcel's size: in degrees by the radii of curvature of the ellipsoid there, in a projected
    CRS by its unit, without scale correction.
    """
    if not is_geographic(srid):
        return np.full(coords.shape, _metres_per_unit(srid))
    axis, flattening = _ellipsoid(srid)
    e2 = flattening * (2 - flattening)
    latitude = np.radians(coords[:, 1])
    below = 1 - e2 * np.sin(latitude) ** 2
    east = axis * np.cos(latitude) / np.sqrt(below)
    north = axis * (1 - e2) / below**1.5
    return np.radians(np.column_stack((east, north)))


def coarse_step(srid: int, metres: float) -> float:
    """The smallest power of ten in the units of a CRS that is at least so many metres."""
    unit = np.radians(_ellipsoid(srid)[0]) if is_geographic(srid) else _metres_per_unit(srid)
    return float(10.0 ** np.ceil(np.log10(metres / unit) - 1e-9))
