"""Reconciliation of persons in two halves: stored hashes against the manifest, and values against stored hashes, where the key is."""

from contextlib import closing
from pathlib import Path

import psycopg2
import pytest

from parcels.errors import ComponentMissing
from sync import db
from sync.care.reconcile import reconcile
from sync.load.keyed import key_of
from tests.conftest import KEY
from tests.support.database import Database
from tests.support.judged import Plot, run_merge
from tests.support.key import with_key

pytestmark = pytest.mark.db


@pytest.fixture
def filled(database: Database, tmp_path: Path) -> Database:
    """Two parcels with users and certificates, as a run left them."""
    plots = [
        Plot("1", user="Người Thử Một", certificate="AA 1"),
        Plot("2", x=1, user="Người Thử Hai", certificate="AA 2"),
    ]
    run_merge(database.dsn, tmp_path, plots)
    assert differences(database) == []
    return database


def differences(database: Database) -> list[str]:
    """What reconciliation tells: the source key of the parcel and the kind."""
    keys = dict(database.query("SELECT parcel_uid::text, source_key FROM land.parcel"))
    [province] = reconcile(["01"], "test", dsn=database.dsn)["provinces"]
    return sorted(
        f"{keys.get(each['parcel'], '')} {each['kind']}".strip() for each in province["differences"]
    )


def by_hand(database: Database, statement: str) -> None:
    """What somebody with all rights does behind the pipeline."""
    with closing(psycopg2.connect(database.superuser_dsn)) as link, link, link.cursor() as cursor:
        cursor.execute(statement)
        assert cursor.rowcount > 0


ONE = "parcel_uid = (SELECT parcel_uid FROM land.parcel WHERE source_key = '1')"


@pytest.mark.parametrize(
    "change",
    [
        f"UPDATE land_private.land_user SET land_user_name = 'Người Khác' WHERE {ONE}",
        f"UPDATE land_private.land_user SET land_user_id_number = '' WHERE {ONE}",
        f"UPDATE land_private.land_user SET land_user_key = land_user_name WHERE {ONE}",
        f"UPDATE land_private.certificate SET certificate_issued_on = '2020-01-01' WHERE {ONE}",
        f"UPDATE land_private.certificate SET content_hash = sha256('') WHERE {ONE}",
        f"UPDATE land_private.land_user SET content_hash = sha256(content_hash), land_user_name = 'B' WHERE {ONE}",
        f"UPDATE land_private.land_user SET salt = uuid_send(gen_random_uuid()) WHERE {ONE}",
        f"DELETE FROM land_private.land_user WHERE {ONE}",
        "INSERT INTO land_private.land_user (province_code, parcel_uid, item_no, land_user_name, user_ref, user_bound, content_hash, "
        "hash_version, recorded_from, run_id, salt) SELECT province_code, parcel_uid, 2, land_user_name, user_ref, user_bound, "
        "content_hash, 2, recorded_from, run_id, salt "
        f"FROM land_private.land_user WHERE {ONE}",
    ],
)
def test_whatever_is_changed_of_a_person_is_told_once(filled: Database, change: str) -> None:
    by_hand(filled, change)
    assert differences(filled) == ["1 items_changed"]


def test_two_persons_exchanged_with_hash_and_salt_are_told(filled: Database) -> None:
    by_hand(filled, "UPDATE land_private.land_user SET item_no = item_no + 1")
    by_hand(
        filled,
        "UPDATE land_private.land_user AS a SET item_no = 1, parcel_uid = b.parcel_uid FROM land_private.land_user AS b "
        "WHERE b.parcel_uid <> a.parcel_uid",
    )
    assert differences(filled) == ["1 items_changed", "2 items_changed"]


ODD = (
    "NULL",
    "NA",
    "nan",
    "#N/A",
    "N/A",
    "",
    " ",
    "\\N",
    "a,b",
    'a"b',
    "a\nb",
    "a\rb",
    "Ồ",
    "e\u0302",
    "🏠",
    "-",
    "\\.",
    "1e5",
    "t",
)


def test_whatever_a_value_looks_like_it_agrees_with_its_hash(database: Database, tmp_path: Path) -> None:
    plots = [Plot(str(n), x=n, user=text, user_key=text, certificate=text) for n, text in enumerate(ODD)]
    run_merge(database.dsn, tmp_path, plots)
    assert differences(database) == []


def test_a_manifest_written_to_fit_differs_from_its_receipt(filled: Database) -> None:
    by_hand(filled, f"UPDATE ledger.manifest SET items_hash = sha256('x') WHERE {ONE}")
    assert differences(filled) == ["1 items_changed", "manifest"]


def test_without_the_key_nothing_agrees(filled: Database, tmp_path: Path) -> None:
    with db.connect(filled.dsn) as link:
        key_of(link, remember=True)
    for code, key in (("KEY-MISSING", None), ("KEY-WRONG", KEY[::-1])):
        with with_key(tmp_path / code, key), pytest.raises(ComponentMissing) as caught:
            reconcile(["01"], "test", dsn=filled.dsn)
        assert caught.value.code == code
    assert filled.query("SELECT count(*) FROM ledger.reconciliation WHERE agrees") == [(1,)]
