"""What one delivery does to the people of a province.

It speaks whole of the users, certificates and rights of each row of parcels that is accepted: what such a row no longer says is
over, also where it says nothing. Of restrictions and transferees it speaks only in the communes that it says so of; elsewhere
what is known stays. Every other parcel keeps what it has, and one that ends has nothing.
"""

from typing import Any

from tests.model.people.identity import whose
from tests.model.people.register import Described, Held, Outcome, Register
from tests.model.people.said import (
    COME_AND_GO,
    RECORDS,
    Accepted,
    Brought,
    of_record,
    says_nothing,
    values_of,
)


def deliver(register: Register, brought: Brought) -> Outcome:
    """Do it."""
    register.moment += 1
    outcome = Outcome()
    for parcel, commune in brought.ended.items():
        for record in RECORDS:
            outcome.closed[commune, record] += len(register.of(record, parcel))
            register.becomes(record, parcel, set())
    for row in brought.rows:
        said = contents_of(row)
        spoken = [
            record
            for record in RECORDS
            if record not in COME_AND_GO or row.commune in brought.spoken.get(record, ())
        ]
        count(outcome, row, {record: (register.of(record, row.parcel), said[record]) for record in spoken})
        for record in spoken:
            register.becomes(record, row.parcel, said[record])
    return outcome


def contents_of(row: Accepted) -> dict[str, set[Any]]:
    """Record → what a row says, once each."""
    rights = row.said.rights()
    who = whose(row.system, row.parcel, rights)
    users = {Described(who.user(each.user), each.user) for each in rights if not says_nothing(each.user)}  # type: ignore[arg-type]
    papers = {
        Described(who.certificate(each.certificate), each.certificate)  # type: ignore[arg-type]
        for each in rights
        if not says_nothing(each.certificate)
    }
    held = {
        Held(who.user(each.user), who.certificate(each.certificate), *values_of(each)[2:]) for each in rights
    }
    beside = {record: set(of_record(record, row.said)) for record in COME_AND_GO}
    return {"land_user": users, "certificate": papers, "land_right": held, **beside}


def count(outcome: Outcome, row: Accepted, both: dict[str, tuple[set[Any], set[Any]]]) -> None:
    """What it had, and what it has. That a right ties others is counted with these."""
    differing = {record for record, (before, after) in both.items() if before != after}
    if differing:
        outcome.touched.add(row.parcel)
    for record, (before, after) in both.items():
        of_others = record == "land_right" and differing & {"land_user", "certificate"}
        outcome.changed[row.commune, record] += bool(before - after) and not of_others
        outcome.closed[row.commune, record] += max(0, len(before) - len(after))
        outcome.added[row.commune, record] += max(0, len(after) - len(before))
