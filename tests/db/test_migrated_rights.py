"""A database in which a parcel had one land user and one certificate: both get pseudonyms and a right, as a load of now gives them."""

from collections.abc import Iterator
from contextlib import closing
from dataclasses import replace
from datetime import date
from pathlib import Path
from random import Random
from typing import Any

import psycopg2
import pytest

from parcels.errors import ComponentMissing
from sync.care.reconcile import reconcile
from sync.db.migrations import migrate, status
from sync.load import receipt
from sync.load.receipt import totals
from tests.conftest import KEY
from tests.support.before import database_of, upgrade
from tests.support.changesets import Deliver, change, changes, day, full, village
from tests.support.database import Database, Server
from tests.support.judged import COMMUNES, Plot, run_merge
from tests.support.key import with_key
from tests.support.surface import Surface, uid
from tests.support.undone import OWN, restate, undo_rights
from tests.support.unkeyed import LATER, ONE, PAPER, TWO, Old

__all__ = ["changes", "full"]
pytestmark = pytest.mark.db
HA: dict[str, Any] = {"user": "Nguyễn Thị Hà", "user_key": "K1", "user_number": "001170000001", "born": 1970}
PLOTS = [
    Plot("1", x=1, **HA, certificate="AA 1", restrictions=(("mortgage", None),)),
    Plot("2", x=2, **HA, certificate="aa1", issued_on=date(2020, 1, 2)),
    Plot("3", x=3, user="Lê  Hoà", user_number="0012 3456 B", certificate="AA 1"),
    Plot("4", x=4, user="LÊ HÒA", user_number="00123456b"),
    Plot("5", x=5, user="Trần Văn A", born=1950),
    Plot("6", x=6, user="Trần Văn A", born=1950, issued_on=date(2001, 2, 3)),
    Plot("7", x=7, user=None),
    Plot("8", x=8, user=None, certificate="BB 2"),
    Plot("9", x=9, user='Lý "Âu",\nở nhờ', user_number="", user_key="K\\1", certificate="000000"),
    Plot("10", x=10, **HA, system="ilis", commune=COMMUNES[1]),
    Plot("11", x=11, user="Phạm Văn B", user_number="999999999999", commune=COMMUNES[1], certificate=""),
]
BEFORE = [
    replace(PLOTS[0], user="Nguyễn Thị Hạ"),  # the same one, by the key
    replace(PLOTS[1], certificate="AA 0"),
    PLOTS[2],
    replace(PLOTS[3], user="Lê Văn Cũ", certificate="CC 3"),
    replace(PLOTS[4], user=None),
    *PLOTS[5:],
    Plot("12", x=12, **HA, certificate="AA 1"),
]
LIVE = "SELECT to_jsonb(x) FROM land_private.{} AS x ORDER BY parcel_uid, item_no"
CLOSED = "SELECT to_jsonb(x) FROM land_private.{}_version AS x ORDER BY parcel_uid, item_no, recorded_from, late_row"
RIGHTS = "SELECT to_jsonb(x) - 'salt' - 'recorded_from' - 'run_id' FROM land_private.land_right AS x ORDER BY parcel_uid, item_no"


def seen(database: Database, statement: str, *values: object) -> list[tuple[Any, ...]]:
    """What the superuser sees, to whom nothing is hidden."""
    with closing(psycopg2.connect(database.superuser_dsn)) as link:
        return Surface(link).run(statement, *values)


def by_hand(database: Database, *statements: str) -> None:
    """What somebody with all rights does behind the pipeline."""
    with closing(psycopg2.connect(database.superuser_dsn)) as link, link:
        for statement in statements:
            Surface(link).run(statement)


def back(database: Database) -> None:
    """As if runs of before had loaded it."""
    with closing(psycopg2.connect(database.superuser_dsn)) as link, link:
        there = Surface(link)
        there.run("SET session_replication_role = replica")
        undo_rights(there)
        restate(there, "0029", 4, "m.content_hash || m.handle_hash || m.items_hash")


@pytest.fixture
def loaded(database: Database, tmp_path: Path) -> Database:
    """Two nights, of which users and certificates of the first are closed."""
    run_merge(database.dsn, tmp_path, BEFORE, spoken=COMMUNES)
    merged = run_merge(database.dsn, tmp_path, PLOTS, passed=COMMUNES, spoken=COMMUNES)
    assert totals(merged.lines)["held"] == 0
    return database


def test_what_is_stored_is_what_a_load_of_the_same_rows_stores(loaded: Database) -> None:
    statements = [each.format(record) for record in OWN for each in (LIVE, CLOSED)] + [RIGHTS]
    before = [seen(loaded, statement) for statement in statements]
    assert list(map(len, before)) == [9, 4, 7, 3, 10]
    back(loaded)
    bare = [seen(loaded, statement) for statement in statements[:-1]]
    assert all(one != other for one, other in zip(bare, before[:-1], strict=True))
    migrate(loaded.superuser_dsn, reapply=True)
    for statement, rows in zip(statements, before, strict=True):
        assert seen(loaded, statement) == rows, statement
    assert seen(loaded, "SELECT count(*) FROM land_private.land_right_version") == [(0,)]


ODD = (
    None, None, "NULL", "NA", "nan", "", " ", "\\N", "a,b", 'a"b', "a\nb", "a\rb", "Ồ", "\u1ec3", "\u1ec2 ", "🏠", "-", "\\.", "1e5", "t", "0", "00",
    "0o", "Y 1", "y1", "Đ 2", "đ2", "\u200b", ";3:abc;", "N;",
)  # fmt: skip
MIGRATED = (
    "SELECT parcel_uid, item_no, user_uid, user_bound, encode(content_hash, 'hex'), 1 FROM land_private.land_user UNION ALL "
    "SELECT parcel_uid, item_no, certificate_uid, certificate_bound, encode(content_hash, 'hex'), 2 FROM land_private.certificate "
    "UNION ALL SELECT parcel_uid, item_no, user_ref, certificate_ref IS NULL, encode(content_hash, 'hex'), 3 FROM land_private.land_right "
    "ORDER BY 6, 1, 2"
)


def test_whatever_a_value_looks_like_it_gives_the_same(database: Database, tmp_path: Path) -> None:
    """Also where it was stored in another form of Unicode than a load of now stores: it was hashed in this one."""
    dice = Random(30)

    def any_of() -> dict[str, Any]:
        names = ("user", "user_key", "user_number", "certificate")
        years = {"born": dice.choice([None, 1950]), "issued_on": dice.choice([None, date(1, 1, 1)])}
        return {name: dice.choice(ODD) for name in names} | years

    plots = [
        Plot(str(n), x=n, system=dice.choice(["vbdlis", "ilis"]), **any_of(), commune=COMMUNES[n % 3])
        for n in range(300)
    ]
    run_merge(database.dsn, tmp_path, plots)
    before = seen(database, MIGRATED)
    assert len(before) > 700
    back(database)
    by_hand(
        database,
        "UPDATE land_private.land_user SET land_user_name = normalize(land_user_name, NFD), "
        "land_user_key = normalize(land_user_key, NFD), land_user_id_number = normalize(land_user_id_number, NFD)",
        "UPDATE land_private.certificate SET certificate_no = normalize(certificate_no, NFD)",
    )
    migrate(database.superuser_dsn, reapply=True)
    assert seen(database, MIGRATED) == before
    assert totals(run_merge(database.dsn, tmp_path, plots).lines)["unchanged"] == len(plots)
    assert reconcile(["01"], "test", dsn=database.dsn)["agrees"]


def test_a_right_is_known_since_the_later_of_both_was(loaded: Database) -> None:
    back(loaded)
    migrate(loaded.superuser_dsn, reapply=True)
    rows = seen(
        loaded,
        "SELECT p.source_key, r.recorded_from = u.recorded_from, r.recorded_from = c.recorded_from, r.run_id = u.run_id, "
        "r.run_id = c.run_id FROM land_private.land_right AS r JOIN land.parcel AS p USING (parcel_uid) "
        "LEFT JOIN land_private.land_user AS u USING (parcel_uid) LEFT JOIN land_private.certificate AS c USING (parcel_uid) "
        "WHERE p.source_key IN ('1', '2', '3', '5', '8') ORDER BY 1",
    )
    assert rows == [
        ("1", True, False, True, False), ("2", False, True, False, True), ("3", True, True, True, True),
        ("5", True, None, True, None), ("8", None, True, None, True),
    ]  # fmt: skip


def test_what_was_proved_is_proved_and_the_next_night_finds_nothing(loaded: Database, tmp_path: Path) -> None:
    back(loaded)
    migrate(loaded.superuser_dsn, reapply=True)
    assert reconcile(["01"], "test", dsn=loaded.dsn)["agrees"]
    assert receipt.verify(loaded.dsn, None) == []
    forms = "SELECT r.form, count(*), min(l.read) FROM ledger.receipt AS r JOIN ledger.receipt_line AS l USING (run_id) WHERE sequence = 3"
    assert seen(loaded, f"{forms} GROUP BY 1") == [(4, 2, 0)]
    tables = [LIVE.format(record) for record in (*OWN, "land_right")]
    tables += [CLOSED.format(record) for record in (*OWN, "land_right")]
    tables.append("SELECT to_jsonb(m) FROM ledger.manifest AS m ORDER BY parcel_uid")
    before = [seen(loaded, table) for table in tables]
    again = run_merge(loaded.dsn, tmp_path, PLOTS, spoken=COMMUNES)
    assert (totals(again.lines)["unchanged"], again.notes, [*again.columns]) == (len(PLOTS), {}, [])
    assert [seen(loaded, table) for table in tables] == before
    # And what changes from then on is closed with its pseudonym, and the right with it.
    run_merge(
        loaded.dsn, tmp_path, [replace(PLOTS[0], user="Đỗ Mới", user_key="K2"), *PLOTS[1:]], spoken=COMMUNES
    )
    assert seen(loaded, "SELECT count(*) FROM land_private.land_right_version") == [(1,)]
    assert reconcile(["01"], "test", dsn=loaded.dsn)["agrees"]


def test_who_had_a_parcel_earlier_is_answered_as_before(loaded: Database) -> None:
    def told() -> list[list[tuple[Any, ...]]]:
        moments = seen(loaded, "SELECT DISTINCT recorded_from FROM land_private.land_user_version")
        moments += seen(loaded, "SELECT DISTINCT recorded_from FROM land_private.land_user")
        return [
            seen(
                loaded,
                f"SELECT parcel_uid, item_no, {', '.join(own)}, state_known FROM land_private.{record}_as_of(current_date + 1, %s) "
                "ORDER BY 1, 2",
                moment,
            )
            for record, own in OWN.items()
            for (moment,) in sorted({*moments})
        ]

    before = told()
    assert len({repr(each) for each in before}) == 4
    back(loaded)
    migrate(loaded.superuser_dsn, reapply=True)
    assert told() == before


def test_whom_several_states_have_in_common_is_known_as_before(
    database: Database, full: Deliver, changes: Deliver
) -> None:
    """A version that came late holds a copy of its user, which is closed: he is the same one."""
    first, *rest = village()
    full([first, *rest], 1)
    changes([change(first, 4, land_use="CLN")], 8)
    assert changes([change(first, 3, land_use="LUC")], 5).notes == {"placed": 1}
    asked = "SELECT land_user_name, state_known FROM land_private.land_user_as_of(%s) AS a JOIN land.parcel AS p USING (parcel_uid) "
    asked += "WHERE p.source_key = 'k0'"

    def told() -> list[list[tuple[Any, ...]]]:
        return [seen(database, asked, day(n).date()) for n in (0, 1, 5, 7, 8)]

    before = told()
    assert before == [[(None, False)], *[[("Người Thử", True)]] * 4]
    back(database)
    migrate(database.superuser_dsn, reapply=True)
    assert told() == before


@pytest.fixture
def old(server: Server) -> Iterator[Database]:
    """A database as migrations up to 0029 left it, of which some was touched then."""
    with database_of(server, "0026") as database:
        with closing(psycopg2.connect(database.superuser_dsn)) as link, link:
            fill(Old(link))
        upgrade(database.superuser_dsn, "0029")
        touch(database)
        yield database


def fill(old: Old) -> None:
    use: dict[str, Any] = {"land_use_code": "ONT", "use_area_m2": None}
    both = (1, 3, 4, 5, 8, 9, 11, 12, 13, 15)
    for number in range(1, 16):
        items = [old.item("land_use_part", number, use)]
        if number in both:
            items += [old.item("land_user", number, ONE), old.item("certificate", number, PAPER)]
        if number in (6, 14):
            items.append(old.item("land_user", number, TWO))
        if number == 7:
            items.append(old.item("certificate", number, PAPER))
        commune = {6: COMMUNES[1], 13: COMMUNES[2], 14: COMMUNES[1]}.get(number, COMMUNES[0])
        old.parcel(number, commune, items)
    old.item("land_user", 1, TWO, recorded_to=LATER, closed_by_run="run")
    old.item("certificate", 1, PAPER, recorded_to=LATER, closed_by_run="run", late_row=7)
    old.receipt(wrong=COMMUNES[1])


def touch(database: Database) -> None:
    """2: a user was written in; 3: another name; 4, 15: what was there is gone; 5: a row was marked; 8: another salt; 9: another user
    too; 11: the parcel is gone; 12: another day; 13: the manifest. Commune 6 and 14 are in never agreed with its receipt.
    """
    one, of = "land_private.land_user", "WHERE parcel_uid ="
    same = "content_hash, hash_version, recorded_from, run_id"
    by_hand(
        database,
        "SET session_replication_role = replica",
        f"INSERT INTO {one} (province_code, parcel_uid, item_no, land_user_name, {same}) SELECT province_code, '{uid(2)}', 1, 'Ai', {same} "
        f"FROM {one} {of} '{uid(1)}'",
        f"UPDATE {one} SET land_user_name = 'Khác' {of} '{uid(3)}'",
        f"DELETE FROM land_private.certificate {of} '{uid(4)}'",
        f"UPDATE {one} SET content_hash = sha256('') {of} '{uid(5)}'",
        f"UPDATE {one} SET salt = uuid_send(gen_random_uuid()) {of} '{uid(8)}'",
        f"INSERT INTO {one} (province_code, parcel_uid, item_no, land_user_name, {same}) SELECT province_code, parcel_uid, 2, 'Ai', {same} "
        f"FROM {one} {of} '{uid(9)}'",
        f"DELETE FROM land.parcel {of} '{uid(11)}'",
        f"UPDATE land_private.certificate SET certificate_issued_on = '2020-01-01' {of} '{uid(12)}'",
        f"UPDATE ledger.manifest SET items_hash = sha256('x') {of} '{uid(13)}'",
        f"DELETE FROM {one} {of} '{uid(15)}'",
        f"DELETE FROM land_private.certificate {of} '{uid(15)}'",
    )


TOUCHED = {
    *((number, COMMUNES[0], "items_changed") for number in (2, 3, 4, 5, 8, 9, 12, 15)),
    (11, COMMUNES[0], "deleted"), (None, COMMUNES[0], "count"), (None, COMMUNES[0], "area"),
    (13, COMMUNES[2], "items_changed"), (None, COMMUNES[2], "manifest"), (None, COMMUNES[1], "manifest"),
}  # fmt: skip


@pytest.mark.parametrize("rows_at_once", [1, 200_000])
def test_what_was_touched_is_still_told_and_nothing_else(
    old: Database, rows_at_once: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("sync.load.keyed.ROWS_AT_ONCE", rows_at_once)
    migrate(old.superuser_dsn)
    [found] = reconcile(["01"], "test", dsn=old.dsn)["provinces"]
    told = [
        (each["parcel"] and int(each["parcel"][-2:]), each["commune"], each["kind"])
        for each in found["differences"]
    ]
    assert (set(told), len(told)) == (TOUCHED, len(TOUCHED))
    assert receipt.verify(old.dsn, None) == []
    lines = old.query(
        "SELECT l.commune_code, l.read, l.current_before, l.current_after, r.form FROM ledger.receipt AS r "
        "JOIN ledger.receipt_line AS l USING (run_id) WHERE r.sequence = 4"
    )
    assert lines == [(COMMUNES[0], 0, 12, 12, 4)]


def test_of_a_touched_parcel_nothing_agrees(old: Database) -> None:
    """Also where only a value was written over and its row was as the manifest said: what a run wrote over it would not be seen."""
    migrate(old.superuser_dsn)
    differ = old.query(
        "SELECT right(m.parcel_uid::text, 2)::integer FROM ledger.manifest AS m LEFT JOIN LATERAL ("
        "SELECT sha256(string_agg(land.item_bytes(i.record, i.item_no, i.said), ''::bytea ORDER BY i.record, i.item_no)) AS now FROM ("
        "SELECT parcel_uid, 'land_use_part' AS record, item_no, content_hash AS said FROM land.land_use_part "
        + "".join(
            f"UNION ALL SELECT parcel_uid, '{record}', item_no, land.salted(salt, content_hash) FROM land_private.{record} "
            for record in (*OWN, "land_right")
        )
        + ") AS i WHERE i.parcel_uid = m.parcel_uid) AS d ON true WHERE m.items_hash IS DISTINCT FROM d.now ORDER BY 1"
    )
    assert differ == [(2,), (3,), (4,), (5,), (8,), (9,), (12,), (13,), (15,)]


def test_every_user_has_a_right_a_touched_one_too(old: Database) -> None:
    migrate(old.superuser_dsn)
    rights = "SELECT right(parcel_uid::text, 2)::integer, item_no, user_ref IS NOT NULL, certificate_ref IS NOT NULL FROM land_private.land_right ORDER BY 1, 2"
    assert old.query(rights) == [
        (1, 1, True, True), (2, 1, True, False), (3, 1, True, True), (4, 1, True, False), (5, 1, True, True), (6, 1, True, False),
        (7, 1, False, True), (8, 1, True, True), (9, 1, True, True), (9, 2, True, False), (11, 1, True, True), (12, 1, True, True),
        (13, 1, True, True), (14, 1, True, False),
    ]  # fmt: skip
    same = "SELECT count(DISTINCT user_uid), count(*) FROM land_private.land_user WHERE land_user_id_number = '001170000001'"
    assert old.query(f"{same} AND land_user_name <> 'Khác'") == [(1, 8)]


def test_nobody_without_a_pseudonym_can_be_stored_any_more(old: Database) -> None:
    migrate(old.superuser_dsn)
    with closing(psycopg2.connect(old.superuser_dsn)) as link:
        there = Surface(link)
        for change in (
            "land_user SET user_ref = NULL",
            "land_user SET user_bound = NULL",
            "certificate SET certificate_ref = NULL",
            "certificate SET certificate_bound = NULL",
        ):
            refused = there.refusal(f"UPDATE land_private.{change}")
            assert getattr(refused, "pgcode", None) == "23514", change


def test_without_the_right_key_nothing_is_migrated(old: Database, tmp_path: Path) -> None:
    for code, key in (("KEY-MISSING", None), ("KEY-WRONG", KEY[::-1])):
        with with_key(tmp_path / code, key), pytest.raises(ComponentMissing) as caught:
            migrate(old.superuser_dsn)
        assert caught.value.code == code
        assert status(old.superuser_dsn)["revision"] == "0029"


def test_without_persons_no_key_is_asked_for(server: Server, tmp_path: Path) -> None:
    with database_of(server, "0029") as empty, with_key(tmp_path / "none"):
        migrate(empty.superuser_dsn)
        assert status(empty.superuser_dsn)["current"]
