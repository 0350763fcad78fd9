"""What is told of tables of people: what became of their rows, by number and reason; nothing of what they say."""

from collections.abc import Iterator

from parcels.bilingual import Bilingual
from sync.folder.conform import PeopleRead, TableRead

_HOLDS = {
    "users": Bilingual("người sử dụng đất", "land users"),
    "certificates": Bilingual("Giấy chứng nhận", "certificates"),
    "rights": Bilingual("quyền", "rights"),
    "restrictions": Bilingual("hạn chế quyền", "restrictions"),
}
_WHY = {
    "no_key": Bilingual("không có khóa", "have no key"),
    "conflict": Bilingual(
        "mâu thuẫn với các dòng khác cùng khóa, nhiều hơn hoặc đứng trước theo nội dung",
        "contradict other rows of the same key, which are more or come first by content",
    ),
    "repeated": Bilingual("lặp lại một dòng trước", "repeat a row before them"),
    "parcel_unknown": Bilingual(
        "nêu khóa thửa mà gói dữ liệu không có", "name a parcel's key that the delivery does not have"
    ),
    "parcel_several": Bilingual(
        "nêu khóa thửa mà nhiều thửa cùng mang", "name a parcel's key that several parcels have"
    ),
    "user_unknown": Bilingual(
        "nêu khóa người sử dụng không có trong bảng", "name a user's key that no table has"
    ),
    "certificate_unknown": Bilingual(
        "nêu khóa Giấy chứng nhận không có trong bảng", "name a certificate's key that no table has"
    ),
    "names_nobody": Bilingual(
        "không nêu người sử dụng nào, cũng không nêu Giấy chứng nhận",
        "name neither a user nor a certificate",
    ),
    "too_many": Bilingual(
        "quá nhiều cho một thửa, nên không dòng nào được dùng: khóa thửa có thể sai",
        "are too many for one parcel, so none is used: the parcel's key may be wrong",
    ),
    "by_nobody": Bilingual("không quyền nào nêu đến", "are named by no right"),
}
_SHOWN = 5


def table_notes(people: PeopleRead) -> Iterator[tuple[str, Bilingual]]:
    """(file, sentence) of every table, in the order of the delivery."""
    for table in people.tables:
        for sentence in _of(table):
            yield table.file, sentence
    if people.instead:
        yield (
            "",
            Bilingual(
                f"{people.instead} thửa ghi người sử dụng hoặc Giấy chứng nhận khác với bảng quyền; bảng quyền được dùng.",
                f"{people.instead} parcels say another land user or certificate than the tables of rights; the tables count.",
            ),
        )
    if people.not_read:
        listed = ", ".join(people.not_read)
        yield (
            "",
            Bilingual(
                f"Bảng không được đọc, vì hồ sơ tỉnh chưa nói các cột của bảng, hoặc chỉ giả định và không khớp: {listed}. "
                "Không thửa nào bị ảnh hưởng.",
                "Tables that were not read, because the province's profile does not say what their columns are, or only "
                f"assumes it and they do not fit: {listed}. No parcel is touched by it.",
            ),
        )


def _of(table: TableRead) -> Iterator[Bilingual]:
    what = _HOLDS[table.holds]
    yield Bilingual(
        f"Bảng {what.vi} «{table.layer}» {table.rows} dòng: {table.used} dòng được dùng.",
        f"A table of {what.en}, “{table.layer}”, of {table.rows} rows: {table.used} are used.",
    )
    for why, rows in table.unused.items():
        shown = ", ".join([str(row.row) for row in table.examples if row.why == why][:_SHOWN])
        vi, en = (f", ví dụ dòng {shown}", f", such as row {shown}") if shown else ("", "")
        yield Bilingual(
            f"{rows} dòng {_WHY[why].vi}{vi}: lỗi của dòng đó, không thửa nào bị ảnh hưởng.",
            f"{rows} rows {_WHY[why].en}{en}: a fault of the row alone; no parcel is touched by it.",
        )
    if table.values_not_readable:
        listed = ", ".join(f"{name} ({count})" for name, count in table.values_not_readable.items())
        yield Bilingual(f"Giá trị không đọc được: {listed}.", f"Values that cannot be read: {listed}.")
    if table.assumed:
        yield Bilingual(
            f"Tên cột của bảng {what.vi} là giả định, cần xác nhận.",
            f"The names of the columns of the table of {what.en} are assumed and should be confirmed.",
        )
