"""Who a user is, and which a certificate: by the source's key, else by its number, else by the parcel that names it.

There is no entity above a source: two systems that name one person name two users. A key alone decides; whoever loses it is
another one to the register. A number is a person's only together with his name: numbers are mistyped, and a family writes the
father's for all. Without a number two people called the same are two, but for one parcel that names the same one again.
"""

from collections.abc import Callable, Iterable
from typing import Any

from tests.model.people.said import Certificate, Right, User, described, in_order, says_nothing

Identity = tuple[Any, ...]


def folded(name: str | None) -> str:
    """Blanks and capitals make no other name; marks and tones do: Hùng is not Hưng. Names come cleaned, as conform leaves them."""
    return " ".join((name or "").casefold().split())


def users_of(
    system: str, parcel: Identity, rights: Iterable[Right]
) -> Callable[[User | None], Identity | None]:
    """Who is meant by the users that one row of parcels names.

    parcel  the parcel's own name; of one that is not known yet, any that is nobody else's
    """
    rights = list(rights)

    def unbound(user: User) -> Identity | None:
        if user.key is not None:
            return "key", system, user.key
        return None if user.id_number is None else ("number", system, user.id_number, folded(user.name))

    def alike(user: User) -> Identity:
        return folded(user.name), user.birth_year

    def meant(user: User | None) -> Identity | None:
        if user is None or says_nothing(user):
            return None
        others = [each.user for each in rights if each.user is not None and unbound(each.user) is None]
        return unbound(user) or ("parcel", parcel, *alike(user), _turn(user, others, alike))

    return meant


def certificates_of(
    system: str, parcel: Identity, rights: Iterable[Right]
) -> Callable[[Certificate | None], Identity | None]:
    """Which certificates are meant by those that one row of parcels names."""
    rights = list(rights)

    def unbound(certificate: Certificate) -> Identity | None:
        if certificate.key is not None:
            return "key", system, certificate.key
        return None if certificate.no is None else ("number", system, certificate.no)

    def meant(certificate: Certificate | None) -> Identity | None:
        if certificate is None or says_nothing(certificate):
            return None
        others = [
            each.certificate for each in rights if each.certificate and unbound(each.certificate) is None
        ]
        return unbound(certificate) or ("parcel", parcel, _turn(certificate, others, lambda _: ()))

    return meant


def _turn(
    one: User | Certificate, others: Iterable[User | Certificate], alike: Callable[[Any], Identity]
) -> int:
    """Which of those it is that this parcel calls the same and describes otherwise; described the same, it is the same one."""
    same = {described(each) for each in others if alike(each) == alike(one) and not says_nothing(each)}
    return sorted(same, key=in_order).index(described(one))
