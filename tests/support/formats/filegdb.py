"""File geodatabase, in the form of ArcGIS before Pro 3.2: dates become times, coordinates lie on a grid of 0.1 mm."""

import warnings
from pathlib import Path

import pyogrio

from tests.support.formats.base import Delivered, profile, with_geometry, write_toml
from tests.support.tiny import EPSG, Tiny

GRID_M = 0.0001


def write(tiny: Tiny, folder: Path) -> Delivered:
    """One layer under the profile's name."""
    used = profile()
    layer = used.parts[0].layer
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # that dates become times
        pyogrio.write_arrow(
            with_geometry(tiny, used),
            folder / "thua.gdb",
            layer=layer,
            driver="OpenFileGDB",
            geometry_name="geom",
            geometry_type="MultiPolygon",
            crs=f"EPSG:{EPSG}",
        )
    write_toml(folder, "thua.gdb", layer=layer)
    return Delivered(folder, used, grid_m=GRID_M)
