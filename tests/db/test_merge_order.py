"""The statements that a delivery really runs: those that are declared for it, in the order of their numbers."""

from collections.abc import Callable
from dataclasses import replace
from itertools import groupby
from pathlib import Path

import pytest

from sync import db
from sync.db.items import ITEMS
from sync.load.steps import STEPS, When
from sync.population.load import import_results
from tests.support.changesets import HERE, THERE, Deliver, change, changes, full, village
from tests.support.database import Database
from tests.support.register import Fault, Nation

__all__ = ["changes", "full"]
pytestmark = pytest.mark.db
Ran = Callable[[str], list[str]]


@pytest.fixture
def ran(monkeypatch: pytest.MonkeyPatch) -> Ran:
    """The numbered statements of a folder that ran since this was last asked, in the order in which they ran."""
    names: list[str] = []
    compose = db.compose

    def recorded(name: str, identifiers: db.Identifiers | None = None) -> db.sql.Composable:
        names.append(name)
        return compose(name, identifiers)

    def of(folder: str) -> list[str]:
        found = [name.removeprefix(f"{folder}/") for name in names if name.startswith(f"{folder}/")]
        names.clear()
        return [name for name in found if name[0].isdigit()]

    monkeypatch.setattr(db, "compose", recorded)
    return of


def declared(*words: When, rounds: int = 0) -> list[str]:
    """What is declared for a delivery of which these words hold, and which had so many rounds of conflicts."""
    files: list[str] = []
    for how, group in groupby((step for step in STEPS if {*step.when} <= {*words}), lambda step: step.how):
        steps = [step.file for step in group]
        if how == "items":
            files += steps * len(ITEMS)
        elif how == "many":
            files += steps * len([item for item in ITEMS if item.name])
        elif how == "again":
            files += steps * (rounds if "61_conflicts_again" in steps else 0) + steps[:1]
        else:
            files += steps
    return files


def test_a_snapshot_runs_what_is_declared_for_it(full: Deliver, ran: Ran) -> None:
    full(village(), 2)
    assert ran("merge") == declared("snapshot")
    full(village(), 1)  # of which something is known by later data
    assert ran("merge") == declared("snapshot", "compared")


def test_a_change_set_runs_what_is_declared_for_it(full: Deliver, changes: Deliver, ran: Ran) -> None:
    plots = village(60)
    full(plots, 1)
    leaving = [change(plot, 2, commune=THERE) for plot in plots[:30]]
    ran("merge")
    assert set(changes(leaving, 2, passed=()).moves) == {HERE, THERE}
    assert ran("merge") == declared("changes", "compared")
    assert not changes(leaving, 2, approved=(HERE, THERE)).moves
    assert ran("merge") == declared("changes", "compared", "approved")


def test_conflicts_are_refused_until_none_is_left(full: Deliver, ran: Ran) -> None:
    plots = village(4)
    full(plots, 1)
    # 1→2, 2→3, 3→4, but 4's own row is refused, so it keeps 4: one after the other cannot move.
    shifted = [replace(plot, number=str(int(plot.number or 0) + 1), order=2) for plot in plots]
    shifted[3] = replace(plots[3], refused=("GEO-NULL",))
    ran("merge")
    assert len(full(shifted, 2).quarantined) == 3
    assert ran("merge") == declared("snapshot", rounds=3)


def test_the_register_and_the_results_run_in_the_order_of_their_numbers(
    database: Database, tmp_path: Path, ran: Ran
) -> None:
    Nation(database.dsn).run("01", Fault("GEO-SPIKE", HERE, ("a1",)))
    register = ran("register")
    results = tmp_path / "results.csv"
    results.write_text(
        "province,system,land_user_key,status,checked_at\n01,vbdlis,A1,found,2026-01-01T08:00:00+07:00\n",
        encoding="utf-8",
    )
    import_results(database.dsn, results, "test")
    population = ran("population")
    for folder, names in (("register", register), ("population", population)):
        files = sorted(path.stem for path in (db.SQL / folder).iterdir() if path.name[0].isdigit())
        assert names == files
