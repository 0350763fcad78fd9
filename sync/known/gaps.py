"""Gaps in the changes of a province: what has not come though later changes have. Worked out anew each time."""

from collections.abc import Iterable
from typing import Any

from parcels.bilingual import Bilingual
from parcels.model import UNKNOWN_COMMUNE
from sync import db
from sync.clock import VIETNAM

_SHOWN = 5  # communes named; the rest are counted


def open_gaps(connection: db.Connection, province: str | None) -> list[db.Row]:
    """The open gaps of a province, or of all: since, until, sequence_from, sequence_to, noticed_at, communes."""
    return db.fetch(connection, "ledger/gaps", {"province": province})


def say_gap(gap: dict[str, Any]) -> Bilingual:
    """What is missing, where, and what to do."""
    communes = gap["communes"]
    ask = Bilingual(
        "Hãy gửi phần còn thiếu, hoặc một bản đầy đủ.", "Deliver what is missing, or a full snapshot."
    )
    if communes == [UNKNOWN_COMMUNE]:
        whole = Bilingual(
            "Tỉnh chưa có bản đầy đủ nào làm gốc cho các gói biến động.",
            "There is no full snapshot yet for the change sets to join on to.",
        )
        return Bilingual(f"{whole.vi} Hãy gửi một bản đầy đủ.", f"{whole.en} Deliver a full snapshot.")
    named = ", ".join(communes[:_SHOWN]) + (", …" if len(communes) > _SHOWN else "")
    missing = _missing(gap)
    return Bilingual(
        f"Thiếu {missing.vi} ({len(communes)} xã: {named}). {ask.vi}",
        f"{missing.en} missing ({len(communes)} communes: {named}). {ask.en}",
    )


def _missing(gap: dict[str, Any]) -> Bilingual:
    first, last = gap["sequence_from"], gap["sequence_to"]
    if last is not None:
        if first is None or first == 1:
            return Bilingual(f"gói biến động đến số {last}", f"The change sets up to number {last} are")
        if first == last:
            return Bilingual(f"gói biến động số {last}", f"Change set number {last} is")
        return Bilingual(f"gói biến động số {first} đến {last}", f"Change sets {first} to {last} are")
    until = _moment(gap["until"])
    if gap["since"] is None:
        return Bilingual(f"biến động đến {until}", f"The changes up to {until} are")
    since = _moment(gap["since"])
    return Bilingual(f"biến động từ {since} đến {until}", f"The changes from {since} to {until} are")


def _moment(value: Any) -> str:
    return f"{value.astimezone(VIETNAM):%d/%m/%Y %H:%M}"


def told(gaps: Iterable[dict[str, Any]]) -> list[dict[str, Any]]:
    """Gaps as documents have them: with their sentence in both languages."""
    return [{**gap, **say_gap(gap)._asdict()} for gap in gaps]
