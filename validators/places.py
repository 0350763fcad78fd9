"""Where findings lie, in another coordinate system than the one they were found in."""

from functools import cache

import numpy as np
import pyarrow as pa
import shapely
from numpy.typing import NDArray
from pyproj import Transformer

from parcels.crs import from_vn2000_geographic, is_storable, to_vn2000_geographic
from parcels.fence import each_row

Geometries = NDArray[np.object_]


def moved(geometries: Geometries, srids: NDArray[np.int32], target: int) -> Geometries:
    """Geometries (n,), each in its own CRS, in `target`. Nothing is judged: invalid ones come through."""
    result = geometries.copy()
    for srid in np.unique(srids):
        if srid not in (target, 0):
            chosen = srids == srid
            result[chosen] = _move(geometries[chosen], int(srid), target)
    return result


def _move(geometries: Geometries, srid: int, target: int) -> Geometries:
    if is_storable(srid) and is_storable(target):

        def move(xy: NDArray[np.float64]) -> NDArray[np.float64]:
            return from_vn2000_geographic(to_vn2000_geographic(xy, srid), target)
    else:
        transformer = _transformer(srid, target)

        def move(xy: NDArray[np.float64]) -> NDArray[np.float64]:
            return np.column_stack(transformer.transform(xy[:, 0], xy[:, 1]))

    return each_row(lambda some: np.asarray(shapely.transform(some, move)), geometries)


@cache
def _transformer(srid: int, target: int) -> Transformer:
    """For foreign data only: never between VN-2000 and WGS 84."""
    return Transformer.from_crs(srid, target, always_xy=True)


def places_of(findings: pa.Table, target: int) -> Geometries:
    """The place of each finding in `target`; None where it has none."""
    geometries = shapely.from_wkb(np.asarray(findings["place_wkb"].to_numpy(), dtype=object))
    srids = np.asarray(findings["place_srid"].fill_null(0), dtype=np.int32)
    return moved(np.asarray(geometries, dtype=object), srids, target)
