"""A first pass over a sheet: its header, its rows, and what a person must be told of it: what is hidden, merged, not computed."""

from dataclasses import dataclass, field
from typing import Any

from openpyxl.utils import get_column_letter

from sync.intake.sources.spreadsheet_header import (
    ABOVE,
    LONGEST,
    LOOK,
    Top,
    header_row,
    headings,
    is_numbering,
    merged_above,
)
from sync.intake.sources.xlsx_sheet import Merge, Row, Sheet, place

_TOLD = 20  # ranges of one kind


@dataclass(slots=True)
class Runs:
    """Numbers that come in their order, as ranges; those beyond the first few are only counted."""

    count: int = 0
    ranges: list[list[int]] = field(default_factory=list)
    _last: int = -1

    def add(self, number: int) -> None:
        """Note one."""
        self.count += 1
        if self.ranges and number == self._last + 1 and len(self.ranges) <= _TOLD:
            self.ranges[-1][1] = number
        elif len(self.ranges) <= _TOLD:
            self.ranges.append([number, number])
        self._last = number


class SheetSurvey:
    """What one pass over a sheet shows.

    header  the header's row, from 1; None where there is none
    first   the first row below it, and below the row that counts the columns
    rows    how many rows below it hold anything
    merges  merged ranges
    """

    def __init__(
        self, sheet: Sheet, said: int | None, has: tuple[str, ...], data_row: int | None = None
    ) -> None:
        self._sheet, self._said, self._has, self._data_row = sheet, said, has, data_row
        self.name, self.visible = sheet.part.name, sheet.part.visible
        self.header: int | None = None
        self.first, self.rows = 0, 0
        self._names: dict[int, str] = {}
        self._top: Top = {}
        self._seen: set[int] = set()
        self._errors = 0
        self._hidden, self._formulas = Runs(), dict[int, Runs]()
        self._last = (0, 0)
        self._look()
        self.merges: list[Merge] = sheet.merges

    def names(self) -> list[tuple[int, str]]:
        """Place and name of every column; one that has values and no heading is named by its letter: [K]."""
        without = {at: f"[{get_column_letter(at + 1)}]" for at in self._seen - self._names.keys()}
        return sorted((self._names | without).items())

    def above(self) -> dict[int, str]:
        """The heading of each column that has one, after those that are merged above it."""
        if self.header is None:
            return {}
        return merged_above(self._top, self.header, self._names, self.merges)

    def said(self) -> str:
        """The sheet and the range that it fills: PL3!A1:L9."""
        column, row = self._last
        return f"{self.name}!A1:{place(column, max(row, 1))}"

    def notes(self) -> dict[str, Any]:
        """For conform.json; nothing of what there is none of."""
        merged = [merge for merge in self.merges if merge.top >= self.first and merge.bottom > merge.top]
        columns = self._sheet.hidden_columns
        found: dict[str, Any] = {
            "formulas_without_values": self._ranges_of_formulas(),
            "merged_ranges": [str(merge) for merge in sorted(merged)[:_TOLD]],
            "merged_count": len(merged),
            "hidden_rows": [f"{a}:{b}" for a, b in self._hidden.ranges[:_TOLD]],
            "hidden_row_count": self._hidden.count,
            "hidden_columns": [
                f"{get_column_letter(a + 1)}:{get_column_letter(b + 1)}"
                for a, b in columns[:_TOLD]
                if any(a <= seen <= b for seen in self._seen)
            ],
        }
        told = {name: value for name, value in found.items() if value}
        return {"header_row": self.header, "cells_with_errors": self._errors} | told

    def _ranges_of_formulas(self) -> list[str]:
        names = dict(self.names())
        return [
            f"{names[column]} ({place(column, a)}:{place(column, b)})"
            for column, runs in sorted(self._formulas.items())
            for a, b in runs.ranges
        ][:_TOLD]

    def _look(self) -> None:
        """Walk the sheet: the rows in which the header may be wait until it is known."""
        last = LOOK if self._said is None else self._said + 1
        from_row = 1 if self._said is None else max(1, self._said - ABOVE)
        waiting: list[Row] | None = []
        for row in self._sheet.rows():
            if not row.cells:
                continue
            self._last = (max(self._last[0], row.cells[-1].column), row.number)
            if waiting is not None and row.number <= last:
                if row.number >= from_row:
                    waiting.append(row)
                continue
            if waiting is not None:
                self._find_header(waiting)
                waiting = None
            self._count(row)
        if waiting is not None:
            self._find_header(waiting)

    def _find_header(self, rows: list[Row]) -> None:
        top: Top = {row.number: self._values(row) for row in rows}
        self.header = self._said if self._said in top else None
        if self._said is None:
            filled = {number: row for number, row in top.items() if row}
            self.header = header_row(filled, self._has, self._data_row)
        if self.header is not None:
            self._names = headings(top, self.header)
            self._top = {number: row for number, row in top.items() if number <= self.header}
            self.first = self.header + 1 + is_numbering(top.get(self.header + 1, {}))
        for row in rows:
            self._count(row)

    def _values(self, row: Row) -> dict[int, Any]:
        found: dict[int, Any] = {}
        for cell in row.cells:
            value = self._sheet.value(cell)
            if value is not None:
                found[cell.column] = value[: LONGEST + 1] if isinstance(value, str) else value
        return found

    def _count(self, row: Row) -> None:
        if self.header is None or row.number < self.first:
            self.rows += self.header is None
            return
        self.rows += 1
        if row.hidden:
            self._hidden.add(row.number)
        for cell in row.cells:
            self._seen.add(cell.column)
            if cell.formula and not cell.raw and cell.kind in ("n", "s", "b", "d"):
                self._formulas.setdefault(cell.column, Runs()).add(row.number)
            elif cell.kind == "e":
                self._errors += 1
