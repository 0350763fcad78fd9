"""How a delivery's bytes become rows: one module per kind of source, listed in SOURCES.

To add a kind: a module with a subclass of `Source`, and a line here.
"""

from pathlib import Path

from pydantic import BaseModel, ValidationError

from parcels.bilingual import Bilingual
from parcels.errors import DeliveryRejected, UsageError
from sync.intake.sources.base import BATCH_ROWS, GEOMETRY, Layer, Source
from sync.intake.sources.delimited import Delimited
from sync.intake.sources.dgn import Dgn
from sync.intake.sources.dxf import Dxf
from sync.intake.sources.edigeo import Edigeo
from sync.intake.sources.filegdb import FileGdb
from sync.intake.sources.flatgeobuf import FlatGeobuf
from sync.intake.sources.geojson import GeoJson
from sync.intake.sources.geojsonseq import GeoJsonSeq
from sync.intake.sources.geopackage import GeoPackage
from sync.intake.sources.geoparquet import GeoParquet
from sync.intake.sources.gml import Gml
from sync.intake.sources.shapefile import Shapefile
from sync.intake.sources.spreadsheet import Spreadsheet
from sync.intake.sources.vbdlis_xml import VbdlisXml

# Kinds that share a suffix are asked in this order.
SOURCES: dict[str, Source] = {
    source.kind: source
    for source in (
        GeoPackage(),
        Shapefile(),
        GeoJson(),
        GeoJsonSeq(),
        FlatGeobuf(),
        GeoParquet(),
        Delimited(),
        FileGdb(),
        VbdlisXml(),  # before GML, whose namespace its geometries have
        Gml(),
        Edigeo(),
        Dgn(),
        Dxf(),
        Spreadsheet(),
    )
}

__all__ = ["BATCH_ROWS", "GEOMETRY", "SOURCES", "Layer", "Source", "is_source", "read_options", "source_of"]


def _by_suffix(path: Path) -> list[Source]:
    suffix = path.suffix.lower()
    return [source for source in SOURCES.values() if suffix in source.suffixes]


def is_source(path: Path, *, folder: bool = False) -> bool:
    """Whether a file (or a folder) is, by its name, the main file of some kind of source."""
    return any(source.folder == folder for source in _by_suffix(path))


def source_of(path: Path) -> Source:
    """The kind that reads this file: by its extension, then by its first bytes. Raises DeliveryRejected (DLV-FORMAT)."""
    candidates = [source for source in _by_suffix(path) if source.folder == path.is_dir()]
    if len(candidates) > 1 and path.exists():
        candidates = [source for source in candidates if source.recognises(path)]
    if candidates:
        return candidates[0]
    known = ", ".join(dict.fromkeys(suffix for source in SOURCES.values() for suffix in source.suffixes))
    raise DeliveryRejected(
        "DLV-FORMAT",
        Bilingual(
            f"Chưa đọc được định dạng của tệp «{path.name}».",
            f"The format of the file “{path.name}” cannot be read.",
        ),
        Bilingual(f"Các định dạng đọc được: {known}.", f"Formats that can be read: {known}."),
    )


def read_options(source: Source, said: dict[str, object]) -> BaseModel:
    """What a profile says in `[read.<kind>]`, as the kind's own model. Raises UsageError (PRF-READ)."""
    try:
        return source.options.model_validate(said)
    except ValidationError as failure:
        first = failure.errors()[0]
        key = ".".join(str(step) for step in first["loc"])
        raise UsageError(
            "PRF-READ",
            Bilingual(
                f"Khóa «{key}» trong [read.{source.kind}] của hồ sơ tỉnh không hợp lệ.",
                f"The key “{key}” in [read.{source.kind}] of the province's profile is not valid.",
            ),
            Bilingual(
                f"Các khóa dùng được: {', '.join(source.options.model_fields) or '-'}.",
                f"The keys it takes: {', '.join(source.options.model_fields) or '-'}.",
            ),
        ) from failure
