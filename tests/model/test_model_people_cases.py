"""What becomes of people, rights and certificates, case by case, as a registrar would answer; nothing of the product is asked."""

from dataclasses import replace
from itertools import permutations

import pytest

from tests.model.people.book import BOOK, HOA, LAN, NAM, A, B, Book, fates, has, parcel
from tests.model.people.judgement import deliver
from tests.model.people.said import (
    Brought,
    Certificate,
    ParcelRow,
    PeopleRow,
    Restriction,
    Right,
    Transferee,
    User,
)

# One change is one version.


def test_spouses_are_two_users_two_rights_and_one_certificate() -> None:
    book = Book()
    outcome = book.brings(parcel(1, has(HOA), has(NAM, role="spouse")))
    assert fates(outcome, "land_user") == fates(outcome, "land_right") == {"new": 2}
    assert fates(outcome, "certificate") == {"new": 1}
    assert sorted(book.names(1).values()) == ["Lê Thị Hoà", "Lê Văn Nam"]


def test_a_co_owner_who_joins_is_one_new_right_wherever_the_file_names_him() -> None:
    for order in permutations((has(HOA), has(NAM), has(LAN, role="co_user"))):
        book = Book()
        book.brings(parcel(1, has(HOA), has(NAM)))
        before = book.names(1)
        outcome = book.brings(parcel(1, *order))
        assert fates(outcome, "land_right") == {"unchanged": 2, "new": 1}
        assert fates(outcome, "land_user") == {"unchanged": 2, "new": 1}
        assert book.names(1) == before | {3: "Lê Thị Lan"}
        assert not book.register.closed


def test_a_co_owner_who_leaves_is_one_closed_right_and_ends_if_nothing_else_names_him() -> None:
    book = Book()
    book.brings(parcel(1, has(HOA), has(NAM)), parcel(2, has(NAM)))
    outcome = book.brings(parcel(1, has(HOA)), parcel(2, has(NAM)))
    assert (fates(outcome, "land_right"), fates(outcome, "land_user")) == (
        {"unchanged": 2, "ended": 1},
        {"unchanged": 2},
    )
    outcome = book.brings(parcel(1, has(HOA)), parcel(2, has(HOA)))
    assert fates(outcome, "land_user") == {"unchanged": 1, "ended": 1}
    assert fates(outcome, "land_right") == {
        "unchanged": 1,
        "changed": 1,
    }  # the certificate tells which right it is
    assert book.users() == ["Lê Thị Hoà"]


def test_one_who_leaves_as_another_joins_without_a_certificate_is_another_right() -> None:
    book = Book()
    book.brings(parcel(1, has(HOA, None), has(NAM, None)))
    outcome = book.brings(parcel(1, has(HOA, None), has(LAN, None)))
    assert fates(outcome, "land_right") == {"unchanged": 1, "new": 1, "ended": 1}
    assert 3 in book.names(1)


def test_two_who_exchange_their_certificates_keep_their_rights() -> None:
    book = Book()
    other = Certificate("c2", "AB 2")
    book.brings(parcel(1, has(HOA), has(NAM, other)))
    before = book.names(1)
    outcome = book.brings(parcel(1, has(HOA, other), has(NAM)))
    assert fates(outcome, "land_right") == {"changed": 2}
    assert book.names(1) == before


def test_forty_parcels_in_six_communes_and_a_new_name_is_one_version() -> None:
    book = Book()
    communes = [f"0000{number}" for number in range(1, 7)]
    where = [communes[number % 6] for number in range(40)]
    book.brings(*(parcel(uid, has(HOA), has(LAN, None), commune=code) for uid, code in enumerate(where)))
    renamed = replace(HOA, name="Lê Thị Hoà Bình")
    outcome = book.brings(
        *(parcel(uid, has(renamed), has(LAN, None), commune=code) for uid, code in enumerate(where))
    )
    assert fates(outcome, "land_user") == {"changed": 1, "unchanged": 1}
    assert fates(outcome, "land_right") == {"unchanged": 80}
    assert [place[0] for place, _ in book.register.closed] == ["land_user"]


def test_a_change_set_of_one_parcel_changes_the_user_of_all() -> None:
    book = Book()
    book.brings(parcel(1, has(HOA)), parcel(2, has(HOA)))
    book.brings(parcel(2, has(replace(HOA, address="Thôn 2"))))
    assert book.names(1) == book.names(2) == {1: "Lê Thị Hoà"}
    assert [content[4] for content in book.register.entities("land_user").values()] == ["Thôn 2"]


def test_a_share_that_changes_is_one_version_of_its_right() -> None:
    book = Book()
    half = Right(HOA, BOOK, "co_user", "shared", (1, 2))
    book.brings(parcel(1, half, replace(half, user=NAM)))
    outcome = book.brings(parcel(1, replace(half, share=(1, 3)), replace(half, user=NAM)))
    assert fates(outcome, "land_right") == {"changed": 1, "unchanged": 1}


def test_a_certificate_of_several_parcels_is_one_and_is_revoked_once() -> None:
    book = Book()
    book.brings(parcel(1, has(HOA)), parcel(2, has(HOA)), parcel(3, has(None)))
    revoked = replace(BOOK, state="revoked")
    outcome = book.brings(
        parcel(1, has(HOA, revoked)), parcel(2, has(HOA, revoked)), parcel(3, has(None, revoked))
    )
    assert fates(outcome, "certificate") == {"changed": 1}
    assert fates(outcome, "land_right") == {"unchanged": 3}


def test_a_certificate_replaced_is_another_one_on_the_same_right() -> None:
    book = Book()
    book.brings(parcel(1, has(HOA), has(NAM)))
    new = Certificate("c9", "AB 9", "2026-01-01", state="live")
    outcome = book.brings(parcel(1, has(HOA, new), has(NAM, new)))
    assert fates(outcome, "certificate") == {"new": 1, "ended": 1}
    assert fates(outcome, "land_right") == {"changed": 2}


def test_restrictions_and_transferees_are_items_and_nobody_s_right() -> None:
    book = Book()
    loan, buyer = Restriction("mortgage", "2025-01-01"), Transferee("Lê Thị Lan", reason="bán")
    outcome = book.brings(parcel(1, has(HOA), loan, buyer))
    assert fates(outcome, "land_user") == {"new": 1}
    outcome = book.brings(
        parcel(
            1,
            has(HOA),
            replace(loan, until="2026-01-01"),
            Restriction("dispute"),
            replace(buyer, reason="cho"),
        )
    )
    assert fates(outcome, "restriction") == {"changed": 1, "new": 1}
    assert fates(outcome, "transferee") == {"changed": 1}
    outcome = book.brings(parcel(1, has(HOA)))
    assert (fates(outcome, "restriction"), fates(outcome, "transferee")) == ({"ended": 2}, {"ended": 1})


# Who is who.

NAMELESS = replace(HOA, key=None, id_number=None)


@pytest.mark.parametrize(
    ("one", "other", "people"),
    [
        (HOA, replace(HOA, name="Trần Thị Hoa", id_number="009"), 1),  # the key alone
        (HOA, replace(HOA, key="u9"), 2),
        (HOA, replace(HOA, key=None), 2),  # without his key he is another one
        (replace(HOA, key=None), replace(HOA, key=None, name="LÊ  thị Hoà"), 1),  # number and name
        (replace(HOA, key=None), replace(HOA, key=None, birth_year=1961), 1),
        (replace(HOA, key=None), replace(HOA, key=None, name="Lê Văn Nam"), 2),  # the father's number for all
        (replace(HOA, key=None, name="Lê Hùng"), replace(HOA, key=None, name="Lê Hưng"), 2),
        (NAMELESS, NAMELESS, 2),  # two called the same, of two parcels
    ],
)
def test_who_is_the_same_on_two_parcels(one: User, other: User, people: int) -> None:
    outcome = Book().brings(parcel(1, has(one)), parcel(2, has(other)))
    assert outcome.lines["land_user"]["new"] == people


def test_without_key_and_number_he_is_himself_on_his_parcel_night_after_night() -> None:
    book = Book()
    book.brings(parcel(1, has(NAMELESS), has(replace(NAMELESS, birth_year=1990))))
    outcome = book.brings(
        parcel(
            1, has(replace(NAMELESS, address="Thôn 1")), has(replace(NAMELESS, birth_year=1990)), commune=B
        )
    )
    assert fates(outcome, "land_user") == {"changed": 1, "unchanged": 1}
    assert fates(outcome, "land_right") == {"unchanged": 2}


def test_two_called_the_same_on_one_parcel_are_two_and_one_on_two_certificates_is_one() -> None:
    book = Book()
    father, son = replace(NAMELESS, address="Thôn 1"), replace(NAMELESS, address="Thôn 2")
    book.brings(parcel(1, has(father), has(son)), parcel(2, has(father), has(father, None)))
    assert len(set(book.register.items("land_right", 1).values())) == 2
    assert len(book.users()) == 3
    assert len({right.user for right in book.register.items("land_right", 2).values()}) == 1


def test_of_two_called_the_same_the_one_born_in_another_year_stays_himself() -> None:
    book = Book()
    book.brings(parcel(1, has(NAMELESS), has(replace(NAMELESS, birth_year=1990))))
    outcome = book.brings(parcel(1, has(replace(NAMELESS, birth_year=1990))))
    assert fates(outcome, "land_user") == {"unchanged": 1, "ended": 1}


def test_which_of_several_called_the_same_is_told_by_content() -> None:
    book = Book()
    book.brings(parcel(1, *(has(replace(NAMELESS, address=f"Thôn {turn}")) for turn in (4, 1, 5, 0, 3, 2))))
    users = book.register.entities("land_user")
    turns = {
        who[-1]: users[uid][4] for (record, who), uid in book.register.named.items() if record == "land_user"
    }
    assert turns == {turn: f"Thôn {turn}" for turn in range(6)}


def test_a_certificate_is_its_key_s_else_its_number_s_else_its_parcel_s() -> None:
    keyless, blank = replace(BOOK, key=None), Certificate(issued_on="2020-01-01")
    renumbered = replace(BOOK, no="AB 2")
    book = Book()
    book.brings(parcel(1, has(HOA, BOOK), has(NAM, keyless)), parcel(2, has(HOA, renumbered)))
    assert len(book.register.entities("certificate")) == 2
    outcome = book.brings(parcel(1, has(HOA, blank), has(NAM, blank)), parcel(2, has(HOA, blank)))
    assert fates(outcome, "certificate") == {"new": 2, "ended": 2}


def test_another_system_knows_other_people() -> None:
    book = Book()
    book.brings(parcel(1, has(HOA)))
    row = ParcelRow(A, "accepted", 2, 5.5)
    deliver(book.register, Brought("ilis", (row,), (PeopleRow(0, has(HOA)),)))
    assert book.users() == ["Lê Thị Hoà"] * 2


# What a delivery speaks of.


def test_a_refused_parcel_keeps_its_rights_and_an_accepted_one_without_people_has_none() -> None:
    book = Book()
    book.brings(parcel(1, has(HOA)), parcel(2, has(NAM)), parcel(3, has(LAN)))
    outcome = book.brings(parcel(1, fate="refused"), parcel(2))
    assert book.users() == ["Lê Thị Hoà", "Lê Thị Lan"]
    assert fates(outcome, "land_right") == {"ended": 1}
    outcome = book.brings(parcel(1, has(NAM), fate="refused"))
    assert fates(outcome, "land_right") == fates(outcome, "land_user") == {"quarantined": 1}
    assert book.names(1) == {1: "Lê Thị Hoà"}


def test_a_row_about_no_parcel_or_nobody_is_told_and_touches_nothing() -> None:
    book = Book()
    book.brings(parcel(1, has(HOA)))
    stray = (
        PeopleRow(None, has(replace(HOA, name="Ai đó"))),
        PeopleRow(7, has(LAN)),
        PeopleRow(0, Right(User(), None, "user")),
        PeopleRow(None, Restriction("dispute")),
        PeopleRow(0, has(HOA)),
    )
    outcome = book.brings(parcel(1, has(HOA)), stray=stray)
    assert [outcome.faults[place] for place in range(1, 6)] == [
        "parcel_unknown",
        "parcel_unknown",
        "names_nobody",
        "parcel_unknown",
        "repeated",
    ]
    assert fates(outcome, "land_right") == {"unchanged": 1, "quarantined": 3}
    assert fates(outcome, "land_user") == {"unchanged": 1, "quarantined": 1}
    assert fates(outcome, "restriction") == {"quarantined": 1}
    assert (book.users(), book.register.closed) == (["Lê Thị Hoà"], [])


def test_a_parcel_that_ends_takes_its_rights_along_and_one_that_moves_keeps_them() -> None:
    book = Book()
    book.brings(parcel(1, has(HOA)), parcel(2, has(NAM), Restriction("dispute")))
    outcome = book.brings(parcel(1, has(HOA), commune=B), ended=(2,))
    assert fates(outcome, "land_right") == {"unchanged": 1, "ended": 1}
    assert fates(outcome, "restriction") == {"ended": 1}
    assert fates(outcome, "land_user") == {"unchanged": 1, "ended": 1}
    assert book.register.communes == {1: B}


def test_who_ended_comes_back_as_himself() -> None:
    book = Book()
    book.brings(parcel(1, has(HOA)))
    (uid,) = book.register.entities("land_user")
    book.brings(parcel(1))
    outcome = book.brings(parcel(2, has(HOA)))
    assert fates(outcome, "land_user") == {"new": 1}
    assert list(book.register.entities("land_user")) == [uid]
