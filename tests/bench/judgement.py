"""What judging takes: `python tests/bench/judgement.py [parcels] [--nation FOLDER] [--interlis PARCELS]`.

Makes a labelled nation (or takes one that `landsync generate --labelled` wrote with province 01), reads it, and judges it
with its context: the whole catalogue. The recomputation of national ids, which only new and moved parcels need, is timed
apart. Then ilivalidator checks a part of the same parcels (AREA topology and UNIQUE); it is fetched for that moment by
uv and is no part of landsync.
"""

import argparse
import json
import shutil
import subprocess
import sys
import tempfile
from pathlib import Path
from typing import Any

ROOT = Path(__file__).resolve().parents[2]
sys.path.insert(0, str(ROOT))

from tests.bench.interlis import VALIDATE  # noqa: E402

ILIVALIDATOR = "ilivalidator==0.0.4"
TARGET = 40
COMMUNES = 72  # of 13,900 parcels, as the nation has them: 46.07 million in 3,321 communes


def step(name: str, *arguments: object) -> dict[str, Any]:
    """One step in a process of its own; what it says it took."""
    command = [sys.executable, "-W", "ignore", "-m", "tests.bench.judging", name, *map(str, arguments)]
    done = subprocess.run(command, cwd=ROOT, stdout=subprocess.PIPE, text=True, check=True)
    took: dict[str, Any] = json.loads(done.stdout.splitlines()[-1])
    return took


def tell(name: str, took: dict[str, Any]) -> None:
    """A line on a step."""
    print(
        f"{name:32} {took['parcels']:>9,} parcels  {took['wall']:6.1f} s  cpu {took['cpu']:6.1f} s  "
        f"peak {took['peak'] / 2**20:5,.0f} MiB  {took['parcels'] / took['wall']:8,.0f} parcels/s",
        flush=True,
    )


def nation_of(parcels: int, folder: Path) -> Path:
    """A labelled nation of one province."""
    command = ["generate", "--out", str(folder), "--parcels", str(parcels), "--provinces", "01"]
    command += ["--communes-per-province", str(COMMUNES), "--defects", "0.01", "--seed", "5", "--labelled"]
    subprocess.run([str(Path(sys.executable).parent / "landsync"), *command], cwd=ROOT, check=True)
    return folder


def ilivalidator(run: Path, folder: Path, parcels: int) -> dict[str, Any] | None:
    """The same parcels before ilivalidator; None where it cannot be fetched."""
    told = step("transfer", run, folder, parcels)
    uv = shutil.which("uv") or str(ROOT / ".landsync" / "tools" / "bin" / "uv")
    fetched = [uv, "run", "--no-project", "--with", ILIVALIDATOR, "python", "-c", VALIDATE]
    try:
        done = subprocess.run(
            fetched, cwd=folder, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, text=True, check=True
        )
    except (OSError, subprocess.CalledProcessError) as failure:
        print(f"ilivalidator cannot be fetched or run: {failure}")
        return None
    return json.loads(done.stdout.splitlines()[-1]) | {"parcels": told["parcels"]}


def main(arguments: argparse.Namespace) -> None:
    """Measure and print."""
    with tempfile.TemporaryDirectory(prefix="landsync-bench-") as temporary:
        folder = Path(temporary)
        nation = arguments.nation or nation_of(arguments.parcels, folder / "nation")
        run = folder / "run"
        context = nation / "context" / "01.zip"
        tell("read", step("read", run, nation / "01", context))
        judged = step("check", run, context)
        tell("check, whole catalogue", judged)
        print(f"  findings {judged['findings']:,}; not run: {', '.join(judged['not_run']) or 'none'}")
        tell("national ids computed anew", step("ids", run))
        other = ilivalidator(run, folder / "interlis", arguments.interlis)
        if other:
            speed, theirs = judged["parcels"] / judged["wall"], other["parcels"] / other["wall"]
            print(
                f"{'ilivalidator, AREA and UNIQUE':32} {other['parcels']:>9,} parcels  {other['wall']:6.1f} s  "
                f"cpu {other['cpu']:6.1f} s  {theirs:,.0f} parcels/s"
            )
            print(f"whole catalogue : ilivalidator = {speed / theirs:.0f} times (target: {TARGET})")


if __name__ == "__main__":
    parser = argparse.ArgumentParser(description="What judging takes.")
    parser.add_argument("parcels", type=int, nargs="?", default=1_000_000)
    parser.add_argument("--nation", type=Path, help="a folder of `landsync generate --labelled`")
    parser.add_argument("--interlis", type=int, default=100_000, help="parcels for ilivalidator")
    main(parser.parse_args())
