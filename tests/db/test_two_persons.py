"""Held data go live by the yes of who may give it: never of the deliverer alone, and of two persons where it is about many parcels."""

import threading
from datetime import datetime
from pathlib import Path
from random import Random
from typing import Any

import pytest

from parcels.errors import LandsyncError, TransientError, UsageError
from sync import clock, review
from sync.deciding import people
from sync.report.status import national_status, to_do
from tests.support.database import Database
from tests.support.deciding import as_decider
from tests.support.judged import Plot
from tests.support.moments import PLACES, Delivery, Outcome, Province, moment
from validators.decision_rules import DecisionRules
from validators.policy import policy_at

pytestmark = pytest.mark.db
HERE, THERE = PLACES
DELIVERER = "cli:deliverer"
DATED = {"extracted_at": moment(10).isoformat()}
LIMIT = 8


@pytest.fixture
def province(database: Database, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Province:
    """Two persons of the centre, the deliverer, who is one too, and a limit of eight parcels."""
    for actor in ("cli:a", "cli:b", DELIVERER):
        as_decider(database, actor, "centre")
    as_decider(database, "cli:office", "office", "01")
    rules(monkeypatch, DecisionRules(two_persons_above=LIMIT))
    monkeypatch.setattr(Province, "actor", DELIVERER)
    return Province(database, tmp_path, monkeypatch)


def rules(patch: pytest.MonkeyPatch, wanted: DecisionRules) -> None:
    policy = policy_at(clock.today()).model_copy(update={"decisions": wanted})
    patch.setattr(review, "policy_at", lambda _day: policy)


def held(province: Province, here: int, there: int = 1, said: dict[str, str] | None = None) -> Outcome:
    """So many parcels of two communes, all held."""
    plots = [Plot(f"h{i}", None, str(i + 1), HERE, x=i) for i in range(here)]
    plots += [Plot(f"t{i}", None, str(i + 1), THERE, x=5000 + i) for i in range(there)]
    return province.deliver(Delivery(tuple(plots), DATED if said is None else said, PLACES, doubted=PLACES))


def approve(
    province: Province, run: str, actor: str, *communes: str, at: datetime | None = None
) -> dict[str, Any]:
    return review.approve(province.database.dsn, run, communes, actor, "looked at", at)


def refused_with(code: str, call: Any, *arguments: Any) -> None:
    with pytest.raises(LandsyncError) as caught:
        call(*arguments)
    assert caught.value.code == code


def approvals(province: Province) -> list[tuple[Any, ...]]:
    return province.database.query(
        "SELECT actor, decision, role, db_login, parcels, waits FROM ledger.approval ORDER BY approval_id"
    )


def test_few_parcels_need_one_person_and_the_ledger_says_which(province: Province) -> None:
    run = held(province, LIMIT).run_id
    done = approve(province, run, "cli:a", HERE)
    assert (done["state"], len(province.live())) == ("done", LIMIT)
    assert approvals(province) == [("cli:a", "approve", "centre", "landsync_loader", LIMIT, False)]


def test_many_need_two_different_persons(province: Province) -> None:
    run = held(province, LIMIT + 1).run_id
    told = approve(province, run, "cli:a", HERE)
    assert (told["state"], told["waits"]["communes"], told["waits"]["because"]) == ("held", [HERE], "many")
    again = approve(province, run, "cli:a", HERE)
    assert again["waits"]["said_yes"] == ["cli:a"]
    assert len(approvals(province)) == 1
    assert province.live() == {}
    [(_, said)] = [
        (hold["commune_code"], hold["said_yes"])
        for hold in national_status(province.database.dsn)["holds"]
        if hold["said_yes"]
    ]
    assert said == ["cli:a"]
    assert any(
        "cli:a said yes; another person must" in each.en
        for each in to_do(national_status(province.database.dsn))
    )
    assert approve(province, run, "cli:b", HERE)["state"] == "done"
    assert [row[-1] for row in approvals(province)] == [True, False]
    assert len(province.live()) == LIMIT + 1


def test_nobody_lets_go_alone_what_he_delivered(province: Province) -> None:
    run = held(province, 1).run_id
    assert approve(province, run, DELIVERER)["waits"]["because"] == "deliverer"
    assert province.live() == {}
    assert approve(province, run, "cli:a")["state"] == "done"
    other = held(province, 2).run_id
    assert approve(province, other, "cli:a")["state"] == "done"  # who did not deliver it, alone


def test_the_rule_about_one_s_own_delivery_can_be_lifted_by_policy(
    province: Province, monkeypatch: pytest.MonkeyPatch
) -> None:
    rules(monkeypatch, DecisionRules(two_persons_above=LIMIT, own_delivery=True))
    assert approve(province, held(province, 2).run_id, DELIVERER)["state"] == "done"
    assert "waits" in approve(province, held(province, LIMIT + 2).run_id, DELIVERER)


def test_a_large_delivery_is_not_let_go_in_small_pieces_by_one(province: Province) -> None:
    run = held(province, LIMIT - 1, LIMIT - 1).run_id
    assert approve(province, run, "cli:a", HERE)["state"] == "done"
    told = approve(province, run, "cli:a", THERE)["waits"]
    assert (told["communes"], told["parcels"]) == ([THERE], 2 * LIMIT - 2)
    assert approve(province, run, "cli:b", THERE)["state"] == "done"


def test_what_a_held_commune_would_lose_counts(province: Province) -> None:
    """One row against twenty that live: what is held is one row, what goes with it is nineteen parcels."""
    run = held(province, 20).run_id
    approve(province, run, "cli:a", HERE)
    approve(province, run, "cli:b", HERE)
    plots = (Plot("h0", None, "1", HERE, land_use="BHK"),)
    later = province.deliver(
        Delivery(plots, {"extracted_at": moment(11).isoformat()}, (HERE,), doubted=(HERE,))
    )
    assert approve(province, later.run_id, "cli:a", HERE)["waits"]["parcels"] == 20


def test_a_change_set_is_about_its_rows(province: Province) -> None:
    run = held(province, 20).run_id
    approve(province, run, "cli:a", HERE)
    approve(province, run, "cli:b", HERE)
    plots = (
        Plot(
            "h0",
            None,
            "1",
            HERE,
            land_use="BHK",
            action="update",
            order=int(moment(11).timestamp() * 1_000_000),
        ),
    )
    said = {"since": moment(10).isoformat(), "until": moment(11).isoformat()}
    later = province.deliver(Delivery(plots, said, (), "changes", doubted=(HERE,)))
    assert later.refused is None
    done = approve(province, later.run_id, "cli:a", HERE)
    assert done["state"] == "done"
    assert approvals(province)[-1][4] == 1


@pytest.mark.parametrize("actor", ["cli:office", "cli:nobody", "CLI:A", "cli:a "])
def test_only_the_centre_decides_about_holds(province: Province, actor: str) -> None:
    run = held(province, 2).run_id
    refused_with("DECIDER-RIGHT", approve, province, run, actor)
    refused_with("DECIDER-RIGHT", review.refuse, province.database.dsn, run, (), actor, "no")
    assert (approvals(province), len(province.open_holds())) == ([], 2)


def test_the_yes_of_who_was_withdrawn_does_not_count(province: Province) -> None:
    run = held(province, LIMIT + 1).run_id
    approve(province, run, "cli:a", HERE)
    people.withdraw(province.database.owner_dsn, "cli:a", "centre", None, "cli:owner", "left")
    assert "waits" in approve(province, run, "cli:b", HERE)
    refused_with("DECIDER-RIGHT", approve, province, run, "cli:a", HERE)
    assert approve(province, run, DELIVERER, HERE)["state"] == "done"  # two persons, one of them another


def test_when_all_are_withdrawn_nobody_decides(province: Province) -> None:
    run = held(province, 2).run_id
    for actor in ("cli:a", "cli:b", DELIVERER):
        people.withdraw(province.database.owner_dsn, actor, "centre", None, "cli:owner", "left")
    for actor in ("cli:a", "cli:z"):
        refused_with("DECIDER-RIGHT", approve, province, run, actor)


def test_who_states_another_moment_says_yes_to_something_else(province: Province) -> None:
    run = held(province, LIMIT + 1, said={}).run_id
    assert "waits" in approve(province, run, "cli:a", HERE, at=moment(3))
    assert "waits" in approve(province, run, "cli:b", HERE, at=moment(4))
    assert approve(province, run, "cli:b", HERE, at=moment(3))["state"] == "done"


def test_a_decider_with_a_login_of_the_database_acts_in_its_sessions_only(province: Province) -> None:
    as_decider(province.database, "cli:c", "centre", db_login="someone_else")
    as_decider(province.database, "cli:d", "centre", db_login="landsync_loader")
    run = held(province, 2).run_id
    refused_with("DECIDER-RIGHT", approve, province, run, "cli:c", HERE)
    assert approve(province, run, "cli:d", HERE)["state"] == "done"


def test_one_no_is_enough(province: Province) -> None:
    run = held(province, LIMIT + 1).run_id
    approve(province, run, "cli:a", HERE)
    review.refuse(province.database.dsn, run, (HERE,), DELIVERER, "half is missing")
    refused_with("REVIEW-REFUSED", approve, province, run, "cli:b", HERE)


def test_while_nobody_is_named_one_person_decides_and_it_is_marked(
    database: Database, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(Province, "actor", DELIVERER)
    province = Province(database, tmp_path, monkeypatch)
    run = held(province, 1001).run_id
    done = approve(province, run, DELIVERER, HERE)
    assert (done["state"], done["deciders_named"]) == ("done", False)
    assert approvals(province)[0][1:5] == ("approve", "unnamed", "landsync_loader", 1001)


@pytest.mark.parametrize(("parcels", "persons"), [(1000, 1), (1001, 2)])
def test_the_shipped_limit_is_a_thousand_parcels(parcels: int, persons: int) -> None:
    assert policy_at(clock.today()).decisions.persons(parcels, by_deliverer=False) == persons
    assert policy_at(clock.today()).decisions.persons(1, by_deliverer=True) == 2


def test_only_the_owner_names_deciders(province: Province) -> None:
    with pytest.raises(LandsyncError) as caught:
        people.name(province.database.dsn, "cli:me", "centre", None, None, "cli:me", "because")
    assert caught.value.code == "DB-RIGHTS", caught.value.code
    for role, where in (("centre", "01"), ("office", None), ("office", "99"), ("king", None)):
        with pytest.raises(UsageError) as wrong:
            people.name(province.database.owner_dsn, "cli:x", role, where, None, "cli:o", "so")  # type: ignore[arg-type]
        assert wrong.value.code == "DECIDER-ROLE"


def test_of_two_who_say_yes_at_once_the_second_lets_go(province: Province) -> None:
    run = held(province, LIMIT + 1).run_id
    outcomes: list[str] = []

    def say(actor: str) -> None:
        outcomes.append("waits" if "waits" in approve(province, run, actor, HERE) else "done")

    both = [threading.Thread(target=say, args=(actor,)) for actor in ("cli:a", "cli:b")]
    for each in both:
        each.start()
    for each in both:
        each.join(120)
    assert sorted(outcomes) == ["done", "waits"]
    assert len(province.live()) == LIMIT + 1


@pytest.mark.parametrize("seed", range(4))
def test_random_decisions_do_what_a_plain_book_says(province: Province, seed: int) -> None:
    rng = Random(seed)
    sizes = dict(zip(PLACES, (rng.choice((2, LIMIT, LIMIT + 1)), rng.choice((1, LIMIT - 1))), strict=True))
    run = held(province, *sizes.values()).run_id
    yes: dict[str, set[str]] = {place: set() for place in PLACES}
    gone: dict[str, int] = {}  # commune → persons who let it go
    for _ in range(12):
        actor = rng.choice(("cli:a", "cli:b", DELIVERER, "cli:office"))
        chosen = rng.sample(PLACES, rng.randint(1, 2))
        about = sum(sizes[place] for place in chosen) + sum(sizes[p] for p, n in gone.items() if n < 2)
        if actor == "cli:office" or any(place in gone for place in chosen):
            with pytest.raises((UsageError, TransientError)):
                approve(province, run, actor, *chosen)
            continue
        now = {place: yes[place] | {actor} for place in chosen}
        lets = all(len(said) >= (2 if about > LIMIT or said == {DELIVERER} else 1) for said in now.values())
        told = approve(province, run, actor, *chosen)
        assert ("waits" not in told) == lets, (actor, chosen, yes, gone)
        yes |= now
        if lets:
            gone |= {place: len(now[place]) for place in chosen}
        assert len(province.live()) == sum(sizes[place] for place in gone)
