"""The model of people keeps its own laws over any history; nothing of the product is asked."""

import random
from collections import Counter
from collections.abc import Iterator
from dataclasses import replace
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from tests.conftest import counts
from tests.model.cadastre import COMMUNES, KINDS, OF_COMMUNES, Event, Land, Style
from tests.model.deliveries import Delivery, Row, Spec
from tests.model.histories import Day
from tests.model.people.both import Both, parcel_row
from tests.model.people.happenings import HAPPENINGS, happen
from tests.model.people.histories import Faults, Handed, PeopleDay, PeopleHistory, Told, people_histories
from tests.model.people.register import ERASED, Outcome, Register
from tests.model.people.said import (
    ENTITIES,
    ITEMS,
    RECORD,
    Brought,
    ParcelRow,
    PeopleRow,
    Right,
    User,
    described,
)
from tests.model.people.society import Society
from tests.model.register import Outcome as ParcelOutcome
from tests.model.unusual import UNUSUAL

SETTINGS = settings(
    max_examples=counts(30), suppress_health_check=[HealthCheck.too_slow, HealthCheck.data_too_large]
)


def played(
    told: Told, both: Both, *, erasing: bool = True
) -> Iterator[tuple[Handed, Register, Brought, Outcome]]:
    """Each delivery, what its province's register held before it, and what it came to; afterwards somebody may be erased."""
    for handed in told.deliveries():
        register = both.people[handed.delivery.province]
        before = register.copy()
        if handed.delivery.dry:
            both.copy().deliver(*handed[:2])
            assert register == before
            continue
        brought, _, outcome = both.deliver(*handed[:2])
        yield handed, before, brought, outcome
        if erasing:
            erase(register, handed.erased, [])


def to_be_erased(register: Register, number: int | None) -> int | None:
    """One of the living users, if anybody."""
    living = sorted(register.entities("land_user"))
    return living[number % len(living)] if living and number is not None else None


@SETTINGS
@given(people_histories())
def test_every_delivery_keeps_the_laws(history: PeopleHistory) -> None:
    for handed, before, brought, outcome in played(Told(history), both := Both()):
        after = both.people[handed.delivery.province]
        balances(before, outcome, after)
        names_are_alive(after)
        assert {place[1] for place in after.live if place[0] in ITEMS} <= both.living(
            handed.delivery.province
        )
        says_what_is_accepted(brought, outcome, after)
        keeps_what_is_not_accepted(before, brought, after)
        waits_for_held_communes(before, brought, outcome, after)
        writes_what_differs(before, after)


def balances(before: Register, outcome: Outcome, after: Register) -> None:
    """Every row has a fate, and what lives is what lived, and what is new, without what ended."""
    for record, line in outcome.lines.items():
        fates = ("new", "changed", "unchanged", "waiting", "quarantined")
        assert line["read"] == sum(line[fate] for fate in fates)
        assert line["current_after"] == line["current_before"] + line["new"] - line["ended"]
        assert line["current_before"] == before.current()[record]
        assert line["current_after"] == after.current()[record]
    assert all(outcome.fates)


def names_are_alive(after: Register) -> None:
    """Whom a live right names lives, and nobody else."""
    living = {(record, uid) for record, uid, _ in after.live if record in ENTITIES}
    assert set(after.named_by()) == living == set(after.observed)


def says_what_is_accepted(brought: Brought, outcome: Outcome, after: Register) -> None:
    """A parcel with an accepted row has an item for each row that was used, and no other."""
    used: Counter[tuple[int | None, str]] = Counter()
    for row, fate in zip(brought.rows, outcome.fates, strict=True):
        if fate in ("new", "changed", "unchanged") and row.parcel is not None:
            used[brought.parcels[row.parcel].uid, RECORD[type(row.says)]] += 1
    for row in brought.parcels:
        if row.fate == "accepted" and row.uid is not None:
            assert after.communes[row.uid] == row.commune
            for record in ITEMS:
                assert len(after.items(record, row.uid)) == used[row.uid, record]


def keeps_what_is_not_accepted(before: Register, brought: Brought, after: Register) -> None:
    written = {row.uid for row in brought.parcels if row.fate == "accepted"} | brought.ended
    for place, state in before.live.items():
        if place[0] in ITEMS and place[1] not in written:
            assert after.live[place] == state


def waits_for_held_communes(before: Register, brought: Brought, outcome: Outcome, after: Register) -> None:
    """Who keeps a right in a held commune stays as he was; and nobody waits for another one."""
    for entity, parcels in after.named_by().items():
        held = {
            after.communes[parcel] for parcel in parcels & before.named_by().get(entity, set())
        } & brought.held
        if held:
            assert after.live[*entity, 0] == before.live[*entity, 0]
    for entity, communes in outcome.waits.items():
        assert communes
        assert communes <= brought.held
        assert after.live[*entity, 0] == before.live[*entity, 0]


def writes_what_differs(before: Register, after: Register) -> None:
    """What is as it was is not written again; no word about anybody is older than the one before."""
    for place, state in after.live.items():
        known = before.live.get(place)
        assert known is None or (known == state) == (known.content == state.content)
        if known is not None and place[0] in ENTITIES:
            assert after.observed[place[:2]] >= before.observed[place[:2]]
        elif known is not None:
            others = [s.content for p, s in before.live.items() if p[:2] == place[:2]]
            assert known == state or state.content not in others


@SETTINGS
@given(people_histories())
def test_what_was_recorded_is_answered_as_it_was(history: PeopleHistory) -> None:
    """Also after an erasure, but for what was erased; and no two states of a thing hold at once."""
    seen: dict[str, list[dict[Any, Any]]] = {"01": [{}], "79": [{}]}
    for handed, _, _, _ in played(Told(history), both := Both(), erasing=False):
        code = handed.delivery.province
        register = both.people[code]
        now = register.as_of(register.moment)
        assert now == {place: state.content for place, state in register.live.items()}
        seen[code].append(now)
        erase(register, handed.erased, seen[code])
    for code, register in both.people.items():
        assert [register.as_of(moment) for moment in range(len(seen[code]))] == seen[code]
        for place, state in register.closed:
            assert state.until is not None
            assert state.since < state.until, place


def erase(register: Register, number: int | None, seen: list[dict[Any, Any]]) -> None:
    """The register forgets a user, if anybody, and so does whoever remembers what it said; receipts and proofs stay."""
    uid = to_be_erased(register, number)
    if uid is None:
        return
    whole = [*register.receipts], register.proofs()
    register.erase("land_user", uid)
    assert ([*register.receipts], register.proofs()) == whole
    names_are_alive(register)
    assert "land_user" in dict(register.erasures[-1].rows)
    assert ("land_user", uid, 0) not in {*register.live, *(place for place, _ in register.closed)}
    assert uid not in {who for (record, _), who in register.named.items() if record == "land_user"}
    fresh = max(who for who, content in register.entities("land_user").items() if content == ERASED)
    for moment in seen:
        for place, content in list(moment.items()):
            if place[:2] == ("land_user", uid):
                del moment[place]
                moment["land_user", fresh, 0] = ERASED
            elif place[0] == "land_right" and content.user == uid:
                moment[place] = content._replace(user=fresh)


@SETTINGS
@given(people_histories())
def test_who_is_delivered_after_an_erasure_is_somebody_new(history: PeopleHistory) -> None:
    for handed, _, _, _ in played(Told(history), both := Both(), erasing=False):
        register = both.people[handed.delivery.province]
        uid = to_be_erased(register, handed.erased)
        if uid is not None:
            who = {
                each
                for (record, each), known in register.named.items()
                if (record, known) == ("land_user", uid)
            }
            erase(register, handed.erased, [])
            _, _, outcome = both.deliver(*handed[:2])
            again = {each: known for (record, each), known in register.named.items() if record == "land_user"}
            assert uid not in again.values()
            assert all(again.get(each) in {None, *register.entities("land_user")} for each in who)
            assert not outcome.lines["land_user"]["changed"]


@SETTINGS
@given(people_histories())
def test_the_same_delivery_again_changes_nothing(history: PeopleHistory) -> None:
    for handed, _, brought, _ in played(Told(history), both := Both()):
        again = both.copy()
        once = again.people[handed.delivery.province]
        before = once.copy()
        repeated, judged, outcome = again.deliver(*handed[:2])
        if [row.fate for row in repeated.parcels] == [row.fate for row in brought.parcels]:
            if {"new", "changed"} & set(judged.fates) or repeated.ended:
                continue
            assert (once.live, once.closed) == (before.live, before.closed)
            assert not any(line["new"] + line["changed"] + line["ended"] for line in outcome.lines.values())


@SETTINGS
@given(people_histories(), st.integers(0, 1_000))
def test_no_order_of_rows_matters(history: PeopleHistory, seed: int) -> None:
    shuffle = random.Random(seed)
    both, other = Both(), Both()
    for handed in Told(history).deliveries():
        if handed.delivery.dry:
            continue
        rows = [*handed.rows]
        shuffle.shuffle(rows)
        _, _, one = both.deliver(*handed[:2])
        _, _, same = other.deliver(handed.delivery, rows)
        told = Counter(zip(map(repr, handed.rows), one.fates, strict=True))
        assert Counter(zip(map(repr, rows), same.fates, strict=True)) == told
        assert (same.lines, same.waits, same.conflicts) == (one.lines, one.waits, one.conflicts)
        mine, its = both.people[handed.delivery.province], other.people[handed.delivery.province]
        assert (mine.live, mine.closed, mine.named) == (its.live, its.closed, its.named)


@SETTINGS
@given(people_histories())
def test_in_the_end_the_register_says_what_the_offices_hold(history: PeopleHistory) -> None:
    told, both = Told(history), Both()
    for _ in played(told, both):
        pass
    for handed in told.last():
        brought, _, outcome = both.deliver(*handed[:2])
        assert not outcome.waits
        assert not outcome.conflicts
        assert {row.fate for row in brought.parcels} <= {"accepted", "refused"}
    for code, office in told.society.nation.offices.items():
        register = both.people[code]
        by_number = {thing.key or thing.place: thing for thing in office.things.values()}
        assert len(both.living(code)) == len(by_number)
        for uid in both.living(code):
            row = both.parcels.living[uid].row
            truth = told.society.said[by_number[row.key or row.place].user]
            users, certificates = (register.entities(record) for record in ENTITIES)
            rights = [
                (users.get(right.user), certificates.get(right.certificate), *right[2:])
                for right in register.items("land_right", uid).values()
            ]
            assert Counter(rights) == Counter(spelled(says) for says in truth if isinstance(says, Right))
            for record in ITEMS[1:]:
                kept = Counter(register.items(record, uid).values())
                assert kept == Counter(says for says in truth if type(says).__name__.lower() == record)


def spelled(right: Right) -> tuple[Any, ...]:
    names = (right.user, right.certificate)
    return (*(each and described(each) for each in names), right.role, right.form, right.share)


def test_people_are_judged_by_what_the_parcels_came_to() -> None:
    """What a person lets pass in parts: the rest still waits, and the rows of other communes were counted."""
    one, two, three = COMMUNES["01"]
    rows = tuple(
        Row(code, f"k{place}", None, str(place), None, Land(place, 0, 80), "ONT", "")
        for place, code in enumerate((one, two, three, three))
    )
    whole = Delivery("01", (*rows[:3], replace(rows[3], refused=True)), 0.5, complete=(one, two, three))
    both = Both()
    said = [PeopleRow(place, Right(User(f"u{place}"))) for place in range(4)]
    brought, _, outcome = both.deliver(replace(whole, held=(one, two)), said)
    assert [row.fate for row in brought.parcels] == ["waits", "waits", "accepted", "refused"]
    assert (brought.held, outcome.fates) == ({one, two}, ["waiting", "waiting", "new", "quarantined"])
    brought, _, outcome = both.deliver(replace(whole, only=(one,)), said)
    assert [row.fate for row in brought.parcels] == ["accepted", "beside", "beside", "beside"]
    assert (brought.held, outcome.lines["land_right"]["read"]) == ({two}, 1)
    brought, _, _ = both.deliver(replace(whole, rows=whole.rows[2:3], at=1.5, complete=(three,)), said[:0])
    assert (brought.held, brought.ended) == (frozenset(), frozenset())
    brought, _, outcome = both.deliver(replace(whole, rows=rows[:2], at=2.5), said[:2])
    assert (len(brought.ended), outcome.lines["land_right"]["ended"]) == (0, 0)
    ends = Delivery("01", (replace(rows[2], action="end", version=9),), 9.5, since=8.5)
    brought, _, _ = both.deliver(ends, ())
    assert ([row.fate for row in brought.parcels], len(brought.ended)) == (["late"], 1)
    told_again = ParcelOutcome({}, ["unchanged"], [7])
    assert parcel_row(ends, told_again, 0) == ParcelRow(three, "late", 7, 9.0)


def test_random_histories_come_to_everything_that_the_rules_speak_of() -> None:
    """What never happens proves nothing."""
    seen: Counter[str] = Counter()
    for number in range(24):
        told, both = Told(random_history(random.Random(number))), Both()
        for handed, before, brought, outcome in played(told, both):
            after = both.people[handed.delivery.province]
            for record, line in outcome.lines.items():
                seen.update(f"{record} {fate}" for fate, count in line.items() if count)
            seen.update(f"fault {why}" for why in outcome.faults.values())
            seen.update(f"{row.fate}" for row in brought.parcels)
            seen["waits"] += len(outcome.waits)
            seen["conflicts"] += outcome.conflicts.total()
            came = {p for p in after.live if p[0] == "land_user" and p not in before.live}
            seen["back"] += len(came & {place for place, _ in before.closed})
            seen["many parcels"] += any(len(parcels) > 10 for parcels in after.named_by().values())
    wanted = {f"{r} {f}" for r in (*ENTITIES, *ITEMS) for f in ("new", "changed", "unchanged", "ended")}
    wanted |= {f"{r} {f}" for r in (*ENTITIES, *ITEMS) for f in ("waiting", "quarantined")}
    wanted |= {"accepted", "waits", "refused", "late", "beside", "fault repeated", "fault parcel_unknown"}
    wanted |= {"fault names_nobody", "waits", "conflicts", "back", "many parcels"}
    assert not {each for each in wanted if not seen[each]}


def random_history(draw: random.Random) -> PeopleHistory:
    def numbers(most: int) -> tuple[int, ...]:
        return tuple(draw.randrange(30) for _ in range(draw.randrange(most + 1)))

    def events(kinds: tuple[str, ...], most: int) -> tuple[Event, ...]:
        return tuple(Event(draw.choice(kinds), draw.randrange(30), draw.randrange(30)) for _ in range(most))

    days = [PeopleDay(Day("01", (), Spec()))]
    for _ in range(8):
        code = draw.choice(("01", "01", "79"))
        spec = Spec(
            code,
            draw.choice(("full", "full", "changes", "late", "repeated", "approved")),
            spoilt=numbers(2),
            missing=numbers(1),
            held=draw.choice((0, 0, 1, 2)),
        )
        faults = Faults(numbers(2), numbers(1), numbers(1), draw.randrange(2))
        day = Day(code, events((*KINDS, *UNUSUAL, *OF_COMMUNES), 2), spec)
        days.append(PeopleDay(day, events(tuple(HAPPENINGS), 5), faults))
    return PeopleHistory((Style(), Style()), 30, draw.random() < 0.5, tuple(days))


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
