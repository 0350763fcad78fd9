"""The same delivery again, by the short way and by the whole one, and what each of them left."""

import json
from pathlib import Path
from typing import Any

import psycopg2
import pytest

from tests.e2e.conftest import Landsync, Told

# What a run writes of itself, whatever it finds.
TOUCHED = {
    "ledger.run",
    "ledger.run_state",
    "ledger.stage",
    "ledger.stage_cost",
    "ledger.receipt",
    "ledger.receipt_line",
    "ledger.province_state",
}
_TABLES = """
SELECT schemaname || '.' || relname FROM pg_stat_user_tables
WHERE schemaname IN ('land', 'land_private', 'ledger') ORDER BY 1
"""
_OF_A_RUN = ("sequence", "run_id", "previous_sha256", "receipt_sha256")


def every_table(landsync: Landsync) -> dict[str, str]:
    """Table → a digest of all its rows, as the superuser sees them; what a run writes of itself is left out."""
    with psycopg2.connect(landsync.database.superuser_dsn) as link, link.cursor() as cursor:
        cursor.execute(_TABLES)
        names = [name for (name,) in cursor.fetchall() if name not in TOUCHED]
        found = {}
        for name in names:
            cursor.execute(
                f"SELECT md5(coalesce(string_agg(t::text, E'\\n' ORDER BY t::text), '')) FROM {name} AS t"
            )
            found[name] = cursor.fetchall()[0][0]
    return found


def sync(landsync: Landsync, province: str, delivery: Path, *more: str) -> Told:
    """By the way that it takes."""
    return landsync("sync", "--province", province, delivery, *more)


def whole_way(landsync: Landsync, province: str, delivery: Path, *more: str) -> Told:
    """Through every stage, with every row, whatever is known."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr("sync.known.again.unchanged", lambda _run: None)
        patch.setattr("sync.load.settled._asked", lambda *_: {})
        return landsync("sync", "--province", province, delivery, *more)


def both_ways(landsync: Landsync, province: str, delivery: Path, *more: str) -> bool:
    """The delivery once more; whether by the short way, which then writes nothing and says what the whole one says."""
    before = every_table(landsync)
    short = sync(landsync, province, delivery, *more)
    if not taken_again(short):
        return False
    assert every_table(landsync) == before
    said = told_of(landsync, short)
    whole = told_of(landsync, whole_way(landsync, province, delivery, *more))
    assert {name: value for name, value in said.items() if value != whole[name]} == {}
    assert said.keys() == whole.keys()
    return True


def taken_again(told: Told) -> bool:
    """Whether a run took the short way."""
    return told.document["unchanged_since"] is not None


def told_of(landsync: Landsync, told: Told) -> dict[str, Any]:
    """What a run says of the delivery and of the register: the load, the summary, the lines of the ledger."""
    run = told.document["run"]
    folder = landsync.home / "runs" / run
    load = json.loads((folder / "load.json").read_text(encoding="utf-8"))
    said = {name: value for name, value in load.items() if name not in _OF_A_RUN}
    lines = landsync.query("SELECT * FROM ledger.receipt_line WHERE run_id = %s ORDER BY commune_code", run)
    return {
        **{f"load.{name}": value for name, value in said.items()},
        "summary": json.loads((Path(told.document["report"]) / "summary.json").read_text(encoding="utf-8")),
        "lines": [line[1:] for line in lines],
        "status": told.status,
    }
