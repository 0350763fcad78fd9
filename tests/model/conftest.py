"""A database that histories share: wiped between them."""

from collections.abc import Callable, Iterator
from contextlib import closing

import psycopg2
import pytest

from tests.support.compared import Comparison
from tests.support.database import Database, database, server
from tests.support.played import Reader, one_session, wipe

__all__ = ["database", "server"]
Begin = Callable[[], Comparison]


@pytest.fixture
def begin(database: Database, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Begin]:
    """Makes a clean start."""
    with one_session(database.dsn), closing(psycopg2.connect(database.superuser_dsn)) as link:

        def clean() -> Comparison:
            wipe(database)
            folder = tmp_path_factory.mktemp("history")
            return Comparison(database.dsn, folder, Reader(link), owner_dsn=database.owner_dsn)

        yield clean
