"""Histories of two thousand parcels, with hundreds of events a day."""

import random

import pytest

from tests.conftest import counts
from tests.model.cadastre import KINDS, Event, Style
from tests.model.conftest import Begin
from tests.model.deliveries import Spec
from tests.model.histories import Day, History, Told
from tests.model.test_model_histories import ends_as_the_offices_hold_it

pytestmark = pytest.mark.db
PARCELS, DAYS, EVENTS = 2_000, 6, 150
DELIVERED = ("full", "full", "changes", "late", "repeated")


def large_history(draw: random.Random) -> History:
    """Both provinces in turn; a handful of faulty rows each day."""

    def some(count: int) -> tuple[int, ...]:
        return tuple(draw.randrange(PARCELS) for _ in range(count))

    days = [Day("01", (), Spec("01")), Day("79", (), Spec("79"))]
    for _ in range(DAYS):
        code = draw.choice(("01", "79"))
        events = tuple(
            Event(draw.choice(KINDS), draw.randrange(PARCELS), draw.randrange(PARCELS)) for _ in range(EVENTS)
        )
        faults = some(20) if draw.random() < 0.5 else ()
        spec = Spec(code, draw.choice(DELIVERED), spoilt=some(20), missing=faults, held=draw.randrange(3))
        days.append(Day(code, events, spec))
    styles = Style(keys=True, ids=True, marks=draw.random() < 0.3), Style(keys=draw.random() < 0.7)
    return History(styles, PARCELS, tuple(days))


@pytest.mark.parametrize("number", range(counts(2)))
def test_a_large_history_is_what_the_rules_say_and_ends_as_the_offices_hold_it(
    begin: Begin, number: int
) -> None:
    both, told = begin(), Told(large_history(random.Random(number)))
    for delivery in told.deliveries():
        both.deliver(delivery)
    both.same_history()
    ends_as_the_offices_hold_it(both, told)
