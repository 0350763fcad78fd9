"""Arrow columns as one array, whichever way they come."""

import pyarrow as pa


def one_array(values: pa.Array | pa.ChunkedArray) -> pa.Array:
    """The values as one array; an array is returned as it is."""
    return values.combine_chunks() if isinstance(values, pa.ChunkedArray) else values
