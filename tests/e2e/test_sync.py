"""`landsync sync` from files to PostGIS and back: what the promise means, delivery by delivery."""

import socket
from pathlib import Path

import geopandas as gpd
import pytest

from sync.folder.profile import KeptProfile
from sync.settings import ROOT
from tests.e2e.conftest import Landsync
from tests.support.deliveries import PROVINCE, copy_of, rewrite, undeclare

pytestmark = [pytest.mark.db, pytest.mark.e2e]
LIVE = "SELECT count(*) FROM land.parcel"
EVERYTHING = (
    "SELECT coalesce(md5(string_agg(p.parcel_uid::text || encode(p.content_hash, 'hex') || "
    "coalesce(p.stale_since::text, ''), ',' ORDER BY p.parcel_uid)), '') FROM land.parcel AS p"
)


@pytest.fixture
def delivery(landsync: Landsync, tmp_path: Path) -> Path:
    """600 faultless parcels of three communes in two zones."""
    made = landsync(
        "generate", "--out", tmp_path / "nation", "--parcels", 600, "--provinces", PROVINCE,
        "--communes-per-province", 3,
    )  # fmt: skip
    assert made.status == 0
    return tmp_path / "nation" / PROVINCE


def sync(landsync: Landsync, delivery: Path, *more: str):  # type: ignore[no-untyped-def]
    return landsync("sync", "--province", PROVINCE, delivery, *more)


def communes(landsync: Landsync) -> dict[str, int]:
    return dict(landsync.query("SELECT commune_code, count(*) FROM land.parcel GROUP BY commune_code"))


def first_half_of(commune: str):  # type: ignore[no-untyped-def]
    """Drop the second half of one commune's parcels."""

    def change(frame: gpd.GeoDataFrame) -> gpd.GeoDataFrame:
        here = frame.index[frame["maXa"] == commune]
        return frame.drop(here[len(here) // 2 :])

    return change


def in_file(delivery: Path, commune: str) -> str:
    """The file in which a commune lies."""
    for path in sorted(delivery.glob("*.gpkg")):
        if commune in set(gpd.read_file(path)["maXa"]):
            return path.name
    raise AssertionError(commune)


def test_a_delivery_arrives_and_a_second_time_changes_nothing(landsync: Landsync, delivery: Path) -> None:
    told = sync(landsync, delivery)
    assert (told.status, told.document["new"], told.document["read"]) == (0, 600, 600)
    before = landsync.query(EVERYTHING)
    again = sync(landsync, delivery).document
    assert [again[name] for name in ("new", "changed", "ended", "unchanged")] == [0, 0, 0, 600]
    assert landsync.query(EVERYTHING) == before
    assert landsync("reconcile", "--all").status == 0
    assert landsync("receipt", "verify").status == 0
    assert landsync("receipt", "show", told.document["run"]).document["totals"]["new"] == 600
    status = landsync("status", "--province", PROVINCE).document["provinces"][0]
    assert (status["parcels"], status["group1"], status["state"]) == (600, 3, "done")


def test_a_dry_run_tells_all_and_writes_nothing(landsync: Landsync, delivery: Path) -> None:
    told = sync(landsync, delivery, "--dry-run")
    assert (told.status, told.document["new"], told.document["dry_run"]) == (0, 600, True)
    assert landsync.query(LIVE) == [(0,)]
    assert landsync.query("SELECT count(*) FROM ledger.receipt") == [(0,)]


def test_half_a_commune_missing_holds_that_commune_alone(landsync: Landsync, delivery: Path) -> None:
    sync(landsync, delivery)
    full = communes(landsync)
    victim, *others = sorted(full)
    halved = copy_of(delivery, "halved", hours=1)
    rewrite(halved, in_file(halved, victim), first_half_of(victim))
    others_file = in_file(halved, others[-1])
    some = slice(0, 5)  # more would be held themselves
    rewrite(
        halved,
        others_file,
        lambda frame: frame.assign(diaChi=[*(frame["diaChi"][some] + " (mới)"), *frame["diaChi"][5:]]),
    )
    told = sync(landsync, halved)
    assert told.status == 3
    assert told.document["held_communes"] == [victim]
    assert told.document["ended"] == 0
    assert told.document["changed"] > 0
    assert communes(landsync) == full
    hold = landsync("status", "--province", PROVINCE).document["holds"][0]
    assert (hold["commune_code"], hold["reasons"][0]["code"]) == (victim, "LOSS")
    assert landsync("reconcile", "--all").status == 0

    corrected = copy_of(delivery, "corrected", hours=2)
    told_later = sync(landsync, corrected)
    assert (told_later.status, told_later.document["ended"]) == (0, 0)
    refused = landsync("approve", told.document["run"], "--reason", "too late")
    assert (refused.status, refused.document["error"]["code"]) == (2, "REVIEW-SUPERSEDED")
    assert communes(landsync) == full


def test_what_is_held_goes_live_when_a_person_approves(landsync: Landsync, delivery: Path) -> None:
    sync(landsync, delivery)
    full = communes(landsync)
    victim = min(full)
    halved = copy_of(delivery, "halved")
    rewrite(halved, in_file(halved, victim), first_half_of(victim))
    run = sync(landsync, halved).document["run"]
    told = landsync("approve", run, "--commune", victim, "--reason", "checked against the files")
    assert told.status == 0
    assert communes(landsync)[victim] == full[victim] // 2
    assert landsync.query("SELECT decision, reason FROM ledger.approval") == [
        ("approve", "checked against the files")
    ]
    assert landsync("approve", run, "--reason", "again").document["error"]["code"] == "REVIEW-APPROVED"
    assert landsync("reconcile", "--all").status == 0


def test_what_is_refused_cannot_be_approved(landsync: Landsync, delivery: Path) -> None:
    sync(landsync, delivery)
    victim = min(communes(landsync))
    halved = copy_of(delivery, "halved")
    rewrite(halved, in_file(halved, victim), first_half_of(victim))
    run = sync(landsync, halved).document["run"]
    assert landsync("refuse", run, "--reason", "half is missing").status == 0
    assert landsync("approve", run, "--reason", "no").document["error"]["code"] == "REVIEW-REFUSED"
    assert landsync("status", "--province", PROVINCE).document["totals"]["held"] == 0


def test_nothing_ends_by_a_delivery_that_is_not_complete(landsync: Landsync, delivery: Path) -> None:
    sync(landsync, delivery)
    full = communes(landsync)
    victim = min(full)
    partial = copy_of(delivery, "partial", hours=1)
    rewrite(partial, in_file(partial, victim), first_half_of(victim))
    undeclare(partial)
    told = sync(landsync, partial)
    assert (told.status, told.document["ended"]) == (0, 0)
    assert told.document["changes"]["not_brought"] == full[victim] - full[victim] // 2
    without = copy_of(delivery, "without", hours=2)
    rewrite(without, in_file(without, victim), lambda frame: frame[frame["maXa"] != victim])
    told = sync(landsync, without)
    assert (told.status, told.document["ended"], told.document["absent_communes"]) == (3, 0, [victim])
    hold = landsync("status", "--province", PROVINCE).document["holds"][0]
    assert (hold["commune_code"], [reason["code"] for reason in hold["reasons"]]) == (victim, ["ABSENT"])
    assert communes(landsync) == full


def test_a_commune_that_did_not_come_is_empty_where_a_person_says_so(
    landsync: Landsync, delivery: Path
) -> None:
    sync(landsync, delivery)
    full = communes(landsync)
    victim = min(full)
    without = copy_of(delivery, "without", hours=1)
    rewrite(without, in_file(without, victim), lambda frame: frame[frame["maXa"] != victim])
    held = sync(landsync, without)
    approved = landsync("approve", held.document["run"], "--commune", victim, "--reason", "it was dissolved")
    assert (approved.status, approved.document["ended"]) == (0, full[victim])
    assert communes(landsync) == {code: count for code, count in full.items() if code != victim}
    assert landsync("status", "--province", PROVINCE).document["holds"] == []
    assert landsync("reconcile", "--all").status == 0
    again = sync(landsync, copy_of(without, "again", hours=2))
    assert (again.status, again.document["changed"], again.document["ended"]) == (0, 0, 0), (
        "nothing lives there"
    )
    assert again.document["absent_communes"] == [victim]

    returned = sync(landsync, copy_of(delivery, "returned", hours=3))
    assert (returned.status, returned.document["new"], communes(landsync)) == (0, full[victim], full)
    assert landsync.query("SELECT count(DISTINCT parcel_uid) FROM land.parcel_version") == [(full[victim],)]


def without_last(commune: str, parcels: int):  # type: ignore[no-untyped-def]
    """Drop the last parcels of one commune."""
    return lambda frame: frame.drop(frame.index[frame["maXa"] == commune][-parcels:])


@pytest.mark.parametrize("approves", [True, False])
def test_what_a_person_let_pass_does_not_count_against_the_next_small_loss(
    landsync: Landsync, delivery: Path, approves: bool
) -> None:
    """Four of some hundred a night are few, twice four in a month are many; but not where a person looked between them."""
    sync(landsync, delivery)
    full = communes(landsync)
    victim = min(full)
    lost = 24 if approves else 4
    assert 4 / full[victim] < 0.05 < 8 / full[victim]
    for hours, gone in enumerate((lost, lost + 4), start=1):
        fewer = copy_of(delivery, f"fewer{hours}", hours=hours)
        rewrite(fewer, in_file(fewer, victim), without_last(victim, gone))
        told = sync(landsync, fewer)
        if hours == 1:
            assert told.status == (3 if approves else 0)
        if hours == 1 and approves:
            assert landsync("approve", told.document["run"], "--reason", "looked at").status == 0
    assert told.status == (0 if approves else 3)
    assert communes(landsync)[victim] == full[victim] - (28 if approves else 4)


def test_an_older_delivery_is_held(landsync: Landsync, delivery: Path) -> None:
    sync(landsync, delivery)
    older = copy_of(delivery, "older", hours=-24)
    told = sync(landsync, older)
    assert told.status == 3
    assert len(told.document["held_communes"]) == 3


def test_one_invalid_parcel_in_ten_thousand_delays_only_itself(landsync: Landsync, tmp_path: Path) -> None:
    common = ["--parcels", 10_000, "--provinces", PROVINCE, "--communes-per-province", 4]
    landsync("generate", "--out", tmp_path / "bad", *common, "--fault", "self_intersection=1")
    told = sync(landsync, tmp_path / "bad" / PROVINCE)
    assert told.status == 0
    assert (told.document["new"], told.document["quarantined"]) == (9_999, 1)
    reason = landsync.query("SELECT codes, parcel_uid FROM ledger.quarantine")
    assert reason == [(["GEO-INVALID"], None)]

    landsync("generate", "--out", tmp_path / "good", *common, "--extracted-at", "2026-11-21T22:00:00+07:00")
    good = sync(landsync, tmp_path / "good" / PROVINCE).document
    assert (good["new"], good["unchanged"], good["changed"]) == (1, 9_999, 0)

    bad = copy_of(tmp_path / "bad" / PROVINCE, "bad-again", hours=72)
    again = sync(landsync, bad).document
    assert (again["quarantined"], again["ended"], again["unchanged"]) == (1, 0, 9_999)
    assert landsync.query(LIVE) == [(10_000,)]
    assert landsync.query(LIVE + " WHERE stale_since IS NOT NULL") == [(1,)]
    assert landsync("reconcile", "--all").status == 0


@pytest.mark.parametrize("fault", ["cut", "empty", "text", "layer", "column", "province"])
def test_a_delivery_that_cannot_be_read_changes_no_row(
    landsync: Landsync, delivery: Path, fault: str
) -> None:
    sync(landsync, delivery)
    before = landsync.query(EVERYTHING)
    broken = copy_of(delivery, "broken")
    path = sorted(broken.glob("*.gpkg"))[0]
    said = (broken / "delivery.toml").read_text(encoding="utf-8")
    if fault == "cut":
        path.write_bytes(path.read_bytes()[: path.stat().st_size // 2])
    elif fault == "empty":
        path.write_bytes(b"")
    elif fault == "text":
        path.write_text("thửa đất\n" * 1000, encoding="utf-8")
    elif fault == "layer":
        (broken / "delivery.toml").write_text(said.replace('"ThuaDat"', '"Thua_Dat"'), encoding="utf-8")
    elif fault == "column":
        rewrite(broken, path.name, lambda frame: frame.drop(columns="soThuTuThua"))
    else:
        (broken / "delivery.toml").write_text(
            said.replace('province = "08"', 'province = "01"', 1), encoding="utf-8"
        )
    told = sync(landsync, broken)
    assert told.status == 4
    error = told.document["error"]
    assert error["code"].startswith("DLV-")
    assert error["message"]
    assert error["hint"]
    assert "Traceback" not in told.words
    assert landsync.query(EVERYTHING) == before
    states = "SELECT state, count(*) FROM ledger.run_state GROUP BY state ORDER BY state"
    assert landsync.query(states) == [("done", 1), ("rejected", 1)]


def test_an_approval_covers_only_the_reason_that_was_shown(landsync: Landsync, delivery: Path) -> None:
    sync(landsync, delivery)
    full = communes(landsync)
    victim = min(full)
    older = copy_of(delivery, "older", hours=-24)
    rewrite(older, in_file(older, victim), first_half_of(victim))
    held = sync(landsync, older)
    assert held.status == 3
    again = landsync("approve", held.document["run"], "--commune", victim, "--reason", "the date is wrong")
    assert (again.status, again.document["held_communes"]) == (3, [victim])
    assert communes(landsync) == full
    hold = next(h for h in landsync("status").document["holds"] if h["run_id"] == again.document["run"])
    assert [reason["code"] for reason in hold["reasons"]] == ["LOSS", "AREA"]
    assert landsync("approve", again.document["run"], "--reason", "half was sold").status == 0
    assert communes(landsync)[victim] == full[victim] // 2


def test_the_next_run_closes_one_that_was_killed(landsync: Landsync, delivery: Path) -> None:
    begun = landsync("stage", "fetch", "--province", PROVINCE, "--path", delivery).document["run"]
    busy = sync(landsync, delivery)
    assert (busy.status, busy.document["error"]["code"]) == (5, "LOCKED")
    with landsync.database.connect() as link, link.cursor() as cursor:
        nobody = f"{socket.gethostname()}:{2**22 + 1}"  # above the highest process number of Linux
        cursor.execute(
            "UPDATE ledger.province_state SET lock_holder = %s WHERE lock_run_id = %s", (nobody, begun)
        )
        link.commit()
    assert sync(landsync, delivery).status == 0
    assert landsync.query("SELECT state FROM ledger.run_state WHERE run_id = %s", begun) == [("failed",)]


def test_another_profile_may_be_named_and_is_kept_with_the_run(
    landsync: Landsync, delivery: Path, tmp_path: Path
) -> None:
    renamed = copy_of(delivery, "renamed")
    for path in renamed.glob("*.gpkg"):
        rewrite(renamed, path.name, lambda frame: frame.rename(columns={"maXa": "ma_dvhc"}))
    assert sync(landsync, renamed).document["error"]["code"] == "DLV-COLUMN-MISSING"
    own = (ROOT / "sync" / "declared" / "provinces" / f"{PROVINCE}.toml").read_text(encoding="utf-8")
    other = tmp_path / "other.toml"
    changed = own.replace("[[parts]]", '[columns]\ncommune_code = "ma_dvhc"\n\n[[parts]]', 1)
    other.write_text(changed, encoding="utf-8")
    told = sync(landsync, renamed, "--profile", str(other))
    assert (told.status, told.document["new"]) == (0, 600)
    kept = KeptProfile.load(landsync.home / "runs" / told.document["run"])
    assert kept.profile.columns["commune_code"] == "ma_dvhc"
    missing = sync(landsync, renamed, "--profile", str(tmp_path / "none.toml"))
    assert (missing.status, missing.document["error"]["code"]) == (2, "PRF-MISSING")


def test_a_closed_run_takes_no_further_stage(landsync: Landsync, delivery: Path) -> None:
    run = sync(landsync, delivery).document["run"]
    told = landsync("stage", "load", "--run", run)
    assert (told.status, told.document["error"]["code"]) == (2, "RUN-CLOSED")
    assert sync(landsync, delivery).status == 0  # and did not take the province's lock


def test_an_account_that_may_not_migrate_finds_a_current_database_in_order(landsync: Landsync) -> None:
    assert landsync("db", "migrate").status == 0  # as the loader


def test_a_stage_out_of_order_says_what_is_missing(landsync: Landsync, delivery: Path) -> None:
    run = landsync("stage", "fetch", "--province", PROVINCE, "--path", delivery).document["run"]
    told = landsync("stage", "load", "--run", run, "--finish")
    assert (told.status, told.document["error"]["code"]) == (2, "STAGE-ORDER")
    assert landsync.query(LIVE) == [(0,)]
