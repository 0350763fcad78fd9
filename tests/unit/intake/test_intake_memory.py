"""Memory does not grow with the delivery: twice the parcels take hardly more.

What is measured is the peak of processes of their own. `make bench` measures two million parcels.
"""

import json
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

from tests.conftest import ROOT

PARCELS, COMMUNES = 140_000, 27  # more than the writer of snapshots keeps back
MIB = 1 << 20


def python(*arguments: object) -> str:
    command = [sys.executable, "-W", "ignore", "-m", *map(str, arguments)]
    done = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr[-2000:]
    return done.stdout


def measured(delivery: Path, run: Path, *stages: str) -> dict[str, Any]:
    """What the last of these stages took, in a process of its own."""
    told: dict[str, Any] = json.loads(python("tests.bench.stages", delivery, run, *stages).splitlines()[-1])
    return told


@pytest.mark.skipif(sys.platform != "linux", reason="the peak of memory is read from /proc")
def test_twice_the_parcels_take_hardly_more_memory(tmp_path: Path) -> None:
    took: dict[str, list[dict[str, Any]]] = {"conform": [], "check": []}
    for times in (1, 2):
        delivery, run = tmp_path / f"x{times}", tmp_path / f"run{times}"
        delivery.mkdir()
        python("tests.bench.large", delivery / "thua.shp", times * PARCELS, times * COMMUNES)
        took["conform"].append(measured(delivery, run, "fetch", "conform"))
        took["check"].append(measured(delivery, run, "check"))
        assert [told[-1]["read"] for told in took.values()] == [times * PARCELS] * 2
    once, twice = took["conform"]
    # The second table is 170 MiB larger: mapped or kept, it would be seen here.
    assert twice["rss"] - once["rss"] < 90 * MIB
    assert twice["rss"] < 700 * MIB
    once, twice = took["check"]
    # The keys of the other 140,000 parcels, kept, are more than 20 MiB.
    assert twice["arrow"] - once["arrow"] < 10 * MIB
    assert twice["rss"] < 700 * MIB
