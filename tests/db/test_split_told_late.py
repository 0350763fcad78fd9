"""A split told months after its legal date: the parent holds up to that day, its children from it on, and what was registered on the
parent meanwhile is listed. On a real database, by the real merge; what was known before stays what was answered."""

from contextlib import closing
from dataclasses import replace
from datetime import UTC, date, datetime

import psycopg2
import pytest
import shapely

from parcels.errors import UsageError
from sync.care.reconcile import reconcile
from sync.deciding.events import Decision, decide, event_case
from sync.deciding.told import event_lines
from tests.db.test_items_as_of import asked as items
from tests.db.test_lineage_plans import halves
from tests.support.changesets import Deliver, change, changes, full
from tests.support.database import Database
from tests.support.judged import Plot, square

__all__ = ["changes", "full"]
pytestmark = pytest.mark.db

LAW = date(2026, 3, 5)
PAPER = "45/QĐ-UBND, 05/03/2026"
BORN = date(2020, 1, 1)
USER = "land_private.land_user_as_of"


def dated(count: int = 4) -> list[Plot]:
    return [Plot(f"k{i}", None, str(i + 1), x=i, user="Cũ", valid_from=BORN) for i in range(count)]


def at(month: int, day: int = 1) -> float:
    """Days from the first of November 2026, for deliveries of an earlier month."""
    return (datetime(2026, month, day, tzinfo=UTC) - datetime(2026, 11, 1, tzinfo=UTC)).days


def on(
    database: Database,
    day: str,
    known_at: datetime | None = None,
    keys: tuple[str, ...] = ("k0", "k0a", "k0b"),
) -> str:
    """The keys of the parcels that were there, with `?` where nobody knows how."""
    rows = database.query(
        "SELECT source_key || CASE WHEN state_known THEN '' ELSE '?' END FROM analyst.parcel_as_of(%s, coalesce(%s, now())) "
        "WHERE source_key = ANY (%s) ORDER BY source_key",
        day,
        known_at,
        list(keys),
    )
    return " ".join(key for (key,) in rows)


def split(plots: list[Plot], *, keeps: bool = False, day: date | None = None, **values: object) -> list[Plot]:
    """The first parcel in two, as of a day that the source says, or of none."""
    return [replace(half, valid_from=day, **values) for half in halves(plots[0], keeps=keeps)] + plots[1:]  # type: ignore[arg-type]


def event(database: Database) -> str:
    [(identifier,)] = database.query("SELECT event_id::text FROM land.lineage_event WHERE decides IS NULL")
    return str(identifier)


def confirm(
    database: Database, identifier: str, day: date | None = LAW, *, again: bool = False
) -> dict[str, object]:
    said = Decision("confirmed", "cli:one", "the file", PAPER, day, again)
    return decide(database.dsn, [identifier], said)


def refuse(database: Database, identifier: str, *, again: bool = False) -> None:
    decide(database.dsn, [identifier], Decision("refused", "cli:one", "wrong", again=again))


def whole(database: Database) -> list[tuple[object, ...]]:
    """Everything that is recorded, which no decision may touch."""
    return database.query(
        "SELECT md5(string_agg(v::text, '' ORDER BY v::text)) FROM land.parcel_version AS v"
    ) + database.query("SELECT md5(string_agg(p::text, '' ORDER BY p::text)) FROM land.parcel AS p")


DAYS = ("2026-02-28", "2026-03-05", "2026-06-01", "2026-11-20")


def test_children_without_a_day_are_unknown_from_the_legal_date_on_and_the_parent_is_gone(
    database: Database, full: Deliver
) -> None:
    plots = dated()
    full(plots, at(1), valid_from_means="state")
    full(split(plots), at(11, 15), valid_from_means="state", passed=(plots[0].commune,))
    before, recorded = datetime.now(UTC), whole(database)
    asked = [on(database, day) for day in DAYS]
    assert asked == ["k0? k0a? k0b?"] * 3 + ["k0a k0b"], "nobody said the day"
    told = confirm(database, event(database))
    assert told["meanwhile"] == []
    assert [on(database, day) for day in DAYS] == ["k0", "k0a? k0b?", "k0a? k0b?", "k0a k0b"]
    assert [on(database, day, before) for day in DAYS] == asked, "what was known before the decision"
    assert whole(database) == recorded
    assert reconcile(["01"], "test", dsn=database.dsn)["agrees"]


def test_children_with_a_day_of_their_own_are_there_from_it_on(database: Database, full: Deliver) -> None:
    plots = dated()
    full(plots, at(1), valid_from_means="state")
    full(split(plots, day=date(2026, 4, 1)), at(11, 15), valid_from_means="state")
    confirm(database, event(database))
    assert [on(database, day) for day in (*DAYS[:2], "2026-03-31", "2026-04-01")] == [
        "k0",
        "k0a? k0b?",
        "k0a? k0b?",
        "k0a k0b",
    ]


def test_a_day_before_the_legal_date_is_no_beginning(database: Database, full: Deliver) -> None:
    """The source dates the halves by the parcel that they were cut from."""
    plots = dated()
    full(plots, at(1), valid_from_means="state")
    full(split(plots, day=BORN), at(11, 15), valid_from_means="state")
    assert on(database, "2022-01-01") == "k0 k0a k0b", "parent and children on the same land"
    confirm(database, event(database))
    assert [on(database, day) for day in ("2022-01-01", "2026-03-04", "2026-03-05")] == [
        "k0",
        "k0",
        "k0a k0b",
    ]


def test_a_parent_that_keeps_its_key_keeps_its_land_up_to_the_day(database: Database, full: Deliver) -> None:
    plots = dated()
    full(plots, at(1), valid_from_means="state")
    full(split(plots, keeps=True), at(11, 15), valid_from_means="state")
    assert on(database, "2026-02-01") == "k0? k0b?"
    confirm(database, event(database))
    assert [on(database, day) for day in DAYS] == ["k0", "k0? k0b?", "k0? k0b?", "k0 k0b"]
    area = "SELECT area_m2 FROM analyst.parcel_as_of('2026-03-04') WHERE source_key = 'k0'"
    assert [float(m2) for (m2,) in database.query(area)] == [115.25], "the whole parcel"


def test_what_was_registered_on_the_parent_meanwhile_is_listed_and_holds_no_more(
    database: Database, full: Deliver
) -> None:
    """Bought in June from the owner of a parcel that the law had cut in two in March."""
    plots = dated()
    full(plots, at(1), valid_from_means="state")
    sold = [replace(plots[0], user="Người Mua", land_use="CLN", valid_from=date(2026, 6, 1)), *plots[1:]]
    full(sold, at(6, 10), valid_from_means="state")
    full(split(plots, day=LAW, user="Người Con"), at(11, 15), valid_from_means="state")
    before = datetime.now(UTC)
    identifier = event(database)
    assert event_case(database.dsn, identifier)["meanwhile"] == [], "nobody has said a day"
    told = confirm(database, identifier)
    case = event_case(database.dsn, identifier)
    assert told["meanwhile"] == case["meanwhile"]
    [run] = {str(row["run_id"]) for row in case["meanwhile"]}
    assert [(row["record"], row["valid_from"], row["items"]) for row in case["meanwhile"]] == [
        ("land_right", date(2026, 6, 1), 1),
        ("land_use", date(2026, 6, 1), 1),
        ("land_user", date(2026, 6, 1), 1),
        ("parcel", date(2026, 6, 1), 1),
    ]
    lines = event_lines(case)
    assert sum(run in line.en and run in line.vi for line in lines) >= 3
    assert not any("Người" in line.vi for line in lines[1:] if run in line.vi)
    assert [on(database, day) for day in DAYS] == ["k0", "k0a k0b", "k0a k0b", "k0a k0b"]
    assert [items(database, USER, day) for day in DAYS] == ["Cũ", "-", "-", "-"]
    assert items(database, USER, "2026-06-05", before) == "Người Mua", "what was answered in recorded time"
    assert [items(database, USER, day, key="k0a") for day in DAYS] == ["-"] + ["Người Con"] * 3


def test_a_change_of_users_alone_is_listed_without_its_names(database: Database, full: Deliver) -> None:
    plots = dated()
    full(plots, at(1), valid_from_means="state")
    full([replace(plots[0], user="Người Mua"), *plots[1:]], at(6, 10), valid_from_means="state")
    full([replace(plots[0], user=None), *plots[1:]], at(7, 10), valid_from_means="state")
    full(split(plots), at(11, 15), valid_from_means="state")
    confirm(database, event(database))
    rows = event_case(database.dsn, event(database))["meanwhile"]
    assert [row["record"] for row in rows] == ["land_right", "land_user"] * 2
    assert len({row["run_id"] for row in rows}) == 2
    assert set(rows[0]) == {
        "event_id",
        "parent_uid",
        "since_day",
        "record",
        "recorded_at",
        "valid_from",
        "items",
        "run_id",
    }


def test_who_may_read_the_event_may_read_what_was_registered_meanwhile(
    database: Database, full: Deliver
) -> None:
    plots = dated()
    full(plots, at(1), valid_from_means="state")
    full([replace(plots[0], user="Người Mua"), *plots[1:]], at(6, 10), valid_from_means="state")
    full(split(plots), at(11, 15), valid_from_means="state")
    confirm(database, event(database))
    with closing(psycopg2.connect(database.superuser_dsn)) as link, link.cursor() as cursor:
        for role, view, rows in (
            ("analyst", "analyst", 1),
            ("central_viewer", "analyst", 1),
            ("province_01", "province", 1),
            ("province_08", "province", 0),
        ):
            cursor.execute(f"SET ROLE {role}")
            cursor.execute(f"SELECT count(*) FROM {view}.lineage_meanwhile")
            assert cursor.fetchone() == (rows,), role
        with pytest.raises(psycopg2.errors.InsufficientPrivilege):
            cursor.execute("SELECT FROM analyst.lineage_meanwhile")


def test_a_refused_event_changes_nothing(database: Database, full: Deliver) -> None:
    plots = dated()
    full(plots, at(1), valid_from_means="state")
    full(split(plots), at(11, 15), valid_from_means="state")
    asked = [on(database, day) for day in DAYS]
    refuse(database, event(database))
    assert [on(database, day) for day in DAYS] == asked
    assert event_case(database.dsn, event(database))["meanwhile"] == []


def test_a_decision_that_is_decided_anew_holds_until_then_and_the_new_one_since(
    database: Database, full: Deliver
) -> None:
    plots = dated()
    full(plots, at(1), valid_from_means="state")
    full(split(plots), at(11, 15), valid_from_means="state")
    identifier = event(database)
    none = on(database, "2026-05-01")
    confirm(database, identifier)
    march = datetime.now(UTC)
    with pytest.raises(UsageError, match="LIN-DECIDED"):
        confirm(database, identifier, date(2026, 6, 1))
    with pytest.raises(UsageError):
        confirm(database, identifier, LAW, again=True)
    confirm(database, identifier, date(2026, 6, 1), again=True)
    june = datetime.now(UTC)
    refuse(database, identifier, again=True)
    refused = datetime.now(UTC)
    confirm(database, identifier, again=True)
    answers = [on(database, "2026-05-01", known_at) for known_at in (march, june, refused, None)]
    assert answers == ["k0a? k0b?", "k0", none, "k0a? k0b?"]


def test_a_legal_date_in_the_future_or_before_the_parcel_began_is_refused(
    database: Database, full: Deliver
) -> None:
    plots = dated()
    full(plots, at(1), valid_from_means="state")
    full(split(plots), at(11, 15), valid_from_means="state")
    identifier = event(database)
    for day, code in ((date(2100, 1, 1), "LIN-DATE"), (date(2019, 12, 31), "LIN-DATE-PARCEL")):
        with pytest.raises(UsageError) as caught:
            confirm(database, identifier, day)
        assert caught.value.code == code
    assert database.query("SELECT count(*) FROM land.legal_day") == [(0,)]
    confirm(database, identifier, BORN)
    assert on(database, "2020-01-01") == "k0a? k0b?"


def test_a_half_that_is_split_in_its_turn_is_gone_from_its_own_day_on(
    database: Database, full: Deliver
) -> None:
    plots = dated()
    full(plots, at(1), valid_from_means="state")
    once = split(plots, day=LAW)
    full(once, at(10, 15), valid_from_means="state")
    first = event(database)
    assert once[0].shape is not None
    west, south, east, north = once[0].shape.bounds
    middle = round((south + north) / 2, 9)
    quarters = [
        replace(once[0], key=f"q{i}", number=f"q{i}", valid_from=None, shape=shapely.MultiPolygon([shape]))
        for i, shape in enumerate(
            shapely.box(west, low, east, high, ccw=True) for low, high in ((south, middle), (middle, north))
        )
    ]
    full([*quarters, *once[1:]], at(11, 15), valid_from_means="state")
    [(second,)] = database.query(
        "SELECT event_id::text FROM land.lineage_event WHERE decides IS NULL AND event_id::text <> %s", first
    )
    confirm(database, first)
    with pytest.raises(UsageError) as caught:
        confirm(database, str(second), date(2026, 2, 1))
    assert caught.value.code == "LIN-DATE-PARCEL", "the half began in March"
    confirm(database, str(second), date(2026, 5, 1))
    keys = ("k0", "k0a", "k0b", "q0", "q1")
    assert [
        on(database, day, keys=keys) for day in ("2026-03-04", "2026-03-05", "2026-05-01", "2026-11-20")
    ] == [
        "k0",
        "k0a k0b",
        "k0b q0? q1?",
        "k0b q0 q1",
    ]


def test_a_merger_told_late_leaves_its_parents_up_to_the_day(database: Database, full: Deliver) -> None:
    whole_plot = Plot("k0", None, "1", x=0, valid_from=BORN)
    west, east = halves(whole_plot, keeps=False)
    rest = dated()[1:]
    full([west, east, *rest], at(1), valid_from_means="state")
    full(
        [replace(whole_plot, key="n", number="90", valid_from=None, shape=square(0)), *rest],
        at(11, 15),
        valid_from_means="state",
    )
    confirm(database, event(database))
    keys = ("k0a", "k0b", "n")
    assert [on(database, day, keys=keys) for day in DAYS] == ["k0a k0b", "n?", "n?", "n"]


def test_a_split_whose_days_were_delivered_late_lists_what_was_registered_before_anybody_decides(
    database: Database, full: Deliver, changes: Deliver
) -> None:
    """And a sale of the parent in May that comes later still is listed, too."""
    plots = [replace(plot, order=1) for plot in dated()]
    full(plots, at(1), valid_from_means="state")
    changes(
        [change(plots[0], 3, user="Người Mua", valid_from=date(2026, 6, 1))],
        at(6, 10),
        valid_from_means="state",
    )
    parts = [
        replace(half, action="insert", order=9, valid_from=LAW) for half in halves(plots[0], keeps=False)
    ]
    changes([change(plots[0], 9, "end", valid_to=LAW), *parts], at(11, 15), valid_from_means="state")
    assert [on(database, day) for day in DAYS] == ["k0", "k0a k0b", "k0a k0b", "k0a k0b"]
    rows = event_case(database.dsn, event(database))["meanwhile"]
    assert [(row["record"], row["since_day"], row["valid_from"]) for row in rows] == [
        ("land_right", LAW, date(2026, 6, 1)),
        ("land_user", LAW, date(2026, 6, 1)),
        ("parcel", LAW, date(2026, 6, 1)),
    ]
    late = change(plots[0], 2, user="Người Khác", valid_from=date(2026, 5, 1))
    changes([late], at(5, 10), valid_from_means="state")
    rows = event_case(database.dsn, event(database))["meanwhile"]
    assert {row["valid_from"] for row in rows} == {date(2026, 5, 1), date(2026, 6, 1)}
    confirm(database, event(database), date(2026, 5, 15))
    rows = event_case(database.dsn, event(database))["meanwhile"]
    assert {row["valid_from"] for row in rows} == {date(2026, 6, 1)}
    assert [on(database, day) for day in ("2026-05-14", "2026-05-15")] == ["k0", "k0a k0b"], (
        "a person's day counts"
    )


def test_two_events_of_one_parent_close_it_on_the_earlier_day(database: Database, full: Deliver) -> None:
    """The halves name the whole as their predecessor, and a third parcel does so months later: another event."""
    plots = dated()
    full(plots, at(1), valid_from_means="state")
    parts = split(plots)
    full(parts, at(10, 15), valid_from_means="state")
    first = event(database)
    full(
        [*parts, Plot("z", None, "99", x=50, valid_from=None, of_keys="k0")],
        at(11, 15),
        valid_from_means="state",
    )
    [(second,)] = database.query(
        "SELECT event_id::text FROM land.lineage_event WHERE decides IS NULL AND event_id::text <> %s", first
    )
    confirm(database, first, date(2026, 6, 1))
    assert on(database, "2026-04-01") == "k0"
    confirm(database, str(second))
    assert [on(database, day) for day in ("2026-03-04", "2026-03-05", "2026-05-31", "2026-06-01")] == [
        "k0",
        "",
        "",
        "k0a? k0b?",
    ]
    refuse(database, str(second), again=True)
    assert on(database, "2026-04-01") == "k0"


def test_a_parcel_that_still_lives_is_unknown_after_the_day_until_something_is_told_of_it(
    database: Database, full: Deliver
) -> None:
    """A row names it as predecessor, and the office goes on delivering it as it was."""
    plots = dated()
    full(plots, at(1), valid_from_means="state")
    child = Plot("n", None, "90", x=50, valid_from=None, of_keys="k0")
    full([*plots, child], at(11, 15), valid_from_means="state")
    confirm(database, event(database))
    assert [on(database, day) for day in DAYS] == ["k0", "k0?", "k0?", "k0?"]
    told = [replace(plots[0], land_use="CLN", valid_from=date(2026, 11, 18)), *plots[1:], child]
    full(told, at(11, 18), valid_from_means="state")
    assert [on(database, day) for day in DAYS] == ["k0", "k0?", "k0?", "k0"]
