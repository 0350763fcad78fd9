"""A commune whose coordinates do not show their CRS: held the first time, settled by its own live data after that."""

from pathlib import Path

import geopandas as gpd
import pytest

from sync.declared.profile import load_profile
from tests.e2e.conftest import Landsync
from tests.support.deliveries import copy_of, rewrite

pytestmark = [pytest.mark.db, pytest.mark.e2e]
PROVINCE = "01"  # Hà Nội: 105°00′, where UTM and the old Gauss-Krüger zone have the same meridian
TM3, UTM = 5897, 3405


def without_witnesses(frame: gpd.GeoDataFrame) -> gpd.GeoDataFrame:
    """Neither national ids nor stated areas."""
    columns = load_profile(PROVINCE).columns
    return frame.assign(**{str(columns[name]): None for name in ("national_id", "area_legal_m2")})


def in_utm(frame: gpd.GeoDataFrame) -> gpd.GeoDataFrame:
    """The same parcels written in UTM, under a file that still says TM-3."""
    return frame.to_crs(UTM).set_crs(TM3, allow_override=True)


@pytest.fixture
def delivery(landsync: Landsync, tmp_path: Path) -> Path:
    made = landsync(
        "generate", "--out", tmp_path / "nation", "--parcels", 120, "--provinces", PROVINCE,
        "--communes-per-province", 2,
    )  # fmt: skip
    assert made.status == 0
    folder = tmp_path / "nation" / PROVINCE
    for file in sorted(folder.glob("*.gpkg")):
        rewrite(folder, file.name, without_witnesses)
    return folder


def sync(landsync: Landsync, delivery: Path):  # type: ignore[no-untyped-def]
    return landsync("sync", "--province", PROVINCE, delivery)


def holds(landsync: Landsync) -> list[dict[str, object]]:
    return [
        reason
        for hold in landsync("status", "--province", PROVINCE).document["holds"]
        for reason in hold["reasons"]
    ]


def test_undecided_the_first_time_then_its_own_data_are_the_witness(
    landsync: Landsync, delivery: Path
) -> None:
    first = sync(landsync, delivery)
    assert (first.status, first.document["new"], len(first.document["held_communes"])) == (3, 0, 2)
    assert {reason["code"] for reason in holds(landsync)} == {"CRS-UNDECIDED"}
    assert "EPSG:3405" in str(holds(landsync)[0]["en"])
    assert landsync("approve", first.document["run"], "--reason", "seen on a base map").status == 0
    assert landsync.query("SELECT count(*) FROM land.parcel") == [(120,)]

    again = sync(landsync, copy_of(delivery, "again", hours=1))
    assert (again.status, again.document["unchanged"]) == (0, 120)

    moved = copy_of(delivery, "moved", hours=2)
    for file in sorted(moved.glob("*.gpkg")):
        rewrite(moved, file.name, in_utm)
    third = sync(landsync, moved)
    assert (third.status, third.document["changed"], len(third.document["held_communes"])) == (3, 0, 2)
    (reason, *_) = holds(landsync)
    assert reason["code"] == "CRS-UNDECIDED"
    evidence = reason["evidence"]
    assert isinstance(evidence, dict)
    assert evidence["history"]["found"] >= 5
    assert 300 < abs(evidence["history"]["north_m"]) < 1000
    assert "Compared with the live data" in str(reason["en"])
