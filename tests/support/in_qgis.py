"""QGIS itself, where a machine has it: `apt-get install --no-install-recommends qgis python3-qgis` on Debian or Ubuntu."""

import json
import os
import subprocess
from functools import cache
from pathlib import Path
from typing import Any, Final

import pytest

_DRAW: Final = Path(__file__).with_name("qgis_draw.py")


def _environment(home: Path) -> dict[str, str]:
    home.mkdir(mode=0o700, exist_ok=True)
    own = {"QT_QPA_PLATFORM": "offscreen", "HOME": str(home), "XDG_RUNTIME_DIR": str(home)}
    return {name: value for name, value in os.environ.items() if name in ("PATH", "LANG")} | own


@cache
def _python() -> str | None:
    """The Python that has QGIS: the system's own."""
    for python in ("/usr/bin/python3", os.environ.get("LANDSYNC_QGIS_PYTHON", "")):
        if python and Path(python).exists():
            done = subprocess.run([python, "-c", "import qgis.core"], capture_output=True, check=False)
            if done.returncode == 0:
                return python
    return None


def drawn(folder: Path, *files: Path) -> dict[Path, dict[str, Any]]:
    """What QGIS says of GeoPackages and projects, and how much it draws of each layer. Skips the test without QGIS."""
    python = _python()
    if python is None:
        pytest.skip("no QGIS on this machine to draw with (Debian: qgis, python3-qgis)")
    folder.mkdir(exist_ok=True)
    out = folder / "said.json"
    done = subprocess.run(
        [python, str(_DRAW), str(out), *map(str, files)],
        capture_output=True, text=True, timeout=300, check=False, env=_environment(folder / "home"),
    )  # fmt: skip
    assert done.returncode == 0, done.stderr
    said = json.loads(out.read_text(encoding="utf-8"))
    return {path: said[str(path)] for path in files}
