"""What the platform remembers, who can read it, and which database is meant."""

import stat
from pathlib import Path

import pytest

from parcels.errors import ComponentMissing, UsageError
from sync.platform import state
from sync.platform.addresses import resolve_dsn, resolve_owner_dsn
from sync.platform.land import shape_of_the_database
from sync.platform.state import PlatformState
from sync.platform.up import up
from sync.settings import ROOT, Settings


def test_the_state_comes_back_as_it_was_saved(tmp_path: Path) -> None:
    where, now = Settings(home=tmp_path), PlatformState(cluster="postgres", dsn="postgresql://x")
    now.password("analyst")
    now.airflow.processes["scheduler"] = (4711, "a-boot", 12345)
    state.save(where, now)
    assert state.load(where) == now


def test_only_the_owner_can_read_the_state_even_when_it_was_open_before(tmp_path: Path) -> None:
    where = Settings(home=tmp_path)
    (tmp_path / state.FILE).write_text("{}", encoding="utf-8")
    (tmp_path / state.FILE).chmod(0o644)
    state.save(where, PlatformState())
    assert stat.S_IMODE((tmp_path / state.FILE).stat().st_mode) == 0o600
    assert [path.name for path in tmp_path.iterdir()] == [state.FILE]


def test_a_password_is_made_once_and_differs_by_role() -> None:
    now = PlatformState()
    first = now.password("analyst")
    assert now.password("analyst") == first
    assert now.password("landsync_loader") != first
    assert len(first) >= 24


def test_folders_of_personal_data_are_closed_even_where_the_server_user_passes_through(
    tmp_path: Path,
) -> None:
    where = Settings(home=tmp_path / "home")
    where.landing.mkdir(parents=True, mode=0o755)
    state.make_home(where, passable=True)
    assert stat.S_IMODE(where.home.stat().st_mode) == 0o711
    for folder in (where.landing, where.runs, where.inbox, where.home / "airflow"):
        assert stat.S_IMODE(folder.stat().st_mode) == 0o700


def test_a_server_of_ones_own_goes_before_the_private_one(tmp_path: Path) -> None:
    own = "postgresql://me@db.example/land"
    state.save(
        Settings(home=tmp_path), PlatformState(dsn="postgresql://loader", owner_dsn="postgresql://owner")
    )
    assert resolve_dsn(Settings(home=tmp_path, dsn=own)) == own
    assert resolve_owner_dsn(Settings(home=tmp_path, dsn=own)) == own
    assert resolve_dsn(Settings(home=tmp_path, dsn=None)) == "postgresql://loader"
    assert resolve_owner_dsn(Settings(home=tmp_path, dsn=None)) == "postgresql://owner"


def test_without_any_database_the_sentence_says_what_to_run(tmp_path: Path) -> None:
    with pytest.raises(ComponentMissing) as caught:
        resolve_dsn(Settings(home=tmp_path, dsn=None))
    assert caught.value.exit_status == 5
    assert "landsync up" in caught.value.hint.vi
    assert "landsync up" in caught.value.hint.en


def test_the_shape_of_the_database_follows_the_files_that_make_it(tmp_path: Path) -> None:
    for name in ("sql/bootstrap.sql", "parcels/columns.py", "sql/merge/10_keys.sql"):
        (tmp_path / name).parent.mkdir(parents=True, exist_ok=True)
        (tmp_path / name).write_text("", encoding="utf-8")
    shapes = [shape_of_the_database(tmp_path)]
    for name, text in (("app", "SELECT 1"), ("app", "SELECT 2"), ("migrations", "SELECT 2")):
        (tmp_path / "sql" / name).mkdir(exist_ok=True)
        (tmp_path / "sql" / name / "views.sql").write_text(text, encoding="utf-8")
        shapes.append(shape_of_the_database(tmp_path))
    assert len(set(shapes)) == 4
    (tmp_path / "sql" / "merge" / "10_keys.sql").write_text("SELECT 3", encoding="utf-8")
    assert shape_of_the_database(tmp_path) == shapes[-1]  # sent by Python, not put into the database
    assert shape_of_the_database(ROOT) == shape_of_the_database(ROOT)


def test_a_dsn_that_is_no_url_is_refused_before_anything_is_made(tmp_path: Path) -> None:
    where = Settings(home=tmp_path / "home", dsn="host=db dbname=land password=geheim", airflow_dsn=None)
    with pytest.raises(UsageError) as caught:
        up(where, say=lambda _: None)
    assert "LANDSYNC_DSN" in caught.value.message.vi
    assert "geheim" not in str(caught.value)
    assert not where.home.exists()
