"""Policy files: what ships, how dates choose among them, how a bad one is refused, what the brake holds."""

import hashlib
from datetime import date
from decimal import Decimal
from pathlib import Path
from typing import get_args

import pytest

import validators.policy as module
from parcels.errors import UsageError
from validators.brakes import Limit
from validators.groups import AnyRule, GroupRule
from validators.policy import POLICIES, named_policy, parse_policy, policies, policy_at
from validators.tally import refuse_unknown_names

FOLDER = Path(module.__file__).parent / "policy"
SHIPPED = (FOLDER / "2025-three-groups.toml").read_text(encoding="utf-8")
PAGE = FOLDER.parents[1] / "docs" / "groups.md"
# Verdicts name the policy that they were made by: one that says something else has another version.
SAID = {
    "2025-three-groups/13": "5af47bc894e7",
    "2026-abce/11": "6641c1d64186",
}


def test_every_policy_file_is_listed_and_named_after_its_id():
    assert sorted(path.stem for path in FOLDER.glob("*.toml")) == sorted(POLICIES)
    assert [policy.id for policy in policies()] == list(POLICIES)


def test_a_policy_that_says_something_else_has_another_version():
    said = {
        policy.name: hashlib.sha256(policy.model_dump_json(exclude={"version"}).encode()).hexdigest()[:12]
        for policy in policies()
    }
    assert said == SAID, "raise the version of the policy, then write its name and its digest into SAID"


def test_every_kind_of_rule_can_be_read():
    readable = {get_args(each)[0] for each in get_args(get_args(AnyRule)[0])}
    assert readable == set(get_args(GroupRule))


def test_every_kind_of_rule_is_told_on_the_page_about_groups():
    told = PAGE.read_text(encoding="utf-8")
    kinds = [next(iter(kind.model_fields)) for kind in get_args(GroupRule)]
    assert len(kinds) >= 3
    assert [kind for kind in kinds if f"| `{kind} = " not in told] == []


def test_the_default_policy_holds_the_agreed_numbers():
    policy = policy_at(date(2026, 11, 21))
    assert policy.id == "2025-three-groups"
    assert [(each.code, len(each.rules)) for each in policy.groups] == [("1", 4), ("2", 1), ("3", 0)]
    assert [getattr(rule, "at_most", None) for rule in policy.groups[0].rules] == [
        0,
        Decimal("0.10"),
        None,
        None,
    ]
    assert policy.groups[1].rules[0].at_most == Decimal("0.10")
    assert (policy.moments.ahead_minutes, policy.moments.earliest_year) == (15, 1990)
    assert policy.groups[0].rules[3].at_least == policy.completeness.incomplete_below == Decimal("0.95")
    assert policy.completeness.more_above == Decimal("1.05")
    assert policy.rehearsal.agreed_share == Decimal("0.05")
    assert policy.tolerances.area_share == Decimal("0.05")
    assert policy.tolerances.area_m2 == 1
    assert policy.tolerances.id_distance_m == 1
    assert policy.required_at(date(2026, 1, 1)) == ("land_use", "area_legal_m2")
    assert policy.national_id.error_from is None


def test_no_policy_is_in_force_before_the_first():
    with pytest.raises(UsageError) as caught:
        policy_at(date(2025, 6, 30))
    assert caught.value.code == "POLICY-NONE"
    assert "30/06/2025" in caught.value.message.vi


def test_the_latest_policy_that_has_begun_is_the_one_in_force(monkeypatch):
    first = parse_policy(SHIPPED.replace("# valid_to = …", "valid_to = 2027-01-01 #"), "first")
    second = parse_policy(
        SHIPPED.replace("valid_from = 2025-07-01  ", "valid_from = 2026-06-01 "),
        "second",
    )
    monkeypatch.setattr(module, "policies", lambda: (first, second))
    chosen = [policy_at(date(year, month, 1)) for year, month in ((2026, 5), (2026, 6), (2027, 1))]
    assert chosen == [first, second, second]


@pytest.mark.parametrize(
    ("old", "new", "said"),
    [
        (
            'share = "refused"\nat_most = 0.10',
            'share = "refused"\nat_most = 1.10',
            "groups.1.rules.0.share.at_most",
        ),
        (
            'share = "refused"\nat_most = 0.10',
            'share = "refused"\nat_must = 0.10',
            "groups.1.rules.0.share.at_must",
        ),
        (
            'share = "refused"\nat_most = 0.10',
            'shore = "refused"\nat_most = 0.10',
            "one of share, found, measure",
        ),
        ('code = "3"', 'code = "2"', "occurs twice"),
        ('code = "2"', 'code = "2"\nrules = []\n#', "groups"),
        ("agreed_share = 0.05", "agreed_share = 2", "rehearsal.agreed_share"),
        ('id = "2025-three-groups"', 'id = "x"\nextends = "2024"', "extends"),
        ('column = "land_use"', 'column = "landuse"', "landuse"),
        ("valid_from = 2025-07-01  ", "valid_from = yesterday  ", "2025-three-groups"),
        ("\nversion = ", "\nversion = -", "version"),
        ('vi = "Phân loại', 'fr = "Phân loại', "vi and en"),
    ],
)
def test_a_bad_policy_file_is_refused_with_a_sentence_that_names_the_place(old, new, said):
    assert old in SHIPPED
    with pytest.raises(UsageError) as caught:
        parse_policy(SHIPPED.replace(old, new), "2025-three-groups.toml")
    assert caught.value.code == "POLICY-INVALID"
    assert said in caught.value.message.en
    assert "2025-three-groups.toml" in caught.value.message.vi


def test_a_draft_is_in_force_on_no_day_and_known_by_its_name():
    draft = named_policy("2026-abce")
    assert draft.draft
    assert policy_at(date(2030, 1, 1)).id == "2025-three-groups"
    assert named_policy(draft.name) == draft
    with pytest.raises(UsageError) as caught:
        named_policy("2027")
    assert caught.value.code == "POLICY-UNKNOWN"
    assert "2026-abce" in caught.value.hint.en


def test_a_policy_that_extends_another_takes_its_tolerances_and_may_change_one():
    three, four = named_policy("2025-three-groups"), named_policy("2026-abce")
    assert four.judges_like(three)
    assert (four.tolerances, four.required) == (three.tolerances, three.required)
    text = (FOLDER / "2026-abce.toml").read_text(encoding="utf-8")
    other = parse_policy(text + "\n[tolerances]\narea_m2 = 2.0\n", "other.toml")
    assert other.tolerances.area_m2 == 2
    assert other.tolerances.area_share == three.tolerances.area_share
    assert not other.judges_like(three)


def test_a_policy_cannot_inherit_its_name_or_its_dates():
    with pytest.raises(UsageError) as caught:
        parse_policy('extends = "2025-three-groups"\n', "mine.toml")
    assert all(f"{key}: Field required" in caught.value.message.en for key in ("id", "version", "valid_from"))


@pytest.mark.parametrize(
    "scheme",
    [
        "",
        '[[groups]]\ncode = "1"\ntitle = { vi = "a", en = "a" }\nmeaning = { vi = "a", en = "a" }\n'
        'rules = [{ share = "errors", at_most = 0.1 }]\n',
    ],
)
def test_every_commune_has_a_group_by_any_policy(scheme):
    head = 'id = "x"\nversion = 1\nvalid_from = 2026-01-01\nextends = "2025-three-groups"\ntitle = { vi = "a", en = "a" }\n'
    with pytest.raises(UsageError) as caught:
        parse_policy(head + (scheme or "groups = []\n"), "mine.toml")
    assert "group" in caught.value.message.en


def test_shipped_policies_name_checks_and_measures_that_exist():
    for policy in policies():
        refuse_unknown_names(policy, "shipped")
    text = (FOLDER / "2026-abce.toml").read_text(encoding="utf-8")
    for old, new in (
        ('found = ["TOP"]', 'found = ["TIP"]'),
        ('measure = "dung_chung"', 'measure = "dung_rieng"'),
    ):
        with pytest.raises(UsageError) as caught:
            refuse_unknown_names(parse_policy(text.replace(old, new), "mine.toml"), "mine.toml")
        assert caught.value.code == "POLICY-INVALID"
        assert new.split('"')[1] in caught.value.message.vi


@pytest.mark.parametrize(
    ("before", "lost", "held"),
    [
        (10_000, 0, False),
        (10_000, 100, False),  # not more than 1 %
        (10_000, 101, True),
        (100, 4, False),  # many, but fewer than 5
        (100, 5, True),
        (49, 19, True),
        (10, 4, False),
        (10, 5, True),  # half
        (1, 1, True),
    ],
)
def test_the_brake_holds_a_commune_that_would_lose_much(before, lost, held):
    assert policy_at(date(2026, 1, 1)).brake.limit("LOSS").exceeded(lost, lost, before) is held


def test_the_brake_compares_shares_exactly():
    limit = Limit(share=Decimal("0.07"), parcels=1)
    assert not limit.exceeded(7, 7, 100)  # 0.07 * 100 is 7.000000000000001 in floats
    assert limit.exceeded(8, 8, 100)


def test_what_the_last_days_lost_adds_up():
    limit = policy_at(date(2026, 1, 1)).brake.limit("LOSS")
    assert not limit.exceeded(3, 3, 138)
    assert not limit.exceeded_lately(6, 138)
    assert limit.exceeded_lately(9, 138)
    assert not Limit(share=Decimal("0.1"), parcels=1).exceeded_lately(138, 138), (
        "without a limit nothing adds up"
    )


def test_a_group_of_columns_may_have_a_limit_of_its_own():
    brake = policy_at(date(2026, 1, 1)).brake
    assert brake.limit("CHANGED", "geometry") == brake.limits["changed-geometry"]
    assert brake.limit("CHANGED", "land_user") == brake.limits["changed"]


@pytest.mark.parametrize(
    ("old", "new", "said"),
    [
        ("changed-geometry = ", "changed-shape = ", "no such measure: changed-shape"),
        ("loss = ", "lots = ", "no such measure: lots"),
        ("refused = { share = 0.10, parcels = 10 }", "", "no limit for refused"),
        (
            "refused = { share = 0.10, parcels = 10 }",
            "refused = { share = 1.10, parcels = 10 }",
            "brake.limits.refused.share",
        ),
        ("days = 30 ", "days = 0 ", "brake.days"),
    ],
)
def test_brakes_that_measure_nothing_are_refused(old, new, said):
    assert old in SHIPPED
    with pytest.raises(UsageError) as caught:
        parse_policy(SHIPPED.replace(old, new, 1), "mine.toml")
    assert said in caught.value.message.en
