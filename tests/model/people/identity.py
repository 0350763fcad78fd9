"""Who a user is, and which a certificate: by his system's key, else by a number, else by the parcel that names him.

A key alone decides, within its system; whoever loses it is another one to the register. A number is of the whole country, whatever
system writes it; but a person's only together with his name: numbers are mistyped, and a family writes the father's for all.
Without a number two people called the same are two, but for one parcel that names the same one again.
"""

import unicodedata
from collections.abc import Callable, Iterable
from typing import Any, NamedTuple

from tests.model.people.said import Certificate, Right, User, in_order, says_nothing, values_of

Identity = tuple[Any, ...]
TONES = "\u0300\u0301\u0303\u0309\u0323"


class Whose(NamedTuple):
    """Who is meant by the users and certificates of one row."""

    user: Callable[[User | None], Identity | None]
    certificate: Callable[[Certificate | None], Identity | None]


def folded(name: str | None) -> str:
    """Blanks, capitals, where the tone is set and y for i make no other name; other marks, and which tone it is, do: Hùng is not Hưng."""

    words = [unicodedata.normalize("NFD", word).replace("y", "i") for word in (name or "").casefold().split()]
    tones = ("".join(letter for letter in word if letter in TONES) for word in words)
    without = dict.fromkeys(map(ord, TONES))
    return " ".join(f"{word.translate(without)}/{tone}" for word, tone in zip(words, tones, strict=True))


def folded_number(number: str | None) -> str | None:
    """Blanks and capitals make no other number; one digit over and over is none."""
    text = "".join((number or "").split()).lower()
    return None if not text or (text.isdigit() and len(set(text)) == 1) else text


def whose(system: str, parcel: int, rights: Iterable[Right]) -> Whose:
    """Who is meant, of all the rights that one row names."""
    rights = tuple(rights)
    users = {each.user for each in rights if each.user is not None and not says_nothing(each.user)}
    papers = {each.certificate for each in rights if not says_nothing(each.certificate)}

    def unbound_user(user: User) -> Identity | None:
        number = folded_number(user.id_number)
        if user.key is not None:
            return "key", system, user.key
        return None if number is None else ("number", number, folded(user.name))

    def unbound_certificate(certificate: Certificate) -> Identity | None:
        number = folded_number(certificate.no)
        if certificate.key is not None:
            return "key", system, certificate.key
        return None if number is None else ("number", number)

    def alike_users(user: User) -> Identity:
        return folded(user.name), user.birth_year

    def alike_certificates(certificate: Certificate) -> Identity:
        return certificate.issued_on, folded_number(certificate.book_no)

    return Whose(
        _meant(parcel, users, unbound_user, alike_users),
        _meant(parcel, papers, unbound_certificate, alike_certificates),
    )


def _meant(
    parcel: int,
    named: Iterable[Any],
    unbound: Callable[[Any], Identity | None],
    alike: Callable[[Any], Identity],
) -> Callable[[Any], Identity | None]:
    """Bound to the parcel, it is which of those it is that the row calls the same and describes otherwise; described the same, it
    is the same one."""
    bound = [each for each in named if unbound(each) is None]

    def meant(one: Any) -> Identity | None:
        if says_nothing(one):
            return None
        same = {values_of(each) for each in bound if alike(each) == alike(one)}
        return unbound(one) or (
            "parcel",
            parcel,
            *alike(one),
            sorted(same, key=in_order).index(values_of(one)),
        )

    return meant
