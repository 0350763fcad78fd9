"""Which coordinate of a service comes first. Easting first is what goes out."""

import numpy as np
import pyarrow as pa
import shapely
from pyproj import CRS, Transformer
from pyproj.exceptions import CRSError, ProjError

from parcels.bilingual import Bilingual
from parcels.errors import DeliveryRejected
from parcels.wkb import read_wkb


def north_first(crs: str) -> bool:
    """Whether the authority of a CRS names its northing (or latitude) first."""
    try:
        axes = CRS.from_user_input(crs).axis_info
    except CRSError:
        return False
    return bool(axes) and axes[0].direction.lower() == "north"


def swapped(batch: pa.RecordBatch, geometry: str) -> pa.RecordBatch:
    """The batch with the coordinates of its geometries the other way round."""
    place = batch.schema.get_field_index(geometry)
    turned = shapely.transform(read_wkb(batch.column(place)), lambda coords: coords[:, ::-1])
    return batch.set_column(place, geometry, pa.array(shapely.to_wkb(turned), pa.binary()))


def refuse_swapped(batch: pa.RecordBatch, geometry: str, crs: str | None, where: str) -> None:
    """Refuse a page that lies in its CRS's own area only when its coordinates are swapped: the service breaks the rule.

    Nothing is turned by that evidence alone: the profile says it. Raises DeliveryRejected (DLV-SERVICE-AXES).
    """
    if crs is None:
        return
    bounds = np.asarray(shapely.bounds(read_wkb(batch.column(batch.schema.get_field_index(geometry)))))
    known = bounds[np.isfinite(bounds).all(axis=1)]
    if not len(known):
        return
    east, north = (known[:, :2] + known[:, 2:]).mean(axis=0) / 2
    area = _area(crs)
    if area is None or _inside(area, east, north) or not _inside(area, north, east):
        return
    raise DeliveryRejected(
        "DLV-SERVICE-AXES",
        Bilingual(
            f"Dịch vụ {where} trả tọa độ theo thứ tự trái với quy định của {crs} (Bắc trước, Đông sau hoặc ngược lại).",
            f"The service {where} gives coordinates in another order than {crs} prescribes.",
        ),
        Bilingual(
            'Hãy ghi axes = "north-east" hoặc "east-north" (thứ tự mà dịch vụ thật sự trả) vào [connection] của hồ sơ tỉnh.',
            'State axes = "north-east" or "east-north" (what the service really sends) in [connection] of the profile.',
        ),
    )


def _area(crs: str) -> tuple[float, float, float, float] | None:
    """Where a CRS is used, in itself, easting first, with a tenth of its size around it."""
    try:
        ours = CRS.from_user_input(crs)
        area = ours.area_of_use
        if area is None or ours.geodetic_crs is None:
            return None
        west, south, east, north = Transformer.from_crs(
            ours.geodetic_crs, ours, always_xy=True
        ).transform_bounds(*area.bounds)
    except (CRSError, ProjError):
        return None
    wide, high = (east - west) / 10, (north - south) / 10
    return west - wide, south - high, east + wide, north + high


def _inside(area: tuple[float, float, float, float], east: float, north: float) -> bool:
    return bool(area[0] <= east <= area[2] and area[1] <= north <= area[3])
