"""What happens to people, from day to day; what happens to parcels is in `tests.model.cadastre` and carries its people along."""

from collections.abc import Callable
from dataclasses import replace
from datetime import date

from tests.model.cadastre import Event, Turn
from tests.model.people.said import Restriction, Transferee
from tests.model.people.society import NAMES, Holding, Society, Tie

Happening = Callable[[Society, Turn], None]


def happen(society: Society, event: Event, code: str) -> None:
    """One event of people or of parcels in a province; one that makes no sense there is nothing."""
    if event.kind in HAPPENINGS:
        turn = society.turn(event, code)
        if turn is not None:
            HAPPENINGS[event.kind](society, turn)
    else:
        society.nation.happen(event, code)
    society.settle()


# Who has a right.


def user_joined(society: Society, it: Turn) -> None:
    """A co-owner, on the certificate of one who is there."""
    first = society.tie(it.one, it.how) or Tie(None, None)
    tie = Tie(society.new_user(), first.certificate, "co_user", "shared", 1, 2 + it.how % 3)
    society.hold(it.one.serial, ties=(*society.ties(it.one), tie))


def user_left(society: Society, it: Turn) -> None:
    mine = society.ties(it.one)
    if len(mine) > 1:
        society.hold(it.one.serial, ties=tuple(tie for tie in mine if tie != mine[it.how % len(mine)]))


def spouse_added(society: Society, it: Turn) -> None:
    first = society.tie(it.one, it.how) or Tie(None, None)
    tie = Tie(society.new_user(), first.certificate, "spouse", "joint")
    society.hold(it.one.serial, ties=(*society.ties(it.one), tie))


def second_certificate(society: Society, it: Turn) -> None:
    """One user has the parcel on two certificates, as the land and the house on it."""
    first = society.tie(it.one, it.how)
    if first is not None:
        tie = replace(first, certificate=society.new_certificate())
        society.hold(it.one.serial, ties=(*society.ties(it.one), tie))


def family(society: Society, it: Turn) -> None:
    """A user of one parcel has a right to every parcel of the province, in all of its communes."""
    first = society.tie(it.one, it.how)
    for thing in it.office.things.values():
        if first is not None and all(tie.user != first.user for tie in society.ties(thing)):
            society.hold(thing.serial, ties=(*society.ties(thing), Tie(first.user, None, "co_user")))


def share_changed(society: Society, it: Turn) -> None:
    first = society.tie(it.one, it.how)
    changed = first and replace(first, form="shared", numerator=1, denominator=2 + it.how % 5)
    society.hold(
        it.one.serial,
        ties=tuple(changed if tie == first and changed else tie for tie in society.ties(it.one)),
    )


def people_emptied(society: Society, it: Turn) -> None:
    """A parcel's people are not registered any more; or those of all of its commune."""
    for thing in it.office.things.values():
        if thing.serial == it.one.serial or (it.how % 2 and thing.commune == it.one.commune):
            society.holdings[thing.serial] = Holding()


def people_shuffled(society: Society, it: Turn) -> None:
    """Each parcel of a commune has the people of the next one."""
    mine = sorted(t.serial for t in it.office.things.values() if t.commune == it.one.commune)
    turned = mine[1:] + mine[:1]
    after = {serial: society.holdings[other] for serial, other in zip(mine, turned, strict=True)}
    society.holdings |= after


# What a user is.


def _described(society: Society, it: Turn, **what: object) -> None:
    tie = society.tie(it.one, it.how)
    if tie is not None and tie.user is not None:
        society.users[tie.user] = replace(society.users[tie.user], **what)  # type: ignore[arg-type]


def user_renamed(society: Society, it: Turn) -> None:
    _described(society, it, name=NAMES[it.how % len(NAMES)])


def user_moved(society: Society, it: Turn) -> None:
    _described(society, it, address=f"Thôn {it.how % 4}")


def user_died(society: Society, it: Turn) -> None:
    _described(society, it, state="deceased", deceased_on=date(2025, 1, 1 + it.how % 28))


def user_key_lost(society: Society, it: Turn) -> None:
    _described(society, it, key=None)


def user_key_given(society: Society, it: Turn) -> None:
    society.count += 1
    _described(society, it, key=f"u{society.count}")


def user_number_lost(society: Society, it: Turn) -> None:
    _described(society, it, id_number=None)


def user_number_given(society: Society, it: Turn) -> None:
    """One that others write with blanks, and others yet have themselves."""
    _described(society, it, id_number=("001000000001", "001 000 000 001", "001000000002")[it.how % 3])


def user_born(society: Society, it: Turn) -> None:
    _described(society, it, birth_year=1950 + it.how % 3, birth_date=date(1950 + it.how % 3, 2, 3))


def namesake_joined(society: Society, it: Turn) -> None:
    """A co-owner whom nothing but what is said of him tells from one who is there."""
    first = society.tie(it.one, it.how)
    if first is not None and first.user is not None:
        other = society.new_user()
        alike = replace(society.users[first.user], key=None, id_number=None)
        society.users[first.user] = alike
        society.users[other] = replace(alike, address=f"Thôn {it.how % 4}")
        society.hold(it.one.serial, ties=(*society.ties(it.one), replace(first, user=other)))


def moved_and_renamed(society: Society, it: Turn) -> None:
    """A parcel passes to another commune, and one of its people has another name the same day."""
    things = sorted(it.office.things)
    society.nation.happen(Event("move", things.index(it.one.serial), it.how), it.office.province)
    society.settle()
    user_renamed(society, it)


# Certificates.


def certificate_shared(society: Society, it: Turn) -> None:
    """It is another parcel's, too."""
    tie = society.tie(it.one, it.how, of="certificate")
    if tie is not None:
        other = society.ties(it.other) or (Tie(None, None),)
        society.hold(
            it.other.serial, ties=tuple(replace(each, certificate=tie.certificate) for each in other)
        )


def certificate_replaced(society: Society, it: Turn) -> None:
    """By a new one, on all of its parcels."""
    tie = society.tie(it.one, it.how, of="certificate")
    if tie is None or tie.certificate is None:
        return
    new = society.new_certificate()
    society.certificates[tie.certificate] = replace(society.certificates[tie.certificate], state="replaced")
    for serial in society.tied_to("certificate", tie.certificate):
        ties = tuple(
            replace(each, certificate=new) if each.certificate == tie.certificate else each
            for each in society.holdings[serial].ties
        )
        society.hold(serial, ties=ties)


def certificate_revoked(society: Society, it: Turn) -> None:
    """It is named all the same."""
    tie = society.tie(it.one, it.how, of="certificate")
    if tie is not None and tie.certificate is not None:
        revoked = replace(society.certificates[tie.certificate], state="revoked")
        society.certificates[tie.certificate] = revoked


def certificate_without_number(society: Society, it: Turn) -> None:
    """Nor key: of several such ones of a parcel its day of issue and its number in the book tell which it is."""
    tie = society.tie(it.one, it.how, of="certificate")
    if tie is not None and tie.certificate is not None:
        bare = replace(society.certificates[tie.certificate], no=None, key=None, book_no=f"CH {it.how % 2}")
        society.certificates[tie.certificate] = bare


# What is no right.


def restriction_set(society: Society, it: Turn) -> None:
    restriction = Restriction(("mortgage", "dispute")[it.how % 2], date(2025, 1 + it.how % 9, 1))
    society.hold(it.one.serial, restrictions=(*society.holdings[it.one.serial].restrictions, restriction))


def restriction_lifted(society: Society, it: Turn) -> None:
    """It is dated, or not delivered any more."""
    having = [serial for serial in sorted(it.office.things) if society.holdings[serial].restrictions]
    for serial in having[it.how % len(having) :][:1] if having else ():
        first, *others = society.holdings[serial].restrictions
        lifted = (replace(first, until=date(2026, 1, 1)),) if it.how % 2 else ()
        society.hold(serial, restrictions=(*lifted, *others))


def transferee_told(society: Society, it: Turn) -> None:
    """Somebody took the land over."""
    told = Transferee(NAMES[it.how % len(NAMES)], reason="bán")
    society.hold(it.one.serial, transferees=(*society.holdings[it.one.serial].transferees[:1], told))


def transferee_registered(society: Society, it: Turn) -> None:
    """Nobody is told any more; or for another reason."""
    having = [serial for serial in sorted(it.office.things) if society.holdings[serial].transferees]
    for serial in having[it.how % len(having) :][:1] if having else ():
        first, *others = society.holdings[serial].transferees
        left = (replace(first, reason=f"lý do {it.how}"),) if it.how % 2 else ()
        society.hold(serial, transferees=(*left, *others))


HAPPENINGS: dict[str, Happening] = {
    each.__name__: each
    for each in (
        user_joined,
        user_left,
        spouse_added,
        second_certificate,
        family,
        share_changed,
        people_emptied,
        people_shuffled,
        user_renamed,
        user_moved,
        user_died,
        user_key_lost,
        user_key_given,
        user_number_lost,
        user_number_given,
        user_born,
        namesake_joined,
        moved_and_renamed,
        certificate_shared,
        certificate_replaced,
        certificate_revoked,
        certificate_without_number,
        restriction_set,
        restriction_lifted,
        transferee_told,
        transferee_registered,
    )
}
