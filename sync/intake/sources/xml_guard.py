"""XML is looked at before any reader sees it: a document type declaration is where entities, and with them the
reading of other files and addresses and the billion laughs, come from. No delivery needs one.
"""

from pathlib import Path
from xml.parsers import expat

from parcels.bilingual import Bilingual
from parcels.errors import DeliveryRejected
from sync.intake.sources.base import corrupt, first_line, missing_file

_CHUNK = 65_536
_PROLOG_BYTES = 1_048_576  # what may stand before the first element: a declaration, comments, instructions


class _FirstElement(Exception):
    """The prolog is over."""


class _Doctype(Exception):
    """The prolog holds a document type declaration."""


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
    found: list[tuple[str, dict[str, str]]] = []

    def element(name: str, attributes: dict[str, str]) -> None:
        found.append((name, attributes))
        raise _FirstElement

    def doctype(*_: object) -> None:
        raise _Doctype

    parser = expat.ParserCreate(namespace_separator=" ")
    parser.StartElementHandler = element
    parser.StartDoctypeDeclHandler = doctype
    try:
        _feed(parser, path)
    except _FirstElement:
        return found[0]
    except _Doctype as failure:
        raise _has_doctype(path.name) from failure
    except (expat.ExpatError, LookupError, ValueError) as failure:
        raise corrupt(path.name, f"XML: {first_line(failure)}") from failure
    raise corrupt(path.name, "XML: no element")


def _feed(parser: expat.XMLParserType, path: Path) -> None:
    """Give the parser the beginning of the file until one of its handlers stops it."""
    with path.open("rb") as file:
        for _ in range(_PROLOG_BYTES // _CHUNK):
            chunk = file.read(_CHUNK)
            parser.Parse(chunk, not chunk)
            if not chunk:
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
