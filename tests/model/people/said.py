"""What a delivery says of people, as plain rows: whoever compares the product with this model hands in these, and nothing else.

What is said of each stands in the order in which docs/columns.md lists its columns; a turn is counted by it.
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import date
from functools import cache
from typing import Any, NamedTuple


@dataclass(frozen=True, slots=True)
class User:
    """A land user as a row describes him. `key` is the id that his system gives him."""

    name: str | None = None
    id_number: str | None = None
    birth_year: int | None = None
    key: str | None = None
    kind: str | None = None
    birth_date: date | None = None
    gender: str | None = None
    address: str | None = None
    deceased_on: date | None = None
    state: str | None = None


@dataclass(frozen=True, slots=True)
class Certificate:
    """A certificate as a row describes it. `no`: its serial number; `book_no`: its number in the book."""

    no: str | None = None
    issued_on: date | None = None
    key: str | None = None
    book_no: str | None = None
    state: str | None = None
    ended_on: date | None = None
    replaced_by: str | None = None


@dataclass(frozen=True, slots=True)
class Right:
    """Who has the parcel, and on which certificate; one of both may not be said. What it says of itself follows."""

    user: User | None = None
    certificate: Certificate | None = None
    role: str | None = None
    form: str | None = None
    numerator: int | None = None
    denominator: int | None = None
    since: date | None = None
    until: date | None = None


@dataclass(frozen=True, slots=True)
class Restriction:
    """What restricts the right to the parcel. `since`, `until`: the days that it names."""

    kind: str
    since: date | None = None
    until: date | None = None


@dataclass(frozen=True, slots=True)
class Transferee:
    """Who took the land over and is not registered: never an owner."""

    name: str
    id_number: str | None = None
    address: str | None = None
    reason: str | None = None


Says = Right | Restriction | Transferee
COME_AND_GO: dict[str, type[Restriction | Transferee]] = {
    "restriction": Restriction,
    "transferee": Transferee,
}
ENTITIES = ("land_user", "certificate")
RECORDS = (*ENTITIES, "land_right", *COME_AND_GO)


@dataclass(frozen=True, slots=True)
class Said:
    """What a delivery says of the people of one row of parcels.

    own     by the row's own columns, which know one user and one certificate by a few of their columns
    beside  by the lists and tables of people
    """

    own: Right | None = None
    beside: tuple[Says, ...] = ()

    def rights(self) -> tuple[Right, ...]:
        """All that are said: those beside it, and where none of them names anybody, its own."""
        named = tuple(each for each in self.beside if isinstance(each, Right) and names_anybody(each))
        return named or ((self.own,) if self.own and names_anybody(self.own) else ())


class Accepted(NamedTuple):
    """A row of parcels that was accepted, and which parcel it is. `system`: of whose keys it speaks."""

    parcel: int
    commune: str
    system: str
    said: Said


@dataclass(frozen=True)
class Brought:
    """What a delivery of one province came to, before anybody looked at the people.

    ended   parcel that ended with it → the commune where it lived
    spoken  what comes and goes → the communes of which the delivery says what there is of it
    """

    rows: tuple[Accepted, ...]
    ended: Mapping[int, str]
    spoken: Mapping[str, frozenset[str]]


def values_of(what: Any) -> tuple[Any, ...]:
    """What one of these says, value after value."""
    return tuple(getattr(what, name) for name in what.__slots__)


def says_nothing(what: User | Certificate | None) -> bool:
    """Nobody is named."""
    return what is None or all(value is None for value in values_of(what))


def names_anybody(right: Right) -> bool:
    return not (says_nothing(right.user) and says_nothing(right.certificate))


def as_own(right: Right) -> Right:
    """As much of it as a parcel's own row can say."""
    user, certificate = right.user, right.certificate
    return Right(
        user and User(user.name, user.id_number, user.birth_year, user.key),
        certificate and Certificate(certificate.no, certificate.issued_on),
    )


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


def of_record(record: str, said: Said) -> Iterator[Says]:
    """What comes and goes, of one kind."""
    return (each for each in said.beside if isinstance(each, COME_AND_GO[record]))
