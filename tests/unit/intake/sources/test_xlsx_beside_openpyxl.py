"""Our reader of workbooks beside openpyxl, cell by cell, on made-up workbooks of two writers."""

import random
import warnings
from datetime import date, datetime, time
from pathlib import Path
from typing import Any

import openpyxl
import pytest
import xlsxwriter

from sync.intake.sources.xlsx_book import Book
from sync.intake.sources.xlsx_sheet import Sheet

VALUES: tuple[Any, ...] = (
    "abc", "Đất ở  đô thị", " x ", "a\nb", "<&>\"'", "007", 0, 1, -5, 12.0, 12.5, 0.1 + 0.2, 1e20, 1e-7, 123456789012345,
    True, False, datetime(2024, 5, 6), datetime(2024, 5, 6, 7, 8, 9), date(1999, 12, 31), time(3, 4, 5), "#N/A",
)  # fmt: skip
FORMATS = ("00000", "dd/mm/yyyy", "0.00", "@", "[h]:mm", '"ngày" d', "General", "#,##0", "mm:ss")


def by_openpyxl(path: Path, dice: random.Random) -> None:
    book = openpyxl.Workbook()
    for _ in range(60):
        cell = book.active.cell(dice.randint(1, 40), dice.randint(1, 30))
        cell.value = dice.choice(VALUES)
        if dice.random() < 0.3:
            cell.number_format = dice.choice(FORMATS)
    book.save(path)


def by_xlsxwriter(path: Path, dice: random.Random) -> None:
    options = {"default_date_format": "dd/mm/yyyy", "date_1904": dice.random() < 0.3}
    with xlsxwriter.Workbook(str(path), options) as book:
        sheet = book.add_worksheet()
        formats = [book.add_format({"num_format": shown}) for shown in FORMATS]
        for _ in range(60):
            at, value = (dice.randint(0, 40), dice.randint(0, 30)), dice.choice(VALUES)
            if dice.random() < 0.05:
                sheet.write_rich_string(*at, "a", book.add_format({"bold": 1}), "b", "c")
            else:
                sheet.write(*at, value, *[dice.choice(formats)] * (dice.random() < 0.3))


def theirs(path: Path) -> dict[tuple[int, int], tuple[Any, str]]:
    book = openpyxl.load_workbook(path, read_only=True, data_only=True)
    sheet = book.worksheets[0]
    sheet.reset_dimensions()
    return {
        (cell.row, cell.column - 1): (None if cell.data_type == "e" else cell.value, cell.number_format)
        for row in sheet.iter_rows()
        for cell in row
        if cell.value is not None
    }


def ours(path: Path) -> dict[tuple[int, int], tuple[Any, str]]:
    book = Book(path)
    sheet = Sheet(book, book.sheets[0])
    found = {
        (row.number, cell.column): (sheet.value(cell), sheet.shown(cell))
        for row in sheet.rows()
        for cell in row.cells
        if cell.raw
    }
    book.close()
    return found


def midnight(value: Any) -> Any:
    """A day is a moment for openpyxl."""
    return (
        datetime(value.year, value.month, value.day)
        if isinstance(value, date) and not isinstance(value, datetime)
        else value
    )


@pytest.mark.parametrize("write", [by_openpyxl, by_xlsxwriter])
def test_every_cell_is_read_as_openpyxl_reads_it(write: Any, tmp_path: Path) -> None:
    cells = 0
    for seed in range(40):
        path = tmp_path / f"{seed}.xlsx"
        write(path, random.Random(seed))
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")  # of dates out of range
            expected = theirs(path)
        found = {at: (midnight(value), shown) for at, (value, shown) in ours(path).items()}
        assert {at: said for at, said in found.items() if said[0] is not None} == {
            at: said for at, said in expected.items() if said[0] is not None
        }
        assert found.keys() == expected.keys()
        cells += len(found)
    assert cells > 1_500
