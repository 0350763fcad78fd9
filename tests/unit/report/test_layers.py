"""Layers of one concrete kind each: nothing is lost, nothing is drawn twice in a layer, nothing without a place is drawn."""

import sqlite3
from collections import Counter
from contextlib import closing
from pathlib import Path

import numpy as np
import pyarrow as pa
import pyogrio
import pytest
import shapely
from hypothesis import given
from hypothesis import strategies as st

from sync.report.fields import FINDINGS, PARCELS, QUARANTINE, REPAIRS, Field, schema_of
from sync.report.geopackages import FAMILIES, _worst_first
from sync.report.layers import NO_PLACE, DrawnLayer, drawable, layers_of, write_layer
from sync.report.workbook import _COLUMNS

FIELDS = schema_of((Field("row", pa.int64(), "Dòng · Row"),))
CONCRETE = {"point": "MultiPoint", "line": "MultiLineString", "area": "MultiPolygon"}

numbers = st.integers(0, 9).map(float)
places = st.tuples(numbers, numbers)
paths = st.lists(places, min_size=2, max_size=4)
rings = st.lists(places, min_size=3, max_size=4)
points, lines = places.map(shapely.Point), paths.map(shapely.LineString)
areas = rings.map(shapely.Polygon)  # valid or not
plain = st.one_of(
    points,
    lines,
    rings.map(shapely.LinearRing),
    areas,
    st.lists(points, max_size=3).map(shapely.MultiPoint),
    st.lists(lines, max_size=3).map(shapely.MultiLineString),
    st.lists(areas, max_size=3).map(shapely.MultiPolygon),
    st.sampled_from([shapely.Point(), shapely.LineString(), shapely.Polygon(), shapely.MultiPolygon()]),
)
shapes = st.recursive(
    plain, lambda inside: st.lists(inside, max_size=3).map(shapely.GeometryCollection), max_leaves=6
)
columns = st.lists(st.none() | shapes, max_size=8)


def pieces(shape: shapely.Geometry | None) -> list[tuple[str, bytes]]:
    """What a shape is made of, said by going down into it."""
    if shape is None or shape.is_empty:
        return []
    if hasattr(shape, "geoms"):
        return [piece for inside in shape.geoms for piece in pieces(inside)]
    kind = {0: "point", 1: "line", 2: "area"}[shapely.get_dimensions(shape)]
    plain = shapely.LineString(shape.coords) if kind == "line" else shape
    return [(kind, plain.wkb)]


def made(shapes: list[shapely.Geometry | None]) -> list[DrawnLayer]:
    geometries = np.array([*shapes, None], dtype=object)[:-1]  # never an array of coordinates
    return list(layers_of("GEO", "point", pa.table({"row": np.arange(len(shapes))}), geometries))


@given(columns)
def test_every_piece_of_every_shape_is_in_the_layer_of_its_kind_once(
    shapes: list[shapely.Geometry | None],
) -> None:
    found: Counter[tuple[int, tuple[str, bytes]]] = Counter()
    nowhere: list[int] = []
    layers = made(shapes)
    for layer in layers:
        rows = layer.table["row"].to_pylist()
        assert rows == sorted(set(rows))
        assert rows
        if layer.shapes is None:
            assert (layer.name, layer.kind) == ("GEO" + NO_PLACE, "none")
            nowhere = rows
            continue
        assert layer.geometry_type == CONCRETE[layer.kind]
        for row, shape in zip(rows, layer.shapes, strict=True):
            assert shape.geom_type == layer.geometry_type
            found.update((row, piece) for piece in pieces(shape))
    assert found == Counter((row, piece) for row, shape in enumerate(shapes) for piece in pieces(shape))
    assert nowhere == [row for row, shape in enumerate(shapes) if not pieces(shape)]
    assert len({layer.name for layer in layers}) == len(layers)


@pytest.mark.parametrize("main", ["point", "area"])
def test_the_main_kind_has_no_suffix(main: str) -> None:
    collection = shapely.GeometryCollection([shapely.Point(1, 1), shapely.box(0, 0, 1, 1)])
    names = [layer.name for layer in layers_of("X", main, pa.table({"row": [0]}), np.array([collection]))]  # type: ignore[arg-type]
    assert names == (["X", "X_area"] if main == "point" else ["X_point", "X"])


def test_a_file_says_of_each_layer_the_one_type_that_is_in_it(tmp_path: Path) -> None:
    path = tmp_path / "lỗi.gpkg"
    square = shapely.box(0, 0, 9, 9)
    nested = shapely.GeometryCollection(
        [shapely.GeometryCollection([square]), shapely.LineString([(0, 0), (1, 1)])]
    )
    for layer in made([shapely.Point(1, 2), nested, None, shapely.LinearRing([(0, 0), (1, 0), (1, 1)])]):
        write_layer(path, layer, FIELDS, 9209)
    with closing(sqlite3.connect(path)) as database:
        types = dict(database.execute("SELECT table_name, geometry_type_name FROM gpkg_geometry_columns"))
        kinds = dict(database.execute("SELECT table_name, data_type FROM gpkg_contents"))
        (version,) = database.execute("PRAGMA user_version").fetchone()
    assert types == {"GEO": "MULTIPOINT", "GEO_line": "MULTILINESTRING", "GEO_area": "MULTIPOLYGON"}
    assert kinds == dict.fromkeys(types, "features") | {"GEO_no_place": "attributes"}
    assert version == 10200  # no newer than a QGIS of 2021 knows
    lines = pyogrio.read_dataframe(path, layer="GEO_line")
    assert (lines["row"].tolist(), lines.crs.to_epsg()) == ([1, 3], 9209)


@given(st.lists(st.tuples(shapes, st.sampled_from([None, np.inf, -np.inf, 1e300])), min_size=1, max_size=4))
def test_what_is_no_place_is_never_drawn(odd: list[tuple[shapely.Geometry, float | None]]) -> None:
    geometries = np.array(
        [
            shape
            if value is None
            else shapely.transform(shape, lambda xy, value=value: np.where(xy == 3, value, xy))
            for shape, value in odd
        ],
        dtype=object,
    )
    for layer in made(list(drawable(geometries))):
        if layer.shapes is not None:
            assert (np.abs(shapely.get_coordinates(layer.shapes)) <= 9).all()


@pytest.mark.parametrize("fields", [FINDINGS, REPAIRS, PARCELS, QUARANTINE])
def test_titles_tell_fields_apart_and_say_the_same_as_the_workbook(fields: tuple[Field, ...]) -> None:
    titles = [field.title for field in fields]
    assert len(set(titles)) == len(titles)
    workbook = {name: title for title, name, _ in _COLUMNS if name != "row_no"}
    assert [field.title for field in fields if workbook.get(field.name, field.title) != field.title] == []


def test_families_with_errors_come_before_those_without() -> None:
    severity = pa.chunked_array([["warning", "info", "error", "warning", "info"]])
    family = pa.chunked_array([["GEO", "CNT", "IDN", "IDN", "ATT"]])
    order = _worst_first(severity, family)
    assert order[:2] == ["IDN", "GEO"]
    assert sorted(order) == sorted(FAMILIES)
    assert set(order[2:4]) == {"CNT", "ATT"}
