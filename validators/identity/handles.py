"""The handles of rows: what a parcel is known by.

A row is known by its source key, its national id if well-formed, and its sheet (commune, old commune, map set,
scale, sheet, number) if its commune is one. The forms are those of `parcels.identifiers`, as stored in
land.parcel_alias.
"""

from collections.abc import Callable
from datetime import date
from typing import NamedTuple

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
from numpy.typing import NDArray

from parcels import admin_units, identifiers
from parcels.arrays import one_array
from parcels.model import UNKNOWN_COMMUNE
from parcels.text import join_said
from validators.base import Rows, Subject

# The columns of a snapshot that handles are made of: all that `validators.delivery` reads of one.
KEY_COLUMNS: tuple[str, ...] = (
    "source_system",
    "source_key",
    "national_id",
    "old_commune_code",
    "map_set",
    "map_scale",
    "sheet_no",
    "parcel_no",
)
# Who holds a national id. Of other provinces the province is enough; of the same province also where the parcel is
# live and its other handles, which tell whether the delivery has it too.
CLAIMS_SCHEMA = pa.schema(
    [
        pa.field("national_id", pa.string(), nullable=False),
        pa.field("province_code", pa.string(), nullable=False),
        pa.field("commune_code", pa.string()),
        pa.field("source_handle", pa.string()),
        pa.field("sheet_handle", pa.string()),
    ]
)
# What tells parcels of one sheet and number apart, where it is known.
_MARKS = ("old_commune_code", "map_set", "map_scale")
_NONE = pa.scalar(None, pa.string())


def text(table: pa.Table, name: str) -> pa.Array:
    """A text column of a table as one array."""
    return one_array(table.column(name))


def source_handles(table: pa.Table) -> pa.Array:
    """(n,) `<system>|<key>`; NULL without a key."""
    return identifiers.source_handle(text(table, "source_system"), text(table, "source_key"))


def national_handles(table: pa.Table) -> pa.Array:
    """(n,) the national id where it is well-formed: a malformed one claims nothing and names nothing."""
    ids = text(table, "national_id")
    return pc.if_else(pa.array(identifiers.is_well_formed(ids)), ids, _NONE)


def sheet_handles(table: pa.Table, commune_code: str, as_of: date) -> pa.Array:
    """(n,) the sheet handle in a commune of `as_of`; NULL where incomplete or the commune is none."""
    return _on_sheet(identifiers.sheet_handle, table, commune_code, as_of, *_MARKS)


def sheet_places(table: pa.Table, commune_code: str, as_of: date) -> pa.Array:
    """(n,) what of the sheet handles is never unknown; NULL where there is none."""
    return _on_sheet(identifiers.sheet_place, table, commune_code, as_of)


def _on_sheet(
    join: Callable[..., pa.Array], table: pa.Table, commune_code: str, as_of: date, *marks: str
) -> pa.Array:
    n = table.num_rows
    since = None if commune_code == UNKNOWN_COMMUNE else admin_units.commune(commune_code, as_of)
    if since is None:
        return pa.nulls(n, pa.string())
    values = {name: text(table, name) for name in (*marks, "sheet_no", "parcel_no")}
    return join(pa.repeat(commune_code, n), since.valid_from, **values)


class Handles(NamedTuple):
    """The handles of rows, (n,) each, by kind and in the order of identity; NULL where a row has none of a kind."""

    source_key: pa.Array
    national_id: pa.Array
    sheet: pa.Array

    def at(self, rows: pa.Array) -> "Handles":
        """Those of the rows at these positions."""
        return Handles(*(handles.take(rows) for handles in self))


def handles_of(table: pa.Table, commune_code: str, as_of: date) -> Handles:
    """The handles of the rows of a table: KEY_COLUMNS at least."""
    return Handles(source_handles(table), national_handles(table), sheet_handles(table, commune_code, as_of))


def own_handles(subject: Subject) -> Handles:
    """The handles of the rows of a dataset. Use as a fact."""
    return handles_of(subject.dataset.table, subject.dataset.commune_code, subject.context.as_of)


def names_of(own: Handles) -> pa.Array:
    """(n,) what each row is known by: its strongest handle, `<kind>|<handle>`; NULL where it has none."""
    return pc.coalesce(
        *(
            pc.binary_join_element_wise(kind, handles, identifiers.SEPARATOR)
            for kind, handles in own._asdict().items()
        )
    )


def known_as(subject: Subject) -> pa.Array:
    """`names_of` the rows of a dataset. Use as a fact."""
    return names_of(subject.fact(own_handles))


def told_as(table: pa.Table, own: Handles) -> pa.Array:
    """(n,) the strongest handle of each row of a table as people know it; NULL where a row has none.

    own  its handles: `handles_of(table, …)`
    """
    on_sheet = pc.if_else(pc.is_valid(own.sheet), _on_paper(table), _NONE)
    return pc.coalesce(text(table, "source_key"), own.national_id, on_sheet)


def _on_paper(table: pa.Table) -> pa.Array:
    """`<sheet>/<number>`, and in brackets what tells it from the same number of another old commune, map set or scale."""
    plain = pc.binary_join_element_wise(text(table, "sheet_no"), text(table, "parcel_no"), "/")
    marks = [text(table, name) for name in _MARKS]
    # Without a map set of its own an absorbed commune's sheet has the old code for one: said once.
    marks[1] = pc.if_else(pc.fill_null(pc.equal(marks[0], marks[1]), False), _NONE, marks[1])
    if all(mark.null_count == len(mark) for mark in marks):
        return plain
    coded = marks[0].dictionary_encode()
    named = pa.array(
        [admin_units.old_commune_name(code) for code in coded.dictionary.to_pylist()], pa.string()
    )
    scale = pc.binary_join_element_wise("1:", marks[2], "")
    said = join_said([named.take(coded.indices), marks[1], scale], ", ")
    told = pc.binary_join_element_wise(plain, " (", said, ")", "")
    return pc.coalesce(told, plain)


def rows_sharing(handles: pa.Array, shared: pa.Table) -> tuple[Rows, NDArray[np.float64]]:
    """Which rows hold a repeated handle, and how many rows of the delivery do: positions and counts."""
    index = pc.index_in(handles, value_set=shared["handle"], skip_nulls=True)
    rows = np.flatnonzero(np.asarray(pc.is_valid(index))).astype(np.int64)
    counts = shared["rows"].take(index.take(pa.array(rows)))
    return rows, np.asarray(counts, dtype=np.float64)
