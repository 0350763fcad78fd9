"""A database of before there were counters: they begin with what lives there, and the next night finds nothing changed."""

from contextlib import closing
from dataclasses import replace
from pathlib import Path
from threading import Thread
from time import sleep

import psycopg2
import pytest

from sync.care.reconcile import reconcile
from sync.db.migrations import migrate
from tests.support.before import database_of
from tests.support.counted import miscounted
from tests.support.database import Database, Server
from tests.support.judged import COMMUNES, Plot, run_merge
from tests.support.surface import Surface
from tests.support.undone import undo_counts

pytestmark = pytest.mark.db
BEFORE = "0033"
COUNTED = "SELECT * FROM land.commune_count ORDER BY 1, 2"
WAITING = "SELECT count(*) FROM pg_locks AS l WHERE l.relation = 'ledger.province_state'::regclass AND NOT l.granted"


def test_what_is_stored_is_counted_as_the_merges_would_have(database: Database, tmp_path: Path) -> None:
    plots = [Plot(f"k{i}", None, str(i + 1), COMMUNES[i % 3], x=i) for i in range(60)]
    plots[0] = replace(plots[0], bare=True, refused=("GEO-NULL",))
    elsewhere = [replace(plot, commune="00691", x=plot.x + 1000) for plot in plots[1:10]]
    ill = [replace(plot, refused=("GEO-INVALID",)) for plot in plots[1:4]]
    gone = {COMMUNES[2]}
    run_merge(database.dsn, tmp_path, plots)
    run_merge(database.dsn, tmp_path, elsewhere, province="08")
    left = [plots[0], *ill, *(plot for plot in plots[4:] if plot.commune not in gone or plot.key == "k5")]
    run_merge(database.dsn, tmp_path, left, passed=COMMUNES)
    counted = database.query(COUNTED)
    assert [row[:5] for row in counted] == [
        ("01", COMMUNES[0], 20, 1, 1), ("01", COMMUNES[1], 20, 1, 0), ("01", COMMUNES[2], 2, 1, 0), ("08", "00691", 9, 0, 0)
    ]  # fmt: skip
    with closing(psycopg2.connect(database.superuser_dsn)) as link, link:
        there = Surface(link)
        undo_counts(there)
        there.run("UPDATE public.landsync_revision SET version_num = %s", BEFORE)
    migrate(database.superuser_dsn, reapply=True)
    assert database.query(COUNTED) == counted
    assert database.query("SELECT sum(parcels)::integer FROM analyst.national_summary") == [(51,)]
    assert reconcile(None, "test", dsn=database.dsn)["agrees"]
    merged = run_merge(database.dsn, tmp_path, left)
    assert merged.foreign_hands_held == {}


def test_a_run_that_has_not_committed_yet_is_waited_for(server: Server) -> None:
    with (
        database_of(server, BEFORE) as old,
        closing(psycopg2.connect(old.superuser_dsn)) as link,
        closing(psycopg2.connect(old.superuser_dsn)) as watch,
    ):
        run = Surface(link)
        run.add_parcel(1)
        link.commit()
        run.run(
            "UPDATE ledger.province_state SET receipt_sequence = receipt_sequence WHERE province_code = '01'"
        )
        run.add_parcel(2, stale_since="2026-01-01", geom=None, area_m2=None)
        other = Thread(target=migrate, args=(old.superuser_dsn,))
        other.start()
        watch.autocommit = True
        while not Surface(watch).one(WAITING) and other.is_alive():
            sleep(0.05)
        link.commit()
        other.join()
        assert old.query(COUNTED) == [("01", "00004", 2, 1, 1, 100)]
        assert miscounted(old.query) == []
