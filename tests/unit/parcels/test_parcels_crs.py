"""Coordinate systems: the pinned way to WGS 84, and the pitfalls that it avoids."""

import numpy as np
import pytest
from numpy.typing import NDArray
from pyproj import CRS, Geod, Transformer

from parcels import crs
from parcels.errors import DeliveryRejected

Floats = NDArray[np.float64]

# The text of the pinned pipeline, as the rule gives it: meridian 105.5 (EPSG:9209).
PINNED_9209 = (
    "+proj=pipeline +step +inv +proj=tmerc +lat_0=0 +lon_0=105.5 +k=0.9999 +x_0=500000 +y_0=0 +ellps=WGS84 "
    "+step +proj=push +v_3 +step +proj=cart +ellps=WGS84 +step +proj=helmert +x=-191.90441429 "
    "+y=-39.30318279 +z=-111.45032835 +rx=-0.00928836 +ry=0.01975479 +rz=-0.00427372 +s=0.252906278 "
    "+convention=coordinate_frame +step +inv +proj=cart +ellps=WGS84 +step +proj=pop +v_3 "
    "+step +proj=unitconvert +xy_in=rad +xy_out=deg"
)
HA_NOI = (105.85, 21.03)
SOC_TRANG = (105.97, 9.60)  # in the Mekong delta


def metres_apart(one: Floats, other: Floats) -> Floats:
    """Distance in metres between longitudes and latitudes (n, 2)."""
    _, _, distance = Geod(ellps="WGS84").inv(one[:, 0], one[:, 1], other[:, 0], other[:, 1])
    return np.asarray(distance)


def through_towgs84(coords: Floats, rotations: str, epsg: int = 9209) -> Floats:
    """Zone coordinates to WGS 84 with a +towgs84 clause, as many programs write it."""
    source = (
        crs.ZONES[epsg].projection
        + f" +towgs84=-191.90441429,-39.30318279,-111.45032835,{rotations} +units=m"
    )
    to = Transformer.from_crs(CRS.from_proj4(source), "EPSG:4326", always_xy=True)
    return np.column_stack(to.transform(coords[:, 0], coords[:, 1]))


def places() -> Floats:
    rng = np.random.default_rng(4)
    return np.column_stack((rng.uniform(102.2, 109.4, 500), rng.uniform(8.4, 23.3, 500)))


@pytest.mark.parametrize("epsg", sorted(crs.ZONES))
def test_a_zone_is_what_the_epsg_register_says(epsg: int) -> None:
    zone, registered = crs.ZONES[epsg], CRS.from_epsg(epsg)
    assert registered.name == zone.name
    parameters = {item.name: item.value for item in registered.coordinate_operation.params}
    assert parameters["Longitude of natural origin"] == zone.lon0
    assert parameters["Scale factor at natural origin"] == zone.k
    assert parameters["False easting"] == zone.false_easting
    assert parameters["Latitude of natural origin"] == parameters["False northing"] == 0
    assert registered.geodetic_crs.to_epsg() == crs.VN2000
    assert [axis.direction for axis in registered.axis_info] == ["east", "north"]
    assert not registered.is_deprecated


def test_every_vn2000_zone_of_the_register_is_known_or_withdrawn() -> None:
    registered = {
        epsg
        for epsg in [*range(3405, 3407), *range(5896, 5900), *range(6956, 6960), *range(9205, 9219)]
        if CRS.from_epsg(epsg).name.startswith("VN-2000")
    }
    assert registered == set(crs.ZONES) | set(crs.DEPRECATED)


@pytest.mark.parametrize("epsg", sorted(crs.ZONES))
def test_projecting_back_is_what_pyproj_does_without_a_datum_change(epsg: int) -> None:
    lonlat = places()
    projected = crs.from_vn2000_geographic(lonlat, epsg)
    to = Transformer.from_crs(CRS.from_epsg(epsg), CRS.from_epsg(4756), always_xy=True)
    expected = np.column_stack(to.transform(projected[:, 0], projected[:, 1]))
    assert np.abs(crs.to_vn2000_geographic(projected, epsg) - expected).max() < 1e-12
    assert np.abs(crs.to_vn2000_geographic(projected, epsg) - lonlat).max() < 1e-9


def test_to_wgs84_is_the_pinned_pipeline_to_the_letter() -> None:
    projected = crs.from_wgs84(np.array([HA_NOI, SOC_TRANG]), 9209)
    pinned = Transformer.from_pipeline(PINNED_9209).transform(projected[:, 0], projected[:, 1])
    assert crs.to_wgs84(projected, 9209).tolist() == np.column_stack(pinned).tolist()


def test_the_shift_is_the_coordinate_frame_rotation_of_the_seven_official_parameters() -> None:
    lonlat = np.radians(places())
    lon, lat = lonlat[:, 0], lonlat[:, 1]
    axis, flattening = 6378137.0, 1 / 298.257223563
    e2 = flattening * (2 - flattening)
    normal = axis / np.sqrt(1 - e2 * np.sin(lat) ** 2)
    start = np.stack(
        (
            normal * np.cos(lat) * np.cos(lon),
            normal * np.cos(lat) * np.sin(lon),
            normal * (1 - e2) * np.sin(lat),
        )
    )
    rx, ry, rz = np.radians(np.array([-0.00928836, 0.01975479, -0.00427372]) / 3600)
    rotation = np.array([[1, rz, -ry], [-rz, 1, rx], [ry, -rx, 1]])
    shift = np.array([[-191.90441429], [-39.30318279], [-111.45032835]])
    x, y, z = shift + 1.000000252906278 * rotation @ start
    across = np.hypot(x, y)
    latitude = np.arctan2(z, across * (1 - e2))
    for _ in range(8):
        radius = axis / np.sqrt(1 - e2 * np.sin(latitude) ** 2)
        latitude = np.arctan2(z + e2 * radius * np.sin(latitude), across)
    expected = np.degrees(np.column_stack((np.arctan2(y, x), latitude)))
    assert metres_apart(crs.to_wgs84(places(), crs.VN2000), expected).max() < 1e-4


@pytest.mark.parametrize("epsg", [4756, 9210, 3405])
def test_to_wgs84_and_back_is_the_same_place(epsg: int) -> None:
    there = crs.from_vn2000_geographic(places(), epsg)
    again = crs.from_wgs84(crs.to_wgs84(there, epsg), epsg)
    assert np.abs(again - there).max() < (1e-12 if epsg == 4756 else 1e-6)


def test_wgs84_input_is_stored_by_the_inverse_of_the_pinned_shift() -> None:
    wgs84 = places()
    stored = crs.to_vn2000_geographic(wgs84, crs.WGS84)
    assert np.abs(crs.to_wgs84(stored, crs.VN2000) - wgs84).max() < 1e-12
    assert metres_apart(stored, wgs84).min() > 150  # the datums are that far apart


def test_pitfall_letting_proj_choose_is_80_cm_off_in_the_mekong_delta_only() -> None:
    projected = crs.from_wgs84(np.array([SOC_TRANG, HA_NOI]), 9209)
    chosen = Transformer.from_crs("EPSG:9209", "EPSG:4326", always_xy=True)
    automatic = np.column_stack(
        [
            np.concatenate(pair)
            for pair in zip(*(chosen.transform([x], [y]) for x, y in projected), strict=True)
        ]
    )
    apart = metres_apart(automatic, crs.to_wgs84(projected, 9209))
    assert 0.7 < apart[0] < 0.9
    assert apart[1] < 0.001


@pytest.mark.parametrize(
    ("place", "copied_off", "three_off"), [((105.0, 10.0), 0.545, 0.272), (HA_NOI, 0.754, 0.376)]
)
def test_pitfall_signs_copied_into_towgs84_are_far_off_and_flipped_ones_are_right(
    place: tuple[float, float], copied_off: float, three_off: float
) -> None:
    projected = crs.from_wgs84(np.array([place]), 9209)

    def off(rotations: str) -> float:
        return float(metres_apart(through_towgs84(projected, rotations), crs.to_wgs84(projected, 9209))[0])

    assert off("-0.00928836,0.01975479,-0.00427372,0.252906278") == pytest.approx(copied_off, abs=0.001)
    assert off("0,0,0,0") == pytest.approx(three_off, abs=0.001)
    assert off("0.00928836,-0.01975479,0.00427372,0.252906278") < 0.0001


@pytest.mark.parametrize(("latitude", "metres"), [(10.0, 332), (21.0, 697)])
def test_pitfall_utm_taken_for_tm3_shifts_north_by_hundreds_of_metres(latitude: float, metres: int) -> None:
    place = np.array([[105.0, latitude]])
    tm3, utm = crs.from_vn2000_geographic(place, 5897), crs.from_vn2000_geographic(place, 3405)
    assert tm3[0, 1] - utm[0, 1] == pytest.approx(metres, abs=1)


@pytest.mark.parametrize("epsg", [6956, 6957, 6958, 6959])
def test_the_withdrawn_zones_are_refused_with_the_zone_to_declare_instead(epsg: int) -> None:
    assert not crs.is_vn2000(epsg)
    assert not crs.is_storable(epsg)
    with pytest.raises(DeliveryRejected) as refusal:
        crs.to_wgs84(np.array([[500000.0, 2_000_000.0]]), epsg)
    assert refusal.value.code == "CRS-DEPRECATED"
    assert f"EPSG:{crs.DEPRECATED[epsg]}" in refusal.value.hint.vi
    assert f"EPSG:{crs.DEPRECATED[epsg]}" in refusal.value.hint.en


def test_what_is_storable() -> None:
    assert crs.is_vn2000(9209)
    assert crs.is_vn2000(4756)
    assert not crs.is_vn2000(4326)
    assert crs.is_storable(4326)
    assert not crs.is_storable(2056)


def test_a_foreign_zone_is_no_way_to_vn2000() -> None:
    with pytest.raises(ValueError, match="2056"):
        crs.to_vn2000_geographic(np.array([[1.0, 1.0]]), 2056)


def test_the_grid_is_a_tenth_of_a_millimetre_or_a_billionth_of_a_degree() -> None:
    assert [crs.grid_size(epsg) for epsg in (9209, 2056, 2227)] == [1e-4, 1e-4, 1e-4]
    assert [crs.grid_size(epsg) for epsg in (4756, 4326, 4167)] == [1e-9, 1e-9, 1e-9]


@pytest.mark.parametrize("epsg", [9209, 5897, 3405, 4756, 4326, 2056, 2227, 26986, 4167])
@pytest.mark.parametrize("form", ["WKT1_ESRI", "WKT1_GDAL", "WKT2_2019"])
def test_a_file_that_writes_the_declared_crs_in_any_form_agrees(epsg: int, form: str) -> None:
    assert crs.same_crs(epsg, CRS.from_epsg(epsg).to_wkt(form)) == "same"


@pytest.mark.parametrize(
    ("wrong", "right"),
    [
        ('"False_Easting",500000.0', '"False_Easting",510000.0'),
        ('"Scale_Factor",0.9999', '"Scale_Factor",1.0'),
        ('"Scale_Factor",0.9999', '"Scale_Factor",0.9996'),
        ('"Central_Meridian",105.5', '"Central_Meridian",106.0'),
    ],
)
def test_a_prj_with_the_right_name_and_another_parameter_disagrees(wrong: str, right: str) -> None:
    prj = CRS.from_epsg(9209).to_wkt("WKT1_ESRI")
    assert wrong in prj
    assert crs.same_crs(9209, prj.replace(wrong, right)) == "different"


def test_a_towgs84_clause_or_a_height_system_in_the_file_does_not_matter() -> None:
    bound = (
        CRS.from_epsg(9209)
        .to_wkt("WKT1_GDAL")
        .replace(
            'SPHEROID["WGS 84",6378137,298.257223563,AUTHORITY["EPSG","7030"]]',
            'SPHEROID["WGS 84",6378137,298.257223563,AUTHORITY["EPSG","7030"]],TOWGS84[-191.9,-39.3,-111.45,0,0,0,0]',
        )
    )
    assert "TOWGS84" in bound
    assert crs.same_crs(9209, bound) == "same"
    assert crs.same_crs(9209, "EPSG:9209+5727") == "same"
    assert crs.same_crs(9210, "EPSG:9209+5727") == "different"


def test_what_is_no_crs_is_unreadable() -> None:
    assert crs.same_crs(9209, "not a coordinate system") == "unreadable"
    assert crs.same_crs(9209, "") == "unreadable"


def test_what_cannot_be_placed_is_not_finite_and_raises_nothing() -> None:
    placed = crs.to_vn2000_geographic(
        np.array([[1e300, 1e300], [np.nan, 0.0], [500000.0, 2_000_000.0]]), 9209
    )
    assert not np.isfinite(placed[:2]).all(axis=1).any()
    assert np.isfinite(placed[2]).all()
