"""The ledger of runs: what was started, by whom, how far it came, how it ended; and the lock on a province.

Evidence is only ever added. What must change (states, locks) is in tables of its own. Both the command line and
the DAGs write here; Airflow holds no facts of ours.
"""

import os
import secrets
import socket
import subprocess
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime
from functools import cache
from typing import Any, Literal

import psutil

from parcels.bilingual import Bilingual
from parcels.errors import DeliveryRejected, LandsyncError, TransientError, UsageError
from sync import db
from sync.folder.reasons import Reading
from sync.run import costs
from sync.run.meter import Meter
from sync.settings import ROOT

Row = db.Row
Kind = Literal["sync", "apply", "rehash"]  # rehash: of a migration, which read no delivery
LOCK_SECONDS = 15  # to wait for a dead holder's session, which the server ends sooner (sync/db/session.py)
LOCK_MINUTES = 120  # longer than any one stage; renewed at the start of each
AIRFLOW_HOLDER = "airflow"
BY_HAND = "by hand"  # between two stages no process lives; only time frees this lock, or --finish


@dataclass(frozen=True, slots=True)
class RunRequest:
    """What somebody asked for. `communes`, `parent_run_id` and `reading` only for applying what was held."""

    province: str
    actor: str
    kind: Kind = "sync"
    dry_run: bool = False
    requested: str | None = None
    parent_run_id: str | None = None
    communes: tuple[str, ...] = ()
    stated_at: datetime | None = None
    reading: Reading | None = None
    airflow_run_id: str | None = None
    by_hand: bool = False


def new_run_id(province: str) -> str:
    """`<province>-<UTC time>-<6 hex>`: sorts by province and time."""
    return f"{province}-{datetime.now(UTC):%Y%m%dT%H%M%S}-{secrets.token_hex(3)}"


@cache
def code_version() -> str:
    """The git commit of the checkout (with + when changed), or the version of the package."""
    try:
        done = subprocess.run(
            ["git", "-C", str(ROOT), "describe", "--always", "--dirty=+", "--abbrev=12"],
            capture_output=True,
            text=True,
            timeout=10,
            check=True,
        )
        return done.stdout.strip()
    except (OSError, subprocess.SubprocessError):
        from importlib.metadata import version

        return version("landsync")


def begin(dsn: str, request: RunRequest) -> tuple[str, str | None]:
    """Write the run and take its province's lock, or find the run this Airflow run began before a retry.

    Returns the run's id, and that of a dead run whose lock was taken over: the caller closes it. Raises
    TransientError LOCKED while another run holds the province.
    """
    with db.connect(dsn) as connection:
        if request.airflow_run_id is not None:
            known = db.fetch_one(
                connection, "ledger/run_of_airflow", {"airflow_run_id": request.airflow_run_id}
            )
            if known is not None:
                take_lock(connection, request.province, known["run_id"], _holder(request))
                return str(known["run_id"]), None
        run_id = new_run_id(request.province)
        abandoned = take_lock(connection, request.province, run_id, _holder(request))
        values = {
            "run_id": run_id,
            "province": request.province,
            "kind": request.kind,
            "actor": request.actor,
            "dry_run": request.dry_run,
            "requested": request.requested,
            "parent_run_id": request.parent_run_id,
            "communes": list(request.communes) or None,
            "stated_at": request.stated_at,
            "reading": request.reading,
            "airflow_run_id": request.airflow_run_id,
            "code_version": code_version(),
        }
        db.execute(connection, "ledger/begin_run", values)
        db.execute(connection, "ledger/begin_state", {"run_id": run_id})
        return run_id, abandoned


def _holder(request: RunRequest) -> str:
    if request.by_hand:
        return BY_HAND
    return AIRFLOW_HOLDER if request.airflow_run_id else f"{socket.gethostname()}:{os.getpid()}"


def take_lock(connection: db.Connection, province: str, run_id: str, holder: str | None = None) -> str | None:
    """Take the lock on a province for `holder`, or, without one, renew it for the run that has it.

    Returns the dead run it was taken from. Only a run that begins may judge another to be dead: a stage that
    renews speaks for whoever holds the lock, not for itself. Raises TransientError LOCKED.
    """
    held = db.fetch_one(connection, "ledger/lock_of", {"province": province})
    if held is None:
        raise UsageError(
            "PROVINCE-UNKNOWN",
            Bilingual(f"Không có tỉnh mã «{province}».", f"There is no province with code “{province}”."),
            Bilingual("Xem danh sách: `landsync status`.", "See the list: `landsync status`."),
        )
    values = {
        "province": province,
        "run_id": run_id,
        "holder": held["lock_holder"] if holder is None else holder,
        "minutes": LOCK_MINUTES,
        "dead_holders": [] if holder is None else _dead(held["lock_holder"], holder),
    }
    try:
        db.execute(connection, "session/lock_seconds", {"milliseconds": str(LOCK_SECONDS * 1000)})
        taken = db.execute(connection, "ledger/take_lock", values)
    except db.LockWait:
        connection.rollback()
        taken = 0
    if not taken:
        at_work = db.fetch_one(connection, "session/at_work", {"name": db.name_of(held["lock_run_id"])})
        raise _locked(province, held, at_work)
    return held["lock_run_id"] if held["lock_run_id"] not in (None, run_id) else None


def _locked(province: str, held: db.Row, session: db.Row | None) -> TransientError:
    """Another run has the province, or the session of one that is gone still has its row. Says which, and who it is."""
    run, holder = held["lock_run_id"], held["lock_holder"]
    said = Bilingual(
        f"Tỉnh {province} đang được đồng bộ bởi lượt chạy {run} ({holder}).",
        f"Province {province} is being synchronised by run {run} ({holder}).",
    )
    if session is not None:
        pid, since = session["pid"], f"{session['query_start']:%Y-%m-%d %H:%M:%S %Z}"
        said = Bilingual(
            f"{said.vi} Phiên cơ sở dữ liệu của nó: {pid}, {session['state']} từ {since}.",
            f"{said.en} Its session in the database: {pid}, {session['state']} since {since}.",
        )
    return TransientError(
        "LOCKED",
        said,
        Bilingual(
            "Hãy chờ lượt chạy đó kết thúc rồi chạy lại. Nếu tiến trình của nó đã bị dừng thì phiên này tự kết thúc trong một phút.",
            "Wait for that run to finish, then try again. If its process was killed, its session ends within a minute.",
        ),
    )


def _dead(holder: str | None, mine: str) -> list[str]:
    """The present holder, if it cannot be alive: a process of this machine that is gone, or an earlier run of
    the same DAG (Airflow runs one at a time per province, so a second one proves the first is over).
    """
    if not holder or holder == BY_HAND:
        return []
    if holder == AIRFLOW_HOLDER:
        return [holder] if mine == AIRFLOW_HOLDER else []
    host, _, pid = holder.rpartition(":")
    if host == socket.gethostname() and pid.isdigit() and not psutil.pid_exists(int(pid)):
        return [holder]
    return []


def get(dsn: str, run_id: str) -> db.Row:
    """The run and its state. Raises UsageError RUN-UNKNOWN."""
    with db.connect(dsn) as connection:
        row = db.fetch_one(connection, "ledger/get_run", {"run_id": run_id})
    if row is None:
        raise UsageError(
            "RUN-UNKNOWN",
            Bilingual(f"Không có lượt chạy «{run_id}».", f"There is no run “{run_id}”."),
            Bilingual("Xem các lượt chạy: `landsync status`.", "See the runs: `landsync status`."),
        )
    return row


@contextmanager
def stage(dsn: str, province: str, run_id: str, name: str) -> Iterator[dict[str, Any]]:
    """Record one attempt at a stage, and what it cost. What the block puts into the yielded dictionary becomes its counts.

    `delivery_sha256` and `extracted_at` in it are also written to the run's state. Raises UsageError RUN-CLOSED:
    a run that was closed has given its province back.
    """
    started = datetime.now(UTC)
    if get(dsn, run_id)["finished_at"] is not None:
        raise UsageError(
            "RUN-CLOSED",
            Bilingual(f"Lượt chạy {run_id} đã kết thúc.", f"Run {run_id} is closed."),
            Bilingual("Hãy bắt đầu một lượt chạy mới.", "Begin a new run."),
        )
    with db.connect(dsn) as connection:
        take_lock(connection, province, run_id)
        db.execute(
            connection,
            "ledger/set_stage",
            {"run_id": run_id, "stage": name, "delivery_sha256": None, "extracted_at": None},
        )
    counts: dict[str, Any] = {}
    outcome, error = "failed", None
    meter = Meter(wal_of=dsn if name == "load" else None)
    try:
        yield counts
        outcome = "done"
    except LandsyncError as raised:
        outcome = "transient" if isinstance(raised, TransientError) else "terminal"
        error = raised.as_dict("vi") | {"rejected": isinstance(raised, DeliveryRejected)}
        raise
    except BaseException as raised:
        error = {"code": "INTERNAL", "message": type(raised).__name__, "hint": "", "rejected": False}
        raise
    finally:
        spent = meter.stop()
        with db.connect(dsn) as connection:
            values = {"run_id": run_id, "stage": name, "started_at": started, "outcome": outcome}
            db.execute(connection, "ledger/end_stage", values | {"counts": db.json_value(counts)})
            db.execute(
                connection,
                "ledger/set_error",
                {"run_id": run_id, "error": None if error is None else db.json_value(error)},
            )
            if outcome == "done":
                state = {key: counts.get(key) for key in ("delivery_sha256", "extracted_at")}
                db.execute(connection, "ledger/set_stage", {"run_id": run_id, "stage": name} | state)
        costs.keep(dsn, run_id, name, spent, counts)


def finish(dsn: str, run_id: str) -> str:
    """Close the run and release its province; the state it ended in. Idempotent."""
    row = get(dsn, run_id)
    with db.connect(dsn) as connection:
        state = row["state"] if row["finished_at"] else _final_state(connection, row)
        db.execute(connection, "ledger/finish_run", {"run_id": run_id, "state": state})
        db.execute(connection, "ledger/release_lock", {"run_id": run_id, "province": row["province_code"]})
    return str(state)


def _final_state(connection: db.Connection, row: db.Row) -> str:
    if row["error"]:
        return "rejected" if row["error"].get("rejected") else "failed"
    done = {s["stage"]: s for s in db.fetch(connection, "ledger/stages_of", row) if s["outcome"] == "done"}
    if not {"load", "report"} <= done.keys():
        return "failed"
    return "held" if done["load"]["counts"].get("held_communes") else "done"
