"""Write one mutant to look at: `python -m tests.hostile.mutant KIND SEED FOLDER`."""

import sys
import tempfile
from pathlib import Path

from tests.hostile.base_deliveries import write_base
from tests.hostile.child import mutant

if __name__ == "__main__":
    kind, seed, folder = sys.argv[1:]
    with tempfile.TemporaryDirectory() as base:
        write_base(kind, Path(base) / kind)
        mutant(Path(base) / kind / "delivery", seed, Path(folder))
