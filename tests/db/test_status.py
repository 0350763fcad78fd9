"""What `landsync status` tells of a province whose last run went wrong, and how it ends."""

import os
from collections.abc import Iterator
from contextlib import closing
from datetime import UTC, datetime, timedelta

import psycopg2
import pytest
from psycopg2.extras import Json
from typer.testing import CliRunner

from sync.cli.app import app
from sync.report.status import days_between
from sync.settings import settings
from tests.support.database import Database, server
from tests.support.surface import Surface, migrated

__all__ = ["migrated", "server"]

ERROR = {"code": "DLV-FORMAT", "message": "Chưa đọc được [tệp].", "hint": "Hãy gửi lại.", "rejected": True}


@pytest.fixture
def kept(migrated: Database, monkeypatch: pytest.MonkeyPatch) -> Iterator[Surface]:
    """The module's database, with what a test adds kept until its end."""
    monkeypatch.setenv("LANDSYNC_DSN", migrated.dsn)
    monkeypatch.setenv("LANDSYNC_LANG", "vi")
    settings.cache_clear()
    with closing(psycopg2.connect(migrated.superuser_dsn)) as link:
        link.autocommit = True
        surface = Surface(link)
        yield surface
        surface.run("SET session_replication_role = replica")
        surface.run("DELETE FROM ledger.run_state")
        surface.run("DELETE FROM ledger.run")
    settings.cache_clear()


def status(*arguments: str) -> tuple[int, str, str]:
    done = CliRunner().invoke(app, ["status", *arguments])
    assert done.exception is None or isinstance(done.exception, SystemExit), done.exception
    return done.exit_code, done.stdout, done.stderr


def went_wrong(surface: Surface, run: str, state: str, at: str, province: str = "08") -> None:
    surface.add_run(run, province=province, state=state, started_at=at)
    surface.run("UPDATE ledger.run_state SET error = %s WHERE run_id = %s", Json(ERROR), run)


def test_the_table_goes_to_standard_output_with_times_of_vietnam(kept: Surface) -> None:
    kept.add_run("a", province="08", state="done", started_at="2026-01-31 20:30+00")
    code, out, err = status("--province", "08")
    assert (code, err) == (0, "")
    assert "01/02/2026 03:30" in out
    assert "giờ Việt Nam" in out


@pytest.mark.parametrize(("state", "code", "word"), [("rejected", 4, "bị từ chối"), ("failed", 5, "bị lỗi")])
def test_a_last_run_that_went_wrong_is_shown_with_its_run_and_what_to_do(
    kept: Surface, state: str, code: int, word: str
) -> None:
    kept.add_run("good", province="08", state="done", started_at="2026-01-01 08:00+07")
    went_wrong(kept, "bad", state, "2026-01-02 08:00+07")
    ended, out, _ = status()
    assert ended == code
    assert f"Tỉnh 08: lượt chạy bad {word} lúc 02/01/2026 08:00 (giờ Việt Nam)" in out
    assert "DLV-FORMAT: Chưa đọc được [tệp]. Hãy gửi lại." in out
    kept.add_run("mended", province="08", state="done", started_at="2026-01-03 08:00+07")
    assert status()[0] == 0


def test_the_worst_state_decides_and_a_dry_run_does_not_count(kept: Surface) -> None:
    went_wrong(kept, "r", "rejected", "2026-01-02 08:00+07", province="08")
    assert status()[0] == 4
    went_wrong(kept, "f", "failed", "2026-01-02 08:00+07", province="11")
    assert status()[0] == 5
    assert status("--province", "04")[0] == 0
    kept.add_run("dry", province="04", state="failed", started_at="2026-01-05 08:00+07", dry_run=True)
    assert status("--province", "04")[0] == 0


def test_who_has_not_delivered_is_said_in_days(kept: Surface) -> None:
    then = datetime.now(UTC) - timedelta(days=40)
    kept.add_run("old", province="08", state="done", started_at=then.isoformat())
    out = status()[1]
    assert "08 (40)" in out
    never = next(line for line in out.splitlines() if line.startswith("Chưa nộp lần nào"))
    assert "01" in never
    assert "08" not in never


def test_days_are_those_of_the_calendar_in_vietnam() -> None:
    before, after = datetime(2026, 1, 1, 16, 59, tzinfo=UTC), datetime(2026, 1, 1, 17, 1, tzinfo=UTC)
    assert days_between(before, after) == 1
    assert days_between(None, after) is None


def test_it_reads_the_same_in_whatever_zone_the_machine_is(
    kept: Surface, monkeypatch: pytest.MonkeyPatch
) -> None:
    kept.add_run("a", province="08", state="done", started_at="2026-01-31 20:30+00")
    said = []
    for zone in ("UTC", "America/Los_Angeles", "Asia/Ho_Chi_Minh"):
        monkeypatch.setitem(os.environ, "TZ", zone)
        said.append(status("--province", "08")[1])
    assert len(set(said)) == 1
