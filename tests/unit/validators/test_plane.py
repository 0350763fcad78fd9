"""The plane in which parcels are measured: metres, whatever the delivery's CRS, and nothing hidden by what is invalid."""

import dataclasses

import numpy as np
import pyarrow as pa
import pytest
import shapely

from parcels import crs
from tests.unit.validators.validator_datasets import EPSG, ORIGIN, context, dataset, nowhere, squares
from validators.base import Subject
from validators.plane import can_measure, plane_of

X, Y = ORIGIN
FEET = 2227


def plane(data, **more):
    about = dataclasses.replace(context(data), **more)
    return Subject(data, about).fact(plane_of)


def test_a_zone_is_a_plane_as_it_is():
    shapes = squares(4)
    there = plane(dataset(shapes))
    assert (there.srid, there.factor) == (EPSG, 1.0)
    assert shapely.equals(there.shapes, shapes).all()
    assert not (there.made_valid | there.moved).any()


def test_an_invalid_polygon_covers_what_its_lines_enclose():
    bow_tie = shapely.Polygon([(X, Y), (X + 10, Y + 10), (X + 10, Y), (X, Y + 10)])
    there = plane(dataset([bow_tie, squares(1)[0]]))
    assert there.made_valid.tolist() == [True, False]
    assert shapely.is_valid(there.shapes).all()
    assert shapely.area(there.shapes).tolist() == [50.0, 400.0]


def test_what_encloses_nothing_is_not_there():
    line = shapely.Polygon([(X, Y), (X + 10, Y + 10), (X, Y)])
    with np.errstate(invalid="ignore"):
        nan = shapely.Polygon([(X, Y), (X + 10, np.nan), (X, Y + 5), (X, Y)])
    empty = shapely.Polygon()
    there = plane(dataset([None, empty, shapely.Point(X, Y), line, nan, squares(1)[0]]))
    assert (~shapely.is_missing(there.shapes)).tolist() == [False] * 5 + [True]


def test_lines_left_over_from_a_repair_are_no_land():
    spike = shapely.Polygon([(X, Y), (X + 10, Y), (X + 20, Y), (X + 10, Y), (X + 10, Y + 10), (X, Y + 10)])
    there = plane(dataset([spike]))
    assert there.made_valid.tolist() == [True]
    assert shapely.get_type_id(there.shapes).tolist() == [6]
    assert shapely.area(there.shapes).tolist() == [100.0]


@pytest.mark.parametrize("srid", [4756, 4326])
def test_degrees_of_vietnam_are_measured_in_the_nearest_zone(srid):
    metric = squares(3)
    degrees = shapely.transform(
        metric, lambda xy: crs.from_vn2000_geographic(crs.to_vn2000_geographic(xy, EPSG), srid)
    )
    there = plane(dataset(degrees, epsg=srid))
    assert there.srid == 9210  # 105°45', the nearest to 105.84° E
    assert there.moved.all()
    assert shapely.area(there.shapes) == pytest.approx([400.0] * 3, rel=5e-4)


def test_rows_of_several_zones_come_into_the_zone_of_most():
    zone = squares(3)
    other = shapely.transform(
        zone[2], lambda xy: crs.from_vn2000_geographic(crs.to_vn2000_geographic(xy, EPSG), 3405)
    )
    data = dataset([zone[0], zone[1], zone[2]])
    at = data.table.schema.get_field_index("source_srid")
    table = data.table.set_column(at, data.table.schema.field(at), pa.array([EPSG, EPSG, 3405], pa.int32()))
    delivered, rounded = data.delivered.copy(), data.rounded.copy()
    delivered[2] = rounded[2] = other
    there = plane(dataclasses.replace(data, table=table, delivered=delivered, rounded=rounded))
    assert there.srid == EPSG
    assert there.moved.tolist() == [False, False, True]
    assert shapely.hausdorff_distance(there.shapes[2], zone[2]) < 2e-4


def test_feet_are_scaled_and_places_go_back_into_feet():
    parcels = shapely.box(6_050_000.0, 2_110_000.0, 6_050_100.0, 2_110_100.0)
    there = plane(nowhere([parcels], epsg=FEET))
    assert there.srid == FEET
    assert shapely.area(there.shapes)[0] == pytest.approx((100 * 1200 / 3937) ** 2)
    assert shapely.hausdorff_distance(there.place(there.shapes)[0], parcels) < 1e-8


def test_foreign_degrees_need_a_metric_crs_that_somebody_said():
    data = nowhere([shapely.box(-71.11, 42.37, -71.109, 42.371)], epsg=4326, national_id=[None])
    assert plane(data) is None
    assert not can_measure(Subject(data, context(data)))
    there = plane(data, measured_in=26986)
    assert there.srid == 26986
    assert shapely.area(there.shapes)[0] == pytest.approx(82.4 * 111.08, rel=1e-3)


def test_a_dataset_without_shapes_has_a_plane_with_nothing_in_it():
    assert shapely.is_missing(plane(dataset([None, None])).shapes).all()
