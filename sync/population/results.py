"""A file of results: UTF-8, a header, a line a result. Data from outside: read in bounded pieces, believed in nothing.

A line that is not as it should be is malformed: counted, named by its number and why, its values never repeated. A file
that is no such table at all is refused.
"""

import hashlib
from codecs import BOM_UTF8
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import BinaryIO, Final

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
from numpy.typing import NDArray

from parcels.bilingual import Bilingual
from parcels.errors import DeliveryRejected, UsageError
from parcels.provinces import provinces
from parcels.text import clean, clean_text
from parcels.versions import read_times
from sync.population import STATUSES

COLUMNS: Final = ("province", "system", "land_user_key", "status", "checked_at")
REASONS: Final = ("columns", *COLUMNS)
MALFORMED_SHOWN: Final = 50

_PIECE: Final = 8 * 2**20
_LONGEST_LINE: Final = 2**16
_LONGEST_KEY: Final = 200
_SYSTEM: Final = r"^[a-z0-9][a-z0-9_.-]{0,39}$"  # as in a province's profile
_EARLIEST: Final = datetime(2000, 1, 1, tzinfo=UTC)  # there was no population database to ask
_AHEAD: Final = timedelta(hours=1)  # clocks differ; a result of the future would never grow old
_QUOTED: Final = r'^\s*"(.*)"\s*$'
_STAMP: Final = pa.timestamp("us", tz="UTC")


@dataclass(slots=True)
class Results:
    """A file of results being read.

    digest     over its bytes, and how many they are, once it was read to the end
    lines      lines read so far, without the header and without empty ones
    malformed  why → how many
    first      (number of the line in the file, why) of the first of them
    """

    path: Path
    now: datetime
    lines: int = 0
    malformed: Counter[str] = field(default_factory=Counter)
    first: list[tuple[int, str]] = field(default_factory=list)
    size: int = 0
    _digest: "hashlib._Hash" = field(default_factory=hashlib.sha256)

    @property
    def sha256(self) -> str:
        """Of what was read so far."""
        return self._digest.hexdigest()

    def tables(self) -> Iterator[pa.Table]:
        """The well-formed lines, a few at a time: as sql/population/10_create_line.sql. Raises DeliveryRejected."""
        header: list[int] | None = None
        line_no = 1
        for text in self._pieces():
            lines = pc.list_flatten(pc.split_pattern(pa.array([text], pa.large_string()), "\n"))
            numbers = np.arange(line_no, line_no + len(lines))
            line_no += len(lines)
            if header is None:
                header = _header(lines[0].as_py(), self.path.name)
                lines, numbers = lines[1:], numbers[1:]
            table = self._table(lines.cast(pa.string()), numbers, header)
            if table.num_rows:
                yield table
        if header is None:
            raise _no_header(self.path.name)

    def _pieces(self) -> Iterator[str]:
        """The file as text, whole lines in each piece. Raises UsageError, DeliveryRejected."""
        try:
            with self.path.open("rb") as file:
                rest = self._read(file, len(BOM_UTF8)).removeprefix(BOM_UTF8)
                while piece := self._read(file, _PIECE):
                    end = piece.rfind(b"\n")
                    if end >= 0:
                        yield _decoded(rest + piece[:end], self.path.name)
                        rest = piece[end + 1 :]
                    else:
                        rest += piece
                    if len(rest) > _LONGEST_LINE:
                        raise _no_table(self.path.name)
                if rest:
                    yield _decoded(rest, self.path.name)
        except OSError as failure:
            raise _not_readable(self.path.name, failure) from failure

    def _read(self, file: BinaryIO, size: int) -> bytes:
        octets = file.read(size)
        self._digest.update(octets)
        self.size += len(octets)
        return octets

    def _table(self, lines: pa.Array, numbers: NDArray[np.int64], header: list[int]) -> pa.Table:
        said = np.asarray(pc.match_substring_regex(lines, r"[^\s]"))
        lines, numbers = lines.filter(pa.array(said)), numbers[said]
        self.lines += len(lines)
        fields = pc.split_pattern(lines, ",")
        whole = np.asarray(pc.equal(pc.list_value_length(fields), len(COLUMNS)))
        self._note(numbers[~whole], "columns")
        numbers = numbers[whole]
        flat = pc.list_flatten(fields.filter(pa.array(whole)))
        values = {
            name: _unquoted(flat.take(pa.array(np.arange(place, len(flat), len(COLUMNS)))))
            for name, place in zip(COLUMNS, header, strict=True)
        }
        stamps = read_times(values["checked_at"])
        system, status = (pc.utf8_lower(values[name]) for name in ("system", "status"))
        good = {
            "province": pc.is_in(values["province"], value_set=pa.array(list(provinces()))),
            "system": _fits(pc.match_substring_regex(system, _SYSTEM)),
            "land_user_key": _fits(pc.less_equal(pc.utf8_length(values["land_user_key"]), _LONGEST_KEY)),
            "status": pc.is_in(status, value_set=pa.array(STATUSES)),
            "checked_at": _fits(
                pc.and_(
                    pc.greater_equal(stamps, _micros(_EARLIEST)),
                    pc.less_equal(stamps, _micros(self.now + _AHEAD)),
                )
            ),
        }
        left = np.ones(len(numbers), dtype=bool)
        for name in COLUMNS:  # the first reason of a line counts
            fits = np.asarray(good[name])
            self._note(numbers[left & ~fits], name)
            left &= fits
        columns = {
            "province_code": values["province"],
            "source_system": system,
            "land_user_key": values["land_user_key"],
            "status": status,
            "checked_at": stamps.cast(_STAMP),
        }
        return pa.table(columns).filter(pa.array(left))

    def _note(self, numbers: NDArray[np.int64], why: str) -> None:
        if len(numbers):
            self.malformed[why] += len(numbers)
            self.first += [(int(number), why) for number in numbers[:MALFORMED_SHOWN]]
            self.first = sorted(self.first)[:MALFORMED_SHOWN]


def _fits(condition: pa.Array) -> pa.Array:
    return pc.fill_null(condition, False)


def _micros(moment: datetime) -> int:
    return (moment - datetime(1970, 1, 1, tzinfo=UTC)) // timedelta(microseconds=1)


def _unquoted(values: pa.Array) -> pa.Array:
    """Values without the quotes that some programs put around every one; clean text, NULL where nothing is said."""
    inner = pc.replace_substring(pc.replace_substring_regex(values, _QUOTED, r"\1"), '""', '"')
    return clean(inner)


def _decoded(octets: bytes, file: str) -> str:
    try:
        return octets.decode("utf-8")
    except UnicodeDecodeError as failure:
        raise DeliveryRejected(
            "POP-ENCODING",
            Bilingual(
                f"Tệp kết quả «{file}» không phải văn bản UTF-8.",
                f"The result file “{file}” is not UTF-8 text.",
            ),
            Bilingual(
                "Hãy xuất lại dưới dạng CSV, bảng mã UTF-8; không nhận tệp Excel.",
                "Export it again as CSV in UTF-8; Excel files are not taken.",
            ),
        ) from failure


def _not_readable(file: str, failure: OSError) -> UsageError:
    return UsageError(
        "POP-FILE",
        Bilingual(
            f"Không đọc được tệp kết quả «{file}»: {failure.strerror}.",
            f"The result file “{file}” cannot be read: {failure.strerror}.",
        ),
        Bilingual("Hãy kiểm tra đường dẫn và quyền đọc.", "Check the path and the right to read it."),
    )


def _header(line: str, file: str) -> list[int]:
    """The place of each of COLUMNS. Raises DeliveryRejected."""
    names = [clean_text(name).strip('"').lower() for name in line.split(",")]
    if sorted(names) != sorted(COLUMNS):
        raise _no_header(file)
    return [names.index(name) for name in COLUMNS]


def _no_header(file: str) -> DeliveryRejected:
    wanted = ", ".join(COLUMNS)
    return DeliveryRejected(
        "POP-COLUMNS",
        Bilingual(
            f"Dòng đầu của tệp kết quả «{file}» không nêu đúng năm cột {wanted}.",
            f"The first line of the result file “{file}” does not name exactly the five columns {wanted}.",
        ),
        Bilingual(
            "Hãy ghi tên cột ở dòng đầu, cách nhau bằng dấu phẩy, không thêm cột nào khác.",
            "Name the columns in the first line, separated by commas, and add no others.",
        ),
    )


def _no_table(file: str) -> DeliveryRejected:
    return DeliveryRejected(
        "POP-LINES",
        Bilingual(
            f"Tệp kết quả «{file}» có dòng dài quá {_LONGEST_LINE} byte: đó không phải một bảng kết quả.",
            f"The result file “{file}” has a line of more than {_LONGEST_LINE} bytes: it is no table of results.",
        ),
        Bilingual("Hãy xuất lại, mỗi kết quả một dòng.", "Export it again, a line a result."),
    )
