"""The register as people ask for it: by province, commune, check and state; and one case with all that became of it."""

from dataclasses import dataclass
from typing import Any

from rich.markup import escape
from rich.table import Table

from parcels.bilingual import Bilingual, Lang
from parcels.errors import UsageError
from sync import db
from sync.clock import VIETNAM
from sync.folder.register import STATE_WORDS, STATES
from sync.register.exceptions import finding_id, unknown
from validators.catalogue import BY_CODE

BECAUSE: dict[str, Bilingual] = {
    "found": Bilingual("được phát hiện", "found"),
    "severity": Bilingual("đổi mức độ", "regraded"),
    "renamed": Bilingual("thửa được gọi theo cách khác", "its parcel is named otherwise"),
    "mended": Bilingual("đã sửa", "mended"),
    "gone": Bilingual("thửa không còn trong dữ liệu", "the parcel is no longer there"),
    "superseded": Bilingual("bản đầy đủ thay gói biến động", "a full snapshot replaced the change set"),
    "dropped": Bilingual("quy tắc kiểm tra đã bỏ", "the check no longer exists"),
}
_OPEN = ("new", "open", "returned")


@dataclass(frozen=True, slots=True)
class Asked:
    """What somebody wants to see; None for whatever it is. Without a state, what is open."""

    province: str | None = None
    commune: str | None = None
    check: str | None = None
    state: str | None = None
    limit: int = 200


def findings_list(dsn: str, asked: Asked) -> dict[str, Any]:
    """`findings list --json`: the cases, `total` of them, and how many there are in each state.

    A case at a seam is found from both sides.

    Raises UsageError FND-STATE.
    """
    if asked.state is not None and asked.state not in STATES[:-1]:
        raise UsageError(
            "FND-STATE",
            Bilingual(f"Không có trạng thái «{asked.state}».", f"There is no state “{asked.state}”."),
            Bilingual(f"Các trạng thái: {', '.join(STATES[:-1])}.", f"The states: {', '.join(STATES[:-1])}."),
        )
    with db.connect(dsn) as connection:
        where = _where(asked)
        states = _where(asked, state=False)
        counted = db.fetch(connection, "register/totals", None, {"where": states})
        rows = db.fetch(connection, "register/list", {"limit": asked.limit}, {"where": where})
    counts = dict.fromkeys(STATES[:-1], 0) | {row["state"]: int(row["findings"]) for row in counted}
    total = sum(counts[name] for name in ([asked.state] if asked.state else _OPEN))
    return {"findings": rows, "total": total, "states": counts}


def _where(asked: Asked, *, state: bool = True) -> db.sql.Composable:
    """Each side of a seam is asked for by its own column, so that each has its index."""
    literal = db.sql.Literal
    parts: list[db.sql.Composable] = [db.sql.SQL("true")]
    if asked.province:
        parts.append(
            db.sql.SQL("(c.province_code = {0} OR c.other_province_code = {0})").format(
                literal(asked.province)
            )
        )
    if asked.commune:
        parts.append(
            db.sql.SQL("(c.commune_code = {0} OR c.other_commune_code = {0})").format(literal(asked.commune))
        )
    if asked.check:
        parts.append(db.sql.SQL("c.check_code = {0}").format(literal(asked.check.strip().upper())))
    if state:
        wanted = [asked.state] if asked.state else list(_OPEN)
        stored = wanted if wanted[0] in ("fixed", "retired") else list(_OPEN)
        parts.append(
            db.sql.SQL("f.state = ANY ({0}) AND c.state = ANY ({1})").format(literal(wanted), literal(stored))
        )
    return db.sql.SQL(" AND ").join(parts)


def finding_case(dsn: str, identifier: str) -> dict[str, Any]:
    """`findings show --json`: the case, its check, every change of its state, every decision about it.

    Raises UsageError FND-ID, FND-UNKNOWN.
    """
    wanted = finding_id(identifier)
    with db.connect(dsn) as connection:
        cases = db.fetch(connection, "register/cases_by_id", {"ids": [wanted]})
        if not cases:
            raise unknown(wanted)
        events = db.fetch(connection, "register/events", {"id": wanted})
        exceptions = db.fetch(connection, "register/exceptions", {"id": wanted})
    check = BY_CODE.get(cases[0]["check_code"])
    return {
        **cases[0],
        "title": check.title._asdict() if check else None,
        "advice": check.advice._asdict() if check else None,
        "events": events,
        "exceptions": exceptions,
    }


_COLUMNS: tuple[tuple[str, Bilingual], ...] = (
    ("finding_id", Bilingual("Mã lỗi", "Finding")),
    ("check_code", Bilingual("Kiểm tra", "Check")),
    ("state", Bilingual("Trạng thái", "State")),
    ("commune_code", Bilingual("Xã", "Commune")),
    ("handles", Bilingual("Thửa", "Parcels")),
    ("measure", Bilingual("Độ lớn", "Size")),
    ("first_seen_at", Bilingual("Từ ngày", "Since")),
)


def list_table(document: dict[str, Any], lang: Lang) -> Table:
    """The list as a person reads it."""
    table = Table(show_edge=False, pad_edge=False)
    for name, title in _COLUMNS:
        table.add_column(title.say(lang), justify="right" if name == "measure" else "left")
    for row in document["findings"]:
        table.add_row(*(escape(_cell(name, row, lang)) for name, _ in _COLUMNS))
    return table


def _cell(name: str, row: db.Row, lang: Lang) -> str:
    value = row[name]
    if name == "state":
        until = f" → {row['excused_until']:%d/%m/%Y}" if value == "accepted" else ""
        return STATE_WORDS[value].say(lang) + until
    if name == "commune_code":
        return " | ".join(code for code in (value, row["other_commune_code"]) if code)
    if name == "handles":
        return " | ".join(", ".join(side) for side in (value, row["other_handles"]) if side)
    if name == "measure":
        return "" if value is None else f"{value:.2f} {row['unit'] or ''}".strip()
    return f"{value.astimezone(VIETNAM):%d/%m/%Y}" if name == "first_seen_at" else str(value)


def case_lines(case: dict[str, Any]) -> list[Bilingual]:
    """One case in sentences, oldest event first."""
    state = STATE_WORDS[case["state"]]
    lines = [Bilingual(f"{case['check_code']}: {state.vi}", f"{case['check_code']}: {state.en}")]
    if case["title"]:
        lines.append(Bilingual(case["title"]["vi"], case["title"]["en"]))
    for side, handles in (("commune", "handles"), ("other_commune", "other_handles")):
        code, name = case[f"{side}_code"], case[f"{side}_name"] or ""
        if code:
            named = ", ".join(case[handles])
            lines.append(Bilingual(f"Xã {code} {name}: {named}", f"Commune {code} {name}: {named}"))
    for event in case["events"]:
        what, why = STATE_WORDS[event["state"]], BECAUSE[event["because"]]
        when = f"{event['at'].astimezone(VIETNAM):%d/%m/%Y %H:%M}"
        lines.append(
            Bilingual(
                f"{when}  {what.vi} ({why.vi}), lượt chạy {event['run_id']}",
                f"{when}  {what.en} ({why.en}), run {event['run_id']}",
            )
        )
    for decision in case["exceptions"]:
        when = f"{decision['at'].astimezone(VIETNAM):%d/%m/%Y %H:%M}"
        if decision["decision"] == "accept":
            until = f"{decision['valid_until']:%d/%m/%Y}"
            lines.append(
                Bilingual(
                    f"{when}  {decision['actor']} chấp nhận đến hết {until}: {decision['reason']}",
                    f"{when}  {decision['actor']} answers for it until {until}: {decision['reason']}",
                )
            )
        else:
            lines.append(
                Bilingual(
                    f"{when}  {decision['actor']} rút lại: {decision['reason']}",
                    f"{when}  {decision['actor']} took it back: {decision['reason']}",
                )
            )
    if case["advice"]:
        lines.append(Bilingual(case["advice"]["vi"], case["advice"]["en"]))
    return lines
