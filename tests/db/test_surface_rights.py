"""Who may do what, tried: as roles, and once with a real login."""

import psycopg2
import pytest

from sync.platform import databases
from tests.support.database import Database
from tests.support.surface import Surface, migrated, surface, uid

__all__ = ["migrated", "surface"]
pytestmark = pytest.mark.db

ANALYST_VIEWS = (
    "parcel",
    "parcel_history",
    "parcel_conversion",
    "lineage_event",
    "parcel_lineage",
    "land_use",
    "commune_boundary",
    "commune_expected",
    "commune_quality",
    "national_summary",
    "finding",
    "finding_count",
)
EVIDENCE = (
    "ledger.definitions",
    "ledger.run",
    "ledger.stage",
    "ledger.stage_cost",
    "ledger.receipt",
    "ledger.receipt_line",
    "ledger.receipt_column",
    "ledger.dataset_verdict",
    "ledger.finding",
    "ledger.finding_event",
    "ledger.finding_exception",
    "ledger.register_run",
    "ledger.quarantine",
    "ledger.hold",
    "ledger.approval",
    "ledger.decider",
    "ledger.claim_release",
    "ledger.reconciliation",
    "land.parcel_version",
    "land.parcel_version_08",
    "land.land_use_part_version",
    "land.lineage_event",
    "land.lineage_edge",
    "land.parcel_conversion",
    "land.parcel_conversion_08",
    "land.commune_boundary",
    "land.commune_expected",
    "land_private.land_user_version",
    "land_private.land_user_version_01",
    "land_private.certificate_version",
    "land_private.land_right_version",
    "land_private.restriction_version",
    "land_private.transferee_version",
    "land_private.population_result",
    "land_private.population_result_08",
    "ledger.population_import",
    "ledger.population_import_province",
)


def add_person(surface: Surface, province: str, name: str) -> None:
    surface.add(
        "land_private.land_user",
        province_code=province,
        parcel_uid=uid(int(province)),
        item_no=1,
        land_user_name=name,
        user_ref=uid(int(province)),
        user_bound=False,
        content_hash=b"\x00" * 32,
        hash_version=2,
        recorded_from="2026-01-01",
        run_id="run",
    )


def relations(surface: Surface, *schemas: str) -> list[str]:
    found = surface.run(
        "SELECT c.oid::regclass::text FROM pg_class AS c JOIN pg_namespace AS n ON n.oid = c.relnamespace "
        "WHERE n.nspname = ANY (%s) AND c.relkind IN ('r', 'p', 'v')",
        list(schemas),
    )
    return [name for (name,) in found]


@pytest.mark.parametrize("view", ANALYST_VIEWS)
def test_an_analyst_reads_every_view(surface: Surface, view: str) -> None:
    assert not surface.denied("analyst", f"SELECT * FROM analyst.{view} LIMIT 1")


def test_an_analyst_calls_every_function(surface: Surface) -> None:
    assert not surface.denied("analyst", "SELECT * FROM analyst.parcel_as_of('2026-01-01', now()) LIMIT 1")
    assert not surface.denied(
        "analyst", "SELECT analyst.parcel_tile(14, 13006, 7214), analyst.parcel_tile(5, 25, 14)"
    )
    for function in ("parcel_ancestors", "parcel_descendants"):
        assert not surface.denied("analyst", f"SELECT * FROM analyst.{function}(gen_random_uuid())")
    assert not surface.denied("analyst", "SELECT analyst.to_vn2000(ST_MakeEnvelope(105, 21, 106, 22, 4326))")


def test_an_analyst_reads_nothing_else(surface: Surface) -> None:
    tables = relations(surface, "land", "land_private", "ledger", "province")
    assert len(tables) > 380
    assert [table for table in tables if not surface.denied("analyst", f"SELECT FROM {table}")] == []
    assert surface.denied("analyst", "CREATE TABLE staging.mine (i integer)")
    assert surface.denied("analyst", "CREATE VIEW analyst.mine AS SELECT 1")
    assert surface.denied("analyst", "UPDATE land.national_id_claim SET parcel_uid = NULL")


def test_an_analyst_logs_in_and_finds_private_tables_closed(database: Database) -> None:
    with database.connect(databases.ANALYST) as link, link.cursor() as cursor:
        cursor.execute("SELECT count(*) FROM analyst.parcel")
        assert cursor.fetchall() == [(0,)]
        for table in ("land_private.land_user", "land_private.certificate", "ledger.run", "land.parcel"):
            with pytest.raises(psycopg2.errors.InsufficientPrivilege):
                cursor.execute(f"SELECT 1 FROM {table}")
            link.rollback()


def test_nobody_else_gets_in(surface: Surface) -> None:
    surface.run("CREATE ROLE stranger")
    for schema in ("land", "land_private", "ledger", "staging", "analyst", "province"):
        assert not surface.one("SELECT has_schema_privilege('stranger', %s, 'USAGE')", schema)
    callable_by_all = surface.run(
        "SELECT p.oid::regprocedure::text FROM pg_proc AS p JOIN pg_namespace AS n ON n.oid = p.pronamespace "
        "WHERE n.nspname IN ('land', 'ledger', 'analyst') AND has_function_privilege('stranger', p.oid, 'EXECUTE')"
    )
    assert callable_by_all == []


def test_no_personal_column_is_shown_to_analysts_or_in_tiles(surface: Surface) -> None:
    private = {
        name
        for (name,) in surface.run(
            "SELECT column_name FROM land.column_catalogue WHERE confidentiality <> 'public'"
        )
    }
    shown = {
        name
        for (name,) in surface.run(
            "SELECT column_name FROM information_schema.columns WHERE table_schema IN ('analyst', 'province')"
        )
    }
    assert private
    assert shown
    assert private & shown == set()
    reads_private = surface.run(
        "SELECT DISTINCT v.view_schema, v.view_name FROM information_schema.view_table_usage AS v WHERE v.table_schema = 'land_private'"
    )
    assert reads_private == []


def test_a_province_sees_its_own_land_users_only(surface: Surface) -> None:
    add_person(surface, "01", "Người Thử Một")
    add_person(surface, "08", "Người Thử Tám")
    for province, name in (("01", "Người Thử Một"), ("08", "Người Thử Tám"), ("04", None)):
        with surface.acting_as(f"province_{province}"):
            seen = surface.run("SELECT land_user_name FROM land_private.land_user")
        assert seen == ([(name,)] if name else [])
    for role in ("central_operator", "landsync_loader"):
        with surface.acting_as(role):
            assert surface.one("SELECT count(*) FROM land_private.land_user") == 2


def test_a_province_can_neither_name_a_partition_nor_write(surface: Surface) -> None:
    for table in relations(surface, "land_private"):
        if table[-3] == "_" and table[-2:].isdigit():
            assert surface.denied("province_08", f"SELECT FROM {table}"), table
            assert surface.denied("central_operator", f"SELECT FROM {table}"), table
    for table in (
        "land_user", "land_user_version", "certificate", "certificate_version", "land_right", "land_right_version", "population_result", "land_user_status",
    ):  # fmt: skip
        assert not surface.denied("province_08", f"SELECT FROM land_private.{table}")
        assert surface.denied("province_08", f"DELETE FROM land_private.{table}")
        assert surface.denied("central_viewer", f"SELECT FROM land_private.{table}")


def test_a_private_table_without_row_security_would_be_noticed(surface: Surface) -> None:
    unprotected = surface.run(
        "SELECT c.oid::regclass::text FROM pg_class AS c WHERE c.relnamespace = 'land_private'::regnamespace "
        "AND c.relkind IN ('r', 'p') AND NOT c.relispartition AND NOT (c.relrowsecurity AND c.relforcerowsecurity)"
    )
    assert unprotected == []


def test_a_member_of_a_province_sees_its_parcels_runs_and_findings_only(surface: Surface) -> None:
    surface.add_parcel(1)
    surface.add_parcel(8, province_code="08", commune_code="00691")
    surface.add_run("run-01", "01")
    surface.add_run("run-08", "08")
    surface.run("CREATE ROLE officer IN ROLE province_08")
    with surface.acting_as("officer"):
        assert surface.run("SELECT province_code, count(*) FROM province.parcel GROUP BY 1") == [("08", 1)]
        assert surface.run("SELECT run_id FROM province.run") == [("run-08",)]
        assert surface.run("SELECT province_code FROM province.national_summary") == [("08",)]
    assert surface.denied("officer", "SELECT FROM analyst.parcel")
    assert surface.denied("officer", "SELECT FROM land.parcel")
    assert surface.denied("officer", "SELECT FROM ledger.run")


# Of these a row of an erased person may be emptied, so rows refuse, and here are none: tests/db/test_erasure.py.
BY_ROWS = (
    "land_private.land_user_version",
    "land_private.land_right_version",
    "land_private.population_result",
)


@pytest.mark.parametrize("table", EVIDENCE)
@pytest.mark.parametrize("role", ["landsync_loader", "landsync_owner", None])
def test_evidence_can_only_be_added_to(surface: Surface, table: str, role: str | None) -> None:
    column = surface.one(
        "SELECT attname FROM pg_attribute WHERE attrelid = %s::regclass AND attgenerated = '' ORDER BY attnum DESC LIMIT 1",
        table,
    )
    statements = [f"DELETE FROM {table}", f"TRUNCATE {table} CASCADE"]
    if role == "landsync_loader" or not table.startswith(BY_ROWS):
        statements.append(f"UPDATE {table} SET {column} = {column}")
    for statement in statements:
        error = surface.refusal(statement, role=role)
        # The loader has no right to try; whoever has is stopped by the table itself.
        assert error is not None, statement
        assert error.pgcode == ("42501" if role == "landsync_loader" else "LS001"), statement
    if role is None:
        assert "chỉ được ghi thêm" in str(error)
        assert "append-only" in str(error)


def test_every_closed_version_and_every_partition_of_it_is_guarded(surface: Surface) -> None:
    bare = surface.run(
        "SELECT c.oid::regclass::text FROM pg_class AS c JOIN pg_namespace AS n ON n.oid = c.relnamespace "
        "WHERE n.nspname IN ('land', 'land_private') AND c.relkind IN ('r', 'p') AND c.relname ~ '_version(_[0-9]{2})?$' "
        "AND NOT EXISTS (SELECT FROM pg_trigger AS t WHERE t.tgrelid = c.oid AND t.tgname = 'append_only' AND t.tgenabled <> 'D')"
    )
    assert bare == []
    # Against deleting and truncating (bits 8 and 32); against changing (16) as a statement, or row by row.
    open_to = surface.run(
        "SELECT t.tgrelid::regclass::text FROM pg_trigger AS t WHERE t.tgname IN ('append_only', 'erased_only') AND t.tgenabled <> 'D' "
        "GROUP BY t.tgrelid HAVING bit_or(t.tgtype::integer) & 56 <> 56"
    )
    assert open_to == []


def test_the_loader_cannot_touch_reference_tables_claims_history_or_grants(surface: Surface) -> None:
    for statement in (
        "UPDATE land.province SET name = name",
        "DELETE FROM land.national_id_claim",
        "DELETE FROM land.dataset",
        "DELETE FROM land.parcel_alias",
        "DROP TABLE land.parcel",
        "CREATE TABLE land.mine (i integer)",
        "ALTER TABLE ledger.run DISABLE TRIGGER ALL",
    ):
        assert surface.denied("landsync_loader", statement), statement


def test_the_centre_reads_everything_and_writes_nothing(surface: Surface) -> None:
    parents = surface.run(
        "SELECT c.oid::regclass::text, n.nspname, c.relkind FROM pg_class AS c JOIN pg_namespace AS n ON n.oid = c.relnamespace "
        "WHERE n.nspname IN ('land', 'land_private', 'ledger', 'analyst') AND c.relkind IN ('r', 'p', 'v') AND NOT c.relispartition"
    )
    for table, schema, kind in parents:
        assert not surface.denied("central_operator", f"SELECT FROM {table}"), table
        assert surface.denied("central_viewer", f"SELECT FROM {table}") == (schema == "land_private"), table
        for role in ("central_operator", "central_viewer"):
            assert kind == "v" or surface.denied(role, f"DELETE FROM {table}"), table
