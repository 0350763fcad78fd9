"""`landsync check` of lists as offices write them: merged cells, formulas, old numbers, footers. The map stays accepted."""

import json
import os
import shutil
from collections.abc import Callable
from pathlib import Path
from typing import Any

import openpyxl
import pytest
from typer.testing import CliRunner

from sync.cli.app import app

REPORTS = Path(os.environ.get("LANDSYNC_TEST_DATA", "../shared/data")) / "reports"
Change = Callable[[Any], None]


@pytest.fixture
def checked(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Callable[..., dict[str, Any]]:
    """The summary of a delivery of the reports, its first sheet changed, and under `page` what report.html says."""
    monkeypatch.setenv("LANDSYNC_LANG", "en")

    def run(name: str, change: Change | None = None) -> dict[str, Any]:
        if not (REPORTS / name).is_dir():
            pytest.skip(f"no {REPORTS / name}")
        folder = shutil.copytree(REPORTS / name, tmp_path / "delivery", copy_function=shutil.copyfile)
        folder.chmod(0o755)
        if change is not None:
            book = openpyxl.load_workbook(folder / "pl3.xlsx")
            change(book)
            book.save(folder / "pl3.xlsx")
        out = tmp_path / "out"
        result = CliRunner().invoke(app, ["check", str(folder), "-p", "08", "--out", str(out), "--json"])
        assert result.exit_code == 0, result.output
        summary: dict[str, Any] = json.loads(result.stdout)
        assert summary["read"] == summary["accepted"] == 8
        assert summary["findings"] == {}
        (one,) = summary["lists"]
        assert one["rows"] == one["matched"] + sum(one["unmatched"].values()) + sum(one["beside"].values())
        book = openpyxl.load_workbook(out / "findings.xlsx")
        rows = list(book["Danh sách"].values)[1:] if "Danh sách" in book.sheetnames else []
        assert len(rows) == sum(one["unmatched"].values())
        page = (out / "report.html").read_text(encoding="utf-8")
        return summary | {"one": one, "page": page, "told": rows}

    return run


def test_a_merged_commune_cell_speaks_for_its_rows(checked: Callable[..., Any]) -> None:
    found = checked("11-list-merged-commune-cell")
    assert (found["one"]["matched"], found["one"]["unmatched"]) == (8, {})
    assert "B2:B9" in found["page"]


def test_merged_sheet_cells_speak_too_and_a_range_over_the_whole_sheet_harms_nobody(
    checked: Callable[..., Any],
) -> None:
    def change(book: Any) -> None:
        sheet = book.active
        sheet.unmerge_cells("B2:B9")
        for row in range(2, 10):
            sheet.cell(row, 2).value = "00691"
        sheet.merge_cells("C2:C9")
        sheet.merged_cells.add("A10:XFD1048576")

    found = checked("11-list-merged-commune-cell", change)
    assert (found["one"]["matched"], found["one"]["unmatched"]) == (8, {})
    assert "C2:C9" in found["page"]


def test_formulas_without_values_are_told_with_column_and_range(checked: Callable[..., Any]) -> None:
    found = checked("12-list-formula-without-value")
    assert "Mã ĐVHC cấp xã (B2:B9)" in found["page"]
    assert found["one"]["matched"] == 8  # nothing contradicts the national ids


def test_formulas_for_sheet_and_number_leave_rows_that_only_their_id_names(
    checked: Callable[..., Any],
) -> None:
    def change(book: Any) -> None:
        sheet = book.active
        for row in range(2, 10):
            sheet.cell(row, 2).value = "00691"
            sheet.cell(row, 3).value = f"=1*{row}"
            sheet.cell(row, 5).value = None if row < 6 else sheet.cell(row, 5).value

    found = checked("12-list-formula-without-value", change)
    assert "(C2:C9)" in found["page"]
    assert (found["one"]["matched"], found["one"]["unmatched"]) == (4, {"no_key": 4})
    assert [row[1] for row in found["told"]] == [2, 3, 4, 5]


def test_old_sheet_numbers_are_faults_of_the_list(checked: Callable[..., Any]) -> None:
    def change(book: Any) -> None:
        sheet = book.active
        for row in range(2, 10):
            sheet.cell(row, 2).value = "00691"
            sheet.cell(row, 3).value = "45"

    found = checked("12-list-formula-without-value", change)
    assert (found["one"]["matched"], found["one"]["unmatched"]) == (0, {"other_number": 8})
    assert [(row[1], row[4], row[8], row[9]) for row in found["told"]][:2] == [
        (2, "45", "1", "1"),
        (3, "45", "1", "2"),
    ]
    assert "2 (00691/45/1 → 00691/1/1)" in found["page"]


def test_footers_are_counted_and_are_no_parcels(checked: Callable[..., Any]) -> None:
    found = checked("14-list-footer")
    assert found["one"] == {
        "file": "pl3.xlsx",
        "rows": 11,
        "matched": 8,
        "unmatched": {},
        "beside": {"footer": 3},
    }


def test_titles_between_repeated_headers_and_signatures_are_no_parcels(checked: Callable[..., Any]) -> None:
    def change(book: Any) -> None:
        sheet = book.active
        sheet.insert_rows(8, 3)
        sheet.cell(8, 1).value = "Thôn Nà Trà"
        for column in range(1, 13):
            sheet.cell(9, column).value = sheet.cell(3, column).value
            sheet.cell(10, column).value = f"({column})"
        sheet.cell(22, 2).value = "Người lập biểu\n(Ký, ghi rõ họ tên)"
        sheet.cell(22, 9).value = "TM. ỦY BAN NHÂN DÂN"
        sheet.cell(26, 9).value = "Nguyễn Văn A"
        sheet.row_dimensions[5].hidden = True
        sheet.column_dimensions["J"].hidden = True
        book.create_sheet("Phụ lục").append(["a", "b"])
        other = book.create_sheet("Cũ")
        other.append(["a", "b", "c"])
        other.sheet_state = "hidden"

    def named(book: Any) -> None:
        change(book)
        del book["Phụ lục"]

    found = checked("14-list-footer", named)
    assert (found["one"]["matched"], found["one"]["beside"]) == (8, {"title": 3, "footer": 5})
    assert all(said in found["page"] for said in ("rows 5:5", "J:J", "Cũ!A1:C1"))


def test_no_row_of_a_list_is_kept_with_a_person(checked: Callable[..., Any]) -> None:
    def change(book: Any) -> None:
        sheet = book.active
        sheet.cell(3, 11).value = "Tên người sử dụng đất"
        for row in range(4, 12):
            sheet.cell(row, 4).value = f"9{row}"
            sheet.cell(row, 11).value = "Trần Thị Bí Mật"

    found = checked("14-list-footer", change)
    assert found["one"]["unmatched"] == {"other_number": 8}
    assert not any("Mật" in str(cell) for row in found["told"] for cell in row)
    assert "Bí Mật" not in found["page"]
