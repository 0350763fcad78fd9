"""Values of the kinds that `column_sets.toml` names, as a delivery has them: they belong to the tiny province's parcels."""

from collections.abc import Callable
from datetime import date, timedelta
from pathlib import Path
from uuid import UUID

import numpy as np
import pyarrow as pa
import pyogrio
import shapely

from tests.support.tiny import EPSG, tiny


def value(kind: str, row: int) -> object:
    """One value of a kind that does not depend on the parcel."""
    spread = row * 7919 % 100_003
    made: dict[str, object] = {
        "serial": row + 1,
        "key": 4_000_000 + spread,
        "text_key": f"T{4_000_000 + spread}",
        "uuid": str(UUID(int=(spread + 1) * 0x1234567_89ABCDEF01234567)),
        "sheet": 1 + row % 37,
        "sheet_decimal": f"{1 + row % 37}.00",
        "number": 1 + row % 311,
        "number_decimal": f"{1 + row % 311}.00",
        "small": 1 + row % 3,
        "flag": row % 2,
        "zero": 0,
        "ones": 1,
        "province": 22,
        "district": "193",
        "empty": None,
        "type": "TD",
        "use": ("ODT", "CLN", "ONT+CLN", "LUC")[row % 4],
        "person": ("Trần Thị Giả", "Lê Văn Mẫu", "Hộ ông Phạm Thử")[row % 3],
        "hamlet": ("Đồng Trước", "Cửa Đình", "Bãi Bồi")[row % 3],
        "address": f"Thôn {1 + row % 9}",
        "commune_name": "Phường Hà Tu",
        "date": str(date(2014, 1, 1) + timedelta(days=spread % 3000)),
        "year": 1940 + row % 60,
        "cccd": f"0{22000000000 + spread}",
        "gcn": f"BK {100000 + spread}",
        "scale": 1000,
    }
    return made[kind]


def _areas(kind: str) -> np.ndarray:
    """Measured; registered (one in eight differs, as found on certificates); or far from measured, lawfully."""
    areas = np.round(shapely.area(tiny().geometry), 1)
    rows = np.arange(len(areas))
    if kind == "legal":
        return np.where(rows % 8 == 0, np.round(areas * 1.07), areas)
    if kind == "wide":
        return np.round(areas * np.where(rows % 3 == 0, 1.0, 1.15), 1)
    return np.round(areas / 2, 1) if kind == "part" else areas


def column(kind: str) -> pa.Array:
    """(n,) values of a kind, for the parcels of the tiny province."""
    small = tiny()
    if kind in {"area", "legal", "wide", "part"}:
        return pa.array(_areas(kind))
    own: dict[str, Callable[[], pa.Array]] = {
        "use_areas": lambda: pa.array([f"{area:.1f}" for area in _areas("area")]),
        "length": lambda: pa.array(shapely.length(small.geometry)),
        "x": lambda: pa.array(shapely.get_x(shapely.centroid(small.geometry))),
        "y": lambda: pa.array(shapely.get_y(shapely.centroid(small.geometry))),
        "commune": lambda: small.columns["commune_code"],
        "commune_number": lambda: small.columns["commune_code"].cast(pa.int64()),
        "national": lambda: small.columns["national_id"],
    }
    if kind in own:
        return own[kind]()
    return pa.array([value(kind, row) for row in range(len(small))], pa.string() if kind == "empty" else None)


def written(columns: dict[str, str], file: Path) -> Path:
    """A file of the tiny province's parcels with these columns."""
    table = pa.table({name: column(kind) for name, kind in columns.items()} | {"geom": tiny().wkb()})
    packed = file.suffix == ".gpkg"
    pyogrio.write_arrow(
        table,
        file,
        layer="thua",
        driver="GPKG" if packed else "ESRI Shapefile",
        geometry_name="geom",
        geometry_type="Unknown" if packed else "Polygon",
        crs=f"EPSG:{EPSG}",
    )
    return file
