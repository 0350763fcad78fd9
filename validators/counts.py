"""Checks of what is not there (CNT-…): sheets and numbers that are missing, and fewer parcels than are live.

They are about the commune as a whole. Only sheet and parcel numbers that are whole numbers are counted; "12a" or a map
index has no next one.
"""

from decimal import Decimal

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
import shapely
from numpy.typing import NDArray

from parcels import crs
from parcels.bilingual import Bilingual
from parcels.model import UNKNOWN_COMMUNE
from parcels.wkb import read_wkb
from validators.base import WHOLE, Check, Faults, Mask, Rows, Subject, where
from validators.completeness import share
from validators.identity.handles import text
from validators.identity.matching import has_previous, live_parcels_of, matches_of
from validators.identity.number_form import are_sheets
from validators.numbering import (
    Integers,
    Sheets,
    counted_numbers,
    each_once,
    map_sets,
    runs_missing,
    sheets_of,
    told,
)
from validators.shape import Geometries

_NONE = Faults(np.empty(0, np.int64))


def delivered_sheets(subject: Subject) -> Sheets:
    """The sheets of the delivered rows. Use as a fact."""
    return sheets_of(subject.dataset.table)


def sheet_missing(subject: Subject) -> Faults:
    """Live sheets of which a delivery that says it is complete has nothing, neither there nor on another sheet.

    Measured by the live parcels on the sheet, drawn as the extent of these.
    """
    live_parcels = live_parcels_of(subject)
    if not subject.context.complete or not live_parcels.num_rows:
        return _NONE
    live = sheets_of(live_parcels)
    present = pc.is_in(live.keys, value_set=subject.fact(delivered_sheets).keys)
    gone = ~np.asarray(present.to_numpy(zero_copy_only=False), dtype=bool)
    known = live.sheet[subject.fact(matches_of).present]
    gone[known[known >= 0]] = False
    rows = where(np.where(live.sheet >= 0, gone[live.sheet], False)) if len(gone) else np.empty(0, np.int64)
    geometries = read_wkb(live_parcels["geom"].combine_chunks().take(pa.array(rows)))
    chosen = where(gone)
    place = _extents(geometries, np.searchsorted(chosen, live.sheet[rows]), len(chosen))
    return _of_commune(
        chosen,
        live.counts()[chosen].astype(np.float64),
        live.shown.take(pa.array(chosen)),
        live.keys.take(pa.array(chosen)),
        place,
    )


def fewer(subject: Subject) -> Faults:
    """A delivery that says it is complete, with fewer rows than parcels are live; measured by how many are missing."""
    rules, live, rows = subject.context.policy.counts, live_parcels_of(subject).num_rows, len(subject)
    missing = live - rows
    if (
        not subject.context.complete
        or missing < max(rules.fewer_parcels, 1)
        or missing <= rules.fewer_share * live
    ):
        return _NONE
    return _of_commune(np.zeros(1, np.int64), np.array([float(missing)]), pa.array([f"{rows}/{live}"]))


def sheet_gap(subject: Subject) -> Faults:
    """Sheet numbers of a map set of an old commune between two that are there; the detail is the number.

    Sheets of a set are numbered through its scales, so a number is missing only if no scale has it.
    """
    if not _countable(subject):
        return _NONE
    table = subject.dataset.table
    number = counted_numbers(text(table, "sheet_no"))
    coded = map_sets(table).dictionary_encode()
    sets = np.asarray(coded.indices, dtype=np.int64)
    there = each_once(sets, number, number >= 0)
    before, length = runs_missing(there[:, 0], there[:, 1], subject.context.policy.counts.sheet_range)
    rows = np.repeat(before, length)
    step = np.arange(len(rows)) - np.repeat(np.cumsum(length) - length, length) + 1
    missing = pa.array(there[rows, 1] + step).cast(pa.string())
    key = pc.binary_join_element_wise(coded.dictionary.take(pa.array(there[rows, 0])), missing, "|")
    return _of_commune(rows, None, missing, key)


def number_gap(subject: Subject) -> Faults:
    """Sheets on which too many parcel numbers are missing between others; measured by how many, drawn as their extent.

    A row of the sheet whose number is missing, repeated or no whole number stands for one of them. What is written for
    a sheet and is none ("tờ 5") is IDN-SHEET-FORM's: the other numbers are not missing there, but on the sheet meant.
    """
    if not _countable(subject):
        return _NONE
    rules, sheets = subject.context.policy.counts, subject.fact(delivered_sheets)
    number = counted_numbers(text(subject.dataset.table, "parcel_no"))
    placed = (sheets.sheet >= 0) & (number >= 0)
    there = each_once(sheets.sheet, number, placed)
    before, length = runs_missing(there[:, 0], there[:, 1], rules.number_range)
    s = len(sheets.keys)
    numbers = np.bincount(there[:, 0], minlength=s)
    gaps = np.bincount(there[before, 0], weights=length, minlength=s).astype(np.int64)
    missing = gaps - np.minimum(sheets.counts() - numbers, gaps)
    least = np.floor(_times(rules.number_gaps_share, numbers + gaps)).astype(np.int64)
    chosen = where((missing >= rules.number_gaps) & (missing > least) & _are_sheets(subject, sheets))
    at = where(np.isin(sheets.sheet, chosen))
    place = _extents(subject.dataset.stored[at], np.searchsorted(chosen, sheets.sheet[at]), len(chosen))
    shown = sheets.shown.take(pa.array(chosen)).to_pylist()
    starts = np.searchsorted(there[before, 0], chosen)
    ends = np.searchsorted(there[before, 0], chosen, side="right")
    detail = [
        f"{sheet}: {told(there[before[start:end], 1], length[start:end])}"
        for sheet, start, end in zip(shown, starts, ends, strict=True)
    ]
    return _of_commune(
        chosen,
        missing[chosen].astype(np.float64),
        pa.array(detail, pa.string()),
        sheets.keys.take(pa.array(chosen)),
        place,
    )


def _countable(subject: Subject) -> bool:
    """Whether missing numbers mean anything: not among a few changes, nor in the rows of no commune."""
    return not subject.context.changes and subject.dataset.commune_code != UNKNOWN_COMMUNE


def _are_sheets(subject: Subject, sheets: Sheets) -> Mask:
    """(s,) those whose number is a sheet's, or is not asked to be."""
    if "IDN-SHEET-FORM" in subject.context.not_applicable:
        return np.ones(len(sheets.keys), dtype=bool)
    return np.asarray(are_sheets(sheets.number, subject), dtype=bool)


def _times(share: Decimal, numbers: Integers) -> NDArray[np.float64]:
    """share × numbers, exact: the share has few decimals."""
    top, bottom = share.as_integer_ratio()
    return np.asarray(numbers * top // bottom, dtype=np.float64)


def _extents(geometries: Geometries, group: Integers, groups: int) -> Geometries:
    """(groups,) the boxes around the geometries of each group; None where none of them has a place."""
    bounds = shapely.bounds(geometries).reshape(-1, 4)
    placed = np.isfinite(bounds).all(axis=1)
    low, high = np.full((groups, 2), np.inf), np.full((groups, 2), -np.inf)
    np.minimum.at(low, group[placed], bounds[placed, :2])
    np.maximum.at(high, group[placed], bounds[placed, 2:])
    boxes = np.full(groups, None, dtype=object)
    there = where(np.isfinite(low).all(axis=1))
    boxes[there] = shapely.box(low[there, 0], low[there, 1], high[there, 0], high[there, 1])
    return boxes


def _of_commune(
    faults: Rows,
    measure: NDArray[np.float64] | None,
    detail: pa.Array,
    key: pa.Array | None = None,
    place: Geometries | None = None,
) -> Faults:
    """Faults of the commune as a whole, one per element of `faults`."""
    k = len(faults)
    return Faults(
        np.full(k, WHOLE, np.int64),
        measure=measure,
        detail=detail,
        key=key,
        place=np.full(k, None, dtype=object) if place is None else place,
        place_srid=np.full(k, crs.VN2000, np.int32),
    )


CHECKS: tuple[Check, ...] = (
    Check(
        "CNT-SHEET-MISSING",
        "warning",
        quarantines=False,
        title=Bilingual("Thiếu cả một tờ bản đồ", "A whole sheet is missing"),
        message=Bilingual(
            "Tờ bản đồ {detail} đang có {measure} thửa trong cơ sở dữ liệu, nhưng lần giao nộp đầy đủ này không có thửa "
            "nào của tờ.",
            "Sheet {detail} has {measure} live parcels, of which this delivery, said to be complete, has none.",
        ),
        advice=Bilingual(
            "Kiểm tra việc xuất dữ liệu của tờ bản đồ; nếu không giao nộp toàn xã thì bỏ xã khỏi complete_for trong "
            "delivery.toml.",
            "See whether the sheet was left out of the export; if the commune is not delivered whole, take it out of "
            "complete_for in delivery.toml.",
        ),
        find=sheet_missing,
        measures=("du",),
        share=share,
        unit="parcels",
        scope="contextual",
        can_run=has_previous,
    ),
    Check(
        "CNT-FEWER",
        "warning",
        quarantines=False,
        title=Bilingual("Ít thửa đất hơn đang có", "Fewer parcels than are live"),
        message=Bilingual(
            "Lần giao nộp đầy đủ này ít hơn cơ sở dữ liệu {measure} thửa (giao nộp/đang có: {detail}).",
            "This delivery, said to be complete, has {measure} parcels fewer than are live (delivered/live: {detail}).",
        ),
        advice=Bilingual(
            "Kiểm tra xem có tờ bản đồ hoặc lớp dữ liệu nào bị bỏ sót khi xuất; nếu các thửa đã hợp thửa hoặc chấm dứt thì "
            "không cần sửa.",
            "See whether a sheet or a layer was left out of the export; if the parcels were merged or ended, nothing is "
            "to be done.",
        ),
        find=fewer,
        measures=("du",),
        share=share,
        unit="parcels",
        scope="contextual",
        can_run=has_previous,
    ),
    Check(
        "CNT-SHEET-GAP",
        "info",
        quarantines=False,
        title=Bilingual("Số tờ bản đồ không liên tục", "Sheet numbers with a gap"),
        message=Bilingual(
            "Không có tờ bản đồ số {detail}, trong khi có các tờ trước và sau đó.",
            "There is no sheet {detail}, though there are sheets before and after it.",
        ),
        advice=Bilingual(
            "Kiểm tra xem tờ bản đồ có bị bỏ sót không. Chỉ xét số tờ là số nguyên; một khoảng trống dài được hiểu là dải "
            "số khác (xã sáp nhập).",
            "See whether the sheet was left out. Only whole numbers are looked at; a long gap is taken for another "
            "range of numbers (merged communes).",
        ),
        find=sheet_gap,
        measures=("du",),
        share=share,
    ),
    Check(
        "CNT-NUMBER-GAP",
        "info",
        quarantines=False,
        title=Bilingual("Số thửa trên tờ không liên tục", "Parcel numbers with gaps"),
        message=Bilingual(
            "Trên một tờ bản đồ thiếu {measure} số thửa xen giữa các số đang có. Tờ {detail}.",
            "On one sheet {measure} parcel numbers are missing between others. Sheet {detail}.",
        ),
        advice=Bilingual(
            "Số của thửa đã chấm dứt được bỏ trống là bình thường; nhiều số liền nhau bị thiếu có thể là dữ liệu bị bỏ sót. "
            "Chỉ xét số thửa là số nguyên.",
            "Numbers of parcels that ended stay empty, which is normal; many together may have been left out. Only "
            "whole numbers are looked at.",
        ),
        find=number_gap,
        measures=("du",),
        share=share,
        unit="numbers",
    ),
)
