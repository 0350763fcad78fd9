"""No statement of a load goes through more than a few rows for each row that was delivered, whatever statistics say."""

from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, contextmanager
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path

import pytest

from sync import db
from sync.load.merge import Merged, MergeRequest, merge
from sync.load.receipt import totals
from sync.load.whole import rests
from sync.platform import databases
from sync.population.load import import_results
from tests.support import judged
from tests.support.database import Database
from tests.support.judged import Plot, run_merge
from tests.support.plans import explain_everything, parts_told
from tests.support.register import HA_NOI, Delivered, Fault, Nation

pytestmark = pytest.mark.db
Believing = Callable[[], AbstractContextManager[None]]

ROWS = 20_000
A_FEW = 12  # a row has three handles, and a statement may look at old and new

# What the server believes of every table when a load begins. Statistics of columns go with those of the table.
BELIEVED = {
    "nothing": "reltuples = -1, relpages = 0",
    "one row": "reltuples = 1, relpages = greatest(relpages, 1000)",
    "no row": "reltuples = 0, relpages = greatest(relpages, 1000)",
    "no page": "reltuples = 0, relpages = 0",
    "ten million rows": "reltuples = 10000000, relpages = 200000",
}
OURS = (
    "relkind = 'r' AND relname !~ '_(0[2-9]|[1-9][0-9])$' AND relnamespace IN "
    "('land'::regnamespace, 'land_private'::regnamespace, 'ledger'::regnamespace)"
)


@pytest.fixture(
    params=[(said, None) for said in BELIEVED] + [("nothing", "64kB")],
    ids=lambda p: " ".join(filter(None, p)),
)
def believing(
    database: Database, monkeypatch: pytest.MonkeyPatch, request: pytest.FixtureRequest
) -> Believing:
    """Blocks in which the server believes something; no statement may then go through too much. Little memory stands
    for many rows: what does not fit into it is not hashed."""
    said, memory = request.param
    explain_everything(database)
    with databases.administer(database.superuser_dsn) as cursor:
        cursor.execute(
            f"DO $$ DECLARE part regclass; BEGIN FOR part IN SELECT oid FROM pg_class WHERE {OURS} "
            "LOOP EXECUTE format('ALTER TABLE %s SET (autovacuum_enabled = off)', part); END LOOP; END $$"
        )
        if memory:
            cursor.execute(f"ALTER DATABASE \"{database.name}\" SET work_mem = '{memory}'")

    @contextmanager
    def block() -> Iterator[None]:
        with databases.administer(database.superuser_dsn) as cursor:
            cursor.execute(
                f"DELETE FROM pg_statistic WHERE starelid IN (SELECT oid FROM pg_class WHERE {OURS})"
            )
            cursor.execute(f"UPDATE pg_class SET {BELIEVED[said]} WHERE {OURS}")
        with parts_told(monkeypatch) as parts:
            yield
        assert len(parts) > 60  # it was told
        assert [part for part in parts if part.went_through > A_FEW * ROWS] == []

    return block


def village(refused: int = 97) -> list[Plot]:
    """A province in three communes; every so-manieth row is refused."""
    return [
        Plot(
            f"k{i}", f"w7{i:010d}", str(i + 1), HA_NOI[i * 3 // ROWS], x=i, user_key=f"u{i}",
            refused=("GEO-INVALID",) if i % refused == 0 else (), came_from=("00001", "1", "whole"),
        )
        for i in range(ROWS)
    ]  # fmt: skip


def merged_and_seen_whole(connection: db.Connection, request: MergeRequest) -> Merged:
    """The merge, and what else its communes consist of, as the load asks next."""
    merged = merge(connection, request)
    rests(connection, request.run_id, request.province, request.as_of, list(HA_NOI), changes=request.changes)
    return merged


def test_a_load_is_no_slower_for_what_the_server_believes(
    database: Database, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, believing: Believing
) -> None:
    monkeypatch.setattr(judged, "merge", merged_and_seen_whole)

    def load(plots: list[Plot], **how: object) -> Merged:
        with believing():
            return run_merge(database.dsn, tmp_path, plots, **how)  # type: ignore[arg-type]

    first = village()
    assert totals(load(first, at=datetime(2026, 1, 1, tzinfo=UTC)).lines)["new"] > ROWS * 0.98
    # The next one: a third changes, another third comes by other handles, a tenth is refused, a few are gone, and one
    # commune is held.
    second = [
        replace(plot, land_use="CLN") if i % 3 == 0 else replace(plot, key=None) if i % 3 == 1 else plot
        for i, plot in enumerate(village(refused=10))
        if i % 50
    ]
    merged = load(second, at=datetime(2026, 2, 1, tzinfo=UTC), passed=HA_NOI, held=HA_NOI[:1])
    assert totals(merged.lines)["changed"] > ROWS * 0.15
    # And a change set of all of it, which a person lets pass.
    third = [replace(plot, land_use="LUC", order=10, action="update") for plot in first if not plot.refused]
    at = datetime(2026, 3, 1, tzinfo=UTC)
    merged = load(third, kind="changes", order_kind="number", at=at, passed=HA_NOI)
    assert totals(merged.lines)["changed"] > ROWS * 0.9
    # Results of the population database, of every land user, twice.
    for number, status in enumerate(("found", "mismatched")):
        file = tmp_path / f"{status}.csv"
        lines = [f"01,vbdlis,u{i},{status},2026-0{number + 1}-01T08:00:00+07:00" for i in range(ROWS)]
        file.write_text(
            "province,system,land_user_key,status,checked_at\n" + "\n".join(lines), encoding="utf-8"
        )
        with believing():
            told = import_results(database.dsn, file, "test")
        assert told["applied_new" if number == 0 else "applied_changed"] > ROWS * 0.9


def test_the_register_is_no_slower_for_what_the_server_believes(
    database: Database, believing: Believing
) -> None:
    nation = Nation(database.dsn)
    many = tuple(Fault("TOP-OVERLAP", HA_NOI[i % 3], (f"k{i}", f"m{i}")) for i in range(ROWS // 2))
    rows = {
        code: {key: "accept" for fault in many if fault.commune == code for key in fault.keys}
        for code in HA_NOI
    }
    for faults, left in ((many, ROWS // 2), (many[: ROWS // 4], ROWS // 4)):
        delivered = nation.judge(Delivered("01", faults, HA_NOI, rows=rows))
        with believing():
            nation.publish(delivered)
        assert len(nation.open()) == left
