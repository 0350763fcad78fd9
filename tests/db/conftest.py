"""Every test of this folder may ask for `database`: a migrated PostGIS database of its own."""

from tests.support.database import database, server

__all__ = ["database", "server"]
