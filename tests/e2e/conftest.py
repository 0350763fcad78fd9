"""Tests of whole commands, as a person types them, each with a home and a database of its own."""

import json
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest
from typer.testing import CliRunner

from sync.cli.app import app
from sync.settings import settings
from tests.support.database import Database, database, server

__all__ = ["database", "server"]


@dataclass(frozen=True)
class Told:
    """What a command told: its exit status, its JSON, its words."""

    status: int
    document: dict[str, Any]
    words: str


@dataclass(frozen=True)
class Landsync:
    """The command line in this process, against the test's own database and home."""

    home: Path
    database: Database

    def __call__(self, *arguments: object) -> Told:
        """Run `landsync ARGUMENTS --json`. A Python exception is a failure of the test, never of the user."""
        done = CliRunner().invoke(app, [*map(str, arguments), "--json"])
        if done.exception is not None and not isinstance(done.exception, SystemExit):
            raise done.exception
        text = done.stdout[done.stdout.index("{") :] if "{" in done.stdout else "{}"
        return Told(done.exit_code, json.loads(text), done.stderr)

    def query(self, text: str, *values: object) -> list[tuple[Any, ...]]:
        """Rows from the database, as the loader."""
        with self.database.connect() as link, link.cursor() as cursor:
            cursor.execute(text, values)
            return cursor.fetchall()


@pytest.fixture
def landsync(database: Database, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Landsync]:
    """The command line of this test."""
    monkeypatch.setenv("LANDSYNC_DSN", database.dsn)
    monkeypatch.setenv("LANDSYNC_HOME", str(tmp_path / "home"))
    monkeypatch.setenv("LANDSYNC_LANG", "en")
    settings.cache_clear()
    yield Landsync(tmp_path / "home", database)
    settings.cache_clear()
