"""What must become of every row of the tables of people: used, or told with which reason. Written beside the deliveries.

A second writing of the rules of docs/adr/0194, as those of the checks are written twice.
"""

from collections import Counter
from typing import Final

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
from numpy.typing import NDArray

from sync.declared.tables import Holds
from sync.lab.generate.province import ProvinceBatch
from sync.lab.generate.tables import Tables, of_kind

USED: Final = "used"
PEOPLE_TRUTH: Final = pa.schema(
    [
        pa.field("delivery", pa.string()),
        pa.field("holds", pa.string()),
        pa.field("fate", pa.string()),  # used, or why not
        pa.field("rows", pa.int64()),
    ]
)
_OF_PARCELS: Final[tuple[Holds, ...]] = ("rights", "restrictions")
# What a right names: its key, and why a right that names one that is not there is not used.
_NAMED: Final[tuple[tuple[Holds, str, str], ...]] = (
    ("users", "land_user_key", "user_unknown"),
    ("certificates", "certificate_key", "certificate_unknown"),
)


def keys_on_the_map(batch: ProvinceBatch) -> pa.Array:
    """(n,) the keys of the parcels as they are delivered; NULL where there is none."""
    none = pa.array(of_kind(batch, "placeholder_for_key"))
    return pc.if_else(none, pa.scalar(None, pa.string()), batch.columns["source_key"])


def reached(batch: ProvinceBatch) -> NDArray[np.bool_]:
    """(n,) the rows that a table can name: by a key that the map has once, and that is theirs."""
    keys = keys_on_the_map(batch)
    once = np.asarray(pc.equal(_count(keys, keys), 1))
    same = np.asarray(pc.fill_null(pc.equal(keys, batch.clean_columns["source_key"]), False))
    mine: NDArray[np.bool_] = once & same & ~of_kind(batch, "right_without_parcel")
    return mine


def fates_of(batch: ProvinceBatch, tables: Tables) -> pa.Table:
    """PEOPLE_TRUTH of a province."""
    keys = keys_on_the_map(batch)
    rights = tables["rights"]
    fates = {holds: _of_parcels(tables[holds], keys) for holds in _OF_PARCELS}
    of_rights = fates["rights"]
    for holds, key, why in _NAMED:
        there = pc.is_in(rights[key], value_set=_one(tables[holds][key]))
        of_rights[(of_rights == USED) & np.asarray(pc.and_(rights[key].is_valid(), pc.invert(there)))] = why
    used = rights.filter(pa.array(of_rights == USED))
    for holds, key, _ in _NAMED:
        fates[holds] = _of_keys(_one(tables[holds][key]), _one(used[key]))
    lines = [
        {"delivery": batch.delivery.province, "holds": holds, "fate": fate, "rows": rows}
        for holds in tables
        for fate, rows in sorted(Counter(fates[holds].tolist()).items())
    ]
    return pa.Table.from_pylist(lines, schema=PEOPLE_TRUTH)


def _of_parcels(table: pa.Table, keys: pa.Array) -> NDArray[np.object_]:
    times = np.asarray(_count(_one(table["parcel_key"]), keys))
    return np.select([times == 0, times > 1], ["parcel_unknown", "parcel_several"], USED).astype(object)


def _of_keys(keys: pa.Array, named: pa.Array) -> NDArray[np.object_]:
    """Of rows of users or certificates. Who is said three times is said so by one, again by one, and otherwise by one."""
    fates = np.where(np.asarray(pc.is_in(keys, value_set=named)), USED, "by_nobody").astype(object)
    coded = np.asarray(keys.dictionary_encode().indices)
    place = np.arange(len(coded))
    _, first = np.unique(coded, return_index=True)
    copies = np.setdiff1d(
        place, first
    )  # all that say the same, then all that say something else: half of them each
    fates[copies[: len(copies) // 2]] = "repeated"
    fates[copies[len(copies) // 2 :]] = "conflict"
    return fates


def _count(keys: pa.Array, among: pa.Array) -> pa.Array:
    """(n,) how often each key stands among others; 0 for none."""
    counts = (
        pa.table({"key": among, "one": np.ones(len(among), np.int64)})
        .group_by("key")
        .aggregate([("one", "sum")])
    )
    place = pc.index_in(keys, value_set=_one(counts["key"]), skip_nulls=True)
    return pc.fill_null(_one(counts["one_sum"]).take(place), 0)


def _one(column: pa.ChunkedArray) -> pa.Array:
    return column.combine_chunks() if isinstance(column, pa.ChunkedArray) else column
