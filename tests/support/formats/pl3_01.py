"""Form PL3-01 as offices send it, made in code: titles, merged headings, a row that counts the columns, footers, and what people type.

A row is given by the names of the form (sync/declared/provinces/base/pl3_01.toml); what is not given is blank.
"""

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import date
from pathlib import Path
from typing import Any

import xlsxwriter

from sync.declared.profile import ListMap, base_file
from sync.declared.tomlfile import read_document

FIRST_DATA = 7
# Group of headings, heading, name of the form.
FORM: tuple[tuple[str, str, str], ...] = (
    ("", "STT", "number"),
    ("", "Mã xã", "commune_code"),
    ("Giấy chứng nhận", "Số phát hành", "certificate_no"),
    ("Giấy chứng nhận", "Ngày cấp", "certificate_issued_on"),
    ("Giấy chứng nhận", "Số vào sổ", "certificate_book_no"),
    ("Tổ chức", "Tên tổ chức", "organisation_name"),
    ("Tổ chức", "Mã số tổ chức", "organisation_number"),
    ("Cá nhân", "Họ và tên", "person_name"),
    ("Cá nhân", "Ngày, tháng, năm sinh", "person_birth"),
    ("Cá nhân", "Giới tính", "person_gender"),
    ("Cá nhân", "Số CCCD", "person_number"),
    ("Cá nhân", "Địa chỉ thường trú", "person_address"),
    ("", "Đối tượng", "user_kind"),
    ("", "Vai trò", "user_role"),
    ("Người nhận chuyển quyền chưa đăng ký", "Họ và tên", "transferee_name"),
    ("Người nhận chuyển quyền chưa đăng ký", "Số CCCD", "transferee_id_number"),
    ("Người nhận chuyển quyền chưa đăng ký", "Địa chỉ thường trú", "transferee_address"),
    ("Người nhận chuyển quyền chưa đăng ký", "Lý do biến động", "transfer_reason"),
    ("", "Mã định danh thửa đất", "national_id"),
    ("Trên Giấy chứng nhận", "Số tờ bản đồ", "certificate_sheet"),
    ("Trên Giấy chứng nhận", "Số thửa", "certificate_parcel"),
    ("Trên bản đồ địa chính", "Số tờ bản đồ", "sheet_no"),
    ("Trên bản đồ địa chính", "Số thửa", "parcel_no"),
    ("", "Địa chỉ thửa đất", "address"),
    ("", "Diện tích", "area"),
    *(
        (f"Mục đích sử dụng {use}", heading, name)
        for use in (1, 2, 3)
        for heading, name in (
            ("Loại đất", f"use_{use}"),
            ("Diện tích", f"use_{use}_area"),
            ("Nguồn gốc", f"use_{use}_origin"),
            ("Hình thức sử dụng", f"use_{use}_form"),
            ("Thời hạn", f"use_{use}_until"),
        )
    ),
    *(("Tài sản gắn liền với đất", f"Tài sản {n}", f"asset_{n}") for n in range(1, 11)),
    ("", "Tên tệp quét", "scan"),
)
TITLES = (
    "DANH SÁCH NGƯỜI SỬ DỤNG ĐẤT, THỬA ĐẤT (Phụ lục PL3-01)",
    "Kèm theo Công văn số 2071/QLĐĐ-TKKKTTĐĐ",
)
FOOTERS = (
    {0: "Tổng cộng", 24: 12345.6},
    {40: "Tuyên Quang, ngày 05 tháng 10 năm 2025"},
    {7: "Người lập biểu", 40: "Chủ tịch UBND xã"},
    {7: "(Ký, ghi rõ họ tên)"},
    {7: "Nguyễn Thị Lập"},
)


@dataclass(frozen=True)
class Formula:
    """A cell that is computed and whose value the file does not hold."""

    text: str = "=VLOOKUP(A1,X:Y,2,0)"


@dataclass(frozen=True)
class Layout:
    """How the sheet is laid out.

    without  names of the form that this version lacks; their columns are gone and the later ones move up
    width    how many columns it has, of those that are left
    above    so many rows further down than in the form
    counted  whether a row counts the columns, (1) (2) (3)
    """

    without: frozenset[str] = frozenset()
    width: int = len(FORM)
    groups: bool = True
    counted: bool = True
    footers: bool = True
    above: int = 0
    headings: dict[str, str] = field(default_factory=dict)

    @property
    def columns(self) -> list[tuple[str, str, str]]:
        """Group, heading and name of its columns, in their order."""
        there = [each for each in FORM if each[2] not in self.without]
        return [(group, self.headings.get(name, said), name) for group, said, name in there][: self.width]


def form_map(**changes: Any) -> ListMap:
    """The form's own map."""
    document = read_document(base_file("pl3_01"))
    return ListMap.model_validate(
        {key: value for key, value in document.items() if key != "system"} | changes
    )


def write_pl3_01(
    path: Path,
    rows: Sequence[dict[str, Any]],
    layout: Layout | None = None,
    merged: Sequence[tuple[int, int, str]] = (),
) -> Path:
    """The workbook. merged: first and last row (from 0) over which the cells of a column are one, with the first row's value."""
    used = layout or Layout()
    columns = used.columns
    at = {name: place for place, (_, _, name) in enumerate(columns)}
    top = FIRST_DATA - 1 + used.above
    covered = {(row, name) for first, last, name in merged for row in range(first, last + 1)}
    with xlsxwriter.Workbook(str(path)) as book:
        sheet = book.add_worksheet("PL3-01")
        days = book.add_format({"num_format": "dd/mm/yyyy"})
        for line, title in enumerate(TITLES):
            sheet.merge_range(top - 6 + line, 0, top - 6 + line, len(columns) - 1, title)
        _write_headings(sheet, top - 3 - (not used.counted), columns, groups=used.groups)
        if used.counted:
            sheet.write_row(top - 1, 0, [f"({place + 1})" for place in range(len(columns))])
        for number, row in enumerate(rows):
            for name, value in row.items():
                if name in at and (number, name) not in covered:
                    _write(sheet, top + number, at[name], value, days)
        for first, last, name in merged:
            sheet.merge_range(top + first, at[name], top + last, at[name], str(rows[first][name]))
        for number, footer in enumerate(FOOTERS if used.footers else (), top + len(rows) + 1):
            for place, value in footer.items():
                sheet.write(number, min(place, len(columns) - 1), value)
    return path


def _write_headings(sheet: Any, top: int, columns: list[tuple[str, str, str]], *, groups: bool) -> None:
    """Two rows: groups merged over their columns; a heading without one merged over both rows."""
    place = 0
    while place < len(columns):
        group, heading, _ = columns[place]
        last = place
        while group and last + 1 < len(columns) and columns[last + 1][0] == group:
            last += 1
        if group and groups and last > place:
            sheet.merge_range(top, place, top, last, group)
        elif group and groups:
            sheet.write(top, place, group)
        elif not group and groups:
            sheet.merge_range(top, place, top + 1, place, heading.replace(" ", "\n", 1))
        if group or not groups:
            for each in range(place, last + 1):
                sheet.write(top + 1, each, columns[each][1])
        place = last + 1


def _write(sheet: Any, row: int, place: int, value: Any, days: Any) -> None:
    if isinstance(value, Formula):
        sheet.write_formula(row, place, value.text, None, "")
    elif isinstance(value, date):
        sheet.write_datetime(row, place, value, days)
    elif isinstance(value, str):
        sheet.write_string(row, place, value)
    elif value is not None:
        sheet.write(row, place, value)
