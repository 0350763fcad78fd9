"""Users, certificates and rights that rows name, held against a reading of their definition a row at a time."""

import json
import random
import unicodedata
from collections import Counter
from datetime import date
from typing import Any, NamedTuple

import pyarrow as pa
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from parcels.columns import HASH_VERSIONS, RECORDS
from parcels.model import SNAPSHOT_SCHEMA
from parcels.people import PEOPLE_SCHEMA
from sync.keys import PrivateKey
from sync.load.holders import holders_of
from sync.load.refs import refs_of
from tests.conftest import KEY, ROOT, counts
from tests.support.plain_holders import (
    CERTIFICATE,
    OF_RIGHT,
    RIGHT,
    STORED,
    USER,
    Row,
    certificate_payload,
    composed,
    content_payload,
    keyed,
    plain_holders,
    ref,
    user_payload,
)

STORE, OTHER = PrivateKey(KEY).store("01"), PrivateKey(KEY).store("79")
OWN = (*USER[:4], *CERTIFICATE[:2])
ROWS_SCHEMA = pa.schema([SNAPSHOT_SCHEMA.field(name) for name in ("row_no", "source_system", *OWN)])


def row(number: int, system: str = "vbdlis", **said: Any) -> Row:
    return {"row_no": number, "source_system": system, **said}


def right(number: int, **said: Any) -> Row:
    return {"row_no": number, "part_no": 0, "source_row": 0, "says": "right", **said}


class Holders(NamedTuple):
    """The three tables, in the order of a definition that speaks of users first."""

    users: pa.Table
    certificates: pa.Table
    rights: pa.Table


def holders(rows: list[Row], people: list[Row] = (), key: bytes = STORE) -> Holders:  # type: ignore[assignment]
    tables = dict(
        holders_of(
            pa.Table.from_pylist(rows, ROWS_SCHEMA), pa.Table.from_pylist(list(people), PEOPLE_SCHEMA), key
        )
    )
    return Holders(tables["land_user"], tables["certificate"], tables["land_right"])


def user_refs(found: Holders) -> list[str]:
    refs: list[str] = found.users["user_ref"].to_pylist()
    return refs


# Names, numbers and days of few values, so that one row names the same one twice, and two rows the same.
NAMES = st.sampled_from(
    [
        "Lê Thị Hoà",
        "LÊ  THỊ HÒA",
        unicodedata.normalize("NFD", "Lê Thị Hoà"),
        "Lê Hùng",
        "Lê Hưng",
        "N;",
        "",
        "Ý",
        "í",
    ]
)
VALUES: dict[str, st.SearchStrategy[Any]] = {
    "land_user_name": NAMES,
    "land_user_id_number": st.sampled_from(["001", "0 01", "BI 1", "by1", "00 0", "5"]),
    "land_user_birth_year": st.sampled_from([1960, 1990]),
    "land_user_key": st.sampled_from(["u1", "U1", "1:u;"]),
    "land_user_kind": st.just("individual"),
    "land_user_birth_date": st.just(date(1960, 1, 2)),
    "land_user_address": st.sampled_from(["Thôn 1", "Thôn 2"]),
    "certificate_no": st.sampled_from(["AB 1", "ab1", "BY 1", "BI 1"]),
    "certificate_issued_on": st.sampled_from([date(2015, 1, 1), date(2020, 1, 1)]),
    "certificate_key": st.sampled_from(["g1", "g2"]),
    "certificate_book_no": st.sampled_from(["CH 1", "ch1", "CH 2"]),
    "certificate_state": st.just("live"),
    "right_key": st.sampled_from(["q1", "q2"]),
    "right_role": st.sampled_from(["user", "spouse"]),
    "share_numerator": st.just(1),
    "share_denominator": st.sampled_from([2, 3]),
    "right_from": st.just(date(2020, 1, 1)),
}


def said(*names: str) -> st.SearchStrategy[Row]:
    return st.fixed_dictionaries({}, optional={name: VALUES[name] for name in names})


@st.composite
def deliveries(draw: st.DrawFn) -> tuple[list[Row], list[Row]]:
    rows = [
        row(7 + 2 * at, draw(st.sampled_from(["vbdlis", "vilis"])), **draw(said(*OWN)))
        for at in range(draw(st.integers(0, 6)))
    ]
    numbers = st.sampled_from([each["row_no"] for each in rows] + [99])
    people = [
        right(draw(numbers), **draw(said(*VALUES)))
        | {"says": draw(st.sampled_from(["right"] * 5 + ["transferee"]))}
        for _ in range(draw(st.integers(0, 16)))
    ]
    return rows, people


@settings(max_examples=counts(15), deadline=None)
@given(deliveries(), st.randoms(use_true_random=False))
def test_they_are_their_written_definition_and_no_order_of_rows_matters(
    delivered: tuple[list[Row], list[Row]], chance: random.Random
) -> None:
    rows, people = delivered
    found = holders(rows, people)
    for table, expected in zip(found, plain_holders(rows, people, STORE), strict=True):
        assert sorted(map(repr, table.to_pylist())) == sorted(map(repr, expected))
    chance.shuffle(rows)
    chance.shuffle(people)
    assert all(a.equals(b) for a, b in zip(found, holders(rows, people), strict=True))


@settings(max_examples=counts(15), deadline=None)
@given(deliveries())
def test_what_they_promise_holds(delivered: tuple[list[Row], list[Row]]) -> None:
    """A right names somebody who is described; items count from 1, each content once."""
    found = holders(*delivered)
    users = {(each["row_no"], each["user_ref"]) for each in found.users.to_pylist()}
    rights = found.rights.to_pylist()
    assert {(each["row_no"], each["user_ref"]) for each in rights if each["user_ref"]} == users
    assert all(each["user_ref"] or each["certificate_ref"] for each in rights)
    assert all(each["user_ref"] and each["user_bound"] is not None for each in found.users.to_pylist())
    for items in map(pa.Table.to_pylist, found):
        for number, count in Counter(each["row_no"] for each in items).items():
            mine = [each for each in items if each["row_no"] == number]
            assert [each["item_no"] for each in mine] == list(range(1, count + 1))
            assert len({each["content_hash"] for each in mine}) == count
    assert not set(user_refs(found)) & set(user_refs(holders(*delivered, key=OTHER)))


TEXT = st.text(st.characters(codec="utf-8", exclude_characters="\x00"), min_size=1, max_size=6)


@settings(max_examples=counts(15), deadline=None)
@given(
    st.lists(
        st.tuples(st.sampled_from(["a", "a;1:b", "b"]), st.sampled_from(["1", "1;N", "N;"]) | TEXT),
        min_size=2,
        max_size=30,
        unique_by=lambda pair: (pair[0], unicodedata.normalize("NFC", pair[1])),
    )
)
def test_another_key_or_another_system_is_another_ref(pairs: list[tuple[str, str]]) -> None:
    rows = [row(at, system, land_user_key=key) for at, (system, key) in enumerate(pairs)]
    assert len(set(user_refs(holders(rows)))) == len(pairs)


HOA: Row = {"land_user_name": "Lê Thị Hoà", "land_user_id_number": "001", "land_user_birth_year": 1960}
NAMELESS = HOA | {"land_user_id_number": None}


@pytest.mark.parametrize(
    ("one", "other", "people"),
    [
        (HOA | {"land_user_key": "u1"}, {"land_user_name": "Trần Hoa", "land_user_key": "u1"}, 1),
        (HOA | {"land_user_key": "u1"}, HOA | {"land_user_key": "U1"}, 2),
        (HOA | {"land_user_key": "u1"}, HOA, 2),  # without his key he is another one
        (HOA, HOA | {"land_user_name": unicodedata.normalize("NFD", "LÊ  thị HÒA")}, 1),
        (HOA, HOA | {"land_user_birth_year": 1961, "land_user_id_number": " 0 01"}, 1),
        (HOA, HOA | {"land_user_name": "Lê Văn Nam"}, 2),  # the father's number for all
        (HOA | {"land_user_name": "Lê Hùng"}, HOA | {"land_user_name": "Lê Hưng"}, 2),
        (HOA, HOA | {"land_user_name": None}, 2),
        (HOA | {"land_user_id_number": "000 000 000"}, NAMELESS, 1),  # no number: one ref, as below
        (NAMELESS, NAMELESS, 1),  # one ref; bound to two parcels they are two
        (NAMELESS, NAMELESS | {"land_user_birth_year": 1961}, 2),
    ],
)
def test_who_is_the_same_on_two_parcels(one: Row, other: Row, people: int) -> None:
    found = holders([row(1, **one), row(2, **other)])
    assert len(set(user_refs(found))) == people
    bound = one.get("land_user_id_number") != "001" and not one.get("land_user_key")
    assert found.users["user_bound"].to_pylist()[0] == bound


@pytest.mark.parametrize(
    ("one", "other", "papers"),
    [
        ({"certificate_key": "g1"}, {"certificate_key": "g1", "certificate_no": "AB 1"}, 1),
        ({"certificate_key": "g1", "certificate_no": "AB 1"}, {"certificate_no": "AB 1"}, 2),
        ({"certificate_no": "AB 1"}, {"certificate_no": "ab1", "certificate_state": "revoked"}, 1),
        ({"certificate_no": "BY 1"}, {"certificate_no": "BI 1"}, 2),  # as names they would be one
        ({"certificate_book_no": "CH 1"}, {"certificate_book_no": "CH 2"}, 2),
        ({"certificate_state": "live"}, {"certificate_state": "live"}, 1),  # one ref, two uids
    ],
)
def test_which_certificate_is_the_same_on_two_parcels(one: Row, other: Row, papers: int) -> None:
    found = holders([row(1), row(2)], [right(1, **one), right(2, **other)])
    assert len(set(found.certificates["certificate_ref"].to_pylist())) == papers


def test_spouses_called_the_same_on_one_parcel_are_two_wherever_the_file_names_them() -> None:
    her, him = NAMELESS | {"land_user_gender": "female"}, NAMELESS | {"land_user_gender": "male"}
    found = holders([row(1)], [right(1, **him), right(1, **her)])
    assert found.rights.num_rows == 2
    turned = holders([row(1)], [right(1, **her), right(1, **him)])
    assert all(a.equals(b) for a, b in zip(found, turned, strict=True))
    # One of them describes himself further: she stays who she was.
    later = holders([row(1)], [right(1, **her), right(1, **him, land_user_address="Thôn 1")])
    assert set(user_refs(later)) == set(user_refs(found))
    # Described the same, nobody can tell them apart: they are one, with one right.
    assert holders([row(1)], [right(1, **him), right(1, **him)]).rights.num_rows == 1
    # On two certificates he is one with two rights.
    two = holders([row(1)], [right(1, **him, certificate_no="AB 1"), right(1, **him, certificate_no="AB 2")])
    assert (two.rights.num_rows, len(set(user_refs(two))), two.users.num_rows) == (2, 1, 1)


def test_a_name_spelled_in_two_ways_is_told_twice_and_one_right() -> None:
    found = holders(
        [row(1)], [right(1, **HOA, right_key="q1"), right(1, **HOA | {"land_user_name": "LÊ THỊ HOÀ"})]
    )
    assert (found.rights.num_rows, found.users.num_rows, len(set(user_refs(found)))) == (1, 2, 1)


def test_a_row_s_own_user_and_certificate_are_a_right_where_nobody_else_says_one() -> None:
    rows = [
        row(1, **HOA, certificate_no="AB 1"),
        row(2, **HOA),
        row(3, certificate_no="AB 1"),
        row(4),
        row(5, **HOA),
        row(6, **HOA),
    ]
    people = [
        right(5, land_user_name="Nam", right_role="user"),
        right(6, right_role="user"),  # names nobody, so it is no right
        right(9, land_user_name="Ai đó"),  # of a row that is not accepted
    ]
    found = holders(rows, people).rights.to_pylist()
    named = [(each["row_no"], bool(each["user_ref"]), bool(each["certificate_ref"])) for each in found]
    assert named == [
        (1, True, True),
        (2, True, False),
        (3, False, True),
        (5, True, False),
        (6, True, False),
    ]
    assert found[0]["user_ref"] == found[1]["user_ref"] == found[4]["user_ref"] != found[3]["user_ref"]
    assert found[0]["certificate_ref"] == found[2]["certificate_ref"]


def test_the_columns_are_those_of_the_definition() -> None:
    for record, table in dict(
        zip(("land_user", "certificate", "land_right"), holders([]), strict=True)
    ).items():
        assert table.column_names == ["row_no", "item_no", *STORED[record], "content_hash"]
        assert tuple(column.name for column in RECORDS[record]) == STORED[record]  # type: ignore[index]
        assert HASH_VERSIONS[record] == 2  # type: ignore[index]


VECTORS = json.loads((ROOT / "tests" / "fixtures" / "holders_v1.json").read_text(encoding="utf-8"))


def read(name: str, value: Any) -> Any:
    return date.fromisoformat(value) if value and name.endswith(("_on", "_date", "_from", "_to")) else value


@pytest.mark.parametrize("vector", VECTORS["refs"], ids=lambda vector: str(vector["ref"])[:8])
def test_the_published_vectors_of_refs(vector: dict[str, Any]) -> None:
    """Of the first of some that one row names: by hashlib and hmac alone, and as they are made."""
    store = PrivateKey(bytes.fromhex(VECTORS["key"])).store(vector["province"])
    assert ref(store, vector["payload"]) == vector["ref"]
    entity = vector["entity"]
    names, payload = {
        "land_user": (USER, user_payload),
        "certificate": (CERTIFICATE, certificate_payload),
    }[entity]
    named = [{name: read(name, value) for name, value in each.items()} for each in vector["named"]]
    whole = [composed(each, names) for each in named]
    assert payload(whole[0], vector["system"], whole) == (vector["payload"], vector["bound"])
    found = holders([row(1, vector["system"])], [right(1, **each) for each in named], store)
    table = found.users if entity == "land_user" else found.certificates
    first = next(each for each in table.to_pylist() if {name: each[name] for name in names} == whole[0])
    kind = "user" if entity == "land_user" else "certificate"
    assert (first[f"{kind}_ref"], first[f"{kind}_bound"]) == (vector["ref"], vector["bound"])


@pytest.mark.parametrize("vector", VECTORS["hashes"], ids=lambda vector: str(vector["hash"])[:8])
def test_the_published_vectors_of_contents(vector: dict[str, Any]) -> None:
    store = PrivateKey(bytes.fromhex(VECTORS["key"])).store(vector["province"])
    assert keyed(store, vector["payload"]).hex() == vector["hash"]
    values = {name: read(name, value) for name, value in vector["values"].items()}
    found = holders([row(1, vector["system"])], [right(1, **values)], store)
    tables = {"land_user": found.users, "certificate": found.certificates, "land_right": found.rights}
    (content,) = tables[vector["record"]].to_pylist()
    assert content["content_hash"] == "\\x" + vector["hash"].upper()
    assert (
        content_payload(vector["record"], [content[name] for name in STORED[vector["record"]]])
        == vector["payload"]
    )


def test_nobody_has_no_ref() -> None:
    empty = pa.table({"row_no": pa.array([], pa.int64()), "source_system": pa.array([], pa.string())})
    assert [len(each) for each in refs_of("land_user", empty, STORE)] == [0, 0]
    assert set(OF_RIGHT) < set(RIGHT)
