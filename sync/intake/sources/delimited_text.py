"""How a delimited text is written: its encoding, its delimiter, its header."""

import codecs
import csv
import io
import re
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Literal

from parcels.bilingual import Bilingual
from parcels.encodings import BYTES, UTF8, named
from parcels.errors import DeliveryRejected
from sync.intake.sources.refusals import corrupt, twice_named, wrong_encoding
from sync.intake.sources.text_geometry import looks_like_geometry

BLOCK_BYTES = 1 << 22
_DELIMITERS = (",", ";", "\t", "|")
_HEADER_BYTES = 1 << 20
_SEP_LINE = re.compile(rb"\Asep=([,;\t|])\r?\n", re.IGNORECASE)
_LATIN = "latin-1"
_APART = re.compile(r"[ .,/:\-]")  # what stands between the digits of a number or a day
_VALUE_DIGITS = 8


@dataclass(frozen=True, slots=True)
class Written:
    """How a file is written: the codec that reads it, what its layer says of its encoding, bytes before its text.

    delimiter  as a first line `sep=;` says it, which Excel writes and reads, and which is no record; None without one
    """

    codec: str
    encoding: str
    skip: int = 0
    delimiter: str | None = None


def how_written(path: Path, declared: str | None) -> Written:
    """How the file is written, a first line that names its delimiter taken off. Raises DeliveryRejected."""
    text = _encoded(path, declared)
    first = next(blocks(path, text), b"")
    named_by = _SEP_LINE.match(first)
    return replace(text, delimiter=named_by[1].decode("ascii")) if named_by else text


def _encoded(path: Path, declared: str | None) -> Written:
    """The encoding: by a byte order mark, as declared, or UTF-8 if the whole file is; else its bytes as they are.

    Text of the old Vietnamese encodings is handed on a character per byte, for a column's own encoding to be found.
    """
    with path.open("rb") as file:
        start = file.read(4)
    meant = named(declared) if declared else None
    if start.startswith(codecs.BOM_UTF8):
        marked: tuple[str, int] | None = ("utf-8", len(codecs.BOM_UTF8))
    elif start.startswith((codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE)):
        marked = ("utf-16", 0)
    else:
        marked = None
    if marked is not None:
        fits = meant == UTF8 if marked[0] == "utf-8" else declared is not None and "16" in declared
        if declared is not None and not fits:
            raise wrong_encoding(
                path.name, declared, Bilingual(f"tệp ghi nó là {marked[0]}", f"it says {marked[0]}")
            )
        return Written(marked[0], UTF8, marked[1])
    if meant is not None and meant != UTF8:
        return Written(_LATIN, BYTES)
    if declared is None:
        return Written("utf-8", UTF8) if _is_utf8(path) else Written(_LATIN, BYTES)
    if meant == UTF8:
        return Written("utf-8", UTF8)
    try:
        return Written(codecs.lookup(declared).name, UTF8)
    except LookupError as failure:
        found = Bilingual("không biết bảng mã này", "this encoding is not known")
        raise wrong_encoding(path.name, declared, found) from failure


def _is_utf8(path: Path) -> bool:
    decoder = codecs.getincrementaldecoder("utf-8")()
    try:
        with path.open("rb") as file:
            while read := file.read(BLOCK_BYTES):
                decoder.decode(read)
        decoder.decode(b"", final=True)
    except UnicodeDecodeError:
        return False
    return True


def blocks(path: Path, text: Written) -> Iterator[bytes]:
    """The text in blocks in which delimiters and quotes are single bytes; refuses bytes that its codec does not have.

    Without the line that names the delimiter.
    """
    if text.delimiter is None:
        yield from _blocks(path, text)
        return
    for number, block in enumerate(_blocks(path, text)):
        yield _SEP_LINE.sub(b"", block) if number == 0 else block


def _blocks(path: Path, text: Written) -> Iterator[bytes]:
    decoder = codecs.getincrementaldecoder(text.codec)()
    line = 1
    with path.open("rb") as file:
        file.seek(text.skip)
        more = True
        while more:
            read = file.read(BLOCK_BYTES)
            more = bool(read)
            try:
                decoded = decoder.decode(read, final=not more)
            except UnicodeDecodeError as failure:
                line += read[: failure.start].count(b"\n")
                found = Bilingual(f"byte sai ở khoảng dòng {line}", f"a wrong byte near line {line}")
                raise wrong_encoding(path.name, text.codec.upper(), found) from failure
            line += read.count(b"\n")
            yield read if text.codec in ("utf-8", _LATIN) else decoded.encode()


def head_of(path: Path, text: Written) -> str:
    """The beginning of the text, with all of its header unless that is beyond measure."""
    head = b""
    for block in blocks(path, text):
        head += block
        if len(head) >= _HEADER_BYTES:
            break
    return head.decode(_LATIN if text.codec == _LATIN else "utf-8", "ignore")


def delimiter_of(name: str, head: str, quote: str) -> str:
    """The delimiter that the header has most of, outside quotes; refuses where two have as many, or none has any."""
    line = head.lstrip("\r\n").split("\n", 1)[0]
    bare = "".join(line.split(quote)[::2]) if quote else line
    counts = Counter({mark: bare.count(mark) for mark in _DELIMITERS})
    (first, most), (_, next_most) = counts.most_common(2)
    if most and most > next_most:
        return first
    raise DeliveryRejected(
        "DLV-CSV-DELIMITER",
        Bilingual(
            f"Không rõ dấu phân cách các cột của tệp «{name}».",
            f"It is not clear what separates the columns of the file “{name}”.",
        ),
        Bilingual(
            'Hãy ghi delimiter (",", ";", "\\t" hoặc "|") trong [read.csv] của hồ sơ tỉnh.',
            'State delimiter (",", ";", "\\t" or "|") in [read.csv] of the province\'s profile.',
        ),
    )


def names_of(name: str, head: str, delimiter: str, quote: str) -> tuple[str, ...]:
    """The header's names. One that stands there twice would be read as the other."""
    how: Literal[0, 3] = csv.QUOTE_MINIMAL if quote else csv.QUOTE_NONE
    try:
        rows = csv.reader(
            io.StringIO(head, newline=""), delimiter=delimiter, quotechar=quote or None, quoting=how
        )
        names = tuple(cell.strip() for cell in next(row for row in rows if row))
    except (csv.Error, StopIteration) as failure:
        raise corrupt(name, "CSV: header") from failure
    if (at := next((at for at, cell in enumerate(names, 1) if _is_value(cell)), None)) is not None:
        raise _no_header(name, at)
    twice = [cell for cell, times in Counter(names).items() if cell and times > 1]
    if twice:
        places = [str(at) for at, cell in enumerate(names, 1) if cell == twice[0]]
        raise twice_named(name, " = ".join(places[:2]))  # told by their places: a first row may be a person's
    return names


def _is_value(cell: str) -> bool:
    """Whether it is no name of a column for sure: a geometry, or eight digits and nothing else (a day, a person's number)."""
    digits = _APART.sub("", cell)
    shape = looks_like_geometry(cell) and not cell.strip().isalpha()
    return shape or (digits.isdecimal() and len(digits) >= _VALUE_DIGITS)


def _no_header(name: str, at: int) -> DeliveryRejected:
    return DeliveryRejected(
        "DLV-CSV-HEADER",
        Bilingual(
            f"Dòng đầu của tệp «{name}» là một dòng dữ liệu (thấy ở cột thứ {at}), không phải tên các cột.",
            f"The first line of the file “{name}” is a row of data (its column {at} shows it), not the names of the columns.",
        ),
        Bilingual(
            "Hãy xuất lại tệp có dòng tiêu đề ghi tên các cột.",
            "Export the file again with a header that names the columns.",
        ),
    )
