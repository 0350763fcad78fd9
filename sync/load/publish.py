"""The load stage: staging, merge, balances, verdicts, receipt — all of it commits together, or none of it."""

from datetime import datetime
from typing import Any

from parcels.bilingual import Bilingual
from parcels.errors import TransientError
from parcels.model import UNKNOWN_COMMUNE
from sync import db
from sync.folder.files import read_json, write_json
from sync.folder.register import STATES, keep
from sync.folder.snapshot import part_paths
from sync.known.gaps import open_gaps, told
from sync.load import receipt
from sync.load.findings import merge_findings, record_findings
from sync.load.inputs import Inputs, read_inputs
from sync.load.merge import Merged, MergeRequest, merge
from sync.load.staging import Judged, create_staging, fill_staging, staging_tables
from sync.load.verdicts import FOREIGN_HANDS, LOSS, regrouped, verdicts_after
from sync.register import Looked, looked_communes, update
from sync.run import Run

OLDER = "OLDER"


def load(run: Run) -> dict[str, Any]:
    """Bring the judged delivery into the national tables; the receipt, as `load.json` has it.

    A dry run does everything and rolls it back. Raises TransientError LOCK-LOST when another run took over,
    TerminalError BALANCE when a receipt does not balance. Called again after it has committed (a retry), it changes
    nothing and returns the same.
    """
    if receipt.show(run.dsn, run.run_id):
        return _counts(read_json(run.folder / "load.json"))
    inputs = read_inputs(run)
    gate_held = tuple(
        code for code, verdict in inputs.gate["communes"].items() if verdict["decision"] == "hold"
    )
    approved = run.communes if run.kind == "apply" else ()
    judged = Judged(
        parts=part_paths(run.judged_folder),
        rows=inputs.rows,
        held=frozenset(gate_held) - set(approved),
        only=frozenset(approved) if run.kind == "apply" else None,
        as_of=inputs.delivery.as_of,
        changes=inputs.changes,
    )
    with db.connect(run.dsn) as connection:
        create_staging(connection, run.run_id)
        fill_staging(connection, run.run_id, judged)
    with db.connect(run.dsn) as connection:
        document = _publish(connection, run, inputs, judged, approved)
        # Before the commit: where there is a receipt, there is this.
        write_json(run.folder / "load.json", document)
        if run.dry_run:
            connection.rollback()
    return _counts(document)


def _counts(document: dict[str, Any]) -> dict[str, Any]:
    return {
        "held_communes": document["held_communes"],
        **{name: document["totals"][name] for name in ("read", *receipt.ROWS, "ended", "moved_in")},
    }


def _publish(
    connection: db.Connection, run: Run, inputs: Inputs, judged: Judged, approved: tuple[str, ...]
) -> dict[str, Any]:
    chain = db.fetch_one(connection, "ledger/own_lock", {"province": run.province, "run_id": run.run_id})
    if chain is None:
        raise TransientError(
            "LOCK-LOST",
            Bilingual(
                f"Lượt chạy {run.run_id} không còn giữ khóa của tỉnh {run.province}.",
                f"Run {run.run_id} no longer holds the lock on province {run.province}.",
            ),
            Bilingual("Không có gì được ghi; hãy chạy lại.", "Nothing was written; run it again."),
        )
    now = _clock(connection)
    in_scope = approved if run.kind == "apply" else inputs.delivery.complete_for
    merged = merge(
        connection,
        MergeRequest(
            run_id=run.run_id,
            province=run.province,
            as_of=inputs.delivery.as_of,
            now=now,
            complete_for=tuple(set(in_scope) & set(inputs.delivery.complete_for)),
            gate_held=tuple(judged.held),
            brake=inputs.policy.brake,
            loss_passed=_passed(connection, run, LOSS),
            foreign_hands_passed=_passed(connection, run, FOREIGN_HANDS),
            older_passed=_older_passed(run, inputs),
            kind=inputs.delivery.kind,
            observed_at=inputs.observed_at,
            order_kind=inputs.version_kind,
            sequence=None if inputs.changes else inputs.delivery.span.sequence,
            released=approved if inputs.changes else (),
            still_held=_still_held(connection, run),
        ),
    )
    receipt.check_balances(merged.lines)
    findings = merge_findings(run, merged.quarantined)
    verdicts = verdicts_after(inputs, judged, merged, regrouped(run, inputs, merged, findings))
    head = receipt.write(
        connection,
        chain,
        now,
        {
            "run_id": run.run_id,
            "province_code": run.province,
            "delivery_sha256": inputs.delivery.delivery_sha256,
            "snapshot_sha256": inputs.snapshot_sha256,
        },
        merged.lines,
    )
    _write_verdicts(connection, run, inputs, verdicts, merged, now)
    record_findings(connection, run, findings, judged.only)
    register = _register(connection, run, inputs, verdicts, merged)
    return {
        **head,
        "dry_run": run.dry_run,
        "totals": receipt.totals(merged.lines),
        "lines": merged.lines,
        "quarantined_by_merge": merged.quarantined,
        "held_communes": [verdict["commune_code"] for verdict in verdicts if verdict["decision"] == "hold"],
        "communes": verdicts,
        "changes": merged.notes,
        "gaps": told(open_gaps(connection, run.province)),
        "register": {name: register[name] for name in STATES},
    }


def _register(
    connection: db.Connection, run: Run, inputs: Inputs, verdicts: list[dict[str, Any]], merged: Merged
) -> dict[str, Any]:
    """Bring the register of findings up to date, and leave in the folder what became of each case."""
    live = {verdict["commune_code"] for verdict in verdicts if verdict["decision"] == "accept"}
    if inputs.changes:
        live |= {line["commune_code"] for line in merged.lines if not line["commune_held"]} - {
            UNKNOWN_COMMUNE
        }
    counts, cases = update(
        connection,
        Looked(
            run_id=run.run_id,
            judged_by=run.judged_by,
            province=run.province,
            as_of=inputs.delivery.as_of,
            parcels=staging_tables(run.run_id)["parcel"],
            not_run=looked_communes(
                list(inputs.verdicts.values()), frozenset(live), nowhere=run.kind == "sync"
            ),
            delivered=tuple(inputs.verdicts),
            changes=inputs.changes,
        ),
    )
    keep(run.folder, counts, cases)
    return counts


def _clock(connection: db.Connection) -> datetime:
    """The recorded time of everything this merge writes: after the lock, so later runs are later."""
    row = db.fetch_one(connection, "ledger/clock")
    assert row is not None  # noqa: S101 - the statement has one row by construction
    moment: datetime = row["now"]
    return moment


def _passed(connection: db.Connection, run: Run, code: str) -> tuple[str, ...]:
    """The communes that a person approved knowing this reason: what was not shown then holds again."""
    if run.parent_run_id is None:
        return ()
    holds = db.fetch(connection, "ledger/holds_of", {"run_id": run.parent_run_id})
    return tuple(
        hold["commune_code"]
        for hold in holds
        if hold["commune_code"] in run.communes and code in {reason["code"] for reason in hold["reasons"]}
    )


def _older_passed(run: Run, inputs: Inputs) -> tuple[str, ...]:
    """The communes that a person let go live although their data are older: by this approval or one before it."""
    if run.kind != "apply":
        return ()
    gate = inputs.gate["communes"]
    return tuple(
        code
        for code in run.communes
        if code in gate and OLDER in {reason["code"] for reason in gate[code]["reasons"]}
    )


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


def _write_verdicts(
    connection: db.Connection,
    run: Run,
    inputs: Inputs,
    verdicts: list[dict[str, Any]],
    merged: Merged,
    now: datetime,
) -> None:
    values = {
        "run_id": run.run_id,
        "province": run.province,
        "delivery_sha256": inputs.delivery.delivery_sha256,
        "extracted_at": inputs.delivery.extracted_at or inputs.delivery.received_at,
        "now": now,
        "parent_run_id": run.parent_run_id,
        "communes": [verdict["commune_code"] for verdict in verdicts],
        "verdicts": db.json_value(verdicts),
        "lines": db.json_value(merged.lines),
        "system": inputs.delivery.system,
        "observed_at": inputs.observed_at,
        "complete_for": list(inputs.delivery.complete_for),
        **inputs.delivery.span._asdict(),
    }
    steps = ("write_verdicts", "write_datasets", "supersede_holds", "write_holds", "open_holds")
    if inputs.changes:
        steps = ("write_verdicts", "write_changes", "supersede_repeated", "write_holds", "open_holds")
    if inputs.changes and run.kind == "sync":
        db.execute(connection, "ledger/write_change_set", values)
    for name in steps:
        db.execute(connection, f"ledger/{name}", values)
    if run.parent_run_id is not None:
        approved = {**values, "run_id": run.parent_run_id, "state": "approved", "decided_by_run": run.run_id}
        db.execute(connection, "ledger/decide_hold", approved)
