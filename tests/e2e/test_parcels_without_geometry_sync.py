"""Parcels that have no map yet, through the command line: they live with their users, the group does not gain by it."""

from collections.abc import Callable
from pathlib import Path

import geopandas as gpd
import numpy as np
import pytest

from sync.declared.profile import load_profile
from tests.e2e.conftest import Landsync
from tests.support.deliveries import copy_of, rewrite

pytestmark = [pytest.mark.db, pytest.mark.e2e]
PROVINCE = "01"
COMMUNE = str(load_profile(PROVINCE).columns["commune_code"])
EVERY = 20
COUNTS = (
    "SELECT count(*), count(geom), (SELECT count(DISTINCT u.parcel_uid) FROM land_private.land_user AS u), "
    "(SELECT sum(q.without_geometry) FROM analyst.commune_quality AS q) FROM land.parcel"
)


def without(share: int) -> Callable[[gpd.GeoDataFrame], gpd.GeoDataFrame]:
    """Every so many rows lose their geometry."""

    def change(frame: gpd.GeoDataFrame) -> gpd.GeoDataFrame:
        geometry = np.array(frame.geometry.values, dtype=object)
        geometry[::share] = None
        return frame.set_geometry(gpd.GeoSeries(geometry, index=frame.index, crs=frame.crs))

    return change


def made(folder: Path, name: str, hours: int, share: int | None) -> Path:
    delivery = copy_of(folder, name, hours=hours)
    for file in sorted(delivery.glob("*.gpkg")) if share else ():
        rewrite(delivery, file.name, without(share))
    return delivery


def test_registered_first_mapped_later(landsync: Landsync, tmp_path: Path) -> None:
    nation = tmp_path / "nation"
    landsync(
        "generate", "--out", nation, "--parcels", 277, "--provinces", PROVINCE,
        "--communes-per-province", 3, "--defects", 0,
    )  # fmt: skip
    folder = nation / PROVINCE
    first = made(folder, "first", 1, EVERY)
    offline = landsync("check", first, "--province", PROVINCE, "--out", tmp_path / "offline").document
    told = landsync("sync", "--province", PROVINCE, first)
    bare = offline["quarantined"]
    assert (told.status, bare > 10) == (0, True)
    assert (told.document["new"], told.document["quarantined"]) == (277, 0)
    assert told.document["changes"]["without_geometry"] == bare
    groups = dict(landsync.query("SELECT commune_code, usability_group FROM land.dataset"))
    assert groups == {each["code"]: each["group"] for each in offline["communes"]}
    assert landsync.query("SELECT sum(quarantined) FROM land.dataset") == [(bare,)]
    assert landsync.query(COUNTS) == [(277, 277 - bare, 277, bare)]
    assert landsync("reconcile", "--province", PROVINCE).status == 0
    ((key,),) = landsync.query("SELECT source_key FROM land.parcel WHERE geom IS NULL ORDER BY 1 LIMIT 1")
    said = landsync("explain", key).document
    assert (said["decision"], said["live"]["state"], said["counts_as_refused"]) == ("lives", "live", True)

    context = tmp_path / "01.context"
    assert landsync("context", "export", "--province", PROVINCE, "--out", context).document["parcels"] == 277
    mapped = made(folder, "mapped", 2, None)
    asked = ["check", mapped, "--province", PROVINCE, "--context", context, "--out", tmp_path / "asked"]
    assert landsync(*asked).document["findings"].keys().isdisjoint({"IDN-MOVED", "IDN-SAME-PLACE"})
    uids = landsync.query("SELECT parcel_uid, source_key FROM land.parcel ORDER BY 1")
    told = landsync("sync", "--province", PROVINCE, mapped)
    assert (told.status, told.document["changed"], told.document["unchanged"]) == (0, bare, 277 - bare)
    assert told.document["changes"] == {"first_geometry": bare}
    assert landsync.query(COUNTS) == [(277, 277, 277, 0)]
    assert landsync.query("SELECT parcel_uid, source_key FROM land.parcel ORDER BY 1") == uids

    told = landsync("sync", "--province", PROVINCE, made(folder, "again", 3, EVERY))
    assert (told.document["quarantined"], told.document["ended"]) == (bare, 0)
    assert landsync.query(COUNTS) == [(277, 277, 277, 0)]
    assert landsync("reconcile", "--province", PROVINCE).status == 0
