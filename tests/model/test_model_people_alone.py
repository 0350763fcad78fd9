"""The model of people keeps its own laws over any history; nothing of the product is asked."""

import random
from collections import Counter
from collections.abc import Iterator
from dataclasses import replace
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings

from tests.conftest import counts
from tests.model.cadastre import COMMUNES, KINDS, OF_COMMUNES, Event, Land, Style
from tests.model.deliveries import Delivery, Row
from tests.model.people.both import Both, Judged
from tests.model.people.happenings import HAPPENINGS, happen
from tests.model.people.histories import Handed, PeopleHistory, Told, people_histories, random_history
from tests.model.people.register import Register
from tests.model.people.said import COME_AND_GO, RECORDS, Right, Said, User, names_anybody
from tests.model.people.society import Society
from tests.model.unusual import UNUSUAL

SETTINGS = settings(
    max_examples=counts(30), suppress_health_check=[HealthCheck.too_slow, HealthCheck.data_too_large]
)


def played(told: Told, both: Both) -> Iterator[tuple[Handed, Register, Judged]]:
    """Each delivery, what its province's register held before it, and what it came to."""
    for handed in told.deliveries():
        if handed.delivery.dry:
            both.copy().deliver(handed)
        else:
            before = both.people[handed.delivery.province].copy()
            yield handed, before, both.deliver(handed)


@SETTINGS
@given(people_histories())
def test_every_delivery_keeps_the_laws(history: PeopleHistory) -> None:
    for handed, before, judged in played(Told(history), both := Both()):
        code = handed.delivery.province
        after = both.people[code]
        assert {parcel for _, parcel in after.live} <= both.living(code).keys()
        written = {row.parcel for row in judged.brought.rows}
        for (record, parcel), contents in before.live.items():
            spoken = record not in COME_AND_GO or any(
                row.parcel == parcel and row.commune in judged.brought.spoken[record]
                for row in judged.brought.rows
            )
            if parcel not in judged.brought.ended and not (parcel in written and spoken):
                assert after.live[record, parcel] == contents
        ties_those_who_are_there(after)
        closes_what_is_gone(before, judged, after)


def ties_those_who_are_there(after: Register) -> None:
    """A right ties users and certificates of its parcel, and nobody is there whom none ties."""
    for parcel in {parcel for _, parcel in after.live}:
        rights = after.of("land_right", parcel)
        for side, entity in enumerate(("land_user", "certificate")):
            described = {each.who for each in after.of(entity, parcel)}
            assert described == {right[side] for right in rights} - {None}


def closes_what_is_gone(before: Register, judged: Judged, after: Register) -> None:
    """What was closed was there, and is not; and the receipt counts no more than that."""
    closed = after.closed[len(before.closed) :]
    for each in closed:
        assert before.live[each.record, each.parcel][each.content] == each.since < each.until == after.moment
        assert each.content not in after.of(each.record, each.parcel)
    assert judged.people.closed.total() <= len(closed)
    balance = Counter(before.current())
    for (_, record), count in judged.people.added.items():
        balance[record] += count
    for (_, record), count in judged.people.closed.items():
        balance[record] -= count
    assert balance == after.current()
    for (record, parcel), contents in after.live.items():
        had = before.live.get((record, parcel), {})
        assert all(since == had.get(content, after.moment) for content, since in contents.items())


@SETTINGS
@given(people_histories())
def test_what_was_recorded_is_answered_as_it_was(history: PeopleHistory) -> None:
    seen: dict[str, list[Counter[Any]]] = {"01": [Counter()], "79": [Counter()]}
    for handed, _, _ in played(Told(history), both := Both()):
        register = both.people[handed.delivery.province]
        seen[handed.delivery.province].append(register.as_of(register.moment))
    for code, register in both.people.items():
        assert [register.as_of(moment) for moment in range(len(seen[code]))] == seen[code]


@SETTINGS
@given(people_histories())
def test_the_same_delivery_again_changes_nothing(history: PeopleHistory) -> None:
    for handed, _, judged in played(Told(history), both := Both()):
        again = both.copy()
        repeated = again.deliver(handed)
        if repeated.brought.rows == judged.brought.rows and not repeated.brought.ended:
            was, is_ = (each.people[handed.delivery.province] for each in (both, again))
            assert (was.live, was.closed) == (is_.live, is_.closed)
            assert not repeated.people.touched


@SETTINGS
@given(people_histories())
def test_in_the_end_the_register_says_what_the_offices_hold(history: PeopleHistory) -> None:
    told, both = Told(history), Both()
    for _ in played(told, both):
        pass
    for handed in told.last():
        both.deliver(handed)
    for code, office in told.society.nation.offices.items():
        by_number = {thing.key or thing.place: thing for thing in office.things.values()}
        living = both.living(code)
        assert len(living) == len(by_number)
        for uid, parcel in living.items():
            truth = told.society.said[by_number[parcel.row.key or parcel.row.place].user]
            says_what_the_office_holds(both.people[code], uid, truth, spoken=not history.silent)


def says_what_the_office_holds(register: Register, uid: int, truth: Said, *, spoken: bool) -> None:
    beside = [each for each in truth.beside if isinstance(each, Right)]
    rights = beside or ([truth.own] if truth.own else [])
    users = {each.who: each.values for each in register.of("land_user", uid)}
    papers = {each.who: each.values for each in register.of("certificate", uid)}
    held = {
        Right(users.get(each.user), papers.get(each.certificate), *each[2:])  # type: ignore[arg-type]
        for each in register.of("land_right", uid)
    }
    assert held == {each for each in rights if names_anybody(each)}
    for record, kind in COME_AND_GO.items():
        if spoken:
            assert register.of(record, uid) == {each for each in truth.beside if isinstance(each, kind)}


def test_people_are_judged_by_what_the_parcels_came_to() -> None:
    """What a person lets pass in parts: the rest still waits."""
    one, two, three = COMMUNES["01"]
    rows = tuple(
        Row(code, f"k{place}", None, str(place), None, Land(place, 0, 80), "ONT", "", refused=place == 3)
        for place, code in enumerate((one, two, three, three))
    )
    said = tuple(Said(Right(User(f"Người {place}"))) for place in range(4))
    first = Handed(Delivery("01", rows, 0.5, complete=(one, two, three), held=(one, two)), said, {})
    both = Both()
    assert [row.commune for row in both.deliver(first).brought.rows] == [three]
    passed = Handed(Delivery("01", rows, 0.5, complete=(one, two, three), only=(one,)), said, {})
    assert [row.commune for row in both.deliver(passed).brought.rows] == [one]
    refused = Handed(Delivery("01", (replace(rows[2], refused=True),), 1.5, complete=(three,)), said[2:3], {})
    judged = both.deliver(refused)
    assert (judged.brought.rows, judged.brought.ended) == ((), {})
    ends = Delivery(
        "01", (Row(three, "k2", None, "2", None, None, "ONT", "", action="end", version=9),), 9.5, 8.5
    )
    judged = both.deliver(Handed(ends, (Said(),), {}))
    assert (judged.brought.rows, list(judged.brought.ended.values())) == ((), [three])


def test_random_histories_come_to_everything_that_the_rules_speak_of() -> None:
    """What never happens proves nothing."""
    seen: Counter[str] = Counter()
    for number in range(16):
        history = random_history(random.Random(number), (*KINDS, *UNUSUAL, *OF_COMMUNES))
        for _, before, judged in played(Told(history), both := Both()):
            after = both.people[judged.delivery.province]
            for record in RECORDS:
                seen[f"{record} changed"] += sum(
                    n for (_, of), n in judged.people.changed.items() if of == record
                )
                seen[f"{record} closed"] += sum(
                    n for (_, of), n in judged.people.closed.items() if of == record
                )
                seen[f"{record} kept"] += sum(
                    record in COME_AND_GO and row.commune not in judged.brought.spoken[record]
                    for row in judged.brought.rows
                    if before.of(record, row.parcel)
                )
            for entity in ("land_user", "certificate"):
                many = {
                    place: Counter(x.who for x in each)
                    for place, each in after.live.items()
                    if place[0] == entity
                }
                seen[f"{entity} described twice"] += any(
                    each.most_common(1)[0][1] > 1 for each in many.values()
                )
                whos = [who for each in many.values() for who in each]
                seen.update(f"{entity} by {who[0]}" for who in whos)
                seen[f"{entity} on several"] += len(whos) > len(set(whos))
                seen[f"{entity} in turn"] += any(who[0] == "parcel" and who[-1] > 0 for who in whos)
            seen["another system"] += any(row.system != "vbdlis" for row in judged.brought.rows)
            seen["own"] += any(
                row.said.own is not None and row.said.rights() == (row.said.own,)
                for row in judged.brought.rows
            )
    wanted = {f"{record} {fate}" for record in RECORDS for fate in ("changed", "closed")}
    wanted |= {f"{record} kept" for record in COME_AND_GO} | {"another system", "own"}
    kinds = ("described twice", "by key", "by number", "by parcel", "on several", "in turn")
    wanted |= {f"{entity} {kind}" for entity in ("land_user", "certificate") for kind in kinds}
    assert not {each for each in wanted if not seen[each]}


@pytest.mark.parametrize("kind", HAPPENINGS)
def test_every_happening_happens(kind: str) -> None:
    for number in range(12):
        society = Society.of((Style(), Style()), 20, keyed=True)
        for each in ("restriction_set", "transferee_told", "user_joined"):
            happen(society, Event(each, 1, number), "01")
        before = dict(society.nation.offices["01"].things)
        happen(society, Event(kind, 1, number + 1), "01")
        if society.nation.offices["01"].things != before:
            return
    pytest.fail("nothing happens")


@pytest.mark.parametrize("kind", ["split", "merge", "users_exchanged", "move", "return_same_key"])
def test_what_happens_to_parcels_carries_their_people_along(kind: str) -> None:
    society = Society.of((Style(), Style()), 20, keyed=True)
    before = set(society.said)
    for number in range(6):
        happen(society, Event("end", 3, 3), "01")
        happen(society, Event(kind, number, number), "01")
    words = {thing.user for thing in society.nation.living()}
    assert words <= before
