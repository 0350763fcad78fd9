"""Who has a parcel, as the load stages it: the land users and certificates that rows name, and the rights that tie them together.

Of a row of parcels that tables or forms of people name a right of, these are all of its rights (docs/adr/0196); of any other, its own
land user and certificate are one right. Either may be missing; where both are, nobody is named, and it is no right. What a
delivery says several times is said once; how often a user is described in which way is kept, for the merge takes what most say.
No order of rows means anything. Who is who says `sync.load.refs`.
"""

from typing import Final, NamedTuple

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from parcels.arrays import one_array
from parcels.column import Column
from parcels.content_hash import hash_of_columns, to_hex
from parcels.model import ARROW_TYPES
from parcels.people import CERTIFICATES, USER, says_anything
from parcels.personal import LAND_RIGHT, RIGHT, WHOLE_CERTIFICATE, WHOLE_USER
from parcels.text import nfc
from sync.load.people import each_once
from sync.load.refs import BOUND, CONTENT, REF, Entity, refs_of

# The versions of content hashes that stand in parcels.columns.HASH_VERSIONS, once these are stored.
_PREFIX: Final = "landsync.{}.v2;"
_SAID: Final = (*WHOLE_USER, *WHOLE_CERTIFICATE, *RIGHT)


class Holders(NamedTuple):
    """Tables ready to copy, in an order that is theirs.

    users         a row for each right that names one: row_no, user_ref, user_bound, the columns of WHOLE_USER, content_hash
    certificates  likewise: row_no, certificate_ref, certificate_bound, the columns of WHOLE_CERTIFICATE, content_hash
    rights        row_no, item_no, the columns of LAND_RIGHT, content_hash; within a row numbered by content: which live one each is,
                  the merge finds
    """

    users: pa.Table
    certificates: pa.Table
    rights: pa.Table


def holders_of(rows: pa.Table, people: pa.Table, key: bytes) -> Holders:
    """Of rows of the snapshot, by what they and rows of PEOPLE_SCHEMA say. `key` is the province's."""
    said = _rights_said(rows, people)
    described = {entity: _described(entity, said, key) for entity in CONTENT}
    columns = {"row_no": said["row_no"]}
    for entity, (table, place) in described.items():
        for name in (REF[entity], BOUND[entity]):
            columns[name] = one_array(table[name]).take(place)
        columns[f"{entity}_hash"] = one_array(table["content_hash"]).take(place)
    columns |= {column.name: said[column.name] for column in RIGHT}
    rights = _hashed("land_right", pa.table(columns), LAND_RIGHT, key)
    once = _said_once(rights)
    users, certificates = (
        _copies(entity, table, place.take(once)) for entity, (table, place) in described.items()
    )
    kept = ["row_no", *(column.name for column in LAND_RIGHT), "content_hash"]
    return Holders(users, certificates, each_once(rights.select(kept)))


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
    if column.name not in table.column_names:  # no parcel's own row brings it
        return pa.nulls(table.num_rows, kind)
    values = one_array(table[column.name]).cast(kind)
    return nfc(values) if column.kind == "text" else values


def _described(entity: Entity, said: pa.Table, key: bytes) -> tuple[pa.Table, pa.Array]:
    """The users or certificates that rights name, one for each that names one: row_no, ref, bound, columns, content_hash. And at
    which place that of each right stands; NULL where it names none.
    """
    columns = CONTENT[entity]
    named = np.asarray(says_anything(said, USER if entity == "land_user" else CERTIFICATES))
    some = said.select(["row_no", "source_system", *(column.name for column in columns)]).filter(
        pa.array(named)
    )
    some = _hashed(entity, some, columns, key)
    refs, bound = refs_of(entity, some.drop_columns(["content_hash"]), one_array(some["content_hash"]), key)
    table = pa.table(
        {
            "row_no": some["row_no"],
            REF[entity]: refs,
            BOUND[entity]: bound,
            **{column.name: some[column.name] for column in columns},
            "content_hash": some["content_hash"],
        }
    )
    return table, pa.array(np.cumsum(named) - 1, mask=~named)


def _hashed(record: str, table: pa.Table, columns: tuple[Column, ...], key: bytes) -> pa.Table:
    """With `content_hash`, as the database reads octets."""
    digests = to_hex(hash_of_columns(table, columns, _PREFIX.format(record), key=key))
    return table.append_column("content_hash", pc.binary_join_element_wise("\\x", digests, ""))


def _said_once(rights: pa.Table) -> pa.Array:
    """The places of rights that differ in anything, also in how a row describes the same user; of equal ones the first."""
    names = ["row_no", "content_hash", *(f"{entity}_hash" for entity in CONTENT)]
    places = rights.select(names).append_column("place", pa.array(np.arange(rights.num_rows)))
    return one_array(places.group_by(names).aggregate([("place", "min")])["place_min"])


def _copies(entity: Entity, table: pa.Table, places: pa.Array) -> pa.Table:
    """What these rights say of their users or certificates."""
    order = [("row_no", "ascending"), ("content_hash", "ascending"), (REF[entity], "ascending")]
    return table.take(places.drop_null()).sort_by(order)
