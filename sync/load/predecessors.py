"""Lineage that a delivery declares: rows that name the parcels of before of which they were made.

What is named is not content: it changes no version and no hash. It becomes an event beside those that land proposes.
"""

from collections.abc import Mapping
from datetime import date
from typing import Any

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from parcels import admin_units, identifiers
from parcels.arrays import one_array
from parcels.model import UNKNOWN_COMMUNE
from sync import db
from sync.run.staging import SCHEMA, staging_prefix

_BETWEEN = r"[;,+\n]"  # between two predecessors of a row
_ON_SHEET = r"^(?:(?P<sheet>[^/]*)/)?(?P<number>.*)$"  # 12/345, or 345 alone
_LISTS = pa.list_(pa.string())


def predecessor_handles(table: pa.Table) -> pa.Array:
    """(n,) lists of source handles that the rows of a snapshot name as predecessors; NULL where no row of them names any."""
    found = _named(table, "predecessor_keys")
    if found is None:
        return pa.nulls(table.num_rows, _LISTS)
    values, rows = found
    systems = one_array(table["source_system"]).take(rows)
    return _lists(identifiers.source_handle(systems, values), rows, table.num_rows)


def predecessor_places(table: pa.Table, commune_code: str, as_of: date) -> pa.Array:
    """(n,) lists of places on paper in the commune (`identifiers.sheet_place`); a number alone is of the row's own sheet."""
    found = _named(table, "predecessor_numbers")
    since = None if commune_code == UNKNOWN_COMMUNE else admin_units.commune(commune_code, as_of)
    if found is None or since is None:
        return pa.nulls(table.num_rows, _LISTS)
    values, rows = found
    said = pc.extract_regex(values, _ON_SHEET)
    sheet, number = (pc.struct_field(said, name) for name in ("sheet", "number"))
    sheet = pc.if_else(pc.equal(sheet, ""), one_array(table["sheet_no"]).take(rows), sheet)
    places = identifiers.sheet_place(
        pa.repeat(commune_code, len(values)),
        since.valid_from,
        sheet_no=identifiers.normalise_number(sheet),
        parcel_no=identifiers.normalise_number(number),
    )
    return _lists(places, rows, table.num_rows)


def _named(table: pa.Table, name: str) -> tuple[pa.Array, pa.Array] | None:
    """The names that rows give, one each, and the rows that give them; None where none gives any."""
    said = one_array(table[name])
    if said.null_count == len(said):
        return None
    lists = pc.split_pattern_regex(said, _BETWEEN)
    values = pc.utf8_trim_whitespace(pc.list_flatten(lists))
    rows = pc.list_parent_indices(lists)
    filled = pc.not_equal(values, "")
    return values.filter(filled), rows.filter(filled)


def _lists(values: pa.Array, rows: pa.Array, n: int) -> pa.Array:
    """Values back in lists of their rows; `rows` ascends, and a NULL names nothing."""
    valid = pc.is_valid(values)
    at = np.asarray(rows.filter(valid))
    offsets = np.searchsorted(at, np.arange(n + 1)).astype(np.int32)
    return pa.ListArray.from_arrays(pa.array(offsets), values.filter(valid).cast(pa.string()))


def declare(connection: db.Connection, run_id: str, values: Mapping[str, Any]) -> dict[str, int]:
    """Write what the rows of the merge declare as events, in its transaction and after it; what is told of that.

    values  of the merge: province, now, policy, limits
    """
    staged: db.Identifiers = {"parcel": (SCHEMA, staging_prefix(run_id) + "parcel")}
    if not db.execute(connection, "predecessors/named", values, staged):
        return {}
    db.execute(connection, "predecessors/edges", values)
    while db.execute(connection, "merge/68_parts_again", None, {"overlap": "declared_edge"}):
        pass
    [told] = db.fetch(connection, "predecessors/write", values)
    return {note: int(count) for note, count in told.items() if count}
