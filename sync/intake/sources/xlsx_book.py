"""The parts of a workbook beside its sheets: which sheets there are, the texts that cells share, the shapes of numbers.

Read with expat, a piece at a time: the texts lie in one buffer, and nothing else of a part is kept but what cells need.
"""

import posixpath
import re
import zipfile
from array import array
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import NamedTuple

from openpyxl.styles.numbers import BUILTIN_FORMATS, is_date_format, is_timedelta_format
from openpyxl.utils.datetime import MAC_EPOCH, WINDOWS_EPOCH

from parcels.bilingual import Bilingual
from sync.intake.sources.xlsx_guard import CELL, STYLES, TEXTS, too_large
from sync.intake.sources.xml_guard import guarded_parser, walk

_PIECE = 1 << 16
_MOST_BYTES = 64 << 20  # of a part that is neither a sheet nor the shared texts
_LONGEST_FORMAT = 255
_BUILTIN_DATES = frozenset((*range(14, 23), *range(27, 37), *range(45, 48), *range(50, 59)))
_ESCAPED = re.compile("_x([0-9A-Fa-f]{4})_")
Attributes = dict[str, str]


class SheetPart(NamedTuple):
    """A sheet: its name, the archive's entry that holds it, whether Excel shows it."""

    name: str
    part: str
    visible: bool


@dataclass(frozen=True, slots=True)
class NumberFormat:
    """How a cell shows a number: as a date, or as a length of time."""

    code: str
    date: bool
    duration: bool = False


class Book:
    """A workbook that was measured before. Raises what `xlsx_guard.DAMAGE` lists, and DeliveryRejected."""

    def __init__(self, path: Path) -> None:
        self.file = path.name
        self.archive = zipfile.ZipFile(path)
        self.epoch: datetime = WINDOWS_EPOCH
        root = _targets(self, "")
        main = next(target for kind, target in root.values() if kind == "officeDocument")
        parts = _targets(self, main)
        self.sheets = tuple(_sheets(self, main, parts))
        kinds = dict(parts.values())
        self.texts = SharedTexts(self, kinds.get("sharedStrings"))
        self.formats = _formats(self, kinds.get("styles"))

    def close(self) -> None:
        """Close the file."""
        self.archive.close()

    def pieces(self, part: str, most: int | None = None) -> Iterator[bytes]:
        """An entry's bytes. Raises DeliveryRejected beyond `most`."""
        if most is not None and self.archive.getinfo(part).file_size > most:
            raise too_large(self.file, Bilingual(f"phần {part[:60]} quá lớn", f"part {part[:60]} too large"))
        with self.archive.open(part) as content:
            while piece := content.read(_PIECE):
                yield piece

    def parse(
        self,
        part: str,
        start: Callable[[str, Attributes], None],
        end: Callable[[str], None] | None = None,
        text: Callable[[str], None] | None = None,
        most: int | None = _MOST_BYTES,
    ) -> Iterator[None]:
        """Feed an entry to handlers that are given names without namespaces."""
        parser = guarded_parser()
        local: dict[str, str] = {}

        def known(name: str) -> str:
            found = local.get(name)
            if found is None:
                found = name.rpartition(" ")[2]
                if len(local) < STYLES:
                    local[name] = found
            return found

        parser.StartElementHandler = lambda name, attributes: start(known(name), attributes)
        if end is not None:
            parser.EndElementHandler = lambda name: end(known(name))
        if text is not None:
            parser.CharacterDataHandler = text
        return walk(self.pieces(part, most), parser)


def _drained(steps: Iterator[None]) -> None:
    for _ in steps:
        pass


def _targets(book: Book, part: str) -> dict[str, tuple[str, str]]:
    """The relations of a part: id → (kind, entry)."""
    folder, name = posixpath.split(part)
    found: dict[str, tuple[str, str]] = {}

    def start(element: str, attributes: Attributes) -> None:
        if element == "Relationship" and attributes.get("TargetMode") != "External":
            target = posixpath.normpath(posixpath.join("/", folder, attributes["Target"])).lstrip("/")
            found[attributes["Id"]] = (attributes["Type"].rpartition("/")[2], target)

    _drained(book.parse(posixpath.join(folder, "_rels", f"{name}.rels"), start))
    return found


def _sheets(book: Book, main: str, parts: dict[str, tuple[str, str]]) -> list[SheetPart]:
    found: list[SheetPart] = []

    def start(element: str, attributes: Attributes) -> None:
        if element == "workbookPr" and attributes.get("date1904") in ("1", "true", "on"):
            book.epoch = MAC_EPOCH
        if element != "sheet":
            return
        relation = next((value for key, value in attributes.items() if key.endswith(" id")), "")
        kind, part = parts.get(relation, ("", ""))
        if kind == "worksheet":
            visible = attributes.get("state", "visible") == "visible"
            found.append(SheetPart(attributes["name"], part, visible))

    _drained(book.parse(main, start))
    return found


class SharedTexts:
    """The shared texts, in UTF-8 one after the other."""

    def __init__(self, book: Book, part: str | None) -> None:
        self._octets, self._ends = bytearray(), array("q", [0])
        self._said: list[str] = []
        self._length, self._aside, self._wanted = 0, 0, False
        if part is not None and part in book.archive.NameToInfo:
            self._file = book.file
            _drained(book.parse(part, self._start, self._end, self._text, most=None))

    def __getitem__(self, place: int) -> str:
        if not 0 <= place < len(self._ends) - 1:
            raise ValueError("no such shared text")
        return self._octets[self._ends[place] : self._ends[place + 1]].decode()

    def _start(self, name: str, _: Attributes) -> None:
        self._aside += name == "rPh"  # how a text is pronounced is no part of it
        self._wanted = name == "t" and not self._aside

    def _end(self, name: str) -> None:
        self._wanted = False
        self._aside -= name == "rPh"
        if name != "si":
            return
        self._octets += plain("".join(self._said)).encode()
        self._ends.append(len(self._octets))
        self._said, self._length = [], 0
        if len(self._ends) > TEXTS:
            raise too_large(self._file, Bilingual("quá nhiều văn bản", "too many texts"))

    def _text(self, text: str) -> None:
        if self._wanted:
            self._length += len(text)
            if self._length > CELL:
                raise too_long(self._file)
            self._said.append(text)


def plain(text: str) -> str:
    """A text with the marks that Excel writes as _x000D_."""
    return _ESCAPED.sub(_mark, text) if "_x" in text else text


def _mark(found: re.Match[str]) -> str:
    number = int(found[1], 16)
    return found[0] if 0xD800 <= number < 0xE000 else chr(number)


def too_long(file: str, place: str = "") -> Exception:
    """A text that no cell of Excel can hold."""
    at = Bilingual(f" (ô {place})", f" (cell {place})") if place else Bilingual("", "")
    return too_large(
        file,
        Bilingual(f"có ô dài hơn {CELL} ký tự{at.vi}", f"a cell of more than {CELL} characters{at.en}"),
    )


def _formats(book: Book, part: str | None) -> list[NumberFormat]:
    """The formats of numbers in the order in which cells name them."""
    codes: dict[str, str] = {}
    used: list[str] = []
    within: list[str] = []

    def start(name: str, attributes: Attributes) -> None:
        within.append(name)
        if name == "numFmt":
            codes[attributes["numFmtId"]] = attributes.get("formatCode", "")
        elif name == "xf" and within[-2:-1] == ["cellXfs"]:
            used.append(attributes.get("numFmtId", "0"))
        if len(used) > STYLES or len(codes) > STYLES:
            raise too_large(book.file, Bilingual("quá nhiều kiểu ô", "too many cell styles"))

    if part is not None and part in book.archive.NameToInfo:
        _drained(book.parse(part, start, lambda _: (within.pop(), None)[1]))
    made = {number: _format(number, codes.get(number)) for number in set(used)}
    return [made[number] for number in used]


def _format(number: str, said: str | None) -> NumberFormat:
    builtin = int(number) if number.isdecimal() and len(number) < 9 else 0
    if said is None:
        return NumberFormat(BUILTIN_FORMATS.get(builtin, "General"), builtin in _BUILTIN_DATES, builtin == 46)
    code = said if len(said) <= _LONGEST_FORMAT else "General"
    return NumberFormat(code, bool(is_date_format(code)), bool(is_timedelta_format(code)))
