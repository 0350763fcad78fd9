"""Databases of a test server that come and go."""

from psycopg2 import sql

from sync.platform.databases import OWNER, administer


def copy_database(dsn: str, name: str, template: str) -> None:
    """A database like the template, copied as files: a fifth of the work of PostgreSQL's own way, which logs every page."""
    with administer(dsn) as cursor:
        statement = sql.SQL("CREATE DATABASE {} OWNER {} TEMPLATE {} STRATEGY FILE_COPY")
        cursor.execute(
            statement.format(sql.Identifier(name), sql.Identifier(OWNER), sql.Identifier(template))
        )


def rename_database(dsn: str, name: str, new_name: str) -> None:
    """Give a database that nobody uses another name: the last step of making a template, so that it is whole or absent."""
    with administer(dsn) as cursor:
        statement = sql.SQL("ALTER DATABASE {} RENAME TO {}")
        cursor.execute(statement.format(sql.Identifier(name), sql.Identifier(new_name)))


def drop_database(dsn: str, name: str) -> None:
    """Remove a database, ending its connections."""
    with administer(dsn) as cursor:
        cursor.execute(sql.SQL("DROP DATABASE IF EXISTS {} WITH (FORCE)").format(sql.Identifier(name)))
