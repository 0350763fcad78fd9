"""Faults as the table of findings that everyone reads: one row per fault, with a stable id and words.

No personal data comes in here: a finding knows a parcel by its handles as delivered and by its place.
"""

import uuid
from collections.abc import Callable
from dataclasses import replace
from hashlib import sha1
from string import Formatter

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
import shapely
from numpy.typing import NDArray

from parcels.bilingual import Lang
from validators.base import WHOLE, Check, Faults, Others, Severity
from validators.identity.members import SEPARATOR, Named, members_of

FINDINGS_SCHEMA = pa.schema(
    [
        pa.field("finding_id", pa.string(), nullable=False),
        pa.field("check_code", pa.string(), nullable=False),
        pa.field("severity", pa.string(), nullable=False),
        pa.field("dataset", pa.string(), nullable=False),
        pa.field("row_no", pa.int64(), nullable=False),  # -1 for a fault of the commune as a whole
        pa.field("handle", pa.string()),  # the strongest handle as delivered, for people
        pa.field("measure", pa.float64()),
        pa.field("unit", pa.string()),
        pa.field("width_mm", pa.float64()),
        pa.field("detail", pa.string()),
        pa.field("others", pa.list_(pa.string()), nullable=False),  # handles of the other parcels it is about
        pa.field("other_dataset", pa.string()),  # the commune of the other side, of a fault at a seam
        pa.field("message_vi", pa.string(), nullable=False),
        pa.field("message_en", pa.string(), nullable=False),
        pa.field("place_wkb", pa.binary()),
        pa.field("place_srid", pa.int32()),
        pa.field("quarantines", pa.bool_(), nullable=False),
        pa.field(
            "other_rows", pa.list_(pa.int64()), nullable=False
        ),  # row_no of the others that are of this dataset; of one told of nearly all rows of a commune, of these
        pa.field("excused", pa.bool_(), nullable=False),  # somebody answers for it: an error no more
        # Exactly which parcels it is about, by the names of `validators.identity.naming`: those of this dataset (none of
        # a fault of the commune as a whole), and those of the other side of a seam.
        pa.field("names", pa.list_(pa.string()), nullable=False),
        pa.field("other_names", pa.list_(pa.string()), nullable=False),
        # The id that it had before sheets had their old commune, where that was another one.
        pa.field("former_id", pa.string()),
    ]
)

# Of finding ids. A finding keeps its id as long as the check and the handle stay; changing the namespace or
# the name that is hashed makes every finding in the register a new one.
NAMESPACE = uuid.UUID("2b0d0c6e-9f43-5c55-8f0f-3f1d8a1f6a52")

# Where the 32 hexadecimal digits of a UUID stand in its 36 characters.
_DIGITS = np.array([at for at, mark in enumerate(str(NAMESPACE)) if mark != "-"])
_HEXADECIMAL = np.frombuffer(b"0123456789abcdef", dtype=np.uint8)


def uuid5(names: pa.Array, namespace: uuid.UUID = NAMESPACE) -> pa.Array:
    """`uuid.uuid5(namespace, name)` of every name, as text, in order.

    Only the digest itself is a call per finding: starting DuckDB for its sha1() in every commune costs more
    than it saves until there are hundreds of thousands of findings.
    """
    prefix = namespace.bytes
    digests = b"".join(
        [
            sha1(prefix + name, usedforsecurity=False).digest()[:16]
            for name in names.cast(pa.binary()).to_pylist()
        ]
    )
    octets = np.frombuffer(digests, dtype=np.uint8).reshape(-1, 16).copy()
    octets[:, 6] = octets[:, 6] & 0x0F | 0x50  # version 5
    octets[:, 8] = octets[:, 8] & 0x3F | 0x80  # variant of RFC 9562
    text = np.full((len(octets), 36), ord("-"), dtype=np.uint8)
    text[:, _DIGITS[0::2]] = _HEXADECIMAL[octets >> 4]
    text[:, _DIGITS[1::2]] = _HEXADECIMAL[octets & 0x0F]
    buffers = [None, pa.py_buffer(text)]
    fixed = pa.FixedSizeBinaryArray.from_buffers(pa.binary(36), len(octets), buffers)
    return fixed.cast(pa.binary()).cast(pa.string())


def findings(found: list[tuple[Check, Severity, Faults]], named: Named) -> pa.Table:
    """All findings of a dataset, by row and check; FINDINGS_SCHEMA."""
    return numbered_findings(found, named)[0]


def numbered_findings(
    found: list[tuple[Check, Severity, Faults]], named: Named
) -> tuple[pa.Table, NDArray[np.int64]]:
    """The same, and which fault of its check each finding is."""
    some = [each for each in found if len(each[2])]
    if not some:
        return FINDINGS_SCHEMA.empty_table(), np.empty(0, np.int64)
    table = _worded(some, named)
    for name in ("name", "former"):
        table = _tell_twins_apart(table, name)
    table = table.append_column("finding_id", uuid5(table["name"].combine_chunks()))
    changed = pc.not_equal(table["name"], table["former"])
    former = pc.if_else(changed, table["former"], pa.scalar(None, pa.string())).combine_chunks()
    table = table.append_column("former_id", _where_known(uuid5, former))
    order = [("row_no", "ascending"), ("check_code", "ascending"), ("finding_id", "ascending")]
    table = table.sort_by(order)
    fault = np.asarray(table["fault"].to_numpy(), dtype=np.int64)
    return table.select(FINDINGS_SCHEMA.names).cast(FINDINGS_SCHEMA), fault


def _where_known(make: Callable[[pa.Array], pa.Array], texts: pa.Array) -> pa.Array:
    """What is made of each text; NULL of NULL."""
    known = texts.is_valid()
    made = make(texts.filter(known))
    return pc.replace_with_mask(pa.nulls(len(texts), pa.string()), known, made)


def _tell_twins_apart(table: pa.Table, column: str) -> pa.Table:
    """Number the findings of one check and one name, ordered by content, so that no two have the same id.

    The order in which rows were delivered changes none of the ids.
    """
    names = table[column].combine_chunks()
    counts = pc.value_counts(names)
    again = counts.field("values").filter(pc.greater(counts.field("counts"), 1))
    if not len(again):
        return table
    shared = pc.is_in(names, value_set=again)
    order = [(key, "ascending") for key in (column, "twin", "detail", "measure", "place_wkb", "row_no")]
    twins = table.filter(shared).sort_by(order)
    name = twins[column].combine_chunks()
    first = np.ones(len(twins), dtype=bool)
    first[1:] = pc.not_equal(name[1:], name[:-1]).to_numpy(zero_copy_only=False)
    position = np.arange(len(twins))
    number = position - np.maximum.accumulate(np.where(first, position, 0))
    numbered = pc.binary_join_element_wise(name, pa.array(number).cast(pa.string()), SEPARATOR)
    twins = twins.set_column(twins.schema.get_field_index(column), column, pc.if_else(first, name, numbered))
    return pa.concat_tables([table.filter(pc.invert(shared)), twins])


def _worded(found: list[tuple[Check, Severity, Faults]], named: Named) -> pa.Table:
    """The columns of FINDINGS_SCHEMA but its id, and what that is made of: `name`, `former`, `twin`, and `fault` in its check.

    Of all checks together: a commune has a few faults of each of dozens, and every call has its price.
    """
    every = [faults for _, _, faults in found]
    sizes = np.array([len(faults) for faults in every])
    faults = _together(every)
    check = pa.array(np.repeat(np.arange(len(found)), sizes))
    n = len(faults)
    rows = pa.array(faults.rows, mask=faults.rows == WHOLE)
    members = members_of(faults, named)
    measure, width = (
        _numbers([getattr(each, name) for each in every], sizes) for name in ("measure", "width_mm")
    )
    detail = _texts([each.detail for each in every], sizes)
    place = np.concatenate([named.point[each.rows] if each.place is None else each.place for each in every])
    srid = np.concatenate(
        [named.srid[each.rows] if each.place_srid is None else each.place_srid for each in every]
    )
    values = {
        "detail": detail,
        "measure": measure,
        "width": width,
        "others": pc.binary_join(members.handles, ", "),
    }
    checks = [check for check, _, _ in found]
    code = pa.array([each.code for each in checks], pa.string()).take(check)
    return pa.table(
        {
            "check_code": code,
            "severity": pa.array([severity for _, severity, _ in found], pa.string()).take(check),
            "dataset": pa.repeat(named.dataset, n),
            "row_no": pc.fill_null(pa.array(named.row_no).take(rows), WHOLE),
            "handle": named.handle.take(rows),
            "measure": measure,
            "unit": pa.array([each.unit for each in checks], pa.string()).take(check),
            "width_mm": width,
            "detail": detail,
            "others": members.handles,
            "other_dataset": members.dataset,
            "message_vi": _messages(checks, sizes, "vi", values),
            "message_en": _messages(checks, sizes, "en", values),
            "place_wkb": pa.array(shapely.to_wkb(place), pa.binary()),
            "place_srid": pa.array(srid, pa.int32(), mask=shapely.is_missing(place)),
            "quarantines": pa.array([each.quarantines for each in checks]).take(check),
            "other_rows": _other_rows(faults, named),
            "excused": pa.repeat(False, n),
            "names": members.names,
            "other_names": members.other_names,
            "name": _join(code, members.joined, faults.key),
            "former": _join(code, members.former, faults.key),
            "twin": members.twins,
            "fault": np.concatenate([np.arange(size) for size in sizes]),
        }
    )


def _together(many: list[Faults]) -> Faults:
    """Which parcels the faults of several checks are about, and what else names them."""
    sizes = np.array([len(faults) for faults in many])
    others = [
        replace(faults.others, fault=faults.others.fault + before)
        for faults, before in zip(many, np.cumsum(sizes) - sizes, strict=True)
        if faults.others is not None
    ]
    return Faults(
        np.concatenate([faults.rows for faults in many]),
        key=_texts([faults.key for faults in many], sizes),
        others=Others.together(others) if others else None,
    )


def _numbers(columns: list[NDArray[np.float64] | None], sizes: NDArray[np.int64]) -> pa.Array:
    """Columns one after the other; NULL for what a check does not say."""
    values = np.concatenate(
        [np.full(k, np.nan) if values is None else values for values, k in zip(columns, sizes, strict=True)]
    )
    return pa.array(values, pa.float64(), mask=~np.isfinite(values))


def _texts(columns: list[pa.Array | None], sizes: NDArray[np.int64]) -> pa.Array:
    """Columns one after the other; NULL for what a check does not say."""
    return pa.concat_arrays(
        [
            pa.nulls(k, pa.string()) if values is None else values
            for values, k in zip(columns, sizes, strict=True)
        ]
    )


def _join(code: pa.Array, names: pa.Array, key: pa.Array | None) -> pa.Array:
    joined = pc.binary_join_element_wise(code, names, SEPARATOR)
    if key is None or key.null_count == len(key):
        return joined
    return pc.coalesce(pc.binary_join_element_wise(joined, key, SEPARATOR), joined)


def _other_rows(faults: Faults, named: Named) -> pa.ListArray:
    fault, row = (
        (np.empty(0, np.int64), np.empty(0, np.int64))
        if faults.others is None
        else (faults.others.fault, faults.others.row)
    )
    mine = row != WHOLE
    numbers = named.row_no[row[mine]]
    order = np.lexsort((numbers, fault[mine]))
    offsets = np.searchsorted(fault[mine][order], np.arange(len(faults) + 1))
    return pa.ListArray.from_arrays(pa.array(offsets, pa.int32()), pa.array(numbers[order], pa.int64()))


def _messages(
    checks: list[Check], sizes: NDArray[np.int64], lang: Lang, values: dict[str, pa.Array]
) -> pa.Array:
    """The sentence of each fault; the faults of the checks one after the other."""
    said = values | {
        "measure": pc.fill_null(say_number(lang, values["measure"]), ""),
        "width": pc.fill_null(say_number(lang, values["width"]), ""),
    }
    messages = []
    for check, start, size in zip(checks, np.cumsum(sizes) - sizes, sizes, strict=True):
        mine = {name: column.slice(start, size) for name, column in said.items()}
        messages.append(_message(check, lang, size, mine))
    return pa.concat_arrays(messages)


def _message(check: Check, lang: Lang, k: int, said: dict[str, pa.Array]) -> pa.Array:
    """The check's sentence with its placeholders filled, a piece of text at a time for all rows."""
    pieces: list[pa.Array | str] = []
    for text, name in _pieces(check.message.say(lang)):
        pieces.append(text)
        if name == "detail":
            pieces.append(pc.fill_null(_detail(check, lang, said[name]), ""))
        elif name:
            pieces.append(said[name])
    if len(pieces) == 1:
        return pa.repeat(pieces[0], k)
    return pc.binary_join_element_wise(*pieces, "")


def _pieces(template: str) -> list[tuple[str, str | None]]:
    return [(text, name) for text, name, _, _ in Formatter().parse(template)]


def _detail(check: Check, lang: Lang, detail: pa.Array) -> pa.Array:
    if detail.null_count == len(detail):
        return detail
    if check.say_detail is None:
        return _decimal_mark(lang, detail) if check.numeric_detail else detail
    encoded = detail.dictionary_encode()
    said = pa.array(
        [check.say_detail(value).say(lang) for value in encoded.dictionary.to_pylist()], pa.string()
    )
    return said.take(encoded.indices)


def say_number(lang: Lang, measure: pa.Array) -> pa.Array:
    """Two decimals at most, none where whole, with the language's decimal mark."""
    cents = pc.round(pc.min_element_wise(measure, 1e12), 2).cast(pa.decimal128(18, 2), safe=False)
    text = pc.replace_substring_regex(cents.cast(pa.string()), r"\.?0+$", "")
    return _decimal_mark(lang, text)


def _decimal_mark(lang: Lang, numbers: pa.Array) -> pa.Array:
    return pc.replace_substring(numbers, ".", ",") if lang == "vi" else numbers
