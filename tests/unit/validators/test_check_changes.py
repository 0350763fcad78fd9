"""The checks of change sets: what names an object, what happens to it, which version it is; and nothing of its commune."""

import pyarrow as pa

from tests.unit.validators.validator_datasets import AS_OF, COMMUNE, PROVINCE, claims, dataset, nowhere
from validators.change_sets import contradicting, repeated_in_changes, repeated_versions
from validators.delivery import Delivered, context_of
from validators.judge import Verdict, judge
from validators.policy import policy_at


def verdict(data, *others, register=claims()):  # noqa: B008 - never changed
    """The verdict on a dataset of a change set."""
    parts = {each.commune_code: each.table for each in (data, *others)}
    twice = repeated_versions(parts.values())
    contradictions = contradicting(parts.values(), twice) if len(twice) else None
    repeats = repeated_in_changes(parts, AS_OF, contradictions)
    context = context_of(
        Delivered(parts, AS_OF),
        province_code=PROVINCE,
        policy=policy_at(AS_OF),
        claims=register,
        repeats=repeats,
    )
    return judge(data, context)


def found(judged: Verdict) -> dict[str, list[int]]:
    result: dict[str, list[int]] = {}
    table = judged.findings
    for code, row in zip(table["check_code"].to_pylist(), table["row_no"].to_pylist(), strict=True):
        result.setdefault(code, []).append(row)
    return result


def changes(n=3, **columns):
    values = {"action": ["update"] * n, "source_version": ["2"] * n, "source_order": [2] * n, **columns}
    return dataset(n, **values)


def test_rows_that_say_everything_pass_and_their_commune_gets_no_group():
    judged = verdict(changes())
    assert found(judged) == {}
    assert (judged.group, judged.assured_group) == (None, None)
    assert judged.counts.accepted == 3
    assert {"CHG-KEY", "CHG-ACTION", "CHG-VERSION", "CHG-REPEATED"} <= set(judged.ran)


def test_what_a_change_must_say_and_does_not_is_quarantined():
    judged = verdict(
        changes(
            source_key=[None, "a", "b"],
            action=["insert", "đổi", "end"],
            source_version=["1", "1", None],
            source_order=[1, 1, None],
        )
    )
    assert {code: rows for code, rows in found(judged).items() if code.startswith("CHG")} == {
        "CHG-KEY": [0], "CHG-ACTION": [1], "CHG-VERSION": [2]
    }  # fmt: skip
    assert judged.counts.quarantined == 3


def test_a_row_that_ends_an_object_need_say_no_more_than_that():
    ends = nowhere(
        [None], source_key=["gone"], action=["end"], source_order=[3], source_version=["3"], sheet_no=[None],
        parcel_no=[None], commune_code=[None], national_id=[None], land_use=[None], area_legal_m2=[None], area_m2=[None],
    )  # fmt: skip
    judged = verdict(ends)
    assert found(judged) == {}
    assert judged.rows["decision"].to_pylist() == ["accept"]


def test_several_versions_of_an_object_are_no_duplicates():
    data = changes(
        3, source_key=["a", "a", "b"], source_order=[2, 3, 1], source_version=["2", "3", "1"],
        national_id=["w7er83vw1000", "w7er83vw1000", None], sheet_no=["1", "1", "1"], parcel_no=["5", "5", "6"],
    )  # fmt: skip
    assert not {code for code in found(verdict(data)) if "DUP" in code}


def test_two_objects_under_one_number_are_duplicates_as_they_are_now():
    data = changes(
        4, source_key=["a", "a", "b", "c"], source_order=[1, 2, 1, 9], source_version=["1", "2", "1", "9"],
        action=["update", "update", "insert", "end"], parcel_no=["5", "7", "5", "5"],
    )  # fmt: skip
    assert "IDN-DUP-SHEET" not in found(verdict(data)), "a has moved on to 7, c has ended"
    again = changes(2, source_key=["a", "b"], parcel_no=["5", "5"])
    assert found(verdict(again))["IDN-DUP-SHEET"] == [0, 1]


def test_one_version_with_two_contents_is_quarantined_and_a_copy_is_not():
    twins = {"source_key": ["a", "a"], "parcel_no": ["5", "5"], "national_id": [None, None]}
    data = changes(2, **twins, land_use=["LUC", "CLN"])
    assert found(verdict(data))["CHG-REPEATED"] == [0, 1]
    one = changes(1, source_key=["a"], parcel_no=["5"], national_id=[None])
    copy = pa.concat_tables([one.table, one.table])
    assert len(contradicting([copy], repeated_versions([copy]))) == 0


def test_the_checks_of_changes_are_not_of_full_snapshots():
    data = dataset(2, source_key=[None, "b"])
    context = context_of(
        Delivered({COMMUNE: data.table}, AS_OF),
        province_code=PROVINCE,
        policy=policy_at(AS_OF),
        claims=claims(),
    )
    judged = judge(data, context)
    assert not {code for code in (*judged.ran, *found(judged)) if code.startswith("CHG")}
    assert judged.group is not None
