"""What changed in a commune is told as its shortest story: by sheets that moved or were renumbered as one, and the rest."""

from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import shapely

from sync import db
from sync.load.staging import staging_tables
from tests.support import judged
from tests.support.database import Database
from tests.support.judged import COMMUNES, Plot

pytestmark = pytest.mark.db
HERE, THERE = COMMUNES[:2]
EAST, NORTH = 3.9e-6, -2.8e-6  # degrees: 0.41 m east, 0.31 m south, near Hà Nội


def parcels() -> list[Plot]:
    """Three sheets of ten parcels and a commune beside them."""
    here = [Plot(f"k{i}", None, str(i + 1), HERE, x=i, sheet=str(i // 10 + 1)) for i in range(30)]
    return here + [Plot(f"m{i}", None, str(i + 1), THERE, x=100 + i) for i in range(10)]


def moved(plot: Plot, east: float = EAST, north: float = NORTH) -> Plot:
    shape = judged.square(plot.x)
    return replace(plot, shape=shapely.transform(shape, lambda xy: np.round(xy + np.array((east, north)), 9)))


@pytest.fixture
def told(database: Database, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Any:
    """Deliver, a person letting pass what is measured; the story of it."""
    days, story = iter(range(1, 9)), list[Any]()
    real = judged.merge

    def watched(connection: db.Connection, request: Any) -> Any:
        merged = real(connection, request)
        parcel = {"parcel": staging_tables(request.run_id)["parcel"]}
        story[:] = [tuple(row.values()) for row in db.fetch(connection, "load/story", {}, parcel)]
        return merged

    monkeypatch.setattr(judged, "merge", watched)

    def deliver(plots: list[Plot], **kwargs: Any) -> list[Any]:
        folder = tmp_path / str(next(days))
        folder.mkdir()
        judged.run_merge(
            database.dsn,
            folder,
            plots,
            complete=(HERE, THERE),
            shown=judged.everything(HERE, THERE),
            **kwargs,
        )
        return [
            (*row[:4], *(None if metres is None else float(metres) for metres in row[4:])) for row in story
        ]

    deliver(parcels())
    return deliver


def test_nothing_that_changed_has_no_story(told: Any) -> None:
    assert told(parcels()) == []


def test_a_sheet_that_moved_one_that_was_renumbered_and_the_rest_are_told_apart(told: Any) -> None:
    plots = parcels()
    plots[:10] = [moved(plot) for plot in plots[:10]]
    plots[10:20] = [replace(plot, number=str(500 + i)) for i, plot in enumerate(plots[10:20])]
    plots[0] = replace(plots[0], user="Người khác")  # moved with its sheet, and more
    plots[20] = replace(plots[20], land_use="CLN")
    plots[21] = moved(plots[21])  # alone of its sheet
    assert told(plots) == [
        (HERE, "moved", "1", 10, 0.41, -0.31),
        (HERE, "other", None, 3, None, None),
        (HERE, "renumbered", "2", 10, None, None),
    ]


def test_a_sheet_that_moved_and_was_renumbered_is_no_other_change(told: Any) -> None:
    plots = parcels()
    plots[:10] = [replace(moved(plot), number=str(500 + i)) for i, plot in enumerate(plots[:10])]
    assert told(plots) == [(HERE, "moved", "1", 10, 0.41, -0.31), (HERE, "renumbered", "1", 10, None, None)]


def test_parcels_that_moved_each_their_own_way_are_the_rest(told: Any) -> None:
    plots = parcels()
    plots[:10] = [
        moved(plot, EAST * (-1) ** i * (i + 1), NORTH * (i % 3 - 1)) for i, plot in enumerate(plots[:10])
    ]
    assert told(plots) == [(HERE, "other", None, 10, None, None)]


def test_a_commune_that_waits_new_parcels_and_such_without_sheet_have_their_own(told: Any) -> None:
    plots = parcels()
    plots[30:] = [replace(plot, user="Người khác") for plot in plots[30:]]
    plots.append(Plot("k99", None, "99", HERE, x=50, sheet="3"))
    assert told(plots, held=(THERE,)) == []
    bare = [replace(plot, number=None) for plot in plots]
    assert told(bare, held=(THERE,)) == [(HERE, "renumbered", "", 31, None, None)]
