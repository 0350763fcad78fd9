"""Somebody answers for a finding until a day, or takes that back. Evidence is added; the case keeps what now holds.

The centre decides, by the account of the pipeline: the group of a commune is read as a promise to the centre, so a
province cannot give it to itself. What quarantines is never excused: a parcel that nobody can identify, or whose polygon
is none, cannot be used whoever answers for it.
"""

import re
from collections.abc import Mapping
from datetime import date, timedelta
from typing import Any
from uuid import UUID

from parcels.bilingual import Bilingual
from parcels.errors import UsageError
from sync import clock, db
from validators.policy import policy_at

# Personal numbers are 9 digits (CMND), 10 (telephone, tax code) or 12 (CCCD); no document number is written like that.
PERSONAL = re.compile(r"(?<!\d)\d(?:[ .-]?\d){8,12}(?!\d)")
_HINT_LIST = Bilingual(
    "Xem sổ theo dõi lỗi: `landsync findings list`.", "See the register: `landsync findings list`."
)


def accept(dsn: str, ids: list[str], actor: str, reason: str, until: date) -> dict[str, Any]:
    """Answer for findings until a day: all of them, or none. The cases as they now are, under `findings`.

    Raises UsageError: FND-UNKNOWN, FND-CLOSED (fixed), FND-QUARANTINES, FND-UNTIL (past, or later than the policy
    allows), FND-REASON, FND-PERSONAL.
    """
    said = _reason(reason)
    today = clock.today()
    policy = policy_at(today)
    last = today + timedelta(days=policy.exceptions.max_days)
    if not today <= until <= last:
        raise UsageError(
            "FND-UNTIL",
            Bilingual(
                f"Ngày hết hạn {until:%d/%m/%Y} phải từ hôm nay đến {last:%d/%m/%Y} (tối đa {policy.exceptions.max_days} ngày).",
                f"The expiry {until} must lie between today and {last} (at most {policy.exceptions.max_days} days).",
            ),
            Bilingual(
                "Chọn ngày sớm hơn; khi hết hạn có thể xem xét lại và chấp nhận lần nữa.",
                "Choose an earlier day; when it has passed, the finding can be looked at and accepted again.",
            ),
        )
    with db.connect(dsn) as connection:
        cases = _cases(connection, ids)
        for case in cases:
            _refuse_closed(case)
            if case["quarantines"]:
                raise _quarantines(case)
        _record(connection, cases, "accept", actor, said, until, policy.name)
        return {"findings": _told(connection, ids)}


def withdraw(dsn: str, ids: list[str], actor: str, reason: str) -> dict[str, Any]:
    """Take exceptions back: the findings count again from the next judgement on.

    Raises UsageError: FND-UNKNOWN, FND-NOT-ACCEPTED, FND-REASON, FND-PERSONAL.
    """
    said = _reason(reason)
    with db.connect(dsn) as connection:
        cases = _cases(connection, ids)
        for case in cases:
            if case["excused_until"] is None:
                raise UsageError(
                    "FND-NOT-ACCEPTED",
                    Bilingual(
                        f"Lỗi {case['finding_id']} ({case['check_code']}) không được chấp nhận ngoại lệ.",
                        f"Finding {case['finding_id']} ({case['check_code']}) is not accepted.",
                    ),
                    _HINT_LIST,
                )
        today = clock.today()
        _record(connection, cases, "withdraw", actor, said, None, policy_at(today).name)
        return {"findings": _told(connection, ids)}


def finding_id(text: str) -> str:
    """A finding's id in its one spelling. Raises UsageError FND-ID."""
    try:
        return str(UUID(text.strip()))
    except ValueError:
        raise UsageError(
            "FND-ID",
            Bilingual(f"«{text}» không phải mã lỗi.", f"“{text}” is not the id of a finding."),
            Bilingual(
                "Mã lỗi có 36 ký tự, xem cột finding_id trong báo cáo.",
                "An id has 36 characters; see the column finding_id of a report.",
            ),
        ) from None


def unknown(identifier: str) -> UsageError:
    """No case has this id."""
    return UsageError(
        "FND-UNKNOWN",
        Bilingual(
            f"Trong sổ theo dõi không có lỗi {identifier}.", f"The register holds no finding {identifier}."
        ),
        Bilingual(
            "Lỗi của dữ liệu chưa có hiệu lực (xã bị tạm giữ, chạy thử) chưa được ghi vào sổ. "
            "Xem: `landsync findings list`.",
            "What was found in data that is not live (a held commune, a dry run) is not on the register. "
            "See `landsync findings list`.",
        ),
    )


def _cases(connection: db.Connection, ids: list[str]) -> list[db.Row]:
    """The cases, locked against a load that would change them."""
    wanted = sorted({finding_id(text) for text in ids})
    db.execute(connection, "register/lock")
    cases = db.fetch(connection, "register/cases_by_id", {"ids": wanted})
    missing = sorted(set(wanted) - {case["finding_id"] for case in cases})
    if missing:
        raise unknown(missing[0])
    return cases


def _record(
    connection: db.Connection,
    cases: list[db.Row],
    decision: str,
    actor: str,
    reason: str,
    until: date | None,
    policy: str,
) -> None:
    values = {
        "ids": [case["finding_id"] for case in cases],
        "decision": decision,
        "actor": actor,
        "reason": reason,
        "until": until,
        "policy": policy,
    }
    db.execute(connection, "register/write_exceptions", values)


def _told(connection: db.Connection, ids: list[str]) -> list[db.Row]:
    return db.fetch(connection, "register/cases_by_id", {"ids": sorted({finding_id(text) for text in ids})})


def _reason(reason: str) -> str:
    said = reason.strip()
    if not said:
        raise UsageError(
            "FND-REASON",
            Bilingual("Chưa nêu lý do.", "No reason was given."),
            Bilingual('Thêm --reason "…".', 'Add --reason "…".'),
        )
    if PERSONAL.search(said):
        raise UsageError(
            "FND-PERSONAL",
            Bilingual(
                "Lý do có vẻ chứa số định danh cá nhân, số điện thoại hoặc mã số thuế.",
                "The reason seems to hold a personal number, a telephone number or a tax code.",
            ),
            Bilingual(
                "Lý do được lưu vĩnh viễn và tỉnh đọc được: đừng ghi tên, số giấy tờ của người sử dụng đất; "
                "hãy ghi số văn bản, hồ sơ.",
                "Reasons are kept for good and read by the province: no names or numbers of land users; "
                "cite the document instead.",
            ),
        )
    return said


def _refuse_closed(case: Mapping[str, Any]) -> None:
    if case["state"] in ("fixed", "retired"):
        raise UsageError(
            "FND-CLOSED",
            Bilingual(
                f"Lỗi {case['finding_id']} ({case['check_code']}) đã hết, không còn gì để chấp nhận.",
                f"Finding {case['finding_id']} ({case['check_code']}) is closed: there is nothing to accept.",
            ),
            _HINT_LIST,
        )


def _quarantines(case: Mapping[str, Any]) -> UsageError:
    return UsageError(
        "FND-QUARANTINES",
        Bilingual(
            f"Lỗi {case['finding_id']} ({case['check_code']}) khiến thửa đất bị cách ly, không thể chấp nhận ngoại lệ.",
            f"Finding {case['finding_id']} ({case['check_code']}) quarantines its parcel and cannot be excused.",
        ),
        Bilingual(
            "Tỉnh phải sửa dữ liệu rồi gửi lại. Không lỗi nào trong yêu cầu này được chấp nhận.",
            "The province must correct the data and deliver again. None of the findings of this call was accepted.",
        ),
    )
