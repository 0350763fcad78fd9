"""What a change set says of itself in delivery.toml, and what would make it useless for ordering or for seeing gaps."""

from datetime import datetime
from typing import Literal, NamedTuple

from parcels.bilingual import Bilingual
from parcels.errors import DeliveryRejected


class Span(NamedTuple):
    """Which changes a set holds: number `sequence`, or everything after `since` up to and with `until`."""

    sequence: int | None = None
    since: datetime | None = None
    until: datetime | None = None


def check_span(
    kind: Literal["full", "changes"], span: Span, extracted_at: datetime | None, complete_for: tuple[str, ...]
) -> None:
    """Refuse what contradicts itself. Raises DeliveryRejected DLV-CHANGES."""
    if kind == "full":
        if span.since or span.until:
            raise _wrong(
                Bilingual(
                    "since và until chỉ có nghĩa trong gói biến động", "since and until belong to change sets"
                )
            )
        return
    if complete_for:
        raise _wrong(
            Bilingual(
                "gói biến động không thể đầy đủ cho xã nào (complete_for)",
                "a change set is complete for no commune (complete_for)",
            )
        )
    if (span.since is None) != (span.until is None):
        raise _wrong(Bilingual("cần cả since và until", "since and until go together"))
    if (span.sequence is None) == (span.since is None):
        raise _wrong(
            Bilingual(
                "cần một trong hai: số thứ tự (sequence), hoặc khoảng thời gian (since và until)",
                "it needs one of the two: a number (sequence), or a span of time (since and until)",
            )
        )
    if span.since is not None and span.until is not None and span.since >= span.until:
        raise _wrong(Bilingual("since phải trước until", "since must be before until"))
    if span.until is not None and extracted_at is not None and span.until > extracted_at:
        raise _wrong(Bilingual("until không thể sau extracted_at", "until cannot be after extracted_at"))
    if span.until is None and extracted_at is None:
        raise _wrong(
            Bilingual(
                "cần thời điểm trích xuất (extracted_at)", "it needs the time of extraction (extracted_at)"
            )
        )


def _wrong(why: Bilingual) -> DeliveryRejected:
    return DeliveryRejected(
        "DLV-CHANGES",
        Bilingual(
            f"delivery.toml của gói biến động không dùng được: {why.vi}.",
            f"The change set's delivery.toml cannot be used: {why.en}.",
        ),
        Bilingual(
            "Hãy sửa theo mẫu trong docs/changes.md.", "Correct it after the model in docs/changes.md."
        ),
    )
