"""A change set of a synthetic province: of all its parcels those that changed, and what happened to each.

Most changed hands. Every tenth has ended; and every tenth has ended and is registered anew under another object id,
with a new number on its sheet and no national id yet.
"""

from dataclasses import replace

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from sync.lab.generate.province import ProvinceBatch

_NEW_NUMBER = 100_000  # beyond any number of the fabric


def changed_rows(batch: ProvinceBatch) -> ProvinceBatch:
    """The rows of a change set, part by part, in the order of the full delivery; `action` beside their columns."""
    changed = np.flatnonzero(np.asarray(pc.equal(batch.columns["source_version"], "2")))
    place = np.arange(len(changed)) % 10
    copies = np.where(place == 1, 2, 1)
    rows = np.repeat(changed, copies)
    again = np.concatenate(([False], rows[1:] == rows[:-1])) if len(rows) else np.zeros(0, dtype=bool)
    ended = np.repeat(place < 2, copies) & ~again
    action = np.where(ended, "end", np.where(again, "insert", "update"))
    columns = {name: values.take(pa.array(rows)) for name, values in batch.columns.items()}
    anew = pa.array(again)
    columns["action"] = pa.array(action, pa.string())
    columns["source_key"] = pc.if_else(
        anew, pc.binary_join_element_wise(columns["source_key"], "-2", ""), columns["source_key"]
    )
    columns["source_version"] = pc.if_else(anew, "1", columns["source_version"])
    columns["national_id"] = pc.if_else(anew, pa.scalar(None, pa.string()), columns["national_id"])
    number = pc.add(columns["parcel_no"].cast(pa.int64()), _NEW_NUMBER).cast(pa.string())
    columns["parcel_no"] = pc.if_else(anew, number, columns["parcel_no"])
    subset = replace(
        batch,
        part=batch.part[rows],
        commune=batch.commune[rows],
        geometry=batch.geometry[rows],
        columns=columns,
    )
    subset.kind = batch.kind[rows]
    return subset
