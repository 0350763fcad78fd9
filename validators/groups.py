"""Usability groups as data: what a policy says of its groups, best first, and of the rules of each.

Every rule is monotone: putting something right can only help it. So mending any subset of faults never lowers a group,
whatever scheme a policy describes. Nothing here knows how many groups there are or what they are called.
"""

from collections.abc import Mapping
from typing import Annotated, Any, Literal

from pydantic import Discriminator, Field, Tag

from parcels.bilingual import Bilingual
from validators.tolerances import Rules, Share

Code = Annotated[str, Field(min_length=1, max_length=12)]


class Words(Rules):
    """A sentence or a name in both languages."""

    vi: Annotated[str, Field(min_length=1)]
    en: Annotated[str, Field(min_length=1)]

    @property
    def said(self) -> Bilingual:
        """As everything else in two languages."""
        return Bilingual(self.vi, self.en)


class ShareRule(Rules):
    """At most this share of the rows read may be of the kind.

    refused  quarantined or unreadable
    errors   with at least one error finding that nobody answers for; refused rows are among them
    """

    share: Literal["refused", "errors"]
    at_most: Share


class FoundRule(Rules):
    """At most this share of the rows read may have a finding of these checks (`TOP-OVERLAP`) or families (`TOP`).

    Findings that somebody answers for do not count, nor do those of a commune as a whole: they are of no row.
    """

    found: Annotated[tuple[str, ...], Field(min_length=1)]
    at_most: Share

    def names(self, code: str) -> bool:
        """Whether the check is one of these."""
        return code in self.found or code.split("-", 1)[0] in self.found


class MeasureRule(Rules):
    """A quality measure must be at least so much."""

    measure: str
    at_least: Share


GroupRule = ShareRule | FoundRule | MeasureRule


def _kind(rule: Any) -> str | None:
    keys = rule if isinstance(rule, Mapping) else vars(rule)
    return next((key for key in ("share", "found", "measure") if key in keys), None)


AnyRule = Annotated[
    Annotated[ShareRule, Tag("share")]
    | Annotated[FoundRule, Tag("found")]
    | Annotated[MeasureRule, Tag("measure")],
    Discriminator(
        _kind,
        custom_error_type="rule_kind",
        custom_error_message="a rule says one of share, found, measure",
    ),
]


class GroupDefinition(Rules):
    """One group: a commune belongs to the first of its policy whose rules all hold.

    like   the code of the group of another scheme that this one corresponds to: who goes from one to the other has
           not changed group in a rehearsal
    rules  none: for whoever is in no better group
    """

    code: Code
    title: Words
    meaning: Words
    like: Code | None = None
    rules: tuple[AnyRule, ...] = ()


class RehearsalRules(Rules):
    """What may change without somebody agreeing to it: this share of the communes."""

    agreed_share: Share


def wrong_with_groups(groups: tuple[GroupDefinition, ...]) -> str | None:
    """What is wrong with a scheme as a whole; None when nothing is."""
    if not groups:
        return "there is no [[groups]]"
    codes = [each.code for each in groups]
    if len(set(codes)) < len(codes):
        return f"a code of [[groups]] occurs twice: {', '.join(codes)}"
    if groups[-1].rules:
        return f"the last group ({codes[-1]}) has rules: some communes would belong to none"
    empty = [each.code for each in groups[:-1] if not each.rules]
    if empty:
        return f"only the last group may be without rules, not {', '.join(empty)}"
    return None
