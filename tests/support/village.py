"""A village of parcels in a row, with every handle, and what brings one delivery after another to the merge."""

from collections.abc import Callable, Iterable
from pathlib import Path

import pytest

from sync.load.merge import Merged
from tests.support.database import Database
from tests.support.judged import Plot, run_merge

ID = "w7er83vw1{:03d}"


@pytest.fixture
def deliver(database: Database, tmp_path: Path) -> Callable[..., Merged]:
    """Bring these rows to the merge, with the options of `run_merge`."""

    def run(plots: Iterable[Plot], **options: object) -> Merged:
        return run_merge(database.dsn, tmp_path, plots, **options)  # type: ignore[arg-type]

    return run


def village(count: int) -> list[Plot]:
    """Parcels side by side: key, id, number."""
    return [Plot(f"k{i}", ID.format(i), str(i + 1), x=i) for i in range(count)]
