"""What the words of a column say about its encoding.

Every distinct word beyond plain ASCII is read in each way that it could have been meant: as it stands, and as
each old encoding. A reading is worth what it would be worth to somebody who knows Vietnamese: likely syllables,
some foreign words, marks at the edge of a word rarely and inside it hardly ever, capitals where capitals go.
"""

import re
import unicodedata
from dataclasses import dataclass, field
from math import log
from typing import Final

import numpy as np
from numpy.typing import NDArray

from parcels.encodings.codecs import (
    BYTES,
    LEGACY,
    UTF8,
    byte_text,
    capitals,
    decode_text,
    has_stray_bytes,
    is_byte_text,
    is_cut,
    western,
)
from parcels.encodings.syllables import Frequencies, of_the_nation
from parcels.encodings.tables import letters

Floats = NDArray[np.float64]
READINGS: Final = ("as it stands", *LEGACY, UTF8)
AS_IT_STANDS: Final = 0
IMPOSSIBLE: Final = -1e6
STRANGE, FOREIGN, SOUND = 0, 1, 2
MOST_WORDS: Final = 100_000  # of a part; all of Vietnam's names have fewer, a file of random text has more

# What a letter or a mark costs, in natural logarithms.
_PLAIN, _WESTERN, _VIETNAMESE, _OTHER = 3.0, 5.0, 5.5, 7.5
_ODD_CASE: Final = 4.0
_NOT_VIETNAMESE: Final = 5.0  # a foreign word in a Vietnamese text
_WESTERN_LETTERS: Final = frozenset("àáâãäåæçèéêëìíîïñòóôõöøùúûüýÿœšžß")
_VIETNAMESE_LETTERS: Final = frozenset(letters())
_FOREIGN_WEIGHT: Final = 1 / 3  # "Loïc" is a name, and also VNI for "Lọc"
_THREE_MARKED: Final = re.compile(r"[^\x00-\x7f]{3}")  # no language of Western Europe writes three in a row
_CUT_OFF: Final = 6.0  # half a character at the end of a word
_RUNS: Final = re.compile(r"[^\W\d_ªºµ¹²³¼½¾]+")
_EDGE_MARKS: Final = frozenset("“”‘’«»„–—…•·°º²³ª§©®™½¼¾±×€£’")
_INNER_MARKS: Final = frozenset("’‘·–")
_LOST: Final = "\ufffd"


@dataclass(slots=True)
class Vocabulary:
    """Words seen, each once, and what each of its readings is worth.

    page               how the words came: "bytes" (as byte text), or read by a code page: "cp1252", "cp1258"
    vietnamese (n, r)  log-likelihood with the weight of Vietnamese text
    foreign    (n, r)  log-likelihood as letters of whatever language
    quality    (n, r)  SOUND: Vietnamese syllables and nothing strange; FOREIGN: a word of some language; else STRANGE
    """

    page: str
    frequencies: Frequencies = field(default_factory=of_the_nation)
    # Words of people are among them: never shown.
    _place: dict[str, int] = field(default_factory=dict, repr=False)
    _vietnamese: Floats = field(default_factory=lambda: np.zeros((1024, len(READINGS))), repr=False)
    _foreign: Floats = field(default_factory=lambda: np.zeros((1024, len(READINGS))), repr=False)
    _quality: NDArray[np.int8] = field(
        default_factory=lambda: np.zeros((1024, len(READINGS)), np.int8), repr=False
    )

    @property
    def as_bytes(self) -> bool:
        """Whether words are byte text: nobody has decoded them yet."""
        return self.page == BYTES

    def places(self, words: list[str]) -> NDArray[np.intp]:
        """The number of each word (n,), new ones added; 0, which speaks for nothing, beyond MOST_WORDS."""
        for word in words:
            if word not in self._place and len(self._place) < MOST_WORDS:
                place = len(self._place) + 1
                if place == len(self._quality):
                    self._grow()
                self._vietnamese[place], self._foreign[place], self._quality[place] = self._read(word)
                self._place[word] = place
        return np.array([self._place.get(word, 0) for word in words], np.intp)

    def _grow(self) -> None:
        self._vietnamese = np.concatenate((self._vietnamese, np.empty_like(self._vietnamese)))
        self._foreign = np.concatenate((self._foreign, np.empty_like(self._foreign)))
        self._quality = np.concatenate((self._quality, np.empty_like(self._quality)))

    def worth(self, places: NDArray[np.intp]) -> tuple[Floats, Floats, NDArray[np.int8]]:
        """vietnamese, foreign and quality of words by number."""
        return self._vietnamese[places], self._foreign[places], self._quality[places]

    def _read(self, word: str) -> tuple[Floats, Floats, NDArray[np.int8]]:
        view = word if self.as_bytes else byte_text(word, self.page)
        stands = unicodedata.normalize("NFC", western(word) if self.as_bytes else word)
        vietnamese = np.full(len(READINGS), IMPOSSIBLE)
        foreign = np.full(len(READINGS), IMPOSSIBLE)
        quality = np.zeros(len(READINGS), np.int8)
        for number, reading in enumerate(READINGS):
            text = stands if number == AS_IT_STANDS else _reading(view, reading)
            if text is not None:
                vietnamese[number], foreign[number], quality[number] = self._value(text)
            if reading == UTF8 and is_cut(view):
                vietnamese[number] -= _CUT_OFF
                foreign[number] -= _CUT_OFF
        return vietnamese, foreign, quality

    def _value(self, text: str) -> tuple[float, float, int]:
        """A reading's two log-likelihoods and its quality."""
        cost, strange = _marks(text)
        vietnamese = foreign = -cost
        sound, usual = not strange, not strange
        runs = _RUNS.findall(text)
        for run in runs:
            spelled = -sum(map(_letter, run.lower())) - _case(run)
            known = self.frequencies.log_likelihood(run)
            usual &= not _case(run) and not (known is None and _THREE_MARKED.search(run))
            sound &= known is not None
            vietnamese += max(spelled - _NOT_VIETNAMESE, IMPOSSIBLE if known is None else known - _case(run))
            foreign += spelled
        if not runs or not usual:
            return vietnamese, foreign, STRANGE
        return vietnamese, foreign, SOUND if sound else FOREIGN


def _reading(view: str, encoding: str) -> str | None:
    """Byte text read in an encoding; None where it cannot be: letters that are no bytes, bytes that are no UTF-8."""
    if not is_byte_text(view.replace(_LOST, "")):
        return None
    text = decode_text(view, encoding)
    if encoding == UTF8 and has_stray_bytes(view):
        return None
    return capitals(text)[0] if encoding == "TCVN3" else text


def _marks(text: str) -> tuple[float, bool]:
    """What the marks of a word cost, and whether one is where no text has it."""
    cost, strange = 0.0, False
    for at, mark in enumerate(text):
        if mark == _LOST or _RUNS.match(mark):
            continue
        inside = 0 < at < len(text) - 1 and bool(_RUNS.match(text[at - 1]) and _RUNS.match(text[at + 1]))
        if unicodedata.category(mark) == "Cc":
            cost, strange = cost + 11, True
        elif inside and mark not in _INNER_MARKS:
            cost, strange = cost + 9, True
        elif mark in _EDGE_MARKS:
            cost += 3.5
        else:
            cost, strange = cost + 7, True
    return cost, strange


def _letter(letter: str) -> float:
    if letter < "\x80":
        return _PLAIN
    if letter in _WESTERN_LETTERS:
        return _WESTERN
    return _VIETNAMESE if letter in _VIETNAMESE_LETTERS else _OTHER


def _case(run: str) -> float:
    """The cost of a word that is neither small, nor capital, nor a small one after a capital."""
    usual = run in (run.lower(), run.upper()) or run[1:] == run[1:].lower()
    return 0.0 if usual else _ODD_CASE


@dataclass(frozen=True, slots=True)
class Likeliest:
    """What a column's words say.

    encoding     the most likely reading of the words that are not what they seem, by number in READINGS
    probability  that it is right
    support      distinct words that only this reading makes Vietnamese; what could be a foreign word counts a third
    against      distinct words that no reading makes Vietnamese, though they could be in the encoding
    """

    encoding: int
    probability: float
    support: float
    against: int


# Shares of a column that may be in the old encoding, and how likely each share is beforehand.
_SHARES: Final = ((0.98, 0.9), (0.6, 0.04), (0.2, 0.03), (0.02, 0.02), (0.002, 0.01))


def likelihoods(words: Vocabulary, places: NDArray[np.intp]) -> tuple[Floats, NDArray[np.int8]]:
    """Log-likelihood and quality of each reading of each word (n, r), foreign words weighed as the column has them."""
    vietnamese, foreign, quality = words.worth(places)
    unknown = np.count_nonzero((quality < SOUND).all(axis=1))
    share = min(max((unknown + 0.5) / (len(places) + 10), 0.02), 0.9)
    return np.logaddexp(vietnamese + log(1 - share), foreign + log(share)), quality


def likeliest(values: Floats, quality: NDArray[np.int8], known: list[int], prior: Floats) -> Likeliest | None:
    """Which further encoding the words are in, next to the readings that are `known` to occur; None: no other.

    values, quality  (n, r) from `likelihoods`, a row per distinct word
    prior            (r,) log-odds of each reading against "no further encoding", before the words are seen
    """
    if not len(values):
        return None
    base = values[:, known].max(axis=1)
    seems = quality[:, known].max(axis=1)
    gain = np.clip(values - base[:, None], -30, 30)
    parts = np.array(
        [log(weight) + np.log(1 - share + share * np.exp(gain)).sum(axis=0) for share, weight in _SHARES]
    )
    evidence = np.logaddexp.reduce(parts, axis=0) + prior
    evidence[known] = -np.inf
    best = int(np.argmax(evidence))
    total = np.logaddexp.reduce(np.append(evidence, 0.0))
    sound = quality[:, best] == SOUND
    turned = sound & (seems < SOUND) & (gain[:, best] > 2)
    support = float(np.where(seems[turned] == STRANGE, 1.0, _FOREIGN_WEIGHT).sum())
    could = values[:, best] > IMPOSSIBLE / 2
    against = int(np.count_nonzero(could & (quality < SOUND).all(axis=1)))
    return Likeliest(best, float(np.exp(evidence[best] - total)), support, against)
