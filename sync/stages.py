"""The stages of a run, in order: the one list that the command line and the DAGs call.

Each stage reads what the one before left in the run's folder, so each can be called alone and again. What it
returns goes into the ledger and, but for hashes, is all that travels between Airflow's tasks.
"""

import logging
from collections.abc import Callable
from functools import partial
from pathlib import Path

from parcels.bilingual import Bilingual
from parcels.errors import UsageError
from sync.folder.document import Counts
from sync.folder.unchanged import Unchanged
from sync.run import EVERYTHING, FROM_SOURCE, Run, ledger
from sync.settings import settings

LOG = logging.getLogger(__name__)


def _fetch(run: Run) -> Counts:
    Unchanged.forget(run.folder)  # what an earlier attempt thought
    counts = _fetched(run)
    from sync.known.again import unchanged

    same = unchanged(run)
    if same is None:
        return counts
    same.save(run.folder)
    return counts | _told(same)


def _fetched(run: Run) -> Counts:
    from sync.intake.fetch import fetch

    if str(run.requested).startswith(FROM_SOURCE):
        from sync.intake.pull import pulled_for
        from sync.known.pulls import accepted_pulls

        profile, full = run.profile(), run.requested == EVERYTHING
        known = partial(accepted_pulls, run.dsn, run.province)
        with pulled_for(run.folder, profile, known, full=full) as (folder, entries):
            told: Counts = {"pulled": [entry.model_dump(mode="json") for entry in entries]}
            return fetch(folder, profile, run.folder, settings().landing) | told
    where = Path(str(run.requested))
    return fetch(where, run.profile(), run.folder, settings().landing, stated_at=run.stated_at)


def _conform(run: Run) -> Counts:
    from sync.conform import conform
    from sync.folder.delivery import DeliveryRecord
    from sync.known.boundaries import hand_over
    from sync.known.engine import engine

    engine()  # of the code that judges: what is put in its place meanwhile is another
    hand_over(run.dsn, run.province, DeliveryRecord.load(run.folder).as_of, run.folder)
    return conform(run.folder, run.profile())


def _check(run: Run) -> Counts:
    from sync.check import check
    from sync.folder.boundaries import load_boundaries
    from sync.folder.delivery import DeliveryRecord
    from sync.known.basis import basis_of
    from sync.known.database import known_to_the_nation
    from sync.known.engine import engine

    engine()
    with known_to_the_nation(run.dsn, run.province, DeliveryRecord.load(run.folder).as_of) as known:
        counts = check(run.folder, run.profile(), known)
        basis_of(run.folder, run.folder, known, load_boundaries(run.folder)).save(run.folder)
    return counts


def _gate(run: Run) -> Counts:
    from sync.gate import gate
    from sync.known.history import known_up_to
    from sync.known.places import live_places

    return gate(
        run.folder,
        history=known_up_to(run.dsn, run.province),
        places=live_places(run.dsn, run.province, run.folder),
    )


def _load(run: Run) -> Counts:
    from sync.load.publish import load

    return load(run)


def _report(run: Run) -> Counts:
    from sync.report.writing import report
    from sync.run.costs import leave_costs

    leave_costs(run.dsn, run.run_id, run.folder)
    return report(run.folder, run.judged_folder)


STAGES: dict[str, Callable[[Run], Counts]] = {
    "fetch": _fetch,
    "conform": _conform,
    "check": _check,
    "gate": _gate,
    "load": _load,
    "report": _report,
}
APPLY_STAGES = ("load", "report")  # what a person approved was fetched and judged by the run that held it


def _told(same: Unchanged) -> Counts:
    """What each stage says of a delivery that is the same again; its costs are compared with those of such alone."""
    return {"unchanged_since": same.of_run, "way": "unchanged"}


def _again(name: str, run: Run, same: Unchanged) -> Counts:
    """A stage after fetch of a delivery that is the same again: what the others left, the report too, lies where it was."""
    told = _told(same)
    if name == "load":
        from sync.load.again import load_again

        return load_again(run, same) | told
    return told


def stages_of(run: Run) -> tuple[str, ...]:
    """The stages this run goes through."""
    return APPLY_STAGES if run.kind == "apply" else tuple(STAGES)


def run_stage(name: str, run: Run) -> Counts:
    """Run one stage and record the attempt. Raises TerminalError or TransientError as the stage does."""
    with ledger.stage(run.dsn, run.province, run.run_id, name) as counts:
        LOG.info("province %s run %s: %s", run.province, run.run_id, name)
        try:
            same = None if name == "fetch" else Unchanged.find(run.folder)
            counts.update(STAGES[name](run) if same is None else _again(name, run, same))
        except FileNotFoundError as missing:
            if not str(missing.filename).startswith(str(settings().runs)):
                raise
            raise _out_of_order(name, run, Path(str(missing.filename)).name) from missing
        return dict(counts)


def shown(counts: Counts) -> Counts:
    """What of it Airflow may keep and show to whoever sees the DAGs: no hashes, for the bytes of a delivery hold persons."""
    return {name: value for name, value in counts.items() if not name.endswith("_sha256")}


def _out_of_order(name: str, run: Run, file: str) -> UsageError:
    return UsageError(
        "STAGE-ORDER",
        Bilingual(
            f"Bước «{name}» của lượt chạy {run.run_id} thiếu tệp «{file}» do bước trước để lại.",
            f"The stage “{name}” of run {run.run_id} lacks “{file}”, which an earlier stage leaves.",
        ),
        Bilingual(
            f"Hãy chạy lần lượt: {', '.join(stages_of(run))}; nếu thư mục lượt chạy đã bị xóa, hãy đồng bộ lại.",
            f"Run them in order: {', '.join(stages_of(run))}; if the run's folder was deleted, synchronise again.",
        ),
    )
