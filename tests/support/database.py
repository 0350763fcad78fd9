"""Fixtures: a migrated PostGIS database for each test, cloned from a template in a few hundredths of a second.

A folder of tests that needs them imports `server` and `database` in its conftest.
"""

import os
import secrets
from collections.abc import Iterator
from contextlib import closing, contextmanager
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any
from urllib.parse import urlsplit, urlunsplit

import psycopg2
import pytest
from filelock import FileLock

from sync.db.migrations import migrate
from sync.platform import databases, packages
from sync.platform.land import shape_of_the_database
from tests.support.cluster import SharedCluster
from tests.support.databases import copy_database, drop_database, rename_database

if TYPE_CHECKING:
    from psycopg2.extensions import connection

PASSWORDS = {role: f"{role}-of-a-test" for role in (databases.OWNER, databases.LOADER, databases.ANALYST)}


@dataclass(frozen=True)
class Server:
    """A server on which tests may make databases."""

    superuser_dsn: str
    template: str

    def dsn(self, database: str, role: str | None = None) -> str:
        """A URL of a database of this server, as `role` with its test password, or as the superuser."""
        parts = urlsplit(self.superuser_dsn)
        netloc = parts.netloc
        if role is not None:
            netloc = f"{role}:{PASSWORDS.get(role, role)}@{netloc.rpartition('@')[2]}"
        return urlunsplit(parts._replace(netloc=netloc, path=f"/{database}"))


@dataclass(frozen=True)
class Database:
    """The database of one test."""

    name: str
    server: Server

    @property
    def dsn(self) -> str:
        """As the loader, the role of the pipeline."""
        return self.dsn_as(databases.LOADER)

    @property
    def owner_dsn(self) -> str:
        """As the owner, the role of the migrations."""
        return self.dsn_as(databases.OWNER)

    @property
    def superuser_dsn(self) -> str:
        """As the superuser, who may do what nobody should."""
        return self.server.dsn(self.name)

    def dsn_as(self, role: str) -> str:
        """As any role; the role must exist and may be given its test password with `allow_login`."""
        return self.server.dsn(self.name, role)

    def allow_login(self, *roles: str) -> None:
        """Let further roles in, with their own name as the password."""
        databases.allow_login(self.superuser_dsn, {role: PASSWORDS.get(role, role) for role in roles})

    @contextmanager
    def connect(self, role: str = databases.LOADER) -> "Iterator[connection]":
        """A psycopg2 connection as `role`, closed (and rolled back, unless committed) at the end."""
        with closing(psycopg2.connect(self.dsn_as(role))) as link:
            yield link

    def query(self, text: str, *values: object) -> list[tuple[Any, ...]]:
        """The rows of a query, as the loader."""
        with self.connect() as link, link.cursor() as cursor:
            cursor.execute(text, values or None)
            return cursor.fetchall()


def _prepare(server: Server, lock: FileLock) -> None:
    """Make the template once: whichever worker comes first migrates, the others find it ready."""
    with lock:
        if databases.database_exists(server.superuser_dsn, server.template):
            return
        draft = f"{server.template}_draft"
        drop_database(server.superuser_dsn, draft)
        databases.prepare_owner(server.superuser_dsn, PASSWORDS[databases.OWNER])
        databases.create_database(server.superuser_dsn, draft, owner=databases.OWNER)
        databases.prepare_land(server.dsn(draft))
        migrate(server.dsn(draft, databases.OWNER))
        databases.allow_login(server.superuser_dsn, PASSWORDS)
        rename_database(server.superuser_dsn, draft, server.template)


@pytest.fixture(scope="session")
def server() -> Iterator[Server]:
    """A PostGIS server with the migrated template, for the whole session."""
    own = os.environ.get("LANDSYNC_TEST_DSN")
    if own:
        server = Server(own, f"landsync_template_{os.getpid()}")
        _prepare(server, FileLock(f"/tmp/{server.template}.lock"))
        yield server
        drop_database(own, server.template)
        return
    programs = packages.installed()
    if programs is None:
        if os.environ.get(
            "CI"
        ):  # `make test` installs it: its absence there is a failure, not a reason to skip
            pytest.fail("PostgreSQL with PostGIS is missing: run `make test`, which installs it")
        pytest.skip("PostgreSQL 15 or newer with PostGIS is missing: run `make test`, which installs it")
    shared = SharedCluster(programs)
    cluster = shared.acquire()
    try:
        # Named by the SQL it was made from: another test run may have made one before a file changed.
        server = Server(cluster.dsn(), f"landsync_template_{shape_of_the_database()}")
        _prepare(server, shared.lock)
        yield server
    finally:
        shared.release()


@pytest.fixture
def database(server: Server) -> Iterator[Database]:
    """This test's own migrated database."""
    name = f"test_{secrets.token_hex(6)}"
    copy_database(server.superuser_dsn, name, server.template)
    try:
        yield Database(name, server)
    finally:
        drop_database(server.superuser_dsn, name)
