"""A database of before hand-overs: where an id was held last is known of those that nobody holds any more."""

from collections.abc import Iterator
from contextlib import closing

import psycopg2
import pytest

from sync.db.migrations import migrate
from tests.support.before import database_of
from tests.support.database import Database, Server

pytestmark = pytest.mark.db


@pytest.fixture
def old(server: Server) -> Iterator[Database]:
    """A database at the revision of before."""
    with database_of(server, "0024") as database:
        yield database


def test_who_held_an_id_last_is_worked_out_of_the_handles(old: Database) -> None:
    with closing(psycopg2.connect(old.superuser_dsn)) as link, link, link.cursor() as cursor:
        cursor.execute(
            "INSERT INTO land.national_id_claim (national_id, parcel_uid, province_code, run_id) VALUES "
            "('free', NULL, NULL, 'r'), ('held', gen_random_uuid(), '04', 'r'), ('never', NULL, NULL, 'r')"
        )
        cursor.execute(
            "INSERT INTO land.parcel_alias (province_code, alias_kind, alias_value, parcel_uid, recorded_from, recorded_to, run_id) "
            "SELECT x.code, 'national_id', x.id, gen_random_uuid(), x.at::timestamptz - interval '1 day', x.at::timestamptz, 'r' FROM (VALUES "
            "('01', 'free', '2026-02-01'), ('04', 'free', '2026-03-01'), ('08', 'free', '2026-01-01'), ('01', 'held', '2026-02-01')) "
            "AS x (code, id, at)"
        )
    migrate(old.superuser_dsn)
    assert old.query("SELECT national_id, last_province_code FROM land.national_id_claim ORDER BY 1") == [
        ("free", "04"),
        ("held", None),
        ("never", None),
    ]
