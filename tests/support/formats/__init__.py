"""Writers of the small province, one per format: `WRITERS[kind](tiny, folder)` writes a whole delivery and says how.

A writer lies in a module of its own and writes what a province would send, `delivery.toml` included where the format
needs one. It uses other code than the reader where that is possible.
"""

from tests.support.formats import (
    delimited,
    drawing,
    filegdb,
    flatgeobuf,
    geojson,
    geopackage,
    geoparquet,
    gml,
    pl3,
    shapefile,
    vbdlis_xml,
)
from tests.support.formats.base import Delivered, Writer

__all__ = ["EVERY", "WRITERS", "Delivered", "Writer"]

WRITERS: dict[str, Writer] = {
    "geopackage": geopackage.write,
    "shapefile": shapefile.write,
    "geojson": geojson.write,
    "geojsonseq": geojson.write_sequence,
    "flatgeobuf": flatgeobuf.write,
    "geoparquet": geoparquet.write,
    "csv": delimited.write,
    "filegdb": filegdb.write,
    "gml": gml.write,
    "vbdlis_xml": vbdlis_xml.write,
    "pl3": pl3.write,
}

# Drawings carry fewer columns and are compared by a test of their own.
EVERY: dict[str, Writer] = WRITERS | {"dgn": drawing.write_dgn, "dxf": drawing.write_dxf}
