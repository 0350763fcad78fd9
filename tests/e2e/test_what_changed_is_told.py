"""The report of a night says in a sentence of each commune what changed in it."""

from pathlib import Path

import geopandas as gpd
import pytest

from sync.declared.profile import load_profile
from tests.e2e.conftest import Landsync
from tests.support.deliveries import copy_of, rewrite

pytestmark = [pytest.mark.db, pytest.mark.e2e]
PROVINCE = "01"
COLUMNS = load_profile(PROVINCE).columns
COMMUNE, SHEET, USER = (str(COLUMNS[name]) for name in ("commune_code", "sheet_no", "land_user_name"))


def a_day_of_work(frame: gpd.GeoDataFrame) -> gpd.GeoDataFrame:
    """Of one commune: a sheet measured anew, by 0.30 m east and 0.20 m south, another user of a parcel of another sheet, one gone."""
    frame = frame.copy()
    commune = frame[COMMUNE].iloc[0]
    mine = frame[frame[COMMUNE] == commune]
    sheet = mine[SHEET].value_counts().index[0]
    rows = mine.index[mine[SHEET] == sheet]
    frame.loc[rows, "geometry"] = frame.loc[rows].geometry.translate(0.30, -0.20).to_numpy()
    others = mine.index[(mine[SHEET] != sheet) & mine[SHEET].notna()]
    frame.loc[others[0], USER] = "Người khác"
    return frame.drop(index=others[1])


def test_the_report_tells_the_shortest_story_of_each_commune(landsync: Landsync, tmp_path: Path) -> None:
    made = landsync(
        "generate", "--out", tmp_path / "nation", "--parcels", 400, "--provinces", PROVINCE,
        "--communes-per-province", 2,
    )  # fmt: skip
    assert made.status == 0
    first = tmp_path / "nation" / PROVINCE
    assert "Thay đổi ở từng xã" not in page(
        landsync, landsync("sync", "--province", PROVINCE, first).document["run"]
    )

    night = copy_of(first, "night", hours=24)
    for file in sorted(night.glob("*.gpkg"))[:1]:
        rewrite(night, file.name, a_day_of_work)
    done = landsync("sync", "--province", PROVINCE, night)
    if done.status == 3:  # so many of a small commune moved
        done = landsync("approve", done.document["run"], "--reason", "đo đạc lại tờ bản đồ")
    said = page(landsync, done.document["run"])
    assert "Thay đổi ở từng xã" in said
    assert "cùng dịch 0,30 m sang đông, 0,20 m xuống nam" in said
    assert "moved as one by 0.30 m east, 0.20 m south" in said
    assert "thay đổi khác ở 1 thửa" in said
    assert "1 thửa kết thúc" in said


def page(landsync: Landsync, run: str) -> str:
    (found,) = landsync.home.rglob(f"{run}/report/report.html")
    return found.read_text(encoding="utf-8")
