"""`make clean` deletes what landsync made, and nothing that a person put there."""

from pathlib import Path

from sync.platform import state
from sync.platform.clean import clean
from sync.platform.state import PlatformState
from sync.settings import Settings


def put(path: Path) -> Path:
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text("x", encoding="ascii")
    return path


def test_deliveries_and_strangers_files_stay_and_what_was_made_goes(tmp_path: Path) -> None:
    where = Settings(home=tmp_path / "home")
    made = [
        put(where.landing / "ab" / "abcd"),
        put(where.runs / "01-x" / "gate.json"),
        put(where.home / "airflow" / "airflow.cfg"),
        put(where.home / "demo" / "demo-0123456789" / "01" / "thua_dat.gpkg"),
        put(where.inbox / "01" / "demo-0123456789" / "thua_dat.gpkg"),
        put(where.home / "pgpass"),
    ]
    theirs = [
        put(where.inbox / "01" / "nop_lan_1" / "thua_dat.gpkg"),
        put(where.inbox / "08" / "demo.zip"),
        put(where.home / "notes.txt"),
    ]
    state.save(where, PlatformState())
    told: list[str] = []
    clean(where, tell=lambda sentence: told.append(sentence.vi))
    assert not [path for path in made if path.exists()]
    assert not [path for path in theirs if not path.exists()]
    assert not (where.home / state.FILE).exists()
    assert any("2 tệp" in sentence for sentence in told)


def test_a_home_with_nothing_else_in_it_goes_too(tmp_path: Path) -> None:
    where = Settings(home=tmp_path / "home")
    put(where.landing / "ab" / "abcd")
    state.save(where, PlatformState())
    clean(where, tell=lambda _: None)
    assert not where.home.exists()
