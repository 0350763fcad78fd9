"""The widest place of an area: exact for convex ones, and what GEOS finds for all others."""

import numpy as np
import pytest
import shapely
from hypothesis import given, settings
from hypothesis import strategies as st

from tests.conftest import counts
from validators.topology.widths import width_m

COORDINATE = st.integers(0, 2_000)


def one(shape: shapely.Geometry) -> float:
    return float(width_m(np.array([shape], dtype=object))[0])


def test_a_strip_is_as_wide_as_it_is() -> None:
    assert one(shapely.box(0, 0, 20, 0.1)) == pytest.approx(0.1, abs=1e-9)


def test_a_triangle_is_as_wide_as_its_incircle() -> None:
    assert one(shapely.Polygon([(0, 0), (4, 0), (0, 3)])) == pytest.approx(2.0, abs=1e-9)


def test_where_it_lies_and_how_it_is_turned_does_not_matter() -> None:
    strip = shapely.affinity.rotate(shapely.box(0, 0, 35, 0.25), 33)
    assert one(shapely.affinity.translate(strip, 587_000, 2_326_000)) == pytest.approx(0.25, abs=1e-6)


def test_of_several_parts_the_widest_counts() -> None:
    assert one(shapely.MultiPolygon([shapely.box(0, 0, 9, 0.2), shapely.box(0, 5, 9, 5.7)])) == pytest.approx(
        0.7, abs=1e-3
    )


def test_an_angle_is_no_hull() -> None:
    angle = shapely.union(shapely.box(0, 0, 10, 1), shapely.box(0, 0, 1, 10))
    assert one(angle) == pytest.approx(2 * (2 - 2**0.5), abs=0.01)


@settings(max_examples=counts(60), deadline=None)
@given(st.lists(st.tuples(COORDINATE, COORDINATE), min_size=3, max_size=8))
def test_convex_areas_are_as_wide_as_geos_finds_them(corners: list[tuple[int, int]]) -> None:
    hull = shapely.convex_hull(shapely.MultiPoint(np.array(corners) / 100))
    if hull.geom_type != "Polygon" or hull.area < 0.01:
        return
    found = 2 * shapely.length(shapely.maximum_inscribed_circle(hull, tolerance=1e-4))
    assert one(hull) == pytest.approx(found, abs=3e-4)
