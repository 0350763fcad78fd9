"""A person whom a law wants erased: nothing of him is left in any table, and everything that was proved is proved still."""

from contextlib import closing
from dataclasses import replace
from pathlib import Path
from typing import Any
from uuid import uuid4

import psycopg2
import pytest

from parcels.errors import UsageError
from sync.care.erasure import Erased, ErasureRequest, erase, erasures
from sync.care.reconcile import reconcile
from sync.deciding import people
from sync.load import receipt
from sync.load.receipt import totals
from tests.support.database import Database
from tests.support.judged import COMMUNES, Plot, run_merge

pytestmark = pytest.mark.db
HA: dict[str, Any] = {
    "user": "Nguyễn Thị Hà Văn",
    "user_key": "KEY-HA",
    "user_number": "001170077777",
    "born": 1970,
}
NEAR = Plot("5", x=5, user="Trần Văn Gần", born=1950, certificate="CC 5")
PLOTS = [
    Plot("1", x=1, **HA, certificate="AA 1", restrictions=(("mortgage", None),)),
    Plot("2", x=2, **HA, commune=COMMUNES[1], certificate="AA 2"),
    Plot("3", x=3, user="Lê Hoà Khác", user_number="001170088888", certificate="AA 1"),
    replace(NEAR, key="4", x=4, certificate="CC 4"),
    NEAR,
    Plot("6", x=6, user="Người Mua", user_key="K6"),
    Plot("7", x=7, **{**HA, "user": "Người Trùng Khóa", "user_number": None}, system="ilis"),
]
EARLIER = [
    PLOTS[0],
    *(replace(plot, user="Nguyễn Thị Hà Cũ") for plot in PLOTS[1:2]),
    replace(PLOTS[2], user="Lê Hoà Trước"),
    *PLOTS[3:5],
    Plot("6", x=6, **HA, certificate="BB 6"),
    PLOTS[6],
]
OF_HER = ("Hà Văn", "Hà Cũ", "001170077777")
TABLES = (
    "SELECT c.oid::regclass::text FROM pg_class AS c JOIN pg_namespace AS n ON n.oid = c.relnamespace "
    "WHERE n.nspname IN ('land', 'land_private', 'ledger') AND c.relkind IN ('r', 'p') AND NOT c.relispartition ORDER BY 1"
)


@pytest.fixture
def loaded(database: Database, tmp_path: Path) -> Database:
    """Two nights, with results of the population database between."""
    run_merge(database.dsn, tmp_path, EARLIER, spoken=COMMUNES)
    by_hand(
        database,
        "INSERT INTO land_private.population_result (province_code, source_system, land_user_key, checked_at, status, import_id) "
        "SELECT '01', s, 'KEY-HA', now(), 'found', 1 FROM unnest(ARRAY['vbdlis', 'ilis']) AS s",
        "INSERT INTO land_private.land_user_status (province_code, source_system, land_user_key, status, checked_at) "
        "SELECT '01', s, 'KEY-HA', 'found', now() FROM unnest(ARRAY['vbdlis', 'ilis']) AS s",
    )
    run_merge(database.dsn, tmp_path, PLOTS, passed=COMMUNES, spoken=COMMUNES)
    return database


def by_hand(database: Database, *statements: str, dsn: str | None = None) -> None:
    """What somebody with all rights does behind the pipeline."""
    with closing(psycopg2.connect(dsn or database.superuser_dsn)) as link, link, link.cursor() as cursor:
        for statement in statements:
            cursor.execute(statement)


def rows(database: Database, statement: str, *values: object) -> list[tuple[Any, ...]]:
    """What the superuser sees, to whom nothing is hidden."""
    with closing(psycopg2.connect(database.superuser_dsn)) as link, link.cursor() as cursor:
        cursor.execute(statement, values or None)
        return list(cursor.fetchall())


def user(database: Database, key: str) -> str:
    """Who has the parcel of this source key."""
    [(uid,)] = rows(
        database,
        "SELECT u.user_uid::text FROM land_private.land_user AS u JOIN land.parcel AS p USING (parcel_uid) WHERE p.source_key = %s",
        key,
    )
    return str(uid)


def erased(database: Database, key: str = "1", *, dry_run: bool = False, **asked: Any) -> Erased:
    told = {"basis": "Quyết định 15/QĐ", "reason": "Theo bản án", "actor": "cli:test", **asked}
    return erase(
        database.owner_dsn,
        ErasureRequest("01", told.pop("user", None) or user(database, key), **told),
        dry_run=dry_run,
    )


def everything(database: Database) -> dict[str, list[tuple[Any, ...]]]:
    return {
        table: rows(database, f"SELECT t::text FROM {table} AS t ORDER BY 1")
        for (table,) in rows(database, TABLES)
    }


def tables_with(database: Database, *words: object) -> set[str]:
    """The tables in which any of these stands."""
    return {
        table
        for table, lines in everything(database).items()
        for (line,) in lines
        if any(str(word) in line for word in words)
    }


def agrees(database: Database) -> tuple[bool, int]:
    result = reconcile(["01"], "test", dsn=database.dsn)
    assert not receipt.verify(database.dsn, None)
    return result["agrees"], result["provinces"][0]["erased"]


def test_nothing_of_her_is_left_and_everything_still_agrees(loaded: Database) -> None:
    uid = user(loaded, "1")
    mine = "FROM land_private.land_user{} WHERE user_uid = %s::uuid"
    secrets = [
        secret
        for (secret,) in rows(
            loaded,
            f"SELECT encode(salt, 'hex') {mine.format('')} UNION ALL SELECT encode(content_hash, 'hex') {mine.format('')} "
            f"UNION ALL SELECT encode(content_hash, 'hex') {mine.format('_version')} UNION ALL SELECT encode(r.content_hash, 'hex') "
            "FROM land_private.land_right AS r WHERE r.user_ref = %s::uuid UNION ALL SELECT encode(r.salt, 'hex') "
            "FROM land_private.land_right AS r WHERE r.user_ref = %s::uuid",
            *[uid] * 5,
        )
    ]
    assert len(secrets) == 2 + 2 + 2 + 2 + 2
    before = everything(loaded)
    assert tables_with(loaded, *OF_HER) == {"land_private.land_user", "land_private.land_user_version"}
    told = erased(loaded)
    assert (told.parcels, told.living, told.closed, told.rights, told.results) == (3, 2, 2, 3, 1)
    assert tables_with(loaded, *OF_HER, uid, *secrets) == set()
    after = everything(loaded)
    assert {table for table in after if after[table] != before[table]} == {
        "land_private.land_user", "land_private.land_user_version", "land_private.land_right", "land_private.land_right_version",
        "land_private.population_result", "land_private.land_user_status", "ledger.erasure",
    }  # fmt: skip
    assert {table: len(lines) for table, lines in after.items()} == {
        table: len(lines) + {"ledger.erasure": 1, "land_private.land_user_status": -1}.get(table, 0)
        for table, lines in before.items()
    }
    assert agrees(loaded) == (True, 1)


def test_others_are_as_they_were(loaded: Database) -> None:
    """Also who has the same key in another system, and her certificate."""
    others = (
        "SELECT t::text FROM land_private.{} AS t WHERE t.parcel_uid NOT IN "
        "(SELECT parcel_uid FROM land.parcel WHERE source_key IN ('1', '2', '6')) ORDER BY 1"
    )
    tables = [
        others.format(table)
        for table in ("land_user", "land_user_version", "land_right", "land_right_version")
    ]
    tables.append("SELECT t::text FROM land_private.certificate AS t ORDER BY 1")
    before = [rows(loaded, table) for table in tables]
    told = erased(loaded)
    assert [rows(loaded, table) for table in tables] == before
    results = "SELECT source_system, land_user_key FROM land_private.{} ORDER BY 1"
    assert rows(loaded, results.format("population_result")) == [
        ("ilis", "KEY-HA"),
        ("vbdlis", told.erased_ref),
    ]
    assert rows(loaded, results.format("land_user_status")) == [("ilis", "KEY-HA")]


def test_who_is_known_on_one_parcel_alone_is_erased_there_alone(loaded: Database) -> None:
    told = erased(loaded, "5")
    assert (told.parcels, told.living, told.closed, told.rights) == (1, 1, 0, 1)
    named = "SELECT p.source_key FROM land_private.land_user JOIN land.parcel AS p USING (parcel_uid) WHERE land_user_name = %s"
    assert rows(loaded, named, NEAR.user) == [("4",)]
    assert agrees(loaded) == (True, 1)


def test_that_somebody_had_it_is_still_answered(loaded: Database) -> None:
    [(moment,)] = rows(loaded, "SELECT min(recorded_to) FROM land_private.land_user_version")
    told = erased(loaded)
    asked = (
        "SELECT p.source_key, a.land_user_name, a.user_ref::text = %s FROM land_private.land_user_as_of(current_date + 1, %s) AS a "
        "JOIN land.parcel AS p USING (parcel_uid) WHERE p.source_key IN ('1', '2', '6') ORDER BY 1"
    )
    hers = (None, True)
    now = rows(loaded, asked, told.erased_ref, told.erased_at)
    assert now == [("1", *hers), ("2", *hers), ("6", "Người Mua", False)]
    [(earlier,)] = rows(loaded, "SELECT %s - interval '1 millisecond'", moment)
    assert rows(loaded, asked, told.erased_ref, earlier) == [(key, *hers) for key in ("1", "2", "6")]


def test_the_next_receipt_says_it_and_a_source_that_did_not_erase_brings_her_back(
    loaded: Database, tmp_path: Path
) -> None:
    told = erased(loaded)
    night = run_merge(loaded.dsn, tmp_path, PLOTS, passed=COMMUNES, spoken=COMMUNES)
    assert (totals(night.lines)["changed"], totals(night.lines)["unchanged"]) == (2, 5)
    shown = receipt.show(loaded.dsn, last_run(loaded))
    assert [row["erased_ref"] for row in shown["erased"]] == [told.erased_ref]
    assert tables_with(loaded, "Hà Văn") == {"land_private.land_user"}
    assert tables_with(loaded, "Hà Cũ") == set()
    assert agrees(loaded) == (True, 1)
    another = run_merge(loaded.dsn, tmp_path, PLOTS, passed=COMMUNES, spoken=COMMUNES)
    assert totals(another.lines)["unchanged"] == 7
    assert receipt.show(loaded.dsn, last_run(loaded))["erased"] == []
    again = erased(loaded)
    assert (again.parcels, again.living, again.closed) == (2, 2, 0)
    assert agrees(loaded) == (True, 2)


def last_run(database: Database) -> str:
    [(run,)] = rows(database, "SELECT run_id FROM ledger.receipt ORDER BY sequence DESC LIMIT 1")
    return str(run)


def test_a_source_that_erased_too_leaves_nobody(loaded: Database, tmp_path: Path) -> None:
    erased(loaded)
    nobody: dict[str, Any] = {"user": None, "user_key": None, "user_number": None, "born": None}
    gone = [replace(plot, **nobody) for plot in PLOTS[:2]]
    run_merge(loaded.dsn, tmp_path, [*gone, *PLOTS[2:]], passed=COMMUNES, spoken=COMMUNES)
    assert tables_with(loaded, *OF_HER) == set()
    assert agrees(loaded) == (True, 1)


def test_a_dry_run_leaves_no_trace(loaded: Database) -> None:
    before = everything(loaded)
    told = erased(loaded, dry_run=True)
    assert (told.parcels, told.living, told.closed, told.dry_run) == (3, 2, 2, True)
    assert everything(loaded) == before
    assert erased(loaded).erasure_id == 1
    assert erased(loaded, "5").erasure_id == 2


HIDDEN = {
    "another one is called erased": (
        "UPDATE land_private.land_user SET land_user_name = NULL, erased = land.salted(salt, content_hash) WHERE land_user_name = 'Lê Hoà Khác'"
    ),
    "another one passes for the erased one": (
        "UPDATE land_private.land_user AS u SET user_ref = e.erased_ref FROM ledger.erasure AS e WHERE u.land_user_name = 'Lê Hoà Khác'"
    ),
    "a name is written into an erased row": "UPDATE land_private.land_user SET land_user_name = 'Ai' WHERE erased IS NOT NULL",
    "another commitment": "UPDATE land_private.land_user SET erased = sha256('') WHERE erased IS NOT NULL",
    "another share": "UPDATE land_private.land_right SET share_numerator = 1, share_denominator = 2 WHERE erased IS NOT NULL",
    "an erased row is gone": "DELETE FROM land_private.land_user_version WHERE land_user_name IS NULL",
    "the event is gone": "DELETE FROM ledger.erasure",
    "the event tells of fewer": "UPDATE ledger.erasure SET closed = closed - 1",
}


@pytest.mark.parametrize("name", HIDDEN)
def test_nobody_hides_a_change_by_calling_it_an_erasure(loaded: Database, name: str) -> None:
    erased(loaded)
    assert agrees(loaded) == (True, 1)
    by_hand(loaded, "SET session_replication_role = replica", HIDDEN[name])
    assert not reconcile(["01"], "test", dsn=loaded.dsn)["agrees"]


@pytest.mark.parametrize("change", ["basis = 'khác'", "erased_ref = gen_random_uuid()", "parcels = 0"])
def test_what_a_receipt_told_of_an_erasure_cannot_be_changed(
    loaded: Database, tmp_path: Path, change: str
) -> None:
    erased(loaded)
    run_merge(loaded.dsn, tmp_path, PLOTS, passed=COMMUNES, spoken=COMMUNES)
    assert receipt.verify(loaded.dsn, "01") == []
    by_hand(loaded, "SET session_replication_role = replica", f"UPDATE ledger.erasure SET {change}")
    assert [fault["fault"] for fault in receipt.verify(loaded.dsn, "01")] == ["content"]


CLOSED = "UPDATE land_private.land_user_version SET "
GONE = (
    "land_user_name = NULL, land_user_id_number = NULL, land_user_birth_year = NULL, land_user_key = NULL, user_bound = false, "
    "user_ref = (SELECT erased_ref FROM ledger.erasure)"
)
REFUSED = (
    f"{CLOSED} land_user_name = NULL",
    f"{CLOSED} land_user_name = 'Ai'",
    f"{CLOSED} {GONE.replace('(SELECT erased_ref FROM ledger.erasure)', 'gen_random_uuid()')}",
    f"{CLOSED} {GONE}, land_user_address = 'đâu'",
    f"{CLOSED} {GONE}, recorded_to = now()",
    f"{CLOSED} {GONE}, item_no = item_no + 1",
    f"{CLOSED} {GONE.replace('user_bound = false', 'user_bound = true')}",
    f"{CLOSED.replace('land_user_version', 'land_user_version_01')} land_user_name = NULL",
    "DELETE FROM land_private.land_user_version",
    "TRUNCATE land_private.land_user_version_01",
    "UPDATE land_private.land_right_version SET right_role = 'user'",
    "UPDATE land_private.land_right_version SET user_ref = gen_random_uuid()",
    "DELETE FROM land_private.land_right_version",
    "UPDATE land_private.population_result SET status = 'not_found'",
    "UPDATE land_private.population_result SET land_user_key = 'K'",
    "DELETE FROM land_private.population_result",
    "UPDATE land_private.certificate_version SET certificate_no = NULL",
    "UPDATE ledger.erasure SET basis = 'khác'",
    "DELETE FROM ledger.erasure",
)


@pytest.mark.parametrize("change", REFUSED)
def test_closed_rows_can_be_erased_and_nothing_else(loaded: Database, change: str) -> None:
    erased(loaded, "5")
    erased(loaded)
    change = change.replace(
        "(SELECT erased_ref FROM ledger.erasure)", "(SELECT max(erased_ref::text)::uuid FROM ledger.erasure)"
    )
    with pytest.raises(psycopg2.Error, match="append-only"):
        by_hand(loaded, change, dsn=loaded.owner_dsn)


def test_only_the_owner_erases(loaded: Database) -> None:
    for role in ("landsync_loader", "central_operator", "province_01"):
        for statement in (f"{CLOSED} {GONE}", "INSERT INTO ledger.erasure DEFAULT VALUES"):
            with pytest.raises(psycopg2.errors.InsufficientPrivilege):
                by_hand(loaded, f"SET ROLE {role}", statement)


def test_what_must_not_be_begun(loaded: Database) -> None:
    uid = user(loaded, "1")
    told = erased(loaded, "5")
    before = everything(loaded)
    for code, asked in (
        ("ERASE-UNKNOWN", {"user": str(uuid4())}),
        ("ERASE-AGAIN", {"user": told.erased_ref}),
        ("ERASE-UID", {"user": "Nguyễn Thị Hà Văn"}),
        ("ERASE-BASIS", {"user": uid, "basis": " "}),
        ("ERASE-BASIS", {"user": uid, "reason": ""}),
        ("ERASE-NAMES", {"user": uid, "reason": "Bà NGUYỄN THỊ HÀ VĂN yêu cầu"}),
        ("ERASE-NAMES", {"user": uid, "basis": "Đơn của Nguyễn  Thị Hà Cũ"}),
        ("ERASE-NAMES", {"user": uid, "basis": "CCCD 001170077777"}),
    ):
        with pytest.raises(UsageError) as caught:
            erased(loaded, **asked)
        assert caught.value.code == code, asked
        assert "Hà" not in str(caught.value)
    with pytest.raises(UsageError) as caught:
        erase(loaded.owner_dsn, ErasureRequest("79", uid, "QĐ 1", "luật", "cli:test"), dry_run=False)
    assert caught.value.code == "ERASE-UNKNOWN"
    assert everything(loaded) == before


def test_where_deciders_are_named_it_is_for_the_centre(loaded: Database) -> None:
    for actor, role, province in (("cli:tinh", "office", "01"), ("cli:trung", "centre", None)):
        people.name(loaded.owner_dsn, actor, role, province, None, "cli:chu", "phân công")  # type: ignore[arg-type]
    for actor in ("cli:ai", "cli:tinh"):
        with pytest.raises(UsageError) as caught:
            erased(loaded, actor=actor)
        assert caught.value.code == "DECIDER-RIGHT"
    erased(loaded, actor="cli:trung")
    [row] = erasures(loaded.dsn, "01")
    assert (row["actor"], row["role"], row["basis"]) == ("cli:trung", "centre", "Quyết định 15/QĐ")
