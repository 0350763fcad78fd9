"""The words for people: every one with its rule and its purpose, and what contradicts itself."""

import pyarrow as pa
import pytest

from parcels import people
from parcels.model import SNAPSHOT_SCHEMA
from parcels.people import (
    BY_NAME,
    FORMS,
    PEOPLE,
    PEOPLE_SCHEMA,
    PURPOSES,
    ROLES,
    Term,
    contradicting_shares,
    says_anything,
)

LISTS = {name: value for name, value in vars(people).items() if isinstance(value, tuple) and value and isinstance(value[0], Term)}  # fmt: skip


@pytest.mark.parametrize("name", LISTS)
def test_every_allowed_value_is_said_in_both_languages_with_its_rule(name: str) -> None:
    terms = LISTS[name]
    assert len({term.code for term in terms}) == len(terms)
    for term in terms:
        assert term.code.isascii()
        assert term.code == term.code.lower()
        assert all((term.vi, term.en, term.rule))
        assert term.said.vi != term.said.en
        assert term.assumed == (term.rule != "-")


def test_every_list_of_values_is_that_of_a_column() -> None:
    assert {id(terms) for terms in LISTS.values()} == {id(each.allowed) for each in PEOPLE if each.allowed}


def test_every_column_of_a_person_is_private_and_has_a_purpose() -> None:
    assert all(each.column.confidentiality == "private" and each.purpose in PURPOSES for each in PEOPLE)
    assert len(BY_NAME) == len(PEOPLE)


def test_columns_of_people_are_not_those_of_a_parcel() -> None:
    """But for the first user and certificate, which a parcel's own row may bring."""
    shared = {each.name for each in PEOPLE} & set(SNAPSHOT_SCHEMA.names)
    assert shared == {
        "land_user_name",
        "land_user_id_number",
        "land_user_birth_year",
        "land_user_key",
        "certificate_no",
        "certificate_issued_on",
    }


def test_the_schema_holds_every_column_once_and_names_its_parcel() -> None:
    assert len(set(PEOPLE_SCHEMA.names)) == len(PEOPLE_SCHEMA)
    assert set(BY_NAME) <= set(PEOPLE_SCHEMA.names)
    assert [field.name for field in PEOPLE_SCHEMA if not field.nullable] == [
        "row_no",
        "part_no",
        "source_row",
        "says",
    ]


def test_a_manager_is_a_role_of_its_own_and_no_form_means_equal_parts() -> None:
    assert "manager" in {role.code for role in ROLES}
    assert {form.code for form in FORMS} == {"sole", "joint", "shared"}


@pytest.mark.parametrize(
    ("form", "above", "below", "wrong"),
    [
        ("joint", None, None, False),
        ("joint", 1, 2, True),
        ("shared", 1, 2, False),
        ("shared", None, None, False),
        (None, 1, 1, False),
        (None, None, None, False),
        ("shared", 1, None, True),
        ("shared", None, 2, True),
        ("shared", 0, 2, True),
        ("shared", 3, 2, True),
        ("shared", 1, 0, True),
        ("shared", -1, -2, True),
    ],
)
def test_a_share_is_of_something_that_is_held_in_shares(
    form: str | None, above: int | None, below: int | None, *, wrong: bool
) -> None:
    table = pa.table(
        {"right_form": [form], "share_numerator": [above], "share_denominator": [below]},
        schema=pa.schema(
            [PEOPLE_SCHEMA.field(name) for name in ("right_form", "share_numerator", "share_denominator")]
        ),
    )
    assert contradicting_shares(table).to_pylist() == [wrong]


def test_a_row_says_something_of_a_record_or_nothing() -> None:
    table = pa.table({"transferee_name": pa.array([None, "A"]), "right_role": pa.array(["user", None])})
    assert says_anything(table, people.TRANSFEREE).to_pylist() == [False, True]
    assert says_anything(table, people.RIGHT).to_pylist() == [True, False]
    assert says_anything(table, people.RESTRICTION).to_pylist() == [False, False]
