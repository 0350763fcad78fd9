"""Archives: a delivery that comes packed (zip, tar, tar.gz, tar.bz2), or holds archives, is unpacked and read like a folder.

The archive as delivered is the evidence and stays in landing. What is in it is unpacked into the run's folder, each
archive into a folder of its own name: `x.zip` with `thua.shp` in it gives `x.zip/thua.shp`. Every name and every byte
is checked on the way; a hostile archive is refused as a whole and leaves nothing.
"""

import errno
import os
import re
import shutil
import tempfile
from collections.abc import Iterable
from pathlib import Path
from types import ModuleType

from parcels.bilingual import Bilingual
from parcels.errors import DeliveryRejected
from sync.folder.files import PRIVATE_FILE, private_folder
from sync.intake.archives import tars, zips
from sync.intake.archives.entries import Entry, damaged
from sync.intake.archives.limits import Budget, Limits, too_deep
from sync.intake.archives.names import Names, is_clutter
from sync.intake.landing import no_space
from sync.intake.sources.base import first_line, refuse_unless_whole
from sync.intake.sources.first_bytes import really

UNPACKED = "unpacked"
_CHUNK = 1 << 18
_TAR = re.compile(r"\.(tar|tar\.gz|tgz|tar\.bz2|tbz2?)$", re.IGNORECASE)
_OTHER = re.compile(r"\.(7z|rar|tar\.xz|txz|tar\.zst|zipx)$", re.IGNORECASE)
_FAILURES = (*zips.FAILURES, *tars.FAILURES, OSError)
_HEAD, _USTAR = 264, 257
_ZIP = (b"PK\x03\x04", b"PK\x05\x06", b"PK\x07\x08")
_PACKED_TAR = (b"\x1f\x8b", b"BZh")
_PACK_AGAIN = Bilingual(
    "Đổi phần mở rộng của tên không làm đổi loại tệp. Hãy nén lại thành .zip hoặc .tar.gz, hoặc gửi thư mục không nén.",
    "Another extension does not make it another kind. Pack it as .zip or .tar.gz, or send a folder that is not packed.",
)
_GEODATABASE_TABLE = "a00000001.gdbtable"

__all__ = ["UNPACKED", "Limits", "is_archive", "refuse_other_archives", "unpack_all"]


def is_archive(name: str) -> bool:
    """Whether a file is, by its name, an archive that can be unpacked."""
    return name.lower().endswith(".zip") or _TAR.search(name) is not None


def refuse_other_archives(names: Iterable[str]) -> None:
    """Refuse archives of kinds that are not unpacked here. Raises DeliveryRejected (DLV-ARCHIVE-KIND)."""
    for name in names:
        if _OTHER.search(name):
            raise DeliveryRejected(
                "DLV-ARCHIVE-KIND",
                Bilingual(
                    f"Chưa giải nén được loại tệp của «{name}».", f"Archives like “{name}” are not unpacked."
                ),
                _PACK_AGAIN,
            )


def unpack_all(root: Path, archives: Iterable[str], into: Path, limits: Limits | None = None) -> Path:
    """Unpack the archives (names below `root`) into the folder `into`, each under its own name; returns `into`.

    What lay at `into` before is replaced, and only when everything is unpacked. Raises DeliveryRejected
    (DLV-ARCHIVE-…) or ComponentMissing (LND-SPACE); then nothing is left.
    """
    private_folder(into.parent)
    temporary = Path(tempfile.mkdtemp(prefix=f".{into.name}-", dir=into.parent))
    try:
        for name in archives:
            path = root / name
            budget = Budget(name, path.stat().st_size, limits or Limits())
            _unpack(path, name, private_folder(temporary / name), budget, depth=1)
        shutil.rmtree(into, ignore_errors=True)
        temporary.rename(into)
    except OSError as failure:
        if failure.errno == errno.ENOSPC:
            raise no_space(into.parent) from failure
        raise
    finally:
        shutil.rmtree(temporary, ignore_errors=True)
    return into


def _unpack(path: Path, shown: str, folder: Path, budget: Budget, depth: int) -> None:
    """One archive into an empty folder, then the archives in it."""
    if depth > budget.limits.depth:
        raise too_deep(budget.archive, budget.limits.depth)
    names = Names(shown, budget.limits)
    within: list[str] = []
    refuse_unless_whole(path, b"", Bilingual("tệp nén", "an archive"))
    kind = _kind(path, shown)
    try:
        for entry in kind.entries(path, shown, budget):
            name = names.claim(entry.name, folder=entry.content is None)
            if is_clutter(name):
                continue
            if entry.content is None:
                private_folder(folder / name)
                continue
            _write(entry, folder / name, budget)
            if is_archive(name):
                within.append(name)
    except _FAILURES as failure:
        if isinstance(failure, OSError) and failure.errno == errno.ENOSPC:
            raise
        raise damaged(shown, first_line(failure)) from failure
    for name in within:
        _replace_by_content(folder / name, f"{shown}/{name}", budget, depth + 1)
    _gather_geodatabase(folder, Path(shown).stem)


def _kind(path: Path, shown: str) -> ModuleType:
    """Who unpacks it: by its first bytes where they say so, else by its name. Raises DeliveryRejected (DLV-ARCHIVE-KIND)."""
    with path.open("rb") as file:
        head = file.read(_HEAD)
    if head.startswith(_ZIP):
        return zips
    if head.startswith(_PACKED_TAR) or head[_USTAR:].startswith(b"ustar"):
        return tars
    what = really(path)
    if what is None:
        return tars if _TAR.search(path.name) else zips
    raise DeliveryRejected(
        "DLV-ARCHIVE-KIND",
        Bilingual(
            f"Tệp «{shown}» không phải loại tệp như tên của nó, mà là {what.vi}; loại này không giải nén được ở đây.",
            f"The file “{shown}” is not what its name says but {what.en}, which is not unpacked here.",
        ),
        _PACK_AGAIN,
    )


def _write(entry: Entry, target: Path, budget: Budget) -> None:
    """Unpack one file, counting what is really written."""
    assert entry.content is not None  # noqa: S101 - a folder is not written
    private_folder(target.parent)
    handle = os.open(target, os.O_WRONLY | os.O_CREAT | os.O_EXCL | getattr(os, "O_BINARY", 0), PRIVATE_FILE)
    with os.fdopen(handle, "wb") as file:
        while chunk := entry.content.read(_CHUNK):
            if not entry.counted:
                budget.take(len(chunk))
            file.write(chunk)


def _replace_by_content(path: Path, shown: str, budget: Budget, depth: int) -> None:
    """An archive within an archive: a folder of the same name takes its place."""
    folder = Path(tempfile.mkdtemp(prefix=".within-", dir=path.parent))
    _unpack(path, shown, folder, budget, depth)
    path.unlink()
    folder.rename(path)


def _gather_geodatabase(folder: Path, stem: str) -> None:
    """A geodatabase packed without its folder is given one: its tables mean nothing beside other files."""
    if not (folder / _GEODATABASE_TABLE).is_file():
        return
    name = stem if stem.lower().endswith(".gdb") else f"{stem}.gdb"
    inner = Path(tempfile.mkdtemp(prefix=".within-", dir=folder))
    for path in list(folder.iterdir()):
        if path != inner:
            path.rename(inner / path.name)
    inner.rename(folder / name)
