"""What the merge makes of change sets, in whatever order they come. On a real database."""

from dataclasses import replace

import pytest

from sync.care.reconcile import reconcile
from sync.load.receipt import totals
from tests.support.changesets import HERE, THERE, Deliver, change, changes, day, full, village
from tests.support.database import Database
from tests.support.judged import Plot, lost

__all__ = ["changes", "full"]
pytestmark = pytest.mark.db


def live(database: Database) -> dict[str, tuple[str, str]]:
    """Source key → commune and land use of what is live."""
    rows = database.query("SELECT source_key, commune_code, land_use FROM land.parcel")
    return {key: (commune, land_use) for key, commune, land_use in rows}


def agrees(database: Database) -> bool:
    return bool(reconcile(["01"], "test", dsn=database.dsn)["agrees"])


def test_insert_update_and_end_do_what_they_say(database: Database, full: Deliver, changes: Deliver) -> None:
    plots = village()
    full(plots, 1)
    new = Plot("k50", "w7er83vw1050", "50", THERE, x=50)
    line = totals(
        changes(
            [
                change(plots[0], 2, land_use="CLN"),
                change(plots[1], 2, "end"),
                change(new, 1, "insert"),
            ],
            2,
        ).lines
    )
    assert (line["read"], line["changed"], line["ended_by_row"], line["new"]) == (3, 1, 1, 1)
    assert (line["ended"], line["current_after"]) == (0, 10)
    assert live(database)["k0"] == (HERE, "CLN")
    assert live(database)["k50"] == (THERE, "ONT")
    assert "k1" not in live(database)
    assert database.query("SELECT closed_because FROM land.parcel_version ORDER BY 1") == [
        ("changed",),
        ("ended",),
    ]
    assert agrees(database)


def test_a_change_set_that_comes_twice_changes_nothing(
    database: Database, full: Deliver, changes: Deliver
) -> None:
    plots = village()
    full(plots, 1)
    rows = [change(plots[0], 2, land_use="CLN"), change(plots[1], 2, "end")]
    changes(rows, 2)
    merged = changes(rows, 2)
    line = totals(merged.lines)
    assert (line["unchanged"], line["ignored"], line["changed"], line["ended_by_row"]) == (1, 1, 0, 0)
    assert merged.notes == {"repeated": 2}
    assert database.query("SELECT count(*) FROM land.parcel_version") == [(2,)]


def test_an_older_version_that_comes_late_is_ignored(
    database: Database, full: Deliver, changes: Deliver
) -> None:
    plots = village()
    full(plots, 1)
    changes([change(plots[0], 3, land_use="CLN")], 3)
    line = totals(changes([change(plots[0], 2, land_use="LUC")], 2).lines)
    assert (line["ignored"], line["changed"]) == (1, 0)
    assert live(database)["k0"] == (HERE, "CLN")


def test_what_has_ended_is_not_brought_back_by_what_comes_late(
    database: Database, full: Deliver, changes: Deliver
) -> None:
    plots = village()
    full(plots, 1)
    changes([change(plots[0], 3, "end")], 3)
    assert totals(changes([change(plots[0], 2, land_use="LUC")], 2).lines)["ignored"] == 1
    assert "k0" not in live(database)
    assert totals(changes([change(plots[0], 4, "insert")], 4).lines)["new"] == 1, (
        "a later version brings it back"
    )


def test_the_end_of_an_object_never_seen_is_remembered(
    database: Database, full: Deliver, changes: Deliver
) -> None:
    full(village(), 1)
    late = Plot("k50", "w7er83vw1050", "50", HERE, x=50)
    merged = changes([change(late, 2, "end")], 3)
    assert (totals(merged.lines)["ignored"], merged.notes) == (1, {"end_of_unknown": 1})
    assert totals(changes([change(late, 1, "insert")], 2).lines)["ignored"] == 1
    assert "k50" not in live(database)


def test_the_same_version_with_other_content_is_quarantined(
    database: Database, full: Deliver, changes: Deliver
) -> None:
    plots = village()
    full(plots, 1)
    changes([change(plots[0], 2, land_use="CLN")], 2)
    for other in (
        change(plots[0], 2, land_use="LUC"),
        change(plots[0], 2, land_use="CLN", user="Người Khác"),
        change(plots[0], 2, "end"),
    ):
        merged = changes([other], 3)
        assert [row["merge_code"] for row in merged.quarantined] == ["CHG-CONFLICT"]
        assert live(database)["k0"] == (HERE, "CLN")
    assert database.query("SELECT count(*) FROM land.parcel WHERE stale_since IS NOT NULL") == [(1,)]


def test_of_several_versions_in_one_set_the_newest_wins(
    database: Database, full: Deliver, changes: Deliver
) -> None:
    plots = village()
    full(plots, 1)
    merged = changes(
        [
            change(plots[0], 3, land_use="CLN"),
            change(plots[0], 2, land_use="LUC"),
            change(plots[0], 3, land_use="CLN"),
        ],
        3,
    )
    line = totals(merged.lines)
    assert (line["changed"], line["ignored"]) == (1, 2)
    assert live(database)["k0"] == (HERE, "CLN")


def test_a_refused_change_may_be_delivered_again(database: Database, full: Deliver, changes: Deliver) -> None:
    plots = village()
    full(plots, 1)
    changes([change(plots[0], 2, land_use="CLN", refused=("GEO-INVALID",))], 2)
    assert live(database)["k0"] == (HERE, "ONT")
    assert totals(changes([change(plots[0], 2, land_use="CLN")], 2).lines)["changed"] == 1
    assert live(database)["k0"] == (HERE, "CLN")


def test_a_refused_version_of_long_ago_does_not_mark_what_is_live(
    database: Database, full: Deliver, changes: Deliver
) -> None:
    plots = village()
    full(plots, 1)
    changes([change(plots[0], 3, land_use="CLN")], 3)
    changes([change(plots[0], 2, refused=("GEO-INVALID",))], 2)
    assert database.query("SELECT count(*) FROM land.parcel WHERE stale_since IS NOT NULL") == [(0,)]


def test_an_update_moves_a_parcel_to_another_commune(
    database: Database, full: Deliver, changes: Deliver
) -> None:
    plots = village()
    full(plots, 1)
    lines = {line["commune_code"]: line for line in changes([change(plots[0], 2, commune=THERE)], 2).lines}
    assert (lines[HERE]["moved_out"], lines[THERE]["moved_in"]) == (1, 1)
    end = {line["commune_code"]: line for line in changes([change(plots[0], 3, "end")], 3).lines}
    assert end[THERE]["ended_by_row"] == 1, "an end is filed under the commune the parcel lives in"
    assert agrees(database)


def test_actions_that_do_not_fit_are_done_by_their_meaning_and_noted(
    database: Database, full: Deliver, changes: Deliver
) -> None:
    plots = village()
    full(plots, 1)
    new = Plot("k50", "w7er83vw1050", "50", HERE, x=50)
    merged = changes([change(plots[0], 2, "insert", land_use="CLN"), change(new, 1, "update")], 2)
    assert merged.notes == {"insert_of_known": 1, "update_of_unknown": 1}
    assert (live(database)["k0"], live(database)["k50"]) == ((HERE, "CLN"), (HERE, "ONT"))


def test_a_snapshot_does_not_take_back_what_a_later_change_set_said(
    database: Database, full: Deliver, changes: Deliver
) -> None:
    plots = village()
    full(plots, 1)
    changes(
        [
            change(plots[0], 2, land_use="CLN"),
            change(plots[1], 2, "end"),
            change(Plot("k50", None, "50", HERE, x=50), 1, "insert"),
        ],
        5,
    )
    line = totals(full(plots, 4).lines)
    assert (line["ignored"], line["unchanged"], line["ended"]) == (2, 8, 0)
    assert live(database)["k0"] == (HERE, "CLN")
    assert "k1" not in live(database)
    assert "k50" in live(database)
    line = totals(full(plots, 6).lines)
    assert (line["changed"], line["new"], line["ended"], line["ignored"]) == (1, 1, 1, 0), "a later one does"
    assert agrees(database)


def test_a_snapshot_without_versions_orders_by_when_it_was_extracted(
    database: Database, full: Deliver, changes: Deliver
) -> None:
    plots = village(order=None)
    full(plots, 4)
    assert totals(changes([change(plots[0], 9, land_use="LUC")], 3).lines)["ignored"] == 1
    new = Plot("k50", "w7er83vw1050", "50", HERE, x=50)
    assert totals(changes([change(new, 9, "insert")], 3).lines)["ignored"] == 1, "it was not there on day 4"
    assert totals(changes([change(plots[0], 9, land_use="LUC")], 5).lines)["changed"] == 1


def test_times_are_compared_with_the_snapshot_itself(
    database: Database, full: Deliver, changes: Deliver
) -> None:
    plots = village(order=None)
    full(plots, 4, order_kind=None)

    def moment(number: float) -> int:
        return int(day(number).timestamp() * 1_000_000)

    rows = [change(plots[0], moment(3.9), land_use="LUC"), change(plots[1], moment(4.1), land_use="LUC")]
    line = totals(changes(rows, 5, order_kind="time").lines)
    assert (line["ignored"], line["changed"]) == (1, 1)
    assert (live(database)["k0"][1], live(database)["k1"][1]) == ("ONT", "LUC")


def test_what_a_snapshot_could_not_apply_waits_for_the_change_set(
    database: Database, full: Deliver, changes: Deliver
) -> None:
    plots = village()
    full(plots, 1)
    full([replace(plots[0], land_use="CLN", order=3, refused=("GEO-NULL",)), *plots[1:]], 4)
    assert totals(changes([change(plots[0], 2, land_use="LUC")], 3).lines)["changed"] == 1
    assert live(database)["k0"] == (HERE, "LUC")


def test_what_left_a_commune_has_not_ended_for_being_absent_there(
    database: Database, full: Deliver, changes: Deliver
) -> None:
    plots = village()
    full(plots, 1)
    assert totals(full(plots[1:], 4, complete=(HERE,)).lines)["ended"] == 1
    assert totals(changes([change(plots[0], 2, commune=THERE)], 3).lines)["new"] == 1, "it had moved"
    assert live(database)["k0"] == (THERE, "ONT")
    late = changes([change(plots[1], 2, commune=HERE), change(plots[0], 3, commune=HERE)], 3.5)
    assert late.notes == {"gone": 1, "placed": 1}, "the snapshot of day 4 has the one and not the other"
    assert "k0" not in live(database)
    assert totals(late.lines)["ended_by_row"] == 1
    assert totals(changes([change(plots[0], 2, commune=THERE)], 3).lines)["ignored"] == 1


def test_a_key_names_its_object_and_takes_no_other_objects_parcel(
    database: Database, full: Deliver, changes: Deliver
) -> None:
    plots = village()
    full(plots, 1)
    thief = replace(plots[0], key="k90")
    merged = changes([change(thief, 1, "insert")], 2)
    assert [row["merge_code"] for row in merged.quarantined] == ["IDN-CLAIMED"]
    assert "k0" in live(database)


def test_two_objects_of_a_set_under_one_id_are_both_refused(
    database: Database, full: Deliver, changes: Deliver
) -> None:
    full(village(), 1)
    one = Plot("k60", "w7er83vw1060", "60", HERE, x=60)
    merged = changes([change(one, 1, "insert"), change(replace(one, key="k61", number="61"), 1, "insert")], 2)
    assert {row["merge_code"] for row in merged.quarantined} == {"IDN-CLAIMED"}
    assert len(merged.quarantined) == 2


def test_ending_rows_count_for_the_brake(database: Database, full: Deliver, changes: Deliver) -> None:
    plots = village(60)
    full(plots, 1)
    rows = [change(plot, 2, "end") for plot in plots[:30]]
    merged = changes(rows, 2, passed=())
    assert lost(merged) == {HERE: 30}
    line = totals(merged.lines)
    assert (line["held"], line["ended_by_row"], line["current_after"]) == (30, 0, 60)
    assert totals(changes(rows, 2).lines)["ended_by_row"] == 30, "what was held has moved nothing on"


def test_what_waited_for_the_commune_it_leaves_goes_with_its_approval(
    database: Database, full: Deliver, changes: Deliver
) -> None:
    plots = village(60)
    full(plots, 1)
    rows = [change(plot, 2, commune=THERE) for plot in plots[:30]]
    assert set(changes(rows, 2, passed=()).moves) == {HERE, THERE}
    line = totals(changes(rows, 2, approved=(HERE, THERE)).lines)
    assert (line["moved_in"], line["moved_out"]) == (30, 30)
    assert agrees(database)
