"""One dataset of a snapshot with its geometries in all three forms."""

from pathlib import Path
from typing import Any

import numpy as np
import shapely
from numpy.typing import NDArray

from parcels.geometry import canonical_form
from parcels.model import Dataset
from parcels.wkb import read_wkb
from sync.folder.snapshot import part_paths, read_part


class Rounded:
    """What delivered geometries are on the 0.1 mm grid, normalised: worked out for the rows that are asked for."""

    def __init__(self, delivered: NDArray[np.object_], srids: NDArray[np.int32]) -> None:
        """Of geometries (n,), each in its CRS."""
        self._delivered, self._srids = delivered, srids

    def __len__(self) -> int:
        """How many rows there are."""
        return len(self._delivered)

    def __getitem__(self, rows: Any) -> NDArray[np.object_]:
        """The geometries of these rows."""
        delivered, srids = self._delivered[rows], self._srids[rows]
        rounded = np.full(len(delivered), None, dtype=object)
        for srid in np.unique(srids):
            chosen = srids == srid
            rounded[chosen] = canonical_form(delivered[chosen], int(srid))
        return rounded


def read_dataset(province: str, code: str, path: Path) -> Dataset:
    """The dataset of a commune (or `-`) from its part of the snapshot."""
    table = read_part(path).combine_chunks()
    delivered = read_wkb(table.column("source_wkb").combine_chunks())
    rounded = Rounded(delivered, np.asarray(table.column("source_srid"), dtype=np.int32))
    stored = shapely.from_wkb(np.asarray(table.column("geom").to_numpy(), dtype=object))
    return Dataset(province, code, table, delivered, rounded, np.asarray(stored, dtype=object))


def load_dataset(run_dir: Path, province: str, commune: str) -> Dataset:
    """One dataset of a run's snapshot, with its geometries in all three forms."""
    return read_dataset(province, commune, part_paths(run_dir)[commune])
