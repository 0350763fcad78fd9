"""A person says what a hold means: in its own reading, or in the other one; kept with the approval, and what the merge goes by."""

from dataclasses import replace
from pathlib import Path

import pytest

from sync import review
from sync.folder.reasons import Reading
from sync.load import inputs
from tests.support.database import Database
from tests.support.deciding import as_decider
from tests.support.judged import AS_OF
from tests.support.moments import PLACES, Delivery, Province, moment
from tests.support.reading import (
    HERE,
    THERE,
    approve,
    changes,
    corrected,
    delivered,
    events,
    keys_shuffled,
    night,
    places,
    plots,
    reasons,
    refused,
    sound,
    uids,
)  # fmt: skip
from validators.decision_rules import DecisionRules
from validators.policy import policy_at

pytestmark = pytest.mark.db


@pytest.fixture
def province(database: Database, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Province:
    """Without brakes: what is asked is asked of land and handles."""
    return Province(database, tmp_path, monkeypatch)


@pytest.fixture
def braked(province: Province, monkeypatch: pytest.MonkeyPatch) -> Province:
    """With the brakes of the policy."""
    monkeypatch.setattr(inputs, "policy_at", policy_at)
    return province


def test_shuffled_keys_of_which_a_person_says_that_the_land_was_corrected(province: Province) -> None:
    rows = plots()
    night(province, rows, 1)
    before = uids(province)
    second = keys_shuffled(rows)
    held = night(province, second, 2)
    assert held.held == {HERE: "REKEYED"}
    assert approve(province, held.run_id, reading="moved", actor="cli:a")["state"] == "done"
    assert uids(province) == before
    delivered(province, second)
    assert {(kind, state) for kind, state, _ in events(province)} <= {
        ("exchange", "confirmed"),
        ("correction", "confirmed"),
    }
    assert {by for *_, by in events(province)} == {"cli:a"}
    said = "SELECT reading FROM ledger.approval UNION ALL SELECT reading FROM ledger.run WHERE kind = 'apply'"
    assert province.database.query(said) == [("moved",), ("moved",)]
    again = night(province, second, 3)
    assert (again.state, again.loaded.totals["unchanged"]) == ("done", len(rows))


def test_corrected_land_of_which_a_person_says_that_the_handles_were_given_to_other_land(
    province: Province,
) -> None:
    """What lies where nothing was known is a new parcel under the old handles, and the old one ends."""
    rows = plots(ids=True)
    night(province, rows, 1)
    before = uids(province)
    second = corrected(rows, 8)
    held = night(province, second, 2)
    assert held.held == {HERE: "MOVED"}
    done = approve(province, held.run_id, reading="rekeyed", actor="cli:a")
    assert (done["state"], done["new"], done["ended"]) == ("done", 8, 8)
    delivered(province, second)
    now = uids(province)
    assert {key for key in before if now[key] != before[key]} == {row.key for row in rows[:8]}
    assert not {now[row.key] for row in rows[:8]} & set(before.values())
    assert events(province) == {("rekey", "confirmed", "cli:a")}
    ((evidence,),) = province.database.query("SELECT evidence FROM land.lineage_event")
    assert (evidence["parcels"], evidence["held_by_run"]) == (8, held.run_id)
    assert night(province, second, 3).loaded.totals["unchanged"] == len(rows)
    # Back at the old places, and read in the same way, they are the parcels that ended.
    back = night(province, rows, 4)
    assert back.held == {HERE: "MOVED"}
    approve(province, back.run_id, reading="rekeyed")
    delivered(province, rows)
    assert uids(province) == before


@pytest.mark.parametrize("reading", [None, "rekeyed"])
def test_the_reading_of_the_hold_is_the_same_whether_it_is_said_or_not(
    province: Province, reading: Reading | None
) -> None:
    rows = plots()
    night(province, rows, 1)
    before = places(province)
    second = keys_shuffled(rows)
    approve(province, night(province, second, 2).run_id, reading=reading)
    delivered(province, second)
    assert places(province) == before
    assert events(province) == {("rekey", "confirmed", "test")}


@pytest.mark.parametrize("reading", ["rekeyed", "moved"])
def test_one_commune_can_hold_both_stories_and_is_read_in_one(province: Province, reading: Reading) -> None:
    """Of twelve rows whose land lies elsewhere four have each other's key, eight lie where nothing was known."""
    rows = plots()
    night(province, rows, 1)
    before = uids(province)
    second = corrected(rows, 8)
    second[10:14] = [replace(second[10 + i], x=rows[10 + (i + 1) % 4].x) for i in range(4)]
    held = night(province, second, 2)
    assert held.held == {HERE: "MOVED"}
    approve(province, held.run_id, reading=reading)
    delivered(province, second)
    now = uids(province)
    assert {key for key in before if now[key] == before[key]} == (
        set(before) if reading == "moved" else {row.key for row in (*rows[8:10], *rows[14:])}
    )
    kinds = {kind for kind, *_ in events(province)}
    assert kinds == ({"rekey"} if reading == "rekeyed" else {"correction", "exchange"})


@pytest.mark.parametrize("reading", ["rekeyed", "moved"])
def test_a_few_rows_that_wait_are_read_as_a_person_says(province: Province, reading: Reading) -> None:
    rows = plots(400)
    night(province, rows, 1)
    before = uids(province)
    second = [replace(row, land_use="CLN") if i > 390 else row for i, row in enumerate(rows)]
    second[0], second[1] = replace(second[0], x=rows[1].x), replace(second[1], x=rows[0].x)
    held = night(province, second, 2)
    assert held.loaded.totals["held"] == 2
    approve(province, held.run_id, reading=reading)
    delivered(province, second)
    now = uids(province)
    exchanged = (now[str(rows[0].key)], now[str(rows[1].key)])
    first = (before[str(rows[0].key)], before[str(rows[1].key)])
    assert exchanged == (first if reading == "moved" else first[::-1])


def test_where_new_keys_came_they_are_new_parcels_if_the_handles_are_right(braked: Province) -> None:
    """The hold says that all was renamed. Who says that nothing was is asked whether the commune shall lose everything."""
    rows = plots()
    night(braked, rows, 1)
    before = uids(braked)
    second = [replace(row, key=f"new{i}", number=str(100 + i)) for i, row in enumerate(rows)]
    held = night(braked, second, 2)
    assert held.held == {HERE: "REKEYED"}
    again = approve(braked, held.run_id, reading="moved")
    assert again["state"] == "held"
    assert "LOSS" in reasons(braked, again["run"])
    assert approve(braked, again["run"])["state"] == "done"
    delivered(braked, second)
    assert not set(uids(braked).values()) & set(before.values())
    assert {state for _, state, _ in events(braked)} == {
        "proposed"
    }  # what became of the land is for the office to say


def test_what_the_chosen_reading_does_not_explain_is_asked_and_the_reading_is_not_forgotten(
    braked: Province,
) -> None:
    """Keys say that land was corrected, ids and numbers went with the land: the brakes show that, and do not ask about the land."""
    rows = plots(ids=True)
    night(braked, rows, 1)
    before = uids(braked)
    second = keys_shuffled(rows)
    held = night(braked, second, 2)
    again = approve(braked, held.run_id, reading="moved")
    shown = braked.database.query("SELECT reasons FROM ledger.hold WHERE run_id = %s", again["run"])
    groups = {reason["measured"]["column_group"] for (all_of,) in shown for reason in all_of}
    assert groups == {"national_id", "number"}
    assert refused(braked, again["run"], reading="rekeyed").code == "REVIEW-READING"
    done = approve(braked, again["run"])
    assert done["state"] == "done"
    assert uids(braked) == before
    delivered(braked, second)


def test_brakes_ask_what_the_reading_of_new_handles_would_cost(braked: Province) -> None:
    rows = plots(ids=True)
    night(braked, rows, 1)
    held = night(braked, corrected(rows, 8), 2)
    again = approve(braked, held.run_id, reading="rekeyed", actor="cli:a", reason="keys given again")
    assert again["state"] == "held"
    assert "LOSS" in reasons(braked, again["run"])
    done = approve(braked, again["run"], actor="cli:b")
    assert (done["state"], done["new"], done["ended"]) == ("done", 8, 8)
    delivered(braked, corrected(rows, 8))
    # The event names who chose the reading, not who then let the loss pass.
    said = (
        "SELECT kind, decided_by, evidence ->> 'reason', evidence ->> 'held_by_run' FROM land.lineage_event"
    )
    assert braked.database.query(said) == [("rekey", "cli:a", "keys given again", held.run_id)]


def test_two_communes_with_different_reasons_are_read_in_one_or_each_in_its_own(province: Province) -> None:
    rows = [*plots(), *plots(20, THERE)]
    night(province, rows, 1)
    before = uids(province)
    second = [*keys_shuffled(rows[:20]), *corrected(rows[20:], 8)]
    held = night(province, second, 2)
    assert held.held == {HERE: "REKEYED", THERE: "MOVED"}
    approve(province, held.run_id, reading="moved")
    delivered(province, second)
    assert uids(province) == before
    third = [*keys_shuffled(second[:20]), *corrected(second[20:], 8)]
    held = night(province, third, 3)
    approve(province, held.run_id, HERE, reading="moved")
    approve(province, held.run_id, THERE, reading="rekeyed")
    delivered(province, third)
    now = uids(province)
    assert {key for key in before if now[key] != before[key]} == {row.key for row in rows[20:28]}


def test_a_change_set_is_read_as_a_person_says(province: Province) -> None:
    rows = plots()
    night(province, rows, 1)
    before = uids(province)
    exchanged = [replace(rows[i], x=rows[(i + 1) % 6].x) for i in range(6)]
    held = changes(province, exchanged, 3)
    assert held.held == {HERE: "REKEYED"}
    approve(province, held.run_id, reading="moved")
    delivered(province, [*exchanged, *rows[6:]])
    assert uids(province) == before
    lands = places(province)
    back = changes(province, rows[:6], 4)
    approve(province, back.run_id, reading="rekeyed")
    delivered(province, rows)
    assert places(province) == lands


@pytest.mark.parametrize("ids", [True, False])
def test_what_is_not_known_to_have_ended_lives_on_under_the_reading_of_new_handles(
    province: Province, ids: bool
) -> None:
    """A change set ends nothing by silence: the parcel of before keeps its id, and else lives on without its key."""
    rows = [replace(row, number=None) for row in plots(ids=ids)]
    night(province, rows, 1)
    before = uids(province)
    held = changes(province, corrected(rows, 5)[:5], 3)
    assert held.held == {HERE: "MOVED"}
    done = approve(province, held.run_id, reading="rekeyed")
    assert (done["quarantined"], done["new"], done["ended"]) == ((5, 0, 0) if ids else (0, 5, 0))
    assert set(before.values()) <= set(places(province))
    sound(province)
    # A whole delivery says what became of them.
    whole = night(province, corrected(rows, 5), 4)
    if ids:
        assert approve(province, whole.run_id, reading="rekeyed")["state"] == "done"
    found = province.database.query("SELECT source_key FROM land.parcel")
    assert len(found) == len(set(found)) == len(rows)
    sound(province)


def test_a_reading_can_be_chosen_only_where_the_hold_tells_one(province: Province) -> None:
    rows = [*plots(), *plots(3, THERE)]
    night(province, rows, 1)
    second = keys_shuffled(rows[:20])
    said = {"extracted_at": moment(2).isoformat()}
    held = province.deliver(Delivery((*second, *rows[20:]), said, PLACES, doubted=(THERE,)))
    assert set(held.held) == {HERE, THERE}
    for communes in ((THERE,), (HERE, THERE), ()):
        error = refused(province, held.run_id, *communes, reading="moved")
        assert (error.code, THERE in error.message.vi, THERE in error.message.en) == (
            "REVIEW-READING",
            True,
            True,
        )
    assert province.database.query("SELECT count(*) FROM ledger.approval") == [(0,)]
    assert approve(province, held.run_id, HERE, reading="moved")["state"] == "done"
    assert approve(province, held.run_id, THERE)["state"] == "done"
    delivered(province, [*second, *rows[20:]])


@pytest.mark.parametrize("reading", ["rekeyed", "moved"])
def test_a_case_of_communes_is_read_as_one(province: Province, reading: Reading) -> None:
    """Parcels pass from one commune to the other, and in the one that takes keys were shuffled: approved together, or not at all."""
    rows = [*plots(), *plots(20, THERE)]
    night(province, rows, 1)
    before = uids(province)
    lands = places(province)
    second = [
        *keys_shuffled(rows[:20]),
        *(replace(row, commune=HERE, number=str(50 + i)) for i, row in enumerate(rows[20:32])),
        *rows[32:],
    ]
    held = night(province, second, 2)
    assert {code: set(codes) for code, codes in held.reasons.items()} == {
        HERE: {"MOVED-COMMUNE", "REKEYED"},
        THERE: {"MOVED-COMMUNE"},
    }
    assert refused(province, held.run_id, HERE, reading=reading).code == "REVIEW-CASE"
    assert approve(province, held.run_id, reading=reading)["state"] == "done"
    delivered(province, second)
    assert (uids(province) == before) is (reading == "moved")
    assert (places(province) == lands) is (reading == "rekeyed")


@pytest.fixture
def persons(province: Province, monkeypatch: pytest.MonkeyPatch) -> Province:
    """Three persons of the centre; more than eight parcels need two of them."""
    for actor in ("cli:a", "cli:b", "cli:c"):
        as_decider(province.database, actor, "centre")
    rules = policy_at(AS_OF).model_copy(update={"decisions": DecisionRules(two_persons_above=8)})
    monkeypatch.setattr(review, "policy_at", lambda _day: rules)
    return province


def test_two_persons_say_yes_to_the_same_reading_or_nothing_goes_live(persons: Province) -> None:
    rows = plots()
    night(persons, rows, 1)
    second = keys_shuffled(rows)
    held = night(persons, second, 2).run_id
    lands, before = places(persons), uids(persons)
    assert "waits" in approve(persons, held, actor="cli:a")
    told = approve(persons, held, reading="moved", actor="cli:b")["waits"]
    assert (told["said_yes"], told["said_otherwise"]) == ([], ["cli:a"])
    assert (places(persons), uids(persons)) == (lands, before)
    assert approve(persons, held, reading="moved", actor="cli:c")["state"] == "done"
    assert uids(persons) == before
    delivered(persons, second)
    assert "cli:a" not in str(events(persons))


def test_who_changes_his_mind_is_counted_for_what_he_said_last(persons: Province) -> None:
    rows = plots()
    night(persons, rows, 1)
    lands = places(persons)
    held = night(persons, keys_shuffled(rows), 2).run_id
    assert "waits" in approve(persons, held, actor="cli:a")
    assert "waits" in approve(persons, held, reading="moved", actor="cli:a")
    told = approve(persons, held, reading="rekeyed", actor="cli:b")["waits"]
    assert (told["said_yes"], told["said_otherwise"]) == ([], ["cli:a"])
    # The hold's own reading is that reading, whether it is named or not.
    assert approve(persons, held, actor="cli:c")["state"] == "done"
    assert places(persons) == lands
    assert events(persons) == {("rekey", "confirmed", "cli:b, cli:c")}


def test_what_one_person_let_go_counts_as_his_alone_though_another_one_read_it_otherwise(
    persons: Province, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(Province, "actor", "cli:c")
    rows = [*plots(6), *plots(6, THERE)]
    night(persons, rows, 1)
    second = [*keys_shuffled(rows[:6]), *keys_shuffled(rows[6:])]
    held = night(persons, second, 2).run_id
    assert approve(persons, held, HERE, reading="moved", actor="cli:c")["waits"]["because"] == "deliverer"
    assert approve(persons, held, HERE, actor="cli:a")["state"] == "done"
    told = approve(persons, held, THERE, actor="cli:a")["waits"]
    assert (told["because"], told["parcels"]) == ("many", 12)
