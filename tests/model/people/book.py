"""A province's register, told night after night in a few words, for cases that are written by hand."""

from dataclasses import dataclass, field

from tests.model.people.judgement import deliver
from tests.model.people.register import Outcome, Register
from tests.model.people.said import Brought, Certificate, ParcelRow, PeopleRow, Right, Says, User

A, B = "00004", "00008"
BOOK = Certificate("c1", "AB 1", "2020-01-01", state="live")
HOA = User("u1", "Lê Thị Hoà", "001", 1960)
NAM = User("u2", "Lê Văn Nam", "002", 1958)
LAN = User("u3", "Lê Thị Lan", "003", 1990)


@dataclass(frozen=True)
class Parcel:
    """A row of parcels with what it says of people; `at`: of a day of its own, as rows of a change set are."""

    uid: int | None
    says: tuple[Says, ...]
    commune: str = A
    fate: str = "accepted"
    at: float | None = None


def parcel(
    uid: int | None, *says: Says, commune: str = A, fate: str = "accepted", at: float | None = None
) -> Parcel:
    return Parcel(uid, says, commune, fate, at)


def has(user: User | None, certificate: Certificate | None = BOOK, role: str = "user") -> Right:
    return Right(user, certificate, role)


@dataclass
class Book:
    """A province's register, night after night."""

    register: Register = field(default_factory=Register)
    night: float = 0.5

    def brings(
        self,
        *rows: Parcel,
        held: tuple[str, ...] = (),
        ended: tuple[int, ...] = (),
        stray: tuple[PeopleRow, ...] = (),
        at: float | None = None,
    ) -> Outcome:
        """The next delivery; `at`: of an earlier day."""
        self.night += 1
        moment = self.night if at is None else at
        parcels = tuple(ParcelRow(row.commune, row.fate, row.uid, row.at or moment) for row in rows)
        people = tuple(PeopleRow(place, says) for place, row in enumerate(rows) for says in row.says)
        return deliver(
            self.register, Brought("vbdlis", parcels, (*people, *stray), frozenset(held), frozenset(ended))
        )

    def names(self, uid: int) -> dict[int, str | None]:
        """Number of a parcel's right → the name of its user."""
        users = self.register.entities("land_user")
        rights = self.register.items("land_right", uid).items()
        return {number: right.user and users[right.user][0] for number, right in rights}

    def users(self) -> list[str | None]:
        return sorted(content[0] for content in self.register.entities("land_user").values())

    def closed(self, record: str) -> int:
        return sum(place[0] == record for place, _ in self.register.closed)


def fates(outcome: Outcome, record: str) -> dict[str, int]:
    """What the receipt says of a record, without noughts and without what was and is live."""
    beside = ("read", "current_before", "current_after")
    return {fate: count for fate, count in outcome.lines[record].items() if count and fate not in beside}
