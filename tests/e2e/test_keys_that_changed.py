"""An export that renumbers its objects: held, told in words, and decided by a person, through the command line."""

from pathlib import Path

import geopandas as gpd
import pytest

from sync.declared.profile import SHIPPED, load_profile
from tests.e2e.conftest import Landsync
from tests.support.deliveries import copy_of, rewrite
from tests.support.lineage import names_on_other_land

pytestmark = [pytest.mark.db, pytest.mark.e2e]
PROVINCE = "01"
COLUMNS = load_profile(PROVINCE).columns
KEY, COMMUNE, USE, USER = (
    str(COLUMNS[name]) for name in ("source_key", "commune_code", "land_use", "land_user_name")
)


@pytest.fixture
def delivery(landsync: Landsync, tmp_path: Path) -> Path:
    made = landsync(
        "generate", "--out", tmp_path / "nation", "--parcels", 277, "--provinces", PROVINCE,
        "--communes-per-province", 2,
    )  # fmt: skip
    assert made.status == 0
    folder = tmp_path / "nation" / PROVINCE
    assert landsync("sync", "--province", PROVINCE, folder).document["new"] == 277
    return folder


def shuffled(frame: gpd.GeoDataFrame) -> gpd.GeoDataFrame:
    """Each key to another parcel of its commune."""
    frame = frame.copy()
    for rows in frame.groupby(COMMUNE).groups.values():
        keys = frame.loc[rows, KEY].to_numpy()
        frame.loc[rows, KEY] = [keys[(i * 11 + 5) % len(keys)] for i in range(len(keys))]
    return frame


def two_exchanged(frame: gpd.GeoDataFrame) -> gpd.GeoDataFrame:
    """The first and the last of a commune have each other's key; another one has another use."""
    frame = frame.copy()
    rows = next(iter(frame.groupby(COMMUNE).groups.values()))
    frame.loc[rows[[0, -1]], KEY] = frame.loc[rows[[-1, 0]], KEY].to_numpy()
    frame.loc[rows[1], USE] = "CLN"
    return frame


def rewritten(delivery: Path, name: str, hours: int, change: object) -> Path:
    made = copy_of(delivery, name, hours=hours)
    for file in sorted(made.glob("*.gpkg")):
        rewrite(made, file.name, change)  # type: ignore[arg-type]
    return made


def lands(landsync: Landsync) -> dict[str, str]:
    return dict(landsync.query("SELECT parcel_uid::text, ST_AsText(ST_Normalize(geom)) FROM land.parcel"))


def holds(landsync: Landsync) -> list[dict[str, str]]:
    return [
        reason
        for hold in landsync("status", "--province", PROVINCE).document["holds"]
        for reason in hold["reasons"]
    ]


def test_shuffled_keys_are_held_and_where_a_person_agrees_every_parcel_keeps_its_land(
    landsync: Landsync, delivery: Path
) -> None:
    before = lands(landsync)
    renumbered = rewritten(delivery, "renumbered", 1, shuffled)
    held = landsync("sync", "--province", PROVINCE, renumbered)
    assert (held.status, held.document["changed"], held.document["ended"], held.document["held"]) == (
        3,
        0,
        0,
        277,
    )
    said = holds(landsync)
    assert [reason["code"] for reason in said] == ["REKEYED", "REKEYED"]
    assert all("the handles have changed" in reason["en"] for reason in said)
    assert lands(landsync) == before

    approved = landsync("approve", held.document["run"], "--reason", "the vendor renumbered its objects")
    assert (approved.status, approved.document["changed"], approved.document["unchanged"]) == (0, 0, 277)
    assert lands(landsync) == before
    assert landsync("reconcile", "--province", PROVINCE).document["agrees"]
    again = landsync("sync", "--province", PROVINCE, copy_of(renumbered, "again", hours=2))
    assert (again.status, again.document["unchanged"]) == (0, 277)


def test_what_is_held_again_for_another_reason_is_not_asked_a_third_time(
    landsync: Landsync, delivery: Path
) -> None:
    """Keys shuffled, and the names of the land users emptied: two facts, two questions."""
    before = lands(landsync)

    def both(frame: gpd.GeoDataFrame) -> gpd.GeoDataFrame:
        frame = shuffled(frame)
        frame[USER] = None
        return frame

    held = landsync("sync", "--province", PROVINCE, rewritten(delivery, "both", 1, both))
    assert {reason["code"] for reason in holds(landsync)} == {"REKEYED"}
    again = landsync("approve", held.document["run"], "--reason", "renumbered")
    assert again.status == 3
    assert {reason["code"] for reason in holds(landsync)} == {"EMPTIED"}
    done = landsync("approve", again.document["run"], "--reason", "no names are kept any more")
    assert (done.status, done.document["held"], holds(landsync)) == (0, 0, [])
    assert lands(landsync) == before


def test_who_knows_better_says_that_the_land_was_corrected_and_is_asked_about_the_ids(
    landsync: Landsync, delivery: Path
) -> None:
    key = "SELECT source_key, parcel_uid::text FROM land.parcel"
    before, was = dict(landsync.query(key)), lands(landsync)
    held = landsync("sync", "--province", PROVINCE, rewritten(delivery, "renumbered", 1, shuffled))
    assert all("--reading moved" in reason["en"] for reason in holds(landsync))
    words = ("approve", held.document["run"], "--reason", "measured anew")
    again = landsync(*words, "--reading", "moved")
    assert again.status == 3
    assert {"SHUFFLED", "CHANGED"} & {reason["code"] for reason in holds(landsync)}
    words = ("approve", again.document["run"], "--reason", "the ids, too")
    wrong = landsync(*words, "--reading", "rekeyed")
    assert (wrong.status, "REVIEW-READING" in str(wrong.document)) == (2, True)
    done = landsync(*words)
    assert (done.status, done.document["changed"] + done.document["unchanged"]) == (0, 277)
    assert dict(landsync.query(key)) == before
    now = lands(landsync)
    assert sum(now[uid] != was[uid] for uid in was) > 200
    assert names_on_other_land(landsync.query) == []
    assert landsync("reconcile", "--province", PROVINCE).document["agrees"]
    assert landsync.query("SELECT reading FROM ledger.approval ORDER BY approval_id") == [("moved",), (None,)]


def test_two_rows_wait_by_themselves_with_a_hold_that_can_be_decided(
    landsync: Landsync, delivery: Path
) -> None:
    before = lands(landsync)
    keys = "SELECT parcel_uid::text, source_key FROM land.parcel"
    keys_before = dict(landsync.query(keys))
    exchanged = landsync("sync", "--province", PROVINCE, rewritten(delivery, "exchanged", 1, two_exchanged))
    assert (exchanged.status, exchanged.document["held"]) == (3, 2)
    assert (exchanged.document["changed"], exchanged.document["unchanged"]) == (1, 274)
    assert len(holds(landsync)) == 1
    assert landsync("status", "--province", PROVINCE).document["provinces"][0]["held"] == 1

    approved = landsync("approve", exchanged.document["run"], "--reason", "a slip, seen on the map")
    assert (approved.status, approved.document["held"], approved.document["changed"]) == (0, 0, 0)
    now = dict(landsync.query(keys))
    others = {uid for uid, key in now.items() if key != keys_before[uid]}
    assert len(others) == 2
    assert {now[uid] for uid in others} == {keys_before[uid] for uid in others}
    assert lands(landsync) == before
    assert holds(landsync) == []
    assert landsync("reconcile", "--province", PROVINCE).document["agrees"]


def test_refused_they_are_told_again_the_next_night_and_a_right_delivery_settles_it(
    landsync: Landsync, delivery: Path
) -> None:
    exchanged = landsync("sync", "--province", PROVINCE, rewritten(delivery, "exchanged", 1, two_exchanged))
    assert landsync("refuse", exchanged.document["run"], "--reason", "to be corrected").status == 0
    assert holds(landsync) == []
    again = landsync("sync", "--province", PROVINCE, rewritten(delivery, "again", 2, two_exchanged))
    assert (again.status, len(holds(landsync))) == (3, 1)
    right = landsync("sync", "--province", PROVINCE, copy_of(delivery, "right", hours=3))
    assert (right.status, right.document["held"], holds(landsync)) == (0, 0, [])


def test_keys_that_change_with_every_export_are_declared_once_and_hold_nothing(
    landsync: Landsync, delivery: Path, tmp_path: Path
) -> None:
    before = lands(landsync)
    volatile = tmp_path / "volatile.toml"
    text = (SHIPPED / f"{PROVINCE}.toml").read_text(encoding="utf-8")
    volatile.write_text('without = ["source_key"]\n' + text, encoding="utf-8")

    def night(hours: int) -> dict[str, int]:
        made = rewritten(delivery, f"night{hours}", hours, shuffled)
        told = landsync("sync", "--province", PROVINCE, made, "--profile", volatile)
        assert told.status == 0
        return {name: told.document[name] for name in ("new", "changed", "ended", "held", "quarantined")}

    nothing = {"new": 0, "changed": 0, "ended": 0, "held": 0, "quarantined": 0}
    assert night(1) == night(2) == night(3) == nothing
    assert lands(landsync) == before
    keyless = "SELECT count(*) FROM land.parcel WHERE source_key IS NULL"
    assert landsync.query(keyless) == [(277,)]
    assert landsync.query("SELECT count(*) FROM land.parcel_version") == [(0,)]
    assert landsync("reconcile", "--province", PROVINCE).document["agrees"]
