"""What a value said before it was changed, kept beside the row: maps of column → text, sparse."""

import numpy as np
import pyarrow as pa
from numpy.typing import NDArray

KEPT_TYPE = pa.map_(pa.string(), pa.string())


def kept_texts(columns: dict[str, tuple[pa.Array, NDArray[np.bool_]]], rows: int) -> pa.Array:
    """(rows,) maps of column → text, of the values that are marked; NULL where none is."""
    if not columns:
        return pa.nulls(rows, KEPT_TYPE)
    of_row = np.concatenate([np.flatnonzero(changed) for _, changed in columns.values()])
    order = pa.array(np.argsort(of_row, kind="stable"))
    keys = pa.concat_arrays(
        [pa.repeat(pa.scalar(name), int(changed.sum())) for name, (_, changed) in columns.items()]
    )
    items = pa.concat_arrays([values.filter(pa.array(changed)) for values, changed in columns.values()])
    counts = np.bincount(of_row, minlength=rows)
    offsets = np.concatenate(([0], np.cumsum(counts))).astype(np.int32)
    return pa.MapArray.from_arrays(
        pa.array(offsets, mask=np.append(counts == 0, False)), keys.take(order), items.take(order), KEPT_TYPE
    )
