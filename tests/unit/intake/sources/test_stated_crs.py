"""A CRS that a file calls undefined is not stated; one that it states stays."""

import sqlite3
from collections.abc import Callable
from pathlib import Path

import pytest
from pyproj import CRS

from sync.intake.sources import source_of
from sync.intake.sources.guard import probe_source
from sync.intake.sources.stated_crs import stated
from tests.support.strip import strip

Write = Callable[..., Path]
NOTHING = [
    "",
    " \n\x00",
    "Unknown",
    'LOCAL_CS["Undefined Cartesian SRS",UNIT["Meter",1]]',
    'LOCAL_CS["công trình",LOCAL_DATUM["x",0],UNIT["metre",1]]',
    'ENGCRS["Unknown engineering CRS",EDATUM["Unknown engineering datum"],CS[Cartesian,2],AXIS["x",east],'
    'AXIS["y",north],LENGTHUNIT["metre",1]]',
    'GEOGCS["Undefined geographic SRS",DATUM["unknown",SPHEROID["unknown",6378137,298.257223563]],'
    'PRIMEM["Greenwich",0],UNIT["degree",0.0174532925199433]]',
    'GEOGCS["GCS_Assumed_Geographic_1",DATUM["D_North_American_1927",SPHEROID["Clarke_1866",6378206.4,'
    '294.9786982]],PRIMEM["Greenwich",0.0],UNIT["Degree",0.0174532925199433]]',
]
SOMETHING = [
    "EPSG:9209",
    CRS.from_epsg(9209).to_wkt("WKT1_ESRI"),
    "EPSG:4326",
    "+proj=tmerc +lon_0=105.5",
    "sai",
]


@pytest.mark.parametrize("text", NOTHING)
def test_what_is_undefined_is_not_stated(shapefile: Write, text: str) -> None:
    assert stated(text) is None
    path = shapefile(strip(2))
    path.with_suffix(".prj").write_text(text, encoding="utf-8")
    assert probe_source(source_of(path), path, None, None)[0].crs is None


@pytest.mark.parametrize("text", SOMETHING)
def test_what_is_stated_stays(text: str) -> None:
    assert stated(text) == text


@pytest.mark.parametrize("srs_id", [0, -1])
def test_a_geopackage_without_a_crs_states_none(gpkg: Write, srs_id: int) -> None:
    path = gpkg(strip(2))
    with sqlite3.connect(path) as database:
        for table in ("gpkg_contents", "gpkg_geometry_columns"):
            database.execute(f"UPDATE {table} SET srs_id = {srs_id}")
    database.close()
    assert probe_source(source_of(path), path, None, None)[0].crs is None
