"""Arrow columns as one array, whichever way they come."""

from typing import TypeAlias

import pyarrow as pa

Values: TypeAlias = pa.Array | pa.ChunkedArray


def one_array(values: Values) -> pa.Array:
    """The values as one array; an array is returned as it is."""
    return values.combine_chunks() if isinstance(values, pa.ChunkedArray) else values
