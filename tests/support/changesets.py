"""Full snapshots and change sets of a small village, brought into a real database by the merge."""

from collections.abc import Callable
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from sync.load.merge import Merged
from tests.support.database import Database
from tests.support.judged import COMMUNES, Plot, run_merge

Deliver = Callable[..., Merged]
HERE, THERE = COMMUNES[:2]
START = datetime(2026, 11, 1, tzinfo=UTC)


def day(number: float) -> datetime:
    """A moment, so many days on."""
    return START + timedelta(days=number)


@pytest.fixture
def full(database: Database, tmp_path: Path) -> Deliver:
    """A full snapshot, complete for the two communes, as of a day."""

    def deliver(plots: list[Plot], at: float, **options: object) -> Merged:
        options = {"complete": (HERE, THERE), "order_kind": "number", **options}
        return run_merge(database.dsn, tmp_path, plots, at=day(at), **options)  # type: ignore[arg-type]

    return deliver


@pytest.fixture
def changes(database: Database, tmp_path: Path) -> Deliver:
    """A change set, complete up to a day."""

    def deliver(plots: list[Plot], at: float, **options: object) -> Merged:
        options = {"passed": COMMUNES, "order_kind": "number", **options}
        return run_merge(database.dsn, tmp_path, plots, kind="changes", at=day(at), **options)  # type: ignore[arg-type]

    return deliver


def village(count: int = 10, order: int | None = 1) -> list[Plot]:
    """So many parcels of one commune."""
    return [Plot(f"k{i}", f"w7er83vw1{i:03d}", str(i + 1), HERE, x=i, order=order) for i in range(count)]


def change(plot: Plot, order: int, action: str = "update", **values: object) -> Plot:
    """A later version of a parcel, or its end."""
    return replace(plot, action=action, order=order, **values)  # type: ignore[arg-type]
