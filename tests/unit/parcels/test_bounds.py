"""What a shape may ask of the machine: rings made to hurt are told from those of a large parcel, before anything is done."""

import struct

import numpy as np
import pyarrow as pa
import pytest
import shapely

import parcels.bounds as module
from parcels.bounds import can_be_noded, crossed_too_often, placed, too_complex
from parcels.validity import made_valid
from parcels.wkb import TOO_LARGE, read_wkb, too_deep, too_long


def ring(xy: np.ndarray) -> np.ndarray:
    return np.array([shapely.polygons(xy)], dtype=object)


def circle(n: int) -> np.ndarray:
    angle = np.arange(n) * 2 * np.pi / n
    return np.column_stack((np.cos(angle), np.sin(angle))) * 1000


def star(n: int) -> np.ndarray:
    angle = np.arange(n) * np.pi * (n - 1) / n
    return np.column_stack((np.cos(angle), np.sin(angle))) * 100


TRIANGLE = np.array([(0.0, 0.0), (100.0, 0.0), (50.0, 80.0)])


def comb(n: int) -> np.ndarray:
    """Valid: a zigzag of long slanting teeth, whose boxes all lie over each other."""
    x = np.arange(n // 2) * 0.01
    teeth = np.empty((2 * len(x), 2))
    teeth[0::2], teeth[1::2] = np.column_stack((x, 0 * x)), np.column_stack((x + 1000.005, 0 * x + 1000))
    return np.vstack((teeth, [[teeth[-1, 0] + 5, 1000], [teeth[-2, 0] + 5, -5], [-5, -5]]))


@pytest.mark.parametrize(
    ("shape", "complex_", "noded"),
    [
        (circle(50_000), False, True),  # a large parcel
        (np.tile(circle(500), (2, 1)), False, True),  # an outline drawn twice
        (np.tile(TRIANGLE, (10_000, 1)), True, False),
        (np.tile(TRIANGLE, (1_000, 1)), False, False),
        (np.tile(TRIANGLE, (10, 1)), False, True),
        (star(301), False, False),
        (star(31), False, True),
        (comb(10_000), True, False),
    ],
)
def test_large_is_not_tangled(shape: np.ndarray, complex_: bool, noded: bool) -> None:
    assert too_complex(ring(shape)).tolist() == [complex_]
    assert can_be_noded(ring(shape)).tolist() == [noded]


def test_too_many_vertices_are_too_many(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(module, "MAX_VERTICES", 100)
    assert too_complex(np.concatenate((ring(circle(99)), ring(circle(101))))).tolist() == [False, True]


def test_what_is_too_tangled_has_no_valid_copy_and_the_others_have() -> None:
    bow_tie = ring(np.array([(0, 0), (9, 9), (9, 0), (0, 9)]))
    nan = ring(np.array([(0, 0), (9, 9), (np.nan, 0), (0, 9)]))
    far = ring(np.array([(0, 0), (1e200, 9), (9, 0), (0, 9)]))
    given = np.concatenate((bow_tie, ring(star(301)), nan, far, np.array([None]), bow_tie))
    for method in ("linework", "structure"):
        found = made_valid(given, method)
        assert shapely.is_missing(found).tolist() == [False, True, True, True, True, False]
        assert shapely.area(found[0]) == pytest.approx(40.5)


def lattice(n: int) -> np.ndarray:
    """Lines across and up that all cross."""
    at, far = np.arange(n) * 1.0, np.full(n, n * 1.0)
    across = np.stack((np.column_stack((0 * at, at)), np.column_stack((far, at))), axis=1)
    return shapely.linestrings(np.concatenate((across, across[:, :, ::-1])))


def test_lines_of_a_drawing_cross_only_so_often() -> None:
    assert not crossed_too_often(lattice(500))
    assert crossed_too_often(lattice(1_500))
    boundaries = shapely.boundary(
        shapely.box(*np.mgrid[0:150, 0:150].reshape(2, -1), *np.mgrid[1:151, 1:151].reshape(2, -1))
    )
    assert not crossed_too_often(np.concatenate((boundaries, boundaries)))


def test_a_place_is_finite_and_on_earth() -> None:
    coords = np.array([[1, 2], [np.nan, 2], [np.inf, 0], [1e9, -1e9], [1.1e9, 0], [0, -1e308]])
    assert placed(coords).tolist() == [True, False, False, True, False, False]


def nested(kind: int, depth: int) -> bytes:
    return b"".join(struct.pack("<BII", 1, kind, 1) for _ in range(depth)) + struct.pack(
        "<BIdd", 1, 1, 3.0, 4.0
    )


@pytest.mark.parametrize("kind", [4, 5, 6, 7, 9, 10, 11, 12])
@pytest.mark.parametrize("depth", [40, 2_000, 300_000])
def test_geometries_in_geometries_are_told_not_read(kind: int, depth: int) -> None:
    """At some ten thousand GEOS ends the process."""
    beside = shapely.to_wkb(shapely.box(0, 0, 1, 1))
    wkb = pa.array([beside, nested(kind, depth), None])
    read = read_wkb(wkb)
    assert shapely.get_type_id(read).tolist() == [3, 7, -1]
    assert shapely.get_num_coordinates(read).tolist() == [5, 1, 0]


def test_the_second_of_two_may_be_the_deep_one_and_flags_of_any_dialect_are_walked_over() -> None:
    flat = [
        shapely.to_wkb(shapely.set_srid(shapely.from_wkt(text), 9209), include_srid=srid, flavor=flavor, byte_order=order)
        for text in (
            "MULTIPOLYGON Z (((0 0 5, 1 0 5, 1 1 5, 0 0 5)), ((3 3 5, 4 3 5, 4 4 5, 3 3 5)))",
            "GEOMETRYCOLLECTION (POINT (0 0), LINESTRING (0 0, 1 1), POLYGON ((0 0, 1 0, 1 1, 0 0)), MULTIPOINT (1 1, 2 2))",
        )
        for srid, flavor, order in ((False, "iso", 0), (True, "extended", 1), (False, "extended", 0))
    ]  # fmt: skip
    deep = nested(7, 40)
    second = [struct.pack("<BII", 1, 7, 2) + first + deep for first in flat]
    assert too_deep(pa.array(flat)).tolist() == [False] * len(flat)
    assert too_deep(pa.array(second)).tolist() == [True] * len(flat)


def test_what_is_too_long_is_told_not_read(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("parcels.wkb.MAX_OCTETS", 200)
    long, short = shapely.to_wkb(ring(circle(30))[0]), shapely.to_wkb(ring(circle(8))[0])
    wkb = pa.array([long, short, None, TOO_LARGE])
    assert too_long(wkb).tolist() == [True, False, False, True]
    assert shapely.get_type_id(read_wkb(wkb)).tolist() == [7, 3, -1, 7]
    assert shapely.get_coordinates(read_wkb(wkb)[0]).tolist() == [[1000.0, 0.0]]  # where it begins
