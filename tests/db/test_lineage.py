"""What became of which land is proposed from overlaps, and equals the truth of a fabric that was made without the merge."""

from collections import Counter
from dataclasses import replace
from random import Random

import numpy as np
import pytest

from sync import db
from tests.support.database import Database
from tests.support.fabric import (
    EVENTS,
    Event,
    Fabric,
    begun,
    consolidate,
    ended,
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


@pytest.mark.parametrize("seed", range(12))
def test_what_is_proposed_is_what_became_of_the_land(database: Database, deliver, seed) -> None:
    """Over several nights, with noise, and a new survey that moves everything by metres."""
    rng = Random(seed)
    land = fabric(rng, 12)
    noise = rng.choice((0.0, 0.1, 0.2))
    shift = (0.0, 0.0)
    deliver(plots(rng, land, noise_m=noise), **PASSED)
    for night in range(3):
        which = [rng.choice((*EVENTS, nothing, nothing, nothing, ended, begun)) for _ in land.blocks]
        if rng.random() < 0.5:
            shift = (shift[0] + rng.uniform(-3, 3), shift[1] + rng.uniform(-3, 3))
        before = now(database)
        after = next_round(rng, land, which, f"n{night}")
        merged = deliver(plots(rng, after, noise_m=noise, shift_m=shift), **PASSED)
        assert (merged.contradicted, merged.braked, merged.absent) == ({}, {}, {})
        proposed = {event for state, event in events(database, before) if state == "proposed"}
        assert proposed == set(after.events)
        told = Counter(f"{event.kind}_proposed" for event in after.events)
        assert {note: n for note, n in merged.notes.items() if note.endswith("_proposed")} == told
        land = after
    assert names_on_other_land(database.query) == []


@pytest.mark.parametrize("shift", [(0.0, 0.0), (0.44, -0.31), (3.0, 2.0), (18.0, -9.0), (200.0, 0.0)])
def test_a_new_survey_alone_proposes_nothing(database: Database, deliver, shift) -> None:
    rng = Random(1)
    land = fabric(rng, 10)
    deliver(plots(rng, land))
    deliver(plots(rng, land, noise_m=0.2, shift_m=shift), **PASSED)
    assert {event for event in events(database) if event[0] == "proposed"} == set()
    assert names_on_other_land(database.query) == []
    if max(map(abs, shift)) > 100:
        assert database.query("SELECT kind, state, decided_by LIKE '2025%' FROM land.lineage_event") == [
            ("resurvey", "confirmed", True)
        ]


def test_what_moved_elsewhere_on_a_sheet_says_nothing_of_what_did_not(database: Database, deliver) -> None:
    """A dozen parcels of one block were measured again; a split among the many others is where it was."""
    rng = Random(8)
    land = fabric(rng, 20)
    rows = plots(rng, land)
    deliver(rows)
    after = next_round(rng, land, [*[nothing] * 19, split], "s")
    again = {plot.key: plot for plot in plots(rng, Fabric(after.blocks[:4]), shift_m=(3.0, 2.0))}
    deliver([again.get(plot.key, plot) for plot in plots(rng, after)], **PASSED)
    assert len(again) >= 12
    assert events(database) == {("proposed", event) for event in after.events}
    [parent] = {str(edge[3]) for edge in edges(database)}
    assert sum(edge[5] for edge in edges(database) if edge[3] == parent) == pytest.approx(1, abs=1e-3)


def test_a_quiet_night_says_nothing(database: Database, deliver) -> None:
    rng = Random(2)
    land = fabric(rng, 10)
    deliver(plots(rng, land))
    deliver(plots(rng, land, land_use="CLN"), **PASSED)
    deliver(plots(rng, land, land_use="CLN"))
    assert database.query("SELECT event_id FROM land.lineage_event") == []


def test_another_name_for_the_same_land_is_proposed_as_such(database: Database, deliver) -> None:
    rng = Random(3)
    land = fabric(rng, 4)
    deliver(plots(rng, land))
    after = next_round(rng, land, [rename, nothing, nothing, rename], "r")
    deliver(plots(rng, after), **PASSED)
    assert events(database) == {("proposed", event) for event in after.events}


@pytest.mark.parametrize("become", [split, merge, strip, consolidate])
def test_the_land_of_every_edge_is_measured(database: Database, deliver, become) -> None:
    rng = Random(4)
    land = fabric(rng, 3)
    deliver(plots(rng, land))
    after = next_round(rng, land, [become, nothing, become], "m")
    deliver(plots(rng, after), **PASSED)
    boxes = {p.key: np.array(p.box) for block in land.blocks for p in block}
    boxes_now = {p.key: np.array(p.box) for block in after.blocks for p in block}
    found = edges(database)
    assert found
    for _, _, _, parent, child, of_parent, of_child in found:
        a, b = boxes[str(parent)], boxes_now[str(child)]
        common = np.prod(np.clip(np.minimum(a[2:], b[2:]) - np.maximum(a[:2], b[:2]), 0, None))
        assert of_parent == pytest.approx(common / np.prod(a[2:] - a[:2]), abs=1e-3)
        assert of_child == pytest.approx(common / np.prod(b[2:] - b[:2]), abs=1e-3)
    told = database.query(
        "SELECT (evidence ->> 'area_before_m2')::float, (evidence ->> 'area_after_m2')::float FROM land.lineage_event"
    )
    for area_before, area_after in told:
        assert area_before == pytest.approx(area_after, rel=1e-3)


def test_a_parcel_s_history_is_told_forwards_and_backwards(database: Database, deliver) -> None:
    """A split, then one of its pieces is joined with a neighbour; a strip exchanged meanwhile is no circle."""
    rng = Random(6)
    land = fabric(rng, 1)
    first = land.blocks[0][0].key
    deliver(plots(rng, land))
    for night, become in enumerate((split, strip, merge, strip, split, merge)):
        land = next_round(rng, land, [become], f"h{night}")
        deliver(plots(rng, land), **PASSED)
    uids = dict(database.query("SELECT DISTINCT source_key, parcel_uid::text FROM analyst.parcel_history"))
    forwards = {
        (parent, child, at)
        for uid in uids.values()
        for parent, child, at in database.query(
            "SELECT parent_uid::text, child_uid::text, recorded_at FROM analyst.parcel_descendants(%s)", uid
        )
    }
    backwards = {
        (parent, child, at)
        for uid in uids.values()
        for parent, child, at in database.query(
            "SELECT parent_uid::text, child_uid::text, recorded_at FROM analyst.parcel_ancestors(%s)", uid
        )
    }
    assert forwards == backwards != set()
    told = database.query(
        "SELECT recorded_at FROM analyst.parcel_descendants(%s) ORDER BY recorded_at", uids[first]
    )
    everything = database.query("SELECT count(*) FROM land.lineage_edge")[0][0]
    assert len(told) <= everything
    named = database.query(
        "SELECT parent_parcel_no, child_parcel_no, parent_area_m2 FROM analyst.parcel_lineage"
    )
    assert all(None not in row for row in named)


def test_what_a_person_let_pass_is_a_confirmed_event_of_its_commune(database: Database, deliver) -> None:
    rows = village(40)
    deliver(rows)
    renamed = [replace(plot, key=rows[(i * 7 + 3) % 40].key) for i, plot in enumerate(rows)]
    deliver(renamed, rekeyed=(HERE,))
    assert database.query(
        "SELECT kind, state, commune_code, decided_by, (evidence ->> 'parcels')::integer FROM land.lineage_event"
    ) == [("rekey", "confirmed", HERE, "test", 40)]
    assert database.query("SELECT event_id FROM land.lineage_edge") == []
    moved = [replace(renamed[0], x=500), *renamed[1:]]
    deliver(moved, moved=(HERE,))
    assert [row[1:5] for row in edges(database)] == [
        ("correction", "confirmed", renamed[0].key, renamed[0].key)
    ]
    assert names_on_other_land(database.query) == []


def test_two_that_took_each_other_s_place_exchanged_it_where_a_person_says_so(
    database: Database, deliver
) -> None:
    rows = village(20)
    deliver(rows)
    swapped = [replace(rows[0], x=1), replace(rows[1], x=0), *rows[2:]]
    deliver(swapped, moved=(HERE,))
    assert events(database) == {
        ("confirmed", Event("exchange", frozenset({"k0", "k1"}), frozenset({"k0", "k1"})))
    }
    assert names_on_other_land(database.query) == []


def test_land_that_changed_its_name_in_silence_would_be_noticed(database: Database, deliver) -> None:
    rows = village(20)
    deliver(rows)
    deliver([replace(rows[0], x=500), *rows[1:]], moved=(HERE,))
    with database.connect("landsync_owner") as link, link.cursor() as cursor:
        cursor.execute("ALTER TABLE land.lineage_edge DISABLE TRIGGER USER; DELETE FROM land.lineage_edge")
        link.commit()
    assert len(names_on_other_land(database.query)) == 1


def test_a_decision_is_a_further_row_and_what_was_refused_leads_nowhere(database: Database, deliver) -> None:
    rng = Random(5)
    land = fabric(rng, 1)
    deliver(plots(rng, land))
    after = next_round(rng, land, [split], "d")
    deliver(plots(rng, after), **PASSED)
    [(event, parent)] = database.query(
        "SELECT DISTINCT event_id::text, parent_uid::text FROM land.lineage_edge"
    )
    assert database.query(
        "SELECT parcel_uid FROM land.parcel AS p, analyst.parcel_descendants(%s) LIMIT 1", parent
    )
    with database.connect("landsync_loader") as link, link.cursor() as cursor:
        cursor.execute(
            "INSERT INTO land.lineage_event (event_id, province_code, kind, state, decides, evidence, decided_by, policy, "
            "recorded_at, run_id, reason) SELECT gen_random_uuid(), province_code, kind, 'refused', event_id, '{}', 'office', policy, "
            "now(), run_id, 'wrong' FROM land.lineage_event WHERE event_id = %s",
            (event,),
        )
        link.commit()
    assert {state for (state,) in database.query("SELECT state FROM analyst.parcel_lineage")} == {"refused"}
    assert database.query("SELECT kind FROM analyst.parcel_descendants(%s)", parent) == []


def test_what_explain_asks_names_the_others_on_both_sides(database: Database, deliver) -> None:
    rng = Random(7)
    land = fabric(rng, 2)
    deliver(plots(rng, land))
    deliver(plots(rng, next_round(rng, land, [strip, nothing], "x")), **PASSED)
    uids = [uid for (uid,) in database.query("SELECT parcel_uid::text FROM land.parcel")]
    with db.connect(database.dsn) as connection:
        told = db.fetch(connection, "explain/lineage", {"uids": uids})
    assert sorted((row["kind"], row["state"], row["direction"], len(row["parcels"])) for row in told) == [
        ("correction", "proposed", "from", 1),
        ("correction", "proposed", "to", 1),
    ]
    assert all(row["parcels"][0].startswith(f"{HERE}/1/") for row in told)


def test_units_on_one_land_that_is_drawn_anew_pass_nothing_to_each_other(database: Database, deliver) -> None:
    rng = Random(11)
    land = fabric(rng, 1)
    deliver(units(plots(rng, land)))
    deliver(units(plots(rng, next_round(rng, land, [strip], "x"))), **PASSED)
    told = {
        (str(parent), str(child)) for _, kind, _, parent, child, *_ in edges(database) if kind == "correction"
    }
    assert any(parent.partition("/")[0] != child.partition("/")[0] for parent, child in told), "the strip"
    assert any(parent == child for parent, child in told), "what each kept"
    assert not [(a, b) for a, b in told if a != b and a.partition("/")[0] == b.partition("/")[0]]


def units(drawn: list[Plot]) -> list[Plot]:
    """Three registered units on each land."""
    return [
        replace(plot, key=f"{plot.key}/{i}", number=f"{plot.number}/{i}") for plot in drawn for i in range(3)
    ]
