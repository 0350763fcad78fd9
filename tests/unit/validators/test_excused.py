"""What somebody answers for: still listed, counted beside the group, no longer against it; never what quarantines."""

import pyarrow as pa
import pyarrow.compute as pc
import shapely

from tests.unit.validators.validator_datasets import context, dataset
from validators.judge import Verdict, judge


def judged(excused: list[str] | None = None, **columns: object) -> Verdict:
    whole = dataset(**columns) if "geometries" in columns else dataset(5, **columns)
    return judge(whole, context(whole, excused=pa.array(excused or [], pa.string())))


def ids(verdict: Verdict, code: str) -> list[str]:
    found: list[str] = verdict.findings.filter(pc.equal(verdict.findings["check_code"], code))[
        "finding_id"
    ].to_pylist()
    return found


def test_an_excused_error_is_listed_and_counted_and_no_longer_counts_against_the_group() -> None:
    spoiled = {"land_use": ["LUC", None, None, "LUC", "LUC"]}
    before = judged(**spoiled)
    wrong = ids(before, "ATT-REQUIRED")
    assert (before.counts.rows_with_error, before.group.number, before.excused) == (2, 2, 0)  # type: ignore[union-attr]
    after = judged(wrong, **spoiled)
    assert ids(after, "ATT-REQUIRED") == wrong
    assert (after.counts.rows_with_error, after.group.number, after.excused) == (0, 1, 2)  # type: ignore[union-attr]
    assert after.kept().excused == 2
    half = judged(wrong[:1], **spoiled)
    assert (half.counts.rows_with_error, half.excused) == (1, 1)


def test_another_error_of_the_same_row_still_counts() -> None:
    spoiled = {
        "land_use": ["LUC", None, "LUC", "LUC", "LUC"],
        "area_legal_m2": [400.0, 9999.0, 400.0, 400.0, 400.0],
    }
    before = judged(**spoiled)
    after = judged(ids(before, "ATT-REQUIRED"), **spoiled)
    assert ids(before, "ATT-AREA")
    assert (after.counts.rows_with_error, after.excused) == (1, 1)


def test_what_quarantines_is_not_excused_whoever_answers_for_it() -> None:
    bow = shapely.Polygon(
        [(587_000, 2_326_000), (587_020, 2_326_020), (587_020, 2_326_000), (587_000, 2_326_020)]
    )
    fine = shapely.box(587_100, 2_326_000, 587_120, 2_326_020)
    before = judged(geometries=[bow, fine])
    refused = before.findings.filter(before.findings["quarantines"])["finding_id"].to_pylist()
    assert refused
    after = judged(refused, geometries=[bow, fine])
    assert after.counts == before.counts
    assert after.counts.quarantined == 1
    assert after.excused == 0


def test_the_id_of_a_finding_that_is_not_there_excuses_nothing() -> None:
    spoiled = {"land_use": ["LUC", None, "LUC", "LUC", "LUC"]}
    after = judged(["2b0d0c6e-9f43-5c55-8f0f-3f1d8a1f6a52"], **spoiled)
    assert (after.counts.rows_with_error, after.excused) == (1, 0)
