"""What a stage takes is measured: its own, that of the processes it began, from when it began; and a system that shows nothing stops nothing."""

import multiprocessing
import time
from concurrent.futures import ProcessPoolExecutor
from pathlib import Path

import numpy as np
import psutil
import pytest

from sync.run import meter
from sync.run.meter import Meter, Spent

MB = 1_000_000
HAS_PROC = Path("/proc/self/clear_refs").exists()
linux = pytest.mark.skipif(not HAS_PROC, reason="only Linux keeps the peak of a process")


def burn(seconds: float) -> None:
    until = time.process_time() + seconds
    while time.process_time() < until:
        sum(range(1000))


def large(megabytes: int, seconds: float) -> int:
    """Hold so much memory, burn so much time; what was held."""
    held = np.ones(megabytes * MB, np.uint8)
    burn(seconds)
    return int(held.sum())


def spent(work: object) -> Spent:
    measured = Meter()
    work()  # type: ignore[operator]
    return measured.stop()


@linux
def test_memory_and_processor_of_a_stage_show_and_those_of_the_stage_before_do_not() -> None:
    before = psutil.Process().memory_info().rss
    first = spent(lambda: large(200, 0.3))
    second = spent(lambda: large(20, 0.0))
    assert first.peak_bytes is not None
    assert second.peak_bytes is not None
    assert 150 * MB < first.peak_bytes - before < 250 * MB  # others' pages may come and go
    assert second.peak_bytes < first.peak_bytes - 100 * MB
    assert 0.3 <= first.cpu_seconds < 1.3
    assert second.cpu_seconds < 0.3
    assert first.wall_seconds >= 0.3
    assert first.worker_cpu_seconds == second.worker_cpu_seconds == 0


@linux
@pytest.mark.parametrize("method", ["forkserver", "spawn"])
def test_workers_that_are_gone_by_the_end_are_counted_apart(method: str) -> None:
    """Of a forkserver they are nobody's children but its own."""

    def work() -> None:
        with ProcessPoolExecutor(2, multiprocessing.get_context(method)) as pool:
            assert sum(pool.map(large, (300, 250), (1.0, 0.8))) == 550 * MB

    own = psutil.Process().memory_info().rss
    took = spent(work)
    assert took.worker_cpu_seconds >= 1.8
    assert took.cpu_seconds < 0.9
    assert took.peak_bytes is not None
    assert (
        300 * MB <= took.peak_bytes < max(550 * MB, own + 100 * MB)
    )  # of the largest process, not of all together


@linux
def test_bytes_are_counted_as_they_are_read_and_written(tmp_path: Path) -> None:
    def work() -> None:
        (tmp_path / "file").write_bytes(bytes(3 * MB))
        for _ in range(2):  # the second time from the cache
            (tmp_path / "file").read_bytes()

    took = spent(work)
    assert 6 * MB <= took.bytes_read < 7 * MB
    assert 3 * MB <= took.bytes_written < 4 * MB


def test_a_system_that_shows_nothing_leaves_what_python_knows(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(psutil, "PROCFS_PATH", str(tmp_path))  # nothing is there
    took = spent(lambda: burn(0.1))
    assert took.wall_seconds >= 0.1
    assert took.cpu_seconds >= 0.1
    nothing = (took.worker_cpu_seconds, took.peak_bytes, took.bytes_read, took.bytes_written)
    assert nothing == (None, None, None, None)


@linux
def test_where_an_older_peak_cannot_be_forgotten_it_is_not_taken_for_the_stage_s_own(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    def refuse() -> bool:
        raise PermissionError

    spent(lambda: large(200, 0.0))
    monkeypatch.setattr(meter, "_begin_peak_anew", refuse)
    held = psutil.Process().memory_info().rss
    took = spent(lambda: large(30, 0.2))
    assert took.peak_bytes is not None
    assert took.peak_bytes < held + 100 * MB
    passed = spent(lambda: large(400, 0.0))
    assert passed.peak_bytes is not None
    assert passed.peak_bytes >= held + 350 * MB


def test_what_went_away_between_two_readings_is_not_told_as_less_than_nothing() -> None:
    assert meter._since(3.0, 5.0) is None
    assert meter._since(None, 5.0) is None
    assert meter._since(5.0, None) is None
    assert meter._since(5.0, 3.0) == 2.0
