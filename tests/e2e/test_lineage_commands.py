"""A split that an office delivers, declares and confirms, by whole commands; and who may confirm it."""

from pathlib import Path

import geopandas as gpd
import pandas as pd
import pytest
import shapely

from sync.run import actor_of_terminal
from tests.e2e.conftest import Landsync
from tests.support.deciding import as_decider
from tests.support.deliveries import copy_of, rewrite

pytestmark = [pytest.mark.db, pytest.mark.e2e]
PAPER = "45/QĐ-UBND, 05/03/2026"


def split_first(frame: gpd.GeoDataFrame) -> gpd.GeoDataFrame:
    """The largest parcel becomes two under new keys, which name it: one by its key, the other by its number."""
    i = frame.geometry.area.idxmax()
    parent = frame.loc[[i]]
    west, south, east, north = parent.geometry.iloc[0].bounds
    middle = (west + east) / 2
    halves = []
    for name, box in (("a", (west, south, middle, north)), ("b", (middle, south, east, north))):
        half = parent.copy()
        half["thuaDatId"] = parent["thuaDatId"] + name
        half["soThuTuThua"] = f"90{name}"
        half["maDinhDanh"] = None
        half["thuaDatGocId"] = parent["thuaDatId"] if name == "a" else None
        half["soThuaGoc"] = None if name == "a" else parent["soHieuToBanDo"] + "/" + parent["soThuTuThua"]
        half["geometry"] = [shapely.intersection(parent.geometry.iloc[0], shapely.box(*box))]
        half["dienTichPhapLy"] = half.geometry.area.round(1)
        half["loaiDat"], half["dienTichTheoLoaiDat"] = "ODT", None
        halves.append(half)
    return gpd.GeoDataFrame(pd.concat([frame.drop(index=i), *halves], ignore_index=True), crs=frame.crs)


def test_a_split_is_delivered_declared_and_confirmed(landsync: Landsync, tmp_path: Path) -> None:
    landsync(
        "generate", "--out", tmp_path / "nation", "--parcels", 60, "--provinces", "01",
        "--communes-per-province", 1,
    )  # fmt: skip
    first = tmp_path / "nation" / "01"
    assert landsync("sync", "--province", "01", first).status == 0
    second = copy_of(first, "split")
    rewrite(second, "hanoi.gpkg", split_first)
    synced = landsync("sync", "--province", "01", second)
    assert synced.status == 0, synced.words
    assert synced.document["changes"] == {"split_proposed": 1, "lineage_agreed": 1}
    listed = landsync("lineage", "list", "--province", "01").document
    [event] = listed["events"]
    assert (event["kind"], event["state"], len(event["parents"]), len(event["children"])) == (
        "split",
        "declared",
        1,
        2,
    )
    confirm = ("lineage", "confirm", event["event_id"], "--reason", "the file", "--legal-date", "2026-03-05")
    refused = landsync(*confirm)
    assert (refused.status, refused.document["error"]["code"]) == (2, "LIN-DOCUMENT")
    as_decider(landsync.database, "cli:somebody-else", "office", "01")
    refused = landsync(*confirm, "--document", PAPER)
    assert (refused.status, refused.document["error"]["code"]) == (2, "DECIDER-RIGHT")
    as_decider(landsync.database, actor_of_terminal(), "office", "01")
    done = landsync(*confirm, "--document", PAPER)
    assert (done.status, done.document["roles"], done.document["meanwhile"]) == (0, ["office"], [])
    shown = landsync("lineage", "show", event["event_id"]).document
    assert [(each["state"], each["role"], each["document"]) for each in shown["decisions"]] == [
        ("declared", None, None),
        ("confirmed", "office", PAPER),
    ]
    assert landsync("lineage", "refuse", event["event_id"], "--reason", "no").status == 2
    told = landsync("explain", event["children"][0]).document["live"]["lineage"]
    assert [(each["kind"], each["state"], each["document"]) for each in told] == [
        ("split", "confirmed", PAPER)
    ]
    assert len(landsync("deciders", "list").document["deciders"]) == 2
    assert landsync("lineage", "list", "--province", "01").document["total"] == 0
    again = landsync("sync", "--province", "01", second)
    assert "lineage_agreed" not in again.document["changes"]
