"""A database as it was at an earlier revision, to be filled and migrated."""

import secrets
from collections.abc import Iterator
from contextlib import contextmanager

from alembic import command
from sqlalchemy import create_engine, text
from sqlalchemy.pool import NullPool

from sync.db.migrations import MIGRATIONS, alembic_config, sqlalchemy_url
from sync.platform import databases
from tests.support.database import Database, Server
from tests.support.databases import drop_database


@contextmanager
def database_of(server: Server, revision: str) -> Iterator[Database]:
    """An empty database at this revision, for as long as the block lasts."""
    name = f"test_{secrets.token_hex(6)}"
    databases.create_database(server.superuser_dsn, name, owner=databases.OWNER)
    databases.prepare_land(server.dsn(name))
    upgrade(server.dsn(name), revision)
    try:
        yield Database(name, server)
    finally:
        drop_database(server.superuser_dsn, name)


def upgrade(dsn: str, revision: str) -> None:
    """Bring the tables of an earlier database to a later revision, and to no newer one."""
    engine = create_engine(sqlalchemy_url(dsn), poolclass=NullPool)
    with engine.begin() as connection:
        cursor = connection.connection.cursor()
        cursor.execute((MIGRATIONS.parent / "bootstrap.sql").read_text("utf-8"))
        connection.execute(text("SET LOCAL ROLE landsync_owner"))
        config = alembic_config()
        config.attributes["connection"] = connection
        command.upgrade(config, revision)
