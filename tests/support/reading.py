"""A village whose handles and land part, what a person says of it, and what must hold whatever he says."""

from dataclasses import replace
from typing import Any

import pytest

from parcels.errors import LandsyncError
from sync import review
from sync.care.reconcile import reconcile
from sync.folder.reasons import Reading
from tests.support.judged import Plot
from tests.support.lineage import names_on_other_land
from tests.support.moments import PLACES, Delivery, Outcome, Province, moment
from tests.support.village import ID

HERE, THERE = PLACES


def plots(count: int = 20, commune: str = HERE, *, ids: bool = False) -> list[Plot]:
    """Parcels side by side, by key and number; a gap after each: nobody knows land at an odd place."""
    first = 0 if commune == HERE else 1000
    return [
        Plot(
            f"{commune}k{i}",
            ID.format(i) if ids else None,
            str(i + 1),
            commune,
            x=2 * (first + i),
        )
        for i in range(count)
    ]


def keys_shuffled(rows: list[Plot]) -> list[Plot]:
    """Land, id and number stay together, and each has another one's key."""
    return [replace(row, key=rows[(i * 7 + 3) % len(rows)].key) for i, row in enumerate(rows)]


def corrected(rows: list[Plot], count: int) -> list[Plot]:
    """So many rows lie where nothing was known, each another way off."""
    return [replace(row, x=row.x + 301 + 2 * i * i) if i < count else row for i, row in enumerate(rows)]


def night(province: Province, rows: list[Plot], day: int, complete: tuple[str, ...] | None = None) -> Outcome:
    if complete is None:
        complete = tuple(sorted({row.commune for row in rows}))
    return province.deliver(Delivery(tuple(rows), {"extracted_at": moment(day).isoformat()}, complete))


def changes(province: Province, rows: list[Plot], day: int) -> Outcome:
    order = int(moment(day).timestamp() * 1_000_000)
    rows = [replace(row, action="update", order=order) for row in rows]
    said = {"since": moment(day - 1).isoformat(), "until": moment(day).isoformat()}
    return province.deliver(Delivery(tuple(rows), said, (), "changes"))


def approve(
    province: Province,
    run: str,
    *communes: str,
    reading: Reading | None = None,
    actor: str = "test",
    reason: str = "looked at",
) -> dict[str, Any]:
    return review.approve(province.database.dsn, run, communes, actor, reason, reading=reading)


def refused(province: Province, run: str, *communes: str, reading: Reading) -> LandsyncError:
    with pytest.raises(LandsyncError) as caught:
        approve(province, run, *communes, reading=reading)
    return caught.value


def uids(province: Province) -> dict[str, str]:
    return dict(province.database.query("SELECT source_key, parcel_uid::text FROM land.parcel"))


def places(province: Province) -> dict[str, int]:
    """uid → where it lies."""
    found = province.database.query(
        "SELECT parcel_uid::text, round((ST_XMin(geom) - 105.8) / 0.0002)::int FROM land.parcel"
    )
    return dict(found)


def delivered(province: Province, rows: list[Plot]) -> None:
    """What lives is what was delivered, both sides agree, and no name is on other land without an event that says why."""
    found = province.database.query(
        "SELECT commune_code, source_key, parcel_no, round((ST_XMin(geom) - 105.8) / 0.0002)::int FROM land.parcel"
    )
    assert set(found) == {(row.commune, row.key, row.number, row.x) for row in rows}
    assert len(found) == len(rows)
    sound(province)


def sound(province: Province) -> None:
    assert names_on_other_land(province.database.query) == []
    assert reconcile(["01"], "test", dsn=province.database.dsn)["agrees"]


def events(province: Province) -> set[tuple[Any, ...]]:
    """Kind, state, who decided."""
    return set(province.database.query("SELECT kind, state, decided_by FROM land.lineage_event"))


def reasons(province: Province, run: str) -> set[str]:
    found = province.database.query("SELECT reasons FROM ledger.hold WHERE run_id = %s", run)
    return {reason["code"] for (all_of,) in found for reason in all_of}
