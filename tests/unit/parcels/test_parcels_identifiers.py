"""Names of a parcel: GeoHash, numbers, handles."""

import re
from datetime import date

import numpy as np
import pyarrow as pa
import pytest
import shapely
from hypothesis import given, settings
from hypothesis import strategies as st

from parcels import crs, identifiers
from tests.conftest import counts

LON = st.floats(-180, 180) | st.integers(0, 2**30).map(lambda cell: -180 + cell * 360 / 2**30)
LAT = st.floats(-90, 90) | st.integers(0, 2**30).map(lambda cell: -90 + cell * 180 / 2**30)
IDS = st.text(identifiers.ALPHABET, min_size=12, max_size=12)


def plain_geohash(lon: float, lat: float) -> str:
    """The textbook algorithm: halve the intervals in turn, longitude first."""
    bounds = [[-180.0, 180.0], [-90.0, 90.0]]
    bits = 0
    for step in range(60):
        interval, value = bounds[step % 2], (lon, lat)[step % 2]
        middle = (interval[0] + interval[1]) / 2
        upper = value >= middle
        interval[0 if upper else 1] = middle
        bits = 2 * bits + upper
    return "".join(identifiers.ALPHABET[(bits >> shift) & 31] for shift in range(55, -1, -5))


def test_the_known_geohash_of_jutland() -> None:
    (code,) = identifiers.encode(np.array([10.40744]), np.array([57.64911])).to_pylist()
    assert code.startswith("u4pruydqqvj")
    assert len(code) == 12


@given(st.lists(st.tuples(LON, LAT), max_size=20))
def test_encoding_an_array_is_the_textbook_algorithm_for_each_point(
    points: list[tuple[float, float]],
) -> None:
    lon, lat = np.array([lon for lon, _ in points]), np.array([lat for _, lat in points])
    assert identifiers.encode(lon, lat).to_pylist() == [plain_geohash(lon, lat) for lon, lat in points]


@given(st.lists(st.tuples(LON, LAT), min_size=1, max_size=20))
def test_a_point_lies_in_the_cell_of_its_id(points: list[tuple[float, float]]) -> None:
    lon, lat = np.array(points).T
    cells = identifiers.decode(identifiers.encode(lon, lat))
    assert (cells.lon_min <= lon).all()
    assert (lon <= cells.lon_max).all()
    assert (cells.lat_min <= lat).all()
    assert (lat <= cells.lat_max).all()
    assert (cells.lon_max - cells.lon_min).max() == 360 / 2**30
    assert (cells.lat_max - cells.lat_min).max() == 180 / 2**30


@given(st.lists(IDS, max_size=20))
def test_the_middle_of_a_cell_has_the_id_of_the_cell(ids: list[str]) -> None:
    cells = identifiers.decode(pa.array(ids, pa.string()))
    middle = (cells.lon_min + cells.lon_max) / 2, (cells.lat_min + cells.lat_max) / 2
    assert identifiers.encode(*middle).to_pylist() == ids


def test_no_place_has_no_id_and_a_malformed_id_has_no_place() -> None:
    lon = np.array([np.nan, 105.0, np.inf, 181.0, 105.0])
    lat = np.array([21.0, np.nan, 21.0, 21.0, 90.1])
    assert identifiers.encode(lon, lat).to_pylist() == [None] * 5
    cells = identifiers.decode(
        pa.array([None, "", "w7er83vtcr9", "w7er83vtcr9dd", "w7er83vtcr9a", "W7ER83VTCR9D"])
    )
    assert np.isnan(np.array(cells)).all()
    mixed = identifiers.decode(pa.chunked_array([["x"], ["w7er83vtcr9d"]]))
    assert np.isnan(mixed.lon_min).tolist() == [True, False]


@given(st.lists(st.none() | st.text(max_size=13) | IDS, max_size=20), st.integers(0, 3))
def test_decoding_a_slice_is_decoding_its_values(ids: list[str | None], start: int) -> None:
    array = pa.array(ids, pa.string())
    whole = np.array(identifiers.decode(array))
    assert np.array_equal(np.array(identifiers.decode(array.slice(start))), whole[:, start:], equal_nan=True)
    good = [
        value is not None and len(value) == 12 and set(value) <= set(identifiers.ALPHABET) for value in ids
    ]
    assert identifiers.is_well_formed(array).tolist() == good
    assert np.isfinite(whole[0]).tolist() == good


@pytest.mark.parametrize(
    ("lon", "lat", "prefix"),
    [
        (105.85, 21.03, "w7"),  # Hà Nội
        (106.70, 10.78, "w3"),  # Thành phố Hồ Chí Minh
        (108.20, 16.05, "w6"),  # Đà Nẵng
        (105.00, 22.80, "wk"),  # the far north
        (112.60, 16.50, "wd"),  # Hoàng Sa
        (112.70, 16.95, "we"),  # its northern islands
        (113.80, 8.65, "w9"),  # Trường Sa
    ],
)
def test_places_of_vietnam_have_prefixes_of_vietnam(lon: float, lat: float, prefix: str) -> None:
    ids = identifiers.encode(np.array([lon]), np.array([lat]))
    assert ids[0].as_py()[:2] == prefix
    assert identifiers.in_vietnam(ids).tolist() == [True]


def test_places_elsewhere_have_other_prefixes() -> None:
    ids = identifiers.encode(np.array([2.35, 139.7, 100.5]), np.array([48.85, 35.7, 13.7]))
    assert identifiers.in_vietnam(ids).tolist() == [False, False, False]
    assert identifiers.in_vietnam(pa.array([None, "w"], pa.string())).tolist() == [False, False]


def test_the_feature_point_of_a_bent_parcel_is_inside_it_and_far_from_its_edges() -> None:
    bent = shapely.from_wkt("POLYGON ((0 0, 100 0, 100 100, 90 100, 90 12, 0 12, 0 0))")
    geoms = np.array([bent], dtype=object)
    assert not bent.contains(bent.centroid) or bent.exterior.distance(bent.centroid) < 6
    point = shapely.Point(identifiers.feature_points(geoms)[0])
    assert bent.contains(point)
    assert bent.exterior.distance(point) >= 6 - identifiers.POINT_TOLERANCE_M


def test_the_feature_point_of_several_parts_lies_in_the_part_with_the_most_room() -> None:
    parts = shapely.union_all([shapely.box(0, 0, 10, 10), shapely.box(50, 0, 90, 40)])
    (point,) = identifiers.feature_points(np.array([parts], dtype=object))
    assert parts.geoms[1].contains(shapely.Point(point)) or parts.geoms[0].bounds == (50, 0, 90, 40)
    assert 50 < point[0] < 90


@settings(max_examples=counts(50), deadline=None)
@given(
    st.lists(st.tuples(st.floats(-400, 400), st.floats(-400, 400)), min_size=3, max_size=9),
    st.sampled_from([9207, 9209, 5897]),
)
def test_a_computed_national_id_decodes_into_its_parcel(
    vertices: list[tuple[float, float]], epsg: int
) -> None:
    hull = shapely.MultiPoint(vertices).convex_hull
    if hull.geom_type != "Polygon" or shapely.minimum_clearance(hull) < 1 or hull.area < 100:
        return
    parcel = shapely.transform(hull, lambda coords: coords + np.array([500_000, 1_100_000]))
    ids = identifiers.national_ids(np.array([parcel], dtype=object), epsg)
    cells = identifiers.decode(ids)
    middle = np.column_stack((cells.lon_min + cells.lon_max, cells.lat_min + cells.lat_max)) / 2
    assert shapely.dwithin(parcel, shapely.Point(crs.from_wgs84(middle, epsg)[0]), 0.03)
    assert identifiers.in_vietnam(ids).all()


def test_what_has_no_inside_has_no_national_id() -> None:
    geoms = np.empty(6, dtype=object)
    geoms[1:] = [
        shapely.Polygon(),
        shapely.Point(1, 2),
        shapely.from_wkt("POLYGON ((0 0, 10 10, 10 0, 0 10, 0 0))"),
        shapely.from_wkt("POLYGON ((0 0, 10 0, 5 0, 0 0))"),
        shapely.box(500_000, 1_100_000, 500_020, 1_100_020),
    ]
    ids = identifiers.national_ids(geoms, 9209)
    assert ids.is_valid().to_pylist() == [False] * 5 + [True]


def test_a_parcel_in_degrees_has_the_id_of_the_same_parcel_in_its_zone() -> None:
    disc = shapely.Point(500_000, 1_100_000).buffer(30, quad_segs=32)  # one deepest point
    zone = np.array([disc], dtype=object)
    degrees = shapely.transform(zone, lambda coords: crs.to_vn2000_geographic(coords, 9209))
    one = identifiers.decode(identifiers.national_ids(zone, 9209))
    other = identifiers.decode(identifiers.national_ids(degrees, 4756))
    assert np.abs(np.array(one) - np.array(other)).max() < 1e-5


@pytest.mark.parametrize(
    ("delivered", "normal"),
    [
        ("12", "12"),
        ("12.0", "12"),
        ("12.00", "12"),
        ("12,0", "12"),
        (" 12 ", "12"),
        ("\u00a012", "12"),
        ("012", "012"),
        ("0", "0"),
        ("00", "00"),
        ("0.0", "0"),
        ("12.5", "12.5"),
        ("12.05", "12.05"),
        ("12.", "12."),
        ("12a", "12a"),
        ("-12.0", "-12.0"),
        ("9007199254740993", "9007199254740993"),
        ("", None),
        ("   ", None),
        (None, None),
    ],
)
def test_a_sheet_or_parcel_number_is_text_in_normal_form(delivered: str | None, normal: str | None) -> None:
    assert identifiers.normalise_number(pa.array([delivered], pa.string())).to_pylist() == [normal]


def test_numbers_delivered_as_integers_or_decimals_become_text() -> None:
    assert identifiers.normalise_number(pa.array([2**53 + 1, None])).to_pylist() == ["9007199254740993", None]
    decimals = pa.array(["12.00", "7.50"]).cast(pa.decimal128(18, 2))
    assert identifiers.normalise_number(decimals).to_pylist() == ["12", "7.50"]
    assert identifiers.normalise_number(pa.array([12.0, 3.5])).to_pylist() == ["12", "3.5"]


DIGITS = st.text(alphabet="0123456789", min_size=1, max_size=20)
BLANKS = st.text(alphabet=" \t\u00a0\u3000", max_size=3)


@given(DIGITS, st.sampled_from(["", ".0", ".00", ",0", ",000"]), BLANKS, BLANKS)
def test_a_whole_number_keeps_every_digit_however_it_was_written(
    digits: str, tail: str, before: str, after: str
) -> None:
    assert identifiers.normalise_number(pa.array([before + digits + tail + after])).to_pylist() == [digits]


@given(DIGITS)
def test_full_width_digits_are_digits(digits: str) -> None:
    wide = digits.translate({ord("0") + digit: 0xFF10 + digit for digit in range(10)})
    assert identifiers.normalise_number(pa.array([wide, wide + "．0"])).to_pylist() == [digits, digits]


@given(st.lists(st.none() | st.text(alphabet="0123456789.,-abAB/ ", max_size=8), max_size=8))
def test_a_number_in_its_normal_form_stays(values: list[str | None]) -> None:
    once = identifiers.normalise_number(pa.array(values, pa.string()))
    assert identifiers.normalise_number(once).to_pylist() == once.to_pylist()


@given(
    st.text(alphabet="0123456789", min_size=1, max_size=6),
    st.sampled_from(["a", "-1", "/2", ".5", "²", " bis"]),
)
def test_suffixes_and_fractions_are_no_zeros_to_drop(digits: str, suffix: str) -> None:
    assert identifiers.normalise_number(pa.array([digits + suffix])).to_pylist() == [digits + suffix]


@given(st.lists(st.none() | st.integers(-(2**63), 2**63 - 1), max_size=8))
def test_integers_beside_missing_ones_keep_every_digit(values: list[int | None]) -> None:
    expected = [None if value is None else str(value) for value in values]
    assert identifiers.normalise_number(pa.array(values, pa.int64())).to_pylist() == expected


def test_a_sheet_handle_is_commune_validity_old_commune_set_scale_sheet_and_number() -> None:
    handles = identifiers.sheet_handle(
        pa.array(["00004", "00004"]),
        date(2025, 7, 1),
        old_commune_code=pa.array(["00010", None]),
        map_set=pa.array(["A", None]),
        map_scale=pa.array(["500", None]),
        sheet_no=pa.array(["12", "12"]),
        parcel_no=pa.array(["7", "007"]),
    )
    assert handles.to_pylist() == ["00004|2025-07-01|00010|A|500|12|7", "00004|2025-07-01||||12|007"]


@pytest.mark.parametrize("missing", ["commune", "since", "sheet", "number"])
def test_without_commune_validity_sheet_or_number_there_is_no_sheet_handle(missing: str) -> None:
    def value(name: str, text: str) -> pa.Array:
        return pa.array([None if name == missing else text], pa.string())

    since = pa.array([None if missing == "since" else date(2025, 7, 1)], pa.date32())
    handle = identifiers.sheet_handle(
        value("commune", "00004"),
        since,
        map_set=pa.array(["A"]),
        map_scale=pa.array(["500"]),
        sheet_no=value("sheet", "1"),
        parcel_no=value("number", "2"),
    )
    assert handle.to_pylist() == [None]


PARTS = st.tuples(*[st.text("a|\\1", max_size=3)] * 5)


@given(PARTS, PARTS)
def test_two_parcels_never_share_a_sheet_handle_by_their_separators(
    one: tuple[str, ...], other: tuple[str, ...]
) -> None:
    columns = [pa.array(pair, pa.string()) for pair in zip(one, other, strict=True)]
    handles = identifiers.sheet_handle(
        pa.array(["00004", "00004"]),
        date(2025, 7, 1),
        old_commune_code=columns[0],
        map_set=columns[1],
        map_scale=columns[2],
        sheet_no=columns[3],
        parcel_no=columns[4],
    )
    first, second = handles.to_pylist()
    assert (first == second) == (one == other)
    for parts, said in zip(identifiers.sheet_parts(handles).to_pylist(), (one, other), strict=True):
        written = list(parts.values())
        assert written[:2] == ["00004", "2025-07-01"]
        assert [re.sub(r"\\(.)", r"\1", part) for part in written[2:]] == list(said)


def test_a_source_handle_is_system_and_key() -> None:
    handles = identifiers.source_handle(pa.array(["vbdlis", "vbdlis"]), pa.array(["k|1", None]))
    assert handles.to_pylist() == ["vbdlis|k|1", None]
