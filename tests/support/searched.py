"""Whether a person stands in some bytes, in whatever way they may be written there.

Found are: letters with and without their marks, in capitals, with anything or nothing between them (digits of a number too);
UTF-8, UTF-16; escapes of JSON, HTML, addresses, Python and PostgreSQL; hex, base64, plain digests; and all of that inside
gzip, zip, Parquet, SQLite and `data:` of a page.
"""

import base64
import gzip
import hashlib
import html
import io
import re
import sqlite3
import tempfile
import unicodedata
import zipfile
import zlib
from collections.abc import Iterable, Iterator, Mapping
from functools import cache, lru_cache
from pathlib import Path

import pyarrow.parquet as pq

from tests.support.markers import CANARY, STEMS, values

DEEP = 4  # containers in containers
_NOT_PLAIN = bytes(set(range(256)) - set(b"0123456789abcdefghijklmnopqrstuvwxyz"))
_JSON = re.compile(r"\\u([0-9a-fA-F]{4})")
# Octets as Python, PostgreSQL and addresses of pages write them.
_OCTETS = re.compile(r"(?:\\x[0-9a-fA-F]{2}){2,}|(?:\\[0-7]{3}){2,}|(?:%[0-9a-fA-F]{2})+")
_MARK = re.compile(r"<[^<>]*>")
_DIGEST = re.compile(r"[0-9a-f]{32,64}")
_DATA = re.compile(rb"base64,([A-Za-z0-9+/=]{16,})")
_PACKED = (b"\x1f\x8b", b"PK\x03\x04", b"PAR1", b"SQLite format 3\0")
WORDS = STEMS | {
    "canary": CANARY,
    "number": STEMS["number"].lstrip("0"),
}  # a number may lose its first noughts


def folded(text: str) -> str:
    """Letters and digits alone, small and without marks."""
    if not text.isascii():
        text = unicodedata.normalize("NFD", text.replace("đ", "d").replace("Đ", "d"))
    return text.encode("ascii", "ignore").lower().translate(None, _NOT_PLAIN).decode()


@cache
def _plain() -> dict[str, tuple[str, ...]]:
    """Kind → what is looked for in folded text: its stem, and the stem's octets as hexadecimal digits."""
    return {
        kind: (folded(word), *(_octets(word, encoding).hex() for encoding in _ENCODINGS), *_folded_hex(word))
        for kind, word in WORDS.items()
    }


_ENCODINGS = ("utf-8", "utf-16-le", "utf-16-be")


def _octets(word: str, encoding: str) -> bytes:
    return word.encode(encoding)


def _folded_hex(word: str) -> tuple[str, ...]:
    bare = unicodedata.normalize("NFD", word).encode("ascii", "ignore").decode()
    return tuple(each.encode().hex() for each in {bare, bare.lower(), bare.upper()})


@cache
def _in_base64() -> dict[str, tuple[str, ...]]:
    """Kind → the middle of the stem in base64, for each of the three places in which it may begin."""
    found = {}
    for kind, word in WORDS.items():
        forms = []
        for encoding in ("utf-8", "utf-16-le"):
            for before in range(3):
                octets = b"\0" * before + _octets(word, encoding)
                whole = octets[: len(octets) // 3 * 3]
                forms.append(base64.b64encode(whole).decode()[4 if before else 0 :])
        found[kind] = tuple(forms)
    return found


@cache
def _digests() -> dict[str, str]:
    """Digest → kind: of a bare value, which anybody can try."""
    return {
        hashlib.new(name, text.encode(encoding)).hexdigest(): kind
        for kind, value in values()
        for text in {value, value.casefold(), folded(value)}
        for encoding in ("utf-8", "utf-16-le")
        for name in ("md5", "sha1", "sha256")
    }


def kinds_in(content: bytes | str) -> set[str]:
    """Which kinds of a person's values stand in it, and `canary` where that does."""
    return set(
        _kinds(content.encode("utf-8", "surrogatepass") if isinstance(content, str) else content, DEEP)
    )


@lru_cache(maxsize=4096)
def _kinds(content: bytes, deep: int) -> frozenset[str]:
    found: set[str] = set()
    for text in _texts(content):
        found |= _in_text(text)
    if deep:
        for inner in _members(content):
            found |= _kinds(inner, deep - 1)
    return frozenset(found)


def _in_text(text: str) -> set[str]:
    plain = folded(text)
    found = {kind for kind, forms in _plain().items() if any(form in plain for form in forms)}
    found |= {kind for kind, forms in _in_base64().items() if any(form in text for form in forms)}
    found |= {_digests()[run] for run in set(_DIGEST.findall(text.lower())) & _digests().keys()}
    return found


def _texts(content: bytes) -> Iterator[str]:
    """The content as text, with what is written in escapes once more as what it means."""
    text = content.decode("utf-8", "replace")
    yield text
    if b"\0" in content:
        for encoding in ("utf-16-le", "utf-16-be"):
            for start in (0, 1):
                yield content[start:].decode(encoding, "replace")
    if "&" in text or "<" in text:
        yield html.unescape(_MARK.sub("", text))
    if ("\\" in text or "%" in text) and (meant := _OCTETS.sub(_meant, _JSON.sub(_letter, text))) != text:
        yield meant


def _letter(found: re.Match[str]) -> str:
    return chr(int(found[1], 16))


def _meant(found: re.Match[str]) -> str:
    parts = re.split(r"[\\%]", found[0])[1:]
    octal = found[0][0] == "\\" and parts[0][0] != "x"
    return bytes(int(part, 8) & 255 if octal else int(part[-2:], 16) for part in parts).decode(
        "utf-8", "replace"
    )


def _members(content: bytes) -> Iterator[bytes]:
    """What is packed in it, if it is a container; of a page what it carries as `data:`."""
    yield from (base64.b64decode(data + b"===") for data in _DATA.findall(content))
    if content.startswith(b"\x1f\x8b"):
        yield gzip.decompress(content)
    elif content[:1] == b"\x78":
        try:
            yield zlib.decompress(content)
        except zlib.error:
            return
    elif content.startswith(b"PK\x03\x04"):
        with zipfile.ZipFile(io.BytesIO(content)) as packed:
            for name in packed.namelist():
                yield name.encode()
                yield packed.read(name)
    elif content.startswith(b"PAR1"):
        yield from _of_parquet(content)
    elif content.startswith(b"SQLite format 3\0"):
        yield from _of_sqlite(content)


def _of_parquet(content: bytes) -> Iterator[bytes]:
    table = pq.read_table(io.BytesIO(content))
    yield str(table.schema).encode()
    yield from _together(value for column in table.columns for value in column.to_pylist())


def _together(values_of_rows: Iterable[object]) -> Iterator[bytes]:
    """Values one after the other; what is a container itself, alone."""
    plain = []
    for value in values_of_rows:
        octets = value if isinstance(value, bytes) else str(value).encode()
        if octets.startswith(_PACKED):
            yield octets
        else:
            plain.append(octets)
    yield b"\n".join(plain)


def _of_sqlite(content: bytes) -> Iterator[bytes]:
    with tempfile.NamedTemporaryFile(suffix=".gpkg") as file:
        file.write(content)
        file.flush()
        link = sqlite3.connect(file.name)
        try:
            tables = [name for (name,) in link.execute("SELECT name FROM sqlite_master WHERE type = 'table'")]
            for table in tables:
                rows = link.execute(f'SELECT * FROM "{table}"')
                yield from _together(value for row in rows for value in row)
        finally:
            link.close()


def seen(outputs: Mapping[str, bytes | str] | Iterable[tuple[str, bytes | str]]) -> dict[str, set[str]]:
    """Where a person is found: name of the output → kinds of values. Empty when nobody is."""
    listed = outputs.items() if isinstance(outputs, Mapping) else outputs
    found = {name: (kinds_in(content) | kinds_in(name)) - {"canary"} for name, content in listed}
    return {name: kinds for name, kinds in found.items() if kinds}


def files_of(folder: Path) -> Iterator[tuple[str, bytes]]:
    """Every file below a folder: its path from there, and what is in it."""
    for path in sorted(folder.rglob("*")):
        if path.is_file():
            yield path.relative_to(folder).as_posix(), path.read_bytes()
