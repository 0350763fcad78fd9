"""Whether two checkouts say the same of one generated nation, byte for byte: for changes that must change nothing.

    python tests/compare/old_and_new.py OLD [NEW]       NEW: this checkout

Each side, with its own .venv, generates the nation, checks it offline, synchronises it into a database of its own
(first delivery, the same again, changes, a delivery that loses half a commune and its approval), reconciles, and tells
everything it can tell. Compared are the JSON of every command, the files of every report, the tables of every run's
folder, and every table of the database: content hashes, manifests, receipts, findings, the register.

What differs from run to run by its nature is put aside on both sides alike: ids of runs (by order), the day's times,
addresses of folders, the version of the program; uids of parcels become what the parcels are known by. The hashes of receipts
and manifests cover these: `receipt verify` and `reconcile` must agree instead, and what a manifest lists is compared.
"""

import difflib
import os
import subprocess
import sys
from pathlib import Path
from tempfile import TemporaryDirectory

HERE = Path(__file__).resolve()
SHOWN = 40  # lines of a difference


def main() -> int:
    """0: the same; 1: not, and what."""
    old = Path(sys.argv[1]).resolve()
    new = Path(sys.argv[2]).resolve() if len(sys.argv) > 2 else HERE.parents[2]
    with TemporaryDirectory(prefix="landsync-compare-") as temporary:
        base = Path(temporary)
        base.chmod(0o755)
        told = [_told(checkout, base / name) for name, checkout in (("old", old), ("new", new))]
        return _compare(*told)


def _told(checkout: Path, out: Path) -> Path:
    """Everything that a checkout says, as text files below `out`."""
    out.mkdir()
    environment = {name: value for name, value in os.environ.items() if not name.startswith("LANDSYNC_")}
    environment |= {"PYTHONPATH": str(checkout), "LANDSYNC_LANG": "en"}
    side = [checkout / ".venv" / "bin" / "python", HERE.with_name("side.py"), out]
    subprocess.run([str(part) for part in side], cwd=checkout, env=environment, check=True)
    return out / "told"


def _compare(old: Path, new: Path) -> int:
    names = sorted(
        {p.relative_to(side).as_posix() for side in (old, new) for p in side.rglob("*") if p.is_file()}
    )
    differing = 0
    for name in names:
        texts = [
            (side / name).read_text(encoding="utf-8") if (side / name).exists() else "" for side in (old, new)
        ]
        if texts[0] == texts[1]:
            continue
        differing += 1
        lines = list(
            difflib.unified_diff(*(text.splitlines() for text in texts), "old", "new", lineterm="", n=1)
        )
        print(f"\n{name}: {len(lines)} lines of difference")
        print("\n".join(line[:300] for line in lines[:SHOWN]))
    print(f"{len(names)} files compared, {differing} differ")
    return 1 if differing else 0


if __name__ == "__main__":
    sys.exit(main())
