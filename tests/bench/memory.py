"""How much memory and time a large delivery takes, stage by stage: `python tests/bench/memory.py [parcels] [gpkg|shp …]`.

Each file is made by one process and checked by another, whose peak of resident memory is read from the system after
every stage. Ends with status 1 when a stage needs a gibibyte or more.
"""

import subprocess
import sys
import tempfile
import time
from collections.abc import Callable
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
sys.path[:0] = [str(ROOT)]
GIB = 1 << 30


def reset_peak() -> None:
    """Begin to measure the peak of memory again."""
    Path("/proc/self/clear_refs").write_text("5", encoding="ascii")


def peak() -> int:
    """The most resident memory since `reset_peak`, in bytes."""
    for line in Path("/proc/self/status").read_text(encoding="ascii").splitlines():
        if line.startswith("VmHWM:"):
            return int(line.split()[1]) * 1024
    raise AssertionError("no VmHWM")


def stages(path: Path, run: Path) -> dict[str, Callable[[], object]]:
    """What `landsync check` does, one after the other."""
    from sync.conform import conform
    from sync.fetch import fetch
    from sync.gate import gate
    from sync.judge import judge
    from sync.profile import load_profile
    from sync.report import report
    from tests.bench.large import PROVINCE

    profile = load_profile(PROVINCE)
    return {
        "fetch": lambda: fetch(path, profile, run),
        "conform": lambda: conform(run, profile),
        "check": lambda: judge(run, profile),
        "gate": lambda: gate(run),
        "report": lambda: report(run),
    }


def measure(path: Path, run: Path) -> bool:
    """Run the stages, print what each took; whether all stayed below a gibibyte."""
    small = True
    for name, stage in stages(path, run).items():
        reset_peak()
        started, used = time.monotonic(), time.process_time()
        told = stage()
        most = peak()
        small &= most < GIB
        print(
            f"{name:8} peak {most / 2**20:7,.0f} MiB  {time.monotonic() - started:7.1f} s  "
            f"cpu {time.process_time() - used:7.1f} s  {str(told)[:100]}",
            flush=True,
        )
    return small


def main(parcels: int, kinds: list[str]) -> int:
    """Make, check, print."""
    status = 0
    for kind in kinds:
        with tempfile.TemporaryDirectory(prefix="landsync-bench-") as temporary:
            folder = Path(temporary) / "delivery"
            folder.mkdir()
            path = folder / f"thua.{kind}"
            subprocess.run([sys.executable, __file__, "--make", str(path), str(parcels)], check=True)
            size = sum(file.stat().st_size for file in folder.iterdir())
            print(f"{kind}: {parcels:,} parcels, {size / 2**20:,.0f} MiB", flush=True)
            done = subprocess.run([sys.executable, __file__, "--measure", str(folder), temporary], check=False)
            status = status or done.returncode
    return status


if __name__ == "__main__":
    arguments = sys.argv[1:]
    if arguments[:1] == ["--make"]:
        from tests.bench.large import write

        write(Path(arguments[1]), int(arguments[2]))
    elif arguments[:1] == ["--measure"]:
        sys.exit(0 if measure(Path(arguments[1]), Path(arguments[2]) / "run") else 1)
    else:
        sys.exit(main(int(arguments[0]) if arguments else 2_000_000, arguments[1:] or ["gpkg", "shp"]))
