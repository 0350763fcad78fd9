"""A database of before parcels had names and sheets their old commune, with cases, an exception and handles: nothing is lost."""

from datetime import datetime, timedelta
from pathlib import Path

import pytest

from sync import db
from sync.clock import VIETNAM
from sync.db import migrations
from sync.db.migrations import migrate
from sync.register import exceptions
from sync.register.listing import finding_case
from tests.support.database import Database
from tests.support.numbers import COMMUNE, Parcel, deliver, open_cases

pytestmark = pytest.mark.db
AREA, INVALID, MISSING, DUP = "ATT-AREA", "GEO-INVALID", "IDN-MISSING", "IDN-DUP-SHEET"
ROWS = [
    Parcel(0, map_set="00010", faults=frozenset([AREA])),
    Parcel(1, map_set="00013", faults=frozenset([INVALID])),
    Parcel(2, map_set="a|b\\", scale="500", number="2", faults=frozenset([AREA])),
    Parcel(3, number="3", key="k3", faults=frozenset([AREA])),
    Parcel(4, number="4"),
    Parcel(5, number="4"),
    Parcel(6, sheet=None, number=None),
    Parcel(7, number="7"),
]
WRONG = sorted([(AREA, 0), (INVALID, 1), (AREA, 2), (AREA, 3), (DUP, 4), (DUP, 5), (MISSING, 6)])


def backwards(dsn: str) -> None:
    """As the version before left a database: without what 0012 adds, handles of six parts."""
    with db.connect(dsn) as connection, connection.cursor() as cursor:
        cursor.execute(
            r"""
            ALTER TABLE ledger.finding_event DROP CONSTRAINT finding_event_finding_id_fkey;
            ALTER TABLE ledger.finding_exception DROP CONSTRAINT finding_exception_finding_id_fkey;
            DROP TRIGGER begin_case ON ledger.finding_case;
            DROP FUNCTION ledger.begin_case();
            ALTER TABLE ledger.finding_case DROP COLUMN case_id CASCADE, DROP COLUMN former_ids, DROP COLUMN names, DROP COLUMN other_names;
            ALTER TABLE ledger.finding_event ADD FOREIGN KEY (finding_id) REFERENCES ledger.finding_case (finding_id);
            ALTER TABLE ledger.finding_exception ADD FOREIGN KEY (finding_id) REFERENCES ledger.finding_case (finding_id);
            DROP INDEX land.parcel_alias_place;
            ALTER TABLE land.parcel_alias DROP COLUMN sheet_place, DROP COLUMN old_commune_code;
            UPDATE land.parcel_alias SET alias_value = regexp_replace(alias_value, '^([^|]*\|[^|]*\|)[^|]*\|', '\1')
            WHERE alias_kind = 'sheet';
            """
        )


def rows_of(dsn: str, statement: str) -> list[tuple[object, ...]]:
    with db.connect(dsn) as connection, connection.cursor() as cursor:
        cursor.execute(statement)
        return cursor.fetchall()


def as_before_with_an_exception(database: Database, tmp_path: Path) -> str:
    """A database at the version before, migrated; the id of the case that somebody answers for."""
    deliver(database.dsn, tmp_path, ROWS, whole=True, before=True)
    assert open_cases(database.dsn) == WRONG
    (excused,) = rows_of(
        database.dsn,
        "SELECT finding_id::text FROM ledger.finding_case WHERE check_code = 'ATT-AREA' AND '1/1' = ANY (handles)",
    )[0]
    until = datetime.now(VIETNAM).date() + timedelta(days=30)
    exceptions.accept(database.dsn, [str(excused)], "test", "Văn bản 12/STNMT", until)
    backwards(database.superuser_dsn)
    with db.connect(database.superuser_dsn) as connection, connection.cursor() as cursor:
        cursor.execute("SET ROLE landsync_owner")
        cursor.execute((migrations.MIGRATIONS / "0012_names.sql").read_text(encoding="utf-8"))
    migrate(database.superuser_dsn, reapply=True)
    return str(excused)


@pytest.mark.parametrize("first", ["whole", "a part"])
def test_the_next_delivery_closes_nothing_and_opens_nothing_again(
    database: Database, tmp_path: Path, first: str
) -> None:
    excused = as_before_with_an_exception(database, tmp_path)
    if first == "a part":
        deliver(database.dsn, tmp_path, [ROWS[0], ROWS[3], ROWS[7]])
        assert open_cases(database.dsn) == WRONG
    deliver(database.dsn, tmp_path, ROWS, whole=True)
    assert open_cases(database.dsn) == WRONG
    told = rows_of(
        database.dsn, "SELECT state, because, count(*) FROM ledger.finding_event GROUP BY 1, 2 ORDER BY 1, 2"
    )
    renamed = len(WRONG) - 1  # all but the one that a key names
    assert told == [("new", "found", len(WRONG)), ("open", "found", 1), ("open", "renamed", renamed)]
    (now,) = rows_of(
        database.dsn,
        "SELECT finding_id::text, case_id::text, former_ids::text[] FROM ledger.finding_case WHERE excused_until IS NOT NULL",
    )
    assert now[0] != excused
    assert now[1:] == (excused, [excused])
    case = finding_case(database.dsn, str(now[0]))
    assert (case["state"], len(case["events"]), len(case["exceptions"])) == ("accepted", 2, 1)
    assert (
        exceptions.withdraw(database.dsn, [str(now[0])], "test", "Đã đo lại")["findings"][0]["state"]
        == "open"
    )


def test_handles_have_the_old_commune_and_the_parcels_are_found_by_them(
    database: Database, tmp_path: Path
) -> None:
    as_before_with_an_exception(database, tmp_path)
    found = rows_of(
        database.dsn,
        "SELECT alias_value, sheet_place FROM land.parcel_alias WHERE alias_kind = 'sheet' ORDER BY alias_value",
    )
    head = f"{COMMUNE}|2025-07-01|"
    assert sorted(found) == [
        (f"{head}|00010||1|1", f"{head}1|1"),
        (f"{head}|a\\|b\\\\|500|1|2", f"{head}1|2"),
        (f"{head}|||1|3", f"{head}1|3"),
        (f"{head}|||1|7", f"{head}1|7"),
    ]
    before = rows_of(database.dsn, "SELECT parcel_uid, recorded_from FROM land.parcel ORDER BY 1")
    deliver(database.dsn, tmp_path, ROWS, whole=True)
    assert rows_of(database.dsn, "SELECT parcel_uid, recorded_from FROM land.parcel ORDER BY 1") == before
