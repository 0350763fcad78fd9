"""XML that a service sends, read with nothing resolved: no entity, no document type, no address on the network."""

from lxml import etree

from parcels.errors import DeliveryRejected
from sync.intake.remotes.base import bad_answer

_TEXT_SHOWN = 300


def parse(body: bytes, where: str) -> etree._Element:
    """The root element. Raises DeliveryRejected for what is no XML, or XML with a document type."""
    parser = etree.XMLParser(resolve_entities=False, no_network=True, load_dtd=False, huge_tree=False)
    try:
        root = etree.fromstring(body, parser)
    except etree.XMLSyntaxError as failure:
        line, column = failure.position  # its words quote the answer
        raise bad_answer(where, f"XML: line {line}, column {column}") from None
    except ValueError as failure:
        raise bad_answer(where, f"XML: {type(failure).__name__}") from None
    if root.getroottree().docinfo.internalDTD is not None:
        raise bad_answer(where, "XML: DOCTYPE")
    return root


def local(element: etree._Element) -> str:
    """An element's name without its namespace; empty for a comment."""
    return etree.QName(element).localname if isinstance(element.tag, str) else ""


def every(root: etree._Element, name: str) -> list[etree._Element]:
    """Elements of that local name, whatever the namespace: versions of the standards differ in it."""
    return [element for element in root.iter() if local(element) == name]


def text_of(root: etree._Element, name: str) -> str:
    """The text of the first such element; empty without one."""
    found = every(root, name)
    return (found[0].text or "").strip() if found else ""


def exception_of(body: bytes) -> tuple[str, str] | None:
    """Code and text of an OGC exception report; None for any other body."""
    if b"ExceptionReport" not in body[:4_096]:
        return None
    try:
        root = parse(body, "")
    except DeliveryRejected:
        return None
    if local(root) not in ("ExceptionReport", "ServiceExceptionReport"):
        return None
    first = next((e for e in root.iter() if local(e) in ("Exception", "ServiceException")), root)
    code = first.get("exceptionCode") or first.get("code") or ""
    text = " ".join("".join(str(piece) for piece in first.itertext()).split())
    return code, text[:_TEXT_SHOWN].rstrip(" .")
