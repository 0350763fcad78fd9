"""Parcels that pass from one commune to another: known by their land, and held as one case of all communes they join."""

from collections import Counter
from collections.abc import Iterable, Mapping

from tests.model.alike import differ, same_land
from tests.model.deliveries import Row
from tests.model.register import Parcel


def by_land(rows: Mapping[int, Row], living: Iterable[Parcel], whole: set[str]) -> dict[int, int]:
    """Row → the parcel of another commune whose land it has: each row the one that it shares most with, each parcel once.

    whole  the communes that came whole
    """
    living = list(living)
    best: dict[int, tuple[int, int]] = {}
    communes = {parcel.uid: parcel.row.commune for parcel in living}
    for number, row in rows.items():
        there = [
            (row.land.shared(parcel.row.land), -parcel.uid)
            for parcel in living
            if same_land(row, parcel) and (parcel.row.commune in whole or not differ(row, parcel))
        ]
        if there:
            shared, uid = max(there)
            best[-uid] = max(best.get(-uid, (0, -number)), (shared, -number))
    found = {-number: uid for uid, (_, number) in best.items()}
    return {number: uid for number, uid in found.items() if communes[uid] != rows[number].commune}


def cases(moves: Mapping[tuple[str, str], int], before: Mapping[str, int]) -> list[set[str]]:
    """The communes that many parcels join, each case once.

    moves   from where, to where → how many parcels
    before  how many parcels live in a commune
    """
    found: list[set[str]] = []
    for (origin, target), parcels in moves.items():
        smaller = min(before[code] for code in (origin, target) if before[code])
        if (parcels >= 5 and 100 * parcels > smaller) or 2 * parcels >= smaller:
            joined = [case for case in found if case & {origin, target}]
            found = [case for case in found if case not in joined]
            found.append({origin, target}.union(*joined))
    return found


def left_by(code: str, moves: Mapping[tuple[str, str], int], before: Mapping[str, int]) -> int:
    """How many parcels of a commune do not pass to another one of its case."""
    case = next((case for case in cases(moves, before) if code in case), {code})
    return before[code] - sum(
        count for (origin, target), count in moves.items() if origin == code and target in case
    )


def with_their_cases(
    held: set[str], moves: Mapping[tuple[str, str], int], before: Mapping[str, int]
) -> set[str]:
    """The held communes, and all others of their cases."""
    return held.union(*(case for case in cases(moves, before) if case & held))


def moves_of(communes: Iterable[tuple[str, str]]) -> Counter[tuple[str, str]]:
    """How many parcels pass from where to where."""
    return Counter((origin, target) for origin, target in communes if origin != target)
