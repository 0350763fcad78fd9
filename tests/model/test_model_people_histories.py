"""Any history of parcels and their people, through the merge and through a model beside it that knows the rules alone."""

import pytest
from hypothesis import HealthCheck, given, settings

from sync.care.reconcile import reconcile
from sync.load import receipt
from tests.conftest import counts
from tests.model.conftest import Begin
from tests.model.people.histories import PeopleHistory, Told, people_histories
from tests.support.compared_people import beginning

pytestmark = pytest.mark.db
SETTINGS = settings(
    max_examples=counts(25),
    suppress_health_check=[
        HealthCheck.function_scoped_fixture,
        HealthCheck.too_slow,
        HealthCheck.data_too_large,
    ],
)


@SETTINGS
@given(people_histories())
def test_the_people_of_the_register_are_what_the_rules_say(begin: Begin, history: PeopleHistory) -> None:
    both, told = beginning(begin()), Told(history)
    for handed in told.deliveries():
        both.hand(handed)
    both.same_past()
    both.same_history()
    assert reconcile(["01", "79"], "test", dsn=both.dsn)["agrees"]
    assert receipt.verify(both.dsn, None) == []
