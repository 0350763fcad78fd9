"""An XLSX workbook is an archive of XML: looked at before any reader opens it."""

import zipfile
import zlib
from pathlib import Path
from xml.parsers import expat

from openpyxl.utils.exceptions import InvalidFileException

from parcels.bilingual import Bilingual
from parcels.errors import DeliveryRejected
from sync.intake.sources.base import refuse_unless_whole
from sync.intake.sources.refusals import corrupt, truncated
from sync.intake.sources.xml_guard import DoctypeError, first_element

_MAGIC = b"PK\x03\x04"
_WHAT = Bilingual("bảng tính XLSX", "an XLSX workbook")
_MOST_UNPACKED = 2_000_000_000
_MOST_TEXTS = 250_000_000  # of the table of shared texts, which is held in memory
_MOST_RATIO = 500
_MOST_MEMBERS = 10_000
# What openpyxl and zipfile may raise over bytes that are no workbook.
DAMAGE = (
    zipfile.BadZipFile, zlib.error, InvalidFileException, KeyError, ValueError, TypeError, AttributeError, IndexError,
    EOFError, OSError, SyntaxError, NotImplementedError, ArithmeticError,
)  # fmt: skip


def refuse_unfit(path: Path) -> None:
    """Refuse what is no whole archive, what is too large once unpacked, and XML with a document type."""
    refuse_unless_whole(path, _MAGIC, _WHAT)
    try:
        with zipfile.ZipFile(path) as archive:
            members = archive.infolist()
            total = sum(member.file_size for member in members)
            texts = sum(m.file_size for m in members if m.filename.lower().endswith("sharedstrings.xml"))
            dense = total > _MOST_RATIO * max(path.stat().st_size, 100_000)
            if total > _MOST_UNPACKED or texts > _MOST_TEXTS or dense or len(members) > _MOST_MEMBERS:
                raise _too_large(path.name)
            for member in members:
                if member.filename.lower().endswith((".xml", ".rels")):
                    _refuse_doctype(archive, member, path.name)
            broken = archive.testzip()
    except zipfile.BadZipFile as failure:
        raise truncated(path.name) from failure
    except DAMAGE as failure:
        raise corrupt(path.name, f"ZIP: {type(failure).__name__}") from failure
    if broken is not None:
        raise corrupt(path.name, f"CRC: {broken[:60]}")


def _refuse_doctype(archive: zipfile.ZipFile, member: zipfile.ZipInfo, file: str) -> None:
    """Refuse a part whose XML begins with a document type: no workbook has one."""
    with archive.open(member) as part:
        beginning = part.read(65_536)
    try:
        first_element([beginning] if beginning else [], namespaces=None)
    except (DoctypeError, expat.ExpatError) as failure:
        raise corrupt(file, f"XML: {member.filename[:60]}") from failure


def _too_large(file: str) -> DeliveryRejected:
    return DeliveryRejected(
        "DLV-XLSX-TOO-LARGE",
        Bilingual(
            f"Bảng tính «{file}» quá lớn khi giải nén.", f"The workbook “{file}” is too large once unpacked."
        ),
        Bilingual(
            "Hãy chia danh sách theo xã, mỗi xã một tệp, hoặc xuất ra CSV.",
            "Split the list into one file for each commune, or export it as CSV.",
        ),
    )
