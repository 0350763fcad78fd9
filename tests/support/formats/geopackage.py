"""GeoPackage."""

from pathlib import Path

import pyogrio

from tests.support.formats.base import Delivered, profile, with_geometry, write_toml
from tests.support.tiny import EPSG, Tiny


def write(tiny: Tiny, folder: Path) -> Delivered:
    """One layer under the profile's name."""
    used = profile()
    layer = used.parts[0].layer
    pyogrio.write_arrow(
        with_geometry(tiny, used),
        folder / "thua.gpkg",
        layer=layer,
        driver="GPKG",
        geometry_name="geom",
        geometry_type="Unknown",
        crs=f"EPSG:{EPSG}",
    )
    write_toml(folder, "thua.gpkg", layer=layer)
    return Delivered(folder, used)
