"""What runs cost, as the ledger keeps it: written with each attempt at a stage, and told beside what is usual.

Costs are told, nothing is decided by them: one that cannot be written or read is missing, and the run goes on.
"""

import logging
from collections.abc import Mapping
from contextlib import suppress
from dataclasses import asdict
from pathlib import Path
from statistics import median
from typing import Any, Final

from parcels.errors import LandsyncError
from sync import db
from sync.folder.costs import Costs, StageCost
from sync.run.meter import Spent

LOG = logging.getLogger(__name__)
COMPARED = 10  # runs of before behind what is usual: some two weeks of nights
REPORT: Final = "report"  # its own cost is known only after it, and stands in no sum


def keep(dsn: str, run_id: str, stage: str, spent: Spent, counts: Mapping[str, Any]) -> None:
    """Write what the attempt at a stage that was just recorded took. Where that cannot be, the log says so."""
    values = {"run_id": run_id, "stage": stage, "rows_read": _rows(counts), **asdict(spent)}
    try:
        with db.connect(dsn) as connection:
            db.execute(connection, "ledger/write_cost", values)
    except LandsyncError as failure:
        LOG.warning("run %s: what %s took was not kept (%s)", run_id, stage, failure.code)


def _rows(counts: Mapping[str, Any]) -> int | None:
    """Rows that the stage read, by its own count; a fetch knows only those that it pulled itself."""
    if isinstance(read := counts.get("read"), int):
        return read
    pulled = counts.get("pulled")
    return sum(entry["rows"] for entry in pulled) if pulled else None


def costs_of(connection: db.Connection, runs: list[str]) -> dict[str, list[db.Row]]:
    """What the stages of each run took, in their order: the columns of `ledger.stage_cost`, with the outcome."""
    told: dict[str, list[db.Row]] = {run: [] for run in runs}
    for row in db.fetch(connection, "ledger/costs_of", {"runs": runs}):
        told[row.pop("run_id")].append(row)
    return told


def compared_costs(dsn: str, run_id: str) -> Costs | None:
    """What a run took so far, beside the medians of the last runs of its province that went the same way; None where that cannot be read."""
    try:
        with db.connect(dsn) as connection:
            asked = {"run_id": run_id, "runs": COMPARED}
            before = [row["run_id"] for row in db.fetch(connection, "ledger/went_the_same_way", asked)]
            told = costs_of(connection, [run_id, *before])
    except LandsyncError as failure:
        LOG.warning("run %s: what it took could not be read (%s)", run_id, failure.code)
        return None
    others = [told[run] for run in before]
    return Costs(
        compared=len(before),
        wall_seconds=_whole(told[run_id]),
        usual_seconds=median(map(_whole, others)) if others else None,
        stages=tuple(
            StageCost(
                **row,
                usual_seconds=_usual(others, row["stage"], "wall_seconds"),
                usual_peak_bytes=_rounded(_usual(others, row["stage"], "peak_bytes")),
            )
            for row in told[run_id]
        ),
    )


def _whole(stages: list[db.Row]) -> float:
    return float(sum(row["wall_seconds"] for row in stages if row["stage"] != REPORT))


def _usual(runs: list[list[db.Row]], stage: str, name: str) -> float | None:
    """The median of a figure of a stage, over the runs that have it."""
    known = [row[name] for run in runs for row in run if row["stage"] == stage and row[name] is not None]
    return median(known) if known else None


def _rounded(value: float | None) -> int | None:
    return None if value is None else round(value)


def leave_costs(dsn: str, run_id: str, folder: Path) -> None:
    """Leave `costs.json` for the report: what the stages before it took."""
    costs = compared_costs(dsn, run_id)
    if costs is not None:
        with suppress(OSError):
            costs.save(folder)
