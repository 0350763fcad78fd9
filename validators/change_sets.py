"""What repeats in a change set: versions of objects whose rows differ, and the handles of objects as they are now."""

from collections.abc import Iterable, Mapping
from datetime import date

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from parcels.arrays import one_array
from parcels.columns import delivered_columns
from parcels.versions import ends
from validators.base import Mask, Repeated
from validators.delivery import Delivered
from validators.identity.handles import source_handles, text

# What is read of a snapshot for that, beside validators.identity.handles.KEY_COLUMNS.
CHANGE_COLUMNS: tuple[str, ...] = ("action", "source_order")
_SEPARATOR = "\n"  # in no handle: text is cleaned of it


def version_handles(table: pa.Table) -> pa.Array:
    """(n,) a text that names object and version; NULL where either is missing."""
    order = one_array(table["source_order"].cast(pa.string()))
    return pc.binary_join_element_wise(source_handles(table), order, _SEPARATOR)


def repeated_versions(tables: Iterable[pa.Table]) -> pa.Array:
    """The versions of objects that stand in more than one row of a change set. Reads KEY_COLUMNS and CHANGE_COLUMNS."""
    counts = pc.value_counts(
        pc.drop_null(pa.chunked_array([version_handles(table) for table in tables], pa.string()))
    )
    return counts.field("values").filter(pc.greater(counts.field("counts"), 1))


def contradicting(tables: Iterable[pa.Table], twice: pa.Array) -> pa.Table:
    """Of the versions that stand in several rows those whose rows differ: `handle`, `rows`. Reads whole snapshots."""
    compared = [column.name for column in delivered_columns()] + ["source_srid", "source_wkb"]
    rows = []
    for table in tables:
        handles = version_handles(table)
        chosen = pc.is_in(handles, value_set=twice)
        rows.append(table.select(compared).append_column("handle", handles).filter(chosen))
    different = pa.concat_tables(rows).group_by(["handle", *compared]).aggregate([([], "count_all")])
    by_handle = different.group_by("handle").aggregate([([], "count_all"), ("count_all", "sum")])
    found = by_handle.filter(pc.greater(by_handle["count_all"], 1)).combine_chunks()
    return pa.table({"handle": found["handle"], "rows": found["count_all_sum"]}).combine_chunks()


def newest_living(table: pa.Table) -> Mask:
    """(n,) the rows that say what an object is now: its newest version, unless that ends it; one row each."""
    handles, order = source_handles(table), text(table, "source_order")
    rows = pa.table({"handle": handles, "order": order, "row": np.arange(len(handles))}).filter(
        pc.and_(pc.is_valid(handles), pc.is_valid(order))
    )
    newest = rows.sort_by([("handle", "ascending"), ("order", "descending"), ("row", "ascending")])
    first = newest.group_by("handle", use_threads=False).aggregate([("row", "first")])["row_first"]
    mask = np.zeros(len(handles), dtype=bool)
    mask[np.asarray(first)] = True
    return mask & ~ends(table)


def repeated_in_changes(
    parts: Mapping[str, pa.Table], as_of: date, contradictions: pa.Table | None = None
) -> Repeated:
    """What repeats in a change set: ids and sheet numbers of different objects, as each object is now.

    parts           commune code (or `-`) → KEY_COLUMNS and CHANGE_COLUMNS of that dataset
    contradictions  see `contradicting`
    """
    bounds = np.cumsum([0, *(table.num_rows for table in parts.values())])
    living = newest_living(pa.concat_tables(parts.values())) if parts else np.zeros(0, dtype=bool)
    now = {
        code: table.filter(pa.array(living[start:stop]))
        for (code, table), start, stop in zip(parts.items(), bounds[:-1], bounds[1:], strict=True)
    }
    return Delivered(now, as_of).repeated(contradictions)
