"""A real cadastre in a Vietnamese commune's place: Swiss parcels, moved into the zone of the delivery, loaded."""

from pathlib import Path

import numpy as np
import pandas as pd
import pyogrio
import pytest
import shapely

from parcels import admin_units, crs, identifiers
from tests.e2e.conftest import Landsync

pytestmark = [pytest.mark.db, pytest.mark.e2e, pytest.mark.shared_data]
PROVINCE, COMMUNE, ZONE = "08", "00691", 9209


def moved_to_vietnam(source: Path, target: Path) -> int:
    """Write the Swiss parcels around the commune's point, with ids and numbers; how many."""
    layers = [str(layer) for layer, _ in pyogrio.list_layers(source)]
    frame = pd.concat([pyogrio.read_dataframe(source, layer=layer) for layer in layers], ignore_index=True)
    commune = admin_units.commune(COMMUNE)
    assert commune is not None
    place = crs.from_wgs84(np.array([[commune.lon, commune.lat]]), ZONE)[0]
    middle = np.array(frame.total_bounds).reshape(2, 2).mean(axis=0)
    offset = np.round(place - middle)  # whole metres: no shape changes, not even by the 0.1 mm of a rounding
    moved = shapely.transform(frame.geometry.to_numpy(), lambda xy: np.round(xy + offset, 4))
    number = np.arange(1, len(frame) + 1).astype(str)
    frame = frame[["geometry"]].set_geometry(moved, crs=f"EPSG:{ZONE}").assign(
        thuaDatId=number,
        phienBan="1",
        maDinhDanh=identifiers.national_ids(moved, ZONE).to_pylist(),
        maXa=COMMUNE,
        soHieuToBanDo="7",
        soThuTuThua=number,
        tyLeDoDac="1000",
        loaiBanDoDiaChinh=None,
        loaiDat="ODT",
        dienTichTheoLoaiDat=None,
        dienTichPhapLy=np.round(shapely.area(moved), 1),
        diaChi=None,
        ngayHoanThanh=None,
        thoiDiemBatDau=None,
        tenChu=None,
        soDinhDanh=None,
        namSinh=None,
        soPhatHanhGCN=None,
        ngayCapGCN=None,
    )  # fmt: skip
    pyogrio.write_dataframe(frame, target / "thua.gpkg", layer="ThuaDat", driver="GPKG")
    (target / "delivery.toml").write_text(
        f'province = "{PROVINCE}"\nkind = "full"\nextracted_at = 2026-11-20T22:00:00+07:00\n'
        f'commune_codes = "new"\ncomplete_for = ["{COMMUNE}"]\n[[parts]]\nfile = "thua.gpkg"\n'
        f'layer = "ThuaDat"\nepsg = {ZONE}\nold_province = "Hà Giang"\n',
        encoding="utf-8",
    )
    return len(frame)


def test_an_exact_partition_arrives_exactly(landsync: Landsync, shared_data: Path, tmp_path: Path) -> None:
    delivery = tmp_path / "swiss"
    delivery.mkdir()
    source = shared_data / "cadastre" / "swiss" / "liegenschaften_polygonized.gpkg"
    assert moved_to_vietnam(source, delivery) == 144
    told = landsync("sync", "--province", PROVINCE, delivery)
    assert told.status == 0
    assert (told.document["new"], told.document["quarantined"]) == (144, 0)
    assert not [code for code in told.document["findings"] if code.startswith("GEO")]

    ((count, invalid, wrong_area),) = landsync.query(
        "SELECT count(*), count(*) FILTER (WHERE NOT ST_IsValid(geom)), "
        "count(*) FILTER (WHERE abs(area_m2 - area_legal_m2) > 0.06) FROM land.parcel"
    )
    assert (count, invalid, wrong_area) == (144, 0, 0)
    # Neighbours that shared a vertex still do: no two parcels of the partition overlap by more than the grid.
    ((overlap,),) = landsync.query(
        "SELECT coalesce(max(ST_Area(ST_Intersection(a.geom, b.geom)::geography)), 0) FROM land.parcel AS a "
        "JOIN land.parcel AS b ON a.parcel_uid < b.parcel_uid AND a.geom && b.geom"
    )
    assert overlap < 0.01
    assert landsync("reconcile", "--all").status == 0
