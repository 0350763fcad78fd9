"""What the merge makes of the days on which states begin and parcels end, and what as-of answers. On a real database."""

from datetime import date

import pytest

from sync.care.reconcile import reconcile
from tests.support.changesets import THERE, Deliver, change, changes, full, village
from tests.support.database import Database
from tests.support.judged import Plot

__all__ = ["changes", "full"]
pytestmark = pytest.mark.db


def on(database: Database, day: str, *keys: str) -> dict[str, str | None]:
    """Source key → land use on a day, by what is known now; None where the state is not known."""
    rows = database.query(
        "SELECT source_key, land_use, state_known FROM analyst.parcel_as_of(%s, now()) WHERE source_key = ANY (%s)",
        day,
        list(keys),
    )
    assert all(known or use is None for _, use, known in rows)
    return {key: use for key, use, _ in rows}


def marks(database: Database) -> set[str]:
    return {mark for (mark,) in database.query("SELECT DISTINCT valid_from_means FROM land.parcel")}


def test_a_split_told_late_leaves_no_parent_beside_its_children(
    database: Database, full: Deliver, changes: Deliver
) -> None:
    plots = [Plot(f"k{i}", None, str(i), x=i, order=1, valid_from=date(2020, 1, 1)) for i in range(10)]
    full(plots, 1, valid_from_means="state")
    split = date(2026, 3, 1)
    children = [
        Plot(key, None, number, THERE, x=x, order=2, action="insert", valid_from=split)
        for key, number, x in (("a", "50", 50), ("b", "51", 51))
    ]
    changes([change(plots[0], 2, "end", valid_to=split), *children], 20, valid_from_means="state")
    assert on(database, "2026-02-28", "k0", "a", "b") == {"k0": "ONT"}
    assert on(database, "2026-06-01", "k0", "a", "b") == {"a": "ONT", "b": "ONT"}
    assert database.query("SELECT valid_to FROM land.parcel_version") == [(split,)]
    assert reconcile(["01"], "test", dsn=database.dsn)["agrees"]


def test_an_end_without_a_day_stays_without_one(database: Database, full: Deliver, changes: Deliver) -> None:
    plots = village()
    full(plots, 1)
    changes([change(plots[0], 2, "end")], 3)
    assert database.query("SELECT valid_to, observed_until::date FROM land.parcel_version") == [
        (None, date(2026, 11, 2))
    ]
    assert on(database, "2026-11-02", "k0") == {"k0": "ONT"}, "it was shown that day"
    assert on(database, "2026-11-03", "k0") == {"k0": None}


@pytest.mark.parametrize("means", ["parcel", "unknown"])
def test_a_new_use_under_the_date_of_the_parcel_is_not_todays_value_in_2015(
    database: Database, full: Deliver, changes: Deliver, means: str
) -> None:
    plots = [Plot(f"k{i}", None, str(i), x=i, order=1, valid_from=date(2010, 1, 1)) for i in range(10)]
    full(plots, 1, valid_from_means=means)
    changes([change(plots[0], 2, land_use="CLN")], 3, valid_from_means=means)
    assert on(database, "2009-12-31", "k0") == {}
    assert on(database, "2015-01-01", "k0") == {"k0": None}
    assert on(database, "2026-11-04", "k0") == {"k0": "CLN"}
    assert marks(database) == {means}


def test_what_a_profile_learns_marks_what_is_shown_again_without_a_new_version(
    database: Database, full: Deliver
) -> None:
    plots = [Plot(f"k{i}", None, str(i), x=i, valid_from=date(2010, 1, 1)) for i in range(10)]
    full(plots, 1)
    assert marks(database) == {"unknown"}
    assert on(database, "2015-01-01", "k0") == {"k0": None}
    full(plots, 2, valid_from_means="state")
    assert marks(database) == {"state"}
    assert on(database, "2015-01-01", "k0") == {"k0": "ONT"}
    full(plots, 3)
    assert marks(database) == {"state"}, "what is known is not forgotten"
    assert database.query("SELECT count(*) FROM land.parcel_version") == [(0,)]
    assert reconcile(["01"], "test", dsn=database.dsn)["agrees"]


def test_before_a_parcel_was_established_there_was_none(database: Database, full: Deliver) -> None:
    full([Plot(f"k{i}", None, str(i), x=i, established_on=date(2012, 5, 1)) for i in range(3)], 1)
    assert on(database, "2012-04-30", "k0") == {}
    assert on(database, "2012-05-01", "k0") == {"k0": None}


def test_where_nothing_ever_came_whole_a_parcel_was_last_shown_by_its_own_row(
    database: Database, changes: Deliver
) -> None:
    [first, *_] = village()
    changes([change(first, 1, "insert")], 1)
    changes([change(first, 2, "end")], 9)
    assert database.query("SELECT observed_until::date FROM land.parcel_version") == [(date(2026, 11, 2),)]
    assert on(database, "2026-11-05", "k0") == {"k0": None}
