"""Migrating: again without effect, by two at once, by whoever may; reference tables that end what they no longer hold."""

import secrets
import subprocess
import sys
from collections.abc import Iterator
from contextlib import closing

import psycopg2
import pyarrow as pa
import pyarrow.compute as pc
import pytest
from sqlalchemy import Connection, create_engine
from sqlalchemy.pool import NullPool
from typer.testing import CliRunner

from parcels import reference
from parcels.errors import ComponentMissing, TransientError
from sync.cli.app import app
from sync.db import migrations
from sync.db.migrations import migrate, sqlalchemy_url, status
from sync.db.reference import TABLES, load_column_catalogue, load_reference_tables
from sync.platform import databases
from sync.settings import settings
from tests.support.database import Database, Server
from tests.support.databases import drop_database
from tests.support.surface import migrated

__all__ = ["migrated"]
pytestmark = pytest.mark.db


@pytest.fixture
def empty(server: Server) -> Iterator[Database]:
    """A database of the owner's with PostGIS and nothing of ours."""
    name = f"test_{secrets.token_hex(6)}"
    databases.create_database(server.superuser_dsn, name, owner=databases.OWNER)
    databases.prepare_land(server.dsn(name))
    try:
        yield Database(name, server)
    finally:
        drop_database(server.superuser_dsn, name)


@pytest.fixture
def owner(migrated: Database) -> Iterator[Connection]:
    """The owner's transaction in a migrated database, rolled back."""
    with create_engine(sqlalchemy_url(migrated.owner_dsn), poolclass=NullPool).connect() as connection:
        yield connection


def state_of(dsn: str) -> list[tuple[str, str]]:
    """What a migration could change, as text: definitions, rights and rows with their transaction ids."""
    queries = (
        "SELECT c.oid::regclass::text, concat(c.xmin, c.relacl, c.relfilenode) FROM pg_class AS c JOIN pg_namespace AS n ON n.oid = c.relnamespace WHERE n.nspname IN ('land', 'land_private', 'ledger', 'analyst', 'province')",
        "SELECT p.oid::regprocedure::text, p.xmin::text FROM pg_proc AS p JOIN pg_namespace AS n ON n.oid = p.pronamespace WHERE n.nspname IN ('land', 'ledger', 'analyst', 'province')",
        "SELECT concat(objoid, '/', objsubid), xmin::text FROM pg_description WHERE classoid = 'pg_class'::regclass",
        "SELECT commune_code, concat(xmin, valid_from) FROM land.commune",
        "SELECT concat(old_code, new_code), xmin::text FROM land.commune_conversion",
        "SELECT concat(record, column_name), xmin::text FROM land.column_catalogue",
        "SELECT province_code, xmin::text FROM land.province",
        "SELECT 'definitions', count(*)::text FROM ledger.definitions",
    )
    with closing(psycopg2.connect(dsn)) as link, link.cursor() as cursor:
        found: list[tuple[str, str]] = []
        for query in queries:
            cursor.execute(query)
            found += sorted(cursor.fetchall())
        return found


def test_migrating_again_changes_nothing(database: Database) -> None:
    before = state_of(database.superuser_dsn)
    assert migrate(database.owner_dsn) == status(database.owner_dsn)["newest"]
    assert migrate(database.superuser_dsn) == status(database.owner_dsn)["newest"]
    assert state_of(database.superuser_dsn) == before


def test_a_reader_in_the_middle_of_a_query_does_not_hold_up_a_migration(database: Database) -> None:
    with database.connect(databases.ANALYST) as link, link.cursor() as cursor:
        cursor.execute("SELECT count(*) FROM analyst.parcel")
        with database.connect(databases.LOADER) as writer, writer.cursor() as load:
            load.execute("SELECT count(*) FROM land_private.land_user")
            load.execute("UPDATE land.parcel SET run_id = run_id")
            assert migrate(f"{database.owner_dsn}?options=-c%20lock_timeout%3D2000")


def test_two_migrations_at_once_make_one_database(empty: Database) -> None:
    program = "import sys; from sync.db.migrations import migrate; print(migrate(sys.argv[1]))"
    both = [
        subprocess.Popen([sys.executable, "-c", program, empty.owner_dsn], stdout=subprocess.PIPE, text=True)
        for _ in range(2)
    ]
    newest = status(empty.owner_dsn)["newest"]
    assert [(run.communicate(timeout=120)[0].strip(), run.returncode) for run in both] == [(newest, 0)] * 2
    assert status(empty.owner_dsn)["current"]
    with closing(psycopg2.connect(empty.superuser_dsn)) as link, link.cursor() as cursor:
        cursor.execute("SELECT count(*) FROM ledger.definitions")
        assert cursor.fetchone() == (1,)


def test_a_superuser_migrates_a_database_of_its_own(server: Server) -> None:
    name = f"test_{secrets.token_hex(6)}"
    with databases.administer(server.superuser_dsn) as cursor:
        cursor.execute(f'CREATE DATABASE "{name}" TEMPLATE template0')
    try:
        dsn = server.dsn(name)
        assert not status(dsn)["current"]
        migrate(dsn)
        assert status(dsn)["current"]
        with closing(psycopg2.connect(dsn)) as link, link.cursor() as cursor:
            cursor.execute(
                "SELECT DISTINCT pg_get_userbyid(relowner) FROM pg_class WHERE relnamespace IN "
                "('land'::regnamespace, 'land_private'::regnamespace, 'ledger'::regnamespace, 'analyst'::regnamespace)"
            )
            assert cursor.fetchall() == [("landsync_owner",)]
    finally:
        drop_database(server.superuser_dsn, name)


def test_who_may_not_migrate_is_told_so(database: Database) -> None:
    with pytest.raises(ComponentMissing, match="DB-RIGHTS"):
        migrate(database.dsn_as(databases.ANALYST))


def test_a_database_that_cannot_hold_vietnamese_is_refused(server: Server) -> None:
    name = f"test_{secrets.token_hex(6)}"
    with databases.administer(server.superuser_dsn) as cursor:
        cursor.execute(
            f"CREATE DATABASE \"{name}\" TEMPLATE template0 ENCODING 'SQL_ASCII' LC_COLLATE 'C' LC_CTYPE 'C'"
        )
    try:
        with pytest.raises(ComponentMissing, match="ENCODING SQL_ASCII <> UTF8"):
            migrate(server.dsn(name))
    finally:
        drop_database(server.superuser_dsn, name)


def test_a_server_that_does_not_answer_may_answer_later() -> None:
    with pytest.raises(TransientError, match="DB-DOWN"):
        migrate("postgresql://postgres@127.0.0.1:1/land")


def test_rights_altered_by_hand_are_put_right_by_reapplying(database: Database) -> None:
    with database.connect(databases.OWNER) as link, link.cursor() as cursor:
        cursor.execute("GRANT SELECT ON land_private.land_user TO analyst")
        cursor.execute("GRANT USAGE ON SCHEMA land_private TO analyst")
        cursor.execute("COMMENT ON TABLE land.parcel IS NULL")
        link.commit()
        migrate(database.owner_dsn, reapply=True)
        cursor.execute("SELECT has_table_privilege('analyst', 'land_private.land_user', 'SELECT')")
        assert cursor.fetchone() == (False,)
        cursor.execute("SELECT obj_description('land.parcel'::regclass) IS NOT NULL")
        assert cursor.fetchone() == (True,)


def test_definitions_of_another_version_are_noticed_and_replaced(
    database: Database, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(migrations, "definitions_sha256", lambda _: "another version")
    assert not status(database.owner_dsn)["current"]
    migrate(database.owner_dsn)
    assert status(database.owner_dsn)["current"]


def test_the_commands_say_where_the_database_stands(
    database: Database, empty: Database, monkeypatch: pytest.MonkeyPatch
) -> None:
    def run(dsn: str, *words: str) -> tuple[int, str]:
        monkeypatch.setenv("LANDSYNC_DSN", dsn)
        settings.cache_clear()
        result = CliRunner().invoke(app, ["--lang", "en", "db", *words])
        return result.exit_code, result.output

    try:
        assert run(database.owner_dsn, "status") == (
            0,
            f"The database is at the newest revision ({newest()}).\n",
        )
        code, said = run(empty.owner_dsn, "status")
        assert code == 5
        assert "landsync db migrate" in said
        assert run(empty.owner_dsn, "migrate")[0] == 0
        code, said = run(empty.owner_dsn, "status", "--json")
        assert code == 0
        assert '"current": true' in said
        code, said = run("postgresql://postgres@127.0.0.1:1/land", "status")
        assert code == 5
        assert "Traceback" not in said
    finally:
        settings.cache_clear()


def newest() -> str:
    return str(migrations.ScriptDirectory.from_config(migrations.alembic_config()).get_current_head())


def test_the_reference_tables_hold_what_the_files_hold(owner: Connection) -> None:
    for table, name in TABLES.items():
        count = owner.exec_driver_sql(f"SELECT count(*) FROM land.{table}").scalar()
        assert count == reference.table(name).num_rows > 30, table
    assert owner.exec_driver_sql(
        "SELECT c.name, c.kind, c.old_province_code FROM land.commune AS c WHERE c.commune_code = '00004' ORDER BY c.valid_from"
    ).fetchall() == [("Phường Trúc Bạch", "phường", "01"), ("Phường Ba Đình", "phường", "01")]
    assert owner.exec_driver_sql("SELECT count(*) FROM land.commune WHERE valid_to IS NULL").scalar() == 3321


def test_loading_again_touches_no_row(owner: Connection) -> None:
    assert load_reference_tables(owner) == dict.fromkeys(TABLES, 0)
    assert load_column_catalogue(owner) == 0


@pytest.mark.parametrize(("table", "name"), TABLES.items())
def test_a_row_that_the_files_no_longer_hold_ends_and_may_return(
    owner: Connection, monkeypatch: pytest.MonkeyPatch, table: str, name: reference.Name
) -> None:
    original = reference.table
    whole = original(name)
    open_rows = pc.is_null(whole["valid_to"]).to_pylist() if "valid_to" in whole.column_names else [True]
    gone = open_rows.index(True)
    shorter = pa.concat_tables([whole.slice(0, gone), whole.slice(gone + 1)])
    monkeypatch.setattr(reference, "table", lambda wanted: shorter if wanted == name else original(wanted))
    assert load_reference_tables(owner)[table] == 0
    ended = (
        f"SELECT count(*) FROM land.{table} WHERE valid_to = (now() AT TIME ZONE 'Asia/Ho_Chi_Minh')::date"
    )
    assert owner.exec_driver_sql(ended).scalar() == 1
    assert owner.exec_driver_sql(f"SELECT count(*) FROM land.{table}").scalar() == whole.num_rows
    monkeypatch.undo()
    assert load_reference_tables(owner)[table] == 1
    assert owner.exec_driver_sql(ended).scalar() == 0


def test_only_the_row_that_differs_changes(owner: Connection) -> None:
    owner.exec_driver_sql(
        "UPDATE land.commune SET name = 'x' WHERE commune_code = '00004' AND valid_to IS NULL"
    )
    owner.exec_driver_sql("UPDATE land.cadastral_meridian SET epsg = 1 WHERE old_province_code = '01'")
    owner.exec_driver_sql("UPDATE land.column_catalogue SET unit = 'ha' WHERE column_name = 'area_m2'")
    changed = load_reference_tables(owner)
    assert changed == dict.fromkeys(TABLES, 0) | {"commune": 1, "cadastral_meridian": 1}
    assert load_column_catalogue(owner) == 1
