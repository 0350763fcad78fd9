"""Random histories of two provinces that take the same ids at the same moment, with rows that are refused after they took one.

The book beside them knows what both offices hold, and two rules: an id is held by nobody, or by the one living parcel that carries it;
and once each office has brought everything, an id that one office alone gives is its parcel's.
"""

from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from pathlib import Path
from random import Random
from threading import Barrier

import pytest

from parcels import admin_units
from sync.care.reconcile import reconcile
from sync.load.merge import Merged
from tests.conftest import counts
from tests.support.database import Database
from tests.support.judged import COMMUNES, Plot, run_merge

pytestmark = pytest.mark.db
HOMES = {"01": COMMUNES[0], "04": admin_units.communes("04")[0].code}
IDS = [f"w7er8{i:03d}bbc0" for i in range(7)]
PARCELS, ROUNDS = 6, 4
_HOLDERS = """
SELECT c.national_id, c.province_code, c.parcel_uid::text, p.national_id IS NOT NULL
FROM land.national_id_claim AS c
LEFT JOIN land.parcel AS p ON p.parcel_uid = c.parcel_uid AND p.province_code = c.province_code AND p.national_id = c.national_id
WHERE c.parcel_uid IS NOT NULL
"""
_CARRIED = "SELECT p.national_id, p.province_code, p.source_key FROM land.parcel AS p WHERE p.national_id IS NOT NULL"


def begun(province: str) -> list[Plot]:
    """An office's parcels: none has an id yet."""
    return [Plot(f"{province}-{i}", None, str(i + 1), HOMES[province], x=i) for i in range(PARCELS)]


def night(rng: Random, office: list[Plot]) -> None:
    """Ids are given anew, and two parcels may exchange their numbers."""
    ids: list[str | None] = [*rng.sample(IDS, 4), None, None]
    rng.shuffle(ids)
    numbers = [plot.number for plot in office]
    if rng.random() < 0.5:
        i, j = rng.sample(range(PARCELS), 2)
        numbers[i], numbers[j] = numbers[j], numbers[i]
    office[:] = [
        replace(plot, national_id=held, number=number)
        for plot, held, number in zip(office, ids, numbers, strict=True)
    ]


def brought(rng: Random, office: list[Plot]) -> list[Plot]:
    """A delivery of it: all, or some. Of parcels that exchanged their numbers one may come alone: its number is another's, and it is refused."""
    return office if rng.random() < 0.3 else rng.sample(office, rng.randint(2, PARCELS - 1))


@pytest.mark.parametrize("seed", range(counts(6)))
def test_an_id_is_held_by_the_parcel_that_carries_it(database: Database, tmp_path: Path, seed: int) -> None:
    rng = Random(seed)
    offices = {province: begun(province) for province in HOMES}
    refused: list[str] = []

    def load(province: str, plots: list[Plot], start: Barrier | None = None) -> Merged:
        if start is not None:
            start.wait(timeout=30)
        merged = run_merge(
            database.dsn, tmp_path, plots, complete=(), province=province, passed=(HOMES[province],)
        )
        refused.extend(row["merge_code"] for row in merged.quarantined)
        return merged

    for province, office in offices.items():
        load(province, office)
    for _ in range(ROUNDS):
        start = Barrier(2)
        with ThreadPoolExecutor(2) as pool:
            both = []
            for province, office in offices.items():
                night(rng, office)
                both.append(pool.submit(load, province, brought(rng, office), start))
            for merged in both:
                merged.result(timeout=120)
        holders_carry_what_they_hold(database)
    for turn in range(3):  # who gives an id back is heard by the other the next time
        for province in sorted(offices, reverse=bool(turn % 2)):
            load(province, offices[province])
    holders_carry_what_they_hold(database)
    given = {
        held: {
            (province, plot.key)
            for province, office in offices.items()
            for plot in office
            if plot.national_id == held
        }
        for held in IDS
    }
    carried = {held: (province, key) for held, province, key in database.query(_CARRIED)}
    for held, by in given.items():
        assert (carried[held] in by) if by else (held not in carried), held
    assert reconcile(list(HOMES), "test", dsn=database.dsn)["agrees"]
    assert refused or seed, "no row was refused: this history tries nothing"


def holders_carry_what_they_hold(database: Database) -> None:
    """Both ways: whoever is said to hold an id lives with it, and whoever lives with one holds it."""
    holders = database.query(_HOLDERS)
    assert all(there for *_, there in holders), holders
    carried = database.query(_CARRIED)
    assert len({held for held, *_ in carried}) == len(carried)
    assert {held for held, *_ in holders} == {held for held, *_ in carried}
