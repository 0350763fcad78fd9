"""GEO checks of valid shapes: each on both sides of its limits, with its measure, width and place."""

from dataclasses import replace

import numpy as np
import pyarrow as pa
import pytest
import shapely

from parcels import crs, geometry
from tests.unit.validators.validator_datasets import EPSG, ORIGIN, context, dataset, squares, verdict
from validators import shape_quality, shape_reading
from validators.base import WHOLE, Context, Subject
from validators.judge import judge

X, Y = ORIGIN
CHECKS = (*shape_quality.CHECKS, *shape_reading.CHECKS)
CODES = {check.code for check in CHECKS}


def polygon(*points, holes=()):
    shift = lambda ring: [(X + x, Y + y) for x, y in ring]  # noqa: E731
    return shapely.Polygon(shift(points), [shift(hole) for hole in holes])


def findings(shapes, **columns):
    """The findings of these checks as dictionaries, places as shapes."""
    data = dataset(shapes, **columns)
    return [
        row | {"place": row["place_wkb"] and shapely.from_wkb(row["place_wkb"])}
        for row in verdict(data).findings.to_pylist()
        if row["check_code"] in CODES
    ]


def codes(shapes, **columns):
    return [(row["check_code"], row["row_no"]) for row in findings(shapes, **columns)]


def spiked(length, opening, *, inwards=False):
    """A square with a spike of this length on its east side, whose base is this wide."""
    tip = 20 - length if inwards else 20 + length
    return polygon(
        (0, 0), (20, 0), (20, 10 - opening / 2), (tip, 10), (20, 10 + opening / 2), (20, 20), (0, 20)
    )


@pytest.mark.parametrize(
    ("length", "opening", "expected"),
    [
        (1.0, 0.015, True),
        (1.0, 0.017, True),  # 0.97°
        (1.0, 0.018, False),  # 1.03°
        (3.0, 0.019, True),
        (3.0, 0.021, False),  # sharp enough, but too wide at its base: a corner of a road may be so
        (40.0, 0.019, True),
        (0.06, 0.0009, True),
        (0.04, 0.0006, False),  # too short
    ],
)
@pytest.mark.parametrize("inwards", [False, True])
def test_a_spike_is_sharp_long_and_narrow(length, opening, expected, inwards):
    if inwards and length > 19:
        length = 19.0
    found = [
        row
        for row in findings([squares(1)[0], spiked(length, opening, inwards=inwards)])
        if row["check_code"] == "GEO-SPIKE"
    ]
    assert [row["row_no"] for row in found] == ([1] if expected else [])
    if expected:
        (spike,) = found
        assert spike["measure"] == pytest.approx(length, rel=1e-3)
        assert spike["width_mm"] == pytest.approx(opening * 1000, rel=1e-3)
        triangle = shapely.MultiPolygon(
            [
                polygon(
                    (20, 10 - opening / 2),
                    (20 + (-length if inwards else length), 10),
                    (20, 10 + opening / 2),
                )
            ]
        )
        assert shapely.hausdorff_distance(spike["place"], triangle) < 1e-6
        assert spike["place_srid"] == EPSG


def test_a_spike_with_one_long_side_is_drawn_to_the_end_of_the_shorter():
    shape = polygon((0, 0), (20, 0), (50, 0.004), (25, 0.003), (20, 20), (0, 20))
    (spike,) = findings([shape])
    assert spike["check_code"] == "GEO-SPIKE"
    assert spike["measure"] == pytest.approx(25, rel=1e-6)
    assert shapely.bounds(spike["place"]) == pytest.approx((X + 25, Y, X + 50, Y + 0.004), abs=1e-3)


def test_several_spikes_of_a_parcel_are_one_finding_with_all_of_them_drawn():
    shape = polygon(
        (0, 0),
        (20, 0),
        (20, 5),
        (21, 5.005),
        (20, 5.01),
        (20, 12),
        (23, 12.005),
        (20, 12.01),
        (20, 20),
        (0, 20),
    )
    (spike,) = findings([shape])
    assert (spike["detail"], spike["measure"]) == ("2", pytest.approx(3, rel=1e-4))
    assert shapely.get_num_geometries(spike["place"]) == 2
    assert "có 2 gai nhọn; gai dài nhất 3 m, chỗ mở rộng nhất 10 mm" in spike["message_vi"]


def test_a_spike_at_the_first_vertex_and_in_a_hole_is_found_as_well():
    first = polygon((23, 10), (20, 10.005), (20, 20), (0, 20), (0, 0), (20, 0), (20, 9.995))
    hole = polygon(
        (0, 0),
        (20, 0),
        (20, 20),
        (0, 20),
        holes=[((5, 5), (5, 9.995), (2, 10), (5, 10.005), (5, 15), (10, 15), (10, 5))],
    )
    assert codes([first, hole]) == [("GEO-SPIKE", 0), ("GEO-SPIKE", 1)]


def test_a_repeated_tip_does_not_hide_a_spike():
    shape = polygon((0, 0), (20, 0), (20, 9.995), (23, 10), (23, 10), (20, 10.005), (20, 20), (0, 20))
    assert codes([shape]) == [("GEO-DUP-VERTEX", 0), ("GEO-SPIKE", 0)]


@pytest.mark.parametrize(("width", "expected"), [(0.099, True), (0.102, False)])
def test_a_sliver_is_narrow_on_average(width, expected):
    found = findings([polygon((0, 0), (40, 0), (40, width), (0, width))])
    assert [row["check_code"] for row in found] == (["GEO-SLIVER"] if expected else [])
    if expected:
        (sliver,) = found
        assert sliver["measure"] == pytest.approx(40 * width, abs=1e-3)
        assert sliver["width_mm"] == pytest.approx(1000 * width * 40 / (40 + width), abs=0.01)
        assert shapely.equals(sliver["place"], polygon((0, 0), (40, 0), (40, width), (0, width)))


def test_repeated_vertices_are_counted_and_drawn():
    shape = polygon((0, 0), (0, 0), (20, 0), (20, 20), (20, 20), (20, 20), (0, 20), (0, 0))
    (row,) = findings([squares(1)[0], shape])
    assert (row["check_code"], row["row_no"], row["measure"]) == ("GEO-DUP-VERTEX", 1, 3.0)
    assert {(x - X, y - Y) for x, y in shapely.get_coordinates(row["place"])} == {(0, 0), (20, 20)}
    assert row["severity"] == "info"


@pytest.mark.parametrize(("length", "expected"), [(0.0049, True), (0.0051, False), (0.001, True)])
def test_a_tiny_edge_is_shorter_than_a_survey_can_tell(length, expected):
    found = findings([polygon((0, 0), (20, 0), (20, 20), (20 - length, 20), (0, 20))])
    assert [row["check_code"] for row in found] == (["GEO-TINY-EDGE"] if expected else [])
    if expected:
        (tiny,) = found
        assert tiny["measure"] == pytest.approx(length * 1000, rel=1e-4)
        assert tiny["detail"] == "1"
        assert shapely.bounds(tiny["place"]) == pytest.approx(
            (X + 20 - length, Y + 20, X + 20, Y + 20), abs=1e-6
        )


@pytest.mark.parametrize(
    ("side", "code"), [(0.70, "GEO-AREA-SMALL"), (0.71, None), (7071.0, None), (7072.0, "GEO-AREA-LARGE")]
)
def test_an_area_lies_between_limits(side, code):
    found = findings([polygon((0, 0), (side, 0), (side, side), (0, side))])
    assert [row["check_code"] for row in found] == ([code] if code else [])
    if code:
        assert found[0]["measure"] == pytest.approx(side * side, abs=1e-3)


def on_grid(n, step, off=0):
    """Squares of 20 m whose corners lie on a grid of `step`, but for `off` of them."""
    x = 587_000 + np.arange(n) * 3 * 20.0 + step
    y = np.full(n, 2_326_000 + 7 * step)
    x[:off] += step / 3
    return shapely.box(x, y, x + 20, y + 20)


@pytest.mark.parametrize(
    ("shapes", "share"),
    [
        (on_grid(100, 0.1), 100),
        (on_grid(100, 1.0), 100),
        (on_grid(99, 0.1), None),  # 396 vertices say too little
        (on_grid(100, 0.01), None),
        (on_grid(100, 0.1, off=5), 95),
        (on_grid(100, 0.1, off=6), None),
    ],
)
def test_coordinates_on_a_coarse_grid_are_one_finding_of_the_commune(shapes, share):
    found = findings(shapes)
    assert [row["check_code"] for row in found] == (["GEO-PRECISION"] if share else [])
    if share:
        (coarse,) = found
        assert (coarse["row_no"], coarse["handle"], coarse["measure"]) == (WHOLE, None, share)
        assert coarse["place_srid"] == EPSG
        assert shapely.bounds(coarse["place"]) == pytest.approx(shapely.total_bounds(shapes))
        assert "làm tròn đến 0,1 m" in coarse["message_vi"]
        assert "rounded to 0.1 m" in coarse["message_en"]


def test_a_commune_in_two_zones_is_coarse_in_that_in_which_it_is():
    shapes = np.concatenate((on_grid(100, 0.1), squares(100)))
    srid = [EPSG] * 100 + [5898] * 100
    data = dataset(shapes, source_srid=srid, national_id=[None] * 200)
    found = [row for row in verdict(data).findings.to_pylist() if row["check_code"] == "GEO-PRECISION"]
    assert [row["place_srid"] for row in found] == [EPSG]


def test_degrees_are_coarse_at_six_decimals_and_feet_at_whole_ones():
    assert geometry.coarse_step(EPSG, 0.1) == 0.1
    assert geometry.coarse_step(4326, 0.1) == 1e-6
    assert geometry.coarse_step(2227, 0.1) == 1.0  # US feet
    corners = np.round(crs.to_wgs84(np.array([[X, Y]]), EPSG), 6) + np.arange(100)[:, np.newaxis] * 1e-3
    boxes = shapely.box(corners[:, 0], corners[:, 1], corners[:, 0] + 2e-4, corners[:, 1] + 2e-4)
    (coarse,) = findings(boxes, epsg=4326)
    assert (coarse["check_code"], coarse["detail"], coarse["place_srid"]) == ("GEO-PRECISION", "0.11", 4326)
    finer = shapely.transform(boxes, lambda xy: xy + 3e-8)
    assert codes(finer, epsg=4326) == []


def test_lengths_of_degrees_are_metres_of_the_ellipsoid_where_they_lie():
    metres = geometry.metres_at(np.array([[105.0, 0.0], [105.0, 21.0], [105.0, 60.0]]), 4326)
    assert metres[0] == pytest.approx((111_319.491, 110_574.276), abs=1e-3)
    assert metres[1] == pytest.approx((103_970.6, 110_716.5), abs=1.0)
    assert metres[2] == pytest.approx((55_800.0, 111_412.3), abs=1.0)
    assert geometry.metres_at(np.zeros((1, 2)), 2227)[0, 0] == pytest.approx(1200 / 3937)


def test_a_spike_in_degrees_is_measured_in_metres_and_drawn_in_degrees():
    shape = shapely.transform(spiked(3.0, 0.01), lambda xy: crs.to_wgs84(xy, EPSG))
    found = [row for row in findings([shape], epsg=4326) if row["check_code"] == "GEO-SPIKE"]
    assert found[0]["measure"] == pytest.approx(3, rel=1e-3)
    assert found[0]["width_mm"] == pytest.approx(10, rel=1e-2)
    assert found[0]["place_srid"] == 4326
    assert shapely.distance(found[0]["place"], shape) < 1e-9


def arcs():
    """A CurvePolygon of one circular string, as WKB."""
    ring = [(X, Y), (X + 10, Y + 10), (X + 20, Y), (X + 10, Y - 10), (X, Y)]
    body = b"\x01" + (8).to_bytes(4, "little") + len(ring).to_bytes(4, "little") + np.array(ring).tobytes()
    return b"\x01" + (10).to_bytes(4, "little") + (1).to_bytes(4, "little") + body


def test_a_boundary_with_arcs_says_that_its_arcs_were_not_read():
    point = shapely.GeometryCollection([shapely.Point(X, Y)])
    wkb = [shapely.to_wkb(squares(1)[0]), arcs(), shapely.to_wkb(point)]
    (curve,) = findings([squares(1)[0], point, point], source_wkb=wkb, national_id=[None] * 3)
    assert (curve["check_code"], curve["row_no"], curve["detail"]) == ("GEO-CURVE", 1, "unread")
    assert shapely.equals(curve["place"], shapely.Point(X, Y))
    assert "không đọc được" in curve["message_vi"]


def test_curves_of_drawings_are_one_finding_of_each_commune_with_parcels_of_them():
    data = dataset(3, part_no=[0, 2, 2])
    table = judge(data, replace(context(data), straightened={1: 9, 2: 4})).findings
    (row,) = table.to_pylist()
    assert (row["check_code"], row["row_no"], row["measure"], row["detail"]) == (
        "GEO-CURVE",
        WHOLE,
        4.0,
        "straightened",
    )
    assert row["place_wkb"] is None
    assert judge(data, replace(context(data), straightened={1: 9})).findings.num_rows == 0


def lifted(shape, *, z=True, m=False):
    kind = ("Z" if z else "") + ("M" if m else "")
    corners = ", ".join(
        " ".join([repr(float(x)), repr(float(y))] + ["7"] * len(kind))
        for x, y in shapely.get_coordinates(shape)
    )
    return shapely.from_wkt(f"POLYGON {kind} (({corners}))")


def test_heights_and_measures_are_named_row_by_row():
    plain, *others = squares(4)
    shapes = [plain, lifted(others[0]), lifted(others[1], z=False, m=True), lifted(others[2], m=True)]
    found = findings(shapes)
    assert [(row["check_code"], row["row_no"], row["detail"]) for row in found] == [
        ("GEO-ZM", 1, "Z"), ("GEO-ZM", 2, "M"), ("GEO-ZM", 3, "ZM"),
    ]  # fmt: skip
    assert "độ cao (Z) và trị đo (M)" in found[2]["message_vi"]


def test_a_delivery_in_three_dimensions_throughout_is_one_finding():
    (row,) = findings([*map(lifted, squares(4)), None], national_id=[None] * 5)
    assert (row["row_no"], row["measure"], row["detail"]) == (WHOLE, 4.0, "Z")


def test_a_parcel_of_several_parts_says_how_many_and_where_the_others_are():
    parts = squares(4)
    small = shapely.box(X + 100, Y, X + 101, Y + 1)
    (row,) = findings([shapely.MultiPolygon([small, parts[0], parts[1]]), shapely.MultiPolygon([parts[3]])])
    assert (row["check_code"], row["row_no"], row["measure"]) == ("GEO-MULTIPART", 0, 3.0)
    assert shapely.get_num_geometries(row["place"]) == 2
    assert shapely.contains(row["place"], small)


def test_a_row_without_a_usable_shape_has_no_finding_of_these():
    crossed = polygon((0, 0), (0.4, 0.4), (0.4, 0), (0, 0.4))
    assert (
        codes([crossed, None, shapely.Point(X, Y), shapely.from_wkt("POLYGON EMPTY")], national_id=[None] * 4)
        == []
    )


def test_checks_agree_on_an_empty_dataset():
    data = dataset([])
    subject = Subject(data, context(data))
    assert isinstance(subject.context, Context)
    assert all(len(check.find(subject)) == 0 for check in CHECKS)


def test_the_same_rows_in_another_order_give_the_same_findings():
    random = np.random.default_rng(3)
    shapes = np.array(
        [
            *squares(20),
            spiked(2, 0.01),
            polygon((0, 0), (40, 0), (40, 0.05), (0, 0.05)),
            shapely.MultiPolygon(list(squares(30)[25:])),
        ],
        dtype=object,
    )
    keys = [f"k{n}" for n in range(len(shapes))]

    def judged(order):
        data = dataset(
            shapes[order],
            source_key=[keys[n] for n in order],
            national_id=[None] * len(order),
            parcel_no=[str(n) for n in order],
        )
        table = verdict(data).findings.sort_by("finding_id")
        return table.drop_columns(["row_no", "other_rows"])

    first = judged(np.arange(len(shapes)))
    for _ in range(3):
        again = judged(random.permutation(len(shapes)))
        assert again.equals(first)
    assert pa.compute.unique(first["check_code"]).to_pylist()
