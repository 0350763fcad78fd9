"""Geometry as text, nested deeper than a reader's recursion bears, or too long: told, and the rows beside it are read."""

import struct
from collections.abc import Callable

import pyarrow as pa
import pytest
import shapely

from parcels.bounds import MAX_TEXT
from parcels.wkb import read_wkb, too_long
from sync.intake.remotes.features import _wkb
from sync.intake.remotes.sql import wkb_of_wkt
from sync.intake.sources.text_geometry import shallow, wkb_of

SQUARE = "POLYGON ((0 0, 1 0, 1 1, 0 1, 0 0))"
DEPTHS = (700, 100_000)


def wkt(word: str, depth: int) -> str:
    return f"{word} (" * depth + "POINT (1 2)" + ")" * depth


def json(depth: int) -> str:
    inner = '{"type": "Point", "coordinates": [1, 2]}'
    return '{"type": "GeometryCollection", "geometries": [' * depth + inner + "]}" * depth


def hexadecimal(depth: int) -> str:
    header = struct.pack("<BIII", 1, 7 | 0x20000000, 9209, 1) + struct.pack("<BII", 1, 7, 1) * depth
    return (header + struct.pack("<BIdd", 1, 1, 1.0, 2.0)).hex()


def of_text(values: list[str]) -> pa.Array:
    return wkb_of(pa.array(values))[0]


def of_json(values: list[str]) -> pa.Array:
    return _wkb(pa.array(values), "somewhere")


@pytest.mark.parametrize("depth", DEPTHS)
@pytest.mark.parametrize("word", ["GEOMETRYCOLLECTION", "COMPOUNDCURVE", "CURVEPOLYGON", "MULTISURFACE"])
@pytest.mark.parametrize(
    "read", [of_text, lambda values: wkb_of_wkt(pa.array(values))], ids=["file", "pulled"]
)
def test_nested_wkt_is_told(read: Callable[[list[str]], pa.Array], word: str, depth: int) -> None:
    shapes = read_wkb(read([wkt(word, depth), SQUARE]))
    assert shapely.get_type_id(shapes).tolist() == [7, 3]
    assert shapely.get_num_coordinates(shapes).tolist() == [1, 5]


@pytest.mark.parametrize("depth", DEPTHS)
def test_nested_hexadecimal_wkb_and_geojson_are_told(depth: int) -> None:
    square = shapely.from_wkt(SQUARE)
    for found in (of_text([hexadecimal(depth), SQUARE]), of_json([json(depth), shapely.to_geojson(square)])):
        assert shapely.get_type_id(read_wkb(found)).tolist() == [7, 3]


def test_a_collection_of_few_is_read_as_before() -> None:
    few = "GEOMETRYCOLLECTION (" + ", ".join([SQUARE] * 20) + ")"
    assert shapely.get_num_geometries(read_wkb(of_text([few]))).tolist() == [20]
    assert shallow(pa.array([few, None])).to_pylist() == [few, None]


def test_a_text_that_is_too_long_is_not_looked_at() -> None:
    found = of_text([f"POLYGON (({' ' * MAX_TEXT}0 0, 1 0, 1 1, 0 0))", SQUARE])
    assert too_long(found).tolist() == [True, False]
    assert shapely.get_type_id(read_wkb(found)).tolist() == [7, 3]
