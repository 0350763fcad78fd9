"""The live parcels that each commune is judged beside: all of a commune that comes whole, of a change set those that matter to its rows, where these are few."""

from collections.abc import Callable, Mapping
from pathlib import Path

import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.parquet as pq

from parcels.model import UNKNOWN_COMMUNE
from sync.folder.delivery import DeliveryRecord
from sync.folder.snapshot import PartTables
from sync.known import Known
from validators.few import few_of, widest
from validators.identity.handles import KEY_COLUMNS
from validators.live import FEW_SCHEMA
from validators.policy import Policy

FEW_ROWS = 200  # of a commune: for more of them reading all of it is no dearer, and holds no more at a time
WIDE_DEG = 0.02  # some 2 km: what lies in a box as wide as that is the commune, and more


def live_of(
    known: Known | None, paths: Mapping[str, Path], record: DeliveryRecord, policy: Policy
) -> Callable[[str], pa.Table | None]:
    """What answers with a commune's live parcels (LIVE_SCHEMA), None where nothing is known. In the thread that opened `known`."""
    if known is None:
        return lambda _: None
    if not record.changes:
        return known.live
    parts = PartTables(dict(paths), [*KEY_COLUMNS, "geom"])
    asked = {
        code: few_of(parts[code], code, record.as_of, policy)
        for code, path in paths.items()
        if code != UNKNOWN_COMMUNE and pq.read_metadata(path).num_rows <= FEW_ROWS
    }
    asked = {code: few for code, few in asked.items() if widest(few) <= WIDE_DEG}
    found = known.live_for(pa.concat_tables([FEW_SCHEMA.empty_table(), *asked.values()]))

    def of(code: str) -> pa.Table:
        if code not in asked:
            return known.live(code)
        return found.filter(pc.equal(found["commune_code"], code)).combine_chunks()

    return of
