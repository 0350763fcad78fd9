"""What judges, as one digest: the code, the policies and the reference tables, and the versions of the libraries."""

import hashlib
from functools import cache
from importlib.metadata import PackageNotFoundError, version
from platform import python_version
from typing import Final

from sync.settings import ROOT

# What can change what is read, found, or written. `cli` and `lab` only ask for it.
_ROOMS: Final = ("parcels", "validators", "sync", "sql")
_NOT: Final = ("sync/cli", "sync/lab", "sync/platform")
_KINDS: Final = (".py", ".sql", ".toml", ".csv", ".json", ".parquet", ".txt")
_LIBRARIES: Final = (
    "numpy",
    "pandas",
    "pyarrow",
    "shapely",
    "pyproj",
    "pyogrio",
    "geopandas",
    "duckdb",
    "lxml",
    "openpyxl",
    "ezdxf",
)


@cache
def engine() -> str:
    """SHA-256 in hexadecimal. Another one may judge the same bytes otherwise. A process keeps what it found first."""
    digest = hashlib.sha256(f"{python_version()}\0".encode())
    for room in _ROOMS:
        for path in sorted((ROOT / room).rglob("*")):
            name = path.relative_to(ROOT).as_posix()
            if path.suffix in _KINDS and not name.startswith(_NOT):
                digest.update(f"{name}\0".encode())
                digest.update(hashlib.sha256(path.read_bytes()).digest())
    for library in _LIBRARIES:
        digest.update(f"{library} {_version(library)}\0".encode())
    return digest.hexdigest()


def _version(library: str) -> str:
    try:
        return version(library)
    except PackageNotFoundError:
        return "-"
