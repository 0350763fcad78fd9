"""Memory does not grow with the delivery: twice the parcels take hardly more.

What is measured is the peak of processes of their own. `make bench` measures two million parcels.
"""

import json
import os
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from tests.conftest import ROOT

PARCELS, COMMUNES = 95_000, 26  # twice as many are still judged in one process
MIB = 1 << 20
# What is held is measured, not what allocators keep for later: that differs by some ten MiB from run to run.
_FREED = {
    "ARROW_DEFAULT_MEMORY_POOL": "system",
    "MALLOC_MMAP_THRESHOLD_": str(1 << 18),
    "MALLOC_TRIM_THRESHOLD_": str(1 << 18),
}


def python(*arguments: object) -> str:
    command = [sys.executable, "-W", "ignore", "-m", *map(str, arguments)]
    done = subprocess.run(
        command, cwd=ROOT, env=os.environ | _FREED, capture_output=True, text=True, check=False
    )
    assert done.returncode == 0, done.stderr[-2000:]
    return done.stdout


def measured(delivery: Path, run: Path, *stages: str) -> dict[str, Any]:
    """What the last of these stages took, in a process of its own."""
    told: dict[str, Any] = json.loads(python("tests.bench.stages", delivery, run, *stages).splitlines()[-1])
    return told


@pytest.fixture
def one_processor() -> Iterator[None]:
    """Processes begun here have one: with two, what is held at once differs by who comes first."""
    before = os.sched_getaffinity(0)
    os.sched_setaffinity(0, {min(before)})
    yield
    os.sched_setaffinity(0, before)


@pytest.mark.usefixtures("one_processor")
@pytest.mark.skipif(sys.platform != "linux", reason="the peak of memory is read from /proc")
def test_twice_the_parcels_take_hardly_more_memory(tmp_path: Path) -> None:
    took: dict[str, list[dict[str, Any]]] = {"probe": [], "conform": [], "check": []}
    for times in (1, 2):
        delivery, run = tmp_path / f"x{times}", tmp_path / f"run{times}"
        delivery.mkdir()
        python("tests.bench.large", delivery / "thua.shp", times * PARCELS, times * COMMUNES)
        took["probe"].append(measured(delivery, run, "fetch", "probe"))
        took["conform"].append(measured(delivery, run, "conform"))
        took["check"].append(measured(delivery, run, "check"))
        assert [told[-1]["read"] for told in took.values()] == [times * PARCELS] * 3
    # Twice the table is 120 MiB more; twice the rows, kept, 70 beside the 55 that wait to be written; twice the keys 6.
    for stage, seen, bound in (
        ("probe", "rss", 20),
        ("conform", "rss", 60),
        ("check", "rss", 30),
        ("check", "arrow", 1),
    ):
        once, twice = (told[seen] for told in took[stage])
        assert twice - once < bound * MIB, stage
    assert all(told["rss"] < 700 * MIB for many in took.values() for told in many)
