"""XLSX: lists of attributes without geometry, such as the form PL3 of the 2025 campaign. They are joined to parcels.

Read a row at a time by readers of our own: GDAL holds a whole sheet in memory and does not tell a number from a text, so
that an identifier that Excel has rounded could not be seen; and what is hidden, merged or not computed must be told.
Every value becomes text that means what the cell means.
"""

import re
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import date, datetime, time
from pathlib import Path
from typing import ClassVar

import pyarrow as pa
from pydantic import BaseModel, ConfigDict, Field

from parcels.bilingual import Bilingual
from parcels.errors import DeliveryRejected
from sync.intake.sources.base import (
    GEOMETRY,
    NO_GEOMETRY,
    ROW_NUMBER,
    ROW_TEXT,
    Heading,
    Layer,
    Source,
    first_line,
    row_text,
)
from sync.intake.sources.refusals import corrupt
from sync.intake.sources.spreadsheet_survey import SheetSurvey
from sync.intake.sources.xlsx_book import Book
from sync.intake.sources.xlsx_guard import DAMAGE, refuse_unfit, too_large
from sync.intake.sources.xlsx_sheet import Cell, Merge, Row, Sheet

_BATCH, _BATCH_TEXT = 8_192, 1 << 24  # rows, and characters
_MOST_TEXT = (
    1 << 29
)  # characters of the columns that are read: texts that cells share weigh nothing in the file
_EXACT = 10**15  # Excel keeps fifteen digits of a number
_ZEROS = re.compile(r"0{2,30}$")


class SpreadsheetOptions(BaseModel):
    """`[read.spreadsheet]`.

    header_row  the row of the column names, counted from 1 as Excel does; found where it is not said: above the row
                that counts the columns, (1) (2) (3), else the one with the most texts among the first sixty.
                Headings merged from above it are taken too
    header_has  texts by which the row is found instead
    data_row    the row in which a form has its first data, for a sheet that does not count its columns: the header is the
                last row above it that has words and no number
    """

    model_config = ConfigDict(extra="forbid", frozen=True)

    header_row: int | None = Field(default=None, ge=1, le=10_000)
    header_has: tuple[str, ...] = ()
    data_row: int | None = Field(default=None, ge=2, le=10_000)


class _ToldSheet(SpreadsheetOptions):
    """What `probe` found out, for `read`: the first row below the header, columns by name, merged ranges.

    said  of a column, its heading after those that are merged above it
    """

    first: int
    places: dict[str, int]
    said: dict[str, str]
    merges: tuple[Merge, ...]


class Spreadsheet(Source):
    """Excel workbook (.xlsx, .xlsm): a list a sheet; hidden sheets are told and not read."""

    kind = "spreadsheet"
    suffixes = (".xlsx", ".xlsm")
    options = SpreadsheetOptions
    tells_rows: ClassVar[bool] = True

    def probe(self, path: Path, encoding: str | None, options: BaseModel | None = None) -> tuple[Layer, ...]:  # noqa: ARG002 - always Unicode
        """Its visible sheets that have a header, after every part of the archive was checked and every row counted."""
        refuse_unfit(path)
        used = options if isinstance(options, SpreadsheetOptions) else SpreadsheetOptions()
        with _workbook(path) as book:
            surveys = [
                SheetSurvey(Sheet(book, part), used.header_row, used.header_has, used.data_row)
                for part in book.sheets
            ]
            hidden = [one.said() for one in surveys if not one.visible and one.rows]
            tables = [one for one in surveys if one.visible and one.header is not None]
            without = [one.name for one in surveys if one.visible]
            if without and not tables and (used.header_row or used.header_has or used.data_row):
                raise _no_header(path.name, ", ".join(without[:5]))
            return tuple(
                _layer(one, used, {"hidden_sheets": hidden, "sheets_not_read": _others(one, surveys)})
                for one in tables
            )

    def headings(self, layer: Layer) -> tuple[Heading, ...]:
        """Where the sheet has its columns, and under which merged headings."""
        told = layer.options
        if not isinstance(told, _ToldSheet):
            raise TypeError("the layer is not one that `probe` gave")
        return tuple(Heading(at + 1, name, told.said.get(name, "")) for name, at in told.places.items())

    def read(self, path: Path, layer: Layer, columns: list[str]) -> Iterator[pa.RecordBatch]:
        """Batches of the rows that hold anything, all text; the geometry is NULL. ROW_NUMBER, ROW_TEXT as asked."""
        told = layer.options
        if not isinstance(told, _ToldSheet):
            raise TypeError("the layer is not one that `probe` gave")
        places = [told.places.get(name, -1) for name in columns]
        with _workbook(path) as book:
            part = next(part for part in book.sheets if part.name == layer.name)
            keep = None if ROW_TEXT in columns else frozenset(places)
            reading = _Reading(Sheet(book, part, keep), told, columns, places)
            waiting: list[list[str | None]] = []
            held = total = 0
            for texts, length in reading.rows():
                waiting.append(texts)
                held, total = held + length, total + length
                if total > _MOST_TEXT:
                    raise too_large(path.name, Bilingual("có quá nhiều văn bản", "too much text"))
                if len(waiting) == _BATCH or held > _BATCH_TEXT:
                    yield _batch(waiting, columns)
                    waiting, held = [], 0
            if waiting:
                yield _batch(waiting, columns)


def _others(one: SheetSurvey, surveys: list[SheetSurvey]) -> list[str]:
    """The other visible sheets that hold anything."""
    return [other.said() for other in surveys if other is not one and other.visible and other.rows]


def _batch(rows: list[list[str | None]], columns: list[str]) -> pa.RecordBatch:
    arrays = [pa.array(values, pa.string()) for values in zip(*rows, strict=True)] if columns else []
    return pa.RecordBatch.from_arrays([*arrays, pa.nulls(len(rows), pa.binary())], names=[*columns, GEOMETRY])


def _layer(found: SheetSurvey, options: SpreadsheetOptions, more: dict[str, list[str]]) -> Layer:
    names, above = found.names(), found.above()
    told = _ToldSheet(
        **dict(options),
        first=found.first,
        places={name: at for at, name in names},
        said={name: above.get(at, "") for at, name in names},
        merges=tuple(found.merges),
    )
    notes = found.notes() | {name: said for name, said in more.items() if said}
    return Layer(
        found.name, found.rows, tuple(name for _, name in names), NO_GEOMETRY, options=told, notes=notes
    )


class _Reading:
    """The rows of a sheet as texts; a merged cell speaks for its rows, in its first column."""

    def __init__(self, sheet: Sheet, told: _ToldSheet, columns: list[str], places: list[int]) -> None:
        self._sheet, self._told, self._columns, self._places = sheet, told, columns, places
        merges = [merge for merge in told.merges if merge.left in places and merge.bottom > merge.top]
        self._coming = sorted((merge for merge in merges if merge.top >= told.first), reverse=True)
        self._speaks: dict[int, tuple[int, str | None]] = {}

    def rows(self) -> Iterator[tuple[list[str | None], int]]:
        """The texts of each row, and how many characters they are."""
        for row in self._sheet.rows():
            if row.number < self._told.first or not row.cells:
                continue
            at = {cell.column: cell for cell in row.cells}
            texts = [
                self._own(name, at.get(place), row)
                for name, place in zip(self._columns, self._places, strict=True)
            ]
            self._merged(row.number, texts)
            yield texts, sum(len(text) for text in texts if text is not None)

    def _own(self, name: str, cell: Cell | None, row: Row) -> str | None:
        if name == ROW_NUMBER:
            return str(row.number)
        if name == ROW_TEXT:
            values = (self._sheet.value(cell) for cell in row.cells)
            return row_text(str(value) for value in values if value is not None)
        return None if cell is None else _text(self._sheet, cell, name, row.number)

    def _merged(self, row: int, texts: list[str | None]) -> None:
        while self._coming and self._coming[-1].top <= row:
            merge = self._coming.pop()
            own = texts[self._places.index(merge.left)] if merge.top == row else None
            self._speaks[merge.left] = (merge.bottom, own)
        for column, (bottom, text) in list(self._speaks.items()):
            if bottom < row:
                del self._speaks[column]
                continue
            for place, wanted in enumerate(self._places):
                if wanted == column and texts[place] is None:
                    texts[place] = text


def _text(sheet: Sheet, cell: Cell, column: str, row: int) -> str | None:
    """What a cell means, as text. Raises DeliveryRejected (DLV-EXCEL-ROUNDED)."""
    value = sheet.value(cell)
    if value is None or isinstance(value, str):
        return value
    if isinstance(value, int | float) and not isinstance(value, bool):
        if abs(value) >= _EXACT:
            raise _rounded(sheet.book.file, column, row)
        return _number(value, sheet.shown(cell))
    if isinstance(value, datetime):
        return value.isoformat(" ", "seconds")
    return value.isoformat() if isinstance(value, date | time) else str(value)


def _number(value: float, shown: str) -> str:
    """Whole numbers without decimals, with the zeros before them that the cell's format shows."""
    if value != int(value):
        return f"{value:.15g}"
    zeros = _ZEROS.match(shown)
    return str(int(value)).zfill(len(zeros[0]) if zeros else 0)


@contextmanager
def _workbook(path: Path) -> Iterator[Book]:
    book: Book | None = None
    try:
        book = Book(path)
        yield book
    except DeliveryRejected:
        raise
    except (*DAMAGE, StopIteration) as failure:
        raise corrupt(path.name, f"XLSX: {type(failure).__name__}: {first_line(failure)}") from failure
    finally:
        if book is not None:
            book.close()


def _rounded(file: str, column: str, row: int) -> DeliveryRejected:
    return DeliveryRejected(
        "DLV-EXCEL-ROUNDED",
        Bilingual(
            f"Cột «{column}», dòng {row} của tệp «{file}» là số có hơn 15 chữ số: Excel đã làm tròn, các chữ số cuối "
            "không còn đúng.",
            f"Column “{column}”, row {row} of the file “{file}” is a number of more than 15 digits: Excel has rounded "
            "it, and its last digits are lost.",
        ),
        Bilingual(
            "Hãy lấy lại giá trị từ hệ thống nguồn, định dạng cột là Văn bản (Text) trước khi dán hoặc xuất, rồi gửi lại.",
            "Take the values from the source system again into a column formatted as Text, and send the file again.",
        ),
        column=column,
        row=row,
    )


def _no_header(file: str, sheet: str) -> DeliveryRejected:
    return DeliveryRejected(
        "DLV-NO-HEADER",
        Bilingual(
            f"Không tìm thấy dòng tiêu đề cột trong trang «{sheet}» của tệp «{file}».",
            f"The header row of sheet “{sheet}” in the file “{file}” cannot be found.",
        ),
        Bilingual(
            "Hãy sửa header_row, header_has hoặc data_row trong [read.spreadsheet] của hồ sơ tỉnh.",
            "Correct header_row, header_has or data_row in [read.spreadsheet] of the province's profile.",
        ),
    )
