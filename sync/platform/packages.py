"""PostgreSQL with PostGIS as the system's packages bring them: find them, and install them with apt when missing."""

import os
import re
import shutil
import subprocess
from dataclasses import dataclass
from pathlib import Path

MIN_POSTGRESQL = 15
MIN_POSTGIS = (3, 3)
DEBIAN_SERVERS = Path("/usr/lib/postgresql")


@dataclass(frozen=True)
class Programs:
    """The programs of one PostgreSQL installation that has PostGIS."""

    bindir: Path
    version: int
    postgis: str

    def __getitem__(self, name: str) -> Path:
        return self.bindir / name


def _postgis_version(sharedir: Path) -> str | None:
    """The version that `CREATE EXTENSION postgis` would install, from the extension's control file."""
    control = sharedir / "extension" / "postgis.control"
    if not control.is_file():
        return None
    found = re.search(
        r"default_version\s*=\s*'([^']+)'", control.read_text(encoding="utf-8", errors="replace")
    )
    return found.group(1) if found else None


def _inspect(pg_config: Path) -> Programs | None:
    try:
        lines = subprocess.run(
            [pg_config, "--version", "--bindir", "--sharedir"],
            capture_output=True, text=True, timeout=20, check=True, stdin=subprocess.DEVNULL,
        ).stdout.splitlines()  # fmt: skip
    except (OSError, subprocess.SubprocessError):
        return None
    version = re.search(r"(\d+)", lines[0]) if len(lines) == 3 else None
    if version is None:
        return None
    bindir, postgis = Path(lines[1]), _postgis_version(Path(lines[2]))
    if postgis is None or not all((bindir / name).is_file() for name in ("postgres", "initdb", "pg_ctl")):
        return None
    return Programs(bindir, int(version.group(1)), postgis)


def _new_enough(programs: Programs) -> bool:
    postgis = tuple(int(part) for part in re.findall(r"\d+", programs.postgis)[:2])
    return programs.version >= MIN_POSTGRESQL and postgis >= MIN_POSTGIS


def installed(version: int | None = None, servers: Path = DEBIAN_SERVERS) -> Programs | None:
    """The newest suitable installation, or the one of a given major version (data belong to one), or None."""
    candidates = sorted(servers.glob("*/bin/pg_config"))
    if on_path := shutil.which("pg_config"):
        candidates.append(Path(on_path))
    found = [programs for path in candidates if (programs := _inspect(path)) and _new_enough(programs)]
    if version is not None:
        found = [programs for programs in found if programs.version == version]
    return max(found, key=lambda programs: programs.version, default=None)


def is_root() -> bool:
    """Whether this process may do everything by itself."""
    return os.geteuid() == 0
