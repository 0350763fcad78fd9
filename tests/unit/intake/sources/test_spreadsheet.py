"""Spreadsheets: what a cell means survives, and what Excel has destroyed is refused."""

import zipfile
from collections.abc import Callable
from datetime import date, datetime
from pathlib import Path
from time import perf_counter
from typing import Any

import numpy as np
import openpyxl
import pytest
import xlsxwriter

from sync.intake.sources import SOURCES
from tests.support.formats.reading import layers_of, read_all, refusal


@pytest.fixture
def book(tmp_path: Path) -> Callable[..., Path]:
    """Write rows of cells; a tuple is a value and its number format."""

    def write(*rows: list[Any], name: str = "a.xlsx", sheet: str = "PL3") -> Path:
        path = tmp_path / name
        with xlsxwriter.Workbook(str(path)) as made:
            page = made.add_worksheet(sheet)
            for r, row in enumerate(rows):
                for c, cell in enumerate(row):
                    value, shown = cell if isinstance(cell, tuple) else (cell, None)
                    style = made.add_format({"num_format": shown}) if shown else None
                    if isinstance(value, str):
                        page.write_string(r, c, value, style)
                    elif value is not None:
                        page.write(r, c, value, style)
        return path

    return write


def test_a_cell_becomes_the_text_that_it_means(book: Callable[..., Path]) -> None:
    rows: list[list[Any]] = [
        ["Tờ", "Giá trị"],
        ["012", 12],
        [" 7 ", 12.0],
        ["00691", (691, "00000")],
        ["x", 12.5],
        ["x", 0.1 + 0.2],
        ["x", (datetime(2026, 5, 12), "d/m")],
        ["x", (date(2026, 5, 12), "dd/mm/yyyy")],
        ["x", True],
        ["x", None],
        ["x", "1234567890123456789"],
        ["x", 999_999_999_999_999],
    ]
    found = read_all(book(*rows))
    assert found["Tờ"].to_pylist()[:3] == ["012", " 7 ", "00691"]
    assert found["Giá trị"].to_pylist() == [
        "12", "12", "00691", "12.5", "0.3", "2026-05-12", "2026-05-12", "True", None, "1234567890123456789", "999999999999999",
    ]  # fmt: skip


def test_an_id_that_excel_has_rounded_is_refused_with_its_place(book: Callable[..., Path]) -> None:
    file = book(["Khóa", "Tờ"], ["a", 1], [1_234_567_890_123_456, 2])
    found = refusal(file)
    assert found.code == "DLV-EXCEL-ROUNDED"
    assert found.facts == {"column": "Khóa", "row": 3}
    assert read_all(file, ["Tờ"])["Tờ"].to_pylist() == [
        "1",
        "2",
    ]  # a column that nobody asks for harms nobody


def test_the_header_is_found_below_titles_and_its_merged_groups_are_names(book: Callable[..., Path]) -> None:
    file = book(
        ["DANH SÁCH THỬA ĐẤT"],
        [],
        ["STT", "Mã\nxã", "Loại đất 1", None, "Loại đất 2"],
        [None, None, "Mã", "Diện tích", "Mã", "Diện tích"],
        ["(0)", "(1)", "(2)", "(3)", "(4)", "(5)"],
        [1, "00691", "ONT", 60, "CLN", 12, "ghi chú"],
        [],
        [None, "   "],
    )
    (layer,) = layers_of(file)
    assert layer.columns == ("STT", "Mã xã", "Mã", "Diện tích", "Mã (2)", "Diện tích (2)", "[G]")
    assert (layer.rows, layer.geometry_type, layer.notes["header_row"]) == (2, "None", 4)
    rows = read_all(file).drop(["wkb"]).to_pylist()
    assert rows[0] == {
        "STT": "1",
        "Mã xã": "00691",
        "Mã": "ONT",
        "Diện tích": "60",
        "Mã (2)": "CLN",
        "Diện tích (2)": "12",
        "[G]": "ghi chú",
    }
    assert read_all(file)["wkb"].null_count == 2


def test_a_profile_can_say_where_the_header_is(book: Callable[..., Path]) -> None:
    file = book(["a", "b", "c"], ["Tờ", "Thửa"], ["1", "2"])
    assert layers_of(file)[0].columns == ("a", "b", "c")
    assert layers_of(file, header_row=2)[0].columns[:2] == ("Tờ", "Thửa")
    assert layers_of(file, header_has=["thửa"])[0].notes["header_row"] == 2
    assert refusal(file, header_has=["không có"]).code == "DLV-NO-HEADER"


def test_an_error_in_a_cell_is_no_value_and_is_counted(tmp_path: Path) -> None:
    file = tmp_path / "a.xlsx"
    made = openpyxl.Workbook()
    page = made.active
    for row in (["Tờ", "Thửa"], ["1", "#N/A"], ["2", "5"]):
        page.append(row)
    page["B2"].data_type = "e"
    made.save(file)
    (layer,) = layers_of(file)
    assert layer.notes["cells_with_errors"] == 1
    assert read_all(file)["Thửa"].to_pylist() == [None, "5"]


def test_hidden_sheets_are_not_looked_at(tmp_path: Path) -> None:
    file = tmp_path / "a.xlsx"
    with xlsxwriter.Workbook(str(file)) as made:
        for name in ("Danh mục", "PL3"):
            page = made.add_worksheet(name)
            page.write_row(0, 0, ["Tờ", "Thửa"])
            page.write_row(1, 0, ["1", "2"])
        made.get_worksheet_by_name("PL3").activate()
        made.get_worksheet_by_name("Danh mục").hide()
    assert [layer.name for layer in layers_of(file)] == ["PL3"]


def test_a_workbook_cut_anywhere_is_refused(book: Callable[..., Path]) -> None:
    file = book(["Tờ", "Thửa"], *([str(k), str(k)] for k in range(300)))
    whole = file.read_bytes()
    for size in np.linspace(1, len(whole) - 23, 17).astype(int).tolist():
        file.write_bytes(whole[:size])
        assert refusal(file).code in {"DLV-TRUNCATED", "DLV-NOT-THIS-FORMAT"}, size


def test_a_changed_byte_is_noticed(book: Callable[..., Path]) -> None:
    file = book(["Tờ", "Thửa"], *([str(k), str(k * 7)] for k in range(300)))
    whole = bytearray(file.read_bytes())
    start = whole.index(b"xl/worksheets/sheet1.xml") + 60
    whole[start + 40] ^= 0x55
    file.write_bytes(whole)
    assert refusal(file).code == "DLV-CORRUPT"


def test_a_bomb_and_a_document_type_are_refused(book: Callable[..., Path]) -> None:
    file = book(["Tờ", "Thửa"], ["1", "2"])
    with zipfile.ZipFile(file, "a", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("xl/media/x.bin", bytes(200_000_000))
    assert refusal(file).code == "DLV-XLSX-TOO-LARGE"
    other = book(["Tờ", "Thửa"], ["1", "2"], name="b.xlsx")
    with zipfile.ZipFile(other, "a") as archive:
        archive.writestr("xl/extra.xml", '<?xml version="1.0"?><!DOCTYPE a [<!ENTITY b "c">]><a>&b;</a>')
    assert refusal(other).code == "DLV-CORRUPT"


def test_an_old_excel_file_with_a_new_name_is_told_for_what_it_is(tmp_path: Path) -> None:
    file = tmp_path / "a.xlsx"
    file.write_bytes(bytes.fromhex("d0cf11e0a1b11ae1") + bytes(512))
    assert refusal(file).code == "DLV-NOT-THIS-FORMAT"


def headings_of(path: Path, **options: Any) -> list[tuple[int, str, str]]:
    source = SOURCES["spreadsheet"]
    (layer,) = source.probe(path, None, source.options.model_validate(options))
    return [(each.place, each.name, each.said) for each in source.headings(layer)]


def test_a_heading_is_told_with_its_place_and_with_what_is_merged_above_it(tmp_path: Path) -> None:
    path = tmp_path / "a.xlsx"
    with xlsxwriter.Workbook(str(path)) as made:
        page = made.add_worksheet()
        page.merge_range(0, 0, 0, 4, "DANH SÁCH THỬA")  # over all columns: a title
        page.merge_range(1, 0, 2, 0, "STT")
        page.merge_range(1, 1, 1, 2, "Trên giấy")
        page.merge_range(1, 3, 1, 4, "Trên bản đồ")
        page.write_row(2, 1, ["Tờ", "Thửa", "Tờ", "Thửa"])
        page.write_row(3, 0, ["(1)", "(2)", "(3)", "(4)", "(5)"])
        page.write_row(4, 0, ["1", "7", "1", "9", "2"])
    assert headings_of(path) == [
        (1, "STT", "STT"),
        (2, "Tờ", "Trên giấy / Tờ"),
        (3, "Thửa", "Trên giấy / Thửa"),
        (4, "Tờ (2)", "Trên bản đồ / Tờ"),
        (5, "Thửa (2)", "Trên bản đồ / Thửa"),
    ]


def test_the_header_is_above_the_row_in_which_a_form_has_its_data(book: Callable[..., Path]) -> None:
    """A row of data has more texts than the header, and the columns are counted in a way that is no counting."""
    path = book(
        ["Mẫu", "PL3-01"],
        [],
        ["Tờ", "Thửa"],
        ["(1)", "(3=1+2)"],
        ["7", "1", "Nguyễn Văn A", "nam"],
        ["7", "2"],
    )
    assert [name for _, name, _ in headings_of(path, data_row=5)] == ["Tờ", "Thửa", "[C]", "[D]"]
    assert [name for _, name, _ in headings_of(path)][:2] == ["7", "1"]
    counted = book(
        ["x"], ["a", "b", "c"], ["1", "2", "3"], ["x"]
    )  # where the columns are counted, that says it
    assert [name for _, name, _ in headings_of(counted, data_row=2)] == ["a", "b", "c"]


def test_many_merged_ranges_over_a_wide_header_are_walked_once(tmp_path: Path) -> None:
    path = tmp_path / "a.xlsx"
    with xlsxwriter.Workbook(str(path)) as made:
        page = made.add_worksheet()
        for column in range(0, 4_000, 2):
            page.merge_range(0, column, 0, column + 1, f"g{column}")
        page.write_row(1, 0, [f"h{column}" for column in range(4_000)])
        page.write_row(2, 0, ["v"] * 3)
    begun = perf_counter()
    told = headings_of(path)
    assert told[3_999] == (4_000, "h3999", "g3998 / h3999")
    assert perf_counter() - begun < 10
