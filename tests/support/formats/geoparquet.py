"""GeoParquet, by GeoPandas."""

from pathlib import Path

import geopandas as gpd

from tests.support.formats.base import Delivered, profile, write_toml
from tests.support.tiny import EPSG, Tiny


def write(tiny: Tiny, folder: Path) -> Delivered:
    """One file with types of its own for every column."""
    used = profile()
    frame = gpd.GeoDataFrame(
        tiny.delivered(used).to_pandas(types_mapper=None, date_as_object=True),
        geometry=tiny.geometry,
        crs=EPSG,
    )
    frame.to_parquet(folder / "thua.parquet")
    write_toml(folder, "thua.parquet")
    return Delivered(folder, used)
