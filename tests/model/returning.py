"""What comes back: a row that is no living parcel may be one that ended."""

from collections.abc import Mapping, Sequence

from tests.model.alike import elsewhere, same_land
from tests.model.deliveries import Row
from tests.model.register import Parcel
from tests.model.unusual import ROAD


def used_again(row: Row, old: Parcel) -> bool:
    """A key that was given anew, to land that lies elsewhere."""
    return elsewhere(row, old) and not row.use == old.row.use == ROAD


def coming_back(rows: Mapping[int, Row], ended: Sequence[Parcel]) -> dict[int, int]:
    """Row → the ended parcel that it is: by KEY, if its land does not lie elsewhere; by ID or NUMBER only on the same land.

    Of several the last one. Roads are drawn elsewhere every year.
    """
    back: dict[int, int] = {}
    for same in (
        lambda row, old: row.key is not None and row.key == old.row.key and not used_again(row, old),
        lambda row, old: (
            row.national_id is not None and row.national_id == old.row.national_id and same_land(row, old)
        ),
        lambda row, old: row.place == old.row.place and same_land(row, old),
    ):
        for number, row in rows.items():
            if number in back:
                continue
            for old in reversed(ended):
                if old.uid not in back.values() and same(row, old):
                    back[number] = old.uid
                    break
    return back
