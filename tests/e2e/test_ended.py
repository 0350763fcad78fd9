"""A load that is killed, or that takes too long: its session ends, nothing is written, and the next one can go on."""

import os
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from sync.platform import databases
from sync.run import ledger
from sync.settings import settings
from tests.e2e.conftest import Landsync
from tests.support.database import Database
from tests.support.deliveries import PROVINCE

pytestmark = [pytest.mark.db, pytest.mark.e2e]
PROGRAM = "from sync.cli.app import main; main()"
SESSIONS = "SELECT pid, application_name FROM pg_stat_activity WHERE datname = current_database() AND application_name LIKE 'landsync %%' AND usename = current_user"


@pytest.fixture
def delivery(landsync: Landsync, tmp_path: Path) -> Path:
    made = landsync(
        "generate", "--out", tmp_path / "nation", "--parcels", 60, "--provinces", PROVINCE, "--communes-per-province", 1,
    )  # fmt: skip
    assert made.status == 0
    return tmp_path / "nation" / PROVINCE


@contextmanager
def endless_inserts(database: Database, how: str = "pg_sleep(600)") -> Iterator[None]:
    """While the block lasts, whoever inserts a parcel does not come to an end."""
    with databases.administer(database.superuser_dsn) as cursor:
        cursor.execute(
            "CREATE FUNCTION public.endless() RETURNS trigger LANGUAGE plpgsql AS "
            f"$$ BEGIN PERFORM {how}; RETURN new; END $$; "
            "CREATE TRIGGER endless BEFORE INSERT ON land.parcel FOR EACH ROW EXECUTE FUNCTION public.endless()"
        )
        yield
        cursor.execute("SET lock_timeout = '30s'; DROP FUNCTION public.endless CASCADE")


def until(seconds: float, holds: object) -> float:
    """Wait until it holds; how long that took."""
    began = time.monotonic()
    while not holds():  # type: ignore[operator]
        assert time.monotonic() - began < seconds
        time.sleep(0.2)
    return time.monotonic() - began


def start(delivery: Path) -> subprocess.Popen[str]:
    return subprocess.Popen(
        [sys.executable, "-c", PROGRAM, "sync", "--province", PROVINCE, str(delivery), "--json"],
        stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL, text=True, env=os.environ,
    )  # fmt: skip


@pytest.mark.parametrize(
    "how", ["pg_sleep(600)", "count(*) FROM generate_series(1, 100000000000)"], ids=["asleep", "at work"]
)
def test_a_killed_loads_session_ends_and_the_next_load_goes_on(
    landsync: Landsync, delivery: Path, how: str
) -> None:
    with endless_inserts(landsync.database, how):
        killed = start(delivery)
        inserting = f"{SESSIONS} AND query LIKE '%%INSERT INTO land.parcel %%'"
        until(120, lambda: landsync.query(inserting))
        ((pid, name),) = landsync.query(inserting)
        busy = landsync("sync", "--province", PROVINCE, delivery)
        assert (busy.status, busy.document["error"]["code"]) == (5, "LOCKED")
        assert f"{pid}" in busy.document["error"]["message"]
        killed.send_signal(signal.SIGKILL)
        killed.wait()
        took = until(60, lambda: not landsync.query(SESSIONS))
        assert took < 30
    again = landsync("sync", "--province", PROVINCE, delivery)
    assert again.status == 0
    assert landsync.query("SELECT count(*) FROM land.parcel") == [(60,)]
    run = name.removeprefix("landsync ")
    assert landsync.query("SELECT state FROM ledger.run_state WHERE run_id = %s", run) == [("failed",)]


def test_the_session_of_a_dead_load_is_told_and_not_waited_for_without_end(
    landsync: Landsync, delivery: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """On a server that cannot notice, the session goes on although its client is gone."""
    monkeypatch.setattr(ledger, "LOCK_SECONDS", 1)
    with landsync.database.connect() as orphan, orphan.cursor() as cursor:
        cursor.execute(
            "UPDATE ledger.province_state SET lock_run_id = %s, lock_holder = %s, lock_expires_at = now() + interval '1 hour' "
            "WHERE province_code = %s",
            (f"{PROVINCE}-gone", f"{ledger.socket.gethostname()}:{2**22 + 1}", PROVINCE),
        )
        orphan.commit()
        cursor.execute(f"SET application_name = 'landsync {PROVINCE}-gone'")
        cursor.execute("SELECT FROM ledger.province_state WHERE province_code = %s FOR UPDATE", (PROVINCE,))
        began = time.monotonic()
        busy = landsync("sync", "--province", PROVINCE, delivery)
        assert time.monotonic() - began < 15
        assert (busy.status, busy.document["error"]["code"]) == (5, "LOCKED")
        assert f"{PROVINCE}-gone" in busy.document["error"]["message"]
        assert str(orphan.info.backend_pid) in busy.document["error"]["message"]


def test_a_statement_that_takes_too_long_ends_with_its_name_and_what_to_do(
    landsync: Landsync, delivery: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    with endless_inserts(landsync.database):
        monkeypatch.setenv("LANDSYNC_STATEMENT_MINUTES", "0.05")
        settings.cache_clear()
        ended = landsync("sync", "--province", PROVINCE, delivery)
        monkeypatch.delenv("LANDSYNC_STATEMENT_MINUTES")
        settings.cache_clear()
    error = ended.document["error"]
    assert (ended.status, error["code"]) == (5, "DB-STATEMENT-TIMEOUT")
    assert "merge/73_insert" in error["message"]
    assert "LANDSYNC_STATEMENT_MINUTES" in error["hint"]
    assert landsync.query("SELECT count(*) FROM land.parcel") == [(0,)]
    assert landsync.query("SELECT state FROM ledger.run_state") == [("failed",)]
    assert landsync.query("SELECT count(*) FROM pg_tables WHERE schemaname = 'staging'") == [(0,)]
    assert landsync("sync", "--province", PROVINCE, delivery).status == 0


def test_a_load_that_waits_for_anothers_lock_says_so(
    landsync: Landsync, delivery: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("LANDSYNC_STATEMENT_MINUTES", "0.1")
    settings.cache_clear()
    with landsync.database.connect(databases.OWNER) as other, other.cursor() as cursor:
        cursor.execute("LOCK TABLE ledger.finding_case IN ACCESS EXCLUSIVE MODE")
        waited = landsync("sync", "--province", PROVINCE, delivery)
    assert (waited.status, waited.document["error"]["code"]) == (5, "DB-LOCK-WAIT")
    assert landsync.query("SELECT count(*) FROM land.parcel") == [(0,)]
