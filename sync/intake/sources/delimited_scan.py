"""The records of a delimited text, counted without the reader that parses them: whole, of one width, quoted as they must be.

Every byte is looked at once, a block at a time and as whole arrays, so that a fault can be told with its line.
"""

from collections.abc import Iterator
from dataclasses import dataclass, field

import numpy as np
from numpy.typing import NDArray

from parcels.bilingual import Bilingual
from parcels.errors import DeliveryRejected

_LF, _CR = 10, 13
LONGEST = 1 << 25  # bytes of a record: a polygon of some hundred thousand vertices
MOST_COLUMNS = 4_096


@dataclass(slots=True)
class RecordScan:
    """A pass over the blocks of a text whose structure is in ASCII.

    delimiter, quote  one byte each; quote may be empty: then nothing is quoted
    width             fields that every record must have
    open_end          whether the last record may do without a line end
    records           records so far, the header among them; blank lines are none
    longest           bytes of the longest record
    """

    name: str
    delimiter: bytes
    quote: bytes
    width: int
    open_end: bool = False
    records: int = 0
    longest: int = 0
    _line: int = 1
    _inside: int = 0
    _opened_at: int = 1
    _delimiters: int = 0
    _length: int = 0
    _record_line: int = 1
    _last: int = _LF
    _just_closed: bool = False
    _marks: NDArray[np.int8] = field(default_factory=lambda: np.zeros(256, np.int8))

    def __post_init__(self) -> None:
        for byte in (self.delimiter, self.quote, b"\n", b"\r", b"\x00"):
            self._marks[list(byte)] = 1

    def scan(self, blocks: Iterator[bytes]) -> None:
        """Look at every block. Raises DeliveryRejected with the line.

        DLV-CSV-RAGGED, DLV-CSV-QUOTE, DLV-CSV-NUL, DLV-CSV-TOO-LONG; DLV-TRUNCATED where the last record does not end.
        """
        held = b""
        for read in blocks:
            block = held + read
            held = b"\r" if block.endswith(b"\r") else b""  # whether a line feed follows is not known yet
            self._block(block[: len(block) - len(held)])
        self._block(held)
        if self._inside:
            raise _quote(self.name, self._opened_at)
        if self._length:
            if not self.open_end:
                raise _cut_off(self.name, self._record_line)
            self._refuse_ragged(np.array([self._delimiters]), np.array([self._record_line]))
            self.records += 1
            self.longest = max(self.longest, self._length)

    def _block(self, block: bytes) -> None:
        if not block:
            return
        content = np.frombuffer(block, np.uint8)
        at = np.flatnonzero(self._marks[content])
        marks = content[at]
        # A carriage return before a line feed is part of it; one alone ends a line by itself.
        paired = (
            (marks == _CR) & (content[np.minimum(at + 1, len(content) - 1)] == _LF) & (at + 1 < len(content))
        )
        ends = (marks == _LF) | ((marks == _CR) & ~paired)
        lines = self._line + np.cumsum(ends) - ends  # of each mark: an end belongs to the line it ends
        if len(nul := np.flatnonzero(marks == 0)):
            raise _nul(self.name, int(lines[nul[0]]))
        free = self._quoted(content, at, marks, lines)
        self._records(
            at, free & ends, free & (marks == ord(self.delimiter)), free & paired, lines, len(content)
        )
        self._line += int(np.count_nonzero(ends))
        self._last = int(content[-1])

    def _quoted(
        self,
        content: NDArray[np.uint8],
        at: NDArray[np.int64],
        marks: NDArray[np.uint8],
        lines: NDArray[np.int64],
    ) -> NDArray[np.bool_]:
        """Which marks stand outside quotes; refuses a quote within a value and text behind a closing quote."""
        if not self.quote:
            return np.ones(len(at), np.bool_)
        quotes = marks == ord(self.quote)
        parity = (np.cumsum(quotes) + self._inside) & 1
        opening, closing = at[quotes & (parity == 1)], at[quotes & (parity == 0)]
        edges = np.zeros(256, np.bool_)
        edges[[ord(self.delimiter), ord(self.quote), _LF, _CR]] = True
        before = np.where(opening > 0, content[opening - 1], self._last)
        wrong = opening[~edges[before]]
        if len(wrong):
            raise _quote(self.name, int(lines[np.searchsorted(at, wrong[0])]))
        if self._just_closed and not edges[content[0]]:
            raise _quote(self.name, self._opened_at)
        inner = closing[closing + 1 < len(content)]
        stray = inner[~edges[content[inner + 1]]]
        if len(stray):
            earlier = opening[opening < stray[0]]
            line = int(lines[np.searchsorted(at, earlier[-1])]) if len(earlier) else self._opened_at
            raise _quote(self.name, line)
        self._just_closed = bool(len(closing)) and int(closing[-1]) == len(content) - 1
        if len(opening):
            self._opened_at = int(lines[np.searchsorted(at, opening[-1])])
        self._inside = int(parity[-1]) if len(parity) else self._inside
        return np.asarray(~quotes & (parity == 0))

    def _records(
        self,
        at: NDArray[np.int64],
        ends: NDArray[np.bool_],
        delimiters: NDArray[np.bool_],
        returns: NDArray[np.bool_],
        lines: NDArray[np.int64],
        size: int,
    ) -> None:
        """Count the records that end in this block, and hold each against the width."""
        stops = at[ends]
        counts = np.cumsum(delimiters)[ends] if len(stops) else np.zeros(0, np.int64)
        fields = np.diff(counts, prepend=0)
        breaks = np.diff(np.cumsum(returns)[ends], prepend=0) if len(stops) else fields
        lengths = np.diff(stops, prepend=-1) - 1 - breaks
        begins = np.concatenate(([self._record_line], lines[ends][:-1] + 1)) if len(stops) else fields
        if len(stops):
            fields[0] += self._delimiters
            lengths[0] += self._length
            some = lengths > 0
            self._refuse_ragged(fields[some], begins[some])
            self.records += int(np.count_nonzero(some))
            self.longest = max(self.longest, int(lengths.max()))
            if self.longest > LONGEST:
                raise _too_long(self.name, int(begins[int(lengths.argmax())]))
            self._delimiters, self._length = 0, 0
            self._record_line = int(lines[ends][-1]) + 1
        rest = size - 1 - (int(stops[-1]) if len(stops) else -1)
        self._delimiters += int(np.count_nonzero(delimiters)) - (int(counts[-1]) if len(counts) else 0)
        self._length += rest
        if self._length > LONGEST:
            raise _too_long(self.name, self._record_line)

    def _refuse_ragged(self, delimiters: NDArray[np.int64], lines: NDArray[np.int64]) -> None:
        wrong = np.flatnonzero(delimiters + 1 != self.width)
        if len(wrong):
            raise _ragged(self.name, int(lines[wrong[0]]), int(delimiters[wrong[0]]) + 1, self.width)


def _ragged(name: str, line: int, found: int, width: int) -> DeliveryRejected:
    return DeliveryRejected(
        "DLV-CSV-RAGGED",
        Bilingual(
            f"Dòng {line} của tệp «{name}» có {found} giá trị, nhưng dòng tiêu đề có {width} cột.",
            f"Line {line} of the file “{name}” has {found} values, but the header has {width} columns.",
        ),
        Bilingual(
            "Giá trị có dấu phân cách hoặc xuống dòng phải đặt trong dấu ngoặc kép. Hãy xuất lại, "
            "hoặc ghi delimiter trong [read.csv] của hồ sơ tỉnh.",
            "A value with a delimiter or a line break must be in quotes. Export again, or state the delimiter "
            "in [read.csv] of the province's profile.",
        ),
        line=line,
    )


def _too_long(name: str, line: int) -> DeliveryRejected:
    return DeliveryRejected(
        "DLV-CSV-TOO-LONG",
        Bilingual(
            f"Bản ghi bắt đầu ở dòng {line} của tệp «{name}» dài hơn {LONGEST >> 20} MiB.",
            f"The record that begins on line {line} of the file “{name}” is longer than {LONGEST >> 20} MiB.",
        ),
        Bilingual(
            "Đó không phải một dòng của bảng: hãy kiểm tra dấu xuống dòng và dấu ngoặc kép, rồi xuất lại; thửa có ranh quá "
            "nhiều đỉnh hãy gửi bằng GeoPackage.",
            "That is no row of a table: check line ends and quotes and export again; send a parcel with that many "
            "vertices as GeoPackage.",
        ),
        line=line,
    )


def _cut_off(name: str, line: int) -> DeliveryRejected:
    return DeliveryRejected(
        "DLV-TRUNCATED",
        Bilingual(
            f"Dòng cuối (dòng {line}) của tệp «{name}» không có dấu xuống dòng: tệp có thể đã bị cắt cụt.",
            f"The last record (line {line}) of the file “{name}” has no line end: the file may have been cut off.",
        ),
        Bilingual(
            "Hãy chép hoặc xuất lại tệp này. Nếu hệ thống nguồn luôn xuất như vậy, "
            "hãy ghi open_end = true trong [read.csv] của hồ sơ tỉnh.",
            "Copy or export the file again. If the source system always writes it so, "
            "state open_end = true in [read.csv] of the province's profile.",
        ),
        line=line,
    )


def _quote(name: str, line: int) -> DeliveryRejected:
    return DeliveryRejected(
        "DLV-CSV-QUOTE",
        Bilingual(
            f"Dấu ngoặc kép ở dòng {line} của tệp «{name}» không khép đúng chỗ.",
            f"A quote on line {line} of the file “{name}” is not opened or closed where a value begins or ends.",
        ),
        Bilingual(
            'Dấu ngoặc kép bên trong giá trị phải viết đôi (""). Nếu tệp không dùng dấu ngoặc để bao giá trị, '
            'hãy ghi quote = "" trong [read.csv] của hồ sơ tỉnh.',
            'Quotes inside a value are doubled (""). If the file does not quote values, state quote = "" in '
            "[read.csv] of the province's profile.",
        ),
        line=line,
    )


def _nul(name: str, line: int) -> DeliveryRejected:
    return DeliveryRejected(
        "DLV-CSV-NUL",
        Bilingual(
            f"Dòng {line} của tệp «{name}» có byte NUL: tệp bị hỏng hoặc không phải văn bản.",
            f"Line {line} of the file “{name}” has a NUL byte: the file is damaged or no text.",
        ),
        Bilingual(
            "Hãy xuất lại tệp thành CSV UTF-8.",
            "Export the file again as CSV in UTF-8.",
        ),
        line=line,
    )
