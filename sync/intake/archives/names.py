"""Names inside an archive: what may become a file, and nothing that leads elsewhere or hides another.

Two names that a Windows or macOS disk would take for one are refused everywhere, so that a delivery means the same on
every machine.
"""

import unicodedata
from pathlib import PurePosixPath

from parcels.bilingual import Bilingual
from parcels.errors import DeliveryRejected
from sync.declared.paths import leaves_its_folder
from sync.intake.archives.limits import Limits
from sync.intake.sources.refusals import shown

_MAC_ATTRIBUTES = "__MACOSX"


def is_clutter(name: str) -> bool:
    """Whether an entry is no part of a delivery: hidden files, and what macOS adds."""
    return any(part.startswith(".") or part == _MAC_ATTRIBUTES for part in PurePosixPath(name).parts)


class Names:
    """The names one archive has used. `claim` gives the name as it is written to disk."""

    def __init__(self, archive: str, limits: Limits) -> None:
        self._archive = archive
        self._limits = limits
        self._files: set[str] = set()
        self._folders: set[str] = set()

    def claim(self, raw: str, *, folder: bool) -> str:
        """`raw` in NFC, relative, with forward slashes. Raises DeliveryRejected."""
        name = unicodedata.normalize("NFC", raw)
        if name.rstrip("/") in {"", "."} and folder:
            return "."
        path = PurePosixPath(name)
        if leaves_its_folder(name) or ":" in name or not path.parts:
            raise _leads_elsewhere(self._archive, raw)
        longest = max(len(part.encode()) for part in path.parts)
        if longest > self._limits.name or len(name.encode()) > self._limits.path:
            raise _too_long(self._archive, raw)
        key = _key(path)
        folders = {_key(up) for up in path.parents if up.parts}
        clash = key in self._files or (not folder and key in self._folders) or folders & self._files
        if clash:
            raise _twice(self._archive, raw)
        self._folders |= folders | ({key} if folder else set())
        if not folder:
            self._files.add(key)
        return path.as_posix()


def _key(path: PurePosixPath) -> str:
    """What two names have in common that one disk or another would take for the same."""
    return "/".join(part.casefold().rstrip(". ") for part in path.parts)


def _leads_elsewhere(archive: str, name: str) -> DeliveryRejected:
    return DeliveryRejected(
        "DLV-ARCHIVE-NAME",
        Bilingual(
            f"Tệp nén «{archive}» có mục tên «{shown(name)}»: tên dẫn ra ngoài thư mục hoặc có ký tự không được phép.",
            f"The archive “{archive}” has an entry “{shown(name)}”: the name leads out of its folder, or has marks "
            "that are not allowed.",
        ),
        Bilingual(
            "Hãy nén lại bằng tên tương đối, không có «..», ổ đĩa hay dấu hai chấm.",
            "Pack it again with relative names, without “..”, drive letters or colons.",
        ),
    )


def _too_long(archive: str, name: str) -> DeliveryRejected:
    return DeliveryRejected(
        "DLV-ARCHIVE-NAME",
        Bilingual(
            f"Tệp nén «{archive}» có mục tên quá dài: «{shown(name)}».",
            f"The archive “{archive}” has an entry whose name is too long: “{shown(name)}”.",
        ),
        Bilingual("Hãy đặt tên ngắn hơn rồi nén lại.", "Give it a shorter name and pack it again."),
    )


def _twice(archive: str, name: str) -> DeliveryRejected:
    return DeliveryRejected(
        "DLV-ARCHIVE-TWICE",
        Bilingual(
            f"Tệp nén «{archive}» có hai mục cùng tên «{shown(name)}» (không phân biệt chữ hoa, chữ thường).",
            f"The archive “{archive}” has two entries named “{shown(name)}” (upper and lower case count as the same).",
        ),
        Bilingual(
            "Không rõ tệp nào đúng. Hãy đổi tên hoặc bỏ bớt một tệp rồi nén lại.",
            "It is not clear which one is meant. Rename or remove one and pack it again.",
        ),
    )
