"""Housekeeping: what the retention policy lets go, goes; what went is written down; the ledger keeps its rows.

Deletes run folders, deliveries in landing, bytes to which no delivery refers, what finished runs have unpacked, and
what a crash left behind. Safe against a delivery that comes again at the same moment: landing is locked while
something is taken out of it, and whatever comes again is young again (see sync/intake/landing.py). A crash in between leaves
what the next call removes.
"""

import json
import logging
import os
import shutil
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

from parcels.bilingual import Bilingual
from parcels.errors import LandsyncError, UsageError
from sync import db
from sync.care.retention import Plan, RetentionPolicy, RunKnown, load_policy, plan
from sync.folder.delivery import DeliveryRecord
from sync.folder.files import PRIVATE_FILE
from sync.folder.unchanged import Unchanged
from sync.intake.archives import UNPACKED
from sync.intake.landing import DELIVERIES, OBJECTS, exclusive, hash_of
from sync.platform.addresses import resolve_dsn
from sync.settings import settings

LOG = logging.getLogger(__name__)
EXPIRED = "expired.jsonl"  # in landing: a line per delivery that went
_GONE = ".gone-"


@dataclass
class _Done:
    """What was removed, or would be."""

    dry_run: bool
    bytes: int = 0
    objects: int = 0
    leftovers: int = 0
    unpacked: int = 0
    expired: list[dict[str, Any]] = field(default_factory=list)

    def remove(self, path: Path) -> None:
        """A file, or a folder: out of sight in one step, then away."""
        files = [path] if path.is_file() else [file for file in path.rglob("*") if file.is_file()]
        self.bytes += sum(file.stat().st_size for file in files)
        if self.dry_run:
            return
        if path.is_dir():
            gone = path.with_name(f"{_GONE}{path.name}")
            shutil.rmtree(gone, ignore_errors=True)
            path.rename(gone)
            shutil.rmtree(gone)
        else:
            path.unlink(missing_ok=True)


def housekeeping(
    *,
    dry_run: bool = False,
    dsn: str | None = None,
    policy: RetentionPolicy | None = None,
    now: datetime | None = None,
) -> dict[str, Any]:
    """Delete what has expired, or with `dry_run` say what would be.

    Returns what went and why the rest stayed. Raises UsageError (HOUSEKEEPING-OTHER-LEDGER) when the database at hand
    knows none of the runs that lie here, TransientError (LND-BUSY) while deliveries are coming in.
    """
    address = dsn or resolve_dsn(settings())
    used = policy or load_policy(settings().retention)
    moment = now or datetime.now(UTC)
    landing, runs = settings().landing, settings().runs
    done = _Done(dry_run)
    with exclusive(landing):  # from the look to the last deletion nothing comes in
        known, accepted = _ledger(address)
        folders = _run_folders(runs)
        landed = _landed(landing)
        _refuse_other_ledger(known, folders)
        decided = plan(used, moment, known.values(), folders, landed, accepted)
        _remove_runs(runs, decided, known, done)
        _remove_deliveries(landing, decided, used, moment, done)
        _remove_objects(landing, decided, used, moment, done)
    return _told(used, decided, done)


def kept_of(province: str, dsn: str) -> dict[str, Any]:
    """What of a province lies here still, and says whatever was delivered: run folders and deliveries; after how many days they may go."""
    known, _ = _ledger(dsn)
    mine = [run for run in known.values() if run.province == province]
    policy = load_policy(settings().retention)
    return {
        "runs": sorted({run.run_id for run in mine} & set(_run_folders(settings().runs))),
        "deliveries": sorted(
            {run.delivery_sha256 for run in mine if run.delivery_sha256} & set(_landed(settings().landing))
        ),
        "run_days": policy.runs.days,
        "delivery_days": policy.deliveries.days,
    }


def _ledger(dsn: str) -> tuple[dict[str, RunKnown], frozenset[str]]:
    with db.connect(dsn) as connection:
        # One moment for both: a run that is closed meanwhile is seen before or after, never half.
        connection.set_session(isolation_level="REPEATABLE READ", readonly=True)
        rows = db.fetch(connection, "housekeeping/runs")
        accepted = db.fetch(connection, "housekeeping/accepted_deliveries")
    known = {
        row["run_id"]: RunKnown(
            run_id=row["run_id"],
            province=row["province_code"],
            parent_run_id=row["parent_run_id"] or _same_as(settings().runs / row["run_id"]),
            delivery_sha256=row["delivery_sha256"],
            started_at=row["started_at"],
            finished_at=row["finished_at"],
            accepted=row["accepted"],
            held=row["held"],
        )
        for row in rows
    }
    return known, frozenset(row["delivery_sha256"] for row in accepted)


def _same_as(folder: Path) -> str | None:
    """The run on whose judgement another lives, because its delivery was the same again."""
    with suppress(LandsyncError):
        same = Unchanged.find(folder)
        return None if same is None else same.of_run
    return None


def _run_folders(runs: Path) -> dict[str, str | None]:
    """The folders of runs, with the delivery each one names."""
    named: dict[str, str | None] = {}
    for folder in sorted(runs.iterdir()) if runs.is_dir() else ():
        if folder.is_dir() and not folder.name.startswith("."):
            named[folder.name] = None
            with suppress(FileNotFoundError, LandsyncError):
                named[folder.name] = DeliveryRecord.load(folder).delivery_sha256
    return named


def _landed(landing: Path) -> dict[str, datetime]:
    folder = landing / DELIVERIES
    return {path.name: _time(path) for path in _entries(folder) if path.is_dir()}


def _remove_runs(runs: Path, decided: Plan, known: dict[str, RunKnown], done: _Done) -> None:
    for path in _entries(runs, hidden=True):
        if path.name.startswith(_GONE):
            done.leftovers += 1
            done.remove(path)
    for run_id in decided.runs_gone:
        done.remove(runs / run_id)
    for run_id in decided.runs_kept:  # what was unpacked can be unpacked again
        ended = run_id in known and known[run_id].finished_at is not None
        if ended and (runs / run_id / UNPACKED).is_dir():
            done.unpacked += 1
            done.remove(runs / run_id / UNPACKED)


def _remove_deliveries(
    landing: Path, decided: Plan, policy: RetentionPolicy, now: datetime, done: _Done
) -> None:
    folder = landing / DELIVERIES
    for sha256 in decided.deliveries_gone:
        path = folder / sha256
        files = [file for file in sorted(path.rglob("*")) if file.is_file()]
        line = {
            "delivery_sha256": sha256,
            "landed_at": _time(path).isoformat(),
            "expired_at": now.isoformat(),
            "policy": policy.name,
            "files": [[file.relative_to(path).as_posix(), file.stat().st_size] for file in files],
        }
        done.expired.append(line)
        if not done.dry_run:
            _write_line(landing / EXPIRED, line)
            gone = folder / f"{_GONE}{sha256}"
            shutil.rmtree(gone, ignore_errors=True)
            path.rename(gone)
            shutil.rmtree(gone)


def _remove_objects(
    landing: Path, decided: Plan, policy: RetentionPolicy, now: datetime, done: _Done
) -> None:
    """Bytes to which no delivery refers any more; and what a crash left, once it is old enough to be one."""
    old = now - timedelta(days=policy.leftovers.days)
    for folder in (landing / DELIVERIES, landing / OBJECTS):
        for path in _entries(folder, hidden=True):
            if path.name.startswith(_GONE) or (path.name.startswith(".tmp-") and _time(path) < old):
                done.leftovers += 1
                done.remove(path)
    referred = _referred(landing, frozenset(decided.deliveries_gone))
    for folder in _entries(landing / OBJECTS):
        for path in _entries(folder) if folder.is_dir() else ():
            if not referred(path) and _time(path) < old:
                done.objects += 1
                done.remove(path)


class _Referred:
    """Which bytes some delivery still has, by hard link or, where a file system has none, by content."""

    def __init__(self) -> None:
        self.inodes: set[tuple[int, int]] = set()
        self.hashes: set[str] = set()

    def __call__(self, path: Path) -> bool:
        at = path.stat()
        return (at.st_dev, at.st_ino) in self.inodes or path.name in self.hashes


def _referred(landing: Path, gone: frozenset[str]) -> _Referred:
    found = _Referred()
    for delivery in _entries(landing / DELIVERIES):
        if delivery.name in gone:
            continue
        for path in delivery.rglob("*"):
            if path.is_file():
                at = path.stat()
                if at.st_nlink > 1:
                    found.inodes.add((at.st_dev, at.st_ino))
                else:
                    found.hashes.add(hash_of(path))
    return found


def _told(policy: RetentionPolicy, decided: Plan, done: _Done) -> dict[str, Any]:
    return {
        "policy": policy.name,
        "dry_run": done.dry_run,
        "runs_removed": list(decided.runs_gone),
        "runs_kept": decided.runs_kept,
        "deliveries_removed": [line["delivery_sha256"] for line in done.expired],
        "deliveries_kept": decided.deliveries_kept,
        "objects_removed": done.objects,
        "unpacked_removed": done.unpacked,
        "leftovers_removed": done.leftovers,
        "bytes_removed": done.bytes,
    }


def _refuse_other_ledger(known: dict[str, RunKnown], folders: dict[str, str | None]) -> None:
    """A database that knows none of these runs is not the one they were written in: nothing is known of what is needed."""
    if folders and not known.keys() & folders.keys():
        raise UsageError(
            "HOUSEKEEPING-OTHER-LEDGER",
            Bilingual(
                "Cơ sở dữ liệu này không biết lượt chạy nào trong thư mục làm việc: có thể là cơ sở dữ liệu khác.",
                "This database knows none of the runs in the working folder: it may be another one.",
            ),
            Bilingual(
                "Hãy kiểm tra LANDSYNC_DSN và LANDSYNC_HOME. Không có gì bị xóa.",
                "Check LANDSYNC_DSN and LANDSYNC_HOME. Nothing was deleted.",
            ),
        )


def _entries(folder: Path, *, hidden: bool = False) -> Iterator[Path]:
    for path in sorted(folder.iterdir()) if folder.is_dir() else ():
        if hidden or not path.name.startswith("."):
            yield path


def _time(path: Path) -> datetime:
    return datetime.fromtimestamp(path.stat().st_mtime, UTC)


@contextmanager
def _appending(path: Path) -> Iterator[int]:
    handle = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_APPEND, PRIVATE_FILE)
    try:
        yield handle
        os.fsync(handle)
    finally:
        os.close(handle)


def _write_line(path: Path, line: dict[str, Any]) -> None:
    with _appending(path) as handle:
        os.write(handle, (json.dumps(line, ensure_ascii=False) + "\n").encode())
