"""A MapServer with the small province behind a web server that may be told to lie."""

from collections.abc import Iterator
from pathlib import Path

import pyarrow as pa
import pytest

from tests.support.remotes import mapfile, reference, write_geopackage
from tests.support.services import Web, mapserver, need, serving


@pytest.fixture(scope="session")
def expected(tmp_path_factory: pytest.TempPathFactory) -> pa.Table:
    return reference(tmp_path_factory.mktemp("expected"))


@pytest.fixture(scope="session")
def published(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The map file."""
    need("mapserv")
    folder = tmp_path_factory.mktemp("mapserver")
    write_geopackage(folder / "thua.gpkg")
    return mapfile(folder)


@pytest.fixture
def wfs(published: Path) -> Iterator[Web]:
    """A WFS of this test."""
    with serving(Web(mapserver(published))) as web:
        yield web
