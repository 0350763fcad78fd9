"""Proposals of repairs: what they say of themselves is so, and what they propose has the fault no more."""

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
import pytest
import shapely
from hypothesis import given, settings
from hypothesis import strategies as st

from tests.conftest import counts
from tests.unit.validators.validator_datasets import EPSG, ORIGIN, dataset, squares, verdict
from validators.repairs import REPAIRS_SCHEMA

X, Y = ORIGIN
SQUARE = ((0, 0), (20, 0), (20, 20), (0, 20))


def polygon(*points, holes=(), at=(0.0, 0.0)):
    shift = lambda ring: [(X + at[0] + x, Y + at[1] + y) for x, y in ring]  # noqa: E731
    return shapely.Polygon(shift(points), [shift(hole) for hole in holes])


def fabric(n, size=20.0):
    """n by n squares that share their edges."""
    column, row = np.divmod(np.arange(n * n), n)
    return shapely.box(X + column * size, Y + row * size, X + (column + 1) * size, Y + (row + 1) * size)


def judged(shapes, **columns):
    return verdict(dataset(np.asarray(shapes, dtype=object), **columns))


def lines(shapes, **columns):
    """The proposals as dictionaries with shapes."""
    table = judged(shapes, **columns).repairs
    assert table.schema.equals(REPAIRS_SCHEMA)
    return [
        row | {"before": shapely.from_wkb(row["before_wkb"]), "after": shapely.from_wkb(row["after_wkb"])}
        for row in table.to_pylist()
    ]


def accepted(shapes, proposals):
    """The shapes with proposals put in place."""
    result = np.array(shapes, dtype=object)
    for line in proposals:
        result[line["row_no"]] = line["after"]
    return result


def test_a_faultless_commune_has_no_proposal():
    assert lines(fabric(5)) == []


BOW_TIE = polygon((0, 0), (10, 10), (10, 0), (0, 10))


def test_a_bow_tie_becomes_its_two_wings():
    shapes = [squares(2)[1], BOW_TIE]
    (line,) = lines(shapes)
    assert (line["kind"], line["check_code"], line["row_no"], line["handle"]) == (
        "make_valid",
        "GEO-INVALID",
        1,
        "k1",
    )
    assert shapely.equals(
        line["after"], polygon((0, 0), (5, 5), (0, 10)).union(polygon((10, 0), (10, 10), (5, 5)))
    )
    assert line["before"].equals_exact(BOW_TIE)
    assert (line["srid"], line["moved_mm"], line["area_after_m2"]) == (EPSG, 0.0, pytest.approx(50))
    assert line["area_change_m2"] == pytest.approx(line["area_after_m2"] - line["area_before_m2"])
    assert line["neighbours"] == []
    findings = judged(shapes).findings
    assert line["finding_id"] in findings["finding_id"].to_pylist()


NESTED = shapely.MultiPolygon([polygon(*SQUARE), polygon((5, 5), (15, 5), (15, 15), (5, 15))])


def test_where_the_two_ways_to_make_valid_differ_nothing_is_proposed():
    assert lines([NESTED], area_legal_m2=[None]) == []


@pytest.mark.parametrize(
    ("legal", "area"), [(400.0, 400), (300.0, 300), (290.0, 300), (350.0, None), (1000.0, None)]
)
def test_the_registered_area_decides_between_them_where_it_fits_one(legal, area):
    found = lines([NESTED], area_legal_m2=[legal])
    assert [line["area_after_m2"] for line in found] == ([pytest.approx(area)] if area else [])


@pytest.mark.parametrize("opposite", [5.00002, 9.0], ids=["speck", "thread"])
def test_a_hole_that_the_grid_takes_away_is_left_out_in_the_proposal(opposite):
    hole = ((5, 5), (opposite, 5), (opposite, 5.00002), (5, 5.00002))
    (line,) = lines([polygon((0, 0), (20, 0), (20, 20), (0, 20), holes=[hole])])
    assert line["kind"] == "make_valid"
    assert shapely.is_valid(line["after"])
    assert not shapely.get_num_interior_rings(shapely.get_parts(line["after"])).any()
    assert [c for c in judged([line["after"]]).findings["check_code"].to_pylist() if c == "GEO-INVALID"] == []


def test_a_shape_with_a_coordinate_that_is_no_number_has_no_proposal():
    with np.errstate(invalid="ignore"):
        bad = shapely.polygons(shapely.linearrings([[X, Y], [X + 9, np.nan], [X + 9, Y + 9], [X, Y]]))
    assert [line["row_no"] for line in lines([bad, BOW_TIE])] == [1]


def test_ring_order_and_repeated_vertices_change_no_boundary():
    hole = ((5, 5), (10, 5), (10, 10), (5, 10))
    same_way = polygon(*SQUARE, holes=[hole])
    repeated = polygon((0, 0), (0, 0), (20, 0), (20, 20), (20, 20), (0, 20), at=(50, 0))
    first, second = sorted(lines([same_way, repeated]), key=lambda line: line["row_no"])
    assert (first["kind"], first["check_code"]) == ("ring_order", "GEO-RING-ORDER")
    assert shapely.is_ccw(first["after"].exterior)
    assert not shapely.is_ccw(first["after"].interiors[0])
    assert (second["kind"], second["check_code"]) == ("repeated_vertices", "GEO-DUP-VERTEX")
    assert len(second["after"].exterior.coords) == 5
    for line in (first, second):
        assert shapely.equals(line["before"], line["after"])
        assert (line["moved_mm"], line["area_change_m2"]) == (0.0, 0.0)
        assert "không thay đổi" in line["message_vi"]


def with_gap(n=5, width=0.006, row=7):
    """A fabric in which one parcel ends short of its neighbour to the east."""
    shapes = fabric(n)
    west, south, east, north = shapely.bounds(shapes[row])
    shapes[row] = shapely.box(west, south, east - width, north)
    return shapes


def with_overlap(n=5, width=0.006, row=7):
    return with_gap(n, -width, row)


def test_a_narrow_gap_goes_to_the_parcel_beside_it():
    shapes = with_gap()
    (line,) = [line for line in lines(shapes) if line["check_code"] == "TOP-GAP"]
    assert (line["kind"], line["row_no"] in (7, 12)) == ("gap", True)
    assert line["area_change_m2"] == pytest.approx(0.12, abs=1e-4)
    assert line["moved_mm"] == pytest.approx(6, abs=0.2)
    assert "0,12 m²" in line["message_vi"]
    assert "6 mm" in line["message_en"]
    assert judged(accepted(shapes, [line])).findings.filter(pc.field("check_code") == "TOP-GAP").num_rows == 0


def test_a_narrow_overlap_is_given_up_by_one_of_both():
    shapes = with_overlap()
    (line,) = [line for line in lines(shapes) if line["check_code"] == "TOP-OVERLAP-NARROW"]
    assert line["area_change_m2"] == pytest.approx(-0.12, abs=1e-4)
    other = "k12" if line["row_no"] == 7 else "k7"
    assert line["neighbours"] == [other]
    left = judged(accepted(shapes, [line])).findings["check_code"].to_pylist()
    assert not [code for code in left if code.startswith("TOP-") and code != "TOP-EDGE"]


def test_nothing_is_proposed_for_a_parcel_of_which_more_is_in_dispute():
    shapes = with_overlap()
    west, south, east, north = shapely.bounds(shapes[8])
    shapes[8] = shapely.box(west, south, east + 3, north)  # lies over its neighbour by metres
    shapes[7] = shapely.box(
        *(shapely.bounds(shapes[7])[:2]), *(shapely.bounds(shapes[7])[2:] + np.array([0, 0.004]))
    )
    found = judged(shapes)
    assert "TOP-OVERLAP" in found.findings["check_code"].to_pylist()
    assert not {8, 13} & set(found.repairs["row_no"].to_pylist())


def test_a_wider_tolerance_of_the_map_lets_more_be_proposed():
    shapes = with_gap(width=0.1)
    fine = lines(shapes, map_scale=["500"] * 25)
    assert [line for line in fine if line["check_code"] == "TOP-GAP"] == []
    found = [line for line in lines(shapes, map_scale=["1000"] * 25) if line["check_code"] == "TOP-GAP"]
    assert [line["kind"] for line in found] == ["gap"]


def test_proposals_have_the_same_ids_in_another_order_of_rows():
    shapes = np.array([*with_gap(), BOW_TIE], dtype=object)
    shapes[-1] = shapely.transform(BOW_TIE, lambda xy: xy + np.array([500, 0]))
    keys = np.array([f"k{n}" for n in range(len(shapes))])

    def table(order):
        data = dataset(
            shapes[order],
            source_key=keys[order].tolist(),
            parcel_no=[str(n) for n in order],
            national_id=[None] * len(order),
        )
        return verdict(data).repairs.drop_columns(["row_no"]).sort_by("repair_id")

    first = table(np.arange(len(shapes)))
    assert first.num_rows >= 2
    assert len(pc.unique(first["repair_id"])) == first.num_rows
    for seed in range(3):
        assert table(np.random.default_rng(seed).permutation(len(shapes))).equals(first)


FAULTS = ("gap", "overlap", "bow-tie", "hole", "repeated", "ring", "none")


@st.composite
def spoilt(draw):
    """A fabric of 6 by 6 with faults in some of its parcels that are not beside each other."""
    shapes = fabric(6)
    for row in range(0, 36, 2):
        if (row // 6) % 2:
            continue
        kind = draw(st.sampled_from(FAULTS))
        west, south, east, north = shapely.bounds(shapes[row])
        width = draw(st.integers(20, 95)) / 10_000
        if kind in ("gap", "overlap"):
            shapes[row] = shapely.box(west, south, east + (width if kind == "overlap" else -width), north)
        elif kind == "bow-tie":
            middle = draw(st.integers(20, 180)) / 10
            shapes[row] = shapely.Polygon(
                [
                    (west, south),
                    (east, south),
                    (west + middle, north),
                    (east, north),
                    (west, north - 1),
                    (west, north),
                ]
            )
        elif kind == "hole":
            shapes[row] = shapely.Polygon(
                shapely.box(west, south, east, north).exterior,
                [
                    shapely.box(west + 4, south + 4, west + 12, south + 12).exterior,
                    shapely.box(west + 8, south + 6, west + 15, south + 9).exterior,
                ],
            )
        elif kind == "repeated":
            shapes[row] = shapely.Polygon(
                [(west, south), (east, south), (east, south), (east, north), (west, north)]
            )
        elif kind == "ring":
            shapes[row] = shapely.Polygon(
                [(west, south), (east, south), (east, north), (west, north)],
                [[(west + 5, south + 5), (west + 9, south + 5), (west + 9, south + 9)]],
            )
    return shapes


@settings(max_examples=counts(25), deadline=None)
@given(spoilt(), st.data())
def test_an_accepted_proposal_is_a_valid_polygon_that_the_check_finds_nothing_in(shapes, data):
    first = judged(shapes)
    repairs = first.repairs
    proposed = pc.unique(repairs["finding_id"]).to_pylist()
    chosen = [each for each in proposed if data.draw(st.booleans(), label=each)]
    mended = lines_of(
        repairs.filter(pc.is_in(repairs["finding_id"], value_set=pa.array(chosen, pa.string())))
    )
    after = [line["after"] for line in mended]
    assert all(
        shape.geom_type in {"Polygon", "MultiPolygon"} and shape.is_valid and shape.area > 0
        for shape in after
    )
    again = judged(accepted(shapes, mended), national_id=[None] * 36).findings
    still = set(zip(again["check_code"].to_pylist(), again["finding_id"].to_pylist(), strict=True))
    rows = {(line["check_code"], line["finding_id"]) for line in mended}
    assert not rows & still
    worse = {"GEO-INVALID", "GEO-NULL", "GEO-EMPTY", "TOP-OVERLAP", "TOP-INSIDE", "TOP-DUPLICATE"}
    was = set(first.findings["finding_id"].to_pylist())
    assert not [pair for pair in still if pair[0] in worse and pair[1] not in was]


def lines_of(table):
    return [row | {"after": shapely.from_wkb(row["after_wkb"])} for row in table.to_pylist()]
