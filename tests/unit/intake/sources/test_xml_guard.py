"""No XML with a document type declaration is ever given to a reader."""

from pathlib import Path

import pytest

from parcels.errors import DeliveryRejected
from sync.intake.sources.xml_guard import refuse_doctype, root_name

BOMB = '<!DOCTYPE a [<!ENTITY x "y"><!ENTITY z "&x;&x;">]><a>&z;</a>'
OUTSIDE = '<?xml version="1.0"?>\n<!-- <a/> -->\n<!DOCTYPE a SYSTEM "file:///etc/passwd">\n<a/>'


def _code(path: Path) -> str:
    with pytest.raises(DeliveryRejected) as refused:
        refuse_doctype(path)
    return refused.value.code


@pytest.mark.parametrize("text", [BOMB, OUTSIDE])
@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "utf-16"])
def test_a_doctype_is_refused_in_any_encoding(tmp_path: Path, text: str, encoding: str) -> None:
    path = tmp_path / "a.xml"
    path.write_bytes(text.encode(encoding))
    assert _code(path) == "DLV-XML-DOCTYPE"


def test_a_doctype_behind_a_long_comment_is_found(tmp_path: Path) -> None:
    path = tmp_path / "a.xml"
    path.write_text("<!--" + "-x" * 100_000 + "--><!DOCTYPE a><a/>")
    assert _code(path) == "DLV-XML-DOCTYPE"


def test_a_prolog_without_end_is_refused(tmp_path: Path) -> None:
    path = tmp_path / "a.xml"
    path.write_bytes(b"<!--" + b"x" * 3_000_000 + b"--><!DOCTYPE a><a/>")
    assert _code(path) == "DLV-CORRUPT"


@pytest.mark.parametrize(
    "content", [b"", b"\x1f\x8b\x08", b"no xml", b'<?xml version="1.0" encoding="no-such"?><a/>']
)
def test_what_is_no_xml_is_refused(tmp_path: Path, content: bytes) -> None:
    path = tmp_path / "a.xml"
    path.write_bytes(content)
    assert _code(path) == "DLV-CORRUPT"


def test_a_missing_file_is_said_to_be_missing(tmp_path: Path) -> None:
    assert _code(tmp_path / "a.xml") == "DLV-FILE-MISSING"


def test_a_plain_file_passes_and_only_its_beginning_is_read(tmp_path: Path) -> None:
    path = tmp_path / "a.xml"
    path.write_text(
        '<?xml version="1.0" encoding="windows-1258"?><g:a xmlns:g="urn:g" b="1"><not closed <!DOCTYPE'
    )
    refuse_doctype(path)
    assert root_name(path) == ("urn:g a", {"b": "1"})
