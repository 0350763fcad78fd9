"""The letters of the old Vietnamese encodings, typed as the runs in which their makers laid them out.

A table maps text of bytes (a character per byte, U+0000 to U+00FF; "byte text" below) to letters. Sources of the
layouts: TCVN3 (ABC): the .VnTime fonts; VNI: the VNI-Times fonts for Windows; VPS: the VPS-Times fonts; VISCII:
RFC 1456. TCVN3 is not TCVN 5712:1993 VN1, which has toned capitals where TCVN3 has nothing.
"""

import unicodedata
from typing import Final

Table = dict[str, str]

# TCVN3: a run begins at the byte named. Toned capitals have no place of their own: the capital font (.VnTimeH)
# draws the small letters' bytes as capitals.
_TCVN3_RUNS: Final = (
    (0xA1, "ĂÂÊÔƠƯĐăâêôơưđ"),
    (0xB5, "àảãáạ"),
    (0xBB, "ằẳẵắ"),
    (0xC6, "ặầẩẫấậè"),
    (0xCE, "ẻẽéẹềểễếệìỉ"),
    (0xDC, "ĩíịò"),
    (0xE1, "ỏõóọồổỗốộờởỡớợù"),
    (0xF1, "ủũúụừửữứựỳỷỹýỵ"),
)

# VPS from 0x80, VISCII (RFC 1456) from 0x80; a dot stands for a place without a Vietnamese letter.
_VPS_HIGH: Final = (
    "ÀẢÃẤẦẨọỗĂếềểệẮẰẲ"
    "Ế..ỀỂỄỐỒỔỖýỷỵỚỜỞ"
    ".ắằẳẵặỠớÙờởỡŨỨợỪ"
    "ổỬỲỸÍÌộỈĨÓửữÒỎÕự"
    "ầÁÂấẩẫậđẻÉÊẹỉễịỹ"
    "ƯỦồốÔỏơÈừứÚũưÝẺ."
    "àáâãảạă.èéêẽìí.ĩ"
    "ẴĐòóôõ.Ơụùúủ.ỶẼỳ"
)
_VISCII_HIGH: Final = (
    "ẠẮẰẶẤẦẨẬẼẸẾỀỂỄỆỐ"
    "ỒỔỖỘỢỚỜỞỊỎỌỈỦŨỤỲ"
    "Õắằặấầẩậẽẹếềểễệố"
    "ồổỗỠƠộờởịỰỨỪỬơớƯ"
    "ÀÁÂÃẢĂẳẵÈÉÊẺÌÍĨỳ"
    "ĐứÒÓÔạỷừửÙÚỹỵÝỡư"
    "àáâãảăữẫèéêẻìíĩỉ"
    "đựòóôõỏọụùúũủýợỮ"
)
# Capitals that found no place above 0x80 and were put among the control characters.
_VPS_LOW: Final = {
    0x02: "Ạ", 0x03: "Ậ", 0x04: "Ặ", 0x05: "Ẹ", 0x06: "Ệ", 0x10: "Ị", 0x11: "Ọ", 0x12: "Ộ", 0x13: "Ợ",
    0x14: "Ụ", 0x15: "Ự", 0x19: "Ỵ", 0x1C: "Ẫ", 0x1D: "Ữ",
}  # fmt: skip
_VISCII_LOW: Final = {0x02: "Ẳ", 0x05: "Ẵ", 0x06: "Ẫ", 0x14: "Ỷ", 0x19: "Ỹ", 0x1E: "Ỵ"}

# VNI: a base letter, then a mark; a capital's mark stands 0x20 below. Which marks a base letter takes:
_VNI_TONES: Final = {0xF9: "\u0301", 0xF8: "\u0300", 0xFB: "\u0309", 0xF5: "\u0303", 0xEF: "\u0323"}
_VNI_CIRCUMFLEX: Final = {
    0xE2: "",
    0xE1: "\u0301",
    0xE0: "\u0300",
    0xE5: "\u0309",
    0xE3: "\u0303",
    0xE4: "\u0323",
}
_VNI_BREVE: Final = {0xEA: "", 0xE9: "\u0301", 0xE8: "\u0300", 0xFA: "\u0309", 0xFC: "\u0303", 0xEB: "\u0323"}
_VNI_SINGLE: Final = {
    0xF1: "đ", 0xED: "í", 0xEC: "ì", 0xE6: "ỉ", 0xF3: "ĩ", 0xF2: "ị", 0xF4: "ơ", 0xF6: "ư", 0xEE: "ỵ",
}  # fmt: skip
_CAPITAL: Final = 0x20  # a capital's byte stands this far before the small letter's


def _composed(letter: str, *marks: str) -> str:
    return unicodedata.normalize("NFC", letter + "".join(marks))


def _tcvn3() -> Table:
    return {chr(first + at): letter for first, run in _TCVN3_RUNS for at, letter in enumerate(run)}


def _from_high(run: str, low: dict[int, str]) -> Table:
    table = {chr(0x80 + at): letter for at, letter in enumerate(run) if letter != "."}
    return table | {chr(byte): letter for byte, letter in low.items()}


def _vni() -> Table:
    """Pairs and single letters. A capital may carry a small letter's mark and the other way round: the base decides."""
    table: Table = {}
    for byte, letter in _VNI_SINGLE.items():
        table[chr(byte)] = letter
        table[chr(byte - _CAPITAL)] = letter.upper()
    bases = {letter: letter for letter in "aeouy"} | {"\xf4": "ơ", "\xf6": "ư"}
    for base, letter in bases.items():
        marks = {byte: _composed(letter, tone) for byte, tone in _VNI_TONES.items()}
        if base in "aeo":
            marks |= {byte: _composed(letter, "\u0302", tone) for byte, tone in _VNI_CIRCUMFLEX.items()}
        if base == "a":
            marks |= {byte: _composed(letter, "\u0306", tone) for byte, tone in _VNI_BREVE.items()}
        for byte, small in marks.items():
            for mark in (chr(byte), chr(byte - _CAPITAL)):
                table[base + mark] = small
                table[base.upper() + mark] = small.upper()
    return table


def _cp1258() -> Table:
    """Base letters and combining tones, by Python's own codec; composed after decoding."""
    table: Table = {}
    for byte in range(0x80, 0x100):
        letter = bytes([byte]).decode("cp1258", "replace")
        if letter != "\ufffd" and letter != chr(byte):
            table[chr(byte)] = letter
    return table


TABLES: Final[dict[str, Table]] = {
    "TCVN3": _tcvn3(),
    "VNI": _vni(),
    "VPS": _from_high(_VPS_HIGH, _VPS_LOW),
    "VISCII": _from_high(_VISCII_HIGH, _VISCII_LOW),
    "CP1258": _cp1258(),
}

# TCVN3 bytes that the capital font draws as capitals: the letter's case cannot be known from the byte.
TCVN3_TONED: Final = "".join(letter for letter in TABLES["TCVN3"].values() if letter not in _TCVN3_RUNS[0][1])


def inverse(encoding: str) -> Table:
    """Letters (NFC, 134 of them) → byte text, for writing the encoding. Toned capitals of TCVN3 become small letters."""
    table = TABLES[encoding]
    if encoding == "CP1258":
        return _cp1258_inverse(table)
    found: Table = {}
    for code, letter in table.items():
        # Of several codes the regular one: in VNI a capital's mark with a capital, a small letter's with a small one.
        regular = len(code) == 1 or (ord(code[1]) < 0xE0) == letter.isupper()
        if letter not in found or (regular and len(found[letter]) > 1):
            found[letter] = code
    if encoding == "TCVN3":
        found |= {letter.upper(): found[letter] for letter in TCVN3_TONED}
    return found


def _cp1258_inverse(table: Table) -> Table:
    codes = {letter: code for code, letter in table.items()}
    found: Table = {}
    for letter in letters():
        parts = unicodedata.normalize("NFD", letter)
        tones = [mark for mark in parts if mark in _VNI_TONES.values()]
        base = _composed("".join(mark for mark in parts if mark not in tones))
        found[letter] = "".join(codes.get(part, part) for part in (base, *tones))
    return found


def letters() -> str:
    """The 134 Vietnamese letters beyond ASCII, small and capital."""
    small = "".join(dict.fromkeys(TABLES["TCVN3"][code].lower() for code in TABLES["TCVN3"]))
    return small + small.upper()
