"""Tables of the land statistics: what is taken, and what is refused with its row; nothing by halves."""

import random
from datetime import date, datetime
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest
import xlsxwriter

from parcels import admin_units
from parcels.errors import DeliveryRejected, UsageError
from sync.conform.expected import ReadStatistics, read_expected

HEAD = "Mã xã;Tên xã;Số thửa;Diện tích (ha);Nguồn;Ngày số liệu"
DAY = date(2025, 12, 31)
Figures = dict[tuple[str, str], int]


def csv(folder: Path, *lines: str, name: str = "thong_ke.csv") -> Path:
    path = folder / name
    path.write_text("\n".join(lines) + "\n", encoding="utf-8")
    return path


def xlsx(folder: Path, rows: list[list[Any]], merged: tuple[int, int, int] | None = None) -> Path:
    """A workbook of one sheet; merged: column, first and last row, counted from 0."""
    path = folder / "thong_ke.xlsx"
    with xlsxwriter.Workbook(str(path)) as book:
        sheet = book.add_worksheet("Biểu")
        for number, row in enumerate(rows):
            for column, value in enumerate(row):
                if value is not None:
                    sheet.write(number, column, value)
        if merged:
            column, first, last = merged
            sheet.merge_range(first, column, last, column, rows[first][column])
    return path


def figures(read: ReadStatistics) -> Figures:
    return {(row["commune_code"], row["figure"]): row["amount"] for row in read.table.to_pylist()}


def refused(path: Path, **more: Any) -> DeliveryRejected:
    with pytest.raises(DeliveryRejected) as caught:
        read_expected(path, **more)
    return caught.value


def test_a_table_as_an_office_writes_it(tmp_path: Path) -> None:
    read = read_expected(
        csv(
            tmp_path, HEAD,
            "691;Hà Giang 2;1.250;312,5;Thống kê 2025;31/12/2025",
            "00694;Cộng Hòa;1250;1.012,25;Thống kê 2025;2025-12-31",
            ";Tổng cộng;2500;1.324,75;;",
            "00700;Thuận Hòa;---;12,5;Thống kê 2025;31/12/2025",
        )
    )  # fmt: skip
    assert figures(read) == {
        ("00691", "parcels"): 1250, ("00691", "area_m2"): 3_125_000,
        ("00694", "parcels"): 1250, ("00694", "area_m2"): 10_122_500,
        ("00700", "area_m2"): 125_000,
    }  # fmt: skip
    assert (read.rows, read.totals, read.communes) == (3, (4,), 3)
    assert {(row["source"], row["stated_on"]) for row in read.table.to_pylist()} == {("Thống kê 2025", DAY)}
    assert len(read.sha256) == 64


def test_a_workbook_with_a_title_and_numbers_as_numbers(tmp_path: Path) -> None:
    rows = [
        ["BIỂU THỐNG KÊ SỐ THỬA"],
        ["Mã xã", "Tổng số thửa", "Diện tích các thửa đất (m2)", "Nguồn số liệu", "Thời điểm"],
        [691, 1250, 3125000.4, "Thống kê 2025", "31/12/2025"],
        ["00694", 12, 1234.0, "Thống kê 2025", "31/12/2025"],
    ]
    read = read_expected(xlsx(tmp_path, rows))
    assert figures(read)["00691", "area_m2"] == 3_125_000
    assert figures(read)["00694", "parcels"] == 12
    assert [row["file_rows"] for row in read.table.to_pylist()] == [["3"], ["3"], ["4"], ["4"]]


def test_source_and_day_may_be_said_beside_the_file_and_the_row_counts_first(tmp_path: Path) -> None:
    path = csv(tmp_path, "commune_code,parcels,source,stated_on", "00691,5,,", "00694,6,Riêng,2026-01-01")
    read = read_expected(path, source="Chung", stated_on=DAY)
    told = {row["commune_code"]: (row["source"], row["stated_on"]) for row in read.table.to_pylist()}
    assert told == {"00691": ("Chung", DAY), "00694": ("Riêng", date(2026, 1, 1))}


@pytest.mark.parametrize(
    ("row", "said"),
    [
        ("00691;;-5;;x y;31/12/2025", "số âm"),
        ("00691;;12,5;;x y;31/12/2025", "không phải số thửa nguyên"),
        ("00691;;abc;;x y;31/12/2025", "không phải một số"),
        ("00691;;1e9;;x y;31/12/2025", "không phải một số"),
        ("00691;;99999999999;;x y;31/12/2025", "không thể là số liệu"),
        ("00691;;;1,234;x y;31/12/2025", "hàng nghìn hay phần thập phân"),
        ("00691;;0;---;x y;31/12/2025", "không có số thửa và không có diện tích"),
        ("00691;;;;x y;31/12/2025", "không có số thửa và không có diện tích"),
        ("00691;;;99999;x y;31/12/2025", "lớn hơn cả xã"),
        ("00691;;5;;;31/12/2025", "không ghi nguồn"),
        ("00691;;5;;---;31/12/2025", "không ghi nguồn"),
        (f"00691;;5;;{'dài ' * 100};31/12/2025", "tên nguồn quá dài"),
        ("00691;;5;;x y;", "không ghi ngày"),
        ("00691;;5;;x y;2025", "không phải một ngày"),
        ("00691;;5;;x y;31/02/2025", "không phải một ngày"),
        ("00691;;5;;x y;31/12/2035", "không thể là số liệu ngày"),
        ("00691;;5;;x y;31/12/1899", "không thể là số liệu ngày"),
        (";;5;;x y;31/12/2025", "không có mã xã"),
        ("Tổng cộng 2;;5;;x y;31/12/2025", "không có mã xã"),
        ("99999;;5;;x y;31/12/2025", "không có xã mang mã 99999"),
        ("00001;;5;;x y;31/12/2025", "mã xã cũ (nay: 00097)"),
        ("00691;;5;;x y;31/12/2024", "có trước xã mới 00691"),
        ("00694;;5;;x y;31/12/2025", "đã có ở dòng 2"),
    ],
)
def test_a_bad_row_is_told_with_its_number_and_nothing_is_taken(tmp_path: Path, row: str, said: str) -> None:
    error = refused(csv(tmp_path, HEAD, "00694;;6;;x y;31/12/2025", row))
    assert error.code == "EXP-ROWS"
    assert "dòng 3: " in error.message.vi
    assert said in error.message.vi
    assert set(error.facts["rows"]) == {3}  # type: ignore[call-overload]


def test_every_bad_row_is_told_at_once(tmp_path: Path) -> None:
    bad = [f"99{number:03};;{number};;x y;31/12/2025" for number in range(1, 41)]
    error = refused(csv(tmp_path, HEAD, *bad))
    assert error.facts["rows"] == list(range(2, 42))
    assert "40 chỗ sai" in error.message.vi


def test_a_mark_is_read_as_its_column_shows_it(tmp_path: Path) -> None:
    def area(*values: str) -> list[int]:
        codes = ("00691", "00694", "00700")
        lines = [f"{code};{value};x y;31/12/2025" for code, value in zip(codes, values, strict=False)]
        read = read_expected(csv(tmp_path, "Mã xã;Diện tích (ha);Nguồn;Ngày", *lines))
        return [row["amount"] for row in read.table.to_pylist()]

    assert area("1.234,5", "1.234") == [12_345_000, 12_340_000]
    assert area("1,5", "1,234") == [15_000, 12_340]
    assert area("1234.5", "1.234") == [12_345_000, 12_340]


@pytest.mark.parametrize(
    ("head", "said"),
    [
        ("Mã xã;Diện tích;Nguồn;Ngày", "không ghi đơn vị"),
        ("Mã xã;Tổng diện tích tự nhiên (ha);Nguồn;Ngày", "diện tích tự nhiên"),
        ("Tên;Số thửa;Nguồn;Ngày", "không có cột mã xã"),
        ("Mã xã;Tên;Nguồn;Ngày", "không có cột số thửa"),
        ("Mã xã;Số thửa;Số thửa đất;Ngày", "cùng nói một điều"),
        ("Mã xã;Diện tích (ha);Diện tích (m2);Ngày", "cùng nói một điều"),
    ],
)
def test_columns_that_do_not_say_what_they_are(tmp_path: Path, head: str, said: str) -> None:
    error = refused(csv(tmp_path, head, "00691;5;x y;31/12/2025"))
    assert (error.code, said in error.message.vi) == ("EXP-COLUMNS", True)


def test_merged_cells_do_not_lend_their_figure_to_other_communes(tmp_path: Path) -> None:
    head = ["Mã xã", "Số thửa", "Nguồn", "Ngày"]
    rows = [head, ["00691", 1250, "Thống kê", "31/12/2025"], ["00694", None, "Thống kê", "31/12/2025"]]
    error = refused(xlsx(tmp_path, rows, merged=(1, 1, 2)))
    assert (error.code, "ô gộp" in error.message.vi, "dòng 2" in error.message.vi) == ("EXP-ROWS", True, True)
    rows = [head, ["00691", 1250, "Thống kê", "31/12/2025"], ["00694", 7, None, "31/12/2025"]]
    read = read_expected(xlsx(tmp_path, rows, merged=(2, 1, 2)))  # a source may speak for several
    assert figures(read) == {("00691", "parcels"): 1250, ("00694", "parcels"): 7}


def test_files_that_are_no_table(tmp_path: Path) -> None:
    with pytest.raises(UsageError) as caught:
        read_expected(tmp_path / "nowhere.csv")
    assert caught.value.code == "EXP-NOT-FOUND"
    assert refused(csv(tmp_path, HEAD)).code == "EXP-NOTHING"
    assert refused(csv(tmp_path, "{}", name="a.geojson")).code == "EXP-FORMAT"
    empty = tmp_path / "empty.csv"
    empty.touch()
    assert refused(empty).code == "DLV-EMPTY-FILE"


def test_figures_of_old_communes_are_added_up_where_all_are_there(tmp_path: Path) -> None:
    """By the official table itself: a commune of three or more whole old ones, and one that an old one was divided for."""
    made_of: dict[str, list[dict[str, Any]]] = {}
    for row in admin_units.conversion().to_pylist():
        made_of.setdefault(row["new_code"], []).append(row)
    whole = next(
        rows for rows in made_of.values() if len(rows) >= 3 and all(row["extent"] == "whole" for row in rows)
    )
    new, olds = whole[0]["new_code"], [row["old_code"] for row in whole]
    lines = [f"{code},{100 + at},{at + 1}" for at, code in enumerate(olds)]
    beside: dict[str, Any] = {"codes": "old", "source": "Kiểm kê 2024", "stated_on": date(2024, 12, 31)}
    read = read_expected(csv(tmp_path, "commune_code,parcels,area_ha", *lines), **beside)
    k = len(olds)
    assert figures(read) == {
        (new, "parcels"): 100 * k + k * (k - 1) // 2,
        (new, "area_m2"): 10_000 * k * (k + 1) // 2,
    }
    assert read.table["old_communes"][0].as_py() == sorted(olds)
    assert read.left_out == ()
    divided = next(rows for rows in made_of.values() if any(row["extent"] == "part" for row in rows))
    more = csv(tmp_path, "commune_code,parcels", *(line.rsplit(",", 1)[0] for line in lines),
               *(f"{row['old_code']},7" for row in divided if row["old_code"] not in olds))  # fmt: skip
    read = read_expected(more, **beside)
    assert (new, "parcels") in figures(read)
    (left,) = [each for each in read.left_out if each.commune_code == divided[0]["new_code"]]
    assert "bị chia" in left.said.vi
    lacking = csv(tmp_path, "commune_code,parcels", *(line.rsplit(",", 1)[0] for line in lines[1:]))
    error = refused(lacking, **beside)
    assert (error.code, olds[0] in error.message.vi) == ("EXP-NOTHING", True)


def test_codes_of_before_are_refused_unless_they_are_said_to_be_so(tmp_path: Path) -> None:
    path = csv(tmp_path, "commune_code,parcels,source,stated_on", "00001,5,x y,2024-12-31")
    assert "--codes old" in refused(path).message.vi
    assert "mã xã cũ" in refused(path, codes="new").message.vi
    new_only = csv(tmp_path, "commune_code,parcels,source,stated_on", "11948,5,x y,2024-12-31")
    assert figures(read_expected(new_only)) == {("11948", "parcels"): 5}
    assert "không phải mã xã cũ" in refused(new_only, codes="old").message.vi
    again = csv(tmp_path, "commune_code,parcels,source,stated_on", "00691,5,x y,2024-12-31")
    assert figures(read_expected(again, codes="new")) == {("00691", "parcels"): 5}


def test_random_tables_are_read_as_a_model_reads_them_or_refused_whole(tmp_path: Path) -> None:
    chance = random.Random(7)
    codes = [commune.code for commune in admin_units.communes("08")]
    outcomes = set()
    for _ in range(60):
        lines, wanted, wrong = [], {}, set()
        for number, code in enumerate(chance.sample(codes, chance.randint(1, 8)), start=2):
            count, m2 = chance.randint(1, 9_999), chance.randint(1, 5_000_000)
            ha = Decimal(m2) / 10_000
            parcels = chance.choice([str(count), f"{count:,}".replace(",", "."), f" {count} "])
            area = f"{ha:.4f}".replace(".", chance.choice([","]))
            if chance.random() < 0.05:
                parcels, _ = chance.choice(["-1", "1,5", "nhiều", "²"]), wrong.add(number)
            wanted |= {(code, "parcels"): count, (code, "area_m2"): m2}
            lines.append(f"{code};A;{parcels};{area};Nguồn 1;31/12/2025")
        path = csv(tmp_path, HEAD, *lines)
        if wrong:
            error = refused(path)
            assert (error.code, set(error.facts["rows"])) == ("EXP-ROWS", wrong)  # type: ignore[call-overload]
        else:
            assert figures(read_expected(path)) == wanted
        outcomes.add(bool(wrong))
    assert outcomes == {True, False}


def test_an_old_commune_under_both_of_its_codes_is_there_twice(tmp_path: Path) -> None:
    """Some codes were changed between January and July 2025: the later row must not quietly take the other's place."""
    changed = next(
        row
        for row in admin_units.conversion().to_pylist()
        if row["january_code"] and row["january_code"] != row["old_code"]
    )
    lines = [f"{changed['january_code']},5", f"{changed['old_code']},6"]
    error = refused(
        csv(tmp_path, "commune_code,parcels", *lines), codes="old", source="x y", stated_on=date(2024, 12, 31)
    )
    assert "đã có ở dòng 2" in error.message.vi


def test_days_that_a_workbook_holds_as_days_and_cells_without_a_value(tmp_path: Path) -> None:
    path = tmp_path / "thong_ke.xlsx"
    with xlsxwriter.Workbook(str(path)) as book:
        sheet = book.add_worksheet("Biểu")
        sheet.write_row(0, 0, ["Mã xã", "Số thửa", "Nguồn", "Ngày số liệu"])
        day = book.add_format({"num_format": "dd/mm/yyyy"})
        for row, code in enumerate(("00691", "00694"), start=1):
            sheet.write_row(row, 0, [code, 5, "Thống kê"])
            sheet.write_datetime(row, 3, datetime(2025, 12, 31), day)
    assert {row["stated_on"] for row in read_expected(path).table.to_pylist()} == {DAY}
    with xlsxwriter.Workbook(str(path)) as book:
        sheet = book.add_worksheet("Biểu")
        sheet.write_row(0, 0, ["Mã xã", "Số thửa", "Nguồn", "Ngày số liệu"])
        sheet.write_row(1, 0, ["00691", None, "Thống kê", "31/12/2025"])
        sheet.write_formula(1, 1, "=2+3", None, "")
    assert "không có số thửa" in refused(path).message.vi
