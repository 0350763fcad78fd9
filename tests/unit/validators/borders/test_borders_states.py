"""Seams run, run on what there is, or are not run; and a finding tells people what the other side is told."""

from dataclasses import replace

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
import pytest

from sync.check.neighbours import Neighbours
from tests.support.known import KnownTables
from tests.support.seams import (
    AS_OF,
    COMMUNES,
    POLICY,
    PROVINCE,
    REACH_M,
    Nation,
    cases,
    delivered,
    lattice,
)
from validators.delivery import Delivered, context_of
from validators.findings import FINDINGS_SCHEMA
from validators.judge import judge
from validators.policy import policy_at

A, B = COMMUNES[:2]
SEAM = {"BRD-OVERLAP", "BRD-GAP"}


@pytest.fixture
def overlapping():
    """Two communes; a parcel of the first reaches into one of the second, and neither has a handle in common."""
    shapes = lattice(4, 3)
    nation = Nation.of(shapes, [A, A, B, B] * 3)
    return nation.change(5, nation.shapes[5].buffer(0.5, join_style="mitre"))


def verdict(nation, folder, codes, known, **more):
    paths = nation.write(folder, codes)
    neighbours = Neighbours(paths, PROVINCE, REACH_M)
    dataset = nation.dataset(A)
    whole = context_of(Delivered({A: dataset.table}, AS_OF), province_code=PROVINCE, policy=POLICY)
    here = replace(whole, neighbours=neighbours.of(A, known), neighbours_partly=known is None, **more)
    return judge(dataset, here)


def seam_findings(judged):
    return set(judged.findings["check_code"].to_pylist()) & SEAM


def test_with_what_is_live_seams_ran(overlapping, tmp_path):
    judged = verdict(overlapping, tmp_path, [A], overlapping.known([B]))
    assert seam_findings(judged) == {"BRD-OVERLAP"}
    assert not SEAM & set(judged.not_run)
    assert set(judged.ran) >= SEAM


def test_without_it_they_are_judged_by_what_was_delivered_together_and_not_run_as_well(overlapping, tmp_path):
    judged = verdict(overlapping, tmp_path, [A, B], None)
    assert seam_findings(judged) == {"BRD-OVERLAP"}
    assert set(judged.not_run) >= SEAM
    assert judged.provisional


def test_one_commune_alone_has_nobody_to_be_compared_with(overlapping, tmp_path):
    judged = verdict(overlapping, tmp_path, [A], None)
    assert seam_findings(judged) == set()
    assert set(judged.not_run) >= SEAM
    assert not SEAM & set(judged.ran)


def test_a_change_set_shows_overlaps_and_no_gaps(overlapping, tmp_path):
    judged = verdict(overlapping, tmp_path, [A], overlapping.known([B]), changes=True)
    assert seam_findings(judged) == {"BRD-OVERLAP"}
    assert "BRD-GAP" in judged.not_run


def test_a_fault_at_a_seam_refuses_no_row_and_is_no_error(overlapping, tmp_path):
    judged = verdict(overlapping, tmp_path, [A], overlapping.known([B]))
    assert judged.counts.accepted == judged.counts.read
    mine = judged.findings.filter(pc.is_in(judged.findings["check_code"], value_set=pa.array(sorted(SEAM))))
    assert set(mine["severity"].to_pylist()) == {"warning"}
    assert not any(mine["quarantines"].to_pylist())
    assert mine.schema == FINDINGS_SCHEMA


def test_each_side_is_told_the_other_sides_parcel_and_both_the_names_of_both_communes(overlapping, tmp_path):
    found = delivered(overlapping, [A, B], tmp_path, KnownTables())
    ours, theirs = found[A].to_pylist(), found[B].to_pylist()
    largest = max(ours, key=lambda row: row["measure"])
    (same,) = [row for row in theirs if row["finding_id"] == largest["finding_id"]]
    assert (largest["others"], same["others"]) == ([same["handle"]], [largest["handle"]])
    assert (largest["other_dataset"], same["other_dataset"]) == (B, A)
    for row in (largest, same):
        assert f"({A}) và " in row["message_vi"]
        assert f"({B})" in row["message_en"]
        assert f"{row['width_mm']:.1f}".replace(".", ",").rstrip("0").rstrip(",") in row["message_vi"]


def test_rows_without_a_handle_are_one_case_too(overlapping, tmp_path):
    nameless = replace(overlapping, key=np.full(len(overlapping), None, dtype=object))
    found = cases(delivered(nameless, [A, B], tmp_path, KnownTables()).values())
    assert found
    assert all(len(sides) == 2 and sides[0] == sides[1] for sides in found.values())


def test_a_policy_says_how_large_a_fault_may_be(overlapping, tmp_path):
    lax = policy_at(AS_OF).model_copy(
        update={"borders": POLICY.borders.model_copy(update={"overlap_width_m": POLICY.borders.gap_width_m})}
    )
    paths = overlapping.write(tmp_path, [A, B])
    dataset = overlapping.dataset(A)
    whole = context_of(Delivered({A: dataset.table}, AS_OF), province_code=PROVINCE, policy=lax)
    table = Neighbours(paths, PROVINCE, REACH_M).of(A, None)
    assert seam_findings(judge(dataset, replace(whole, neighbours=table))) == set()
