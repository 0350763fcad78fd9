"""What a server must hold before the migrations run: the owner's role, the databases, PostGIS."""

from collections.abc import Iterator
from contextlib import contextmanager
from urllib.parse import urlsplit, urlunsplit

import psycopg2

from sync.db import SQL, Cursor, server_down, sql

OWNER, LOADER, ANALYST = "landsync_owner", "landsync_loader", "analyst"


@contextmanager
def administer(dsn: str) -> Iterator[Cursor]:
    """A cursor outside any transaction: databases and roles are made so. TransientError: nobody answers there.

    It looks for functions where only the server itself can have put them: what a database's owner made must not be
    run by a superuser.
    """
    try:
        link = psycopg2.connect(
            dsn,
            connect_timeout=10,
            application_name="landsync platform",
            options="-c search_path=pg_catalog,pg_temp",
        )
    except psycopg2.OperationalError as error:
        raise server_down(str(error)) from None
    try:
        link.autocommit = True
        with link.cursor() as cursor:
            yield cursor
    finally:
        link.close()


def dsn_of(dsn: str, database: str, role: str | None = None, password: str = "") -> str:
    """The URL of another database of the same server, as the same or another role."""
    parts = urlsplit(dsn)
    netloc = parts.netloc if role is None else f"{role}:{password}@{parts.netloc.rpartition('@')[2]}"
    return urlunsplit(parts._replace(netloc=netloc, path=f"/{database}"))


def allow_login(dsn: str, passwords: dict[str, str]) -> None:
    """Give each role (made when missing) the right to log in with its password. Needs a superuser."""
    with administer(dsn) as cursor:
        for role, password in passwords.items():
            cursor.execute("SELECT 1 FROM pg_catalog.pg_roles WHERE rolname = %s", (role,))
            verb = "ALTER" if cursor.fetchone() else "CREATE"
            statement = sql.SQL(verb + " ROLE {} LOGIN PASSWORD {}")
            cursor.execute(statement.format(sql.Identifier(role), sql.Literal(password)))


def database_exists(dsn: str, name: str) -> bool:
    """Whether the server has a database of this name."""
    with administer(dsn) as cursor:
        cursor.execute("SELECT 1 FROM pg_catalog.pg_database WHERE datname = %s", (name,))
        return cursor.fetchone() is not None


def create_database(dsn: str, name: str, *, owner: str) -> bool:
    """Make a database from scratch in UTF-8; False when it exists."""
    if database_exists(dsn, name):
        return False
    with administer(dsn) as cursor:
        statement = sql.SQL("CREATE DATABASE {} OWNER {} TEMPLATE template0 ENCODING 'UTF8'")
        cursor.execute(statement.format(sql.Identifier(name), sql.Identifier(owner)))
    return True


def prepare_owner(dsn: str, password: str) -> None:
    """The roles of the land database, none of which can make itself more, and the owner's password."""
    with administer(dsn) as cursor:
        cursor.execute((SQL / "roles.sql").read_text(encoding="utf-8"))
    allow_login(dsn, {OWNER: password})


def prepare_land(dsn: str) -> None:
    """In the land database itself: PostGIS, which only a superuser may install, and what the owner needs of it."""
    with administer(dsn) as cursor:
        cursor.execute((SQL / "prepare.sql").read_text(encoding="utf-8"))


def set_for_role(dsn: str, role: str, setting: str, value: str) -> None:
    """A setting that each new session of the role begins with."""
    with administer(dsn) as cursor:
        statement = sql.SQL("ALTER ROLE {} SET {} = {}")
        cursor.execute(statement.format(sql.Identifier(role), sql.Identifier(setting), sql.Literal(value)))


def close_to_public(dsn: str, name: str) -> None:
    """Let only the database's owner in: by default every role of the server may enter every database."""
    with administer(dsn) as cursor:
        cursor.execute(sql.SQL("REVOKE ALL ON DATABASE {} FROM PUBLIC").format(sql.Identifier(name)))
