"""Parcels that pass from one commune to another: known by their land, and held as one case of all communes they join."""

from collections import Counter
from collections.abc import Iterable, Mapping

from tests.model.alike import differ, names, same_land, share
from tests.model.deliveries import Row
from tests.model.register import Parcel
from tests.model.unusual import FORMS, ROAD


def by_land(rows: Mapping[int, Row], living: Iterable[Parcel], whole: set[str]) -> dict[int, int]:
    """Row → the parcel whose land it has: the one most alike, on both sides.

    Land does not tell apart what lies on the same land: of several the one that an id or a NUMBER names too, or none.

    whole  the communes that came whole
    """
    living = list(living)
    alike = {
        (number, parcel.uid): (round(share(row, parcel), 3), names(row, parcel))
        for number, row in rows.items()
        for parcel in living
        if same_land(row, parcel) and (parcel.row.commune in whole or not differ(row, parcel))
    }
    for side in (0, 1):
        most = {
            pair[side]: max(share for other, (share, _) in alike.items() if other[side] == pair[side])
            for pair in alike
        }
        alike = {pair: found for pair, found in alike.items() if found[0] == most[pair[side]]}
    told = {pair for pair, (_, named) in alike.items() if named}
    on_both = [
        pair
        for pair in alike
        if pair in told or not any(pair[side] == other[side] for other in told for side in (0, 1))
    ]
    sure = [
        pair
        for pair in on_both
        if all(Counter(each[side] for each in on_both)[pair[side]] == 1 for side in (0, 1))
    ]
    return dict(sure)


def got_its_number(row: Row, parcel: Parcel) -> bool:
    """A parcel that a temporary number alone names, and a row that nothing but a number names."""
    return parcel.row.number in FORMS and {
        row.key,
        row.national_id,
        parcel.row.key,
        parcel.row.national_id,
    } == {None}


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


def left_by(code: str, moves: Mapping[tuple[str, str], int]) -> int:
    """How many parcels of a commune pass to another one."""
    return sum(count for (origin, _), count in moves.items() if origin == code)


def with_their_cases(
    held: set[str], moves: Mapping[tuple[str, str], int], before: Mapping[str, int]
) -> set[str]:
    """The held communes, and all others of their cases."""
    return held.union(*(case for case in cases(moves, before) if case & held))


def moves_of(passing: Iterable[tuple[Row, Row]], *, joining: bool = False) -> Counter[tuple[str, str]]:
    """How many parcels pass from where to where, by what they were and are; `joining`: roads join nothing."""
    return Counter(
        (was.commune, now.commune)
        for was, now in passing
        if was.commune != now.commune
        if not joining or ROAD not in (was.use, now.use)
    )
