"""XLSX: lists of attributes without geometry, such as the form PL3 of the 2025 campaign. They are joined to parcels.

Read with openpyxl, a row at a time: GDAL holds a whole sheet in memory and does not tell a number from a text, so that
an identifier that Excel has rounded could not be seen. Every value becomes text that means what the cell means.
"""

import re
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import date, datetime, time
from itertools import pairwise
from pathlib import Path
from typing import Any

import pyarrow as pa
from openpyxl import load_workbook
from openpyxl.utils import column_index_from_string, get_column_letter
from pydantic import BaseModel, ConfigDict, Field

from parcels.bilingual import Bilingual
from parcels.errors import DeliveryRejected
from parcels.text import clean
from sync.intake.sources.base import GEOMETRY, NO_GEOMETRY, Layer, Source, first_line
from sync.intake.sources.refusals import corrupt
from sync.intake.sources.xlsx_guard import DAMAGE, refuse_unfit

_BATCH = 8_192
_LOOK = 60  # rows in which the header is looked for
_ABOVE = 3  # rows above it from which merged headings are taken
_EXACT = 10**15  # Excel keeps fifteen digits of a number
_ZEROS = re.compile(r"0{2,30}$")
_NUMBERING = re.compile(r"\(?\s*(\d{1,3})\s*\)?$")


class SpreadsheetOptions(BaseModel):
    """`[read.spreadsheet]`.

    header_row  the row of the column names, counted from 1 as Excel does; found where it is not said: above the row
                that counts the columns, (1) (2) (3), else the one with the most texts among the first sixty.
                Headings merged from above it are taken too
    header_has  texts by which the row is found instead
    """

    model_config = ConfigDict(extra="forbid", frozen=True)

    header_row: int | None = Field(default=None, ge=1, le=10_000)
    header_has: tuple[str, ...] = ()


class Spreadsheet(Source):
    """Excel workbook (.xlsx, .xlsm): a list a sheet; hidden sheets are not looked at."""

    kind = "spreadsheet"
    suffixes = (".xlsx", ".xlsm")
    options = SpreadsheetOptions

    def probe(self, path: Path, encoding: str | None, options: BaseModel | None = None) -> tuple[Layer, ...]:  # noqa: ARG002 - always Unicode
        """Its visible sheets that have a header, after every part of the archive was checked and every row counted."""
        refuse_unfit(path)
        used = options if isinstance(options, SpreadsheetOptions) else SpreadsheetOptions()
        with _workbook(path) as book:
            sheets = [sheet for sheet in book.worksheets if sheet.sheet_state == "visible"]
            return tuple(layer for sheet in sheets if (layer := _layer(sheet, used, path.name)) is not None)

    def read(self, path: Path, layer: Layer, columns: list[str]) -> Iterator[pa.RecordBatch]:
        """Batches of the rows that hold anything, all text; the geometry is NULL."""
        used = layer.options if isinstance(layer.options, SpreadsheetOptions) else SpreadsheetOptions()
        with _workbook(path) as book:
            table = _Table(book[layer.name], used)
            place = {name: at for at, name in table.names()}
            wanted = [(place[name] if name in place else _by_letter(name), name) for name in columns]
            waiting: list[list[str | None]] = []
            for number, cells in table.rows():
                waiting.append(
                    [
                        _text(cells[at], name, number, path.name) if at < len(cells) else None
                        for at, name in wanted
                    ]
                )
                if len(waiting) == _BATCH:
                    yield _batch(waiting, columns)
                    waiting = []
            if waiting:
                yield _batch(waiting, columns)


def _batch(rows: list[list[str | None]], columns: list[str]) -> pa.RecordBatch:
    arrays = [pa.array(values, pa.string()) for values in zip(*rows, strict=True)] if columns else []
    return pa.RecordBatch.from_arrays([*arrays, pa.nulls(len(rows), pa.binary())], names=[*columns, GEOMETRY])


def _layer(sheet: Any, options: SpreadsheetOptions, file: str) -> Layer | None:
    table = _Table(sheet, options)
    if table.header is None:
        if options.header_row is not None or options.header_has:
            raise _no_header(file, sheet.title)
        return None
    rows, errors = 0, 0
    for _, cells in table.rows():
        rows += 1
        errors += sum(cell.data_type == "e" for cell in cells if cell.value is not None)
        table.see(cells)
    notes = {"header_row": table.header, "cells_with_errors": errors}
    names = tuple(name for _, name in table.names())
    return Layer(sheet.title, rows, names, NO_GEOMETRY, options=options, notes=notes)


class _Table:
    """A sheet as a table: where its header is, and the rows below it that hold anything.

    header  the header's row, from 1; None where there is none
    """

    def __init__(self, sheet: Any, options: SpreadsheetOptions) -> None:
        sheet.reset_dimensions()  # what a file says of its size is often wrong
        self._sheet = sheet
        last = max(_LOOK, options.header_row or 0)
        top = [list(row) for row in sheet.iter_rows(min_row=1, max_row=last)]
        self.header = _header_row(top, options)
        self._names: dict[int, str] = {}
        self._seen: set[int] = set()
        self._first = 0
        if self.header is not None:
            self._names = _unique(_headings(top, self.header - 1))
            below = top[self.header] if self.header < len(top) else []
            self._first = self.header + 1 + _is_numbering(below)

    def names(self) -> list[tuple[int, str]]:
        """Place and name of every column; one that has values and no heading is named by its letter: [K]."""
        without = {at: f"[{get_column_letter(at + 1)}]" for at in self._seen - self._names.keys()}
        return sorted((self._names | without).items())

    def see(self, cells: tuple[Any, ...]) -> None:
        """Note which columns without a heading hold anything."""
        self._seen.update(at for at, cell in enumerate(cells) if cell.value is not None)

    def rows(self) -> Iterator[tuple[int, tuple[Any, ...]]]:
        """Number and cells of every row below the header with a value in it."""
        for number, cells in enumerate(self._sheet.iter_rows(min_row=self._first), self._first):
            if any(cell.value is not None for cell in cells):
                yield number, cells


def _header_row(top: list[list[Any]], options: SpreadsheetOptions) -> int | None:
    if options.header_row is not None:
        return options.header_row if options.header_row <= len(top) else None
    texts = [[text for cell in row if (text := _heading(cell))] for row in top]
    if options.header_has:
        wanted = {_fold(text) for text in options.header_has}
        found = [k for k, row in enumerate(texts) if wanted <= {_fold(text) for text in row}]
        return found[0] + 1 if found else None
    numbering = next((k for k, row in enumerate(top) if k and _is_numbering(row)), None)
    if numbering is not None:
        return numbering
    most = max((len(row) for row in texts), default=0)
    if most < 2:
        return None
    at = [len(row) for row in texts].index(most)
    while at + 1 < len(top) and _is_below(top[at], top[at + 1]):
        at += 1
    return at + 1


def _is_below(group: list[Any], row: list[Any]) -> bool:
    """Whether a row is the second one of a header: texts only, some of them where the one above was merged."""
    said = [place for place, cell in enumerate(row) if cell.value is not None]
    if len(said) < 2 or not all(isinstance(row[place].value, str) for place in said):
        return False
    last = max((place for place, cell in enumerate(group) if cell.value is not None), default=-1)
    return any(place < last and group[place].value is None for place in said)


def _heading(cell: Any) -> str:
    """A heading in one line; nothing for a cell that is no text."""
    if not isinstance(cell.value, str):
        return ""
    return str(clean(pa.array([" ".join(cell.value.split())]))[0].as_py() or "")


def _fold(text: str) -> str:
    return " ".join(text.split()).casefold()


def _headings(top: list[list[Any]], at: int) -> dict[int, str]:
    """The headings by place: of the header's row, and where it has none, of the nearest row above that has."""
    found: dict[int, str] = {}
    for row in reversed(top[max(0, at - _ABOVE) : at + 1]):
        if row is not top[at] and sum(bool(_heading(cell)) for cell in row) < 2:
            break  # a title, no heading
        for place, cell in enumerate(row):
            text = _heading(cell)
            if text:
                found.setdefault(place, text)
    return found


def _unique(headings: dict[int, str]) -> dict[int, str]:
    """Headings that come again are counted: "Loại đất", "Loại đất (2)"."""
    seen: dict[str, int] = {}
    names: dict[int, str] = {}
    for place, text in sorted(headings.items()):
        seen[text] = seen.get(text, 0) + 1
        names[place] = text if seen[text] == 1 else f"{text} ({seen[text]})"
    return names


def _is_numbering(row: list[Any]) -> bool:
    """Whether a row only counts the columns, (1) (2) (3), as forms do."""
    values = [str(cell.value).strip() for cell in row if cell.value is not None]
    matches = [_NUMBERING.match(value) for value in values]
    numbers = [int(match[1]) for match in matches if match]
    return len(numbers) == len(values) >= 3 and all(b - a == 1 for a, b in pairwise(numbers))


def _by_letter(name: str) -> int:
    """The place of a column without a heading, from the name that `names` gave it."""
    return int(column_index_from_string(name.strip("[]"))) - 1


def _text(cell: Any, column: str, row: int, file: str) -> str | None:
    """What a cell means, as text. Raises DeliveryRejected (DLV-EXCEL-ROUNDED)."""
    value = cell.value
    if value is None or cell.data_type == "e":
        return None
    if isinstance(value, int | float) and not isinstance(value, bool):
        if abs(value) >= _EXACT:
            raise _rounded(file, column, row)
        return _number(value, cell.number_format or "")
    if isinstance(value, datetime):
        return value.date().isoformat() if value.time() == time() else value.isoformat(" ", "seconds")
    return value.isoformat() if isinstance(value, date | time) else str(value)


def _number(value: float, shown: str) -> str:
    """Whole numbers without decimals, with the zeros before them that the cell's format shows."""
    if value != int(value):
        return f"{value:.15g}"
    zeros = _ZEROS.match(shown)
    return str(int(value)).zfill(len(zeros[0]) if zeros else 0)


@contextmanager
def _workbook(path: Path) -> Iterator[Any]:
    try:
        book = load_workbook(path, read_only=True, data_only=True, keep_links=False)
    except DAMAGE as failure:
        raise corrupt(path.name, f"{type(failure).__name__}: {first_line(failure)}") from failure
    try:
        yield book
    except DeliveryRejected:
        raise
    except DAMAGE as failure:
        raise corrupt(path.name, f"{type(failure).__name__}: {first_line(failure)}") from failure
    finally:
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
            "Hãy sửa header_row hoặc header_has trong [read.spreadsheet] của hồ sơ tỉnh.",
            "Correct header_row or header_has in [read.spreadsheet] of the province's profile.",
        ),
    )
