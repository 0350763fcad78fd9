"""One way to find a file by the name that somebody gave it, wherever a name meets a disk or an archive.

Windows and macOS take two names for one where only the case of their letters or the form of their accents (NFC, NFD)
differs, and Windows divides folders by a backslash. So does this: a delivery means the same on every machine.
"""

import unicodedata
from collections import defaultdict
from collections.abc import Iterable
from pathlib import Path, PurePosixPath

from parcels.bilingual import Bilingual
from parcels.errors import DeliveryRejected


def name_key(name: str) -> str:
    """What all names have in common that Windows or macOS would take for this one."""
    plain = unicodedata.normalize("NFD", name.replace("\\", "/")).casefold()
    path = PurePosixPath(unicodedata.normalize("NFC", plain)).as_posix()
    return (
        path if not path.startswith("//") else path[1:]
    )  # two slashes in front are kept apart from one by POSIX


class PresentNames:
    """The names that are there, to be asked for the one that a given name means."""

    def __init__(self, names: Iterable[str]) -> None:
        self._names = frozenset(names)
        self._by_key: dict[str, list[str]] = defaultdict(list)
        for name in sorted(self._names):
            self._by_key[name_key(name)].append(name)

    def find(self, wanted: str) -> str | None:
        """The name that is there: the same one, else the only one that fits; None where none does.

        Raises DeliveryRejected (DLV-NAME-AMBIGUOUS) where several fit.
        """
        if wanted in self._names:
            return wanted
        fitting = self._by_key.get(name_key(wanted), [])
        if len(fitting) > 1:
            raise ambiguous(wanted, fitting)
        return fitting[0] if fitting else None


def find_below(folder: Path, name: str) -> str | None:
    """The file or folder below `folder` that a relative name means, step by step; None where there is none.

    Raises DeliveryRejected (DLV-NAME-AMBIGUOUS).
    """
    if name in {
        path.name for path in folder.iterdir()
    }:  # also one with a backslash of its own, as a disk of Linux may have
        return name
    found: list[str] = []
    for step in PurePosixPath(name.replace("\\", "/")).parts:
        here = folder.joinpath(*found)
        there = PresentNames(path.name for path in here.iterdir()).find(step) if here.is_dir() else None
        if there is None:
            return None
        found.append(there)
    return "/".join(found)


def ambiguous(wanted: str, fitting: Iterable[str]) -> DeliveryRejected:
    """Several files whose names Windows would take for the wanted one."""
    listed = ", ".join(f"«{name}»" for name in list(fitting)[:5])
    return DeliveryRejected(
        "DLV-NAME-AMBIGUOUS",
        Bilingual(
            f"Không rõ tệp nào là «{wanted}»: có {listed}, chỉ khác nhau ở chữ hoa, chữ thường hoặc cách gõ dấu.",
            f"It is not clear which file is “{wanted}”: there are {listed}, which differ in the case of letters or the "
            "form of accents only.",
        ),
        Bilingual(
            "Hãy bỏ hoặc đổi tên tệp thừa rồi gửi lại.",
            "Remove or rename the one too many and send it again.",
        ),
    )
