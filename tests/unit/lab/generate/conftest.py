"""A small nation, written once per test process."""

from datetime import datetime

import pytest

from sync.lab.generate import generate
from tests.unit.lab.generate.generated_nation import CLEAN, SPOILT, Nation, read_nation


@pytest.fixture(scope="session")
def spoilt(tmp_path_factory: pytest.TempPathFactory) -> Nation:
    """Five provinces with many defects of every kind."""
    root = tmp_path_factory.mktemp("spoilt") / "nation"
    return read_nation(root, generate(SPOILT, root))


@pytest.fixture(scope="session")
def clean(tmp_path_factory: pytest.TempPathFactory) -> Nation:
    """The same nation without defects."""
    root = tmp_path_factory.mktemp("clean") / "nation"
    return read_nation(root, generate(CLEAN, root))


@pytest.fixture(scope="session")
def later() -> datetime:
    """A day after the default time of extraction."""
    return datetime.fromisoformat("2026-11-21T22:00:00+07:00")
