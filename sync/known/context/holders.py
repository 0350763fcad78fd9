"""Who of a province's own live parcels holds an id that is delivered in another commune."""

from collections.abc import Callable, Mapping, Sequence
from datetime import date
from typing import Final

import pyarrow as pa
import pyarrow.compute as pc

from validators.base import positions
from validators.identity.handles import KEY_COLUMNS, sheet_handles, source_handles
from validators.live import CLAIMS_SCHEMA

_OF_HOLDERS: Final = ("province_code", "commune_code", *KEY_COLUMNS)
# Where a national id is live: the row in its commune's table.
_PLACES: Final = pa.schema([("commune_code", pa.string()), ("row", pa.int64()), ("national_id", pa.string())])

Columns = Callable[[Sequence[str]], pa.Table]  # some columns of a commune's live parcels, read when asked for


def held_elsewhere(tables: Mapping[str, Columns], ids: pa.Array, at: pa.Array, as_of: date) -> pa.Table:
    """CLAIMS_SCHEMA of live parcels with an id that is delivered in another commune than theirs.

    Almost every id is delivered where it is live; only the others are looked for in the whole delivery.

    tables   commune code → its live parcels, as of LIVE_SCHEMA
    ids, at  the delivered ids and their communes, each pair once
    """
    counts = pc.value_counts(ids)
    several = counts.field("values").filter(pc.greater(counts.field("counts"), 1))
    places = [_others(code, read, ids.filter(pc.equal(at, code)), several) for code, read in tables.items()]
    others = pa.concat_tables([_PLACES.empty_table(), *places])
    others = others.filter(pc.is_in(others["national_id"], value_set=ids))
    found = [
        _holders(tables[code], others.filter(pc.equal(others["commune_code"], code))["row"], code, as_of)
        for code in pc.unique(others["commune_code"]).to_pylist()
    ]
    return pa.concat_tables([CLAIMS_SCHEMA.empty_table(), *found])


def _others(code: str, read: Columns, here: pa.Array, several: pa.Array) -> pa.Table:
    """_PLACES: a commune's live parcels with an id that is not delivered there (`here`), or in `several` communes."""
    live = read(("national_id",))["national_id"].combine_chunks()
    delivered = pc.is_in(live, value_set=here, skip_nulls=True)
    other = pc.or_(pc.invert(delivered), pc.is_in(live, value_set=several, skip_nulls=True))
    rows = pa.array(positions(pc.and_(pc.is_valid(live), other)))
    return pa.table([pa.repeat(code, len(rows)), rows, live.take(rows)], schema=_PLACES)


def _holders(read: Columns, rows: pa.ChunkedArray, code: str, as_of: date) -> pa.Table:
    known = read(_OF_HOLDERS).take(rows)
    columns = [
        known["national_id"],
        known["province_code"],
        known["commune_code"],
        source_handles(known),
        sheet_handles(known, code, as_of),
    ]
    return pa.table(columns, schema=CLAIMS_SCHEMA)
