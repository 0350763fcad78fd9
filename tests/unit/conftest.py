"""Fixtures that write small deliveries; the parcels in them come from tests.support.strip."""

from collections.abc import Callable
from pathlib import Path

import geopandas as gpd
import pytest

from sync.declared.profile import Profile
from tests.support.strip import LAYER, profile_of


@pytest.fixture
def profile() -> Profile:
    """The profile that fits `strip`."""
    return profile_of()


@pytest.fixture
def gpkg(tmp_path: Path) -> Callable[..., Path]:
    """Write a frame as a GeoPackage: `gpkg(frame, "name.gpkg")`."""

    def write(frame: gpd.GeoDataFrame, name: str = "thua_dat.gpkg", layer: str = LAYER) -> Path:
        path = tmp_path / name
        path.parent.mkdir(parents=True, exist_ok=True)
        frame.to_file(path, driver="GPKG", layer=layer)
        return path

    return write


@pytest.fixture
def shapefile(tmp_path: Path) -> Callable[..., Path]:
    """Write a frame as a shapefile: `shapefile(frame, "name.shp", encoding=…)`."""

    def write(frame: gpd.GeoDataFrame, name: str = "thua_dat.shp", encoding: str = "UTF-8") -> Path:
        path = tmp_path / name
        path.parent.mkdir(parents=True, exist_ok=True)
        frame.to_file(path, driver="ESRI Shapefile", encoding=encoding)
        return path

    return write
