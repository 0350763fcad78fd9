"""The same bytes again cost a receipt and nothing else, and say to the letter what the whole way would have said."""

import shutil
from collections.abc import Callable
from pathlib import Path

import psycopg2
import pytest

from sync.care.housekeeping import housekeeping
from sync.care.retention import _Kept as Kept
from sync.care.retention import load_policy
from sync.settings import ROOT, settings
from tests.e2e.conftest import Landsync
from tests.support.again import every_table, sync, taken_again, told_of, whole_way
from tests.support.deliveries import PROVINCE, copy_of

pytestmark = [pytest.mark.db, pytest.mark.e2e]
RECEIPTS = "SELECT count(*) FROM ledger.receipt"
Change = Callable[[Landsync, pytest.MonkeyPatch, Path], list[str]]


@pytest.fixture
def delivery(landsync: Landsync, tmp_path: Path) -> Path:
    """240 parcels of two communes, with faults of every kind that the generator seeds."""
    made = landsync(
        "generate", "--out", tmp_path / "nation", "--parcels", 240, "--provinces", PROVINCE,
        "--communes-per-province", 2, "--defects", "0.1", "--seed", 5,
    )  # fmt: skip
    assert made.status == 0
    return tmp_path / "nation" / PROVINCE


def test_the_short_way_says_what_the_whole_way_says_and_writes_nothing(
    landsync: Landsync, delivery: Path
) -> None:
    first = sync(landsync, PROVINCE, delivery)
    assert not taken_again(first)
    before = every_table(landsync)
    short = sync(landsync, PROVINCE, delivery)
    assert taken_again(short)
    assert every_table(landsync) == before
    once_more = sync(landsync, PROVINCE, delivery)
    assert once_more.document["unchanged_since"] == first.document["run"]
    whole = whole_way(landsync, PROVINCE, delivery)
    assert told_of(landsync, short) == told_of(landsync, whole) == told_of(landsync, once_more)
    assert landsync("receipt", "verify").status == 0
    assert landsync("reconcile", "--all").status == 0


def test_a_dry_run_of_the_same_leaves_no_receipt(landsync: Landsync, delivery: Path) -> None:
    sync(landsync, PROVINCE, delivery)
    before = landsync.query(RECEIPTS)
    told = sync(landsync, PROVINCE, delivery, "--dry-run")
    assert taken_again(told)
    assert landsync.query(RECEIPTS) == before


def test_a_retried_load_writes_one_receipt(landsync: Landsync, delivery: Path) -> None:
    sync(landsync, PROVINCE, delivery)
    run = landsync("stage", "fetch", "--province", PROVINCE, "--path", delivery).document["run"]
    for name in ("conform", "check", "gate", "load", "load", "report", "report"):
        told = landsync("stage", name, "--run", run)
        assert told.status == 0
    assert landsync("stage", "report", "--run", run, "--finish").status == 0
    assert landsync.query(RECEIPTS) == [(2,)]


def test_a_run_is_not_the_same_as_itself(landsync: Landsync, delivery: Path) -> None:
    run = landsync("stage", "fetch", "--province", PROVINCE, "--path", delivery).document["run"]
    for name in ("conform", "check", "gate", "load", "report"):
        assert landsync("stage", name, "--run", run).status == 0
    tried_again = landsync("stage", "fetch", "--run", run, "--finish")
    assert (tried_again.status, "unchanged_since" in tried_again.document) == (0, False)


def test_what_was_decided_between_two_stages_is_not_forgotten(
    landsync: Landsync, delivery: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    sync(landsync, PROVINCE, delivery)
    run = landsync("stage", "fetch", "--province", PROVINCE, "--path", delivery).document["run"]
    _erased(landsync, monkeypatch, delivery)
    for name in ("conform", "check", "gate", "load"):
        assert landsync("stage", name, "--run", run).status == 0
    landsync("stage", "report", "--run", run, "--finish")
    assert not taken_again(sync(landsync, PROVINCE, delivery))


def test_what_a_run_lives_on_is_kept_as_long_as_it_is(landsync: Landsync, delivery: Path) -> None:
    first = sync(landsync, PROVINCE, delivery).document["run"]
    assert taken_again(sync(landsync, PROVINCE, delivery))
    later = copy_of(delivery, "later")
    for _ in range(2):
        sync(landsync, PROVINCE, later)
    with landsync.database.connect() as link, link.cursor() as cursor:
        cursor.execute(
            "UPDATE ledger.run_state SET finished_at = now() - interval '1 year' WHERE run_id = %s", (first,)
        )
        link.commit()
    policy = load_policy(settings().retention).model_copy(update={"runs": Kept(days=1, keep=1)})
    housekeeping(dsn=landsync.database.dsn, policy=policy)
    assert (landsync.home / "runs" / first / "judgement").is_dir()


def test_other_bytes_and_data_of_later_go_the_whole_way(landsync: Landsync, delivery: Path) -> None:
    sync(landsync, PROVINCE, delivery)
    later = copy_of(delivery, "later")
    assert not taken_again(sync(landsync, PROVINCE, later))
    assert not taken_again(sync(landsync, PROVINCE, delivery))  # older now, and held
    assert not taken_again(sync(landsync, PROVINCE, later))
    assert taken_again(sync(landsync, PROVINCE, later)), "the last run changed nothing"


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
        "SELECT finding_id::text FROM ledger.finding_case WHERE NOT quarantines AND state = 'new' ORDER BY 1 LIMIT 1"
    )
    told = landsync("findings", "accept", finding, "--reason", "so it is", "--until", "2027-06-30")
    assert told.status == 0, told.words
    return []


def _erased(landsync: Landsync, patch: pytest.MonkeyPatch, delivery: Path) -> list[str]:
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
    "a person was erased": _erased,
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


@pytest.mark.parametrize("otherwise", OTHERWISE)
def test_what_could_be_judged_otherwise_is_judged(
    landsync: Landsync, delivery: Path, monkeypatch: pytest.MonkeyPatch, otherwise: str
) -> None:
    sync(landsync, PROVINCE, delivery)
    more = OTHERWISE[otherwise](landsync, monkeypatch, delivery)
    assert not taken_again(sync(landsync, PROVINCE, delivery, *more))
