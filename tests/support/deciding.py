"""Deciders named as the owner of the database names them."""

from sync.deciding import people
from tests.support.database import Database


def as_decider(
    database: Database, actor: str, role: str, province: str | None = None, db_login: str | None = None
) -> None:
    """Name a person."""
    people.name(database.owner_dsn, actor, role, province, db_login, "cli:owner", "a test")  # type: ignore[arg-type]
