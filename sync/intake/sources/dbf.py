"""The table of a shapefile, byte by byte: are its rows rows, and does every field say what GDAL would make of it?

GDAL reads numbers as far as they go: 47,8 is 47, `khong` is 0, 31/01/09 is the first day of 1970, a blank truth value is
false. So the bytes of every field that is no text are looked at; a field with a value that GDAL would change is read
from the bytes, as text, and what the text means is decided later, row by row.
"""

from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
from numpy.typing import NDArray

from parcels.bilingual import Bilingual
from parcels.errors import DeliveryRejected
from sync.intake.sources.refusals import corrupt, truncated, twice_named

_BLOCK = 1 << 22
_HEADER, _FIELD, _END_OF_FIELDS = 32, 32, 0x0D
_LIVE, _DELETED = ord(" "), ord("*")
_NOTHING = b" \x00\t"  # what fields are filled up with
_TAIL = (
    b"\x00\x1a \r\n"  # what may lie behind the last row: the end mark, and what a copy was made longer with
)
_SAYS = np.ones(256, dtype=np.bool_)
_SAYS[list(_NOTHING)] = False
_AGAIN = Bilingual(
    "Hãy xuất lại cả bộ tệp từ hệ thống nguồn, chờ chép xong rồi gửi lại.",
    "Export the whole set again from the source system, let the copy finish, and send it again.",
)

# What GDAL reads as it is meant. A whole number of more digits than a float holds is not among the decimals.
_WHOLE = r"^[+-]?[0-9]{1,18}(?:\.0*)?$"
_DECIMAL = r"^[+-]?(?:[0-9]{1,15}(?:\.[0-9]*)?|\.[0-9]+)(?:[eE][+-]?0?[0-9]{1,2})?$"
_DAY = r"^[0-9]{8}$"
_TRUTH = r"^[TtFfYyNn]$"
_NO_DAY, _NO_TRUTH = b"00000000", b"?"


@dataclass(frozen=True, slots=True)
class DbfField:
    """One field: `kind` is its letter (C text, N F numbers, D day, L truth), `start` its place in a row, in bytes."""

    name: bytes
    kind: str
    width: int
    decimals: int
    start: int


@dataclass(frozen=True, slots=True)
class DbfTable:
    """What the header says; `fields` in their order."""

    path: Path
    rows: int
    header_bytes: int
    row_bytes: int
    fields: tuple[DbfField, ...]


@dataclass(slots=True)
class DbfSurvey:
    """What a pass over all rows showed.

    live      (rows,) whether a row is not marked as deleted
    odd       places of fields with values that GDAL would change
    asterisks field's place → rows whose number is nothing but asterisks
    blank     likewise, rows whose number is blank
    """

    live: NDArray[np.bool_]
    odd: set[int] = field(default_factory=set)
    asterisks: Counter[int] = field(default_factory=Counter)
    blank: Counter[int] = field(default_factory=Counter)

    @property
    def overflown(self) -> frozenset[int]:
        """Places of fields whose asterisks are numbers too long for them.

        GDAL and QGIS fill a field with asterisks for NULL and leave none blank; who leaves it blank for NULL means by
        asterisks that the number did not fit.
        """
        return frozenset(place for place in self.asterisks if self.blank[place])


def read_header(path: Path) -> DbfTable:
    """Raises DeliveryRejected where the header is not that of a table, or the table not as long as it says."""
    with path.open("rb") as file:
        start = file.read(_HEADER)
        if len(start) < _HEADER:
            raise truncated(path.name)
        rows = int.from_bytes(start[4:8], "little")
        header_bytes, row_bytes = (int.from_bytes(start[k : k + 2], "little") for k in (8, 10))
        if row_bytes == 0 or header_bytes < _HEADER:
            raise corrupt(path.name, "dBASE header")
        described = file.read(header_bytes - _HEADER)
    if path.stat().st_size < header_bytes + rows * row_bytes:
        raise truncated(path.name)
    fields = tuple(_fields(described))
    if fields and fields[-1].start + fields[-1].width > row_bytes:
        raise corrupt(path.name, "dBASE header")
    again = [name for name, times in Counter(one.name for one in fields).items() if times > 1]
    if again:
        raise twice_named(path.name, again[0].decode("utf-8", "replace"))
    return DbfTable(path, rows, header_bytes, row_bytes, fields)


def _fields(described: bytes) -> Iterator[DbfField]:
    place = 1
    for at in range(0, len(described) - _FIELD + 1, _FIELD):
        if described[at] == _END_OF_FIELDS:
            return
        name, kind = described[at : at + 11].split(b"\x00")[0].strip(), chr(described[at + 11])
        width, decimals = described[at + 16], described[at + 17]
        yield DbfField(name, kind, width, decimals, place)
        place += width


def survey(table: DbfTable) -> DbfSurvey:
    """Look at every row and every field once, a block at a time. Raises DeliveryRejected (DLV-DBF-ROWS)."""
    found = DbfSurvey(np.ones(table.rows, dtype=np.bool_))
    for first, block in _blocks(table, 0, table.rows):
        flags = block[:, 0]
        wrong = (flags != _LIVE) & (flags != _DELETED)
        if wrong.any():
            row = int(np.argmax(wrong))
            raise _no_rows(table, first + row, int(flags[row]))
        mine = flags == _LIVE
        found.live[first : first + len(block)] = mine
        living = block[mine]
        for place, one in enumerate(table.fields):
            if one.kind in "NFDL" and one.width and len(living):
                _look_at(found, place, one, _values(living, one))
    _refuse_more_rows(table)
    return found


def _look_at(found: DbfSurvey, place: int, one: DbfField, values: pa.Array) -> None:
    missing, stars, good = _judged(values, one)
    found.blank[place] += pc.sum(missing).as_py() or 0
    many = pc.sum(stars).as_py() or 0
    if many:
        found.asterisks[place] += many
    if (pc.sum(good).as_py() or 0) + (pc.sum(missing).as_py() or 0) + many < len(values):
        found.odd.add(place)


def _judged(values: pa.Array, one: DbfField) -> tuple[pa.Array, pa.Array, pa.Array]:
    """Which values (trimmed) are missing, which are nothing but asterisks, which GDAL reads as they are meant."""
    missing = pc.equal(values, b"")
    if one.kind in "NF":
        stars = pc.equal(values, b"*" * one.width)
        pattern = _WHOLE if one.kind == "N" and one.decimals == 0 and one.width <= 18 else _DECIMAL
        return missing, stars, pc.match_substring_regex(values, pattern)
    stars = pa.array(np.zeros(len(values), dtype=np.bool_))
    if one.kind == "L":
        return pc.equal(values, _NO_TRUTH), stars, pc.match_substring_regex(values, _TRUTH)
    return pc.or_(missing, pc.equal(values, _NO_DAY)), stars, _real_days(values)


def _real_days(values: pa.Array) -> pa.Array:
    written = pc.fill_null(pc.match_substring_regex(values, _DAY), False)
    digits = pc.if_else(written, values, pa.scalar(None, pa.binary())).cast(pa.string())
    days = pc.strptime(digits, format="%Y%m%d", unit="s", error_is_null=True)
    return pc.fill_null(pc.equal(pc.strftime(days, format="%Y%m%d"), digits), False)


def texts_of(
    table: DbfTable, found: DbfSurvey, place: int, rows: NDArray[np.int64], by_gdal: pa.Array, encoding: str
) -> pa.Array:
    """What a field says in these rows (n,), as text: numbers and days as GDAL read them, what it would change as it stands."""
    one = table.fields[place]
    pieces = [
        _values(block[rows[(rows >= first) & (rows < first + len(block))] - first], one)
        for first, block in _blocks(table, int(rows[0]), int(rows[-1]) + 1)
    ]
    values = pa.concat_arrays(pieces)
    missing, stars, good = _judged(values, one)
    if place not in found.overflown:
        missing = pc.or_(missing, stars)
    said = _decoded(pc.if_else(pc.or_(missing, good), pa.scalar(None, pa.binary()), values), encoding)
    return pc.coalesce(said, pc.if_else(good, _as_text(by_gdal), pa.scalar(None, pa.string())))


def _as_text(values: pa.Array) -> pa.Array:
    """Numbers without ".0", days as ISO has them."""
    if not pa.types.is_floating(values.type):
        return values.cast(pa.string())
    whole = pc.and_(pc.equal(values, pc.floor(values)), pc.less(pc.abs(values), 1e15))
    numbers = pc.if_else(whole, values, pa.scalar(None, values.type)).cast(pa.int64())
    return pc.coalesce(numbers.cast(pa.string()), values.cast(pa.string()))


def _decoded(values: pa.Array, encoding: str) -> pa.Array:
    """Bytes as text, each distinct value once; a byte that the encoding does not have becomes the mark for one."""
    coded = values.dictionary_encode()
    texts = pa.array(
        [value.decode(encoding, "replace") for value in coded.dictionary.to_pylist()], pa.string()
    )
    return texts.take(coded.indices)


def _values(block: NDArray[np.uint8], one: DbfField) -> pa.Array:
    """A field's bytes in every row of a block, as binary, without what fills it up at both ends."""
    octets = block[:, one.start : one.start + one.width]
    says = _SAYS[octets]
    some = says.any(axis=1)
    begin = np.where(some, says.argmax(axis=1), 0)
    end = np.where(some, one.width - says[:, ::-1].argmax(axis=1), 0)
    columns = np.arange(one.width)
    within = (columns >= begin[:, np.newaxis]) & (columns < end[:, np.newaxis])
    offsets = np.concatenate(([0], np.cumsum(end - begin))).astype(np.int32)
    return pa.Array.from_buffers(
        pa.binary(), len(octets), [None, pa.py_buffer(offsets), pa.py_buffer(octets[within])]
    )


def _blocks(table: DbfTable, first: int, end: int) -> Iterator[tuple[int, NDArray[np.uint8]]]:
    """Rows from `first` to `end` as (rows, bytes of a row), with the number of the first of each block."""
    at_a_time = max(1, _BLOCK // table.row_bytes)
    with table.path.open("rb") as file:  # not mapped: the pages of a mapped table count as memory in use
        file.seek(table.header_bytes + first * table.row_bytes)
        for row in range(first, end, at_a_time):
            rows = min(at_a_time, end - row)
            octets = np.frombuffer(file.read(rows * table.row_bytes), np.uint8)
            yield row, octets.reshape(rows, table.row_bytes)


def _refuse_more_rows(table: DbfTable) -> None:
    """Refuse a table with more behind its last row than an end mark: rows that its header does not count."""
    with table.path.open("rb") as file:
        file.seek(table.header_bytes + table.rows * table.row_bytes)
        while behind := file.read(_BLOCK):
            if behind.strip(_TAIL):
                raise _uncounted(table)


def _no_rows(table: DbfTable, row: int, flag: int) -> DeliveryRejected:
    name = table.path.name
    return DeliveryRejected(
        "DLV-DBF-ROWS",
        Bilingual(
            f"Bảng «{name}» ghi có {table.rows} bản ghi, nhưng từ bản ghi {row + 1} không phải là bản ghi "
            f"(byte đầu là 0x{flag:02X}, phải là dấu cách hoặc dấu *): tệp bị hỏng hoặc chưa chép xong.",
            f"The table “{name}” states {table.rows} records, but record {row + 1} is none (it begins with "
            f"0x{flag:02X}, not with a blank or *): the file is damaged or was not copied to its end.",
        ),
        _AGAIN,
        record=row + 1,
    )


def _uncounted(table: DbfTable) -> DeliveryRejected:
    name = table.path.name
    return DeliveryRejected(
        "DLV-DBF-ROWS",
        Bilingual(
            f"Bảng «{name}» ghi có {table.rows} bản ghi, nhưng sau bản ghi cuối còn dữ liệu.",
            f"The table “{name}” states {table.rows} records, but there is more behind the last one.",
        ),
        _AGAIN,
    )


def unreadable_kind(name: str, column: str, kind: str) -> DeliveryRejected:
    """A column of a type that is not held in the table as text, a number, a day or a truth value."""
    return DeliveryRejected(
        "DLV-DBF-FIELD",
        Bilingual(
            f"Cột «{column}» của bảng «{name}» có kiểu «{kind}» (ghi chú dài hoặc nhị phân), không đọc được ở đây.",
            f"Column “{column}” of the table “{name}” is of type “{kind}” (a memo, or binary), which is not read here.",
        ),
        Bilingual(
            "Hãy xuất lại cột này dưới dạng văn bản (kiểu C), hoặc gửi GeoPackage.",
            "Export this column as text (type C), or send a GeoPackage.",
        ),
        column=column,
    )
