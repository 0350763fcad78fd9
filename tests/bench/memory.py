"""How much memory and time a large delivery takes, stage by stage: `python tests/bench/memory.py [parcels] [gpkg|shp …]`.

Each file is made by one process and checked by another, whose peak of resident memory is read from the system after
every stage. Ends with status 1 when a stage needs a gibibyte or more.
"""

import json
import subprocess
import sys
import tempfile
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
GIB = 1 << 30


def _python(*arguments: str) -> "subprocess.Popen[str]":
    return subprocess.Popen(
        [sys.executable, "-W", "ignore", "-m", *arguments], cwd=ROOT, stdout=subprocess.PIPE, text=True
    )


def measure(parcels: int, kind: str) -> bool:
    """Make, check, print; whether every stage stayed below a gibibyte."""
    small = True
    with tempfile.TemporaryDirectory(prefix="landsync-bench-") as temporary:
        folder = Path(temporary) / "delivery"
        folder.mkdir()
        maker = _python("tests.bench.large", str(folder / f"thua.{kind}"), str(parcels))
        if maker.wait():
            raise SystemExit(maker.returncode)
        size = sum(file.stat().st_size for file in folder.iterdir())
        print(f"{kind}: {parcels:,} parcels, {size / 2**20:,.0f} MiB", flush=True)
        checker = _python("tests.bench.stages", str(folder), f"{temporary}/run")
        for line in checker.stdout or ():
            took = json.loads(line)
            small &= took["rss"] < GIB
            print(
                f"  {took['stage']:8} peak {took['rss'] / 2**20:6,.0f} MiB  {took['seconds']:7.1f} s  "
                f"cpu {took['cpu']:6.1f} s",
                flush=True,
            )
        if checker.wait():
            raise SystemExit(checker.returncode)
    return small


def main(parcels: int, kinds: list[str]) -> int:
    """Measure each kind, whatever the ones before took."""
    large = [kind for kind in kinds if not measure(parcels, kind)]
    return 1 if large else 0


if __name__ == "__main__":
    sys.exit(main(int(sys.argv[1]) if len(sys.argv) > 1 else 2_000_000, sys.argv[2:] or ["gpkg", "shp"]))
