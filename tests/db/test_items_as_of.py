"""Land uses, land users and certificates as of a day, over both clocks, for those who may see them. On a real database."""

from contextlib import closing
from dataclasses import replace
from datetime import UTC, date, datetime

import psycopg2
import pytest

from tests.support.changesets import Deliver, change, changes, day, full, village
from tests.support.database import Database
from tests.support.judged import Plot
from tests.support.surface import SQUARE, Surface, migrated, surface, uid

__all__ = ["changes", "full", "migrated", "surface"]
pytestmark = pytest.mark.db

FUNCTIONS = {
    "analyst.land_use_as_of": "land_use_code",
    "land_private.land_user_as_of": "land_user_name",
    "land_private.certificate_as_of": "certificate_no",
}


def asked(
    database: Database, of: str, valid_at: date | str, known_at: datetime | None = None, key: str = "k0"
) -> str:
    """The values of an object on a day; `?` where they are not known, `-` where there are none."""
    statement = (
        f"SELECT CASE WHEN f.state_known THEN f.{FUNCTIONS[of]} ELSE '?' END FROM {of}(%s, coalesce(%s, now())) AS f "
        "JOIN land.parcel_alias AS a ON a.parcel_uid = f.parcel_uid AND a.alias_kind = 'source_key' AND a.recorded_to IS NULL "
        "WHERE a.alias_value LIKE %s ORDER BY f.item_no"
    )
    with closing(psycopg2.connect(database.superuser_dsn)) as link, link.cursor() as cursor:
        cursor.execute("SET ROLE central_operator")
        cursor.execute(statement, (valid_at, known_at, f"%|{key}"))
        rows = cursor.fetchall()
    return ",".join(value for (value,) in rows) or "-"


def user(database: Database, valid_at: date | str, known_at: datetime | None = None) -> str:
    return asked(database, "land_private.land_user_as_of", valid_at, known_at)


def use(database: Database, valid_at: date | str, known_at: datetime | None = None) -> str:
    return asked(database, "analyst.land_use_as_of", valid_at, known_at)


def dated(count: int = 5) -> list[Plot]:
    return [replace(plot, valid_from=date(2020, 1, 1)) for plot in village(count)]


def test_a_dated_change_of_hands_has_its_day(database: Database, full: Deliver, changes: Deliver) -> None:
    first, *rest = dated()
    full([first, *rest], 1, valid_from_means="state")
    before = datetime.now(UTC)
    changes([change(first, 2, user="Người Khác", valid_from=date(2024, 1, 1))], 2, valid_from_means="state")
    assert [user(database, each) for each in ("2019-01-01", "2023-12-31", "2024-01-01")] == [
        "-",
        "Người Thử",
        "Người Khác",
    ]
    assert user(database, "2024-01-01", before) == "Người Thử"
    assert [use(database, each) for each in ("2019-01-01", "2023-12-31", "2024-01-01")] == ["-", "ONT", "ONT"]


def test_a_change_of_hands_without_a_day_makes_the_user_of_before_unknown_and_nothing_else(
    database: Database, full: Deliver, changes: Deliver
) -> None:
    first, *rest = village()
    full([first, *rest], 1)
    changes([change(first, 2, user="Người Khác")], 5)
    assert database.query("SELECT count(*) FROM land.parcel_version") == [(0,)], "the parcel is as it was"
    assert [user(database, day(n).date()) for n in (0, 1, 4, 5)] == ["?", "?", "?", "Người Khác"]
    assert [use(database, day(n).date()) for n in (0, 1, 4, 5)] == ["?", "ONT", "ONT", "ONT"]


def test_a_new_survey_without_a_day_leaves_the_user_known(
    database: Database, full: Deliver, changes: Deliver
) -> None:
    first, *rest = village()
    full([first, *rest], 1)
    changes([change(first, 2, land_use="CLN")], 5)
    assert [use(database, day(n).date()) for n in (1, 4, 5)] == ["?", "?", "CLN"]
    assert [user(database, day(n).date()) for n in (0, 1, 4, 5)] == [
        "?",
        "Người Thử",
        "Người Thử",
        "Người Thử",
    ]


def test_a_user_that_is_emptied_was_there_before(database: Database, full: Deliver, changes: Deliver) -> None:
    first, *rest = dated()
    full([first, *rest], 1, valid_from_means="state")
    changes([change(first, 2, user=None, valid_from=date(2024, 1, 1))], 2, valid_from_means="state")
    assert [user(database, each) for each in ("2023-12-31", "2024-01-01")] == ["Người Thử", "-"]
    changes([change(first, 3, "end", valid_to=date(2025, 1, 1))], 3, valid_from_means="state")
    assert [use(database, each) for each in ("2024-12-31", "2025-01-01")] == ["ONT", "-"]
    assert user(database, "2023-12-31") == "Người Thử"


def test_users_that_came_late_take_their_place(database: Database, full: Deliver, changes: Deliver) -> None:
    first, *rest = dated()
    full([first, *rest], 1, valid_from_means="state")
    rows = [
        change(first, order, user=name, land_use=land_use, valid_from=date(2020 + order, 1, 1))
        for order, name, land_use in ((2, "B", "LUC"), (3, "C", "CLN"), (4, "D", "CLN"))
    ]
    changes(rows[2:], 4, valid_from_means="state")
    before = datetime.now(UTC)
    assert changes(rows[:2], 3, valid_from_means="state").notes == {"placed": 2}
    days = ("2020-06-01", "2022-06-01", "2023-06-01", "2024-06-01")
    assert [user(database, each) for each in days] == ["Người Thử", "B", "C", "D"]
    assert [use(database, each) for each in days] == ["ONT", "LUC", "CLN", "CLN"]
    assert [user(database, each, before) for each in days] == ["Người Thử"] * 3 + ["D"]


def test_a_late_user_between_two_tellings_of_another_held_only_between(
    database: Database, full: Deliver, changes: Deliver
) -> None:
    first, *rest = village()
    full([first, *rest], 1)
    changes([change(first, 4, user="D")], 8)
    changes([change(first, 6, user="D", land_use="CLN")], 10)
    assert changes([change(first, 3, user="C")], 5).notes == {"placed": 1}
    assert [user(database, day(n).date()) for n in (4, 6, 8, 9, 10)] == ["?", "?", "D", "D", "D"]
    assert changes([change(first, 5, user="E")], 9).notes == {"placed": 1}
    assert [user(database, day(n).date()) for n in (6, 8, 9, 10)] == ["?", "?", "?", "D"]


def people(surface: Surface) -> None:
    for province, commune in (("01", "00004"), ("08", "00691")):
        surface.add_parcel(
            int(province), province_code=province, commune_code=commune, geom=f"SRID=4756;{SQUARE}"
        )
        for table, column, ref in (
            ("land_user", "land_user_name", "user"),
            ("certificate", "certificate_no", "certificate"),
        ):
            surface.add(
                f"land_private.{table}",
                province_code=province,
                parcel_uid=uid(int(province)),
                item_no=1,
                **{column: f"{table} {province}", f"{ref}_ref": uid(1), f"{ref}_bound": True},
                content_hash=b"\x00" * 32,
                hash_version=2,
                recorded_from="2026-01-01 08:00+07",
                run_id="run",
            )


@pytest.mark.parametrize("table", ["land_user", "certificate"])
def test_a_province_asks_of_its_own_people_the_operator_of_all_and_nobody_else(
    surface: Surface, table: str
) -> None:
    people(surface)
    function = f"land_private.{table}_as_of"
    column = FUNCTIONS[function]
    query = f"SELECT {column} FROM {function}('2026-06-01', '2026-06-01 00:00+07') ORDER BY 1"
    for role, seen in (
        ("province_01", ["01"]),
        ("province_08", ["08"]),
        ("province_04", []),
        ("central_operator", ["01", "08"]),
    ):
        with surface.acting_as(role):
            assert surface.run(query) == [(f"{table} {code}",) for code in seen], role
            assert surface.one("SELECT count(*) FROM land_private.parcel_state") == len(seen), role
    for role in ("analyst", "central_viewer"):
        assert surface.denied(role, query)
        assert surface.denied(role, "SELECT FROM land_private.parcel_state")


def test_an_analyst_asks_of_land_uses(surface: Surface) -> None:
    surface.add_parcel(1)
    surface.add(
        "land.land_use_part",
        province_code="01",
        parcel_uid=uid(1),
        item_no=1,
        land_use_code="ONT",
        content_hash=b"\x00" * 32,
        hash_version=2,
        recorded_from="2026-01-01 08:00+07",
        run_id="run",
    )
    query = "SELECT land_use_code, state_known FROM analyst.land_use_as_of(%s::date, '2026-06-01 00:00+07')"
    for role in ("analyst", "central_viewer", "central_operator"):
        with surface.acting_as(role):
            assert surface.run(query, "2026-03-01") == [("ONT", True)]
            assert surface.run(query, "2025-03-01") == [(None, False)]
