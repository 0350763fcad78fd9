"""Tables of users, certificates, rights and restrictions: joined by key, each row used or told, whatever their order."""

from collections import Counter
from pathlib import Path
from typing import Any

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from parcels.arrays import count_values
from parcels.model import ARROW_TYPES
from parcels.people import BY_NAME, PEOPLE_SCHEMA
from sync.conform.people_tables import PeopleTable, joined_people
from sync.declared.tables import PARCEL_KEY, Holds
from tests.conftest import counts
from tests.support.owners import asked, parcels, row

Rows = list[dict[str, Any]]


def table_of(holds: Holds, rows: Rows) -> PeopleTable:
    names = dict.fromkeys(name for row in rows for name in row)
    types = {
        name: ARROW_TYPES[BY_NAME[name].column.kind] if name in BY_NAME else pa.string() for name in names
    }
    columns = {name: pa.array([row.get(name) for row in rows], types[name]) for name in names}
    return PeopleTable(holds, 3, pa.table({"source_row": pa.array(np.arange(len(rows)) + 1), **columns}))


def row_counts(told: pa.Table, holds: Holds) -> dict[str, int]:
    """Why → rows of one table that were not used."""
    return count_values(told.filter(pc.equal(told["holds"], holds))["why"])


def parcels_of(*keys: str | None) -> pa.Table:
    return pa.table({"row_no": pa.array(np.arange(len(keys))), "source_key": pa.array(keys, pa.string())})


def joined(parcels: pa.Table, **tables: Rows) -> tuple[Rows, pa.Table]:
    made = [table_of(holds, rows) for holds, rows in tables.items() if rows]  # type: ignore[arg-type]
    people, told = joined_people(parcels, made)
    assert people.schema == PEOPLE_SCHEMA
    for holds, rows in tables.items():
        used = sum(each["says"] == holds[:-1] for each in people.to_pylist())
        left = sum(row_counts(told, holds).values())  # type: ignore[arg-type]
        if holds in ("rights", "restrictions"):
            assert len(rows) == used + left
        assert left <= len(rows)
    assert len({(row["holds"], row["row"]) for row in told.to_pylist()}) == told.num_rows
    said = [{name: value for name, value in row.items() if value is not None} for row in people.to_pylist()]
    return said, told


def user(key: str | None, name: str | None = None, **more: Any) -> dict[str, Any]:
    return {"land_user_key": key, "land_user_name": name} | more


def right(parcel: str | None, who: str | None, paper: str | None = None, **more: Any) -> dict[str, Any]:
    return {PARCEL_KEY: parcel, "land_user_key": who, "certificate_key": paper} | more


def paper(key: str | None, number: str | None = None) -> dict[str, Any]:
    return {"certificate_key": key, "certificate_no": number}


def test_spouses_share_a_certificate_over_three_parcels() -> None:
    people, told = joined(
        parcels_of("T1", "T2", "T3"),
        users=[user("U1", "A"), user("U2", "B")],
        certificates=[paper("C1", "AB 1")],
        rights=[
            right(parcel, who, "C1", right_form="joint")
            for parcel in ("T1", "T2", "T3")
            for who in ("U1", "U2")
        ],
    )
    assert [(each["row_no"], each["land_user_name"], each["certificate_no"]) for each in people] == [
        (n, who, "AB 1") for n in range(3) for who in ("A", "B")
    ]
    assert told.num_rows == 0
    assert not any("share_numerator" in each for each in people)


def test_every_fault_is_its_row_s_alone() -> None:
    people, told = joined(
        parcels_of("T1", "T2", "T2", None),
        users=[user("U1", "A"), user(None, "X"), user("U9", "nobody's")],
        certificates=[paper("C1", "AB 1"), paper("C1", "AB 1")],
        rights=[
            right("T1", "U1", "C1"),
            right("T1", "U1", "C1"),
            right("T9", "U1"),
            right(None, "U1"),
            right("T2", "U1"),
            right("T1", "U8"),
            right("T1", "U1", "C8"),
            right("T1", None),
        ],
        restrictions=[
            {PARCEL_KEY: "T1", "restriction_kind": "mortgage"},
            {PARCEL_KEY: "T8", "restriction_kind": "dispute"},
        ],
    )
    assert [(each["row_no"], each["says"]) for each in people] == [(0, "restriction"), (0, "right")]
    assert row_counts(told, "rights") == {
        "certificate_unknown": 1,
        "names_nobody": 1,
        "no_key": 1,
        "parcel_several": 1,
        "parcel_unknown": 1,
        "repeated": 1,
        "user_unknown": 1,
    }
    assert row_counts(told, "users") == {"by_nobody": 1, "no_key": 1}
    assert row_counts(told, "certificates") == {"repeated": 1}
    assert row_counts(told, "restrictions") == {"parcel_unknown": 1}


def test_of_contradicting_copies_of_a_user_most_count() -> None:
    for names in (["A", "B", "B"], ["B", "A", "B"], ["B", "B", "A"]):
        people, told = joined(
            parcels_of("T1"), users=[user("U1", name) for name in names], rights=[right("T1", "U1")]
        )
        assert people[0]["land_user_name"] == "B"
        assert row_counts(told, "users") == {"conflict": 1, "repeated": 1}


def test_a_certificate_that_names_nobody_is_a_right_of_its_parcel() -> None:
    people, _ = joined(parcels_of("T1"), certificates=[paper("C1", "AB 1")], rights=[right("T1", None, "C1")])
    assert people == [
        {
            "row_no": 0,
            "part_no": 3,
            "source_row": 1,
            "says": "right",
            "certificate_no": "AB 1",
            "certificate_key": "C1",
        }
    ]


def test_nothing_delivered_is_nothing_said() -> None:
    people, told = joined_people(parcels_of("T1"), [])
    assert (people.num_rows, told.num_rows) == (0, 0)


def test_tables_and_form_pl3_01_say_the_same_of_people(tmp_path: Path) -> None:
    """Spouses, a certificate over three parcels, a user of many: but for keys, and for which row says it."""
    rows = [
        row(str(n), person_name=name, person_number=number, certificate_no="AB 1", user_role="đồng sở hữu")
        for n in (1, 2, 3)
        for name, number in (("A", "001080000001"), ("B", "001180000002"))
    ]
    _, form, _ = asked(rows, parcels(["1", "2", "3"]), tmp_path)
    tables, _ = joined(
        parcels_of("1", "2", "3"),
        users=[
            user("U1", "A", land_user_id_number="001080000001"),
            user("U2", "B", land_user_id_number="001180000002"),
        ],
        certificates=[paper("C1", "AB 1")],
        rights=[right(str(n), who, "C1", right_role="co_user") for n in (1, 2, 3) for who in ("U2", "U1")],
    )
    assert len(form) == 6
    assert content(without_handles(form)) == content(without_handles(tables))


def without_handles(people: Rows) -> Rows:
    return [
        {name: value for name, value in each.items() if not name.endswith("_key") and name != "part_no"}
        for each in people
    ]


KEY = st.sampled_from(["1", "2", "3", None])
TABLES = st.fixed_dictionaries(
    {
        "users": st.lists(st.builds(user, KEY, st.sampled_from(["A", "B", None])), max_size=8),
        "certificates": st.lists(st.builds(paper, KEY, st.sampled_from(["AB 1", "AB 2", None])), max_size=8),
        "rights": st.lists(
            st.builds(right, st.sampled_from(["T1", "T2", "T3", "T9", None]), KEY, KEY, right_role=st.sampled_from(["user", None])),
            max_size=12,
        ),
        "restrictions": st.lists(
            st.fixed_dictionaries({PARCEL_KEY: st.sampled_from(["T1", "T9", None]), "restriction_kind": st.sampled_from(["mortgage", None])}),
            max_size=4,
        ),
    }
)  # fmt: skip


@settings(max_examples=counts(60), deadline=None)
@given(tables=TABLES, seed=st.randoms(use_true_random=False))
def test_any_tables_in_any_order_say_the_same(tables: dict[str, Rows], seed: Any) -> None:
    parcels = parcels_of("T1", "T2", "T3", "T3", None)
    people, told = joined(parcels, **tables)
    shuffled = {holds: seed.sample(rows, len(rows)) for holds, rows in tables.items()}
    again, told_again = joined(parcels, **shuffled)
    assert content(people) == content(again)
    assert Counter(zip(told["holds"].to_pylist(), told["why"].to_pylist(), strict=True)) == Counter(
        zip(told_again["holds"].to_pylist(), told_again["why"].to_pylist(), strict=True)
    )
    keys = {holds: {row[key] for row in tables[holds]} - {None} for holds, key in (("users", "land_user_key"), ("certificates", "certificate_key"))}  # fmt: skip
    expected = {
        (row[PARCEL_KEY], row["land_user_key"], row["certificate_key"], row["right_role"])
        for row in tables["rights"]
        if row[PARCEL_KEY] in ("T1", "T2")
        and row["land_user_key"] in keys["users"] | {None}
        and row["certificate_key"] in keys["certificates"] | {None}
        and (row["land_user_key"] or row["certificate_key"])
    }
    found = [
        (
            f"T{each['row_no'] + 1}",
            each.get("land_user_key"),
            each.get("certificate_key"),
            each.get("right_role"),
        )
        for each in people
        if each["says"] == "right"
    ]
    assert len(found) == len(set(found))
    assert set(found) == expected


def content(people: Rows) -> Counter[tuple[tuple[str, str], ...]]:
    return Counter(
        tuple(sorted((name, str(value)) for name, value in each.items() if name != "source_row"))
        for each in people
    )


@pytest.mark.parametrize("n", [200_000])
def test_so_many_rights_are_joined_without_walking_them(n: int) -> None:
    at = np.arange(n)
    keys = pa.array(at // 2).cast(pa.string())
    rights = pa.table(
        {"source_row": pa.array(at), PARCEL_KEY: keys, "land_user_key": pa.array(at).cast(pa.string())}
    )
    users = pa.table({"source_row": pa.array(at), "land_user_key": pa.array(at).cast(pa.string())})
    parcels = pa.table(
        {"row_no": pa.array(np.arange(n // 2)), "source_key": pa.array(np.arange(n // 2)).cast(pa.string())}
    )
    people, told = joined_people(parcels, [PeopleTable("rights", 1, rights), PeopleTable("users", 2, users)])
    assert (people.num_rows, told.num_rows) == (n, 0)


def test_of_a_parcel_with_more_rights_than_can_be_kept_none_is_used(monkeypatch: pytest.MonkeyPatch) -> None:
    """A key that is the same in every row of a table names no parcel."""
    monkeypatch.setattr("sync.conform.people_tables.MOST_OF_A_PARCEL", 3)
    users = [user(f"u{n}", "A") for n in range(4)]
    rights = [right("p1", f"u{n}") for n in range(4)] + [right("p2", f"u{n}") for n in (0, 1, 2, 2)]
    people, told = joined(parcels_of("p1", "p2"), users=users, rights=rights)
    assert [row["row_no"] for row in people] == [1, 1, 1]
    assert row_counts(told, "rights") == {"too_many": 4, "repeated": 1}
    assert row_counts(told, "users") == {"by_nobody": 1}
