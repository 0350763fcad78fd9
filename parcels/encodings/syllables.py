"""What a Vietnamese syllable is, and how likely each one is: by structure, weighted by the names of the communes.

A syllable is an onset, a rime and a tone. The inventories are those of the written language; frequencies come
from the commune, district and province names in force before and after 1 July 2025 and are smoothed, so that a
syllable which no commune is named after ("Nguyễn") is still far more likely than one that cannot exist.
"""

import re
import unicodedata
from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass
from functools import cache
from math import log
from typing import Final, NamedTuple

from parcels.reference import table

TONES: Final = "\u0300\u0301\u0303\u0309\u0323"
_ONSETS: Final = frozenset(
    re.findall(r"\w+", "b c ch d đ g gh gi h k kh l m n ng ngh nh p ph qu r s t th tr v x")
)
_RIMES: Final = frozenset(
    re.findall(
        r"\w+",
        """
        a ac ach ai am an ang anh ao ap at au ay ăc ăm ăn ăng ăp ăt âc âm ân âng âp ât âu ây
        e ec em en eng eo ep et ê êch êm ên ênh êp êt êu
        i ia ich iêc iêm iên iêng iêp iêt iêu im in inh ip it iu
        o oa oac oach oai oam oan oang oanh oao oap oat oay oăc oăm oăn oăng oăt oc oe oen oeo oet oi om on ong
        ooc oong op ot ô ôc ôi ôm ôn ông ôp ôt ơ ơi ơm ơn ơp ơt
        u ua uân uâng uât uây uc uê uêch uên uênh ui um un ung uôc uôi uôm uôn uông uôt uơ up ut
        uy uya uych uyên uyêt uyn uynh uyp uyt uyu
        ư ưa ưc ưi ưng ươc ươi ươm ươn ương ươp ươt ươu ưt ưu
        y yêm yên yêng yêt yêu
        """,
    )
)
_AFTER_QU: Final = frozenset(
    re.findall(
        r"\w+",
        """
        a ac ach ai an ang anh ao at au ay ăc ăm ăn ăng ăp ăt ân âng ât ây e en eo et ê êch ên ênh êt i it
        ơ ơi ôc y ych yên yêt ynh yp yt yu
        """,
    )
)
_AFTER_GI: Final = frozenset(
    rime for rime in _RIMES if rime[0] in "aăâeêoôơuư" and rime not in ("ua", "ui")
) | {"", "n", "ua", "êng", "êt", "êc", "êm", "ui"}
_STOPS: Final = ("c", "ch", "p", "t")
_BEFORE_FRONT: Final = {"c": "k", "g": "gh", "ng": "ngh"}  # written so before i, e, ê and y
_STRUCTURE: Final = 0.15  # share of the likelihood that structure alone gives, against the names seen
_POSSIBLE: Final = 0.03 / 20_000  # about as many syllables can be written: each may occur
_OFTEN: Final = 5
_UNSEEN: Final = 0.5  # added to every count of an onset or a rime


class Syllable(NamedTuple):
    """A syllable taken apart; `tone` is a combining mark, or empty for the level tone."""

    onset: str
    rime: str
    tone: str


@cache
def parse(word: str) -> Syllable | None:
    """A word (any case, NFC) as a syllable; None when Vietnamese has no such syllable."""
    decomposed = unicodedata.normalize("NFD", word.lower())
    tones = [mark for mark in decomposed if mark in TONES]
    if len(tones) > 1:
        return None
    bare = unicodedata.normalize("NFC", "".join(mark for mark in decomposed if mark not in TONES))
    tone = tones[0] if tones else ""
    for onset in (bare[:3], bare[:2], bare[:1], ""):
        if onset and onset not in _ONSETS:
            continue
        rime = bare[len(onset) :]
        if _fits(onset, rime):
            stopped = rime.endswith(_STOPS)
            return Syllable(onset, rime, tone) if not stopped or tone in ("\u0301", "\u0323") else None
    return None


def _fits(onset: str, rime: str) -> bool:
    if onset == "gi":
        return rime in _AFTER_GI
    if rime not in (_AFTER_QU if onset == "qu" else _RIMES):
        return False
    front = rime[0] in "ieêy"
    if front and onset in _BEFORE_FRONT:
        return onset == "g" and rime[0] == "i"
    return front or onset not in _BEFORE_FRONT.values()


@dataclass(frozen=True, slots=True)
class Frequencies:
    """Counts of whole syllables, onsets, rimes and tones (of stopped and of open rimes) in names."""

    whole: Counter[str]
    onsets: Counter[str]
    rimes: Counter[str]
    tones: Counter[tuple[bool, str]]

    def log_likelihood(self, word: str) -> float | None:
        """Natural logarithm of a syllable's probability among syllables; None for what is none."""
        total = max(self.whole.total(), 1)
        found = parse(word)
        if found is None:
            seen = self.whole[word.lower()]
            return log((1 - _STRUCTURE) * seen / total) if seen else None
        stopped = found.rime.endswith(_STOPS)
        of_kind = sum(count for (kind, _), count in self.tones.items() if kind == stopped)
        by_parts = (
            (self.onsets[found.onset] + _UNSEEN) / (total + _UNSEEN * (len(_ONSETS) + 1))
            * (self.rimes[found.rime] + _UNSEEN) / (total + _UNSEEN * len(_RIMES))
            * (self.tones[stopped, found.tone] + _UNSEEN) / (of_kind + 3)
        )  # fmt: skip
        return log((1 - _STRUCTURE) * self.whole[word.lower()] / total + _STRUCTURE * by_parts + _POSSIBLE)


_LETTERS: Final = re.compile(r"[^\W\d_]+")


def learn(names: Iterable[str]) -> Frequencies:
    """Frequencies in names (NFC). Of words of other languages (Đắk, Krông) those are kept that occur often."""
    words = Counter(word for name in names for word in _LETTERS.findall(name.lower()))
    frequencies = Frequencies(Counter(), Counter(), Counter(), Counter())
    for word, count in words.items():
        found = parse(word)
        if found is not None or (count >= _OFTEN and len(word) > 1):
            frequencies.whole[word] = count
        if found is None:
            continue
        frequencies.onsets[found.onset] += count
        frequencies.rimes[found.rime] += count
        frequencies.tones[found.rime.endswith(_STOPS), found.tone] += count
    return frequencies


@cache
def of_the_nation() -> Frequencies:
    """Learnt from the reference tables that ship: communes with their kinds, districts and provinces."""
    communes, provinces = table("communes"), table("provinces")
    columns = (communes["name"], communes["district"].unique(), provinces["full_name"])
    return learn(name for column in columns for name in column.to_pylist() if name is not None)
