"""The three usability groups: a pure function of counts and policy, to be called again whenever a count changes.

Group 1 can be used, 2 must be corrected or completed, 3 must be rebuilt. Denominators are the rows read.
Making a bad row good never lowers the group: both shares only fall.
"""

from dataclasses import dataclass
from decimal import Decimal
from typing import Literal

from parcels.bilingual import Bilingual
from validators.policy import Policy

GroupNumber = Literal[1, 2, 3]

NAMES: dict[GroupNumber, Bilingual] = {
    1: Bilingual("Sử dụng được", "Usable"),
    2: Bilingual("Phải sửa đổi, bổ sung", "To be corrected or completed"),
    3: Bilingual("Không sử dụng được, phải xây dựng lại", "Unusable, to be rebuilt"),
}


@dataclass(frozen=True, slots=True)
class Group:
    """A usability group and why. `fixes`: the smallest number of rows to put right for the next better group."""

    number: GroupNumber
    reasons: tuple[Bilingual, ...]
    fixes: int
    policy: str

    @property
    def name(self) -> Bilingual:
        """The group in words."""
        return NAMES[self.number]


def group(read: int, quarantined: int, unreadable: int, rows_with_error: int, policy: Policy) -> Group:
    """The group of a commune from its counts.

    read             rows read
    quarantined      rows that may not enter the database
    unreadable       rows that can be tied to no parcel and no commune
    rows_with_error  rows with at least one error finding; quarantined and unreadable rows are among them

    Raises ValueError when the counts cannot be those of one commune.
    """
    refused = quarantined + unreadable
    if min(quarantined, unreadable) < 0 or not refused <= rows_with_error <= read:
        raise ValueError(f"counts contradict each other: {read=} {refused=} {rows_with_error=}")
    if read == 0:
        return Group(3, (_NO_ROWS,), 0, policy.name)

    rules = policy.groups
    refused_allowed = int(rules.unusable_above * read)  # rounded down: a row more is more than the share
    errors_allowed = int(rules.usable_errors_up_to * read)
    if refused > refused_allowed:
        reason = _refused(refused, read, _MORE, rules.unusable_above)
        return Group(3, (reason,), refused - refused_allowed, policy.name)
    reasons = []
    if refused:
        reasons.append(_refused(refused, read, _UP_TO, rules.unusable_above))
    if rows_with_error > errors_allowed:
        reasons.append(_errors(rows_with_error, read, _MORE, rules.usable_errors_up_to))
    if reasons:
        # A refused row put right is also an error less.
        return Group(2, tuple(reasons), max(refused, rows_with_error - errors_allowed), policy.name)
    fit = _errors(rows_with_error, read, _UP_TO, rules.usable_errors_up_to) if rows_with_error else _CLEAN
    return Group(1, (_NONE_REFUSED, fit), 0, policy.name)


_NO_ROWS = Bilingual("Không đọc được thửa đất nào.", "No parcel was read.")
_NONE_REFUSED = Bilingual(
    "Không có thửa đất nào bị cách ly hoặc không đọc được.", "No parcel is quarantined or unreadable."
)
_CLEAN = Bilingual("Không có thửa đất nào có lỗi.", "No parcel carries an error.")
_MORE = Bilingual("vượt mức", "more than")
_UP_TO = Bilingual("không vượt mức", "not more than")


def _refused(count: int, read: int, relation: Bilingual, limit: Decimal) -> Bilingual:
    return Bilingual(
        f"{count} trong {read} thửa đất ({_vi(count, read)}) bị cách ly hoặc không đọc được, "
        f"{relation.vi} {_vi(limit)}.",
        f"{count} of {read} parcels ({_en(count, read)}) are quarantined or unreadable, "
        f"{relation.en} {_en(limit)}.",
    )


def _errors(count: int, read: int, relation: Bilingual, limit: Decimal) -> Bilingual:
    return Bilingual(
        f"{count} trong {read} thửa đất ({_vi(count, read)}) có lỗi, {relation.vi} {_vi(limit)}.",
        f"{count} of {read} parcels ({_en(count, read)}) carry an error, {relation.en} {_en(limit)}.",
    )


def _en(count: int | Decimal, of: int = 1) -> str:
    """A share as people read it: two places, no trailing zeros, and never `10 %` for what is more than 10 %."""
    percent = Decimal(count) * 100 / of
    places = 2
    while places < 6 and percent and round(percent, places) == round(percent) != percent:
        places += 1
    return f"{round(percent, places).normalize():f} %"


def _vi(count: int | Decimal, of: int = 1) -> str:
    return _en(count, of).replace(".", ",")
