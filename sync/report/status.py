"""The ministry's table: parcels, communes, groups, freshness of every province, with totals that balance."""

from collections import Counter
from typing import Any

from rich.table import Table

from parcels.bilingual import Bilingual, Lang
from sync import db
from sync.known.gaps import open_gaps, told
from sync.report.national.words import HEADINGS, group_heading

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
    "last_sync": Bilingual("Đồng bộ gần nhất", "Last sync"),
}


def national_status(dsn: str, province: str | None = None) -> dict[str, Any]:
    """`status --json`: a line per province, totals, every open hold with its run and reasons, every open gap.

    `groups` counts the communes by number of their group, of which a policy may have more than three:
    communes = their sum + not_delivered.
    """
    with db.connect(dsn) as connection:
        provinces = db.fetch(connection, "status/national", {"province": province})
        holds = db.fetch(connection, "status/holds", {"province": province})
        gaps = told(open_gaps(connection, province))
    totals: dict[str, Any] = {name: sum(int(row[name]) for row in provinces) for name in COUNTS}
    groups: Counter[str] = Counter()
    for row in provinces:
        groups.update(row["groups"])
    totals["groups"] = dict(sorted(groups.items(), key=lambda each: int(each[0])))
    return {"provinces": provinces, "totals": totals, "holds": holds, "gaps": gaps}


def status_table(status: dict[str, Any], lang: Lang) -> Table:
    """The table as a person reads it; with the seconds of a round where `status` has them."""
    more = [f"group{number}" for number in status["totals"].get("groups", {}) if int(number) > len(THREE)]
    after = COUNTS.index(THREE[-1]) + 1
    counts = (*COUNTS[:after], *more, *COUNTS[after:])
    names = ["code", "name", *counts, "seconds" if "seconds" in status["totals"] else "last_sync"]
    table = Table(show_edge=False, pad_edge=False)
    for name in names:
        table.add_column(_title(name).say(lang), justify="left" if name in {"code", "name"} else "right")
    for row in status["provinces"]:
        table.add_row(*(_cell(_value(row, name)) for name in names))
    table.add_section()
    total = {"name": Bilingual("Cả nước", "Nation").say(lang), **status["totals"]}
    table.add_row(*(_cell(_value(total, name)) for name in names), style="bold")
    return table


def _title(name: str) -> Bilingual:
    return TITLES.get(name) or group_heading(name.removeprefix("group"))


def _value(row: dict[str, Any], name: str) -> Any:
    if name.startswith("group") and name not in THREE:
        return row["groups"].get(name.removeprefix("group"), 0)
    return row.get(name)


def _cell(value: Any) -> str:
    if value is None:
        return ""
    if hasattr(value, "astimezone"):
        return f"{value.astimezone():%d/%m/%Y %H:%M}"
    return f"{value:.1f}" if isinstance(value, float) else str(value)
