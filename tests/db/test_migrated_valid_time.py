"""A database of before versions knew what their days mean: migrated with its data, its days marked as unknown, its parts in order."""

from collections.abc import Iterator
from contextlib import closing

import psycopg2
import pytest

from sync.db.migrations import migrate
from tests.support.before import database_of
from tests.support.database import Database, Server
from tests.support.surface import Surface, uid

pytestmark = pytest.mark.db
BEFORE = "0018"


@pytest.fixture
def old(server: Server) -> Iterator[Database]:
    """A database at the revision of before."""
    with database_of(server, BEFORE) as database:
        yield database


def add_user(
    surface: Surface, number: int, name: str, recorded_from: str, recorded_to: str | None = None
) -> None:
    closed = {"recorded_to": recorded_to, "closed_by_run": "later"} if recorded_to else {}
    surface.add(
        "land_private.land_user_version" if recorded_to else "land_private.land_user",
        province_code="01",
        parcel_uid=uid(number),
        item_no=1,
        land_user_name=name,
        content_hash=name.encode().ljust(32),
        hash_version=1,
        recorded_from=recorded_from,
        run_id="run",
        **closed,
    )


def fill(surface: Surface) -> None:
    """1: changed, and its user changed later. 2: ended. 3: its only user went away."""
    first, second, third = "2026-01-01 08:00+07", "2026-03-01 08:00+07", "2026-05-01 08:00+07"
    surface.add_parcel(1, valid_from="2010-01-01", land_use="CLN", recorded_from=second)
    surface.add_parcel(
        1, "land.parcel_version", valid_from="2010-01-01", recorded_from=first, recorded_to=second
    )
    add_user(surface, 1, "A", first, third)
    add_user(surface, 1, "B", third)
    ended = {"recorded_from": first, "recorded_to": second, "closed_because": "ended"}
    surface.add_parcel(2, "land.parcel_version", **ended)
    add_user(surface, 2, "A", first, second)
    surface.add_parcel(3, recorded_from=first)
    add_user(surface, 3, "A", first, third)


def test_what_is_stored_is_marked_as_unknown_and_keeps_its_order(old: Database) -> None:
    with closing(psycopg2.connect(old.superuser_dsn)) as link:
        fill(Surface(link))
        link.commit()
    migrate(old.superuser_dsn)
    with closing(psycopg2.connect(old.superuser_dsn)) as link:
        surface = Surface(link)
        for table in ("land.parcel", "land.parcel_version"):
            assert surface.run(f"SELECT DISTINCT valid_from_means FROM {table}") == [("unknown",)]
        assert surface.one("SELECT count(*) FROM land.parcel_version WHERE late_row > 0") == 0
        told = surface.run(
            "SELECT parcel_uid::text, recorded_from::date, valid_from_means FROM land.parcel_told ORDER BY 1"
        )
        assert [(found[-1], means) for found, _, means in told] == [("1", "unknown"), ("3", "unknown")]
        now = "2026-09-01 12:00+07"

        def uses(day: str, known_at: str = now) -> list[tuple[str, str | None]]:
            rows = surface.run(
                "SELECT parcel_no, CASE WHEN state_known THEN land_use ELSE '?' END "
                "FROM analyst.parcel_as_of(%s::date, %s::timestamptz) ORDER BY 1",
                day,
                known_at,
            )
            return [(number, use) for number, use in rows]

        assert uses("2009-12-31") == [("2", "?"), ("3", "?")], "no day of a parcel is known but of the first"
        assert uses("2015-01-01") == [("1", "?"), ("2", "?"), ("3", "?")], "not today's value, and not none"
        assert uses("2026-06-01") == [("1", "CLN"), ("3", "ONT")]
        assert uses("2026-02-01", "2026-02-01 12:00+07") == [("1", "ONT"), ("2", "ONT"), ("3", "ONT")]

        def users(day: str, known_at: str = now) -> list[tuple[str, str | None]]:
            rows = surface.run(
                "SELECT parcel_uid::text, CASE WHEN state_known THEN land_user_name ELSE '?' END "
                "FROM land_private.land_user_as_of(%s::date, %s::timestamptz) ORDER BY 1",
                day,
                known_at,
            )
            return [(found[-1], name) for found, name in rows]

        assert users("2026-06-01") == [("1", "B")]
        assert users("2026-04-01") == [("1", "?"), ("3", "?")], "what came in May may correct it"
        assert users("2026-04-01", "2026-04-01 12:00+07") == [("1", "A"), ("3", "A")]
