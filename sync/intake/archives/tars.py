"""Tar archives, plain or packed with gzip or bzip2: read forwards once, never into memory.

`tarfile` believes the sizes in the headers it reads; here it reads through a guard that gives no more than a
header's worth at a time, counts every byte that comes out of the decompressor, and never goes back.
"""

import bz2
import gzip
import io
import tarfile
import zlib
from collections.abc import Iterator
from pathlib import Path
from typing import IO, cast

from sync.intake.archives.entries import Entry, damaged, link
from sync.intake.archives.limits import Budget

_LONGEST_READ = 1 << 20  # a header with names and attributes is far shorter
_SKIP = 1 << 18
FAILURES = (
    tarfile.TarError,
    EOFError,
    zlib.error,
    gzip.BadGzipFile,
    RecursionError,
    ValueError,
    OverflowError,
)


class _Guard(io.RawIOBase):
    """The bytes of a tar, forwards only."""

    def __init__(self, stream: IO[bytes], archive: str, budget: Budget) -> None:
        self._stream = stream
        self._archive = archive
        self._budget = budget
        self._at = 0
        self.last = b""

    def read(self, size: int = -1) -> bytes:
        if size < 0 or size > _LONGEST_READ:
            raise damaged(self._archive, "header")
        data = self._stream.read(size)
        self._at += len(data)
        self._budget.take(len(data))
        self.last = data
        return data

    def tell(self) -> int:
        return self._at

    def seek(self, position: int, whence: int = 0) -> int:
        if whence != 0 or position < self._at:
            raise damaged(self._archive, "header")
        while self._at < position and self.read(min(_SKIP, position - self._at)):
            pass
        return self._at

    def seekable(self) -> bool:
        return True

    def readable(self) -> bool:
        return True


def entries(path: Path, archive: str, budget: Budget) -> Iterator[Entry]:
    """The files and folders of a tar, one after the other. Raises DeliveryRejected."""
    with _opened(path) as stream:
        guard = _Guard(stream, archive, budget)
        with tarfile.TarFile(fileobj=cast("IO[bytes]", guard), errorlevel=2, encoding="utf-8") as opened:
            for member in opened:
                budget.take_member()
                if member.isdir():
                    yield Entry(member.name, None)
                    continue
                if not member.isreg() or member.issparse():
                    raise link(archive, member.name)
                content = opened.extractfile(member)
                if content is None:
                    raise link(archive, member.name)
                yield Entry(member.name, content, counted=True)
        if len(guard.last) != tarfile.BLOCKSIZE or any(guard.last):  # tarfile ends silently at a hole as well
            raise damaged(archive, "no end of archive")
        while guard.read(_SKIP):  # to the checksum of what packs it
            pass


def _opened(path: Path) -> IO[bytes]:
    """The tar itself, whatever packs it: told by its first bytes, not by its name."""
    with path.open("rb") as file:
        start = file.read(3)
    if start[:2] == b"\x1f\x8b":
        return cast("IO[bytes]", gzip.open(path))
    if start == b"BZh":
        return cast("IO[bytes]", bz2.open(path))
    return path.open("rb")
