"""One dataset of a snapshot with its geometries in all three forms."""

from pathlib import Path

import numpy as np
import shapely

from parcels.geometry import normalise, round_to_grid
from parcels.model import Dataset
from parcels.wkb import read_wkb
from sync.conform.snapshot import read_part


def read_dataset(province: str, code: str, path: Path) -> Dataset:
    """The dataset of a commune (or `-`) from its part of the snapshot."""
    table = read_part(path)
    delivered = read_wkb(table.column("source_wkb").combine_chunks())
    rounded = np.full(len(delivered), None, dtype=object)
    srids = np.asarray(table.column("source_srid"), dtype=np.int32)
    for srid in np.unique(srids):
        chosen = srids == srid
        rounded[chosen] = normalise(round_to_grid(delivered[chosen], int(srid)))
    stored = shapely.from_wkb(np.asarray(table.column("geom").to_numpy(), dtype=object))
    return Dataset(province, code, table, delivered, rounded, np.asarray(stored, dtype=object))
