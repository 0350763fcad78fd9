"""A database of before decisions had a right: migrated with its events, a decision and an approval, which can be read and gone on with."""

from collections.abc import Iterator
from contextlib import closing

import psycopg2
import pytest

from sync.db.migrations import migrate
from sync.deciding.events import AskedEvents, Decision, decide, event_case, events_list
from tests.support.before import database_of
from tests.support.database import Database, Server

pytestmark = pytest.mark.db
BEFORE = "0018"
EVENT, OPEN = "00000000-0000-4000-8000-000000000001", "00000000-0000-4000-8000-000000000002"


@pytest.fixture
def old(server: Server) -> Iterator[Database]:
    """A database at the revision of before."""
    with database_of(server, BEFORE) as database:
        yield database


def test_what_was_decided_before_is_kept_and_can_be_decided_anew(old: Database) -> None:
    with closing(psycopg2.connect(old.superuser_dsn)) as link, link.cursor() as cursor:
        for event in (EVENT, OPEN):
            cursor.execute(
                "INSERT INTO land.lineage_event (event_id, province_code, kind, state, evidence, policy, recorded_at, run_id) "
                "VALUES (%s, '01', 'split', 'proposed', '{}', 'p', now(), 'run')",
                (event,),
            )
        cursor.execute(
            "INSERT INTO land.lineage_event (event_id, province_code, kind, state, decides, evidence, decided_by, policy, "
            "recorded_at, run_id) VALUES (gen_random_uuid(), '01', 'split', 'refused', %s, '{}', 'by hand', 'p', now(), 'run')",
            (EVENT,),
        )
        cursor.execute(
            "INSERT INTO ledger.run (run_id, province_code, kind, actor, dry_run, code_version, started_at) "
            "VALUES ('run', '01', 'sync', 'cli:a', false, 'c', now())"
        )
        cursor.execute(
            "INSERT INTO ledger.approval (run_id, communes, decision, actor, reason, decided_at) "
            "VALUES ('run', '{00004}', 'approve', 'cli:a', 'so', now())"
        )
        link.commit()
    migrate(old.superuser_dsn)
    assert old.query("SELECT actor, role, parcels, waits FROM ledger.approval") == [
        ("cli:a", None, None, False)
    ]
    listed = events_list(old.dsn, AskedEvents("01"))
    assert [event["event_id"] for event in listed["events"]] == [OPEN]
    assert event_case(old.dsn, EVENT)["decisions"][0]["decided_by"] == "by hand"
    said = Decision("confirmed", "cli:a", "looked at again", "45/QĐ", again=True)
    decide(old.dsn, [EVENT], said)
    numbers = [row["decision_no"] for row in event_case(old.dsn, EVENT)["decisions"]]
    assert numbers == [None, 2]
    with old.connect() as link, link.cursor() as cursor, pytest.raises(psycopg2.errors.CheckViolation):
        cursor.execute(
            "INSERT INTO land.lineage_event (event_id, province_code, kind, state, decides, evidence, decided_by, policy, "
            "recorded_at, run_id) VALUES (gen_random_uuid(), '01', 'split', 'refused', %s, '{}', 'x', 'p', now(), 'run')",
            (OPEN,),
        )


def test_a_legal_date_that_was_confirmed_before_counts_since_then(server: Server) -> None:
    with database_of(server, "0021") as database:
        with closing(psycopg2.connect(database.superuser_dsn)) as link, link.cursor() as cursor:
            cursor.execute(
                "INSERT INTO land.lineage_event (event_id, province_code, kind, state, evidence, policy, recorded_at, run_id) "
                "VALUES (%s, '01', 'split', 'proposed', '{\"from\": \"overlap\"}', 'p', now(), 'run')",
                (EVENT,),
            )
            cursor.execute(
                "INSERT INTO land.lineage_edge (event_id, province_code, parent_uid, parent_recorded_from, child_uid, child_recorded_from, "
                "share_of_parent, share_of_child, area_m2) VALUES (%s, '01', %s, '2026-01-01', %s, '2026-11-01', 0.5, 1, 50)",
                (EVENT, EVENT, OPEN),
            )
            for number, (state, day) in enumerate(
                (("confirmed", "2026-03-05"), ("refused", None), ("confirmed", None)), 1
            ):
                cursor.execute(
                    "INSERT INTO land.lineage_event (event_id, province_code, kind, state, decides, decision_no, legal_date, evidence, "
                    "decided_by, reason, policy, recorded_at, run_id) VALUES (gen_random_uuid(), '01', 'split', %s, %s, %s, %s, '{}', 'x', "
                    "'r', 'p', %s::timestamptz, 'run')",
                    (state, EVENT, number, day, f"2026-11-0{number}"),
                )
            link.commit()
        migrate(database.superuser_dsn)
        told = database.query(
            "SELECT nature, legal_date::text, known_from::date::text, known_to::date::text FROM land.legal_day ORDER BY 1"
        )
        assert told == [
            (nature, "2026-03-05", "2026-11-01", "2026-11-02") for nature in ("began", "not_begun", "redrawn")
        ]
