"""Shapefile: names of ten letters, no NULL text."""

from pathlib import Path

import pyogrio

from tests.support.formats.base import Delivered, profile, with_geometry, write_toml
from tests.support.tiny import EPSG, Tiny


def write(tiny: Tiny, folder: Path) -> Delivered:
    """One shapefile in UTF-8."""
    used = profile()
    pyogrio.write_arrow(
        with_geometry(tiny, used),
        folder / "thua.shp",
        driver="ESRI Shapefile",
        geometry_name="geom",
        geometry_type="Polygon",
        crs=f"EPSG:{EPSG}",
        encoding="UTF-8",
    )
    write_toml(folder, "thua.shp", encoding="UTF-8")
    return Delivered(folder, used)
