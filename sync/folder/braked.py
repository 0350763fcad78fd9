"""Why a brake holds a commune, in words: what, how much, against what, and the likely story."""

from collections.abc import Callable
from math import hypot

from parcels.bilingual import Bilingual
from sync.folder.reasons import ABSENT, Measured, Reason

_GROUPS = {
    None: Bilingual("dữ liệu", "data"),
    "geometry": Bilingual("ranh giới", "boundary"),
    "land_use": Bilingual("loại đất", "land use"),
    "area": Bilingual("diện tích pháp lý", "registered area"),
    "address": Bilingual("địa chỉ", "address"),
    "national_id": Bilingual("mã thửa đất", "national id"),
    "number": Bilingual("số tờ, số thửa", "sheet and parcel number"),
    "land_user": Bilingual("người sử dụng đất", "land user"),
    "certificate": Bilingual("giấy chứng nhận", "certificate"),
    "land_right": Bilingual("quyền đối với thửa đất", "right to the parcel"),
    "restriction": Bilingual("hạn chế quyền", "restriction"),
    "transferee": Bilingual("người nhận chuyển quyền chưa đăng ký", "transferee who is not registered"),
}


def brake_reason(found: Measured, *, case: bool = False) -> Reason:
    """The reason to hold that goes with what a brake measured, of a commune or of all communes of its case."""
    reason = _SAID[found.code](found)
    if not case:
        return reason
    said = Bilingual(
        f"Tính chung các xã của vụ việc: {reason.vi}", f"Of all communes of the case: {reason.en}"
    )
    return Reason.of(reason.code, said, measured=found)


def absent(parcels: int) -> Reason:
    """The reason to hold a commune that was declared complete and of which nothing came; so many parcels are live."""
    return Reason.of(
        ABSENT,
        Bilingual(
            f"complete_for nêu xã này nhưng không có dòng nào của xã; {parcels} thửa đang có hiệu lực giữ nguyên. Có thể thiếu "
            "tệp, hoặc xã được giao nộp dưới mã khác. Nếu duyệt thì xã không còn thửa nào.",
            f"complete_for names the commune and not one row of it came; its {parcels} live parcels stay. Likely a file is "
            "missing, or the commune came under another code. If approved, the commune has no parcel any more.",
        ),
    )


def _how_much(found: Measured) -> Bilingual:
    """How much, and against what it was held."""
    share = f"{found.amount / found.out_of:.1%}" if found.out_of else "100%"
    of = Bilingual(
        f"{found.parcels} trong {found.out_of:.0f} ({share.replace('.', ',')})",
        f"{found.parcels} of {found.out_of:.0f} ({share})",
    )
    if found.scope == "lately":
        return Bilingual(
            f"{of.vi}, cộng {found.days} ngày qua là {found.together:.0f} trong {found.together_of:.0f}",
            f"{of.en}, with the last {found.days} days {found.together:.0f} of {found.together_of:.0f}",
        )
    if found.scope == "province":
        return Bilingual(
            f"{of.vi}; nhiều xã của tỉnh cùng thay đổi như vậy",
            f"{of.en}; many communes of the province change like that together",
        )
    return of


def _loss(found: Measured) -> Reason:
    many = _how_much(found)
    return Reason.of(
        "LOSS",
        Bilingual(
            f"Xã sẽ mất {many.vi} thửa đất đang có hiệu lực; vượt ngưỡng an toàn. Có thể tệp bị thiếu, hoặc thửa đã sang xã khác.",
            f"The commune would lose {many.en} of its current parcels: more than the brake allows. Likely a part of the data is "
            "missing, or parcels went to another commune.",
        ),
        measured=found,
    )


def _growth(found: Measured) -> Reason:
    many = _how_much(found)
    return Reason.of(
        "GROWTH",
        Bilingual(
            f"Xã sẽ thêm {many.vi} thửa. Có thể thửa bị lặp lại dưới mã khác, hoặc của xã khác, hoặc xã mới đo đạc thêm.",
            f"The commune would gain {many.en} parcels. Likely parcels are repeated under other keys or are another commune's, "
            "or more of it was surveyed.",
        ),
        measured=found,
    )


def _area(found: Measured) -> Reason:
    share = f"{found.amount / found.out_of:.1%}" if found.out_of else "100%"
    return Reason.of(
        "AREA",
        Bilingual(
            f"Tổng diện tích của xã đổi {share.replace('.', ',')} ({found.amount:.0f} trong {found.out_of:.0f} m²). Có thể sai đơn "
            "vị, sai hệ tọa độ, hoặc thiếu dữ liệu.",
            f"The commune's sum of areas changes by {share} ({found.amount:.0f} of {found.out_of:.0f} m²). Likely another unit, "
            "another coordinate system, or a part is missing.",
        ),
        measured=found,
    )


def _shifted(found: Measured) -> Reason:
    many, east, north = _how_much(found), found.east or 0.0, found.north or 0.0
    metres = f"{hypot(east, north):.2f} m ({east:+.2f}, {north:+.2f})"
    return Reason.of(
        "SHIFTED",
        Bilingual(
            f"{many.vi} thửa cùng dịch {metres}. Có thể dùng tham số chuyển đổi tọa độ khác, hoặc xã được đo lại.",
            f"{many.en} parcels move alike by {metres}. Likely other parameters of the coordinate system, or a new survey.",
        ),
        measured=found,
    )


def _scaled(found: Measured) -> Reason:
    many, factor = _how_much(found), f"{found.east or 0.0:.3f}"
    return Reason.of(
        "SCALED",
        Bilingual(
            f"Diện tích của {many.vi} thửa cùng nhân với {factor.replace('.', ',')}. Có thể sai đơn vị hoặc sai phép chiếu.",
            f"The area of {many.en} parcels is multiplied alike, by {factor}. Likely another unit or projection.",
        ),
        measured=found,
    )


def _far(found: Measured) -> Reason:
    many = _how_much(found)
    return Reason.of(
        "FAR",
        Bilingual(
            f"{many.vi} thửa nằm cách chỗ cũ hơn 5 m. Có thể khóa nguồn không còn chỉ đúng thửa, hoặc sai hệ tọa độ.",
            f"{many.en} parcels lie more than 5 m from where they were. Likely keys no longer name the same parcels, or another "
            "coordinate system.",
        ),
        measured=found,
    )


def _outside(found: Measured) -> Reason:
    many = _how_much(found)
    return Reason.of(
        "OUTSIDE",
        Bilingual(
            f"{many.vi} thửa nằm ngoài phạm vi các thửa của xã. Có thể sai múi chiếu, hoặc là thửa của xã khác.",
            f"{many.en} parcels lie beyond where the commune has land. Likely another zone, or another commune's parcels.",
        ),
        measured=found,
    )


def _neighbour(found: Measured) -> Reason:
    many = _how_much(found)
    return Reason.of(
        "NEIGHBOUR",
        Bilingual(
            f"{many.vi} thửa mới hoặc đổi ranh giới được xem xét nằm trên thửa của xã khác. Có thể nộp nhầm dữ liệu của xã bên "
            "cạnh, hoặc ranh giới hành chính đã đổi.",
            f"{many.en} looked-at parcels, new or with a new boundary, lie on parcels of another commune. Likely a neighbour's "
            "data, or a boundary of communes that moved.",
        ),
        measured=found,
    )


def _changed(found: Measured) -> Reason:
    many, group = _how_much(found), _GROUPS[found.column_group]
    return Reason.of(
        "CHANGED",
        Bilingual(
            f"{group.vi} của {many.vi} thửa sẽ có giá trị khác. Có thể các cột hoặc các dòng bị lệch, hoặc cả xã được cập nhật.",
            f"{many.en} parcels would have another {group.en}. Likely columns or rows have slipped, or the whole commune was "
            "brought up to date.",
        ),
        measured=found,
    )


def _emptied(found: Measured) -> Reason:
    many, group = _how_much(found), _GROUPS[found.column_group]
    return Reason.of(
        "EMPTIED",
        Bilingual(
            f"{group.vi} của {many.vi} thửa sẽ bị bỏ trống. Có thể thiếu một bảng hoặc một cột khi kết xuất.",
            f"{many.en} parcels would lose their {group.en}. Likely a table or a column was left out of the export.",
        ),
        measured=found,
    )


def _uniform(found: Measured) -> Reason:
    many, group = _how_much(found), _GROUPS[found.column_group]
    return Reason.of(
        "UNIFORM",
        Bilingual(
            f"{group.vi} của {many.vi} thửa sẽ cùng một giá trị, trước đó khác nhau. Có thể là giá trị mặc định.",
            f"{many.en} parcels would have one and the same {group.en} where they had different ones. Likely a default value.",
        ),
        measured=found,
    )


def _duplicated(found: Measured) -> Reason:
    many, group = _how_much(found), _GROUPS[found.column_group]
    return Reason.of(
        "DUPLICATED",
        Bilingual(
            f"{group.vi} của các thửa thay đổi bớt đi {many.vi} giá trị khác nhau. Có thể một dòng bị lặp lại.",
            f"Parcels that change would have fewer different values of {group.en} by {many.en}. Likely rows are repeated.",
        ),
        measured=found,
    )


def _shuffled(found: Measured) -> Reason:
    many, group = _how_much(found), _GROUPS[found.column_group]
    return Reason.of(
        "SHUFFLED",
        Bilingual(
            f"{many.vi} thửa thay đổi nhận {group.vi} mà thửa khác đã có. Có thể các dòng bị xáo trộn hoặc lệch một dòng.",
            f"{many.en} parcels that change get the {group.en} that another parcel had. Likely rows were shuffled or slipped.",
        ),
        measured=found,
    )


def _earlier(found: Measured) -> Reason:
    many = _how_much(found)
    return Reason.of(
        "EARLIER",
        Bilingual(
            f"{many.vi} thửa thay đổi trở lại như một phiên bản trước. Có thể là tệp cũ mang ngày mới.",
            f"{many.en} parcels that change go back to what an earlier version said. Likely an old file with a new date.",
        ),
        measured=found,
    )


def _refused(found: Measured) -> Reason:
    many = Bilingual(f"{found.parcels} trong {found.out_of:.0f}", f"{found.parcels} of {found.out_of:.0f}")
    return Reason.of(
        "REFUSED",
        Bilingual(
            f"{many.vi} dòng của xã bị cách ly hoặc không đọc được, nhiều hơn lần trước. Có thể cách kết xuất đã đổi.",
            f"{many.en} rows of the commune are quarantined or unreadable, more than last time. Likely the export has changed.",
        ),
        measured=found,
    )


_SAID: dict[str, Callable[[Measured], Reason]] = {
    "LOSS": _loss,
    "GROWTH": _growth,
    "AREA": _area,
    "SHIFTED": _shifted,
    "SCALED": _scaled,
    "FAR": _far,
    "OUTSIDE": _outside,
    "NEIGHBOUR": _neighbour,
    "CHANGED": _changed,
    "EMPTIED": _emptied,
    "UNIFORM": _uniform,
    "DUPLICATED": _duplicated,
    "SHUFFLED": _shuffled,
    "EARLIER": _earlier,
    "REFUSED": _refused,
}
