"""Two neighbours exchange their owners and nothing else: an ordinary change. Land, names and lineage stay; who used it when is known on both
sides of the day."""

from dataclasses import replace
from datetime import UTC, date, datetime

import pytest

from sync.care.reconcile import reconcile
from sync.load.merge import Merged
from sync.load.receipt import totals
from tests.db.test_items_as_of import asked
from tests.support.changesets import Deliver, change, changes, day, full
from tests.support.database import Database
from tests.support.judged import Plot

__all__ = ["changes", "full"]
pytestmark = pytest.mark.db

USER, CERTIFICATE = "land_private.land_user_as_of", "land_private.certificate_as_of"
BORN, SOLD = date(2020, 1, 1), date(2026, 11, 6)


def neighbours(count: int = 200, *, dated: bool = True) -> list[Plot]:
    """A commune of ordinary size, each parcel with its owner and his certificate."""
    return [
        Plot(
            f"k{i}", f"w7er83vw1{i:03d}", str(i + 1), x=i, user=f"Chủ {i}", user_key=f"u{i}",
            certificate=f"AB {i:06d}", valid_from=BORN if dated else None, order=1,
        )
        for i in range(count)
    ]  # fmt: skip


def exchanged(plots: list[Plot], **values: object) -> list[Plot]:
    one, other = plots[:2]
    passed = [
        replace(to, user=of.user, user_key=of.user_key, certificate=of.certificate, order=2, **values)  # type: ignore[arg-type]
        for to, of in ((one, other), (other, one))
    ]
    return [*passed, *plots[2:]]


def identities(database: Database) -> list[tuple[object, ...]]:
    return database.query(
        "SELECT p.source_key, p.parcel_uid, p.national_id, p.sheet_no, p.parcel_no, ST_AsText(p.geom) FROM land.parcel AS p ORDER BY 1"
    )


def nothing_held(merged: Merged) -> bool:
    held = (merged.contradicted, merged.braked, merged.moves, merged.tied, merged.quarantined)
    return not any(held) and totals(merged.lines)["held"] == 0


@pytest.mark.parametrize("kind", ["snapshot", "set"])
@pytest.mark.parametrize("dated", [True, False])
def test_two_neighbours_who_exchange_only_their_owners_keep_their_land(
    database: Database, full: Deliver, changes: Deliver, kind: str, *, dated: bool
) -> None:
    plots = neighbours(dated=dated)
    full(plots, 1, valid_from_means="state")
    before, known = identities(database), datetime.now(UTC)
    after = exchanged(plots, valid_from=SOLD if dated else None)
    if kind == "snapshot":
        merged = full(after, 5, valid_from_means="state")
    else:
        merged = changes([change(plot, 2) for plot in after[:2]], 5, valid_from_means="state")
    assert nothing_held(merged)
    assert identities(database) == before
    assert database.query("SELECT count(*) FROM land.lineage_event") == [(0,)]
    for key, old, new in (("k0", 0, 1), ("k1", 1, 0)):
        for function, name in ((USER, "Chủ {}"), (CERTIFICATE, "AB {:06d}")):
            at_first = asked(database, function, day(4).date(), key=key)
            assert at_first == (name.format(old) if dated else "?"), (key, function)
            assert asked(database, function, SOLD, key=key) == name.format(new)
            assert asked(database, function, SOLD, known, key) == name.format(old), "what was known before"
            versions = database.query(
                f"SELECT count(*) FROM land_private.{'land_user' if function == USER else 'certificate'}_version"
            )
            assert versions == [(2,)], "the history of both, and of nobody else"
    assert asked(database, USER, SOLD, key="k2") == "Chủ 2"
    assert reconcile(["01"], "test", dsn=database.dsn)["agrees"]


def test_owners_who_exchange_twice_have_both_their_times(
    database: Database, full: Deliver, changes: Deliver
) -> None:
    plots = neighbours(20)
    full(plots, 1, valid_from_means="state")
    swapped = exchanged(plots, valid_from=SOLD)
    changes([change(plot, 2) for plot in swapped[:2]], 5, valid_from_means="state")
    back = date(2026, 11, 10)
    changes([change(plot, 3, valid_from=back) for plot in plots[:2]], 9, valid_from_means="state")
    for key, own, other in (("k0", "Chủ 0", "Chủ 1"), ("k1", "Chủ 1", "Chủ 0")):
        assert [asked(database, USER, each, key=key) for each in (day(4).date(), SOLD, day(8).date(), back)] == [
            own, other, other, own,
        ]  # fmt: skip
    assert database.query("SELECT count(*) FROM land.lineage_event") == [(0,)]
