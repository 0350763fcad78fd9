"""A province's DAG run for real: its own inbox, a real PostGIS, the ledger afterwards."""

from datetime import UTC, datetime

import psycopg2.extras
import pytest

from sync.lab.generate import Options, generate
from sync.run import finish_run, start_run
from sync.settings import settings
from sync.stages import STAGES, run_stage
from tests.support.database import database, server

__all__ = ["database", "server"]
pytestmark = [pytest.mark.airflow, pytest.mark.db]


@pytest.fixture
def home(tmp_path, database, monkeypatch):
    """A landsync home with one small delivery in the inbox of Cà Mau."""
    monkeypatch.setenv("LANDSYNC_HOME", str(tmp_path / "home"))
    monkeypatch.setenv("LANDSYNC_DSN", database.dsn)
    settings.cache_clear()
    nation = tmp_path / "nation"
    generate(Options(parcels=300, provinces=("96",), communes_per_province=2, defects=0.03, seed=5), nation)
    inbox = settings().inbox / "96"
    inbox.mkdir(parents=True)
    (nation / "96").rename(inbox / "whole")
    yield settings().home
    settings.cache_clear()


def test_a_stage_that_is_tried_again_after_it_had_succeeded_does_nothing_twice(database, home):
    name = "province_sync_96/manual"
    started = start_run("96", "airflow:test", airflow_run_id=name)
    first = {stage: run_stage(stage, started) for stage in STAGES}
    hashes = {name for told in first.values() for name, value in told.items() if len(str(value)) == 64}
    assert hashes == {"delivery_sha256"}, (
        "Airflow and the ledger's stages keep no other hash of what is said of persons"
    )
    loaded = parcels(database)
    again = start_run("96", "airflow:test", airflow_run_id=name)  # what a retry of the task does
    assert again == started
    assert {stage: run_stage(stage, again) for stage in STAGES} == first
    assert finish_run(started.run_id) == finish_run(started.run_id) == "done"
    assert parcels(database) == loaded
    with database.connect() as link, link.cursor() as cursor:
        cursor.execute("SELECT count(*) FROM ledger.receipt")
        assert cursor.fetchone() == (1,)


def run(bag, database, code, **conf):
    """Run the province's DAG to its end: Airflow's state of the run and of its tasks, and what the ledger wrote of it."""
    # All fields, always: within one process Airflow remembers those of the run before.
    form = {"delivery": None, "extracted_at": None, "dry_run": False} | conf
    done = bag.dags[f"province_sync_{code}"].test(logical_date=datetime.now(UTC), run_conf=form)
    tasks = {task.task_id: (str(task.state), task.try_number) for task in done.get_task_instances()}
    with database.connect() as link, link.cursor(cursor_factory=psycopg2.extras.RealDictCursor) as cursor:
        cursor.execute(
            "SELECT r.actor, r.dry_run, s.state, s.finished_at FROM ledger.run AS r"
            " JOIN ledger.run_state AS s ON s.run_id = r.run_id WHERE r.airflow_run_id = %s",
            (f"province_sync_{code}/{done.run_id}",),
        )
        lines = cursor.fetchall()
        assert all(line["finished_at"] for line in lines)
        cursor.execute("SELECT 1 FROM ledger.province_state WHERE lock_run_id IS NOT NULL")
        assert cursor.fetchall() == []
    return str(done.state), tasks, lines


def parcels(database):
    with database.connect() as link, link.cursor() as cursor:
        cursor.execute("SELECT count(*), max(recorded_from) FROM land.parcel")
        return cursor.fetchone()


SUCCESS = {"judge": ("success", 1), "apply": ("success", 1), "close": ("success", 1)}
REFUSED = {"judge": ("failed", 1), "apply": ("upstream_failed", 0), "close": ("success", 1)}


def test_a_delivery_goes_through_airflow_and_a_bad_or_missing_one_changes_nothing(
    bag, database, home, metadata
):
    state, tasks, (line,) = run(bag, database, "96", dry_run=True)
    assert (state, tasks, line["state"], line["dry_run"]) == ("success", SUCCESS, "done", True)
    assert parcels(database)[0] == 0

    state, tasks, (line,) = run(bag, database, "96")
    assert (state, tasks, line["state"]) == ("success", SUCCESS, "done")
    assert line["actor"] == "airflow:dag_test"
    loaded = parcels(database)
    assert 280 < loaded[0] < 300

    (home / "inbox" / "96" / "text.gpkg").write_text("no GeoPackage", encoding="utf-8")
    state, tasks, (line,) = run(bag, database, "96", delivery="text.gpkg")
    assert (state, tasks, line["state"]) == ("failed", REFUSED, "rejected")

    state, tasks, lines = run(bag, database, "96", delivery="../96/whole")
    assert (state, tasks, lines) == ("failed", REFUSED, [])

    state, tasks, lines = run(bag, database, "01")
    assert (state, tasks["judge"], tasks["apply"][0], lines) == ("success", ("skipped", 1), "skipped", [])
    assert parcels(database) == loaded

    def reconciliation():
        done = bag.dags["nightly_reconciliation"].test(logical_date=datetime.now(UTC))
        tasks = {task.task_id: (str(task.state), task.try_number) for task in done.get_task_instances()}
        assert tasks.pop("overdue_ids") == ("success", 1)
        return str(done.state), list(tasks.values())

    assert reconciliation() == ("success", [("success", 1)])
    with database.connect("landsync_owner") as link, link.cursor() as cursor:
        cursor.execute("UPDATE land.parcel SET area_legal_m2 = area_legal_m2 + 1 WHERE parcel_no = '1'")
        assert cursor.rowcount > 0
        link.commit()
    assert reconciliation() == ("failed", [("failed", 1)])
