"""One small province that exists in every format: the same parcels, to be delivered by any system in any kind of file.

Made by the generator, then given what formats like to lose: a hole, two parts, empty values, leading zeros,
numbers beyond 2^53, Vietnamese letters, quotes, dates.
"""

from dataclasses import dataclass
from functools import cache

import numpy as np
import pyarrow as pa
import shapely

from sync.declared.profile import Profile, load_profile
from sync.lab.generate.nation import plan
from sync.lab.generate.options import Options
from sync.lab.generate.province import make_province

PROVINCE = "22"  # Quảng Ninh: one old province, one zone
EPSG = 5899
PARCELS = 240
COMMUNES = 2


@dataclass(frozen=True, slots=True)
class Tiny:
    """The province before it is written.

    columns   canonical name → (n,) Arrow array: text, int32 (years), float64 (areas), date32
    geometry  (n,) shapely polygons and multipolygons in EPSG, metres, millimetre grid, easting first
    """

    columns: dict[str, pa.Array]
    geometry: np.ndarray
    communes: tuple[str, ...]

    def __len__(self) -> int:
        return len(self.geometry)

    def delivered(self, profile: Profile) -> pa.Table:
        """The columns under the names of a profile, in the profile's order, without those that cannot be made up."""
        named = {
            delivered: self.columns[canonical]
            for canonical in profile.columns
            if canonical in self.columns and (delivered := profile.delivered_name(canonical)) is not None
        }
        return pa.table(named)

    def wkb(self) -> pa.Array:
        """(n,) WKB."""
        return pa.array(shapely.to_wkb(self.geometry), pa.binary())


@cache
def tiny(province: str = PROVINCE) -> Tiny:
    """The province: always the same."""
    options = Options(parcels=PARCELS, provinces=(province,), communes_per_province=COMMUNES, seed=7)
    (delivery,) = plan(options)
    batch = make_province(options, delivery, load_profile(province))
    geometry = batch.geometry.copy()
    columns = dict(batch.columns)
    pond = shapely.buffer(shapely.point_on_surface(geometry[0]), 0.5, quad_segs=2)
    geometry[0] = shapely.set_precision(shapely.difference(geometry[0], pond), 0.001)
    west, south = shapely.total_bounds(geometry)[:2].tolist()
    apart = shapely.box(west - 60, south - 60, west - 40, south - 45)
    geometry[1] = shapely.multipolygons([geometry[1], shapely.set_precision(apart, 0.001)])
    for name, row, value in (
        ("source_key", 2, "0009007199254740993"),
        ("sheet_no", 3, "007"),
        ("land_user_name", 4, 'Công ty "Đất Việt" & <Đối tác>; chi nhánh Ngã Bảy'),
        ("address", 5, None),
        ("address", 6, "Số 1, ngõ 2; đường Nguyễn Thượng Hiền"),
        ("area_legal_m2", 7, None),
        ("surveyed_on", 8, None),
        ("land_use", 9, "ONT+CLN"),
        ("land_use_areas", 9, "50.0+20.5"),
    ):
        if name in columns:
            columns[name] = _with(columns[name], row, value)
    return Tiny(columns, geometry, tuple(t.commune.code for t in delivery.territories))


def _with(values: pa.Array, row: int, value: object) -> pa.Array:
    listed = values.to_pylist()
    listed[row] = value
    return pa.array(listed, values.type)
