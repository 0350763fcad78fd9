"""Rehearsal: whose group another policy would change, tried on what was last accepted of every commune. Nothing is written.

Where the policies differ in their groups alone, the tables of the judgement are enough. Where they differ in what the
checks compare with, the snapshot is judged anew, against what the nation knows now. Where neither is on this machine any
more, the counts that the ledger keeps may still decide; otherwise the commune is listed as not rehearsed, and counts as
one that changes when the agreed share is looked at.
"""

import tempfile
from collections.abc import Callable, Iterable, Mapping
from decimal import Decimal
from pathlib import Path
from typing import Any

import pyarrow as pa
import pyarrow.compute as pc

from parcels.bilingual import Bilingual
from parcels.errors import LandsyncError, UsageError
from sync import db
from sync.care.rehearsed import Reasons, RehearsedCommune, Way, document_of
from sync.check import check
from sync.folder.boundaries import BOUNDARIES
from sync.folder.conform import Conformed
from sync.folder.delivery import DeliveryRecord
from sync.folder.judgement import is_judged, load_findings, load_rows, load_verdicts
from sync.folder.loaded import Loaded, RefusedRow, load_merge_findings
from sync.folder.profile import KeptProfile
from sync.folder.snapshot import SNAPSHOT, part_paths
from sync.known.database import known_to_the_nation
from sync.load.regroup import JudgedCommune, after_merge
from sync.report.material import gather
from sync.run import Run, open_run
from validators.groups import FoundRule, GroupRule, MeasureRule
from validators.measures import Portion
from validators.policy import Policy, named_policy
from validators.stored import CommuneVerdict, grouped
from validators.usability import Tally, rulings

_LINKED = (DeliveryRecord.FILE, Conformed.FILE, KeptProfile.FILE, BOUNDARIES, SNAPSHOT)


def rehearse(
    dsn: str,
    policy: Policy,
    province: str | None = None,
    limit: Decimal | None = None,
    tell: Callable[[Bilingual], None] = lambda _: None,
) -> dict[str, Any]:
    """Who would change group; the document of `rehearse --json`.

    limit  the share of communes that may; the policy's own where it is not given

    Raises UsageError REHEARSE-NOTHING where nothing was ever accepted.
    """
    with db.connect(dsn) as connection:
        rows = db.fetch(connection, "rehearse/datasets", {"province": province})
    if not rows:
        raise _nothing(province)
    by_run: dict[str, list[db.Row]] = {}
    for row in rows:
        by_run.setdefault(row["run_id"], []).append(row)
    communes: list[RehearsedCommune] = []
    for number, (run_id, mine) in enumerate(by_run.items(), start=1):
        tell(
            Bilingual(
                f"Lượt chạy {run_id} ({number}/{len(by_run)})", f"Run {run_id} ({number}/{len(by_run)})"
            )
        )
        communes += _of_run(dsn, run_id, mine, policy)
    return document_of(communes, policy, policy.rehearsal.agreed_share if limit is None else limit)


def _of_run(dsn: str, run_id: str, rows: list[db.Row], policy: Policy) -> list[RehearsedCommune]:
    """The communes that one run brought live."""
    try:
        run = open_run(run_id, dsn=dsn)
    except LandsyncError:
        return [_by_counts(row, policy) for row in rows]
    if is_judged(run.judged_folder) and _judged_alike(rows, policy):
        return _with(rows, _regrouped(run, policy), "regrouped", policy)
    if part_paths(run.judged_folder):
        return _with(rows, _judged_again(run, policy), "judged_again", policy)
    return [_by_counts(row, policy) for row in rows]


def _judged_alike(rows: Iterable[db.Row], policy: Policy) -> bool:
    return all(_alike(row["policy"], policy) for row in rows)


def _alike(name: str, policy: Policy) -> bool:
    """Whether data judged by the named policy would show the same findings under this one."""
    try:
        return policy.judges_like(named_policy(name))
    except UsageError:
        return False  # a version that ships no more


def _with(
    rows: list[db.Row], after: Mapping[str, CommuneVerdict], way: Way, policy: Policy
) -> list[RehearsedCommune]:
    return [
        _as_verdict(row, way, after[row["commune_code"]])
        if row["commune_code"] in after
        else _by_counts(row, policy)
        for row in rows
    ]


def _as_verdict(row: db.Row, way: Way, verdict: CommuneVerdict) -> RehearsedCommune:
    return RehearsedCommune(row, way, verdict.group, [reason._asdict() for reason in verdict.reasons])


def _regrouped(run: Run, policy: Policy) -> dict[str, CommuneVerdict]:
    """The run's verdicts under the policy, from its tables."""
    applied = run.judged_folder if run.judged_folder != run.folder else None
    material = gather(run.folder, applied)
    as_of = material.record.as_of
    return {
        verdict.code: grouped(verdict, _mine(material.findings, verdict.code), policy, as_of)
        for verdict in material.communes
        if verdict.group is not None
    }


def _judged_again(run: Run, policy: Policy) -> dict[str, CommuneVerdict]:
    """The run's verdicts under the policy, its snapshot judged anew; what the merge refused stays refused."""
    source = run.judged_folder
    with tempfile.TemporaryDirectory(prefix="landsync-rehearse-") as temporary:
        folder = Path(temporary)
        for name in _LINKED:
            if (source / name).exists():
                (folder / name).symlink_to(source / name)
        as_of = DeliveryRecord.load(folder).as_of
        with known_to_the_nation(run.dsn, run.province, as_of) as known:
            check(folder, run.profile(), known, policy)
        rows, findings = load_rows(folder), load_findings(folder)
        verdicts = load_verdicts(folder)
    refused = _refused_by_merge(run, rows)
    merged = load_merge_findings(run.folder)
    return {
        code: after_merge(
            JudgedCommune(verdict, _mine(rows, code), _mine(findings, code)),
            [row for row in refused if row.commune_code == code],
            _mine(merged, code),
            policy,
            as_of,
        )
        for verdict in verdicts
        if verdict.group is not None and (code := verdict.code)
    }


def _refused_by_merge(run: Run, rows: pa.Table) -> list[RefusedRow]:
    """Rows that the merge refused and that the new judgement would not: each with whether it has an error anyhow."""
    loaded = Loaded.find(run.folder)
    if loaded is None or not loaded.quarantined_by_merge:
        return []
    refused = loaded.quarantined_by_merge
    numbers = pa.array([row.row_no for row in refused], pa.int64())
    now = rows.filter(pc.is_in(rows["row_no"], value_set=numbers))
    known = {row["row_no"]: row for row in now.select(["row_no", "decision", "has_error"]).to_pylist()}
    return [
        row.model_copy(update={"has_error": known[row.row_no]["has_error"]})
        for row in refused
        if row.row_no in known and known[row.row_no]["decision"] == "accept"
    ]


def _mine(table: pa.Table, code: str) -> pa.Table:
    return table.filter(pc.equal(table["dataset"], code))


def _by_counts(row: db.Row, policy: Policy) -> RehearsedCommune:
    """By what the ledger keeps, as far as that decides."""
    if not _alike(row["policy"], policy):
        return RehearsedCommune(row, "not_rehearsed")
    refused = row["quarantined"] + row["unreadable"]
    measured = row["measured"] or {}
    tally = Tally(
        row["rows_read"],
        row["quarantined"],
        row["unreadable"],
        max(refused, row["rows_with_error"] or 0),
        measures={name: Portion(**said) if said else None for name, said in measured.items()},
    )
    failed: Reasons = []
    for number, definition in enumerate(policy.groups, start=1):
        known = definition.model_copy(
            update={"rules": tuple(r for r in definition.rules if _is_known(r, row))}
        )
        below = [ruling.said._asdict() for ruling in rulings(known, tally) if ruling.state == "fails"]
        if not below and not tally.read and definition.rules:
            continue  # no row at all: the last group
        if not below:
            sure = len(known.rules) == len(definition.rules)
            return (
                RehearsedCommune(row, "by_counts", number, failed)
                if sure
                else RehearsedCommune(row, "not_rehearsed")
            )
        failed = below
    raise AssertionError("the last group of a policy has no rules")


def _is_known(rule: GroupRule, row: db.Row) -> bool:
    """Whether the ledger keeps what the rule is about."""
    if isinstance(rule, FoundRule):
        return False
    if isinstance(rule, MeasureRule):
        return row["measured"] is not None
    return rule.share == "refused" or row["rows_with_error"] is not None


def _nothing(province: str | None) -> UsageError:
    whose = (
        Bilingual("cả nước", "the nation")
        if province is None
        else Bilingual(f"tỉnh {province}", f"province {province}")
    )
    return UsageError(
        "REHEARSE-NOTHING",
        Bilingual(
            f"Chưa có dữ liệu nào của {whose.vi} được chấp nhận.",
            f"Nothing of {whose.en} has been accepted yet.",
        ),
        Bilingual("Hãy đồng bộ trước, rồi diễn tập.", "Synchronise first, then rehearse."),
    )
