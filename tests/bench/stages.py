"""What `landsync check` does, in a process of its own, and what each stage took: `python -m tests.bench.stages DELIVERY RUN [STAGE …]`.

Prints a line of JSON per stage: `stage`, `rss` (the peak of resident memory since it began), `arrow` (the most that Arrow
has held so far), `seconds`, `cpu`, `read`.
"""

import json
import sys
import time
from pathlib import Path

import pyarrow as pa

from sync.check import check
from sync.conform import conform
from sync.conform.parts import resolve_parts
from sync.declared.profile import load_profile
from sync.folder.delivery import DeliveryRecord
from sync.gate import gate
from sync.intake.fetch import fetch
from sync.report.writing import report
from tests.bench.large import PROVINCE
from tests.bench.peak import peak, reset_peak


def main(delivery: Path, run: Path, wanted: list[str]) -> None:
    """Run the stages, or those that are named, and print."""
    profile = load_profile(PROVINCE)
    stages = {
        "fetch": lambda: fetch(delivery, profile, run),
        "probe": lambda: {
            "read": sum(p.layer.rows for p in resolve_parts(DeliveryRecord.load(run), profile))
        },
        "conform": lambda: conform(run, profile),
        "check": lambda: check(run, profile),
        "gate": lambda: gate(run),
        "report": lambda: report(run),
    }
    for name in wanted or stages:
        reset_peak()
        started, used = time.monotonic(), time.process_time()
        counts = stages[name]()
        took = {
            "stage": name,
            "rss": peak(),
            "arrow": pa.default_memory_pool().max_memory(),
            "seconds": round(time.monotonic() - started, 1),
            "cpu": round(time.process_time() - used, 1),
            "read": counts.get("read"),
        }
        print(json.dumps(took), flush=True)


if __name__ == "__main__":
    main(Path(sys.argv[1]), Path(sys.argv[2]), sys.argv[3:])
