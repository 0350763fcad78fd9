"""Geometry on its way to being stored: the grid, the canonical form, areas."""

from pathlib import Path

import numpy as np
import pyogrio
import pytest
import shapely
from hypothesis import assume, given, settings
from hypothesis import strategies as st
from numpy.typing import NDArray
from pyproj import Geod, Transformer

from parcels import crs, geometry
from parcels.errors import DeliveryRejected
from tests.conftest import counts

Geometries = NDArray[np.object_]
ZONE = 9209


def array(*geoms: object) -> Geometries:
    result = np.empty(len(geoms), dtype=object)
    result[:] = geoms
    return result


@st.composite
def rings(draw: st.DrawFn, x: float, y: float, size: float) -> list[tuple[float, float]]:
    """A star-shaped ring about a point: never crosses itself."""
    count = draw(st.integers(4, 12))
    turns = np.linspace(0, 2 * np.pi, count, endpoint=False)
    radii = draw(st.lists(st.floats(0.5 * size, size), min_size=count, max_size=count))
    return [
        (x + radius * np.cos(turn), y + radius * np.sin(turn))
        for radius, turn in zip(radii, turns, strict=True)
    ]


@st.composite
def parcels(draw: st.DrawFn) -> list[list[list[tuple[float, float]]]]:
    """Parts, each a shell and up to two holes, none closed, as lists of vertices in a TM-3 zone."""
    parts = []
    for number in range(draw(st.integers(1, 3))):
        x = 500_000 + draw(st.floats(0, 50)) + 300 * number
        shell = draw(rings(x, 1_100_000.0, 100.0))
        holes = [
            draw(rings(x + side, 1_100_000.0, 8.0)) for side in draw(st.sampled_from([[], [-12], [-12, 12]]))
        ]
        parts.append([shell, *holes])
    return parts


def built(parts: list[list[list[tuple[float, float]]]]) -> shapely.Geometry:
    polygons = [shapely.Polygon(part[0], part[1:]) for part in parts]
    return polygons[0] if len(polygons) == 1 else shapely.MultiPolygon(polygons)


def rewritten(draw: st.DrawFn, parts: list[list[list[tuple[float, float]]]]) -> shapely.Geometry:
    """The same polygons as another program might write them."""

    def ring(vertices: list[tuple[float, float]]) -> list[tuple[float, float]]:
        start = draw(st.integers(0, len(vertices) - 1))
        turned = vertices[start:] + vertices[:start]
        if draw(st.booleans()):
            turned.reverse()
        twice = draw(st.integers(0, len(turned) - 1))
        return turned[: twice + 1] + turned[twice:]  # one vertex written twice

    other = [
        [ring(part[0]), *(ring(hole) for hole in draw(st.permutations(part[1:])))]
        for part in draw(st.permutations(parts))
    ]
    return built(other)


@settings(max_examples=counts(80), deadline=None)
@given(st.data())
def test_the_same_polygon_written_otherwise_is_stored_identically(data: st.DataObject) -> None:
    parts = data.draw(parcels())
    one, other = built(parts), rewritten(data.draw, parts)
    assume(one.is_valid)
    stored = geometry.to_stored(array(one, other), ZONE)
    first, second = geometry.to_wkb(stored)
    assert first == second
    assert stored[0].geom_type == "MultiPolygon"
    rounded = geometry.normalise(geometry.round_to_grid(array(one, other), ZONE))
    assert geometry.to_wkb(rounded)[0] == geometry.to_wkb(rounded)[1]


@settings(max_examples=counts(40), deadline=None)
@given(parcels())
def test_storing_keeps_the_place_to_a_tenth_of_a_millimetre(
    parts: list[list[list[tuple[float, float]]]],
) -> None:
    one = built(parts)
    stored = geometry.to_stored(array(one), ZONE)
    back = shapely.transform(stored, lambda coords: crs.from_vn2000_geographic(coords, ZONE))
    assert shapely.hausdorff_distance(back, array(one))[0] < 0.0002


@settings(max_examples=counts(40), deadline=None)
@given(parcels())
def test_rounding_and_normalising_twice_changes_nothing_more(
    parts: list[list[list[tuple[float, float]]]],
) -> None:
    once = geometry.normalise(geometry.round_to_grid(array(built(parts)), ZONE))
    twice = geometry.normalise(geometry.round_to_grid(once, ZONE))
    assert geometry.to_wkb(once)[0] == geometry.to_wkb(twice)[0]
    # What was prepared before is stored as what was delivered.
    assert (
        geometry.to_wkb(geometry.to_stored(once, ZONE, canonical=True))[0]
        == geometry.to_wkb(geometry.to_stored(once, ZONE))[0]
    )
    assert (
        geometry.to_wkb(geometry.to_stored(once, ZONE))[0]
        == geometry.to_wkb(geometry.to_stored(array(built(parts)), ZONE))[0]
    )


def test_stored_coordinates_lie_on_the_grid_of_a_billionth_degree() -> None:
    stored = geometry.to_stored(array(shapely.box(500_000.12345, 1_100_000, 500_020, 1_100_030)), ZONE)
    text = [repr(float(value)) for value in shapely.get_coordinates(stored).ravel()]
    assert max(len(value.partition(".")[2]) for value in text) <= 9


def test_rounding_is_to_a_tenth_of_a_millimetre_and_two_dimensions() -> None:
    line = shapely.from_wkt("POLYGON Z ((0.00004 0 7, 10.00006 0 7, 10 10.12344 7, 0.00004 0 7))")
    (rounded,) = geometry.round_to_grid(array(line), ZONE)
    assert rounded.wkt == "POLYGON ((0 0, 10.0001 0, 10 10.1234, 0 0))"


def test_a_coordinate_is_never_minus_zero() -> None:
    (rounded,) = geometry.round_to_grid(array(shapely.Point(-0.00001, 1)), ZONE)
    assert not np.signbit(shapely.get_coordinates(rounded)[0, 0])


def test_vertices_that_rounding_makes_equal_become_one() -> None:
    polygon = shapely.Polygon([(0, 0), (10, 0), (10.00001, 0), (10, 10), (0, 0.00002)])
    (rounded,) = geometry.round_to_grid(array(polygon), ZONE)
    assert rounded.wkt == "POLYGON ((0 0, 10 0, 10 10, 0 0))"


def test_the_input_is_not_changed() -> None:
    polygon = shapely.Polygon([(0.00001, 0), (10, 0), (10, 10)])
    before = polygon.wkb
    geometry.round_to_grid(array(polygon), ZONE)
    geometry.to_stored(array(polygon), ZONE)
    assert polygon.wkb == before


AWKWARD = array(
    None,
    shapely.from_wkt("POLYGON EMPTY"),
    shapely.from_wkt("MULTIPOLYGON EMPTY"),
    shapely.from_wkt("POINT (1 2)"),
    shapely.from_wkt("LINESTRING (0 0, 0 0, 1 1)"),
    shapely.from_wkt("GEOMETRYCOLLECTION (POLYGON ((0 0, 1 0, 1 1, 0 0)), POINT (0 0))"),
    shapely.from_wkt("POLYGON ((0 0, 10 10, 10 0, 0 10, 0 0))"),  # a bow tie
    shapely.from_wkt("POLYGON ((5 5, 5 5, 5 5, 5 5))"),  # one point
    shapely.from_wkt("POLYGON ((0 0, 10 0, 10 0, 0 0, 0 0))"),  # a spike
    shapely.from_wkt("POLYGON ((0 0, 9 0, 9 9, 9 9, 0 0), (5 5, 5 5, 5 5, 5 5))"),  # a hole of one point
    shapely.from_wkt("MULTIPOLYGON (((0 0, 9 0, 9 9, 0 0)), ((3 3, 3 3, 3 3, 3 3)))"),
    shapely.transform(shapely.box(0, 0, 1, 1), lambda coords: np.where(coords == [0, 1], np.nan, coords)),
    shapely.transform(shapely.box(0, 0, 1, 1), lambda coords: np.where(coords == [1, 0], np.inf, coords)),
    shapely.Polygon([(0, 0), (np.inf, 1), (1, 1)]),
)


@pytest.mark.parametrize("srid", [9209, 4756, 4326, 2227])
def test_missing_invalid_and_other_geometries_survive(srid: int) -> None:
    rounded = geometry.round_to_grid(AWKWARD, srid)
    assert (shapely.get_type_id(rounded) == shapely.get_type_id(AWKWARD)).all()
    normal = geometry.normalise(rounded)
    assert (shapely.get_type_id(normal) == shapely.get_type_id(AWKWARD)).all()
    assert len(geometry.area_m2(AWKWARD, srid)) == len(AWKWARD)


def test_only_polygons_with_a_place_are_stored() -> None:
    stored = geometry.to_stored(AWKWARD, ZONE)
    kept = [geom is not None for geom in stored]
    assert kept == [False] * 6 + [True, False] + [True] * 3 + [False] * 3
    assert {geom.geom_type for geom in stored if geom is not None} == {"MultiPolygon"}


def test_nothing_is_stored_of_a_foreign_crs_and_nothing_given_is_nothing() -> None:
    square = array(shapely.box(2_600_000, 1_200_000, 2_600_010, 1_200_010))
    assert geometry.to_stored(square, 2056).tolist() == [None]
    assert geometry.to_stored(array(), ZONE).tolist() == []
    assert geometry.round_to_grid(array(), ZONE).tolist() == []
    assert geometry.normalise(array()).tolist() == []
    assert geometry.area_m2(array(), 4326).tolist() == []


def test_a_withdrawn_zone_is_refused_not_stored() -> None:
    with pytest.raises(DeliveryRejected):
        geometry.to_stored(array(shapely.box(0, 0, 1, 1)), 6957)


def test_shells_turn_counter_clockwise_and_holes_clockwise() -> None:
    polygon = shapely.from_wkt("POLYGON ((0 0, 0 9, 9 9, 9 0, 0 0), (1 1, 2 1, 2 2, 1 2, 1 1))")
    (normal,) = geometry.normalise(array(polygon))
    assert shapely.is_ccw(normal.exterior)
    assert not shapely.is_ccw(normal.interiors[0])


def test_wkb_is_little_endian_two_dimensional_and_without_srid() -> None:
    wkb = geometry.to_wkb(
        array(shapely.set_srid(shapely.from_wkt("POLYGON Z ((0 0 1, 1 0 1, 1 1 1, 0 0 1))"), 4756))
    )
    assert wkb[0][:5] == b"\x01\x03\x00\x00\x00"
    assert geometry.to_wkb(array(None)).tolist() == [None]


def test_area_is_planar_in_the_zone_of_the_delivery() -> None:
    box = shapely.box(700_000, 1_100_000, 700_100, 1_100_200)
    assert geometry.area_m2(array(box, None, shapely.Point(0, 0)), ZONE).tolist()[:1] == [20_000]
    assert np.isnan(geometry.area_m2(array(None, shapely.Point(0, 0)), ZONE)).all()
    assert geometry.area_m2(array(shapely.Polygon()), ZONE).tolist() == [0]


def test_feet_are_converted_by_the_unit_of_the_crs() -> None:
    box = shapely.box(6_000_000, 2_000_000, 6_000_100, 2_000_100)
    assert geometry.area_m2(array(box), 2227)[0] == pytest.approx(10_000 * (1200 / 3937) ** 2, rel=1e-12)


@pytest.mark.parametrize("latitude", [-44.0, 8.5, 21.0, 47.0])
def test_area_in_degrees_is_the_geodesic_area(latitude: float) -> None:
    parcel = shapely.box(105.0, latitude, 105.001, latitude + 0.001)
    expected = abs(Geod(ellps="WGS84").geometry_area_perimeter(parcel)[0])
    assert geometry.area_m2(array(parcel), 4326)[0] == pytest.approx(expected, rel=1e-7)
    assert geometry.area_m2(array(parcel), 4756)[0] == pytest.approx(expected, rel=1e-7)


def test_area_in_degrees_is_that_of_proj_s_equal_area_projection() -> None:
    parcel = shapely.from_wkt("POLYGON ((105 21, 105.01 21.003, 105.02 21.02, 104.99 21.01, 105 21))")
    proj = Transformer.from_pipeline(
        "+proj=pipeline +step +proj=unitconvert +xy_in=deg +xy_out=rad +step +proj=cea +lat_ts=45 +ellps=WGS84"
    )
    flat = shapely.transform(
        parcel, lambda coords: np.column_stack(proj.transform(coords[:, 0], coords[:, 1]))
    )
    assert geometry.area_m2(array(parcel), 4326)[0] == pytest.approx(flat.area, rel=1e-10)


def test_a_real_cadastre_comes_through_with_its_invalid_parcels(shared_data: Path) -> None:
    (file,) = (shared_data / "cadastre" / "cambridge").glob("*.gpkg")
    geoms = pyogrio.read_dataframe(file, columns=[], use_arrow=True).geometry.to_numpy()
    rounded = geometry.normalise(geometry.round_to_grid(geoms, 4326))
    stored = geometry.to_stored(geoms, 4326)
    assert len(geoms) == 13_159
    assert (~shapely.is_valid(geoms)).sum() == 24
    assert ((~shapely.is_valid(rounded)) >= (~shapely.is_valid(geoms))).all()
    assert (shapely.get_type_id(stored) == 6).all()
