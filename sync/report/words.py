"""The words of the reports, in both languages."""

from parcels.bilingual import Bilingual
from validators.catalogue import BY_CODE
from validators.stored import CommuneVerdict

DECISIONS: dict[str, Bilingual] = {
    "accept": Bilingual("Nhận", "Accepted"),
    "hold": Bilingual("Tạm giữ", "Held"),
}
SEVERITIES: dict[str, Bilingual] = {
    "error": Bilingual("Lỗi", "Error"),
    "warning": Bilingual("Cảnh báo", "Warning"),
    "info": Bilingual("Thông tin", "Information"),
}
DELIVERY_DECISIONS: dict[str, Bilingual] = {
    "accept": Bilingual(
        "Gói dữ liệu được nhận. Hãy sửa các thửa bị cách ly (nếu có) trong lần gửi sau.",
        "The delivery is accepted. Mend the quarantined parcels, if any, in the next one.",
    ),
    "hold": Bilingual(
        "Có xã bị tạm giữ: hãy xem lý do, sửa dữ liệu rồi gửi lại, hoặc xin cấp có thẩm quyền chấp thuận.",
        "Some communes are held: read the reasons, mend the data and deliver again, or ask for approval.",
    ),
}
# What became of rows, beyond the counts of the receipt; and of land: events that are proposed.
CHANGE_NOTES: dict[str, Bilingual] = {
    "older": Bilingual("cũ hơn dữ liệu đang có: bỏ qua", "older than what is live: ignored"),
    "superseded": Bilingual(
        "có phiên bản mới hơn trong cùng gói: bỏ qua", "a newer version is in the same set: ignored"
    ),
    "waits_elsewhere": Bilingual(
        "nhận mã định danh, số thửa của một thửa còn chờ, hoặc chuyển thửa ra khỏi xã đang tạm giữ: chờ cùng",
        "takes an id or a number of a parcel that waits, or a parcel out of a held commune: waits with it",
    ),
    "placed": Bilingual(
        "đến sau phiên bản mới hơn: đã xếp vào lịch sử",
        "came after a newer version: took its place in history",
    ),
    "repeated": Bilingual("đã nhận trước đây, nội dung không đổi", "taken before, with the same content"),
    "end_of_unknown": Bilingual(
        "kết thúc một đối tượng không có ở trung ương: đã ghi nhớ",
        "ends an object that is not live here: remembered",
    ),
    "gone": Bilingual(
        "bản đầy đủ của xã trích xuất sau đó không còn đối tượng: đã kết thúc",
        "a later full snapshot of the commune does not show the object: it has ended",
    ),
    "insert_of_known": Bilingual(
        "thêm mới một đối tượng đã có: cập nhật", "inserts an object that is live: taken as an update"
    ),
    "update_of_unknown": Bilingual(
        "cập nhật một đối tượng chưa có: thêm mới", "updates an object that is not live: taken as an insert"
    ),
    "renamed": Bilingual(
        "kết thúc một khóa mà gói thay bằng khóa mới cho cùng thửa đất: thửa vẫn còn",
        "ends a key that the set replaces by another one of the same parcel: the parcel stays",
    ),
    "contradicted": Bilingual(
        "thông tin nhận dạng chỉ một thửa nằm nơi khác: chờ người duyệt",
        "its handles name a parcel whose land lies elsewhere: waits for a person",
    ),
    "id_withheld": Bilingual(
        "công bố không kèm mã định danh: thửa của tỉnh khác đang giữ mã",
        "published without national id: a parcel of another province holds it",
    ),
    "without_geometry": Bilingual(
        "thửa chưa có hình học: được ghi nhận cùng người sử dụng đất, chưa có ranh giới",
        "live without geometry yet, with their land users",
    ),
    "first_geometry": Bilingual(
        "thửa lần đầu có hình học: không phải là chỉnh lý",
        "have their first geometry: no correction",
    ),
    "handles_changed": Bilingual(
        "khóa hoặc hệ thống nguồn khác trước: vẫn là thửa ấy, không thành phiên bản mới vì thế",
        "have another key or source system: the same parcels, and no new version for that",
    ),
    "not_brought": Bilingual(
        "thửa đang có của xã không có trong gói, mà gói không khai là đầy đủ cho xã: vẫn giữ",
        "parcels that live in a commune and did not come, where the delivery is not declared complete for it: they stay",
    ),
    "split_proposed": Bilingual("đề xuất: tách thửa (số sự kiện)", "splits proposed (events)"),
    "merge_proposed": Bilingual("đề xuất: hợp thửa (số sự kiện)", "mergers proposed (events)"),
    "reallocation_proposed": Bilingual(
        "đề xuất: nhiều thửa chia lại thành nhiều thửa (số sự kiện)",
        "several parcels divided anew, proposed (events)",
    ),
    "correction_proposed": Bilingual(
        "đề xuất: chỉnh lý ranh giới giữa các thửa còn lại (số sự kiện)",
        "boundaries between parcels that stay corrected, proposed (events)",
    ),
    "replaced_proposed": Bilingual(
        "đề xuất: thửa khác thay thế trên cùng phần đất (số sự kiện)",
        "parcels replaced by another on their land, proposed (events)",
    ),
    "hand_over_proposed": Bilingual(
        "đề xuất: thửa chuyển giữa hai tỉnh (số sự kiện)",
        "hand-overs between two provinces, proposed (events)",
    ),
    "hand_over_undecided": Bilingual(
        "thửa chuyển từ hoặc sang tỉnh khác mà chưa ai quyết định (số sự kiện)",
        "hand-overs from or to another province that nobody has decided (events)",
    ),
    "lineage_declared": Bilingual("nguồn khai thửa trước (số sự kiện)", "declared by the source (events)"),
    "lineage_agreed": Bilingual(
        "đề xuất được nguồn khai như vậy (số sự kiện)", "proposals that the source declares as well (events)"
    ),
    "lineage_differs": Bilingual(
        "nguồn khai khác với phần đất chung: cần người xem (số sự kiện)",
        "declared otherwise than the land shows: somebody has to look (events)",
    ),
    "lineage_without_land": Bilingual(
        "nguồn khai thửa trước không có phần đất chung: cần người xem (số sự kiện)",
        "declared predecessors that share no land: somebody has to look (events)",
    ),
    "predecessors_unknown": Bilingual(
        "thửa trước được nêu mà không tìm thấy, hoặc có nhiều thửa như vậy (số dòng)",
        "names of a predecessor that is not known, or of several (rows)",
    ),
}
# Kinds of events of lineage, and how sure they are.
EVENTS: dict[str, Bilingual] = {
    "split": Bilingual("tách thửa", "split"),
    "merge": Bilingual("hợp thửa", "merger"),
    "reallocation": Bilingual("chia lại nhiều thửa", "several divided anew"),
    "exchange": Bilingual("đổi đất", "exchange"),
    "resurvey": Bilingual("đo đạc lại", "new survey"),
    "renumber": Bilingual("đổi số thửa", "new number"),
    "rekey": Bilingual("đổi khóa", "new key"),
    "admin_merge": Bilingual("sáp nhập đơn vị hành chính", "merger of communes"),
    "correction": Bilingual("chỉnh lý ranh giới", "corrected boundary"),
    "hand_over": Bilingual("chuyển sang tỉnh khác", "handed over between provinces"),
    "replaced": Bilingual("thay thế", "replaced"),
}
EVENT_STATES: dict[str, Bilingual] = {
    "declared": Bilingual("nguồn khai", "declared"),
    "proposed": Bilingual("đề xuất", "proposed"),
    "confirmed": Bilingual("đã xác nhận", "confirmed"),
}
LINEAGE_STATES = {**EVENT_STATES, "refused": Bilingual("đã bác", "refused")}
REGISTERED: dict[str, Bilingual] = {
    "parcel": Bilingual("chính thửa", "the parcel itself"),
    "land_use": Bilingual("loại đất", "land uses"),
    "land_user": Bilingual("người sử dụng đất", "land users"),
    "certificate": Bilingual("Giấy chứng nhận", "certificates"),
    "land_right": Bilingual("quyền đối với thửa đất", "rights"),
    "restriction": Bilingual("hạn chế quyền", "restrictions"),
    "transferee": Bilingual("người nhận chuyển quyền chưa đăng ký", "transferees who are not registered"),
}
PROVISIONAL = Bilingual(
    "Kết quả tạm thời: có phép kiểm tra cần dữ liệu của cả nước nên chưa chạy được.",
    "Provisional: some checks need the nation's data and were not run.",
)


def check_title(code: str) -> Bilingual:
    """What a check is called."""
    return BY_CODE[code].title


def check_advice(code: str) -> Bilingual:
    """What to do about its findings."""
    return BY_CODE[code].advice


def group_said(commune: CommuneVerdict) -> Bilingual | None:
    """A commune's usability group in words, by the scheme of its policy; None where it has none."""
    title, code = commune.group_title, commune.group_code
    return None if title is None else Bilingual(f"Nhóm {code}: {title.vi}", f"Group {code}: {title.en}")
