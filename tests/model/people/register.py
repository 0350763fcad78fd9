"""A model of what one province's register holds of people: what each parcel has, since when, and what it had, from when to when."""

from collections import Counter
from copy import deepcopy
from dataclasses import dataclass, field
from typing import Any, NamedTuple

from tests.model.people.identity import Identity
from tests.model.people.said import Certificate, User

Place = tuple[str, int]  # record, parcel


class Blank(NamedTuple):
    """What is left of whom a law wants erased: that there was somebody. `turn`: of several descriptions of him on one parcel."""

    turn: int


class Described(NamedTuple):
    """A user or a certificate as a parcel's row describes it, and who it is."""

    who: Identity
    values: User | Certificate | Blank


class Held(NamedTuple):
    """A right as it is kept: whom it ties to which certificate, and what it says of itself."""

    user: Identity | None
    certificate: Identity | None
    role: Any
    form: Any
    numerator: Any
    denominator: Any
    since: Any
    until: Any


class Closed(NamedTuple):
    """What a parcel had from one recorded moment to another."""

    record: str
    parcel: int
    content: Any
    since: int
    until: int


@dataclass
class Outcome:
    """What a delivery came to.

    touched  the parcels of which anything is another than before
    changed  (commune, record) → how many parcels have lost or changed something that they had
    closed, added  how many things fewer, or more, they have
    """

    touched: set[int] = field(default_factory=set)
    changed: Counter[tuple[str, str]] = field(default_factory=Counter)
    closed: Counter[tuple[str, str]] = field(default_factory=Counter)
    added: Counter[tuple[str, str]] = field(default_factory=Counter)


@dataclass
class Register:
    """`moment` counts deliveries: the recorded clock. live: what a parcel has, once each → since when."""

    live: dict[Place, dict[Any, int]] = field(default_factory=dict)
    closed: list[Closed] = field(default_factory=list)
    moment: int = 0

    def copy(self) -> "Register":
        return deepcopy(self)

    def of(self, record: str, parcel: int) -> set[Any]:
        """What a parcel has of a record."""
        return set(self.live.get((record, parcel), ()))

    def current(self) -> Counter[str]:
        """How much of each record there is."""
        found: Counter[str] = Counter()
        for (record, _), contents in self.live.items():
            found[record] += len(contents)
        return found

    def becomes(self, record: str, parcel: int, wanted: set[Any]) -> None:
        """That is what it has from now on. What stays is as it was."""
        had = self.live.pop((record, parcel), {})
        self.closed += [
            Closed(record, parcel, each, since, self.moment)
            for each, since in had.items()
            if each not in wanted
        ]
        if wanted:
            self.live[record, parcel] = {each: had.get(each, self.moment) for each in wanted}

    def users(self) -> list[Identity]:
        """Whoever has or had a parcel, and is not erased."""
        contents = [each for of in self.live.values() for each in of] + [each.content for each in self.closed]
        found = {
            each.who for each in contents if isinstance(each, Described) and isinstance(each.values, User)
        }
        return sorted(found, key=repr)

    def erase(self, who: Identity, nobody: Identity) -> Counter[str]:
        """Nothing says any more who that was, now or earlier; everything else is as it was. How many rows that were."""
        gone: Counter[str] = Counter()

        def blank(content: Any, when: str) -> Any:
            if isinstance(content, Held) and content.user == who:
                gone["rights"] += 1
                return content._replace(user=nobody)
            if isinstance(content, Described) and content.who == who and isinstance(content.values, User):
                gone[when] += 1
                return Described(nobody, Blank(gone["living"] + gone["closed"]))
            return content

        for place, contents in self.live.items():
            self.live[place] = {blank(each, "living"): since for each, since in contents.items()}
        self.closed = [each._replace(content=blank(each.content, "closed")) for each in self.closed]
        return gone

    def as_of(self, moment: int) -> Counter[tuple[str, int, Any]]:
        """What was recorded then."""
        held = Counter(
            each[:3] for each in self.closed if each.since <= moment < each.until and each.since < each.until
        )
        held.update(
            (record, parcel, content)
            for (record, parcel), contents in self.live.items()
            for content, since in contents.items()
            if since <= moment
        )
        return held
