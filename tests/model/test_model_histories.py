"""Any history of deliveries, through the merge and through a model beside it that knows the rules alone."""

import pytest
from hypothesis import HealthCheck, given, settings

from sync.care.reconcile import reconcile
from tests.conftest import counts
from tests.model.conftest import Begin
from tests.model.deliveries import Delivery, row_of
from tests.model.histories import History, Told, histories
from tests.support.asked import Person
from tests.support.compared import Comparison
from tests.support.lineage import names_on_other_land
from tests.support.played import ALL_COMMUNES
from tests.support.steady import Steadiness, land_elsewhere

pytestmark = pytest.mark.db
SETTINGS = settings(
    max_examples=counts(67),
    suppress_health_check=[
        HealthCheck.function_scoped_fixture,
        HealthCheck.too_slow,
        HealthCheck.data_too_large,
    ],
)


@SETTINGS
@given(histories())
def test_the_register_is_what_the_rules_say(begin: Begin, history: History) -> None:
    both, told = begin(), Told(history)
    for delivery in told.deliveries():
        both.deliver(delivery)
    both.same_history()
    assert names_on_other_land(both.reader.rows) == []
    assert reconcile(["01", "79"], "test", dsn=both.dsn)["agrees"]


@SETTINGS
@given(histories())
def test_in_the_end_the_register_is_what_the_offices_hold(begin: Begin, history: History) -> None:
    both, told = begin(), Told(history)
    steady = Steadiness()
    for delivery in told.deliveries():
        steady.after(both.play(delivery), both.reader.living())
    # As long as nobody says that land which lies elsewhere is a parcel's own, no uid names any.
    assert land_elsewhere(both.reader.chain()) == set()
    ends_as_the_offices_hold_it(both, told)


@SETTINGS
@given(histories())
def test_whatever_asks_is_let_pass_and_in_the_end_nothing_waits(begin: Begin, history: History) -> None:
    """Every row that waits has a hold that can be decided, and decided it waits no more."""
    both, told = begin(), Told(history)
    person = Person(both.dsn, both.folder)

    def bring(delivery: Delivery) -> None:
        through = both.gate.through(delivery)
        person.brings(through, tuple(sorted(set(through.held) - set(delivery.held))))

    for delivery in told.deliveries():
        if delivery.only is None:
            bring(delivery)
    for delivery in told.last():
        bring(delivery)
    as_the_offices_hold_it(both, told)


def ends_as_the_offices_hold_it(both: Comparison, told: Told) -> None:
    """After everything of both provinces once more, without a fault, its holds approved.

    The truth alone is asked, not the model.
    """
    for delivery in told.last():
        both.play(delivery, ALL_COMMUNES, ALL_COMMUNES)
    as_the_offices_hold_it(both, told)


def as_the_offices_hold_it(both: Comparison, told: Told) -> None:
    """The truth lives, and nothing else; nothing waits."""
    living = {(code, row) for code, row, stale in both.reader.living().values() if not stale}
    truth = {
        (code, row_of(thing))
        for code, office in told.nation.offices.items()
        for thing in office.things.values()
    }
    assert living == truth, f"lives, but should not: {living - truth}; should live: {truth - living}"
    assert len(both.reader.living()) == len(truth)
    assert both.reader.waiting() == 0
    assert names_on_other_land(both.reader.rows) == []
    assert both.reader.claims().keys() == {row.national_id for _, row in truth} - {None}
    assert reconcile(["01", "79"], "test", dsn=both.dsn)["agrees"]
