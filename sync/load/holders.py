"""Who has a parcel, as the load stages it: the land users and certificates that its row names, and the rights that tie them together.

Of a row of parcels that tables or forms of people name a right of, these are all of its rights (docs/adr/0196); of any other, its own
land user and certificate are one right. Either may be missing; where both are, nobody is named, and it is no right. What a
delivery says of a parcel several times is said once; described in two ways, a user stands there twice, under one pseudonym. No order
of rows means anything. Who is who says `sync.load.refs`.
"""

from collections.abc import Iterator
from typing import Final

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from parcels.arrays import one_array
from parcels.column import Column, Record
from parcels.model import ARROW_TYPES
from parcels.people import CERTIFICATES, USER, PeopleColumn, says_anything
from parcels.personal import RIGHT, WHOLE_CERTIFICATE, WHOLE_USER
from parcels.text import nfc
from sync.load.people import each_once, hashed_items
from sync.load.refs import BOUND, REF, Entity, refs_of

_SAID: Final = (*WHOLE_USER, *WHOLE_CERTIFICATE, *RIGHT)
_NAMES: Final[dict[Entity, tuple[PeopleColumn, ...]]] = {"land_user": USER, "certificate": CERTIFICATES}


def holders_of(rows: pa.Table, people: pa.Table, key: bytes) -> Iterator[tuple[Record, pa.Table]]:
    """The items `land_user`, `certificate` and `land_right` of rows of the snapshot, hashed, ready to copy.

    people  PEOPLE_SCHEMA, of these rows and others. `key` is the province's. The numbers of items are their order by content within
            a row: which live one each of them is, the merge finds.
    """
    said = _rights_said(rows, people)
    for entity, columns in _NAMES.items():
        named = np.asarray(says_anything(said, columns))
        some = said.filter(pa.array(named))
        refs, bound = refs_of(entity, some, key)
        yield (
            entity,
            _items(entity, some.append_column(REF[entity], refs).append_column(BOUND[entity], bound), key),
        )
        place = pa.array(np.cumsum(named) - 1, mask=~named)  # of those that name none: NULL
        said = said.append_column(REF[entity], refs.take(place))
    yield "land_right", _items("land_right", said, key)


def _items(record: Record, said: pa.Table, key: bytes) -> pa.Table:
    nothing = pa.array(np.zeros(said.num_rows, np.int16))
    return each_once(hashed_items(record, said, said["row_no"], nothing, key).drop_columns(["item_no"]))


def _rights_said(rows: pa.Table, people: pa.Table) -> pa.Table:
    """Every right that is said of these rows: row_no, source_system and the columns of _SAID, as they are stored."""
    row_nos = one_array(rows["row_no"])
    systems = one_array(rows["source_system"])
    mine = people.filter(
        pc.and_(pc.equal(people["says"], "right"), pc.is_in(people["row_no"], value_set=row_nos))
    )
    mine = mine.filter(_names_anybody(mine))
    theirs = pc.is_in(row_nos, value_set=one_array(mine["row_no"]))
    own = rows.filter(pc.and_(pc.invert(theirs), _names_anybody(rows)))
    place = pc.index_in(one_array(mine["row_no"]), value_set=row_nos)
    columns = {
        "row_no": pa.concat_arrays([one_array(own["row_no"]), one_array(mine["row_no"])]),
        "source_system": pa.concat_arrays([one_array(own["source_system"]), systems.take(place)]),
    }
    for column in _SAID:
        parts = [_as_stored(column, part) for part in (own, mine)]
        columns[column.name] = pa.concat_arrays(parts)
    return pa.table(columns)


def _names_anybody(table: pa.Table) -> pa.Array:
    return pc.or_(says_anything(table, USER), says_anything(table, CERTIFICATES))


def _as_stored(column: Column, table: pa.Table) -> pa.Array:
    kind = ARROW_TYPES[column.kind]
    if column.name not in table.column_names or table[column.name].null_count == table.num_rows:
        return pa.nulls(table.num_rows, kind)  # no parcel's own row brings it, or none of these does
    values = one_array(table[column.name]).cast(kind)
    return nfc(values) if column.kind == "text" else values
