"""The usability group: limits exactly, purity, and that putting a row right never lowers it."""

from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st
from validator_datasets import AS_OF

from validators.policy import policy_at
from validators.usability import group

POLICY = policy_at(AS_OF)


@st.composite
def counts(draw):
    """Rows by what is wrong with them: (quarantined, unreadable, with errors only, good)."""
    return tuple(draw(st.integers(0, 60)) for _ in range(4))


def number(quarantined, unreadable, erroneous, good, policy=POLICY):
    read = quarantined + unreadable + erroneous + good
    return group(read, quarantined, unreadable, quarantined + unreadable + erroneous, policy).number


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
    assert group(read, quarantined, unreadable, with_error, POLICY).number == expected


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
def test_the_named_number_of_fixes_is_enough_for_the_next_group_and_the_smallest(rows):
    quarantined, unreadable, erroneous, good = rows
    if not sum(rows):
        return
    found = group(sum(rows), quarantined, unreadable, quarantined + unreadable + erroneous, POLICY)
    if found.number == 1:
        assert found.fixes == 0
        return

    def after(fixes):
        refused = quarantined + unreadable
        mended = min(refused, fixes)  # the worst rows first
        also = min(erroneous, fixes - mended)
        return number(refused - mended, 0, erroneous - also, good + mended + also)

    assert after(found.fixes) < found.number
    assert after(found.fixes - 1) == found.number


@given(counts())
def test_the_same_counts_give_the_same_group_and_reasons_in_both_languages(rows):
    arguments = (sum(rows), rows[0], rows[1], rows[0] + rows[1] + rows[2], POLICY)
    first, second = group(*arguments), group(*arguments)
    assert first == second
    assert first.reasons
    assert all(reason.vi and reason.en and reason.vi != reason.en for reason in first.reasons)
    assert first.policy == POLICY.name


@pytest.mark.parametrize(
    "bad", [(10, 3, 0, 2), (10, 0, 0, 11), (10, 11, 0, 11), (10, -1, 1, 1), (10, 1, -1, 1)]
)
def test_counts_that_contradict_each_other_are_refused(bad):
    with pytest.raises(ValueError, match="contradict"):
        group(*bad, POLICY)


def test_reasons_say_how_many_of_how_many_and_the_limit():
    unusable = group(7, 5, 0, 7, POLICY)
    assert unusable.reasons[0].vi == (
        "5 trong 7 thửa đất (71,43 %) bị cách ly hoặc không đọc được, vượt mức 10 %."
    )
    assert unusable.reasons[0].en == "5 of 7 parcels (71.43 %) are quarantined or unreadable, more than 10 %."
    assert unusable.name.vi == "Không sử dụng được, phải xây dựng lại"
    # The first of these fails both limits of group 1, and says both.
    assert len(group(100, 2, 0, 50, POLICY).reasons) == 2


def test_a_share_just_above_the_limit_is_not_written_as_the_limit():
    assert "10.001 %" in group(99_990, 10_000, 0, 10_000, POLICY).reasons[0].en


def test_another_policy_gives_another_group():
    strict = POLICY.model_copy(
        update={"groups": POLICY.groups.model_copy(update={"unusable_above": Decimal("0.01")})}
    )
    assert group(100, 5, 0, 5, POLICY).number == 2
    assert group(100, 5, 0, 5, strict).number == 3
