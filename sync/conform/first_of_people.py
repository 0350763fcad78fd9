"""The user and the certificate of a parcel's own row, where tables say who has it: the first of theirs.

Which is the first does not depend on where it stands in a file: who still has his right, in the order of roles, of keys, then by
what is said of him.
"""

from datetime import date
from typing import Final

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from parcels.arrays import one_array
from parcels.people import CERTIFICATES, CERTIFICATES_OVER, ROLES, USER, PeopleColumn, says_anything
from parcels.personal import OWN_CERTIFICATE, OWN_USER

_ROLES: Final = pa.array([term.code for term in ROLES])
_OVER: Final = pa.array(CERTIFICATES_OVER)
_GROUPS: Final = ((USER, OWN_USER), (CERTIFICATES, OWN_CERTIFICATE))


def with_first(part: pa.Table, people: pa.Table, as_of: date) -> tuple[pa.Table, int]:
    """Rows of SNAPSHOT_SCHEMA with the first user and certificate of those that have any; and how many said another one.

    people  rows of PEOPLE_SCHEMA of these parcels, of tables
    """
    rights = people.filter(pc.equal(people["says"], "right")).combine_chunks()
    differs = np.zeros(part.num_rows, np.bool_)
    row_nos = one_array(part["row_no"])
    for record, own in _GROUPS:
        first = _first(rights.filter(says_anything(rights, record)), record, as_of)
        place = pc.index_in(row_nos, value_set=one_array(first["row_no"]), skip_nulls=True)
        for column in own:
            at = part.schema.get_field_index(column.name)
            mine = one_array(part[column.name])
            theirs = one_array(first[column.name]).take(place)
            differs |= np.asarray(pc.fill_null(pc.not_equal(mine, theirs), False))
            part = part.set_column(
                at, part.schema.field(at), pc.if_else(pc.is_valid(place), theirs, mine).cast(mine.type)
            )
    return part, int(differs.sum())


def _first(rights: pa.Table, record: tuple[PeopleColumn, ...], as_of: date) -> pa.Table:
    """Of each parcel its first right."""
    ended = pc.fill_null(pc.less_equal(rights["right_to"], pa.scalar(as_of)), False)
    if record is CERTIFICATES:
        ended = pc.or_(
            ended,
            pc.fill_null(pc.is_in(rights["certificate_state"], value_set=_OVER, skip_nulls=True), False),
        )
    role = pc.fill_null(pc.index_in(rights["right_role"], value_set=_ROLES, skip_nulls=True), 0)
    content = [column.name for column in record]
    key = next(name for name in content if name.endswith("_key"))
    order = [(name, "ascending") for name in dict.fromkeys(("row_no", "ended", "role", key, *content))]
    ranked = rights.append_column("ended", ended.cast(pa.int8())).append_column("role", role).sort_by(order)
    _, at = np.unique(ranked["row_no"].to_numpy(), return_index=True)
    return ranked.take(pa.array(at))
