"""The lock on a province: taken when a run begins, renewed by its own stages, never taken from the living."""

import pytest

from parcels.errors import TransientError
from sync import db
from sync.run import ledger
from tests.support.database import Database

pytestmark = pytest.mark.db


def holder_of(database: Database) -> str | None:
    with db.connect(database.dsn) as connection:
        row = db.fetch_one(connection, "ledger/lock_of", {"province": "01"})
    assert row is not None
    return row["lock_run_id"]


def test_a_stage_of_another_run_does_not_take_the_lock_of_a_living_airflow_run(database: Database) -> None:
    mine, _ = ledger.begin(database.dsn, ledger.RunRequest("01", "test"))
    with database.connect() as link, link.cursor() as cursor:
        cursor.execute("UPDATE ledger.province_state SET lock_expires_at = now() - interval '1 minute'")
        link.commit()
    theirs, abandoned = ledger.begin(
        database.dsn, ledger.RunRequest("01", "airflow:schedule", airflow_run_id="province_sync_01/x")
    )
    assert abandoned == mine
    with pytest.raises(TransientError, match="LOCKED"), ledger.stage(database.dsn, "01", mine, "load"):
        pytest.fail("the stage began")
    assert holder_of(database) == theirs


def test_the_next_run_of_the_same_dag_takes_over_and_a_retry_goes_on(database: Database) -> None:
    def begin(name: str) -> tuple[str, str | None]:
        return ledger.begin(database.dsn, ledger.RunRequest("01", "airflow:schedule", airflow_run_id=name))

    first, _ = begin("province_sync_01/1")
    assert begin("province_sync_01/1") == (first, None)
    second, abandoned = begin("province_sync_01/2")
    assert (abandoned, holder_of(database)) == (first, second)
