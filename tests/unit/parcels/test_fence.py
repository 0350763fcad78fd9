"""A call over whole arrays survives what is refused of one row."""

import numpy as np
import shapely

from parcels.fence import each_row


def test_what_is_refused_of_one_row_costs_only_that_row() -> None:
    asked: list[int] = []

    def call(rows: np.ndarray, beside: np.ndarray) -> np.ndarray:
        asked.append(len(rows))
        if np.isin(rows, (3, 700)).any():
            raise shapely.GEOSException("no")
        return rows + beside

    rows = np.arange(1000)
    found = each_row(call, rows, rows, refused=-1)
    assert found.tolist() == [-1 if row in (3, 700) else 2 * row for row in range(1000)]
    assert len(asked) < 50  # halves, not rows


def test_a_call_that_is_refused_nothing_is_made_once() -> None:
    asked: list[int] = []

    def call(rows: np.ndarray) -> np.ndarray:
        asked.append(len(rows))
        return rows

    each_row(call, np.arange(9))
    each_row(call, np.arange(0))
    assert asked == [9, 0]


def test_geos_itself() -> None:
    nan = shapely.polygons([(0, 0), (9, 0), (np.nan, 9), (0, 9)])
    bow_tie = shapely.Polygon([(0, 0), (9, 9), (9, 0), (0, 9)])
    found = each_row(shapely.make_valid, np.array([bow_tie, nan, bow_tie]))
    assert [shape is None for shape in found] == [False, True, False]
