"""What the merge makes of deliveries: identity, presence, loss, claims, versions. On a real database."""

from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import pytest

from parcels.columns import hashed_columns
from sync import db
from sync.care.reconcile import reconcile
from sync.load.merge import Merged
from sync.load.receipt import totals
from tests.support.database import Database
from tests.support.judged import COMMUNES, Plot, lost, run_merge

pytestmark = pytest.mark.db
Deliver = Callable[..., Merged]
NATIONAL = "w7er83vw1{:03d}"


@pytest.fixture
def deliver(database: Database, tmp_path: Path) -> Deliver:
    """Bring rows into the database of this test."""
    return lambda plots, **options: run_merge(database.dsn, tmp_path, plots, **options)


def village(count: int = 10, commune: str = COMMUNES[0], first: int = 0) -> list[Plot]:
    """That many parcels with all three handles."""
    return [Plot(f"k{i}", NATIONAL.format(i), str(i + 1), commune, x=i) for i in range(first, first + count)]


def uid_of(database: Database, key: str) -> str:
    return database.query(
        "SELECT parcel_uid::text FROM land.parcel_alias WHERE alias_value = %s AND recorded_to IS NULL",
        f"vbdlis|{key}",
    )[0][0]


def agrees(database: Database) -> bool:
    return bool(reconcile(["01", "04"], "test", dsn=database.dsn)["agrees"])


def test_the_same_delivery_twice_changes_nothing(database: Database, deliver: Deliver) -> None:
    assert totals(deliver(village()).lines)["new"] == 10
    again = totals(deliver(village()).lines)
    assert (again["unchanged"], again["new"], again["changed"], again["ended"]) == (10, 0, 0, 0)
    assert database.query("SELECT count(*) FROM land.parcel_version") == [(0,)]
    assert agrees(database)


def test_a_changed_parcel_keeps_its_uid_and_its_old_version(database: Database, deliver: Deliver) -> None:
    plots = village()
    deliver(plots)
    uid = uid_of(database, "k3")
    plots[3] = replace(plots[3], land_use="CLN")
    assert totals(deliver(plots).lines)["changed"] == 1
    assert database.query("SELECT land_use FROM land.parcel WHERE parcel_uid = %s", uid) == [("CLN",)]
    closed = database.query(
        "SELECT land_use, closed_because, recorded_to > recorded_from FROM land.parcel_version WHERE parcel_uid = %s",
        uid,
    )
    assert closed == [("ONT", "changed", True)]
    uses = "SELECT land_use_code FROM land.land_use_part{} WHERE parcel_uid = %s"
    assert database.query(uses.format(""), uid) == [("CLN",)]
    assert database.query(uses.format("_version"), uid) == [("ONT",)]
    assert agrees(database)


def test_a_change_of_the_land_user_alone_is_a_change(database: Database, deliver: Deliver) -> None:
    plots = village()
    deliver(plots)
    plots[0] = replace(plots[0], user="Người Khác")
    plots[1] = replace(plots[1], user=None)
    assert totals(deliver(plots).lines)["changed"] == 2
    assert database.query("SELECT count(*) FROM land.parcel_version") == [(0,)]
    assert database.query("SELECT count(*) FROM land_private.land_user_version") == [(2,)]
    assert database.query("SELECT count(*) FROM land_private.land_user") == [(9,)]
    assert agrees(database)


def test_a_quarantined_row_leaves_the_last_good_version_live_and_stale(
    database: Database, deliver: Deliver
) -> None:
    plots = village()
    deliver(plots)
    broken = [*plots[:4], replace(plots[4], land_use="CLN", refused=("GEO-INVALID",)), *plots[5:]]
    line = totals(deliver(broken).lines)
    assert (line["quarantined"], line["unchanged"], line["ended"], line["current_after"]) == (1, 9, 0, 10)
    stale = "SELECT land_use, stale_since IS NOT NULL FROM land.parcel WHERE source_key = 'k4'"
    assert database.query(stale) == [("ONT", True)]
    assert database.query("SELECT count(*) FROM land.parcel WHERE stale_since IS NOT NULL") == [(1,)]
    assert totals(deliver(plots).lines)["unchanged"] == 10
    assert database.query(stale) == [("ONT", False)]
    assert agrees(database)


def test_only_a_complete_delivery_ends_parcels(database: Database, deliver: Deliver) -> None:
    deliver(village(100))
    assert totals(deliver(village(99), complete=()).lines)["ended"] == 0
    assert totals(deliver(village(99)).lines)["ended"] == 1
    assert database.query("SELECT closed_because FROM land.parcel_version") == [("ended",)]
    assert agrees(database)


def test_a_commune_absent_from_the_delivery_is_untouched(database: Database, deliver: Deliver) -> None:
    both = village(30) + village(30, COMMUNES[1], first=100)
    deliver(both)
    line = totals(deliver(village(30)).lines)
    assert (line["ended"], line["unchanged"]) == (0, 30)
    assert database.query("SELECT count(*) FROM land.parcel") == [(60,)]


def test_losing_half_a_commune_holds_that_commune_alone(database: Database, deliver: Deliver) -> None:
    deliver(village(40) + village(40, COMMUNES[1], first=100))
    half = [replace(plot, land_use="CLN") for plot in village(20)]
    merged = deliver(half + village(39, COMMUNES[1], first=100))
    assert lost(merged) == {COMMUNES[0]: 20}
    by_commune = {line["commune_code"]: line for line in merged.lines}
    assert by_commune[COMMUNES[0]]["held"] == 20
    assert by_commune[COMMUNES[0]]["current_after"] == 40
    assert by_commune[COMMUNES[1]]["ended"] == 1
    assert database.query("SELECT count(*) FROM land.parcel WHERE land_use = 'CLN'") == [(0,)]
    assert database.query("SELECT count(*) FROM land.parcel WHERE stale_since IS NOT NULL") == [(0,)]
    assert agrees(database)


def test_an_approved_loss_goes_live(database: Database, deliver: Deliver) -> None:
    deliver(village(40))
    assert lost(deliver(village(20))) == {COMMUNES[0]: 20}
    merged = deliver(village(20), approved=(COMMUNES[0],))
    assert (lost(merged), totals(merged.lines)["ended"]) == ({}, 20)
    assert agrees(database)


def test_a_parcel_that_comes_back_with_its_source_key_is_the_same_parcel(
    database: Database, deliver: Deliver
) -> None:
    deliver(village(10))
    uid = uid_of(database, "k9")
    assert totals(deliver(village(9)).lines)["ended"] == 1
    assert totals(deliver(village(10)).lines)["new"] == 1
    assert uid_of(database, "k9") == uid
    assert database.query("SELECT count(*) FROM land.parcel WHERE parcel_uid = %s", uid) == [(1,)]


def test_renumbered_sheets_are_no_conflict(database: Database, deliver: Deliver) -> None:
    plots = village(10)
    deliver(plots)
    uids = {key: uid_of(database, key) for key in ("k0", "k5", "k9")}
    shifted = [replace(plot, number=str(int(plot.number or 0) + 1)) for plot in plots]
    assert totals(deliver(shifted).lines)["held"] == 10, "a whole sheet with other numbers asks a person"
    merged = deliver(shifted, passed=(COMMUNES[0],))
    assert merged.quarantined == []
    assert totals(merged.lines)["changed"] == 10
    assert {key: uid_of(database, key) for key in uids} == uids
    assert agrees(database)


def test_a_number_that_another_parcel_keeps_is_a_conflict_along_the_whole_chain(
    database: Database, deliver: Deliver
) -> None:
    plots = village(4)
    deliver(plots)
    # 1→2, 2→3, 3→4, but 4's own row is refused, so it keeps 4: nobody can move.
    shifted = [replace(plot, number=str(int(plot.number or 0) + 1)) for plot in plots]
    shifted[3] = replace(plots[3], refused=("GEO-NULL",))
    merged = deliver(shifted)
    assert {row["merge_code"] for row in merged.quarantined} == {"IDN-CONFLICT"}
    line = totals(merged.lines)
    assert (line["quarantined"], line["changed"], line["current_after"]) == (4, 0, 4)
    assert agrees(database)


def test_swapped_national_ids_follow_the_source_key(database: Database, deliver: Deliver) -> None:
    plots = village(4)
    deliver(plots)
    uids = [uid_of(database, "k0"), uid_of(database, "k1")]
    plots[0], plots[1] = (
        replace(plots[0], national_id=plots[1].national_id),
        replace(plots[1], national_id=plots[0].national_id),
    )
    merged = deliver(plots)
    assert (merged.quarantined, totals(merged.lines)["changed"]) == ([], 2)
    holders = database.query(
        "SELECT parcel_uid::text FROM land.national_id_claim WHERE national_id <= %s ORDER BY national_id",
        NATIONAL.format(1),
    )
    assert [holder for (holder,) in holders] == uids[::-1]
    assert agrees(database)


def test_an_id_of_a_parcel_whose_own_row_was_refused_is_still_its_own(
    database: Database, deliver: Deliver
) -> None:
    plots = village(3)
    deliver(plots)
    thief = Plot("k50", plots[0].national_id, "50", x=50)
    renamed = replace(plots[0], national_id=NATIONAL.format(900), refused=("GEO-INVALID",))
    merged = deliver([renamed, *plots[1:], thief])
    assert [(row["merge_code"], row["row_no"]) for row in merged.quarantined] == [("IDN-CLAIMED", 3)]
    assert totals(merged.lines)["ended"] == 0


def test_a_new_system_finds_its_parcels_by_national_id_then_by_sheet(
    database: Database, deliver: Deliver
) -> None:
    plots = village(6)
    deliver(plots)
    uid = [uid_of(database, f"k{i}") for i in range(6)]
    moved = [replace(plot, key=f"new{i}") for i, plot in enumerate(plots)]
    moved[5] = replace(moved[5], national_id=NATIONAL.format(800))
    line = totals(deliver(moved).lines)
    assert (line["new"], line["ended"], line["changed"], line["unchanged"]) == (0, 0, 1, 5)
    assert [uid_of(database, f"new{i}") for i in range(6)] == uid
    assert agrees(database)


def test_a_row_that_could_be_any_parcel_stops_all_endings_of_its_commune(
    database: Database, deliver: Deliver
) -> None:
    deliver(village(30) + village(30, COMMUNES[1], first=100))
    nameless = Plot(None, refused=("IDN-MISSING",), x=500)
    merged = deliver([*village(29), nameless, *village(29, COMMUNES[1], first=100)])
    ended = {line["commune_code"]: line["ended"] for line in merged.lines}
    assert ended == {COMMUNES[0]: 0, COMMUNES[1]: 1}


def test_a_row_of_no_legible_commune_stops_all_endings(database: Database, deliver: Deliver) -> None:
    deliver(village(30) + village(30, COMMUNES[1], first=100))
    nowhere = Plot(None, commune="-", refused=("IDN-MISSING",), unreadable=True, x=500)
    merged = deliver([*village(29), nowhere, *village(29, COMMUNES[1], first=100)])
    line = totals(merged.lines)
    assert (line["ended"], line["unreadable"]) == (0, 1)


def test_a_row_with_a_foreign_commune_keeps_its_parcel_live(database: Database, deliver: Deliver) -> None:
    plots = village(30)
    deliver(plots)
    lost = replace(plots[0], commune="-", refused=("IDN-COMMUNE-UNKNOWN",))
    line = totals(deliver([lost, *plots[1:29]]).lines)
    assert (line["ended"], line["quarantined"], line["current_after"]) == (1, 1, 29)
    assert database.query("SELECT source_key FROM land.parcel WHERE stale_since IS NOT NULL") == [("k0",)]


def test_parcels_that_move_to_another_commune_are_counted_on_both_sides(
    database: Database, deliver: Deliver
) -> None:
    here, there = village(30), village(30, COMMUNES[1], first=100)
    deliver(here + there)
    merged = deliver([replace(here[0], commune=COMMUNES[1]), *here[1:], *there])
    lines = {line["commune_code"]: line for line in merged.lines}
    assert (lines[COMMUNES[0]]["moved_out"], lines[COMMUNES[1]]["moved_in"]) == (1, 1)
    assert (lines[COMMUNES[0]]["current_after"], lines[COMMUNES[1]]["current_after"]) == (29, 31)
    assert agrees(database)


def test_parcels_do_not_leave_a_held_commune(database: Database, deliver: Deliver) -> None:
    here, there = village(30), village(160, COMMUNES[1], first=100)
    deliver(here + there)
    leaving = [replace(plot, commune=COMMUNES[1]) for plot in here[:15]]
    merged = deliver([*leaving, *here[15:], *there])
    assert (lost(merged), set(merged.moves)) == ({}, set(COMMUNES[:2]))
    lines = {line["commune_code"]: line for line in merged.lines}
    assert (lines[COMMUNES[1]]["held"], lines[COMMUNES[1]]["unchanged"]) == (175, 0)
    assert lines[COMMUNES[0]]["current_after"] == 30
    assert agrees(database)


@pytest.mark.parametrize(
    ("tamper", "kind"),
    [
        ("UPDATE land.parcel SET address = 'khác' WHERE source_key = 'k2'", "changed"),
        ("UPDATE land.parcel SET area_legal_m2 = area_legal_m2 + 0.0001 WHERE source_key = 'k2'", "changed"),
        ("DELETE FROM land.parcel WHERE source_key = 'k2'", "deleted"),
        ("UPDATE land.parcel SET content_hash = sha256('x') WHERE source_key = 'k2'", "stored_hash_changed"),
        ("UPDATE land_private.land_user SET land_user_name = 'khác' WHERE item_no = 1", "items_changed"),
        ("DELETE FROM land.land_use_part", "items_changed"),
        ("UPDATE land.parcel SET source_key = 'k999' WHERE source_key = 'k2'", "handles_changed"),
        ("UPDATE land.parcel SET source_system = 'ilis' WHERE source_key = 'k2'", "handles_changed"),
        ("UPDATE land.parcel SET source_key = NULL WHERE source_key = 'k2'", "handles_changed"),
        ("UPDATE ledger.manifest SET handle_hash = sha256('x')", "handles_changed"),
        ("UPDATE land.parcel SET commune_code = '00008' WHERE source_key = 'k2'", "changed"),
        ("UPDATE ledger.manifest SET content_hash = sha256('x')", "manifest"),
        (
            'INSERT INTO land.parcel SELECT (jsonb_populate_record(p, \'{"parcel_uid": '
            '"00000000-0000-4000-8000-000000000001"}\')).* FROM land.parcel AS p LIMIT 1',
            "added",
        ),
        ("UPDATE land.parcel SET commune_code = '00008' WHERE source_key = 'k2'", "count"),
        (
            "UPDATE land.parcel SET geom = ST_Translate(geom, 0.000000001, 0) WHERE source_key = 'k2'",
            "changed",
        ),
    ],
)
def test_what_psql_does_behind_the_pipeline_is_named(
    database: Database, deliver: Deliver, tamper: str, kind: str
) -> None:
    deliver(village())
    with database.connect("landsync_owner") as link, link.cursor() as cursor:
        cursor.execute(tamper)
        link.commit()
    result = reconcile(["01"], "test", dsn=database.dsn)
    assert not result["agrees"]
    assert kind in {difference["kind"] for difference in result["provinces"][0]["differences"]}
    assert database.query("SELECT agrees FROM ledger.reconciliation") == [(False,)]


def test_the_hash_recomputed_in_sql_equals_the_one_python_wrote(database: Database, deliver: Deliver) -> None:
    deliver(village(50))
    different = """
        SELECT count(*) FROM land.parcel AS p
        WHERE p.content_hash IS DISTINCT FROM land.parcel_hash({})"""
    columns = ", ".join(f"p.{column.name}" for column in hashed_columns("parcel"))
    assert database.query(different.format(columns)) == [(0,)]
    assert database.query("SELECT count(*) FROM land.parcel") == [(50,)]


def test_nothing_of_the_run_stays_in_staging(database: Database, deliver: Deliver) -> None:
    deliver(village())
    assert database.query("SELECT count(*) FROM pg_tables WHERE schemaname = 'staging'") == [(0,)]


def test_a_gate_hold_leaves_a_commune_as_it_was(database: Database, deliver: Deliver) -> None:
    deliver(village(10))
    line = totals(deliver([replace(plot, land_use="CLN") for plot in village(8)], held=(COMMUNES[0],)).lines)
    assert (line["held"], line["current_after"], line["ended"]) == (8, 10, 0)
    with db.connect(database.dsn) as connection:
        assert db.fetch_one(connection, "ledger/lock_of", {"province": "01"})["lock_run_id"] is None  # type: ignore[index]


@pytest.mark.parametrize(
    "tamper",
    [
        "DELETE FROM land.parcel WHERE source_key = 'k2'",
        "UPDATE land.parcel SET content_hash = sha256('x') WHERE source_key = 'k2'",
        "UPDATE land.parcel SET commune_code = '00008' WHERE source_key = 'k2'",
        "UPDATE land.parcel SET source_key = 'k999' WHERE source_key = 'k2'",
    ],
)
def test_a_run_does_not_cover_what_was_done_behind_the_pipeline(
    database: Database, deliver: Deliver, tamper: str
) -> None:
    deliver(village(30) + village(30, COMMUNES[1], first=100))
    with database.connect("landsync_owner") as link, link.cursor() as cursor:
        cursor.execute(tamper)
        link.commit()
    merged = deliver(village(30))
    assert COMMUNES[0] in merged.foreign_hands_held
    assert not reconcile(["01"], "test", dsn=database.dsn)["agrees"]
    passed = deliver(village(30) + village(30, COMMUNES[1], first=100), approved=COMMUNES[:2])
    assert passed.foreign_hands_held == {}
    assert agrees(database)
    assert database.query("SELECT count(*) FROM land.parcel") == [(60,)]
