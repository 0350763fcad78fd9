"""What is not there: sheets, numbers, parcels."""

import numpy as np
import pytest
import shapely

from tests.support.known import live
from tests.unit.validators.validator_datasets import AS_OF, dataset, found, nowhere, squares, verdict
from validators.policy import policy_at

RULES = policy_at(AS_OF).counts


def counted(data, **more):
    """The findings of CNT checks."""
    table = verdict(data, **more).findings
    return [row for row in table.to_pylist() if row["check_code"].startswith("CNT-")]


def sheets(*of, **more):
    """A dataset with parcels on sheets: (sheet, number)."""
    return dataset(
        len(of), sheet_no=[sheet for sheet, _ in of], parcel_no=[number for _, number in of], **more
    )


def one_each(*numbers, **more):
    """A parcel on each of these sheets."""
    return sheets(*((number, "1") for number in numbers), **more)


# --- a sheet is missing


def test_a_live_sheet_of_which_a_complete_delivery_has_nothing_is_told_with_its_extent():
    before = sheets(("1", "1"), ("1", "2"), ("2", "1"), ("2", "2"), ("2", "3"))
    after = sheets(("1", "1"), ("1", "2"))
    (finding,) = counted(after, live=live(before), complete=True)
    assert (finding["check_code"], finding["measure"], finding["detail"]) == ("CNT-SHEET-MISSING", 3.0, "2")
    assert (finding["row_no"], finding["handle"], finding["place_srid"]) == (-1, None, 4756)
    place = shapely.from_wkb(finding["place_wkb"])
    assert shapely.equals(place, shapely.box(*shapely.total_bounds(before.stored[2:])))


def test_two_missing_sheets_are_two_findings_that_keep_their_ids():
    before = one_each("1", "2", "3", "4")
    both = counted(one_each("1", "2"), live=live(before), complete=True)
    one = counted(one_each("1", "2", "3"), live=live(before), complete=True)
    assert {f["detail"] for f in both} == {"3", "4"}
    assert {f["finding_id"] for f in one} < {f["finding_id"] for f in both}
    assert len({f["finding_id"] for f in both}) == 2


def test_a_sheet_that_was_renumbered_is_not_missing():
    told = counted(one_each("1", "3"), live=live(one_each("1", "2")), complete=True)
    assert [f["check_code"] for f in told] == ["CNT-SHEET-GAP"]  # 2 is no number any more


@pytest.mark.parametrize("complete", [False, True])
def test_only_a_delivery_that_says_it_is_complete_can_lack_something(complete):
    before = sheets(*(("1", str(i)) for i in range(1, 61)))
    after = sheets(("9", "1"), source_key=["new"], national_id=[None])
    codes = {f["check_code"] for f in counted(after, live=live(before), complete=complete)}
    assert codes == ({"CNT-SHEET-MISSING", "CNT-FEWER"} if complete else set())


def test_a_sheet_of_another_scale_is_another_sheet():
    before = one_each("1", "1", map_scale=["500", "1000"])
    after = one_each("1", map_scale=["500"])
    (finding,) = counted(after, live=live(before), complete=True)
    assert finding["detail"] == "1 (1:1000)"


# --- fewer parcels


@pytest.mark.parametrize(
    ("live_parcels", "rows", "is_found"),
    [
        (1000, 981, False),  # 19: not so many
        (1000, 980, False),  # 20 and 2 %: not more than that
        (1000, 979, True),
        (100, 81, False),
        (100, 80, True),
        (100, 101, False),
    ],
)
def test_fewer_parcels_than_live_are_told_beyond_both_tolerances(live_parcels, rows, is_found):
    data = dataset(live_parcels)
    some = counted(dataset(rows), live=live(data), complete=True)
    assert [f["measure"] for f in some if f["check_code"] == "CNT-FEWER"] == (
        [live_parcels - rows] if is_found else []
    )


# --- gaps between sheets


@pytest.mark.parametrize(
    ("numbers", "missing"),
    [
        (["1", "2", "3"], []),
        (["1", "3"], ["2"]),
        (["1", "4", "6"], ["2", "3", "5"]),
        (["3", "4"], []),  # divided communes begin where they begin
        (["1", str(RULES.sheet_range + 1)], [str(n) for n in range(2, RULES.sheet_range + 1)]),
        (["1", str(RULES.sheet_range + 2)], []),  # another range of numbers
        (["1", "2a", "3-1", None, "03"], ["2"]),  # only whole numbers are counted
        ([None, "12a"], []),
    ],
)
def test_sheet_numbers_between_others_are_told(numbers, missing):
    gaps = [f for f in counted(one_each(*numbers)) if f["check_code"] == "CNT-SHEET-GAP"]
    assert sorted((f["detail"] for f in gaps), key=int) == missing
    assert all(f["severity"] == "info" and f["place_wkb"] is None for f in gaps)


def test_sheets_are_numbered_through_the_scales_of_a_map_set_and_anew_in_another():
    scales = {"map_scale": ["500", "1000", "500"]}
    assert not counted(one_each("1", "2", "3", **scales))
    sets = {"map_set": ["A", "B", "A"]}
    assert [f["detail"] for f in counted(one_each("1", "2", "3", **sets))] == ["2"]


# --- gaps between numbers


def numbered(numbers, **more):
    return [f for f in counted(sheets(*(("7", n) for n in numbers), **more)) if "NUMBER" in f["check_code"]]


@pytest.mark.parametrize(("last", "is_found"), [(106, False), (99, True)])
def test_gaps_are_told_beyond_their_share_of_the_sheet(last, is_found):
    gone = {"10", "20", "30", "31", "40"}  # five of a hundred are 5 %
    numbers = [str(n) for n in range(1, last + 1) if str(n) not in gone]
    told = numbered(numbers)
    assert bool(told) is is_found
    if told:
        assert told[0]["measure"] == 5
        assert told[0]["detail"] == "7: 10, 20, 30–31, 40"
        assert told[0]["place_srid"] == 4756


def test_few_missing_numbers_of_a_small_sheet_are_normal():
    assert not numbered(["1", "6"])  # four
    assert numbered(["1", "7"])  # five


def test_a_row_whose_number_is_lost_stands_for_a_missing_one():
    numbers = [str(n) for n in range(1, 41) if n not in (5, 6, 7, 8, 9)]
    assert numbered(numbers)
    assert not numbered([*numbers, None])
    assert not numbered([*numbers, "5bis"])
    assert not numbered([*numbers, "1"])  # two rows of one number


def test_another_range_of_numbers_is_no_gap():
    far = RULES.number_range
    assert not numbered(["1", "2", str(3 + far), str(4 + far)])
    assert numbered(["1", "2", str(2 + far)])


def test_every_sheet_is_looked_at_by_itself():
    rows = [("1", "1"), ("1", "9"), ("2", "1"), ("2", "2"), ("3", "4"), ("3", "20")]
    told = [f for f in counted(sheets(*rows)) if f["check_code"] == "CNT-NUMBER-GAP"]
    assert {f["detail"] for f in told} == {"1: 2–8", "3: 5–19"}
    assert len({f["finding_id"] for f in told}) == 2


@pytest.mark.parametrize("wrong", ["tờ 7", "-7", "7;8", "7 ODT", "2.5"])
def test_what_is_no_sheet_lacks_no_numbers_but_a_sheet_by_letters_does(wrong):
    rows = [("1", str(number)) for number in range(1, 5)]
    there = [("7a", "1"), ("7a", "30"), ("DC 12", "1"), ("DC 12", "40")]
    told = [
        f for f in counted(sheets(*rows, *there, (wrong, "3"), (wrong, "60"))) if "NUMBER" in f["check_code"]
    ]
    assert {f["detail"] for f in told} == {"7a: 2–29", "DC 12: 2–39"}
    foreign = counted(sheets(*rows, (wrong, "3"), (wrong, "60")), not_applicable={"IDN-SHEET-FORM": "theirs"})
    assert [f["detail"] for f in foreign if "NUMBER" in f["check_code"]] == [f"{wrong}: 4–59"]


def test_the_sheets_of_each_old_commune_are_counted_by_themselves():
    """Both number them from 1, and the rows of one stand for nothing that the other lacks."""
    numbers = [("1", str(number)) for number in range(1, 11)]
    other = [("1", "1"), ("1", "9"), ("3", "1")]
    old = ["21295"] * len(numbers) + ["21301"] * len(other)
    told = counted(sheets(*numbers, *other, old_commune_code=old))
    assert sorted((f["check_code"], f["detail"]) for f in told) == [
        ("CNT-NUMBER-GAP", "1: 2–8"), ("CNT-SHEET-GAP", "2"),
    ]  # fmt: skip
    assert counted(sheets(*numbers, *other)) != told  # where nobody says which commune it was, they are one
    same = counted(sheets(*other))
    assert {f["finding_id"] for f in same} == {
        f["finding_id"] for f in counted(sheets(*other, old_commune_code=[None] * 3))
    }


def test_a_sheet_of_one_old_commune_is_missing_though_another_has_one_of_that_number():
    both = [("1", "1"), ("2", "1"), ("2", "2")]
    before = sheets(*both, *both, old_commune_code=["21295"] * 3 + ["21301"] * 3)
    after = sheets(*both, ("1", "1"), old_commune_code=["21295"] * 3 + ["21301"])
    told = counted(after, live=live(before), complete=True)
    assert [(f["check_code"], f["measure"]) for f in told] == [("CNT-SHEET-MISSING", 2.0)]


# --- not run, not asked


def test_what_is_missing_against_what_is_live_is_not_run_without_it():
    judged = verdict(dataset(3), register=None)
    assert {"CNT-SHEET-MISSING", "CNT-FEWER"} <= set(judged.not_run)
    assert {"CNT-SHEET-GAP", "CNT-NUMBER-GAP"} <= set(judged.ran)


def test_the_rows_of_no_commune_lack_nothing():
    assert "CNT-NUMBER-GAP" not in found(nowhere(2, parcel_no=["1", "50"], commune_code=["99999"] * 2))


def test_the_same_delivery_again_lacks_nothing():
    data = sheets(*((str(1 + i // 40), str(1 + i % 40)) for i in range(200)))
    assert counted(data, live=live(data), complete=True) == []


def test_the_order_of_rows_changes_nothing():
    rows = [("1", str(n)) for n in (1, 2, 9, 30)] + [("4", str(n)) for n in (1, 2, 3)]
    order = np.random.default_rng(4).permutation(len(rows))
    before = live(sheets(("2", "1"), ("5", "1"), first_row=50, national_id=[None, None]))

    def said(at):
        shapes = squares(len(rows))[at]
        data = dataset(
            shapes,
            sheet_no=[rows[i][0] for i in at],
            parcel_no=[rows[i][1] for i in at],
            source_key=[f"k{i}" for i in at],
        )
        return counted(data, live=before, complete=True)

    assert said(np.arange(len(rows))) == said(order)
    assert len(said(order)) == 5  # sheets 2, 3 between; 2 and 5 missing; numbers of sheet 1
