"""A database of before the key: what it holds of persons is hashed anew, what was proved is proved, and nothing is found by trying."""

import hashlib
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path

import psycopg2
import pytest

from parcels.errors import ComponentMissing
from sync.care.reconcile import reconcile
from sync.db.migrations import migrate, status
from sync.keys import PrivateKey
from sync.load import receipt
from tests.conftest import KEY
from tests.support.before import database_of, upgrade
from tests.support.database import Database, Server
from tests.support.key import with_key
from tests.support.surface import Surface
from tests.support.unkeyed import ONE, PAPER, TWO, Old, fill, hashed

pytestmark = pytest.mark.db


@pytest.fixture
def old(server: Server) -> Iterator[Database]:
    """A database at the revision of before."""
    with database_of(server, "0026") as database:
        yield database


@pytest.fixture
def unkeyed(old: Database) -> set[bytes]:
    """What was in it, which anybody could try out."""
    with closing(psycopg2.connect(old.superuser_dsn)) as link:
        hashes = fill(Old(link))
        link.commit()
    return hashes


def test_what_was_proved_is_proved_and_what_was_touched_is_still_told(
    old: Database, unkeyed: set[bytes]
) -> None:
    migrate(old.superuser_dsn)
    [found] = reconcile(["01"], "test", dsn=old.dsn)["provinces"]
    told = {
        (each["parcel"] and each["parcel"][-1], each["commune"], each["kind"])
        for each in found["differences"]
    }
    assert told == {
        ("3", "00004", "items_changed"),
        ("4", "00008", "items_changed"),
        ("5", "00008", "items_changed"),
        (None, "00025", "manifest"),
    }
    assert receipt.verify(old.dsn, None) == []
    rows = old.query(
        "SELECT r.sequence, r.form, l.commune_code, l.read, l.current_before, l.current_after FROM ledger.receipt AS r "
        "JOIN ledger.receipt_line AS l ON l.run_id = r.run_id ORDER BY 1, 3"
    )
    assert rows == [
        (1, 2, "00004", 3, 0, 3), (1, 2, "00008", 2, 0, 2), (1, 2, "00025", 1, 0, 1),
        (2, 3, "00004", 0, 3, 3), (2, 3, "00008", 0, 2, 2),
        (3, 4, "00004", 0, 3, 3), (3, 4, "00008", 0, 2, 2),
        (4, 4, "00004", 0, 3, 3),  # in the other commune everybody was touched
    ]  # fmt: skip
    assert old.query("SELECT state FROM analyst.national_summary WHERE province_code = '01'") == [("held",)]
    assert old.query("SELECT fingerprint FROM ledger.private_key") == [(PrivateKey(KEY).fingerprint,)]


def test_every_row_of_persons_is_hashed_under_the_key_closed_ones_too(
    old: Database, unkeyed: set[bytes]
) -> None:
    upgrade(old.superuser_dsn, "0027")
    query = (
        "SELECT 'user', right(parcel_uid::text, 1), content_hash, hash_version FROM land_private.land_user UNION ALL "
        "SELECT 'user_version', right(parcel_uid::text, 1), content_hash, hash_version FROM land_private.land_user_version UNION ALL "
        "SELECT 'paper', right(parcel_uid::text, 1), content_hash, hash_version FROM land_private.certificate UNION ALL "
        "SELECT 'paper_version', right(parcel_uid::text, 1), content_hash, hash_version FROM land_private.certificate_version"
    )
    with closing(psycopg2.connect(old.superuser_dsn)) as link:
        rows = Surface(link).run(query)
        salted = Surface(link).run(
            "SELECT salt FROM land_private.land_user UNION ALL SELECT salt FROM land_private.certificate"
        )
    stored = {(table, parcel): bytes(content) for table, parcel, content, version in rows if version == 2}
    one, two, paper = (
        hashed("land_user", ONE, 2),
        hashed("land_user", TWO, 2),
        hashed("certificate", PAPER, 2),
    )
    touched = {stored.pop(("user", "3")), stored.pop(("user", "5"))}
    assert stored == {
        ("user", "1"): one, ("user", "4"): one, ("user", "6"): two, ("user_version", "1"): two,
        ("paper", "1"): paper, ("paper_version", "1"): paper,
    }  # fmt: skip
    assert not touched & {one, two, hashlib.sha256(b"").digest()}
    salts = [bytes(salt) for (salt,) in salted]
    assert len(salts) == len(set(salts)) == 6


def test_nothing_that_anybody_could_try_out_is_left(old: Database, unkeyed: set[bytes]) -> None:
    migrate(old.superuser_dsn)
    with closing(psycopg2.connect(old.superuser_dsn)) as link:
        there = Surface(link)
        columns = there.run(
            "SELECT n.nspname, c.relname, a.attname FROM pg_attribute AS a JOIN pg_class AS c ON c.oid = a.attrelid "
            "JOIN pg_namespace AS n ON n.oid = c.relnamespace WHERE a.atttypid = 'bytea'::regtype AND a.attnum > 0 "
            "AND c.relkind IN ('r', 'p') AND NOT c.relispartition AND n.nspname IN ('land', 'land_private', 'ledger')"
        )
        kept = {
            bytes(value)
            for schema, table, name in columns
            for (value,) in there.run(f"SELECT {name} FROM {schema}.{table}")
            if value
        }
    assert ("ledger", "manifest", "items_hash") in columns
    assert kept & unkeyed == set()


def test_closed_versions_are_append_only_again_and_nothing_unkeyed_can_be_stored(
    old: Database, unkeyed: set[bytes]
) -> None:
    migrate(old.superuser_dsn)
    with closing(psycopg2.connect(old.superuser_dsn)) as link:
        there = Surface(link)
        for table in ("land_user", "certificate"):
            refused = there.refusal(f"UPDATE land_private.{table}_version SET item_no = 2")
            assert refused is not None
            assert refused.pgcode == "LS001"
            unkeyed_row = there.refusal(f"UPDATE land_private.{table} SET hash_version = 1")
            assert unkeyed_row is not None
            assert unkeyed_row.pgcode == "23514"


def test_without_the_key_nothing_is_migrated_and_with_it_all_is(
    old: Database, unkeyed: set[bytes], tmp_path: Path
) -> None:
    with with_key(tmp_path / "none"), pytest.raises(ComponentMissing) as caught:
        migrate(old.superuser_dsn)
    assert caught.value.code == "KEY-MISSING"
    assert status(old.superuser_dsn)["revision"] == "0026"
    migrate(old.superuser_dsn)
    assert status(old.superuser_dsn)["current"]


def test_without_persons_no_key_is_asked_for(old: Database, tmp_path: Path) -> None:
    with with_key(tmp_path / "none"):
        migrate(old.superuser_dsn)
    assert old.query("SELECT count(*) FROM ledger.private_key") == [(0,)]


def test_a_portion_at_a_time_gives_the_same(
    old: Database, unkeyed: set[bytes], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("sync.load.keyed.ROWS_AT_ONCE", 1)
    migrate(old.superuser_dsn)
    assert len(reconcile(["01"], "test", dsn=old.dsn)["provinces"][0]["differences"]) == 4
    assert old.query("SELECT count(*) FROM land_private.land_user WHERE hash_version = 2") == [(5,)]
