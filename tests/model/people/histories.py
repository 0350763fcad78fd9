"""Random histories of parcels and their people, as plain data."""

import random
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field, replace
from typing import NamedTuple

from hypothesis import strategies as st

from tests.model.cadastre import COMMUNES, Event, Style
from tests.model.deliveries import Delivery, Desk, Row, Spec
from tests.model.histories import KINDS_OF_DELIVERY, SMALL, STYLES, Day, days
from tests.model.people.happenings import HAPPENINGS, happen
from tests.model.people.said import COME_AND_GO, Right, Said
from tests.model.people.society import Society

SYSTEM = "vbdlis"


class Faults(NamedTuple):
    """How a full delivery tells of people otherwise than its office would. Numbers point at its rows, as many as there are.

    contradicting  rows that name a user and a certificate once more, described otherwise; repeated: rows that say all twice
    nobody         rows that also have rights that name nobody
    unspoken       of restrictions and of transferees: the communes of which nothing is said, by their bits
    system         of whose keys it speaks where the parcels have none
    order          of its rows of people
    """

    contradicting: tuple[int, ...] = ()
    repeated: tuple[int, ...] = ()
    nobody: tuple[int, ...] = ()
    unspoken: tuple[int, int] = (0, 0)
    system: str = SYSTEM
    order: int = 0


class PeopleDay(NamedTuple):
    """A day of parcels, what happens to people on it, and how its delivery tells of them; `erased`: whom a law wants erased before it
    comes, numbers of those who have or had a parcel.
    """

    day: Day
    happenings: tuple[Event, ...] = ()
    faults: Faults = Faults()
    erased: tuple[int, ...] = ()


class PeopleHistory(NamedTuple):
    """Two offices, how many parcels they begin with, and their days.

    keyed   whether people have keys; silent: whether nobody but the parcels' own rows speaks of them
    speaks  whether change sets say what comes and goes
    """

    styles: tuple[Style, Style]
    parcels: int
    keyed: bool
    silent: bool
    speaks: bool
    days: tuple[PeopleDay, ...]


@dataclass(frozen=True)
class Handed:
    """A delivery of parcels with what it says of people: of each of its rows, in their order.

    spoken  what comes and goes → the communes of which it says what there is of it
    erased  who is erased before it comes
    """

    delivery: Delivery
    said: tuple[Said, ...]
    spoken: Mapping[str, frozenset[str]]
    system: str = SYSTEM
    order: int = 0
    erased: tuple[int, ...] = ()

    def system_of(self, row: Row) -> str:
        """Parcels that have keys have them of one system, whoever tells of their people: else they would be others."""
        return self.system if row.key is None else SYSTEM


@dataclass
class Told:
    """A history as it is told; afterwards the truth."""

    history: PeopleHistory
    society: Society = field(init=False)
    desk: Desk = field(init=False)
    sent: dict[tuple[object, ...], Handed] = field(default_factory=dict)

    def __post_init__(self) -> None:
        history = self.history
        self.society = Society.of(history.styles, history.parcels, keyed=history.keyed, silent=history.silent)
        self.desk = Desk(self.society.nation)

    def deliveries(self) -> Iterator[Handed]:
        for day, happenings, faults, erased in self.history.days:
            for event in (*day.events, *happenings):
                happen(self.society, event, day.province)
            self.society.close_day()
            delivery = self.desk.make(day.spec)
            if delivery is not None:
                yield replace(self.handed(delivery, faults), erased=erased)

    def handed(self, delivery: Delivery, faults: Faults) -> Handed:
        """What was handed over before, or waited, tells of people as it did."""
        before = self.sent.get((delivery.province, delivery.at, delivery.since, delivery.rows))
        made = before or self.made(delivery, Faults() if delivery.changes else faults)
        if not delivery.dry:
            self.sent[delivery.province, delivery.at, delivery.since, delivery.rows] = made
        return replace(made, delivery=delivery)

    def last(self) -> Iterator[Handed]:
        """Everything of both provinces, without a fault, on one more day, and a person lets all of it pass, also that a commune
        has no parcel left: twice, for ids that pass between the two.
        """
        self.society.close_day()
        for code in (*COMMUNES, *COMMUNES):
            there = {row.commune for row in self.desk.last(code).rows}
            absent = tuple(commune for commune in COMMUNES[code] if commune not in there)
            delivery = replace(self.desk.last(code), only=COMMUNES[code], absent=absent)
            yield self.made(delivery, Faults())

    def made(self, delivery: Delivery, faults: Faults) -> Handed:
        """What the office says of the people of each row; a row that ends its parcel says nothing."""
        unspoken = dict(zip(COME_AND_GO, faults.unspoken, strict=True))
        silent = self.history.silent or (delivery.changes and not self.history.speaks)
        spoken = {
            record: frozenset(
                commune
                for at, commune in enumerate(COMMUNES[delivery.province])
                if not silent and not bits >> at & 1
            )
            for record, bits in unspoken.items()
        }
        said = tuple(
            spoken_of(row, spoken, faulty(self.society.said[row.user], place, len(delivery.rows), faults))
            if row.action != "end"
            else Said()
            for place, row in enumerate(delivery.rows)
        )
        return Handed(delivery, said, spoken, faults.system, faults.order)


def spoken_of(row: Row, spoken: Mapping[str, frozenset[str]], said: Said) -> Said:
    """Without what comes and goes where the delivery does not speak of it."""
    left_out = tuple(kind for record, kind in COME_AND_GO.items() if row.commune not in spoken[record])
    return replace(said, beside=tuple(each for each in said.beside if not isinstance(each, left_out)))


def faulty(said: Said, place: int, rows: int, faults: Faults) -> Said:
    def chosen(numbers: tuple[int, ...]) -> bool:
        return place in {number % rows for number in numbers}

    beside = said.beside
    if chosen(faults.contradicting):
        beside += tuple(_otherwise(each) for each in beside[:1] if isinstance(each, Right))
    if chosen(faults.repeated):
        beside += beside
    if chosen(faults.nobody):
        beside += (Right(role="user"),)
    return replace(said, beside=beside)


def _otherwise(right: Right) -> Right:
    """Whom it names has another address, and its certificate another state."""
    user, certificate = right.user, right.certificate
    return replace(
        right,
        user=user and replace(user, address="nơi khác", name=(user.name or "").upper()),
        certificate=certificate and replace(certificate, state="revoked"),
    )


HAPPENED = st.builds(Event, st.sampled_from(tuple(HAPPENINGS)), SMALL, SMALL)
FEW = st.lists(SMALL, max_size=3).map(tuple)
SILENT = st.sampled_from([0, 0, 0, 1, 3, 7])
FAULTS = st.builds(
    Faults,
    FEW,
    FEW,
    FEW,
    st.tuples(SILENT, SILENT),
    st.sampled_from([SYSTEM, SYSTEM, "ilis"]),
    st.integers(0, 9),
)


@st.composite
def people_days(draw: st.DrawFn, kinds: tuple[str, ...]) -> PeopleDay:
    day = draw(days(kinds))
    faults = draw(st.one_of(st.just(Faults()), FAULTS))
    erased = draw(st.one_of(st.just(()), FEW))
    return PeopleDay(day, draw(st.lists(HAPPENED, max_size=5).map(tuple)), faults, erased)


@st.composite
def people_histories(draw: st.DrawFn, kinds: tuple[str, ...] = KINDS_OF_DELIVERY) -> PeopleHistory:
    """Six to ten days over up to thirty parcels."""
    first = PeopleDay(Day("01", (), Spec()))
    later = draw(st.lists(people_days(kinds), min_size=5, max_size=9))
    return PeopleHistory(
        draw(st.tuples(STYLES, STYLES)),
        draw(st.sampled_from([5, 8, 12, 30])),
        draw(st.booleans()),
        draw(st.integers(0, 7)) == 7,
        draw(st.sampled_from([True, True, False])),
        (first, *later),
    )


def random_history(draw: random.Random, kinds: tuple[str, ...]) -> PeopleHistory:
    """One without hypothesis, of everything. `kinds`: of what happens to parcels."""

    def numbers(most: int) -> tuple[int, ...]:
        return tuple(draw.randrange(30) for _ in range(draw.randrange(most + 1)))

    def events(kinds: tuple[str, ...], most: int) -> tuple[Event, ...]:
        return tuple(Event(draw.choice(kinds), draw.randrange(30), draw.randrange(30)) for _ in range(most))

    days = [PeopleDay(Day("01", (), Spec()))]
    for _ in range(8):
        code = draw.choice(("01", "01", "79"))
        spec = Spec(
            code,
            draw.choice(KINDS_OF_DELIVERY),
            spoilt=numbers(2),
            missing=numbers(1),
            held=draw.choice((0, 0, 1, 2)),
        )
        unspoken = (draw.choice((0, 0, 3)), draw.choice((0, 3, 7)))
        faults = Faults(numbers(3), numbers(2), numbers(2), unspoken, draw.choice((SYSTEM, "ilis")))
        day = Day(code, events(kinds, 2), spec)
        days.append(PeopleDay(day, events(tuple(HAPPENINGS), 5), faults, numbers(1)))
    keys = draw.random() < 0.7
    return PeopleHistory((Style(keys), Style()), 30, draw.random() < 0.5, False, True, tuple(days))
