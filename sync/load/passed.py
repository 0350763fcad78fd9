"""What the merge is asked for: what the delivery claims, what the gate holds, and what a person let pass."""

from collections.abc import Collection
from datetime import datetime
from math import inf

from sync import db
from sync.folder.list_rows import unmatched
from sync.folder.reasons import (
    ABSENT,
    FOREIGN_HANDS,
    MOVED_COMMUNE,
    OLDER,
    Reading,
    Reason,
    older,
    reading_of,
)
from sync.known.history import known_up_to
from sync.load.brakes import Passed
from sync.load.cases import PassedMoves
from sync.load.inputs import Inputs
from sync.load.merge import MergeRequest
from sync.load.staging import StagedRun
from sync.run import Run


def request_of(
    connection: db.Connection,
    run: Run,
    inputs: Inputs,
    staged: StagedRun,
    passed_over: Collection[str],
    approved: tuple[str, ...],
    now: datetime,
) -> MergeRequest:
    """The request of a run.

    passed_over  communes of which nothing is staged, for nothing changes in them
    approved     the communes that it applies, where it applies what was held
    """
    shown = _shown(connection, run)
    read_as = _read_as(shown)
    complete = set(inputs.delivery.complete_for) - set(passed_over)
    in_scope = approved if run.kind == "apply" else complete
    return MergeRequest(
        run_id=run.run_id,
        province=run.province,
        policy=inputs.policy.name,
        as_of=inputs.delivery.as_of,
        now=now,
        complete_for=tuple(complete & set(in_scope)),
        came_complete=tuple(complete),
        gate_held=tuple(staged.held),
        brake=inputs.policy.brake,
        identity=inputs.policy.identity,
        passed=_brakes_passed(shown),
        absent_passed=_passed(shown, ABSENT),
        foreign_hands_passed=_passed(shown, FOREIGN_HANDS),
        older_passed=_passed(shown, OLDER),
        rekeyed=tuple(sorted(code for code, reading in read_as.items() if reading == "rekeyed")),
        moved=tuple(sorted(code for code, reading in read_as.items() if reading == "moved")),
        moves_passed=_moves_passed(shown),
        kind=inputs.delivery.kind,
        observed_at=inputs.moment,
        order_kind=inputs.version_kind,
        valid_from_means=inputs.valid_from_means,
        sequence=None if inputs.changes else inputs.delivery.span.sequence,
        released=approved,
        still_held=_still_held(connection, run),
        listed=unmatched(run.judged_folder),
        spoken=inputs.spoken,
    )


def _shown(connection: db.Connection, run: Run) -> list[db.Row]:
    """The holds of the approved communes: of the run that held, and of those whose approval led to it.

    What was let pass once is not asked again: a second hold of the commune, for another reason, forgets nothing. `chosen` of a
    hold: the reading that the run which applied it says, where it is not the hold's own.
    """
    shown: list[db.Row] = []
    applied = db.fetch_one(connection, "ledger/get_run", {"run_id": run.run_id})
    while applied is not None and applied["parent_run_id"] is not None:
        parent = {"run_id": applied["parent_run_id"]}
        holds = db.fetch(connection, "ledger/holds_of", parent)
        shown += [
            hold | {"chosen": applied["reading"]} for hold in holds if hold["commune_code"] in run.communes
        ]
        applied = db.fetch_one(connection, "ledger/get_run", parent)
    return shown


def _read_as(shown: list[db.Row]) -> dict[str, Reading]:
    """Commune → in which reading a person let it pass: the one that he chose, else that of its hold; the last one said counts."""
    found: dict[str, Reading] = {}
    for hold in shown:
        own = reading_of(hold["reasons"])
        if own is not None:
            found.setdefault(hold["commune_code"], hold["chosen"] or own)
    return found


def _passed(shown: list[db.Row], code: str) -> tuple[str, ...]:
    """The communes that a person approved knowing this reason: what was not shown then holds again."""
    return tuple(
        sorted(
            {hold["commune_code"] for hold in shown if code in {reason["code"] for reason in hold["reasons"]}}
        )
    )


def _brakes_passed(shown: list[db.Row]) -> Passed:
    """What the brakes showed of the approved communes, and how much of it: so much of it passes, and nothing else."""
    passed: dict[tuple[str, str, str | None], float] = {}
    for hold in shown:
        for reason in hold["reasons"]:
            measured = reason.get("measured")
            # A hold of before the brakes measured says no number.
            key = (hold["commune_code"], reason["code"], measured["column_group"] if measured else None)
            passed[key] = max(passed.get(key, 0), measured["parcels"] if measured else inf)
    return passed


def _moves_passed(shown: list[db.Row]) -> PassedMoves:
    """What moved between communes as it was shown: so many parcels pass, and no more."""
    passed: dict[tuple[str, str], int] = {}
    for reason in (reason for hold in shown for reason in hold["reasons"]):
        if reason["code"] == MOVED_COMMUNE:
            for move in reason["moves"]:
                key = (move["origin"], move["target"])
                passed[key] = max(passed.get(key, 0), move["parcels"])
    return passed


def older_passed(connection: db.Connection, run: Run) -> tuple[str, ...]:
    """The communes that a person let go live although their data are older: by this approval or one before it."""
    return _passed(_shown(connection, run), OLDER)


def older_than_live(connection: db.Connection, run: Run, inputs: Inputs) -> dict[str, Reason]:
    """The approved communes of which something later is known than the snapshot that was held; why each waits.

    The gate could not see it: it did not know the moment that a person states now, or the later data came since.
    """
    moment = inputs.moment
    if run.kind != "apply" or inputs.changes or moment is None:
        return {}
    known, passed = known_up_to(run.dsn, run.province), older_passed(connection, run)
    return {
        code: older(moment, live)
        for code in run.communes
        if code not in passed and (live := known.get(code)) is not None and moment < live
    }


def waiting_beside(connection: db.Connection, run: Run) -> frozenset[str]:
    """The communes that went on while some of their rows waited, of the run that held what this one applies."""
    if run.parent_run_id is None:
        return frozenset()
    found = db.fetch(connection, "ledger/waiting_beside", {"run_id": run.parent_run_id})
    return frozenset(row["commune_code"] for row in found)


def _still_held(connection: db.Connection, run: Run) -> tuple[str, ...]:
    """The communes of the run that held which nobody has approved, this time or before."""
    if run.parent_run_id is None:
        return ()
    holds = db.fetch(connection, "ledger/holds_of", {"run_id": run.parent_run_id})
    return tuple(
        hold["commune_code"]
        for hold in holds
        if hold["commune_code"] not in run.communes and hold["state"] != "approved"
    )
