"""`findings.xlsx`: what is wrong, a sheet per commune, for people who work in Excel. No personal data.

Text is written as text: what begins with "=" in a delivery must not become a formula on somebody's desk.
"""

from pathlib import Path
from typing import Any

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
import shapely
import xlsxwriter

from parcels.bilingual import Bilingual
from parcels.bounds import placed
from parcels.crs import is_geographic
from parcels.fence import each_row
from parcels.model import UNKNOWN_COMMUNE
from sync.clock import VIETNAM
from sync.folder.list_rows import unmatched
from sync.folder.reasons import Reason
from sync.folder.register import STATE_WORDS
from sync.report.lists import unmatched_rows, write_list_sheet
from sync.report.material import Material, commune_name
from sync.report.places import report_srid
from sync.report.words import DECISIONS, SEVERITIES, check_advice, check_title, group_said
from validators.measures import COMPLETENESS, MEASURES
from validators.places import places_of

SHEET_ROWS = 50_000  # findings per commune; Excel's own end is at 1,048,576 rows
_CELL = 32_000  # characters; Excel ends at 32,767

# What an office works with and prints comes first; the rest is beside the print area.
_COLUMNS: tuple[tuple[str, str, int], ...] = (
    ("Mã kiểm tra · Code", "check_code", 24),
    ("Mức độ · Severity", "severity", 12),
    ("Thửa đất · Parcel", "handle", 22),
    ("Xã cũ · Old commune", "old_commune", 18),
    ("Bộ bản đồ · Map set", "map_set", 10),
    ("Tỷ lệ 1: · Scale", "map_scale", 8),
    ("Tờ · Sheet", "sheet_no", 8),
    ("Thửa · Number", "parcel_no", 8),
    ("Dòng trong tệp · Row in the file", "file_row", 9),
    ("Thửa liên quan · Other parcels", "others", 22),
    ("Dòng của thửa liên quan · Their rows", "other_file_rows", 12),
    ("Nội dung · Vietnamese", "message_vi", 56),
    ("Cách xử lý · What to do", "advice", 56),
    ("Độ lớn · Measure", "measure", 11),
    ("Đơn vị · Unit", "unit", 8),
    ("Bề rộng (mm) · Width", "width_mm", 11),
    ("X (bắc) · Northing", "y", 13),  # surveyors of Vietnam call the northing X
    ("Y (đông) · Easting", "x", 13),
    ("Bị cách ly · Quarantined", "quarantines", 12),
    ("Tình trạng · State", "state", 16),
    ("Từ ngày · Since", "since", 12),
    ("Tệp (lớp) · File (layer)", "file", 18),
    ("Khóa của đơn vị · Own key", "source_key", 18),
    ("Mã định danh · National id", "national_id", 15),
    ("Tra cứu · For explain", "row_no", 12),
    ("Content · English", "message_en", 56),
    ("Mã lỗi · Finding", "finding_id", 38),
)
_PRINTED = 21
_LINE_POINTS, _LINES = 15, 27  # Excel ends at 409 points
_OVERVIEW: tuple[tuple[str, int], ...] = (
    ("Mã xã · Code", 9),
    ("Xã, phường · Commune", 24),
    ("Quyết định · Decision", 14),
    ("Nhóm · Group", 34),
    ("Số thửa · Parcels", 10),
    ("Nhận · Accepted", 11),
    ("Cách ly · Quarantined", 13),
    ("Không đọc được · Unreadable", 16),
    ("Có lỗi · With errors", 13),
    ("Được chấp nhận · Excused", 16),
    ("Phải sửa để lên nhóm · To mend for the next group", 20),
    *((f"{name.vi} · {name.en}", 14) for name in MEASURES.values()),
    ("Độ đầy đủ · Completeness", 44),
    ("Lý do · Reasons", 60),
)


_COUNTS = ("read", "accepted", "quarantined", "unreadable", "rows_with_error", "excused")


def write_workbook(material: Material, path: Path) -> None:
    """Write findings.xlsx: an overview, the findings of each commune, and the rows of lists that mean no parcel."""
    options = {
        "constant_memory": True,
        "strings_to_formulas": False,
        "strings_to_urls": False,
        "strings_to_numbers": False,
    }
    with xlsxwriter.Workbook(str(path), options) as book:
        head = book.add_format(
            {"bold": True, "bg_color": "#DDEBF7", "border": 1, "text_wrap": True, "valign": "top"}
        )
        text = book.add_format({"text_wrap": True, "valign": "top"})
        _overview(book, head, text, material)
        srid = report_srid(material.conformed.srids)
        for commune in material.communes:
            code = commune.code
            mine = material.findings.filter(pc.equal(material.findings["dataset"], code))
            if len(mine):
                _commune(book, head, text, code, _placed(mine.slice(0, SHEET_ROWS), srid), len(mine))
        rows = unmatched_rows(material.conformed.lists, unmatched(material.judged_dir))
        write_list_sheet(book, head, text, rows, SHEET_ROWS)


def _overview(book: Any, head: Any, text: Any, material: Material) -> None:
    sheet = book.add_worksheet("Tổng hợp")
    share = book.add_format({"num_format": "0.0%", "valign": "top"})
    _header(sheet, head, text, _OVERVIEW)
    for number, commune in enumerate(material.communes, start=1):
        reasons: list[Reason | Bilingual] = [*commune.hold_reasons, *commune.reasons]
        group = group_said(commune)
        texts = (
            commune.code,
            commune_name(commune.code, material),
            _both(DECISIONS[commune.decision]),
            _both(group) if group else "",
        )
        why = " ".join(reason.vi for reason in reasons)
        widths = [width for _, width in _OVERVIEW]
        said = "" if commune.code == UNKNOWN_COMMUNE else commune.completeness.said.vi
        _set_height(sheet, number, [*zip(texts, widths, strict=False), (said, widths[-2]), (why, widths[-1])])
        for column, each in enumerate(texts):
            sheet.write_string(number, column, each, text)
        fixes = commune.fixes
        counts = [getattr(commune, name) for name in _COUNTS] + [fixes.findings if fixes else None]
        for column, value in enumerate(counts, start=len(texts)):
            if value is not None:
                sheet.write_number(number, column, value, text)
        for column, name in enumerate(MEASURES, start=len(texts) + len(counts)):
            if commune.measures[name] is not None:
                sheet.write_number(number, column, commune.measures[name], share)
            elif name == COMPLETENESS and said:
                sheet.write_string(number, column, "chưa biết · unknown", text)
        sheet.write_string(number, len(_OVERVIEW) - 2, said[:_CELL], text)
        sheet.write_string(number, len(_OVERVIEW) - 1, why[:_CELL], text)
    sheet.autofilter(0, 0, max(len(material.communes), 1), len(_OVERVIEW) - 1)


def _placed(findings: pa.Table, srid: int) -> pa.Table:
    """With the middle of each place in the report's CRS, as `findings.gpkg` has it."""
    with np.errstate(invalid="ignore"):
        middle = each_row(shapely.centroid, places_of(findings, srid))
    digits = 7 if is_geographic(srid) else 2
    for name, values in (("x", shapely.get_x(middle)), ("y", shapely.get_y(middle))):
        known = placed(values[:, np.newaxis])
        findings = findings.append_column(name, pa.array(np.round(values, digits), mask=~known))
    return findings


def _commune(book: Any, head: Any, text: Any, code: str, findings: pa.Table, total: int) -> None:
    sheet = book.add_worksheet("Không thuộc xã nào" if code == UNKNOWN_COMMUNE else code)
    _header(sheet, head, text, tuple((title, width) for title, _, width in _COLUMNS))
    said = [name for _, name, _ in _COLUMNS if name in findings.column_names]
    rows = findings.select([*said, "first_seen_at"]).to_pylist()
    for number, row in enumerate(rows, start=1):
        row["state"] = _both(STATE_WORDS[row["state"]]) if row["state"] else ""
        row["since"] = f"{row['first_seen_at'].astimezone(VIETNAM):%d/%m/%Y}" if row["first_seen_at"] else ""
        row["advice"] = check_advice(row["check_code"]).vi
        row["others"] = ", ".join(row["others"])
        if row["row_no"] < 0:
            row["row_no"], row["handle"] = None, row["handle"] or "cả xã · commune"
        else:
            row["row_no"] = f"row:{row['row_no']}"
        row["check_code"] = f"{row['check_code']} {check_title(row['check_code']).vi}"
        row["severity"] = _both(SEVERITIES[row["severity"]])
        row["quarantines"] = "có · yes" if row["quarantines"] else ""
        _set_height(sheet, number, [(row[name], width) for _, name, width in _COLUMNS])
        for column, (_, name, _) in enumerate(_COLUMNS):
            value = row[name]
            if isinstance(value, str):
                sheet.write_string(number, column, value[:_CELL], text)
            elif value is not None:
                sheet.write_number(number, column, round(value, 3), text)
    sheet.autofilter(0, 0, len(rows), len(_COLUMNS) - 1)
    sheet.print_area(0, 0, len(rows) + (total > len(rows)), _PRINTED - 1)
    if total > len(rows):
        more = total - len(rows)
        sheet.write_string(
            len(rows) + 1, 0, f"… còn {more} dòng nữa không hiện ở đây · {more} more not shown"
        )


def _set_height(sheet: Any, number: int, cells: list[tuple[Any, int]]) -> None:
    """Room for all lines of a row, before it is written: not every program makes it by itself."""
    lines = (-(-len(value) // (width - 1)) for value, width in cells if isinstance(value, str))
    sheet.set_row(number, _LINE_POINTS * min(max(lines, default=1), _LINES))


def _header(sheet: Any, head: Any, text: Any, columns: tuple[tuple[str, int], ...]) -> None:
    _set_height(sheet, 0, list(columns))
    for column, (title, width) in enumerate(columns):
        sheet.set_column(column, column, width, text)
        sheet.write_string(0, column, title, head)
    sheet.freeze_panes(1, 0)
    sheet.set_landscape()
    sheet.set_paper(8)  # A3
    sheet.fit_to_pages(1, 0)
    sheet.repeat_rows(0)


def _both(said: Any) -> str:
    return f"{said.vi} · {said.en}"
