"""What a GeoParquet file of ours says of its geometry column."""

from functools import cache
from typing import Any

import numpy as np
from numpy.typing import NDArray

from parcels.crs import VN2000


@cache
def _crs() -> dict[str, Any]:
    from pyproj import CRS

    crs: dict[str, Any] = CRS.from_epsg(VN2000).to_json_dict()
    return crs


def geo_metadata(bounds: NDArray[np.float64]) -> dict[str, Any]:
    """GeoParquet 1.1 metadata of the one geometry column."""
    column: dict[str, Any] = {
        "encoding": "WKB",
        "geometry_types": ["MultiPolygon"],
        "crs": _crs(),
        "orientation": "counterclockwise",
        "edges": "planar",
    }
    if np.isfinite(bounds).all():
        column["bbox"] = [float(value) for value in bounds]
    return {"version": "1.1.0", "primary_column": "geom", "columns": {"geom": column}}
