"""What the demo is made of: the nation's name, handing over, comparing with the truth, the table."""

import shutil

import pytest

from sync.intake.inbox import newest_in_inbox, resolve_in_inbox
from sync.lab.demo.nation import ensure_nation, hand_over, name_of
from sync.lab.demo.truth import DatasetDifference, DatasetOutcome, differences, found_by, read_truth
from sync.lab.demo.words import number, round_sentence
from sync.lab.generate import Options

SMALL = Options(parcels=300, provinces=("01", "96"), communes_per_province=2, defects=0.05, seed=7)


@pytest.fixture(scope="module")
def nation(tmp_path_factory):
    return ensure_nation(tmp_path_factory.mktemp("demo"), SMALL, lambda _code, _parcels: None)


def lines_of(nation):
    """The truth of a nation as the receipts of perfect runs would say it."""
    return [
        {
            "province_code": province,
            "commune_code": commune,
            "usability_group": verdict.group,
            "quarantined": verdict.quarantined,
            "unreadable": 0,
        }
        for (province, commune), verdict in read_truth(nation).items()
    ]


def test_the_same_wishes_have_the_same_name_and_others_another():
    again = Options(parcels=300, provinces=("96", "01"), communes_per_province=2, defects=0.05, seed=7)
    assert name_of(again) == name_of(SMALL)
    assert name_of(Options(parcels=300, provinces=("01", "96"), communes_per_province=2, seed=8)) != name_of(
        SMALL
    )


def test_an_identical_nation_is_not_generated_again(nation):
    before = {file: file.stat().st_mtime_ns for file in nation.rglob("*")}
    provinces = []
    assert ensure_nation(nation.parent, SMALL, lambda code, _parcels: provinces.append(code)) == nation
    assert provinces == []
    assert {file: file.stat().st_mtime_ns for file in nation.rglob("*")} == before


def test_a_generation_that_was_cut_off_is_thrown_away(tmp_path, nation):
    draft = tmp_path / f".{nation.name}.part"
    draft.mkdir()
    (draft / "nation.json").write_text("{", encoding="utf-8")
    again = ensure_nation(tmp_path, SMALL, lambda _code, _parcels: None)
    assert (again / "truth.csv").read_bytes() == (nation / "truth.csv").read_bytes()
    assert [path.name for path in tmp_path.iterdir()] == [nation.name]


def test_a_delivery_is_handed_over_once_and_whole(tmp_path, nation):
    name = hand_over(nation, tmp_path, SMALL.provinces)
    delivered = resolve_in_inbox(tmp_path, "01", name)
    assert newest_in_inbox(tmp_path, "01") == delivered
    assert {file.name for file in delivered.iterdir()} == {file.name for file in (nation / "01").iterdir()}
    (delivered / "delivery.toml").write_text("touched by the province", encoding="utf-8")
    hand_over(nation, tmp_path, SMALL.provinces)
    assert (delivered / "delivery.toml").read_text(encoding="utf-8") == "touched by the province"


def test_a_delivery_whose_copying_was_cut_off_is_none_and_comes_whole_the_next_time(tmp_path, nation):
    draft = tmp_path / "01" / f".{nation.name}.part"
    shutil.copytree(nation / "01", draft)
    assert newest_in_inbox(tmp_path, "01") is None
    hand_over(nation, tmp_path, SMALL.provinces)
    assert newest_in_inbox(tmp_path, "01") == tmp_path / "01" / nation.name
    assert not draft.exists()


def test_receipts_that_say_what_was_seeded_differ_in_nothing(nation):
    truth = read_truth(nation)
    assert len(truth) == 6  # two communes of two provinces, and the rows of none
    assert sum(verdict.quarantined for verdict in truth.values()) > 0
    assert differences(truth, found_by(lines_of(nation)), SMALL.provinces) == []


@pytest.mark.parametrize("what", ["usability_group", "quarantined", "unreadable"])
def test_one_commune_judged_otherwise_is_named(nation, what):
    lines = lines_of(nation)
    wrong = next(line for line in lines if line["commune_code"] != "-")
    wrong[what] += 1
    (difference,) = differences(read_truth(nation), found_by(lines), SMALL.provinces)
    assert (difference.province, difference.commune) == (wrong["province_code"], wrong["commune_code"])
    assert difference.as_dict()["found"] != difference.as_dict()["expected"]


def test_a_commune_that_nobody_judged_is_a_difference_and_so_is_one_too_many(nation):
    lines = lines_of(nation)
    lost = lines.pop(0)
    extra = lost | {"commune_code": "99999"}
    found = differences(read_truth(nation), found_by([*lines, extra]), SMALL.provinces)
    assert [difference.commune for difference in found] == [lost["commune_code"], "99999"]
    assert found[0].found is None


def test_rows_of_no_commune_count_only_where_there_are_any():
    none = {("01", "-"): DatasetOutcome(None, 0)}
    assert differences(none, {}, ["01"]) == []
    some = {("01", "-"): DatasetOutcome(None, 2)}
    assert differences(some, {}, ["01"]) == [
        DatasetDifference("01", "-", DatasetOutcome(None, 2), DatasetOutcome(None, 0))
    ]


def test_a_province_that_failed_is_not_compared(nation):
    lines = [line for line in lines_of(nation) if line["province_code"] != "96"]
    assert differences(read_truth(nation), found_by(lines), ["01"]) == []


def test_numbers_are_written_as_the_language_writes_them():
    assert number(1234567, "vi") == "1.234.567"
    assert number(1234567, "en") == "1,234,567"
    done = {"new": 200000, "changed": 0, "unchanged": 1, "ended": 2}
    assert round_sentence(done).vi == "Lượt này: 200.000 thửa mới, 0 thay đổi, 1 không đổi, 2 kết thúc."
