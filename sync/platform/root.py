"""Becoming root for the one thing that needs it, installing packages: never a prompt where nobody can answer."""

import os
import shutil
import subprocess
import sys


def root_prefix() -> list[str] | None:
    """What to put before a command so that root runs it; None when this user cannot."""
    if os.geteuid() == 0:
        return []
    sudo = shutil.which("sudo")
    if sudo is None:
        return None
    quiet = subprocess.run([sudo, "-n", "true"], capture_output=True, stdin=subprocess.DEVNULL, check=False)
    if quiet.returncode == 0:
        return [sudo, "-n"]
    if not (sys.stdin.isatty() and sys.stderr.isatty()):
        return None
    # Asked here, where no progress line runs over the question; the commands that follow find it answered.
    return [sudo] if subprocess.run([sudo, "-v"], check=False).returncode == 0 else None
