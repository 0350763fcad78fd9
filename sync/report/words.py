"""The words of the reports, in both languages."""

from parcels.bilingual import Bilingual
from validators.catalogue import BY_CODE
from validators.usability import NAMES

DECISIONS: dict[str, Bilingual] = {
    "accept": Bilingual("Nhận", "Accepted"),
    "hold": Bilingual("Tạm giữ", "Held"),
}
SEVERITIES: dict[str, Bilingual] = {
    "error": Bilingual("Lỗi", "Error"),
    "warning": Bilingual("Cảnh báo", "Warning"),
    "info": Bilingual("Thông tin", "Information"),
}
GROUPS: dict[int, Bilingual] = {
    number: Bilingual(f"Nhóm {number}: {name.vi}", f"Group {number}: {name.en}")
    for number, name in NAMES.items()
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
