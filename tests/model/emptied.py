"""A row without geometry never empties a parcel that has one, nor one that it might be by a weaker handle."""

from collections.abc import Iterable, Mapping

from tests.model.alike import fits
from tests.model.deliveries import Row
from tests.model.register import Parcel


def named_first(row: Row, parcels: Iterable[Parcel]) -> Parcel | None:
    """What the strongest of its handles that names any of these names: KEY, ID, NUMBER to the letter."""
    parcels = list(parcels)
    for handle in (
        lambda each: each.key,
        lambda each: each.national_id,
        lambda each: each.place,
    ):
        for parcel in parcels:
            if handle(row) is not None and handle(parcel.row) == handle(row):
                return parcel
    return None


def empty_what_they_name(rows: Mapping[int, Row], living: Iterable[Parcel]) -> set[int]:
    """The rows of which the strongest handle that names a parcel names one with land."""
    living = list(living)
    named = {number: named_first(row, living) for number, row in rows.items()}
    return {number for number, parcel in named.items() if parcel is not None and parcel.row.land is not None}


def empty_what_they_fit(
    rows: Mapping[int, Row], living: Iterable[Parcel], match: Mapping[int, int]
) -> set[int]:
    """The rows that are, or may be by a NUMBER that merely fits, one with land."""
    parcels = {parcel.uid: parcel for parcel in living}
    found = set()
    for number, row in rows.items():
        its = parcels.get(match.get(number, 0))
        may_be = parcels.values() if its is None else [its]
        if any(
            each.row.land is not None and (each is its or fits(row.place, each.row.place)) for each in may_be
        ):
            found.add(number)
    return found
