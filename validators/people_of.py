"""Everybody who is named on the parcels of a dataset: of each row its own land user and certificate, and further rights.

A parcel has several land users where tables or forms bring them (`Context.people`); what is asked of one is asked of each.
"""

from collections.abc import Iterable
from dataclasses import dataclass

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
from numpy.typing import NDArray

from parcels.arrays import one_array
from parcels.people import OF_RIGHT, PEOPLE_SCHEMA, USER, says_anything
from parcels.personal import OWN_CERTIFICATE, OWN_USER
from validators.base import Mask, Rows, Subject

_LOST = "not_readable"


@dataclass(frozen=True, slots=True)
class Persons:
    """Rights, one after the other: those of the rows themselves first, then those of `Context.people`.

    at     (m,) the position of their parcel in the dataset; table: its columns of `parcels.people.OF_RIGHT`, and `not_readable`
    first  (m,) whether it is the row's own user who stands among the further ones, too: counted once
    """

    at: Rows
    table: pa.Table
    first: Mask

    def text(self, name: str) -> pa.Array:
        """A column as one Arrow array."""
        return one_array(self.table[name])

    def on(self, mask: Mask, n: int) -> Mask:
        """(n,) the parcels that any of these are on."""
        found = np.zeros(n, dtype=bool)
        found[self.at[mask]] = True
        return found


def rights(subject: Subject) -> tuple[Rows, pa.Table]:
    """The position of the parcel of each right of `Context.people`, and these rights. Use as a fact."""
    people = subject.context.people
    if people is None or not people.num_rows:
        return np.empty(0, np.int64), PEOPLE_SCHEMA.empty_table()
    said = people.filter(pc.equal(people["says"], "right"))
    at, there = located(subject, said["row_no"])
    return at, said.filter(there).combine_chunks()


def located(subject: Subject, row_nos: pa.ChunkedArray) -> tuple[Rows, pa.Array]:
    """The positions of rows of the snapshot in the dataset, of those that are there; and which are (m,)."""
    places = one_array(
        pa.chunked_array([pc.index_in(row_nos, value_set=one_array(subject.dataset.column("row_no")))])
    )
    return np.asarray(places.drop_null(), dtype=np.int64), places.is_valid()


def persons(subject: Subject) -> Persons:
    """Everybody. Use as a fact."""
    n = len(subject)
    at, further = subject.fact(rights)
    own = {column.name for column in (*OWN_USER, *OWN_CERTIFICATE)} | {_LOST}
    columns = {}
    for field in (*(PEOPLE_SCHEMA.field(column.name) for column in OF_RIGHT), PEOPLE_SCHEMA.field(_LOST)):
        mine = one_array(subject.dataset.column(field.name)) if field.name in own else pa.nulls(n, field.type)
        columns[field.name] = pa.concat_arrays([mine.cast(field.type), one_array(further[field.name])])
    named = np.zeros(n, dtype=bool)
    named[at[np.asarray(says_anything(further, USER), dtype=bool)]] = True
    return Persons(
        np.concatenate((np.arange(n), at)),
        pa.table(columns),
        np.concatenate((named, np.zeros(len(at), dtype=bool))),
    )


def strongest(
    at: Rows, reasons: NDArray[np.object_], order: Iterable[str], n: int
) -> tuple[Rows, NDArray[np.object_]]:
    """Of several persons on one parcel the reason that comes first in an order: the parcels, and the reason of each."""
    best = np.full(n, None, dtype=object)
    for name in reversed([*order]):
        best[at[reasons == name]] = name
    rows = np.flatnonzero(best != None)  # noqa: E711 - elementwise
    return rows, best[rows]
