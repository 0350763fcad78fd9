"""The load stage: staging, merge, balances, verdicts, receipt — all of it commits together, or none of it."""

from dataclasses import dataclass
from datetime import datetime
from typing import Any

import pyarrow as pa
import pyarrow.compute as pc

from parcels.bilingual import Bilingual
from parcels.errors import TransientError
from parcels.model import UNKNOWN_COMMUNE
from parcels.versions import OrderKind
from sync import db
from sync.conform import load_conform
from sync.conform.snapshot import part_paths
from sync.fetch import DeliveryRecord, load_delivery
from sync.gaps import open_gaps, told
from sync.gate import load_gate
from sync.judge import load_findings, load_rows, load_verdicts
from sync.load import receipt
from sync.load.findings import merge_findings, record_findings
from sync.load.merge import Merged, MergeRequest, merge
from sync.load.regroup import Judged as JudgedCommune
from sync.load.regroup import after_merge
from sync.load.staging import Judged, create_staging, fill_staging, staging_tables
from sync.register import Looked, looked_communes, update
from sync.register_file import STATES, keep
from sync.run import Run
from sync.runfolder import read_json, write_json
from validators.policy import Policy, policy_at

LOSS = "LOSS"
FOREIGN_HANDS = "FOREIGN-HANDS"
OLDER = "OLDER"

# A change set regroups no commune: a few changed parcels say nothing about the rest.
_NOT_REGROUPED = Bilingual(
    "Gói biến động: nhóm của xã giữ theo bản đầy đủ gần nhất, tạm thời cho đến bản đầy đủ tiếp theo.",
    "A change set: the commune keeps the group of its last full snapshot, provisionally until the next one.",
)


@dataclass(frozen=True, slots=True)
class _Inputs:
    """What the earlier stages left."""

    delivery: DeliveryRecord
    snapshot_sha256: str
    verdicts: dict[str, dict[str, Any]]  # judgement/datasets.json by commune
    gate: dict[str, Any]
    rows: pa.Table
    policy: Policy
    version_kind: OrderKind | None

    @property
    def changes(self) -> bool:
        """Whether it is a change set."""
        return self.delivery.kind == "changes"

    @property
    def observed_at(self) -> datetime:
        """Up to when the delivery is complete."""
        return self.delivery.span.until or self.delivery.extracted_at or self.delivery.received_at


def load(run: Run) -> dict[str, Any]:
    """Bring the judged delivery into the national tables; the receipt, as `load.json` has it.

    A dry run does everything and rolls it back. Raises TransientError LOCK-LOST when another run took over,
    TerminalError BALANCE when a receipt does not balance. Called again after it has committed (a retry), it changes
    nothing and returns the same.
    """
    if receipt.show(run.dsn, run.run_id):
        return _counts(read_json(run.folder / "load.json"))
    inputs = _read(run)
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


def _read(run: Run) -> _Inputs:
    folder = run.judged_folder
    delivery = load_delivery(folder)
    conformed = load_conform(folder)
    return _Inputs(
        delivery=delivery,
        snapshot_sha256=conformed["snapshot_sha256"],
        version_kind=conformed.get("version_kind"),
        verdicts={verdict["code"]: verdict for verdict in load_verdicts(folder)},
        gate=load_gate(folder),
        rows=load_rows(folder).sort_by("row_no"),
        policy=policy_at(delivery.as_of),
    )


def _publish(
    connection: db.Connection, run: Run, inputs: _Inputs, judged: Judged, approved: tuple[str, ...]
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
    verdicts = _verdicts(inputs, judged, merged, _regrouped(run, inputs, merged, findings))
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
    connection: db.Connection, run: Run, inputs: _Inputs, verdicts: list[dict[str, Any]], merged: Merged
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


def _regrouped(run: Run, inputs: _Inputs, merged: Merged, findings: pa.Table) -> dict[str, dict[str, Any]]:
    """The verdicts of the communes in which the merge quarantined more rows, counted again."""
    communes = sorted({row["commune_code"] for row in merged.quarantined})
    if inputs.changes or not communes:
        return {}
    found = load_findings(run.judged_folder)

    def mine(table: pa.Table, code: str) -> pa.Table:
        return table.filter(pc.equal(table["dataset"], code))

    return {
        code: after_merge(
            JudgedCommune(inputs.verdicts[code], mine(inputs.rows, code), mine(found, code)),
            [row for row in merged.quarantined if row["commune_code"] == code],
            mine(findings, code),
            inputs.policy,
            inputs.delivery.as_of,
        )
        for code in communes
    }


def _verdicts(
    inputs: _Inputs, judged: Judged, merged: Merged, regrouped: dict[str, dict[str, Any]]
) -> list[dict[str, Any]]:
    """The verdict on each commune, as it is after the merge."""
    held = {line["commune_code"]: line for line in merged.lines if line["commune_held"]}
    valid_from = {line["commune_code"]: line["valid_from"] for line in merged.lines}
    result = []
    for code, verdict in inputs.verdicts.items():
        if code == UNKNOWN_COMMUNE or (judged.only is not None and code not in judged.only):
            continue
        now = regrouped.get(code, verdict)
        reasons = [_NOT_REGROUPED._asdict()] if inputs.changes else now["reasons"]
        result.append(
            {
                "commune_code": code,
                "valid_from": valid_from[code],
                "decision": "hold" if code in held else "accept",
                "complete": code in inputs.delivery.complete_for,
                "rows_read": now["read"],
                "quarantined": now["quarantined"],
                "unreadable": now["unreadable"],
                "rows_with_error": now["rows_with_error"],
                "excused": verdict["excused"],
                "usability_group": now["group"],
                "group_code": now["group_code"],
                "group_title": now["group_title"],
                "assured_group": now["assured_group"],
                "provisional": verdict["provisional"],
                "reasons": reasons
                if code not in held
                else _hold_reasons(code, inputs, judged, merged, held[code]),
                "group_reasons": reasons,
                "measures": now["measures"],
                "measured": now["measured"],
                "fixes": now["fixes"],
                "policy": now["policy"],
            }
        )
    if inputs.changes:
        touched = {verdict["commune_code"] for verdict in result} | {UNKNOWN_COMMUNE}
        result += [
            _held_without_rows(code, inputs, judged, merged, line)
            for code, line in held.items()
            if code not in touched
        ]
    return result


def _held_without_rows(
    code: str, inputs: _Inputs, judged: Judged, merged: Merged, line: db.Row
) -> dict[str, Any]:
    """A commune that a change set takes parcels out of without a row of its own: held, it can be approved like any."""
    return {
        "commune_code": code,
        "valid_from": line["valid_from"],
        "decision": "hold",
        "complete": False,
        "rows_read": 0,
        "quarantined": 0,
        "unreadable": 0,
        "rows_with_error": 0,
        "excused": 0,
        "usability_group": None,
        "group_code": None,
        "group_title": None,
        "assured_group": None,
        "provisional": True,
        "reasons": _hold_reasons(code, inputs, judged, merged, line),
        "group_reasons": [],
        "measures": {},
        "measured": {},
        "fixes": None,
        "policy": inputs.policy.name,
    }


def _hold_reasons(
    code: str, inputs: _Inputs, judged: Judged, merged: Merged, line: db.Row
) -> list[dict[str, str]]:
    reasons = []
    if code in judged.held:
        reasons += inputs.gate["communes"][code]["reasons"]
    if code in merged.foreign_hands_held:
        count = merged.foreign_hands_held[code]
        words = Bilingual(
            f"{count} thửa đất của xã đã bị thêm, xóa hoặc sửa ngoài hệ thống kể từ lượt chạy gần nhất.",
            f"{count} parcels of the commune were added, deleted or changed behind the pipeline since the last run.",
        )
        reasons.append({"code": FOREIGN_HANDS, **words._asdict()})
    if code in merged.brake_held:
        losing, before = merged.brake_held[code], line["current_before"]
        words = Bilingual(
            f"Xã sẽ mất {losing} trong {before} thửa đất đang có hiệu lực; vượt ngưỡng an toàn.",
            f"The commune would lose {losing} of its {before} current parcels: more than the brake allows.",
        )
        reasons.append({"code": LOSS, **words._asdict()})
    return reasons


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


def _older_passed(run: Run, inputs: _Inputs) -> tuple[str, ...]:
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
    inputs: _Inputs,
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
