"""The national report as a workbook, for people who go on calculating."""

from datetime import datetime
from pathlib import Path
from typing import Any

import xlsxwriter

from sync.clock import VIETNAM
from sync.report.national import words
from sync.report.national.figures import National
from validators.measures import MEASURES

_BEFORE = ("code", "name", "parcels", "communes", "delivered")
_AFTER = (
    "not_delivered",
    "quarantined",
    "unreadable",
    "stale_parcels",
    "held",
    "provisional",
    "completeness_unknown",
)
_FRESH = ("days_old_median", "oldest_extracted_at", "newest_extracted_at")
_TEXT = ("code", "name")


def write_workbook(report: National, path: Path) -> None:
    """Write two sheets: progress and groups with what changed, quality and freshness."""
    groups = sorted(report.totals["groups"]) or [1, 2, 3]
    total = {"code": "", "name": "Cả nước · nation", "days_old_median": None, **report.totals}
    with xlsxwriter.Workbook(str(path), {"strings_to_formulas": False, "strings_to_urls": False}) as book:
        formats = {
            "head": book.add_format({"bold": True, "bg_color": "#DDEBF7", "border": 1, "text_wrap": True}),
            "number": book.add_format({"num_format": "#,##0"}),
            "share": book.add_format({"num_format": "0.0%"}),
            "moment": book.add_format({"num_format": "dd/mm/yyyy hh:mm"}),
            "bold": book.add_format({"bold": True, "num_format": "#,##0"}),
        }
        _progress(book.add_worksheet("Tiến độ"), formats, report, groups, total)
        _quality(book.add_worksheet("Chất lượng"), formats, report, total)


def _progress(sheet: Any, formats: dict[str, Any], report: National, groups: list[int], total: Any) -> None:
    heads = [words.HEADINGS[key] for key in _BEFORE] + [words.group_heading(g) for g in groups]
    heads += [words.HEADINGS[key] for key in _AFTER]
    change = [f"± {words.HEADINGS['parcels'].vi}", f"± {words.HEADINGS['delivered'].vi}"]
    change += [f"± {words.group_heading(g).vi}" for g in groups]
    _header(sheet, formats, [f"{head.vi}\n{head.en}" for head in heads] + change)
    for number, line in enumerate([*report.provinces, total], start=1):
        style = formats["number"] if line["code"] else formats["bold"]
        values = [line[key] for key in _BEFORE] + [line["groups"].get(g, 0) for g in groups]
        values += [line[key] for key in _AFTER]
        if line["trend"]:
            values += [line["trend"]["parcels"], line["trend"]["delivered"]]
            values += [line["trend"]["groups"].get(g, 0) for g in groups]
        for column, value in enumerate(values):
            _cell(sheet, number, column, value, style)
    sheet.autofilter(0, 0, len(report.provinces), len(heads) + len(change) - 1)
    sheet.write_string(len(report.provinces) + 3, 0, words.BALANCE.vi)


def _quality(sheet: Any, formats: dict[str, Any], report: National, total: Any) -> None:
    heads = [words.HEADINGS["code"], words.HEADINGS["name"], *MEASURES.values()]
    heads += [words.HEADINGS[key] for key in _FRESH]
    _header(sheet, formats, [f"{head.vi}\n{head.en}" for head in heads])
    for number, line in enumerate([*report.provinces, total], start=1):
        for column, key in enumerate(_TEXT):
            _cell(sheet, number, column, line[key], None)
        for column, name in enumerate(MEASURES, start=len(_TEXT)):
            _cell(sheet, number, column, line["measures"].get(name), formats["share"])
        for column, key in enumerate(_FRESH, start=len(_TEXT) + len(MEASURES)):
            _cell(sheet, number, column, line[key], formats["moment" if key.endswith("_at") else "number"])
    sheet.autofilter(0, 0, len(report.provinces), len(heads) - 1)
    sheet.write_string(len(report.provinces) + 3, 0, words.MEASURES_NOTE.vi)


def _header(sheet: Any, formats: dict[str, Any], titles: list[str]) -> None:
    sheet.set_row(0, 48)
    for column, title in enumerate(titles):
        sheet.set_column(column, column, 26 if column == 1 else 14)
        sheet.write_string(0, column, title, formats["head"])
    sheet.freeze_panes(1, 2)


def _cell(sheet: Any, row: int, column: int, value: Any, style: Any) -> None:
    if isinstance(value, datetime):
        sheet.write_datetime(row, column, value.astimezone(VIETNAM).replace(tzinfo=None), style)
    elif isinstance(value, str):
        sheet.write_string(row, column, value)
    elif value is not None:
        sheet.write_number(row, column, value, style)
