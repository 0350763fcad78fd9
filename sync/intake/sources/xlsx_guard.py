"""An XLSX workbook is an archive of XML: measured before anything in it is read.

Excel's own limits are the bounds: what is beyond them no Excel has written.
"""

import struct
import zipfile
import zlib
from collections.abc import Iterator
from pathlib import Path
from typing import IO
from xml.parsers import expat

from parcels.bilingual import Bilingual
from parcels.errors import DeliveryRejected
from sync.intake.sources.base import refuse_unless_whole
from sync.intake.sources.refusals import corrupt, truncated
from sync.intake.sources.xml_guard import DoctypeError, XmlBoundsError, first_element
from sync.intake.zip_directory import directory_of

ROWS, COLUMNS = 1_048_576, 16_384  # of a sheet
CELL = 32_767  # characters
CELLS = 51 * ROWS  # a full sheet of the widest form
MERGES = 200_000
STYLES = 65_536
TEXTS = 16_000_000  # shared ones
_MAGIC = b"PK\x03\x04"
_WHAT = Bilingual("bảng tính XLSX", "an XLSX workbook")
_MOST_UNPACKED = 2_000_000_000
_MOST_TEXTS = 250_000_000  # bytes of the table of shared texts, which is held in memory
_MOST_RATIO, _RATIO_FREE = 200, 64 << 20
_MOST_MEMBERS = 10_000
_MOST_DIRECTORY = _MOST_MEMBERS * 2_046
_PROLOG_PIECES, _PIECE = 16, 65_536
# What zipfile and expat may raise over bytes that are no workbook.
DAMAGE = (
    zipfile.BadZipFile, zlib.error, struct.error, expat.ExpatError, DoctypeError, KeyError, ValueError, EOFError,
    OSError, NotImplementedError, ArithmeticError, LookupError,
)  # fmt: skip


def refuse_unfit(path: Path) -> None:
    """Refuse what is no whole archive, what is too large once unpacked, and XML with a document type."""
    refuse_unless_whole(path, _MAGIC, _WHAT)
    try:
        directory = directory_of(path)
        if directory is None:
            raise truncated(path.name)
        if directory[0] > _MOST_MEMBERS or directory[1] > _MOST_DIRECTORY:
            raise too_large(path.name, Bilingual("quá nhiều mục", "too many entries"))
        with zipfile.ZipFile(path) as archive:
            _refuse_large(archive, path)
            for member in archive.infolist():
                if member.filename.lower().endswith((".xml", ".rels")):
                    _refuse_doctype(archive, member, path.name)
            broken = archive.testzip()
    except zipfile.BadZipFile as failure:
        raise truncated(path.name) from failure
    except DAMAGE as failure:
        raise corrupt(path.name, f"ZIP: {type(failure).__name__}") from failure
    if broken is not None:
        raise corrupt(path.name, f"CRC: {broken[:60]}")


def _refuse_large(archive: zipfile.ZipFile, path: Path) -> None:
    members = archive.infolist()
    if any(member.compress_type not in (zipfile.ZIP_STORED, zipfile.ZIP_DEFLATED) for member in members):
        raise corrupt(
            path.name, "ZIP: method"
        )  # no Excel writes others, and a few bytes of some take gigabytes
    total = sum(member.file_size for member in members)
    texts = sum(m.file_size for m in members if m.filename.lower().endswith("sharedstrings.xml"))
    dense = total > _RATIO_FREE and total > _MOST_RATIO * path.stat().st_size
    if total > _MOST_UNPACKED or texts > _MOST_TEXTS or dense or len(members) > _MOST_MEMBERS:
        raise too_large(path.name, Bilingual("quá lớn khi giải nén", "too large once unpacked"))


def _refuse_doctype(archive: zipfile.ZipFile, member: zipfile.ZipInfo, file: str) -> None:
    """Refuse a part whose XML begins with a document type, or with no element as far as a prolog may reach."""
    try:
        with archive.open(member) as part:
            first_element(_beginning(part, member.file_size), namespaces=None)
    except (DoctypeError, XmlBoundsError, expat.ExpatError) as failure:
        raise corrupt(file, f"XML: {member.filename[:60]}") from failure


def _beginning(part: IO[bytes], size: int) -> Iterator[bytes]:
    if not size:
        return
    for _ in range(_PROLOG_PIECES):
        piece = part.read(_PIECE)
        yield piece
        if not piece:
            return
    raise XmlBoundsError("no element")


def too_large(file: str, what: Bilingual) -> DeliveryRejected:
    """A workbook beyond what Excel, or memory, takes."""
    return DeliveryRejected(
        "DLV-XLSX-TOO-LARGE",
        Bilingual(f"Bảng tính «{file}» {what.vi}.", f"The workbook “{file}” is or has: {what.en}."),
        Bilingual(
            "Hãy chia danh sách theo xã, mỗi xã một tệp, hoặc xuất ra CSV; xóa các dòng, cột trống có định dạng.",
            "Split the list into one file for each commune, or export it as CSV; delete formatted rows and columns "
            "that are empty.",
        ),
    )
