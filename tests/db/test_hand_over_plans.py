"""What passed between two provinces is found by index, row by row of what began or ended, whatever statistics say."""

from dataclasses import replace

import pytest

from parcels import admin_units
from tests.db.test_merge_plans import ROWS, Believing, believing, village
from tests.support.database import Database
from tests.support.judged import run_merge
from tests.support.register import HA_NOI

__all__ = ["believing"]

pytestmark = pytest.mark.db
THERE = admin_units.communes("04")[0].code


def test_half_a_province_that_passes_to_another_one_is_found_by_index(
    database: Database, tmp_path, believing: Believing
) -> None:
    plots = [replace(plot, refused=()) for plot in village()]
    theirs = [
        replace(
            plot,
            key=f"n{i}",
            commune=THERE,
            user_key=None,
            came_from=None,
            national_id=plot.national_id if i % 3 else None,
        )
        for i, plot in enumerate(plots)
    ]
    with believing():
        run_merge(database.dsn, tmp_path, plots, passed=HA_NOI)
    with believing():
        run_merge(database.dsn, tmp_path, theirs, province="04", complete=(THERE,), passed=(THERE,))
    with believing():
        merged = run_merge(database.dsn, tmp_path, plots[::2], passed=HA_NOI)
    assert merged.notes["hand_over_proposed"] == ROWS // 2
    with believing():
        run_merge(database.dsn, tmp_path, plots[::2], passed=HA_NOI)
    assert database.query("SELECT count(*) FROM land.lineage_event") == [(ROWS // 2,)]
