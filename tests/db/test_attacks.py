"""Who tries to see what is not his: a province the nation, the nation's readers persons, strangers anything."""

from contextlib import closing

import psycopg2
import pytest

from sync import db
from sync.platform import databases
from tests.support.attack import HIDDEN, SHOWN, VIEWS, attempt, target
from tests.support.database import Database

__all__ = ["target"]
pytestmark = pytest.mark.db

ALL_PARTITIONS = "SET enable_partition_pruning = off"
REFUSED = "42501"


LOOKS = ("SELECT count(*)", "EXPLAIN (ANALYZE, VERBOSE) SELECT *", "EXPLAIN ANALYZE SELECT 1")


@pytest.mark.parametrize(("view", "column"), VIEWS.items())
@pytest.mark.parametrize("setting", ["", ALL_PARTITIONS])
def test_a_cheap_function_of_ones_own_sees_only_rows_of_the_province(
    target: Database, view: str, column: str, setting: str
) -> None:
    looks = [f"{look} FROM province.{view} AS v WHERE public.peek(v.{column})" for look in LOOKS]
    seen = attempt(target.dsn_as("province_08"), setting or "SELECT 1", *looks)
    assert seen.code is None
    assert seen.hidden == []
    assert SHOWN in seen.told or "Tuyên Quang" in seen.told  # it does tell what it is shown


@pytest.mark.parametrize(("view", "column"), VIEWS.items())
def test_the_words_of_an_error_tell_nothing(target: Database, view: str, column: str) -> None:
    query = f"SELECT FROM province.{view} AS v WHERE v.{column} IN ('{HIDDEN}', 'Hà Nội', 'run-{HIDDEN}') AND v.{column}::integer = 0"
    error = attempt(target.dsn_as("province_08"), ALL_PARTITIONS, query)
    assert (error.code, error.hidden) == (None, [])


OWN_CODE = {
    "a function of one's own, for the session": "CREATE FUNCTION pg_temp.f(text) RETURNS boolean LANGUAGE sql RETURN true",
    "a table of one's own": "CREATE TEMP TABLE mine (i integer)",
    "a view of one's own": "CREATE TEMP VIEW mine AS SELECT 1",
    "a function where everybody looks": "CREATE FUNCTION public.f(text) RETURNS boolean LANGUAGE sql RETURN true",
    "an operator": "CREATE OPERATOR public.<<<< (LEFTARG = text, RIGHTARG = text, FUNCTION = texteq, RESTRICT = eqsel)",
    "a cast": "CREATE CAST (text AS integer) WITH INOUT AS IMPLICIT",
    "a function that claims to leak nothing": "CREATE FUNCTION public.f(text) RETURNS boolean LANGUAGE sql LEAKPROOF RETURN true",
    "a schema": "CREATE SCHEMA mine",
    "a type": "CREATE TYPE public.mine AS (i integer)",
    "an extension": "CREATE EXTENSION dblink",
    "a foreign server": "CREATE EXTENSION postgres_fdw",
    "a language": "CREATE LANGUAGE mine HANDLER plpgsql_call_handler",
}  # fmt: skip


@pytest.mark.parametrize("statement", OWN_CODE.values(), ids=OWN_CODE)
def test_a_province_brings_no_code_of_its_own(target: Database, statement: str) -> None:
    refused = attempt(target.dsn_as("province_08"), statement)
    assert refused.code in {REFUSED, "42P17"}, (
        refused.told
    )  # 42P17: only superusers define what leaks nothing


OTHER_WAYS = {
    "the table": "SELECT * FROM land.parcel",
    "a partition": "SELECT * FROM land.parcel_01",
    "a partition of persons": "SELECT * FROM land_private.land_user_01",
    "the ledger": "SELECT * FROM ledger.finding",
    "the analysts' view": "SELECT * FROM analyst.parcel",
    "the analysts' function": "SELECT * FROM analyst.parcel_as_of()",
    "a tile": "SELECT analyst.parcel_tile(14, 13006, 7214)",
    "COPY of the table": "COPY land.parcel TO STDOUT",
    "COPY to a file": "COPY (SELECT 1) TO '/tmp/landsync-attack'",
    "COPY to a program": "COPY (SELECT 1) TO PROGRAM 'id'",
    "a sample": "SELECT * FROM land.parcel_01 TABLESAMPLE SYSTEM (100)",
    "XML of a table": "SELECT table_to_xml('land.parcel_01', true, false, '')",
    "XML of a query": "SELECT query_to_xml('SELECT * FROM land.parcel_01', true, false, '')",
    "writing": "UPDATE province.parcel SET address = address",
    "locking rows": "SELECT FROM province.parcel FOR UPDATE",
    "another role": "SET ROLE landsync_loader",
    "another province": "SET ROLE province_01",
    "another person": "SET SESSION AUTHORIZATION landsync",
    "no row security": "SET row_security = off; SELECT * FROM land_private.land_user",
    "statistics by PostGIS": "SELECT public._postgis_stats((SELECT oid FROM pg_class WHERE relname = 'parcel_01'), 'geom')",
    "an extent by PostGIS": "SELECT public.ST_EstimatedExtent('land', 'parcel_01', 'geom')",
    "an extent of an index": "SELECT public._postgis_index_extent((SELECT oid FROM pg_class WHERE relname = 'parcel_01'), 'geom')",
    "a selectivity by PostGIS": "SELECT public._postgis_selectivity((SELECT oid FROM pg_class WHERE relname = 'parcel_01'), 'geom', 'POINT(0 0)')",
    "the planner's statistics": "SELECT * FROM pg_statistic",
    "a file of the server": "SELECT pg_read_file('PG_VERSION')",
    "a folder of the server": "SELECT pg_ls_dir('.')",
    "the log": "SELECT pg_read_file(pg_current_logfile())",
    "a large object from a file": "SELECT lo_import('/etc/hostname')",
    "a setting of the server": "ALTER SYSTEM SET log_statement = 'all'",
    "another's sleep": "SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE usename <> current_user",
    "the claims": "UPDATE land.national_id_claim SET parcel_uid = NULL",
    "passwords": "SELECT rolpassword FROM pg_authid",
    "a publication": "CREATE PUBLICATION p FOR ALL TABLES",
    "a subscription": "CREATE SUBSCRIPTION s CONNECTION 'dbname=land' PUBLICATION p WITH (connect = false)",
    "a role": "CREATE ROLE mine",
    "an attribute": "ALTER ROLE province_08 CREATEROLE",
}  # fmt: skip


@pytest.mark.parametrize("statement", OTHER_WAYS.values(), ids=OTHER_WAYS)
def test_a_province_is_refused_whatever_else_it_tries(target: Database, statement: str) -> None:
    refused = attempt(target.dsn_as("province_08"), *statement.split("; "))
    assert refused.hidden == []
    assert refused.code in {REFUSED, "55000"}, refused.told  # 55000: a view that cannot be written at all


SILENT = {
    "XML of a schema": "SELECT schema_to_xml('land_private', true, false, '')",
    "statistics of columns": "SELECT * FROM pg_stats WHERE schemaname NOT LIKE 'pg\\_%'",
    "extended statistics": "SELECT * FROM pg_stats_ext",
    "what others ask": "SELECT query FROM pg_stat_activity WHERE usename <> current_user",
    "persons": "SELECT * FROM land_private.land_user",
    "persons, said to be of another": "SELECT * FROM land_private.land_user WHERE province_code = '01'",
    "persons, by a function": "EXPLAIN (ANALYZE, VERBOSE) SELECT * FROM land_private.land_user AS u WHERE public.peek(u::text)",
    "large objects": "SELECT * FROM pg_largeobject_metadata",
    "a cursor": "SELECT * FROM cursor_to_xml('pg_cursors', 1, true, false, '')",
    "a prepared plan": "PREPARE q AS SELECT * FROM province.parcel_history; SET plan_cache_mode = force_generic_plan; EXECUTE q",
    "the views as text": "SELECT pg_get_viewdef(c.oid) FROM pg_class AS c WHERE c.relkind = 'v' AND c.relname = 'parcel'",
    "an anonymous block": "DO $$ DECLARE v record; BEGIN FOR v IN SELECT * FROM province.parcel_history AS p WHERE public.peek(p::text) LOOP RAISE NOTICE '%', v; END LOOP; END $$",
    "listening": "LISTEN landsync; SELECT pg_sleep(0)",
}  # fmt: skip


@pytest.mark.parametrize("statement", SILENT.values(), ids=SILENT)
def test_what_a_province_may_ask_tells_nothing_of_another(target: Database, statement: str) -> None:
    parts = [statement] if statement.startswith("DO") else statement.split("; ")
    assert attempt(target.dsn_as("province_08"), ALL_PARTITIONS, *parts).hidden == []


@pytest.mark.parametrize("role", ["analyst", "central_viewer"])
@pytest.mark.parametrize("ways", [
    ["SELECT * FROM land_private.land_user"],
    ["SELECT * FROM land_private.land_user_01"],
    ["SELECT land_user_name FROM land_private.land_user_version"],
    ["CREATE FUNCTION pg_temp.f() RETURNS bigint LANGUAGE sql SECURITY DEFINER AS 'SELECT count(*) FROM land_private.land_user'", "SELECT pg_temp.f()"],
    ["SELECT query_to_xml('SELECT * FROM land_private.land_user', true, false, '')"],
    ["COPY land_private.land_user TO STDOUT"],
    ["CREATE FUNCTION public.f() RETURNS integer LANGUAGE sql RETURN 1"],
    ["UPDATE land.national_id_claim SET parcel_uid = NULL"],
    ["UPDATE analyst.parcel SET address = 'x'"],
    ["SET ROLE landsync_loader"],
    ["SELECT pg_read_file('PG_VERSION')"],
])  # fmt: skip
def test_who_reads_the_nation_sees_no_person(target: Database, role: str, ways: list[str]) -> None:
    refused = attempt(target.dsn_as(role), *ways)
    assert refused.code in {REFUSED, "55000"}, refused.told
    assert HIDDEN not in refused.told


def test_statistics_of_persons_are_nobodys_who_may_not_see_them(target: Database) -> None:
    for role in ("analyst", "central_viewer", "province_08"):
        told = attempt(target.dsn_as(role), "SELECT * FROM pg_stats WHERE schemaname = 'land_private'")
        assert told.told == "", role


@pytest.mark.parametrize("way", [
    "UPDATE land.province SET name = name",
    "DELETE FROM ledger.run",
    "TRUNCATE ledger.receipt CASCADE",
    "SET session_replication_role = replica",
    "ALTER TABLE land.parcel_version DISABLE TRIGGER ALL",
    "CREATE TRIGGER mine BEFORE INSERT ON land.parcel EXECUTE FUNCTION suppress_redundant_updates_trigger()",
    "CREATE FUNCTION public.f() RETURNS integer LANGUAGE sql RETURN 1",
    "CREATE SCHEMA mine",
    "SET ROLE landsync_owner",
    "GRANT SELECT ON land_private.land_user TO analyst",
    "COPY (SELECT 1) TO PROGRAM 'id'",
    "DELETE FROM land.national_id_claim",
    "CREATE ROLE mine",
])  # fmt: skip
def test_the_loader_does_not_leave_its_work(target: Database, way: str) -> None:
    refused = attempt(target.dsn_as(databases.LOADER), way)
    assert refused.code == REFUSED or (
        way.startswith("GRANT") and "no privileges were granted" in refused.told
    )


def test_a_stranger_does_not_even_enter(target: Database) -> None:
    refused = attempt(target.dsn_as("a_stranger"), "SELECT 1")
    assert refused.code == "connect"
    assert "permission denied for database" in refused.told


@pytest.mark.parametrize("lock", ["register/lock", "population/lock"])
def test_nobody_who_only_reads_can_hold_up_a_load(target: Database, lock: str) -> None:
    names = ("landsync.register", "landsync.population")
    with closing(psycopg2.connect(target.dsn_as("province_08"))) as link, link.cursor() as cursor:
        for name in names:
            cursor.execute("SELECT pg_advisory_lock(hashtext(%s))", (name,))
        cursor.execute("SELECT count(*) FROM province.finding_case")
        for taken in ("province.finding_case", "land_private.land_user_status"):
            cursor.execute("SAVEPOINT attempt")
            with pytest.raises(psycopg2.errors.InsufficientPrivilege):
                cursor.execute(f"LOCK TABLE {taken} IN ROW EXCLUSIVE MODE")
            cursor.execute("ROLLBACK TO SAVEPOINT attempt")
        with db.connect(f"{target.dsn}?options=-c%20lock_timeout%3D2000") as loading:
            db.execute(loading, lock)


def test_no_view_and_no_function_of_ours_opens_a_way(target: Database) -> None:
    """The rules that the attempts above are examples of, of every view and function there is or will be."""
    schemas = "('land', 'land_private', 'ledger', 'analyst', 'province', 'staging')"
    barrier = (
        "SELECT c.oid::regclass FROM pg_class AS c WHERE c.relnamespace = 'province'::regnamespace AND c.relkind = 'v' "
        "AND NOT coalesce('security_barrier=true' = ANY (c.reloptions), false)"
    )
    unpinned = (
        "SELECT p.oid::regprocedure FROM pg_proc AS p JOIN pg_namespace AS n ON n.oid = p.pronamespace "
        f"WHERE n.nspname IN {schemas} AND p.prosqlbody IS NULL "
        "AND NOT coalesce('search_path=pg_catalog, pg_temp' = ANY (p.proconfig), false)"
    )
    public = (
        "SELECT p.oid::regprocedure FROM pg_proc AS p JOIN pg_namespace AS n ON n.oid = p.pronamespace "
        f"WHERE n.nspname IN {schemas} AND has_function_privilege('public', p.oid, 'EXECUTE')"
    )
    leakproof = "SELECT p.oid::regprocedure FROM pg_proc AS p WHERE p.proleakproof AND p.oid >= 16384"
    for rule in (barrier, unpinned, public, leakproof):
        assert attempt(target.superuser_dsn, rule).told == "", rule
