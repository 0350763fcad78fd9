"""What each attempt at a stage cost stands in the ledger, however it ended; and no cost ever ends a run."""

import json
import multiprocessing
import os
import time
from collections.abc import Callable
from concurrent.futures import ProcessPoolExecutor
from contextlib import closing
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import numpy as np
import psutil
import psycopg2
import pytest
from typer.testing import CliRunner

from parcels.bilingual import Bilingual
from parcels.errors import TerminalError
from sync import db
from sync.cli.app import app
from sync.db import backends
from sync.run import costs, ledger
from sync.settings import settings
from tests.support.database import Database

pytestmark = pytest.mark.db
MB = 1_000_000


def begun(database: Database, **more: Any) -> str:
    return ledger.begin(database.dsn, ledger.RunRequest("08", "test", **more))[0]


def stage(database: Database, run: str, name: str, work: Callable[[], object], **counts: Any) -> None:
    with ledger.stage(database.dsn, "08", run, name) as told:
        work()
        told.update(counts)


def kept(database: Database, run: str) -> list[dict[str, Any]]:
    with db.connect(database.dsn) as connection:
        return costs.costs_of(connection, [run])[run]


def by_hand(database: Database, *statements: str) -> None:
    with closing(psycopg2.connect(database.superuser_dsn)) as link, link, link.cursor() as cursor:
        for statement in statements:
            cursor.execute(statement)


def nothing() -> None:
    pass


def hold(_: object = None) -> int:
    """200 MB, and some work on them."""
    held = np.ones(200 * MB, np.uint8)
    return sum(int(held.sum()) for _ in range(5))


def test_a_stage_shows_what_it_and_its_workers_took(database: Database) -> None:
    run = begun(database)
    before = psutil.Process().memory_info().rss
    stage(database, run, "conform", hold, read=12)
    with ProcessPoolExecutor(1, multiprocessing.get_context("spawn")) as pool:

        def in_a_worker() -> None:
            pool.submit(hold).result()

        stage(database, run, "check", in_a_worker)
    one, other = kept(database, run)
    assert [(each["stage"], each["outcome"], each["attempt"]) for each in (one, other)] == [
        ("conform", "done", 1),
        ("check", "done", 1),
    ]
    assert one["peak_bytes"] >= before + 150 * MB
    assert one["cpu_seconds"] > 0.1
    assert one["worker_cpu_seconds"] == 0
    assert one["rows_read"] == 12
    assert other["worker_cpu_seconds"] > 0.3
    assert other["peak_bytes"] >= 200 * MB
    assert other["rows_read"] is None
    assert other["server_wal_bytes"] is None


def test_a_stage_that_fails_has_its_cost_and_so_has_the_attempt_after_it(database: Database) -> None:
    run = begun(database)

    def fail() -> None:
        hold()
        raise TerminalError("X", Bilingual("x", "x"), Bilingual("x", "x"))

    def breaks() -> None:
        raise KeyboardInterrupt

    with pytest.raises(TerminalError):
        stage(database, run, "check", fail)
    (failed,) = kept(database, run)
    assert (failed["outcome"], failed["attempt"]) == ("terminal", 1)
    assert failed["cpu_seconds"] > 0.1
    with pytest.raises(KeyboardInterrupt):
        stage(database, run, "check", breaks)
    stage(database, run, "check", nothing)
    (last,) = kept(database, run)
    assert (last["outcome"], last["attempt"]) == ("done", 3)
    assert database.query("SELECT outcome, count(*) FROM ledger.stage JOIN ledger.stage_cost USING (run_id, stage, attempt) GROUP BY 1 ORDER BY 1") == [
        ("done", 1), ("failed", 1), ("terminal", 1),
    ]  # fmt: skip


def test_of_a_load_the_servers_own_work_is_told_and_its_wal_as_that_of_the_server(database: Database) -> None:
    run = begun(database)

    def load() -> None:
        with db.connect(database.dsn, run) as connection, connection.cursor() as cursor:
            cursor.execute(
                "CREATE TABLE staging.r_test AS SELECT md5(n::text) AS m FROM generate_series(1, 300000) AS n"
            )

    stage(database, run, "gate", nothing)
    stage(database, run, "load", load)
    gate, loaded = kept(database, run)
    assert gate["server_cpu_seconds"] == 0
    assert loaded["server_cpu_seconds"] > 0.05
    assert loaded["server_wal_bytes"] > 10 * MB  # of the table
    assert loaded["cpu_seconds"] < loaded["server_cpu_seconds"]


def test_a_process_of_that_number_that_is_not_the_session_s_is_not_taken_for_it(database: Database) -> None:
    """Where the server is another machine its numbers mean something else here; behind a pooler the process is older."""
    opened = time.time()
    with database.connect() as link, database.connect("landsync_owner") as other:
        seen = SimpleNamespace(get_backend_pid=link.get_backend_pid, info=link.info)
        assert backends._seconds(seen, opened) is not None  # type: ignore[arg-type]
        assert backends._seconds(seen, opened + 10) is None  # type: ignore[arg-type]
        for pid in (os.getpid(), os.getppid(), 2**22 + 1, 0, other.get_backend_pid()):
            seen.get_backend_pid = lambda pid=pid: pid
            assert backends._seconds(seen, opened) is None  # type: ignore[arg-type]


def test_of_sessions_of_which_one_cannot_be_seen_no_part_is_told_as_the_whole(
    database: Database, monkeypatch: pytest.MonkeyPatch
) -> None:
    run = begun(database)
    seen = iter([1.5, None])

    def ask() -> None:
        monkeypatch.setattr(backends, "_seconds", lambda *_: next(seen))
        for _ in range(2):
            with db.connect(database.dsn):
                pass
        monkeypatch.undo()

    stage(database, run, "load", ask)
    (told,) = kept(database, run)
    assert told["server_cpu_seconds"] is None


def test_a_run_goes_on_where_the_system_shows_nothing(
    database: Database, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    run = begun(database)
    monkeypatch.setattr(psutil, "PROCFS_PATH", str(tmp_path))
    stage(database, run, "load", hold, read=3)
    (told,) = kept(database, run)
    known = {name for name, value in told.items() if value is not None}
    assert known == {"stage", "attempt", "outcome", "wall_seconds", "cpu_seconds", "rows_read", "server_cpu_seconds", "server_wal_bytes"}  # fmt: skip
    assert told["server_cpu_seconds"] == 0  # it asked the server nothing


@pytest.mark.parametrize(
    "broken",
    [
        "DROP TABLE ledger.stage_cost",
        "REVOKE ALL ON ledger.stage_cost FROM landsync_loader",
        "ALTER TABLE ledger.stage_cost ADD CHECK (wall_seconds < 0)",
    ],
)
def test_a_cost_that_cannot_be_kept_ends_no_run(
    database: Database,
    tmp_path: Path,
    broken: str,
    caplog: pytest.LogCaptureFixture,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(costs.LOG, "disabled", False)  # whatever a test before has told the loggers
    caplog.set_level("WARNING", logger=costs.LOG.name)
    run = begun(database)
    by_hand(database, broken)
    stage(database, run, "fetch", nothing)
    assert database.query("SELECT stage, outcome FROM ledger.stage") == [("fetch", "done")]
    assert "was not kept" in caplog.text
    (tmp_path / "file").touch()
    costs.leave_costs(database.dsn, run, tmp_path / "file")


def test_costs_can_only_be_added_to(database: Database) -> None:
    run = begun(database)
    stage(database, run, "fetch", nothing)
    for change in ("UPDATE ledger.stage_cost SET wall_seconds = 0", "DELETE FROM ledger.stage_cost"):
        with pytest.raises(psycopg2.Error, match=r"append-only|chỉ được ghi thêm"):
            by_hand(database, change)


def went(database: Database, seconds: float, kind: str = "full", **more: Any) -> str:
    """A run that was over in an instant, and of which the ledger says that its check took so long; closed."""
    way = more.pop("way", None)
    run = begun(database, **more)
    stage(database, run, "fetch", nothing, kind=kind)
    stage(database, run, "check", nothing, read=5, **({"way": way} if way else {}))
    stage(database, run, "report", nothing)
    ledger.finish(database.dsn, run)
    restate(database, run, seconds)
    return run


def restate(database: Database, run: str, seconds: float) -> None:
    """Say that its check took so long, and as many bytes; anything else of it a second and a byte."""
    by_hand(
        database,
        "SET session_replication_role = replica",
        f"UPDATE ledger.stage_cost SET (wall_seconds, peak_bytes) = (SELECT x, x * 1000 FROM (SELECT CASE stage WHEN 'check' THEN {seconds} ELSE 1 END) AS s (x)) WHERE run_id = '{run}'",
    )


def test_a_run_is_held_against_the_median_of_those_that_went_the_same_way(database: Database) -> None:
    for seconds in (0.5, 0.5, *range(1, 11)):  # the first two are too long ago
        went(database, seconds)
    went(database, 500, kind="changes")
    went(database, 500, dry_run=True)
    went(database, 500, way="unchanged")
    elsewhere, _ = ledger.begin(database.dsn, ledger.RunRequest("11", "test"))
    with ledger.stage(database.dsn, "11", elsewhere, "fetch") as told:
        told["kind"] = "full"
    failing = begun(database)
    stage(database, failing, "fetch", nothing, kind="full")
    with pytest.raises(TerminalError):
        stage(database, failing, "check", lambda: (_ for _ in ()).throw(TerminalError("X", Bilingual("x", "x"), Bilingual("x", "x"))))  # fmt: skip
    ledger.finish(database.dsn, failing)
    restate(database, failing, 900)
    said = costs.compared_costs(database.dsn, went(database, 30))
    assert said is not None
    assert said.compared == 10
    assert [(each.stage, each.usual_seconds, each.usual_peak_bytes) for each in said.stages] == [
        ("fetch", 1, 1000), ("check", 5.5, 5500), ("report", 1, 1000),
    ]  # fmt: skip
    assert (said.wall_seconds, said.usual_seconds) == (31, 6.5)  # without the report
    assert costs.compared_costs(database.dsn, went(database, 2, way="unchanged")).compared == 1  # type: ignore[union-attr]
    alone = costs.compared_costs(database.dsn, elsewhere)
    assert alone is not None
    assert (alone.compared, alone.usual_seconds) == (0, None)


def test_status_tells_of_each_province_what_its_last_run_took(
    database: Database, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("LANDSYNC_DSN", database.dsn)
    settings.cache_clear()
    went(database, 3)
    last = went(database, 4)
    done = CliRunner().invoke(app, ["status", "--json"])
    settings.cache_clear()
    provinces = {row["code"]: row for row in json.loads(done.stdout)["provinces"]}
    assert provinces["08"]["last_run"] == last
    assert [(line["stage"], line["wall_seconds"], line["rows_read"]) for line in provinces["08"]["costs"]] == [
        ("fetch", 1, None), ("check", 4, 5), ("report", 1, None),
    ]  # fmt: skip
    assert provinces["11"]["costs"] == []
