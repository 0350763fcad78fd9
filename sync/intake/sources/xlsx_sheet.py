"""The cells of a sheet, row by row: what each holds, and what Excel hides, merges or has not computed.

A sheet is walked in pieces; rows and cells must come in their order, so that Excel's limits bound them.
"""

import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import date, datetime, time, timedelta
from math import isfinite, isnan
from typing import Final, NamedTuple

from openpyxl.utils import column_index_from_string, get_column_letter
from openpyxl.utils.datetime import from_excel

from parcels.bilingual import Bilingual
from sync.intake.sources.xlsx_book import Attributes, Book, SheetPart, plain, too_long
from sync.intake.sources.xlsx_guard import CELL, CELLS, COLUMNS, MERGES, ROWS, too_large

_NUMBER: Final = re.compile(r"[0-9]{1,7}")
_LETTERS: Final = re.compile(r"[A-Z]{1,3}")
_RANGE: Final = re.compile(r"([A-Z]{1,3})([0-9]{1,7})(?::([A-Z]{1,3})([0-9]{1,7}))?")
_MOST_ROW_TEXT: Final = 1 << 24  # characters of one row
Value = str | int | float | bool | date | time | timedelta | None


class Cell(NamedTuple):
    """A cell that holds something. column: from 0. kind, raw: as the file has them. formula: it is computed."""

    column: int
    kind: str
    raw: str
    style: int
    formula: bool


class Row(NamedTuple):
    """A row. number: from 1, as Excel counts."""

    number: int
    hidden: bool
    cells: list[Cell]


class Merge(NamedTuple):
    """A merged range: rows from 1, columns from 0, both ends in it."""

    top: int
    left: int
    bottom: int
    right: int

    def __str__(self) -> str:
        return f"{place(self.left, self.top)}:{place(self.right, self.bottom)}"


def place(column: int, row: int) -> str:
    """A cell's name, as Excel says it: B9."""
    return f"{get_column_letter(column + 1)}{row}"


@dataclass(slots=True)
class Sheet:
    """One sheet of a workbook; `merges` and `hidden_columns` are known once all rows were read.

    keep  columns whose texts are wanted, None: all; the texts of others are left empty
    """

    book: Book
    part: SheetPart
    keep: frozenset[int] | None = None
    merges: list[Merge] = field(default_factory=list)
    hidden_columns: list[tuple[int, int]] = field(default_factory=list)
    _ready: list[Row] = field(default_factory=list)
    _cells: list[Cell] = field(default_factory=list)
    _row: int = 0
    _hidden: bool = False
    _column: int = -1
    _all: int = 0
    _open: Attributes | None = None  # the cell's
    _reads: bool = False
    _formula: bool = False
    _aside: int = 0
    _said: list[str] = field(default_factory=list)
    _length: int = 0
    _row_text: int = 0
    _letters: dict[str, int] = field(default_factory=dict)

    def rows(self) -> Iterator[Row]:
        """Every row that holds anything."""
        steps = self.book.parse(self.part.part, self._start, self._end, self._text, most=None)
        for _ in steps:
            yield from self._ready
            self._ready = []

    def value(self, cell: Cell) -> Value:
        """What a cell holds; None for nothing and for an error. Raises ValueError for what no Excel writes."""
        if cell.kind == "s":
            return self.book.texts[int(cell.raw) if _NUMBER.fullmatch(cell.raw) else -1]
        if cell.kind in ("str", "inlineStr"):
            return plain(cell.raw)
        if not cell.raw or cell.kind == "e":
            return None
        if cell.kind == "b":
            return cell.raw.strip() not in ("0", "false")
        if cell.kind == "d":
            return _date(datetime.fromisoformat(cell.raw.strip()[:32]))
        return self._number(cell)

    def shown(self, cell: Cell) -> str:
        """The format in which a number is shown."""
        formats = self.book.formats
        return formats[cell.style].code if 0 <= cell.style < len(formats) else "General"

    def _number(self, cell: Cell) -> Value:
        number = float(cell.raw)
        if isnan(number):
            return None
        formats = self.book.formats
        if isfinite(number) and 0 <= cell.style < len(formats) and formats[cell.style].date:
            try:
                found = from_excel(number, self.book.epoch, timedelta=formats[cell.style].duration)
            except (OverflowError, ValueError):
                return None  # Excel shows ####
            return _date(found) if isinstance(found, datetime) else found
        return int(number) if number.is_integer() and len(cell.raw) < 20 else number

    def _start(self, name: str, attributes: Attributes) -> None:
        if name == "c":
            self._open_cell(attributes)
        elif name in ("v", "t"):
            self._reads = self._open is not None and not self._aside
        elif name == "f":
            self._formula = self._open is not None
        elif name == "rPh":
            self._aside += 1
        elif name == "row":
            self._open_row(attributes)
        elif name == "mergeCell":
            self._merge(attributes.get("ref", ""))
        elif name == "col" and attributes.get("hidden") in ("1", "true"):
            first, last = int(attributes["min"]), int(attributes["max"])
            if 1 <= first <= last <= COLUMNS and len(self.hidden_columns) < COLUMNS:
                self.hidden_columns.append((first - 1, last - 1))

    def _end(self, name: str) -> None:
        if name in ("v", "t"):
            self._reads = False
        elif name == "c" and self._open is not None:
            self._close_cell(self._open)
        elif name == "rPh":
            self._aside -= 1
        elif name == "row" and self._cells:
            self._ready.append(Row(self._row, self._hidden, self._cells))
            self._cells = []

    def _open_row(self, attributes: Attributes) -> None:
        said = attributes.get("r")
        number = self._row + 1 if said is None else int(said) if _NUMBER.fullmatch(said) else ROWS + 1
        if number > ROWS:
            raise too_large(self.book.file, Bilingual(f"có hơn {ROWS} dòng", f"more than {ROWS} rows"))
        if number <= self._row:
            raise ValueError("rows out of order")
        self._row, self._column, self._row_text = number, -1, 0
        self._hidden = attributes.get("hidden") in ("1", "true")

    def _open_cell(self, attributes: Attributes) -> None:
        said = attributes.get("r")
        column = self._column + 1
        if said is not None:
            letters = said.rstrip("0123456789")
            if said[len(letters) :] != str(self._row):
                raise ValueError("a cell of another row")
            column = self._letters.get(letters, -1)
            if column < 0:
                column = self._letters[letters] = _column(letters)
        self._all += 1
        if column >= COLUMNS or self._all > CELLS:
            raise too_large(
                self.book.file,
                Bilingual(
                    f"có hơn {COLUMNS} cột hoặc {CELLS} ô", f"more than {COLUMNS} columns or {CELLS} cells"
                ),
            )
        if column <= self._column:
            raise ValueError("cells out of order")
        self._column, self._open = column, attributes
        self._formula, self._said, self._length = False, [], 0

    def _close_cell(self, attributes: Attributes) -> None:
        self._open = None
        raw = "".join(self._said)
        kind = attributes.get("t", "n")
        if raw or self._formula:
            style = attributes.get("s", "0")
            number = int(style) if _NUMBER.fullmatch(style) else -1
            self._cells.append(Cell(self._column, kind, raw, number, self._formula))

    def _text(self, text: str) -> None:
        if not self._reads:
            return
        self._length += len(text)
        self._row_text += len(text)
        if self._length > CELL or self._row_text > _MOST_ROW_TEXT:
            raise too_long(self.book.file, place(self._column, self._row))
        if self.keep is None or self._column in self.keep or not self._said:
            self._said.append(text)

    def _merge(self, ref: str) -> None:
        found = _RANGE.fullmatch(ref)
        if found is None:
            raise ValueError("a merged range")
        if len(self.merges) >= MERGES:
            raise too_large(
                self.book.file, Bilingual(f"có hơn {MERGES} vùng gộp ô", f"more than {MERGES} merged ranges")
            )
        left, top = _column(found[1]), int(found[2])
        right, bottom = (_column(found[3]), int(found[4])) if found[3] else (left, top)
        self.merges.append(Merge(min(top, bottom), min(left, right), max(top, bottom), max(left, right)))


def _column(letters: str) -> int:
    if not _LETTERS.fullmatch(letters):
        raise ValueError("a column")
    return int(column_index_from_string(letters)) - 1


def _date(moment: datetime) -> date:
    return moment.date() if moment.time() == time() else moment
