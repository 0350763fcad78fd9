"""Sheets and numbers of parcels as they are counted: which sheets there are, and which numbers are missing in between.

Only numbers that are whole numbers are counted; "12a" or a map index has no next one.
"""

from dataclasses import dataclass

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
from numpy.typing import NDArray

from validators.base import Mask, Rows, where
from validators.identity.handles import text

Integers = NDArray[np.int64]

_WHOLE_NUMBER = r"^[0-9]{1,9}$"
_SHOWN = 5  # runs of missing numbers that a sentence tells


@dataclass(frozen=True, slots=True)
class Sheets:
    """The sheets of some rows: old commune, map set, scale and number together.

    keys   (s,) `<old commune>/<map set>|<scale>|<sheet>`, sorted; empty where not known, without the stroke where no old
           commune is
    number (s,) the sheet's own number
    shown  (s,) as people write them
    sheet  (n,) position of each row's sheet among them; -1 for rows without a sheet number
    """

    keys: pa.Array
    number: pa.Array
    shown: pa.Array
    sheet: Integers

    def counts(self) -> Integers:
        """(s,) rows on each sheet."""
        return np.bincount(self.sheet[self.sheet >= 0], minlength=len(self.keys))


def sheets_of(table: pa.Table) -> Sheets:
    """The sheets of a table that has the handle columns."""
    scale, number = (text(table, name) for name in ("map_scale", "sheet_no"))
    key = pc.binary_join_element_wise(map_sets(table), pc.fill_null(scale, ""), number, "|")
    coded = key.dictionary_encode()
    order = pc.array_sort_indices(coded.dictionary)
    rank = np.empty(len(order), np.int64)
    rank[np.asarray(order)] = np.arange(len(order))
    index = np.asarray(pc.fill_null(coded.indices, -1), dtype=np.int64)
    sheet = np.where(index >= 0, rank[index] if len(rank) else -1, -1)
    parts = pc.split_pattern(coded.dictionary.take(order), "|", max_splits=2)
    at_scale = pc.list_element(parts, 1)
    of_scale = pc.if_else(pc.equal(at_scale, ""), "", pc.binary_join_element_wise(" (1:", at_scale, ")", ""))
    numbers = pc.list_element(parts, 2)
    shown = pc.binary_join_element_wise(numbers, of_scale, "")
    return Sheets(coded.dictionary.take(order), numbers, shown, sheet)


def map_sets(table: pa.Table) -> pa.Array:
    """(n,) the set of maps that each row's sheet is of: `<old commune>/<map set>`, the map set where no old commune is known.

    An old commune numbers its sheets from 1, and so does each of its sets.
    """
    old = pc.binary_join_element_wise(text(table, "old_commune_code"), "", "/")
    return pc.binary_join_element_wise(pc.fill_null(old, ""), pc.fill_null(text(table, "map_set"), ""), "")


def counted_numbers(texts: pa.Array) -> Integers:
    """(n,) whole numbers; -1 where a text is none."""
    whole = pc.fill_null(pc.match_substring_regex(texts, _WHOLE_NUMBER), False)
    return np.asarray(pc.if_else(whole, texts, "-1").cast(pa.int64()), dtype=np.int64)


def each_once(group: Integers, number: Integers, chosen: Mask) -> Integers:
    """(k, 2) the different pairs of those chosen, sorted: `numpy.unique` of rows, in a tenth of the time."""
    group, number = group[chosen], number[chosen]
    order = np.lexsort((number, group))
    group, number = group[order], number[order]
    new = np.ones(len(order), dtype=bool)
    new[1:] = (np.diff(group) != 0) | (np.diff(number) != 0)
    return np.column_stack((group[new], number[new]))


def runs_missing(group: Integers, number: Integers, another_range: int) -> tuple[Rows, Integers]:
    """Numbers missing after each number of its group (both sorted together, each pair once): position and how many.

    So many missing at once and more are no gap: there another range of numbers begins.
    """
    length = np.diff(number) - 1
    before = where((np.diff(group) == 0) & (length > 0) & (length < another_range))
    return before, length[before]


def told(before: Integers, length: Integers) -> str:
    """The missing numbers, as ranges: 12–15, 18."""
    runs = [
        str(first + 1) if count == 1 else f"{first + 1}–{first + count}"
        for first, count in zip(before[:_SHOWN].tolist(), length[:_SHOWN].tolist(), strict=True)
    ]
    return ", ".join(runs) + (", …" if len(before) > _SHOWN else "")
