"""Arrow columns as one array, whichever way they come."""

from collections.abc import Iterable
from typing import TypeAlias

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
from numpy.typing import NDArray

Values: TypeAlias = pa.Array | pa.ChunkedArray


def one_array(values: Values) -> pa.Array:
    """The values as one array; an array is returned as it is."""
    return values.combine_chunks() if isinstance(values, pa.ChunkedArray) else values


def any_of(lists: pa.ListArray, wanted: Iterable[str]) -> NDArray[np.bool_]:
    """(n,) whether a list holds one of the wanted texts."""
    hit = pc.is_in(lists.flatten(), value_set=pa.array(sorted(wanted), pa.string()))
    found = np.zeros(len(lists), dtype=bool)
    found[np.asarray(pc.list_parent_indices(lists))[np.asarray(hit.to_numpy(zero_copy_only=False))]] = True
    return found


def count_values(column: pa.ChunkedArray) -> dict[str, int]:
    """How often each text occurs, in the order of the texts."""
    counts = pc.value_counts(column)
    return dict(
        sorted(zip(counts.field("values").to_pylist(), counts.field("counts").to_pylist(), strict=True))
    )
