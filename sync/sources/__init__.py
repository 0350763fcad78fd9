"""How a delivery's bytes become rows: one module per kind of source, listed in SOURCES.

To add a kind: a module with a class that satisfies `Source`, and a line here.
"""

from pathlib import Path

from parcels.bilingual import Bilingual
from parcels.errors import DeliveryRejected
from sync.sources.base import BATCH_ROWS, GEOMETRY, Layer, Source
from sync.sources.geopackage import GeoPackage
from sync.sources.shapefile import Shapefile

SOURCES: dict[str, Source] = {source.suffix: source for source in (GeoPackage(), Shapefile())}

__all__ = ["BATCH_ROWS", "GEOMETRY", "SOURCES", "Layer", "Source", "is_source", "source_of"]


def is_source(path: Path) -> bool:
    """Whether a file is the main file of some kind of source."""
    return path.suffix.lower() in SOURCES


def source_of(path: Path) -> Source:
    """The kind that reads this file, by its extension. Raises DeliveryRejected (DLV-FORMAT)."""
    source = SOURCES.get(path.suffix.lower())
    if source is None:
        known = ", ".join(SOURCES)
        raise DeliveryRejected(
            "DLV-FORMAT",
            Bilingual(
                f"Chưa đọc được định dạng của tệp «{path.name}».",
                f"The format of the file “{path.name}” cannot be read.",
            ),
            Bilingual(f"Các định dạng đọc được: {known}.", f"Formats that can be read: {known}."),
        )
    return source
