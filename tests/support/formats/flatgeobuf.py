"""FlatGeobuf: features in the order of its index."""

from pathlib import Path

import pyogrio

from tests.support.formats.base import Delivered, profile, with_geometry, write_toml
from tests.support.tiny import EPSG, Tiny


def write(tiny: Tiny, folder: Path) -> Delivered:
    """One indexed file."""
    used = profile()
    pyogrio.write_arrow(
        with_geometry(tiny, used),
        folder / "thua.fgb",
        driver="FlatGeobuf",
        geometry_name="geom",
        geometry_type="Unknown",
        crs=f"EPSG:{EPSG}",
    )
    write_toml(folder, "thua.fgb")
    return Delivered(folder, used)
