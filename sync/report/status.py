"""The ministry's table: parcels, communes, groups, freshness of every province, with totals that balance.

Times are Vietnam's. What asks for somebody stands below the table, and in the exit status.
"""

from collections import Counter
from datetime import datetime
from typing import Any, Final

from rich.console import Group, RenderableType
from rich.table import Table
from rich.text import Text

from parcels.bilingual import Bilingual, Lang
from sync import db
from sync.clock import VIETNAM
from sync.known.gaps import open_gaps, told
from sync.report import overdue
from sync.report.national.words import HEADINGS, group_heading
from sync.run.costs import costs_of

COUNTS = (
    "communes",
    "parcels",
    "group1",
    "group2",
    "group3",
    "not_delivered",
    "quarantined",
    "held",
    "excused",
)
# Delivered communes by how complete they are against the land statistics; told below the table.
COMPLETENESS = ("incomplete", "more_than_expected", "completeness_unknown")
THREE = ("group1", "group2", "group3")
TITLES: dict[str, Bilingual] = {
    "code": HEADINGS["code"],
    "name": HEADINGS["name"],
    "communes": Bilingual("Xã", "Communes"),
    "parcels": HEADINGS["parcels"],
    "not_delivered": Bilingual("Chưa nộp", "Not delivered"),
    "quarantined": Bilingual("Cách ly", "Quarantined"),
    "held": Bilingual("Tạm giữ", "Held"),
    "excused": Bilingual("Ngoại lệ", "Excused"),
    "seconds": Bilingual("Giây", "Seconds"),
    "last_sync": Bilingual("Nhận dữ liệu gần nhất (giờ Việt Nam)", "Last taken in (Vietnam time)"),
    "days_since_sync": Bilingual("Số ngày", "Days"),
    "state": Bilingual("Lượt chạy gần nhất", "Last run"),
}
STATES: dict[str, Bilingual] = {
    "never": Bilingual("chưa có", "never"),
    "running": Bilingual("đang chạy", "running"),
    "done": Bilingual("xong", "done"),
    "held": Bilingual("có xã tạm giữ", "held"),
    "rejected": Bilingual("bị từ chối", "rejected"),
    "failed": Bilingual("bị lỗi", "failed"),
    "nothing": Bilingual("không có gì mới", "nothing new"),
}
HELD, REJECTED, FAILED = 3, 4, 5  # exit statuses, as everywhere
_LEFT = {"code", "name", "state"}
_ENDED: Final = {"rejected": REJECTED, "failed": FAILED}


def national_status(dsn: str, province: str | None = None) -> dict[str, Any]:
    """`status --json`: a line per province, totals, every open hold with its run and reasons, national ids that
    wait for another province (`withheld`, by pairs of provinces; `overdue`, each parcel that waits longer than the policy allows), every open gap; of one province also what later deliveries have superseded lately.

    A province's `last_run` is its last real run, with `state` and, where it was rejected or failed, what was said; `costs` is what each
    of its stages took.

    `groups` counts the communes by number of their group, of which a policy may have more than three:
    communes = their sum + not_delivered.
    """
    with db.connect(dsn) as connection:
        provinces = db.fetch(connection, "status/national", {"province": province})
        holds = db.fetch(connection, "status/holds", {"province": province})
        superseded = db.fetch(connection, "status/superseded", {"province": province}) if province else []
        withheld = db.fetch(connection, "status/withheld", {"province": province})
        late = overdue.overdue(connection, province)
        gaps = told(open_gaps(connection, province))
        costs = costs_of(connection, [row["last_run"] for row in provinces if row["last_run"]])
    now = datetime.now(VIETNAM)
    for row in provinces:
        row["days_since_sync"] = days_between(row["last_sync"], now)
        row["costs"] = costs.get(row["last_run"], [])
    totals: dict[str, Any] = {name: sum(int(row[name]) for row in provinces) for name in COUNTS}
    groups: Counter[str] = Counter()
    for row in provinces:
        groups.update(row["groups"])
    totals |= {name: sum(int(row[name]) for row in provinces) for name in COMPLETENESS}
    totals["groups"] = dict(sorted(groups.items(), key=lambda each: int(each[0])))
    return {
        "provinces": provinces,
        "totals": totals,
        "holds": holds,
        "superseded": superseded,
        "withheld": withheld,
        "overdue": late,
        "gaps": gaps,
    }


def days_between(then: datetime | None, now: datetime) -> int | None:
    """Whole days of the calendar in Vietnam."""
    return None if then is None else (now.astimezone(VIETNAM).date() - then.astimezone(VIETNAM).date()).days


def exit_status(status: dict[str, Any]) -> int:
    """0 fine; 3 communes are held, change sets are missing, or an id is withheld for too long; 4 a last run was rejected; 5 one failed. The highest counts."""
    found = [_ENDED.get(row["state"], 0) for row in status["provinces"]]
    return max([*found, HELD if status["holds"] or status["gaps"] or status["overdue"] else 0])


def status_table(status: dict[str, Any], lang: Lang, width: int | None = None) -> RenderableType:
    """The table as a person reads it; with the seconds of a round where `status` has them.

    Where `width` characters are too few for its columns, which would be cut, a block of lines for each province.
    """
    more = [f"group{number}" for number in status["totals"].get("groups", {}) if int(number) > len(THREE)]
    after = COUNTS.index(THREE[-1]) + 1
    counts = (*COUNTS[:after], *more, *COUNTS[after:])
    ends = ["seconds"] if "seconds" in status["totals"] else ["last_sync", "days_since_sync", "state"]
    names = ["code", "name", *counts, *ends]
    total = {"name": Bilingual("Cả nước", "Nation").say(lang), **status["totals"]}
    titles = [_title(name).say(lang) for name in names]
    rows = [[_cell(_value(row, name), lang) for name in names] for row in [*status["provinces"], total]]
    fixed: list[int] | list[None] = [None] * len(names)
    if (
        width is not None
        and _width([max(map(len, column)) for column in zip(titles, *rows, strict=True)]) > width
    ):
        fixed = _least_widths(titles, rows)
        if _width(fixed) > width:
            return Group(*(_block(titles, row) for row in rows))
    table = Table(show_edge=False, pad_edge=False)
    for name, title, least in zip(names, titles, fixed, strict=True):
        table.add_column(title, justify="left" if name in _LEFT else "right", width=least)
    for row in rows[:-1]:
        table.add_row(*row)
    table.add_section()
    table.add_row(*rows[-1], style="bold")
    return table


def _least_widths(titles: list[str], rows: list[list[str]]) -> list[int]:
    """Characters that each column needs for no value to break: a title may, between words."""
    words = [max(map(len, title.split())) for title in titles]
    cells = [max(map(len, column)) for column in zip(*rows, strict=True)]
    return list(map(max, words, cells))


def _width(columns: list[int]) -> int:
    """Of a table with columns of these widths."""
    return sum(columns) + len(" │ ") * (len(columns) - 1)


def _block(titles: list[str], row: list[str]) -> Text:
    """One province, a line for each value that it has."""
    return Text("".join(f"{title}: {value}\n" for title, value in zip(titles, row, strict=True) if value))


def to_do(status: dict[str, Any]) -> list[Bilingual]:
    """A sentence for whatever asks for somebody: runs that ended badly, holds, gaps; then who has not delivered."""
    said = [_ended_badly(row) for row in status["provinces"] if row["state"] in _ENDED]
    said += _held(status["holds"])
    said += [_superseded(hold) for hold in status["superseded"]]
    said += [_withheld(row) for row in status["withheld"]]
    said += overdue.told(status["overdue"])
    said += [
        Bilingual(
            f"Tỉnh {gap['province_code']}: {gap['vi']}", f"Province {gap['province_code']}: {gap['en']}"
        )
        for gap in status["gaps"]
    ]
    return said + _completeness(status["provinces"]) + _not_delivered(status["provinces"])


def _held(holds: list[dict[str, Any]]) -> list[Bilingual]:
    """A sentence for each commune that is held; one for the communes of a case, which are decided together."""
    cases: dict[tuple[str, Any], list[str]] = {}
    for hold in holds:
        cases.setdefault((hold["run_id"], _case(hold)), []).append(hold["commune_code"])
    first = {(hold["run_id"], hold["commune_code"]): hold for hold in holds}
    said = []
    for (run, _), communes in cases.items():
        hold, codes = first[run, communes[0]], ", ".join(communes)
        named = "".join(f" --commune {code}" for code in communes) if len(communes) > 1 else ""
        second = _second(hold["said_yes"], hold["yes_as"])
        said.append(
            Bilingual(
                f"Tỉnh {hold['province_code']}, xã {codes}: đang tạm giữ ở lượt chạy {run}: "
                f"{hold['reasons'][0]['vi']} Duyệt hoặc từ chối: landsync approve | refuse {run}{named}{second.vi}",
                f"Province {hold['province_code']}, commune {codes}: held by run {run}: "
                f"{hold['reasons'][0]['en']} Decide: landsync approve | refuse {run}{named}{second.en}",
            )
        )
    return said


def _second(said_yes: list[str], yes_as: dict[str, str]) -> Bilingual:
    """That another person must approve too, where some have, and in which reading they did."""
    yes = ", ".join(f"{actor} ({yes_as[actor]})" if actor in yes_as else actor for actor in said_yes)
    return Bilingual(
        f" {yes} đã đồng ý; cần một người khác{' đồng ý như vậy' if yes_as else ''}." if yes else "",
        f" {yes} said yes; another person must{' say the same' if yes_as else ''}, too." if yes else "",
    )


def _case(hold: dict[str, Any]) -> tuple[str, ...]:
    """What tells the case of a hold: the communes between which parcels move; its own where none do."""
    moves = [move for reason in hold["reasons"] for move in reason.get("moves") or ()]
    return tuple(
        sorted({hold["commune_code"], *(move[end] for move in moves for end in ("origin", "target"))})
    )


def _superseded(hold: dict[str, Any]) -> Bilingual:
    at = f"{hold['superseded_at'].astimezone(VIETNAM):%d/%m/%Y %H:%M}"
    return Bilingual(
        f"Tỉnh {hold['province_code']}, xã {hold['commune_code']}: dữ liệu tạm giữ ở lượt chạy {hold['run_id']} đã được thay bằng "
        f"lượt chạy {hold['superseded_by']} lúc {at} (giờ Việt Nam); không cần duyệt nữa.",
        f"Province {hold['province_code']}, commune {hold['commune_code']}: what run {hold['run_id']} held was superseded by run "
        f"{hold['superseded_by']} at {at} (Vietnam time); nothing is to be decided.",
    )


def _withheld(row: dict[str, Any]) -> Bilingual:
    since = f"{row['withheld_since'].astimezone(VIETNAM):%d/%m/%Y}"
    holder = row["holder_province_code"]
    why = (
        Bilingual(f"tỉnh {holder} đang giữ mã; hai bên cần đối chiếu", f"province {holder} holds the ids; the two must compare")
        if holder
        else Bilingual("mã đã tự do, thửa nhận mã ở lần giao nộp tới", "the ids are free, the next delivery gets them")
    )  # fmt: skip
    return Bilingual(
        f"Tỉnh {row['province_code']}: {row['ids']} thửa được công bố không kèm mã định danh, lâu nhất từ {since}: {why.vi}.",
        f"Province {row['province_code']}: {row['ids']} parcels are published without their national id, some since {since}: {why.en}.",
    )


def _ended_badly(row: dict[str, Any]) -> Bilingual:
    error = row["last_run_error"] or {"code": "-", "message": "", "hint": ""}
    at = f"{row['last_run_at'].astimezone(VIETNAM):%d/%m/%Y %H:%M}"
    why = f"{error['code']}: {error['message']} {error['hint']}".strip()
    return Bilingual(
        f"Tỉnh {row['code']}: lượt chạy {row['last_run']} {STATES[row['state']].vi} lúc {at} (giờ Việt Nam), "
        f"không dòng nào thay đổi. {why}",
        f"Province {row['code']}: run {row['last_run']} {STATES[row['state']].en} at {at} (Vietnam time), no row "
        f"changed. {why}",
    )


def _completeness(provinces: list[dict[str, Any]]) -> list[Bilingual]:
    """Where parcels are missing, or too many, or where nobody knows."""
    told = (
        ("incomplete", Bilingual("Xã chưa đủ so với thống kê đất đai", "Communes incomplete against the land statistics")),
        ("more_than_expected", Bilingual("Xã có nhiều hơn thống kê đất đai", "Communes with more than the land statistics expect")),
        ("completeness_unknown", Bilingual("Xã chưa biết độ đầy đủ (chưa có số thống kê)", "Communes whose completeness is unknown (no statistics)")),
    )  # fmt: skip
    said = []
    for name, title in told:
        if any(row[name] for row in provinces):
            listed = ", ".join(f"{row['code']} ({row[name]})" for row in provinces if row[name])
            said.append(Bilingual(f"{title.vi}: {listed}.", f"{title.en}: {listed}."))
    return said


def _not_delivered(provinces: list[dict[str, Any]]) -> list[Bilingual]:
    """Who never delivered, and who has not for longest."""
    said = []
    never = [row["code"] for row in provinces if row["last_sync"] is None]
    if never:
        listed = ", ".join(never)
        said.append(Bilingual(f"Chưa nộp lần nào: {listed}.", f"Nothing was ever taken in of: {listed}."))
    late = sorted(
        (row for row in provinces if row["days_since_sync"]), key=lambda row: -row["days_since_sync"]
    )
    if late:
        days = ", ".join(f"{row['code']} ({row['days_since_sync']})" for row in late)
        said.append(
            Bilingual(
                f"Số ngày từ lần nhận dữ liệu gần nhất: {days}.",
                f"Days since data were last taken in: {days}.",
            )
        )
    return said


def _title(name: str) -> Bilingual:
    return TITLES.get(name) or group_heading(name.removeprefix("group"))


def _value(row: dict[str, Any], name: str) -> Any:
    if name.startswith("group") and name not in THREE:
        return row["groups"].get(name.removeprefix("group"), 0)
    return STATES[row["state"]] if name == "state" and "state" in row else row.get(name)


def _cell(value: Any, lang: Lang) -> str:
    if value is None:
        return ""
    if isinstance(value, datetime):
        return f"{value.astimezone(VIETNAM):%d/%m/%Y %H:%M}"
    if isinstance(value, Bilingual):
        return value.say(lang)
    return f"{value:.1f}" if isinstance(value, float) else str(value)
