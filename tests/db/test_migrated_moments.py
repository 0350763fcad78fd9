"""A database that took times of the future, from before they were refused: mended with its data, and every mend is written down."""

from collections.abc import Iterator
from contextlib import closing
from datetime import datetime, timedelta

import psycopg2
import pytest

from sync.db.migrations import migrate
from sync.known.history import covered_to, known_up_to
from sync.platform import databases
from tests.support.before import database_of
from tests.support.database import Database, Server

pytestmark = pytest.mark.db
BEFORE = "0010"
NOW = datetime.fromisoformat("2026-11-28T20:00:00+07:00")
FUTURE = NOW.replace(year=2036)
MARK = "INSERT INTO land.source_watermark VALUES ('01', %s, %s, NULL, %s, 'run')"
DATASET = (
    "INSERT INTO land.dataset (commune_code, commune_valid_from, province_code, run_id, delivery_sha256, extracted_at, "
    "accepted_at, complete, rows_read, quarantined, unreadable, usability_group, provisional, reasons, measures, policy) "
    "VALUES (%s, '2025-07-01', '01', 'run', '', %s, %s, true, 1, 0, 0, 1, false, '[]', '{}', 'p')"
)
STATE = (
    "INSERT INTO land.source_state (province_code, source_alias, order_kind, source_order, observed_at, by_snapshot, ended, "
    "recorded_at, run_id) VALUES ('01', %s, %s, %s, %s, %s, false, %s, 'run')"
)


@pytest.fixture
def old(server: Server) -> Iterator[Database]:
    """A database at the revision of before."""
    with database_of(server, BEFORE) as database:
        yield database


def test_future_times_become_the_time_when_they_were_recorded(old: Database) -> None:
    later, skewed = NOW + timedelta(days=1), NOW + timedelta(minutes=9)
    micro = int(FUTURE.timestamp() * 1_000_000)
    with closing(psycopg2.connect(old.superuser_dsn)) as link, link.cursor() as cursor:
        cursor.execute(MARK, ("00004", FUTURE, NOW))
        cursor.execute(DATASET, ("00004", later, later))  # wholly ignored, and accepted
        cursor.execute(MARK, ("00008", skewed, NOW))
        cursor.execute(DATASET, ("00008", skewed, NOW))
        cursor.execute(STATE, ("of a snapshot", None, None, FUTURE, True, NOW))
        cursor.execute(STATE, ("of a version", "time", micro, NOW, False, NOW))
        cursor.execute(STATE, ("of a number", "number", micro, NOW, False, NOW))
        cursor.execute(
            "INSERT INTO ledger.run VALUES ('run', '01', 'sync', 'x', false, NULL, NULL, NULL, NULL, 'c', %s)",
            (NOW,),
        )
        cursor.execute(
            "INSERT INTO ledger.change_set VALUES ('run', '01', 'vbdlis', NULL, %s, %s, %s, %s)",
            (NOW - timedelta(days=1), FUTURE, FUTURE, NOW),
        )
        link.commit()
    migrate(old.superuser_dsn)
    databases.allow_login(old.superuser_dsn, {databases.LOADER: "landsync_loader-of-a-test"})
    assert known_up_to(old.dsn, "01") == {"00004": NOW, "00008": skewed}
    assert covered_to(old.dsn, "01") is not None
    assert covered_to(old.dsn, "01") <= skewed  # type: ignore[operator]
    assert old.query("SELECT source_alias, observed_at, source_order FROM land.source_state ORDER BY 1") == [
        ("of a number", NOW, micro),
        ("of a snapshot", NOW, None),
        ("of a version", NOW, int(NOW.timestamp() * 1_000_000)),
    ]
    mended = "SELECT commune_code, said_at, set_to FROM ledger.mended_moment"
    assert old.query(mended) == [("00004", FUTURE, NOW)]
    assert old.query("SELECT extracted_at FROM land.dataset WHERE commune_code = '00004'") == [(NOW,)]
