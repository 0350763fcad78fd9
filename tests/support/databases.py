"""Databases of a test server that come and go."""

from psycopg2 import sql

from sync.platform.databases import OWNER, administer


def copy_database(dsn: str, name: str, template: str) -> None:
    """A database like the template, copied as files: a fifth of the work of PostgreSQL's own way, which logs every page.

    Who may enter is no part of what PostgreSQL copies: closed to PUBLIC here as by sql/bootstrap.sql.
    """
    with administer(dsn) as cursor:
        statement = sql.SQL("CREATE DATABASE {} OWNER {} TEMPLATE {} STRATEGY FILE_COPY")
        cursor.execute(
            statement.format(sql.Identifier(name), sql.Identifier(OWNER), sql.Identifier(template))
        )
        cursor.execute(
            "SELECT rolname FROM pg_catalog.pg_roles WHERE rolname ~ '^(landsync|central|province|analyst)(_|$)'"
        )
        roles = [role for (role,) in cursor.fetchall() if role != "landsync"]
        of_the_nation = [role for role in roles if not role.startswith("province_")]
        for statement, to in (
            ("REVOKE ALL ON DATABASE {} FROM {}", ["public"]),
            ("GRANT CONNECT ON DATABASE {} TO {}", roles),
            ("GRANT TEMPORARY ON DATABASE {} TO {}", of_the_nation),
        ):
            named = sql.SQL(", ").join(sql.SQL("PUBLIC") if r == "public" else sql.Identifier(r) for r in to)
            cursor.execute(sql.SQL(statement).format(sql.Identifier(name), named))


def rename_database(dsn: str, name: str, new_name: str) -> None:
    """Give a database that nobody uses another name: the last step of making a template, so that it is whole or absent."""
    with administer(dsn) as cursor:
        statement = sql.SQL("ALTER DATABASE {} RENAME TO {}")
        cursor.execute(statement.format(sql.Identifier(name), sql.Identifier(new_name)))


def drop_database(dsn: str, name: str) -> None:
    """Remove a database, ending its connections."""
    with administer(dsn) as cursor:
        cursor.execute(sql.SQL("DROP DATABASE IF EXISTS {} WITH (FORCE)").format(sql.Identifier(name)))
