"""Events of land and deciders as a person reads them."""

from typing import Any

from rich.markup import escape
from rich.table import Table

from parcels.bilingual import Bilingual, Lang
from sync import db
from sync.clock import told
from sync.deciding.people import ROLES
from sync.report.words import EVENTS, LINEAGE_STATES, REGISTERED

MANY = 6  # parcels of a side in a line

_COLUMNS = (
    Bilingual("Mã sự kiện", "Event"),
    Bilingual("Loại", "Kind"),
    Bilingual("Trạng thái", "State"),
    Bilingual("Thửa trước", "Before"),
    Bilingual("Thửa sau", "After"),
    Bilingual("Diện tích trước → sau (m²)", "Area before → after (m²)"),
    Bilingual("Ghi nhận", "Recorded"),
)


def events_table(document: dict[str, Any], lang: Lang) -> Table:
    """The list as a person reads it."""
    table = Table(show_edge=False, pad_edge=False)
    for title in _COLUMNS:
        table.add_column(title.say(lang))
    for event in document["events"]:
        cells = (
            event["event_id"],
            EVENTS[event["kind"]].say(lang),
            LINEAGE_STATES[event["state"]].say(lang),
            _side(event["parents"]),
            _side(event["children"]),
            _areas(event["evidence"], lang),
            told(event["recorded_at"]),
        )
        table.add_row(*map(escape, cells))
    return table


def _side(parcels: list[str]) -> str:
    more = f", +{len(parcels) - MANY}" if len(parcels) > MANY else ""
    return ", ".join(parcels[:MANY]) + more


def _areas(evidence: dict[str, Any], lang: Lang) -> str:
    before, after = evidence.get("area_before_m2"), evidence.get("area_after_m2")
    if before is None or after is None:
        parcels = evidence.get("parcels")
        return "" if parcels is None else Bilingual(f"{parcels} thửa", f"{parcels} parcels").say(lang)
    return f"{before:.1f} → {after:.1f}"


def event_lines(case: dict[str, Any]) -> list[Bilingual]:
    """One event: its edges and all that was decided about it."""
    kind, state = EVENTS[case["kind"]], LINEAGE_STATES[case["state"]]
    provinces = " → ".join(code for code in (case["from_province_code"], case["province_code"]) if code)
    lines = [
        Bilingual(
            f"{case['event_id']}  {kind.vi}, {state.vi}; tỉnh {provinces}, xã {case['commune_code']}; "
            f"ghi nhận {told(case['recorded_at'])} ở lượt chạy {case['run_id']}.",
            f"{case['event_id']}  {kind.en}, {state.en}; province {provinces}, commune {case['commune_code']}; "
            f"recorded {told(case['recorded_at'])} by run {case['run_id']}.",
        )
    ]
    areas = (_areas(case["evidence"], "vi"), _areas(case["evidence"], "en"))
    if areas[0]:
        lines.append(
            Bilingual(f"Diện tích trước → sau (m²): {areas[0]}.", f"Area before → after (m²): {areas[1]}.")
        )
    for edge in case["edges"]:
        of_parent, of_child = float(edge["share_of_parent"]), float(edge["share_of_child"])
        lines.append(
            Bilingual(
                f"{edge['parent']} → {edge['child']}: {edge['area_m2']:.1f} m², {of_parent:.1%} của thửa trước, {of_child:.1%} của thửa sau.",
                f"{edge['parent']} → {edge['child']}: {edge['area_m2']:.1f} m², {of_parent:.1%} of the one before, {of_child:.1%} of the one after.",
            )
        )
    return lines + [_decision(each) for each in case["decisions"]] + _meanwhile(case)


def _meanwhile(case: dict[str, Any]) -> list[Bilingual]:
    """What was registered on the parcels of before since the legal date: for a person to look at, one by one."""
    if not case["meanwhile"]:
        return []
    names = {edge["parent_uid"]: edge["parent"] for edge in case["edges"]}
    since = f"{min(row['since_day'] for row in case['meanwhile']):%d/%m/%Y}"
    lines = [
        Bilingual(
            f"Từ ngày có hiệu lực {since} đến khi được báo, trên thửa trước đã đăng ký; cần xem lại từng việc:",
            f"From the day it took effect, {since}, until it was told, this was registered on the parcels before; look at each:",
        )
    ]
    for row in case["meanwhile"]:
        record, name, at = REGISTERED[row["record"]], names[row["parent_uid"]], told(row["recorded_at"])
        day = f"{row['valid_from']:%d/%m/%Y}" if row["valid_from"] else None
        lines.append(
            Bilingual(
                f"  {name}: {record.vi} ({row['items']}), ghi nhận {at}{f', từ ngày {day}' if day else ''}, lượt chạy {row['run_id']}.",
                f"  {name}: {record.en} ({row['items']}), recorded {at}{f', as of {day}' if day else ''}, by run {row['run_id']}.",
            )
        )
    return lines


def _decision(decision: db.Row) -> Bilingual:
    state = LINEAGE_STATES[decision["state"]]
    if decision["decided_by"] is None:
        at = told(decision["recorded_at"])
        return Bilingual(
            f"{at}  {state.vi} (gói dữ liệu nêu như đề xuất).",
            f"{at}  {state.en} (a delivery says what was proposed).",
        )
    role = ROLES[decision["role"] or "unnamed"]
    day = f"{decision['legal_date']:%d/%m/%Y}" if decision["legal_date"] else None
    vi = [f"văn bản {decision['document']}"] if decision["document"] else []
    en = [f"document {decision['document']}"] if decision["document"] else []
    vi += [f"hiệu lực từ {day}"] if day else []
    en += [f"in force from {day}"] if day else []
    at, by = told(decision["recorded_at"]), decision["decided_by"]
    return Bilingual(
        f"{at}  {by} ({role.vi}): {', '.join([state.vi, *vi])}. Lý do: {decision['reason']}",
        f"{at}  {by} ({role.en}): {', '.join([state.en, *en])}. Reason: {decision['reason']}",
    )


def deciders_table(rows: list[db.Row], lang: Lang) -> Table:
    """Who is named, as a person reads it."""
    table = Table(show_edge=False, pad_edge=False)
    for title in (
        Bilingual("Người", "Actor"),
        Bilingual("Quyền", "Role"),
        Bilingual("Tỉnh", "Province"),
        Bilingual("Đăng nhập cơ sở dữ liệu", "Database login"),
        Bilingual("Từ", "Since"),
        Bilingual("Lý do", "Reason"),
    ):
        table.add_column(title.say(lang))
    for row in rows:
        cells = (
            row["actor"],
            ROLES[row["role"]].say(lang),
            row["province_code"] or "",
            row["db_login"] or "",
            told(row["decided_at"]),
            row["reason"],
        )
        table.add_row(*map(escape, cells))
    return table
