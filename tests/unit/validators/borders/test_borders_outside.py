"""Parcels outside their commune's boundary."""

import numpy as np
import pyarrow.compute as pc
import pytest
import shapely

from parcels import crs
from tests.unit.validators.validator_datasets import EPSG, ORIGIN, context, dataset, nowhere
from validators.base import Subject
from validators.borders.outside import can_tell_outside, outside
from validators.judge import judge

X, Y = ORIGIN


def row_of(n, size=20.0):
    """Parcels side by side along the x axis."""
    x = X + np.arange(n) * size
    return shapely.box(x, Y, x + size, Y + size)


def degrees(shape):
    return shapely.transform(shape, lambda c: crs.to_vn2000_geographic(c, EPSG))


def until(east, *, holes=()):
    """A boundary that ends so many metres east of the origin."""
    return degrees(
        shapely.Polygon(
            [(X - 500, Y - 500), (X + east, Y - 500), (X + east, Y + 500), (X - 500, Y + 500)], holes
        )
    )


def found(data, boundary):
    faults = outside(Subject(data, context(data, boundary=boundary)))
    return (
        dict(
            zip(
                faults.rows.tolist(), zip(faults.measure, faults.detail.to_pylist(), strict=True), strict=True
            )
        )
        if len(faults)
        else {}
    )


def test_within_the_boundary_and_a_little_beyond_it_is_inside():
    assert found(dataset(row_of(3)), until(60)) == {}
    assert found(dataset(row_of(3)), until(56)) == {}


def test_further_out_than_boundaries_are_good_for_is_outside_with_its_area_and_distance():
    faults = found(dataset(row_of(3)), until(52))
    assert list(faults) == [2]
    area, distance = faults[2]
    assert area == pytest.approx(8 * 20, rel=1e-3)
    assert distance == "8.0"


def test_a_sliver_that_reaches_far_out_is_small_enough():
    thin = shapely.Polygon([(X, Y), (X + 40, Y), (X + 60, Y + 0.05), (X + 40, Y + 0.1), (X, Y + 20)])
    assert found(dataset([thin]), until(42)) == {}


def test_parcels_wholly_outside_are_outside_as_they_are():
    data = dataset(row_of(4))
    faults = outside(Subject(data, context(data, boundary=until(20))))
    assert faults.rows.tolist() == [1, 2, 3]
    assert shapely.equals(faults.place[1], data.stored[2])
    assert set(faults.place_srid.tolist()) == {crs.VN2000}
    assert faults.detail.to_pylist() == ["20.0", "40.0", "60.0"]


def test_land_that_the_boundary_leaves_out_in_its_middle_is_outside():
    hole = [(X - 5, Y - 5), (X + 24, Y - 5), (X + 24, Y + 25), (X - 5, Y + 25)]
    assert list(found(dataset(row_of(4)), until(500, holes=[hole]))) == [0]


def test_an_exclave_of_the_boundary_is_inside():
    boundary = shapely.union_all([until(20), degrees(shapely.box(X + 39.9, Y - 1, X + 61, Y + 21))])
    assert list(found(dataset(row_of(3)), boundary)) == [1]


def test_a_broken_polygon_is_outside_where_its_lines_enclose_land():
    bow = shapely.Polygon([(X, Y), (X + 40, Y + 20), (X + 40, Y), (X, Y + 20)])
    area, distance = found(dataset([bow]), until(20))[0]
    assert area == pytest.approx(200, rel=1e-3)
    assert distance == "20.0"


def test_geometries_that_are_nowhere_are_not_outside():
    assert found(dataset([None, shapely.Point(X, Y), shapely.from_wkt("POLYGON EMPTY")]), until(0)) == {}


def test_without_a_boundary_it_is_not_run_and_nothing_else_waits_for_it():
    data = dataset(3)
    verdict = judge(data, context(data, boundary=None))
    assert "BRD-OUTSIDE" in verdict.not_run
    assert not verdict.provisional or set(verdict.not_run) - {"BRD-OUTSIDE"}
    assert not can_tell_outside(Subject(data, context(data, boundary=None)))
    assert can_tell_outside(Subject(nowhere(), context(nowhere(), boundary=None)))


def test_the_finding_says_how_much_and_how_far_in_both_languages_and_is_only_told():
    data = dataset(row_of(3))
    verdict = judge(data, context(data, boundary=until(51.5)))
    table = verdict.findings.filter(pc.equal(verdict.findings["check_code"], "BRD-OUTSIDE"))
    (finding,) = table.to_pylist()
    assert "8,5 m" in finding["message_vi"]
    assert "8.5 m" in finding["message_en"]
    assert finding["severity"] == "warning"
    assert verdict.rows["decision"].to_pylist() == ["accept"] * 3
    assert verdict.measures["thong_nhat"] == pytest.approx(2 / 3)
