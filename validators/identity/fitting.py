"""Which sheet handle is which parcel's where one of old commune, map set and scale is not known on one side.

Two handles fit each other if commune, sheet and number are the same and each of the three marks is the same or unknown on
one side. A handle is first of all that parcel's that has it to the letter. Otherwise it names the only parcel that it
fits, if it is the only one of its side that fits that parcel; where several fit, it names none ("Identity" in
docs/architecture.md). As in sql/merge/32_fit_sheet.sql.
"""

from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
from numpy.typing import NDArray

from parcels.identifiers import sheet_parts
from validators.base import Mask, Rows, where

Integers = NDArray[np.int64]
_MARKS = ("old_commune", "map_set", "map_scale")
_PLACE = ("commune", "since", "sheet", "number")
_END = 4  # octets: no sheet and number are shorter with the separators before them


@dataclass(frozen=True, slots=True)
class Fitting:
    """Of sheet handles (n) and those of others (m).

    named    (n,) position of the other that each names; -1 where it names none
    present  (m,) whether any of the n that say so could be it
    """

    named: Rows
    present: Mask


def fitting(handles: pa.Array, others: pa.Array, saying: Mask) -> Fitting:
    """Which of the `others` each of the handles is. NULL names none and is none.

    saying  (n,) whose handle says that a parcel is there: not of a row that a stronger handle names
    """
    exact = pc.fill_null(pc.index_in(handles, value_set=others, skip_nulls=True), -1)
    named = np.array(exact, dtype=np.int64)
    present = np.zeros(len(others), dtype=bool)
    present[named[(named >= 0) & saying]] = True
    left = where((named < 0) & np.asarray(pc.is_valid(handles)))
    if not len(left) or not len(others):
        return Fitting(named, present)
    coded = _coded(handles, others, left)
    vague = saying & (named < 0)  # a handle to the letter says nothing of others that it fits
    fits, theirs = np.zeros(len(handles), np.int64), np.zeros(len(others), np.int64)
    one = np.full(len(handles), -1, np.int64)
    for row, other, key, its_key in coded.pairs():
        size = int(max(key.max(), its_key.max())) + 1
        there = np.bincount(its_key, minlength=size)
        last = np.full(size, -1, np.int64)
        last[its_key] = other
        fits[row] += there[key]
        one[row] = np.where(there[key] > 0, last[key], one[row])
        theirs[other] += np.bincount(key, minlength=size)[its_key]
        present[other] |= np.bincount(key[vague[row]], minlength=size)[its_key] > 0
    alone = left[fits[left] == 1]
    sure = alone[theirs[one[alone]] == 1]
    named[sure] = one[sure]
    return Fitting(named, present)


@dataclass(frozen=True, slots=True)
class _Coded:
    """Handles at places where one has no other to the letter, as numbers.

    rows, others        their positions
    place, marks        of the rows, then of the others: (k,), and (k, 3) with -1 where unknown
    """

    rows: Rows
    others: Rows
    place: Integers
    marks: Integers

    def pairs(self) -> Iterator[tuple[Rows, Rows, Integers, Integers]]:
        """Rows and others that know the same marks each, with a number per place and marks that both know."""
        pattern = (self.marks >= 0) @ np.array([1, 2, 4])
        side = np.arange(len(pattern)) < len(self.rows)
        position = np.concatenate((self.rows, self.others))
        for mine in np.unique(pattern[side]):
            for its in np.unique(pattern[~side]):
                row, other = where(side & (pattern == mine)), where(~side & (pattern == its))
                both = [bit for bit in range(len(_MARKS)) if int(mine) & int(its) & (1 << bit)]
                at = np.concatenate((row, other))
                columns = np.column_stack((self.place[at], *(self.marks[at, bit] for bit in both)))
                _, key = np.unique(columns, axis=0, return_inverse=True)
                key = key.reshape(-1)
                yield position[row], position[other], key[: len(row)], key[len(row) :]


def _coded(handles: pa.Array, others: pa.Array, left: Rows) -> _Coded:
    n = len(handles)
    # Handles of one place end alike: taking apart all of them would be most of the work.
    end, its_end = (pc.binary_slice(each.cast(pa.binary()), start=-_END) for each in (handles, others))
    wanted = pc.unique(end.take(pa.array(left)))
    wanted = wanted.filter(pc.is_in(wanted, value_set=its_end, skip_nulls=True))
    near, its_near = (where(pc.is_in(each, value_set=wanted, skip_nulls=True)) for each in (end, its_end))
    near = np.concatenate((near, n + its_near))
    parts = sheet_parts(pa.concat_arrays([handles, others]).take(pa.array(near)))
    columns = {name: pc.struct_field(parts, name) for name in (*_PLACE, *_MARKS)}
    places = pc.binary_join_element_wise(*(columns[name] for name in _PLACE), "|", null_handling="emit_null")
    place = _numbers(places)
    kept = where(np.isin(place, place[np.isin(near, left)]) & (place >= 0))
    marks = np.column_stack(
        [
            _numbers(pc.if_else(pc.equal(columns[name], ""), pa.scalar(None, pa.string()), columns[name]))[
                kept
            ]
            for name in _MARKS
        ]
    )
    at = near[kept]
    return _Coded(at[at < n], at[at >= n] - n, place[kept], marks)


def _numbers(texts: pa.Array) -> Integers:
    """A number for each text; -1 for NULL."""
    return np.asarray(pc.fill_null(texts.dictionary_encode().indices, -1), dtype=np.int64)
