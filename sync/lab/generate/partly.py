"""Communes of which only a part is delivered, in labelled nations: no fault, and nothing is missing because of it.

Every row that carries a kind of defect is delivered, and half of the others; the rest stays as it was live.
"""

from collections.abc import Collection
from dataclasses import replace

import numpy as np
import pyarrow as pa

from sync.lab.generate.nation import Purpose, stream
from sync.lab.generate.province import ProvinceBatch

_SHARE = 0.5  # of the rows that carry nothing


def delivered_part(seed: int, batch: ProvinceBatch, partial: Collection[str]) -> ProvinceBatch:
    """The rows that are delivered; all of them but for the `partial` communes, which are not complete."""
    codes = np.array([territory.commune.code for territory in batch.delivery.territories])
    mine = np.isin(codes, sorted(partial))
    if not mine.any():
        return batch
    rng = stream(seed, Purpose.PARTS, batch.delivery.province)
    kept = ~mine[batch.commune] | (batch.kind >= 0) | (rng.random(len(batch)) < _SHARE)
    rows = np.flatnonzero(kept)
    place = np.cumsum(kept) - 1
    part = replace(
        batch,
        part=batch.part[rows],
        commune=batch.commune[rows],
        geometry=batch.geometry[rows],
        columns={name: values.take(pa.array(rows)) for name, values in batch.columns.items()},
        wkb={int(place[row]): shape for row, shape in batch.wkb.items()},
        partial=frozenset(codes[mine].tolist()),
    )
    part.kind = batch.kind[rows]
    part.clean_geometry = batch.clean_geometry[rows]
    part.clean_columns = {name: values.take(pa.array(rows)) for name, values in batch.clean_columns.items()}
    first = batch.copied_from[rows]
    part.copied_from = np.where(first >= 0, place[first], -1)
    return part
