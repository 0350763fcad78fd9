"""Which measures hold a commune: limits, what the last days did, the province as a whole, and what a person let pass."""

from collections.abc import Sequence
from datetime import date
from typing import Any

from hypothesis import given
from hypothesis import strategies as st

from sync.folder.reasons import Measured
from sync.load.brakes import Passed, braked
from validators.policy import policy_at

RULES = policy_at(date(2026, 1, 1)).brake


def row(
    commune: str, parcels: int, out_of: int, code: str = "LOSS", group: str | None = None
) -> dict[str, Any]:
    return {
        "commune_code": commune,
        "code": code,
        "column_group": group,
        "parcels": parcels,
        "amount": float(parcels),
        "out_of": float(out_of),
        "east": None,
        "north": None,
    }


def lately(commune: str, amount: int, out_of: int, code: str = "LOSS") -> dict[str, Any]:
    return {
        "commune_code": commune,
        "code": code,
        "column_group": None,
        "amount": float(amount),
        "out_of": float(out_of),
    }


def held(
    measures: list[dict[str, Any]],
    before: Sequence[dict[str, Any]] = (),
    passed: Passed | None = None,
    total: int = 10**6,
) -> dict[str, tuple[Measured, ...]]:
    return braked(measures, before, RULES, passed or {}, lambda: total)


def test_nineteen_of_forty_nine_are_held_and_one_is_not() -> None:
    found = held([row("a", 19, 49), row("b", 1, 49)])
    assert list(found) == ["a"]
    assert (found["a"][0].scope, found["a"][0].parcels) == ("delivery", 19)


def test_three_a_night_are_held_once_they_add_up() -> None:
    assert held([row("a", 3, 138)], [lately("a", 3, 138)]) == {}
    found = held([row("a", 3, 132)], [lately("a", 6, 138)])["a"][0]
    assert (found.scope, found.together, found.together_of, found.days) == ("lately", 9, 138, 30)
    assert held([row("a", 3, 132)], [lately("b", 60, 138)]) == {}, "another commune's losses"
    assert held([], [lately("a", 60, 138)]) == {}, "nothing is lost tonight"


def test_a_little_everywhere_holds_the_communes_above_the_share_of_the_province() -> None:
    some = [row(f"c{n}", 4, 500) for n in range(100)]
    found = held([*some, row("quiet", 1, 5000)], total=100_000)
    assert set(found) == {f"c{n}" for n in range(100)}
    assert held(some[:10], total=100_000) == {}, "fewer than it takes"
    assert held(some, total=1_000_000) == {}, "little of a large province"


def test_what_a_commune_holds_by_itself_does_not_hold_the_others() -> None:
    assert set(held([row("merged", 3000, 3000), row("b", 4, 500)], total=100_000)) == {"merged"}


def test_what_was_shown_passes_and_no_more_of_it() -> None:
    passed = {("a", "LOSS", None): 19}
    assert held([row("a", 19, 49)], passed=passed) == {}
    assert held([row("a", 19, 49)], [lately("a", 10, 49)], passed=passed) == {}, "by no other way either"
    assert set(held([row("a", 20, 49)], passed=passed)) == {"a"}
    assert set(held([row("b", 19, 49)], passed=passed)) == {"b"}
    emptied = row("a", 19, 49, "EMPTIED", "certificate")
    assert [found.code for found in held([row("a", 19, 49), emptied], passed=passed)["a"]] == ["EMPTIED"]


@given(
    st.lists(st.tuples(st.integers(0, 400), st.integers(1, 400), st.integers(0, 50)), min_size=1, max_size=40)
)
def test_more_is_never_held_less(losses: list[tuple[int, int, int]]) -> None:
    rows = [row(f"c{n}", lost, max(of, lost)) for n, (lost, of, _) in enumerate(losses)]
    before = [lately(f"c{n}", so_far, max(of, 1)) for n, (_, of, so_far) in enumerate(losses)]
    without = held(rows, total=10**9)
    assert set(without) <= set(held(rows, before, total=10**9))
    everything = {(each["commune_code"], "LOSS", None): each["parcels"] for each in rows}
    assert held(rows, before, everything, total=1) == {}
