"""What may happen to a province between two nights, beside its deliveries."""

import shutil
from collections.abc import Callable
from pathlib import Path

import psycopg2
import pytest

from sync.settings import ROOT, settings
from tests.e2e.conftest import Landsync
from tests.support.deliveries import PROVINCE

Change = Callable[[Landsync, pytest.MonkeyPatch, Path], list[str]]


def _a_profile(landsync: Landsync, patch: pytest.MonkeyPatch, delivery: Path) -> list[str]:
    said = (ROOT / "sync" / "declared" / "provinces" / f"{PROVINCE}.toml").read_text(encoding="utf-8")
    other = delivery.parent / "other.toml"
    other.write_text(said + '\n[not_applicable]\n"ATT-LAND-USE-LEGACY" = "thử · tried"\n', encoding="utf-8")
    return ["--profile", str(other)]


def _an_engine(landsync: Landsync, patch: pytest.MonkeyPatch, delivery: Path) -> list[str]:
    patch.setattr("sync.known.basis.engine", lambda: "another")
    return []


def _an_exception(landsync: Landsync, patch: pytest.MonkeyPatch, delivery: Path) -> list[str]:
    [(finding,)] = landsync.query(
        "SELECT finding_id::text FROM ledger.finding_case WHERE NOT quarantines AND state IN ('new', 'open') ORDER BY 1 LIMIT 1"
    )
    told = landsync("findings", "accept", finding, "--reason", "so it is", "--until", "2027-06-30")
    assert told.status == 0, told.words
    return []


def erased(landsync: Landsync, patch: pytest.MonkeyPatch, delivery: Path) -> list[str]:
    with psycopg2.connect(landsync.database.superuser_dsn) as link, link.cursor() as cursor:
        cursor.execute("SELECT user_uid::text FROM land_private.land_user ORDER BY 1 LIMIT 1")
        [(user,)] = cursor.fetchall()
    patch.setenv("LANDSYNC_DSN", landsync.database.owner_dsn)
    settings.cache_clear()
    told = landsync(
        "people", "erase", "--province", PROVINCE, "--user", user, "--basis", "QĐ 1", "--reason", "a court"
    )
    assert told.status == 0, told.words
    patch.setenv("LANDSYNC_DSN", landsync.database.dsn)
    settings.cache_clear()
    return []


def _by_hand(*statements: str) -> Change:
    def change(landsync: Landsync, patch: pytest.MonkeyPatch, delivery: Path) -> list[str]:
        with psycopg2.connect(landsync.database.superuser_dsn) as link, link.cursor() as cursor:
            cursor.execute("SET session_replication_role = replica")  # past what keeps others from it
            for statement in statements:
                cursor.execute(statement)
                assert cursor.rowcount == 1, statement
        return []

    return change


def _folder_gone(landsync: Landsync, patch: pytest.MonkeyPatch, delivery: Path) -> list[str]:
    for folder in (landsync.home / "runs").iterdir():
        shutil.rmtree(folder)
    return []


def _folder_torn(landsync: Landsync, patch: pytest.MonkeyPatch, delivery: Path) -> list[str]:
    for kept in (landsync.home / "runs").glob("*/basis.json"):
        kept.write_text("{", encoding="utf-8")
    return []


ONE = f"(SELECT parcel_uid FROM land.parcel WHERE province_code = '{PROVINCE}' ORDER BY parcel_uid LIMIT 1)"
COLUMNS = """commune_code, commune_valid_from, sheet_no, parcel_no, source_system, source_key, land_use, source_srid,
area_m2, geom, content_hash, hash_version, recorded_from, run_id"""
OTHERWISE: dict[str, Change] = {
    "another profile": _a_profile,
    "another engine": _an_engine,
    "an exception was granted": _an_exception,
    "a person was erased": erased,
    "the folder of the run is gone": _folder_gone,
    "the folder of the run was torn": _folder_torn,
    "a neighbour's run settled a case at the seam": _by_hand(
        """INSERT INTO ledger.run (run_id, province_code, kind, actor, dry_run, code_version, started_at)
        VALUES ('04-x', '04', 'sync', 'x', false, 'x', now())""",
        """UPDATE ledger.finding_case SET other_province_code = '04', other_commune_code = '99999', state = 'fixed', state_since = now(),
        state_run_id = '04-x' WHERE finding_id = (SELECT finding_id FROM ledger.finding_case ORDER BY 1 LIMIT 1)""",
    ),
    "statistics were loaded": _by_hand(
        f"""INSERT INTO land.commune_expected (commune_code, commune_valid_from, province_code, figure, amount, source, stated_on,
        file_name, file_sha256, file_rows, actor, loaded_at)
        SELECT commune_code, commune_valid_from, '{PROVINCE}', 'parcels', 300, 'TK', '2026-01-01', 'x', repeat('0', 64), '{{1}}', 'x', now()
        FROM land.parcel WHERE parcel_uid = {ONE}"""
    ),
    "a parcel was changed by hand": _by_hand(
        f"UPDATE land.parcel SET area_m2 = area_m2 + 1 WHERE parcel_uid = {ONE}"
    ),
    "a key was changed by hand": _by_hand(
        f"UPDATE land.parcel SET source_key = 'x' WHERE parcel_uid = {ONE}"
    ),
    "a hash was changed by hand": _by_hand(
        f"UPDATE land.parcel SET content_hash = sha256('x') WHERE parcel_uid = {ONE}"
    ),
    "a parcel was deleted": _by_hand(f"DELETE FROM land.parcel WHERE parcel_uid = {ONE}"),
    "the manifest lost a row": _by_hand(f"DELETE FROM ledger.manifest WHERE parcel_uid = {ONE}"),
    "the manifest was changed": _by_hand(
        f"UPDATE ledger.manifest SET items_hash = sha256('x') WHERE parcel_uid = {ONE}"
    ),
    "a counter was changed": _by_hand(
        f"UPDATE land.commune_count SET parcels = parcels + 1 WHERE commune_code = (SELECT commune_code FROM land.parcel WHERE parcel_uid = {ONE})"
    ),
    "a parcel was deleted with its line of the manifest": _by_hand(
        f"DELETE FROM ledger.manifest WHERE parcel_uid = {ONE}",
        f"DELETE FROM land.parcel WHERE parcel_uid = {ONE}",
    ),
    "a parcel was marked as old by hand": _by_hand(
        f"UPDATE land.parcel SET stale_since = now() WHERE parcel_uid = {ONE}"
    ),
    "another province has land in ours": _by_hand(
        f"""INSERT INTO land.parcel (province_code, parcel_uid, {COLUMNS})
        SELECT '04', gen_random_uuid(), {COLUMNS} FROM land.parcel WHERE parcel_uid = {ONE}"""
    ),
    "another province took the id of a refused row": _by_hand(
        """INSERT INTO land.national_id_claim (national_id, parcel_uid, province_code, claimed_at)
        SELECT q.national_id, gen_random_uuid(), '04', now() FROM ledger.quarantine AS q
        WHERE q.national_id IS NOT NULL AND NOT EXISTS (SELECT FROM land.national_id_claim AS c WHERE c.national_id = q.national_id)
        ORDER BY 1 LIMIT 1"""
    ),
}
