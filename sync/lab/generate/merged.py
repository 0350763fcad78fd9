"""Merged communes whose sheets are still those of the old ones, in labelled nations: no fault.

Each old commune numbers its sheets from 1, so that one sheet and number of the commune is up to three parcels; the delivery
says which old commune a row is of.
"""

from collections.abc import Collection
from functools import cache

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from parcels.admin_units import conversion_candidates
from sync.lab.generate.province import ProvinceBatch
from sync.lab.generate.spoil import put

OLD = "old_commune_code"
_MOST = 3  # old communes of one


@cache
def old_communes_of(code: str) -> tuple[str, ...]:
    """The old communes that a commune was made of, or parts of which it has."""
    pairs = conversion_candidates()
    return tuple(pairs.filter(pc.equal(pairs["new_code"], code))["old_code"].to_pylist())


def keep_old_sheets(batch: ProvinceBatch, merged: Collection[str]) -> None:
    """Number the sheets of these communes by old commune, each from 1."""
    for k, territory in enumerate(batch.delivery.territories):
        if territory.commune.code not in merged:
            continue
        if OLD not in batch.columns:
            batch.columns[OLD] = pa.nulls(len(batch), pa.string())
        rows = np.flatnonzero(batch.commune == k)
        sheet = np.asarray(batch.columns["sheet_no"].take(pa.array(rows)).cast(pa.int64()))
        old = old_communes_of(territory.commune.code)[:_MOST]
        each = -(-int(sheet.max()) // len(old))  # sheets of an old commune, the last may have fewer
        put(batch, OLD, rows, pa.array(old).take(pa.array((sheet - 1) // each)))
        put(batch, "sheet_no", rows, pa.array((sheet - 1) % each + 1).cast(pa.string()))
