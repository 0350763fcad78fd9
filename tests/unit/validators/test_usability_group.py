"""The usability group: limits exactly, purity, and that putting a row right never lowers it."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.unit.validators.validator_datasets import AS_OF
from validators.measures import Portion
from validators.policy import named_policy, parse_policy, policies, policy_at
from validators.usability import Tally, group

POLICY = policy_at(AS_OF)


@st.composite
def counts(draw):
    """Rows by what is wrong with them: (quarantined, unreadable, with errors only, good)."""
    return tuple(draw(st.integers(0, 60)) for _ in range(4))


def number(quarantined, unreadable, erroneous, good, policy=POLICY):
    read = quarantined + unreadable + erroneous + good
    return group(Tally(read, quarantined, unreadable, quarantined + unreadable + erroneous), policy).number


@pytest.mark.parametrize(
    ("read", "quarantined", "unreadable", "with_error", "expected"),
    [
        (100, 0, 0, 0, 1),
        (100, 0, 0, 10, 1),
        (100, 0, 0, 11, 2),
        (100, 1, 0, 1, 2),
        (100, 0, 1, 1, 2),
        (100, 10, 0, 10, 2),
        (100, 5, 5, 10, 2),
        (100, 11, 0, 11, 3),
        (100, 6, 5, 11, 3),
        (100, 0, 0, 100, 2),
        (30, 3, 0, 3, 2),  # 3 is not more than a tenth of 30, whatever floats say
        (70, 0, 0, 7, 1),
        (9, 1, 0, 1, 3),
        (10, 1, 0, 1, 2),
        (1, 0, 0, 0, 1),
        (1, 0, 0, 1, 2),
        (0, 0, 0, 0, 3),
    ],
)
def test_the_limits_are_exact(read, quarantined, unreadable, with_error, expected):
    assert group(Tally(read, quarantined, unreadable, with_error), POLICY).number == expected


@given(counts())
def test_the_group_is_the_rule_in_words(rows):
    quarantined, unreadable, erroneous, _ = rows
    read = sum(rows)
    refused = quarantined + unreadable
    if not read or refused * 10 > read:
        expected = 3
    elif refused == 0 and erroneous * 10 <= read:
        expected = 1
    else:
        expected = 2
    assert number(*rows) == expected


@given(counts(), st.integers(0, 3), st.integers(0, 3))
def test_putting_a_row_right_never_lowers_the_group(rows, worse, better):
    # From bad to good: unreadable, quarantined, with errors only, good.
    worst_first = [rows[1], rows[0], rows[2], rows[3]]
    if better <= worse or not worst_first[worse]:
        return
    mended = list(worst_first)
    mended[worse] -= 1
    mended[better] += 1
    before = number(worst_first[1], worst_first[0], *worst_first[2:])
    assert number(mended[1], mended[0], *mended[2:]) <= before


@given(counts())
def test_the_same_counts_give_the_same_group_and_reasons_in_both_languages(rows):
    tally = Tally(sum(rows), rows[0], rows[1], rows[0] + rows[1] + rows[2])
    first, second = group(tally, POLICY), group(tally, POLICY)
    assert first == second
    assert first.reasons
    assert all(reason.vi and reason.en and reason.vi != reason.en for reason in first.reasons)
    assert first.policy == POLICY.name


@pytest.mark.parametrize(
    "bad", [(10, 3, 0, 2), (10, 0, 0, 11), (10, 11, 0, 11), (10, -1, 1, 1), (10, 1, -1, 1)]
)
def test_counts_that_contradict_each_other_are_refused(bad):
    with pytest.raises(ValueError, match="contradict"):
        Tally(*bad)


def test_reasons_say_how_many_of_how_many_and_the_limit():
    unusable = group(Tally(7, 5, 0, 7), POLICY)
    assert unusable.reasons[0].vi == (
        "5 trong 7 thửa đất (71,43 %) bị cách ly hoặc không đọc được, vượt mức 10 %."
    )
    assert unusable.reasons[0].en == "5 of 7 parcels (71.43 %) are quarantined or unreadable, more than 10 %."
    assert unusable.title.vi == "Không sử dụng được, phải xây dựng lại"
    # The first of these fails both limits of group 1, and says both.
    assert len(group(Tally(100, 2, 0, 50), POLICY).reasons) == 2


def test_a_share_just_above_the_limit_is_not_written_as_the_limit():
    assert "10.001 %" in group(Tally(99_990, 10_000, 0, 10_000), POLICY).reasons[0].en


def with_users(good, of, quarantined=0):
    return Tally(100, quarantined, 0, quarantined, measures={"xac_thuc": Portion(good, of)})


@pytest.mark.parametrize(
    ("good", "of", "expected"),
    [(80, 100, 1), (79, 100, 2), (4, 5, 1), (7_999, 10_000, 2), (0, 0, 1), (0, 1, 2)],
)
def test_a_commune_moves_between_one_and_two_as_its_land_users_are_authenticated(good, of, expected):
    assert group(with_users(good, of), POLICY).number == expected


def test_authentication_makes_no_third_group():
    assert group(with_users(0, 100, quarantined=10), POLICY).number == 2
    assert group(with_users(100, 100, quarantined=11), POLICY).number == 3


def test_a_measure_that_nobody_knows_yet_fails_nothing_and_is_said():
    unknown = group(Tally(100, 0, 0, 0), POLICY)
    assert unknown.number == 1
    assert any("Chưa có kết quả" in reason.vi for reason in unknown.reasons)
    assert not any("Chưa có kết quả" in reason.vi for reason in group(with_users(80, 100), POLICY).reasons)


def test_a_measure_below_its_limit_is_said_with_its_figures():
    (reason,) = group(with_users(79, 100), POLICY).reasons
    assert reason.vi == "79 trong 100 người sử dụng đất (79 %) đã được xác thực, thấp hơn mức 80 %."
    assert reason.en == "79 of 100 land users (79 %) are authenticated, less than 80 %."


@given(counts(), st.sampled_from(policies()), st.integers(0, 10), st.integers(0, 10))
def test_one_more_good_thing_never_lowers_a_group_of_any_scheme(rows, policy, good, of):
    quarantined, unreadable, erroneous, _ = rows
    found = {
        rule.found: min(erroneous, good)
        for each in policy.groups
        for rule in each.rules
        if hasattr(rule, "found")
    }
    portions = {name: Portion(min(good, of), of) for name in ("xac_thuc", "dung_chung")}

    def placed(quarantined, erroneous, found, portions):
        read = sum(rows)
        return group(
            Tally(read, quarantined, unreadable, quarantined + unreadable + erroneous, found, portions),
            policy,
        ).number

    before = placed(quarantined, erroneous, found, portions)
    if quarantined:
        assert placed(quarantined - 1, erroneous, found, portions) <= before
    if erroneous:
        assert placed(quarantined, erroneous - 1, found, portions) <= before
    fewer = {named: max(count - 1, 0) for named, count in found.items()}
    assert placed(quarantined, erroneous, fewer, portions) <= before
    better = {name: Portion(min(each.good + 1, each.of), each.of) for name, each in portions.items()}
    assert placed(quarantined, erroneous, found, better) <= before


def test_another_policy_gives_another_group():
    strict = parse_policy(
        'id = "strict"\nversion = 1\nvalid_from = 2026-01-01\nextends = "2025-three-groups"\n'
        'title = { vi = "Chặt", en = "Strict" }\n'
        '[[groups]]\ncode = "x"\ntitle = { vi = "tốt", en = "good" }\nmeaning = { vi = "tốt", en = "good" }\n'
        'rules = [{ share = "refused", at_most = 0.01 }]\n'
        '[[groups]]\ncode = "y"\ntitle = { vi = "xấu", en = "bad" }\nmeaning = { vi = "xấu", en = "bad" }\n',
        "strict.toml",
    )
    five = Tally(100, 5, 0, 5)
    assert (group(five, POLICY).number, group(five, POLICY).code) == (2, "2")
    assert (group(five, strict).number, group(five, strict).code) == (2, "y")
    assert group(Tally(100, 1, 0, 50), strict).code == "x"


def test_a_scheme_of_four_groups_is_only_another_file():
    abce = named_policy("2026-abce")
    codes = [
        group(Tally(100, refused, 0, errors, {("TOP",): overlaps}), abce).code
        for refused, errors, overlaps in ((0, 0, 0), (0, 2, 5), (0, 2, 6), (2, 10, 0), (3, 3, 0), (11, 11, 0))
    ]
    assert codes == ["A", "A", "B", "B", "C", "E"]
    assert group(Tally(100, 0, 0, 6, {("TOP",): 6}), abce).reasons[-1].en.startswith("6 of 100 parcels (6 %)")
