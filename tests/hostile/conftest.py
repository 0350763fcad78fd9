"""The command line against a database of its own, for the few hostile deliveries that go all the way."""

from tests.e2e.conftest import landsync
from tests.support.database import database, server

__all__ = ["database", "landsync", "server"]
