"""Parcels that went live under a placeholder, before placeholders counted as missing: none is lost when they do."""

from collections.abc import Callable
from pathlib import Path

import geopandas as gpd
import pytest

from tests.e2e.conftest import Landsync
from tests.support.strip import COMMUNE, strip

pytestmark = [pytest.mark.db, pytest.mark.e2e]
N = 30
PROFILE = """
province = "08"
system = "vbdlis"
[columns]
source_key = "thuaDatId"
commune_code = "maXa"
sheet_no = "soTo"
parcel_no = "soThua"
land_use = "loaiDat"
area_legal_m2 = "dienTichPL"
[[parts]]
epsg = 9209
"""
AS_BEFORE = "".join(
    f'[placeholders.{column}]\nkeep = ["0"]\nreason = "as it was"\n'
    for column in ("source_key", "sheet_no", "parcel_no")
)
KEY_ZERO, PLACE_ZERO, ONLY_ZERO, NO_KEY = 0, 1, 2, 3  # rows that are known by less than the others
Deliver = Callable[[gpd.GeoDataFrame, int], dict[str, int]]


def register() -> gpd.GeoDataFrame:
    """Thirty parcels: one with key 0, one on sheet 0, number 0, one known by nothing but sheet 0, one without a key."""
    frame = strip(N).astype({"soTo": str, "soThua": str})
    frame.loc[KEY_ZERO, "thuaDatId"] = "0"
    frame.loc[PLACE_ZERO, ["soTo", "soThua"]] = "0"
    frame.loc[ONLY_ZERO, "soTo"] = "0"
    frame.loc[[ONLY_ZERO, NO_KEY], "thuaDatId"] = None
    return frame


@pytest.fixture
def deliver(landsync: Landsync, tmp_path: Path) -> Callable[..., dict[str, int]]:
    """Synchronise a register as of some hour; the totals of its receipt."""

    def run(frame: gpd.GeoDataFrame, hour: int, more: str = "") -> dict[str, int]:
        folder = tmp_path / f"goi{hour}"
        folder.mkdir()
        frame.to_file(folder / "thua.gpkg", driver="GPKG")
        (folder / "delivery.toml").write_text(
            f'province = "08"\nextracted_at = 2026-11-20T{hour:02d}:00:00+07:00\ncommune_codes = "new"\n'
            f'complete_for = ["{COMMUNE}"]\n[[parts]]\nfile = "thua.gpkg"\n',
            encoding="utf-8",
        )
        profile = tmp_path / f"profile{hour}.toml"
        profile.write_text(PROFILE + more, encoding="utf-8")
        told = landsync("sync", "--province", "08", folder, "--profile", profile)
        assert told.status == 0, told.words
        totals: dict[str, int] = told.document["receipt"]["totals"]
        return totals

    return run


def uids(landsync: Landsync) -> dict[str, str]:
    """Live parcels by the place of their land, which nothing here changes."""
    return dict(
        landsync.query(
            "SELECT public.ST_AsText(public.ST_Centroid(geom), 7), parcel_uid::text FROM land.parcel"
        )
    )


def test_no_parcel_is_lost_when_its_handle_turns_out_to_be_a_placeholder(
    landsync: Landsync, deliver: Callable[..., dict[str, int]]
) -> None:
    frame = register()
    assert deliver(frame, 1, AS_BEFORE)["new"] == N
    before = uids(landsync)

    # The same rows; one parcel is not delivered any more, and yet nothing ends: a row could be any parcel. One that loses its key
    # has no other version: a key is no content.
    totals = deliver(frame.drop(index=N - 1), 2)
    assert (totals["new"], totals["ended"], totals["quarantined"], totals["changed"]) == (0, 0, 1, 1)
    assert totals["current_after"] == N
    assert uids(landsync) == before
    kept = landsync.query(
        "SELECT source_key, sheet_no, parcel_no FROM land.parcel WHERE sheet_no IS NULL OR source_key IS NULL ORDER BY 1, 3"
    )
    assert kept == [("T000002", None, None), (None, "7", "1"), (None, "0", "3"), (None, "7", "4")]
    assert landsync("reconcile", "--province", "08").status == 0

    # The office says which parcel it is: the state of the register is that of the source again.
    mended = frame.copy()
    mended.loc[ONLY_ZERO, "soTo"] = "7"
    mended.loc[ONLY_ZERO, "soThua"] = "333"
    mended.loc[PLACE_ZERO, ["soTo", "soThua"]] = ["7", "2"]
    totals = deliver(mended, 3)
    assert (totals["new"], totals["ended"], totals["quarantined"], totals["current_after"]) == (1, 1, 0, N)
    now = uids(landsync)
    assert now.keys() == before.keys()
    assert sum(now[place] != before[place] for place in before) == 1
    assert deliver(mended, 4)["unchanged"] == N
    assert landsync("reconcile", "--province", "08").status == 0
    assert landsync("receipt", "verify").status == 0
