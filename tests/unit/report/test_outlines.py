"""Outlines of communes and province: around all that was delivered, whatever it looks like, and the real ones where loaded."""

from datetime import date

import numpy as np
import pytest
import shapely
from hypothesis import given
from hypothesis import strategies as st

from parcels import admin_units
from parcels.crs import from_wgs84
from sync.folder.boundaries import Boundaries
from sync.report.ground import Paper
from sync.report.outlines import hull, outlines_of

ZONE = 9209
DEGREES = 4756
numbers = st.integers(-50_000, 50_000).map(float)
boxes = st.tuples(numbers, numbers, st.integers(1, 900), st.integers(1, 900)).map(
    lambda box: shapely.box(box[0], box[1], box[0] + box[2], box[1] + box[3])
)
grounds = st.lists(boxes, min_size=1, max_size=9).map(shapely.union_all)


@given(grounds, st.sampled_from([0.0, 0.25, 1.0]))
def test_a_hull_is_one_area_without_holes_around_all_of_the_ground(
    ground: shapely.Geometry, ratio: float
) -> None:
    around = hull(ground, ratio)
    assert around.geom_type == "Polygon"
    assert around.is_valid
    assert len(around.interiors) == 0
    assert shapely.covers(around, ground)
    west, south, east, north = ground.bounds
    more = 0.05 * max(east - west, north - south, 1.0)
    assert shapely.box(west - more, south - more, east + more, north + more).covers(around)


def at(code: str, srid: int) -> shapely.Geometry:
    """A square kilometre, or a hundredth of a degree, around the middle of a commune."""
    one = admin_units.commune(code)
    assert one is not None
    x, y = from_wgs84(np.array([[one.lon, one.lat]]), srid)[0]
    return shapely.box(x, y, x + 1_000, y + 1_000) if srid == ZONE else shapely.box(x, y, x + 0.01, y + 0.01)


@pytest.mark.parametrize("srid", [ZONE, DEGREES])
def test_a_province_lies_around_its_communes_and_what_was_delivered(srid: int) -> None:
    plane = Paper(srid, 22.5)
    ground = {code: plane.flat(np.array([at(code, srid)], dtype=object))[0] for code in ("00691", "00694")}
    found = outlines_of(ground, None, "08", plane)
    assert not found.known
    assert found.province.geom_type == "Polygon"
    for code, shape in ground.items():
        assert found.communes[code].covers(shape)
        assert found.province.covers(shape)
    assert len(found.places) == len(admin_units.communes_table("08"))
    assert shapely.covers(found.province, shapely.points(found.places)).mean() > 0.99
    table = admin_units.communes_table("08")
    degrees = np.column_stack([np.asarray(table["lon"]), np.asarray(table["lat"])])
    assert found.places == pytest.approx(from_wgs84(degrees, srid) * plane.unit[:2])


@pytest.mark.parametrize(("province", "srid"), [("00", 26986), ("00", ZONE), ("08", 26986)])
def test_a_foreign_cadastre_is_outlined_by_itself(province: str, srid: int) -> None:
    ground = {"25009": shapely.box(0, 0, 900, 900), "25010": shapely.box(5_000, 0, 5_900, 900)}
    found = outlines_of(ground, None, province, Paper(srid, 0.0))
    assert len(found.places) == 0
    assert all(found.province.covers(shape) for shape in ground.values())


def test_boundaries_are_drawn_where_they_are_loaded() -> None:
    codes = ("00691", "00694", "00715")
    polygons = np.array(
        [shapely.MultiPolygon([shapely.box(105 + k, 22, 106 + k, 23)]) for k in range(3)], dtype=object
    )
    boundaries = Boundaries(codes, date(2025, 7, 1), polygons, ("0" * 64,) * 3)
    plane = Paper(DEGREES, 22.5)
    ground = {
        "00691": plane.flat(np.array([shapely.box(105.4, 22.4, 105.6, 22.6)], dtype=object))[0],
        "00952": plane.flat(np.array([shapely.box(104.4, 22.4, 104.6, 22.6)], dtype=object))[
            0
        ],  # of no boundary
    }
    found = outlines_of(ground, boundaries, "08", plane)
    assert found.known
    assert found.communes["00691"].area == pytest.approx(plane.flat(polygons[:1])[0].area, rel=0.01)
    assert found.communes["00952"].covers(ground["00952"])
    assert len(found.others) == 2
    assert found.province.covers(found.communes["00952"])
