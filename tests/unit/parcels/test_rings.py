"""Rings that cover nothing, and polygons that the grid would break."""

import numpy as np
import pytest
import shapely
from hypothesis import assume, given, settings
from hypothesis import strategies as st

from parcels import crs, geometry
from parcels.rings import hollow, ring_counts, without_hollow
from tests.conftest import counts

ZONE = 9209
X, Y = 445_000.0, 2_528_000.0
GRID = 0.0001
SHELL = "(0 0, 9 0, 9 9, 0 9, 0 0)"


def shapes(*texts: str) -> np.ndarray:
    return np.array([None if text is None else shapely.from_wkt(text) for text in texts], dtype=object)


@pytest.mark.parametrize(
    ("text", "rings", "is_hollow", "left"),
    [
        (f"POLYGON ({SHELL})", 1, False, f"POLYGON ({SHELL})"),
        (f"POLYGON ({SHELL}, EMPTY)", 2, True, f"MULTIPOLYGON (({SHELL}))"),
        (f"MULTIPOLYGON (({SHELL}), EMPTY)", 2, True, f"MULTIPOLYGON (({SHELL}))"),
        (f"POLYGON ({SHELL}, (2 2, 2 2, 2 2, 2 2))", 2, False, f"MULTIPOLYGON (({SHELL}))"),
        (f"MULTIPOLYGON (({SHELL}), ((3 3, 3 3, 3 3, 3 3)))", 2, False, f"MULTIPOLYGON (({SHELL}))"),
        ("POLYGON ((3 3, 3 3, 3 3, 3 3))", 1, False, None),
        ("MULTIPOLYGON (((3 3, 3 3, 3 3, 3 3)))", 1, False, None),
        ("MULTIPOLYGON (((3 3, 3 3, 3 3, 3 3), (3 3, 4 3, 4 4, 3 3)))", 2, False, None),  # a part goes with its shell
        ("POLYGON EMPTY", 1, False, "POLYGON EMPTY"),
        ("POINT (3 3)", 0, False, "POINT (3 3)"),
    ],
)  # fmt: skip
def test_what_is_left_of_a_shape(text: str, rings: int, is_hollow: bool, left: str | None) -> None:
    shape = shapes(text)
    assert ring_counts(shape).tolist() == [rings]
    assert hollow(shape).tolist() == [is_hollow]
    (found,) = without_hollow(shape)
    assert (found is None) if left is None else (found.wkt == left)


def test_each_of_many_is_looked_at_by_itself() -> None:
    many = shapes(
        f"POLYGON ({SHELL}, EMPTY)", f"MULTIPOLYGON (({SHELL}), EMPTY, ({SHELL}))", None, f"POLYGON ({SHELL})"
    )
    assert hollow(many).tolist() == [True, True, False, False]
    assert ring_counts(without_hollow(many)).tolist() == [1, 2, 0, 1]


def at(*ring: tuple[float, float], holes: tuple[tuple[tuple[float, float], ...], ...] = ()) -> np.ndarray:
    return np.array([shapely.Polygon(np.add(ring, (X, Y)), [np.add(hole, (X, Y)) for hole in holes])])


NOTCHED = at(
    (0, 0), (20, 0), (20, 20), (10.00004, 20), (10.00004, 0.00004), (9.99996, 0.00004), (9.99996, 20), (0, 20)
)
# The hole's corner lies 0.013 mm inside the sloping side, and would come to lie outside.
TOUCHED = at((0, 0), (30, 0), (30, 10.0005), (0, 10), holes=(((5, 2), (17, 10.00027), (25, 2)),))
TORN = at((0, 0), (10, 0), (10, 10), (5, 0.00003), (0, 10))  # nearly in two


@pytest.mark.parametrize("shape", [NOTCHED, TOUCHED, TORN], ids=["notch", "touching hole", "neck"])
def test_a_valid_polygon_is_valid_on_the_grid_and_as_stored(shape: np.ndarray) -> None:
    assert shapely.is_valid(shape).all()
    assert not shapely.is_valid(geometry.round_to_grid(shape, ZONE)).any()  # otherwise nothing is shown
    canonical = geometry.canonical_form(shape, ZONE)
    stored = geometry.to_stored(shape, ZONE)
    assert shapely.is_valid(canonical).all()
    assert shapely.is_valid(stored).all()
    assert geometry.off_grid(canonical, ZONE).tolist() == [False]
    assert (shapely.get_precision(canonical) == 0).all()
    assert abs(shapely.area(canonical) - shapely.area(shape)) < shapely.length(shape) * GRID
    assert geometry.to_wkb(geometry.canonical_form(canonical, ZONE)) == geometry.to_wkb(canonical)


def test_a_ring_that_the_grid_takes_away_is_not_hidden_by_it() -> None:
    speck = at((0, 0), (20, 0), (20, 20), (0, 20), holes=(((5, 5), (5.00002, 5), (5, 5.00002)),))
    assert shapely.is_valid(speck).all()
    assert ring_counts(geometry.canonical_form(speck, ZONE)).tolist() == [1]


@settings(max_examples=counts(150))
@given(st.integers(0, 2**32 - 1))
def test_whatever_is_valid_and_loses_no_ring_stays_valid(seed: int) -> None:
    """Rings with vertices a hair beside their own edges: what rounding coordinate by coordinate breaks now and then."""
    random = np.random.default_rng(seed)
    n = int(random.integers(5, 14))
    angle = np.sort(random.uniform(0, 2 * np.pi, n))
    ring = np.column_stack((np.cos(angle), np.sin(angle))) * random.uniform(3, 12, (n, 1)) + (X, Y)
    a, b, c = random.choice(n, 3, replace=False)
    share, off = random.uniform(0, 1), random.uniform(-6e-5, 6e-5, 2)
    ring[c] = ring[a] + (ring[b] - ring[a]) * share + off
    shape = np.array([shapely.Polygon(ring)])
    assume(shape[0].is_valid and shape[0].area > 1)
    for form in (geometry.canonical_form(shape, ZONE), geometry.to_stored(shape, ZONE)):
        assert shapely.is_valid(form).all()
    back = shapely.transform(
        geometry.to_stored(shape, ZONE), lambda coords: crs.from_vn2000_geographic(coords, ZONE)
    )
    assert shapely.area(shapely.symmetric_difference(back, shape)) < shapely.length(shape) * 3 * GRID


def test_no_coordinate_breaks_the_way_to_what_is_stored() -> None:
    with np.errstate(invalid="ignore", over="ignore"):
        for strange in (np.nan, np.inf, -np.inf, 1e9 + 1, 1e17, 1e308, 1e-300, -1e308):
            shape = shapely.transform(
                np.array([shapely.box(X, Y, X + 9, Y + 9)]),
                lambda xy, s=strange: np.where(xy == Y + 9, s, xy),
            )
            canonical = geometry.canonical_form(shape, ZONE)
            assert (canonical[0] is None) == (strange != 1e-300)
            geometry.to_stored(shape, ZONE)
