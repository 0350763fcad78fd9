"""Histories that were found at random and made small: in each of them the register once was not what the rules say."""

from collections.abc import Iterable
from dataclasses import replace

import pytest

from tests.model.cadastre import COMMUNES, Land
from tests.model.conftest import Begin
from tests.model.deliveries import Delivery, Row
from tests.support.compared import Comparison

pytestmark = pytest.mark.db
A, B = COMMUNES["01"][:2]
C = COMMUNES["79"][0]
ONE, TWO, THREE = Land(0, 0, 80), Land(0, 100, 180), Land(1, 0, 80)
V, X, Y, Z = "w7er83v00010", "w7er83v00011", "w7er83v00012", "w7er83v00013"


def row(
    commune: str, key: str | None, national_id: str | None, number: str, land: Land | None, **more: object
) -> Row:
    plain = Row(commune, key, national_id, number, None, land, "ONT", "Người Thử")
    return replace(plain, **more)  # type: ignore[arg-type]


def full(
    at: float, rows: Iterable[Row], complete: tuple[str, ...] = (A, B), province: str = "01"
) -> Delivery:
    return Delivery(province, tuple(rows), at, complete=complete)


def changes(at: float, rows: Iterable[Row]) -> Delivery:
    return Delivery("01", tuple(rows), at, since=0.5)


STAYS = row(A, "k3", Z, "3", THREE)
OTHER = row(B, "k5", None, "5", Land(0, 300, 380))
FIRST = (row(B, "k9", X, "9", ONE), row(B, "k2", Y, "2", TWO), STAYS)
# So many that one parcel of them makes no case of the two communes.
AROUND = [
    row(code, f"n{i}{code}", None, f"4{i}", Land(5, 1000 * i + int(code), 1000 * i + int(code) + 3))
    for i in range(3)
    for code in (A, B)
]
HISTORIES = {
    "late, the parcel was renamed and moved since": (
        full(0.5, FIRST),
        full(3.5, [row(A, "k11", X, "9", ONE), STAYS], (A,)),
        full(1.5, FIRST[:2], (B,)),
    ),
    "late, without keys, the parcel moved since": (
        full(0.5, [row(B, None, X, "9", ONE), row(B, None, Y, "2", TWO), row(A, None, Z, "3", THREE)]),
        full(3.5, [row(A, None, X, "9", ONE), row(A, None, Z, "3", THREE)], (A,)),
        full(1.5, [row(B, None, X, "9", ONE), row(B, None, Y, "2", TWO)], (B,)),
    ),
    "late, the parcel moved and ended since": (
        full(0.5, FIRST),
        full(3.5, [row(A, "k9", X, "9", ONE), STAYS], (A,)),
        full(4.5, [STAYS], (A,)),
        full(1.5, FIRST[:2], (B,)),
    ),
    "a key is renamed in a set, and the mark of the number becomes known": (
        full(0.5, FIRST),
        changes(
            2.5,
            [
                row(B, "k9", X, "9", ONE, action="end", version=2),
                row(B, "k12", None, "9", ONE, mark="A", action="insert", version=2),
            ],
        ),
    ),
    "a key is renamed in a set, by a row that another parcel's id stands in the way of": (
        full(0.5, FIRST),
        changes(
            2.5,
            [
                row(B, "k9", X, "9", ONE, action="end", version=2),
                row(B, "k12", Y, "9", ONE, action="insert", version=2),
            ],
        ),
    ),
    "a renamed row is refused for an id of the other province": (
        full(0.5, [row(C, "k1", "w7er83v00099", "1", Land(10, 0, 80))], (C,), "79"),
        full(1.5, FIRST),
        full(2.5, [row(B, "k12", "w7er83v00099", "9", ONE), *FIRST[1:]]),
    ),
    "without keys, two exchange their numbers": (
        full(0.5, [row(B, None, X, "9", ONE), row(B, None, Y, "2", TWO), row(A, None, Z, "3", THREE)]),
        full(1.5, [row(B, None, X, "2", ONE), row(B, None, Y, "9", TWO), row(A, None, Z, "3", THREE)]),
    ),
    "without keys and ids, the mark of a number becomes known": (
        full(0.5, [row(B, None, None, "9", ONE), row(B, None, None, "2", TWO), row(A, None, Z, "3", THREE)]),
        full(
            1.5,
            [
                row(B, None, None, "9", ONE, mark="A"),
                row(B, None, None, "2", TWO),
                row(A, None, Z, "3", THREE),
            ],
        ),
    ),
    "a new object on other land has the id of one that is no longer there": (
        full(0.5, FIRST),
        full(1.5, [row(B, "k12", X, "12", Land(0, 300, 380)), *FIRST[1:]]),
    ),
    "a set ends an object and gives its id to a new one on other land": (
        full(0.5, FIRST),
        changes(
            2.5,
            [
                row(B, "k9", X, "9", ONE, action="end", version=2),
                row(B, "k12", X, "12", Land(0, 300, 380), action="insert", version=2),
            ],
        ),
    ),
    "a parcel without an id is missing and comes back under a new key": (
        full(0.5, [row(B, "k9", None, "9", ONE), *FIRST[1:]]),
        full(1.5, FIRST[1:]),
        full(2.5, [row(B, "k12", None, "9", ONE), *FIRST[1:]]),
    ),
    "one ends and another takes its id at once": (
        full(0.5, FIRST),
        full(1.5, [row(B, "k2", X, "2", TWO), STAYS]),
    ),
    "an id is handed over": (
        full(0.5, FIRST),
        full(1.5, [row(B, "k9", None, "9", ONE), row(B, "k2", X, "2", TWO), STAYS]),
        full(2.5, [row(B, "k9", Y, "9", ONE), row(B, "k2", X, "2", TWO), STAYS]),
    ),
    "a parcel is missing and comes back under a new key": (
        full(0.5, FIRST),
        full(1.5, FIRST[1:]),
        full(2.5, [row(B, "k12", X, "9", ONE), *FIRST[1:]]),
    ),
    "an ended parcel's number is used again on other land": (
        full(0.5, FIRST),
        full(1.5, FIRST[1:]),
        full(2.5, [row(B, "k12", None, "9", Land(0, 300, 380)), *FIRST[1:]]),
    ),
    "without keys and ids, a number without a mark fits two": (
        full(0.5, [row(B, None, None, "9", ONE, mark="A"), row(B, None, None, "9", TWO, mark="B"), STAYS]),
        full(
            1.5, [row(B, None, None, "9", Land(0, 300, 380)), row(B, None, None, "9", TWO, mark="B"), STAYS]
        ),
    ),
    "two had a number and its land one after the other, and ended": (
        full(0.5, [*FIRST, OTHER]),
        full(1.5, [*FIRST[1:], OTHER]),
        full(2.5, [row(B, "k2", None, "9", ONE), STAYS, OTHER]),
        full(3.5, [STAYS, OTHER]),
        full(4.5, [row(B, "k12", None, "9", ONE), STAYS, OTHER]),
    ),
    "a refused row keeps its own parcel alive": (
        full(0.5, FIRST),
        full(1.5, [row(B, "k9", X, "9", ONE, refused=True), *FIRST[1:]]),
    ),
    "a row refused for an id that a refused one keeps may be any that its number fits": (
        full(1.5, [row(B, None, None, "9", ONE, mark="A"), row(B, None, None, "9", TWO, mark="B"), STAYS]),
        full(2.5, [row(B, None, Z, "9", ONE), replace(STAYS, refused=True)]),
    ),
    "a row that is refused and has a parcel's number to the letter is no other that it fits": (
        full(1.5, [row(B, None, None, "9", ONE), row(B, None, None, "9", TWO, mark="A"), STAYS]),
        full(2.5, [row(B, None, Z, "9", ONE), replace(STAYS, refused=True)]),
    ),
    "a row that waits for the commune of the parcel that its id names may be the one that its number names": (
        full(0.5, [row(A, None, X, "1", ONE), row(B, None, None, "25", TWO), STAYS, *AROUND]),
        replace(
            full(1.5, [row(A, None, None, "1", ONE), row(B, None, X, "25", TWO), STAYS, *AROUND]), held=(A,)
        ),
    ),
    "without keys, told again by a part, then what was before that": (
        full(0.5, [row(B, None, X, "9", ONE), STAYS]),
        full(3.5, [row(B, None, X, "9", ONE), STAYS], ()),
        full(1.5, [row(B, None, X, "9", ONE, use="CLN"), STAYS]),
    ),
    "without keys, a part brings a new one, then what was before that": (
        full(0.5, [row(B, None, X, "9", ONE), STAYS]),
        full(3.5, [row(B, None, None, "10", TWO)], ()),
        full(1.5, [row(B, None, X, "9", ONE), STAYS]),
    ),
    "a set says again that a parcel ended, and it is back under another key": (
        full(0.5, FIRST),
        full(1.5, FIRST[1:]),
        changes(
            3.5,
            [
                row(B, "k9", X, "9", ONE, action="end", version=1),
                row(B, "k12", None, "9", ONE, action="insert", version=3),
            ],
        ),
    ),
    "a set comes again after a later row of one of its parcels was refused": (
        full(0.5, FIRST),
        changes(2.5, [row(B, "k9", X, "9", ONE, action="update", version=2, use="CLN")]),
        full(4.5, [row(B, "k9", X, "9", ONE, refused=True), *FIRST[1:]]),
        changes(2.5, [row(B, "k9", X, "9", ONE, action="update", version=2, use="CLN")]),
    ),
    "ids pass between the provinces, with keys and without": (
        full(0.5, [*FIRST, row(B, None, None, "7", Land(0, 200, 280))]),
        full(
            0.5, [row(C, "k1", X, "1", Land(10, 0, 80)), row(C, "k2", V, "2", Land(10, 100, 180))], (C,), "79"
        ),
        full(
            1.5,
            [row(B, "k9", V, "9", ONE), *FIRST[1:], row(B, None, V, "7", Land(0, 200, 280), refused=True)],
        ),
        full(
            1.5,
            [row(C, "k1", X, "1", Land(10, 0, 80)), row(C, "k2", None, "2", Land(10, 100, 180))],
            (C,),
            "79",
        ),
        changes(2.5, [row(B, "k9", V, "9", ONE, action="update", version=2)]),
        full(
            3.5, [row(C, "k1", X, "1", Land(10, 0, 80)), row(C, "k2", V, "2", Land(10, 100, 180))], (C,), "79"
        ),
        full(4.5, [*FIRST[1:], row(B, None, V, "7", Land(0, 200, 280))]),
        full(4.5, [row(C, "k1", X, "1", Land(10, 0, 80))], (C,), "79"),
    ),
    "what a snapshot refused it says nothing of, whatever sets bring of before it": (
        full(0.5, FIRST),
        full(1.5, [row(B, "k9", X, "9", ONE, use="CLN", refused=True), *FIRST[1:]]),
        changes(2.5, [row(B, "k9", X, "9", ONE, use="CLN", refused=True, action="update", version=1)]),
        changes(3.5, [row(B, "k9", X, "9", ONE, use="CLN", action="update", version=1)]),
        changes(4.5, [row(B, "k9", X, "9", ONE, use="CLN", action="update", version=1)]),
    ),
    "no geometry, then the first one, then none again": (
        full(0.5, [row(B, "k9", X, "9", None), *FIRST[1:]]),
        full(1.5, FIRST),
        full(2.5, [row(B, "k9", X, "9", None, user="Người Khác"), *FIRST[1:]]),
    ),
    "without geometry, under a new key with the id of a parcel that has one": (
        full(0.5, FIRST),
        full(1.5, [row(B, "k12", X, "12", None), *FIRST[1:]]),
        full(2.5, [row(B, "k12", X, "12", None), *FIRST[1:]]),
    ),
    "without geometry, keys and ids, a number fits two that have one": (
        full(0.5, [row(B, None, None, "9", ONE, mark="A"), row(B, None, None, "9", TWO, mark="B"), STAYS]),
        full(1.5, [row(B, None, None, "9", None), STAYS]),
    ),
    "a set brings no geometry of what a snapshot of another commune did not show": (
        full(0.5, FIRST),
        full(3.5, [STAYS], (A,)),
        changes(4.5, [row(A, "k9", X, "9", None, action="update", version=2)]),
    ),
    "a row waits for another commune, and a set brings an older version of it": (
        full(0.5, FIRST),
        full(3.5, [row(A, "k3", X, "3", THREE)]),
        changes(
            4.5,
            [
                row(A, "k3", X, "3", THREE, action="update", version=2),
                row(B, "k9", Z, "9", ONE, action="update", version=2),
            ],
        ),
    ),
    "a road is drawn elsewhere": (
        full(0.5, [row(B, "k9", X, "9", ONE, use="DGT"), *FIRST[1:]]),
        full(1.5, [row(B, "k9", X, "9", Land(0, 300, 380), use="DGT"), *FIRST[1:]]),
    ),
    "a road ended, and comes back drawn elsewhere; a parcel too": (
        full(
            0.5,
            [row(B, "k9", X, "9", ONE, use="DGT"), *FIRST[1:], row(B, "k8", None, "8", Land(0, 500, 580))],
        ),
        full(1.5, FIRST[1:]),
        full(
            2.5,
            [
                row(B, "k9", X, "9", Land(0, 300, 380), use="DGT"),
                *FIRST[1:],
                row(B, "k8", None, "8", Land(0, 700, 780)),
            ],
        ),
    ),
    "15A now, 20 tomorrow, 15A for another parcel": (
        full(0.5, [row(B, None, None, "15A", ONE), row(B, None, None, "2", TWO), STAYS]),
        full(1.5, [row(B, None, None, "20", ONE), row(B, None, None, "2", TWO), STAYS]),
        full(
            2.5,
            [
                row(B, None, None, "20", ONE),
                row(B, None, None, "15A", TWO),
                row(B, None, None, "2", Land(0, 300, 380)),
                STAYS,
            ],
        ),
        full(3.5, [row(B, None, None, "15A", ONE), row(B, None, None, "21", TWO), STAYS]),
    ),
    "a set shows an object in a commune that came whole without it since": (
        full(0.5, FIRST),
        full(3.5, [STAYS], (A,)),
        changes(4.5, [row(A, "k9", X, "9", ONE, action="update", version=2)]),
    ),
    "a set ends an object in a commune that it was never seen in and that came whole since": (
        full(0.5, FIRST),
        full(3.5, [STAYS], (A,)),
        changes(4.5, [row(A, "k9", X, "9", ONE, action="end", version=2)]),
    ),
    "a row that leaves a whole commune is refused in a held one, and a set brings an older version": (
        full(0.5, FIRST),
        replace(full(3.5, [row(A, "k9", X, "9", ONE, refused=True), *FIRST[1:]]), held=(A,)),
        changes(4.5, [row(A, "k9", X, "9", ONE, action="update", version=2)]),
    ),
    "a refused row of a set makes no other object stale": (
        full(0.5, FIRST),
        changes(2.5, [row(B, "k9", Y, "9", ONE, refused=True, action="update", version=2)]),
    ),
    "a system gives its keys anew, twice, and then something else changes": (
        full(0.5, FIRST),
        full(1.5, [replace(each, key=f"{each.key}1") for each in FIRST]),
        full(2.5, [replace(each, key=f"{each.key}2") for each in FIRST]),
        full(3.5, [replace(each, key=f"{each.key}2", use="CLN") for each in FIRST]),
    ),
    "a new object of a set with the id of another one changes nothing": (
        full(0.5, FIRST),
        changes(2.5, [row(B, "k12", X, "12", ONE, action="insert", version=2)]),
    ),
    "a refused row with a new key keeps no other object alive": (
        full(0.5, FIRST),
        full(1.5, [row(B, "k12", X, "9", ONE, refused=True), *FIRST[1:]]),
    ),
    "a refused row whose own key names a parcel is no other one, though both are units of one land": (
        full(0.5, [*FIRST, row(B, "k16", None, "16", ONE)]),
        full(1.5, [row(B, "k16", None, "9", ONE)], ()),
    ),
    "a row waits for the id of a parcel in a held commune, also where no row of that commune came": (
        full(0.5, FIRST),
        replace(
            full(1.5, [row(B, "k16", Z, "16", Land(0, 300, 380)), *FIRST[:2]]),
            held=(A,),
        ),
    ),
}


@pytest.mark.parametrize("name", HISTORIES)
def test_a_small_history_is_what_the_rules_say(begin: Begin, name: str) -> None:
    follow(begin(), HISTORIES[name])


def follow(both: Comparison, history: Iterable[Delivery]) -> None:
    for delivery in history:
        both.deliver(delivery)
    both.same_history()


def test_ids_that_two_provinces_exchange_come_through(begin: Begin) -> None:
    both = begin()
    there = Land(10, 0, 80)
    both.play(full(0.5, FIRST))
    both.play(full(0.5, [row(C, "k1", "w7er83v00099", "1", there)], (C,), "79"))
    for at in (1.5, 2.5):
        both.play(full(at, [row(B, "k9", "w7er83v00099", "9", ONE), *FIRST[1:]]))
        both.play(full(at, [row(C, "k1", X, "1", there)], (C,), "79"))
    assert both.reader.waiting() == 0
    assert {"w7er83v00099", X} <= both.reader.claims().keys()
