"""Parcels as they were on a day, by what was known at a moment: versions made by hand, every case of both clocks."""

from pathlib import Path

import pytest

from tests.support.database import Database
from tests.support.judged import Plot, run_merge
from tests.support.surface import Surface, migrated, surface

__all__ = ["migrated", "surface"]
pytestmark = pytest.mark.db

NOW = "2026-09-01 12:00+07"


def numbers(surface: Surface, valid_at: str, known_at: str = NOW) -> list[str]:
    """The map sheets of the versions seen, with a ? where the state is not known: each version of these tests has its own."""
    with surface.acting_as("analyst"):
        rows = surface.run(
            "SELECT sheet_no || CASE WHEN state_known THEN '' ELSE '?' END "
            "FROM analyst.parcel_as_of(%s::date, %s::timestamptz) ORDER BY sheet_no",
            valid_at,
            known_at,
        )
    return [sheet for (sheet,) in rows]


def version(surface: Surface, sheet: str, recorded_from: str, recorded_to: str, **values: object) -> None:
    values = {"valid_from_means": "state", **values}
    recorded = {"recorded_from": recorded_from, "recorded_to": recorded_to}
    surface.add_parcel(1, "land.parcel_version", sheet_no=sheet, **recorded, **values)


def current(surface: Surface, sheet: str, recorded_from: str, **values: object) -> None:
    values = {"valid_from_means": "state", **values}
    surface.add_parcel(1, sheet_no=sheet, recorded_from=recorded_from, **values)


def test_before_it_was_recorded_nobody_knew_the_parcel(surface: Surface) -> None:
    current(surface, "A", "2026-03-01 09:00+07")
    assert numbers(surface, "2026-08-01", "2026-03-01 08:59+07") == []
    assert numbers(surface, "2026-08-01", "2026-03-01 09:00+07") == ["A"]


def test_before_it_began_the_parcel_was_not_there(surface: Surface) -> None:
    current(surface, "A", "2026-03-01 09:00+07", valid_from="2020-05-01")
    assert numbers(surface, "2020-04-30") == []
    assert numbers(surface, "2020-05-01") == ["A"]


def test_of_an_unknown_beginning_nobody_knows_whether_it_had_begun(surface: Surface) -> None:
    current(surface, "A", "2026-03-01 09:00+07")
    assert numbers(surface, "1900-01-01") == ["A?"]
    assert numbers(surface, "2026-02-28") == ["A?"]
    assert numbers(surface, "2026-03-01") == ["A"], "that day at the latest"


def test_what_the_source_was_known_to_have_before_it_came_here_had_begun_by_then(surface: Surface) -> None:
    current(surface, "A", "2026-03-01 09:00+07", observed_at="2026-01-15 23:00+07")
    assert numbers(surface, "2026-01-14") == ["A?"]
    assert numbers(surface, "2026-01-15") == ["A"]


@pytest.mark.parametrize("means", ["parcel", "unknown"])
def test_a_beginning_that_may_be_the_parcels_says_only_what_was_not_before_it(
    surface: Surface, means: str
) -> None:
    current(surface, "A", "2026-03-01 09:00+07", valid_from="2020-05-01", valid_from_means=means)
    assert numbers(surface, "2020-04-30") == []
    assert numbers(surface, "2020-05-01") == ["A?"]
    assert numbers(surface, "2026-03-01") == ["A"]


def test_a_change_under_the_parcels_own_date_leaves_the_days_before_it_unknown(surface: Surface) -> None:
    """The land use changes, the date of the parcel does not: today's value is no answer for 2015, nor is nothing."""
    dated = {"valid_from": "2010-01-01", "valid_from_means": "parcel"}
    version(surface, "A", "2026-01-01 00:00+07", "2026-03-01 00:00+07", **dated)
    current(surface, "B", "2026-03-01 00:00+07", **dated)
    assert numbers(surface, "2009-12-31") == []
    assert numbers(surface, "2015-01-01") == ["B?"]
    assert numbers(surface, "2026-02-01", "2026-02-01 00:00+07") == ["A"], "what was known then"
    assert numbers(surface, "2026-03-01") == ["B"]


def test_before_the_parcel_was_established_there_was_none(surface: Surface) -> None:
    current(surface, "A", "2026-03-01 09:00+07", established_on="2020-05-01")
    assert numbers(surface, "2020-04-30") == []
    assert numbers(surface, "2020-05-01") == ["A?"]


def test_an_unknown_state_shows_names_and_place_and_no_state(surface: Surface) -> None:
    current(surface, "A", "2026-03-01 09:00+07")
    asked = (
        "SELECT parcel_uid, parcel_no, commune_name, land_use, area_m2, area_legal_m2, address, surveyed_on, geom, geom_wgs84 "
        "FROM analyst.parcel_as_of('2020-01-01', %s)"
    )
    [row] = surface.run(asked, NOW)
    assert None not in row[:3]
    assert row[3:] == (None,) * 7


def test_a_dated_end_ends_the_parcel_on_its_day(surface: Surface) -> None:
    current(surface, "A", "2026-03-01 09:00+07", valid_from="2020-05-01", valid_to="2026-04-01")
    assert numbers(surface, "2026-03-31") == ["A"]
    assert numbers(surface, "2026-04-01") == []


def test_a_correction_replaces_what_was_believed_before(surface: Surface) -> None:
    version(surface, "A", "2026-01-01 00:00+07", "2026-03-01 00:00+07", valid_from="2020-05-01")
    current(surface, "B", "2026-03-01 00:00+07", valid_from="2020-05-01")
    assert numbers(surface, "2021-01-01") == ["B"]
    assert numbers(surface, "2021-01-01", "2026-02-01 00:00+07") == ["A"]


def test_a_change_leaves_the_time_before_it_to_the_older_version(surface: Surface) -> None:
    version(surface, "A", "2026-01-01 00:00+07", "2026-03-01 00:00+07", valid_from="2020-05-01")
    current(surface, "B", "2026-03-01 00:00+07", valid_from="2026-02-15")
    assert numbers(surface, "2026-02-14") == ["A"]
    assert numbers(surface, "2026-02-15") == ["B"]
    assert numbers(surface, "2026-02-15", "2026-02-28 00:00+07") == ["A"]
    assert numbers(surface, "2020-04-30") == []


def test_of_several_versions_each_has_its_days(surface: Surface) -> None:
    version(surface, "A", "2026-01-01 00:00+07", "2026-02-01 00:00+07", valid_from="2018-01-01")
    version(surface, "B", "2026-02-01 00:00+07", "2026-03-01 00:00+07", valid_from="2022-01-01")
    current(surface, "C", "2026-03-01 00:00+07", valid_from="2020-01-01")  # corrects B's beginning
    assert numbers(surface, "2019-06-01") == ["A"]
    assert numbers(surface, "2021-06-01") == ["C"]
    assert numbers(surface, "2021-06-01", "2026-02-10 00:00+07") == ["A"]
    assert numbers(surface, "2023-06-01", "2026-02-10 00:00+07") == ["B"]


def test_an_ended_parcel_was_there_until_its_end_became_known(surface: Surface) -> None:
    version(surface, "A", "2026-01-01 00:00+07", "2026-03-01 02:00+07", closed_because="ended")
    assert numbers(surface, "2026-01-01") == ["A"], "shown that day"
    assert numbers(surface, "2026-02-28") == ["A?"], "its end was not dated"
    assert numbers(surface, "2026-03-01") == []
    assert numbers(surface, "2026-08-01", "2026-02-28 00:00+07") == ["A"]


def test_an_ended_parcel_was_there_as_long_as_it_was_shown(surface: Surface) -> None:
    ended = {"closed_because": "ended", "observed_until": "2026-02-20 22:00+07"}
    version(surface, "A", "2026-01-01 00:00+07", "2026-03-01 02:00+07", **ended)
    assert numbers(surface, "2026-02-20") == ["A"]
    assert numbers(surface, "2026-02-21") == ["A?"]


def test_a_dated_end_that_was_told_later_counts_from_its_day_and_was_not_known_before(
    surface: Surface,
) -> None:
    ended = {"closed_because": "ended", "valid_to": "2026-02-01"}
    version(surface, "A", "2026-01-01 00:00+07", "2026-03-01 02:00+07", **ended)
    assert numbers(surface, "2026-01-31") == ["A"]
    assert numbers(surface, "2026-02-01") == []
    assert numbers(surface, "2026-02-01", "2026-03-01 01:59+07") == ["A"]


def late(
    surface: Surface, sheet: str, told: str, beside: str, side: int, row: int = 1, **values: object
) -> None:
    place = {"stands_at": beside, "stands_side": side, "late_row": row}
    version(surface, sheet, told, told, **{"closed_because": "late", **place, **values})


def test_a_late_version_takes_its_place_before_the_one_that_lived(surface: Surface) -> None:
    current(surface, "C", "2026-01-01 00:00+07", valid_from="2025-06-01")
    late(
        surface,
        "A",
        "2026-03-01 00:00+07",
        "2026-01-01 00:00+07",
        -1,
        valid_from="2019-01-01",
        source_order=1,
    )
    late(
        surface,
        "B",
        "2026-03-01 00:00+07",
        "2026-01-01 00:00+07",
        -1,
        2,
        valid_from="2022-01-01",
        source_order=2,
    )
    for day, seen in (
        ("2018-12-31", []),
        ("2021-12-31", ["A"]),
        ("2025-05-31", ["B"]),
        ("2025-06-01", ["C"]),
    ):
        assert numbers(surface, day) == seen
        assert numbers(surface, day, "2026-02-28 00:00+07") == (["C"] if day == "2025-06-01" else [])
    assert surface.run("SELECT count(DISTINCT version_key) FROM analyst.parcel_history") == [(3,)]


def test_an_ended_parcel_that_comes_back_is_there_again(surface: Surface) -> None:
    version(
        surface,
        "A",
        "2026-01-01 00:00+07",
        "2026-03-01 02:00+07",
        closed_because="ended",
        valid_from="2020-01-01",
    )
    current(surface, "B", "2026-05-01 02:00+07", valid_from="2026-04-15")
    assert numbers(surface, "2025-12-31") == ["A"]
    assert numbers(surface, "2026-02-01") == ["A?"], "its end was not dated"
    assert numbers(surface, "2026-04-01") == []
    assert numbers(surface, "2026-04-15") == ["B"]
    assert numbers(surface, "2026-04-15", "2026-04-20 00:00+07") == []


def test_no_parcel_is_ever_seen_twice(surface: Surface) -> None:
    version(surface, "A", "2026-01-01 00:00+07", "2026-02-01 00:00+07", valid_from="2018-01-01")
    version(surface, "B", "2026-02-01 00:00+07", "2026-03-01 00:00+07")
    current(surface, "C", "2026-03-01 00:00+07", valid_from="2020-01-01")
    twice = surface.run(
        "SELECT v.valid_at, k.known_at FROM generate_series(date '2017-01-01', date '2026-12-01', '3 months') AS v (valid_at) "
        "CROSS JOIN generate_series(timestamptz '2025-12-15', timestamptz '2026-04-15', '1 month') AS k (known_at) "
        "CROSS JOIN LATERAL (SELECT count(*) AS seen FROM analyst.parcel_as_of(v.valid_at::date, k.known_at)) AS t WHERE t.seen > 1"
    )
    assert twice == []


def test_without_arguments_it_is_the_parcels_of_today(surface: Surface) -> None:
    current(surface, "A", "2026-03-01 09:00+07")
    surface.run("UPDATE land.parcel SET recorded_from = now() - interval '1 hour'")
    with surface.acting_as("analyst"):
        assert surface.run("SELECT sheet_no, commune_name FROM analyst.parcel_as_of()") == [
            ("A", "Phường Ba Đình")
        ]


def test_what_the_merge_changed_and_ended_is_still_there_as_it_was(
    database: Database, tmp_path: Path
) -> None:
    village = [Plot(f"k{number}", number=str(number), x=number) for number in range(10)]
    run_merge(database.dsn, tmp_path, village)
    rebuilt = [Plot("k0", number="0", x=0, land_use="CLN"), *village[1:9]]  # the tenth is gone
    run_merge(database.dsn, tmp_path, rebuilt)
    seen = (
        "SELECT count(*), count(*) FILTER (WHERE land_use = 'CLN'), count(*) FILTER (WHERE state_known) FROM analyst.parcel_as_of({day}, "
        "(SELECT min(recorded_from) + {later} FROM analyst.parcel_history))"
    )
    with database.connect("analyst") as link, link.cursor() as cursor:
        for day, later, expected in (
            ("current_date", "interval '0'", (10, 0, 10)),
            ("current_date", "interval '1 day'", (9, 1, 9)),
            (
                "current_date - 1",
                "interval '1 day'",
                (10, 0, 0),
            ),  # no beginning is dated: of the day before we were told nothing is known
            ("current_date", "interval '-1 second'", (0, 0, 0)),
        ):
            cursor.execute("SET timezone = 'Asia/Ho_Chi_Minh'")
            cursor.execute(seen.format(day=day, later=later))
            assert cursor.fetchone() == expected, (day, later)
        # Today is Vietnam's, whatever the session's clock says.
        for zone in ("UTC", "Etc/GMT+12", "Pacific/Kiritimati"):
            cursor.execute(f"SET timezone = '{zone}'")
            cursor.execute("SELECT count(*) FILTER (WHERE state_known) FROM analyst.parcel_as_of()")
            assert cursor.fetchone() == (9,), zone


def test_every_version_has_a_key_of_its_own_that_no_session_writes_otherwise(surface: Surface) -> None:
    current(surface, "C", "2026-05-01 09:00:00.000002+07")
    version(surface, "A", "2026-03-01 09:00+07", "2026-05-01 09:00:00.000001+07", closed_because="changed")
    version(
        surface,
        "B",
        "2026-05-01 09:00:00.000001+07",
        "2026-05-01 09:00:00.000002+07",
        closed_because="changed",
    )
    asked = "SELECT sheet_no, version_key FROM analyst.parcel_history ORDER BY sheet_no"
    keys = dict(surface.run(asked))
    assert len(keys) == len(set(keys.values())) == 3
    surface.run("SET timezone = 'America/New_York'")
    surface.run("SET datestyle = 'German'")
    assert dict(surface.run(asked)) == keys
    with surface.acting_as("analyst"):
        assert surface.run("SELECT version_key FROM analyst.parcel_as_of('2026-08-01')") == [(keys["C"],)]
