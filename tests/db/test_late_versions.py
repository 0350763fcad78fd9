"""Versions that come when a newer one is known, or several in one set: each takes its place in history. On a real database."""

from dataclasses import replace
from datetime import UTC, date, datetime

import pytest

from sync.care.reconcile import reconcile
from sync.load.receipt import totals
from tests.support.changesets import THERE, Deliver, change, changes, day, full, village
from tests.support.database import Database
from tests.support.judged import Plot

__all__ = ["changes", "full"]
pytestmark = pytest.mark.db


def on(database: Database, valid_at: date | str, known_at: datetime | None = None, key: str = "k0") -> str:
    """The land use of an object on a day; `?` where it is not known, nothing where there is no parcel."""
    rows = database.query(
        "SELECT CASE WHEN state_known THEN land_use ELSE '?' END FROM analyst.parcel_as_of(%s, coalesce(%s, now())) "
        "WHERE source_key = %s",
        valid_at,
        known_at,
        key,
    )
    assert len(rows) < 2
    return str(rows[0][0]) if rows else ""


def dated(count: int = 10) -> list[Plot]:
    """A village whose states have their days."""
    return [replace(plot, valid_from=date(2020, 1, 1)) for plot in village(count)]


def through(database: Database, *days: str) -> list[str]:
    return [on(database, each) for each in days]


def test_versions_in_the_wrong_order_have_the_days_that_they_have_in_the_right_one(
    database: Database, full: Deliver, changes: Deliver
) -> None:
    first, *rest = dated()
    full([first, *rest], 1, valid_from_means="state")
    second, third, fourth = (
        change(first, order, land_use=use, valid_from=date(2020 + order, 1, 1))
        for order, use in ((2, "LUC"), (3, "CLN"), (4, "HNK"))
    )
    changes([fourth], 4, valid_from_means="state")
    before = datetime.now(UTC)
    asked = ("2021-06-01", "2022-06-01", "2023-06-01", "2024-06-01")
    assert through(database, *asked) == ["ONT", "ONT", "ONT", "HNK"]
    assert changes([third], 3, valid_from_means="state").notes == {"placed": 1}
    assert changes([second], 2, valid_from_means="state").notes == {"placed": 1}
    assert through(database, *asked) == ["ONT", "LUC", "CLN", "HNK"]
    assert [on(database, each, before) for each in asked] == ["ONT", "ONT", "ONT", "HNK"]
    assert database.query("SELECT land_use FROM land.parcel WHERE source_key = 'k0'") == [("HNK",)]
    assert reconcile(["01"], "test", dsn=database.dsn)["agrees"]


def test_several_versions_in_one_set_are_several_versions(
    database: Database, full: Deliver, changes: Deliver
) -> None:
    first, *rest = dated()
    full([first, *rest], 1, valid_from_means="state")
    new = Plot("n", None, "90", THERE, x=90, order=1, action="insert", valid_from=date(2023, 1, 1))
    rows = [
        change(first, 3, land_use="CLN", valid_from=date(2023, 11, 22)),
        change(first, 4, land_use="HNK", valid_from=date(2023, 11, 24)),
        change(first, 2, land_use="LUC", valid_from=date(2021, 1, 1)),
        change(new, 2, land_use="LUC", valid_from=date(2024, 1, 1)),
        new,
    ]
    merged = changes(rows, 2, valid_from_means="state")
    assert merged.notes == {"placed": 3, "update_of_unknown": 1}
    line = totals(merged.lines)
    assert (line["changed"], line["new"], line["ignored"]) == (1, 1, 3)
    assert through(database, "2020-06-01", "2022-01-01", "2023-11-23", "2023-11-24") == [
        "ONT",
        "LUC",
        "CLN",
        "HNK",
    ]
    assert [on(database, each, key="n") for each in ("2022-12-31", "2023-06-01", "2024-01-01")] == [
        "",
        "ONT",
        "LUC",
    ]
    assert changes(rows, 2, valid_from_means="state").notes == {"repeated": 5}, "the same set again"
    assert database.query("SELECT count(*) FROM land.parcel_version") == [(4,)]


def test_a_late_version_before_an_end_ends_with_it(
    database: Database, full: Deliver, changes: Deliver
) -> None:
    first, *rest = dated()
    full([first, *rest], 1, valid_from_means="state")
    changes([change(first, 3, "end", valid_to=date(2024, 3, 1))], 3, valid_from_means="state")
    late = change(first, 2, land_use="LUC", valid_from=date(2022, 1, 1))
    assert changes([late], 2, valid_from_means="state").notes == {"placed": 1}
    assert through(database, "2021-12-31", "2022-01-01", "2024-02-29", "2024-03-01") == [
        "ONT",
        "LUC",
        "LUC",
        "",
    ]
    assert database.query("SELECT count(*) FROM land.parcel WHERE source_key = 'k0'") == [(0,)]


def test_an_end_that_came_late_leaves_a_gap(database: Database, full: Deliver, changes: Deliver) -> None:
    first, *rest = dated()
    full([first, *rest], 1, valid_from_means="state")
    changes([change(first, 4, land_use="CLN", valid_from=date(2025, 1, 1))], 4, valid_from_means="state")
    ended = change(first, 3, "end", valid_to=date(2024, 3, 1))
    assert changes([ended], 3, valid_from_means="state").notes == {"placed": 1}
    asked = ("2024-02-29", "2024-03-01", "2024-12-31", "2025-01-01")
    assert through(database, *asked) == ["ONT", "", "", "CLN"]
    late = change(first, 2, land_use="LUC", valid_from=date(2022, 1, 1))
    assert changes([late], 2, valid_from_means="state").notes == {"placed": 1}
    assert through(database, *asked) == ["LUC", "", "", "CLN"]
    assert on(database, "2021-12-31") == "ONT"


def test_what_came_back_and_ended_within_one_set_was_there(
    database: Database, full: Deliver, changes: Deliver
) -> None:
    first, *rest = dated()
    full([first, *rest], 1, valid_from_means="state")
    changes([change(first, 2, "end", valid_to=date(2022, 1, 1))], 2, valid_from_means="state")
    back = [
        change(first, 3, "insert", land_use="LUC", valid_from=date(2023, 1, 1)),
        change(first, 4, "end", valid_to=date(2024, 1, 1)),
    ]
    assert changes(back, 4, valid_from_means="state").notes == {"placed": 1, "end_of_unknown": 1}
    assert through(database, "2021-06-01", "2022-06-01", "2023-06-01", "2024-06-01") == ["ONT", "", "LUC", ""]


def test_an_undated_late_version_is_never_an_answer_for_what_it_was_not(
    database: Database, full: Deliver, changes: Deliver
) -> None:
    first, *rest = village()
    full([first, *rest], 1)
    changes([change(first, 4, land_use="CLN")], 8)
    assert changes([change(first, 3, land_use="LUC")], 5).notes == {"placed": 1}
    assert [on(database, day(n).date()) for n in (1, 5, 7, 8)] == ["?", "?", "?", "CLN"]


@pytest.mark.parametrize("again", ["set", "snapshot"])
def test_what_was_shown_again_after_a_late_version_holds_again(
    database: Database, full: Deliver, changes: Deliver, again: str
) -> None:
    """A, then A once more; and between the two, late, B. From its second showing on it is A."""
    first, *rest = village()
    full([first, *rest], 1)
    if again == "set":
        changes([change(first, 4)], 8)
    else:
        full([replace(first, order=None), *(replace(plot, order=None) for plot in rest)], 8)
    assert on(database, day(6).date()) == "ONT"
    before = datetime.now(UTC)
    assert changes([change(first, 3, land_use="LUC")], 5).notes == {"placed": 1}
    assert [on(database, day(n).date()) for n in (1, 5, 7, 8)] == ["?", "?", "?", "ONT"]
    assert on(database, day(6).date(), before) == "ONT", "what was answered before"
    changes([change(first, 9, land_use="CLN")], 12)
    assert [on(database, day(n).date()) for n in (9, 12)] == ["?", "CLN"]
    changes([change(first, 10, "end")], 14)
    assert [on(database, day(n).date()) for n in (12, 14)] == ["CLN", ""]


def test_a_late_version_of_other_land_is_not_the_parcels(
    database: Database, full: Deliver, changes: Deliver
) -> None:
    first, *rest = dated()
    full([first, *rest], 1, valid_from_means="state")
    changes([change(first, 4, land_use="CLN", valid_from=date(2025, 1, 1))], 4, valid_from_means="state")
    elsewhere = change(first, 3, land_use="LUC", x=70, valid_from=date(2022, 1, 1))
    assert changes([elsewhere], 3, valid_from_means="state").notes == {"older": 1}
    assert on(database, "2023-01-01") == "ONT"


def test_what_waits_or_was_refused_leaves_its_older_versions_to_come_again(
    database: Database, full: Deliver, changes: Deliver
) -> None:
    first, *rest = dated()
    full([first, *rest], 1, valid_from_means="state")
    rows = [
        change(first, 2, land_use="LUC", valid_from=date(2022, 1, 1)),
        change(first, 3, land_use="CLN", national_id=rest[0].national_id, valid_from=date(2023, 1, 1)),
    ]
    merged = changes(rows, 3, valid_from_means="state")
    assert [row["merge_code"] for row in merged.quarantined] == ["IDN-CLAIMED"]
    assert merged.notes == {"superseded": 1}
    assert database.query("SELECT count(*) FROM land.parcel_version") == [(0,)]
    held = [rows[0], replace(rows[1], national_id=first.national_id)]
    changes(held, 3, held=(first.commune,), valid_from_means="state")
    assert database.query("SELECT count(*) FROM land.parcel_version") == [(0,)]
    changes(held, 3, approved=(first.commune,), valid_from_means="state")
    assert through(database, "2021-01-01", "2022-06-01", "2023-06-01") == ["ONT", "LUC", "CLN"]


def test_between_two_ends_that_came_in_their_order_a_state_that_comes_late_ends_with_the_second(
    database: Database, full: Deliver, changes: Deliver
) -> None:
    first, *rest = dated()
    full([first, *rest], 1, valid_from_means="state")
    changes([change(first, 2, "end", valid_to=date(2022, 1, 1))], 2, valid_from_means="state")
    changes([change(first, 4, "end", valid_to=date(2024, 1, 1))], 4, valid_from_means="state")
    late = change(first, 3, "insert", land_use="LUC", valid_from=date(2023, 1, 1))
    assert changes([late], 3, valid_from_means="state").notes == {"placed": 1}
    assert through(database, "2021-06-01", "2022-06-01", "2023-06-01", "2024-06-01") == ["ONT", "", "LUC", ""]
