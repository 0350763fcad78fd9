"""What a delivered column's name says: the words of `names.toml`, and the names in the base profiles of the systems.

A name is compared without case, accents, blanks and marks (`parcels.text.bare_text`). It says what the column is as
often as what it is not: `dienTich` is the measured area, and never the registered one because its numbers are close.
"""

import difflib
import re
import tomllib
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any

from parcels.bilingual import Bilingual
from parcels.columns import delivered_columns
from parcels.text import bare_text
from sync.declared.mapped import Joined
from sync.declared.profile import DBF_NAME_BYTES, base_file, bases
from sync.declared.tomlfile import read_document

ALIKE = 0.9  # how alike two names must be before one is taken for a misspelling of the other
_LONG = 8  # letters; in shorter names one letter makes another word: ngày cấp, ngày lập
# Base profiles of what is no system: their names are plain words, or landsync's own.
FORMS = ("drawing", "pl3", "pl3_01")
_OWN_NAMES = ("drawing", "pl3_01")
WORD, CUT, CHANGED, WEAK, DOUBTFUL = 0.9, 0.85, 0.8, 0.7, 0.62
_STEM = 8  # letters that a DBF keeps of a name that becomes equal to another: SoHieuTo_1


@dataclass(frozen=True, slots=True)
class Meaning:
    """What a name may mean.

    canonical  a canonical column; None where the name says that it is none
    score      1 a name of the recognised system, less for words, for cut names and for likeness
    near       the canonical column that it is named beside, where it is none
    """

    canonical: str | None
    score: float
    said: Bilingual
    near: str | None = None


@cache
def vocabulary() -> dict[str, Any]:
    """`names.toml` as it stands."""
    with Path(__file__).with_name("names.toml").open("rb") as source:
        return tomllib.load(source)


def meanings(delivered: str, *, cut_names: bool, foreign: bool = False) -> tuple[Meaning, ...]:
    """What the name may mean, nothing where it says nothing; several where it is cut too short or means two things."""
    bare = bare_text(delivered)
    known = _known(foreign)
    if bare in known:
        return known[bare]
    cut = cut_names and len(delivered) == DBF_NAME_BYTES
    if cut and (found := _of_cut(bare, known)):
        return found
    if cut and re.fullmatch(r".{8}_[0-9]", delivered):
        return (_nothing(Bilingual("tên do định dạng tệp đánh số", "a name that the format numbered")),)
    return _of_ending(bare, known) or _alike(bare, known)


@cache
def _known(foreign: bool) -> dict[str, tuple[Meaning, ...]]:
    """Bare name → its meanings. What a name is not goes before what a base profile calls so."""
    found: dict[str, dict[str | None, Meaning]] = {}
    for other in vocabulary()["others"].values():
        said = Bilingual(other["vi"], other["en"])
        for word in other["words"]:
            found.setdefault(bare_text(word), {})[None] = Meaning(None, WORD, said, other.get("near"))
    usual = Bilingual("tên cột thường gặp", "a usual name")
    for canonical, lists in vocabulary()["columns"].items():
        strong = [*lists["words"], *(lists.get("foreign", []) if foreign else [])]
        by_strength = (strong, WORD), (lists.get("weak", []), WEAK), (lists.get("doubtful", []), DOUBTFUL)
        for words, score in by_strength:
            for word in words:
                found.setdefault(bare_text(word), {})[canonical] = Meaning(canonical, score, usual)
    for bare, canonical, listed in _names_of_bases():
        if None not in found.get(bare, {}):
            said = Bilingual(f"tên cột của {listed}", f"a column name of {listed}")
            found.setdefault(bare, {})[canonical] = Meaning(canonical, WORD, said)
    return {bare: tuple(each.values()) for bare, each in found.items()}


def _names_of_bases() -> list[tuple[str, str, str]]:
    """(bare name, canonical column, the base profiles that call it so)."""
    found: dict[tuple[str, str], list[str]] = {}
    for base in bases():
        for canonical, rule in read_document(base_file(base)).get("columns", {}).items():
            name = rule if isinstance(rule, str) else _alone(rule)
            if name is not None and base not in _OWN_NAMES:
                found.setdefault((bare_text(name), canonical), []).append(base)
    return [(bare, canonical, ", ".join(names)) for (bare, canonical), names in found.items()]


def _of_cut(bare: str, known: dict[str, tuple[Meaning, ...]]) -> tuple[Meaning, ...]:
    """What the name would mean in whole: doubtful where it could go on in ways that mean different things."""
    whole = {
        (meaning.canonical, meaning.near): meaning
        for name, each in known.items()
        if len(bare) > 4 and name.startswith(bare)
        for meaning in each
    }
    score = CUT if len(whole) == 1 else DOUBTFUL
    cut = Bilingual(", bị cắt còn 10 ký tự", ", cut to 10 letters")
    return tuple(
        Meaning(each.canonical, min(score, each.score), _joined(each.said, cut), each.near)
        for each in whole.values()
    )


def _of_ending(bare: str, known: dict[str, tuple[Meaning, ...]]) -> tuple[Meaning, ...]:
    """A known name with something behind it: a unit, new or first of several; or old, original or second: no column."""
    kept = re.fullmatch(r"(.+?)(?:m2|moi|sau|saubiendong|c?1)", bare)
    if kept and kept[1] in known:
        return tuple(
            Meaning(each.canonical, min(CHANGED, each.score), each.said, each.near) for each in known[kept[1]]
        )
    past = re.fullmatch(r"(.+?)(?:cu|goc|old|truoc|truocbiendong|c?[2-9])", bare)
    if past and past[1] in known:
        return (_nothing(Bilingual("số liệu cũ hoặc của người thứ hai", "of before, or of a second one")),)
    return ()


def _alike(bare: str, known: dict[str, tuple[Meaning, ...]]) -> tuple[Meaning, ...]:
    """The known name that it may be a misspelling of; never of one that is doubtful itself."""
    if len(bare) < _LONG:
        return ()
    near = difflib.get_close_matches(bare, known, n=1, cutoff=ALIKE)
    if not near:
        return ()
    said = Bilingual(f"tên gần giống «{near[0]}»", f"the name is like “{near[0]}”")
    return tuple(
        Meaning(each.canonical, WEAK, said if each.canonical else each.said, each.near)
        for each in known[near[0]]
        if each.score >= WORD
    )


def _nothing(said: Bilingual) -> Meaning:
    return Meaning(None, WORD, said)


def _joined(first: Bilingual, second: Bilingual) -> Bilingual:
    return Bilingual(first.vi + second.vi, first.en + second.en)


def _alone(rule: object) -> str | None:
    """The one column of a rule that joins no other to it."""
    names = Joined.model_validate(rule).join
    return names[0] if len(names) == 1 else None


def cut_as_in_dbf(names: tuple[str, ...]) -> dict[str, str]:
    """Bare name as a Shapefile holds it → the name in whole, for columns written in this order.

    What becomes equal by cutting is numbered, as GDAL and ArcGIS do: SoHieuToBa, SoHieuTo_1.
    """
    cut: dict[str, str] = {}
    for name in names:
        short = name[:DBF_NAME_BYTES].lower()
        for number in range(1, 10):
            if short not in cut:
                break
            short = f"{name[:_STEM].lower()}_{number}"
        cut[short] = name
    return cut


def canonical_names() -> list[str]:
    """The canonical columns that a profile may name, in their order."""
    return [column.name for column in delivered_columns()]
