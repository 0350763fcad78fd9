"""The steps that `tests/bench/judgement.py` measures, each in a process of its own: `python -m tests.bench.judging STEP RUN …`.

Prints a line of JSON: `wall` and `cpu` in seconds, `peak` of memory in bytes, all its processes together.
"""

import json
import sys
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pyarrow.compute as pc
import pyarrow.parquet as pq

from parcels import identifiers
from parcels.wkb import read_wkb
from sync.check import check
from sync.conform import conform
from sync.declared.profile import load_profile
from sync.folder.boundaries import write_boundaries
from sync.folder.judgement import load_verdicts
from sync.folder.snapshot import part_paths
from sync.intake.fetch import fetch
from sync.known.context.file import read_context
from tests.bench.interlis import write_transfer
from tests.bench.tree import Tree

PROVINCE = "01"


def read(run: Path, delivery: Path, context: Path) -> dict[str, Any]:
    """Bring a delivery to its snapshot."""
    profile = load_profile(PROVINCE)
    fetch(delivery, profile, run)
    boundaries = read_context(context, PROVINCE).boundaries
    if boundaries is not None:
        write_boundaries(run, boundaries)
    return {"parcels": conform(run, profile)["read"]}


def judge(run: Path, context: Path) -> dict[str, Any]:
    """The check stage with everything that the nation knows."""
    counts = check(run, load_profile(PROVINCE), read_context(context, PROVINCE))
    not_run = sorted({code for verdict in load_verdicts(run) for code in verdict.not_run})
    findings = sum(count for verdict in load_verdicts(run) for count in verdict.findings.values())
    return {"parcels": counts["read"], "findings": findings, "not_run": not_run}


def ids(run: Path) -> dict[str, Any]:
    """Compute the national id of every parcel anew."""
    done = 0
    for path in part_paths(run).values():
        table = pq.read_table(path, columns=["source_wkb", "source_srid"])
        shapes = read_wkb(table["source_wkb"].combine_chunks())
        srid = np.asarray(table["source_srid"])
        for epsg in np.unique(srid).tolist():
            made = identifiers.national_ids(shapes[srid == epsg], epsg)
            done += int(pc.sum(pc.is_valid(made)).as_py() or 0)
    return {"parcels": done}


def transfer(run: Path, folder: Path, parcels: str) -> dict[str, Any]:
    """Write the first so many parcels as an INTERLIS transfer file."""
    return {"parcels": write_transfer(list(part_paths(run).values()), folder, int(parcels))}


STEPS: dict[str, Callable[..., dict[str, Any]]] = {
    "read": read,
    "check": judge,
    "ids": ids,
    "transfer": transfer,
}


def main(step: str, *arguments: str) -> None:
    """Do one step and print what it took."""
    given = [Path(each) if "/" in each else each for each in arguments]
    with Tree() as tree:
        started = time.monotonic()
        told = STEPS[step](*given)
        wall = time.monotonic() - started
    took = {"wall": wall, "cpu": tree.cpu, "peak": tree.peak}
    print(json.dumps(took | told), flush=True)


if __name__ == "__main__":
    main(*sys.argv[1:])
