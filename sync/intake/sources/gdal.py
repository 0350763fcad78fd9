"""GDAL as hostile files may meet it: the drivers that are read here and no other, and no way to the network.

GDAL asks every driver whether a file is its own, whatever the file is called: an OGR_VRT document named `.gml` would
open the files and addresses it names. So a driver that is not on this list does not exist in this process. Imported
by `sync.intake.sources.base` before anything is opened.
"""

import pyogrio
from pyogrio import _ogr

# What the modules of sync/intake/sources read by GDAL, and what the reports are written with.
DRIVERS = frozenset(
    {
        "GPKG",
        "ESRI Shapefile",
        "OpenFileGDB",
        "GML",
        "GeoJSON",
        "GeoJSONSeq",
        "FlatGeobuf",
        "CSV",
        "DGN",
        "DXF",
        "EDIGEO",
    }
)
_NOWHERE = "127.0.0.1:9"  # the port that discards: nothing answers
_OPTIONS = {
    # GML: no schema from an address, nothing that refers to another file or address is followed.
    "GML_DOWNLOAD_SCHEMA": "NO",
    "GML_USE_SCHEMA_IMPORT": "NO",
    "GML_SKIP_RESOLVE_ELEMS": "ALL",
    "OGR_SQLITE_LOAD_EXTENSIONS": None,
    "OGR_SQLITE_ALLOW_EXTERNAL_ACCESS": "NO",
    # Should anything still ask for an address: no name is allowed, and the way leads nowhere.
    "CPL_VSIL_CURL_ALLOWED_FILENAME": "/vsicurl/none",
    "GDAL_HTTP_PROXY": _NOWHERE,
    "GDAL_HTTPS_PROXY": _NOWHERE,
    "GDAL_HTTP_TIMEOUT": "1",
    "GDAL_HTTP_CONNECTTIMEOUT": "1",
}


def harden() -> None:
    """Leave GDAL the drivers of DRIVERS and no network; again costs nothing."""
    others = sorted(set(pyogrio.list_drivers()) - DRIVERS)
    if others:
        # GDAL takes drivers out when it registers its drivers; they were registered when pyogrio was imported.
        pyogrio.set_gdal_config_options({"GDAL_SKIP": ",".join(others)})
        _ogr._register_drivers()
    pyogrio.set_gdal_config_options(_OPTIONS)


harden()
