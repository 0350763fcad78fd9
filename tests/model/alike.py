"""Whether a row and a parcel are alike: in their NUMBERs, in their KEYs, in their land."""

from collections import defaultdict
from collections.abc import Iterable, Mapping

from tests.model.deliveries import Row
from tests.model.register import Parcel


def fits(one: tuple[str, str | None, str], other: tuple[str, str | None, str]) -> bool:
    """Two NUMBERs fit if the place is the same and the mark is the same or unknown on one side."""
    return (one[0], one[2]) == (other[0], other[2]) and (one[1] == other[1] or None in (one[1], other[1]))


def each_others_only_ones(
    rows: Iterable[Row], living: Iterable[Parcel]
) -> dict[tuple[str, str | None, str], Parcel]:
    """NUMBER of a row → the only living parcel that it fits, if no other row fits that parcel."""
    delivered, parcels = defaultdict(list), defaultdict(list)  # by NUMBER without the mark
    for row in rows:
        if row.action != "end":
            delivered[row.commune, row.number].append(row)
    for parcel in living:
        parcels[parcel.row.commune, parcel.row.number].append(parcel)
    found = {}
    for where, here in delivered.items():
        for row in here:
            fitting = [parcel for parcel in parcels[where] if fits(row.place, parcel.row.place)]
            if len(fitting) == 1 and sum(fits(each.place, fitting[0].row.place) for each in here) == 1:
                found[row.place] = fitting[0]
    return found


def differ(row: Row, parcel: Parcel) -> bool:
    """The source says that they are two objects: both have a KEY, and not the same."""
    return row.key is not None and parcel.row.key is not None and row.key != parcel.row.key


def names(row: Row, parcel: Parcel) -> bool:
    """A weaker handle of the row, its id or its NUMBER, is the parcel's."""
    return row.place == parcel.row.place or (
        row.national_id is not None and row.national_id == parcel.row.national_id
    )


def same_land(row: Row, parcel: Parcel) -> bool:
    """They share at least eight tenths of the larger one. Where one has no land, nothing shows that."""
    return share(row, parcel) >= 0.8


def elsewhere(row: Row, parcel: Parcel) -> bool:
    """They have less than a tenth of the smaller one in common. Where one has no land, nothing shows that."""
    one, other = row.land, parcel.row.land
    return one is not None and other is not None and 10 * one.shared(other) < min(one.width, other.width)


def share(row: Row, parcel: Parcel) -> float:
    """How much of the larger one both cover."""
    if row.land is None or parcel.row.land is None:
        return 0.0
    return row.land.share(parcel.row.land)


def kept_from(rows: Mapping[int, Row], province: str, parcels: Iterable[Parcel]) -> dict[int, list[Parcel]]:
    """Row → the parcels of its own province that have its id or its NUMBER; the others are left out."""
    having: dict[object, list[Parcel]] = defaultdict(list)
    for parcel in parcels:
        if parcel.province == province:
            having[parcel.row.national_id or ()].append(parcel)
            having[parcel.row.place].append(parcel)
    found = {
        number: [*having.get(row.national_id, ()), *having.get(row.place, ())] for number, row in rows.items()
    }
    return {number: kept_by for number, kept_by in found.items() if kept_by}
