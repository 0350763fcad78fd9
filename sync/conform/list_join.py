"""What a list says joined to what the map says of the same parcels, column by column."""

from collections import Counter

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from parcels.model import NOT_READABLE_JOINER
from parcels.text import join_said
from sync.conform.columns import NOT_READABLE
from sync.conform.placeholders import PLACEHOLDERS

Columns = dict[str, pa.Array]

# What names a parcel: a list fills it where the file with the geometry says nothing, and changes nothing.
_HANDLES = frozenset(
    {
        "commune_code",
        "sheet_no",
        "parcel_no",
        "map_scale",
        "map_set",
        "old_commune_code",
        "source_key",
        "national_id",
    }
)
# Columns that only mean something together: taken from one side, never mixed.
_TOGETHER = (
    ("land_use", "land_use_areas"),
    ("land_user_name", "land_user_id_number", "land_user_birth_year", "land_user_key"),
    ("certificate_no", "certificate_issued_on"),
)
# Which lists do not carry, and which stays the file's while the list contradicts nothing the file says of the same thing.
_KEY = "land_user_key"


def joined(
    ours: Columns, theirs: Columns, carried: list[str], on: tuple[str, ...], differing: Counter[str]
) -> Columns:
    """The columns of both sides: of a list what it says, of the file what names a parcel."""
    result: Columns = {}
    for name in carried:
        mine, listed = ours[name], theirs[name]
        differ = int(pc.sum(pc.fill_null(pc.not_equal(mine, listed), False)).as_py() or 0)
        if differ:
            differing[name] += differ
        group = next((names for names in _TOGETHER if name in names), (name,))
        if name in _HANDLES:
            result[name] = pc.coalesce(mine, listed)
        else:
            result[name] = pc.if_else(_says(theirs, group, len(mine)), listed, mine)
    for group in _TOGETHER:  # what the list leaves out of a group that it speaks of is not the file's either
        for name in group:
            if name not in result and name not in on:
                said = _says(theirs, group, len(ours[name]))
                if name == _KEY:
                    said = pc.and_(said, _contradicts(ours, theirs, group))
                result[name] = pc.if_else(said, pa.scalar(None, ours[name].type), ours[name])
    # Of both sides: what is not NULL in the end was read from one of them.
    result[NOT_READABLE] = join_said([side[NOT_READABLE] for side in (ours, theirs)], NOT_READABLE_JOINER)
    result[PLACEHOLDERS] = both(ours[PLACEHOLDERS], theirs[PLACEHOLDERS])
    return result


def _contradicts(ours: Columns, theirs: Columns, group: tuple[str, ...]) -> pa.Array:
    """Where both sides say something of a group of columns, and not the same."""
    found = pa.array(np.zeros(len(ours[group[0]]), dtype=np.bool_))
    for name in group:
        if name in theirs:
            found = pc.or_(found, pc.fill_null(pc.not_equal(ours[name], theirs[name]), False))
    return found


def _says(theirs: Columns, group: tuple[str, ...], n: int) -> pa.Array:
    """Where a list says anything of a group of columns."""
    said = pa.array(np.zeros(n, dtype=np.bool_))
    for name in group:
        if name in theirs:
            said = pc.or_(said, theirs[name].is_valid())
    return said


def both(a: pa.Array, b: pa.Array) -> pa.Array:
    """Two columns of delivered texts (maps) as one."""
    if b.null_count == len(b):
        return a
    sizes = [np.asarray(pc.fill_null(pc.list_value_length(side.cast(_PAIRS)), 0)) for side in (a, b)]
    order = np.argsort(np.concatenate([np.repeat(np.arange(len(a)), size) for size in sizes]), kind="stable")
    pairs = [pc.list_flatten(side.cast(_PAIRS)) for side in (a, b)]
    flat = pa.concat_arrays([part.cast(_PAIRS.value_type) for part in pairs]).take(pa.array(order))
    offsets = np.concatenate(([0], np.cumsum(sizes[0] + sizes[1]))).astype(np.int32)
    empty = np.append((sizes[0] + sizes[1]) == 0, False)
    return pa.MapArray.from_arrays(
        pa.array(offsets, mask=empty), pc.struct_field(flat, 0), pc.struct_field(flat, 1)
    )


_PAIRS = pa.list_(pa.struct([pa.field("key", pa.string(), nullable=False), pa.field("value", pa.string())]))
