"""GeoJSON text sequences: a feature a line, or a record. Half a file reads without a word, so records are counted here."""

from pathlib import Path

from pydantic import BaseModel

from parcels.bilingual import Bilingual
from sync.intake.sources.base import Layer, describe, described_layer
from sync.intake.sources.geojson import AS_WRITTEN, GeoJson, refuse_repeated_keys, refuse_unless_features
from sync.intake.sources.json_scan import scan_json

_WHAT = Bilingual("GeoJSON theo dòng (GeoJSONSeq)", "a GeoJSON sequence")


class GeoJsonSeq(GeoJson):
    """GeoJSONSeq, newline-delimited or with record separators (.geojsonl, .geojsons, .ndjson, .jsonl)."""

    kind = "geojsonseq"
    suffixes = (".geojsonl", ".geojsons", ".ndjson", ".jsonl")
    driver = "GeoJSONSeq"

    def probe(self, path: Path, encoding: str | None, options: BaseModel | None = None) -> tuple[Layer, ...]:  # noqa: ARG002 - JSON is UTF-8
        """Its one layer, after every record was seen to end. The format has no place for a CRS."""
        refuse_unless_features(path, _WHAT)
        shape = scan_json(path)
        refuse_repeated_keys(path, sequence=True)
        # A file of one feature is a GeoJSON document as well, and GDAL takes it for one.
        driver = self.driver if shape.texts > 1 else "GeoJSON"
        info = describe(path, None, driver, **AS_WRITTEN)
        return (described_layer(info, path, shape.texts, crs=None),)
