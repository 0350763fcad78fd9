"""The figures in words: a line each, for the terminal and for the page, in both languages."""

from collections.abc import Iterator
from typing import Any

from parcels.bilingual import Bilingual
from parcels.columns import by_name

Line = tuple[Bilingual, str]

PAIR = Bilingual("Từ A sang B", "From A to B")
_HANDLES = {
    "source_key": Bilingual("khóa nguồn", "source key"),
    "national_id": Bilingual("mã định danh thửa", "national id"),
    "sheet_and_number": Bilingual("xã, tờ và số thửa", "commune, sheet and number"),
}
_GROUPS = {
    "geometry": Bilingual("hình thửa", "geometry"),
    "land_use": Bilingual("loại đất", "land use"),
    "area": Bilingual("diện tích pháp lý", "registered area"),
    "users": Bilingual("người sử dụng đất", "land users"),
    "certificates": Bilingual("giấy chứng nhận", "certificates"),
    "ids": Bilingual("mã định danh, tờ, số thửa", "ids, sheet, number"),
    "address": Bilingual("địa chỉ", "address"),
    "dates": Bilingual("ngày tháng", "dates"),
    "any": Bilingual("bất kỳ nội dung nào", "anything"),
}
_LAND = {
    "unchanged": Bilingual("đất không đổi đến từng byte", "land unchanged to the byte"),
    "moved_together": Bilingual(
        "đất dịch chuyển cùng tờ hoặc cùng xã", "land moved along with its sheet or commune"
    ),
    "changed": Bilingual("đất thay đổi", "land changed"),
    "elsewhere": Bilingual("đất ở hẳn nơi khác", "land wholly elsewhere"),
    "not_known": Bilingual("không có hình để so", "no shape to compare"),
}
_STATES = {
    "current": Bilingual("hiện hành", "current"),
    "draft": Bilingual("đang soạn", "draft"),
    "historic": Bilingual("lịch sử", "historic"),
    "unknown": Bilingual("chưa rõ", "unknown"),
}


def of_one(figures: dict[str, Any]) -> Iterator[Line]:
    """The lines of one delivery."""
    yield Bilingual("Số dòng", "Rows"), str(figures["rows"])
    yield Bilingual("Số xã", "Communes"), str(figures["communes"])
    yield (
        Bilingual("Số dòng mỗi xã: ít nhất, giữa, nhiều nhất", "Rows per commune: least, middle, most"),
        _spread(figures["rows_per_commune"]),
    )
    for name, said in figures["handles"].items():
        handle = _HANDLES[name]
        yield _said("Có {}", "With {}", handle), _part(said["rows"])
        yield (
            _said("Chung {} với dòng khác", "Sharing a {} with another row", handle),
            _part(said["shared_by_several"]),
        )
    yield Bilingual("Không có hình thửa", "Without a shape"), _part(figures["without_geometry"])
    yield (
        Bilingual("Hình trùng với dòng khác", "With the shape of another row"),
        _part(figures["identical_shapes"]),
    )
    for name, number in figures["states"].items():
        yield _said("Tình trạng: {}", "State: {}", _STATES[name]), str(number)
    sheets = figures["sheets"]
    yield Bilingual("Số tờ bản đồ", "Map sheets"), str(sheets["sheets"])
    yield (
        Bilingual("Số dòng mỗi tờ: ít nhất, giữa, nhiều nhất", "Rows per sheet: least, middle, most"),
        _spread(sheets["rows_per_sheet"]),
    )
    yield Bilingual("Có số tờ và số thửa", "With sheet and number"), _part(figures["numbered"])
    columns = by_name()
    for name, said in figures["filled"].items():
        yield (
            _said("Có giá trị: {}", "Filled: {}", Bilingual(columns[name].vi, columns[name].en)),
            _part(said),
        )


def of_two(figures: dict[str, Any]) -> Iterator[Line]:
    """The lines of how the second delivery stands to the first."""
    for name, said in figures["handles"].items():
        handle = _HANDLES[name]
        yield _said("A: {} còn trong B", "Of A's, {} that is in B", handle), _part(said["in_b"])
        for second, other in _HANDLES.items():
            if second != name:
                yield _both("… trong đó cùng", "… of those, the same", other), _part(said[f"same_{second}"])
        for what, land in _LAND.items():
            yield _both("… trong đó", "… of those,", land), _part(said["land"][what])
    yield (
        Bilingual("Dòng được theo dõi bằng", "Rows are followed by"),
        _HANDLES[figures["followed_by"]].en,
    )
    for side in ("a", "b"):
        only, letter = figures["only_in"][side], side.upper()
        yield Bilingual(f"Chỉ có trong {letter}", f"Only in {letter}"), _part(only["rows"])
        yield (
            Bilingual("… đất có ở bên kia dưới tên khác", "… whose land the other has under other names"),
            _part(only["with_land_of_the_other"]),
        )
    for what, land in _LAND.items():
        yield _both("Theo dõi được:", "Of the rows followed,", land), _part(figures["land"][what])
    for number, shift in enumerate(figures["shifts"]["communes"], start=1):
        yield (
            Bilingual(f"Xã thứ {number}: dịch chuyển chung", f"Commune {number}: common shift"),
            (f"E {shift['east_m']} m, N {shift['north_m']} m, ± {shift['spread_m']} m ({shift['pairs']})"),
        )
    sheets = figures["shifts"]["sheets"]
    if sheets["sheets"]:
        yield (
            Bilingual(
                "Các tờ: dịch chuyển giữa, xa nhất, độ tản", "Sheets: shift in the middle, furthest, spread"
            ),
            (f"{sheets['middle_m']} m, {sheets['most_m']} m, ± {sheets['spread_m']} m ({sheets['sheets']})"),
        )
    for what, vi, en in (("changed", "Thay đổi", "Changed"), ("emptied", "Bị xóa trắng", "Emptied")):
        for name, said in figures[what].items():
            yield _both(f"{vi}:", f"{en}:", _GROUPS[name]), _part(said)


def _said(vi: str, en: str, what: Bilingual) -> Bilingual:
    return Bilingual(vi.format(what.vi), en.format(what.en))


def _both(vi: str, en: str, what: Bilingual) -> Bilingual:
    return Bilingual(f"{vi} {what.vi}", f"{en} {what.en}")


def _part(said: dict[str, Any]) -> str:
    share = "" if said["share"] is None else f" ({100 * said['share']:.2f} %)"
    return f"{said['count']} / {said['of']}{share}"


def _spread(said: dict[str, Any]) -> str:
    return f"{said['least']}, {said['middle']}, {said['most']}"
