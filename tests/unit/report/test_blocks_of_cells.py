"""The cells of a picture are told as fewer rectangles: the same cells, each once."""

from itertools import product

import numpy as np
from hypothesis import given
from hypothesis import strategies as st

from sync.report.ground import _blocks

PLACES = st.sets(st.tuples(st.integers(0, 8), st.integers(0, 8)), min_size=1)


@given(PLACES)
def test_rectangles_cover_the_cells_and_nothing_twice(places: set[tuple[int, int]]) -> None:
    first, last = _blocks(np.array(sorted(places), np.int64))
    covered = [
        cell
        for (x0, y0), (x1, y1) in zip(first.tolist(), last.tolist(), strict=True)
        for cell in product(range(x0, x1 + 1), range(y0, y1 + 1))
    ]
    assert sorted(covered) == sorted(places)


def test_a_full_square_is_one() -> None:
    first, last = _blocks(np.array(list(product(range(5), range(7))), np.int64))
    assert (first.tolist(), last.tolist()) == ([[0, 0]], [[4, 6]])
