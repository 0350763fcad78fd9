"""Checks look at everybody on a parcel, and tell what tables of people contradict, at the parcel and without a value."""

from datetime import date
from typing import Any

import pyarrow as pa
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from parcels.people import PEOPLE_SCHEMA
from tests.conftest import counts
from tests.unit.validators.validator_datasets import AS_OF, dataset, verdict
from validators.live import AUTHENTICATION_SCHEMA
from validators.measures import Portion
from validators.people_rights import PEOPLE_FAULTS

SECRET = "Người Bí Mật"


def people(*rows: dict[str, Any]) -> pa.Table:
    """Rights of rows of the snapshot."""
    base = {"part_no": 9, "source_row": 1, "says": "right"}
    return pa.Table.from_pylist([base | row for row in rows], PEOPLE_SCHEMA)


def right(row_no: int, **said: Any) -> dict[str, Any]:
    return {"row_no": row_no, "land_user_name": SECRET} | said


def details(code: str, n: int = 4, columns: dict[str, Any] | None = None, **more: Any) -> dict[int, Any]:
    """row → detail of the findings of one check; no person may be named in any of them."""
    judged = verdict(dataset(n, **(columns or {})), **more)
    table = judged.findings.to_pylist()
    assert SECRET not in str(table)
    assert judged.counts.quarantined == 0
    return {line["row_no"]: line["detail"] for line in table if line["check_code"] == code}


def test_a_spouse_s_number_is_looked_at_too() -> None:
    said = people(
        right(0, land_user_id_number="001190000001"),
        right(0, land_user_id_number="111111111111"),
        right(1, land_user_id_number="12345678"),
        right(1, land_user_id_number="999190000001"),
        right(2, land_user_id_number=None),
    )
    assert details("ATT-PERSON-ID", people=said) == {0: "same", 1: "digits"}
    assert details("ATT-PERSON-ID", people=people()) == {}


def test_a_spouse_s_birth_is_compared_with_the_number() -> None:
    said = people(
        right(1, land_user_id_number="001190000001", land_user_birth_year=1990),
        right(2, land_user_id_number="001190000001", land_user_birth_year=1991),
    )
    assert list(details("ATT-PERSON-BIRTH", people=said)) == [2]


def test_everybody_s_dates_are_looked_at_and_none_is_repeated() -> None:
    said = people(
        right(0, certificate_issued_on=date(2999, 1, 1)),
        right(1, land_user_birth_year=1017, land_user_birth_date=date(1017, 1, 1)),
        right(2, not_readable="certificate_issued_on+right_role"),
        right(3, land_user_birth_date=date(1960, 1, 1), right_to=date(2999, 1, 1)),
    )
    assert details("ATT-DATE", people=said) == {
        0: "certificate_issued_on:future",
        1: "land_user_birth_year:early+land_user_birth_date:early",
        2: "certificate_issued_on:unreadable",
    }


def results(**said: str) -> pa.Table:
    lines = [{"system": "made", "land_user_key": key, "status": status} for key, status in said.items()]
    return pa.Table.from_pylist(lines, AUTHENTICATION_SCHEMA)


def test_each_land_user_of_a_parcel_is_authenticated_and_counted_once() -> None:
    said = people(
        right(0, land_user_key="A"), right(0, land_user_key="B"), right(1, land_user_key="B"), right(2)
    )
    answers = results(A="found", B="not_found", C="mismatched")
    keys = {"land_user_key": ["A", "B", None, "C"]}
    assert list(details("ATT-USER-NOT-FOUND", columns=keys, people=said, authentication=answers)) == [0, 1]
    assert list(details("ATT-USER-MISMATCHED", columns=keys, people=said, authentication=answers)) == [3]
    judged = verdict(dataset(4, **keys), people=said, authentication=answers)
    assert judged.measured["xac_thuc"] == Portion(1, 4)  # A, B, C and whoever has no key
    assert verdict(dataset(4, **keys), authentication=answers).measured["xac_thuc"] == Portion(1, 3)
    # Spouses without keys are two, of whom the row's own user is one.
    alone = dataset(1, land_user_key=[None], land_user_name=["X"])
    said = people(right(0, land_user_name="X"), right(0, land_user_name="Y"))
    judged = verdict(alone, people=said, authentication=answers)
    assert judged.measured["xac_thuc"] == Portion(0, 2)


def shared(row_no: int, who: str, above: int | None, below: int | None, **more: Any) -> dict[str, Any]:
    return right(row_no, land_user_key=who, share_numerator=above, share_denominator=below, **more)


@pytest.mark.parametrize(
    ("said", "detail"),
    [
        ([shared(1, "A", 1, 3), shared(1, "B", 1, 3), shared(1, "C", 1, 3)], None),
        ([shared(1, "A", 1, 2), shared(1, "B", 2, 3)], "sum"),
        ([shared(1, "A", 1, 2), shared(1, "B", 2, 3, right_to=AS_OF)], None),
        ([shared(1, "A", 1, 2), shared(1, "B", 2, 3, certificate_state="replaced")], None),
        (
            [shared(1, "A", 1, 1, certificate_no="AA 1"), shared(1, "A", 1, 1, certificate_no="AA 2")],
            None,
        ),
        ([shared(1, "A", 1, None)], "self"),
        ([shared(1, "A", 3, 2)], "self"),
        ([shared(1, "A", 0, 2)], "self"),
        ([shared(1, "A", 1, 0)], "self"),
        ([shared(1, "A", 1, 2, right_form="joint")], "self"),
        ([shared(1, "A", None, None, right_form="joint"), shared(1, "B", None, None)], None),
    ],
)
def test_shares_that_contradict_are_told(said: list[dict[str, Any]], detail: str | None) -> None:
    assert details("PER-SHARES", people=people(*said)) == ({} if detail is None else {1: detail})


def test_contradicting_copies_and_rights_that_lead_nowhere_are_told_at_their_parcels() -> None:
    faults = pa.Table.from_pylist(
        [
            {"row_no": row_no, "fault": fault, "what": what}
            for row_no, fault, what in (
                (0, "conflict", "user"),
                (1, "conflict", "user"),
                (1, "conflict", "certificate"),
                (2, "orphan", "certificate"),
                (99, "orphan", "user"),
            )
        ],
        PEOPLE_FAULTS,
    )
    assert details("PER-CONFLICT", people_faults=faults) == {0: "user", 1: "both"}
    assert details("PER-ORPHAN", people_faults=faults) == {2: "certificate"}


NUMBER = st.sampled_from([None, "001190000001", "111111111111", "x", "", "0" * 40, "００１", "12345678"])
DAY = st.sampled_from([None, date(1, 1, 1), date(1990, 1, 1), date(9999, 12, 31)])
WHOLE = st.sampled_from([None, -(2**31), -1, 0, 1, 2, 2**31 - 1])
RIGHT = st.fixed_dictionaries(
    {
        "row_no": st.integers(0, 5),
        "says": st.sampled_from(["right", "right", "transferee", "restriction"]),
        "land_user_key": st.sampled_from([None, "A", "B"]),
        "land_user_id_number": NUMBER,
        "land_user_birth_year": WHOLE,
        "land_user_birth_date": DAY,
        "certificate_issued_on": DAY,
        "right_to": DAY,
        "right_form": st.sampled_from([None, "joint", "shared"]),
        "share_numerator": WHOLE,
        "share_denominator": WHOLE,
        "not_readable": st.sampled_from([None, "land_user_birth_year", "+", "right_from+x"]),
    }
)


@settings(max_examples=counts(40), deadline=None)
@given(rows=st.lists(RIGHT, max_size=10), seed=st.randoms(use_true_random=False))
def test_any_people_in_any_order_are_judged_alike_and_refuse_nothing(rows: list[dict[str, Any]], seed: Any) -> None:  # fmt: skip
    answers = results(A="found", B="not_found")
    one = verdict(dataset(4), people=people(*rows), authentication=answers)
    two = verdict(dataset(4), people=people(*seed.sample(rows, len(rows))), authentication=answers)
    assert one.findings.equals(two.findings)
    assert one.measured == two.measured
    assert one.counts.quarantined == 0
