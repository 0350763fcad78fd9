"""What a person lets pass commune by commune: what rows of one take from another one must not be lost between two approvals."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest

from sync.care.reconcile import reconcile
from sync.declared.changes import Span
from sync.load.receipt import totals
from tests.support.database import Database
from tests.support.judged import COMMUNES, Plot, any_move
from tests.support.village import ID, deliver, village

__all__ = ["deliver"]
pytestmark = pytest.mark.db
A, B, C = COMMUNES
START = datetime(2026, 11, 1, tzinfo=UTC)


def living(database: Database) -> set[tuple[str, str, str, int]]:
    """Commune, id, number and place of what lives."""
    return set(
        database.query(
            "SELECT commune_code, national_id, parcel_no, round((ST_XMin(geom) - 105.8) / 0.0002)::int FROM land.parcel"
        )
    )


def of(plots: list[Plot]) -> set[tuple[str, str, str, int]]:
    return {(plot.commune, str(plot.national_id), str(plot.number), plot.x) for plot in plots}


def keyless(*parcels: tuple[str, int, str, int]) -> list[Plot]:
    """Commune, id, number and place: an office without source keys."""
    return [Plot(None, ID.format(i), number, commune, x=x) for commune, i, number, x in parcels]


def test_two_readings_give_a_parcel_to_one_row(database, deliver) -> None:
    """In A the handles were given anew, so its row is the parcel of its land; in B they are right, and name that parcel too."""
    deliver(keyless((A, 1, "1", 0), (B, 2, "2", 1)))
    second = keyless((A, 2, "1", 0), (B, 1, "2", 5))
    held = deliver(second)
    assert set(held.contradicted) == {A, B}
    again = deliver(second, approved=(A, B), rekeyed=(A,), moved=(B,))
    assert totals(again.lines)["quarantined"] == 0
    assert living(database) == of(second)
    assert reconcile(["01"], "test", dsn=database.dsn)["agrees"]


def test_a_ring_of_ids_through_a_case_waits_as_a_whole(database, deliver) -> None:
    """Three ids go round over A and B while a parcel of C is B's: only when the keys are let pass is it seen that it moved."""
    deliver(keyless((C, 10, "5", 0), (A, 6, "17", 1), (A, 2, "18", 2), (B, 16, "15", 3)))
    second = keyless((B, 2, "5", 0), (A, 10, "17", 4), (A, 6, "18", 2), (B, 16, "15", 3))
    options = {"complete": (A, B, C), "rekeyed": (A, B), "absent": (C,)}
    deliver(second, complete=(A, B, C))
    asked = deliver(second, approved=(A, B, C), moves=dict.fromkeys(any_move(A, B, C), 0), **options)
    assert set(asked.moves) == {B, C}
    assert asked.tied == {A: (B, C)}
    assert (totals(asked.lines)["held"], totals(asked.lines)["quarantined"]) == (4, 0)
    done = deliver(second, approved=(A, B, C), **options)
    assert (done.tied, done.moves, totals(done.lines)["quarantined"]) == ({}, {}, 0)
    assert living(database) == of(second)
    assert reconcile(["01"], "test", dsn=database.dsn)["agrees"]


def test_a_row_waits_alone_for_the_id_of_a_parcel_that_waits(database, deliver) -> None:
    """Two parcels of two communes exchange ids, and one commune is held: the other goes on but for that row."""
    first = [replace(plot, commune=A if i < 3 else B) for i, plot in enumerate(village(6))]
    deliver(first)
    second = [replace(first[0], national_id=first[3].national_id, number="77"), *first[1:]]
    # Takes the number that the waiting row would give up.
    second[1] = replace(first[1], number=first[0].number)
    second[3] = replace(first[3], national_id=first[0].national_id)
    merged = deliver(second, held=(B,))
    lines = {
        line["commune_code"]: (line["held"], line["quarantined"], line["commune_held"])
        for line in merged.lines
    }
    assert lines == {A: (2, 0, False), B: (3, 0, True)}
    assert merged.notes["waits_elsewhere"] == 2
    assert living(database) == of(first)
    done = deliver(second, approved=(B,), beside=(A,))
    assert (totals(done.lines)["held"], totals(done.lines)["quarantined"]) == (0, 0)
    assert living(database) == of(second)


def test_what_a_parcel_keeps_for_good_is_refused_at_once(database, deliver) -> None:
    """It is not the hold of another commune that stands in the way."""
    first = [replace(plot, commune=A if i < 3 else B) for i, plot in enumerate(village(6))]
    deliver(first)
    merged = deliver([replace(first[0], national_id=first[1].national_id), *first[1:]], held=(B,))
    assert totals(merged.lines)["quarantined"] == 1


def test_an_emptied_commune_keeps_what_a_later_change_set_brought(database, deliver) -> None:
    """A full delivery of an earlier day does not bring B, whose only parcel came into being after it."""
    old, new = (
        Plot("k1", ID.format(1), "1", A, x=1),
        Plot("k2", ID.format(2), "2", B, x=2, order=1, action="insert"),
    )
    deliver([old], at=START)
    deliver(
        [new],
        kind="changes",
        order_kind="number",
        span=Span(None, START, START + timedelta(days=5)),
        at=START + timedelta(days=5),
    )
    merged = deliver([old], complete=(A, B), passed=COMMUNES, absent=(B,), at=START + timedelta(days=4))
    assert totals(merged.lines)["ended"] == 0
    assert living(database) == of([old, new])


def test_an_older_delivery_takes_no_parcel_without_a_key_to_another_commune(database, deliver) -> None:
    first = keyless((A, 1, "1", 1), (B, 2, "2", 2))
    second = [replace(first[0], land_use="CLN"), replace(first[1], commune=A)]
    deliver(first, at=START)
    deliver(second, complete=(), passed=COMMUNES, at=START + timedelta(days=2))
    assert living(database) == of(second)
    late = deliver(first[1:], complete=(B,), passed=COMMUNES, at=START + timedelta(days=1))
    assert totals(late.lines)["ignored"] == 1
    assert living(database) == of(second)


def test_what_only_a_waiting_row_might_have_been_ends_with_its_approval(database, deliver) -> None:
    """B came whole and goes on; its old parcel stays while a row of A, which land contradicts, has its id."""
    deliver(keyless((A, 4, "3", 0), (B, 18, "17", 1), (B, 19, "18", 2)))
    second = keyless((A, 18, "3", 0), (B, 10, "7", 1), (B, 19, "18", 2))
    waits = deliver(second)
    assert (set(waits.contradicted), totals(waits.lines)["ended"]) == ({A}, 0)
    done = deliver(second, approved=(A,), rekeyed=(A,), complete=(A,), came_complete=(A, B))
    assert {line["commune_code"]: line["ended"] for line in done.lines} == {A: 0, B: 1}
    assert totals(done.lines)["quarantined"] == 0
    assert living(database) == of(second)
    assert reconcile(["01"], "test", dsn=database.dsn)["agrees"]
