"""Faults of shape and between parcels, in labelled nations. One function per kind, all rows at once.

Every new vertex is on the millimetre grid. Sizes lie on the far side of the tolerances (2025-three-groups, second
version), which are written down here a second time.
"""

import struct

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
import shapely
from numpy.typing import NDArray

from parcels.crs import from_wgs84, to_vn2000_geographic, to_wgs84
from parcels.identifiers import encode
from sync.lab.generate.arrow import decimal, join
from sync.lab.generate.edges import bulge, insert_after
from sync.lab.generate.far import SIDE_M
from sync.lab.generate.places import CRUMB_M, DEPTH_M, INSIDE_M, OUTSIDE_M, STRIP_M, rectangles
from sync.lab.generate.province import Geometries, Integers, ProvinceBatch
from sync.lab.generate.spoil import Spoil, put

_SPIKE_M, _OPENING_M = 0.6, 0.005  # an angle of half a degree; a spike is below one, longer than 5 cm
_TINY_M = 0.003  # below 5 mm


def first_and_second(rows: Integers, copied_from: Integers) -> tuple[Integers, Integers]:
    """The pairs among rows: their first rows, and their second."""
    second = copied_from >= 0
    return copied_from[second], rows[second]


def _along(
    polygons: Geometries, vertex: Integers, metres: NDArray[np.float64]
) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    """Points (k, 2) so many metres along the edge at `vertex`, and the unit vector (k, 2) out of the polygon there."""
    xy, polygon = shapely.get_coordinates(polygons, return_index=True)
    at = np.searchsorted(polygon, np.arange(len(polygons))) + vertex
    edge = xy[at + 1] - xy[at]
    unit = edge / np.hypot(*edge.T)[:, None]
    return xy[at] + unit * metres[:, None], np.column_stack([unit[:, 1], -unit[:, 0]])


def _spike(_: np.random.Generator, batch: ProvinceBatch, rows: Integers, __: Integers) -> None:
    polygons, vertex = batch.geometry[rows], batch.vertex[rows]
    near, outward = _along(polygons, vertex, np.full(len(rows), 1.0))
    far, _outward = _along(polygons, vertex, np.full(len(rows), 1.0 + _OPENING_M))
    tip = (near + far) / 2 + outward * _SPIKE_M
    batch.geometry[rows] = insert_after(polygons, vertex, np.round(np.stack([near, tip, far], axis=1), 3))


def _tiny_edge(_: np.random.Generator, batch: ProvinceBatch, rows: Integers, __: Integers) -> None:
    polygons, vertex = batch.geometry[rows], batch.vertex[rows]
    near, _outward = _along(polygons, vertex, np.full(len(rows), _TINY_M))
    batch.geometry[rows] = insert_after(polygons, vertex, np.round(np.stack([near], axis=1), 3))


def _repeated_vertex(_: np.random.Generator, batch: ProvinceBatch, rows: Integers, __: Integers) -> None:
    polygons, vertex = batch.geometry[rows], np.ones(len(rows), dtype=np.int64)
    same, _outward = _along(polygons, vertex, np.zeros(len(rows)))
    batch.geometry[rows] = insert_after(polygons, vertex, same[:, None, :])


def _drawn_as(size: tuple[float, float]) -> Spoil:
    """Only a small rectangle of the parcel is drawn; what is registered agrees with it."""

    def spoil(_: np.random.Generator, batch: ProvinceBatch, rows: Integers, __: Integers) -> None:
        batch.geometry[rows] = rectangles(batch.geometry[rows], size)
        register_area(batch, rows)

    return spoil


def _outside(_: np.random.Generator, batch: ProvinceBatch, rows: Integers, __: Integers) -> None:
    depth = np.full(len(rows), OUTSIDE_M)
    batch.geometry[rows], _won = bulge(batch.geometry[rows], batch.vertex[rows], depth)
    register_area(batch, rows)


def _bent_into_neighbour(name: str) -> Spoil:
    def spoil(_: np.random.Generator, batch: ProvinceBatch, rows: Integers, copied_from: Integers) -> None:
        first, _second = first_and_second(rows, copied_from)
        polygons, vertex = batch.geometry[first], batch.vertex[first]
        batch.geometry[first], _won = bulge(polygons, vertex, np.full(len(first), DEPTH_M[name]))
        register_area(batch, first)

    return spoil


def _unmatched_edge(
    _: np.random.Generator, batch: ProvinceBatch, rows: Integers, copied_from: Integers
) -> None:
    first, _second = first_and_second(rows, copied_from)
    polygons, vertex = batch.geometry[first], batch.vertex[first]
    xy, polygon = shapely.get_coordinates(polygons, return_index=True)
    at = np.searchsorted(polygon, np.arange(len(first))) + vertex
    half = np.hypot(*(xy[at + 1] - xy[at]).T) / 2
    middle, outward = _along(polygons, vertex, half)
    moved = np.round(middle + outward * DEPTH_M["unmatched_edge"], 3)
    batch.geometry[first] = insert_after(polygons, vertex, moved[:, None, :])


def _drawn_twice(_: np.random.Generator, batch: ProvinceBatch, rows: Integers, copied_from: Integers) -> None:
    first, second = first_and_second(rows, copied_from)
    batch.geometry[second] = batch.geometry[first]
    _settle(batch, second)


def _drawn_inside(
    _: np.random.Generator, batch: ProvinceBatch, rows: Integers, copied_from: Integers
) -> None:
    first, second = first_and_second(rows, copied_from)
    batch.geometry[second] = rectangles(batch.geometry[first], INSIDE_M)
    _settle(batch, second)


def _enormous(_: np.random.Generator, batch: ProvinceBatch, rows: Integers, __: Integers) -> None:
    """A square in open country, which the commune's territory then has as well."""
    for row in rows:  # one in a commune
        territory = batch.delivery.territories[int(batch.commune[row])]
        epsg = territory.old_province.epsg
        (middle,) = from_wgs84(np.array([batch.open_country[territory.commune.code]]), epsg)
        x, y = np.round(middle, 3)
        batch.geometry[row] = shapely.box(x - SIDE_M / 2, y - SIDE_M / 2, x + SIDE_M / 2, y + SIDE_M / 2)
        square = shapely.transform(batch.geometry[row], lambda xy, epsg=epsg: to_vn2000_geographic(xy, epsg))
        commune = batch.commune[row]
        batch.outlines[commune] = shapely.multipolygons([*shapely.get_parts(batch.outlines[commune]), square])
    _settle(batch, rows)


def _heights(rng: np.random.Generator, batch: ProvinceBatch, rows: Integers, __: Integers) -> None:
    batch.geometry[rows] = shapely.force_3d(
        batch.geometry[rows], rng.integers(1, 900, len(rows)).astype(float)
    )


def _curved(_: np.random.Generator, batch: ProvinceBatch, rows: Integers, __: Integers) -> None:
    """The first edge as an arc: well-known binary that shapely cannot hold."""
    for row in rows:  # a handful
        batch.wkb[row] = arc_polygon(shapely.get_coordinates(batch.geometry[row]))


def arc_polygon(ring: NDArray[np.float64]) -> bytes:
    """CURVEPOLYGON(COMPOUNDCURVE(CIRCULARSTRING(three points), LINESTRING(the rest))); ring (n, 2), closed."""
    arc, rest = arc_and_rest(ring)

    def piece(code: int, points: NDArray[np.float64]) -> bytes:
        return struct.pack("<BII", 1, code, len(points)) + np.ascontiguousarray(points).tobytes()

    return b"".join((struct.pack("<BIIBII", 1, 10, 1, 1, 9, 2), piece(8, arc), piece(2, rest)))


def arc_and_rest(ring: NDArray[np.float64]) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    """The first edge of a closed ring (n, 2) bent into an arc of three points, and the vertices of the other edges."""
    edge = ring[1] - ring[0]
    top = (ring[0] + ring[1]) / 2 + 0.05 * np.array([edge[1], -edge[0]])
    return np.asarray(np.round(np.array([ring[0], top, ring[1]]), 3)), ring[1:]


def register_area(batch: ProvinceBatch, rows: Integers) -> None:
    """The registered area, and that under each use, as the shapes of these rows have it."""
    tenths = np.maximum(np.rint(shapely.area(batch.geometry[rows]) * 10).astype(np.int64), 1)
    first = tenths * 2 // 5
    second = (tenths - first) // 2
    uses = pc.count_substring(batch.columns["land_use"].take(pa.array(rows)), "+")
    areas = pc.choose(
        uses.cast(pa.int64()),
        decimal(tenths),
        join(decimal(first), decimal(tenths - first), between="+"),
        join(decimal(first), decimal(second), decimal(tenths - first - second), between="+"),
    )
    put(batch, "area_legal_m2", rows, pa.array(tenths / 10))
    put(batch, "land_use_areas", rows, areas)


def id_of_another_point(batch: ProvinceBatch, rows: Integers, metres: float = 0.4) -> pa.Array:
    """Ids of points so far east of the point inside that their parcels have ids of."""
    inside = shapely.get_coordinates(shapely.point_on_surface(batch.geometry[rows])) + np.array([metres, 0.0])
    degrees = np.empty_like(inside)
    for k, part in enumerate(batch.delivery.parts):
        here = batch.part[rows] == k
        degrees[here] = to_wgs84(inside[here], part.old_province.epsg)
    return encode(degrees[:, 0], degrees[:, 1])


def _settle(batch: ProvinceBatch, rows: Integers) -> None:
    """What is registered agrees with where the rows are drawn now."""
    register_area(batch, rows)
    put(batch, "national_id", rows, id_of_another_point(batch, rows))


SPOIL_SHAPE: dict[str, Spoil] = {
    "spike": _spike,
    "sliver": _drawn_as(STRIP_M),
    "repeated_vertex": _repeated_vertex,
    "tiny_edge": _tiny_edge,
    "crumb": _drawn_as(CRUMB_M),
    "enormous": _enormous,
    "curved_boundary": _curved,
    "heights": _heights,
    **{name: _bent_into_neighbour(name) for name in ("overlap", "narrow_overlap", "gap")},
    "unmatched_edge": _unmatched_edge,
    "drawn_twice": _drawn_twice,
    "drawn_inside": _drawn_inside,
    "outside_its_commune": _outside,
}
