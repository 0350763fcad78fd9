"""A database whose parcels were hashed with their handles: hashed anew, what was proved is proved, and the next night finds nothing."""

from collections.abc import Iterator
from contextlib import closing
from dataclasses import replace
from datetime import date
from pathlib import Path

import psycopg2
import pytest

from parcels.columns import hashed_columns
from sync.care.reconcile import reconcile
from sync.db.migrations import migrate
from sync.load import receipt
from sync.load.receipt import totals
from tests.support.before import database_of
from tests.support.database import Database, Server
from tests.support.judged import Plot, run_merge
from tests.support.surface import Surface, uid
from tests.support.undone import restate, undo_rights
from tests.support.unkeyed import DAY, LATER, Old, parcel_hashes

pytestmark = pytest.mark.db
CLOSED = {"recorded_to": LATER, "closed_by_run": "run", "closed_because": "changed"}
UNUSUAL: tuple[dict[str, object], ...] = (
    {"address": 'Ngõ 1; N;3:abc; "\\\r\n', "land_use": "", "map_scale": "1000", "map_set": "A"},
    {"area_legal_m2": "-0.0001", "area_m2": "99999999999999.9999", "surveyed_on": date(1, 1, 1)},
    {"source_key": None, "national_id": "w7er83vw1000", "valid_from": date(9999, 12, 31)},
    {"established_on": date(1999, 2, 3), "source_system": "hệ thống", "sheet_no": None, "parcel_no": None},
    {"geom": None, "area_m2": None, "source_srid": -1},
)


@pytest.fixture
def old(server: Server) -> Iterator[Database]:
    """A database at the revision of before, filled as a run of then left it; some of it was touched since."""
    with database_of(server, "0027") as database:
        with closing(psycopg2.connect(database.superuser_dsn)) as link:
            fill(Old(link))
            link.commit()
        yield database


def fill(old: Old) -> None:
    for number, values in enumerate(UNUSUAL, start=1):
        old.parcel(number, "00004", [], **values)
    # 1 had another key before, and a version that is not what it was hashed as.
    old.add_parcel(
        1,
        "land.parcel_version",
        **UNUSUAL[0],
        recorded_from=DAY,
        **CLOSED | {"recorded_to": "2026-01-02 08:00+07"},
    )
    old.add_parcel(2, "land.parcel_version", **UNUSUAL[1] | {"source_key": "old"}, **CLOSED)
    for number in (1, 2):
        old.hash_parcels("land.parcel_version", number)
    old.run("UPDATE land.parcel_version SET address = 'khác' WHERE parcel_uid = %s", uid(1))
    for number in range(11, 18):
        old.parcel(number, "00008", [])
    old.parcel(21, "00025", [])
    old.receipt(wrong="00025")
    for number, values in {
        11: "address = 'khác'", 12: "source_key = 'khác'", 13: "commune_code = '00004'", 14: "content_hash = sha256('')",
        15: "source_system = 'khác'",
    }.items():  # fmt: skip
        old.run(f"UPDATE land.parcel SET {values} WHERE parcel_uid = %s", uid(number))
    old.run("DELETE FROM land.parcel WHERE parcel_uid = %s", uid(16))


def test_what_was_proved_is_proved_and_what_was_touched_is_still_told(old: Database) -> None:
    migrate(old.superuser_dsn)
    [found] = reconcile(["01"], "test", dsn=old.dsn)["provinces"]
    told = {(each["parcel"] and int(each["parcel"][-2:]), each["kind"]) for each in found["differences"]}
    assert told == {
        (11, "changed"), (12, "changed"), (13, "changed"), (14, "stored_hash_changed"), (15, "changed"), (16, "deleted"),
        (None, "count"), (None, "area"), (None, "manifest"),
    }  # fmt: skip
    assert {each["commune"] for each in found["differences"] if each["kind"] == "manifest"} == {"00025"}
    assert receipt.verify(old.dsn, None) == []
    rows = old.query(
        "SELECT r.sequence, r.form, l.commune_code, l.read, l.current_before, l.current_after FROM ledger.receipt AS r "
        "JOIN ledger.receipt_line AS l ON l.run_id = r.run_id ORDER BY 1, 3"
    )
    assert rows == [
        (1, 2, "00004", 5, 0, 5), (1, 2, "00008", 7, 0, 7), (1, 2, "00025", 1, 0, 1),
        (2, 4, "00004", 0, 5, 5), (2, 4, "00008", 0, 7, 7),
    ]  # fmt: skip


def test_stored_hashes_agree_with_each_other_where_they_did(old: Database) -> None:
    """A marked row is still marked; of one that was changed nobody sees it without hashing its values, as before."""
    migrate(old.superuser_dsn)
    differ = old.query(
        "SELECT right(p.parcel_uid::text, 2)::integer FROM land.parcel AS p JOIN ledger.manifest AS m USING (parcel_uid) "
        "WHERE p.content_hash <> m.content_hash ORDER BY 1"
    )
    assert differ == [(14,)]


def test_closed_versions_are_hashed_by_their_values_without_the_handles(old: Database) -> None:
    migrate(old.superuser_dsn)
    names = ", ".join(column.name for column in hashed_columns("parcel"))
    found = old.query(
        f"SELECT right(v.parcel_uid::text, 2)::integer, v.hash_version, v.content_hash = land.parcel_hash({names}) "
        "FROM land.parcel_version AS v ORDER BY 1"
    )
    assert found == [(1, 2, False), (2, 2, True)]
    same = "SELECT v.content_hash = p.content_hash FROM land.parcel_version AS v JOIN land.parcel AS p USING (parcel_uid) WHERE v.source_key = 'old'"
    assert old.query(same) == [(True,)]  # but for the key they are one


def test_nothing_of_before_can_be_stored_and_closed_versions_are_append_only_again(old: Database) -> None:
    migrate(old.superuser_dsn)
    with closing(psycopg2.connect(old.superuser_dsn)) as link:
        there = Surface(link)
        codes = {
            statement: getattr(there.refusal(statement), "pgcode", None)
            for statement in (
                "UPDATE land.parcel_version SET address = 'x'",
                "UPDATE land.parcel SET hash_version = 1",
                "UPDATE ledger.manifest SET handle_hash = NULL",
            )
        }
    assert list(codes.values()) == ["LS001", "23514", "23502"]


def test_the_next_night_finds_nothing(database: Database, tmp_path: Path) -> None:
    plots = [Plot(f"k{i}", f"w7er83vw1{i:03d}", str(i + 1), x=i) for i in range(10)]
    run_merge(database.dsn, tmp_path, plots)
    run_merge(database.dsn, tmp_path, [replace(plots[0], land_use="CLN"), *plots[1:]])
    run_merge(database.dsn, tmp_path, plots)
    with closing(psycopg2.connect(database.superuser_dsn)) as link:
        as_it_was(Surface(link))
        link.commit()
    migrate(database.superuser_dsn, reapply=True)  # with the rights of what a later migration makes
    assert reconcile(["01"], "test", dsn=database.dsn)["agrees"]
    again = run_merge(database.dsn, tmp_path, plots)
    assert (totals(again.lines)["unchanged"], again.notes, again.foreign_hands_held) == (10, {}, {})
    assert database.query(
        "SELECT count(*), count(*) FILTER (WHERE hash_version = 2) FROM land.parcel_version"
    ) == [(2, 2)]
    # What once was is known again: it comes back as it was.
    names = ", ".join(column.name for column in hashed_columns("parcel"))
    assert database.query(
        f"SELECT bool_and(content_hash = land.parcel_hash({names})) FROM land.parcel_version"
    ) == [(True,)]
    assert reconcile(["01"], "test", dsn=database.dsn)["agrees"]


def as_it_was(there: Surface) -> None:
    """What runs left, as runs of before would have left it: undone what the migration does, with receipts of form 3."""
    there.run("SET session_replication_role = replica")
    undo_rights(there)  # what later migrations make
    for record in ("restriction", "transferee"):
        there.run(f"DROP TABLE land_private.{record}, land_private.{record}_version CASCADE")
    there.run("ALTER TABLE land.column_catalogue DROP COLUMN purpose_vi, DROP COLUMN purpose_en")
    for table in ("parcel", "parcel_version"):
        there.run(f"ALTER TABLE land.{table} DROP CONSTRAINT {table}_without_handles")
    there.run("ALTER TABLE ledger.manifest DROP COLUMN handle_hash")
    for parcel, content in parcel_hashes(there).items():
        there.run(
            "UPDATE land.parcel SET content_hash = %s, hash_version = 1 WHERE parcel_uid = %s",
            content,
            parcel,
        )
    for moment in [
        moment for (moment,) in there.run("SELECT DISTINCT recorded_from FROM land.parcel_version")
    ]:
        only = f"(SELECT * FROM land.parcel_version WHERE recorded_from = '{moment}') AS v"
        for parcel, content in parcel_hashes(there, only).items():
            there.run(
                "UPDATE land.parcel_version SET content_hash = %s, hash_version = 1 WHERE parcel_uid = %s AND recorded_from = %s",
                content, parcel, moment,
            )  # fmt: skip
    there.run(
        "UPDATE ledger.manifest AS m SET content_hash = p.content_hash FROM land.parcel AS p WHERE p.parcel_uid = m.parcel_uid"
    )
    restate(there, "0027", 3, "m.content_hash || m.items_hash")
    there.run("SET session_replication_role = origin")
