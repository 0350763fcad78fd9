"""Whatever was delivered before: a delivery that is taken for the same again says and leaves what judging it anew would."""

import pytest
from hypothesis import HealthCheck, event, given, settings
from hypothesis import strategies as st

from tests.conftest import counts
from tests.e2e.conftest import Landsync, landsync
from tests.model.histories import History, Told, histories
from tests.model.test_model_stages import KINDS, of_one_office
from tests.support.again import both_ways
from tests.support.filed import FiledOffice
from tests.support.played import wipe

__all__ = ["landsync"]
pytestmark = [pytest.mark.db, pytest.mark.e2e]


@settings(
    max_examples=counts(1), suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow]
)
@given(histories(kinds=KINDS).map(of_one_office), st.booleans())
def test_the_same_again_is_the_same_whatever_came_before(
    landsync: Landsync, tmp_path_factory: pytest.TempPathFactory, history: History, approves: bool
) -> None:
    wipe(landsync.database)
    told, office = Told(history), FiledOffice(landsync, tmp_path_factory.mktemp("office"))
    short = 0
    for delivery in told.deliveries():
        held = office.sync(delivery)
        while held and approves and not delivery.dry:
            again = office.approve(tuple(held))
            assert not again or again != held
            held = again
        if not delivery.changes and not delivery.dry:
            # Once the delivery has been there twice, a third time is news to nobody.
            short += both_ways(landsync, "01", office.last) or both_ways(landsync, "01", office.last)
    event(f"{short} taken for the same again")
