"""Rows that the database does not take: what, where and in which row is told, and never what the row says."""

import traceback
from collections.abc import Callable

import pyarrow as pa
import pytest

from parcels.errors import ComponentMissing, LandsyncError
from sync import db
from sync.db.migrations import migrate
from sync.platform.databases import administer
from tests.support.database import Database
from tests.support.markers import PEOPLE
from tests.support.searched import kinds_in

pytestmark = pytest.mark.db
ONE = PEOPLE[3]
PEOPLE_TABLE = pa.table({"name": ["An", ONE.name], "number": ["1", ONE.number]})


def copied(definition: str, rows: pa.Table = PEOPLE_TABLE) -> Callable[[db.Connection], None]:
    def into(link: db.Connection) -> None:
        with link.cursor() as cursor:
            cursor.execute(f"CREATE TEMP TABLE guests ({definition})")
        db.copy_in(link, ("pg_temp", "guests"), rows)

    return into


def said(text: str, *values: object) -> Callable[[db.Connection], None]:
    def run(link: db.Connection) -> None:
        with link.cursor() as cursor:
            cursor.execute(text, values)

    return run


REFUSED: dict[str, tuple[Callable[[db.Connection], None], tuple[str, ...]]] = {
    "too long": (copied("name varchar(8), number text"), ("22001", "COPY guests", "“name”", "# 2")),
    "wrong type": (copied("name text, number smallint"), ("22003", "“number”", "# 2")),
    "no date": (copied("name date, number text"), ("22007", "“guests”", "“name”", "# 1")),
    "constraint": (copied("name text CONSTRAINT few CHECK (name = 'An'), number text"), ("23514", "“few”", "# 2")),
    "not null": (copied("name text, number text, year int NOT NULL"), ("23502", "“year”", "# 1")),
    "twice": (copied("name text UNIQUE, number text", pa.table({"name": [ONE.name] * 2})), ("23505", "“guests_name_key”", "# 2")),
    "NUL": (copied("name text, number text", pa.table({"name": [f"{ONE.name}\0"]})), ("22021",)),
    "a cast": (said("SELECT %s::integer", ONE.name), ("22P02",)),
    "raised": (said("DO $$ BEGIN RAISE EXCEPTION %s; END $$", ONE.name), ("P0001", "RaiseException")),
    "no syntax": (said(f"SELEKT {ONE.number}"), ("42601",)),
    "no column": (said('SELECT "' + ONE.name + '"'), ("42703",)),
}  # fmt: skip


@pytest.mark.parametrize("how", REFUSED)
def test_what_the_database_refuses_is_told_without_its_values(database: Database, how: str) -> None:
    attempt, words = REFUSED[how]
    with pytest.raises(LandsyncError) as raised, db.connect(database.dsn) as link:
        attempt(link)
    error = raised.value
    assert isinstance(error, ComponentMissing)
    assert error.code == "DB-NOT-TAKEN"
    for word in words:
        assert word in error.message.vi
        assert word in error.message.en
    everything = [*error.message, *error.hint, str(error), *traceback.format_exception(error)]
    assert kinds_in("\n".join(everything)) == set()


def test_words_of_our_own_functions_are_passed_on(database: Database) -> None:
    with (
        pytest.raises(LandsyncError) as raised,
        db.connect(database.owner_dsn) as link,
        link.cursor() as cursor,
    ):
        cursor.execute("DELETE FROM ledger.run")
    assert "append-only" in raised.value.message.en
    assert "LS001" in raised.value.message.vi


def test_a_connection_that_ends_in_a_copy_tells_no_line_of_it(database: Database) -> None:
    ended = "name text CHECK (pg_terminate_backend(pg_backend_pid(), 0) IS NULL)"
    with pytest.raises(LandsyncError) as raised, db.connect(database.superuser_dsn) as link:
        copied(ended, pa.table({"name": [ONE.name] * 1000}))(link)
    assert raised.value.code == "DB-DOWN"
    assert kinds_in("\n".join(traceback.format_exception(raised.value))) == set()


def test_a_migration_that_meets_a_row_it_cannot_take_names_nobody(database: Database) -> None:
    with administer(database.superuser_dsn) as cursor:
        cursor.execute(
            "CREATE FUNCTION public.no() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN RAISE EXCEPTION '%s'; END $$;"
            "CREATE TRIGGER no BEFORE INSERT OR UPDATE ON land.column_catalogue FOR EACH ROW EXECUTE FUNCTION public.no();".replace(
                "%s", ONE.name
            )
        )
    with database.connect("landsync_owner") as link, link.cursor() as cursor:
        cursor.execute("DELETE FROM land.column_catalogue")
        link.commit()
    with pytest.raises(ComponentMissing) as raised:
        migrate(database.owner_dsn, reapply=True)
    assert raised.value.code == "DB-NOT-TAKEN"
    assert "P0001" in raised.value.message.en
    assert kinds_in("\n".join(traceback.format_exception(raised.value))) == set()
