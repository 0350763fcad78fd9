"""The uid of somebody who is known on one parcel alone, in the database and in Python."""

import hashlib
from uuid import UUID, uuid4

import pytest

from tests.support.surface import Surface, migrated, surface, uid

__all__ = ["migrated", "surface"]
pytestmark = pytest.mark.db

REF = UUID("2aef3504-97bd-2d69-befa-f34ea68f75ea")


def bound_uid(parcel_uid: UUID, ref: UUID) -> UUID:
    """As it is written down."""
    return UUID(bytes=hashlib.sha256(parcel_uid.bytes + ref.bytes).digest()[:16])


def test_both_give_the_same_uid_and_nothing_of_nothing(surface: Surface) -> None:
    pairs = [(uid(1), REF), (REF, uid(1)), (uid(2), REF), *((uuid4(), uuid4()) for _ in range(50))]
    for parcel, ref in pairs:
        ((found,),) = surface.run("SELECT land.bound_uid(%s::uuid, %s::uuid)", str(parcel), str(ref))
        assert UUID(str(found)) == bound_uid(parcel, ref)
    assert surface.run("SELECT land.bound_uid(%s::uuid, NULL)", str(uid(1))) == [(None,)]
    assert str(bound_uid(uid(1), REF)) == "1d6e9344-31bc-a037-379a-d42f4f8b5dc1"


def test_a_table_generates_it_and_whoever_loads_may_write_there(surface: Surface) -> None:
    surface.run(
        "CREATE TABLE staging.bound_try (parcel_uid uuid, ref uuid, bound boolean, who uuid GENERATED ALWAYS AS "
        "(CASE WHEN bound THEN land.bound_uid(parcel_uid, ref) ELSE ref END) STORED)"
    )
    surface.run("GRANT SELECT, INSERT, UPDATE ON staging.bound_try TO landsync_loader")
    parcel = str(uid(1))
    with surface.acting_as("landsync_loader"):
        for bound, ref in ((True, str(REF)), (False, str(REF)), (None, None)):
            surface.run("INSERT INTO staging.bound_try VALUES (%s, %s, %s)", parcel, ref, bound)
        surface.run("UPDATE staging.bound_try SET parcel_uid = %s WHERE bound", str(uid(2)))
    found = surface.run("SELECT who FROM staging.bound_try ORDER BY bound DESC NULLS LAST")
    assert [each and str(each) for (each,) in found] == [str(bound_uid(uid(2), REF)), str(REF), None]
