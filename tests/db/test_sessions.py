"""How a session behaves that landsync opens: with an end to everything, unless somebody said otherwise."""

import pytest

from sync import db
from sync.db.session import CHECK_SECONDS, IDLE_MINUTES
from sync.platform import databases
from sync.settings import settings
from tests.support.database import Database

pytestmark = pytest.mark.db
SHOWN = (
    "statement_timeout",
    "lock_timeout",
    "idle_in_transaction_session_timeout",
    "client_connection_check_interval",
)


def shown(dsn: str) -> dict[str, str]:
    with db.connect(dsn, "a run") as connection, connection.cursor() as cursor:
        found = {}
        for name in (*SHOWN, "tcp_keepalives_idle", "application_name"):
            cursor.execute(f"SHOW {name}")
            found[name] = cursor.fetchone()[0]
        return found


def test_no_statement_runs_waits_or_idles_without_an_end(database: Database) -> None:
    assert shown(database.dsn) == {
        "statement_timeout": "30min",
        "lock_timeout": "15min",
        "idle_in_transaction_session_timeout": f"{IDLE_MINUTES}min"
        if IDLE_MINUTES % 60
        else f"{IDLE_MINUTES // 60}h",
        "client_connection_check_interval": f"{CHECK_SECONDS}s",
        "tcp_keepalives_idle": "60",
        "application_name": "landsync a run",
    }


def test_a_rolled_back_transaction_keeps_the_settings(database: Database) -> None:
    with db.connect(database.dsn) as connection, connection.cursor() as cursor:
        cursor.execute("SELECT 1")
        connection.rollback()
        cursor.execute("SHOW statement_timeout")
        assert cursor.fetchone() == ("30min",)


def test_an_installation_and_an_administrator_may_say_otherwise(
    database: Database, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("LANDSYNC_STATEMENT_MINUTES", "120")
    settings.cache_clear()
    try:
        assert shown(database.dsn)["statement_timeout"] == "2h"
        assert shown(f"{database.dsn}?options=-c%20statement_timeout%3D7min")["statement_timeout"] == "7min"
        with databases.administer(database.superuser_dsn) as cursor:
            cursor.execute(f"ALTER DATABASE \"{database.name}\" SET lock_timeout = '9min'")
        assert shown(database.dsn)["lock_timeout"] == "9min"
        monkeypatch.setenv("LANDSYNC_STATEMENT_MINUTES", "0")
        settings.cache_clear()
        assert shown(database.dsn)["statement_timeout"] == "0"
    finally:
        monkeypatch.undo()
        settings.cache_clear()


def test_a_temporary_table_has_statistics_as_soon_as_it_is_filled(database: Database) -> None:
    known = "SELECT reltuples FROM pg_class WHERE oid = 'pg_temp.population_line'::regclass"
    claims = "SELECT reltuples FROM pg_class WHERE oid = 'pg_temp.population_claim'::regclass"
    lines = {name: ["08"] * 500 for name in ("province_code", "source_system", "land_user_key", "status")}
    with db.connect(database.dsn) as connection, connection.cursor() as cursor:
        db.execute(connection, "population/10_create_line")
        db.copy_in(
            connection,
            ("pg_temp", "population_line"),
            db.pa.table({**lines, "checked_at": ["2026-01-01"] * 500}),
        )
        cursor.execute(known)
        assert cursor.fetchone() == (500,)
        db.execute(connection, "population/20_claims")
        cursor.execute(claims)
        assert cursor.fetchone() == (1,)
