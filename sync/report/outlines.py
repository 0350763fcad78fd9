"""Outlines for the maps of a report: the boundaries that are loaded, else what the delivery covers and where communes are.

Worked out from the coarse ground of each commune, so that they cost the same however many parcels there are.
"""

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np
import shapely
from numpy.typing import NDArray

from parcels import admin_units
from parcels.crs import VN2000, from_wgs84, is_storable
from sync.folder.boundaries import Boundaries
from sync.report.ground import Paper
from validators.places import moved

Geometries = NDArray[np.object_]

_OF_A_COMMUNE, _OF_ALL = 0.25, 0.35  # how closely a hull follows: 0 as closely as can be, 1 convex
_AROUND = 0.02  # of the extent: how far outside of what it holds an outline runs
_DETAIL = 0.002  # of the extent: what a drawing of a thousand units can show


@dataclass(frozen=True, slots=True)
class Outlines:
    """What a map draws around parcels, on paper.

    communes  by code, of those that were delivered
    province  around all of them
    others    of communes that were not delivered: their boundaries, or (m, 2) where they lie
    known     whether boundaries were loaded; else a commune is where its parcels are, the province where its communes are
    """

    communes: dict[str, shapely.Geometry]
    province: shapely.Geometry
    others: tuple[shapely.Geometry, ...]
    places: NDArray[np.float64]
    known: bool


def outlines_of(
    grounds: Mapping[str, shapely.Geometry], boundaries: Boundaries | None, province: str, plane: Paper
) -> Outlines:
    """Outlines of communes that have a ground, one at least."""
    loaded = _on_paper(boundaries, plane) if boundaries is not None else {}
    communes = {code: loaded.get(code) or hull(ground, _OF_A_COMMUNE) for code, ground in grounds.items()}
    others = tuple(shape for code, shape in loaded.items() if code not in communes)
    everything = np.array([*communes.values(), *others], dtype=object)
    if loaded:
        around = filled(shapely.union_all(shapely.buffer(everything, _fine(everything))))
        return Outlines(communes, around, others, np.empty((0, 2)), known=True)
    places = _where_communes_lie(province, plane)
    around = shapely.union_all(
        [_around_places(places), shapely.convex_hull(shapely.geometrycollections(everything))]
    )
    return Outlines(communes, filled(around), (), places, known=False)


def _where_communes_lie(province: str, plane: Paper) -> NDArray[np.float64]:
    """(m, 2) the middle of each commune of a province on paper; none of a foreign one."""
    table = admin_units.communes_table(province)
    if not len(table) or not is_storable(plane.srid):
        return np.empty((0, 2))
    degrees = np.column_stack([np.asarray(table[name], dtype=np.float64) for name in ("lon", "lat")])
    return from_wgs84(degrees[np.isfinite(degrees).all(axis=1)], plane.srid) * plane.unit[:2]


def _around_places(places: NDArray[np.float64]) -> shapely.Geometry:
    """One area around places, as far outside of them as they are from each other."""
    if len(places) < 3:
        return shapely.Polygon()
    points = shapely.points(places)
    near = shapely.STRtree(points).query_nearest(
        points, exclusive=True, all_matches=False, return_distance=True
    )[1]
    reach = float(np.median(near))
    return shapely.simplify(
        shapely.buffer(shapely.concave_hull(shapely.multipoints(points), ratio=_OF_ALL), reach, quad_segs=4),
        reach / 20,
    )


def hull(shape: shapely.Geometry, ratio: float) -> shapely.Geometry:
    """One area without holes around all of a shape, however thin or scattered it is."""
    corners = shapely.multipoints(shapely.get_coordinates(shape))
    tight = shapely.concave_hull(corners, ratio=ratio)
    size = _size(np.array([shape], dtype=object))
    whole = shapely.union_all(
        [shapely.buffer(tight, _AROUND * size), *shapely.get_parts(shapely.buffer(shape, 0.0))]
    )
    return filled(shapely.simplify(whole, _DETAIL * size))


def filled(shape: shapely.Geometry) -> shapely.Geometry:
    """A shape of areas without its holes."""
    rings = shapely.get_exterior_ring(shapely.get_parts(shape))
    return shapely.union_all(shapely.polygons(rings))


def _on_paper(boundaries: Boundaries, plane: Paper) -> dict[str, shapely.Geometry]:
    srids = np.full(len(boundaries.codes), VN2000, dtype=np.int32)
    shapes = plane.flat(moved(boundaries.polygons, srids, plane.srid))
    drawn = shapely.simplify(shapes, _fine(shapes))
    return dict(zip(boundaries.codes, drawn, strict=True))


def _fine(shapes: Geometries) -> float:
    return _DETAIL * _size(shapes) / 2


def _size(shapes: Geometries) -> float:
    """The longer side of all shapes together, metres; a metre at least."""
    west, south, east, north = shapely.total_bounds(shapes)
    return float(max(east - west, north - south, 1.0))
