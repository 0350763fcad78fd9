"""`landsync housekeeping` against a real ledger: what goes, what stays, and what a crash or a second hand does to it."""

import json
import os
import shutil
import threading
import zipfile
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest

from sync.care import housekeeping as subject
from sync.care.housekeeping import housekeeping
from sync.care.retention import RetentionPolicy
from sync.intake.landing import land
from sync.settings import settings
from tests.e2e.conftest import Landsync
from tests.support.deliveries import PROVINCE, copy_of

pytestmark = [pytest.mark.db, pytest.mark.e2e]
STRICT = RetentionPolicy.model_validate(
    {
        "name": "strict",
        "runs": {"days": 1, "keep": 1},
        "deliveries": {"days": 1, "keep": 1},
        "leftovers": {"days": 1},
    }
)


@pytest.fixture
def delivery(landsync: Landsync, tmp_path: Path) -> Path:
    made = landsync(
        "generate", "--out", tmp_path / "nation", "--parcels", 60, "--provinces", PROVINCE,
        "--communes-per-province", 1,
    )  # fmt: skip
    assert made.status == 0
    return tmp_path / "nation" / PROVINCE


def sync(landsync: Landsync, delivery: Path) -> dict[str, Any]:
    told = landsync("sync", "--province", PROVINCE, delivery)
    assert told.status in (0, 3)
    return told.document


def later(days: float, *, dry_run: bool = False) -> dict[str, Any]:
    """Housekeeping in so many days."""
    return housekeeping(dry_run=dry_run, policy=STRICT, now=datetime.now(UTC) + timedelta(days=days))


def landed() -> set[str]:
    folder = settings().landing / "deliveries"
    return {path.name for path in folder.iterdir() if not path.name.startswith(".")}


def stored() -> list[Path]:
    return [path for path in (settings().landing / "objects").rglob("*") if path.is_file()]


def three_runs(landsync: Landsync, delivery: Path, tmp_path: Path) -> list[dict[str, Any]]:
    """The same parcels three times, in three packings: the last one is what was last accepted."""
    runs = []
    for name in ("a", "b", "c"):
        other = copy_of(delivery, tmp_path / name) if name != "b" else tmp_path / "b.zip"
        if name == "b":
            with zipfile.ZipFile(other, "w") as made:
                for path in sorted(delivery.iterdir()):
                    made.write(path, path.name)
        else:
            (other / "ghi_chu.txt").write_text(name, encoding="utf-8")
        runs.append(sync(landsync, other))
    return runs


def test_what_was_last_accepted_stays_and_the_rest_goes(
    landsync: Landsync, delivery: Path, tmp_path: Path
) -> None:
    first, second, last = three_runs(landsync, delivery, tmp_path)
    assert len(landed()) == 3
    unpacked = settings().runs / second["run"] / "unpacked"
    assert unpacked.is_dir()
    promised = later(5, dry_run=True)
    assert len(landed()) == 3
    assert unpacked.is_dir()
    ledger = landsync.query("SELECT count(*) FROM ledger.run")
    told = later(5)
    assert {**promised, "dry_run": False} == told
    assert set(told["runs_removed"]) == {first["run"], second["run"]}
    assert told["runs_kept"] == {last["run"]: "last accepted"}
    assert landed() == {last["delivery_sha256"]}
    assert {path.name for path in settings().runs.iterdir()} == {last["run"]}
    kept = {path.stat().st_ino for path in (settings().landing / "deliveries").rglob("*") if path.is_file()}
    assert {path.stat().st_ino for path in stored()} == kept
    assert landsync.query("SELECT count(*) FROM ledger.run") == ledger
    lines = (settings().landing / "expired.jsonl").read_text(encoding="utf-8").splitlines()
    assert {json.loads(line)["delivery_sha256"] for line in lines} == {
        first["delivery_sha256"],
        second["delivery_sha256"],
    }
    assert later(6)["bytes_removed"] == 0
    again = landsync("reconcile", "--province", PROVINCE)
    assert again.status == 0


def test_nothing_goes_before_its_time_but_what_can_be_unpacked_again(
    landsync: Landsync, delivery: Path, tmp_path: Path
) -> None:
    _, second, _ = three_runs(landsync, delivery, tmp_path)
    told = later(0)
    assert (told["runs_removed"], told["deliveries_removed"], told["objects_removed"]) == ([], [], 0)
    assert told["unpacked_removed"] == 1
    assert not (settings().runs / second["run"] / "unpacked").exists()


def test_what_waits_for_approval_stays_and_can_be_approved(
    landsync: Landsync, delivery: Path, tmp_path: Path
) -> None:
    sync(landsync, delivery)
    held_from = copy_of(delivery, tmp_path / "held")
    toml = held_from / "delivery.toml"
    text = toml.read_text(encoding="utf-8").splitlines()
    toml.write_text("\n".join(line for line in text if not line.startswith("extracted_at")), encoding="utf-8")
    older = ["extracted_at = 2020-01-01T00:00:00+07:00"]
    toml.write_text(
        "\n".join([text[0], *older, *[t for t in text[1:] if not t.startswith("extracted_at")]]),
        encoding="utf-8",
    )
    held = sync(landsync, held_from)
    assert held["held_communes"]
    told = later(4000)
    assert told["runs_kept"][held["run"]] == "waits for approval"
    assert held["delivery_sha256"] in landed()
    assert landsync("approve", held["run"], "--reason", "xem rồi").status in (0, 3)


def test_an_unfinished_run_keeps_all_it_has(landsync: Landsync, delivery: Path, tmp_path: Path) -> None:
    stage = landsync("stage", "fetch", "--province", PROVINCE, "--path", delivery)
    assert stage.status == 0
    told = later(4000)
    assert told["runs_kept"] == {stage.document["run"]: "unfinished"}
    assert stage.document["delivery_sha256"] in landed()
    assert landsync("stage", "conform", "--run", stage.document["run"], "--finish").status == 0


def test_a_crash_in_between_leaves_what_the_next_time_removes(
    landsync: Landsync, delivery: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    *_, last = three_runs(landsync, delivery, tmp_path)
    real, calls = shutil.rmtree, 0

    def dying(path: Path, **options: Any) -> None:
        nonlocal calls
        calls += Path(path).exists()
        if calls == 2:
            raise KeyboardInterrupt
        real(path, **options)

    monkeypatch.setattr(subject.shutil, "rmtree", dying)
    with pytest.raises(KeyboardInterrupt):
        later(5)
    monkeypatch.undo()
    told = later(5)
    assert told["leftovers_removed"] >= 1
    assert {path.name for path in settings().runs.iterdir()} == {last["run"]}
    assert landed() == {last["delivery_sha256"]}
    assert not list(settings().home.rglob(".gone-*"))


def test_bytes_that_come_again_during_housekeeping_are_there_afterwards(
    landsync: Landsync, delivery: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The same delivery lands while its old copy is being deleted, again and again."""
    first, *_ = three_runs(landsync, delivery, tmp_path)
    folder = settings().landing / "deliveries" / first["delivery_sha256"]
    names = sorted(path.name for path in folder.iterdir())
    source = tmp_path / "a"
    for path in (folder, *stored()):
        os.utime(path, (1, 1))
    began, results = threading.Event(), []
    real = subject._remove_deliveries

    def slowly(*arguments: Any) -> None:
        began.set()
        coming.join(0.3)
        real(*arguments)

    def come() -> None:
        began.wait()
        results.append(land(settings().landing, source, names)[1])

    coming = threading.Thread(target=come)
    coming.start()
    monkeypatch.setattr(subject, "_remove_deliveries", slowly)
    told = later(5)
    coming.join()
    assert first["delivery_sha256"] in told["deliveries_removed"]
    assert results == [folder]
    assert sorted(path.name for path in folder.iterdir()) == names
    for name in names:
        assert (folder / name).read_bytes() == (source / name).read_bytes()


def test_another_database_deletes_nothing(landsync: Landsync, delivery: Path) -> None:
    sync(landsync, delivery)
    (run,) = settings().runs.iterdir()
    run.rename(run.with_name("01-20200101T000000-abcdef"))
    told = landsync("housekeeping")
    assert told.status == 2
    assert told.document["error"]["code"] == "HOUSEKEEPING-OTHER-LEDGER"
    assert landed()


def test_the_command_says_what_stays_and_why(landsync: Landsync, delivery: Path) -> None:
    document = sync(landsync, delivery)
    told = landsync("housekeeping", "--dry-run")
    assert told.status == 0
    assert told.document["dry_run"]
    assert told.document["runs_kept"] == {document["run"]: "last accepted"}
    assert told.document["deliveries_kept"] == {document["delivery_sha256"]: "last accepted"}
