"""A plain model of one object over two clocks: what a source said of it, and what may be answered from that. Knows no database.

A claim is a state or an end, with its place in the source's order, the day when it was observed there, and the day of law, where the
source says one. It counts from when it was told. Of all that was told by a moment, in the order of the source, the last that may
have happened by a day decides; where it may as well not have happened yet, nobody knows.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, timedelta

UNKNOWN = "?"
ABSENT = ""


@dataclass(frozen=True)
class Claim:
    """What a delivery said of an object.

    order     its place among the versions of the source
    observed  the day on which the source made it
    told      the turn in which it came
    day       the day of law from which it holds; None: nobody says it
    use       the land use; None: an end
    user      who uses the land
    """

    order: int
    observed: date
    told: int
    day: date | None
    use: str | None
    user: str = ""

    @property
    def content(self) -> tuple[str | None, date | None]:
        """What the parcel itself is like."""
        return self.use, self.day


def known_by(claims: Iterable[Claim], turn: int) -> list[Claim]:
    """What was told by a turn, in the order of the source."""
    return sorted((claim for claim in claims if claim.told <= turn), key=lambda claim: claim.order)


def _before(claims: list[Claim], claim: Claim) -> Claim | None:
    earlier = [other for other in claims if other.order < claim.order]
    return earlier[-1] if earlier else None


def _first_day(claim: Claim, all_claims: list[Claim]) -> date:
    """The first day on which it can have happened: an end without a day, not while the parcel was seen by what was told before."""
    if claim.day is not None:
        return claim.day
    if claim.use is not None:
        return date.min
    seen = [
        other.observed
        for other in all_claims
        if other.use is not None and other.told < claim.told and other.order < claim.order
    ]
    return min(max(seen) + timedelta(days=1), claim.observed)


def _sure(claim: Claim, day: date) -> bool:
    return day >= (claim.observed if claim.day is None else claim.day)


def use_on(claims: list[Claim], day: date, turn: int) -> str:
    """The land use on a day by what was told by a turn; UNKNOWN, or ABSENT where there was no parcel."""
    known = known_by(claims, turn)

    def only_repeats(claim: Claim) -> bool:
        """It said the same as what stood before it, when it came, and still does."""
        if claim.use is None:
            return False
        then = known_by(claims, claim.told)
        if then[-1] is claim:  # the newest is held against what was the newest before this delivery
            then = known_by(claims, claim.told - 1)
        stood = (_before(then, claim), _before(known, claim))
        return all(
            other is not None and other.use is not None and other.content == claim.content for other in stood
        )

    possible = [claim for claim in known if _first_day(claim, claims) <= day and not only_repeats(claim)]
    if not possible:
        return ABSENT
    last = possible[-1]
    if not _sure(last, day):
        return UNKNOWN
    return last.use or ABSENT


def user_on(claims: list[Claim], day: date, turn: int) -> str:
    """The land user: known, too, where whatever may be the last that happened says the same."""
    possible = [claim for claim in known_by(claims, turn) if _first_day(claim, claims) <= day]
    candidates: list[Claim] = []
    sure = False
    while possible and not sure:
        candidates.append(possible.pop())
        sure = _sure(candidates[-1], day)
    if not candidates:
        return ABSENT
    said = {(claim.use is None, claim.user if claim.use else "") for claim in candidates}
    if not sure or len(said) > 1:
        return UNKNOWN
    [(ended, user)] = said
    return ABSENT if ended else user
