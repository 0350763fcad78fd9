"""What people call the canonical columns: the names of the known systems, and words seen in exports and forms.

A name is compared without case, accents, blanks and marks (`parcels.text.bare_text`).
"""

import difflib
from dataclasses import dataclass
from functools import cache

from parcels.bilingual import Bilingual
from parcels.columns import delivered_columns
from parcels.text import bare_text
from sync.declared.profile import DBF_NAME_BYTES, Joined, base_file, bases
from sync.declared.tomlfile import read_document

# Words of Vietnamese exports, forms and field books, and their usual short forms. Not names of one system: those
# are read from the base profiles.
WORDS: dict[str, tuple[str, ...]] = {
    "source_key": ("id", "fid", "objectid", "uuid", "ma doi tuong", "id thua", "id thua dat", "khoa"),
    "source_version": ("version", "phien ban", "rowversion", "lan sua"),
    "national_id": (
        "ma dinh danh",
        "ma dinh danh thua dat",
        "madd",
        "ma thua dat",
        "dinh danh thua",
        "geohash",
    ),
    "commune_code": (
        "ma xa",
        "xa",
        "ma dvhc",
        "ma dvhc xa",
        "ma phuong xa",
        "xaid",
        "ma don vi hanh chinh",
        "commune",
    ),
    "sheet_no": (
        "so to",
        "to",
        "to ban do",
        "so to ban do",
        "so hieu to",
        "so hieu to ban do",
        "shbd",
        "to bd",
        "sheet",
    ),
    "parcel_no": (
        "so thua",
        "thua",
        "so thu tu thua",
        "sh thua",
        "stt thua",
        "thua so",
        "parcel",
        "parcel no",
    ),
    "map_scale": ("ty le", "ti le", "ty le ban do", "tyle", "scale"),
    "map_set": ("bo ban do", "loai ban do", "loai bd", "map set"),
    "land_use": (
        "loai dat",
        "mdsd",
        "muc dich",
        "muc dich su dung",
        "ma loai dat",
        "kh loai dat",
        "mdsdd",
        "land use",
    ),
    "land_use_areas": ("dien tich loai dat", "dien tich tung loai dat", "dt loai dat", "dt mdsd"),
    "area_legal_m2": (
        "dien tich phap ly",
        "dt phap ly",
        "dtpl",
        "dien tich gcn",
        "dien tich",
        "dt gcn",
        "dientichpl",
        "dien tich tren gcn",
        "legal area",
        "area",
    ),
    "address": ("dia chi", "dia chi thua", "dia chi thua dat", "xu dong", "address"),
    "surveyed_on": ("ngay do", "ngay do dac", "ngay hoan thanh", "survey date"),
    "valid_from": ("ngay hieu luc", "ngay bat dau", "thoi diem bat dau", "tu ngay", "valid from"),
    "land_user_name": (
        "ten chu",
        "chu su dung",
        "ten chu su dung",
        "ten nguoi su dung",
        "ho ten",
        "chu sd",
        "ho va ten",
        "owner",
    ),
    "land_user_id_number": (
        "so giay to",
        "so cccd",
        "cccd",
        "cmnd",
        "so cmnd",
        "so dinh danh",
        "so dinh danh ca nhan",
    ),
    "land_user_birth_year": ("nam sinh", "ns", "birth year"),
    "land_user_key": ("id chu su dung", "ma chu su dung", "id chu sd", "ma chu sd", "owner id"),
    "certificate_no": ("so gcn", "so phat hanh", "so phat hanh gcn", "so seri", "seri gcn", "so bia"),
    "certificate_issued_on": ("ngay cap", "ngay cap gcn", "ngay ky gcn"),
    "action": ("hanh dong", "thao tac", "loai bien dong", "action", "operation"),
}
ALIKE = 0.82  # how alike two names must be before one is taken for a misspelling of the other


@dataclass(frozen=True, slots=True)
class NameMatch:
    """How well a delivered name fits a canonical column: 1 the name of a system, less for words and likeness."""

    score: float
    reason: Bilingual


@cache
def known_names() -> dict[str, dict[str, tuple[str, ...]]]:
    """Canonical column → bare name → the base profiles that call it so (none for a word of WORDS)."""
    names: dict[str, dict[str, tuple[str, ...]]] = {column.name: {} for column in delivered_columns()}
    for canonical, words in WORDS.items():
        if canonical in names:
            names[canonical] |= {bare_text(word): () for word in words}
    for base in bases():
        for canonical, rule in read_document(base_file(base)).get("columns", {}).items():
            name = rule if isinstance(rule, str) else _alone(rule)
            if name is not None and canonical in names:
                bare = bare_text(name)
                names[canonical][bare] = (*names[canonical].get(bare, ()), base)
    return names


def match_name(delivered: str, canonical: str, *, cut_names: bool) -> NameMatch | None:
    """How well the name fits; None where it does not."""
    bare, names = bare_text(delivered), known_names()[canonical]
    if bare in names:
        return NameMatch(1.0 if names[bare] else 0.9, _said(names[bare], cut=False))
    if cut_names and len(delivered) == DBF_NAME_BYTES:
        cut = [systems for known, systems in names.items() if known[:DBF_NAME_BYTES] == bare]
        if cut:
            return NameMatch(0.95 if any(cut) else 0.85, _said(max(cut), cut=True))
    best = max(names, key=lambda known: difflib.SequenceMatcher(None, known, bare).ratio(), default="")
    ratio = difflib.SequenceMatcher(None, best, bare).ratio() if len(bare) > 3 else 0.0
    if ratio < ALIKE:
        return None
    return NameMatch(ratio * 0.8, Bilingual(f"tên gần giống «{best}»", f"the name is like “{best}”"))


def _said(systems: tuple[str, ...], *, cut: bool) -> Bilingual:
    cut_vi, cut_en = (", bị cắt còn 10 ký tự", ", cut to 10 letters") if cut else ("", "")
    if systems:
        listed = ", ".join(systems)
        return Bilingual(f"tên cột của {listed}{cut_vi}", f"a column name of {listed}{cut_en}")
    return Bilingual(f"tên cột thường gặp{cut_vi}", f"a usual name{cut_en}")


def nearest_system(delivered: tuple[str, ...], *, cut_names: bool) -> tuple[str, int, int] | None:
    """The base profile most of whose columns are there: its name, how many of them, of how many; None below half."""
    present = {bare_text(name) for name in delivered}
    best: tuple[str, int, int] | None = None
    for base in bases():
        rules = read_document(base_file(base)).get("columns", {}).values()
        names = [bare_text(name) for rule in rules for name in _parts(rule)]
        there = sum(name in present or (cut_names and name[:DBF_NAME_BYTES] in present) for name in names)
        if 2 * there >= len(names) and (best is None or there * best[2] > best[1] * len(names)):
            best = (base, there, len(names))
    return best


def _alone(rule: object) -> str | None:
    """The one column of a rule that joins no other to it."""
    names = Joined.model_validate(rule).join
    return names[0] if len(names) == 1 else None


def _parts(rule: object) -> tuple[str, ...]:
    if isinstance(rule, str):
        return (rule,)
    joined = Joined.model_validate(rule)
    return () if joined.optional else joined.join
