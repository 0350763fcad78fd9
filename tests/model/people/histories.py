"""Random histories of parcels and their people, as plain data."""

from collections.abc import Iterator
from dataclasses import dataclass, field, replace
from typing import NamedTuple

from hypothesis import strategies as st

from tests.model.cadastre import COMMUNES, Event
from tests.model.deliveries import Delivery, Desk, Spec
from tests.model.histories import KINDS_OF_DELIVERY, SMALL, STYLES, Day, days
from tests.model.people.happenings import HAPPENINGS, happen
from tests.model.people.said import PeopleRow, Right
from tests.model.people.society import Society


class Faults(NamedTuple):
    """What is wrong with the people of a delivery. Numbers point at its rows, as many as there are.

    contradicting  rows that describe their user, or their certificate, otherwise than others do
    orphans        rows that are also said of a parcel that the delivery does not have
    repeated       rows that come twice
    nobody         how many rights name nobody
    """

    contradicting: tuple[int, ...] = ()
    orphans: tuple[int, ...] = ()
    repeated: tuple[int, ...] = ()
    nobody: int = 0


class PeopleDay(NamedTuple):
    """A day of parcels, what happens to people on it, what is wrong with its delivery; `erased`: which user after it, if any."""

    day: Day
    happenings: tuple[Event, ...] = ()
    faults: Faults = Faults()
    erased: int | None = None


class PeopleHistory(NamedTuple):
    """Two offices, how many parcels they begin with, whether their people have keys, and their days."""

    styles: tuple  # type: ignore[type-arg]
    parcels: int
    keyed: bool
    days: tuple[PeopleDay, ...]


class Handed(NamedTuple):
    """A delivery of parcels with what it says of people."""

    delivery: Delivery
    rows: tuple[PeopleRow, ...]
    erased: int | None = None


@dataclass
class Told:
    """A history as it is told; afterwards the truth."""

    history: PeopleHistory
    society: Society = field(init=False)
    desk: Desk = field(init=False)
    sent: dict[tuple[object, ...], tuple[PeopleRow, ...]] = field(default_factory=dict)

    def __post_init__(self) -> None:
        history = self.history
        self.society = Society.of(history.styles, history.parcels, keyed=history.keyed)
        self.desk = Desk(self.society.nation)

    def deliveries(self) -> Iterator[Handed]:
        for day, happenings, faults, erased in self.history.days:
            for event in (*day.events, *happenings):
                happen(self.society, event, day.province)
            self.society.close_day()
            delivery = self.desk.make(day.spec)
            if delivery is not None:
                rows = self.rows_of(delivery, faults)
                if delivery.only is None and not delivery.dry:
                    self.sent[delivery.province, delivery.at, delivery.rows] = rows
                elif delivery.only is not None:  # what was held is let pass: the same rows
                    rows = self.sent[delivery.province, delivery.at, delivery.rows]
                yield Handed(delivery, rows, erased)

    def last(self) -> Iterator[Handed]:
        """Everything of both provinces, without a fault, on one more day, and a person lets all of it pass, also that a commune
        has no parcel left: twice, for ids that pass between the two.
        """
        self.society.close_day()
        for code in (*COMMUNES, *COMMUNES):
            there = {row.commune for row in self.desk.last(code).rows}
            absent = tuple(commune for commune in COMMUNES[code] if commune not in there)
            delivery = replace(self.desk.last(code), only=COMMUNES[code], absent=absent)
            yield Handed(delivery, self.rows_of(delivery, Faults()))

    def rows_of(self, delivery: Delivery, faults: Faults) -> tuple[PeopleRow, ...]:
        """What the office says of the people of each row; a row that ends its parcel says nothing."""
        rows = [
            PeopleRow(place, says)
            for place, row in enumerate(delivery.rows)
            if row.action != "end"
            for says in self.society.said[row.user]
        ]
        if not rows:
            return ()
        chosen = {number % len(rows) for number in faults.contradicting}
        faulty = [_contradicting(row) if number in chosen else row for number, row in enumerate(rows)]
        faulty += [replace(rows[number % len(rows)], parcel=None) for number in faults.orphans]
        faulty += [rows[number % len(rows)] for number in faults.repeated]
        return (*faulty, *(PeopleRow(0, Right(role="user")) for _ in range(faults.nobody)))


def _contradicting(row: PeopleRow) -> PeopleRow:
    """Whom it names has another address, and its certificate another state."""
    if not isinstance(row.says, Right):
        return row
    user, certificate = row.says.user, row.says.certificate
    return replace(
        row,
        says=replace(
            row.says,
            user=user and replace(user, address="nơi khác", name=(user.name or "").upper()),
            certificate=certificate and replace(certificate, state="revoked"),
        ),
    )


HAPPENED = st.builds(Event, st.sampled_from(tuple(HAPPENINGS)), SMALL, SMALL)
FEW = st.lists(SMALL, max_size=3).map(tuple)
FAULTS = st.builds(Faults, FEW, FEW, FEW, st.integers(0, 1))


@st.composite
def people_days(draw: st.DrawFn, kinds: tuple[str, ...]) -> PeopleDay:
    day = draw(days(kinds))
    faults = draw(st.one_of(st.just(Faults()), FAULTS))
    erased = draw(st.one_of(st.none(), st.none(), SMALL))
    return PeopleDay(day, draw(st.lists(HAPPENED, max_size=5).map(tuple)), faults, erased)


@st.composite
def people_histories(draw: st.DrawFn, kinds: tuple[str, ...] = KINDS_OF_DELIVERY) -> PeopleHistory:
    """Six to ten days over up to thirty parcels."""
    styles = draw(st.tuples(STYLES, STYLES))
    first = PeopleDay(Day("01", (), Spec()))
    later = draw(st.lists(people_days(kinds), min_size=5, max_size=9))
    return PeopleHistory(styles, draw(st.sampled_from([5, 8, 12, 30])), draw(st.booleans()), (first, *later))
