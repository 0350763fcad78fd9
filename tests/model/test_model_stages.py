"""A few histories as files through every stage: fetch, conform, check, gate, load, report, and a person who approves."""

from collections import Counter
from collections.abc import Collection, Mapping, Sequence
from contextlib import closing
from dataclasses import replace
from pathlib import Path
from typing import get_args

import psycopg2
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from parcels.brakes import Measure
from sync.care.reconcile import reconcile
from sync.folder.reasons import ABSENT, ALL_OLDER, MOVED, MOVED_COMMUNE, OLDER, REKEYED
from tests.conftest import counts
from tests.e2e.conftest import Landsync, landsync
from tests.model.cadastre import Style
from tests.model.deliveries import Delivery, Row, row_of
from tests.model.histories import Day, History, Told, histories
from tests.model.judgement import deliver
from tests.model.register import Outcome
from tests.support.compared import Comparison
from tests.support.filed import FiledOffice
from tests.support.played import Reader, wipe

__all__ = ["landsync"]
pytestmark = [pytest.mark.db, pytest.mark.e2e]
OF_LAND = ("lands_exchanged", "temporary", "unit", "over_border")
BY_THE_MERGE = {ABSENT, REKEYED, MOVED, MOVED_COMMUNE, *get_args(Measure)}
KINDS = ("full", "full", "full", "late", "repeated")


def of_one_office(history: History) -> History:
    """All of it in the first province, which has keys; five days: every stage takes its time.

    Without what the checks or land say more of than the model does.
    """
    days = tuple(
        Day(
            "01",
            tuple(event for event in day.events if event.kind not in OF_LAND),
            replace(day.spec, province="01", held=0),
        )
        for day in history.days[:5]
    )
    return History((replace(history.styles[0], keys=True), Style()), history.parcels, days)


def to_be_approved(held: Mapping[str, Sequence[str]]) -> tuple[str, ...]:
    """Of what is held that of which nothing newer is known."""
    return tuple(code for code, why in held.items() if not {OLDER, ALL_OLDER} & set(why))


def waiting_elsewhere(done: Delivery, outcome: Outcome, held: Collection[str]) -> frozenset[Row]:
    """Rows of communes that nobody holds, which waited for one that somebody does."""
    return frozenset(
        row
        for row, fate in zip(done.rows, outcome.fates, strict=True)
        if fate == "held"
        and row.commune not in held
        and (done.only is None or row.commune in done.only or row in done.beside)
    )


def through_every_stage(both: Comparison, office: FiledOffice, delivery: Delivery, *, approves: bool) -> None:
    """One delivery, held as the stages hold it, and let pass or not; the model is told what was held."""
    # What has no shape cannot have a wrong one.
    rows = tuple(replace(row, refused=row.refused and row.land is not None) for row in delivery.rows)
    delivery = replace(delivery, rows=rows)
    held = office.sync(delivery)
    if delivery.dry:
        return
    measured = tuple(code for code, why in held.items() if BY_THE_MERGE.issuperset(why))
    done = replace(delivery, held=tuple(held.keys() - set(measured)), measured=measured)
    outcome = deliver(both.model, done)
    both.same_living()
    while (mine := to_be_approved(held)) and approves:
        # What only the merge sees of a commune that the gate held is asked once that is approved.
        again = office.approve(mine)
        assert not again or again != held, "the same was asked twice"
        done = replace(
            delivery,
            only=mine,
            measured=tuple(again),
            absent=(*done.absent, *(code for code in mine if ABSENT in held[code])),
            beside=waiting_elsewhere(done, outcome, held),
        )
        held, outcome = again, deliver(both.model, done)
        both.same_living()
    both.same_claims()


@settings(
    max_examples=counts(1), suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow]
)
@given(histories(kinds=KINDS).map(of_one_office), st.booleans())
def test_files_through_every_stage_come_to_what_the_rules_say(
    landsync: Landsync, tmp_path_factory: pytest.TempPathFactory, history: History, approves: bool
) -> None:
    wipe(landsync.database)
    told, office = Told(history), FiledOffice(landsync, tmp_path_factory.mktemp("office"))
    with closing(psycopg2.connect(landsync.database.superuser_dsn)) as link:
        both = Comparison(landsync.database.dsn, Path(), Reader(link), lands=False)
        for delivery in told.deliveries():
            through_every_stage(both, office, delivery, approves=approves)
        told.nation.close_day()
        through_every_stage(both, office, told.desk.last("01"), approves=True)
        living = Counter((row.key, row.place, row.national_id) for _, row, _ in both.reader.living().values())
    truth = [row_of(thing) for thing in told.nation.offices["01"].things.values()]
    assert living == Counter((row.key, row.place, row.national_id) for row in truth)
    assert reconcile(["01"], "test", dsn=both.dsn)["agrees"]
