"""The merge looks at the land of what was redrawn, and goes through little more, whatever statistics say."""

from dataclasses import replace

import pytest
import shapely

from tests.db.test_merge_plans import ROWS, Believing, believing, village
from tests.support.database import Database
from tests.support.judged import Plot, run_merge, square
from tests.support.register import HA_NOI

__all__ = ["believing"]

pytestmark = pytest.mark.db


def halves(plot: Plot, *, keeps: bool) -> list[Plot]:
    """The western and the eastern half; the western one keeps its name, or neither does."""
    west, south, east, north = square(plot.x).bounds
    middle = round((west + east) / 2, 9)
    shapes = [
        shapely.MultiPolygon([shapely.box(a, south, b, north, ccw=True)])
        for a, b in ((west, middle), (middle, east))
    ]
    names = [plot if keeps else new_name(plot, "a"), new_name(plot, "b")]
    return [replace(name, shape=shape) for name, shape in zip(names, shapes, strict=True)]


def new_name(plot: Plot, suffix: str) -> Plot:
    return replace(
        plot, key=f"{plot.key}{suffix}", national_id=None, number=f"{plot.number}{suffix}", user_key=None
    )


def test_splits_of_half_a_province_are_found_by_index(
    database: Database, tmp_path, believing: Believing
) -> None:
    plots = [replace(plot, refused=()) for plot in village()]
    with believing():
        run_merge(database.dsn, tmp_path, plots, passed=HA_NOI)
    after = [
        row for i, plot in enumerate(plots) for row in ([plot] if i % 2 else halves(plot, keeps=i % 4 == 0))
    ]
    with believing():
        run_merge(database.dsn, tmp_path, after, passed=HA_NOI)
    kinds = database.query("SELECT kind, state, count(*) FROM land.lineage_event GROUP BY kind, state")
    assert kinds == [("split", "proposed", ROWS // 2)]
