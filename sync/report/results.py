"""What a run came to, for a person's table and for `--json`."""

from typing import Any

from rich.table import Table

from parcels.bilingual import Bilingual, Lang
from sync.folder.files import read_json
from sync.run import Run

COLUMNS: tuple[tuple[str, Bilingual], ...] = (
    ("commune_code", Bilingual("Xã", "Commune")),
    ("decision", Bilingual("Quyết định", "Decision")),
    ("usability_group", Bilingual("Nhóm", "Group")),
    ("excused", Bilingual("Ngoại lệ", "Excused")),
    ("rows_read", Bilingual("Đã đọc", "Read")),
    ("new", Bilingual("Mới", "New")),
    ("changed", Bilingual("Thay đổi", "Changed")),
    ("unchanged", Bilingual("Không đổi", "Unchanged")),
    ("ended", Bilingual("Kết thúc", "Ended")),
    ("quarantined", Bilingual("Cách ly", "Quarantined")),
    ("held", Bilingual("Tạm giữ", "Held")),
)
# Shown where there are any: what late or repeated rows came to, and what rows of a change set ended.
SOMETIMES: tuple[tuple[str, Bilingual], ...] = (
    ("ended_by_row", Bilingual("Kết thúc theo biến động", "Ended by a change")),
    ("ignored", Bilingual("Bỏ qua", "Ignored")),
)
DECISIONS = {"accept": Bilingual("nhận", "accept"), "hold": Bilingual("tạm giữ", "hold")}


def run_summary(run: Run) -> dict[str, Any]:
    """`sync --json`: everything `check --json` says, and what became of it in the database."""
    checked = read_json(run.folder / "report" / "summary.json")
    loaded = read_json(run.folder / "load.json")
    total = loaded["totals"]
    return {
        **checked,
        "run": run.run_id,
        "dry_run": run.dry_run,
        "decision": "hold" if loaded["held_communes"] else checked["decision"],
        "receipt": {
            key: loaded[key]
            for key in ("sequence", "receipt_sha256", "previous_sha256", "snapshot_sha256", "lines", "totals")
        },
        **{name: total[name] for name in ("new", "changed", "unchanged", "ended", "held", "quarantined")},
        **{name: total[name] for name, _ in SOMETIMES},
        "changes": loaded.get("changes", {}),
        "gaps": loaded.get("gaps", []),
        "register": loaded.get("register", {}),
        "held_communes": loaded["held_communes"],
        "communes_loaded": loaded["communes"],
        "report": str(run.folder / "report"),
    }


def summary_table(summary: dict[str, Any], lang: Lang) -> Table:
    """A line per commune."""
    lines = {line["commune_code"]: line for line in summary["receipt"]["lines"]}
    table = Table(show_edge=False, pad_edge=False)
    columns = COLUMNS + tuple(column for column in SOMETIMES if summary[column[0]])
    for name, title in columns:
        table.add_column(title.say(lang), justify="left" if name in {"commune_code", "decision"} else "right")
    for commune in summary["communes_loaded"]:
        row = {**commune, **lines[commune["commune_code"]]}
        row["decision"] = DECISIONS[commune["decision"]].say(lang)
        table.add_row(*(_shown(row[name]) for name, _ in columns))
    unknown = lines.get("-")
    if unknown is not None:
        row = {"decision": "", "usability_group": "", "excused": "", "rows_read": unknown["read"], **unknown}
        table.add_row(*(_shown(row[name]) for name, _ in columns))
    return table


def _shown(value: Any) -> str:
    return "–" if value is None else str(value)
