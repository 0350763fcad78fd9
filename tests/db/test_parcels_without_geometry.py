"""A parcel without geometry lives without land, with its users; its first geometry is an ordinary change, and is never emptied."""

from dataclasses import replace
from datetime import UTC, datetime

import pytest

from sync.care.reconcile import reconcile
from tests.support.database import Database
from tests.support.judged import COMMUNES, Plot
from tests.support.village import ID, deliver, village

__all__ = ["deliver"]

pytestmark = pytest.mark.db
KEY, NAME, NUMBER = Plot("k9", x=9), Plot(None, ID.format(9), x=9), Plot(None, None, "10", x=9)


def bare(plot: Plot, code: str = "GEO-NULL") -> Plot:
    """The same, delivered without geometry."""
    return replace(plot, refused=(code,), bare=True)


def live(database: Database) -> list[tuple[object, ...]]:
    """Of the parcel without neighbours: its uid, whether it has land and area."""
    return database.query(
        "SELECT parcel_uid, geom IS NOT NULL, area_m2 IS NOT NULL FROM land.parcel "
        "WHERE coalesce(source_key, 'k9') = 'k9' AND coalesce(parcel_no, '10') = '10'"
    )


def agrees(database: Database) -> bool:
    return bool(reconcile(["01"], "test", dsn=database.dsn)["agrees"])


@pytest.mark.parametrize("plot", [KEY, NAME, NUMBER], ids=["key", "id", "number"])
@pytest.mark.parametrize("code", ["GEO-NULL", "GEO-EMPTY"])
def test_it_lives_gets_its_first_geometry_and_keeps_it(database, deliver, plot, code) -> None:
    deliver(village(3))
    merged = deliver([*village(3), bare(plot, code)])
    (first,) = merged.lines
    assert (first["new"], first["quarantined"], first["area_in_m2"]) == (1, 0, first["area_before_m2"])
    assert (merged.notes["without_geometry"], merged.quarantined) == (1, [])
    ((uid, *land),) = live(database)
    assert land == [False, False]
    assert database.query("SELECT land_user_name FROM land_private.land_user WHERE parcel_uid = %s", uid) == [
        ("Người Thử",)
    ]
    assert agrees(database)

    merged = deliver([*village(3), bare(plot, code)])
    assert (merged.lines[0]["unchanged"], merged.notes["without_geometry"]) == (4, 1)

    merged = deliver([*village(3), plot])
    assert (merged.lines[0]["changed"], merged.notes, merged.braked) == (1, {"first_geometry": 1}, {})
    assert merged.columns == []
    assert live(database) == [(uid, True, True)]
    assert database.query("SELECT count(*) FROM land.lineage_event") == [(0,)]
    assert agrees(database)

    merged = deliver([*village(3), replace(bare(plot, code), user="Người Khác")])
    assert (merged.lines[0]["quarantined"], merged.lines[0]["ended"], merged.notes) == (1, 0, {})
    assert live(database) == [(uid, True, True)]
    assert database.query("SELECT stale_since IS NOT NULL FROM land.parcel WHERE parcel_uid = %s", uid) == [
        (True,)
    ]
    assert database.query("SELECT land_user_name FROM land_private.land_user WHERE parcel_uid = %s", uid) == [
        ("Người Thử",)
    ]
    assert agrees(database)


def test_as_of_a_day_it_had_its_users_and_no_land(database, deliver) -> None:
    deliver([bare(KEY)])
    deliver([replace(KEY, user="Người Khác")])
    versions = database.query(
        "SELECT h.geom IS NOT NULL, h.area_m2 IS NOT NULL, h.geom_wgs84 IS NULL, h.closed_because FROM analyst.parcel_history AS h "
        "ORDER BY h.recorded_from"
    )
    assert versions == [(False, False, True, "changed"), (True, True, False, None)]
    (then,) = database.query(
        "SELECT p.recorded_to - (p.recorded_to - p.recorded_from) / 2 FROM land.parcel_version AS p"
    )
    assert database.query(
        "SELECT geom IS NULL, area_m2 IS NULL FROM analyst.parcel_as_of(known_at => %s)", then
    ) == [(True, True)]
    closed = "SELECT land_user_name FROM land_private.land_user_version"
    assert database.query(closed) == [("Người Thử",)]


def test_views_tiles_and_sums_bear_it(database, deliver) -> None:
    deliver([*village(2), bare(KEY)])
    assert database.query("SELECT count(*), count(geom), count(geom_wgs84) FROM analyst.parcel") == [
        (3, 2, 2)
    ]
    (quality,) = database.query(
        "SELECT parcels, without_geometry, area_m2::float FROM analyst.commune_quality WHERE commune_code = %s",
        (COMMUNES[0],),
    )
    assert quality == (3, 1, 2 * 115.25)
    assert database.query("SELECT length(analyst.parcel_tile(0, 0, 0)) >= 0") == [(True,)]
    assert database.query("SELECT sum(area_m2)::float FROM analyst.land_use") == [(2 * 115.25,)]


def test_a_commune_may_get_its_first_map_in_one_night(database, deliver) -> None:
    many = village(400)
    deliver([many[0], *(bare(each) for each in many[1:])])
    uids = database.query("SELECT source_key, parcel_uid FROM land.parcel ORDER BY 1")
    merged = deliver(many)
    assert (merged.braked, merged.contradicted, merged.notes) == ({}, {}, {"first_geometry": 399})
    assert database.query("SELECT source_key, parcel_uid FROM land.parcel ORDER BY 1") == uids
    assert database.query("SELECT count(*) FROM land.lineage_event") == [(0,)]
    assert agrees(database)


def test_all_of_a_commune_may_lack_geometry_and_end_again(database, deliver) -> None:
    deliver([bare(each) for each in village(4)])
    assert agrees(database)
    merged = deliver([bare(each) for each in village(4)[:3]])
    assert (merged.lines[0]["ended"], merged.braked) == (1, {})
    deliver([bare(each) for each in village(4)])
    assert database.query("SELECT count(*), count(DISTINCT source_key) FROM land.parcel") == [(4, 4)]
    assert agrees(database)


def test_its_first_geometry_takes_nothing_of_its_neighbours_history(database, deliver) -> None:
    deliver([*village(3), bare(KEY)])
    merged = deliver([*village(3)[1:], replace(KEY, x=0)])  # where the first one ended
    assert merged.notes == {"first_geometry": 1}
    assert database.query("SELECT count(*) FROM land.lineage_edge") == [(0,)]


@pytest.mark.parametrize(
    "row",
    [
        Plot("new", ID.format(0)),
        Plot("new", None, "1"),
        Plot(None, ID.format(0), "77"),
        Plot(None, None, "1"),
    ],
    ids=["another key, the id", "another key, the number", "the id", "the number"],
)
def test_what_might_be_a_parcel_with_geometry_is_refused(database, deliver, row) -> None:
    deliver(village(300))
    deliver([bare(row), *village(300)[1:]])
    named = database.query(
        "SELECT source_key, geom IS NOT NULL FROM land.parcel WHERE source_key IN ('k0', 'new')"
    )
    another_key = row.key is not None
    assert named == (
        [] if another_key else [("k0", True)]
    )  # as today: the source says that it is another object
    assert database.query("SELECT count(*) FROM land.parcel WHERE geom IS NULL") == [(0,)]
    assert database.query("SELECT codes FROM ledger.quarantine") == [(["GEO-NULL"],)]
    assert agrees(database)


def test_what_fits_several_parcels_with_geometry_is_refused_and_ends_none(database, deliver) -> None:
    sets = [replace(Plot(f"s{i}", None, "1", x=20 + i), map_set=str(i), sheet="7") for i in range(2)]
    deliver([*village(300), *sets])
    assert database.query("SELECT count(*) FROM land.parcel WHERE sheet_no = '7'") == [(2,)]
    deliver([*village(300), bare(Plot(None, None, "1", sheet="7"))])
    assert database.query("SELECT count(geom), count(*) FROM land.parcel WHERE sheet_no = '7'") == [(2, 2)]


def test_two_of_a_commune_are_two_parcels_and_may_exchange_nothing(database, deliver) -> None:
    two = [bare(Plot("a", None, "1")), bare(Plot("b", None, "2"))]
    deliver(two)
    uids = database.query("SELECT source_key, parcel_uid FROM land.parcel ORDER BY 1")
    merged = deliver([replace(two[0], number="2"), replace(two[1], number="1")])
    assert (merged.quarantined, merged.lines[0]["changed"]) == ([], 2)
    assert database.query("SELECT source_key, parcel_uid FROM land.parcel ORDER BY 1") == uids
    assert agrees(database)


@pytest.mark.parametrize("code", ["GEO-TYPE", "GEO-INVALID", "GEO-ZERO-AREA", "GEO-COMPLEX"])
def test_damaged_land_is_refused_as_before(database, deliver, code) -> None:
    merged = deliver([*village(2), bare(KEY, code)])
    assert (merged.lines[0]["quarantined"], live(database)) == (1, [])


def test_what_is_refused_for_something_else_besides_does_not_live(database, deliver) -> None:
    twice = replace(bare(KEY), refused=("GEO-NULL", "IDN-DUP-SOURCE"))
    merged = deliver([*village(2), twice, twice])
    assert (merged.lines[0]["quarantined"], live(database)) == (2, [])


def test_an_id_that_another_parcel_keeps_is_refused_once(database, deliver) -> None:
    deliver([*village(2), bare(KEY)])
    merged = deliver([*village(2), bare(replace(KEY, national_id=ID.format(0)))])
    assert [row["merge_code"] for row in merged.quarantined] == ["IDN-CLAIMED"]
    assert live(database)[0][1:] == (False, False)
    assert agrees(database)


def test_it_lives_once_its_commune_is_approved(database, deliver) -> None:
    deliver(village(2))
    rows = [*village(2), bare(KEY)]
    merged = deliver(rows, held=[COMMUNES[0]])
    assert (merged.lines[0]["held"], live(database)) == (3, [])
    merged = deliver(rows, approved=[COMMUNES[0]])
    assert (merged.lines[0]["new"], merged.notes) == (1, {"without_geometry": 1})
    assert agrees(database)


def test_a_held_commune_is_asked_nothing_of_what_would_be_refused(database, deliver) -> None:
    deliver(village(3))
    merged = deliver([bare(village(3)[0]), *village(3)[1:]], held=[COMMUNES[0]])
    assert (merged.lines[0]["held"], merged.lines[0]["quarantined"]) == (2, 1)


def test_its_refused_share_is_what_it_was(database, deliver) -> None:
    """The commune's verdict counts such rows as refused; so does the brake on a jump of refused rows."""
    many = village(200)
    deliver(many)
    with database.connect() as link, link.cursor() as cursor:
        cursor.execute(
            "INSERT INTO land.dataset (commune_code, commune_valid_from, province_code, run_id, delivery_sha256, accepted_at, complete, "
            "rows_read, quarantined, unreadable, usability_group, provisional, reasons, measures, policy) "
            "SELECT p.commune_code, p.commune_valid_from, '01', p.run_id, '0', now(), true, 200, 0, 0, 1, false, '[]', '{}', 'p' "
            "FROM land.parcel AS p LIMIT 1"
        )
        link.commit()
    extra = [bare(Plot(f"n{i}", None, str(1000 + i))) for i in range(60)]
    assert [found.code for found in deliver([*many, *extra]).braked[COMMUNES[0]]][-1:] == ["REFUSED"]


def at(hour: int) -> datetime:
    return datetime(2026, 11, 20, hour, tzinfo=UTC)


def change(deliver, hour: int, *rows: Plot):  # type: ignore[no-untyped-def]
    return deliver(rows, kind="changes", order_kind="number", at=at(hour))


def test_in_change_sets(database, deliver) -> None:
    deliver(village(2), at=at(1))
    new = replace(KEY, action="insert", order=1)
    assert change(deliver, 2, bare(new)).notes == {"without_geometry": 1}
    ((uid, *_),) = live(database)
    assert change(deliver, 3, replace(new, action="update", order=2)).notes == {"first_geometry": 1}
    merged = change(deliver, 4, replace(bare(new), action="update", order=3))
    assert (merged.lines[0]["quarantined"], live(database)) == (1, [(uid, True, True)])
    assert change(deliver, 5, replace(new, action="update", order=4, land_use="CLN")).lines[0]["changed"] == 1
    assert agrees(database)


def test_a_newer_version_without_geometry_sets_none_with_it_aside(database, deliver) -> None:
    deliver(village(2), at=at(1))
    new = replace(KEY, action="insert", order=1)
    change(deliver, 2, new, replace(bare(new), action="update", order=2))
    assert live(database)[0][1:] == (True, True)


def test_an_earlier_version_without_geometry_is_history_and_refuses_nothing(database, deliver) -> None:
    deliver(village(2), at=at(1))
    new = replace(KEY, action="insert", order=1)
    merged = change(deliver, 2, bare(new), replace(new, action="update", order=2))
    assert (merged.lines[0]["quarantined"], merged.notes["placed"]) == (0, 1)
    history = "SELECT source_order, geom IS NOT NULL FROM land.parcel_version UNION ALL SELECT source_order, geom IS NOT NULL FROM land.parcel"
    assert database.query(f"{history} WHERE source_key = 'k9' ORDER BY 1") == [(1, False), (2, True)]
    merged = change(deliver, 3, bare(new))  # again
    assert (merged.lines[0]["quarantined"], live(database)[0][1:]) == (0, (True, True))
    assert agrees(database)


def test_a_late_version_without_geometry_takes_its_place_in_history(database, deliver) -> None:
    deliver(village(2), at=at(1))
    change(deliver, 2, replace(bare(KEY), action="insert", order=5))
    merged = change(deliver, 3, replace(bare(KEY), action="insert", order=3, land_use="CLN"))
    assert merged.notes.get("placed") == 1
    assert agrees(database)


def test_it_ends_and_comes_back_by_its_key(database, deliver) -> None:
    deliver([*village(9), bare(KEY)])
    ((uid, *_),) = live(database)
    assert deliver(village(9)).lines[0]["ended"] == 1
    deliver([*village(9), KEY])
    assert live(database) == [(uid, True, True)]
    assert agrees(database)


def test_the_contradicted_are_a_share_of_those_with_land(database, deliver) -> None:
    """Four of ten whose land can be asked, not four of five hundred: the commune is held."""
    mapped, others = village(10), [bare(Plot(f"n{i}", None, str(1000 + i))) for i in range(490)]
    deliver([*mapped, *others])
    moved = [replace(each, x=each.x + 500 * (i < 4)) for i, each in enumerate(mapped)]
    merged = deliver([*moved, *others])
    assert not merged.contradicted[COMMUNES[0]].few
    assert merged.lines[0]["commune_held"]


def test_the_land_of_a_few_does_not_say_where_a_commune_lies(database, deliver) -> None:
    rows = [Plot(f"k{i}", None, str(i + 1), x=i * 30) for i in range(60)]
    deliver([*rows[:10], *(bare(each) for each in rows[10:])])
    assert deliver(rows).braked == {}


def test_a_row_without_geometry_that_is_no_ones_ends_no_one(database, deliver) -> None:
    deliver(village(12))
    merged = deliver([*village(12)[:11], bare(Plot("new", None, "99"))])
    assert (merged.lines[0]["new"], merged.lines[0]["ended"]) == (1, 1)


def test_it_may_name_its_predecessors_and_be_one(database, deliver) -> None:
    deliver([*village(12), bare(Plot("old", None, "50"))])
    heirs = [bare(Plot("heir", None, "51", of_keys="k11")), Plot("child", None, "52", x=30, of_keys="old")]
    merged = deliver([*village(12)[:11], *heirs])
    assert (merged.notes["lineage_declared"], merged.notes["lineage_without_land"]) == (2, 2)
    assert database.query(
        "SELECT DISTINCT share_of_parent, share_of_child, area_m2 FROM land.lineage_edge"
    ) == [(0, 0, 0)]
    assert agrees(database)
