"""GeoJSON text sequences: a feature a line, or a record. Half a file reads without a word, so records are counted here."""

from collections.abc import Iterator
from pathlib import Path
from typing import ClassVar

import pyarrow as pa
from pydantic import BaseModel

from parcels.bilingual import Bilingual
from sync.intake.sources.base import Layer, NoOptions, describe, rows_lost, stream
from sync.intake.sources.geojson import AS_WRITTEN, refuse_unless_features, speaks_of_features
from sync.intake.sources.json_scan import scan_json

_WHAT = Bilingual("GeoJSON theo dòng (GeoJSONSeq)", "a GeoJSON sequence")


class GeoJsonSeq:
    """GeoJSONSeq, newline-delimited or with record separators (.geojsonl, .geojsons, .ndjson, .jsonl)."""

    kind: ClassVar[str] = "geojsonseq"
    suffixes: ClassVar[tuple[str, ...]] = (".geojsonl", ".geojsons", ".ndjson", ".jsonl")
    driver: ClassVar[str] = "GeoJSONSeq"
    folder: ClassVar[bool] = False
    single_layer: ClassVar[bool] = True
    cut_names: ClassVar[bool] = False
    options: ClassVar[type[BaseModel]] = NoOptions

    def recognises(self, path: Path) -> bool:
        """Whether the first record is an object that speaks of a feature."""
        return speaks_of_features(path)

    def members(self, path: Path) -> tuple[Path, ...]:
        """The file alone."""
        return (path,)

    def probe(self, path: Path, encoding: str | None, options: BaseModel | None = None) -> tuple[Layer, ...]:  # noqa: ARG002 - JSON is UTF-8
        """Its one layer, after every record was seen to end. The format has no place for a CRS."""
        refuse_unless_features(path, _WHAT)
        shape = scan_json(path)
        # A file of one feature is a GeoJSON document as well, and GDAL takes it for one.
        driver = self.driver if shape.texts > 1 else "GeoJSON"
        info = describe(path, None, driver, **AS_WRITTEN)
        layer = Layer.described(info, shape.texts, crs=None)
        if info["features"] != shape.texts:
            raise rows_lost(path.name, layer.name, shape.texts, int(info["features"]))
        return (layer,)

    def read(self, path: Path, layer: Layer, columns: list[str]) -> Iterator[pa.RecordBatch]:
        """Batches of the records in the file's order; nested values as JSON text."""
        yield from stream(path, layer, columns, **AS_WRITTEN)
