"""The register of findings by whole commands: found, still there, mended, come back, answered for, held."""

from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import geopandas as gpd
import pyarrow.parquet as pq
import pytest

from sync.folder.register import RegisterCounts, load_register, states_of
from tests.e2e.conftest import Landsync, Told
from tests.support.deliveries import PROVINCE, copy_of, rewrite

pytestmark = [pytest.mark.db, pytest.mark.e2e]
UNTIL = (datetime.now(UTC) + timedelta(days=60)).date().isoformat()


@pytest.fixture
def delivery(landsync: Landsync, tmp_path: Path) -> Path:
    """600 parcels of three communes in two zones, without faults."""
    landsync(
        "generate", "--out", tmp_path / "nation", "--parcels", 600, "--provinces", PROVINCE,
        "--communes-per-province", 3,
    )  # fmt: skip
    return tmp_path / "nation" / PROVINCE


def wrong_areas(parcels: int):  # type: ignore[no-untyped-def]
    """A registered area nobody computes, in the first parcels of a file."""

    def change(frame: gpd.GeoDataFrame) -> gpd.GeoDataFrame:
        frame.loc[frame.index[:parcels], "dienTichPhapLy"] = 99_999.5
        return frame

    return change


def sync(landsync: Landsync, delivery: Path, *more: str) -> Told:
    return landsync("sync", "--province", PROVINCE, delivery, *more)


def spoiled(delivery: Path, name: str, hours: int, parcels: int = 40) -> Path:
    copy = copy_of(delivery, name, hours=hours)
    rewrite(copy, sorted(path.name for path in copy.glob("*.gpkg"))[0], wrong_areas(parcels))
    return copy


def listed(landsync: Landsync, *options: object) -> dict[str, Any]:
    return landsync("findings", "list", "--province", PROVINCE, *options).document


def test_a_fault_is_followed_from_its_first_day_to_its_return(landsync: Landsync, delivery: Path) -> None:
    first = sync(landsync, spoiled(delivery, "one", 1)).document
    new = first["register"]["new"]
    assert new >= 40
    assert first["findings"]["ATT-AREA"] == 40
    again = sync(landsync, spoiled(delivery, "two", 2)).document["register"]
    assert (again["open"], again["new"], again["fixed"]) == (new, 0, 0)
    assert listed(landsync, "--check", "ATT-AREA")["states"]["open"] == 40
    # Seven, as a person mends in a day: of more that go back to what they were, the brakes ask a person first.
    fewer = sync(landsync, spoiled(delivery, "three", 3, parcels=33)).document
    assert fewer["register"]["fixed"] >= 7
    mended = {
        row["finding_id"] for row in listed(landsync, "--state", "fixed", "--check", "ATT-AREA")["findings"]
    }
    assert len(mended) == 7
    assert sync(landsync, spoiled(delivery, "dry", 4), "--dry-run").document["register"]["returned"] >= 7
    assert listed(landsync, "--state", "returned")["total"] == 0
    told = sync(landsync, spoiled(delivery, "four", 5)).document
    assert told["register"]["returned"] >= 7
    assert {
        row["finding_id"]
        for row in listed(landsync, "--state", "returned", "--check", "ATT-AREA")["findings"]
    } == mended
    case = landsync("findings", "show", min(mended)).document
    assert [event["state"] for event in case["events"]] == ["new", "open", "fixed", "returned"]
    assert case["advice"]["vi"]
    assert landsync.query(
        "SELECT count(*), count(place) FROM analyst.finding WHERE check_code = 'ATT-AREA'"
    ) == [(40, 40)]
    assert landsync.query(
        "SELECT bool_and(ST_Contains(ST_MakeEnvelope(102, 8, 110, 24, 4756), place)) FROM analyst.finding"
    ) == [(True,)]


def test_the_folder_of_a_run_says_the_state_of_every_finding(landsync: Landsync, delivery: Path) -> None:
    sync(landsync, spoiled(delivery, "one", 1))
    told = sync(landsync, spoiled(delivery, "two", 2, parcels=47)).document
    folder = landsync.home / "runs" / told["run"]
    register = load_register(folder)
    assert register is not None
    findings = pq.read_table(folder / "judgement" / "findings.parquet")
    states = states_of(findings, register)["state"].to_pylist()
    areas = [
        state
        for state, code in zip(states, findings["check_code"].to_pylist(), strict=True)
        if code == "ATT-AREA"
    ]
    assert (areas.count("open"), areas.count("new"), len(areas)) == (40, 7, 47)
    register_counts = RegisterCounts.load(folder)
    assert register_counts.counts == told["register"]
    assert sum(line["new"] for line in register_counts.communes.values()) == register_counts.counts["new"]
    assert states_of(findings, None)["state"].null_count == len(findings)


def test_an_accepted_finding_no_longer_counts_and_is_shown_beside_the_group(
    landsync: Landsync, delivery: Path
) -> None:
    bad = spoiled(delivery, "one", 1, parcels=600)
    sync(landsync, bad)
    before = landsync("status", "--province", PROVINCE).document["provinces"][0]
    assert before["excused"] == 0
    assert before["group1"] < 3
    ids = [
        row["finding_id"]
        for check in ("ATT-AREA", "ATT-USE-AREAS")  # the areas of the uses add up to the right one
        for row in listed(landsync, "--check", check, "--limit", 1000)["findings"]
    ]
    accepted = landsync("findings", "accept", *ids, "--reason", "Văn bản 12/STNMT", "--until", UNTIL)
    assert (accepted.status, {row["state"] for row in accepted.document["findings"]}) == (0, {"accepted"})
    told = sync(landsync, copy_of(bad, "again", hours=2)).document
    after = landsync("status", "--province", PROVINCE).document["provinces"][0]
    assert (after["group1"], after["excused"]) == (3, len(ids))
    assert told["findings"]["ATT-AREA"] + told["findings"]["ATT-USE-AREAS"] == len(ids)
    assert told["register"]["accepted"] == len(ids)
    assert sum(commune["excused"] for commune in told["communes"]) == len(ids)
    assert landsync.query("SELECT sum(excused) FROM analyst.commune_quality")[0][0] == len(ids)
    landsync("findings", "withdraw", *ids, "--reason", "Tỉnh chưa bổ sung hồ sơ")
    told = sync(landsync, copy_of(bad, "third", hours=3)).document
    assert sum(commune["excused"] for commune in told["communes"]) == 0
    assert landsync("status", "--province", PROVINCE).document["provinces"][0]["group1"] == before["group1"]


def test_wrong_use_is_a_sentence_and_changes_nothing(landsync: Landsync, delivery: Path) -> None:
    sync(landsync, spoiled(delivery, "one", 1))
    some = listed(landsync, "--check", "ATT-AREA")["findings"][0]["finding_id"]
    for arguments, code in (
        (["show", "not-an-id"], "FND-ID"),
        (["show", "2b0d0c6e-9f43-5c55-8f0f-3f1d8a1f6a52"], "FND-UNKNOWN"),
        (["accept", some, "--reason", " ", "--until", UNTIL], "FND-REASON"),
        (["accept", some, "--reason", "vì 079201001234", "--until", UNTIL], "FND-PERSONAL"),
        (["accept", some, "--reason", "vì", "--until", "2020-01-01"], "FND-UNTIL"),
        (["accept", some, "--reason", "vì", "--until", "31/12/2999"], "FND-UNTIL"),
        (["withdraw", some, "--reason", "vì"], "FND-NOT-ACCEPTED"),
        (["list", "--state", "gone"], "FND-STATE"),
    ):
        told = landsync("findings", *arguments)
        assert (told.status, told.document["error"]["code"]) == (2, code)
    assert listed(landsync, "--check", "ATT-AREA")["states"]["accepted"] == 0


def test_a_held_commune_is_judged_when_it_is_let_go(landsync: Landsync, delivery: Path) -> None:
    sync(landsync, delivery)
    halved = spoiled(delivery, "halved", 1, parcels=5)
    file = sorted(path.name for path in halved.glob("*.gpkg"))[0]
    victim = str(gpd.read_file(halved / file)["maXa"].iloc[0])

    def half(frame: gpd.GeoDataFrame) -> gpd.GeoDataFrame:
        here = frame.index[frame["maXa"] == victim]
        return frame.drop(here[len(here) // 2 :])

    rewrite(halved, file, half)
    told = sync(landsync, halved).document
    assert told["held_communes"] == [victim]
    assert told["register"]["waiting"] >= 5
    assert listed(landsync, "--commune", victim, "--check", "ATT-AREA")["total"] == 0
    landsync("approve", told["run"], "--reason", "checked")
    assert listed(landsync, "--commune", victim, "--check", "ATT-AREA")["total"] == 5


def test_a_parcel_that_the_merge_refuses_is_on_the_register_until_it_is_accepted(
    landsync: Landsync, delivery: Path
) -> None:
    """Rows that share a sheet number are refused, and their findings end when they no longer do."""
    sync(landsync, delivery)
    twice = copy_of(delivery, "twice", hours=1)
    file = sorted(path.name for path in twice.glob("*.gpkg"))[0]

    def share(frame: gpd.GeoDataFrame) -> gpd.GeoDataFrame:
        for column in ("soHieuToBanDo", "soThuTuThua"):
            frame.loc[frame.index[1], column] = frame.loc[frame.index[0], column]
        return frame

    rewrite(twice, file, share)
    told = sync(landsync, twice).document
    assert told["quarantined"] == 2
    refused = [row for row in listed(landsync)["findings"] if row["quarantines"]]
    assert len(refused) >= 2
    no = landsync("findings", "accept", refused[0]["finding_id"], "--reason", "vì", "--until", UNTIL)
    assert no.document["error"]["code"] == "FND-QUARANTINES"
    sync(landsync, copy_of(delivery, "right", hours=2))
    assert [row for row in listed(landsync)["findings"] if row["quarantines"]] == []


def let_pass(landsync: Landsync, province: str, delivery: Path) -> None:
    """Another cadastre than the one of before, with a quarter of its numbers different: one approval is enough."""
    told = landsync("sync", "--province", province, delivery)
    if told.status == 3:
        told = landsync("approve", told.document["run"], "--reason", "made anew without faults")
    assert told.status == 0, told.document


def test_a_fault_between_two_provinces_is_one_case_that_either_side_mends(
    landsync: Landsync, tmp_path: Path
) -> None:
    for name, rate, extracted in (("faulty", 0.02, "2026-11-20T22:00"), ("clean", 0.0, "2026-11-22T22:00")):
        landsync(
            "generate", "--out", tmp_path / name, "--parcels", 1500, "--provinces", "08,15",
            "--communes-per-province", 3, "--labelled", "--defects", rate, "--seed", 3, "--extracted-at", extracted,
        )  # fmt: skip
    told = {}
    for province in ("08", "15", "08"):
        run = landsync("sync", "--province", province, tmp_path / "faulty" / province).document["run"]
        findings = pq.read_table(landsync.home / "runs" / run / "judgement" / "findings.parquet").to_pylist()
        own = {row["dataset"] for row in findings}
        told[province] = {row["finding_id"] for row in findings if row["other_dataset"] not in own | {None}}
    assert told["08"] == told["15"] != set()
    across = (
        "SELECT finding_id::text, state FROM analyst.finding "
        "WHERE province_code = '08' AND other_province_code = '15'"
    )
    assert dict(landsync.query(across)) == dict.fromkeys(told["15"], "open")
    for province in ("08", "15"):
        shown = landsync("findings", "list", "--province", province, "--limit", 1000).document["findings"]
        assert told["15"] <= {row["finding_id"] for row in shown}
    let_pass(landsync, "15", tmp_path / "clean" / "15")
    fixed = landsync("findings", "list", "--province", "15", "--state", "fixed").document
    assert fixed["total"] > 0
    let_pass(landsync, "08", tmp_path / "clean" / "08")
    assert set(dict(landsync.query(across)).values()) == {"fixed"}
    history = landsync.query(
        "SELECT DISTINCT e.run_id LIKE '15-%%' FROM ledger.finding_event AS e WHERE e.finding_id = ANY (%s::uuid[]) "
        "AND e.state = 'new'",
        sorted(told["15"]),
    )
    assert history == [(True,)]  # the first run of 08 had no neighbour yet
