"""The scale of a map: said, shown by its sheet, or assumed, which the verdict says."""

import numpy as np
import pytest
import shapely

from tests.unit.validators.validator_datasets import AS_OF, ORIGIN, context, dataset, found, verdict
from validators.base import Subject
from validators.policy import policy_at
from validators.scale import scales_of
from validators.stored import tally_of_verdict
from validators.usability import group

X, Y = ORIGIN


def boxes(*corners):
    return np.array([shapely.box(X + a, Y + b, X + c, Y + d) for a, b, c, d in corners], dtype=object)


def apart(metres):
    """Two parcels with open land between them."""
    return boxes((0, 0, 20, 20), (20 + metres, 0, 40, 20))


def closed(width, length=6.0):
    """Four parcels around a hole."""
    return boxes(
        (0, 0, 10, 20),
        (10 + width, 0, 30, 20),
        (10, 0, 10 + width, 7),
        (10, 7 + length, 10 + width, 20),
    )


def scales(**columns):
    data = dataset(len(columns["map_scale"]), **columns)
    return scales_of(Subject(data, context(data)))


@pytest.mark.parametrize(
    ("said", "known"),
    [
        ("1000", "1000"),
        (" 1:500 ", "500"),
        ("1/2000", "2000"),
        ("1:2.000", "2000"),
        ("Tỷ lệ 1:5 000", "5000"),
        ("1 / 10.000", "10000"),
        ("1:10000", "10000"),
        ("750", None),
        ("0", None),
        ("không rõ", None),
        (None, None),
    ],
)
def test_a_scale_is_read_as_people_write_it(said, known):
    seen = scales(map_scale=[said])
    assert seen.known.to_pylist() == [known]
    assert seen.assumed.tolist() == [known is None]


def test_a_sheet_shows_the_scale_of_its_rows_where_they_agree():
    said = ["500", None, None, "500", None, "1000", None]
    sheet = ["1", "1", "2", "3", "3", "3", None]
    seen = scales(map_scale=said, sheet_no=sheet)
    assert seen.known.to_pylist() == ["500", "500", None, "500", None, "1000", None]
    assert seen.assumed.tolist() == [False, False, True, False, True, False, True]
    other_set = scales(map_scale=["500", None], sheet_no=["1", "1"], map_set=["A", "B"])
    assert other_set.known.to_pylist() == ["500", None]


@pytest.mark.parametrize(("map_scale", "is_gap"), [(None, True), ("500", False), ("1000", True)])
def test_without_a_scale_gaps_are_looked_for_as_at_the_assumed_one(map_scale, is_gap):
    assert ("TOP-GAP" in found(dataset(apart(0.12), map_scale=[map_scale] * 2))) == is_gap


def test_what_two_parcels_share_is_not_allowed_more_for_an_assumed_scale():
    shapes = boxes((0, 0, 20, 20), (19.9, 0, 40, 20))
    assert "TOP-OVERLAP" in found(dataset(shapes))


def test_the_verdict_says_that_the_scale_is_assumed_and_what_to_write():
    judged = verdict(dataset(3, map_scale=["500", None, None], sheet_no=["1", "2", "2"]))
    (said,) = judged.assumptions
    assert all(text in said.vi for text in ("2 trong 3 thửa", 'map_scale = "1000"', "0,15 m"))
    assert "2 of 3 parcels" in said.en
    assert said in judged.group.reasons
    kept = judged.kept()
    policy = policy_at(AS_OF)
    again = group(tally_of_verdict(kept, judged.findings, policy), policy)
    assert said in again.reasons  # also where the group is counted again
    assert verdict(dataset(3, map_scale=["500"] * 3)).assumptions == ()


@pytest.mark.parametrize("map_scale", ["500", None])
@pytest.mark.parametrize("width", [0.02, 0.18, 0.3, 0.49])
def test_land_with_parcels_all_around_is_a_gap_though_it_is_wider_than_the_tolerance(width, map_scale):
    judged = verdict(dataset(closed(width), map_scale=[map_scale] * 4))
    (line,) = [line for line in judged.findings.to_pylist() if line["check_code"].startswith("TOP")]
    assert line["check_code"] == "TOP-GAP"
    assert line["measure"] == pytest.approx(6 * width, abs=1e-4)
    assert line["width_mm"] == pytest.approx(1000 * width, abs=0.3)


def test_wider_land_or_an_open_end_is_no_gap():
    for shapes in (closed(0.52), closed(0.3)[:3]):
        assert "TOP-GAP" not in found(dataset(shapes, map_scale=["500"] * len(shapes)))
