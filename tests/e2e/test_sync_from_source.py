"""`landsync sync` without a file: pulled from a province's own PostGIS, whole and since the last time; no secret stays."""

import secrets
from collections.abc import Callable, Iterator
from pathlib import Path

import psycopg2
import pytest

from sync.platform import databases
from sync.run import start_run
from sync.stages import run_stage
from tests.e2e.conftest import Landsync
from tests.support.databases import copy_database, drop_database
from tests.support.remotes import READER, fill_postgis
from tests.support.services import PASSWORD
from tests.support.tiny import PROVINCE, tiny

pytestmark = [pytest.mark.db, pytest.mark.e2e]

PROFILE = """
province = "22"
extends = "vbdlis"
commune_codes = "new"

[constants]
action = "update"

[[parts]]
old_province = "Quảng Ninh"
layer = "ThuaDat"
epsg = 5899

[connection]
kind = "postgis"
dsn_env = "LANDSYNC_SOURCE_22"
table = "Địa chính.ThuaDat"
geometry = "geom"
key = "thuaDatId"
complete = true
mode = "since"
watermark = "changed_at"
"""
TABLE = '"Địa chính"."ThuaDat"'
LATEST = "22000000009"  # the one row that was changed after the others, and so comes again
Source = Callable[[str], None]


@pytest.fixture
def profile(tmp_path: Path) -> Path:
    path = tmp_path / "22.toml"
    path.write_text(PROFILE, encoding="utf-8")
    return path


@pytest.fixture
def source(landsync: Landsync, monkeypatch: pytest.MonkeyPatch) -> Iterator[Source]:
    """The province's database; call it with a statement to edit there."""
    server, name = landsync.database.server, f"nguon_{secrets.token_hex(5)}"
    copy_database(server.superuser_dsn, name, server.template)

    def edit(statement: str) -> None:
        with psycopg2.connect(server.dsn(name)) as link, link.cursor() as cursor:
            cursor.execute(statement)

    try:
        fill_postgis(server, name, password=PASSWORD)
        edit(f"UPDATE {TABLE} SET changed_at = '2026-11-20 08:00+07' WHERE \"thuaDatId\" = '{LATEST}'")
        dsn = server.dsn(name, READER).replace(f"{READER}:{READER}@", f"{READER}:{PASSWORD}@")
        monkeypatch.setenv("LANDSYNC_SOURCE_22", dsn)
        yield edit
    finally:
        drop_database(server.superuser_dsn, name)


def totals(landsync: Landsync, profile: Path, *more: str) -> dict[str, int]:
    told = landsync("sync", "--province", PROVINCE, "--profile", profile, *more)
    assert told.status == 0, told.words
    return {name: count for name, count in told.document["receipt"]["totals"].items() if count}


def test_what_changed_is_pulled_since_the_last_time_and_what_was_deleted_ends_with_the_next_whole_pull(
    landsync: Landsync, profile: Path, source: Source
) -> None:
    first = totals(landsync, profile)
    assert (first["read"], first["new"]) == (len(tiny()), len(tiny()))

    source(
        """UPDATE "Địa chính"."ThuaDat" SET "diaChi" = 'Số 9, Phố Mới', "phienBan" = '2', changed_at = now()
           WHERE "thuaDatId" = '22000000005';
           DELETE FROM "Địa chính"."ThuaDat" WHERE "thuaDatId" = '22000000020'"""
    )
    second = totals(landsync, profile, "--from-source")
    assert (second["read"], second["changed"], second["unchanged"]) == (2, 1, 1)
    assert landsync.query("SELECT address FROM land.parcel WHERE source_key LIKE %s", "%22000000005") == [
        ("Số 9, Phố Mới",)
    ]

    third = totals(landsync, profile, "--full")
    assert (third["read"], third["ended"], third["unchanged"]) == (len(tiny()) - 1, 1, len(tiny()) - 1)

    pulls = landsync.query(
        "SELECT counts -> 'pulled' -> 0 ->> 'kind' FROM ledger.stage WHERE stage = 'fetch' ORDER BY finished_at"
    )
    assert [kind for (kind,) in pulls] == ["full", "changes", "full"]
    _nowhere(landsync)


def _nowhere(landsync: Landsync) -> None:
    """The password of the source is in no file of the installation and in no text of its database."""
    files = [path for path in landsync.home.rglob("*") if path.is_file()]
    assert files
    assert [path for path in files if PASSWORD.encode() in path.read_bytes()] == []
    tables = landsync.query(
        "SELECT schemaname, tablename FROM pg_tables WHERE schemaname IN ('ledger', 'land', 'staging')"
    )
    with landsync.database.connect(databases.OWNER) as link, link.cursor() as cursor:
        for schema, table in tables:
            cursor.execute(
                f'SELECT count(*) FROM "{schema}"."{table}" AS t WHERE t::text LIKE %s', (f"%{PASSWORD}%",)
            )
            assert cursor.fetchone() == (0,), table


def test_a_pull_in_which_nothing_came_is_done_and_not_rejected(
    landsync: Landsync, profile: Path, source: Source
) -> None:
    totals(landsync, profile)
    source(f"DELETE FROM {TABLE} WHERE \"thuaDatId\" = '{LATEST}'")
    assert totals(landsync, profile).get("read", 0) == 0
    assert landsync.query("SELECT count(*) FROM land.parcel") == [(len(tiny()),)]


def test_a_stage_that_is_tried_again_takes_what_the_source_had_the_first_time(
    landsync: Landsync, profile: Path, source: Source
) -> None:
    def attempt() -> dict[str, object]:
        run = start_run(PROVINCE, "airflow:test", profile=profile, airflow_run_id="province_sync_22/manual")
        return run_stage("fetch", run)

    first = attempt()
    source(f"DELETE FROM {TABLE}")
    again = attempt()
    assert (again["delivery_sha256"], again["pulled"]) == (first["delivery_sha256"], first["pulled"])
    assert not list((landsync.home / "runs").glob("*/pulled"))


def test_a_source_that_is_down_is_exit_5_and_leaves_no_password(
    landsync: Landsync, profile: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("LANDSYNC_SOURCE_22", f"postgresql://nguoi_doc:{PASSWORD}@127.0.0.1:9/x")
    told = landsync("sync", "--province", PROVINCE, "--profile", profile)
    assert (told.status, told.document["error"]["code"]) == (5, "CON-DOWN")
    assert PASSWORD not in told.words + str(told.document)
    _nowhere(landsync)
    assert landsync.query("SELECT state FROM ledger.run_state") == [("failed",)]


def test_a_path_and_a_source_are_not_given_together(
    landsync: Landsync, profile: Path, tmp_path: Path
) -> None:
    told = landsync("sync", "--province", PROVINCE, "--profile", profile, "--from-source", tmp_path)
    assert (told.status, told.document["error"]["code"]) == (2, "SYNC-USAGE")


def test_a_province_without_a_connection_is_told_so(landsync: Landsync) -> None:
    told = landsync("sync", "--province", PROVINCE, "--from-source")
    assert (told.status, told.document["error"]["code"]) == (2, "CON-NONE")
