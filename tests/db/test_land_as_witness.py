"""Handles propose which parcel a row is; land confirms or contradicts, and a person decides what a contradiction means."""

from dataclasses import replace

import pytest

from sync.care.reconcile import reconcile
from sync.load.receipt import totals
from tests.support.database import Database
from tests.support.judged import COMMUNES, Plot
from tests.support.village import deliver, village

__all__ = ["deliver"]

pytestmark = pytest.mark.db
HERE = COMMUNES[0]


def lands(database: Database) -> dict[str, str]:
    """uid → the land it names."""
    return dict(database.query("SELECT parcel_uid::text, ST_AsText(geom) FROM land.parcel"))


def names_other_land(database: Database) -> list[tuple[str, ...]]:
    """The parcels whose land does not overlap the land that they had before."""
    return database.query(
        "SELECT p.parcel_uid::text FROM land.parcel AS p JOIN land.parcel_version AS v ON v.parcel_uid = p.parcel_uid "
        "WHERE NOT ST_Intersects(p.geom, v.geom)"
    )


def keys_shuffled(plots: list[Plot]) -> list[Plot]:
    return [replace(plot, key=plots[(i * 7 + 3) % len(plots)].key) for i, plot in enumerate(plots)]


def keys_shifted(plots: list[Plot]) -> list[Plot]:
    return [replace(plot, key=plots[(i + 1) % len(plots)].key) for i, plot in enumerate(plots)]


def lands_swapped(plots: list[Plot]) -> list[Plot]:
    half = len(plots) // 2
    return [replace(plot, x=plots[half - 1 - i].x) if i < half else plot for i, plot in enumerate(plots)]


def everything_new(plots: list[Plot]) -> list[Plot]:
    count = len(plots)
    return [
        replace(plot, key=f"new{i}", national_id=None, number=plots[(i + 5) % count].number)
        for i, plot in enumerate(plots)
    ]


DISASTERS = [keys_shuffled, keys_shifted, lands_swapped, everything_new]


@pytest.mark.parametrize("disaster", DISASTERS)
def test_handles_that_name_other_land_hold_their_commune(database, deliver, disaster) -> None:
    deliver(village(40))
    before = lands(database)
    merged = deliver(disaster(village(40)))
    assert list(merged.contradicted) == [HERE]
    assert not merged.contradicted[HERE].few
    assert lands(database) == before
    line = totals(merged.lines)
    assert (line["held"], line["ended"], line["current_after"]) == (40, 0, 40)
    assert reconcile(["01"], "test", dsn=database.dsn)["agrees"]


@pytest.mark.parametrize("disaster", DISASTERS)
def test_where_a_person_says_that_the_keys_changed_every_parcel_keeps_its_land(
    database, deliver, disaster
) -> None:
    deliver(village(40))
    before = lands(database)
    rows = disaster(village(40))
    deliver(rows)
    merged = deliver(rows, rekeyed=(HERE,))
    assert (merged.contradicted, merged.quarantined) == ({}, [])
    assert lands(database) == before
    live = database.query("SELECT source_key, national_id, parcel_no FROM land.parcel")
    assert set(live) == {(plot.key, plot.national_id, plot.number) for plot in rows}
    again = deliver(rows)
    assert (again.contradicted, totals(again.lines)["unchanged"]) == ({}, 40)
    assert reconcile(["01"], "test", dsn=database.dsn)["agrees"]


def test_two_that_exchanged_their_keys_wait_and_the_others_go_on(database, deliver) -> None:
    plots = village(400)
    deliver(plots)
    before = lands(database)
    sold = {
        0,
        1,
        *range(25, 400, 25),
    }  # as many as an office changes in a good day: all 400 would be held for that
    rows = [replace(plot, land_use="CLN" if i in sold else plot.land_use) for i, plot in enumerate(plots)]
    rows[0], rows[1] = replace(rows[0], key="k1"), replace(rows[1], key="k0")
    merged = deliver(rows)
    said = merged.contradicted[HERE]
    assert (said.few, said.apart, said.known) == (True, 2, 2)
    line = totals(merged.lines)
    assert (line["held"], line["changed"], line["ended"]) == (2, 15, 0)
    merged = deliver(rows, rekeyed=(HERE,))
    assert (merged.contradicted, totals(merged.lines)["changed"], lands(database)) == ({}, 2, before)
    assert names_other_land(database) == []


def test_what_goes_another_way_than_the_approved_reading_holds_for_itself(database, deliver) -> None:
    """Land users that do not stay with their land, as keys that were given anew leave them, are another matter."""
    plots = [replace(plot, user=f"Người Thử {i}") for i, plot in enumerate(village(40))]
    deliver(plots)
    merged = deliver(lands_swapped(plots), rekeyed=(HERE,))
    held = [(found.code, found.column_group) for found in merged.braked[HERE]]
    assert held == [("CHANGED", "land_user"), ("SHUFFLED", "land_user")]
    assert totals(merged.lines)["held"] == 40


@pytest.mark.parametrize("reading", ["rekeyed", "moved"])
def test_rows_that_waited_are_passed_with_what_was_shown_of_the_others(database, deliver, reading) -> None:
    """They are not among the rows that were measured, and change like these once a person let them pass."""
    plots = village(400)
    deliver(plots)
    rows = [replace(plot, land_use="CLN") for plot in plots]
    if reading == "rekeyed":
        rows[0], rows[1] = replace(rows[0], key="k1"), replace(rows[1], key="k0")
    else:
        rows[0], rows[1] = replace(rows[0], x=500), replace(rows[1], x=600)
    merged = deliver(rows)
    (found,) = merged.braked[HERE]
    assert (found.code, found.parcels, merged.contradicted[HERE].apart) == ("CHANGED", 398, 2)
    shown = {(HERE, found.code, found.column_group): found.parcels}
    merged = deliver(rows, shown=shown, **{reading: (HERE,)})
    assert (merged.braked, totals(merged.lines)["changed"]) == ({}, 400)


def test_a_parcel_whose_place_was_corrected_waits_and_is_the_same_where_a_person_says_so(
    database, deliver
) -> None:
    plots = village(20)
    deliver(plots)
    before = dict(database.query("SELECT source_key, parcel_uid::text FROM land.parcel"))
    rows = [replace(plots[0], x=500), *plots[1:]]
    merged = deliver(rows)
    assert (merged.contradicted[HERE].apart, merged.contradicted[HERE].known) == (1, 0)
    assert totals(merged.lines)["held"] == 1
    merged = deliver(rows, moved=(HERE,))
    assert (merged.contradicted, totals(merged.lines)["changed"]) == ({}, 1)
    assert dict(database.query("SELECT source_key, parcel_uid::text FROM land.parcel")) == before


def test_what_a_new_survey_moved_as_one_is_no_contradiction(database, deliver) -> None:
    """By more than the parcels are wide."""
    plots = village(60)
    deliver(plots)
    before = dict(database.query("SELECT source_key, parcel_uid::text FROM land.parcel"))
    moved = [replace(plot, x=plot.x + 200) for plot in plots]
    merged = deliver(moved)
    assert merged.contradicted == {}
    assert dict(database.query("SELECT source_key, parcel_uid::text FROM land.parcel")) == before


def test_a_key_that_ended_and_is_used_again_elsewhere_is_another_parcel(database, deliver) -> None:
    plots = village(20)
    deliver(plots)
    before = lands(database)
    deliver(plots[:19])
    merged = deliver([*plots[:19], replace(plots[19], x=300, national_id=None, number="99")])
    assert (merged.contradicted, totals(merged.lines)["new"]) == ({}, 1)
    assert not set(lands(database)) <= set(before)
    assert names_other_land(database) == []


def test_a_change_set_that_moves_a_parcel_elsewhere_waits(database, deliver) -> None:
    plots = village(20)
    deliver(plots)
    rows = [
        replace(plots[3], x=300, action="update", order=5),
        replace(plots[4], land_use="CLN", action="update", order=5),
    ]
    merged = deliver(rows, kind="changes", order_kind="number")
    line = totals(merged.lines)
    assert (line["held"], line["changed"]) == (1, 1)
    merged = deliver(rows, kind="changes", order_kind="number", moved=(HERE,), approved=(HERE,))
    assert totals(merged.lines)["changed"] == 1


UNITS = 5  # registered units on each land of a building


def buildings(count: int) -> list[Plot]:
    """Registered units, several on the same land."""
    return [replace(plot, x=i // UNITS) for i, plot in enumerate(village(count))]


def uid_by(database: Database, column: str) -> dict[str, str]:
    return dict(database.query(f"SELECT {column}, parcel_uid::text FROM land.parcel"))


def test_among_units_on_one_land_handles_decide_and_nobody_is_asked(database, deliver) -> None:
    units = buildings(40)
    deliver(units)
    before = uid_by(database, "source_key")
    inside = [replace(unit, key=units[i - i % UNITS + (i + 1) % UNITS].key) for i, unit in enumerate(units)]
    merged = deliver(inside)
    assert merged.contradicted == {}
    assert uid_by(database, "source_key") == before


def test_keys_shuffled_over_buildings_are_told_by_land_and_number(database, deliver) -> None:
    units = buildings(40)
    deliver(units)
    before = uid_by(database, "parcel_no")
    shuffled = [replace(unit, key=units[(i + UNITS + 2) % len(units)].key) for i, unit in enumerate(units)]
    (said,) = deliver(shuffled).contradicted.values()
    assert said.known == said.apart > 20
    deliver(shuffled, rekeyed=[HERE])
    assert uid_by(database, "parcel_no") == before
    assert names_other_land(database) == []


def test_units_that_nothing_tells_apart_are_not_drawn_by_lot(database, deliver) -> None:
    """All handles new: land says that they are of this building, and not which one is which."""
    units = [replace(unit, national_id=None) for unit in buildings(40)]
    deliver(units)
    before = set(uid_by(database, "parcel_no").values())
    new = [replace(unit, key=f"new{i}", number=f"{500 + i}") for i, unit in enumerate(units)]
    (said,) = deliver(new).contradicted.values()
    assert said.renamed == len(units)
    assert set(uid_by(database, "parcel_no").values()) == before, "they wait"
    deliver(new, rekeyed=[HERE], passed=[HERE])
    assert before.isdisjoint(uid_by(database, "parcel_no").values())


def test_a_few_rows_that_wait_for_a_building_keep_all_its_units_alive(database, deliver) -> None:
    units = [replace(unit, national_id=None) for unit in buildings(120)]
    deliver(units)
    # Two rows of one building come with the keys of another one, and numbers that were never known.
    mixed = [
        replace(unit, key=units[i + 60].key, number=f"9{i}") if i < 2 else unit
        for i, unit in enumerate(units)
        if i not in (60, 61)
    ]
    merged = deliver(mixed)
    assert merged.contradicted[HERE].few
    assert database.query("SELECT count(*) FROM land.parcel") == [(120,)]
