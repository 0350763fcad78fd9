"""Checks of the rows of change sets (CHG-…): what names the object, what happens to it, and which version it is.

They look at change sets only. Of a row that ends an object nothing else is looked at: it need not say more than that.
"""

from collections.abc import Iterable, Mapping
from datetime import date

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from parcels.arrays import one_array
from parcels.bilingual import Bilingual
from parcels.columns import delivered_columns
from parcels.versions import ACTIONS, END
from validators.base import Check, Faults, Mask, Repeated, Subject, positions, words
from validators.delivery import Delivered
from validators.echo import echo
from validators.handles import rows_sharing, source_handles, text

# What these checks and the search for repeated versions read of a snapshot, beside validators.handles.KEY_COLUMNS.
CHANGE_COLUMNS: tuple[str, ...] = ("action", "source_order")
MISSING = "missing"
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


def ends(table: pa.Table) -> Mask:
    """(n,) the rows that end an object."""
    action = pc.fill_null(pc.equal(text(table, "action"), END), False)
    return np.asarray(action.to_numpy(zero_copy_only=False), dtype=bool)


def _missing_key(subject: Subject) -> Faults:
    return Faults(positions(pc.is_null(subject.text("source_key"))))


def _wrong_action(subject: Subject) -> Faults:
    actions = subject.text("action")
    rows = positions(pc.invert(pc.is_in(actions, value_set=pa.array(ACTIONS))))
    return Faults(rows, detail=pc.fill_null(echo(actions.take(pa.array(rows))), MISSING))


def _wrong_version(subject: Subject) -> Faults:
    rows = positions(pc.is_null(subject.text("source_order")))
    return Faults(
        rows, detail=pc.fill_null(echo(subject.text("source_version").take(pa.array(rows))), MISSING)
    )


def _contradicting(subject: Subject) -> Faults:
    rows, counts = rows_sharing(version_handles(subject.dataset.table), subject.context.repeated.version)
    return Faults(rows, measure=counts)


_GIVE_ALL = Bilingual(
    "Xuất lại gói biến động với khóa đối tượng, loại biến động và phiên bản ở mọi dòng.",
    "Export the change set again with object id, action and version in every row.",
)
_SAY_MISSING = words({MISSING: Bilingual("bị thiếu", "is missing")})

CHECKS: tuple[Check, ...] = (
    Check(
        "CHG-KEY",
        "error",
        quarantines=True,
        title=Bilingual("Biến động thiếu khóa đối tượng", "Change without an object id"),
        message=Bilingual(
            "Dòng biến động không có khóa đối tượng nguồn: không biết đối tượng nào thay đổi.",
            "The change names no source object: which one changed cannot be told.",
        ),
        advice=_GIVE_ALL,
        find=_missing_key,
        measures=("du",),
        changes_only=True,
        of_ends=True,
    ),
    Check(
        "CHG-ACTION",
        "error",
        quarantines=True,
        title=Bilingual("Loại biến động không rõ", "Action unknown"),
        message=Bilingual(
            "Loại biến động {detail}; phải là insert, update hoặc end.",
            "The action {detail}; it must be insert, update or end.",
        ),
        advice=Bilingual(
            "Bổ sung loại biến động, hoặc khai cách ghi của hệ thống trong [values.action] của hồ sơ tỉnh.",
            "Add the action, or say how the system writes it in [values.action] of the province's profile.",
        ),
        find=_wrong_action,
        measures=("du",),
        say_detail=_SAY_MISSING,
        changes_only=True,
        of_ends=True,
    ),
    Check(
        "CHG-VERSION",
        "error",
        quarantines=True,
        title=Bilingual("Phiên bản không đọc được", "Version unreadable"),
        message=Bilingual(
            "Phiên bản của đối tượng {detail}; phải là số nguyên hoặc thời điểm theo ISO 8601.",
            "The object's version {detail}; it must be a whole number or a time in ISO 8601.",
        ),
        advice=_GIVE_ALL,
        find=_wrong_version,
        measures=("du",),
        say_detail=_SAY_MISSING,
        changes_only=True,
        of_ends=True,
    ),
    Check(
        "CHG-REPEATED",
        "error",
        quarantines=True,
        title=Bilingual("Một phiên bản, nhiều nội dung", "One version, several contents"),
        message=Bilingual(
            "{measure} dòng của gói biến động có cùng đối tượng, cùng phiên bản nhưng khác nội dung.",
            "{measure} rows of the change set have the same object and version but not the same content.",
        ),
        advice=Bilingual(
            "Giữ lại dòng đúng, hoặc tăng phiên bản mỗi khi nội dung thay đổi, rồi gửi lại.",
            "Keep the right row, or raise the version whenever the content changes, and deliver again.",
        ),
        find=_contradicting,
        measures=("sach",),
        unit="rows",
        changes_only=True,
        of_ends=True,
    ),
    Check(
        "CHG-CONFLICT",
        "error",
        quarantines=True,
        title=Bilingual("Phiên bản đã nhận với nội dung khác", "Version known with other content"),
        message=Bilingual(
            "Phiên bản này của đối tượng đã được nhận trước đây với nội dung khác; bản đang có được giữ nguyên.",
            "This version of the object was taken before with other content; what is live stays.",
        ),
        advice=Bilingual(
            "Kiểm tra nội dung đúng ở hệ thống nguồn, tăng phiên bản rồi gửi lại.",
            "Find out which content is right, raise the version at the source and deliver again.",
        ),
        find=None,
        measures=("thong_nhat",),
        scope="contextual",
        judged_by="merge",
        changes_only=True,
        of_ends=True,
    ),
)
