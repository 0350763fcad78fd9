"""What is true of a commune is told once, whatever check found it; and no count of rows changes by that."""

from dataclasses import replace

import pyarrow as pa
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tests.conftest import counts
from tests.unit.validators.validator_datasets import COMMUNE, context, dataset, nowhere
from validators.base import WHOLE
from validators.catalogue import BY_CODE, CHECKS
from validators.condensed import CONDENSING, by_row, finding_ids
from validators.judge import Verdict, judge
from validators.policy import CondenseRules, Policy, policies

NOBODYS = "IDN-NATIONAL-MISSING"
NEVER = CondenseRules(share=1, rows=10**9, until=1)


def policy(**changes: object) -> Policy:
    return policies()[0].model_copy(update=changes)


def without_ids(n: int, missing: int) -> Verdict:
    return judged(dataset(n, **ids(n, missing)))


def ids(n: int, missing: int) -> dict[str, list[str | None]]:
    known = dataset(n).column("national_id").to_pylist()
    return {"national_id": [None] * missing + known[missing:]}


def judged(data, **more):  # type: ignore[no-untyped-def]
    told = {name: more.pop(name) for name in ("told_of_communes", "excused", "changes") if name in more}
    return judge(data, replace(context(data, **more), **told))


def rows_of(verdict: Verdict, code: str = NOBODYS) -> list[int]:
    return [line["row_no"] for line in verdict.findings.to_pylist() if line["check_code"] == code]


def test_a_commune_without_ids_is_told_once_with_its_rows() -> None:
    verdict = without_ids(30, 30)
    (one,) = [line for line in verdict.findings.to_pylist() if line["check_code"] == NOBODYS]
    assert (one["row_no"], one["measure"], one["unit"], one["detail"]) == (WHOLE, 30, "parcels", "30 / 30")
    assert one["other_rows"] == list(range(30))
    assert (one["handle"], one["others"], one["place_wkb"]) == (None, [], None)
    assert one["finding_id"] == finding_ids(COMMUNE)[NOBODYS]
    assert "30 trong 30 thửa đất của xã (100 %)" in one["message_vi"]
    assert "30 of 30 parcels of the commune (100 %)" in one["message_en"]
    assert [NOBODYS in codes for codes in verdict.rows["codes"].to_pylist()] == [True] * 30


def test_what_the_rows_lack_is_told_with_its_share() -> None:
    n = 40
    data = dataset(n, land_use=[None] * n, area_legal_m2=[None] * 10 + [400.0] * (n - 10))
    (one,) = [line for line in judged(data).findings.to_pylist() if line["check_code"] == "ATT-REQUIRED"]
    assert one["message_vi"].endswith("loại đất (30); loại đất, diện tích pháp lý (10).")
    assert one["severity"] == "error"
    assert judged(data).counts.rows_with_error == n


@pytest.mark.parametrize(
    ("n", "missing", "once"),
    [(20, 20, True), (19, 19, False), (40, 36, True), (40, 35, False), (100, 90, True), (100, 89, False)],
)
def test_nearly_all_is_nine_rows_of_ten_and_twenty_at_least(n: int, missing: int, once: bool) -> None:
    found = rows_of(without_ids(n, missing))
    assert found == ([WHOLE] if once else list(range(missing)))


@pytest.mark.parametrize(("missing", "once"), [(36, True), (35, True), (20, True), (19, False), (1, False)])
def test_once_told_of_the_commune_it_stays_so_down_to_half(missing: int, once: bool) -> None:
    known = pa.array([finding_ids(COMMUNE)[NOBODYS]])
    found = rows_of(judged(dataset(40, **ids(40, missing)), told_of_communes=known))
    assert found == ([WHOLE] if once else list(range(missing)))


def test_the_case_of_a_share_that_moves_about_the_limit_stays_one_case() -> None:
    told: list[str] = []
    seen = []
    for missing in (36, 35, 36, 34, 30, 36, 25, 36):
        verdict = judged(dataset(40, **ids(40, missing)), told_of_communes=pa.array(told, pa.string()))
        cases = {line["finding_id"] for line in verdict.findings.to_pylist() if line["check_code"] == NOBODYS}
        told = sorted(cases & set(finding_ids(COMMUNE).values()))
        seen.append(cases)
    assert seen == [{finding_ids(COMMUNE)[NOBODYS]}] * 8


def test_the_rows_of_no_commune_and_those_of_a_change_set_are_told_one_by_one() -> None:
    assert WHOLE not in rows_of(judged(nowhere(30, national_id=[None] * 30)))
    data = dataset(30, national_id=[None] * 30)
    assert rows_of(judged(data, changes=True)) == list(range(30))
    open_case = pa.array([finding_ids(COMMUNE)[NOBODYS]])
    assert rows_of(judged(data, changes=True, told_of_communes=open_case)) == [WHOLE]


def test_what_somebody_answers_for_stays_a_finding_of_its_row() -> None:
    data = dataset(30, land_use=[None] * 30)
    single = judged(data, policy=policy(condense=NEVER)).findings.to_pylist()
    excused = [line["finding_id"] for line in single if line["check_code"] == "ATT-REQUIRED"][:3]
    verdict = judged(data, excused=pa.array(excused))
    assert rows_of(verdict, "ATT-REQUIRED") == [WHOLE, 0, 1, 2]
    assert (verdict.counts.rows_with_error, verdict.excused) == (27, 3)
    whole = judged(data, excused=pa.array([finding_ids(COMMUNE)["ATT-REQUIRED"]]))
    assert (whole.counts.rows_with_error, whole.excused) == (0, 1)
    assert whole.group is not None
    assert whole.group.number == 1


def test_every_check_that_condenses_is_fit_for_it() -> None:
    assert len(CONDENSING) >= 10
    for code in CONDENSING:
        check = BY_CODE[code]
        assert not check.quarantines
        # A proposal names the finding of its row, an overlap two of them: neither may vanish into one of the commune.
        assert not code.startswith(("TOP-", "BRD-"))
        assert code not in {"GEO-RING-ORDER", "GEO-DUP-VERTEX", "GEO-INVALID"}
    assert {check.code for check in CHECKS if check.condenses} == set(CONDENSING)


COLUMNS = {
    "national_id": st.sampled_from([None, "w7er83vw1000", "xx"]),
    "land_use": st.sampled_from([None, "LUC", "BHK", "XYZ"]),
    "parcel_no": st.sampled_from([None, "1", "6 ODT"]),
    "area_legal_m2": st.sampled_from([None, 400.0, -1.0]),
}


@settings(max_examples=counts(25), deadline=None)
@given(data=st.data())
def test_condensing_changes_no_count_of_rows_no_measure_and_no_group(data: st.DataObject) -> None:
    n = data.draw(st.integers(20, 45))
    columns = {}
    for name, values in COLUMNS.items():
        mostly, share = data.draw(values), data.draw(st.sampled_from([0, 1, n // 10, n // 2, n]))
        columns[name] = [data.draw(values) for _ in range(share)] + [mostly] * (n - share)
    made = dataset(n, **columns)
    single = judged(made, policy=policy(condense=NEVER))
    excused = pa.array(data.draw(st.lists(st.sampled_from(single.findings["finding_id"].to_pylist() or [""]), max_size=4)), pa.string())  # fmt: skip
    single = judged(made, policy=policy(condense=NEVER), excused=excused)
    once = judged(made, excused=excused)
    assert once.counts == single.counts
    assert once.measured == single.measured
    assert once.group == single.group
    assert once.rows.equals(single.rows)
    names = ["check_code", "row_no", "severity", "excused", "quarantines"]
    assert sorted(map(str, by_row(once.findings).select(names).to_pylist())) == sorted(
        map(str, single.findings.select(names).to_pylist())
    )
    assert (once.fixes is None) == (single.fixes is None)
    if once.fixes is not None and single.fixes is not None:
        assert once.fixes.target == single.fixes.target
