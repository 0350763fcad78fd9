"""PostgreSQL with PostGIS as the system's packages bring them: find them, and install them with apt when missing."""

import os
import re
import shutil
import subprocess
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

from parcels.bilingual import Bilingual
from parcels.errors import ComponentMissing
from sync.platform.root import root_prefix

MIN_POSTGRESQL = 15
MIN_POSTGIS = (3, 3)
DEBIAN_SERVERS = Path("/usr/lib/postgresql")
PACKAGE = re.compile(r"postgresql-(\d+)-postgis-3")
FOR_TESTS = {
    "mariadbd": "mariadb-server-core",
    "my_print_defaults": "mariadb-client-core",  # mariadb-install-db needs it
    "mapserv": "cgi-mapserver",
}
_QUIETLY = ("env", "DEBIAN_FRONTEND=noninteractive", "NEEDRESTART_SUSPEND=1", "LC_ALL=C.UTF-8")
INSTALLER = Path(__file__).with_name("install_postgis.sh")


@dataclass(frozen=True)
class Programs:
    """The programs of one PostgreSQL installation that has PostGIS."""

    bindir: Path
    version: int
    postgis: str
    lz4: bool = False  # whether it can pack its log of changes by lz4

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
            [pg_config, "--version", "--bindir", "--sharedir", "--configure"],
            capture_output=True, text=True, timeout=20, check=True, stdin=subprocess.DEVNULL,
        ).stdout.splitlines()  # fmt: skip
    except (OSError, subprocess.SubprocessError):
        return None
    version = re.search(r"(\d+)", lines[0]) if len(lines) >= 3 else None
    if version is None:
        return None
    bindir, postgis = Path(lines[1]), _postgis_version(Path(lines[2]))
    if postgis is None or not all((bindir / name).is_file() for name in ("postgres", "initdb", "pg_ctl")):
        return None
    major = int(version.group(1))
    return Programs(bindir, major, postgis, major >= 15 and "--with-lz4" in " ".join(lines[3:]))


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


def candidates() -> list[str]:
    """The packages that apt could install, newest PostgreSQL first. Empty without apt, or on too old a system."""
    if shutil.which("apt-cache") is None:
        return []
    names = _lines(["apt-cache", "pkgnames", "postgresql-"])
    versions = {int(found.group(1)) for name in names if (found := PACKAGE.fullmatch(name))}
    # Where a server is installed already, only its PostGIS is missing: no second PostgreSQL.
    present = {int(path.parent.parent.name) for path in DEBIAN_SERVERS.glob("[0-9]*/bin/postgres")}
    usable = sorted((version for version in versions if version >= MIN_POSTGRESQL), reverse=True)
    usable.sort(key=lambda version: version not in present)
    return [f"postgresql-{version}-postgis-3" for version in usable]


def ensure_installed(
    *,
    version: int | None = None,
    say: Callable[[Bilingual], None] = lambda _: None,
    servers: Path = DEBIAN_SERVERS,
) -> Programs:
    """PostgreSQL with PostGIS, installed with apt when missing; `version`: the one that existing data need.

    ComponentMissing when it cannot be installed: with the command to run, or what to use instead.
    """
    if found := installed(version, servers):
        return found
    if shutil.which("apt-get") is None:
        raise _unsupported("apt")
    prefix = root_prefix()
    if prefix is None:
        packages = candidates()[:1] if version is None else [f"postgresql-{version}-postgis-3"]
        raise _needs_root(packages[0] if packages else "postgresql-15-postgis-3")
    say(
        Bilingual("Đang cài PostgreSQL và PostGIS bằng apt …", "Installing PostgreSQL and PostGIS with apt …")
    )
    # A repository that does not answer is no reason to stop: the one that matters may.
    _run([*prefix, "env", "DEBIAN_FRONTEND=noninteractive", "apt-get", "update", "-q"])
    wanted = candidates()[:1] if version is None else [f"postgresql-{version}-postgis-3"]
    if not wanted:
        raise _unsupported("postgis")
    result = _run([*prefix, "sh", str(INSTALLER), wanted[0]])
    if found := installed(version, servers):
        return found
    errors = [line for line in result.stdout.splitlines() if line.startswith(("E:", "sudo:"))] or ["apt-get"]
    raise ComponentMissing(
        "PLATFORM-INSTALL-FAILED",
        Bilingual(
            f"Không cài được {wanted[0]}: {errors[0]}", f"{wanted[0]} could not be installed: {errors[0]}"
        ),
        _hint_of_install(wanted[0]),
    )


def missing_for_tests() -> dict[str, str]:
    """Programs that only tests run, each with the package that brings it: those this machine lacks."""
    places = (os.environ.get("PATH", "") + os.pathsep + "/usr/sbin").split(os.pathsep)
    return {
        program: package
        for program, package in FOR_TESTS.items()
        if shutil.which(program, path=os.pathsep.join(places)) is None
    }


def ensure_test_programs(say: Callable[[Bilingual], None] = lambda _: None) -> None:
    """Install what tests of remote sources talk to: a MariaDB and a MapServer. Neither package starts anything.

    Where they cannot be installed it says so: those tests skip, and fail in CI.
    """
    wanted = sorted(set(missing_for_tests().values()))
    if not wanted:
        return
    prefix = root_prefix() if shutil.which("apt-get") else None
    listed = " ".join(wanted)
    if prefix is not None:
        say(Bilingual(f"Đang cài {listed} bằng apt …", f"Installing {listed} with apt …"))
        _run([*prefix, *_QUIETLY, "apt-get", "update", "-q"])
        _run([*prefix, *_QUIETLY, "apt-get", "install", "-y", "--no-install-recommends",
              "-o", "DPkg::Lock::Timeout=300", *wanted])  # fmt: skip
    if missing_for_tests():
        say(
            Bilingual(
                f"Chưa có {listed}: bỏ qua các kiểm thử cần đến. Hãy chạy: sudo apt-get install {listed}",
                f"{listed} is missing: the tests that need it are skipped. Run: sudo apt-get install {listed}",
            )
        )


def _lines(command: list[str]) -> list[str]:
    return subprocess.run(
        command, capture_output=True, text=True, timeout=60, check=False, stdin=subprocess.DEVNULL
    ).stdout.split()


def _run(command: list[str]) -> "subprocess.CompletedProcess[str]":
    return subprocess.run(
        command, stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True,
        errors="replace", timeout=1800, check=False,
    )  # fmt: skip


def _hint_of_install(package: str) -> Bilingual:
    command = f"sudo sh {INSTALLER} {package}"
    return Bilingual(f"Hãy chạy: {command}", f"Run: {command}")


def _needs_root(package: str) -> ComponentMissing:
    return ComponentMissing(
        "PLATFORM-NEEDS-ROOT",
        Bilingual(
            "Chưa có PostgreSQL kèm PostGIS, và người dùng này không có quyền cài đặt.",
            "PostgreSQL with PostGIS is missing, and this user may not install it.",
        ),
        _hint_of_install(package),
    )


def _unsupported(lacks: str) -> ComponentMissing:
    reason = {
        "apt": Bilingual("không có apt", "it has no apt"),
        "postgis": Bilingual("kho phần mềm không có bản đủ mới", "its packages are too old"),
    }[lacks]
    return ComponentMissing(
        "PLATFORM-UNSUPPORTED",
        Bilingual(
            f"Không tự cài được PostgreSQL ≥ {MIN_POSTGRESQL} với PostGIS ≥ 3.3 trên máy này: {reason.vi}.",
            f"PostgreSQL ≥ {MIN_POSTGRESQL} with PostGIS ≥ 3.3 cannot be installed on this machine: {reason.en}.",
        ),
        Bilingual(
            "Hãy dùng Debian 12 hay Ubuntu 24.04 trở lên, tự cài hai phần mềm đó, hoặc đặt LANDSYNC_DSN.",
            "Use Debian 12 or Ubuntu 24.04 or newer, install both yourself, or set LANDSYNC_DSN.",
        ),
    )


if __name__ == "__main__":  # `make test` calls this before the tests of the database
    from sync import console
    from sync.platform import program

    def everything() -> None:
        ensure_installed(say=console.say)
        ensure_test_programs(console.say)

    program.run(everything)
