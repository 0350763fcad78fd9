"""What the server really did: the plans of every statement, with the rows that each part of them went through."""

import json
from collections import deque
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any

import pytest

from sync import db
from sync.platform import databases
from tests.support.database import Database

# Plans come to the client as notices, so that they stand in the order of the statements.
_EXPLAINED = {
    "session_preload_libraries": "auto_explain",
    "auto_explain.log_min_duration": "0",
    "auto_explain.log_analyze": "on",
    "auto_explain.log_timing": "off",
    "auto_explain.log_format": "json",
    "auto_explain.log_level": "notice",
}


@dataclass(frozen=True)
class Part:
    """A node of a plan: what it is, of which statement, and how many rows it went through in all its rounds."""

    statement: str
    node: str
    went_through: int
    rounds: int


def explain_everything(database: Database) -> None:
    """From the next connection on, whoever connects is told the plan of each of his statements."""
    with databases.administer(database.superuser_dsn) as cursor:
        for name, value in _EXPLAINED.items():
            cursor.execute(f"ALTER DATABASE \"{database.name}\" SET {name} = '{value}'")


@contextmanager
def parts_told(monkeypatch: pytest.MonkeyPatch) -> Iterator[list[Part]]:
    """The nodes of all plans of the connections that `sync.db` opens in the block, filled at its end."""
    notices: deque[str] = deque()
    connect = db.psycopg2.connect

    def listening(*args: Any, **kwargs: Any) -> Any:
        link = connect(*args, **kwargs)
        link.notices = notices
        return link

    parts: list[Part] = []
    with monkeypatch.context() as patched:
        patched.setattr(db.psycopg2, "connect", listening)
        yield parts
    for notice in notices:
        _, found, plan = notice.partition("plan:\n")
        if found:
            told = json.loads(plan)
            lines = [line for line in told["Query Text"].splitlines() if line.strip()]
            parts.extend(_parts(told["Plan"], lines[0][:80] if lines else "?"))


def _parts(node: dict[str, Any], statement: str) -> Iterator[Part]:
    rounds = node["Actual Loops"]
    removed = sum(value for key, value in node.items() if key.startswith("Rows Removed by"))
    said = " ".join(
        str(node[key]) for key in ("Node Type", "Join Type", "Relation Name", "Index Name") if key in node
    )
    yield Part(statement, said, int(rounds * (node["Actual Rows"] + removed)), int(rounds))
    for inner in node.get("Plans", ()):
        yield from _parts(inner, statement)
