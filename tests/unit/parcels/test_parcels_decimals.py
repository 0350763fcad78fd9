"""decimal(18, 4) to and from NumPy."""

from decimal import Decimal

import numpy as np
import pyarrow as pa
from hypothesis import given
from hypothesis import strategies as st

from parcels import decimals

DECIMALS = st.decimals(Decimal("-99999999999999.9999"), Decimal("99999999999999.9999"), places=4)


@given(st.lists(st.none() | DECIMALS, max_size=10), st.integers(0, 3))
def test_whole_numbers_and_back(values: list[Decimal | None], start: int) -> None:
    array = pa.array(values, decimals.DECIMAL).slice(start)
    whole = decimals.whole_numbers(array)
    assert whole.to_pylist() == [None if value is None else int(value.scaleb(4)) for value in values[start:]]
    missing = np.array([value is None for value in values[start:]], dtype=bool)
    numbers = np.array(whole.fill_null(0).to_pylist(), dtype=np.int64)
    assert decimals.from_whole_numbers(numbers, missing).equals(array)


def test_numbers_are_rounded_to_four_places_and_what_is_no_number_is_null() -> None:
    values = np.array([1.00004, 1.00006, -0.00004, np.nan, np.inf, -np.inf, 1e14, 12345678901.25])
    assert decimals.from_floats(values).to_pylist() == [
        Decimal("1.0000"),
        Decimal("1.0001"),
        Decimal("0.0000"),
        None,
        None,
        None,
        None,
        Decimal("12345678901.2500"),
    ]
    assert decimals.from_floats(np.array([])).to_pylist() == []


@given(st.lists(st.floats(-1e9, 1e9), max_size=10))
def test_a_number_is_at_most_half_a_place_away(values: list[float]) -> None:
    found = decimals.from_floats(np.array(values, dtype=np.float64)).to_pylist()
    assert all(
        abs(Decimal(value) - decimal) <= Decimal("0.00005000001")
        for value, decimal in zip(values, found, strict=True)
    )
