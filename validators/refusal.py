"""The last fence around judging: what GEOS refuses of one row is that row's fault (docs/adr/0147).

Nothing is known that comes so far: what is unfit is told before (`validators.shape`), and calls that look at rows alone have
a fence of their own (`parcels.fence`). A dataset at which some check raises all the same is judged again without the row
that makes it raise, which is quarantined.
"""

from collections.abc import Callable
from dataclasses import dataclass, replace
from typing import Any, TypeVar

import numpy as np
import shapely
from numpy.typing import NDArray

from parcels.model import Dataset, Forms
from parcels.validity import is_valid

T = TypeVar("T")
Mask = NDArray[np.bool_]


def without_refused(work: Callable[[Dataset], T], dataset: Dataset) -> T:
    """What `work` makes of a dataset; of one at which GEOS raises, without the shapes of the rows that make it raise.

    Raises GEOSException where it is no row of the dataset.
    """
    try:
        return work(dataset)
    except shapely.GEOSException:
        if dataset.refused is not None and dataset.refused.all():
            raise
    culprit = _culprit(work, dataset)
    return without_refused(work, _without(dataset, np.arange(len(dataset)) == culprit))


def _culprit(work: Callable[[Dataset], object], dataset: Dataset) -> int:
    """The row without which those before it raise nothing; of a pair that raises together, the invalid one."""
    order = np.argsort(~is_valid(dataset.delivered), kind="stable")
    good, bad = 0, len(order)  # so many rows raise nothing, so many do
    while bad - good > 1:
        some = (good + bad) // 2
        left_out = np.ones(len(order), dtype=bool)
        left_out[order[:some]] = False
        try:
            work(_without(dataset, left_out))
        except shapely.GEOSException:
            bad = some
        else:
            good = some
    return int(order[bad - 1])


def _without(dataset: Dataset, rows: Mask) -> Dataset:
    """The dataset without the shapes of these rows."""
    refused = rows if dataset.refused is None else rows | dataset.refused
    return replace(
        dataset,
        delivered=_blanked(dataset.delivered, refused),
        rounded=_Without(dataset.rounded, refused),
        stored=_blanked(dataset.stored, refused),
        refused=refused,
    )


@dataclass(frozen=True, slots=True)
class _Without:
    """Geometries of a dataset, None for some of its rows."""

    forms: Forms
    refused: Mask

    def __len__(self) -> int:
        return len(self.forms)

    def __getitem__(self, rows: Any) -> NDArray[np.object_]:
        return _blanked(self.forms[rows], self.refused[rows])


def _blanked(shapes: NDArray[np.object_], rows: Mask) -> NDArray[np.object_]:
    left = shapes.copy()
    left[rows] = None
    return left
