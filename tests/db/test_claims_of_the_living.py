"""A national id belongs to the living parcel that carries it, and what ended blocks nothing."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest

from parcels import admin_units
from sync.load.receipt import totals
from tests.support.database import Database
from tests.support.judged import COMMUNES, Plot
from tests.support.village import ID, deliver, village

__all__ = ["deliver"]

pytestmark = pytest.mark.db
MOMENT, DAY = datetime(2026, 11, 1, tzinfo=UTC), timedelta(days=1)
ELSEWHERE = admin_units.communes("04")[0].code


def uids(database: Database) -> dict[str, str]:
    return dict(database.query("SELECT source_key, parcel_uid::text FROM land.parcel"))


def holders(database: Database) -> dict[str, str]:
    """Id → source key of the living parcel that holds it; every claim with a holder must be one."""
    held = database.query(
        "SELECT national_id, parcel_uid::text FROM land.national_id_claim WHERE parcel_uid IS NOT NULL"
    )
    living = {uid: key for key, uid in uids(database).items()}
    return {national_id: living[uid] for national_id, uid in held}


def test_the_id_of_a_parcel_that_ended_is_free_at_once(database, deliver) -> None:
    deliver(village(10))
    heir = Plot("k77", ID.format(9), "77", x=77)
    merged = deliver([*village(9), heir])
    assert (merged.quarantined, totals(merged.lines)["new"]) == ([], 1)
    assert holders(database)[ID.format(9)] == "k77"


def test_an_id_that_is_left_blank_is_given_up_and_may_be_taken_in_the_same_delivery(
    database, deliver
) -> None:
    plots = village(4)
    deliver(plots)
    plots[0], plots[1] = replace(plots[0], national_id=None), replace(plots[1], national_id=ID.format(0))
    assert deliver(plots).quarantined == []
    assert holders(database) == {ID.format(0): "k1", ID.format(2): "k2", ID.format(3): "k3"}


def test_a_blank_id_comes_back_to_its_parcel(database, deliver) -> None:
    plots = village(3)
    deliver(plots)
    before = uids(database)
    deliver([replace(plot, national_id=None) for plot in plots])
    assert holders(database) == {}
    assert deliver(plots).quarantined == []
    assert (uids(database), len(holders(database))) == (before, 3)


def test_a_number_that_is_left_blank_may_be_taken(database, deliver) -> None:
    plots = village(3)
    deliver(plots)
    plots[0], plots[1] = replace(plots[0], number=None), replace(plots[1], number="1")
    assert deliver(plots).quarantined == []


def test_ids_rotate_in_one_delivery(database, deliver) -> None:
    plots = village(5)
    deliver(plots)
    before = uids(database)
    turned = [replace(plot, national_id=ID.format((i + 1) % 5)) for i, plot in enumerate(plots)]
    assert deliver(turned).quarantined == []
    assert (uids(database), holders(database)) == (
        before,
        {ID.format((i + 1) % 5): f"k{i}" for i in range(5)},
    )


def test_an_id_passes_to_another_province_once_its_parcel_gave_it_up(database, deliver) -> None:
    deliver(village(2))
    theirs = [Plot("n0", ID.format(0), "1", ELSEWHERE, x=50)]
    deliver(theirs, province="04", complete=(ELSEWHERE,))
    assert holders(database)[ID.format(0)] == "k0"
    deliver([replace(village(2)[0], national_id=None), village(2)[1]])
    assert deliver(theirs, province="04", complete=(ELSEWHERE,)).quarantined == []
    assert holders(database)[ID.format(0)] == "n0"


def test_a_refused_row_keeps_the_id_of_its_parcel(database, deliver) -> None:
    plots = village(3)
    deliver(plots)
    taken = [
        replace(plots[0], national_id=None, refused=("GEO-NULL",)),
        replace(plots[1], national_id=ID.format(0)),
        plots[2],
    ]
    merged = deliver(taken)
    assert [row["merge_code"] for row in merged.quarantined] == ["IDN-CLAIMED"]
    assert holders(database)[ID.format(0)] == "k0"
    assert deliver([replace(taken[0], refused=()), *taken[1:]]).quarantined == []


@pytest.mark.parametrize("known_by", ["id", "number", "both"])
def test_a_parcel_that_was_missing_comes_back_under_another_key(database, deliver, known_by: str) -> None:
    plots = village(5)
    deliver(plots)
    before = uids(database)["k4"]
    deliver(plots[:4])
    back = replace(plots[4], key="new")
    if known_by == "id":
        back = replace(back, number="99")
    if known_by == "number":
        back = replace(back, national_id=None)
    merged = deliver([*plots[:4], back])
    assert merged.quarantined == []
    assert uids(database)["new"] == before


def test_another_parcel_that_takes_the_number_of_one_that_ended_is_another_one(database, deliver) -> None:
    plots = village(5)
    deliver(plots)
    before = uids(database)["k4"]
    deliver(plots[:4])
    merged = deliver([*plots[:4], replace(plots[4], key="new", x=60)])
    assert merged.quarantined == []
    assert uids(database)["new"] != before


def test_of_two_that_ended_on_the_same_land_the_last_comes_back(database, deliver) -> None:
    plots = village(3)
    deliver([*plots, Plot("a", None, "50", x=50)])
    deliver(plots)
    deliver([*plots, Plot("b", ID.format(50), "51", x=50)])
    second = uids(database)["b"]
    deliver(plots)
    deliver([*plots, Plot("c", ID.format(50), "50", x=50)])
    assert uids(database)["c"] == second


def test_a_renamed_key_of_a_change_set_is_the_same_parcel(database, deliver) -> None:
    plots = village(3)
    deliver(plots)
    before = uids(database)["k2"]
    renamed = [
        replace(plots[2], action="end", order=7),
        replace(plots[2], key="new", action="insert", order=8),
    ]
    merged = deliver(renamed, kind="changes", order_kind="number")
    assert (merged.quarantined, merged.notes) == (
        [],
        {"renamed": 1, "insert_of_known": 1, "handles_changed": 1},
    )
    assert uids(database) == {"k0": uids(database)["k0"], "k1": uids(database)["k1"], "new": before}
    # What the old key says later is of no parcel that is there, and older than its ending.
    late = deliver([replace(plots[2], action="update", order=6)], kind="changes", order_kind="number")
    assert totals(late.lines)["ignored"] == 1


def test_an_older_delivery_changes_nothing_through_a_weaker_handle(database, deliver) -> None:
    """A parcel that moved to another commune under another key is not brought back by what was known before."""
    first = Plot("k9", ID.format(9), "9", COMMUNES[1], x=3)
    deliver([first, Plot("k1", ID.format(1), "1", COMMUNES[1], x=8)], at=MOMENT, complete=())
    moved = replace(first, key="k11", commune=COMMUNES[0], land_use="CLN")
    deliver([moved], at=MOMENT + 3 * DAY, complete=COMMUNES[:1], passed=COMMUNES)
    merged = deliver([first], at=MOMENT + DAY, complete=COMMUNES[1:2])
    assert totals(merged.lines)["ignored"] == 1
    assert database.query(
        "SELECT source_key, land_use FROM land.parcel WHERE national_id = %s", ID.format(9)
    ) == [("k11", "CLN")]


def test_a_change_set_that_ends_one_and_brings_another_on_other_land_renames_nothing(
    database, deliver
) -> None:
    plots = village(3)
    deliver(plots)
    before = uids(database)["k2"]
    rows = [
        replace(plots[2], action="end", order=7),
        replace(plots[2], key="new", x=60, action="insert", order=8),
    ]
    assert deliver(rows, kind="changes", order_kind="number").quarantined == []
    assert uids(database)["new"] != before


def test_a_refused_row_under_another_key_keeps_nothing_alive_that_the_source_ended(database, deliver) -> None:
    plots = village(5)
    deliver(plots)
    taken = Plot("new", None, "5", x=60, refused=("GEO-INVALID",))
    merged = deliver([*plots[:4], taken])
    assert totals(merged.lines)["ended"] == 1
    assert "k4" not in uids(database)
    assert deliver([*plots[:4], replace(taken, refused=())]).quarantined == []


def test_a_refused_row_without_a_key_keeps_alive_what_its_number_names(database, deliver) -> None:
    plots = village(5)
    deliver(plots)
    merged = deliver([*plots[:4], Plot(None, None, "5", x=4, refused=("GEO-INVALID",))], complete=COMMUNES)
    assert (totals(merged.lines)["ended"], "k4" in uids(database)) == (0, True)


def test_a_refused_row_makes_no_other_object_stale(database, deliver) -> None:
    plots = village(3)
    deliver(plots)
    taken = replace(plots[0], national_id=ID.format(1), refused=("GEO-INVALID",))
    deliver([taken, plots[2]], complete=())
    stale = database.query("SELECT source_key FROM land.parcel WHERE stale_since IS NOT NULL")
    assert stale == [("k0",)]
