"""The usability group of a commune: a pure function of counts, measures and policy, called again whenever one changes.

The groups and their rules are the policy's (`validators.groups`). Denominators are the rows read, or what a measure
states. Putting something right never lowers the group: every rule is monotone.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from decimal import ROUND_CEILING
from typing import Literal

from parcels.bilingual import Bilingual
from validators.groups import FoundRule, GroupDefinition, GroupRule, MeasureRule
from validators.measures import Portion
from validators.policy import Policy, policies
from validators.rulings import reason

# holds | fails; not_run: what it is about is not known, so it decides nothing; not_applicable: there is nothing to count
State = Literal["holds", "fails", "not_run", "not_applicable"]

# The groups of the policy in force, by number: for pages that speak of no commune in particular.
NAMES: dict[int, Bilingual] = {
    number: group.title.said for number, group in enumerate(policies()[0].groups, start=1)
}


@dataclass(frozen=True, slots=True)
class Tally:
    """What the rules are about, of one commune.

    read             rows read
    quarantined      rows that may not enter the database
    unreadable       rows that can be tied to no parcel and no commune
    rows_with_error  rows with at least one error finding; quarantined and unreadable rows are among them
    found            what a FoundRule names → rows with such a finding
    measures         name → how it was counted; None or absent where none of its checks ran; of nothing (0 of 0) where
                     it is not applicable
    assumptions      what was assumed, in words: it changes no group, and is told with the reasons

    Raises ValueError when the counts cannot be those of one commune.
    """

    read: int
    quarantined: int
    unreadable: int
    rows_with_error: int
    found: Mapping[tuple[str, ...], int] = field(default_factory=dict)
    measures: Mapping[str, Portion | None] = field(default_factory=dict)
    assumptions: tuple[Bilingual, ...] = ()

    def __post_init__(self) -> None:
        if (
            min(self.quarantined, self.unreadable) < 0
            or not self.refused <= self.rows_with_error <= self.read
        ):
            raise ValueError(f"counts contradict each other: {self}")

    @property
    def refused(self) -> int:
        """Rows that are not accepted."""
        return self.quarantined + self.unreadable


@dataclass(frozen=True, slots=True)
class Ruling:
    """One rule held against one commune.

    count, of  rows of the kind, or what is good of a measure, and of how many
    limit      how many there may be at most; of a measure how many there must be at least
    """

    rule: GroupRule
    state: State
    count: int
    of: int
    limit: int

    @property
    def missing(self) -> int:
        """How many more must be put right for the rule to hold."""
        if self.state != "fails":
            return 0
        return self.limit - self.count if isinstance(self.rule, MeasureRule) else self.count - self.limit

    @property
    def said(self) -> Bilingual:
        """In words, with the figures."""
        return reason(self.rule, self.state, self.count, self.of)


@dataclass(frozen=True, slots=True)
class Group:
    """A usability group and why. `number` counts from 1, the best; `code` and `title` are the policy's."""

    number: int
    code: str
    title: Bilingual
    reasons: tuple[Bilingual, ...]
    policy: str


def group(tally: Tally, policy: Policy) -> Group:
    """The group of a commune: the first whose rules all hold. What cannot be known yet fails nothing."""
    if not tally.read:
        last = policy.groups[-1]
        return Group(len(policy.groups), last.code, last.title.said, (_NO_ROWS,), policy.name)
    failed: tuple[Ruling, ...] = ()
    for number, definition in enumerate(policy.groups, start=1):
        ruled = rulings(definition, tally)
        if not any(ruling.state == "fails" for ruling in ruled):
            # Why it is no better; of the best, why it is.
            said = failed if number > 1 else ruled
            return Group(
                number,
                definition.code,
                definition.title.said,
                tuple(ruling.said for ruling in said) + tally.assumptions,
                policy.name,
            )
        failed = tuple(ruling for ruling in ruled if ruling.state == "fails")
    raise AssertionError("the last group of a policy has no rules")


def rulings(definition: GroupDefinition, tally: Tally) -> tuple[Ruling, ...]:
    """Every rule of a group held against a commune, in the policy's order."""
    return tuple(_ruling(rule, tally) for rule in definition.rules)


def _ruling(rule: GroupRule, tally: Tally) -> Ruling:
    if isinstance(rule, MeasureRule):
        portion = tally.measures.get(rule.measure)
        if portion is None:
            return Ruling(rule, "not_run", 0, 0, 0)
        needed = int((rule.at_least * portion.of).to_integral_value(ROUND_CEILING))
        state: State = "holds" if portion.good >= needed else "fails"
        return Ruling(rule, state if portion.of else "not_applicable", portion.good, portion.of, needed)
    count = (
        tally.found.get(rule.found, 0)
        if isinstance(rule, FoundRule)
        else {"refused": tally.refused, "errors": tally.rows_with_error}[rule.share]
    )
    allowed = int(rule.at_most * tally.read)  # rounded down: a row more is more than the share
    return Ruling(rule, "holds" if count <= allowed else "fails", count, tally.read, allowed)


_NO_ROWS = Bilingual("Không đọc được thửa đất nào.", "No parcel was read.")
