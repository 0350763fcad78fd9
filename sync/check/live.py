"""The live parcels that each commune is judged beside: all of a commune that comes whole, of a change set those that matter to its rows."""

from collections.abc import Callable, Mapping
from pathlib import Path

import pyarrow as pa
import pyarrow.compute as pc

from sync.folder.delivery import DeliveryRecord
from sync.folder.snapshot import PartTables
from sync.known import Known
from validators.few import few_of
from validators.identity.handles import KEY_COLUMNS
from validators.live import FEW_SCHEMA, LIVE_SCHEMA
from validators.policy import Policy


def live_of(
    known: Known, paths: Mapping[str, Path], record: DeliveryRecord, policy: Policy
) -> Callable[[str], pa.Table]:
    """What answers with a commune's live parcels (LIVE_SCHEMA). In the thread that opened `known`."""
    if not record.changes:
        return known.live
    parts = PartTables(dict(paths), [*KEY_COLUMNS, "geom"])
    asked = [few_of(part, code, record.as_of, policy) for code, part in parts.items()]
    found = known.live_for(pa.concat_tables([FEW_SCHEMA.empty_table(), *asked]))
    codes = found["commune_code"]

    def of(code: str) -> pa.Table:
        return (
            found.filter(pc.equal(codes, code)).combine_chunks()
            if found.num_rows
            else LIVE_SCHEMA.empty_table()
        )

    return of
