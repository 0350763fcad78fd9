"""What a delivery writes where communes are passed over, beside what it writes where none is: the whole way is the truth of the short one."""

import json
import re
from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest

from sync import db
from sync.folder.loaded import Loaded
from sync.folder.register import load_register
from sync.load import publish, settled
from tests.e2e.conftest import Landsync, Told

Written = dict[str, Counter[str]]
# Of a case that is found again nothing is written, and no finding is: an earlier run did.
# So it is of rows that are refused again: they wait as rows of the run that refused them first.
_ONLY_FOUND = {
    "ledger.finding_case": ("last_seen_at", "last_run_id"),
    "ledger.quarantine_state": ("run_id", "row_no"),
    "ledger.finding": None,
    "ledger.quarantine": None,
}
_OF_THE_RUN = ("ledger.run", "ledger.run_state", "ledger.stage", "ledger.stage_cost")
_DICE = re.compile(r"[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}|(?:\\\\x)?[0-9a-f]{32,}")
_TABLES = """
SELECT n.nspname || '.' || c.relname FROM pg_class AS c JOIN pg_namespace AS n ON n.oid = c.relnamespace
WHERE n.nspname IN ('land', 'land_private', 'ledger') AND c.relkind IN ('r', 'p') AND NOT c.relispartition
  AND has_table_privilege(c.oid, 'SELECT') AND has_table_privilege(c.oid, 'INSERT') ORDER BY 1
"""


def both_written(landsync: Landsync, delivery: Path, *more: str, province: str = "01") -> Loaded:
    """The delivery twice, and neither is kept: as it goes, and without passing over anything. Asserts that both say and write the same.

    What the first of them loaded.
    """
    short, as_it_goes = _dry(landsync, delivery, province, *more)
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(settled, "_asked", lambda *_: {})
        whole, all_of_it = _dry(landsync, delivery, province, *more)
    passed, nothing = (
        Loaded.load(landsync.home / "runs" / told.document["run"]) for told in (as_it_goes, all_of_it)
    )
    assert not nothing.passed_over
    said = ({"said": Counter(_said(landsync, each))} for each in (as_it_goes, all_of_it))
    (mine, theirs), (short, whole) = _of_dice(*said), _of_dice(short, whole)
    assert mine == theirs, (mine["said"] - theirs["said"], theirs["said"] - mine["said"])
    assert short.keys() == whole.keys()
    differs = {
        name: (short[name] - whole[name], whole[name] - short[name])
        for name in short
        if short[name] != whole[name]
    }
    assert not differs, differs
    return passed


def _of_dice(one: Written, other: Written) -> tuple[Written, Written]:
    """Uids and salts of what is new are thrown anew each time, and hashes follow them: what only one of both has is told as that."""
    tokens = [
        {token for rows in each.values() for text in rows for token in _DICE.findall(text)}
        for each in (one, other)
    ]

    def told(written: Written, other_tokens: set[str]) -> Written:
        def word(found: re.Match[str]) -> str:
            return found[0] if found[0] in other_tokens else "NEW"

        return {
            name: Counter(_DICE.sub(word, text) for text in rows.elements()) for name, rows in written.items()
        }

    return told(one, tokens[1]), told(other, tokens[0])


def _dry(landsync: Landsync, delivery: Path, province: str, *more: str) -> tuple[Written, Told]:
    with _watched() as seen:
        told = landsync("sync", "--province", province, delivery, "--dry-run", *more)
    assert told.status in (0, 3), told.words
    return seen, told


@contextmanager
def _watched() -> Iterator[Written]:
    """The rows of every table at the end of a load's transaction, as the loader sees them."""
    seen: Written = {}
    inner = publish._publish

    def watched(connection: db.Connection, run: Any, *rest: Any) -> Loaded | None:
        loaded = inner(connection, run, *rest)
        if loaded is None:
            return None
        with connection.cursor() as cursor:
            cursor.execute(_TABLES)
            for (name,) in cursor.fetchall():
                if name not in _OF_THE_RUN:
                    seen[name] = Counter(_rows(cursor, name, run.run_id))
        return loaded

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(publish, "_publish", watched)
        yield seen


def _rows(cursor: Any, name: str, run_id: str) -> list[str]:
    """Each row as text. What is of the run itself, or was made by a throw of the dice, is told from the rest by its form alone."""
    left_out = _ONLY_FOUND.get(name, ())
    if left_out is None:
        return []
    cursor.execute(
        f"SELECT (to_jsonb(t) - %s::text[])::text, to_jsonb(t)->>'parcel_uid' FROM {name} AS t",
        (list(left_out),),
    )
    rows = cursor.fetchall()
    if name == "ledger.quarantine_state":
        rows = [row for row in rows if '"state": "open"' in row[0]]
    today = datetime.now(UTC)
    days = "|".join(f"{today - timedelta(days=back):%Y-%m-%d}" for back in (-1, 0, 1))
    moment = re.compile(rf'"(?:{days})[T ][^"]*"')
    if name == "ledger.settled_commune":
        return [
            re.sub(r'"run_id": "[^"]*"', '"run_id": "RUN"', moment.sub('"NOW"', text)) for text, _ in rows
        ]
    return [moment.sub('"NOW"', text.replace(run_id, "RUN")) for text, _ in rows]


def _said(landsync: Landsync, told: Told) -> list[str]:
    """All that is told of the run, a line each."""
    folder = landsync.home / "runs" / told.document["run"]
    loaded = Loaded.load(folder).model_dump(
        mode="json", exclude={"run_id", "receipt_sha256", "delivery_sha256", "snapshot_sha256", "passed_over"}
    )
    register = load_register(folder)
    assert register is not None
    cases = register.drop_columns(["state_since", "first_seen_at"]).sort_by("finding_id").to_pylist()
    counts = json.loads((folder / "register.json").read_text("utf-8"))
    summary = json.loads((Path(told.document["report"]) / "summary.json").read_text("utf-8"))
    return [
        f"{name}: {json.dumps(value, default=str, sort_keys=True)}"
        for name, value in {
            **loaded,
            "cases_told": cases,
            "counts": counts,
            "summary": summary,
            "status": told.status,
        }.items()
    ]
