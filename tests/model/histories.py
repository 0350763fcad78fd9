"""Random histories as plain data, so that hypothesis can make them smaller: a history is a start and some days."""

from typing import NamedTuple

from hypothesis import strategies as st

from tests.model.cadastre import KINDS, OF_COMMUNES, Event, Nation, Style
from tests.model.deliveries import Delivery, Desk, Spec
from tests.model.unusual import UNUSUAL


class Day(NamedTuple):
    """What happens in a province, and what it delivers in the evening."""

    province: str
    events: tuple[Event, ...]
    spec: Spec


class History(NamedTuple):
    """Two offices, how many parcels they begin with, and their days."""

    styles: tuple[Style, Style]
    parcels: int
    days: tuple[Day, ...]


class Told:
    """A history as it is told: every day's delivery, where there is one; afterwards the truth."""

    def __init__(self, history: History) -> None:
        self.history = history
        self.nation = Nation.of(history.styles, history.parcels)
        self.desk = Desk(self.nation)

    def deliveries(self):  # type: ignore[no-untyped-def]
        """Each day's delivery."""
        for day in self.history.days:
            for event in day.events:
                self.nation.happen(event, day.province)
            self.nation.close_day()
            delivery = self.desk.make(day.spec)
            if delivery is not None:
                yield delivery

    def last(self) -> list[Delivery]:
        """Everything of both provinces, without a fault, on one more day: twice, for ids that pass between the two."""
        self.nation.close_day()
        return [self.desk.last(code) for code in ("01", "79", "01", "79")]


SMALL = st.integers(0, 29)
STYLES = st.builds(
    Style,
    keys=st.sampled_from([True, True, True, False]),
    ids=st.sampled_from([True, True, False]),
    marks=st.sampled_from([False, False, True]),
)
EVENTS = st.builds(Event, st.sampled_from((*KINDS, *UNUSUAL, *OF_COMMUNES)), SMALL, SMALL)
FAULTS = st.lists(SMALL, max_size=2).map(tuple)


@st.composite
def days(draw: st.DrawFn, kinds: tuple[str, ...]) -> Day:
    province = draw(st.sampled_from(["01", "01", "79"]))
    kind = draw(st.sampled_from(kinds))
    faulty = draw(st.booleans())
    spec = Spec(
        province=province,
        kind=kind,
        some=draw(st.sampled_from([0, 0, 0, 1, 2, 3])) if kind == "full" else 0,
        complete=draw(st.sampled_from([True, True, True, False])),
        missing=draw(FAULTS) if faulty else (),
        spoilt=draw(FAULTS) if faulty else (),
        emptied=draw(FAULTS) if faulty else (),
        held=draw(st.sampled_from([0, 0, 0, 1, 2])),
        back=draw(st.integers(0, 3)) if kind in ("late", "repeated", "changes") else 0,
        dry=draw(st.integers(0, 15)) == 15,
    )
    return Day(province, draw(st.lists(EVENTS, min_size=1, max_size=6).map(tuple)), spec)


KINDS_OF_DELIVERY = ("full", "full", "full", "changes", "changes", "late", "repeated", "approved")


@st.composite
def histories(draw: st.DrawFn, kinds: tuple[str, ...] = KINDS_OF_DELIVERY) -> History:
    """Six to ten days over up to thirty parcels, most of them few."""
    styles = draw(st.tuples(STYLES, STYLES))
    parcels = draw(st.sampled_from([5, 8, 8, 12, 30]))
    first = Day("01", (), Spec())
    return History(styles, parcels, (first, *draw(st.lists(days(kinds), min_size=5, max_size=9))))
