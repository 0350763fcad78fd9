"""One column of text, batch by batch: which encoding it is in, and its values in Unicode.

Decided as soon as the words seen decide; never undone, so that a value is converted once. A column that nothing
speaks against is what it seems: Unicode (or, for bytes, Windows-1252). Where both kinds occur the column is
mixed and each value is decided by itself; a value that does not decide stays as delivered and is counted.
"""

from dataclasses import dataclass, field
from math import floor, log
from typing import Any, Final

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
from numpy.typing import NDArray

from parcels.encodings.batch import WordBatch
from parcels.encodings.codecs import (
    LEGACY,
    UTF8,
    byte_text,
    capitals,
    decode_texts,
    has_stray_bytes,
    is_cut,
    western,
)
from parcels.encodings.evidence import (
    AS_IT_STANDS,
    IMPOSSIBLE,
    READINGS,
    SOUND,
    Vocabulary,
    likeliest,
    likelihoods,
)

_COMBINING: Final = r"[\x{300}-\x{36f}]"
_LOST: Final = r"\pL\?+[\pL]|(^|[^\pL?])\?\pL|\pL\?+ +\pL|\x{FFFD}"
_CERTAIN: Final = 0.99
_SUPPORT: Final = 1.6  # distinct words, so that a single foreign name turns no column
_SUPPORT_ELSEWHERE: Final = 0.3  # where another column of the part is in that encoding
_AGAINST: Final = 0.5  # words that stay strange, per word that becomes Vietnamese
_CLEAR: Final = log(9)
_CLEARLY_NOT: Final = 7.0  # to say that a value of a converted column is no such text: names are often rare
_CONTRADICTED: Final = 25.0  # log-likelihood by which the words must speak against what was declared
_RECENT: Final = 20_000  # words that are weighed together
NOT_UTF8: Final = "not UTF-8"
_STATED: Final = 0.9999  # no probability is stated higher

# Before any word is seen: log-odds of each reading against the text being what it seems.
_RARE, _SHARED = -4.0, 1.0
_UNICODE_PRIOR: Final = np.array([0.0, *[_RARE] * len(LEGACY), _RARE])
_BYTES_PRIOR: Final = np.array([0.0, *[0.0] * len(LEGACY), 2.0])


@dataclass(slots=True)
class TextColumn:
    """The state of one column.

    as_bytes  values are byte text: nobody has decoded them yet
    declared  the encoding that was declared; None: it is to be found
    """

    words: Vocabulary
    declared: str | None = None
    decided: list[int] = field(default_factory=list)
    probability: float | None = None
    converted: int = 0
    composed: int = 0
    as_they_were: int = 0
    undecided: int = 0
    lost: int = 0
    case_unknown: int = 0
    contradicted_by: str | None = None
    _recent: dict[int, None] = field(default_factory=dict)
    _clear: NDArray[np.float64] = field(default_factory=lambda: np.zeros(len(READINGS)))
    _leaning: int | None = None
    _pending: WordBatch | None = None

    def __post_init__(self) -> None:
        if self.declared is not None:
            self.decided.append(READINGS.index(self.declared))
            self._clear[self.decided[0]] = 5  # a declaration counts as much as a few values

    @property
    def as_bytes(self) -> bool:
        """Whether values are byte text."""
        return self.words.as_bytes

    @property
    def mixed(self) -> bool:
        """Whether values of more than one kind were seen."""
        return int(np.count_nonzero(self._clear[[AS_IT_STANDS, *self.decided]] >= 1)) > 1

    def observe(self, values: pa.Array) -> None:
        """Take in the next batch (n,), before `decide` and `convert`."""
        self._pending = WordBatch.of(values, self.words)
        self._recent |= dict.fromkeys(self._pending.places.tolist())
        for old in list(self._recent)[: max(len(self._recent) - _RECENT, 0)]:
            del self._recent[old]

    def decide(self, elsewhere: frozenset[int]) -> bool:
        """Whether the words seen so far decide for a further encoding. `elsewhere`: those of the part's other columns."""
        places = np.fromiter(self._recent, np.intp, len(self._recent))
        if not len(places) or self.contradicted_by is not None:
            return False
        values, quality = likelihoods(self.words, places)
        if self.declared is not None:
            self._check_declaration(values, quality == SOUND)
            return False
        prior = (_BYTES_PRIOR if self.as_bytes else _UNICODE_PRIOR).copy()
        if self.decided:
            prior[:] = _RARE  # a second old encoding in one column needs as much evidence as a first one
        shared = [number for number in elsewhere if number not in self.decided]
        prior[shared] = np.maximum(prior[shared], _SHARED)
        found = likeliest(values, quality, [AS_IT_STANDS, *self.decided], prior)
        if found is None:
            return False
        likely = found.probability > 0.5 and found.against <= max(2, 2 * found.support)
        self._leaning = found.encoding if likely else None
        utf8_bytes = self.as_bytes and READINGS[found.encoding] == UTF8
        enough = _SUPPORT_ELSEWHERE if found.encoding in elsewhere else _SUPPORT
        if READINGS[found.encoding] == UTF8:
            enough = 0 if self.as_bytes else 1  # bytes are UTF-8 by their form, hardly ever by chance
        tolerated = np.inf if utf8_bytes else _AGAINST * found.support
        if found.probability < _CERTAIN or found.support < enough or found.against > tolerated:
            if self.probability is None or not self.decided:
                self.probability = 1 - found.probability
            return False
        self.decided.append(found.encoding)
        self.probability = found.probability
        return True

    def _check_declaration(self, values: NDArray[np.float64], sound: NDArray[np.bool_]) -> None:
        """Note the reading that the words speak for when it is clearly not the declared one."""
        mine = self.decided[0]
        if READINGS[mine] == UTF8 and self.as_bytes:
            if (values[:, mine] < IMPOSSIBLE / 2).any():
                self.contradicted_by = NOT_UTF8
            return
        gaps = np.clip(values - values[:, mine : mine + 1], -8, 8).sum(axis=0)
        other = int(np.argmax(gaps))
        theirs = np.count_nonzero(sound[:, other] & ~sound[:, mine])
        ours = np.count_nonzero(sound[:, mine] & ~sound[:, other])
        if gaps[other] > _CONTRADICTED and theirs >= 4 and theirs > 4 * ours:
            stands = "Windows-1252" if self.as_bytes else "Unicode"
            self.contradicted_by = stands if other == AS_IT_STANDS else READINGS[other]

    def convert(self) -> tuple[pa.Array, NDArray[np.bool_]]:
        """The observed batch in Unicode, NFC, and which rows are not what was delivered (n,)."""
        batch, self._pending = self._pending, None
        if batch is None:
            raise ValueError("observe comes before convert")
        coded, distinct = batch.coded, batch.coded.dictionary
        rows = np.bincount(
            coded.indices.drop_null().to_numpy(zero_copy_only=False), minlength=len(distinct)
        ).astype(np.int64)
        result = distinct
        if len(batch.numbers):
            chosen, texts = self._read(batch, rows[batch.numbers])
            mask = np.zeros(len(distinct), np.bool_)
            mask[batch.numbers] = True
            result = pc.replace_with_mask(distinct, pa.array(mask), texts)
        self._count_lost(result, rows)
        different = np.zeros(len(distinct), np.bool_)
        if len(batch.numbers):
            # Bytes that were read as what they are were not converted from anything.
            read = self.as_bytes & ((chosen == AS_IT_STANDS) | (chosen == READINGS.index(UTF8)))
            changed = np.asarray(pc.not_equal(result, distinct).to_numpy(zero_copy_only=False), np.bool_)
            different[batch.numbers] = changed[batch.numbers] & ~read
        places = coded.indices
        by_row = pc.fill_null(pa.array(different).take(places), False)
        return result.take(places), np.asarray(by_row.to_numpy(zero_copy_only=False), np.bool_)

    def _read(self, batch: WordBatch, rows: NDArray[np.int64]) -> tuple[NDArray[np.intp], pa.Array]:
        """The reading chosen for each distinct value beyond ASCII, and its text."""
        chosen, unsure = self._choose(batch)
        self.undecided += int(rows[unsure].sum())
        stay = chosen == AS_IT_STANDS
        self.as_they_were += int(rows[stay & ~unsure].sum())
        if stay.all() and not self.as_bytes:
            return chosen, self._composed(batch.texts, stay, rows)
        delivered = batch.texts.to_pylist()
        texts = [western(text) for text in delivered] if self.as_bytes else list(delivered)
        for number in self.decided:
            at = np.flatnonzero(chosen == number)
            if len(at):
                views = [byte_text(delivered[place], self.words.page) for place in at]
                self._place(at, decode_texts(views, READINGS[number]), number, texts, rows, delivered)
        return chosen, self._composed(pa.array(texts, pa.string()), stay, rows)

    def _place(
        self,
        at: NDArray[np.intp],
        decoded: list[str],
        number: int,
        texts: list[str],
        rows: NDArray[np.int64],
        delivered: list[str],
    ) -> None:
        """Put decoded values in their places and count them."""
        reading = READINGS[number]
        for place, text in zip(at.tolist(), decoded, strict=True):
            said, unknown = capitals(text) if reading == "TCVN3" else (text, False)
            texts[place] = said
            self.case_unknown += int(rows[place]) if unknown else 0
            if self.as_bytes and reading == UTF8:
                self.lost += int(rows[place]) if is_cut(delivered[place]) else 0
                if has_stray_bytes(delivered[place]):
                    self._not_utf8(int(rows[place]))
            elif said != delivered[place]:
                self.converted += int(rows[place])

    def _not_utf8(self, rows: int) -> None:
        if self.declared is None:
            self.undecided += rows
        else:
            self.contradicted_by = NOT_UTF8

    def _composed(self, texts: pa.Array, stay: NDArray[np.bool_], rows: NDArray[np.int64]) -> pa.Array:
        """Values in NFC, counted where they stay otherwise and were decomposed."""
        marked = pc.match_substring_regex(texts, _COMBINING)
        if not pc.any(marked).as_py():
            return texts
        composed = pc.utf8_normalize(texts, "NFC")
        changed = np.asarray(pc.not_equal(texts, composed).to_numpy(zero_copy_only=False), np.bool_)
        self.composed += int(rows[changed & stay].sum())
        return composed

    def _choose(self, batch: WordBatch) -> tuple[NDArray[np.intp], NDArray[np.bool_]]:
        """For each distinct value beyond ASCII the reading (n,), and whether it stays because nothing decides."""
        count = len(batch.texts)
        considered = [AS_IT_STANDS, *self.decided]
        if not self.decided and self._leaning is not None:
            considered.append(self._leaning)
        values, _ = likelihoods(self.words, batch.places)
        if not self.decided and not self.as_bytes:  # letters that no old encoding has: surely Unicode
            sure = values[:, 1:].max(axis=1) < IMPOSSIBLE / 2
            self._clear[AS_IT_STANDS] += len(np.unique(batch.owners[sure[batch.kind]]))
        if len(considered) == 1:
            return np.zeros(count, np.intp), np.zeros(count, np.bool_)
        worth = np.zeros((count, len(considered)))
        np.add.at(worth, batch.owners, values[batch.kind][:, considered])
        if not self.decided:  # suspected, not decided: nothing is converted
            return np.zeros(count, np.intp), worth[:, 1] - worth[:, 0] > _CLEAR
        strongest = np.zeros(count)
        gain = np.where(values > IMPOSSIBLE / 2, values - values[:, :1], 0)[:, considered].max(axis=1)
        np.maximum.at(strongest, batch.owners, gain[batch.kind])
        worth = np.clip(worth, IMPOSSIBLE, None)
        order = np.sort(worth, axis=1)
        plain = np.argmax(worth, axis=1)
        clear = order[:, -1] - order[:, -2] > np.where(plain == 0, _CLEARLY_NOT, _CLEAR)
        np.add.at(self._clear, np.array(considered)[plain[clear]], 1)
        seen = self._clear[considered] + 0.05
        weighed = worth + np.log(seen / seen.sum())
        best = np.argmax(weighed, axis=1)
        order = np.sort(weighed, axis=1)
        close = order[:, -1] - order[:, -2] < _CLEAR
        inside = (best == 0) & (strongest > 8)  # a word in the old encoding among letters that it cannot have
        unsure = (close & self.mixed) | inside
        return np.where(unsure, AS_IT_STANDS, np.array(considered)[best]), unsure

    def _count_lost(self, result: pa.Array, rows: NDArray[np.int64]) -> None:
        """Count rows whose characters were lost before they came to us."""
        lost = pc.fill_null(pc.match_substring_regex(result, _LOST), False)
        self.lost += int(rows[np.asarray(lost.to_numpy(zero_copy_only=False), np.bool_)].sum())

    def report(self) -> dict[str, Any] | None:
        """What became of the column; None when there is nothing to say. Never a value."""
        named = " + ".join(READINGS[number] for number in self.decided)
        if not named:
            named = "Windows-1252" if self.as_bytes else UTF8
        counts = (self.converted, self.composed, self.undecided, self.lost)
        if not any(counts) and not (self.as_bytes and self.probability is not None):
            return None
        probability = self.probability
        return {
            "encoding": named,
            "suspected": READINGS[self._leaning] if self.undecided and self._leaning is not None else None,
            "probability": None if probability is None else min(floor(probability * 10**4) / 10**4, _STATED),
            "how": "declared" if self.declared is not None else "found",
            "converted": self.converted,
            "composed": self.composed,
            "mixed": self.mixed,
            "as_they_were": self.as_they_were,
            "undecided": self.undecided,
            "lost": self.lost,
            "case_unknown": self.case_unknown,
        }
