"""GEO checks: each fault alone, near misses, and faults that rounding or projecting makes."""

import numpy as np
import pyarrow.compute as pc
import pytest
import shapely

from parcels import crs, geometry
from parcels.model import Dataset
from tests.unit.validators.validator_datasets import EPSG, ORIGIN, dataset, found, squares, verdict
from validators.base import Subject
from validators.shape import ShapeFault, shape_of

X, Y = ORIGIN


def polygon(*points, holes=()):
    shift = lambda ring: [(X + x, Y + y) for x, y in ring]  # noqa: E731
    return shapely.Polygon(shift(points), [shift(hole) for hole in holes])


SQUARE = ((0, 0), (20, 0), (20, 20), (0, 20))
BOW_TIE = polygon((0, 0), (10, 10), (10, 0), (0, 10))
LINES_THERE_AND_BACK = {
    "level": polygon((0, 0), (20, 0), (10, 0)),
    "sloping": polygon((0, 0), (20.001, 7.003), (40.002, 14.006)),
    "angled": polygon((0, 0), (20, 0), (20, 10), (20, 0)),
    "a single point": polygon((3, 3), (3, 3), (3, 3)),
}
SHAPELESS = {
    "GEO-NULL": None,
    "GEO-EMPTY": shapely.from_wkt("POLYGON EMPTY"),
    "GEO-TYPE": shapely.LineString([(X, Y), (X + 20, Y)]),
    "GEO-ZERO-AREA": LINES_THERE_AND_BACK["level"],
    "GEO-INVALID": BOW_TIE,
}


def geo(data, **more):
    return {code: rows for code, rows in found(data, **more).items() if code.startswith("GEO")}


def test_faultless_parcels_have_no_finding():
    assert found(dataset(250)) == {}


@pytest.mark.parametrize(("code", "shape"), SHAPELESS.items())
def test_a_row_without_a_usable_shape_has_one_geo_finding_and_is_quarantined(code, shape):
    data = dataset([*squares(2), shape, *squares(4)[2:]], national_id=["w7er83vw181u"] + [None] * 4)
    judged = verdict(data)
    table = judged.findings.filter(pc.equal(judged.findings["row_no"], 2))
    assert [c for c in table["check_code"].to_pylist() if c.startswith("GEO")] == [code]
    assert judged.rows["decision"].to_pylist() == ["accept", "accept", "quarantine", "accept", "accept"]
    assert geo(data) == {code: [2]}


@pytest.mark.parametrize("shape", SHAPELESS.values(), ids=SHAPELESS)
def test_a_row_without_a_usable_shape_is_not_compared_with_its_area_or_its_id(shape):
    data = dataset([shape], national_id=["u4pruydqqvj0"], area_legal_m2=[5000.0])
    assert not {"ATT-AREA", "IDN-OUTSIDE"} & found(data).keys()


@pytest.mark.parametrize("line", LINES_THERE_AND_BACK.values(), ids=LINES_THERE_AND_BACK)
def test_zero_area_wins_over_invalid(line):
    assert geo(dataset([line])) == {"GEO-ZERO-AREA": [0]}


def test_a_symmetric_bow_tie_covers_something_although_its_signed_area_is_zero():
    assert shapely.area(BOW_TIE) == 0
    assert geo(dataset([BOW_TIE])) == {"GEO-INVALID": [0]}


def test_a_parcel_as_thin_as_the_grid_is_still_a_parcel():
    judged = verdict(dataset([polygon((0, 0), (20, 0), (20, 0.001), (0, 0.001))]))
    assert judged.rows["decision"].to_pylist() == ["accept"]
    assert "error" not in judged.findings["severity"].to_pylist()


@pytest.mark.parametrize(
    "kind", ["POINT", "MULTIPOINT", "LINESTRING", "MULTILINESTRING", "GEOMETRYCOLLECTION"]
)
def test_empty_geometries_of_any_kind_are_empty_before_they_are_anything_else(kind):
    assert geo(dataset([shapely.from_wkt(f"{kind} EMPTY")])) == {"GEO-EMPTY": [0]}


def test_the_type_is_named_in_both_languages():
    collection = shapely.GeometryCollection([shapely.box(X, Y, X + 1, Y + 1)])
    shapes = [shapely.Point(X, Y), shapely.LineString([(X, Y), (X + 1, Y)]), collection]
    table = verdict(dataset(shapes)).findings
    table = table.filter(pc.equal(table["check_code"], "GEO-TYPE"))
    assert table["detail"].to_pylist() == ["Point", "LineString", "GeometryCollection"]
    assert "là điểm." in table["message_vi"][0].as_py()
    assert "a line was" in table["message_en"][1].as_py()
    assert table["place_wkb"].null_count == 0


INVALID = {
    "Self-intersection": (BOW_TIE, (5, 5)),
    "Ring Self-intersection": (polygon((0, 0), (10, 0), (5, 5), (10, 10), (0, 10), (5, 5)), (5, 5)),
    "Hole lies outside shell": (polygon(*SQUARE, holes=[((30, 1), (31, 1), (31, 2))]), (30, 1)),
    "Holes are nested": (
        polygon(*SQUARE, holes=[((2, 2), (18, 2), (18, 18), (2, 18)), ((5, 5), (8, 5), (8, 8))]),
        (5, 5),
    ),
    "Nested shells": (
        shapely.MultiPolygon([polygon(*SQUARE), polygon((5, 5), (8, 5), (8, 8))]),
        (5, 5),
    ),
    "Interior is disconnected": (
        polygon(*SQUARE, holes=[((0, 10), (10, 20), (20, 10), (10, 0))]),
        None,
    ),
}


@pytest.mark.parametrize(("reason", "shape", "place"), [(r, *c) for r, c in INVALID.items()], ids=INVALID)
def test_an_invalid_polygon_is_named_with_reason_and_place(reason, shape, place):
    table = verdict(dataset([shape])).findings
    table = table.filter(pc.equal(table["check_code"], "GEO-INVALID"))
    (finding,) = table.to_pylist()
    assert finding["detail"] == reason
    assert reason not in finding["message_vi"]
    assert finding["place_srid"] == EPSG
    point = shapely.from_wkb(finding["place_wkb"])
    if place:
        assert shapely.distance(point, shapely.Point(X + place[0], Y + place[1])) < 1e-6
    else:
        assert shapely.distance(point, shapely.boundary(shape)) < 1e-6


def test_a_coordinate_that_is_no_number_is_invalid_and_has_no_place():
    with np.errstate(invalid="ignore"):
        bad = shapely.polygons(shapely.linearrings([[X, Y], [X + 9, np.nan], [X + 9, Y + 9], [X, Y]]))
    table = verdict(dataset([bad, *squares(1)])).findings
    table = table.filter(pc.equal(table["check_code"], "GEO-INVALID"))
    assert table["detail"].to_pylist() == ["Invalid Coordinate"]
    assert table["place_wkb"].to_pylist() == [None]


def test_a_polygon_that_rounding_vertex_by_vertex_would_make_invalid_is_accepted():
    # A notch that stops 0.04 mm short of the far side: the grid closes it.
    notched = polygon(
        (0, 0),
        (20, 0),
        (20, 20),
        (10.00004, 20),
        (10.00004, 0.00004),
        (9.99996, 0.00004),
        (9.99996, 20),
        (0, 20),
    )
    assert shapely.is_valid(notched)
    judged = verdict(dataset([notched]))
    assert judged.rows["decision"].to_pylist() == ["accept"]
    assert "GEO-INVALID" not in judged.findings["check_code"].to_pylist()


def test_a_polygon_that_rounding_to_the_grid_makes_invalid_is_found_and_says_so():
    # A hole thinner than the grid: on the grid it is a line, and without it there is one ring less than was delivered.
    slit = polygon(*SQUARE, holes=[((5, 5), (9, 5), (9, 5.00003), (5, 5.00003))])
    assert shapely.is_valid(slit)
    table = verdict(dataset([slit])).findings
    (finding,) = table.filter(pc.equal(table["check_code"], "GEO-INVALID")).to_pylist()
    assert finding["detail"].endswith(" (rounded)")
    assert "0,1 mm" in finding["message_vi"]
    assert "0.1 mm" in finding["message_en"]
    assert finding["place_srid"] == EPSG


def test_a_polygon_that_vanishes_on_the_grid_has_no_area_after_rounding():
    speck = polygon((0, 0), (0.00004, 0), (0.00004, 0.00004), (0, 0.00004))
    table = verdict(dataset([speck])).findings
    (finding,) = table.filter(pc.equal(table["check_code"], "GEO-ZERO-AREA")).to_pylist()
    assert finding["detail"] == "rounded"
    assert "sau khi làm tròn" in finding["message_vi"]


def test_a_polygon_that_is_invalid_only_as_stored_is_found_with_its_place_in_vn2000():
    good = dataset(2)
    stored = good.stored.copy()
    stored[1] = shapely.MultiPolygon([shapely.Polygon([(105, 21), (105.1, 21.1), (105.1, 21), (105, 21.1)])])
    spoilt = Dataset(good.province_code, good.commune_code, good.table, good.delivered, good.rounded, stored)
    (finding,) = verdict(spoilt).findings.to_pylist()
    assert (finding["check_code"], finding["row_no"]) == ("GEO-INVALID", 1)
    assert finding["detail"] == "Self-intersection (stored)"
    assert finding["place_srid"] == crs.VN2000
    assert shapely.from_wkb(finding["place_wkb"]).equals_exact(shapely.Point(105.05, 21.05), 1e-9)


def test_a_shape_that_cannot_be_placed_on_the_ellipsoid_is_invalid_not_missing():
    far = shapely.box(1e9, 1e9, 1e9 + 10, 1e9 + 10)
    data = dataset([far])
    assert data.stored[0] is None
    assert geo(data) == {"GEO-INVALID": [0]}


def test_a_foreign_crs_is_judged_although_nothing_of_it_is_stored():
    x, y = 2_600_000, 1_200_000
    crossed = shapely.Polygon([(x, y), (x + 9, y + 9), (x + 9, y), (x, y + 9)])
    data = dataset([shapely.box(x, y, x + 9, y + 9), crossed], epsg=2056)
    assert geo(data) == {"GEO-INVALID": [1]}


HOLE = ((5, 5), (10, 5), (10, 10), (5, 10))
FAR = ((30, 0), (40, 0), (40, 10), (30, 10))


@pytest.mark.parametrize(
    ("shape", "expected"),
    [
        (polygon(*SQUARE, holes=[HOLE[::-1]]), False),
        (polygon(*SQUARE[::-1], holes=[HOLE]), False),
        (polygon(*SQUARE, holes=[HOLE]), True),
        (polygon(*SQUARE[::-1], holes=[HOLE[::-1]]), True),
        (polygon(*SQUARE[::-1]), False),
        (shapely.MultiPolygon([polygon(*SQUARE), polygon(*FAR)]), False),
        (shapely.MultiPolygon([polygon(*SQUARE), polygon(*FAR[::-1])]), True),
        (shapely.MultiPolygon([polygon(*SQUARE, holes=[HOLE])]), True),
        (shapely.MultiPolygon([polygon(*SQUARE), polygon(*FAR), polygon(*FAR, holes=[])]), None),
    ],
)
def test_rings_wound_inconsistently_are_listed_and_nothing_more(shape, expected):
    judged = verdict(dataset([*squares(5)[3:], shape]))
    if expected is None:  # two parts are the same: invalid, so the order of its rings is not judged
        assert judged.rows["codes"].to_pylist()[-1] == ["GEO-INVALID", "IDN-NATIONAL-MISSING"]
        return
    *others, codes = judged.rows["codes"].to_pylist()
    assert others == [[], []]
    assert set(codes) - {"GEO-MULTIPART"} == ({"GEO-RING-ORDER"} if expected else set())
    assert judged.counts.rows_with_error == 0
    if expected:
        listed = judged.findings.filter(pc.equal(judged.findings["check_code"], "GEO-RING-ORDER"))
        ring = shapely.from_wkb(listed["place_wkb"][0].as_py())
        assert ring.geom_type in {"LineString", "LinearRing"}
        assert shapely.covers(shapely.boundary(shape), ring)


def test_ring_order_names_each_parcel_once_among_many():
    ordinary = squares(6)
    bad = polygon(*SQUARE, holes=[HOLE, ((12, 12), (15, 12), (15, 15), (12, 15))])
    shapes = [ordinary[5], bad, ordinary[4], bad, shapely.MultiPolygon([bad])]
    data = dataset(shapes, national_id=[None] * 5)
    assert geo(data) == {"GEO-RING-ORDER": [1, 3, 4]}


def test_degrees_are_judged_like_metres():
    delivered = squares(4)
    degrees = geometry.to_stored(np.array([*delivered[:2], BOW_TIE]), EPSG)
    line = shapely.Polygon([(105.8, 21.0), (105.9001, 21.2003), (106.0002, 21.4006)])
    assert geo(dataset([*degrees, line], epsg=crs.VN2000)) == {"GEO-INVALID": [2], "GEO-ZERO-AREA": [3]}


def test_shape_faults_are_those_of_the_enumeration():
    data = dataset([*SHAPELESS.values(), *squares(1)])
    shape = shape_of(Subject(data, None))
    assert shape.fault.tolist() == [
        ShapeFault.NULL,
        ShapeFault.EMPTY,
        ShapeFault.TYPE,
        ShapeFault.ZERO_AREA,
        ShapeFault.INVALID,
        ShapeFault.NONE,
    ]
    assert shape.usable.tolist() == [False] * 5 + [True]
