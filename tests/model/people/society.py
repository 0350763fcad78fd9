"""The truth: who has what in both provinces, beside the parcels of `tests.model.cadastre`. It knows nothing of registers.

What a parcel's people are is one word in `Thing.user`: who has the same word has the same people. So whatever happens to parcels
carries them along: a split inherits them, neighbours who exchange their users exchange these, a change set notices them.
"""

from collections.abc import Iterable
from dataclasses import dataclass, field, replace
from datetime import date

from tests.model.cadastre import Event, Nation, Style, Thing, Turn
from tests.model.people.said import (
    Certificate,
    Restriction,
    Right,
    Said,
    Says,
    Transferee,
    User,
    as_own,
    by_content,
)

# Some are one name for whoever folds them: the second and the third; the last two are two.
NAMES = ("Nguyễn Văn An", "Trần Thị Hoà", "TRẦN THỊ HÒA", "Lê Hùng", "Lê Hưng")


@dataclass(frozen=True, slots=True)
class Tie:
    """A right, as the office holds it: numbers of its own books."""

    user: int | None
    certificate: int | None
    role: str = "user"
    form: str | None = None
    numerator: int | None = None
    denominator: int | None = None


@dataclass(frozen=True, slots=True)
class Holding:
    """All that is registered of one parcel."""

    ties: tuple[Tie, ...] = ()
    restrictions: tuple[Restriction, ...] = ()
    transferees: tuple[Transferee, ...] = ()


@dataclass
class Society:
    """`keyed`: whether the offices' systems give keys to users and certificates; some have none in any case.

    `silent`: whether nothing but the parcels' own rows says anything of people.

    said  a parcel's word → what its office says of its people; kept: → who has it
    """

    nation: Nation
    keyed: bool
    silent: bool = False
    users: dict[int, User] = field(default_factory=dict)
    certificates: dict[int, Certificate] = field(default_factory=dict)
    holdings: dict[int, Holding] = field(default_factory=dict)
    said: dict[str, Said] = field(default_factory=dict)
    kept: dict[str, Holding] = field(default_factory=dict)
    words: dict[Said, str] = field(default_factory=dict)
    worded: dict[int, str] = field(default_factory=dict)  # parcel → its word, as last given
    count: int = 0

    @classmethod
    def of(cls, styles: Iterable[Style], parcels: int, *, keyed: bool, silent: bool = False) -> "Society":
        """Every parcel has a user and a certificate to begin with."""
        society = cls(Nation.of(styles, parcels), keyed, silent)
        society.settle()
        society.nation.days.clear()
        society.nation.close_day()
        return society

    def settle(self) -> None:
        """After something happened to parcels or people: who came has people, and every parcel its word."""
        for office in self.nation.offices.values():
            for thing in list(office.things.values()):
                if thing.user != self.worded.get(thing.serial):
                    self.holdings[thing.serial] = self.kept.get(thing.user) or self.new_holding()
                word = self.word(self.spelled(self.holdings[thing.serial]))
                self.kept[word] = self.holdings[thing.serial]
                self.worded[thing.serial] = word
                office.things[thing.serial] = replace(thing, user=word)

    def word(self, said: Said) -> str:
        word = self.words.setdefault(said, f"Nhà {len(self.words)}")
        self.said[word] = said
        return word

    def spelled(self, holding: Holding) -> Said:
        """What an office says of it; twice the same is once. Of some parcels their own row says it, as far as it can."""
        rights: list[Says] = [
            Right(
                self.users.get(tie.user or 0),
                self.certificates.get(tie.certificate or 0),
                tie.role,
                tie.form,
                tie.numerator,
                tie.denominator,
            )
            for tie in holding.ties
        ]
        first = holding.ties and as_own(rights[0])  # type: ignore[arg-type]
        if self.silent or (len(rights) == 1 and (holding.ties[0].user or 0) % 5 == 0):
            rights = []
        kinds: tuple[Iterable[Says], ...] = (
            (rights, holding.restrictions, holding.transferees) if not self.silent else ()
        )
        beside = (says for kind in kinds for says in sorted(dict.fromkeys(kind), key=by_content))
        return Said(first or None, tuple(beside))

    # Who is new.

    def new_holding(self) -> Holding:
        return Holding((Tie(self.new_user(), self.new_certificate()),))

    def new_user(self) -> int:
        """Names are shared by many; some have no key, some no number, some nothing but the name."""
        self.count += 1
        number = self.count
        self.users[number] = User(
            name=NAMES[number % len(NAMES)],
            id_number=(f"001{number:09d}", "000000000", f"001 {number:06d}", None)[number % 4],
            birth_year=1950 + number % 3 if number % 5 else None,
            key=f"u{number}" if self.keyed and number % 7 else None,
            kind="individual",
            gender=("female", "male", None)[number % 3],
            state="living",
        )
        return number

    def new_certificate(self) -> int:
        self.count += 1
        number = self.count
        self.certificates[number] = Certificate(
            no=f"AB {number:06d}" if number % 3 else None,
            issued_on=date(2020, 1, 1 + number % 3),
            key=f"c{number}" if self.keyed and number % 6 else None,
            book_no=f"CH {number % 4}" if number % 2 else None,
            state="live",
        )
        return number

    # What happens.

    def turn(self, event: Event, code: str) -> Turn | None:
        """To whom it happens; nobody where nothing is."""
        office = self.nation.offices[code]
        things = sorted(office.things.values(), key=lambda thing: thing.serial)
        if not things:
            return None
        one, other = (things[number % len(things)] for number in (event.first, event.second))
        return Turn(office, one, other, event.second)

    def close_day(self) -> None:
        self.nation.close_day()

    def ties(self, thing: Thing) -> tuple[Tie, ...]:
        return self.holdings[thing.serial].ties

    def tie(self, thing: Thing, how: int, *, of: str = "user") -> Tie | None:
        """One of a parcel's, that has a user or a certificate."""
        mine = [tie for tie in self.ties(thing) if getattr(tie, of) is not None]
        return mine[how % len(mine)] if mine else None

    def hold(self, serial: int, **what: object) -> None:
        """A parcel has other rights, restrictions or transferees from now on."""
        self.holdings[serial] = replace(self.holdings[serial], **what)  # type: ignore[arg-type]

    def tied_to(self, of: str, number: int) -> list[int]:
        """The parcels, also such as are gone, that name one user or certificate."""
        return [
            serial
            for serial, holding in self.holdings.items()
            if any(getattr(tie, of) == number for tie in holding.ties)
        ]
