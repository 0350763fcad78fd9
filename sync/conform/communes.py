"""Which commune each row belongs to: by its code as delivered, or converted from the codes of before 1 July 2025."""

from collections import Counter
from dataclasses import dataclass, field

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
from numpy.typing import NDArray

from parcels import admin_units
from parcels.model import UNKNOWN_COMMUNE
from sync.fetch import DeliveryRecord
from sync.profile import Profile

_FOREIGN_CODE = r"^[0-9A-Za-z][0-9A-Za-z_]{0,31}$"  # it becomes a file name


@dataclass(slots=True)
class CommuneFinder:
    """Assigns rows to communes; counts what became of old codes over all batches."""

    record: DeliveryRecord
    profile: Profile
    converted: Counter[str] = field(default_factory=Counter)

    def assign(
        self,
        columns: dict[str, pa.Array],
        place: NDArray[np.float64],  # noqa: ARG002 - boundaries decide where codes do not
    ) -> tuple[dict[str, pa.Array], pa.Array]:
        """The columns with today's commune codes, and the dataset of each row.

        place  (n, 2) a point of each parcel, WGS 84 degrees; NaN where it has none

        The dataset is the row's commune when that is one of this province on the day, else `-`.
        """
        if self.profile.foreign:
            codes = columns["commune_code"]
            mine = pc.match_substring_regex(codes, _FOREIGN_CODE)
        else:
            columns, decided = self._current_codes(columns)
            codes = columns["commune_code"]
            distinct = codes.dictionary_encode()
            states = admin_units.classify_codes(distinct.dictionary, self.record.province, self.record.as_of)
            mine = pc.and_(pa.array(states == "known").take(distinct.indices), decided)
        conversion = {
            name: pa.nulls(len(codes), pa.string())
            for name in ("delivered_commune_code", "delivered_sheet_no", "commune_decided_by")
        }
        return conversion | columns, pc.if_else(pc.fill_null(mine, False), codes, UNKNOWN_COMMUNE)

    def _current_codes(self, columns: dict[str, pa.Array]) -> tuple[dict[str, pa.Array], pa.Array]:
        """Codes converted where the delivery has old ones, and for which rows that decided the commune.

        An old commune that went whole into one new one converts. A divided one keeps its old code and belongs
        to no commune until its geometry or its sheet decides: its five digits may name another territory
        today. Sheets of an absorbed commune are numbered again from 1: without a map set, its old code is
        the map set.
        """
        old = columns["commune_code"]
        if self.record.commune_codes != "old":
            return columns, pa.repeat(pa.scalar(True), len(old))
        new, how = admin_units.convert_codes(old)
        kinds, rows = np.unique(how.astype(str), return_counts=True)
        self.converted.update(dict(zip(kinds.tolist(), rows.tolist(), strict=True)))
        absorbed = pc.fill_null(pc.not_equal(old, new), False)
        map_set = pc.if_else(absorbed, pc.coalesce(columns["map_set"], old), columns["map_set"])
        return columns | {"commune_code": pc.coalesce(new, old), "map_set": map_set}, pa.array(how == "whole")
