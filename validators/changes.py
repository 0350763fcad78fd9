"""Checks of the rows of change sets (CHG-…): what names the object, what happens to it, and which version it is.

They look at change sets only. Of a row that ends an object nothing else is looked at: it need not say more than that.
"""

import pyarrow as pa
import pyarrow.compute as pc

from parcels.bilingual import Bilingual
from parcels.versions import ACTIONS
from validators.base import Check, Faults, Subject, positions, words
from validators.change_sets import version_handles
from validators.echo import echo
from validators.identity.handles import rows_sharing

MISSING = "missing"


def _missing_key(subject: Subject) -> Faults:
    return Faults(positions(pc.is_null(subject.text("source_key"))))


def _wrong_action(subject: Subject) -> Faults:
    actions = subject.text("action")
    rows = positions(pc.invert(pc.is_in(actions, value_set=pa.array(ACTIONS))))
    return Faults(rows, detail=pc.fill_null(echo(actions.take(pa.array(rows))), MISSING))


def _wrong_version(subject: Subject) -> Faults:
    rows = positions(pc.is_null(subject.text("source_order")))
    return Faults(
        rows, detail=pc.fill_null(echo(subject.text("source_version").take(pa.array(rows))), MISSING)
    )


def _contradicting(subject: Subject) -> Faults:
    rows, counts = rows_sharing(version_handles(subject.dataset.table), subject.context.repeated.version)
    return Faults(rows, measure=counts)


_GIVE_ALL = Bilingual(
    "Xuất lại gói biến động với khóa nguồn, loại biến động và phiên bản ở mọi dòng.",
    "Export the change set again with object id, action and version in every row.",
)
_SAY_MISSING = words({MISSING: Bilingual("bị thiếu", "is missing")})

CHECKS: tuple[Check, ...] = (
    Check(
        "CHG-KEY",
        "error",
        quarantines=True,
        title=Bilingual("Biến động thiếu khóa nguồn", "Change without an object id"),
        message=Bilingual(
            "Dòng biến động không có khóa nguồn: không biết đối tượng nào thay đổi.",
            "The change names no source object: which one changed cannot be told.",
        ),
        advice=_GIVE_ALL,
        find=_missing_key,
        measures=("thong_tin",),
        changes_only=True,
        of_ends=True,
    ),
    Check(
        "CHG-ACTION",
        "error",
        quarantines=True,
        title=Bilingual("Loại biến động không rõ", "Action unknown"),
        message=Bilingual(
            "Loại biến động {detail}; phải là insert, update hoặc end.",
            "The action {detail}; it must be insert, update or end.",
        ),
        advice=Bilingual(
            "Bổ sung loại biến động, hoặc khai cách ghi của hệ thống trong [values.action] của hồ sơ tỉnh.",
            "Add the action, or say how the system writes it in [values.action] of the province's profile.",
        ),
        find=_wrong_action,
        measures=("thong_tin",),
        say_detail=_SAY_MISSING,
        changes_only=True,
        of_ends=True,
    ),
    Check(
        "CHG-VERSION",
        "error",
        quarantines=True,
        title=Bilingual("Phiên bản không đọc được", "Version unreadable"),
        message=Bilingual(
            "Phiên bản của đối tượng {detail}; phải là số nguyên hoặc thời điểm theo ISO 8601, không sau lúc trích xuất.",
            "The object's version {detail}; it must be a whole number or a time in ISO 8601, not after the extraction.",
        ),
        advice=_GIVE_ALL,
        find=_wrong_version,
        measures=("thong_tin",),
        say_detail=_SAY_MISSING,
        changes_only=True,
        of_ends=True,
    ),
    Check(
        "CHG-REPEATED",
        "error",
        quarantines=True,
        title=Bilingual("Một phiên bản, nhiều nội dung", "One version, several contents"),
        message=Bilingual(
            "{measure} dòng của gói biến động có cùng đối tượng, cùng phiên bản nhưng khác nội dung.",
            "{measure} rows of the change set have the same object and version but not the same content.",
        ),
        advice=Bilingual(
            "Giữ lại dòng đúng, hoặc tăng phiên bản mỗi khi nội dung thay đổi, rồi gửi lại.",
            "Keep the right row, or raise the version whenever the content changes, and deliver again.",
        ),
        find=_contradicting,
        measures=("sach",),
        unit="rows",
        changes_only=True,
        of_ends=True,
    ),
    Check(
        "CHG-CONFLICT",
        "error",
        quarantines=True,
        title=Bilingual("Phiên bản đã nhận với nội dung khác", "Version known with other content"),
        message=Bilingual(
            "Phiên bản này của đối tượng đã được nhận trước đây với nội dung khác; bản đang có được giữ nguyên.",
            "This version of the object was taken before with other content; what is live stays.",
        ),
        advice=Bilingual(
            "Kiểm tra nội dung đúng ở hệ thống nguồn, tăng phiên bản rồi gửi lại.",
            "Find out which content is right, raise the version at the source and deliver again.",
        ),
        find=None,
        measures=("thong_nhat",),
        scope="contextual",
        judged_by="merge",
        changes_only=True,
        of_ends=True,
    ),
)
