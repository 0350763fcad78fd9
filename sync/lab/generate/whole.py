"""Faults of a commune as a whole, in labelled nations: what its rows together look like, not one of them."""

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from sync.lab.generate.province import Integers, ProvinceBatch
from sync.lab.generate.spoil import put

NUMBERS_SKIPPED = (
    0.15  # of a sheet's numbers; more than 5 %, at least 5, and fewer than 100 at once are a gap
)


def numbers(batch: ProvinceBatch, name: str, rows: Integers) -> Integers:
    """Sheet or parcel numbers of some rows, -1 where there is none."""
    texts = batch.columns[name].take(pa.array(rows))
    counted = pc.match_substring_regex(texts, r"^[1-9][0-9]*$")
    return np.asarray(pc.if_else(counted, texts, None).cast(pa.int64()).fill_null(-1))


def _sheet_skipped(batch: ProvinceBatch, rows: Integers) -> None:
    """The last sheet has the number after the next one."""
    sheet = numbers(batch, "sheet_no", rows)
    if sheet.max() > 1:
        last = rows[sheet == sheet.max()]
        put(batch, "sheet_no", last, pa.repeat(str(sheet.max() + 1), len(last)))


def _numbers_skipped(batch: ProvinceBatch, rows: Integers) -> None:
    """In the middle of the largest sheet some numbers were never given."""
    sheet, number = numbers(batch, "sheet_no", rows), numbers(batch, "parcel_no", rows)
    largest = sheet == np.bincount(sheet).argmax()
    last = int(number[largest].max())
    later = largest & (number > last // 2)
    moved = number[later] + int(np.ceil(NUMBERS_SKIPPED * last))
    put(batch, "parcel_no", rows[later], pa.array(moved).cast(pa.string()))


def spoil_whole(name: str, batch: ProvinceBatch, rows: Integers) -> None:
    """One fault of the commune whose rows these are. What concerns the state before is seeded there (`before`)."""
    if name == "sheet_skipped":
        _sheet_skipped(batch, rows)
    elif name == "numbers_skipped":
        _numbers_skipped(batch, rows)
