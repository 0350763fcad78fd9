"""Versions of source objects as numbers to be ordered by, and what a row of a change set does.

A version is a whole number that grows, or a time in ISO 8601 (a time without an offset is a time in Vietnam). The two
cannot be compared with each other, so a delivery keeps to one kind.
"""

from dataclasses import dataclass
from typing import Literal

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
from numpy.typing import NDArray

from parcels.arrays import one_array
from parcels.text import clean

OrderKind = Literal["number", "time"]
ValidFromMeans = Literal["state", "parcel", "unknown"]  # what a source's valid_from is the first day of
ACTIONS: tuple[str, ...] = ("insert", "update", "end")
END = "end"

_NUMBER = r"^([0-9]{1,18})(?:\.0+)?$"  # any of them fits into 64 bits
_TIME = (
    r"^(?P<day>[0-9]{4}-[0-9]{2}-[0-9]{2})"
    r"(?:[T ](?P<minute>[0-9]{2}:[0-9]{2})(?::(?P<second>[0-9]{2})(?:[.,](?P<fraction>[0-9]{1,9}))?)?"
    r"(?: ?(?:(?P<zulu>[Zz])|(?P<sign>[+-])(?P<hours>[0-9]{2}):?(?P<minutes>[0-9]{2})?))?)?$"
)
_VIETNAM_SECONDS = 7 * 3600  # without change since 1975; before that no register kept versions
_MICRO = 1_000_000


@dataclass(frozen=True, slots=True)
class Orders:
    """Versions read. `order` (n,) int64, larger is newer, NULL where unreadable; `kinds`: which kinds occur."""

    order: pa.Array
    kinds: frozenset[OrderKind]


def read_versions(values: pa.Array) -> Orders:
    """Order the versions of one batch: whole numbers as they are, times as microseconds since 1970 (UTC)."""
    text = clean(values)
    none = pa.scalar(None, pa.string())
    whole = pc.if_else(pc.match_substring_regex(text, _NUMBER), text, none)
    number = pc.replace_substring_regex(whole, r"\.0+$", "").cast(pa.int64())
    time = _times(text)
    kinds: set[OrderKind] = set()
    if number.null_count < len(number):
        kinds.add("number")
    if time.null_count < len(time):
        kinds.add("time")
    return Orders(pc.coalesce(number, time), frozenset(kinds))


def _times(text: pa.Array) -> pa.Array:
    parts = pc.extract_regex(text, _TIME)

    def part(name: str, missing: str) -> pa.Array:
        value = pc.struct_field(parts, name)
        return pc.if_else(pc.equal(value, ""), missing, value)

    moment = pc.binary_join_element_wise(
        part("day", ""),
        " ",
        part("minute", "00:00"),
        ":",
        part("second", "00"),
        "",
        null_handling="emit_null",
    )
    stamp = pc.strptime(moment, format="%Y-%m-%d %H:%M:%S", unit="s", error_is_null=True)
    # 31 February must not become 3 March, nor 23:59:60 the next day.
    same = pc.fill_null(pc.equal(pc.strftime(stamp, format="%Y-%m-%d %H:%M:%S"), moment), False)
    seconds = pc.if_else(same, stamp, pa.scalar(None, stamp.type)).cast(pa.int64())
    fraction = pc.utf8_slice_codeunits(pc.utf8_rpad(part("fraction", "0"), 6, "0"), 0, 6).cast(pa.int64())
    offset = pc.add(
        pc.multiply(part("hours", "0").cast(pa.int64()), 3600),
        pc.multiply(part("minutes", "0").cast(pa.int64()), 60),
    )
    offset = pc.if_else(pc.equal(part("sign", "+"), "-"), pc.negate(offset), offset)
    stated = pc.or_(pc.not_equal(part("zulu", ""), ""), pc.not_equal(part("sign", ""), ""))
    offset = pc.if_else(stated, offset, _VIETNAM_SECONDS)
    return pc.add(pc.multiply(pc.subtract(seconds, offset), _MICRO), fraction)


def read_times(values: pa.Array) -> pa.Array:
    """Times as microseconds since 1970 (UTC), (n,) int64; NULL where a value is no time."""
    return _times(clean(values))


def ends(table: pa.Table) -> NDArray[np.bool_]:
    """(n,) the rows of a snapshot that end an object."""
    action = pc.fill_null(pc.equal(one_array(table.column("action")), END), False)
    return np.asarray(action.to_numpy(zero_copy_only=False), dtype=bool)


def read_actions(values: pa.Array) -> pa.Array:
    """Actions in their canonical spelling where only letter case differs; what is none of them stays as it is."""
    lower = pc.utf8_lower(values)
    return pc.if_else(pc.is_in(lower, value_set=pa.array(ACTIONS)), lower, values)
