"""Policy files: what ships, how dates choose among them, how a bad one is refused, what the brake holds."""

from datetime import date
from decimal import Decimal
from pathlib import Path

import pytest

import validators.policy as module
from parcels.errors import UsageError
from validators.policy import POLICIES, BrakeRules, parse_policy, policies, policy_at

FOLDER = Path(module.__file__).parent / "policy"
SHIPPED = (FOLDER / "2025-three-groups.toml").read_text(encoding="utf-8")


def test_every_policy_file_is_listed_and_named_after_its_id():
    assert sorted(path.stem for path in FOLDER.glob("*.toml")) == sorted(POLICIES)
    assert [policy.id for policy in policies()] == list(POLICIES)


def test_the_default_policy_holds_the_agreed_numbers():
    policy = policy_at(date(2026, 11, 21))
    assert policy.name == "2025-three-groups/2"
    assert policy.groups.unusable_above == Decimal("0.10")
    assert policy.groups.usable_errors_up_to == Decimal("0.10")
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
        SHIPPED.replace("version = 2", "version = 3").replace(
            "valid_from = 2025-07-01  ", "valid_from = 2026-06-01 "
        ),
        "second",
    )
    monkeypatch.setattr(module, "policies", lambda: (first, second))
    assert [policy_at(date(year, month, 1)).version for year, month in ((2026, 5), (2026, 6), (2027, 1))] == [
        2,
        3,
        3,
    ]


@pytest.mark.parametrize(
    ("old", "new", "said"),
    [
        ("unusable_above = 0.10", "unusable_above = 1.10", "groups.unusable_above"),
        ("unusable_above = 0.10", "unusuable_above = 0.10", "groups.unusuable_above"),
        ('column = "land_use"', 'column = "landuse"', "landuse"),
        ("valid_from = 2025-07-01  ", "valid_from = yesterday  ", "2025-three-groups"),
        ("version = 2", "version = 0", "version"),
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


@pytest.mark.parametrize(
    ("before", "lost", "held"),
    [
        (10_000, 0, False),
        (10_000, 200, False),  # not more than 2 %
        (10_000, 201, True),
        (100, 19, False),  # many, but fewer than 20
        (100, 20, True),
        (1_000, 20, False),  # exactly 2 %
        (999, 20, True),
        (10, 4, False),
        (10, 5, True),  # half
        (1, 1, True),
        (0, 0, False),
        (100, -5, False),
    ],
)
def test_the_brake_holds_a_commune_that_would_lose_much(before, lost, held):
    assert policy_at(date(2026, 1, 1)).brake.holds(before, lost) is held


def test_the_brake_compares_shares_exactly():
    brake = BrakeRules(share=Decimal("0.07"), parcels=0, half=Decimal("1"))
    assert not brake.holds(100, 7)  # 0.07 * 100 is 7.000000000000001 in floats
    assert brake.holds(100, 8)
