"""Checks of what a parcel is called and where it belongs (IDN-…): codes, severities and words."""

from datetime import date

from parcels.bilingual import Bilingual
from parcels.provinces import provinces
from validators.base import Check, Severity, Subject, words
from validators.identity import communes, faults, number_form
from validators.identity.national_id import can_locate
from validators.missing_values import say_written, saying
from validators.policy import Policy

_COMMUNE_DIGITS = 5


def _has_claims(subject: Subject) -> bool:
    return subject.context.claims is not None


def _holder(code: str) -> Bilingual:
    if len(code) == _COMMUNE_DIGITS:
        return Bilingual(f" của xã {code}", f" of commune {code}")
    known = provinces().get(code)
    name = Bilingual(known.full_name, known.name) if known else Bilingual(code, code)
    return Bilingual(f" ({name.vi})", f" ({name.en})")


def _national_id_severity(policy: Policy, as_of: date) -> Severity:
    since = policy.national_id.error_from
    return "error" if since is not None and since <= as_of else "warning"


_ON_SHEET = {
    "sheet_no": Bilingual("số hiệu tờ bản đồ", "sheet number"),
    "parcel_no": Bilingual("số thứ tự thửa", "parcel number"),
}
_SEND_ONCE = Bilingual(
    "Giữ lại một bản ghi đúng cho mỗi thửa đất rồi gửi lại. Bản ghi đang có trong cơ sở dữ liệu được giữ nguyên.",
    "Keep the one right record of each parcel and deliver again. The record in the database stays as it is.",
)
_ASSIGN_ID = Bilingual(
    "Gán lại mã định danh từ điểm đặc trưng của thửa đất theo Thông tư 19/2026/TT-BNNMT, Phụ lục I.",
    "Assign the id anew from the parcel's characteristic point (circular 19/2026/TT-BNNMT, annex I).",
)

_COMPARE_HOLDER = Bilingual(
    "Đối chiếu với đơn vị đang giữ mã; bên gán sai phải gán lại. Mã được tự do ngay khi thửa đất đang giữ "
    "được giao nộp với mã khác hoặc không có mã, hay chấm dứt.",
    "Compare with the office that holds it; whoever assigned it wrongly assigns anew. An id is free as soon as "
    "its parcel is delivered with another one or none, or ends.",
)

CHECKS: tuple[Check, ...] = (
    Check(
        "IDN-MISSING",
        "error",
        quarantines=True,
        title=Bilingual("Không có thông tin nhận dạng", "No identity"),
        message=Bilingual(
            "Bản ghi không có khóa nguồn, mã định danh, cũng không đủ xã, số tờ bản đồ và số thửa: "
            "không biết là thửa đất nào{detail}.",
            "The row has no source key, no national id and no commune, sheet and parcel number: "
            "which parcel it is cannot be told{detail}.",
        ),
        advice=Bilingual(
            "Bổ sung ít nhất một trong ba: khóa nguồn, mã định danh, hoặc xã cùng số tờ và số thửa.",
            "Add at least one of the three: source key, national id, or commune with sheet and parcel number.",
        ),
        find=faults.missing,
        say_detail=say_written,
        measures=("thong_tin",),
        unreadable=communes.without_commune,
    ),
    Check(
        "IDN-DUP-SOURCE",
        "error",
        quarantines=True,
        title=Bilingual("Trùng khóa nguồn", "Source key repeated"),
        message=Bilingual(
            "{measure} bản ghi trong lần giao nộp có cùng khóa nguồn.",
            "{measure} rows of the delivery have the same source key.",
        ),
        advice=_SEND_ONCE,
        find=faults.repeated_source_key,
        measures=("sach",),
        unit="rows",
    ),
    Check(
        "IDN-DUP-NATIONAL",
        "error",
        quarantines=True,
        title=Bilingual("Trùng mã định danh thửa đất", "National id repeated"),
        message=Bilingual(
            "{measure} bản ghi trong lần giao nộp có cùng mã định danh thửa đất.",
            "{measure} rows of the delivery have the same national id.",
        ),
        advice=_ASSIGN_ID,
        find=faults.repeated_national_id,
        measures=("sach", "dung_chung"),
        unit="rows",
    ),
    Check(
        "IDN-DUP-SHEET",
        "error",
        quarantines=True,
        title=Bilingual("Trùng số tờ và số thửa", "Sheet and parcel number repeated"),
        message=Bilingual(
            "{measure} bản ghi của xã có cùng số tờ bản đồ, số thửa, tỷ lệ và bộ bản đồ.",
            "{measure} rows of the commune have the same sheet, parcel number, scale and map set.",
        ),
        advice=Bilingual(
            "Sửa số thửa bị trùng; nếu xã sáp nhập có nhiều bộ bản đồ thì ghi rõ tỷ lệ hoặc bộ bản đồ.",
            "Correct the repeated number; where a merged commune has several map sets, give scale or map set.",
        ),
        find=faults.repeated_sheet,
        measures=("sach",),
        unit="rows",
    ),
    Check(
        "IDN-CLAIMED",
        "error",
        quarantines=True,
        title=Bilingual("Mã định danh đã thuộc thửa đất khác", "National id held by another parcel"),
        message=Bilingual(
            "Mã định danh này đang thuộc một thửa đất khác{detail}.",
            "Another parcel holds this national id{detail}.",
        ),
        advice=_COMPARE_HOLDER,
        find=faults.claimed,
        measures=("thong_nhat", "dung_chung"),
        scope="contextual",
        say_detail=_holder,
        can_run=_has_claims,
    ),
    Check(
        "IDN-WITHHELD",
        "error",
        quarantines=False,
        title=Bilingual("Mã định danh đang thuộc tỉnh khác", "National id held by another province"),
        message=Bilingual(
            "Mã định danh này đang thuộc một thửa đất của tỉnh khác{detail}. Thửa đất được công bố, nhưng không kèm mã.",
            "A parcel of another province holds this national id{detail}. The parcel is published, but without the id.",
        ),
        advice=_COMPARE_HOLDER,
        find=faults.withheld,
        measures=("thong_nhat", "dung_chung"),
        scope="contextual",
        say_detail=_holder,
        can_run=_has_claims,
    ),
    Check(
        "IDN-CONFLICT",
        "error",
        quarantines=True,
        title=Bilingual("Thông tin nhận dạng mâu thuẫn", "Handles in conflict"),
        message=Bilingual(
            "Một thông tin nhận dạng của bản ghi này vẫn đang thuộc một thửa đất khác trong tỉnh.",
            "Another parcel of the province still holds one of this row's handles.",
        ),
        advice=Bilingual(
            "Kiểm tra khóa nguồn, mã định danh, số tờ và số thửa của hai thửa đất; gửi cả hai khi đánh số lại.",
            "Compare source key, national id, sheet and number of both parcels; deliver both when renumbering.",
        ),
        find=None,
        measures=("thong_nhat",),
        scope="contextual",
        judged_by="merge",
    ),
    *communes.CHECKS,
    Check(
        "IDN-FORMAT",
        "error",
        quarantines=False,
        title=Bilingual("Mã định danh sai định dạng", "National id malformed"),
        message=Bilingual(
            "Mã định danh thửa đất không phải là GeoHash 12 ký tự viết thường (dài {measure} ký tự).",
            "The national id is not a GeoHash of 12 lower-case characters (it has {measure}).",
        ),
        advice=_ASSIGN_ID,
        find=faults.malformed,
        condenses=True,
        measures=("dung", "dung_chung"),
        unit="characters",
    ),
    Check(
        "IDN-PREFIX",
        "warning",
        quarantines=False,
        title=Bilingual("Mã định danh ngoài lãnh thổ", "National id outside Vietnam"),
        message=Bilingual(
            "Mã định danh bắt đầu bằng “{detail}”, là vị trí ngoài lãnh thổ Việt Nam.",
            "The national id begins with “{detail}”, a place outside Vietnam.",
        ),
        advice=_ASSIGN_ID,
        find=faults.foreign_prefix,
        condenses=True,
        measures=("dung",),
    ),
    Check(
        "IDN-OUTSIDE",
        "error",
        quarantines=False,
        title=Bilingual("Mã định danh không nằm trong thửa đất", "National id not in its parcel"),
        message=Bilingual(
            "Vị trí mà mã định danh chỉ ra cách thửa đất {measure} m.",
            "The place that the national id names is {measure} m from the parcel.",
        ),
        advice=_ASSIGN_ID,
        find=faults.outside,
        measures=("dung", "thong_nhat"),
        unit="m",
        can_run=can_locate,
    ),
    Check(
        "IDN-NATIONAL-MISSING",
        "warning",
        quarantines=False,
        title=Bilingual("Thiếu mã định danh thửa đất", "National id missing"),
        message=Bilingual(
            "Thửa đất chưa có mã định danh{detail}.", "The parcel has no national id yet{detail}."
        ),
        advice=_ASSIGN_ID,
        find=faults.national_missing,
        condenses=True,
        say_detail=say_written,
        measures=("thong_tin", "dung_chung"),
        hardened_by=_national_id_severity,
    ),
    Check(
        "IDN-SHEET-MISSING",
        "error",
        quarantines=False,
        title=Bilingual("Thiếu số tờ hoặc số thửa", "Sheet or parcel number missing"),
        message=Bilingual("Thửa đất thiếu {detail}.", "The parcel lacks its {detail}."),
        advice=Bilingual(
            "Bổ sung số hiệu tờ bản đồ và số thứ tự thửa từ bản đồ địa chính.",
            "Add sheet and parcel number from the cadastral map.",
        ),
        find=faults.sheet_missing,
        condenses=True,
        measures=("thong_tin",),
        say_detail=saying(words(_ON_SHEET), Bilingual(" và ", " and ")),
    ),
    *number_form.CHECKS,
)
