"""Which communes are one case: those that hang together by more than a few parcels that pass between them."""

from datetime import date
from itertools import permutations
from typing import Any

from hypothesis import given
from hypothesis import strategies as st

from sync.load.cases import CommuneCases, cases_of
from validators.policy import policy_at

RULES = policy_at(date(2026, 1, 1)).brake


def pair(
    origin: str, target: str, parcels: int, before: tuple[int, int] = (100, 100), joining: int | None = None
) -> dict[str, Any]:
    return {
        "origin": origin,
        "target": target,
        "parcels": parcels,
        "joining": parcels if joining is None else joining,
        "origin_before": before[0],
        "target_before": before[1],
    }


def measure(commune: str, code: str, amount: int, out_of: int, group: str | None = None) -> dict[str, Any]:
    return {
        "commune_code": commune,
        "code": code,
        "column_group": group,
        "parcels": amount,
        "amount": float(amount),
        "out_of": float(out_of),
        "east": None,
        "north": None,
    }


def test_a_few_parcels_join_nothing_and_more_do() -> None:
    assert cases_of([pair("a", "b", 4)], RULES).of == {}
    assert cases_of([pair("a", "b", 5)], RULES).of == {"a": "a", "b": "a"}
    assert cases_of([pair("a", "b", 25, (5000, 5000))], RULES).of == {}, "not one in a hundred of either"
    assert cases_of([pair("a", "b", 25, (5000, 100))], RULES).of == {"a": "a", "b": "a"}, (
        "much for the smaller"
    )
    assert cases_of([pair("a", "b", 3, (4, 100))], RULES).of, "most of a small commune"
    assert cases_of([pair("a", "b", 60, (92, 0))], RULES).of, "a commune that did not live before"


def test_what_crosses_communes_joins_none_but_belongs_to_the_case_of_both() -> None:
    road = pair("a", "b", 40, joining=0)
    assert cases_of([road], RULES).of == {}
    cases = cases_of([road, pair("b", "a", 9)], RULES)
    assert [(move.origin, move.target, move.parcels) for move in cases.moves["a"]] == [
        ("a", "b", 40),
        ("b", "a", 9),
    ]


def test_a_chain_is_one_case_whatever_the_order() -> None:
    pairs = [pair("c", "d", 9), pair("a", "b", 9), pair("x", "y", 9), pair("b", "c", 9), pair("x", "a", 2)]
    for order in permutations(pairs):
        cases = cases_of(order, RULES)
        assert cases.of == {"a": "a", "b": "a", "c": "a", "d": "a", "x": "x", "y": "x"}
        assert cases.with_all(["d", "q"]) == ["a", "b", "c", "d", "q"]


def test_a_case_is_measured_as_one() -> None:
    cases = cases_of([pair("a", "b", 57, (57, 106))], RULES)
    rows = [
        measure("a", "LOSS", 2, 57),
        measure("b", "LOSS", 1, 106),
        measure("b", "CHANGED", 3, 106, "area"),
        measure("c", "LOSS", 4, 50),
    ]
    found = {
        (row["commune_code"], row["code"]): (row["amount"], row["out_of"]) for row in cases.measures(rows)
    }
    assert found == {("a", "LOSS"): (3, 163), ("a", "CHANGED"): (3, 163), ("c", "LOSS"): (4, 50)}
    lately = cases.lately(
        [measure("a", "LOSS", 1, 57), measure("b", "LOSS", 2, 100), measure("c", "LOSS", 9, 50)]
    )
    assert {(row["commune_code"], row["amount"], row["out_of"]) for row in lately} == {
        ("a", 3, 157),
        ("c", 9, 50),
    }


def test_so_much_as_was_shown_passes_and_no_more() -> None:
    cases = cases_of([pair("a", "b", 57), pair("b", "c", 9)], RULES)
    assert set(cases.unasked({})) == {"a", "b", "c"}
    assert set(cases.unasked({("a", "b"): 57})) == {"a", "b", "c"}, "the other movement was not shown"
    assert set(cases.unasked({("a", "b"): 56, ("b", "c"): 9})) == {"a", "b", "c"}, "one more than was shown"
    assert cases.unasked({("a", "b"): 60, ("b", "c"): 9}) == {}


CODES = st.sampled_from("abcdefgh")
PAIRS = st.lists(
    st.tuples(CODES, CODES, st.integers(1, 40)).filter(lambda each: each[0] != each[1]),
    max_size=14,
    unique_by=lambda each: each[:2],
)


@given(PAIRS)
def test_two_communes_are_one_case_exactly_if_a_way_leads_from_one_to_the_other(
    drawn: list[tuple[str, str, int]],
) -> None:
    cases = cases_of([pair(*each) for each in drawn], RULES)
    reached: dict[str, set[str]] = {}
    for one, other, parcels in drawn:
        if parcels >= 5:
            both = {one, other} | reached.get(one, set()) | reached.get(other, set())
            reached |= dict.fromkeys(both, both)
    assert {code: min(group) for code, group in reached.items()} == cases.of
    told = {(move.origin, move.target) for moves in cases.moves.values() for move in moves}
    assert told == {(one, other) for one, other, _ in drawn if cases.of.get(one, "") == cases.of.get(other)}


def test_no_movement_is_no_case() -> None:
    rows = [measure("a", "LOSS", 4, 50)]
    assert CommuneCases().measures(rows) == rows
    assert CommuneCases().with_all(["b", "a"]) == ["a", "b"]
