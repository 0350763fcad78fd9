"""Arrow columns as one array, whichever way they come."""

from typing import TypeAlias

import pyarrow as pa
import pyarrow.compute as pc

Values: TypeAlias = pa.Array | pa.ChunkedArray


def one_array(values: Values) -> pa.Array:
    """The values as one array; an array is returned as it is."""
    return values.combine_chunks() if isinstance(values, pa.ChunkedArray) else values


def count_values(column: pa.ChunkedArray) -> dict[str, int]:
    """How often each text occurs, in the order of the texts."""
    counts = pc.value_counts(column)
    return dict(
        sorted(zip(counts.field("values").to_pylist(), counts.field("counts").to_pylist(), strict=True))
    )
