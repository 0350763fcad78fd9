"""Which rows of a form speak of which parcels, and what they say of people: all rows of a key, not only its first.

Several owners of a parcel are several users of it and never several parcels. A row belongs to a parcel by the parcel's whole key,
or, where its own key lacks a part, by the parcel's national id if all that it says of the key agrees.
"""

from dataclasses import dataclass, field

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
from numpy.typing import NDArray

from parcels.arrays import one_array
from parcels.model import NOT_READABLE_JOINER
from parcels.people import (
    CERTIFICATES,
    OF_RIGHT,
    PEOPLE_SCHEMA,
    TRANSFEREE,
    USER,
    PeopleColumn,
    says_anything,
)
from parcels.text import join_said
from sync.conform.columns import NOT_READABLE
from sync.conform.list_form import PEOPLE_NOT_READABLE

Rows = NDArray[np.int64]
_OF_PEOPLE = {column.name for column in (*OF_RIGHT, *TRANSFEREE)}
_BETWEEN = ";"  # between the predecessors of a parcel
MOST = 100  # rows of the map with one key that are told its owners: those of a list times those of a map are without bound


@dataclass(frozen=True, slots=True)
class Grouped:
    """Rows by the place of their key: those of place k are `order[offsets[k]:offsets[k + 1]]`, in their order."""

    order: Rows
    offsets: Rows

    @classmethod
    def of(cls, keys: pa.Array, distinct: pa.Array, use: NDArray[np.bool_]) -> "Grouped":
        """The rows in use, by the place of their key among the distinct ones."""
        found = pc.fill_null(pc.index_in(keys, value_set=distinct, skip_nulls=True), -1)
        places = np.where(use, np.asarray(found, dtype=np.int64), -1)
        order = np.argsort(places, kind="stable")
        return cls(order, np.searchsorted(places[order], np.arange(len(distinct) + 1)))

    def expanded(self, places: Rows) -> tuple[Rows, Rows]:
        """For these places, one after the other: which of them (its position), and a row of it."""
        begins, sizes = self.offsets[places], self.offsets[places + 1] - self.offsets[places]
        which = np.repeat(np.arange(len(places)), sizes)
        within = np.arange(len(which)) - np.repeat(np.cumsum(sizes) - sizes, sizes)
        return which, self.order[begins[which] + within]


@dataclass(slots=True)
class Turns:
    """How often each key was asked for. One that very many rows of the map have names none of them: the first are answered."""

    asked: Rows

    def taken(self, places: Rows) -> NDArray[np.bool_]:
        """Which of these are among the first MOST that ask for their key."""
        order = np.argsort(places, kind="stable")
        at = places[order]
        turn = np.empty(len(places), np.int64)
        turn[order] = np.arange(len(at)) - np.searchsorted(at, at)
        turn += self.asked[places]
        np.add.at(self.asked, places, 1)
        return np.asarray(turn < MOST)


@dataclass(slots=True)
class Speakers:
    """The rows of one form, by key and by national id, and which parcels asked for them.

    pairs   rows of the snapshot, and rows of the list that speak of them
    spoke   of the list's rows: whether any parcel took it; told: whether it says something that no earlier one says
    people  rows of PEOPLE_SCHEMA so far
    """

    of_key: Grouped
    of_id: Grouped
    spoke: NDArray[np.bool_]
    told: NDArray[np.bool_]
    people: int = 0
    _pairs: list[NDArray[np.int64]] = field(default_factory=list)
    _key_turns: Turns = field(init=False)
    _id_turns: Turns = field(init=False)

    def __post_init__(self) -> None:
        self._key_turns = Turns(np.zeros(len(self.of_key.offsets), np.int64))
        self._id_turns = Turns(np.zeros(len(self.of_id.offsets), np.int64))

    def by_key(self, row_nos: Rows, places: pa.Array) -> None:
        """Note for each of these parcels the rows of its key, at its place; NULL for none."""
        parcels, rows = _asked(places, self.of_key, self._key_turns)
        self.note(row_nos[parcels], rows)

    def by_id(self, places: pa.Array) -> tuple[Rows, Rows]:
        """Rows with the id of these parcels, at its place, NULL for none: the position of each parcel, and a row of the list."""
        return _asked(places, self.of_id, self._id_turns)

    def note(self, row_nos: Rows, rows: Rows) -> None:
        """Rows of the list that speak of these rows of the snapshot."""
        self._pairs.append(np.stack((row_nos, rows)))
        self.spoke[rows] = True

    def of(self, table: pa.Table, part_no: int, numbers: Rows, row_nos: Rows) -> pa.Table:
        """PEOPLE_SCHEMA: what the list says of people of these rows of the snapshot, each thing once, in their order."""
        every = np.concatenate([np.empty((2, 0), np.int64), *self._pairs], axis=1)
        self._pairs = [every]
        every = every[:, np.isin(every[0], row_nos)]
        every = every[:, np.lexsort((every[1], every[0]))]
        rows = pa.array(every[1])
        there = [name for name in table.column_names if name in _OF_PEOPLE]
        said = pa.table({name: one_array(table[name].take(rows)) for name in there})
        lost = _lost(table.select([NOT_READABLE, PEOPLE_NOT_READABLE]).take(rows))
        pieces = []
        named = pc.or_(says_anything(said, USER), says_anything(said, CERTIFICATES))
        for says, record, mask in (
            ("right", OF_RIGHT, named),
            ("transferee", TRANSFEREE, says_anything(said, TRANSFEREE)),
        ):
            names = [column.name for column in record if column.name in there]
            piece = said.select(names).append_column("not_readable", _only(lost, record))
            piece = piece.append_column("row_no", pa.array(every[0])).append_column("at", rows)
            first = _each_once(piece.filter(mask))
            self.told[first["at"].to_numpy()] = True
            pieces.append(_in_schema(first, says, part_no, numbers))
        result = pa.concat_tables(pieces).sort_by([("row_no", "ascending"), ("source_row", "ascending")])
        self.people += result.num_rows
        return result


def _asked(places: pa.Array, grouped: Grouped, turns: Turns) -> tuple[Rows, Rows]:
    """The rows of the list at these places, NULL for none: whose position each is for, and the row."""
    asking = np.flatnonzero(np.asarray(places.is_valid()))
    at = np.asarray(places.drop_null(), dtype=np.int64)
    turn = turns.taken(at)
    which, rows = grouped.expanded(at[turn])
    return asking[turn][which], rows


def _lost(table: pa.Table) -> pa.Array:
    """Names of columns that could not be read, of parcel and people together, each between two joiners."""
    joined = join_said([one_array(column) for column in table.columns], NOT_READABLE_JOINER)
    return pc.binary_join_element_wise("", joined, "", NOT_READABLE_JOINER)


def _only(lost: pa.Array, record: tuple[PeopleColumn, ...]) -> pa.Array:
    """Of the names of columns that could not be read, those of a record."""
    found = [
        pc.if_else(
            pc.fill_null(
                pc.match_substring(lost, f"{NOT_READABLE_JOINER}{column.name}{NOT_READABLE_JOINER}"), False
            ),
            pa.scalar(column.name),
            pa.scalar(None, pa.string()),
        )
        for column in record
    ]
    return join_said(found, NOT_READABLE_JOINER)


def _each_once(piece: pa.Table) -> pa.Table:
    """Of rows that say the same of the same parcel, the first."""
    keys = [name for name in piece.column_names if name != "at"]
    first = piece.group_by(keys, use_threads=False).aggregate([("at", "min")])
    return first.rename_columns(["at" if name == "at_min" else name for name in first.column_names])


def _in_schema(first: pa.Table, says: str, part_no: int, numbers: Rows) -> pa.Table:
    n = first.num_rows
    columns = {
        "part_no": pa.array(np.full(n, part_no, np.int32)),
        "source_row": pa.array(numbers[first["at"].to_numpy()], pa.int64()),
        "says": pa.repeat(pa.scalar(says), n),
    }
    columns |= {name: first[name] for name in first.column_names if name != "at"}
    return pa.table(
        [columns.get(each.name, pa.nulls(n, each.type)) for each in PEOPLE_SCHEMA], schema=PEOPLE_SCHEMA
    )


def joined_predecessors(table: pa.Table, of_key: Grouped) -> pa.Table:
    """The list with all predecessors that the rows of a key name, each once, in the first of them."""
    sizes = np.diff(of_key.offsets)
    rows = of_key.order[of_key.offsets[0] :]
    said = pa.table(
        {
            "key": np.repeat(np.arange(len(sizes)), sizes),
            "said": one_array(table["predecessor_numbers"].take(pa.array(rows))),
            "row": rows,
        }
    )
    said = said.filter(pc.is_valid(said["said"]))
    if not said.num_rows:
        return table
    once = (
        said.group_by(["key", "said"], use_threads=False)
        .aggregate([("row", "min")])
        .sort_by([("key", "ascending"), ("row_min", "ascending")])
    )
    lists = once.group_by("key", use_threads=False).aggregate([("said", "list")])
    whole = pc.binary_join(one_array(lists["said_list"]), _BETWEEN)
    first = of_key.order[of_key.offsets[lists["key"].to_numpy()]]
    values = np.asarray(one_array(table["predecessor_numbers"]).to_numpy(zero_copy_only=False), dtype=object)
    values = values.copy()
    values[first] = np.asarray(whole.to_numpy(zero_copy_only=False), dtype=object)
    place = table.column_names.index("predecessor_numbers")
    return table.set_column(place, "predecessor_numbers", pa.array(values, pa.string()))


def contradicting(table: pa.Table, of_key: Grouped, names: list[str]) -> dict[str, int]:
    """By column of the parcel: parcels of which the rows of one key say different things; the first row counts."""
    sizes = np.diff(of_key.offsets)
    several = np.flatnonzero(sizes > 1)
    which, rows = of_key.expanded(several)
    found = {}
    for name in names:
        said = pa.table({"key": which, "said": one_array(table[name].take(pa.array(rows)))})
        counts = said.group_by("key").aggregate([("said", "count_distinct")])["said_count_distinct"]
        differing = int(pc.sum(pc.greater(counts, 1)).as_py() or 0)
        if differing:
            found[name] = differing
    return found
