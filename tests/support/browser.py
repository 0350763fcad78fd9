"""A real browser for tests that look at pages."""

import shutil
import subprocess
from pathlib import Path
from typing import Final

CHROMIUM: Final = (
    shutil.which("chromium") or shutil.which("chromium-browser") or shutil.which("google-chrome")
)


def dom(url: str, profile: Path) -> str:
    """The page as Chromium has it after its scripts ran; `profile` is a folder of its own."""
    flags = ["no-sandbox", "disable-gpu", "disable-quic", "no-first-run", "disable-background-networking",
             "disable-component-update", "disable-sync", f"user-data-dir={profile}", "virtual-time-budget=30000",
             "window-size=1600,1200", "dump-dom"]  # fmt: skip
    done = subprocess.run(
        [str(CHROMIUM), "--headless", *(f"--{flag}" for flag in flags), url],
        capture_output=True, text=True, timeout=180, check=True,
    )  # fmt: skip
    return done.stdout
