"""Which run folders and deliveries may go: a pure function of what there is, what the ledger says, and a policy.

Kept whatever their age: what an unfinished run needs, what waits for a person, what was last accepted of any commune,
the newest of each province. Everything else goes when it is old enough.
"""

from collections import defaultdict
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from pathlib import Path
from typing import Annotated, Literal

from pydantic import BaseModel, ConfigDict, Field

from parcels.bilingual import Bilingual
from parcels.errors import UsageError
from sync.declared.tomlfile import load_toml

Reason = Literal[
    "unfinished", "waits for approval", "last accepted", "needed by a run", "newest", "young", "unknown"
]
REASONS: dict[Reason, Bilingual] = {
    "unfinished": Bilingual("lượt chạy chưa kết thúc", "the run has not ended"),
    "waits for approval": Bilingual("đang chờ duyệt", "waits for approval"),
    "last accepted": Bilingual("được chấp nhận gần nhất của một xã", "the last accepted one of a commune"),
    "needed by a run": Bilingual("lượt chạy còn giữ cần đến", "a run that is kept needs it"),
    "newest": Bilingual("mới nhất của tỉnh", "among the newest of its province"),
    "young": Bilingual("chưa hết hạn lưu", "not old enough"),
    "unknown": Bilingual("không có trong sổ", "not in the ledger"),
}


class _Kept(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True)

    days: Annotated[int, Field(ge=1)]
    keep: Annotated[int, Field(ge=1)]


class _Leftovers(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True)

    days: Annotated[int, Field(ge=1)]


class RetentionPolicy(BaseModel):
    """How long what is kept; `name` is written beside everything that went by it."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    name: Annotated[str, Field(min_length=1)]
    runs: _Kept
    deliveries: _Kept
    leftovers: _Leftovers


@dataclass(frozen=True, slots=True)
class RunKnown:
    """A run as the ledger has it."""

    run_id: str
    province: str
    parent_run_id: str | None
    delivery_sha256: str | None
    started_at: datetime
    finished_at: datetime | None
    accepted: bool
    held: bool


@dataclass(frozen=True, slots=True)
class Plan:
    """What goes, and why the rest stays: run ids and delivery hashes."""

    runs_gone: tuple[str, ...]
    runs_kept: dict[str, Reason]
    deliveries_gone: tuple[str, ...]
    deliveries_kept: dict[str, Reason]


def load_policy(path: Path) -> RetentionPolicy:
    """The policy in a file. Raises UsageError (RETENTION-POLICY)."""
    return load_toml(path, RetentionPolicy, UsageError, "RETENTION-POLICY")


def plan(
    policy: RetentionPolicy,
    now: datetime,
    runs: Iterable[RunKnown],
    run_folders: Mapping[str, str | None],
    landed: Mapping[str, datetime],
    accepted: frozenset[str],
) -> Plan:
    """What may go.

    run_folders  run id → the delivery that its folder names; None while it names none
    landed       delivery → when its bytes came, or came again
    accepted     deliveries that were last accepted of some commune
    """
    known = {run.run_id: run for run in runs}
    runs_kept = _runs(policy, now, known, run_folders)
    runs_gone = tuple(sorted(set(run_folders) - set(runs_kept)))
    kept = _deliveries(policy, now, known, {run_folders[run] for run in runs_kept}, landed, accepted)
    return Plan(runs_gone, runs_kept, tuple(sorted(set(landed) - set(kept))), kept)


def _runs(
    policy: RetentionPolicy,
    now: datetime,
    known: Mapping[str, RunKnown],
    folders: Mapping[str, str | None],
) -> dict[str, Reason]:
    kept: dict[str, Reason] = {}
    for run in known.values():
        reason: Reason | None = (
            "unfinished"
            if run.finished_at is None
            else "waits for approval"
            if run.held
            else "last accepted"
            if run.accepted
            else None
        )
        while reason is not None and run.run_id not in kept:  # an apply run lives on what its parent judged
            kept[run.run_id] = reason
            if run.parent_run_id is None or run.parent_run_id not in known:
                break
            run = known[run.parent_run_id]  # noqa: PLW2901
    newest: dict[str, list[RunKnown]] = defaultdict(list)
    for run_id in folders:
        if run_id in known:
            newest[known[run_id].province].append(known[run_id])
    limit = now - timedelta(days=policy.runs.days)
    for ended in newest.values():
        ended.sort(key=lambda run: run.started_at, reverse=True)
        for place, run in enumerate(ended):
            if place < policy.runs.keep:
                kept.setdefault(run.run_id, "newest")
            elif run.finished_at is not None and run.finished_at > limit:
                kept.setdefault(run.run_id, "young")
    for run_id in tuple(kept):  # what applied, or came again, is explained by what judged
        below = known.get(known[run_id].parent_run_id or "")
        while below is not None and below.run_id not in kept:
            kept[below.run_id] = "needed by a run"
            below = known.get(below.parent_run_id or "")
    return {
        run_id: kept.get(run_id, "unknown") for run_id in folders if run_id in kept or run_id not in known
    }


def _deliveries(
    policy: RetentionPolicy,
    now: datetime,
    known: Mapping[str, RunKnown],
    needed: set[str | None],
    landed: Mapping[str, datetime],
    accepted: frozenset[str],
) -> dict[str, Reason]:
    kept: dict[str, Reason] = {sha256: "last accepted" for sha256 in landed if sha256 in accepted}
    last_used: dict[str, datetime] = dict(landed)
    by_province: dict[str, set[str]] = defaultdict(set)
    for run in known.values():
        sha256 = run.delivery_sha256
        if sha256 is None or sha256 not in landed:
            continue
        by_province[run.province].add(sha256)
        last_used[sha256] = max(last_used[sha256], run.finished_at or now)
        if run.finished_at is None or run.held:
            kept.setdefault(sha256, "unfinished" if run.finished_at is None else "waits for approval")
    for sha256 in landed:
        if sha256 in needed:
            kept.setdefault(sha256, "needed by a run")
    for mine in by_province.values():
        for sha256 in sorted(mine, key=lambda one: last_used[one], reverse=True)[: policy.deliveries.keep]:
            kept.setdefault(sha256, "newest")
    limit = now - timedelta(days=policy.deliveries.days)
    for sha256, when in last_used.items():
        if when > limit:
            kept.setdefault(sha256, "young")
    return kept
