"""What the retention policy lets go, and what it never does."""

import os
import threading
import time
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from parcels.errors import TransientError, UsageError
from sync.care.retention import Plan, RetentionPolicy, RunKnown, load_policy, plan
from sync.intake.landing import _arriving, exclusive, land
from sync.settings import Settings

NOW = datetime(2026, 11, 22, 6, 0, tzinfo=UTC)
POLICY = RetentionPolicy.model_validate(
    {
        "name": "t",
        "runs": {"days": 90, "keep": 1},
        "deliveries": {"days": 365, "keep": 1},
        "leftovers": {"days": 2},
    }
)


def ago(days: float) -> datetime:
    return NOW - timedelta(days=days)


def a_run(run_id: str, days: float, sha256: str | None = None, **changes: object) -> RunKnown:
    values: dict[str, object] = {
        "run_id": run_id,
        "province": "01",
        "parent_run_id": None,
        "delivery_sha256": sha256 or f"sha-{run_id}",
        "started_at": ago(days),
        "finished_at": ago(days),
        "accepted": False,
        "held": False,
    }
    return RunKnown(**(values | changes))  # type: ignore[arg-type]


def decide(*runs: RunKnown, accepted: frozenset[str] = frozenset(), **landed: float) -> Plan:
    """A plan in which every run has its folder and every delivery its bytes, as old as the run."""
    bytes_of = {run.delivery_sha256: run.started_at for run in runs if run.delivery_sha256 is not None}
    bytes_of |= {name.replace("_", "-"): ago(days) for name, days in landed.items()}
    return plan(POLICY, NOW, runs, {run.run_id: run.delivery_sha256 for run in runs}, bytes_of, accepted)


def test_the_policy_that_ships_is_one() -> None:
    policy = load_policy(Settings().retention)
    assert policy.deliveries.days >= policy.runs.days


def test_a_policy_that_cannot_be_right_is_refused(tmp_path: Path) -> None:
    wrong = tmp_path / "p.toml"
    wrong.write_text('name = "x"\n[runs]\ndays = 0\nkeep = 1\n', encoding="utf-8")
    with pytest.raises(UsageError) as raised:
        load_policy(wrong)
    assert raised.value.code == "RETENTION-POLICY"


def test_what_is_old_and_needed_by_nobody_goes() -> None:
    decided = decide(a_run("new", 1), a_run("old", 400))
    assert decided.runs_gone == ("old",)
    assert decided.deliveries_gone == ("sha-old",)
    assert decided.runs_kept == {"new": "newest"}


def test_a_run_folder_goes_before_the_delivery_it_read() -> None:
    decided = decide(a_run("new", 1), a_run("old", 100))
    assert decided.runs_gone == ("old",)
    assert decided.deliveries_kept == {"sha-new": "needed by a run", "sha-old": "young"}


@pytest.mark.parametrize(
    ("changes", "reason"),
    [
        ({"accepted": True}, "last accepted"),
        ({"held": True}, "waits for approval"),
        ({"finished_at": None}, "unfinished"),
    ],
)
def test_what_is_accepted_held_or_unfinished_stays_however_old(
    changes: dict[str, object], reason: str
) -> None:
    decided = decide(a_run("new", 1), a_run("old", 4000, **changes))
    assert decided.runs_gone == decided.deliveries_gone == ()
    assert decided.runs_kept["old"] == reason


def test_what_an_approved_run_was_judged_from_stays_with_it() -> None:
    """The apply run is what was accepted; its snapshot lies in the folder of the run that held it."""
    decided = decide(
        a_run("new", 1),
        a_run("judged", 4000, sha256="sha-judged"),
        a_run("apply", 3999, sha256="none", parent_run_id="judged", accepted=True),
    )
    assert decided.runs_kept["judged"] == "last accepted"
    assert "sha-judged" in decided.deliveries_kept


def test_the_last_accepted_bytes_stay_even_where_no_run_folder_is_left() -> None:
    decided = plan(POLICY, NOW, [], {}, {"a": ago(4000), "b": ago(4000)}, frozenset({"a"}))
    assert (decided.deliveries_gone, decided.deliveries_kept) == (("b",), {"a": "last accepted"})


def test_the_newest_of_each_province_stay() -> None:
    runs = [
        a_run(f"{province}-{days}", days, province=province)
        for province in ("01", "04")
        for days in (400, 500)
    ]
    decided = decide(*runs)
    assert decided.runs_gone == ("01-500", "04-500")
    assert set(decided.deliveries_gone) == {"sha-01-500", "sha-04-500"}


def test_a_folder_that_the_ledger_does_not_know_is_left_alone_with_what_it_needs() -> None:
    decided = plan(POLICY, NOW, [a_run("new", 1)], {"new": None, "other": "x"}, {"x": ago(4000)}, frozenset())
    assert decided.runs_kept["other"] == "unknown"
    assert decided.deliveries_kept == {"x": "needed by a run"}


def test_a_delivery_that_came_again_is_young_again() -> None:
    decided = plan(
        POLICY, NOW, [a_run("old", 4000, sha256="x")], {}, {"x": ago(0.01), "y": ago(4000)}, frozenset()
    )
    assert "x" in decided.deliveries_kept
    assert decided.deliveries_gone == ("y",)


RUNS = st.lists(
    st.builds(
        a_run,
        run_id=st.integers(0, 8).map(str),
        days=st.floats(0, 2000),
        sha256=st.integers(0, 4).map(str),
        province=st.sampled_from(["01", "04"]),
        parent_run_id=st.none() | st.integers(0, 8).map(str),
        accepted=st.booleans(),
        held=st.booleans(),
        finished_at=st.none() | st.floats(0, 2000).map(ago),
    ),
    unique_by=lambda run: run.run_id,
    max_size=9,
)


@given(RUNS, st.sets(st.integers(0, 4).map(str)))
def test_nothing_goes_that_is_needed_whatever_the_ledger_says(
    runs: list[RunKnown], accepted: set[str]
) -> None:
    landed = {str(sha256): ago(3000) for sha256 in range(6)}
    folders = {run.run_id: run.delivery_sha256 for run in runs}
    decided = plan(POLICY, NOW, runs, folders, landed, frozenset(accepted))
    gone = set(decided.runs_gone)
    known = {run.run_id: run for run in runs}
    assert gone | set(decided.runs_kept) == set(folders)
    assert set(decided.deliveries_gone) | set(decided.deliveries_kept) == set(landed)
    for run in runs:
        if run.accepted or run.held or run.finished_at is None:
            assert run.run_id not in gone
            assert run.delivery_sha256 not in decided.deliveries_gone
            if run.parent_run_id in known:
                assert run.parent_run_id not in gone
    for run_id in decided.runs_kept:
        assert folders[run_id] not in decided.deliveries_gone
    assert not accepted & set(decided.deliveries_gone)


def test_a_delivery_waits_while_something_is_taken_out_of_landing(tmp_path: Path) -> None:
    (tmp_path / "a.gpkg").write_bytes(b"a")
    landed: list[Path] = []
    coming = threading.Thread(
        target=lambda: landed.append(land(tmp_path / "landing", tmp_path, ["a.gpkg"])[1])
    )
    with exclusive(tmp_path / "landing"):
        coming.start()
        time.sleep(0.3)
        assert landed == []
        assert not list((tmp_path / "landing" / "deliveries").iterdir())
    coming.join()
    assert (landed[0] / "a.gpkg").read_bytes() == b"a"


def test_nothing_is_taken_out_while_a_delivery_comes_in(tmp_path: Path) -> None:
    landing = tmp_path / "landing"
    landing.mkdir()
    with (
        _arriving(landing),
        _arriving(landing),
        pytest.raises(TransientError) as raised,
        exclusive(landing, 0.1),
    ):
        pass
    assert raised.value.code == "LND-BUSY"


def test_landing_the_same_bytes_again_makes_them_young_again(tmp_path: Path) -> None:
    (tmp_path / "a.gpkg").write_bytes(b"a")
    _, folder = land(tmp_path / "landing", tmp_path, ["a.gpkg"])
    os.utime(folder, (1, 1))
    land(tmp_path / "landing", tmp_path, ["a.gpkg"])
    assert time.time() - folder.stat().st_mtime < 3600
