"""What the nation knows, made in code: `sync.known.Known` over tables in memory, and live parcels of deliveries."""

from collections.abc import Collection
from dataclasses import dataclass, field

import numpy as np
import pyarrow as pa
from numpy.typing import NDArray

from parcels.geometry import to_wkb
from parcels.model import Dataset
from sync.known.context.near import in_order, touching
from validators.identity.handles import KEY_COLUMNS
from validators.live import CLAIMS_SCHEMA, EXPECTED_SCHEMA, LIVE_SCHEMA, RETIRED_SCHEMA, WAITING_SCHEMA


def live(dataset: Dataset) -> pa.Table:
    """LIVE_SCHEMA: a dataset as it is live once it was loaded."""
    n = len(dataset)
    columns = {
        "province_code": pa.repeat(dataset.province_code, n),
        "commune_code": pa.repeat(dataset.commune_code, n),
        **{name: dataset.column(name) for name in (*KEY_COLUMNS, "land_use", "area_m2")},
        "parcel_uid": pa.array([f"{dataset.commune_code}-{row:06d}" for row in range(n)]),
        "geom": pa.array(to_wkb(dataset.stored), pa.binary()),
    }
    return pa.table([columns[field.name] for field in LIVE_SCHEMA], schema=LIVE_SCHEMA)


def claims_table(*held: tuple[str, str]) -> pa.Table:
    """CLAIMS_SCHEMA: (id, province)."""
    rows = [{"national_id": national_id, "province_code": province} for national_id, province in held]
    return pa.Table.from_pylist(rows, schema=CLAIMS_SCHEMA)


@dataclass
class KnownTables:
    """What is known, by commune."""

    live_of: dict[str, pa.Table] = field(default_factory=dict)
    ended: dict[str, pa.Table] = field(default_factory=dict)
    held: pa.Table = field(default_factory=CLAIMS_SCHEMA.empty_table)
    users: pa.Table | None = None
    accepted: pa.Array = field(default_factory=lambda: pa.array([], pa.string()))

    def claims(self, wanted: pa.Table) -> pa.Table:  # noqa: ARG002 - answers all
        """All of them: the validators take what concerns the delivery."""
        return self.held

    def live(self, commune_code: str) -> pa.Table:
        """The live parcels of the commune."""
        return self.live_of.get(commune_code, LIVE_SCHEMA.empty_table())

    def live_for(self, few: pa.Table) -> pa.Table:
        """Everything of these communes: more than matters changes nothing."""
        codes = few["commune_code"].unique().to_pylist()
        return pa.concat_tables([LIVE_SCHEMA.empty_table(), *(self.live(code) for code in codes)])

    def retired(self, commune_code: str) -> pa.Table:
        """The handles that ended."""
        return self.ended.get(commune_code, RETIRED_SCHEMA.empty_table())

    def waiting(self, commune_code: str) -> pa.Table:  # noqa: ARG002 - none
        """No refused row waits."""
        return WAITING_SCHEMA.empty_table()

    def near(self, commune_code: str, boxes: NDArray[np.float64], replaced: Collection[str] = ()) -> pa.Table:
        """Live parcels of the other communes that touch a box."""
        left_out = {commune_code, *replaced}
        others = [touching(table, boxes) for code, table in self.live_of.items() if code not in left_out]
        return in_order(pa.concat_tables([LIVE_SCHEMA.empty_table(), *others]))

    def authentication(self) -> pa.Table | None:
        """As given."""
        return self.users

    def excused(self) -> pa.Array:
        """As given."""
        return self.accepted

    def expected(self) -> pa.Table:
        """Nothing is expected."""
        return EXPECTED_SCHEMA.empty_table()

    def told_of_communes(self) -> pa.Array:
        """Nothing was told of a commune before."""
        return pa.array([], pa.string())
