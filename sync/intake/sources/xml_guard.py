"""XML is looked at before any reader sees it: a document type declaration is where entities, and with them the
reading of other files and addresses and the billion laughs, come from. No delivery needs one. `walk` is how XML is read
here without trust: tags, depth and encodings have bounds.
"""

import re
from collections.abc import Callable, Iterable, Iterator
from pathlib import Path
from xml.parsers import expat

from parcels.bilingual import Bilingual
from parcels.errors import DeliveryRejected
from sync.intake.sources.base import first_line
from sync.intake.sources.refusals import corrupt, missing_file

_CHUNK = 65_536
_PROLOG_BYTES = 1_048_576  # what may stand before the first element: a declaration, comments, instructions
_LONGEST_TAG = 1 << 20  # bytes of one tag, comment or instruction: a parser holds it whole
_DEEPEST = 200
# Encodings in which every reader finds the same marks. Of others (UTF-7, EBCDIC, double-byte ones) one reader may see a
# declaration where another sees text.
_ENCODINGS = re.compile(
    r"utf-?(8|16(le|be)?)|us-ascii|ascii|iso-?8859-\d{1,2}|latin-?1|windows-125\d|cp125\d"
)


class DoctypeError(Exception):
    """The prolog holds a document type declaration."""


class XmlBoundsError(ValueError):
    """A tag, a depth or an encoding that no document of ours has."""


class _FirstElement(Exception):
    """The prolog is over."""


def refuse_doctype(path: Path) -> None:
    """Refuse an XML file with a DOCTYPE (and so with any ENTITY); reads up to its first element, nothing further.

    A DOCTYPE may only stand before the first element. Expat reads the prolog in whatever encoding it is in, so that
    one written in UTF-16 does not slip through. Raises DeliveryRejected: DLV-XML-DOCTYPE; DLV-CORRUPT where
    the file is no XML up to its first element; DLV-FILE-MISSING.
    """
    root_name(path)


def root_name(path: Path) -> tuple[str, dict[str, str]]:
    """The first element, as `namespace name` (or `name`), and its attributes, likewise. Raises as `refuse_doctype`."""
    if not path.is_file():
        raise missing_file(path.name)
    try:
        found = first_element(_beginning(path))
    except DoctypeError as failure:
        raise _has_doctype(path.name) from failure
    except (expat.ExpatError, LookupError, ValueError) as failure:
        raise corrupt(path.name, f"XML: {first_line(failure)}") from failure
    if found is None:
        raise corrupt(path.name, "XML: no element")
    return found


def first_element(
    beginning: Iterable[bytes], namespaces: str | None = " "
) -> tuple[str, dict[str, str]] | None:
    """The first element in these bytes and its attributes; None where they hold none.

    namespaces  what stands between a namespace and a name; None leaves names as they are written

    An empty piece is the end. Raises DoctypeError before anything else of the prolog is looked at, XmlBoundsError, and
    as expat does.
    """
    found: list[tuple[str, dict[str, str]]] = []

    def element(name: str, attributes: dict[str, str]) -> None:
        found.append((name, attributes))
        raise _FirstElement

    parser = guarded_parser(namespaces)
    parser.StartElementHandler = element
    try:
        for piece in beginning:
            parser.Parse(piece, not piece)
    except _FirstElement:
        return found[0]
    return None


def guarded_parser(namespaces: str | None = " ") -> expat.XMLParserType:
    """A parser that raises DoctypeError at a document type and XmlBoundsError at an encoding that readers differ in."""

    def doctype(*_: object) -> None:
        raise DoctypeError

    def declaration(_: str, encoding: str | None, __: int) -> None:
        if encoding is not None and not _ENCODINGS.fullmatch(encoding.lower()):
            raise XmlBoundsError(f"encoding {encoding[:40]}")

    parser = expat.ParserCreate(namespace_separator=namespaces)
    parser.buffer_text = True
    parser.StartDoctypeDeclHandler = doctype
    parser.XmlDeclHandler = declaration
    return parser


def walk(pieces: Iterable[bytes], parser: expat.XMLParserType) -> Iterator[None]:
    """Feed a parser to its end, piece by piece; gives way after each. Depth counts once its handlers are set.

    Raises DoctypeError, XmlBoundsError, and as expat and the handlers do.
    """
    _bound_depth(parser)
    fed = 0
    for piece in pieces:
        parser.Parse(piece, False)
        fed += len(piece)
        if fed - max(parser.CurrentByteIndex, 0) > _LONGEST_TAG:
            raise XmlBoundsError("a tag without end")
        yield
    parser.Parse(b"", True)
    yield


def _bound_depth(parser: expat.XMLParserType) -> None:
    depth = 0
    start: Callable[..., None] = parser.StartElementHandler or (lambda *_: None)
    end: Callable[..., None] = parser.EndElementHandler or (lambda *_: None)

    def deeper(name: str, attributes: dict[str, str]) -> None:
        nonlocal depth
        depth += 1
        if depth > _DEEPEST:
            raise XmlBoundsError(f"more than {_DEEPEST} levels")
        start(name, attributes)

    def higher(name: str) -> None:
        nonlocal depth
        depth -= 1
        end(name)

    parser.StartElementHandler = deeper
    parser.EndElementHandler = higher


def _beginning(path: Path) -> Iterator[bytes]:
    """The file in pieces, as far as a prolog may reach; after its end an empty one."""
    with path.open("rb") as file:
        for _ in range(_PROLOG_BYTES // _CHUNK):
            piece = file.read(_CHUNK)
            yield piece
            if not piece:
                return


def _has_doctype(name: str) -> DeliveryRejected:
    return DeliveryRejected(
        "DLV-XML-DOCTYPE",
        Bilingual(
            f"Tệp XML «{name}» có khai báo kiểu tài liệu (DOCTYPE hoặc ENTITY): không nhận vì lý do an toàn.",
            f"The XML file “{name}” has a document type declaration (DOCTYPE or ENTITY): refused for safety.",
        ),
        Bilingual(
            "Hãy xuất lại tệp không có DOCTYPE; tệp GML và XML địa chính không cần khai báo này.",
            "Export the file again without a DOCTYPE; cadastral GML and XML need none.",
        ),
    )
