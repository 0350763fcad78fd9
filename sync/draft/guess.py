"""Which delivered column is likely which canonical one, and why: by its name first, then by its values; each used once.

What a name says outweighs how close values are: a measured area is as close to the computed one as can be. Values alone
decide only where they can hardly be anything else, and what two columns fit names both. Wrong is worse than silent.
"""

from dataclasses import dataclass, field, replace

from parcels.bilingual import Bilingual
from sync.draft.evidence import FileSample, Look, computed, look
from sync.draft.names import DOUBTFUL, WEAK, Meaning, canonical_names

ENOUGH = 0.6  # below it nothing is guessed
SURE = 0.95  # below it a person is asked to look
_CONTRADICTED = 0.2  # fewer fitting values than this speak against a name
_FITTING = 0.9  # more of them speak for a column whatever its name
_BY_VALUES = 0.65
_NEAR = 0.12  # so close behind the best: the draft names both
_AREA = "area_legal_m2"
_UNMISTAKABLE = ("national_id",)  # by its values, though the name says that the column is something else
_VIETNAM_ALONE = {"national_id", "land_use", "land_use_areas", "certificate_no", "land_user_id_number"}


@dataclass(frozen=True, slots=True)
class Guess:
    """One line of the map. `score` from 0 to 1; `also`: delivered columns that fit about as well."""

    canonical: str
    delivered: str
    score: float
    reasons: tuple[Bilingual, ...]
    also: tuple[str, ...] = ()

    @property
    def to_check(self) -> bool:
        """Whether a person has to look before the line is used."""
        return self.score < SURE or bool(self.also)


@dataclass(frozen=True, slots=True)
class Guesses:
    """chosen, in the order of the canonical columns; beside: what a column without a guess may be, and why it is not."""

    chosen: tuple[Guess, ...]
    beside: tuple[Guess, ...] = ()


@dataclass(slots=True)
class _Columns:
    """What is known of the delivered columns while they are given out."""

    named: dict[str, tuple[Meaning, ...]]
    sample: FileSample
    left: list[Guess] = field(default_factory=list)

    def is_no(self, delivered: str) -> bool:
        """Whether its name says that it is no canonical column."""
        return bool(self.named[delivered]) and all(each.canonical is None for each in self.named[delivered])


def guess_columns(named: dict[str, tuple[Meaning, ...]], sample: FileSample) -> Guesses:
    """The best pairs first. `named`: delivered column → what its name may mean, in the order of the file."""
    columns = _Columns(named, sample)
    pairs = [*_by_name(columns), *_by_values(columns)]
    places = {name: place for place, name in enumerate(named)}
    pairs.sort(key=lambda pair: (-pair.score, places[pair.delivered]))
    chosen: dict[str, Guess] = {}
    taken: set[str] = set()
    for pair in pairs:
        if pair.score >= ENOUGH and pair.canonical not in chosen and pair.delivered not in taken:
            chosen[pair.canonical] = pair
            taken.add(pair.delivered)
    for canonical, guess in chosen.items():
        also = tuple(
            pair.delivered
            for pair in pairs
            if pair.canonical == canonical
            and pair.delivered not in taken
            and pair.score >= max(ENOUGH, guess.score - _NEAR)
        )
        chosen[canonical] = replace(guess, also=tuple(dict.fromkeys(also)))
    order = canonical_names()
    beside = [
        each for each in _beside(columns) if each.canonical not in chosen and each.delivered not in taken
    ]
    return Guesses(
        tuple(chosen[name] for name in order if name in chosen),
        tuple(sorted(beside, key=lambda each: order.index(each.canonical))),
    )


def _by_name(columns: _Columns) -> list[Guess]:
    found = []
    for delivered, each in columns.named.items():
        for meaning in each:
            abroad = columns.sample.foreign and meaning.canonical in _VIETNAM_ALONE
            if meaning.canonical is not None and not abroad:
                seen = look(meaning.canonical, delivered, columns.sample)
                found.append(_named(delivered, meaning.canonical, meaning, seen, columns.sample))
    return found


def _named(delivered: str, canonical: str, meaning: Meaning, seen: Look | None, sample: FileSample) -> Guess:
    """A name and what its values add or take: fitting ones a little, contradicting ones half."""
    score, reasons = meaning.score, [meaning.said]
    filled = sample.filled(canonical, delivered)
    if filled == 0:
        score *= 0.85
        reasons.append(Bilingual("không có giá trị nào", "it holds no value"))
    elif seen is not None:
        reasons.append(seen.said)
        if seen.share < (_FITTING if canonical == "source_key" else _CONTRADICTED) and seen.binding:
            score *= 0.5
        else:
            score += 0.1 * seen.share * min(1.0, filled + 0.5)
    return Guess(canonical, delivered, min(score, 1.0), tuple(reasons))


def _by_values(columns: _Columns) -> list[Guess]:
    """Columns whose names say nothing, or are contradicted, and whose values can hardly be anything else."""
    areas_named = any(
        _AREA in (meaning.canonical, meaning.near) for each in columns.named.values() for meaning in each
    )
    found = []
    for delivered in columns.named:
        for canonical in _UNMISTAKABLE if columns.is_no(delivered) else canonical_names():
            if canonical == _AREA and (areas_named or computed(delivered, columns.sample)):
                continue
            seen = look(canonical, delivered, columns.sample)
            if seen is not None and seen.distinctive and seen.share >= _FITTING:
                found.append(Guess(canonical, delivered, _BY_VALUES + 0.1 * seen.share, (seen.said,)))
    return found


def _beside(columns: _Columns) -> list[Guess]:
    """What is named beside a canonical column that nothing was found for: never taken, told with the reason."""
    found = []
    for delivered, each in columns.named.items():
        near = [(meaning.near, meaning.said) for meaning in each if meaning.near is not None]
        found += [Guess(canonical, delivered, DOUBTFUL, (said,)) for canonical, said in near]
        if not each and computed(delivered, columns.sample):
            said = Bilingual("trùng với diện tích tính từ ranh giới", "it repeats the computed area")
            found.append(Guess(_AREA, delivered, WEAK, (said,)))
    return found
