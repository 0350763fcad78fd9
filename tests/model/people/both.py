"""A province's parcels and its people together: what the judgement of parcels said of each row is what the people are judged by."""

from collections.abc import Sequence
from copy import deepcopy
from dataclasses import dataclass, field

from tests.model.deliveries import Delivery, Row
from tests.model.judgement import deliver as judge
from tests.model.people.judgement import deliver
from tests.model.people.register import Outcome, Register
from tests.model.people.said import Brought, ParcelRow, PeopleRow
from tests.model.register import Gate
from tests.model.register import Outcome as ParcelOutcome
from tests.model.register import Register as Parcels

_FATES = {
    "new": "accepted",
    "changed": "accepted",
    "unchanged": "accepted",
    "held": "waits",
    "quarantined": "refused",
    "ignored": "late",
    "ended_by_row": "late",
}


@dataclass
class Both:
    """`undecided`: province → the communes that were held of its last delivery and that nobody let pass since."""

    parcels: Parcels = field(default_factory=Parcels)
    people: dict[str, Register] = field(default_factory=lambda: {"01": Register(), "79": Register()})
    gate: Gate = field(default_factory=Gate)
    undecided: dict[str, set[str]] = field(default_factory=dict)

    def copy(self) -> "Both":
        people = {code: register.copy() for code, register in self.people.items()}
        return Both(self.parcels.copy(), people, deepcopy(self.gate), deepcopy(self.undecided))

    def deliver(
        self, delivery: Delivery, rows: Sequence[PeopleRow]
    ) -> tuple[Brought, ParcelOutcome, Outcome]:
        """One delivery, with what it says of people; of a dry run, hand it to a copy."""
        delivery = self.gate.through(delivery)
        province = delivery.province
        living = self.living(province)
        judged = judge(self.parcels, delivery)
        held = set(judged.held)
        if delivery.only is not None:
            held |= self.undecided.get(province, set()) - set(delivery.only)
        if not delivery.changes:
            self.undecided[province] = held
        brought = Brought(
            province,
            tuple(parcel_row(delivery, judged, place) for place in range(len(delivery.rows))),
            tuple(rows),
            frozenset(held),
            frozenset(living - self.living(province)),
        )
        return brought, judged, deliver(self.people[province], brought)

    def living(self, province: str) -> set[int]:
        return {uid for uid, parcel in self.parcels.living.items() if parcel.province == province}


def parcel_row(delivery: Delivery, judged: ParcelOutcome, place: int) -> ParcelRow:
    """A row of parcels as the people are judged by it."""
    row = delivery.rows[place]
    fate = "late" if row.action == "end" else _FATES[judged.fates[place]]
    if not _counted(delivery, row):
        fate = "beside"
    moment = delivery.at if row.version is None else float(row.version)
    return ParcelRow(row.commune, fate, judged.uids[place], moment)


def _counted(delivery: Delivery, row: Row) -> bool:
    return delivery.only is None or row.commune in delivery.only or row in delivery.beside
