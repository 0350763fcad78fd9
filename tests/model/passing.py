"""Parcels that pass from one commune to another: known by their land, and held as one case of all communes they join."""

from collections import Counter
from collections.abc import Iterable, Mapping

from tests.model.alike import same_land
from tests.model.deliveries import Row
from tests.model.register import Parcel


def by_land(rows: Mapping[int, Row], living: Iterable[Parcel]) -> dict[int, int]:
    """Row → the parcel of another commune whose land it has: each row the one that it shares most with, each parcel once."""
    living = list(living)
    best: dict[int, tuple[int, int]] = {}
    communes = {parcel.uid: parcel.row.commune for parcel in living}
    for number, row in rows.items():
        there = [
            (row.land.shared(parcel.row.land), -parcel.uid) for parcel in living if same_land(row, parcel)
        ]
        if there:
            shared, uid = max(there)
            best[-uid] = max(best.get(-uid, (0, -number)), (shared, -number))
    found = {-number: uid for uid, (_, number) in best.items()}
    return {number: uid for number, uid in found.items() if communes[uid] != rows[number].commune}


def with_their_cases(
    held: set[str], moves: Mapping[tuple[str, str], int], before: Mapping[str, int]
) -> set[str]:
    """The held communes, and all that many parcels join to one of them.

    moves   from where, to where → how many parcels
    before  how many parcels live in a commune
    """
    pairs = []
    for (origin, target), parcels in moves.items():
        smaller = min(before[code] for code in (origin, target) if before[code])
        if (parcels >= 5 and 100 * parcels > smaller) or 2 * parcels >= smaller:
            pairs.append({origin, target})
    while joined := [pair for pair in pairs if pair & held and not pair <= held]:
        held = held.union(*joined)
    return held


def moves_of(communes: Iterable[tuple[str, str]]) -> Counter[tuple[str, str]]:
    """How many parcels pass from where to where."""
    return Counter((origin, target) for origin, target in communes if origin != target)
