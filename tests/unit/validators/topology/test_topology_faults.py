"""Faults of a partition with known sizes: what is found, between whom, how large, how wide and where."""

import math
from dataclasses import dataclass

import numpy as np
import pyarrow as pa
import pytest
import shapely
from shapely import affinity

from tests.unit.validators.validator_datasets import ORIGIN, context, dataset, found, verdict
from validators.base import Subject
from validators.shape import shape_of
from validators.topology import topology_of

X, Y = ORIGIN
WHOLE = shapely.box(0, 0, 20, 20)


@dataclass
class Seen:
    """A finding with its numbers; its place relative to the origin of the test's shapes."""

    code: str
    parcels: set[int]
    measure: float
    width: float | None
    place: shapely.Geometry


def box(west, south, east, north):
    return shapely.box(west, south, east, north)


def ring(*corners, holes=()):
    return shapely.Polygon(corners, holes)


def moved(shapes, x=X, y=Y):
    return shapely.transform(np.array(shapes, dtype=object), lambda xy: xy + np.array([x, y]))


def seen(*shapes, **columns):
    """The TOP findings on these shapes."""
    data = dataset(moved(shapes), **columns)
    table = verdict(data).findings
    result = []
    for line in table.to_pylist():
        if line["check_code"].startswith("TOP"):
            assert line["place_srid"] == 5897
            place = moved([shapely.from_wkb(line["place_wkb"])], -X, -Y)[0]
            others = set(line["other_rows"])
            assert line["row_no"] not in others
            result.append(
                Seen(line["check_code"], {line["row_no"], *others}, line["measure"], line["width_mm"], place)
            )
    return sorted(result, key=lambda one: (one.code, sorted(one.parcels)))


def codes(*shapes, **columns):
    return [(one.code, one.parcels) for one in seen(*shapes, **columns)]


def scale(*values):
    return {"map_scale": list(values)}


def test_ten_centimetres_over_twenty_metres_are_two_square_metres():
    (one,) = seen(WHOLE, box(19.9, 0, 40, 20))
    assert (one.code, one.parcels) == ("TOP-OVERLAP", {0, 1})
    assert one.measure == pytest.approx(2.0, abs=1e-6)
    assert one.width == pytest.approx(100.0, abs=0.1)
    assert shapely.hausdorff_distance(one.place, box(19.9, 0, 20, 20)) < 1e-6


@pytest.mark.parametrize(
    ("map_scale", "width", "code"),
    [
        ("500", 0.06, "TOP-OVERLAP-NARROW"),
        ("500", 0.07, "TOP-OVERLAP-NARROW"),  # not wider than the tolerance
        ("500", 0.08, "TOP-OVERLAP"),
        ("2000", 0.08, "TOP-OVERLAP-NARROW"),
        ("2000", 0.31, "TOP-OVERLAP"),
        (None, 0.009, "TOP-OVERLAP-NARROW"),
        (None, 0.011, "TOP-OVERLAP"),
        ("no such scale", 0.011, "TOP-OVERLAP"),
    ],
)
def test_an_overlap_is_narrow_up_to_the_tolerance_of_the_map(map_scale, width, code):
    (one,) = seen(WHOLE, box(20 - width, 0, 40, 20), **scale(map_scale, map_scale))
    assert one.code == code
    assert one.width == pytest.approx(width * 1000, abs=0.1)


def test_where_two_scales_meet_the_coarser_map_says_how_sure_their_border_is():
    assert codes(WHOLE, box(19.8, 0, 40, 20), **scale("500", "500")) == [("TOP-OVERLAP", {0, 1})]
    assert codes(WHOLE, box(19.8, 0, 40, 20), **scale("500", "2000")) == [("TOP-OVERLAP-NARROW", {0, 1})]
    assert codes(WHOLE, box(20.2, 0, 40, 20), **scale("500", "500")) == []
    for order in (("500", "2000"), ("2000", "500")):
        assert codes(WHOLE, box(20.2, 0, 40, 20), **scale(*order)) == [("TOP-GAP", {0, 1})]
    # Beside a third parcel, of a fine map as the first, the same distance is a lane.
    third = box(0, 20.2, 20, 40)
    both = [("TOP-GAP", {0, 1})]
    assert codes(WHOLE, box(20.2, 0, 40, 20), third, **scale("500", "2000", "500")) == both


def test_an_overlap_of_a_square_decimetre_and_less_is_only_an_edge():
    assert codes(WHOLE, ring((20, 0), (19.9, 0.09), (20, 0.18), (20, 20), (40, 20), (40, 0))) == [
        ("TOP-EDGE", {0, 1})
    ]
    assert codes(WHOLE, ring((20, 0), (19.9, 0.15), (20, 0.3), (20, 20), (40, 20), (40, 0))) == [
        ("TOP-OVERLAP", {0, 1})
    ]


def test_several_overlaps_of_a_pair_are_one_fault():
    saw = ring((20, 0), (19.9, 5), (20, 10), (19.9, 15), (20, 20), (40, 20), (40, 0))
    (one,) = seen(WHOLE, saw)
    assert (one.code, one.place.geom_type) == ("TOP-OVERLAP", "MultiPolygon")
    assert one.measure == pytest.approx(1.0, abs=1e-4)
    assert len(one.place.geoms) == 2


def test_crossing_parcels_overlap_though_no_corner_of_one_lies_in_the_other():
    (one,) = seen(box(0, 8, 20, 12), box(8, 0, 12, 20))
    assert (one.code, one.measure) == ("TOP-OVERLAP", pytest.approx(16.0))
    assert one.place.equals(box(8, 8, 12, 12))


def test_a_slit_to_the_outside_is_a_gap():
    (one,) = seen(WHOLE, box(20.05, 0, 40, 20), **scale("500", "500"))
    assert (one.code, one.parcels) == ("TOP-GAP", {0, 1})
    assert one.measure == pytest.approx(1.0, abs=1e-6)
    assert one.width == pytest.approx(50.0, abs=0.1)
    assert shapely.hausdorff_distance(one.place, box(20, 0, 20.05, 20)) < 1e-6


def test_a_closed_gap_is_named_by_all_parcels_around_it():
    (one,) = seen(WHOLE, box(20.05, 0, 40, 20), box(0, 20, 40, 30), box(0, -10, 40, 0), **scale(*["500"] * 4))
    assert (one.code, one.parcels) == ("TOP-GAP", {0, 1, 2, 3})
    assert one.measure == pytest.approx(1.0, abs=1e-6)


def test_a_parcel_at_the_tip_of_a_gap_is_not_beside_it():
    wedge = [ring((0, 0), (20, 0), (20, 20), (0, 20)), ring((20, 0), (40, 0), (40, 20), (20.05, 20))]
    (one,) = seen(*wedge, box(0, -10, 40, 0), **scale(*["500"] * 3))
    assert (one.code, one.parcels) == ("TOP-GAP", {0, 1})
    assert one.measure == pytest.approx(0.5, abs=1e-4)


@pytest.mark.parametrize("opening", [0.012, 0.03, 0.069])
@pytest.mark.parametrize("wedge", [20, 35, 80])
@pytest.mark.parametrize("turn", [0, 17, 133])
def test_a_parcel_that_touches_a_pointed_end_from_beyond_is_not_beside_the_gap(opening, wedge, turn):
    aside = 20 * math.tan(math.radians(wedge))
    parcels = [
        ring((0, 0), (0, 20), (-aside, 20)),
        ring((0, 0), (aside, 20), (opening, 20)),
        ring((0, 0), (-aside, 20), (-150, 20), (-150, -40), (150, -40), (150, 20), (aside, 20)),
    ]
    parcels = [affinity.rotate(each, turn, origin=(0, 0)) for each in parcels]
    (one,) = seen(*parcels, **scale(*["500"] * 3))
    assert (one.code, one.parcels) == ("TOP-GAP", {0, 1})


def test_a_gap_all_around_a_parcel_has_its_corners():
    outer = ring(*WHOLE.exterior.coords, holes=[box(5, 5, 10, 10).exterior.coords[::-1]])
    (one,) = seen(outer, box(5.04, 5.04, 9.96, 9.96), **scale("500", "500"))
    assert (one.code, one.parcels) == ("TOP-GAP", {0, 1})
    assert one.measure == pytest.approx(25 - 4.92**2, abs=1e-6)
    assert shapely.hausdorff_distance(one.place, box(5, 5, 10, 10) - box(5.04, 5.04, 9.96, 9.96)) < 1e-6


def test_two_gaps_between_the_same_parcels_are_one_fault():
    notched = ring((20.05, 0), (20.05, 8), (20, 8), (20, 12), (20.05, 12), (20.05, 20), (40, 20), (40, 0))
    (one,) = seen(WHOLE, notched, **scale("500", "500"))
    assert (one.code, one.place.geom_type) == ("TOP-GAP", "MultiPolygon")
    assert one.measure == pytest.approx(0.8, abs=1e-6)


def test_a_road_that_nobody_delivered_is_no_gap():
    assert codes(WHOLE, box(20.08, 0, 40, 20), **scale("500", "500")) == []
    assert codes(WHOLE, box(26, 0, 40, 20)) == []
    # Nor is the corner where two streets meet at a sharp angle.
    assert codes(WHOLE, ring((20, 0), (40, 0), (40, 20), (20.5, 20)), **scale("500", "500")) == []


def test_a_narrow_parcel_between_two_others_is_no_gap():
    strip = box(20, 0, 20.05, 20)
    assert codes(WHOLE, strip, box(20.05, 0, 40, 20), **scale(*["500"] * 3)) == []
    beside = box(0, 20, 40, 30)  # with its own mistake, so that its neighbours are looked at
    said = codes(WHOLE, strip, box(20.05, 0, 40, 20), beside, **scale(*["500"] * 4))
    assert {code for code, _ in said} == {"TOP-EDGE"}


def test_a_vertex_that_only_one_side_has_is_an_edge_that_does_not_match():
    first, second = seen(WHOLE, box(20, 0, 40, 10), box(20, 10, 40, 20))
    assert [(one.code, one.parcels) for one in (first, second)] == [
        ("TOP-EDGE", {0, 1}),
        ("TOP-EDGE", {0, 2}),
    ]
    assert (first.measure, first.width) == (pytest.approx(10.0), pytest.approx(0.0, abs=1e-6))
    assert first.place.equals(shapely.LineString([(20, 0), (20, 10)]))


def test_the_ends_of_an_overlap_are_not_said_again():
    above = box(0, 20, 40, 30)
    parcels = (ring((0, 0), (20.2, 0), (20.2, 20), (0, 20)), box(20, 0, 40, 20), above)
    assert codes(*parcels) == [("TOP-OVERLAP", {0, 1})]


def test_the_same_shape_in_several_rows_is_a_fault_of_every_row():
    turned = ring((20, 20), (0, 20), (0, 0), (20, 0))
    several = shapely.MultiPolygon([WHOLE])
    said = seen(WHOLE, turned, several, box(20, 0, 40, 20))
    assert [(one.code, one.parcels) for one in said] == [("TOP-DUPLICATE", {0, 1}), ("TOP-DUPLICATE", {0, 2})]
    assert said[0].measure == pytest.approx(400.0)
    assert said[0].place.equals(WHOLE)


def test_the_same_land_with_one_more_vertex_is_the_same_shape():
    assert codes(WHOLE, ring((0, 0), (10, 0), (20, 0), (20, 20), (0, 20))) == [("TOP-DUPLICATE", {0, 1})]


def test_a_repeated_shape_overlaps_its_neighbour_once():
    said = codes(WHOLE, WHOLE, WHOLE, box(19.9, 0, 40, 20))
    assert said == [("TOP-DUPLICATE", {0, 1}), ("TOP-DUPLICATE", {0, 2}), ("TOP-OVERLAP", {0, 3})]


def test_ten_thousand_rows_of_one_shape_are_so_many_faults_and_not_fifty_million():
    n = 10_000
    data = dataset(moved([WHOLE] * n), national_id=[None] * n)
    judged = verdict(data)
    table = judged.findings.filter(pa.compute.equal(judged.findings["check_code"], "TOP-DUPLICATE"))
    assert table.num_rows == n - 1
    assert set(table["detail"].to_pylist()) == {"10000"}
    assert max(len(others) for others in table["others"].to_pylist()) == 1
    assert judged.counts.rows_with_error == n


def test_a_parcel_in_the_hole_of_another_is_where_it_should_be():
    outer = ring(*WHOLE.exterior.coords, holes=[box(5, 5, 10, 10).exterior.coords[::-1]])
    assert codes(outer, box(5, 5, 10, 10)) == []


def test_parts_of_two_parcels_may_lie_between_each_other():
    parts = [box(x, 0, x + 10, 10) for x in range(0, 40, 10)]
    one, other = (shapely.MultiPolygon(parts[start::2]) for start in (0, 1))
    assert codes(one, other) == []


def test_a_parcel_inside_another():
    (one,) = seen(WHOLE, box(5, 5, 10, 10))
    assert (one.code, one.parcels, one.measure) == ("TOP-INSIDE", {0, 1}, pytest.approx(25.0))
    table = verdict(dataset(moved([WHOLE, box(5, 5, 10, 10)]))).findings
    table = table.filter(pa.compute.equal(table["check_code"], "TOP-INSIDE"))
    assert table["row_no"].to_pylist() == [1]  # the inner one comes first
    assert table["others"].to_pylist() == [["k0"]]


def test_every_parcel_of_a_block_inside_another_is_found():
    block = [box(x, y, x + 2, y + 2) for x in range(2, 12, 2) for y in range(2, 12, 2)]
    said = codes(WHOLE, *block)
    assert said == [("TOP-INSIDE", {0, number}) for number in range(1, 26)]


def test_two_partitions_of_the_same_land_whose_lines_coincide_are_found():
    """Every edge is shared by two neighbours, and no edge of one layer is an edge of the other."""
    one = [box(0, 0, 10, 20), box(10, 0, 20, 20)]
    other = [ring((0, 0), (20, 0), (20, 10), (0, 10)), ring((0, 10), (20, 10), (20, 20), (0, 20))]
    said = codes(*one, *other)
    assert said == [("TOP-OVERLAP", {a, b}) for a in (0, 1) for b in (2, 3)]


def test_an_invalid_polygon_hides_nothing_of_its_neighbours():
    bow_tie = ring((0, 0), (20, 20), (20, 0), (0, 20))
    said = found(dataset(moved([bow_tie, box(15, 0, 40, 20), box(40, 0, 60, 20), box(59.9, 0, 80, 20)])))
    assert said["GEO-INVALID"] == [0]
    assert said["TOP-OVERLAP"] == [0, 2]
    (one,) = seen(bow_tie, box(15, 0, 40, 20))
    assert one.measure == pytest.approx(75.0)


def test_a_row_without_a_shape_hides_nothing_of_the_others():
    missing = [None, shapely.Polygon(), shapely.Point(5, 5), ring((0, 0), (1, 1), (0, 0))]
    shapes = [*missing, WHOLE, box(19.9, 0, 40, 20)]
    data = dataset([None if shape is None else moved([shape])[0] for shape in shapes])
    assert found(data)["TOP-OVERLAP"] == [4]


def test_an_error_counts_for_both_parcels_and_quarantines_neither():
    judged = verdict(dataset(moved([WHOLE, box(19.9, 0, 40, 20), box(50, 0, 60, 10)])))
    assert judged.rows["has_error"].to_pylist() == [True, True, False]
    assert judged.rows["decision"].to_pylist() == ["accept"] * 3


def test_a_finding_keeps_its_id_when_the_overlap_changes_its_size():
    ids = {
        verdict(dataset(moved([WHOLE, box(20 - width, 0, 40, 20)]))).findings["finding_id"][0].as_py()
        for width in (0.1, 0.2, 3.0)
    }
    assert len(ids) == 1


def test_a_faultless_partition_of_polygons_with_holes_has_no_finding():
    random = np.random.default_rng(11)
    points = shapely.multipoints(random.uniform(0, 300, (200, 2)))
    cells = shapely.get_parts(shapely.voronoi_polygons(points))
    cells = shapely.set_precision(cells, 0.001)
    valid = shapely.coverage_invalid_edges(cells)
    assert shapely.is_empty(valid).all()
    assert codes(*cells, **scale(*["1000"] * len(cells))) == []


def test_a_heap_of_parcels_in_one_place_is_an_error_of_each_and_not_of_each_pair():
    n = 600
    spread = np.random.default_rng(5).uniform(0, 5, (n, 2)).round(3)
    heap = shapely.box(*spread.T, *(spread + 20).T)
    data = dataset(moved(heap), national_id=[None] * n)
    overlap = topology_of(Subject(data, context(data))).overlap
    assert len(np.unique(overlap.touched[1])) == n
    assert len(overlap) < n * (n - 1) / 6


@pytest.mark.parametrize("turned", [(0,), (1,), (0, 1), (0, 1, 2)])
def test_the_way_in_which_rings_are_wound_changes_nothing(turned):
    """Delivered on the grid, clockwise or not, with a hole or without: a partition is one, a repeated shape is repeated."""
    yard = shapely.Polygon(box(0, 0, 20, 20).exterior, [box(5, 5, 10, 10).exterior])
    parts = [yard, box(5, 5, 10, 10), box(20, 0, 40, 20)]

    def wound(shape):
        return shapely.Polygon(shape.exterior.reverse(), [hole.reverse() for hole in shape.interiors])

    def top(shapes):
        there = shapely.transform(
            np.array(shapes, dtype=object), lambda xy: np.round(xy + np.array([X, Y]), 4)
        )
        data = dataset(there)
        assert Subject(data, context(data)).fact(shape_of).on_grid.all()
        return {code: rows for code, rows in found(data).items() if code.startswith("TOP")}

    partition = [wound(part) if number in turned else part for number, part in enumerate(parts)]
    assert top(partition) == {}
    assert list(top([*partition, parts[2]])) == ["TOP-DUPLICATE"]
