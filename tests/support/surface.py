"""For the tests of what the database shows and allows: one migrated database per module, every test rolled back."""

import secrets
from collections.abc import Iterator
from contextlib import closing, contextmanager
from typing import TYPE_CHECKING, Any
from uuid import UUID

import psycopg2
import pytest

from tests.support.database import Database, Server
from tests.support.databases import copy_database, drop_database

if TYPE_CHECKING:
    from psycopg2.extensions import connection

SQUARE = "MULTIPOLYGON(((105.8 21, 105.8001 21, 105.8001 21.0001, 105.8 21.0001, 105.8 21)))"


def uid(number: int) -> UUID:
    """A parcel's uid that ends in `number`."""
    return UUID(f"00000000-0000-4000-8000-{number:012d}")


@pytest.fixture(scope="module")
def migrated(server: Server) -> Iterator[Database]:
    """A migrated database that the tests of a module share."""
    name = f"test_{secrets.token_hex(6)}"
    copy_database(server.superuser_dsn, name, server.template)
    try:
        yield Database(name, server)
    finally:
        drop_database(server.superuser_dsn, name)


@pytest.fixture
def surface(migrated: Database) -> Iterator["Surface"]:
    """The module's database as the superuser sees it, as it was again after the test."""
    with closing(psycopg2.connect(migrated.superuser_dsn)) as link:
        yield Surface(link)
        link.rollback()


class Surface:
    """A transaction that tries things, as anybody."""

    def __init__(self, link: "connection") -> None:
        self.link = link

    def run(self, statement: str, *values: object) -> list[tuple[Any, ...]]:
        """Execute a statement; its rows, if it has any."""
        with self.link.cursor() as cursor:
            cursor.execute(statement, values or None)
            return cursor.fetchall() if cursor.description else []

    def one(self, statement: str, *values: object) -> Any:
        """The one value of a query."""
        [(value,)] = self.run(statement, *values)
        return value

    @contextmanager
    def acting_as(self, role: str) -> Iterator["Surface"]:
        """With the rights of a role."""
        self.run(f"SET LOCAL ROLE {role}")
        yield self
        self.run("RESET ROLE")

    def refusal(self, statement: str, *values: object, role: str | None = None) -> psycopg2.Error | None:
        """The error that a statement ends with, None when it is allowed; nothing stays of it."""
        self.run("SAVEPOINT attempt")
        try:
            if role is not None:
                self.run(f"SET LOCAL ROLE {role}")
            self.run(statement, *values)
        except psycopg2.Error as error:
            return error
        finally:
            self.run("ROLLBACK TO SAVEPOINT attempt")
        return None

    def denied(self, role: str, statement: str) -> bool:
        """Whether a role lacks the right to do this; any other error is a mistake of the test."""
        error = self.refusal(statement, role=role)
        if error is not None and error.pgcode != "42501":
            raise error
        return error is not None

    def add(self, table: str, **values: object) -> None:
        """Insert a row."""
        names = ", ".join(values)
        self.run(
            f"INSERT INTO {table} ({names}) VALUES ({', '.join(['%s'] * len(values))})", *values.values()
        )

    def add_parcel(self, number: int, table: str = "land.parcel", **values: object) -> UUID:
        """A parcel of Hà Nội whose uid ends in `number`, everything else as given or plain; its uid."""
        plain: dict[str, object] = {
            "parcel_uid": uid(number),
            "province_code": "01",
            "commune_code": "00004",
            "commune_valid_from": "2025-07-01",
            "sheet_no": "1",
            "parcel_no": str(number),
            "source_system": "test",
            "source_key": str(number),
            "land_use": "ONT",
            "source_srid": 5897,
            "area_m2": 100,
            "geom": f"SRID=4756;{SQUARE}",
            "content_hash": b"\x00" * 32,
            "hash_version": 2,
            "recorded_from": "2026-01-01 08:00+07",
            "run_id": "run",
        }
        if table == "land.parcel_version":
            plain |= {"closed_by_run": "run", "closed_because": "changed"}
        self.add(table, **plain | values)
        return uid(number)

    def count_parcels(self) -> None:
        """The counters of all communes, as the merges that wrote what lives there had left them."""
        self.run("DELETE FROM land.commune_count")
        self.run(
            "INSERT INTO land.commune_count (province_code, commune_code, parcels, stale_parcels, without_geometry, area_m2) "
            "SELECT province_code, commune_code, count(*), count(stale_since), count(*) FILTER (WHERE geom IS NULL), "
            "coalesce(sum(area_m2), 0) FROM land.parcel GROUP BY province_code, commune_code"
        )

    def add_verdict(self, commune: str, group: int, **values: object) -> None:
        """The verdict on a commune of Hà Nội, by a delivery of 100 rows, in place of one that it may have."""
        plain: dict[str, object] = {
            "commune_code": commune,
            "commune_valid_from": "2025-07-01",
            "province_code": "01",
            "run_id": "run",
            "delivery_sha256": "0",
            "extracted_at": "2026-01-01",
            "accepted_at": "2026-01-02",
            "complete": True,
            "rows_read": 100,
            "quarantined": 0,
            "unreadable": 0,
            "usability_group": group,
            "provisional": False,
            "reasons": "[]",
            "measures": "{}",
            "policy": "test/1",
        }
        self.run("DELETE FROM land.dataset WHERE commune_code = %s", commune)
        self.add("land.dataset", **plain | values)

    def add_run(self, run_id: str, province: str = "01", state: str = "done", **values: object) -> None:
        """A run that ended in `state`."""
        plain: dict[str, object] = {
            "run_id": run_id,
            "province_code": province,
            "kind": "sync",
            "actor": "test",
            "dry_run": False,
            "code_version": "test",
            "started_at": "2026-01-01 08:00+07",
        }
        self.add("ledger.run", **plain | values)
        started = (plain | values)["started_at"]
        self.add(
            "ledger.run_state",
            run_id=run_id,
            state=state,
            updated_at=started,
            finished_at=None if state == "running" else started,
        )
