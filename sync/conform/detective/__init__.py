"""The CRS detective: what each dataset's coordinates are in, told from the coordinates themselves.

A dataset is what one part of a delivery holds of one commune: two datasets of a delivery may be in two systems.
`sample` keeps what is needed of it, `decide` weighs it, `words` and `reasons` say it.
"""

from collections.abc import Iterator, Mapping
from datetime import date
from typing import TYPE_CHECKING

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
from numpy.typing import NDArray

from parcels import admin_units
from parcels.crs_hypotheses import declared
from sync.conform.detective.decide import decide
from sync.conform.detective.reasons import reason_of
from sync.conform.detective.sample import CrsSample
from sync.conform.detective.verdict import CrsVerdict
from sync.conform.shapes import Shapes
from validators.policy import CrsRules

if TYPE_CHECKING:
    from sync.conform.parts import ReadPart

__all__ = ["Detective", "reason_of"]


class Detective:
    """Watches the rows of a delivery go by, and says at the end which datasets must wait."""

    def __init__(self, as_of: date, rules: CrsRules) -> None:
        self._as_of = as_of
        self._rules = rules
        self._samples: dict[tuple[str, int], CrsSample] = {}

    def add(
        self,
        commune: str,
        part_no: int,
        shapes: Shapes,
        columns: Mapping[str, pa.Array],
        rows: NDArray[np.int64],
    ) -> None:
        """The rows of a batch that belong to a commune; canonical `columns` and `shapes` of the whole batch."""
        if admin_units.commune(commune, self._as_of) is None:
            return
        key = commune, part_no
        if key not in self._samples:
            self._samples[key] = CrsSample(self._rules.sample, float(self._rules.area_window))
        stated = pc.cast(columns["area_legal_m2"], pa.float64()).to_numpy(zero_copy_only=False)
        self._samples[key].add(
            shapes.delivered_bounds[rows],
            shapes.planar[rows],
            columns["national_id"].take(pa.array(rows)),
            np.asarray(stated, dtype=np.float64)[rows],
        )

    def verdicts(
        self, parts: Mapping[int, "ReadPart"]
    ) -> Iterator[tuple[str, "ReadPart", CrsVerdict | None]]:
        """Every dataset in order of commune and part, with what was found about it."""
        for (code, part_no), sample in sorted(self._samples.items()):
            commune, part = admin_units.commune(code, self._as_of), parts[part_no]
            if commune is not None:
                yield code, part, decide(sample, commune, declared(part.epsg), self._rules)
