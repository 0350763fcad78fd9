"""Which word about a person counts, what waits, and what is erased, case by case; nothing of the product is asked."""

from dataclasses import replace
from itertools import permutations

from tests.model.people.book import HOA, LAN, NAM, B, Book, fates, has, parcel
from tests.model.people.register import ERASED
from tests.model.people.said import PeopleRow

# Copies that contradict each other, and what is older.


def test_most_rows_are_right_and_of_as_many_what_comes_first_by_content() -> None:
    wrong = replace(HOA, name="A")
    for rows, name in (([HOA, wrong, HOA], "Lê Thị Hoà"), ([HOA, wrong], "A")):
        for order in permutations(rows):
            book = Book()
            outcome = book.brings(*(parcel(uid, has(user)) for uid, user in enumerate(order)))
            assert book.users() == [name]
            assert outcome.conflicts == {"land_user": 1}
            assert fates(outcome, "land_right") == {"new": len(rows)}


def test_one_user_spelled_twice_on_one_parcel_has_one_right() -> None:
    book = Book()
    outcome = book.brings(parcel(1, has(HOA), has(replace(HOA, name="Lê Hoà"))))
    assert fates(outcome, "land_right") == {"new": 1}
    assert list(outcome.faults.values()) == ["repeated"]


def test_an_older_delivery_never_changes_a_user_that_later_data_describe() -> None:
    book = Book()
    book.brings(parcel(1, has(HOA)))
    book.brings(parcel(1, has(HOA)))
    outcome = book.brings(parcel(2, has(replace(HOA, name="Ngày trước")), commune=B), at=1.0)
    assert fates(outcome, "land_user") == {"unchanged": 1}
    assert fates(outcome, "land_right") == {"new": 1}
    assert book.names(2) == {1: "Lê Thị Hoà"}
    outcome = book.brings(parcel(3, has(replace(HOA, name="Ngày sau")), commune=B), at=2.0)
    assert fates(outcome, "land_user") == {
        "unchanged": 1
    }  # the second night said once more what he is called
    outcome = book.brings(parcel(1, has(LAN), fate="late"), at=1.0)
    assert fates(outcome, "land_right") == {"unchanged": 1}
    assert book.names(1) == {1: "Lê Thị Hoà"}


def test_an_older_word_that_agrees_makes_nothing_older() -> None:
    book = Book()
    book.brings(parcel(1, has(HOA)), at=5.0)
    book.brings(parcel(2, has(HOA)), at=1.0)
    assert fates(book.brings(parcel(3, has(replace(HOA, name="Ba"))), at=3.0), "land_user") == {
        "unchanged": 1
    }
    assert book.users() == ["Lê Thị Hoà"]


def test_of_a_change_set_the_newest_row_says_of_when_a_user_is() -> None:
    book = Book()
    book.brings(parcel(1, has(HOA), at=3.0), parcel(2, has(HOA), at=5.0))
    assert fates(book.brings(parcel(1, has(replace(HOA, name="Tư")), at=4.0)), "land_user") == {
        "unchanged": 1
    }
    assert fates(book.brings(parcel(1, has(replace(HOA, name="Năm")), at=5.0)), "land_user") == {"changed": 1}


def test_what_is_refused_or_late_says_nothing_of_a_user_and_what_is_only_present_does() -> None:
    wrong = replace(HOA, name="Zét")
    for fate, name in (
        ("refused", "Lê Thị Hoà"),
        ("late", "Lê Thị Hoà"),
        ("beside", "Zét"),
        ("waits", "Zét"),
    ):
        book = Book()
        book.brings(parcel(1, has(HOA)), parcel(2, has(wrong), fate=fate), parcel(3, has(wrong), fate=fate))
        assert book.users() == [name]


# What is held.


def test_a_change_waits_for_a_held_commune_where_he_has_a_right_and_who_is_new_does_not() -> None:
    book = Book()
    book.brings(parcel(1, has(HOA)), parcel(2, has(HOA), commune=B))
    renamed = replace(HOA, name="Lê Thị Hoà Bình")
    rows = (parcel(1, has(renamed), has(LAN)), parcel(2, has(renamed), has(LAN), commune=B, fate="waits"))
    outcome = book.brings(*rows, held=(B,))
    assert fates(outcome, "land_user") == {"waiting": 1, "new": 1}
    assert fates(outcome, "land_right") == {"unchanged": 1, "new": 1, "waiting": 2}
    assert list(outcome.waits.values()) == [{B}]
    assert book.names(1) == {1: "Lê Thị Hoà", 2: "Lê Thị Lan"}
    assert book.names(2) == {1: "Lê Thị Hoà"}
    # Let pass, of the same delivery: the rows of the other commune were counted before.
    outcome = book.brings(replace(rows[0], fate="beside"), replace(rows[1], fate="accepted"), at=book.night)
    assert fates(outcome, "land_user") == {"changed": 1, "unchanged": 1}
    assert fates(outcome, "land_right") == {"unchanged": 1, "new": 1}
    assert book.names(1) == book.names(2) == {1: "Lê Thị Hoà Bình", 2: "Lê Thị Lan"}


def test_a_change_waits_for_a_right_that_a_held_commune_only_now_delivers() -> None:
    book = Book()
    book.brings(parcel(1, has(HOA)))
    renamed = replace(HOA, name="Lê Thị Hoà Bình")
    outcome = book.brings(
        parcel(1, has(renamed)), parcel(2, has(renamed), commune=B, fate="waits"), held=(B,)
    )
    assert fates(outcome, "land_user") == {"waiting": 1}
    assert book.users() == ["Lê Thị Hoà"]
    assert fates(book.brings(parcel(1, has(renamed))), "land_user") == {"changed": 1}


def test_a_change_waits_for_a_right_in_a_held_commune_that_the_delivery_no_longer_names() -> None:
    book = Book()
    book.brings(parcel(1, has(HOA)), parcel(2, has(HOA), commune=B))
    rows = parcel(1, has(replace(HOA, name="Khác"))), parcel(2, has(LAN), commune=B, fate="waits")
    assert fates(book.brings(*rows, held=(B,)), "land_user") == {"waiting": 2}
    assert book.names(1) == book.names(2) == {1: "Lê Thị Hoà"}


def test_nobody_waits_for_the_commune_that_his_parcel_is_let_leave() -> None:
    book = Book()
    book.brings(parcel(1, has(HOA), commune=B), parcel(2, has(NAM), commune=B))
    rows = parcel(1, has(replace(HOA, name="Khác"))), parcel(2, has(LAN), commune=B, fate="waits")
    assert fates(book.brings(*rows, held=(B,)), "land_user") == {"changed": 1, "waiting": 1}
    assert book.users() == ["Khác", "Lê Văn Nam"]


def test_one_of_whom_one_row_waits_and_another_is_late_waits() -> None:
    outcome = Book().brings(parcel(1, has(HOA), fate="late"), parcel(2, has(HOA), commune=B, fate="waits"))
    assert fates(outcome, "land_user") == {"waiting": 1}


def test_who_leaves_the_land_of_a_commune_lives_by_his_right_in_a_held_one() -> None:
    book = Book()
    book.brings(parcel(1, has(HOA)), parcel(2, has(HOA), commune=B))
    outcome = book.brings(parcel(1, has(LAN)), parcel(2, commune=B, fate="waits"), held=(B,))
    assert fates(outcome, "land_user") == {"new": 1}
    assert book.names(2) == {1: "Lê Thị Hoà"}


def test_what_only_waits_is_not_there_yet() -> None:
    book = Book()
    outcome = book.brings(parcel(None, has(HOA), commune=B, fate="waits"), held=(B,))
    assert all(
        fates(outcome, record) == {"waiting": 1} for record in ("land_user", "certificate", "land_right")
    )
    assert not book.register.live


# Erasure.


def test_who_is_erased_is_nobody_in_every_state_and_comes_back_as_somebody_new() -> None:
    book = Book()
    book.brings(parcel(1, has(HOA), has(NAM)), parcel(2, has(replace(HOA, name="Hoà"), None)))
    book.brings(parcel(1, has(replace(HOA, name="Lê Thị Hoà Bình")), has(NAM)), parcel(2))
    register = book.register
    uid = next(who for who, content in register.entities("land_user").items() if "Bình" in content[0])
    receipts, proofs = [repr(each) for each in register.receipts], register.proofs()
    register.erase("land_user", uid)
    assert not {each for each in ("Hoà", "'u1'", "'001'") if each in repr(register)}
    assert ([repr(each) for each in register.receipts], register.proofs()) == (receipts, proofs)
    assert register.erasures[-1].rows == (("land_right", 2), ("land_user", 2))
    (fresh,) = {content.user for content in register.items("land_right", 1).values()} & {
        who for who, content in register.entities("land_user").items() if content == ERASED
    }
    assert fresh != uid
    outcome = book.brings(parcel(1, has(HOA), has(NAM)))
    assert fates(outcome, "land_user") == {"new": 1, "unchanged": 1, "ended": 1}
    assert fates(outcome, "land_right") == {"changed": 1, "unchanged": 1}
    assert book.users() == ["Lê Thị Hoà", "Lê Văn Nam"]


# Receipt.


def test_the_receipt_of_a_night_with_everything() -> None:
    book = Book()
    book.brings(parcel(1, has(HOA)), parcel(2, has(NAM), commune=B), parcel(3, has(LAN)), parcel(4, has(LAN)))
    outcome = book.brings(
        parcel(1, has(HOA, role="co_user"), has(NAM)),
        parcel(2, has(replace(NAM, name="Khác")), commune=B, fate="waits"),
        parcel(3, has(HOA), fate="refused"),
        held=(B,),
        ended=(4,),
        stray=(PeopleRow(None, has(LAN)),),
    )
    assert dict(outcome.lines["land_right"]) == {
        "read": 5,
        "new": 1,
        "changed": 1,
        "waiting": 1,
        "quarantined": 2,
        "ended": 1,
        "current_before": 4,
        "current_after": 4,
    }
    assert outcome.fates == ["changed", "new", "waiting", "quarantined", "quarantined"]
    assert fates(outcome, "land_user") == {"unchanged": 1, "waiting": 1, "quarantined": 1}
