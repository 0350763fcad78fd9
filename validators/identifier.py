"""Checks of what a parcel is called and where it belongs (IDN-…): codes, severities and words."""

from datetime import date

from parcels.bilingual import Bilingual
from parcels.provinces import provinces
from validators import identity
from validators.base import Check, Severity, Subject, words
from validators.echo import HIDDEN
from validators.national_id import can_locate
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


def _commune_code(code: str) -> Bilingual:
    if code == HIDDEN:
        return Bilingual("ghi trong dữ liệu", "as delivered")
    return Bilingual(code, code)


def _unknown_code(code: str) -> Bilingual:
    if code == identity.MISSING:
        return Bilingual("bị thiếu", "is missing")
    said = _commune_code(code)
    return Bilingual(f"{said.vi} không có trong danh mục", f"{said.en} is in no list")


_UNDECIDED: dict[str, Bilingual] = {
    "no-evidence": Bilingual(
        "là mã của xã cũ đã chia về nhiều xã mới, không quy đổi được chỉ bằng mã: chưa nạp ranh giới xã và chưa có "
        "bảng tham chiếu tờ bản đồ",
        "names a former commune that was divided between several, and cannot be converted by the code alone: no "
        "commune boundaries are loaded and no sheet table is given",
    ),
    "no-successor": Bilingual(
        "là mã của xã cũ không có trong bảng chuyển đổi chính thức",
        "names a former commune that is in no row of the official conversion table",
    ),
    "straddles": Bilingual(
        "là mã của xã cũ đã chia về nhiều xã mới, và thửa đất nằm vắt qua ranh giới các xã đó",
        "names a former commune that was divided between several, and the parcel lies across their boundary",
    ),
    "outside": Bilingual(
        "là mã của xã cũ đã chia về nhiều xã mới, nhưng thửa đất không nằm trong ranh giới của xã nào trong số đó",
        "names a former commune that was divided between several, but the parcel lies in the boundary of none of them",
    ),
    "no-geometry": Bilingual(
        "là mã của xã cũ đã chia về nhiều xã mới, và thửa đất không có hình học để xác định xã",
        "names a former commune that was divided between several, and the parcel has no geometry to place it by",
    ),
    "sheet-unlisted": Bilingual(
        "là mã của xã cũ đã chia về nhiều xã mới, và bảng tham chiếu không có tờ bản đồ này",
        "names a former commune that was divided between several, and the sheet table does not list this sheet",
    ),
    "sheet-ambiguous": Bilingual(
        "là mã của xã cũ đã chia về nhiều xã mới, và bảng tham chiếu ghi tờ bản đồ này về nhiều xã",
        "names a former commune that was divided between several, and the sheet table puts this sheet into several",
    ),
    "contradiction": Bilingual(
        "là mã của xã cũ đã chia về nhiều xã mới; bảng tham chiếu tờ bản đồ và ranh giới xã mâu thuẫn nhau",
        "names a former commune that was divided between several; the sheet table and the boundaries contradict "
        "each other",
    ),
}


def _ended_code(code: str) -> Bilingual:
    if code in _UNDECIDED:
        return _UNDECIDED[code]
    said = _commune_code(code)
    return Bilingual(f"{said.vi} đã hết hiệu lực", f"{said.en} is no longer valid")


_SEND_ONCE = Bilingual(
    "Giữ lại một bản ghi đúng cho mỗi thửa đất rồi gửi lại. Bản ghi đang có trong cơ sở dữ liệu được giữ nguyên.",
    "Keep the one right record of each parcel and deliver again. The record in the database stays as it is.",
)
_GIVE_CODE = Bilingual(
    "Ghi mã đơn vị hành chính cấp xã đang có hiệu lực (5 chữ số), hoặc khai báo mã cũ trong delivery.toml.",
    "Give the commune code in force (5 digits), or declare old codes in delivery.toml.",
)
_CONVERT = Bilingual(
    "Ghi mã đơn vị hành chính cấp xã đang có hiệu lực (5 chữ số); hoặc khai báo mã cũ trong delivery.toml, và với xã "
    "cũ bị chia thì gửi kèm bảng tham chiếu tờ bản đồ (sheet_table).",
    "Give the commune code in force (5 digits); or declare old codes in delivery.toml and, for a divided former "
    "commune, add the sheet table (sheet_table).",
)
_ASSIGN_ID = Bilingual(
    "Gán lại mã định danh từ điểm đặc trưng của thửa đất theo Thông tư 19/2026/TT-BNNMT, Phụ lục I.",
    "Assign the id anew from the parcel's characteristic point (circular 19/2026/TT-BNNMT, annex I).",
)

CHECKS: tuple[Check, ...] = (
    Check(
        "IDN-MISSING",
        "error",
        quarantines=True,
        title=Bilingual("Không có thông tin nhận dạng", "No identity"),
        message=Bilingual(
            "Bản ghi không có khóa nguồn, mã định danh, cũng không đủ xã, số tờ bản đồ và số thửa: "
            "không biết là thửa đất nào.",
            "The row has no source key, no national id and no commune, sheet and parcel number: "
            "which parcel it is cannot be told.",
        ),
        advice=Bilingual(
            "Bổ sung ít nhất một trong ba: khóa nguồn, mã định danh, hoặc xã cùng số tờ và số thửa.",
            "Add at least one of the three: source key, national id, or commune with sheet and parcel number.",
        ),
        find=identity.missing,
        measures=("du",),
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
        find=identity.repeated_source_key,
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
        find=identity.repeated_national_id,
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
        find=identity.repeated_sheet,
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
        advice=Bilingual(
            "Đối chiếu với đơn vị đang giữ mã; bên gán sai phải gán lại. Thửa đất đã chấm dứt giữ mã "
            "cho đến khi có người cho giải phóng.",
            "Compare with the office that holds it; whoever assigned it wrongly assigns anew. An ended parcel "
            "keeps its id until a person releases it.",
        ),
        find=identity.claimed,
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
    Check(
        "IDN-COMMUNE-UNKNOWN",
        "error",
        quarantines=True,
        title=Bilingual("Không rõ xã", "Commune unknown"),
        message=Bilingual("Mã xã {detail}.", "The commune code {detail}."),
        advice=_GIVE_CODE,
        find=identity.of_commune_state("unknown"),
        measures=("dung",),
        say_detail=_unknown_code,
    ),
    Check(
        "IDN-COMMUNE-EXPIRED",
        "error",
        quarantines=True,
        title=Bilingual("Mã xã hết hiệu lực", "Commune code expired"),
        message=Bilingual("Mã xã {detail}.", "The commune code {detail}."),
        advice=_CONVERT,
        find=identity.of_commune_state("expired", identity.UNDECIDED),
        measures=("dung",),
        say_detail=_ended_code,
    ),
    Check(
        "IDN-COMMUNE-PROVINCE",
        "error",
        quarantines=True,
        title=Bilingual("Xã của tỉnh khác", "Commune of another province"),
        message=Bilingual(
            "Mã xã {detail} thuộc tỉnh khác.", "The commune code {detail} belongs to another province."
        ),
        advice=Bilingual(
            "Kiểm tra mã xã, hoặc giao thửa đất này cho tỉnh quản lý xã đó.",
            "Check the code, or leave this parcel to the province of that commune.",
        ),
        find=identity.of_commune_state("other_province"),
        measures=("dung", "thong_nhat"),
        say_detail=_commune_code,
    ),
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
        find=identity.malformed,
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
        find=identity.foreign_prefix,
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
        find=identity.outside,
        measures=("dung", "thong_nhat"),
        unit="m",
        can_run=can_locate,
    ),
    Check(
        "IDN-NATIONAL-MISSING",
        "warning",
        quarantines=False,
        title=Bilingual("Thiếu mã định danh thửa đất", "National id missing"),
        message=Bilingual("Thửa đất chưa có mã định danh.", "The parcel has no national id yet."),
        advice=_ASSIGN_ID,
        find=identity.national_missing,
        measures=("du", "dung_chung"),
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
        find=identity.sheet_missing,
        measures=("du",),
        say_detail=words(
            {
                "sheet_no": Bilingual("số hiệu tờ bản đồ", "sheet number"),
                "parcel_no": Bilingual("số thứ tự thửa", "parcel number"),
                "sheet_no+parcel_no": Bilingual(
                    "số hiệu tờ bản đồ và số thứ tự thửa", "sheet number and parcel number"
                ),
            }
        ),
    ),
)
