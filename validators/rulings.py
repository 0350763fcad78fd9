"""What a rule of a group came to, in words with its figures."""

from decimal import Decimal

from parcels.bilingual import Bilingual
from validators.groups import FoundRule, GroupRule, MeasureRule, ShareRule
from validators.measures import COMPLETENESS, LAND_USERS, MEASURES

_MORE = Bilingual("vượt mức", "more than")
_UP_TO = Bilingual("không vượt mức", "not more than")
_LESS = Bilingual("thấp hơn mức", "less than")
_ENOUGH = Bilingual("đạt mức", "at least")

# Said where no land user is authenticated: then they may be parcels (`validators.authentication.share`).
_NAMELESS = Bilingual(
    "; nếu xã không ghi người sử dụng đất nào thì mỗi thửa đất tính là một người chưa gửi xác thực",
    "; in a commune that names no land user each parcel counts as one that was not sent",
)

_KINDS = {
    "refused": Bilingual("bị cách ly hoặc không đọc được", "are quarantined or unreadable"),
    "errors": Bilingual("có lỗi", "carry an error"),
}
_NONE = {
    "refused": Bilingual(
        "Không có thửa đất nào bị cách ly hoặc không đọc được.", "No parcel is quarantined or unreadable."
    ),
    "errors": Bilingual("Không có thửa đất nào có lỗi.", "No parcel carries an error."),
}


def reason(rule: GroupRule, state: str, count: int, of: int) -> Bilingual:
    """The sentence about one rule; `count` and `of` are those of `validators.usability.Ruling`."""
    if isinstance(rule, MeasureRule):
        return _measure(rule, state, count, of)
    if not count:
        return _none(rule)
    kind = _kind(rule)
    share = Bilingual(
        f"{count} trong {of} thửa đất ({vi(count, of)}) {kind.vi}",
        f"{count} of {of} parcels ({en(count, of)}) {kind.en}",
    )
    if not rule.at_most:
        return Bilingual(f"{share.vi}, không được có thửa nào.", f"{share.en}, none may.")
    relation = _UP_TO if state == "holds" else _MORE
    return Bilingual(
        f"{share.vi}, {relation.vi} {vi(rule.at_most)}.", f"{share.en}, {relation.en} {en(rule.at_most)}."
    )


# Of a group without rules, which stands last.
REST = Bilingual("các trường hợp còn lại", "everything else")


def condition(rule: GroupRule) -> Bilingual:
    """The rule itself, as it stands in the policy: half a sentence."""
    if isinstance(rule, MeasureRule):
        whom = _counted(rule.measure)
        return Bilingual(
            f"{whom.vi}: từ {vi(rule.at_least)} trở lên", f"{whom.en}: at least {en(rule.at_least)}"
        )
    kind = _kind(rule)
    if not rule.at_most:
        return Bilingual(f"không có thửa nào {kind.vi}", f"no row is of those that {kind.en}")
    return Bilingual(
        f"không quá {vi(rule.at_most)} số thửa {kind.vi}", f"at most {en(rule.at_most)} of the rows {kind.en}"
    )


def _kind(rule: ShareRule | FoundRule) -> Bilingual:
    if isinstance(rule, ShareRule):
        return _KINDS[rule.share]
    named = ", ".join(rule.found)
    return Bilingual(f"có vấn đề thuộc {named}", f"have a finding of {named}")


def _none(rule: ShareRule | FoundRule) -> Bilingual:
    if isinstance(rule, ShareRule):
        return _NONE[rule.share]
    named = ", ".join(rule.found)
    return Bilingual(
        f"Không có thửa đất nào có vấn đề thuộc {named}.", f"No parcel has a finding of {named}."
    )


def _counted(measure: str) -> Bilingual:
    """What is good of a measure, and what it is counted in."""
    if measure == LAND_USERS:
        return Bilingual("người sử dụng đất đã được xác thực", "land users authenticated")
    if measure == COMPLETENESS:
        return Bilingual(
            "số thửa, diện tích so với thống kê đất đai", "parcels and area against the land statistics"
        )
    title = next((said for name, said in MEASURES.items() if name == measure), Bilingual(measure, measure))
    return Bilingual(f"thửa đất đạt tiêu chí «{title.vi}»", f"parcels that pass the measure “{title.en}”")


def _measure(rule: MeasureRule, state: str, good: int, of: int) -> Bilingual:
    whom = _counted(rule.measure)
    if rule.measure == COMPLETENESS and state != "not_applicable":
        return _completeness(rule, state, good, of)
    if state == "not_run":
        return Bilingual(
            f"Chưa có kết quả về {whom.vi}: điều kiện này chưa được xét.",
            f"Nothing is known yet of {whom.en}: this condition was not judged.",
        )
    if state == "not_applicable":
        return Bilingual(
            f"Không áp dụng điều kiện về {whom.vi}.", f"The condition on {whom.en} does not apply."
        )
    relation = _ENOUGH if state == "holds" else _LESS
    people = rule.measure == LAND_USERS
    units = Bilingual("người sử dụng đất", "land users") if people else Bilingual("thửa đất", "parcels")
    verb = (
        Bilingual("đã được xác thực", "are authenticated")
        if people
        else Bilingual(whom.vi.removeprefix("thửa đất "), whom.en.removeprefix("parcels that "))
    )
    note = _NAMELESS if people and not good else Bilingual("", "")
    return Bilingual(
        f"{good} trong {of} {units.vi} ({vi(good, of)}) {verb.vi}, {relation.vi} {vi(rule.at_least)}{note.vi}.",
        f"{good} of {of} {units.en} ({en(good, of)}) {verb.en}, {relation.en} {en(rule.at_least)}{note.en}.",
    )


def _completeness(rule: MeasureRule, state: str, good: int, of: int) -> Bilingual:
    if state == "not_run":
        return Bilingual(
            "Chưa biết độ đầy đủ (chưa có số thửa, diện tích của cả xã so với thống kê đất đai): điều kiện này chưa được xét.",
            "Completeness unknown (parcels and area of the whole commune against the land statistics): this condition was "
            "not judged.",
        )
    relation = _ENOUGH if state == "holds" else _LESS
    return Bilingual(
        f"So với thống kê đất đai có {vi(good, of)} số thửa hoặc diện tích, {relation.vi} {vi(rule.at_least)}.",
        f"{en(good, of)} of the parcels or area of the land statistics is there, {relation.en} {en(rule.at_least)}.",
    )


def en(count: int | Decimal, of: int = 1) -> str:
    """A share as people read it: two places, no trailing zeros, and never `10 %` for what is more than 10 %."""
    percent = Decimal(count) * 100 / of
    places = 2
    while places < 6 and percent and round(percent, places) == round(percent) != percent:
        places += 1
    return f"{round(percent, places).normalize():f} %"


def vi(count: int | Decimal, of: int = 1) -> str:
    """The same with a decimal comma."""
    return en(count, of).replace(".", ",")
