"""One national id, two provinces, at the same time: exactly one holds it, and nobody waits for ever."""

from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from threading import Barrier

import pytest

from parcels import admin_units
from sync.care.reconcile import reconcile
from sync.load.merge import Merged
from sync.load.receipt import totals
from tests.conftest import counts
from tests.support.database import Database
from tests.support.judged import COMMUNES, Plot, run_merge

pytestmark = pytest.mark.db
TIMES = counts(20)
ELSEWHERE = admin_units.communes("04")[0].code


def plots(round_no: int, commune: str, order: int) -> list[Plot]:
    """Two parcels with ids that the other province delivers too, in the opposite order."""
    ids = [f"w7er8{round_no:03d}bb{letter}0" for letter in "bc"]
    return [
        Plot(f"{round_no}-{i}", national_id, f"{round_no * 2 + i + 1}", commune, x=round_no * 2 + i)
        for i, national_id in enumerate(ids[::order])
    ]


def test_two_provinces_cannot_hold_one_national_id(database: Database, tmp_path: Path) -> None:
    refusals = 0
    for round_no in range(TIMES):
        start = Barrier(2)

        def load(province: str, commune: str, order: int) -> Merged:
            rows = plots(round_no, commune, order)  # noqa: B023 - used up within this round
            start.wait(timeout=30)  # noqa: B023
            return run_merge(database.dsn, tmp_path, rows, complete=(), province=province)

        with ThreadPoolExecutor(2) as pool:
            first = pool.submit(load, "01", COMMUNES[0], 1 if round_no % 2 else -1)
            second = pool.submit(load, "04", ELSEWHERE, 1)
            merged = [first.result(timeout=60), second.result(timeout=60)]
        # Who comes later is published without; who came at the same time is refused.
        refused = [row["merge_code"] for result in merged for row in result.quarantined]
        assert set(refused) <= {"IDN-CLAIMED"}
        assert len(refused) + sum(result.notes.get("id_withheld", 0) for result in merged) == 2
        assert sum(totals(result.lines)["new"] for result in merged) == 4 - len(refused)
        refusals += len(refused)

    with database.connect() as link, link.cursor() as cursor:
        cursor.execute(
            "SELECT count(*), count(p.national_id), count(DISTINCT p.national_id), count(c.parcel_uid) FROM land.parcel AS p "
            "LEFT JOIN land.national_id_claim AS c ON c.national_id = p.national_id AND c.parcel_uid = p.parcel_uid"
        )
        assert cursor.fetchone() == (4 * TIMES - refusals, *(2 * TIMES,) * 3)
    assert reconcile(["01", "04"], "test", dsn=database.dsn)["agrees"]
