"""Whether a parcel keeps its uid, told by the truth alone: what an office delivers, and whose row is whose."""

import itertools
from dataclasses import dataclass, field

from tests.model.cadastre import COMMUNES
from tests.model.deliveries import Delivery, Row
from tests.model.unusual import FORMS, ROAD

Living = dict[str, tuple[str, Row, bool]]


def whole(delivery: Delivery) -> bool:
    """Everything of a province, without a fault, and not held."""
    everything = delivery.complete == COMMUNES[delivery.province] and delivery.only is None
    return everything and not delivery.held and not any(row.refused for row in delivery.rows)


def handles(row: Row) -> set[object]:
    return {("key", row.key), ("id", row.national_id), ("number", *row.place)} - {("key", None), ("id", None)}


def same_object(before: Row, now: Row) -> bool:
    """A new key of the source is another object, unless it has the same land."""
    if before.key == now.key or before.land is None or now.land is None:
        return before.key == now.key
    return 10 * before.land.shared(now.land) >= 8 * max(before.land.width, now.land.width)


def gave_way(before: Row, now: Row) -> bool:
    """All that they have in common is a temporary number, and the land lies elsewhere: then land says which parcel it is."""
    if handles(before) & handles(now) != {("number", *before.place)} or before.number not in FORMS:
        return False
    if before.land is None or now.land is None:
        return False
    return 10 * before.land.shared(now.land) < min(before.land.width, now.land.width)


@dataclass
class Steadiness:
    """The last whole delivery of each province, with the uid of each parcel that it brought."""

    last: dict[str, dict[int, tuple[str, Row]]] = field(default_factory=dict)
    followed: int = 0

    def after(self, delivery: Delivery, living: Living) -> None:
        """After each delivery: between two whole ones who keeps a handle that nobody else takes keeps the uid."""
        if delivery.dry:
            return
        before = self.last.pop(delivery.province, {})
        if not whole(delivery):
            return
        uids = {(code, row): uid for uid, (code, row, stale) in living.items() if not stale}
        rows = {row.serial: row for row in delivery.rows if (delivery.province, row) in uids}
        now = {serial: (uids[delivery.province, row], row) for serial, row in rows.items()}
        taken = {serial: handles(row) for serial, row in ((row.serial, row) for row in delivery.rows)}
        for serial, (uid, row) in before.items():
            if (
                serial not in now
                or not handles(row) & handles(now[serial][1])
                or not same_object(row, now[serial][1])
                or gave_way(row, now[serial][1])
            ):
                continue
            if any(handles(row) & others for other, others in taken.items() if other != serial):
                continue
            self.followed += 1
            assert now[serial][0] == uid, f"another uid: {row}, now {now[serial][1]}"
        self.last[delivery.province] = now


def land_elsewhere(versions: dict[str, list[Row]]) -> set[str]:
    """The uids of which two versions that follow each other share no land; versions in their order."""
    return {
        uid
        for uid, rows in versions.items()
        if any(_elsewhere(one, other) for one, other in itertools.pairwise(rows))
    }


def _elsewhere(one: Row, other: Row) -> bool:
    """Of roads land says nothing, nor of what has none."""
    if one.land is None or other.land is None or one.use == other.use == ROAD:
        return False
    return one.land.shared(other.land) == 0
