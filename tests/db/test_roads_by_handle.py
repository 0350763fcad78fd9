"""Roads and water are known by their handles alone: drawn in another place they are the same, and nobody is asked."""

from dataclasses import replace

import pytest
import shapely
import shapely.affinity

from sync.care.reconcile import reconcile
from sync.load.receipt import totals
from tests.support.database import Database
from tests.support.judged import COMMUNES, Plot, square
from tests.support.lineage import names_on_other_land
from tests.support.village import deliver, village

__all__ = ["deliver"]

pytestmark = pytest.mark.db
HERE = COMMUNES[0]
ROADS = 9
CROSSING = ("DGT", "DTL", "SON", "DGT+DTL")


def with_roads(count: int) -> list[Plot]:
    """A village of which the first parcels are roads, canals and rivers."""
    plots = village(count)
    return [
        replace(plot, land_use=CROSSING[i % len(CROSSING)]) if i < ROADS else plot
        for i, plot in enumerate(plots)
    ]


def redrawn(plots: list[Plot], rows: range = range(ROADS)) -> list[Plot]:
    """These rows in gaps between the others, each at another distance from where it was."""
    return [
        replace(plot, shape=shapely.affinity.translate(square(20 + 5 * i), 0.0001)) if i in rows else plot
        for i, plot in enumerate(plots)
    ]


def uids(database: Database) -> dict[str, str]:
    return dict(database.query("SELECT source_key, parcel_uid::text FROM land.parcel"))


def test_all_roads_of_a_commune_are_drawn_elsewhere_and_go_on(database, deliver) -> None:
    plots = with_roads(100)
    deliver(plots)
    before = uids(database)
    merged = deliver(redrawn(plots))
    assert (merged.contradicted, merged.braked) == ({}, {})
    line = totals(merged.lines)
    assert (line["changed"], line["held"], line["new"], line["ended"]) == (ROADS, 0, 0, 0)
    assert uids(database) == before
    assert reconcile(["01"], "test", dsn=database.dsn)["agrees"]


def test_why_a_road_names_other_land_is_an_event_of_its_own(database, deliver) -> None:
    plots = with_roads(100)
    deliver(plots)
    deliver(redrawn(plots))
    said = database.query(
        "SELECT e.kind, e.state, e.evidence ->> 'from', e.evidence ->> 'parcels', "
        "(SELECT count(*) FROM land.lineage_edge AS l WHERE l.event_id = e.event_id AND l.parent_uid = l.child_uid) "
        "FROM land.lineage_event AS e WHERE e.state = 'confirmed'"
    )
    assert said == [("resurvey", "confirmed", "land use", str(ROADS), ROADS)]


def test_why_a_road_that_had_ended_comes_back_elsewhere_is_said_too(database, deliver) -> None:
    plots = with_roads(100)
    deliver(plots)
    before = uids(database)
    deliver(plots[3:], passed=[HERE])
    deliver(redrawn(plots, range(4)))
    assert uids(database) == before
    assert names_on_other_land(database.query) == []
    said = database.query(
        "SELECT e.evidence ->> 'from', e.evidence ->> 'parcels' FROM land.lineage_event AS e WHERE e.state = 'confirmed'"
    )
    assert said == [("land use", "4")]  # three that were away, and one that was not


def test_a_road_that_comes_back_without_geometry_is_on_no_other_land(database, deliver) -> None:
    plots = with_roads(100)
    deliver(plots)
    deliver(plots[1:], passed=[HERE])
    deliver([replace(plots[0], bare=True, refused=("GEO-NULL",)), *plots[1:]])
    assert len(uids(database)) == len(plots)
    assert database.query("SELECT count(*) FROM land.lineage_event") == [(0,)]


@pytest.mark.parametrize("kind", ["full", "changes"])
def test_a_house_that_is_drawn_elsewhere_beside_them_waits(database, deliver, kind) -> None:
    plots = [replace(plot, order=1) for plot in with_roads(100)]
    deliver(plots)
    rows = redrawn(plots, range(ROADS + 1))
    if kind == "changes":
        rows = [replace(row, action="update", order=5) for row in rows[: ROADS + 1]]
    merged = deliver(rows, kind=kind, order_kind="number")
    said = merged.contradicted[HERE]
    assert (said.few, said.apart, said.known) == (True, 1, 0)
    assert (totals(merged.lines)["changed"], totals(merged.lines)["held"]) == (ROADS, 1)


@pytest.mark.parametrize("place", ["its own", "another"])
def test_a_road_and_a_house_that_exchanged_their_keys_are_seen(database, deliver, place) -> None:
    plots = with_roads(100)
    deliver(plots)
    before = uids(database)
    road, house = 0, 50
    rows = redrawn(plots, range(1 if place == "another" else 0))
    rows[road], rows[house] = (
        replace(rows[road], key=plots[house].key, national_id=None),
        replace(rows[house], key=plots[road].key, national_id=None),
    )
    merged = deliver(rows)
    said = merged.contradicted[HERE]
    assert (said.few, said.apart) == (True, 2)
    assert totals(merged.lines)["held"] == 2
    assert uids(database) == before
    deliver(rows, rekeyed=[HERE])
    assert uids(database)[plots[road].key] == before[plots[house].key]
    if place == "its own":
        assert uids(database)[plots[house].key] == before[plots[road].key]


@pytest.mark.parametrize("said", ["DGT", "SON", "DGT+ONT", "ONT+DGT", "dgt", None])
def test_a_house_that_is_called_a_road_in_the_same_delivery_is_contradicted(database, deliver, said) -> None:
    plots = with_roads(100)
    deliver(plots)
    rows = list(plots)
    rows[50] = replace(plots[50], land_use=said, x=1000)
    assert deliver(rows).contradicted[HERE].apart == 1


@pytest.mark.parametrize("said", ["ONT", "DGT+ONT", None])
def test_a_road_that_is_called_a_house_in_the_same_delivery_is_contradicted(database, deliver, said) -> None:
    plots = with_roads(100)
    deliver(plots)
    rows = list(plots)
    rows[0] = replace(plots[0], land_use=said, x=1000)
    assert deliver(rows).contradicted[HERE].apart == 1


def test_a_road_with_a_house_on_it_is_land_like_any_other(database, deliver) -> None:
    plots = [
        replace(plot, land_use="DGT+ONT" if i == 0 else plot.land_use) for i, plot in enumerate(village(40))
    ]
    deliver(plots)
    assert deliver([replace(plots[0], x=1000), *plots[1:]]).contradicted[HERE].apart == 1


def test_roads_under_new_keys_are_told_by_no_land(database, deliver) -> None:
    """They hold nothing; houses under new keys still do, and the approval of that gives roads their uids, too."""
    plots = [replace(plot, national_id=None) for plot in with_roads(100)]
    deliver(plots)
    before = uids(database)
    new = [replace(plot, key=f"new{i}", number=f"{500 + i}") for i, plot in enumerate(plots)]
    merged = deliver([*new[:ROADS], *plots[ROADS:]])
    assert merged.contradicted == {}
    assert [found.code for found in merged.braked[HERE]] == ["LOSS"], "so many end as come"
    (said,) = deliver(new).contradicted.values()
    assert said.renamed == 100 - ROADS
    deliver(new, rekeyed=[HERE], passed=[HERE])
    assert set(uids(database).values()) == set(before.values())


def test_a_redrawn_road_is_taken_for_no_survey_of_the_others(database, deliver) -> None:
    """All roads moved by the same say nothing of a house that moved by as much."""
    plots = with_roads(100)
    deliver(plots)
    rows = [replace(plot, x=plot.x + 500) if i <= ROADS else plot for i, plot in enumerate(plots)]
    assert deliver(rows).contradicted[HERE].apart == 1
