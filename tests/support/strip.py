"""Small deliveries made in code: a strip of square parcels in a commune of Tuyên Quang (province 08)."""

from pathlib import Path

import geopandas as gpd
import numpy as np
import pyarrow as pa
import shapely

from parcels.admin_units import commune
from parcels.crs import from_wgs84
from sync.conform import conform
from sync.declared.profile import Profile
from sync.folder.snapshot import part_paths, read_part
from sync.intake.fetch import fetch

PROVINCE = "08"
COMMUNE = "00691"
NEIGHBOUR = "00694"
ZONE = 9209
LAYER = "thua_dat"


def strip(
    n: int, commune_code: str = COMMUNE, epsg: int = ZONE, first: int = 1, side_m: float = 20.0
) -> gpd.GeoDataFrame:
    """`n` square parcels in a row at the commune's own place, under the names a province uses."""
    at = commune(commune_code)
    assert at is not None
    x, y = np.round(from_wgs84(np.array([[at.lon, at.lat]]), epsg)[0], 3)
    west = x + np.arange(n) * side_m
    numbers = np.arange(first, first + n)
    return gpd.GeoDataFrame(
        {
            "thuaDatId": [f"T{number:06d}" for number in numbers],
            "maXa": [commune_code] * n,
            "soTo": np.full(n, 7, np.int32),
            "soThua": numbers.astype(np.int64),
            "loaiDat": ["LUC"] * n,
            "dienTichPL": np.full(n, side_m * side_m),
            "tenChu": [f"Nguyễn Văn Thử {number}" for number in numbers],
        },
        geometry=shapely.box(west, y, west + side_m, y + side_m),
        crs=f"EPSG:{epsg}",
    )


def profile_of(**changes: object) -> Profile:
    """The profile that fits `strip`."""
    values: dict[str, object] = {
        "province": PROVINCE,
        "system": "vbdlis",
        "columns": {
            "source_key": "thuaDatId",
            "commune_code": "maXa",
            "sheet_no": "soTo",
            "parcel_no": "soThua",
            "land_use": "loaiDat",
            "area_legal_m2": "dienTichPL",
            "land_user_name": "tenChu",
        },
        "parts": [{"layer": LAYER, "epsg": ZONE}],
    }
    return Profile.model_validate(values | changes)


def conformed(path: Path, profile: Profile, folder: Path) -> Path:
    """A delivery fetched and conformed; the run's folder."""
    fetch(path, profile, folder)
    conform(folder, profile)
    return folder


def snapshot_of(folder: Path) -> pa.Table:
    """All parts of a run's snapshot in the order of row_no, with the commune of the part in `dataset`."""
    tables = []
    for code, path in part_paths(folder).items():
        part = read_part(path)
        tables.append(part.append_column("dataset", pa.repeat(pa.scalar(code), len(part))))
    return pa.concat_tables(tables).sort_by("row_no")
