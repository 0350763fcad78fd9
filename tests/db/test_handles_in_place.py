"""Another key, or another system, is no other version of a parcel: it is written in place, told, and proved."""

import hashlib
from collections.abc import Callable, Iterable
from contextlib import closing
from dataclasses import replace
from pathlib import Path

import psycopg2
import pytest

from sync.care.reconcile import reconcile
from sync.load.merge import Merged
from sync.load.receipt import totals
from tests.support.changesets import HERE, THERE, change, changes, full, village
from tests.support.database import Database
from tests.support.judged import COMMUNES, Plot, run_merge

__all__ = ["changes", "full"]
pytestmark = pytest.mark.db
Deliver = Callable[..., Merged]
VILLAGE = [Plot(f"k{i}", f"w7er83vw1{i:03d}", str(i + 1), x=i) for i in range(10)]
KEYS = "SELECT parcel_uid::text, source_system || '|' || source_key FROM land.parcel ORDER BY 2"


@pytest.fixture
def deliver(database: Database, tmp_path: Path) -> Deliver:
    """Bring rows into the database of this test."""
    return lambda plots, **options: run_merge(database.dsn, tmp_path, plots, **options)


def renamed(plots: Iterable[Plot], to: str, **more: object) -> list[Plot]:
    return [replace(plot, key=f"{to}{plot.key}", **more) for plot in plots]  # type: ignore[arg-type]


def agrees(database: Database) -> bool:
    return bool(reconcile(["01"], "test", dsn=database.dsn)["agrees"])


def test_new_keys_are_no_version_and_are_counted(database: Database, deliver: Deliver) -> None:
    deliver(VILLAGE)
    uids = {uid for uid, _ in database.query(KEYS)}
    before = database.query(
        "SELECT parcel_uid, recorded_from, run_id, content_hash FROM land.parcel ORDER BY 1"
    )
    merged = deliver(renamed(VILLAGE, "new-"))
    assert (totals(merged.lines)["unchanged"], totals(merged.lines)["changed"]) == (10, 0)
    assert merged.notes["handles_changed"] == 10
    assert merged.columns == []
    assert {uid for uid, _ in database.query(KEYS)} == uids
    assert [key for _, key in database.query(KEYS)] == [f"vbdlis|new-k{i}" for i in range(10)]
    assert (
        database.query("SELECT parcel_uid, recorded_from, run_id, content_hash FROM land.parcel ORDER BY 1")
        == before
    )
    assert database.query("SELECT count(*) FROM land.parcel_version") == [(0,)]
    assert agrees(database)
    again = deliver(renamed(VILLAGE, "new-"))
    assert (totals(again.lines)["unchanged"], again.notes) == (10, {})


def test_another_system_takes_over(database: Database, deliver: Deliver) -> None:
    deliver(VILLAGE)
    merged = deliver([replace(plot, system="ilis") for plot in VILLAGE])  # the same keys, of another system
    assert (totals(merged.lines)["unchanged"], merged.notes) == (10, {"handles_changed": 10})
    assert [key for _, key in database.query(KEYS)] == [f"ilis|k{i}" for i in range(10)]
    assert agrees(database)


def test_a_key_is_left_out_and_given_again(database: Database, deliver: Deliver) -> None:
    deliver(VILLAGE)
    bare = [replace(plot, key=None) for plot in VILLAGE]
    assert deliver(bare).notes == {"handles_changed": 10}
    assert database.query("SELECT count(*) FROM land.parcel WHERE source_key IS NULL") == [(10,)]
    assert agrees(database)
    assert deliver(bare).notes == {}
    assert deliver(VILLAGE).notes == {"handles_changed": 10}
    assert database.query("SELECT count(*) FROM land.parcel_version") == [(0,)]
    assert agrees(database)


def test_keys_that_go_round_find_no_one_in_their_way(database: Database, deliver: Deliver) -> None:
    bare = [replace(plot, national_id=None, number=str(i)) for i, plot in enumerate(VILLAGE)]
    deliver(bare)
    round_ = [replace(plot, key=f"k{(i + 1) % 10}") for i, plot in enumerate(bare)]
    lands = "SELECT parcel_uid::text, ST_AsText(geom) FROM land.parcel ORDER BY 1"
    before = database.query(lands)
    merged = deliver(round_, rekeyed=(COMMUNES[0],))
    assert totals(merged.lines)["unchanged"] == 10
    assert database.query(lands) == before
    assert agrees(database)


def test_with_another_value_it_is_a_version_that_has_the_key_of_before(
    database: Database, deliver: Deliver
) -> None:
    deliver(VILLAGE)
    one, *others = renamed(VILLAGE, "new-")
    merged = deliver([replace(one, land_use="CLN"), *others])
    assert (totals(merged.lines)["changed"], totals(merged.lines)["unchanged"]) == (1, 9)
    assert merged.notes["handles_changed"] == 10
    assert database.query("SELECT source_key FROM land.parcel_version") == [("k0",)]
    assert database.query("SELECT source_key FROM land.parcel WHERE land_use = 'CLN'") == [("new-k0",)]
    assert agrees(database)


def test_with_another_land_user_the_parcel_itself_stays(database: Database, deliver: Deliver) -> None:
    deliver(VILLAGE)
    one, *others = renamed(VILLAGE, "new-")
    merged = deliver([replace(one, user="Người Khác"), *others])
    assert (totals(merged.lines)["changed"], totals(merged.lines)["unchanged"]) == (1, 9)
    assert merged.notes == {"handles_changed": 10}
    assert database.query("SELECT count(*) FROM land.parcel_version") == [(0,)]
    assert database.query("SELECT count(*) FROM land.parcel WHERE source_key LIKE 'new-%'") == [(10,)]
    assert agrees(database)


def test_another_commune_is_a_version_though_the_hash_is_the_same(
    database: Database, deliver: Deliver
) -> None:
    around = [Plot(f"r{i}", None, str(50 + i), COMMUNES[1], x=100 + i) for i in range(200)]
    deliver([*VILLAGE, *around])
    one, *others = VILLAGE
    merged = deliver([replace(one, commune=COMMUNES[1]), *others, *around])
    assert (totals(merged.lines)["changed"], totals(merged.lines)["moved_in"]) == (1, 1)
    closed = "SELECT v.commune_code, p.commune_code, v.content_hash = p.content_hash FROM land.parcel_version AS v JOIN land.parcel AS p USING (parcel_uid)"
    assert database.query(closed) == [(COMMUNES[0], COMMUNES[1], True)]
    assert agrees(database)


def test_what_a_parcel_was_called_when_is_said_to_analysts_and_to_its_province(
    database: Database, deliver: Deliver
) -> None:
    deliver(VILLAGE[:1])
    deliver(renamed(VILLAGE[:1], "new-"))
    said = (
        "SELECT h.value, h.recorded_to IS NULL, h.recorded_from < coalesce(h.recorded_to, 'infinity'), h.parcel_uid = p.parcel_uid "
        "FROM {}.parcel_handle AS h CROSS JOIN land.parcel AS p WHERE h.kind = 'source_key' ORDER BY h.recorded_from"
    )
    told = [("vbdlis|k0", False, True, True), ("vbdlis|new-k0", True, True, True)]
    assert database.query(said.format("analyst")) == told
    with closing(psycopg2.connect(database.superuser_dsn)) as link, link.cursor() as cursor:
        for role, values in {"province_01": ["vbdlis|k0", "vbdlis|new-k0"], "province_04": []}.items():
            cursor.execute(f"SET ROLE {role}")
            cursor.execute(
                "SELECT value FROM province.parcel_handle WHERE kind = 'source_key' ORDER BY recorded_from"
            )
            assert [value for (value,) in cursor.fetchall()] == values, role


def test_the_manifest_proves_the_handles_as_it_is_written_down(database: Database, deliver: Deliver) -> None:
    deliver([replace(VILLAGE[0], key="k;1:é"), replace(VILLAGE[1], key=None, system="hệ")])
    proved = {bytes(proved) for (proved,) in database.query("SELECT handle_hash FROM ledger.manifest")}
    assert proved == {
        hashlib.sha256(f"landsync.handles.v1;{text}".encode()).digest()
        for text in ("6:vbdlis;6:k;1:é;", "4:hệ;N;")
    }


def test_a_held_commune_keeps_its_keys(database: Database, deliver: Deliver) -> None:
    deliver(VILLAGE)
    before = database.query(KEYS)
    merged = deliver(renamed(VILLAGE, "new-"), held=(COMMUNES[0],))
    assert (totals(merged.lines)["held"], merged.notes.get("handles_changed")) == (10, None)
    assert database.query(KEYS) == before
    assert agrees(database)


def test_a_refused_row_keeps_the_key_of_its_parcel(database: Database, deliver: Deliver) -> None:
    deliver(VILLAGE)
    one, *others = renamed(VILLAGE, "new-")
    merged = deliver([replace(one, refused=("GEO-INVALID",)), *others], complete=())
    assert (merged.notes["handles_changed"], totals(merged.lines)["quarantined"]) == (9, 1)
    assert database.query("SELECT source_key FROM land.parcel WHERE source_key NOT LIKE 'new-%'") == [("k0",)]
    assert agrees(database)


def test_another_commune_is_a_state_of_its_own_also_where_it_came_late(
    database: Database, full: Deliver, changes: Deliver
) -> None:
    first, *rest = village()
    full([first, *rest], 1)
    changes([change(first, 5, land_use="CLN")], 5)
    late = change(first, 3, commune=THERE)  # but for the commune it is what it was before
    assert changes([late], 3).notes == {"placed": 1}
    rows = "SELECT closed_because, commune_code, source_order FROM land.parcel_version WHERE late_row > 0 ORDER BY source_order"
    assert database.query(rows)[0][:2] == ("late", THERE)
    assert changes([late], 3).notes == {"repeated": 1}
    assert changes([change(first, 3)], 3).notes == {"older": 1}, "the same version, of another commune"
    assert changes([change(first, 4)], 4).notes == {"placed": 1}
    assert database.query(rows)[-1][:2] == ("late", HERE), "and back"
    assert agrees(database)


def test_a_version_told_again_of_another_commune_is_refused(
    database: Database, full: Deliver, changes: Deliver
) -> None:
    first, *rest = village()
    full([first, *rest], 1)
    changes([change(first, 2)], 2)
    assert changes([change(first, 2)], 2).notes == {"repeated": 1}
    refused = changes([change(first, 2, commune=THERE)], 2).quarantined
    assert [row["merge_code"] for row in refused] == ["CHG-CONFLICT"]
    assert database.query("SELECT DISTINCT commune_code FROM land.parcel WHERE source_key = 'k0'") == [
        (HERE,)
    ]
