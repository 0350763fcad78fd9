"""A province's parcels and its people together: what the judgement of parcels said of each row is what the people are judged by."""

from copy import deepcopy
from dataclasses import dataclass, field
from typing import NamedTuple

from tests.model.deliveries import Delivery
from tests.model.judgement import deliver as judge
from tests.model.people.histories import Handed
from tests.model.people.judgement import deliver
from tests.model.people.register import Outcome, Register
from tests.model.people.said import Accepted, Brought
from tests.model.register import Gate, Parcel, parcel_part
from tests.model.register import Outcome as ParcelOutcome
from tests.model.register import Register as Parcels

_ACCEPTED = ("new", "changed", "unchanged")


class Judged(NamedTuple):
    """A delivery as it came through the gate, what its people were judged by, and what became of parcels and of people."""

    delivery: Delivery
    brought: Brought
    parcels: ParcelOutcome
    people: Outcome


@dataclass
class Both:
    """The registers of both provinces; of their people each has its own."""

    parcels: Parcels = field(default_factory=Parcels)
    people: dict[str, Register] = field(default_factory=lambda: {"01": Register(), "79": Register()})
    gate: Gate = field(default_factory=Gate)

    def copy(self) -> "Both":
        return deepcopy(self)

    def deliver(self, handed: Handed) -> Judged:
        """One delivery, with what it says of people; of a dry run, hand it to a copy."""
        delivery = self.gate.through(handed.delivery)
        before = self.living(delivery.province)
        outcome = judge(self.parcels, delivery)
        after = self.living(delivery.province)
        accepted = [
            (place, uid)
            for place, (row, uid) in enumerate(zip(delivery.rows, outcome.uids, strict=True))
            if uid is not None and row.action != "end" and outcome.fates[place] in _ACCEPTED
        ]
        rows = []
        for place, uid in accepted:
            row = delivery.rows[place]
            rows.append(Accepted(uid, row.commune, handed.system_of(row), handed.said[place]))
        ended = {uid: before[uid].row.commune for uid in before.keys() - after.keys()}
        brought = Brought(tuple(rows), ended, handed.spoken)
        people = deliver(self.people[delivery.province], brought)
        for place, uid in accepted:
            if uid in before:
                same = parcel_part(before[uid].published) == parcel_part(after[uid].published)
                recount(outcome, place, after[uid].row.commune, same and uid not in people.touched)
        return Judged(delivery, brought, outcome, people)

    def living(self, province: str) -> dict[int, Parcel]:
        return {uid: parcel for uid, parcel in self.parcels.living.items() if parcel.province == province}


def recount(outcome: ParcelOutcome, place: int, commune: str, same: bool) -> None:
    """The judgement of parcels knows people by a word alone: whether a row changed anything is said by what is told of them."""
    outcome.lines[commune][outcome.fates[place]] -= 1
    outcome.fates[place] = "unchanged" if same else "changed"
    outcome.lines[commune][outcome.fates[place]] += 1
