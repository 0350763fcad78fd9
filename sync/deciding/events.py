"""Events of land that somebody decides: proposed from overlaps or declared by a delivery, then confirmed or refused.

A decision is a further row that names the event; nothing is ever changed. All events of a call are decided, or none.
"""

from dataclasses import dataclass
from datetime import date
from typing import Any, Literal
from uuid import UUID

from parcels.bilingual import Bilingual
from parcels.errors import UsageError
from sync import clock, db
from sync.db.items import over_items
from sync.deciding import people
from sync.register.exceptions import PERSONAL
from sync.report.words import EVENTS
from validators.decision_rules import DecisionRules
from validators.policy import Policy, policy_at

State = Literal["confirmed", "refused"]
UNDECIDED = ("declared", "proposed")
STATES = (*UNDECIDED, "confirmed", "refused")
_ALL = 1_000_000  # no call names more


@dataclass(frozen=True, slots=True)
class AskedEvents:
    """What somebody wants to see; None for whatever it is. Without a state, what nobody has decided."""

    province: str | None = None
    commune: str | None = None
    state: str | None = None
    limit: int = 200


@dataclass(frozen=True, slots=True)
class Decision:
    """What a person says of some events of land.

    document    number and date of what it rests on
    legal_date  from when the event counts
    again       what was decided before is decided anew
    """

    state: State
    actor: str
    reason: str
    document: str | None = None
    legal_date: date | None = None
    again: bool = False


def events_list(dsn: str, asked: AskedEvents) -> dict[str, Any]:
    """`lineage list --json`: the events, `total` of them, and how many there are in each state. Raises UsageError LIN-STATE."""
    if asked.state is not None and asked.state not in STATES:
        raise UsageError(
            "LIN-STATE",
            Bilingual(f"Không có trạng thái «{asked.state}».", f"There is no state “{asked.state}”."),
            Bilingual(f"Các trạng thái: {', '.join(STATES)}.", f"The states: {', '.join(STATES)}."),
        )
    wanted = [asked.state] if asked.state else list(UNDECIDED)
    where = {"province": asked.province, "commune": asked.commune}
    with db.connect(dsn) as connection:
        counted = db.fetch(connection, "deciding/totals", where)
        values = {**where, "ids": None, "states": wanted, "limit": asked.limit}
        rows = db.fetch(connection, "deciding/events", values)
    states = dict.fromkeys(STATES, 0) | {row["state"]: int(row["events"]) for row in counted}
    return {"events": rows, "total": sum(states[name] for name in wanted), "states": states}


def event_case(dsn: str, identifier: str) -> dict[str, Any]:
    """`lineage show --json`: the event, its edges, every decision, and `meanwhile`, what was registered on its parcels of before since
    the legal date. Raises UsageError LIN-ID, LIN-UNKNOWN.
    """
    with db.connect(dsn) as connection:
        [event] = _events(connection, [identifier])
        edges = db.fetch(connection, "deciding/edges", {"id": event["event_id"]})
        decisions = db.fetch(connection, "deciding/decisions", {"ids": [event["event_id"]]})
        meanwhile = _meanwhile(connection, [event["event_id"]])
    return {**event, "edges": edges, "decisions": decisions, "meanwhile": meanwhile}


def decide(dsn: str, identifiers: list[str], said: Decision) -> dict[str, Any]:
    """Confirm or refuse events: all of them, or none. The events as they now are, by which rights, and what was registered meanwhile.

    Raises UsageError: LIN-ID, LIN-UNKNOWN, LIN-DECIDED, LIN-REASON, LIN-PERSONAL, LIN-DOCUMENT, LIN-DATE, LIN-DATE-PARCEL, DECIDER-RIGHT.
    """
    today = clock.today()
    policy = policy_at(today)
    reason, document = _told(said.reason, said.document)
    _refuse_date(said.legal_date, today)
    with db.connect(dsn) as connection:
        events = _events(connection, identifiers)
        who = people.decider(connection, said.actor)
        _refuse_decided(connection, events, said)
        if said.state == "confirmed" and document is None:
            _ask_for_document(events, policy.decisions)
        roles = [_right(who, event, policy.decisions) for event in events]
        ids = [event["event_id"] for event in events]
        _refuse_before_parcels(connection, ids, said.legal_date)
        _write(connection, events, roles, said, reason, document, policy)
        return {
            "events": _events(connection, ids),
            "roles": sorted(set(roles)),
            "deciders_named": who.anybody_named,
            "meanwhile": _meanwhile(connection, ids),
        }


def event_id(text: str) -> str:
    """An event's id in its one spelling. Raises UsageError LIN-ID."""
    try:
        return str(UUID(text.strip()))
    except ValueError:
        raise UsageError(
            "LIN-ID",
            Bilingual(f"«{text}» không phải mã sự kiện.", f"“{text}” is not the id of an event."),
            Bilingual(
                "Mã sự kiện có 36 ký tự, xem `landsync lineage list`.",
                "An id has 36 characters; see `landsync lineage list`.",
            ),
        ) from None


def _events(connection: db.Connection, identifiers: list[str]) -> list[db.Row]:
    wanted = sorted({event_id(text) for text in identifiers})
    values = {"ids": wanted, "province": None, "commune": None, "states": list(STATES), "limit": _ALL}
    events = db.fetch(connection, "deciding/events", values)
    missing = sorted(set(wanted) - {event["event_id"] for event in events})
    if missing:
        raise UsageError(
            "LIN-UNKNOWN",
            Bilingual(f"Không có sự kiện {missing[0]}.", f"There is no event {missing[0]}."),
            Bilingual(
                "Chạy thử không để lại sự kiện. Xem: `landsync lineage list`.",
                "A dry run leaves no event. See: `landsync lineage list`.",
            ),
        )
    return events


def _told(reason: str, document: str | None) -> tuple[str, str | None]:
    """The reason and the document's number as they are kept: for good, and read by the province and by analysts."""
    said, number = reason.strip(), (document or "").strip()
    if not said:
        raise UsageError(
            "LIN-REASON",
            Bilingual("Chưa nêu lý do.", "No reason was given."),
            Bilingual('Thêm --reason "…".', 'Add --reason "…".'),
        )
    if document is not None and not any(mark.isdigit() for mark in number):
        raise UsageError(
            "LIN-DOCUMENT-NUMBER",
            Bilingual(f"«{document}» không có số văn bản.", f"“{document}” has no number of a document."),
            Bilingual(
                'Ghi số và ngày, ví dụ --document "45/QĐ-UBND, 05/03/2026".',
                'Give number and date, such as --document "45/QĐ-UBND, 05/03/2026".',
            ),
        )
    if PERSONAL.search(said) or PERSONAL.search(number):
        raise UsageError(
            "LIN-PERSONAL",
            Bilingual(
                "Lý do hoặc số văn bản có vẻ chứa số định danh cá nhân, số điện thoại hoặc mã số thuế.",
                "The reason or the document's number seems to hold a personal number, a telephone number or a tax code.",
            ),
            Bilingual(
                "Chúng được lưu vĩnh viễn: chỉ ghi số, ngày của văn bản (ngày viết 05/03/2026).",
                "They are kept for good: cite number and date of the document only (dates as 05/03/2026).",
            ),
        )
    return said, number or None


def _refuse_date(legal_date: date | None, today: date) -> None:
    if legal_date is not None and not date(1900, 1, 1) <= legal_date <= today:
        raise UsageError(
            "LIN-DATE",
            Bilingual(
                f"Ngày hiệu lực {legal_date:%d/%m/%Y} ở tương lai hoặc trước năm 1900.",
                f"The legal date {legal_date} lies in the future, or before 1900.",
            ),
            Bilingual(
                "Ghi ngày có hiệu lực của văn bản; chưa đến ngày thì chờ đến ngày đó.",
                "Give the day on which the document took effect; wait for it where it has not come.",
            ),
        )


def _refuse_before_parcels(connection: db.Connection, ids: list[str], legal_date: date | None) -> None:
    """Nothing came of a parcel before that parcel began."""
    if legal_date is None:
        return
    for row in db.fetch(connection, "deciding/not_begun", {"ids": ids, "day": legal_date}):
        first = row["first_day"]
        raise UsageError(
            "LIN-DATE-PARCEL",
            Bilingual(
                f"Ngày hiệu lực {legal_date:%d/%m/%Y} của sự kiện {row['event_id']} trước ngày thửa {row['parcel']} bắt đầu, {first:%d/%m/%Y}.",
                f"The legal date {legal_date} of event {row['event_id']} lies before parcel {row['parcel']} began, on {first}.",
            ),
            Bilingual(
                "Kiểm tra ngày có hiệu lực trong văn bản; nếu ngày của thửa sai thì giao nộp lại thửa đó.",
                "Look up the day in the document; where the parcel's own day is wrong, deliver the parcel again.",
            ),
        )


def _refuse_decided(connection: db.Connection, events: list[db.Row], said: Decision) -> None:
    """What is decided stays decided, unless somebody decides it anew and otherwise, or for another day; never what an approval let pass."""
    ids = [event["event_id"] for event in events]
    last = {row["event_id"]: row for row in db.fetch(connection, "deciding/decisions", {"ids": ids})}
    for event in events:
        if event["state"] in UNDECIDED:
            continue
        decision = last.get(event["event_id"])
        other_day = said.legal_date is not None and said.legal_date != event["legal_date"]
        if said.again and decision is not None and (event["state"] != said.state or other_day):
            continue
        raise _decided(event, decision)


def _decided(event: db.Row, decision: db.Row | None) -> UsageError:
    confirmed = event["state"] == "confirmed"
    state = Bilingual("xác nhận" if confirmed else "bác", "confirmed" if confirmed else "refused")
    at = clock.told((decision or event)["recorded_at"])
    by = decision["decided_by"] if decision else event["run_id"]
    again = Bilingual(
        "Muốn quyết định khác đi: thêm --again; quyết định trước vẫn đọc được.",
        "To decide otherwise, add --again; the decision of before stays readable.",
    )
    fixed = Bilingual(
        "Sự kiện này do việc duyệt hoặc lần đo lại của lượt chạy đó mà có; sửa bằng lần giao nộp sau.",
        "The approval or the new survey of that run made it; a later delivery puts it right.",
    )
    return UsageError(
        "LIN-DECIDED",
        Bilingual(
            f"Sự kiện {event['event_id']} đã được {state.vi} bởi {by}, {at}; không sự kiện nào trong lệnh được quyết định.",
            f"Event {event['event_id']} was {state.en} by {by}, {at}; none of the events of this call was decided.",
        ),
        again if decision else fixed,
    )


def _ask_for_document(events: list[db.Row], rules: DecisionRules) -> None:
    asking = [event for event in events if rules.needs_document(event["kind"])]
    if not asking:
        return
    kind = EVENTS[asking[0]["kind"]]
    raise UsageError(
        "LIN-DOCUMENT",
        Bilingual(
            f"Sự kiện {asking[0]['event_id']} ({kind.vi}) chỉ xác nhận được với số và ngày của văn bản.",
            f"Event {asking[0]['event_id']} ({kind.en}) is confirmed only with number and date of a document.",
        ),
        Bilingual(
            'Thêm --document "số/ngày", ví dụ "45/QĐ-UBND, 05/03/2026".',
            'Add --document "number/date", such as "45/QĐ-UBND, 05/03/2026".',
        ),
    )


def _right(who: people.Decider, event: db.Row, rules: DecisionRules) -> people.Right:
    kind = EVENTS[event["kind"]]
    what = Bilingual(f"sự kiện {event['event_id']} ({kind.vi})", f"event {event['event_id']} ({kind.en})")
    return people.required(who, rules.decided_by(event["kind"]), event["province_code"], what)


def _write(
    connection: db.Connection,
    events: list[db.Row],
    roles: list[people.Right],
    said: Decision,
    reason: str,
    document: str | None,
    policy: Policy,
) -> None:
    values = {
        "ids": [event["event_id"] for event in events],
        "roles": roles,
        "state": said.state,
        "legal_date": said.legal_date,
        "actor": said.actor,
        "document": document,
        "reason": reason,
        "policy": policy.name,
    }
    if db.execute(connection, "deciding/write_decisions", values) == len(events):
        db.execute(connection, "deciding/write_legal_days", {"ids": values["ids"]})
        return
    raise UsageError(
        "LIN-AT-ONCE",
        Bilingual(
            "Vừa có người khác quyết định một trong các sự kiện này; không sự kiện nào được ghi.",
            "Somebody else has just decided one of these events; none was written.",
        ),
        Bilingual(
            "Xem lại: `landsync lineage show`, rồi chạy lại.",
            "Look again: `landsync lineage show`, then repeat.",
        ),
    )


def _meanwhile(connection: db.Connection, ids: list[str]) -> list[db.Row]:
    """What was registered on the parcels of before of these events since their legal dates."""
    return db.fetch(connection, "deciding/meanwhile", {"ids": ids}, {"registered": over_items("registered")})
