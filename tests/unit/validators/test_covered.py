"""Asking cells first gives what asking about every shape gives."""

import numpy as np
import pytest
import shapely
from hypothesis import given, settings
from hypothesis import strategies as st

from validators.covered import covered_by

OUTLINES = {
    "box": shapely.box(0, 0, 64, 64),
    "ring": shapely.Point(32, 32).buffer(32).difference(shapely.Point(32, 32).buffer(9)),
    "parts": shapely.union_all([shapely.box(0, 0, 20, 64), shapely.box(40, 0, 64, 30)]),
    "turned": shapely.affinity.rotate(shapely.box(5, 5, 50, 60), 33),
}


@pytest.mark.parametrize("name", OUTLINES)
@settings(max_examples=25, deadline=None)
@given(
    seed=st.integers(0, 2**32 - 1),
    size=st.sampled_from([0.0, 0.001, 0.5, 2.0, 5.0, 30.0]),
    whole=st.booleans(),
)
def test_cells_say_what_covers_says(name: str, seed: int, size: float, whole: bool) -> None:
    random = np.random.default_rng(seed)
    corner = random.uniform(-8, 70, (3000, 2))
    if whole:  # edges of shapes on edges of cells and of the outline
        corner = np.floor(corner)
    shapes = np.asarray(shapely.box(*corner.T, *(corner + size).T), dtype=object)
    shapes[::97] = None
    shapes[1::97] = shapely.Polygon()
    said = covered_by(OUTLINES[name], shapes)
    assert said.tolist() == shapely.covers(OUTLINES[name], shapes).tolist()


def test_few_shapes_are_asked_about_one_by_one() -> None:
    shapes = np.array([shapely.box(1, 1, 2, 2), shapely.box(-1, 1, 2, 2), None], dtype=object)
    assert covered_by(OUTLINES["box"], shapes).tolist() == [True, False, False]
