"""The cells of a commune's land, and boxes read from the bytes of stored polygons."""

import numpy as np
import pyarrow as pa
import pytest
import shapely
from hypothesis import given
from hypothesis import strategies as st

from parcels.geometry import to_wkb
from parcels.wkb import bounds_of
from validators.borders.land import CELL_DEG, WIDEST_DEG, boxes_of, degrees, land_of

HOME = (105.8, 21.0)


def stored(*shapes):
    multi = [
        shapely.MultiPolygon([shape])
        if shape is not None and shape.geom_type == "Polygon" and not shape.is_empty
        else shape
        for shape in shapes
    ]
    return pa.array(to_wkb(np.array(multi, dtype=object)), pa.binary())


def near(x, y, size):
    return shapely.box(HOME[0] + x, HOME[1] + y, HOME[0] + x + size, HOME[1] + y + size)


def covered(land):
    """The cells as boxes, each once."""
    return shapely.box(*boxes_of(land.cells).T)


places = st.floats(0, 0.01)


@given(st.lists(st.tuples(places, places, st.floats(1e-6, 0.006)), min_size=1, max_size=8))
def test_the_cells_of_a_parcel_cover_all_that_may_matter_to_it(boxes):
    shapes = [near(*box) for box in boxes]
    land = land_of(stored(*shapes), 3.0)
    cover = shapely.union_all(covered(land))
    for shape in shapes:
        assert cover.covers(shape)
        assert cover.covers(
            shapely.box(*(np.array(shape.bounds) + np.array([-1, -1, 1, 1]) * degrees(3.0) * 0.99))
        )
    assert len(np.unique(np.column_stack((land.row, land.cell)), axis=0)) == len(land.row)


def test_a_long_parcel_touches_the_cells_along_it_only():
    river = shapely.LineString([HOME, (HOME[0] + 0.1, HOME[1] + 0.1)]).buffer(0.0001)
    count = len(land_of(stored(river), 3.0).cells)
    length = 0.1 / CELL_DEG
    assert length <= count <= 4 * length


def test_a_broken_long_parcel_touches_the_cells_that_its_lines_enclose():
    x, y = HOME
    bow = shapely.Polygon([(x, y), (x + 0.02, y + 0.02), (x + 0.02, y), (x, y + 0.02)])
    cover = shapely.union_all(covered(land_of(stored(bow), 3.0)))
    assert cover.covers(shapely.make_valid(bow))


def test_what_is_nowhere_or_as_wide_as_a_province_has_no_cells():
    assert len(land_of(stored(None, shapely.MultiPolygon(), near(0, 0, WIDEST_DEG * 1.1)), 3.0).cell) == 0


def test_boxes_join_cells_in_a_row_and_rows_of_the_same_length():
    assert len(boxes_of(land_of(stored(near(0, 0, 0.05)), 3.0).cells)) == 1
    assert boxes_of(np.empty(0, np.int64)).shape == (0, 4)


def test_every_cell_of_a_box_is_one_that_was_given():
    cells = land_of(
        stored(near(0, 0, 0.003), near(0.004, 0.001, 0.002), near(0.002, 0.002, 0.003)), 3.0
    ).cells
    assert shapely.area(shapely.box(*boxes_of(cells).T)).sum() == pytest.approx(
        len(cells) * CELL_DEG**2, rel=1e-6
    )


ring = st.lists(st.tuples(st.floats(100, 110), st.floats(8, 24)), min_size=3, max_size=9, unique=True).map(
    shapely.Polygon
)
kinds = st.one_of(
    st.none(),
    st.just(shapely.MultiPolygon()),
    ring.map(lambda shape: shapely.MultiPolygon([shape])),
    st.tuples(ring, ring).map(lambda pair: shapely.MultiPolygon(list(pair))),
    ring.map(lambda shape: shapely.MultiPolygon([shapely.Polygon(shape.exterior, [shape.exterior])])),
)


@given(st.lists(kinds, max_size=12), st.integers(0, 5))
def test_boxes_read_from_bytes_are_those_of_the_geometries(shapes, skipped):
    geometries = np.empty(len(shapes), dtype=object)
    geometries[:] = shapes
    wkb = pa.array(to_wkb(geometries), pa.binary())[skipped:]
    assert np.array_equal(bounds_of(wkb), shapely.bounds(geometries[skipped:]), equal_nan=True)
