"""Tables of users, certificates, rights and restrictions joined by their source keys, into the one shape of people.

A right names a parcel, a user, a certificate; it is read from its own row, and what it names from theirs. Every row of every
table has one fate: used, or told with why. A fault is its row's alone: nothing of it touches a parcel. No delivery names such
tables yet.
"""

from dataclasses import dataclass
from typing import Final, Literal

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
from numpy.typing import NDArray

from parcels.arrays import count_values, one_array
from parcels.model import NOT_READABLE_JOINER
from parcels.people import CERTIFICATES, PEOPLE_SCHEMA, RESTRICTION, RIGHT, USER, PeopleColumn, Says
from parcels.text import join_said
from sync.conform.columns import NOT_READABLE

Holds = Literal["users", "certificates", "rights", "restrictions"]
# Why a row was not used, the strongest first. conflict: others say otherwise of the same key, and are more. repeated: an
# earlier row says the same. by_nobody: a user or certificate that no right which was used names.
WHYS: Final = (
    "no_key",
    "conflict",
    "repeated",
    "parcel_unknown",
    "parcel_several",
    "user_unknown",
    "certificate_unknown",
    "names_nobody",
    "by_nobody",
)
PARCEL_KEY: Final = "parcel_key"  # of rights and restrictions: the source key of the parcel
AT: Final = "source_row"
PEOPLE_ROWS_SCHEMA = pa.schema(
    [
        pa.field("part_no", pa.int32(), nullable=False),
        pa.field("holds", pa.string(), nullable=False),
        pa.field("row", pa.int64(), nullable=False),
        pa.field("why", pa.string(), nullable=False),
    ]
)
_RECORDS: Final[dict[Holds, tuple[PeopleColumn, ...]]] = {
    "users": USER,
    "certificates": CERTIFICATES,
    "rights": RIGHT,
    "restrictions": RESTRICTION,
}
_KEYS: Final[dict[Holds, str]] = {"users": "land_user_key", "certificates": "certificate_key"}
_SAYS: Final[dict[Holds, Says]] = {"rights": "right", "restrictions": "restriction"}
_USED: Final = ""


@dataclass(frozen=True, slots=True)
class PeopleTable:
    """One delivered table: `source_row`, canonical columns of its record (and the keys that it names), `not_readable`."""

    holds: Holds
    part_no: int
    table: pa.Table


@dataclass(slots=True)
class _Fates:
    """What becomes of the rows of a table; the first reason stands."""

    whys: NDArray[np.object_]

    def tell(self, which: pa.Array | NDArray[np.bool_], why: str) -> None:
        self.whys[np.asarray(which) & (self.whys == _USED)] = why

    @property
    def used(self) -> NDArray[np.bool_]:
        return np.asarray(self.whys == _USED)


@dataclass(frozen=True, slots=True)
class _Known:
    """Users or certificates, a row for each key, and what became of the rows that tell of them."""

    said: PeopleTable
    keys: pa.Array
    rows: NDArray[np.int64]
    fates: _Fates

    def place(self, keys: pa.Array) -> pa.Array:
        """The row that tells of each key; NULL for one that nobody tells of, or for none."""
        return pa.array(self.rows).take(pc.index_in(keys, value_set=self.keys, skip_nulls=True))


def joined_people(parcels: pa.Table, tables: list[PeopleTable]) -> tuple[pa.Table, pa.Table]:
    """PEOPLE_SCHEMA, and PEOPLE_ROWS_SCHEMA for the rows that were not used; at most one table of each kind.

    parcels  `row_no` and `source_key` of the snapshot
    """
    by_kind = {each.holds: each for each in tables}
    known = {holds: _known(_of(by_kind, holds)) for holds in _KEYS}
    pieces, told = [], []
    for holds, says in _SAYS.items():
        said = _of(by_kind, holds)
        fates = _Fates(np.full(said.table.num_rows, _USED, dtype=object))
        row_nos = _parcels(said, parcels, fates)
        columns = _record(said, pa.array(np.arange(said.table.num_rows)))
        if holds == "rights":
            columns |= _named(said, known["users"], known["certificates"], fates)
        columns |= {"row_no": row_nos, "says": pa.repeat(pa.scalar(says), said.table.num_rows)}
        columns |= {
            "part_no": pa.array(np.full(said.table.num_rows, said.part_no, np.int32)),
            AT: said.table[AT],
        }
        piece = pa.table(
            {each.name: columns.get(each.name, pa.nulls(len(row_nos), each.type)) for each in PEOPLE_SCHEMA}
        )
        fates.tell(_again(piece, fates.used), "repeated")
        pieces.append(piece.filter(pa.array(fates.used)).cast(PEOPLE_SCHEMA))
        told.append(_told(said, fates))
    rights = _of(by_kind, "rights")
    for holds, one in known.items():
        named = one.place(one_array(rights.table[_KEYS[holds]])).filter(
            pa.array(_used_rights(pieces[0], rights))
        )
        alone = np.ones(one.said.table.num_rows, np.bool_)
        alone[np.asarray(named.drop_null(), dtype=np.int64)] = False
        one.fates.tell(alone, "by_nobody")
        told.append(_told(one.said, one.fates))
    order = [("row_no", "ascending"), ("says", "ascending"), (AT, "ascending")]
    return pa.concat_tables(pieces).sort_by(order), pa.concat_tables(told)


def _of(by_kind: dict[Holds, PeopleTable], holds: Holds) -> PeopleTable:
    """The table of a kind with every column that it may have; without rows where none was delivered."""
    said = by_kind.get(holds, PeopleTable(holds, 0, pa.table({AT: pa.array([], pa.int64())})))
    types = {each.name: each.type for each in PEOPLE_SCHEMA} | {PARCEL_KEY: pa.string()}
    also = (PARCEL_KEY, *_KEYS.values()) if holds in _SAYS else ()
    names = dict.fromkeys((AT, *(column.name for column in _RECORDS[holds]), *also, NOT_READABLE))
    n = said.table.num_rows
    there = set(said.table.column_names)
    columns = {
        name: one_array(said.table[name]) if name in there else pa.nulls(n, types[name]) for name in names
    }
    return PeopleTable(holds, said.part_no, pa.table(columns))


def _known(said: PeopleTable) -> _Known:
    """Of each key what most rows say of it; of as many, what comes first by its content, so that no order of rows matters."""
    key = _KEYS[said.holds]
    table = said.table
    fates = _Fates(np.full(table.num_rows, _USED, dtype=object))
    fates.tell(one_array(table[key]).is_null(), "no_key")
    content = [name for name in table.column_names if name not in (AT, key)]
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
    return _Known(said, one_array(chosen[key]), rows, fates)


def _parcels(said: PeopleTable, parcels: pa.Table, fates: _Fates) -> pa.Array:
    """The row of the snapshot that each row names by its parcel's key; NULL where there is none, or are several."""
    named = one_array(said.table[PARCEL_KEY])
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


def _record(said: PeopleTable, rows: pa.Array) -> dict[str, pa.Array]:
    """The columns of a table's own record, and what of them could not be read, at these rows."""
    names = [*(column.name for column in _RECORDS[said.holds]), NOT_READABLE]
    return {name: one_array(said.table[name]).take(rows) for name in names}


def _named(said: PeopleTable, users: _Known, certificates: _Known, fates: _Fates) -> dict[str, pa.Array]:
    """What the rights name: the columns of their users and certificates."""
    lost = [one_array(said.table[NOT_READABLE])]
    columns: dict[str, pa.Array] = {}
    nobody = np.ones(said.table.num_rows, np.bool_)
    for known, why in ((users, "user_unknown"), (certificates, "certificate_unknown")):
        keys = one_array(said.table[_KEYS[known.said.holds]])
        place = known.place(keys)
        fates.tell(pc.and_(keys.is_valid(), place.is_null()), why)
        nobody &= np.asarray(keys.is_null())
        theirs = _record(known.said, place)
        lost.append(theirs.pop(NOT_READABLE))
        columns |= theirs
    fates.tell(nobody, "names_nobody")
    return columns | {NOT_READABLE: join_said(lost, NOT_READABLE_JOINER)}


def _again(piece: pa.Table, used: NDArray[np.bool_]) -> NDArray[np.bool_]:
    """Which used rows say of their parcel what one before them says; a right's own key is a handle and says nothing."""
    rows = pa.array(np.flatnonzero(used))
    handles = ("right_key", "restriction_key")
    content = piece.drop_columns([AT, "part_no", *handles]).take(rows).append_column("at", rows)
    keys = [name for name in content.column_names if name != "at"]
    first = content.group_by(keys, use_threads=False).aggregate([("at", "min")])["at_min"]
    again = used.copy()
    again[np.asarray(first, dtype=np.int64)] = False
    return again


def _used_rights(piece: pa.Table, rights: PeopleTable) -> NDArray[np.bool_]:
    return np.asarray(pc.is_in(one_array(rights.table[AT]), value_set=one_array(piece[AT])))


def _told(said: PeopleTable, fates: _Fates) -> pa.Table:
    """PEOPLE_ROWS_SCHEMA: the rows that were not used."""
    rows = np.flatnonzero(~fates.used)
    columns = [
        pa.array(np.full(len(rows), said.part_no, np.int32)),
        pa.repeat(pa.scalar(said.holds), len(rows)),
        one_array(said.table[AT]).take(pa.array(rows)),
        pa.array(fates.whys[rows], pa.string()),
    ]
    return pa.table(columns, schema=PEOPLE_ROWS_SCHEMA)


def counts(told: pa.Table, holds: Holds) -> dict[str, int]:
    """Why → rows of one table that were not used."""
    return count_values(told.filter(pc.equal(told["holds"], holds))["why"])
