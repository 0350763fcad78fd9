"""A verdict counted again from its tables is what judging would have said: after a merge, for a report, under a policy."""

from dataclasses import replace

import pyarrow as pa
import pyarrow.compute as pc
from hypothesis import given, settings
from hypothesis import strategies as st

from sync.folder.loaded import RefusedRow
from sync.load.regroup import JudgedCommune, after_merge
from tests.conftest import counts
from tests.support.known import live
from tests.unit.validators.validator_datasets import AS_OF, PROVINCE, context, dataset, squares
from validators.findings import FINDINGS_SCHEMA
from validators.identity.handles import CLAIMS_SCHEMA
from validators.judge import judge
from validators.policy import named_policy, policy_at
from validators.stored import grouped

POLICY = policy_at(AS_OF)
CLAIMED = "IDN-CLAIMED"
KEPT = {"group", "group_code", "group_title", "assured_group", "reasons", "fixes", "policy"}


def spoilt(n, wrong):
    """n parcels, those in `wrong` with a land use that does not exist."""
    return dataset(n, land_use=["XX" if row in wrong else "LUC" for row in range(n)])


@settings(max_examples=counts(15))
@given(st.integers(1, 14), st.data())
def test_after_the_merge_the_verdict_is_as_if_the_claims_had_been_known(n, data):
    wrong = data.draw(st.sets(st.integers(0, n - 1)))
    taken = data.draw(st.sets(st.integers(0, n - 1), min_size=1))
    delivered = spoilt(n, wrong)
    ids = delivered.column("national_id").to_pylist()
    there = [
        {"national_id": ids[row], "province_code": PROVINCE, "commune_code": "00008"} for row in sorted(taken)
    ]
    held = pa.Table.from_pylist(there, schema=CLAIMS_SCHEMA)
    before = judge(delivered, context(delivered, live=live(delivered)))
    known = judge(delivered, context(delivered, register=held, live=live(delivered)))
    refused = [
        RefusedRow(
            commune_code=delivered.commune_code, row_no=row, merge_code=CLAIMED, has_error=row in wrong
        )
        for row in sorted(taken)
    ]
    merged = known.findings.filter(pc.equal(known.findings["check_code"], CLAIMED))
    judged = JudgedCommune(before.kept(), before.rows, before.findings)
    after = after_merge(judged, refused, merged, POLICY, AS_OF)
    own = {"findings": judged.verdict.findings}  # those of the merge are kept beside the judgement
    assert after == known.kept().model_copy(update=own)


def test_where_the_merge_refused_nothing_the_verdict_stays():
    verdict = judge(spoilt(5, {1}), context(spoilt(5, {1})))
    kept = verdict.kept()
    judged = JudgedCommune(kept, verdict.rows, verdict.findings)
    assert after_merge(judged, [], FINDINGS_SCHEMA.empty_table(), POLICY, AS_OF) is kept


def test_a_row_without_geometry_that_the_merge_refuses_counts_once():
    delivered = dataset([*squares(4), None])
    before = judge(delivered, context(delivered))
    row = RefusedRow(commune_code=delivered.commune_code, row_no=4, merge_code="IDN-CONFLICT", has_error=True)
    judged = JudgedCommune(before.kept(), before.rows, before.findings)
    after = after_merge(judged, [row], FINDINGS_SCHEMA.empty_table(), POLICY, AS_OF)
    assert (after.accepted, after.quarantined, after.rows_with_error) == (4, 1, 1)


@settings(max_examples=counts(15))
@given(st.integers(1, 14), st.data())
def test_under_another_scheme_the_tables_say_what_judging_by_it_says(n, data):
    delivered = spoilt(n, data.draw(st.sets(st.integers(0, n - 1))))
    abce = named_policy("2026-abce")
    kept = judge(delivered, context(delivered)).kept()
    findings = judge(delivered, context(delivered)).findings
    directly = judge(delivered, context(delivered, policy=abce)).kept()
    again = grouped(kept, findings, abce, AS_OF)
    assert again.model_dump(include=KEPT) == directly.model_dump(include=KEPT)


def test_an_excused_finding_is_marked_and_counts_no_more():
    delivered = spoilt(5, {1})
    before = judge(delivered, context(delivered))
    assert before.group.number == 2
    excused = replace(context(delivered), excused=pa.array(before.findings["finding_id"].to_pylist()))
    after = judge(delivered, excused)
    assert after.group.number == 1
    assert after.findings["excused"].to_pylist() == [True]
    assert grouped(after.kept(), after.findings, POLICY, AS_OF).group == 1
