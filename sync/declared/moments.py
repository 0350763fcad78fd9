"""When a delivery was extracted: what may be said of it, by the clock of whoever receives it."""

from datetime import datetime, timedelta

from parcels.bilingual import Bilingual
from parcels.errors import DeliveryRejected, UsageError
from sync.clock import VIETNAM, in_vietnam, told
from sync.declared.delivery import DeliveryToml
from validators.policy import MomentRules, policy_at

_HINT = Bilingual(
    "Hãy ghi đúng lúc trích xuất từ hệ thống nguồn, kèm múi giờ, ví dụ extracted_at = 2026-11-20T22:00:00+07:00; "
    "kiểm tra cả đồng hồ của máy.",
    "Write when the data left their system, with the offset, such as extracted_at = 2026-11-20T22:00:00+07:00; "
    "look at the machine's clock, too.",
)


def typed_moment(text: str | None) -> datetime | None:
    """A moment as a person types it; blank: none; without an offset: in Vietnam. Raises UsageError DLV-MOMENT."""
    try:
        return in_vietnam(datetime.fromisoformat(text.strip())) if text and text.strip() else None
    except ValueError as error:
        raise UsageError(
            "DLV-MOMENT",
            Bilingual(f"«{text}» không phải là một thời điểm.", f"“{text}” is no moment."),
            Bilingual("Viết như 2026-11-20T22:00+07:00.", "Write it as 2026-11-20T22:00+07:00."),
        ) from error


def as_stated(says: DeliveryToml, stated_at: datetime | None) -> DeliveryToml:
    """What a delivery says, with the moment that a person states for it. Raises UsageError DLV-DATED where it says one."""
    if stated_at is None:
        return says
    own = says.extracted_at or says.until
    if own is not None:
        raise UsageError(
            "DLV-DATED",
            Bilingual(
                f"Gói dữ liệu tự ghi đã trích xuất lúc {told(own)}.",
                f"The delivery says itself that it was extracted at {told(own)}.",
            ),
            Bilingual(
                "Bỏ --extracted-at; nếu thời điểm đó sai thì sửa delivery.toml.",
                "Leave out --extracted-at; if that moment is wrong, correct delivery.toml.",
            ),
        )
    return says.model_copy(update={"extracted_at": stated_at})


def refuse_impossible_times(says: DeliveryToml, received_at: datetime) -> None:
    """Refuse a delivery with a time that cannot be. Raises DeliveryRejected DLV-FUTURE or DLV-TOO-EARLY."""
    for name in ("extracted_at", "until", "since"):
        moment: datetime | None = getattr(says, name)
        if moment is not None:
            refuse_impossible(name, moment, received_at)


def refuse_impossible(name: str, moment: datetime, received_at: datetime) -> None:
    """Refuse a moment after the delivery was received, by more than clocks differ, or before there was such data.

    name  what says it, as the sentence names it

    Raises DeliveryRejected DLV-FUTURE or DLV-TOO-EARLY.
    """
    rules: MomentRules = policy_at(received_at.astimezone(VIETNAM).date()).moments
    if moment.year < rules.earliest_year:
        raise DeliveryRejected(
            "DLV-TOO-EARLY",
            Bilingual(
                f"{name} ghi {moment.isoformat(sep=' ')}, trước năm {rules.earliest_year}: "
                "khi đó chưa có cơ sở dữ liệu địa chính.",
                f"{name} says {moment.isoformat(sep=' ')}, before {rules.earliest_year}, when there was no such data yet.",
            ),
            _HINT,
        )
    if moment > received_at + timedelta(minutes=rules.ahead_minutes):
        raise DeliveryRejected(
            "DLV-FUTURE",
            Bilingual(
                f"{name} ghi {moment.isoformat(sep=' ')}, sau lúc nhận gói dữ liệu "
                f"({told(received_at)}, giờ Việt Nam): dữ liệu không thể được trích xuất trong tương lai.",
                f"{name} says {moment.isoformat(sep=' ')}, after the delivery was received "
                f"({told(received_at)} in Vietnam): nothing is extracted in the future.",
            ),
            _HINT,
        )
