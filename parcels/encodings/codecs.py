"""Text in an old encoding to Unicode (NFC) and back.

Old text reaches us as bytes (kept as "byte text": a character per byte, U+0000 to U+00FF) or as Unicode that
another program made by taking the bytes for Windows-1252 or Latin-1: "NguyÔn V¨n". Both become byte text first.
Many values are decoded as one joined string, so that the work is done by `str.translate` and one regular
expression.
"""

import re
import unicodedata
from functools import cache
from typing import Final

import pyarrow as pa
import pyarrow.compute as pc

from parcels.encodings.tables import TABLES, TCVN3_TONED, inverse

UTF8: Final = "UTF-8"
LEGACY: Final = ("TCVN3", "VNI", "VPS", "VISCII", "CP1258")
ENCODINGS: Final = (*LEGACY, UTF8)
BYTES: Final = "bytes"  # what a source says of a layer whose text it hands on as byte text

_ALIASES: Final = {
    "TCVN3": "TCVN3", "TCVN3ABC": "TCVN3", "ABC": "TCVN3", "VNTIME": "TCVN3",
    "VNI": "VNI", "VNIWIN": "VNI", "VNIWINDOWS": "VNI", "VNITIMES": "VNI",
    "VPS": "VPS", "VPSWIN": "VPS",
    "VISCII": "VISCII", "VISCII11": "VISCII",
    "CP1258": "CP1258", "1258": "CP1258", "WINDOWS1258": "CP1258", "ANSI1258": "CP1258",
    "UTF8": UTF8, "65001": UTF8, "UNICODE": UTF8, "UTF8BOM": UTF8, "UTF8SIG": UTF8,
}  # fmt: skip

# Windows-1252 letters of the bytes 0x80 to 0x9f → those bytes; the five that it leaves open stay controls.
_CP1252: Final = {
    ord(bytes([byte]).decode("cp1252")): chr(byte)
    for byte in range(0x80, 0xA0)
    if byte not in {0x81, 0x8D, 0x8F, 0x90, 0x9D}
}
_TO_CP1252: Final = {ord(byte): chr(letter) for letter, byte in _CP1252.items()}
_UTF8_TEXT: Final = re.compile(
    r"(?:[\x00-\x7f]|[\xc2-\xdf][\x80-\xbf]|[\xe0-\xef][\x80-\xbf]{2}|[\xf0-\xf4][\x80-\xbf]{3}|\ufffd)*"
    r"(?:[\xc2-\xdf]|[\xe0-\xef][\x80-\xbf]?|[\xf0-\xf4][\x80-\xbf]{0,2})?"
)
_UTF8_SEQUENCE: Final = re.compile(
    r"[\xc2-\xdf][\x80-\xbf]|[\xe0-\xef][\x80-\xbf]{2}|[\xf0-\xf4][\x80-\xbf]{3}"
    r"|(?P<cut>(?:[\xc2-\xdf]|[\xe0-\xef][\x80-\xbf]?|[\xf0-\xf4][\x80-\xbf]{0,2})\Z)"
)
_CP1252_AND_1258: Final = _CP1252 | {ord(letter): byte for byte, letter in TABLES["CP1258"].items()}
_PLAIN_MARKS: Final = {"‘": "'", "’": "'", "“": '"', "”": '"', "–": "-", "—": "-", "…": "..."}
JOINT: Final = "\U000f0000"  # of values that are worked on together: private use, never in text


def named(text: str) -> str | None:
    """The encoding among ENCODINGS that a profile, a delivery or a .cpg means; None when it is none of them."""
    return _ALIASES.get(re.sub(r"[^A-Z0-9]", "", text.upper()))


def byte_text(text: str, page: str = "cp1252") -> str:
    """Text that was read as Windows-1252 or Latin-1, or by code page cp1258, as byte text; other letters stay."""
    return text.translate(_CP1252_AND_1258 if page == "cp1258" else _CP1252)


def western(text: str) -> str:
    """Byte text read as Windows-1252: what a Western European program would show."""
    return text.translate(_TO_CP1252)


def is_byte_text(text: str) -> bool:
    """Whether every character stands for a byte."""
    return not text or max(text) <= "\xff"


def decode_text(text: str, encoding: str) -> str:
    """Byte text in `encoding` to Unicode, NFC. What the encoding has no letter for stays as Windows-1252 reads it.

    Capitals: see `capitals`. Bytes that are no UTF-8 stay; half a character at the end, cut off by the width of a
    field, is dropped.
    """
    if encoding == UTF8:
        return unicodedata.normalize("NFC", _UTF8_SEQUENCE.sub(_utf8, text))
    if encoding == "VNI":
        decoded = _vni_pattern().sub(_vni_letter, text)
    else:
        decoded = text.translate(_translation(encoding))
    return unicodedata.normalize("NFC", western(decoded))


def decode_texts(texts: list[str], encoding: str) -> list[str]:
    """`decode_text` of many values at once."""
    if encoding == UTF8:
        return [decode_text(text, encoding) for text in texts]
    return decode_text(JOINT.join(texts), encoding).split(JOINT) if texts else []


def encode_text(text: str, encoding: str) -> str:
    """Unicode to byte text in `encoding`; letters that it lacks stay as Windows-1252 writes them, or become plain ones or "?"."""
    if encoding == UTF8:
        return text.encode().decode("latin-1")
    composed = unicodedata.normalize("NFC", text).translate(_inverse(encoding))
    return byte_text(composed).encode("latin-1", "replace").decode("latin-1")


def decode(values: pa.Array, encoding: str) -> pa.Array:
    """Text (n,) as bytes or as misread Unicode, in `encoding`, to Unicode; each distinct value once; NULL stays NULL."""
    coded = pc.dictionary_encode(values)
    decoded = decode_texts([byte_text(value) for value in coded.dictionary.to_pylist()], encoding)
    if encoding == "TCVN3":
        decoded = [capitals(value)[0] for value in decoded]
    return pa.array(decoded, pa.string()).take(coded.indices)


def _utf8(found: re.Match[str]) -> str:
    return "" if found["cut"] else found.group().encode("latin-1").decode("utf-8", "replace")


def has_stray_bytes(text: str) -> bool:
    """Whether byte text is no UTF-8, even when its last character is cut off."""
    return _UTF8_TEXT.fullmatch(text) is None


def is_cut(text: str) -> bool:
    """Whether byte text ends in the beginning of a UTF-8 character."""
    found = list(_UTF8_SEQUENCE.finditer(text))
    return bool(found) and found[-1]["cut"] is not None


@cache
def _translation(encoding: str) -> dict[int, str]:
    return {ord(code): letter for code, letter in TABLES[encoding].items()}


@cache
def _inverse(encoding: str) -> dict[int, str]:
    """Letters to their codes; marks of Windows-1252 whose byte is a letter here, to plain ones."""
    table = TABLES[encoding]
    plain = {ord(code): "?" for code in table if len(code) == 1 and code > "\x7f"}
    for mark, byte in _CP1252.items():
        if table.get(byte, chr(mark)) != chr(mark):
            plain[mark] = _PLAIN_MARKS.get(chr(mark), "?")
    return plain | {ord(letter): code for letter, code in inverse(encoding).items()}


@cache
def _vni_pattern() -> re.Pattern[str]:
    """Longest match: a base letter with its mark before a letter alone."""
    codes = sorted(TABLES["VNI"], key=len, reverse=True)
    return re.compile("|".join(map(re.escape, codes)))


def _vni_letter(found: re.Match[str]) -> str:
    return TABLES["VNI"][found.group()]


_WORD: Final = re.compile(r"[^\W\d_]+")
_TONED: Final = frozenset(TCVN3_TONED)
_TONED_LETTER: Final = re.compile(f"[{TCVN3_TONED}]")
_SURELY_SMALL: Final = re.compile("[a-zăâêôơưđ]")
# A word that begins with a toned letter, or two capitals with nothing but toned letters between them.
_QUESTIONABLE: Final = re.compile(rf"(?<![^\W\d_])[{TCVN3_TONED}]|[A-ZĂÂÊÔƠƯĐ][{TCVN3_TONED}]*[A-ZĂÂÊÔƠƯĐ]")


def capitals(text: str) -> tuple[str, bool]:
    """TCVN3 text, decoded, with its capitals, and whether the case of a letter stays unknown.

    TCVN3 writes "Ồ" and "ồ" with one byte and leaves the rest to a capital font. Rule: a toned letter is small, but
    capital in a word without a sure small letter that has three sure capitals or one after a toned letter
    ("PH¦êNG", "TRÊN"); and in every word of a value that has such a word, or a word of two sure capitals and four
    in all, and no sure small letter ("Vò THÞ HåNG"). Unknown: a word that begins with a toned letter that stays
    small ("ái Quốc"), and a value without any sure small letter.
    """
    if not _TONED_LETTER.search(text) or (_SURELY_SMALL.search(text) and not _QUESTIONABLE.search(text)):
        return text, False
    words = _WORD.findall(text)
    sure = ["".join("." if letter in _TONED else letter for letter in word) for word in words]
    small = any(letter.islower() for word in sure for letter in word)
    sizes = [0 if word != word.upper() else len(word) - word.count(".") for word in sure]
    loud = {
        written
        for written, word, size in zip(words, sure, sizes, strict=True)
        if size >= 3 or (size and "." in word.rstrip("."))
    }
    if not small and (loud or (sum(sizes) >= 4 and max(sizes) >= 2)):
        return text.upper(), False
    if loud:
        text = _WORD.sub(
            lambda found: found.group().upper() if found.group() in loud else found.group(), text
        )
    begins = any(word[0] in _TONED for word in words if word not in loud)
    return text, begins or not small
