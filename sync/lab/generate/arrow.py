"""Making Arrow columns from NumPy arrays, all rows at once."""

from datetime import date

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
from numpy.typing import NDArray

Integers = NDArray[np.int64]
Columns = dict[str, pa.Array]  # by canonical name


def digits(values: Integers, width: int) -> pa.Array:
    """Whole numbers as text with leading zeros."""
    return pc.utf8_lpad(pa.array(values).cast(pa.string()), width, "0")


def join(*parts: pa.Array | str, between: str = "") -> pa.Array:
    """Text put together row by row; NULL where a part is."""
    return pc.binary_join_element_wise(*parts, between, null_handling="emit_null")


def pick(words: tuple[str, ...] | list[str], index: Integers) -> pa.Array:
    """One of a few words per row."""
    return pa.array(words, pa.string()).take(pa.array(index))


def decimal(tenths: Integers) -> pa.Array:
    """Tenths as text with one decimal."""
    return join(pa.array(tenths // 10).cast(pa.string()), digits(tenths % 10, 1), between=".")


def days(rng: np.random.Generator, first: date, last: date, size: int) -> NDArray[np.datetime64]:
    """Random days of a period, both ends included."""
    span = (last - first).days
    return np.datetime64(first) + rng.integers(0, span + 1, size=size).astype("timedelta64[D]")
