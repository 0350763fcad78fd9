"""What reading a delivery showed that no check says of a parcel: sentences for the report, from conform.json.

Loose lines of drawings, labels that belong to no parcel, rows of lists that found no parcel, columns whose names are
assumed: nothing of a delivery is left out silently.
"""

from collections.abc import Iterator

from parcels.bilingual import Bilingual
from sync.folder.conform import Conformed, StatesRead
from sync.folder.notes import LabelsFound, LayerNotes, LinesLeft, Places
from sync.report.lists import list_notes
from sync.report.tables import table_notes

_LINES = {
    "dangling_lines": Bilingual("đường ranh bị hở (một đầu không nối)", "boundary lines with a loose end"),
    "lines_between_polygons": Bilingual(
        "đường nối không ngăn cách thửa nào", "lines that separate no parcels"
    ),
    "rings_not_valid": Bilingual("đường ranh khép kín không hợp lệ", "rings that are not valid"),
}
_LABELS = {
    "soThua": Bilingual("số thửa", "parcel number"),
    "dienTich": Bilingual("diện tích", "area"),
    "loaiDat": Bilingual("loại đất", "land use"),
    "loaiDatPhapLy": Bilingual("loại đất pháp lý", "legal land use"),
}

STATES = {
    "draft": Bilingual("dòng dự thảo", "drafts"),
    "historic": Bilingual("dòng lịch sử", "rows of history"),
}


def intake_notes(conformed: Conformed) -> list[tuple[str, Bilingual]]:
    """(file, sentence) in the order of the delivery; nothing where reading showed nothing worth a look."""
    told: list[tuple[str, Bilingual]] = []
    already: set[Bilingual] = set()  # which names are assumed is said once of a delivery in a hundred sheets
    for part in conformed.parts:
        assumed = [said for said in _assumed(part.assumed) if said not in already]
        already.update(assumed)
        told += [
            (part.file, said)
            for said in (*_drawing(part.notes), *_records(part.notes), *_states(part.states), *assumed)
        ]
    told += [("", said) for said in _joined(conformed)]
    for one in conformed.lists:
        told += [(one.file, sentence) for sentence in list_notes(one)]
    if conformed.people is not None:
        told += table_notes(conformed.people)
    return told


def _drawing(notes: LayerNotes) -> Iterator[Bilingual]:
    for name, what in _LINES.items():
        lines: LinesLeft | None = getattr(notes, name)
        if lines and lines.count:
            count, places = lines.count, _places(lines.places)
            yield Bilingual(
                f"{count} {what.vi}, ví dụ tại {places}.", f"{count} {what.en}, for example at {places}."
            )
    if notes.polygons_without_number:
        count = notes.polygons_without_number
        yield Bilingual(
            f"{count} vùng khép kín không có số thửa.", f"{count} closed areas without a parcel number."
        )
    for name, what in _LABELS.items():
        labels: LabelsFound | None = getattr(notes, name)
        if labels is None:
            continue
        if labels.in_no_polygon:
            count, places = labels.in_no_polygon, _places(labels.places_in_no_polygon)
            yield Bilingual(
                f"{count} nhãn {what.vi} không nằm trong thửa nào, ví dụ tại {places}.",
                f"{count} labels of {what.en} lie in no parcel, for example at {places}.",
            )
        if labels.in_one_polygon_several:
            count, places = labels.in_one_polygon_several, _places(labels.places_of_several)
            yield Bilingual(
                f"{count} thửa có nhiều nhãn {what.vi} khác nhau, ví dụ tại {places}.",
                f"{count} parcels with several different labels of {what.en}, for example at {places}.",
            )


def _records(notes: LayerNotes) -> Iterator[Bilingual]:
    if notes.records_without_id:
        count = notes.records_without_id
        yield Bilingual(
            f"{count} bản ghi thửa đất không có mã đối tượng.", f"{count} parcel records without an id."
        )
    if notes.elements_not_read:
        listed = ", ".join(f"{name} ({count})" for name, count in notes.elements_not_read.items())
        yield Bilingual(f"Phần tử không được đọc: {listed}.", f"Elements that are not read: {listed}.")


def _assumed(names: tuple[str, ...]) -> Iterator[Bilingual]:
    if names:
        listed = ", ".join(names)
        yield Bilingual(
            f"Tên cột của tỉnh cho các cột chuẩn sau là giả định, cần xác nhận: {listed}.",
            f"The delivered names of these canonical columns are assumed and should be confirmed: {listed}.",
        )


def _states(states: StatesRead | None) -> Iterator[Bilingual]:
    """How many rows are in which state in their own system; nothing where all are current."""
    behind = {name: rows for name, rows in states.rows.items() if name in STATES} if states else {}
    if states is None or not sum(behind.values()):
        return
    vi, en = (
        ", ".join(f"{rows} {STATES[name].say(lang)}" for name, rows in behind.items())
        for lang in ("vi", "en")
    )
    more = (
        Bilingual(
            " Tên cột và các giá trị này là giả định, cần xác nhận.",
            " Column and values are assumed and should be confirmed.",
        )
        if states.assumed
        else Bilingual("", "")
    )
    yield Bilingual(
        f"Theo cột trạng thái «{states.column}», {vi}: không phải thửa hiện hành nên không kiểm tra và không cập nhật.{more.vi}",
        f"By the column of states “{states.column}”, {en}: no parcels of today, so neither judged nor published.{more.en}",
    )


def _joined(conformed: Conformed) -> Iterator[Bilingual]:
    if said := conformed.rows_joined:
        yield Bilingual(
            f"{said['rows']} dòng là các phần của {said['parcels']} thửa đất (cùng khóa nguồn, mọi thuộc tính như nhau) và đã được "
            "ghép lại; từ đó trở đi mỗi thửa đất được đếm một lần.",
            f"{said['rows']} rows are the parts of {said['parcels']} parcels (one source key, the same in every attribute) and were "
            "joined; from there on each parcel is counted once.",
        )


def _places(places: Places) -> str:
    return "; ".join(f"({x:.1f}, {y:.1f})" for x, y in places[:3])
