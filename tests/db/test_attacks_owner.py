"""The owner of the database tries to become more than its owner; and what a database of before is brought to."""

import secrets
from collections.abc import Iterator
from contextlib import closing

import psycopg2
import pytest

from parcels.errors import ComponentMissing
from sync.db.migrations import migrate, status
from sync.platform import databases
from tests.support.attack import attempt, target
from tests.support.database import PASSWORDS, Database, Server
from tests.support.databases import drop_database

__all__ = ["target"]
pytestmark = pytest.mark.db

WAYS = (
    "COPY (SELECT 1) TO PROGRAM 'id > /tmp/landsync-attack'",
    "COPY public.landsync_revision FROM PROGRAM 'id'",
    "COPY public.landsync_revision FROM '/etc/passwd'",
    "COPY (SELECT 1) TO '/tmp/landsync-attack'",
    "GRANT pg_execute_server_program TO landsync_owner",
    "GRANT pg_read_server_files TO landsync_owner",
    "GRANT pg_write_server_files TO landsync_owner",
    "GRANT pg_read_all_data TO analyst",
    "GRANT pg_signal_backend TO landsync_owner",
    "GRANT landsync TO landsync_owner",
    "GRANT landsync_loader TO landsync_owner",
    "CREATE ROLE mine LOGIN IN ROLE pg_execute_server_program",
    "CREATE ROLE mine",
    "ALTER ROLE landsync_owner CREATEROLE",
    "ALTER ROLE landsync_owner SUPERUSER",
    "ALTER ROLE landsync_owner BYPASSRLS",
    "ALTER ROLE landsync PASSWORD 'mine'",
    "ALTER ROLE landsync_loader PASSWORD 'mine'",
    "SET ROLE landsync",
    "SET SESSION AUTHORIZATION landsync",
    "CREATE DATABASE mine",
    "CREATE EXTENSION dblink",
    "CREATE EXTENSION postgres_fdw",
    "CREATE EXTENSION file_fdw",
    "CREATE EXTENSION adminpack",
    "CREATE LANGUAGE mine HANDLER plpgsql_call_handler",
    "CREATE FUNCTION public.f() RETURNS integer LANGUAGE c AS '/tmp/mine.so'",
    "CREATE FUNCTION public.f() RETURNS integer LANGUAGE internal AS 'pg_reload_conf'",
    "CREATE CAST (bytea AS text) WITHOUT FUNCTION",
    "CREATE EVENT TRIGGER mine ON ddl_command_start EXECUTE FUNCTION ledger.refuse_change()",
    "ALTER SYSTEM SET archive_command = 'id'",
    "ALTER DATABASE {database} SET session_preload_libraries = '/tmp/mine'",
    "SET session_replication_role = replica",
    "SELECT pg_reload_conf()",
    "SELECT pg_read_file('PG_VERSION')",
    "SELECT lo_import('/etc/hostname')",
    "SELECT lo_export(1, '/tmp/landsync-attack')",
    "UPDATE pg_catalog.pg_authid SET rolsuper = true",
    "SELECT rolpassword FROM pg_authid",
)


@pytest.mark.parametrize("way", WAYS)
def test_the_owner_does_not_become_more(target: Database, way: str) -> None:
    refused = attempt(target.owner_dsn, way.format(database=target.name))
    assert refused.code in {"42501", "42P17"}, (
        refused.told
    )  # 42P17: an event trigger's function, said before the right


def test_nobody_of_ours_is_more_than_its_grants(target: Database) -> None:
    ours = "(r.rolname LIKE 'landsync\\_%' OR r.rolname LIKE 'central\\_%' OR r.rolname = 'analyst' OR r.rolname ~ '^province_[0-9]{2}$')"
    strong = f"SELECT r.rolname FROM pg_roles AS r WHERE {ours} AND (r.rolsuper OR r.rolcreaterole OR r.rolcreatedb OR r.rolreplication OR r.rolbypassrls)"
    members = f"SELECT r.rolname, g.rolname FROM pg_auth_members AS m JOIN pg_roles AS r ON r.oid = m.member JOIN pg_roles AS g ON g.oid = m.roleid WHERE {ours}"
    for rule in (strong, members):
        assert attempt(target.superuser_dsn, rule).told == "", rule


# A function of the owner's that PostgreSQL would take for its own, because its arguments fit better.
PLANTED = """
    CREATE FUNCTION public.format(text, name) RETURNS text LANGUAGE plpgsql AS $$
    BEGIN
        ALTER ROLE landsync_owner SUPERUSER;
        RETURN pg_catalog.format($1, $2);
    EXCEPTION WHEN insufficient_privilege THEN
        RETURN pg_catalog.format($1, $2);
    END $$;
    ALTER DATABASE {database} SET search_path = public, pg_catalog;
"""


def test_a_superuser_runs_nothing_that_the_owner_put_in_its_way(target: Database) -> None:
    try:
        assert attempt(target.owner_dsn, PLANTED.format(database=target.name)).code is None
        databases.prepare_owner(target.superuser_dsn, PASSWORDS[databases.OWNER])
        databases.prepare_land(target.superuser_dsn)
        migrate(target.superuser_dsn)
        is_more = "SELECT rolname FROM pg_catalog.pg_roles WHERE rolname = 'landsync_owner' AND rolsuper"
        assert attempt(target.superuser_dsn, is_more).told == ""
    finally:
        with databases.administer(target.superuser_dsn) as cursor:
            cursor.execute(
                "ALTER ROLE landsync_owner NOSUPERUSER; DROP FUNCTION IF EXISTS public.format(text, name)"
            )
            cursor.execute(f'ALTER DATABASE "{target.name}" RESET ALL')


@pytest.fixture
def of_before(server: Server) -> Iterator[Database]:
    """A database whose owner may create roles and runs programs on the server, open to everybody: as one of before."""
    name = f"test_{secrets.token_hex(6)}"
    database = Database(name, server)
    databases.create_database(server.superuser_dsn, name, owner=databases.OWNER)
    databases.prepare_land(database.superuser_dsn)
    migrate(database.owner_dsn)
    with databases.administer(database.superuser_dsn) as cursor:
        cursor.execute(
            "ALTER ROLE landsync_owner CREATEROLE; GRANT pg_execute_server_program TO landsync_owner"
        )
        cursor.execute(f'GRANT CONNECT, TEMPORARY ON DATABASE "{name}" TO PUBLIC')
        cursor.execute("ALTER VIEW province.parcel RESET (security_barrier)")
        cursor.execute("GRANT CREATE ON SCHEMA public TO PUBLIC")
    assert attempt(database.owner_dsn, "COPY (SELECT 1) TO PROGRAM 'cat > /dev/null'").code is None
    try:
        yield database
    finally:
        databases.prepare_owner(server.superuser_dsn, PASSWORDS[databases.OWNER])
        drop_database(server.superuser_dsn, name)


def test_an_owner_of_before_gives_up_what_it_could_when_it_migrates(of_before: Database) -> None:
    migrate(of_before.owner_dsn, reapply=True)
    assert status(of_before.owner_dsn)["current"]
    _is_closed(of_before)


def test_a_superuser_prepares_a_database_of_before(of_before: Database) -> None:
    databases.prepare_owner(of_before.superuser_dsn, PASSWORDS[databases.OWNER])
    databases.prepare_land(of_before.superuser_dsn)
    migrate(of_before.owner_dsn, reapply=True)
    _is_closed(of_before)


def _is_closed(database: Database) -> None:
    of_before = attempt(database.owner_dsn, "COPY (SELECT 1) TO PROGRAM 'cat > /dev/null'")
    assert of_before.code == "42501"
    for statement in ("CREATE ROLE mine", "GRANT pg_execute_server_program TO landsync_owner"):
        assert attempt(database.owner_dsn, statement).code == "42501"
    with closing(psycopg2.connect(database.superuser_dsn)) as link, link.cursor() as cursor:
        cursor.execute(
            "SELECT has_database_privilege('public', current_database(), 'CONNECT, TEMPORARY'), "
            "has_schema_privilege('public', 'public', 'CREATE'), "
            "(SELECT reloptions FROM pg_class WHERE oid = 'province.parcel'::regclass)"
        )
        assert cursor.fetchone() == (False, False, ["security_barrier=true"])


def test_an_owner_that_cannot_give_it_up_by_itself_is_told_who_can(of_before: Database) -> None:
    """As on PostgreSQL 16 and later, where nobody takes CREATEROLE from himself: here it is another attribute."""
    with databases.administer(of_before.superuser_dsn) as cursor:
        cursor.execute("ALTER ROLE landsync_owner BYPASSRLS NOCREATEROLE")
    try:
        with pytest.raises(ComponentMissing, match="DB-DOOR-OPEN") as refused:
            migrate(of_before.owner_dsn)
        assert "sql/roles.sql" in str(refused.value.hint)
    finally:
        databases.prepare_owner(of_before.superuser_dsn, PASSWORDS[databases.OWNER])
    assert status(of_before.owner_dsn)["current"]
