"""Landing: the delivered bytes, by their SHA-256, never changed. Evidence, and what a replay reads.

    landing/objects/ab/abcdef…            each distinct file once, read-only
    landing/deliveries/<sha256>/<name>    a delivery under its own names, linked to the objects

A file appears under its final name only when it is complete. Names are checked by `sync.delivery` before.
"""

import errno
import hashlib
import os
import shutil
import tempfile
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path

from parcels.bilingual import Bilingual
from parcels.errors import ComponentMissing
from sync.runfolder import private_folder

_CHUNK = 1 << 20
_READ_ONLY = 0o400


@dataclass(frozen=True, slots=True)
class LandedFile:
    """One file of a delivery: its name relative to the delivery, SHA-256 in hexadecimal, size."""

    name: str
    sha256: str
    bytes: int


def delivery_sha256(files: Iterable[LandedFile]) -> str:
    """A delivery's own hash: SHA-256 over the lines `<sha256>  <name>` in the order of names."""
    lines = (f"{file.sha256}  {file.name}\n" for file in sorted(files, key=lambda file: file.name))
    return hashlib.sha256("".join(lines).encode()).hexdigest()


def hash_files(root: Path, names: Iterable[str]) -> tuple[LandedFile, ...]:
    """The files where they are, hashed and not copied."""
    return tuple(_hashed(root / name, name) for name in names)


def land(landing: Path, root: Path, names: Iterable[str]) -> tuple[tuple[LandedFile, ...], Path]:
    """Copy a delivery's files into landing; the files and the folder in which they lie under their names.

    The same bytes again cost no second copy. Raises ComponentMissing (LND-SPACE) when the disk is full.
    """
    for folder in (landing, landing / "objects", landing / "deliveries"):
        private_folder(folder)
    names = tuple(names)
    _refuse_without_space(landing, sum((root / name).stat().st_size for name in names))
    try:
        files = tuple(_store(landing, root / name, name) for name in names)
        return files, _gather(landing, files)
    except OSError as failure:
        if failure.errno == errno.ENOSPC:
            raise no_space(landing) from failure
        raise


def object_path(landing: Path, sha256: str) -> Path:
    """Where the file with these bytes lies in landing."""
    return landing / "objects" / sha256[:2] / sha256


def _store(landing: Path, source: Path, name: str) -> LandedFile:
    """One file into objects/, hashed while it is copied."""
    handle, temporary = tempfile.mkstemp(prefix=".tmp-", dir=landing / "objects")
    digest, size = hashlib.sha256(), 0
    try:
        with os.fdopen(handle, "wb") as target, source.open("rb") as file:
            while chunk := file.read(_CHUNK):
                digest.update(chunk)
                size += len(chunk)
                target.write(chunk)
            target.flush()
            os.fsync(target.fileno())
        final = object_path(landing, digest.hexdigest())
        if not final.exists() or final.stat().st_size != size:
            private_folder(final.parent)
            Path(temporary).chmod(_READ_ONLY)
            Path(temporary).replace(final)
    finally:
        Path(temporary).unlink(missing_ok=True)
    return LandedFile(name, digest.hexdigest(), size)


def _gather(landing: Path, files: tuple[LandedFile, ...]) -> Path:
    """A folder with the delivery's own names, so that a shapefile's parts stay side by side."""
    final = landing / "deliveries" / delivery_sha256(files)
    if final.is_dir():
        return final
    temporary = Path(tempfile.mkdtemp(prefix=".tmp-", dir=landing / "deliveries"))
    try:
        for file in files:
            target = temporary / file.name
            private_folder(target.parent)
            _link_or_copy(object_path(landing, file.sha256), target)
        try:
            temporary.rename(final)
        except OSError:
            if not final.is_dir():  # otherwise another run has just landed the same delivery
                raise
    finally:
        shutil.rmtree(temporary, ignore_errors=True)
    return final


def _link_or_copy(source: Path, target: Path) -> None:
    try:
        target.hardlink_to(source)
    except OSError:  # a file system without hard links
        shutil.copyfile(source, target)
        target.chmod(_READ_ONLY)


def _hashed(path: Path, name: str) -> LandedFile:
    with path.open("rb") as file:
        digest = hashlib.file_digest(file, "sha256")
    return LandedFile(name, digest.hexdigest(), path.stat().st_size)


def _refuse_without_space(landing: Path, needed: int) -> None:
    if shutil.disk_usage(landing).free < needed:
        raise no_space(landing)


def no_space(landing: Path) -> ComponentMissing:
    """What is said when the disk that holds a folder is full."""
    return ComponentMissing(
        "LND-SPACE",
        Bilingual(f"Ổ đĩa chứa {landing} không đủ chỗ trống.", f"The disk that holds {landing} is full."),
        Bilingual(
            "Hãy giải phóng dung lượng hoặc đặt LANDSYNC_HOME sang ổ đĩa khác.",
            "Free some space, or set LANDSYNC_HOME to another disk.",
        ),
    )
