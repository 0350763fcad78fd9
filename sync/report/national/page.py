"""The national report as a page: one file without anything to load, Vietnamese first, printable."""

from datetime import datetime
from pathlib import Path

from sync.clock import VIETNAM
from sync.report.figures import count
from sync.report.national import words
from sync.report.national.figures import National
from sync.report.rendering import rendered
from validators.measures import MEASURES


def write_page(report: National, path: Path) -> None:
    """Write the page."""
    facts = {
        "report": report,
        "heads": words.HEADINGS,
        "title": words.TITLE,
        "balance": words.BALANCE,
        "measures_note": words.MEASURES_NOTE,
        "first": words.FIRST,
        "groups": sorted(report.totals["groups"]) or [1, 2, 3],
        "group_heading": words.group_heading,
        "measures": MEASURES,
        "lines": [
            *report.provinces,
            {"code": "", "name": "Cả nước", "days_old_median": None, **report.totals},
        ],
    }
    page = rendered("sync.report.national", "national.html", facts, {"moment": moment, "signed": signed})
    path.write_text(page, encoding="utf-8")


def moment(value: datetime | None) -> str:
    """A moment in Vietnam."""
    return f"{value.astimezone(VIETNAM):%d/%m/%Y %H:%M}" if value else "–"


def signed(value: int) -> str:
    """What is more or less; nothing for no difference."""
    return "" if not value else ("▲ " if value > 0 else "▼ ") + count(abs(value))
