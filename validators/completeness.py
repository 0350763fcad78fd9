"""How complete a commune is: the parcels and the area that are there, against those that the land statistics expect.

Nothing in a delivery says what it lacks, so without such figures completeness is unknown. CountedFigure as every other share of a
commune: what is live, what came and what waits in quarantine, each once. More than is expected is told like less.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date
from fractions import Fraction
from typing import Literal

import pyarrow.compute as pc

from parcels.bilingual import Bilingual
from validators.base import Expectation, FigureName, Subject
from validators.measures import Portion
from validators.rulings import en, vi
from validators.tolerances import CompletenessRules

# unknown: no figures; part: only a part of the commune was looked at; more: more is there than is expected
State = Literal["unknown", "part", "complete", "incomplete", "more"]
There = Mapping[
    FigureName, int | float
]  # m² to four places, as areas are stored: added up in any order they are the same

TITLES: dict[State, Bilingual] = {
    "unknown": Bilingual("chưa biết độ đầy đủ", "completeness unknown"),
    "part": Bilingual("chưa biết độ đầy đủ (mới có một phần xã)", "completeness unknown (a part of the commune)"),
    "complete": Bilingual("đủ so với thống kê", "complete"),
    "incomplete": Bilingual("chưa đủ so với thống kê", "incomplete"),
    "more": Bilingual("nhiều hơn thống kê", "more than expected"),
}  # fmt: skip


@dataclass(frozen=True, slots=True)
class CountedFigure:
    """One figure of a commune, parcels or m²: there and expected, and which statistics expect it."""

    figure: FigureName
    there: int | float
    expected: int
    source: str
    stated_on: date

    @property
    def share(self) -> Fraction:
        """Of what is expected, in whole parcels or m²; more than 1 where more is there."""
        return Fraction(round(self.there), self.expected)


@dataclass(frozen=True, slots=True)
class Completeness:
    """How complete a commune is, by each figure that is expected of it."""

    state: State = "unknown"
    figures: tuple[CountedFigure, ...] = ()

    @property
    def portion(self) -> Portion | None:
        """The measure đủ: the figure of which least is there; None where the whole of the commune is not known."""
        if self.state in ("unknown", "part"):
            return None
        least = min(self.figures, key=lambda each: each.share)
        return Portion(round(least.there), least.expected)

    @property
    def said(self) -> Bilingual:
        """In words, with the figures, their source and date."""
        return _said(self)


def against(
    there: There, expected: Iterable[Expectation], rules: CompletenessRules, *, whole: bool
) -> Completeness:
    """What is there of a commune, held against what is expected of it.

    whole  `there` is all of the commune: not where a part of it is looked at alone
    """
    figures = tuple(
        CountedFigure(each.figure, there[each.figure], each.amount, each.source, each.stated_on)
        for each in sorted(expected, key=lambda each: each.figure, reverse=True)  # parcels, then area
    )
    return Completeness(_state(figures, rules, whole=whole), figures)


def recounted(before: Completeness, there: There, rules: CompletenessRules) -> Completeness:
    """The same commune, of which all is known now."""
    expected = [
        Expectation(each.figure, each.expected, each.source, each.stated_on) for each in before.figures
    ]
    return against(there, expected, rules, whole=True)


def completeness(subject: Subject) -> Completeness:
    """Of a dataset: its rows, and the area of those that have one. Use as a fact."""
    context = subject.context
    area = pc.sum(subject.dataset.column("area_m2"), min_count=0).as_py()
    there: There = {"parcels": len(subject), "area_m2": round(float(area), 4)}
    whole = context.complete and not context.changes
    return against(there, context.expected, context.policy.completeness, whole=whole)


def share(subject: Subject) -> Portion | None:
    """How the measure đủ is counted."""
    return subject.fact(completeness).portion


def _state(figures: tuple[CountedFigure, ...], rules: CompletenessRules, *, whole: bool) -> State:
    if not figures:
        return "unknown"
    if not whole:
        return "part"
    shares = [each.share for each in figures]
    if min(shares) < Fraction(rules.incomplete_below):
        return "incomplete"
    return "more" if max(shares) > Fraction(rules.more_above) else "complete"


_WITHOUT = Bilingual(
    "chưa có số thửa, diện tích của xã theo thống kê, kiểm kê đất đai",
    "there are no parcels or area of the commune from the land statistics",
)
_WHY_MORE = Bilingual(
    "Có thể dữ liệu bị giao nộp trùng, hoặc số thống kê đã cũ.",
    "Parcels may have been delivered twice, or the statistics are old.",
)


def _said(found: Completeness) -> Bilingual:
    title = TITLES[found.state]
    if not found.figures:
        return Bilingual(f"{_sentence(title.vi)}: {_WITHOUT.vi}.", f"{_sentence(title.en)}: {_WITHOUT.en}.")
    told = [_figure(each) for each in found.figures]
    text = Bilingual(
        f"{_sentence(title.vi)}: {'; '.join(each.vi for each in told)}.",
        f"{_sentence(title.en)}: {'; '.join(each.en for each in told)}.",
    )
    if found.state != "more":
        return text
    return Bilingual(f"{text.vi} {_WHY_MORE.vi}", f"{text.en} {_WHY_MORE.en}")


def _figure(one: CountedFigure) -> Bilingual:
    there, expected = (
        (f"{one.there:,}", f"{one.expected:,}")
        if one.figure == "parcels"
        else (f"{one.there / 10_000:,.2f}", f"{one.expected / 10_000:,.2f}")
    )
    of = Bilingual("thửa", "parcels") if one.figure == "parcels" else Bilingual("ha", "ha")
    share = (one.share.numerator, one.share.denominator)
    return Bilingual(
        f"{_vietnamese(there)} trong {_vietnamese(expected)} {of.vi} ({vi(*share)}) theo «{one.source}», "
        f"số liệu ngày {one.stated_on:%d/%m/%Y}",
        f"{there} of {expected} {of.en} ({en(*share)}) by “{one.source}” of {one.stated_on.isoformat()}",
    )


def _vietnamese(number: str) -> str:
    return number.translate({ord(","): ".", ord("."): ","})


def _sentence(text: str) -> str:
    return text[0].upper() + text[1:]
