"""Zip archives: the directory is measured before it is read, each entry is judged before it is unpacked.

Only stored and deflated entries: the other methods are rare, and some let a few bytes take gigabytes of memory.
"""

import stat
import struct
import zipfile
import zlib
from collections.abc import Iterator
from pathlib import Path

from parcels.bilingual import Bilingual
from parcels.errors import DeliveryRejected
from sync.intake.archives.entries import Entry, damaged, link
from sync.intake.archives.limits import Budget, too_many
from sync.intake.sources.refusals import shown
from sync.intake.zip_directory import directory_of

_UTF8_NAME = 0x800
_ENCRYPTED = 0x1 | 0x40
_METHODS = (zipfile.ZIP_STORED, zipfile.ZIP_DEFLATED)
_DIRECTORY_ENTRY = 46
_UNICODE_PATH = 0x7075  # Info-ZIP: the name in UTF-8, beside the one in the code page of the machine
FAILURES = (zipfile.BadZipFile, zlib.error, EOFError, NotImplementedError, ValueError, struct.error)


def entries(path: Path, archive: str, budget: Budget) -> Iterator[Entry]:
    """The files and folders of a zip, one after the other. Raises DeliveryRejected."""
    _refuse_endless_directory(path, archive, budget)
    with zipfile.ZipFile(path) as opened:
        for info in opened.infolist():
            budget.take_member()
            name = _name(info)
            _refuse(info, name, archive)
            if info.is_dir() or name.endswith("/"):
                yield Entry(name.rstrip("/"), None)
                continue
            with opened.open(info) as content:
                yield Entry(name, content)


def _refuse(info: zipfile.ZipInfo, name: str, archive: str) -> None:
    if info.flag_bits & _ENCRYPTED:
        raise _encrypted(archive)
    if info.compress_type not in _METHODS:
        raise _method(archive, name)
    kind = stat.S_IFMT(info.external_attr >> 16)
    if kind not in (0, stat.S_IFREG, stat.S_IFDIR):
        raise link(archive, name)


def _name(info: zipfile.ZipInfo) -> str:
    """An entry's name. Without the mark for UTF-8 it is in the code page of the machine that packed it.

    In Vietnam that is UTF-8 by tools that forget the mark, or the Windows page 1258. Backslashes are how some old
    Windows tools separate folders.
    """
    name = info.orig_filename
    if not info.flag_bits & _UTF8_NAME:
        raw = name.encode("cp437", "replace")
        name = _unicode_path(info.extra, raw) or _decoded(raw)
    return name.replace("\\", "/")


def _decoded(raw: bytes) -> str:
    for encoding in ("utf-8", "cp1258"):
        try:
            return raw.decode(encoding)
        except UnicodeDecodeError:
            continue
    return raw.decode("cp437")


def _unicode_path(extra: bytes, raw: bytes) -> str | None:
    """The name in the extra field for it, if it belongs to the name that stands in the entry."""
    while len(extra) >= 4:
        tag, size = struct.unpack("<HH", extra[:4])
        field = extra[4 : 4 + size]
        if tag == _UNICODE_PATH and len(field) >= 5 and struct.unpack("<L", field[1:5])[0] == zlib.crc32(raw):
            try:
                return field[5:].decode("utf-8")
            except UnicodeDecodeError:
                return None
        extra = extra[4 + size :]
    return None


def _refuse_endless_directory(path: Path, archive: str, budget: Budget) -> None:
    """Refuse a directory of a size that only too many entries have: Python reads all of it into memory."""
    allowed = budget.limits.members * (_DIRECTORY_ENTRY + 2 * budget.limits.path)
    found = directory_of(path)
    if found is None:
        raise damaged(archive, "no end of central directory")
    count, stated = found
    if count > budget.limits.members or stated > allowed:
        raise too_many(archive, budget.limits.members)


def _encrypted(archive: str) -> DeliveryRejected:
    return DeliveryRejected(
        "DLV-ARCHIVE-ENCRYPTED",
        Bilingual(f"Tệp nén «{archive}» có đặt mật khẩu.", f"The archive “{archive}” is encrypted."),
        Bilingual(
            "Hãy nén lại không đặt mật khẩu; kênh gửi đã được bảo vệ.",
            "Pack it again without a password; the way it is sent is protected.",
        ),
    )


def _method(archive: str, name: str) -> DeliveryRejected:
    return DeliveryRejected(
        "DLV-ARCHIVE-METHOD",
        Bilingual(
            f"Mục «{shown(name)}» của tệp nén «{archive}» được nén bằng phương pháp không hỗ trợ.",
            f"The entry “{shown(name)}” of the archive “{archive}” is packed by a method that is not supported.",
        ),
        Bilingual(
            "Hãy nén lại bằng phương pháp Deflate thông thường (ví dụ 7-Zip: Deflate, không phải Deflate64).",
            "Pack it again with ordinary Deflate (in 7-Zip: Deflate, not Deflate64).",
        ),
    )
