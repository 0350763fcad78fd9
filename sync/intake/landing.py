"""Landing: the delivered bytes, by their SHA-256, never changed. Evidence, and what a replay reads.

    landing/objects/ab/abcdef…            each distinct file once, read-only
    landing/deliveries/<sha256>/<name>    a delivery under its own names, linked to the objects

A file appears under its final name only when it is complete. Names are checked by `sync.intake.listing` before. Deliveries
come in side by side; housekeeping, which takes out what has expired, has landing to itself (`exclusive`).
"""

import errno
import hashlib
import os
import shutil
import stat
import tempfile
import time
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from pathlib import Path

from parcels.bilingual import Bilingual
from parcels.errors import ComponentMissing, TransientError
from sync.folder.delivery import LandedFile
from sync.folder.files import PRIVATE_FILE, private_folder

try:
    import fcntl
except ImportError:  # Windows, where data are checked and nothing lands
    fcntl = None  # type: ignore[assignment]

OBJECTS = "objects"
DELIVERIES = "deliveries"
_LOCK = ".lock"
_PATIENCE_S = 60.0
_CHUNK = 1 << 20
_READ_ONLY = 0o400
_OPEN = os.O_RDONLY | getattr(os, "O_NOFOLLOW", 0) | getattr(os, "O_NONBLOCK", 0) | getattr(os, "O_BINARY", 0)


def delivery_sha256(files: Iterable[LandedFile]) -> str:
    """A delivery's own hash: SHA-256 over the lines `<sha256>  <name>` in the order of names."""
    lines = (f"{file.sha256}  {file.name}\n" for file in sorted(files, key=lambda file: file.name))
    return hashlib.sha256("".join(lines).encode()).hexdigest()


def hash_files(root: Path, names: Iterable[str]) -> tuple[LandedFile, ...]:
    """The files where they are, hashed and not copied."""
    return tuple(_hashed(root / name, name) for name in names)


def land(landing: Path, root: Path, names: Iterable[str]) -> tuple[tuple[LandedFile, ...], Path]:
    """Copy a delivery's files into landing; the files and the folder in which they lie under their names.

    The same bytes again cost no second copy, and are as young as if they had come for the first time: what came
    again does not expire before somebody has read it. Raises ComponentMissing (LND-SPACE) when the disk is full.
    """
    for folder in (landing, landing / OBJECTS, landing / DELIVERIES):
        private_folder(folder)
    names = tuple(names)
    _refuse_without_space(landing, sum((root / name).stat().st_size for name in names))
    try:
        with _arriving(landing):
            files = tuple(_store(landing, root / name, name) for name in names)
            folder = _gather(landing, files)
            os.utime(folder)
            return files, folder
    except OSError as failure:
        if failure.errno == errno.ENOSPC:
            raise no_space(landing) from failure
        raise


@contextmanager
def exclusive(landing: Path, patience_s: float = _PATIENCE_S) -> Iterator[None]:
    """Nothing comes into landing meanwhile. Raises TransientError (LND-BUSY) when deliveries keep coming in."""
    private_folder(landing)
    until = time.monotonic() + patience_s
    with _lock_file(landing) as handle:
        while fcntl is not None:
            try:
                fcntl.flock(handle, fcntl.LOCK_EX | fcntl.LOCK_NB)
                break
            except BlockingIOError as failure:
                if time.monotonic() >= until:
                    raise _busy(landing) from failure
                time.sleep(0.05)
        yield


@contextmanager
def _arriving(landing: Path) -> Iterator[None]:
    """A delivery comes in, beside others; waits while something is taken out."""
    with _lock_file(landing) as handle:
        if fcntl is not None:
            fcntl.flock(handle, fcntl.LOCK_SH)
        yield


@contextmanager
def _lock_file(landing: Path) -> Iterator[int]:
    handle = os.open(landing / _LOCK, os.O_RDWR | os.O_CREAT, PRIVATE_FILE)
    try:
        yield handle
    finally:
        os.close(handle)  # which also unlocks


def hash_of(path: Path) -> str:
    """SHA-256 of a file, in hexadecimal. Raises TransientError (LND-CHANGING) where it changes meanwhile."""
    digest = hashlib.sha256()
    for chunk in _octets(path):
        digest.update(chunk)
    return digest.hexdigest()


def _octets(path: Path) -> Iterator[bytes]:
    """An ordinary file's bytes, no further than it reached when it was opened. Raises TransientError (LND-CHANGING).

    What was listed may have become a link or a pipe since: neither is followed nor waited for.
    """
    try:
        handle = os.open(path, _OPEN)
    except OSError as failure:
        if failure.errno != errno.ELOOP:
            raise
        raise _changing(path.name) from failure  # a link took its place
    with os.fdopen(handle, "rb") as file:
        before, read = os.fstat(handle), 0
        while chunk := file.read(_CHUNK):
            read += len(chunk)
            if read > before.st_size:
                break
            yield chunk
        after = os.fstat(handle)
        same = (before.st_size, before.st_mtime_ns) == (after.st_size, after.st_mtime_ns)
        if not (stat.S_ISREG(before.st_mode) and same and read == before.st_size):
            raise _changing(path.name)


def object_path(landing: Path, sha256: str) -> Path:
    """Where the file with these bytes lies in landing."""
    return landing / OBJECTS / sha256[:2] / sha256


def _store(landing: Path, source: Path, name: str) -> LandedFile:
    """One file into objects/, hashed while it is copied."""
    handle, temporary = tempfile.mkstemp(prefix=".tmp-", dir=landing / OBJECTS)
    digest, size = hashlib.sha256(), 0
    try:
        with os.fdopen(handle, "wb") as target:
            for chunk in _octets(source):
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
    final = landing / DELIVERIES / delivery_sha256(files)
    if final.is_dir():
        return final
    temporary = Path(tempfile.mkdtemp(prefix=".tmp-", dir=landing / DELIVERIES))
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
    return LandedFile(name, hash_of(path), path.stat().st_size)


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


def _busy(landing: Path) -> TransientError:
    return TransientError(
        "LND-BUSY",
        Bilingual(
            f"Đang có gói dữ liệu được chép vào {landing}.",
            f"Deliveries are just being copied into {landing}.",
        ),
        Bilingual("Hãy chạy lại sau ít phút.", "Run it again in a few minutes."),
    )


def _changing(name: str) -> TransientError:
    return TransientError(
        "LND-CHANGING",
        Bilingual(
            f"Tệp «{name}» thay đổi trong khi đang được đọc: có lẽ chưa chép xong.",
            f"The file “{name}” changes while it is read: it is probably still being copied.",
        ),
        Bilingual("Hãy chạy lại khi đã chép xong.", "Run it again when it is there."),
    )
