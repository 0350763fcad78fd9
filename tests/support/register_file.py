"""A district register as offices really have them, made in code: a DBF of three communes, TCVN3, nothing as zeros.

Numbers have no NULL in it and are floats, commune codes are those of before July 2025, there are no keys, no national ids,
no scale. Beside each row stands what a correct check says of it, written down here and not asked of any check.
"""

from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import geopandas as gpd
import numpy as np
import pandas as pd
import shapely

from parcels.admin_units import commune
from parcels.crs import from_wgs84
from parcels.encodings import encode_text

PROVINCE = "51"
EPSG = 5898
# Old commune → today's: Sơn Thành, Sơn Bao and Sơn Linh of the district of Sơn Hà.
COMMUNES = {"21295": "21292", "21301": "21289", "21304": "21307"}
SIDE_M = 20.0
_LANE_M = 4.0  # between parcels: no gap of a drawing is so wide
_ACROSS = 12
_PEOPLE = ("Nguyễn Văn Thử", "Trần Thị Giả", "Hồ Đức Mẫu", "Phạm Hữu Ổi", "Võ Thị Sấu", "Đỗ Quýt")
_HAMLETS = ("Thôn Đồng Mới", "Thôn Gò Ráy", "Xóm Nước Lác", "Thôn Tà Màu")
TOML = """province = "51"
extracted_at = 2026-11-20T22:00:00+07:00

[[parts]]
file = "thua.shp"
epsg = 5898
old_province = "Quảng Ngãi"
"""

Expected = frozenset[str]
NONE: Expected = frozenset()
NO_HANDLE: Expected = frozenset({"IDN-MISSING", "IDN-SHEET-MISSING"})
# What is written into one column, and what a correct check says of the row beside that it has no national id.
WRITTEN: tuple[tuple[str, Any, Expected], ...] = (
    *(("SoThua", text, NO_HANDLE) for text in ("0", "0.0", "---", "?", "N/A", "#", "null", "ko", "", " ", "00")),
    *(
        ("SoThua", text, frozenset({"IDN-NUMBER-FORM"}))
        for text in ("6 ODT", "12;13", "thua 7", "1.5e3", "20/11/2026", "12.5", "-4", "1234567890123456789012", "5\n6")
    ),
    *(("SoThua", text, NONE) for text in ("901.0", "902a", "903-1", " 904 ", "905A")),
    ("SoTo", 0.0, NO_HANDLE),
    ("SoTo", 2.5, frozenset({"IDN-SHEET-FORM"})),
    ("SoTo", -3.0, frozenset({"IDN-SHEET-FORM"})),
    *(("MDSD", text, frozenset({"ATT-REQUIRED"})) for text in ("0", "---", "chưa có", "không", "x", "NULL", "")),
    *(("MDSD", text, NONE) for text in ("ONT+CLN", "ont; cln", "LUC")),
    ("MDSD", "ĐẤT", frozenset({"ATT-LAND-USE"})),
    ("DTPhapLy", 0.0, frozenset({"ATT-REQUIRED"})),
    ("DTPhapLy", -400.0, frozenset({"ATT-AREA-NEGATIVE"})),
    ("DTPhapLy", 500.0, frozenset({"ATT-AREA"})),
    *(("TenChu", text, NONE) for text in ("x", "Không", "0", "?", "chưa có")),
    *(("DiaChi", text, NONE) for text in ("0", "-", "không có")),
    ("SoGiayTo", "000000000", frozenset({"ATT-PERSON-ID"})),
    ("NgayDo", "31/02/2019", frozenset({"ATT-DATE"})),
    *(("NgayDo", text, NONE) for text in ("01/01/1900", "00/00/0000", "---")),
)  # fmt: skip


@dataclass
class RegisterFile:
    """The register before it is written. expected  of each row the checks that find something, the id aside."""

    frame: gpd.GeoDataFrame
    expected: list[set[str]] = field(default_factory=list)

    def write(self, row: int, column: str, value: Any, codes: Iterable[str] = ()) -> None:
        """Put a value into one column of a row, and say what a check must say of it."""
        self.frame.loc[row, column] = value
        self.expected[row] |= set(codes)

    def draw(self, row: int, shape: shapely.Geometry, codes: Iterable[str]) -> None:
        """Another boundary for a row."""
        self.frame.loc[row, "geometry"] = shape
        self.expected[row] |= set(codes)

    def counts(self) -> Counter[str]:
        """Rows by check."""
        return Counter(code for codes in self.expected for code in codes)

    def save(self, folder: Path) -> Path:
        """A delivery: the shapefile in the bytes of TCVN3, and what is said of it, which is little."""
        folder.mkdir(parents=True)
        frame = self.frame.copy()
        for name in frame.columns.drop("geometry"):
            if not pd.api.types.is_numeric_dtype(frame[name]):
                frame[name] = [encode_text(text, "TCVN3") for text in frame[name]]
        frame.to_file(folder / "thua.shp", encoding="ISO-8859-1", engine="pyogrio")
        (folder / "thua.cpg").unlink(missing_ok=True)
        (folder / "delivery.toml").write_text(TOML, encoding="utf-8")
        return folder


def register_file(per_commune: int = 120) -> RegisterFile:
    """A register in which nothing is wrong, but that nothing is written as zeros and there are no ids."""
    made = pd.concat([_commune(old, per_commune) for old in COMMUNES], ignore_index=True)
    frame = gpd.GeoDataFrame(made, geometry="geometry", crs=f"EPSG:{EPSG}")
    return RegisterFile(frame, [set() for _ in range(len(frame))])


def with_placeholders(per_commune: int = 120) -> RegisterFile:
    """The same with everything of WRITTEN somewhere in each commune, and forty rows of 0/0 in the last one."""
    made = register_file(per_commune)
    for k in range(len(COMMUNES)):
        for at, (column, value, codes) in enumerate(WRITTEN):
            made.write(k * per_commune + at, column, value, codes)
    for row in range(len(made.frame) - 40, len(made.frame)):
        made.write(row, "SoTo", 0.0)
        made.write(row, "SoThua", "0", NO_HANDLE)
    return made


def _commune(old: str, n: int) -> gpd.GeoDataFrame:
    at = commune(COMMUNES[old])
    assert at is not None
    x, y = np.round(from_wgs84(np.array([[at.lon, at.lat]]), EPSG)[0], 3)
    k = np.arange(n)
    west, south = x + k % _ACROSS * (SIDE_M + _LANE_M), y + k // _ACROSS * (SIDE_M + _LANE_M)
    return gpd.GeoDataFrame(
        {
            "IDThua": np.zeros(n),
            "PhienBan": [""] * n,
            "MaDDThua": [""] * n,
            "MaXa": np.full(n, int(old)),
            "SoTo": 1.0 + k // 60,
            "SoThua": [f"{number}.0" for number in 1 + k % 60],
            "TyLe": np.zeros(n),
            "LoaiBD": ["-"] * n,
            "MDSD": [("ONT", "LUC", "CLN")[each % 3] for each in k],
            "DTMDSD": ["0"] * n,
            "DTPhapLy": np.full(n, SIDE_M * SIDE_M),
            "DiaChi": [_HAMLETS[each % 4] for each in k],
            "NgayDo": ["0"] * n,
            "NgayHL": ["02/03/2015"] * n,
            "TenChu": [_PEOPLE[each % 6] for each in k],
            "SoGiayTo": ["0"] * n,
            "NamSinh": np.zeros(n),
            "IDChu": np.zeros(n),
            "SoGCN": ["---"] * n,
            "NgayCapGCN": ["00/00/0000"] * n,
        },
        geometry=shapely.box(west, south, west + SIDE_M, south + SIDE_M),
    )


@dataclass(frozen=True)
class Seeded:
    """One of twenty faults: where it is, and which check must tell it there. other  the second parcel of a pair"""

    row: int
    check: str
    other: int | None = None


def with_twenty_faults(per_commune: int = 120) -> tuple[RegisterFile, list[Seeded]]:
    """A register with twenty faults in its first commune, each at parcels of its own, and the truth about them."""
    made = register_file(per_commune)
    shapes = list(made.frame.geometry)

    def box(row: int) -> tuple[float, float, float, float]:
        west, south, east, north = shapes[row].bounds
        return west, south, east, north

    def shifted(row: int, by: float) -> shapely.Geometry:
        return shapely.transform(shapes[row], lambda xy: np.add(xy, (by, 0.0)))

    west, south, east, north = box(0)
    made.draw(
        0, shapely.Polygon([(west, south), (east, north), (east, south), (west, north)]), ["GEO-INVALID"]
    )
    west, south, east, _ = box(2)
    made.draw(2, shapely.Polygon([(west, south), (east, south), (west + 5, south)]), ["GEO-ZERO-AREA"])
    made.draw(4, None, ["GEO-NULL"])
    made.write(7, "SoThua", made.frame.loc[6, "SoThua"], ["IDN-DUP-SHEET"])
    made.expected[6] |= {"IDN-DUP-SHEET"}
    for row, column, value, codes in (
        (10, "SoThua", "---", NO_HANDLE),
        (12, "SoThua", "14 ODT", {"IDN-NUMBER-FORM"}),
        (14, "SoTo", 2.5, {"IDN-SHEET-FORM"}),
        (16, "MDSD", "chưa có", {"ATT-REQUIRED"}),
        (18, "MDSD", "ĐẤT", {"ATT-LAND-USE"}),
        (20, "DTPhapLy", 0.0, {"ATT-REQUIRED"}),
        (22, "DTPhapLy", -400.0, {"ATT-AREA-NEGATIVE"}),
        (28, "DTPhapLy", 700.0, {"ATT-AREA"}),
        (30, "NgayDo", "31/02/2019", {"ATT-DATE"}),
        (32, "MDSD", "BHK", {"ATT-LAND-USE-LEGACY"}),
        (34, "SoGiayTo", "000000000", {"ATT-PERSON-ID"}),
    ):
        made.write(row, column, value, codes)
    made.draw(37, shapes[36], ["TOP-DUPLICATE"])
    made.draw(41, shifted(40, 12.0), ["TOP-OVERLAP"])
    west, south, _, _ = box(44)
    made.draw(45, shapely.box(west + 4, south + 4, west + 12, south + 12), ["TOP-INSIDE"])
    made.write(45, "DTPhapLy", 64.0)
    west, south, _, _ = box(50)
    made.draw(50, shapely.box(west, south, west + 0.05, south + 8), ["GEO-SLIVER", "GEO-AREA-SMALL"])
    made.write(50, "DTPhapLy", 0.4)
    for row in (36, 40, 44):
        made.expected[row] |= made.expected[row + 1] & {"TOP-DUPLICATE", "TOP-OVERLAP", "TOP-INSIDE"}
    pairs = {37: 36, 41: 40, 45: 44}
    faults = [
        Seeded(row, code, pairs.get(row))
        for row, codes in enumerate(made.expected)
        for code in sorted(codes)
        if row not in pairs.values()
    ]
    return made, faults
