"""What becomes of people, rights and certificates, case by case, as a registrar would answer; nothing of the product is asked."""

from collections import Counter
from dataclasses import dataclass, field, replace
from datetime import date
from itertools import permutations

import pytest

from tests.model.people.judgement import deliver
from tests.model.people.register import Outcome, Register
from tests.model.people.said import (
    Accepted,
    Brought,
    Certificate,
    Restriction,
    Right,
    Said,
    Says,
    Transferee,
    User,
)

A, B = "00004", "00008"
BOTH = {"restriction": frozenset((A, B)), "transferee": frozenset((A, B))}
BOOK = Certificate("AB 1", date(2020, 1, 1), "c1", state="live")
HOA = User("Lê Thị Hoà", "001", 1960, "u1")
NAM = User("Lê Văn Nam", "002", 1958, "u2")
LAN = User("Lê Thị Lan", "003", 1990, "u3")
NAMELESS = replace(HOA, key=None, id_number=None)


def has(user: User | None, certificate: Certificate | None = BOOK, role: str = "user") -> Right:
    return Right(user, certificate, role)


def parcel(
    uid: int, *says: Says, commune: str = A, system: str = "vbdlis", own: Right | None = None
) -> Accepted:
    return Accepted(uid, commune, system, Said(own, says))


@dataclass
class Book:
    """A province's register, night after night."""

    register: Register = field(default_factory=Register)

    def brings(
        self, *rows: Accepted, ended: tuple[int, ...] = (), spoken: dict[str, frozenset[str]] | None = None
    ) -> Outcome:
        return deliver(
            self.register,
            Brought(rows, dict.fromkeys(ended, A), BOTH if spoken is None else spoken),
        )

    def names(self, uid: int) -> list[str | None]:
        """Of the users of a parcel's rights."""
        users = {each.who: each.values.name for each in self.register.of("land_user", uid)}
        return sorted(users[right.user] for right in self.register.of("land_right", uid))

    def people(self) -> int:
        """How many users there are, over all parcels."""
        return len(
            {
                each.who
                for (record, _), has in self.register.live.items()
                if record == "land_user"
                for each in has
            }
        )

    def closed(self) -> Counter[str]:
        return Counter(each.record for each in self.register.closed)


def some(counts: Counter[tuple[str, str]]) -> dict[str, int]:
    return {record: count for (_, record), count in counts.items() if count}


# One change is one version.


def test_a_co_owner_who_joins_is_one_new_right_wherever_the_file_names_him() -> None:
    for order in permutations((has(HOA), has(NAM), has(LAN, role="co_user"))):
        book = Book()
        book.brings(parcel(1, has(HOA), has(NAM)))
        outcome = book.brings(parcel(1, *order))
        assert (some(outcome.changed), some(outcome.closed), outcome.touched) == ({}, {}, {1})
        assert book.names(1) == ["Lê Thị Hoà", "Lê Thị Lan", "Lê Văn Nam"]
        assert not book.register.closed


def test_a_co_owner_who_leaves_is_one_closed_user_and_one_closed_right() -> None:
    book = Book()
    book.brings(parcel(1, has(HOA), has(NAM)), parcel(2, has(NAM)))
    outcome = book.brings(parcel(1, has(HOA)), parcel(2, has(NAM)))
    assert some(outcome.closed) == {"land_user": 1, "land_right": 1}
    assert some(outcome.changed) == {"land_user": 1}  # the right only ties whom it tied
    assert book.closed() == {"land_user": 1, "land_right": 1}


def test_a_new_name_is_a_version_on_every_parcel_and_no_right_changes() -> None:
    book = Book()
    book.brings(parcel(1, has(HOA)), parcel(2, has(HOA), commune=B))
    renamed = replace(HOA, name="Lê Thị Hoà Bình")
    outcome = book.brings(parcel(1, has(renamed)), parcel(2, has(renamed), commune=B))
    assert outcome.changed == {(A, "land_user"): 1, (B, "land_user"): 1} | dict.fromkeys(
        outcome.changed.keys() - {(A, "land_user"), (B, "land_user")}, 0
    )
    assert book.closed() == {"land_user": 2}


def test_one_parcel_s_row_describes_him_there_and_nowhere_else() -> None:
    book = Book()
    book.brings(parcel(1, has(HOA)), parcel(2, has(HOA)))
    book.brings(parcel(2, has(replace(HOA, name="Lê Hoà"))))
    assert (book.names(1), book.names(2), book.people()) == (["Lê Thị Hoà"], ["Lê Hoà"], 1)


def test_a_share_that_changes_is_one_version_of_its_right() -> None:
    book = Book()
    half = Right(HOA, BOOK, "co_user", "shared", 1, 2)
    book.brings(parcel(1, half, replace(half, user=NAM)))
    outcome = book.brings(parcel(1, replace(half, denominator=3), replace(half, user=NAM)))
    assert some(outcome.changed) == {"land_right": 1}
    assert book.closed() == {"land_right": 1}


def test_a_certificate_replaced_is_another_one_on_the_same_users() -> None:
    book = Book()
    book.brings(parcel(1, has(HOA), has(NAM)))
    new = Certificate("AB 9", date(2026, 1, 1), "c9", state="live")
    book.brings(parcel(1, has(HOA, new), has(NAM, new)))
    assert book.closed() == {"certificate": 1, "land_right": 2}


def test_a_user_described_twice_is_there_twice_and_has_one_right() -> None:
    book = Book()
    book.brings(parcel(1, has(HOA), has(replace(HOA, address="Thôn 2"))))
    assert len(book.register.of("land_user", 1)) == 2
    assert len(book.register.of("land_right", 1)) == 1
    assert book.people() == 1


# Who is who.


@pytest.mark.parametrize(
    ("one", "other", "people"),
    [
        (HOA, replace(HOA, name="Trần Thị Hoa", id_number="009"), 1),  # the key alone
        (HOA, replace(HOA, key="u9"), 2),
        (HOA, replace(HOA, key=None), 2),  # without his key he is another one
        (replace(HOA, key=None), replace(HOA, key=None, name="LÊ  thị Hòa"), 1),  # number and name
        (replace(HOA, key=None), replace(HOA, key=None, id_number="0 01"), 1),
        (replace(HOA, key=None), replace(HOA, key=None, birth_year=1961), 1),
        (replace(HOA, key=None), replace(HOA, key=None, name="Lê Văn Nam"), 2),  # the father's number for all
        (replace(HOA, key=None, name="Lê Lý"), replace(HOA, key=None, name="Lê Lí"), 1),
        (replace(HOA, key=None, name="Lê Hùng"), replace(HOA, key=None, name="Lê Hưng"), 2),
        (replace(HOA, key=None, name="Hòa"), replace(HOA, key=None, name="Hóa"), 2),
        (replace(HOA, key=None, id_number="000"), replace(HOA, key=None, id_number="000"), 2),  # no number
        (NAMELESS, NAMELESS, 2),  # two called the same, of two parcels
    ],
)
def test_who_is_the_same_on_two_parcels(one: User, other: User, people: int) -> None:
    book = Book()
    book.brings(parcel(1, has(one)), parcel(2, has(other)))
    assert book.people() == people


def test_a_key_is_of_its_system_and_a_number_is_not() -> None:
    for user, people in ((HOA, 2), (replace(HOA, key=None), 1)):
        book = Book()
        book.brings(parcel(1, has(user)), parcel(2, has(user), system="ilis"))
        assert book.people() == people


def test_without_key_and_number_he_is_himself_on_his_parcel_night_after_night() -> None:
    book = Book()
    book.brings(parcel(1, has(NAMELESS), has(replace(NAMELESS, birth_year=1990))))
    before = {each.who for each in book.register.of("land_user", 1)}
    moved = parcel(
        1, has(replace(NAMELESS, address="Thôn 1")), has(replace(NAMELESS, birth_year=1990)), commune=B
    )
    book.brings(moved)
    assert {each.who for each in book.register.of("land_user", 1)} == before
    assert book.closed() == {"land_user": 1}


def test_two_called_the_same_on_one_parcel_are_two_and_one_on_two_certificates_is_one() -> None:
    book = Book()
    father, son = replace(NAMELESS, address="Thôn 1"), replace(NAMELESS, address="Thôn 2")
    book.brings(parcel(1, has(father), has(son)), parcel(2, has(father), has(father, None)))
    assert len({right.user for right in book.register.of("land_right", 1)}) == 2
    assert len({right.user for right in book.register.of("land_right", 2)}) == 1
    assert book.people() == 3


def test_which_of_several_called_the_same_is_told_by_content_and_who_leaves_passes_his_turn_on() -> None:
    for order in permutations((3, 1, 2)):
        book = Book()
        alike = [has(replace(NAMELESS, address=f"Thôn {turn}")) for turn in order]
        book.brings(parcel(1, *alike, has(NAMELESS)))
        turns = {each.who[-1]: each.values.address for each in book.register.of("land_user", 1)}
        assert turns == {0: "Thôn 1", 1: "Thôn 2", 2: "Thôn 3", 3: None}
        book.brings(parcel(1, *(each for each in alike if each.user and each.user.address != "Thôn 1")))
        assert {each.who[-1] for each in book.register.of("land_user", 1)} == {0, 1}
        assert book.closed() == {"land_user": 4, "land_right": 2}


def test_a_certificate_is_its_key_s_else_its_number_s_else_its_parcel_s() -> None:
    keyless = replace(BOOK, key=None)
    blank = Certificate(issued_on=date(2020, 1, 1), book_no="CH 1")
    for one, other, papers in (
        (BOOK, replace(BOOK, no="AB 2"), 1),
        (BOOK, keyless, 2),
        (keyless, replace(keyless, no="ab1"), 1),
        (blank, blank, 2),
    ):
        book = Book()
        book.brings(parcel(1, has(HOA, one)), parcel(2, has(HOA, other)))
        assert (
            len({right.certificate for uid in (1, 2) for right in book.register.of("land_right", uid)})
            == papers
        )
    book.brings(
        parcel(
            1,
            has(HOA, blank),
            has(NAM, replace(blank, book_no="CH 2")),
            has(LAN, replace(blank, state="live")),
        )
    )
    assert len({right.certificate for right in book.register.of("land_right", 1)}) == 3


# What a delivery speaks of.


def test_a_row_of_parcels_says_its_own_people_where_nothing_else_names_any() -> None:
    nobody = Right(User(), None, "user")
    for own, says, names in (
        (has(HOA), (), ["Lê Thị Hoà"]),
        (has(HOA), (nobody,), ["Lê Thị Hoà"]),
        (has(HOA), (has(NAM),), ["Lê Văn Nam"]),
        (nobody, (nobody,), []),
    ):
        book = Book()
        book.brings(parcel(1, *says, own=own))
        assert book.names(1) == names


def test_an_accepted_row_without_people_says_that_there_are_none() -> None:
    book = Book()
    book.brings(parcel(1, has(HOA)), parcel(2, has(NAM)))
    outcome = book.brings(parcel(2))
    assert some(outcome.closed) == {"land_user": 1, "certificate": 1, "land_right": 1}
    assert (book.names(1), book.names(2)) == (["Lê Thị Hoà"], [])


def test_restrictions_and_transferees_stay_where_a_delivery_does_not_speak_of_them() -> None:
    book = Book()
    loan, buyer = Restriction("mortgage", date(2025, 1, 1)), Transferee("Lê Thị Lan", reason="bán")
    book.brings(parcel(1, has(HOA), loan, buyer), parcel(2, loan, commune=B))
    book.brings(parcel(1, has(HOA)), parcel(2, commune=B), spoken={"restriction": frozenset((B,))})
    assert (book.register.of("restriction", 1), book.register.of("transferee", 1)) == ({loan}, {buyer})
    assert not book.register.of("restriction", 2)
    outcome = book.brings(
        parcel(1, has(HOA), replace(loan, until=date(2026, 1, 1)), Restriction("dispute"), buyer)
    )
    assert some(outcome.changed) == {"restriction": 1}
    assert not some(outcome.closed)


def test_a_parcel_that_ends_takes_its_people_along_and_one_that_moves_keeps_them() -> None:
    book = Book()
    book.brings(parcel(1, has(HOA)), parcel(2, has(NAM), Restriction("dispute")))
    outcome = book.brings(parcel(1, has(HOA), commune=B), ended=(2,))
    assert some(outcome.closed) == {"land_user": 1, "certificate": 1, "land_right": 1, "restriction": 1}
    assert not some(outcome.changed)
    assert book.names(1) == ["Lê Thị Hoà"]
