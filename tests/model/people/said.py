"""What a delivery says of people, as plain rows: whoever compares the product with this model hands in these, and nothing else.

A row is one right, one restriction or one transferee of one row of parcels; a right has its user and its certificate spelled out.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from functools import cache
from typing import Any


@dataclass(frozen=True, slots=True)
class User:
    """A land user as a row names him. `key` is the id that his system gives him; the rest describes him."""

    key: str | None = None
    name: str | None = None
    id_number: str | None = None
    birth_year: int | None = None
    kind: str | None = None
    address: str | None = None
    state: str | None = None


@dataclass(frozen=True, slots=True)
class Certificate:
    """A certificate as a row names it. `no`: its serial number."""

    key: str | None = None
    no: str | None = None
    issued_on: str | None = None
    book_no: str | None = None
    state: str | None = None


@dataclass(frozen=True, slots=True)
class Right:
    """Who has the parcel, and on which certificate; one of both may not be said."""

    user: User | None = None
    certificate: Certificate | None = None
    role: str | None = None
    form: str | None = None
    share: tuple[int, int] | None = None


@dataclass(frozen=True, slots=True)
class Restriction:
    """What restricts the right to the parcel. `since`, `until`: the days that it names."""

    kind: str
    since: str | None = None
    until: str | None = None


@dataclass(frozen=True, slots=True)
class Transferee:
    """Who took the land over and is not registered: never an owner."""

    name: str
    id_number: str | None = None
    reason: str | None = None


Says = Right | Restriction | Transferee
RECORD = {Right: "land_right", Restriction: "restriction", Transferee: "transferee"}
ITEMS = tuple(RECORD.values())
ENTITIES = ("land_user", "certificate")
RECORDS = (*ENTITIES, *ITEMS)


@dataclass(frozen=True, slots=True)
class PeopleRow:
    """`parcel`: the place of its row of parcels in the delivery; None, or a place that is not there: nobody knows which."""

    parcel: int | None
    says: Says


@dataclass(frozen=True, slots=True)
class ParcelRow:
    """A row of parcels, as it was judged before anybody looked at the people.

    fate  accepted  it is written, whether it changed anything or not
          waits     it is held
          refused   it is quarantined
          late      later data is known, or the row only ends its parcel: nothing is written
          beside    of a delivery of which a part is let pass: it is there only to be present, and was counted before
    uid   the parcel; of a row that is not accepted, as far as it is known
    at    of which moment the row is
    """

    commune: str
    fate: str
    uid: int | None
    at: float


@dataclass(frozen=True, slots=True)
class Brought:
    """A delivery of one province.

    held   the communes that somebody still has to decide about
    ended  the parcels that ended with it
    """

    system: str
    parcels: tuple[ParcelRow, ...]
    rows: tuple[PeopleRow, ...]
    held: frozenset[str] = frozenset()
    ended: frozenset[int] = frozenset()


def values_of(what: Any) -> tuple[Any, ...]:
    """One of these rows, value after value."""
    return tuple(getattr(what, name) for name in what.__slots__)


def says_nothing(what: User | Certificate | None) -> bool:
    """Nobody is named."""
    return what is None or all(value is None for value in values_of(what))


def described(what: User | Certificate) -> tuple[Any, ...]:
    """What is said of it: everything but the key, which only names it."""
    return values_of(what)[1:]


def in_order(value: Any) -> tuple[Any, ...]:
    """For sorting by content: one value after the other, what is not said last."""
    if value is None:
        return (1,)
    if isinstance(value, User | Certificate):
        value = values_of(value)
    if isinstance(value, tuple):
        return (0, *(in_order(each) for each in value))
    return 0, value


@cache
def by_content(what: Says) -> tuple[Any, ...]:
    """For sorting rows that say the same kind of thing."""
    return in_order(values_of(what))


def first_by_content(contents: Iterable[tuple[Any, ...]]) -> tuple[Any, ...]:
    """The first of several contents; no order of rows matters."""
    return min(contents, key=in_order)
