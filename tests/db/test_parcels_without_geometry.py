"""A parcel without geometry lives without land, with its users; its first geometry is an ordinary change, and is never emptied."""

from dataclasses import replace

import pytest

from sync.care.reconcile import reconcile
from tests.support.database import Database
from tests.support.judged import Plot
from tests.support.village import ID, deliver, village

__all__ = ["deliver"]

pytestmark = pytest.mark.db
KEY, NAME, NUMBER = Plot("k9", x=9), Plot(None, ID.format(9), x=9), Plot(None, None, "10", x=9)


def bare(plot: Plot, code: str = "GEO-NULL") -> Plot:
    """The same, delivered without geometry."""
    return replace(plot, refused=(code,), bare=True)


def live(database: Database) -> list[tuple[object, ...]]:
    """Of the parcel without neighbours: its uid, whether it has land and area."""
    return database.query(
        "SELECT parcel_uid, geom IS NOT NULL, area_m2 IS NOT NULL FROM land.parcel "
        "WHERE coalesce(source_key, 'k9') = 'k9' AND coalesce(parcel_no, '10') = '10'"
    )


def agrees(database: Database) -> bool:
    return bool(reconcile(["01"], "test", dsn=database.dsn)["agrees"])


@pytest.mark.parametrize("plot", [KEY, NAME, NUMBER], ids=["key", "id", "number"])
@pytest.mark.parametrize("code", ["GEO-NULL", "GEO-EMPTY"])
def test_it_lives_gets_its_first_geometry_and_keeps_it(database, deliver, plot, code) -> None:
    deliver(village(3))
    merged = deliver([*village(3), bare(plot, code)])
    (first,) = merged.lines
    assert (first["new"], first["quarantined"], first["area_in_m2"]) == (1, 0, first["area_before_m2"])
    assert (merged.notes["without_geometry"], merged.quarantined) == (1, [])
    ((uid, *land),) = live(database)
    assert land == [False, False]
    assert database.query(
        "SELECT land_user_name FROM land_private.land_user WHERE parcel_uid = %s", (uid,)
    ) == [("Người Thử",)]
    assert agrees(database)

    merged = deliver([*village(3), bare(plot, code)])
    assert (merged.lines[0]["unchanged"], merged.notes["without_geometry"]) == (4, 1)

    merged = deliver([*village(3), plot])
    assert (merged.lines[0]["changed"], merged.notes, merged.braked) == (1, {"first_geometry": 1}, {})
    assert merged.columns == []
    assert live(database) == [(uid, True, True)]
    assert database.query("SELECT count(*) FROM land.lineage_event") == [(0,)]
    assert agrees(database)

    merged = deliver([*village(3), replace(bare(plot, code), user="Người Khác")])
    assert (merged.lines[0]["quarantined"], merged.lines[0]["ended"], merged.notes) == (1, 0, {})
    assert live(database) == [(uid, True, True)]
    assert database.query(
        "SELECT stale_since IS NOT NULL FROM land.parcel WHERE parcel_uid = %s", (uid,)
    ) == [(True,)]
    assert database.query(
        "SELECT land_user_name FROM land_private.land_user WHERE parcel_uid = %s", (uid,)
    ) == [("Người Thử",)]
    assert agrees(database)
