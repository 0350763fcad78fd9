"""What a delivery declares of predecessors, against the truth of a fabric that was made without the merge."""

from dataclasses import replace
from random import Random
from typing import Any

import pytest

from sync.deciding.events import Decision, decide, event_case
from tests.support.database import Database
from tests.support.fabric import (
    EVENTS,
    Event,
    Fabric,
    consolidate,
    fabric,
    merge,
    next_round,
    nothing,
    plots,
    rename,
    split,
    strip,
)  # fmt: skip
from tests.support.judged import COMMUNES, Plot
from tests.support.lineage import edges, events, names_on_other_land, now
from tests.support.village import deliver, village

__all__ = ["deliver"]

pytestmark = pytest.mark.db
HERE = COMMUNES[0]
PASSED = {"passed": (HERE,)}


def parents(before: Fabric, after: Fabric) -> dict[str, set[str]]:
    """Of which parcels of before, by their boxes alone, each parcel that took part in an event was made; itself left out."""
    old = {p.key: p.box for block in before.blocks for p in block}
    new = {p.key: p.box for block in after.blocks for p in block}
    return {
        child: {
            parent
            for parent in event.parents - {child}
            if min(old[parent][2], new[child][2]) > max(old[parent][0], new[child][0])
        }
        for event in after.events
        for child in event.children
    }


def naming(rows: list[Plot], of: dict[str, set[str]]) -> list[Plot]:
    return [replace(row, of_keys=";".join(sorted(of.get(str(row.key), ()))) or None) for row in rows]


def any_names(rng: Random, of: tuple[str, ...]) -> str | None:
    return rng.choice(";,+\n").join(rng.choice(of) for _ in range(rng.randint(0, 5))) or None


def stored(database: Database) -> list[tuple[Any, ...]]:
    return database.query(
        "SELECT parcel_uid, recorded_from, content_hash FROM land.parcel UNION ALL "
        "SELECT parcel_uid, recorded_from, content_hash FROM land.parcel_version ORDER BY 1, 2"
    )


def count(database: Database) -> int:
    return int(database.query("SELECT count(*) FROM land.lineage_event")[0][0])


@pytest.mark.parametrize("seed", range(8))
def test_what_is_declared_is_what_became_of_the_land(database: Database, deliver, seed: int) -> None:
    """Over several nights, with noise and a new survey; what land proposes too is written once."""
    rng = Random(seed)
    land = fabric(rng, 10)
    noise, shift, named = rng.choice((0.0, 0.1, 0.2)), (0.0, 0.0), {}  # type: ignore[var-annotated]
    deliver(plots(rng, land, noise_m=noise), **PASSED)
    for night in range(3):
        which = [rng.choice((*EVENTS, rename, nothing, nothing)) for _ in land.blocks]
        if rng.random() < 0.5:
            shift = (shift[0] + rng.uniform(-3, 3), shift[1] + rng.uniform(-3, 3))
        before, old = now(database), land
        land = next_round(rng, land, which, f"n{night}")
        named |= parents(old, land)
        merged = deliver(naming(plots(rng, land, noise_m=noise, shift_m=shift), named), **PASSED)
        assert (merged.contradicted, merged.braked) == ({}, {})
        found = events(database, before)
        assert {event for state, event in found if state == "declared"} == set(land.events)
        assert len(found) == len(land.events)
        assert merged.notes.get("lineage_agreed", 0) + merged.notes.get("lineage_declared", 0) == len(
            land.events
        )
        assert not {"lineage_differs", "predecessors_unknown"} & set(merged.notes)
        said = count(database)
        again = deliver(naming(plots(Random(seed), land, shift_m=shift), named), **PASSED)
        assert (count(database), again.notes.get("lineage_declared")) == (said, None)
    assert names_on_other_land(database.query) == []


def test_what_is_named_later_declares_what_was_proposed_and_changes_no_version(
    database: Database, deliver
) -> None:
    rng = Random(5)
    land = fabric(rng, 6)
    deliver(plots(rng, land))
    after = next_round(rng, land, [split, merge, strip, consolidate, rename, nothing], "p")
    assert len(after.events) == 5
    rows = plots(rng, after)
    deliver(rows, **PASSED)
    versions, edges_before = stored(database), len(edges(database))
    merged = deliver(naming(rows, parents(land, after)))
    assert stored(database) == versions
    assert (merged.lines[0]["unchanged"], merged.lines[0]["changed"]) == (len(rows), 0)
    assert merged.notes == {"lineage_agreed": 5}
    assert events(database) == {("declared", event) for event in after.events}
    assert len(edges(database)) == edges_before
    said = count(database)
    assert deliver(naming(rows, parents(land, after))).notes == {}
    assert count(database) == said


def test_numbers_on_the_sheet_name_as_keys_do(database: Database, deliver) -> None:
    rng = Random(5)
    land = fabric(rng, 3)
    deliver(plots(rng, land))
    after = next_round(rng, land, [split, merge, consolidate], "p")
    numbers = {p.key: p.number for block in land.blocks for p in block}
    of = parents(land, after)
    rows = [
        replace(row, of_numbers=";".join(f"1/{numbers[key]}" for key in of.get(str(row.key), ())) or None)
        for row in plots(rng, after)
    ]
    assert deliver(rows, **PASSED).notes["lineage_agreed"] == len(after.events)
    assert events(database) == {("declared", event) for event in after.events}


def test_land_that_was_gone_for_days_is_declared_with_its_shares(database: Database, deliver) -> None:
    """No delivery shows both sides: only the source knows, and land confirms it by how much."""
    rng = Random(7)
    land = fabric(rng, 2)
    deliver(plots(rng, land))
    gone = [row for row in plots(rng, land) if row.key not in ("b0p0", "b0p1")]
    deliver(gone, **PASSED)
    after = next_round(rng, land, [nothing, nothing], "x")
    box = after.blocks[0]
    west, east = box[0].box[0], box[1].box[2]
    joined = Fabric(
        [[replace(box[0], key="new", number="900", box=(west, box[0].box[1], east, box[0].box[3]))]]
    )
    [row] = plots(rng, joined)
    deliver([*gone, replace(row, of_keys="b0p0; b0p1")], **PASSED)
    assert events(database) == {("declared", Event("merge", frozenset({"b0p0", "b0p1"}), frozenset({"new"})))}
    for _, _, _, _, _, of_parent, of_child in edges(database):
        assert (of_parent, of_child) == (pytest.approx(1, abs=1e-3), pytest.approx(0.5, abs=1e-3))
    [(evidence,)] = database.query("SELECT evidence FROM land.lineage_event")
    assert evidence["area_before_m2"] == pytest.approx(evidence["area_after_m2"], rel=1e-3)
    assert (evidence["from"], evidence["ended"], evidence["begun"]) == ("declaration", 2, 1)


def test_a_name_that_nobody_has_refuses_nothing_and_is_told(database: Database, deliver) -> None:
    rows = village(12)
    deliver(rows)
    named = [replace(rows[0], of_keys="lost"), replace(rows[1], of_numbers="99/1"), *rows[2:]]
    merged = deliver([*named, replace(village(13)[12], of_keys="lost;k99")])
    assert merged.notes == {"predecessors_unknown": 3}
    assert merged.lines[0]["new"] == 1
    assert count(database) == 0


def test_a_known_and_an_unknown_name_give_an_event_that_says_what_was_not_found(
    database: Database, deliver
) -> None:
    rng = Random(5)
    land = fabric(rng, 1)
    deliver(plots(rng, land))
    after = next_round(rng, land, [merge], "p")
    rows = naming(plots(rng, after), parents(land, after))
    rows = [
        replace(row, of_keys=f"{row.of_keys};lost", land_use="CLN") if row.of_keys else row for row in rows
    ]
    rows = [
        replace(row, of_keys=row.of_keys.replace("b0p", "other") + ";b0p0") if row.of_keys else row
        for row in rows
    ]
    merged = deliver(rows, **PASSED)
    assert merged.notes["predecessors_unknown"] == 1
    told = [
        e
        for (e,) in database.query(
            "SELECT evidence FROM land.lineage_event WHERE state = 'declared' AND decides IS NULL"
        )
    ]
    assert all("vbdlis|lost" in evidence["not_found"] for evidence in told)


def test_what_says_otherwise_than_the_land_stands_beside_it_and_names_it(database: Database, deliver) -> None:
    """A piece of the first block is declared to come from the second one."""
    rng = Random(5)
    land = fabric(rng, 2)
    deliver(plots(rng, land))
    after = next_round(rng, land, [split, nothing], "p")
    [event] = after.events
    child = min(event.children - event.parents)
    merged = deliver(naming(plots(rng, after), {child: {"b1p0"}}), **PASSED)
    assert (merged.notes["lineage_differs"], merged.notes["lineage_without_land"]) == (1, 1)
    found = database.query(
        "SELECT e.state, e.evidence -> 'differs_from', p.event_id::text FROM land.lineage_event AS e, land.lineage_event AS p "
        "WHERE e.state = 'declared' AND p.state = 'proposed'"
    )
    assert [(state, differs) for state, differs, _ in found] == [("declared", [found[0][2]])]
    assert {state for state, _ in events(database)} == {"declared", "proposed"}
    said = count(database)
    deliver(naming(plots(Random(1), after), {child: {"b1p0"}}))
    assert count(database) == said


def test_the_number_of_its_own_certificate_is_no_predecessor(database: Database, deliver) -> None:
    rows = village(12)
    deliver(rows)
    named = [replace(row, of_keys=row.key, of_numbers=f"1/{row.number}") for row in rows]
    assert deliver(named).notes == {}
    assert count(database) == 0


def test_a_person_decides_what_is_declared_and_the_night_does_not_ask_again(
    database: Database, deliver
) -> None:
    rng = Random(5)
    land = fabric(rng, 2)
    deliver(plots(rng, land))
    after = next_round(rng, land, [split, merge], "p")
    rows = naming(plots(rng, after), parents(land, after))
    deliver(rows, **PASSED)
    ids = dict(database.query("SELECT kind, event_id::text FROM land.lineage_event WHERE decides IS NULL"))
    decide(database.dsn, [ids["split"]], Decision("confirmed", "cli:a", "so", "45/QĐ"))
    decide(database.dsn, [ids["merge"]], Decision("refused", "cli:a", "wrong"))
    assert [d["state"] for d in event_case(database.dsn, ids["split"])["decisions"]] == [
        "declared",
        "confirmed",
    ]
    said = count(database)
    for use in ("ONT", "CLN"):
        deliver([replace(row, land_use=use) for row in rows], **PASSED)
    assert count(database) == said


def test_what_a_person_refused_and_the_source_declares_is_asked_once_more(
    database: Database, deliver
) -> None:
    rng = Random(5)
    land = fabric(rng, 1)
    deliver(plots(rng, land))
    after = next_round(rng, land, [split], "p")
    rows = plots(rng, after)
    deliver(rows, **PASSED)
    [(event,)] = database.query("SELECT event_id::text FROM land.lineage_event")
    decide(database.dsn, [event], Decision("refused", "cli:a", "wrong"))
    named = naming(rows, parents(land, after))
    assert deliver(named).notes == {"lineage_declared": 1}
    assert deliver(named).notes == {}
    states = sorted(state for (state,) in database.query("SELECT state FROM analyst.lineage_event"))
    assert states == ["declared", "refused"]


def test_declared_lineage_excuses_no_name_on_other_land(database: Database, deliver) -> None:
    rows = village(20)
    deliver(rows)
    deliver([replace(rows[0], x=500, of_keys="k0;k1"), *rows[1:]], moved=(HERE,))
    with database.connect("landsync_owner") as link, link.cursor() as cursor:
        cursor.execute(
            "ALTER TABLE land.lineage_edge DISABLE TRIGGER USER; "
            "DELETE FROM land.lineage_edge WHERE parent_uid = child_uid"
        )
        link.commit()
    assert len(names_on_other_land(database.query)) == 1


def test_one_commune_names_predecessors_and_another_does_not(database: Database, deliver) -> None:
    here, there = village(12), [Plot(f"t{i}", None, str(i + 1), COMMUNES[1], x=3000 + i) for i in range(12)]
    deliver([*here, *there])
    again = [Plot("new", None, "90", HERE, x=0, of_keys="k0"), *here[1:], *there]
    assert deliver(again, passed=COMMUNES).notes == {"replaced_proposed": 1, "lineage_agreed": 1}


@pytest.mark.parametrize("seed", range(6))
def test_whatever_is_named_the_register_is_the_same(database: Database, deliver, seed: int) -> None:
    """Random names, known, unknown, shared, circular, of a later one: no parcel, version or balance is another for them."""
    rng = Random(seed)
    land = fabric(rng, 4)
    known = [p.key for block in land.blocks for p in block]
    deliver(plots(rng, land))
    for night in range(3):
        land = next_round(
            rng, land, [rng.choice((*EVENTS, rename, nothing)) for _ in land.blocks], f"r{night}"
        )
        rows = plots(rng, land)
        known += [str(row.key) for row in rows]
        hostile = (*known, "lost", "", "|", "a|b", "' OR true --", "\\", "{}", '"', "1/1", "é" * 50)

        deliver(
            [
                replace(row, of_keys=any_names(rng, hostile), of_numbers=any_names(rng, hostile))
                for row in rows
            ],
            **PASSED,
        )
        live = {key for (key,) in database.query("SELECT source_key FROM land.parcel")}
        assert live == {row.key for row in rows}
        uids = database.query("SELECT source_key, parcel_uid FROM land.parcel ORDER BY 1")
        said = count(database)
        names = {row.key: row for row in rows}
        deliver([replace(names[key], of_keys=None) for key in sorted(names)])
        assert database.query("SELECT source_key, parcel_uid FROM land.parcel ORDER BY 1") == uids
        assert count(database) == said
    assert names_on_other_land(database.query) == []
    wrong = database.query(
        "SELECT count(*) FROM land.lineage_edge AS l JOIN land.lineage_event AS e ON e.event_id = l.event_id "
        "WHERE l.parent_recorded_from >= l.child_recorded_from"
    )
    assert wrong == [(0,)]
