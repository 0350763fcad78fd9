"""Tables of users, certificates, rights and restrictions joined by their source keys, into the one shape of people.

A right names a parcel, a user, a certificate; it is read from its own row, and what it names from theirs. Every row of every
table has one fate: used, or told with why. A fault is its row's alone: nothing of it touches a parcel.
"""

from dataclasses import dataclass
from typing import Final

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
from numpy.typing import NDArray

from parcels.arrays import one_array
from parcels.model import NOT_READABLE_JOINER
from parcels.people import MOST_OF_A_PARCEL, PEOPLE_SCHEMA, Says
from parcels.text import join_said
from sync.conform.columns import NOT_READABLE
from sync.declared.tables import KEYS, NAMED, PARCEL_KEY, RECORDS, Holds, names_of
from sync.folder.people import PEOPLE_ROWS_SCHEMA

AT: Final = "source_row"
PART: Final = "part_no"
_SAYS: Final[dict[Holds, Says]] = {"rights": "right", "restrictions": "restriction"}
_UNKNOWN: Final[dict[Holds, str]] = {"users": "user_unknown", "certificates": "certificate_unknown"}
_USED: Final = ""


@dataclass(frozen=True, slots=True)
class PeopleTable:
    """One delivered table: `source_row`, canonical columns of its record (and the keys that it names), `not_readable`."""

    holds: Holds
    part_no: int
    table: pa.Table


@dataclass(slots=True)
class _Fates:
    """What becomes of the rows of a table; the first reason stands. parcels: rows, and rows of the snapshot they are told of."""

    whys: NDArray[np.object_]
    parcels: NDArray[np.int64]

    @classmethod
    def of(cls, n: int) -> "_Fates":
        return cls(np.full(n, _USED, dtype=object), np.empty((2, 0), np.int64))

    def tell(self, which: pa.Array | NDArray[np.bool_], why: str) -> None:
        self.whys[np.asarray(which) & (self.whys == _USED)] = why

    @property
    def used(self) -> NDArray[np.bool_]:
        return np.asarray(self.whys == _USED)


@dataclass(frozen=True, slots=True)
class _Known:
    """Users or certificates, a row for each key, and what became of the rows that tell of them."""

    holds: Holds
    table: pa.Table
    keys: pa.Array
    rows: NDArray[np.int64]
    fates: _Fates

    def place(self, keys: pa.Array) -> pa.Array:
        """The row that tells of each key; NULL for one that nobody tells of, or for none."""
        return pa.array(self.rows).take(pc.index_in(keys, value_set=self.keys, skip_nulls=True))


def joined_people(parcels: pa.Table, tables: list[PeopleTable]) -> tuple[pa.Table, pa.Table]:
    """PEOPLE_SCHEMA, and PEOPLE_ROWS_SCHEMA for the rows that were not used.

    parcels  `row_no` and `source_key` of the snapshot
    """
    known = {holds: _known(holds, _of(tables, holds)) for holds in NAMED}
    pieces, told = [], []
    for holds in _SAYS:
        piece, fates, row_nos = _of_parcels(holds, _of(tables, holds), parcels, known)
        pieces.append(piece.filter(pa.array(fates.used)).cast(PEOPLE_SCHEMA))
        if holds == "rights":
            _told_of_parcels(piece, fates, row_nos, known)
        told.append(_told(holds, piece, fates))
    told += [_told(holds, one.table, one.fates) for holds, one in known.items()]
    order = [("row_no", "ascending"), ("says", "ascending"), (PART, "ascending"), (AT, "ascending")]
    return pa.concat_tables(pieces).sort_by(order), pa.concat_tables(told)


def _of(tables: list[PeopleTable], holds: Holds) -> pa.Table:
    """All tables of a kind as one, with every column that it may have; without rows where none was delivered."""
    types = {each.name: each.type for each in PEOPLE_SCHEMA} | {PARCEL_KEY: pa.string()}
    names = dict.fromkeys((PART, AT, *names_of(holds), NOT_READABLE))
    pieces = []
    for each in tables:
        if each.holds == holds:
            n = each.table.num_rows
            there = {name: one_array(each.table[name]) for name in each.table.column_names}
            there[PART] = pa.array(np.full(n, each.part_no, np.int32))
            pieces.append(
                pa.table(
                    {
                        name: there[name].cast(types[name]) if name in there else pa.nulls(n, types[name])
                        for name in names
                    }
                )
            )
    if not pieces:
        return pa.table({name: pa.array([], types[name]) for name in names})
    return pa.concat_tables(pieces).combine_chunks()


def _known(holds: Holds, table: pa.Table) -> _Known:
    """Of each key what most rows say of it; of as many, what comes first by its content, so that no order of rows matters."""
    key = KEYS[holds]
    fates = _Fates.of(table.num_rows)
    fates.tell(one_array(table[key]).is_null(), "no_key")
    content = [name for name in table.column_names if name not in (PART, AT, key)]
    every = table.append_column("at", pa.array(np.arange(table.num_rows)))
    keyed = every.filter(pa.array(fates.used))
    alike = keyed.group_by([key, *content], use_threads=False).aggregate([("at", "count"), ("at", "min")])
    alike = alike.sort_by(
        [(key, "ascending"), ("at_count", "descending"), *((name, "ascending") for name in content)]
    )
    keys = np.asarray(one_array(alike[key]).to_numpy(zero_copy_only=False), dtype=object)
    best = np.ones(len(keys), np.bool_)
    best[1:] = keys[1:] != keys[:-1]
    chosen = alike.filter(pa.array(best))
    rows = np.asarray(chosen["at_min"], dtype=np.int64)
    same = keyed.join(chosen.select([key, "at_min"]), keys=key).sort_by("at")
    first = np.asarray(same["at_min"], dtype=np.int64)
    at = np.asarray(same["at"], dtype=np.int64)
    agrees = np.ones(len(at), np.bool_)
    for name in content:
        values = one_array(table[name])
        mine, its = values.take(pa.array(at)), values.take(pa.array(first))
        equal = pc.fill_null(pc.equal(mine, its), pc.and_(mine.is_null(), its.is_null()))
        agrees &= np.asarray(equal)
    marks = np.zeros((2, table.num_rows), np.bool_)
    marks[0, at[~agrees]] = True
    marks[1, at[agrees & (at != first)]] = True
    fates.tell(marks[0], "conflict")
    fates.tell(marks[1], "repeated")
    return _Known(holds, table, one_array(chosen[key]), rows, fates)


def _of_parcels(
    holds: Holds, table: pa.Table, parcels: pa.Table, known: dict[Holds, _Known]
) -> tuple[pa.Table, _Fates, pa.Array]:
    """Rights or restrictions in PEOPLE_SCHEMA (not yet without NULL), what becomes of them, and the parcel of each."""
    n = table.num_rows
    fates = _Fates.of(n)
    row_nos = _parcels(table, parcels, fates)
    columns = _record(holds, table, pa.array(np.arange(n)))
    if holds == "rights":
        columns |= _named(table, known, fates)
    columns |= {"row_no": row_nos, "says": pa.repeat(pa.scalar(_SAYS[holds]), n)}
    columns |= {name: one_array(table[name]) for name in (PART, AT)}
    piece = pa.table({each.name: columns.get(each.name, pa.nulls(n, each.type)) for each in PEOPLE_SCHEMA})
    fates.tell(_again(piece, fates.used), "repeated")
    fates.tell(_too_many(row_nos, fates.used), "too_many")
    return piece, fates, row_nos


def _parcels(table: pa.Table, parcels: pa.Table, fates: _Fates) -> pa.Array:
    """The row of the snapshot that each row names by its parcel's key; NULL where there is none, or are several."""
    named = one_array(table[PARCEL_KEY])
    fates.tell(named.is_null(), "no_key")
    once = (
        parcels.filter(pc.is_valid(parcels["source_key"]))
        .group_by("source_key")
        .aggregate([("row_no", "min"), ("row_no", "count")])
    )
    place = pc.index_in(named, value_set=one_array(once["source_key"]), skip_nulls=True)
    fates.tell(place.is_null(), "parcel_unknown")
    several = pc.greater(one_array(once["row_no_count"]).take(place), 1)
    fates.tell(pc.fill_null(several, False), "parcel_several")
    return one_array(once["row_no_min"]).take(place)


def _record(holds: Holds, table: pa.Table, rows: pa.Array) -> dict[str, pa.Array]:
    """The columns of a table's own record, and what of them could not be read, at these rows."""
    names = [*(column.name for column in RECORDS[holds]), NOT_READABLE]
    return {name: one_array(table[name]).take(rows) for name in names}


def _named(table: pa.Table, known: dict[Holds, _Known], fates: _Fates) -> dict[str, pa.Array]:
    """What the rights name: the columns of their users and certificates."""
    lost = [one_array(table[NOT_READABLE])]
    columns: dict[str, pa.Array] = {}
    nobody = np.ones(table.num_rows, np.bool_)
    for holds, one in known.items():
        keys = one_array(table[KEYS[holds]])
        place = one.place(keys)
        fates.tell(pc.and_(keys.is_valid(), place.is_null()), _UNKNOWN[holds])
        nobody &= np.asarray(keys.is_null())
        theirs = _record(holds, one.table, place)
        lost.append(theirs.pop(NOT_READABLE))
        columns |= theirs
    fates.tell(nobody, "names_nobody")
    return columns | {NOT_READABLE: join_said(lost, NOT_READABLE_JOINER)}


def _again(piece: pa.Table, used: NDArray[np.bool_]) -> NDArray[np.bool_]:
    """Which used rows say of their parcel what one before them says; a right's own key is a handle and says nothing."""
    rows = pa.array(np.flatnonzero(used))
    handles = ("right_key", "restriction_key")
    content = piece.drop_columns([AT, PART, *handles]).take(rows).append_column("at", rows)
    keys = [name for name in content.column_names if name != "at"]
    first = content.group_by(keys, use_threads=False).aggregate([("at", "min")])["at_min"]
    again = used.copy()
    again[np.asarray(first, dtype=np.int64)] = False
    return again


def _too_many(row_nos: pa.Array, used: NDArray[np.bool_]) -> NDArray[np.bool_]:
    """Which used rows are of parcels with more than can be kept of one: their key is no key of parcels."""
    rows = np.flatnonzero(used)
    named = np.asarray(row_nos.take(pa.array(rows)), dtype=np.int64)
    _, of, counts = np.unique(named, return_inverse=True, return_counts=True)
    marks = np.zeros(len(used), np.bool_)
    marks[rows[counts[of] > MOST_OF_A_PARCEL]] = True
    return marks


def _told_of_parcels(piece: pa.Table, fates: _Fates, row_nos: pa.Array, known: dict[Holds, _Known]) -> None:
    """Note by which parcels the faults are told: a right that leads nowhere, a user or certificate that copies contradict."""
    lost = np.flatnonzero(np.isin(fates.whys, list(_UNKNOWN.values())))
    fates.parcels = np.stack((lost, np.asarray(row_nos.take(pa.array(lost)), dtype=np.int64)))
    used = pa.array(fates.used)
    for holds, one in known.items():
        keys = one_array(piece[KEYS[holds]]).filter(used)
        alone = np.ones(one.table.num_rows, np.bool_)
        alone[np.asarray(one.place(keys).drop_null(), dtype=np.int64)] = False
        one.fates.tell(alone, "by_nobody")
        copies = np.flatnonzero(one.fates.whys == "conflict")
        said = pa.table({"key": one_array(one.table[KEYS[holds]]).take(pa.array(copies)), "at": copies})
        first = said.group_by("key").aggregate([("at", "min")])
        named = pa.table({"key": keys, "row_no": row_nos.filter(used)})
        named = named.group_by(["key", "row_no"], use_threads=False).aggregate([])
        place = pc.index_in(named["key"], value_set=one_array(first["key"]), skip_nulls=True)
        pairs = pa.table({"at": first["at_min"].take(place), "row_no": named["row_no"]})
        pairs = pairs.filter(pc.is_valid(pairs["at"])).sort_by([("at", "ascending"), ("row_no", "ascending")])
        one.fates.parcels = np.stack([np.asarray(pairs[name], dtype=np.int64) for name in ("at", "row_no")])


def _told(holds: Holds, table: pa.Table, fates: _Fates) -> pa.Table:
    """PEOPLE_ROWS_SCHEMA: the rows that were not used."""
    rows = np.flatnonzero(~fates.used)
    at = pa.array(rows)
    columns = [
        one_array(table[PART]).take(at),
        pa.repeat(pa.scalar(holds), len(rows)),
        one_array(table[AT]).take(at),
        pa.array(fates.whys[rows], pa.string()),
        pa.ListArray.from_arrays(
            pa.array(np.searchsorted(fates.parcels[0], np.append(rows, table.num_rows)), pa.int32()),
            pa.array(fates.parcels[1]),
        ),
    ]
    return pa.table(columns, schema=PEOPLE_ROWS_SCHEMA)
