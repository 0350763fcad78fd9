"""The load stage: staging, merge, balances, verdicts, receipt — all of it commits together, or none of it."""

from collections import Counter
from datetime import datetime

import pyarrow as pa
import pyarrow.compute as pc

from parcels.bilingual import Bilingual
from parcels.errors import TransientError
from parcels.model import UNKNOWN_COMMUNE
from sync import db
from sync.folder.delivery import DeliveryRecord
from sync.folder.document import Counts
from sync.folder.judgement import load_findings
from sync.folder.loaded import Gap, Loaded, ReceiptColumn, ReceiptLine, RefusedRow, StoryPart
from sync.folder.reasons import ALL_OLDER, OLDER, UNDATED, Reason
from sync.folder.register import RegisterCounts, write_register
from sync.folder.snapshot import part_paths
from sync.folder.verdict import LoadedVerdict
from sync.known.gaps import open_gaps, told
from sync.load import receipt
from sync.load.findings import merge_findings, record_findings
from sync.load.inputs import Inputs, read_inputs
from sync.load.keyed import key_of
from sync.load.merge import Merged, merge
from sync.load.passed import older_than_live, request_of, waiting_beside
from sync.load.settled import Settling, are_as_left, reached, settling_of, write_settled
from sync.load.staging import StagedRun, create_staging, fill_staging, staging_tables
from sync.load.verdicts import regrouped, verdicts_after
from sync.load.whole import NO_REST, rests, with_rest
from sync.register import Looked, looked_communes, update
from sync.run import Run


def load(run: Run) -> Counts:
    """Bring the judged delivery into the national tables; the receipt, as `load.json` has it.

    A dry run does everything and rolls it back. Raises TransientError LOCK-LOST when another run took over,
    TerminalError BALANCE when a receipt does not balance. Called again after it has committed (a retry), it changes
    nothing and returns the same.
    """
    if receipt.show(run.dsn, run.run_id):
        return counts_of(run, Loaded.load(run.folder))
    inputs = read_inputs(run)
    approved = run.communes if run.kind == "apply" else ()
    with db.connect(run.dsn) as connection:
        older = older_than_live(connection, run, inputs)
        beside = waiting_beside(connection, run)
        key = key_of(connection, remember=True).store(run.province)
        settling = settling_of(connection, run, inputs, key)
    staged = StagedRun(
        parts=part_paths(run.judged_folder),
        people=run.judged_folder,
        rows=inputs.rows,
        held=(frozenset(inputs.gate.held) - set(approved)) | set(older),
        only=frozenset(approved) if run.kind == "apply" else None,
        as_of=inputs.delivery.as_of,
        changes=inputs.changes,
        beside=beside,
    )
    for chosen in (settling, Settling(settling.contents)):
        if not _stage(run, inputs, staged, chosen, key):
            continue
        with db.connect(run.dsn, run.run_id) as connection:
            loaded = _publish(connection, run, inputs, staged, chosen, approved, older)
            if loaded is None:
                connection.rollback()
                continue
            loaded.save(run.folder)  # before the commit: where there is a receipt, there is this
            if run.dry_run:
                connection.rollback()
        return counts_of(run, loaded)
    raise AssertionError("what passes over nothing is published")


def _stage(run: Run, inputs: Inputs, staged: StagedRun, settling: Settling, key: bytes) -> bool:
    """Fill the run's staging with what is to be merged. False where it has to do with what would be passed over: then all has to be merged."""
    with db.connect(run.dsn, run.run_id) as connection:
        create_staging(connection, run.run_id)
        fill_staging(connection, run.run_id, staged.without(settling.passed), key)
        return not settling.passed or not reached(connection, run, inputs, settling.passed)


def counts_of(run: Run, loaded: Loaded) -> Counts:
    moment = run.stated_at or DeliveryRecord.load(run.judged_folder).moment
    return {
        "extracted_at": moment.isoformat() if moment else None,
        "held_communes": list(loaded.held_communes),
        **{name: loaded.totals[name] for name in ("read", *receipt.ROWS, "ended", "moved_in")},
        "passed_over": len(loaded.passed_over),
    }


def _publish(
    connection: db.Connection,
    run: Run,
    inputs: Inputs,
    staged: StagedRun,
    settling: Settling,
    approved: tuple[str, ...],
    older: dict[str, Reason],
) -> Loaded | None:
    """Merge, and write what came of it; None where something has to do with what was to be passed over after all."""
    chain = own_lock(connection, run)
    if not are_as_left(connection, run, settling):
        return None
    now = clock_of(connection)
    merged = merge(connection, request_of(connection, run, inputs, staged, settling.passed, approved, now))
    if settling.passed.keys() & {line["commune_code"] for line in merged.lines}:
        return None
    merged.lines = [*merged.lines, *settling.passed.values()]
    receipt.check_balances(merged.lines)
    story = db.fetch(connection, "load/story", {}, {"parcel": staging_tables(run.run_id)["parcel"]})
    refused = tuple(RefusedRow(**row) for row in merged.quarantined)
    findings = merge_findings(run, refused)
    verdicts = verdicts_after(inputs, staged, merged, regrouped(run, inputs, refused, findings), older)
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
        merged.columns,
    )
    record_findings(connection, run, findings, staged.only, settling.findings)
    register = _register(connection, run, inputs, verdicts, settling, merged, now)
    verdicts = _of_whole_communes(connection, run, inputs, verdicts, settling, findings)
    write_settled(connection, run, inputs, settling, now)
    _write_verdicts(connection, run, inputs, verdicts, merged, now)
    return Loaded(
        **head,
        dry_run=run.dry_run,
        totals=receipt.totals(merged.lines),
        lines=tuple(
            ReceiptLine(**{name: line[name] for name in ReceiptLine.model_fields})
            for line in sorted(merged.lines, key=lambda line: str(line["commune_code"]))
        ),
        columns=tuple(ReceiptColumn(**line) for line in merged.columns),
        story=tuple(StoryPart(**part) for part in story),
        absent=tuple(merged.absent),
        quarantined_by_merge=refused,
        held_communes=tuple(verdict.code for verdict in verdicts if verdict.hold_reasons),
        passed_over=tuple(sorted(settling.passed)),
        communes=verdicts,
        changes=dict(Counter(merged.notes) + Counter(settling.notes)),
        gaps=tuple(Gap(**gap) for gap in told(open_gaps(connection, run.province))),
        cases=register.counts,
    )


def own_lock(connection: db.Connection, run: Run) -> db.Row:
    """The end of the province's chain of receipts, of the lock that this run holds."""
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
    return chain


def _register(
    connection: db.Connection,
    run: Run,
    inputs: Inputs,
    verdicts: tuple[LoadedVerdict, ...],
    settling: Settling,
    merged: Merged,
    now: datetime,
) -> RegisterCounts:
    """Bring the register of findings up to date, and leave in the folder what became of each case."""
    live = {verdict.code for verdict in verdicts if verdict.decision == "accept"} - settling.passed.keys()
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
            merged_at=now,
            as_of=inputs.delivery.as_of,
            parcels=staging_tables(run.run_id)["parcel"],
            not_run=looked_communes(inputs.verdicts.values(), frozenset(live), nowhere=run.kind == "sync"),
            delivered=tuple(inputs.verdicts),
            passed=tuple(settling.passed),
            changes=inputs.changes,
        ),
    )
    write_register(run.folder, cases)
    counts.save(run.folder)
    return counts


def _of_whole_communes(
    connection: db.Connection,
    run: Run,
    inputs: Inputs,
    verdicts: tuple[LoadedVerdict, ...],
    settling: Settling,
    merged: pa.Table,
) -> tuple[LoadedVerdict, ...]:
    """The verdicts of the communes that went live, counted with what this run did not bring; the others as they are."""
    live = [
        verdict.code
        for verdict in verdicts
        if verdict.decision == "accept" and verdict.code not in settling.passed
    ]
    as_of = inputs.delivery.as_of
    rest = rests(connection, run.run_id, run.province, as_of, live, changes=inputs.changes)
    part = {each.code for each in verdicts if each.completeness.state == "part"}  # all of it is known now
    if not rest and not part and not inputs.changes:
        return verdicts
    found = pa.concat_tables([load_findings(run.judged_folder), merged])

    def mine(table: pa.Table, code: str) -> pa.Table:
        return table.filter(pc.equal(table["dataset"], code))

    def counted(verdict: LoadedVerdict) -> LoadedVerdict:
        code = verdict.code
        if verdict.decision != "accept" or not (code in rest or code in part or inputs.changes):
            return verdict
        rows, findings = mine(inputs.rows, code), mine(found, code)
        return with_rest(verdict, rest.get(code, NO_REST), rows, findings, inputs.policy, as_of)

    return tuple(counted(verdict) for verdict in verdicts)


def clock_of(connection: db.Connection) -> datetime:
    """The recorded time of everything this merge writes: after the lock, so later runs are later."""
    row = db.fetch_one(connection, "ledger/clock")
    assert row is not None  # noqa: S101 - the statement has one row by construction
    moment: datetime = row["now"]
    return moment


def _speaks_of(inputs: Inputs, verdicts: tuple[LoadedVerdict, ...]) -> list[str]:
    """The communes of which the delivery is the last word, live or held: complete, dated, and not older than what is known."""
    if inputs.changes or inputs.moment is None:
        return []
    too_late = {OLDER, UNDATED, ALL_OLDER}
    return [
        verdict.code
        for verdict in verdicts
        if verdict.complete and not too_late & {reason.code for reason in verdict.hold_reasons}
    ]


def _write_verdicts(
    connection: db.Connection,
    run: Run,
    inputs: Inputs,
    verdicts: tuple[LoadedVerdict, ...],
    merged: Merged,
    now: datetime,
) -> None:
    values = {
        "run_id": run.run_id,
        "province": run.province,
        "delivery_sha256": inputs.delivery.delivery_sha256,
        "extracted_at": inputs.moment,
        "now": now,
        "parent_run_id": run.parent_run_id,
        "communes": list(run.communes),
        "speaks_of": _speaks_of(inputs, verdicts),
        "verdicts": db.json_value([verdict.model_dump() for verdict in verdicts]),
        "lines": db.json_value(merged.lines),
        "system": inputs.delivery.system,
        "observed_at": inputs.moment,
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
