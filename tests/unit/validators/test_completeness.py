"""Completeness against the land statistics, beside a model of it: lists of figures and plain arithmetic."""

import random
from dataclasses import replace
from datetime import date
from decimal import Decimal
from pathlib import Path

import pytest

import validators.policy as module
from tests.unit.validators.validator_datasets import context, dataset
from validators.base import Expectation
from validators.completeness import Completeness, against, recounted
from validators.groups import MeasureRule
from validators.judge import Verdict, judge
from validators.measures import Portion
from validators.policy import parse_policy, policy_at
from validators.stored import grouped
from validators.tolerances import CompletenessRules

DAY = date(2025, 12, 31)
RULES = CompletenessRules(incomplete_below=Decimal("0.95"), more_above=Decimal("1.05"))


def expects(**amounts: int) -> tuple[Expectation, ...]:
    return tuple(Expectation(name, amount, "Thống kê 2025", DAY) for name, amount in amounts.items())


def verdict(
    rows: int, *, complete: bool = True, expected: tuple[Expectation, ...] = (), **more: object
) -> Verdict:
    data = dataset(rows)
    return judge(data, replace(context(data, complete=complete), expected=expected, **more))


def test_without_figures_completeness_is_unknown_and_never_all_and_lowers_no_group():
    judged = verdict(10)
    assert (judged.measures["du"], judged.measured["du"]) == (None, None)
    assert judged.completeness == Completeness("unknown", ())
    assert (judged.group.number, judged.assured_group.number) == (1, 1)
    assert "Chưa biết độ đầy đủ" in judged.completeness.said.vi
    assert "unknown" in judged.completeness.said.en
    assert "100" not in judged.completeness.said.vi + judged.completeness.said.en
    assert any("Chưa biết độ đầy đủ" in reason.vi for reason in judged.group.reasons)
    assert judged.measures["thong_tin"] == 1.0


@pytest.mark.parametrize(
    ("there", "expected", "state", "group"),
    [
        (95, 100, "complete", 1),
        (94, 100, "incomplete", 2),
        (100, 100, "complete", 1),
        (105, 100, "complete", 1),
        (106, 100, "more", 1),
        (110, 100, "more", 1),
        (1, 1_000, "incomplete", 2),
    ],
)
def test_parcels_against_those_that_are_expected(there, expected, state, group):
    judged = verdict(there, expected=expects(parcels=expected))
    assert judged.completeness.state == state
    assert judged.measured["du"] == Portion(there, expected)
    assert judged.measures["du"] == there / expected  # more than 1 where there is more
    assert judged.group.number == group
    said = judged.completeness.said
    assert "theo «Thống kê 2025», số liệu ngày 31/12/2025" in said.vi
    assert "by “Thống kê 2025” of 2025-12-31" in said.en
    assert ("giao nộp trùng" in said.vi) == (state == "more")
    assert (judged.fixes is not None and judged.fixes.deliver) == (group == 2)


def test_the_figure_of_which_least_is_there_counts_and_both_are_told():
    area = round(sum(float(each) for each in dataset(100).column("area_m2").to_pylist()))
    judged = verdict(100, expected=expects(parcels=100, area_m2=2 * area))
    assert judged.measured["du"] == Portion(area, 2 * area)
    assert judged.completeness.state == "incomplete"
    assert "100 trong 100 thửa (100 %)" in judged.completeness.said.vi
    assert "ha (50 %)" in judged.completeness.said.vi


def test_a_part_of_a_commune_by_itself_says_nothing_of_its_completeness():
    judged = verdict(40, complete=False, expected=expects(parcels=100))
    assert (judged.completeness.state, judged.measured["du"], judged.group.number) == ("part", None, 1)
    assert "40 trong 100 thửa" in judged.completeness.said.vi
    whole = recounted(judged.completeness, {"parcels": 97, "area_m2": 0}, RULES)
    assert (whole.state, whole.portion) == ("complete", Portion(97, 100))


def test_what_no_check_can_stand_for_does_not_fail_the_assured_group():
    known = verdict(100, expected=expects(parcels=100))
    short = verdict(50, expected=expects(parcels=100))
    assert (known.assured_group.number, short.assured_group.number) == (1, 2)


def test_a_policy_says_what_incompleteness_does():
    """The same commune under another policy: whether and from where it matters is not the code's affair."""
    shipped = Path(module.__file__).parent / "policy" / "2025-three-groups.toml"
    text = shipped.read_text(encoding="utf-8")
    rule = 'measure = "du"\nat_least = 0.95'
    assert text.count(rule) == 1
    lax = parse_policy(text.replace(rule, 'measure = "du"\nat_least = 0.50'), "lax.toml")
    judged = verdict(60, expected=expects(parcels=100))
    again = grouped(judged.kept(), judged.findings, lax, date(2026, 11, 21))
    assert (judged.group.number, again.group) == (2, 1)
    assert any(
        isinstance(each, MeasureRule) and each.measure == "du"
        for each in policy_at(date(2026, 11, 21)).groups[0].rules
    )


def model(
    there: dict[str, int], expected: dict[str, int], *, whole: bool
) -> tuple[str, tuple[int, int] | None]:
    """What is said of a commune, by percentages in whole numbers: nothing of the code is used."""
    if not expected:
        return "unknown", None
    if not whole:
        return "part", None
    pairs = [(there[name], expected[name]) for name in ("parcels", "area_m2") if name in expected]
    least = pairs[0]
    for pair in pairs[1:]:
        if pair[0] * least[1] < least[0] * pair[1]:
            least = pair
    if any(100 * have < 95 * want for have, want in pairs):
        return "incomplete", least
    return ("more" if any(100 * have > 105 * want for have, want in pairs) else "complete"), least


def test_random_communes_are_as_the_model_says():
    chance = random.Random(20251231)
    seen = set()
    for _ in range(3_000):
        there = {"parcels": chance.randint(0, 400), "area_m2": chance.randint(0, 10**9)}
        expected = {}
        for name in ("parcels", "area_m2"):
            if chance.random() < 0.7:
                near = round(there[name] * chance.choice([0.5, 0.9, 1 / 1.05, 1.0, 1 / 0.95, 1.2]))
                expected[name] = max(1, near + chance.randint(-2, 2))
        whole = chance.random() < 0.9
        found = against(there, expects(**expected), RULES, whole=whole)
        portion = found.portion and (found.portion.good, found.portion.of)
        state, least = model(there, expected, whole=whole)
        assert found.state == state
        assert (portion is None) == (least is None)
        if portion and least:
            assert portion[0] * least[1] == least[0] * portion[1]
        seen.add(state)
        parts = chance.randint(0, there["parcels"])  # in two parts it ends as in one
        first = against({**there, "parcels": parts}, expects(**expected), RULES, whole=False)
        assert recounted(first, there, RULES) == against(there, expects(**expected), RULES, whole=True)
    assert seen == {"unknown", "part", "complete", "incomplete", "more"}
