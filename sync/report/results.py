"""What a run came to, for a person's table and for `--json`."""

from typing import Any

from rich.table import Table

from parcels.bilingual import Bilingual, Lang
from sync.folder.loaded import Loaded
from sync.folder.summary import Summary
from sync.folder.unchanged import Unchanged
from sync.folder.verdict import LoadedVerdict
from sync.run import Run
from sync.run.costs import compared_costs

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
    same = Unchanged.find(run.folder)
    folder = run.folder if same is None else run.folder.with_name(same.of_run)
    checked = Summary.load(folder)
    loaded = Loaded.load(run.folder)
    total = loaded.totals
    return {
        **checked.as_dict(),
        "run": run.run_id,
        "dry_run": run.dry_run,
        "unchanged_since": None if same is None else same.of_run,
        "decision": "hold" if loaded.held_communes else checked.decision,
        "receipt": {
            "sequence": loaded.sequence,
            "receipt_sha256": loaded.receipt_sha256,
            "previous_sha256": loaded.previous_sha256,
            "snapshot_sha256": loaded.snapshot_sha256,
            "lines": [line.model_dump() for line in loaded.lines],
            "totals": total,
            "not_current": checked.not_current,
            "rows_joined": checked.rows_joined,
        },
        **{name: total[name] for name in ("new", "changed", "unchanged", "ended", "held", "quarantined")},
        **{name: total[name] for name, _ in SOMETIMES},
        "changes": loaded.changes,
        "gaps": [gap.model_dump() for gap in loaded.gaps],
        "register": loaded.cases,
        "held_communes": list(loaded.held_communes),
        "absent_communes": list(loaded.absent),
        "columns": [line.model_dump() for line in loaded.columns],
        "communes_loaded": [_commune(verdict) for verdict in loaded.communes],
        "costs": _costs(run),
        "report": str(folder / "report"),
    }


def _costs(run: Run) -> dict[str, Any] | None:
    """What the run took, the report too; None where that cannot be read."""
    costs = compared_costs(run.dsn, run.run_id)
    return None if costs is None else costs.model_dump()


def _commune(verdict: LoadedVerdict) -> dict[str, Any]:
    """A verdict under the names of `--json`, which are those of the ledger."""
    said = verdict.model_dump()
    reasons = said["reasons"]
    return {
        "commune_code": verdict.code,
        "valid_from": verdict.valid_from,
        "decision": verdict.decision,
        "complete": verdict.complete,
        "rows_read": verdict.read,
        "quarantined": verdict.quarantined,
        "unreadable": verdict.unreadable,
        "rows_with_error": verdict.rows_with_error,
        "excused": verdict.excused,
        "usability_group": verdict.group,
        "group_code": verdict.group_code,
        "group_title": said["group_title"],
        "assured_group": verdict.assured_group,
        "provisional": verdict.provisional,
        "reasons": said["hold_reasons"] if verdict.decision == "hold" else [*said["hold_reasons"], *reasons],
        "group_reasons": reasons,
        "measures": verdict.measures,
        "measured": said["measured"],
        "fixes": said["fixes"],
        "completeness": said["completeness"],
        "policy": verdict.policy,
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
