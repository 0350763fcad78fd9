"""Databases of a test server that come and go."""

from psycopg2 import sql

from sync.platform.databases import administer


def rename_database(dsn: str, name: str, new_name: str) -> None:
    """Give a database that nobody uses another name: the last step of making a template, so that it is whole or absent."""
    with administer(dsn) as cursor:
        statement = sql.SQL("ALTER DATABASE {} RENAME TO {}")
        cursor.execute(statement.format(sql.Identifier(name), sql.Identifier(new_name)))


def drop_database(dsn: str, name: str) -> None:
    """Remove a database, ending its connections."""
    with administer(dsn) as cursor:
        cursor.execute(sql.SQL("DROP DATABASE IF EXISTS {} WITH (FORCE)").format(sql.Identifier(name)))
