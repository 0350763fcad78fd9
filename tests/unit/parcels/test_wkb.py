"""WKB of any kind and quality: every row that has something keeps something, and its place."""

import struct
from pathlib import Path

import numpy as np
import pyarrow as pa
import pytest
import shapely
from hypothesis import given
from hypothesis import strategies as st

from parcels.wkb import geometry_types, read_wkb
from sync.intake.sources import GEOMETRY, source_of

SQUARE = shapely.box(0, 0, 1, 1)


def ring(*points: tuple[float, float]) -> bytes:
    """A polygon of one ring, as written by a program that checks nothing."""
    return struct.pack("<BIII", 1, 3, 1, len(points)) + b"".join(
        struct.pack("<dd", *point) for point in points
    )


def test_types_in_both_byte_orders_and_in_every_dialect() -> None:
    three = shapely.Polygon([(0, 0, 5), (1, 0, 5), (1, 1, 5)])
    written = [
        shapely.to_wkb(SQUARE, byte_order=0),
        shapely.to_wkb(SQUARE, byte_order=1),
        shapely.to_wkb(shapely.set_srid(SQUARE, 9209), include_srid=True),
        shapely.to_wkb(three, flavor="iso"),
        shapely.to_wkb(three, flavor="extended"),
    ]
    assert geometry_types(pa.array(written)).tolist() == [3] * 5
    assert shapely.equals(read_wkb(pa.array(written))[:3], SQUARE).all()


def test_missing_is_missing_and_damaged_is_not() -> None:
    wkb = pa.array([None, b"", b"\x01", shapely.to_wkb(SQUARE)[:40], bytes(60), shapely.to_wkb(SQUARE)])
    assert geometry_types(wkb).tolist() == [-1, 0, 0, 3, 0, 3]
    read = read_wkb(wkb)
    assert shapely.get_type_id(read).tolist() == [-1, 7, 7, 7, 7, 3]
    assert not shapely.is_empty(read).any()


def test_a_slice_reads_as_the_whole_does() -> None:
    wkb = pa.array([None, shapely.to_wkb(SQUARE), shapely.to_wkb(shapely.Point(1, 2)), None])
    assert geometry_types(wkb[1:3]).tolist() == [3, 1]
    assert shapely.get_type_id(read_wkb(wkb[2:])).tolist() == [0, -1]
    assert len(read_wkb(wkb[:0])) == 0


def test_an_open_ring_is_closed_and_nothing_else_is_mended() -> None:
    crossing = ring((0, 0), (1, 1), (1, 0), (0, 1))
    opened, crossed, spike = read_wkb(
        pa.array([ring((0, 0), (1, 0), (1, 1), (0, 1)), crossing, ring((0, 0), (1, 1))])
    )
    assert opened.equals(SQUARE)
    assert not crossed.is_valid
    assert not spike.is_valid
    assert shapely.get_coordinates(crossed)[:4].tolist() == [[0, 0], [1, 1], [1, 0], [0, 1]]


@pytest.mark.shared_data
@pytest.mark.parametrize(("name", "kind"), [("curve", 9), ("curvepolygon", 10), ("multisurface", 12)])
def test_curves_are_seen_where_they_are(shared_data: Path, name: str, kind: int) -> None:
    path = shared_data / "cases" / "gpkg_pyogrio" / f"{name}.gpkg"
    source = source_of(path)
    layer = source.probe(path, None)[0]
    (batch,) = source.read(path, layer, [])
    assert geometry_types(batch.column(GEOMETRY)).tolist() == [kind]
    (shape,) = read_wkb(batch.column(GEOMETRY))
    assert shape.geom_type == "GeometryCollection"
    west, south, east, north = shape.bounds
    assert (-180 < west == east < 0, 0 < south == north < 90) == (True, True)


@given(st.lists(st.none() | st.binary(max_size=80), max_size=20))
def test_no_bytes_break_it(written: list[bytes | None]) -> None:
    read = read_wkb(pa.array(written, pa.binary()))
    assert (shapely.is_missing(read) == np.array([item is None for item in written], dtype=bool)).all()


@given(st.integers(0, 255), st.integers(0, 2**32 - 1), st.integers(0, 10), st.binary(max_size=64))
def test_no_header_breaks_it(order: int, kind: int, count: int, rest: bytes) -> None:
    wkb = struct.pack("<BII", order, kind, count) + rest
    assert read_wkb(pa.array([wkb]))[0] is not None
