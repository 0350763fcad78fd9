"""Faults as the table of findings that everyone reads: one row per fault, with a stable id and words.

No personal data comes in here: a finding knows a parcel by its handles as delivered and by its place.
"""

import uuid
from hashlib import sha1
from string import Formatter

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
import shapely
from numpy.typing import NDArray

from parcels.bilingual import Lang
from validators.base import WHOLE, Check, Faults, Severity
from validators.members import SEPARATOR, Named, members_of

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
        ),  # row_no of the others that are of this dataset
        pa.field("excused", pa.bool_(), nullable=False),  # somebody answers for it: an error no more
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
    tables = [
        _of_check(check, severity, faults, named).append_column("fault", pa.array(np.arange(len(faults))))
        for check, severity, faults in found
        if len(faults)
    ]
    if not tables:
        return FINDINGS_SCHEMA.empty_table(), np.empty(0, np.int64)
    table = _tell_twins_apart(pa.concat_tables(tables))
    table = table.append_column("finding_id", uuid5(table["name"].combine_chunks()))
    order = [("row_no", "ascending"), ("check_code", "ascending"), ("finding_id", "ascending")]
    table = table.sort_by(order)
    fault = np.asarray(table["fault"].to_numpy(), dtype=np.int64)
    return table.select(FINDINGS_SCHEMA.names).cast(FINDINGS_SCHEMA), fault


def _tell_twins_apart(table: pa.Table) -> pa.Table:
    """Number the findings of one check and one name, ordered by content, so that no two have the same id.

    The order in which rows were delivered changes none of the ids.
    """
    names = table["name"].combine_chunks()
    counts = pc.value_counts(names)
    again = counts.field("values").filter(pc.greater(counts.field("counts"), 1))
    if not len(again):
        return table
    shared = pc.is_in(names, value_set=again)
    order = [(key, "ascending") for key in ("name", "twin", "detail", "measure", "place_wkb", "row_no")]
    twins = table.filter(shared).sort_by(order)
    name = twins["name"].combine_chunks()
    first = np.ones(len(twins), dtype=bool)
    first[1:] = pc.not_equal(name[1:], name[:-1]).to_numpy(zero_copy_only=False)
    position = np.arange(len(twins))
    number = position - np.maximum.accumulate(np.where(first, position, 0))
    numbered = pc.binary_join_element_wise(name, pa.array(number).cast(pa.string()), SEPARATOR)
    twins = twins.set_column(twins.schema.get_field_index("name"), "name", pc.if_else(first, name, numbered))
    return pa.concat_tables([table.filter(pc.invert(shared)), twins])


def _of_check(check: Check, severity: Severity, faults: Faults, named: Named) -> pa.Table:
    k = len(faults)
    rows = pa.array(faults.rows, mask=faults.rows == WHOLE)
    detail = pa.nulls(k, pa.string()) if faults.detail is None else faults.detail
    measure, width = _finite(faults.measure, k), _finite(faults.width_mm, k)
    place = named.point[faults.rows] if faults.place is None else faults.place
    srid = named.srid[faults.rows] if faults.place_srid is None else faults.place_srid
    wkb = shapely.to_wkb(place)
    members = members_of(faults, named)
    values = {
        "detail": detail,
        "measure": measure,
        "width": width,
        "others": pc.binary_join(members.handles, ", "),
    }
    return pa.table(
        {
            "check_code": pa.repeat(check.code, k),
            "severity": pa.repeat(severity, k),
            "dataset": pa.repeat(named.dataset, k),
            "row_no": pc.fill_null(pa.array(named.row_no).take(rows), WHOLE),
            "handle": named.handle.take(rows),
            "measure": measure,
            "unit": pa.repeat(pa.scalar(check.unit, pa.string()), k),
            "width_mm": width,
            "detail": detail,
            "others": members.handles,
            "other_dataset": members.dataset,
            "message_vi": _message(check, "vi", k, values),
            "message_en": _message(check, "en", k, values),
            "place_wkb": pa.array(wkb, pa.binary()),
            "place_srid": pa.array(srid, pa.int32(), mask=shapely.is_missing(place)),
            "quarantines": pa.repeat(check.quarantines, k),
            "other_rows": _other_rows(faults, named),
            "excused": pa.repeat(False, k),
            "name": _join(pa.repeat(check.code, k), members.names, faults.key),
            "twin": members.twins,
        }
    )


def _join(code: pa.Array, names: pa.Array, key: pa.Array | None) -> pa.Array:
    joined = pc.binary_join_element_wise(code, names, SEPARATOR)
    if key is None:
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


def _finite(values: NDArray[np.float64] | None, k: int) -> pa.Array:
    if values is None:
        return pa.nulls(k, pa.float64())
    return pa.array(values, pa.float64(), mask=~np.isfinite(values))


def _message(check: Check, lang: Lang, k: int, values: dict[str, pa.Array]) -> pa.Array:
    """The check's sentence with its placeholders filled, a piece of text at a time for all rows."""
    said = values | {
        "detail": _detail(check, lang, values["detail"]),
        "measure": say_number(lang, values["measure"]),
        "width": say_number(lang, values["width"]),
    }
    pieces: list[pa.Array | str] = []
    for text, name in _pieces(check.message.say(lang)):
        pieces.append(text)
        if name:
            pieces.append(pc.fill_null(said[name], ""))
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
