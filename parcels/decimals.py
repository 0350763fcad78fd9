"""decimal(18, 4) columns to and from NumPy without a Python object per value."""

import numpy as np
import pyarrow as pa
from numpy.typing import NDArray

from parcels.columns import DECIMAL_PLACES
from parcels.model import ARROW_TYPES

DECIMAL = ARROW_TYPES["decimal"]
_UNIT = 10**DECIMAL_PLACES
_LIMIT = 10**18  # 18 digits fit the lower half of the 128 bits


def whole_numbers(values: pa.Array) -> pa.Array:
    """decimal(18, 4) as the whole number of 0.0001, int64; NULL stays NULL."""
    if len(values) == 0:
        return pa.array([], pa.int64())
    halves = np.frombuffer(values.buffers()[1], dtype="<i8")
    lower = halves[2 * values.offset : 2 * (values.offset + len(values)) : 2]
    return pa.array(lower, pa.int64(), mask=np.asarray(values.is_null()))


def from_whole_numbers(values: NDArray[np.int64], missing: NDArray[np.bool_]) -> pa.Array:
    """Whole numbers of 0.0001 as decimal(18, 4); NULL where missing or of more than 18 digits."""
    missing = missing | (np.abs(values) >= _LIMIT)
    kept = np.where(missing, 0, values).astype("<i8")
    halves = np.column_stack((kept, kept >> 63))  # lower and upper half, the sign carried on
    valid = np.packbits(~missing, bitorder="little")
    return pa.Decimal128Array.from_buffers(
        DECIMAL, len(kept), [pa.py_buffer(valid), pa.py_buffer(np.ascontiguousarray(halves))]
    )


def from_floats(values: NDArray[np.float64]) -> pa.Array:
    """Numbers rounded to four places as decimal(18, 4); NULL where not finite or too large."""
    scaled = np.rint(np.asarray(values, dtype=np.float64) * _UNIT)
    missing = ~(np.abs(scaled) < _LIMIT)  # NaN compares false
    return from_whole_numbers(np.where(missing, 0, scaled).astype(np.int64), missing)
