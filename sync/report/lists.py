"""What is told of lists: what became of their rows, what Excel hides in a sheet, and a table of the rows that mean no parcel."""

from collections.abc import Iterator
from typing import Any

import pyarrow as pa
import pyarrow.compute as pc

from parcels.bilingual import Bilingual
from sync.folder.conform import ListRead, ListRowRead
from sync.folder.notes import LayerNotes

_WHY = {
    "no_key": Bilingual(
        "không nêu đủ mã xã, số tờ, số thửa", "do not name commune, sheet and parcel number all together"
    ),
    "other_number": Bilingual(
        "mang mã định danh của một thửa có số khác trên bản đồ (số tờ, số thửa cũ?)",
        "carry the national id of a parcel that has another number on the map (an old sheet or parcel number?)",
    ),
    "commune_not_on_map": Bilingual(
        "nêu mã xã mà bản đồ không có", "name a commune code that the map does not have"
    ),
    "sheet_not_on_map": Bilingual("nêu tờ mà bản đồ không có", "name a sheet that the map does not have"),
    "parcel_not_on_map": Bilingual(
        "nêu thửa mà tờ bản đồ không có", "name a parcel that the sheet of the map does not have"
    ),
}
_BESIDE = {"title": Bilingual("dòng tiêu đề", "titles"), "footer": Bilingual("dòng cuối biểu", "footers")}
_SHOWN = 5
_COLUMNS: tuple[tuple[str, str, int], ...] = (
    ("Danh sách · List", "file", 26),
    ("Dòng trong Excel · Row in Excel", "row", 12),
    ("Vì sao · Why", "why", 56),
    ("Mã xã · Commune", "commune_code", 10),
    ("Số tờ · Sheet", "sheet_no", 12),
    ("Số thửa · Parcel", "parcel_no", 12),
    ("Mã định danh · National id", "national_id", 18),
    ("Mã đó trên bản đồ: xã · That id on the map: commune", "of_commune_code", 14),
    ("tờ · sheet", "of_sheet_no", 10),
    ("thửa · parcel", "of_parcel_no", 10),
)


def list_notes(one: ListRead) -> Iterator[Bilingual]:
    """Sentences on one list."""
    yield Bilingual(
        f"Danh sách {one.rows} dòng: {one.matched + one.by_national_id} dòng khớp với {one.parcels} thửa"
        f"{f' ({one.by_national_id} dòng thiếu khóa, khớp theo mã định danh)' if one.by_national_id else ''}; "
        f"{one.without_geometry + sum(one.unmatched.values())} dòng không có thửa trên bản đồ; "
        f"{one.repeated} dòng lặp lại một thửa đã khớp.",
        f"A list of {one.rows} rows: {one.matched + one.by_national_id} match {one.parcels} parcels"
        f"{f' ({one.by_national_id} lack a part of the key and match by national id)' if one.by_national_id else ''}; "
        f"{one.without_geometry + sum(one.unmatched.values())} have no parcel on the map; "
        f"{one.repeated} repeat one that matched.",
    )
    if one.further:
        yield Bilingual(
            f"{one.further} dòng nêu thêm người sử dụng hoặc Giấy chứng nhận của thửa đã khớp; không dòng nào thành thửa mới.",
            f"{one.further} rows name more land users or certificates of a parcel that matched; none of them becomes a parcel.",
        )
    if one.contradicting:
        listed = ", ".join(f"{name} ({count})" for name, count in one.contradicting.items())
        yield Bilingual(
            f"Các dòng của cùng một thửa ghi khác nhau, dòng đầu được dùng: {listed}.",
            f"Rows of one parcel say different things, and the first of them counts: {listed}.",
        )
    for why, rows in one.unmatched.items():
        examples = [row for row in one.examples if row.why == why]
        shown = "; ".join(_row(row) for row in examples[:_SHOWN])
        yield Bilingual(
            f"{rows} dòng của danh sách {_WHY[why].vi}: lỗi của danh sách hoặc đất chưa có trên bản đồ, thửa trên bản đồ "
            f"không bị ảnh hưởng. Dòng {shown}.",
            f"{rows} rows of the list {_WHY[why].en}: a fault of the list, or land that is not on the map; no parcel of "
            f"the map is touched by it. Rows {shown}.",
        )
    if one.beside:
        vi = ", ".join(f"{count} {_BESIDE[why].vi}" for why, count in one.beside.items())
        en = ", ".join(f"{count} {_BESIDE[why].en}" for why, count in one.beside.items())
        yield Bilingual(f"Không phải thửa: {vi}.", f"No parcels: {en}.")
    if one.differing:
        listed = ", ".join(f"{name} ({count})" for name, count in one.differing.items())
        yield Bilingual(
            f"Giá trị của bản đồ khác danh sách: {listed}.",
            f"The map says otherwise than the list: {listed}.",
        )
    yield from _sheet(one.notes)


def _row(row: ListRowRead) -> str:
    key = "/".join(part or "?" for part in (row.commune_code, row.sheet_no, row.parcel_no))
    there = "/".join(part or "?" for part in (row.of_commune_code, row.of_sheet_no, row.of_parcel_no))
    return f"{row.row} ({key}{f' → {there}' if row.of_parcel_no else ''})"


def _sheet(notes: LayerNotes) -> Iterator[Bilingual]:
    if notes.cells_with_errors:
        count = notes.cells_with_errors
        yield Bilingual(
            f"{count} ô báo lỗi công thức (#N/A …).", f"{count} cells hold a formula's error (#N/A …)."
        )
    for ranges, said in (
        (
            notes.formulas_without_values,
            Bilingual(
                "Công thức chưa có giá trị lưu trong tệp, coi như trống; hãy mở bằng Excel, tính lại rồi lưu, hoặc dán "
                "thành giá trị:",
                "Formulas whose values the file does not hold count as blank; open it in Excel, calculate and save it, or "
                "paste the values:",
            ),
        ),
        (
            notes.merged_ranges,
            Bilingual(
                f"{notes.merged_count} vùng gộp ô, giá trị tính cho mọi dòng của vùng:",
                f"{notes.merged_count} merged ranges, whose value counts for all of their rows:",
            ),
        ),
        (
            notes.hidden_rows,
            Bilingual(
                f"{notes.hidden_row_count} dòng đang ẩn, vẫn được đọc: dòng",
                f"{notes.hidden_row_count} hidden rows are read as well: rows",
            ),
        ),
        (
            notes.hidden_columns,
            Bilingual("Cột đang ẩn, vẫn được đọc:", "Hidden columns are read as well:"),
        ),
        (
            notes.hidden_sheets,
            Bilingual("Trang tính đang ẩn, không được đọc:", "Hidden sheets are not read:"),
        ),
        (
            notes.sheets_not_read,
            Bilingual("Trang tính khác, không được đọc:", "Other sheets are not read:"),
        ),
    ):
        if ranges:
            yield Bilingual(f"{said.vi} {', '.join(ranges)}.", f"{said.en} {', '.join(ranges)}.")


def unmatched_rows(lists: tuple[ListRead, ...], rows: pa.Table) -> pa.Table:
    """Rows of `list_rows.parquet` with their list's file."""
    numbers = pa.array([one.part_no for one in lists], pa.int32())
    files = pa.array([one.file for one in lists], pa.string())
    return rows.append_column("file", files.take(pc.index_in(rows["part_no"], value_set=numbers)))


def write_list_sheet(book: Any, head: Any, text: Any, rows: pa.Table, most: int) -> None:
    """A sheet of findings.xlsx with the rows of lists that mean no parcel; nothing where there is none."""
    if not len(rows):
        return
    sheet = book.add_worksheet("Danh sách")
    for column, (title, _, width) in enumerate(_COLUMNS):
        sheet.set_column(column, column, width, text)
        sheet.write_string(0, column, title, head)
    shown = rows.slice(0, most).select([name for _, name, _ in _COLUMNS]).to_pylist()
    for number, row in enumerate(shown, start=1):
        why = _WHY[row["why"]]
        row["why"] = f"{why.vi} · {why.en}"
        for column, (_, name, _) in enumerate(_COLUMNS):
            if isinstance(row[name], int):
                sheet.write_number(number, column, row[name], text)
            elif row[name] is not None:
                sheet.write_string(number, column, row[name], text)
    if len(rows) > most:
        more = len(rows) - most
        sheet.write_string(most + 1, 0, f"… còn {more} dòng nữa không hiện ở đây · {more} more not shown")
    sheet.autofilter(0, 0, len(shown), len(_COLUMNS) - 1)
    sheet.freeze_panes(1, 0)
