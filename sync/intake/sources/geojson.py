"""GeoJSON: one JSON document. By RFC 7946 it is in WGS 84; deliveries carry metres of a zone in it all the same.

So only what the file states in a "crs" member counts as stated. Its features are counted by its brackets,
beside what GDAL counts.
"""

import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any, ClassVar

import pyarrow as pa
from pydantic import BaseModel

from parcels.bilingual import Bilingual
from parcels.errors import DeliveryRejected
from sync.intake.sources.base import Layer, Source, describe, described_layer, refuse_unless_whole, stream
from sync.intake.sources.json_keys import repeated_key
from sync.intake.sources.json_scan import JsonShape, json_blocks, scan_json, value_at
from sync.intake.sources.refusals import shown

BOM = b"\xef\xbb\xbf"
# Text stays text, where the driver can be told so (it cannot for sequences: there a column of dates becomes dates).
AS_WRITTEN: dict[str, Any] = {"DATE_AS_STRING": "YES"}
_WHAT = Bilingual("GeoJSON", "GeoJSON")
_HEAD = 65_536
_FEATURES = re.compile(rb'"type"\s*:\s*"Feature(?:Collection)?"')
# What a JSON text must not hold where GDAL looks for the programs it would run.
_A_PROGRAM = b"gdal_streamed_alg"


class GeoJson(Source):
    """GeoJSON (.geojson, .json): a FeatureCollection or one Feature."""

    kind = "geojson"
    suffixes: ClassVar[tuple[str, ...]] = (".geojson", ".json")
    driver = "GeoJSON"
    single_layer = True

    def recognises(self, path: Path) -> bool:
        """Whether the text begins as an object and speaks of features."""
        return speaks_of_features(path)

    def probe(self, path: Path, encoding: str | None, options: BaseModel | None = None) -> tuple[Layer, ...]:  # noqa: ARG002 - JSON is UTF-8
        """Its one layer, after its brackets show that it is whole."""
        refuse_unless_features(path, _WHAT)
        shape = scan_json(path)
        refuse_repeated_keys(path, sequence=False)
        info = describe(path, None, self.driver, **AS_WRITTEN)
        rows = shape.features if any(key == "features" for key, _ in shape.members) else shape.texts
        return (described_layer(info, path, rows, crs=_stated_crs(path, shape)),)

    def read(self, path: Path, layer: Layer, columns: list[str]) -> Iterator[pa.RecordBatch]:
        """Batches of the layer in the file's order; nested values as JSON text."""
        yield from stream(path, layer, columns, **AS_WRITTEN)


def speaks_of_features(path: Path) -> bool:
    """Whether a file begins as a JSON object (or a record of a sequence) that has to do with features."""
    with path.open("rb") as file:
        head = file.read(_HEAD)
    text = head.removeprefix(BOM).lstrip(b" \t\r\n\x1e")
    return text.startswith(b"{") and bool(_FEATURES.search(head)) and _A_PROGRAM not in head


def refuse_unless_features(path: Path, what: Bilingual) -> None:
    """Refuse a file that is missing, empty or, by its beginning, holds no GeoJSON features."""
    refuse_unless_whole(path, b"", what)
    if speaks_of_features(path):
        return
    raise DeliveryRejected(
        "DLV-NOT-THIS-FORMAT",
        Bilingual(
            f"Tệp «{path.name}» không phải là {what.vi} có các đối tượng (Feature).",
            f"The file “{path.name}” is not {what.en} with features.",
        ),
        Bilingual(
            "Hãy xuất lại lớp thửa đất thành FeatureCollection bằng UTF-8.",
            "Export the layer of parcels again as a FeatureCollection, in UTF-8.",
        ),
    )


def refuse_repeated_keys(path: Path, *, sequence: bool) -> None:
    """Refuse a text in which a member stands twice in one object: readers take one of the two, without a word."""
    again = repeated_key(json_blocks(path))
    if again is None:
        return
    which = again.record if sequence else again.feature
    raise DeliveryRejected(
        "DLV-JSON-KEY-TWICE",
        Bilingual(
            f"Trong tệp «{path.name}», thuộc tính «{shown(again.key)}» được ghi hai lần trong cùng một đối tượng "
            f"(đối tượng thứ {which}).",
            f"In the file “{path.name}” the property “{shown(again.key)}” stands twice in one feature "
            f"(feature number {which}).",
        ),
        Bilingual(
            "Không rõ giá trị nào đúng. Hãy sửa phần mềm xuất dữ liệu để mỗi thuộc tính chỉ ghi một lần, rồi xuất lại.",
            "It is not clear which value is right. Have the export write each property once, and export again.",
        ),
        feature=which,
    )


def _stated_crs(path: Path, shape: JsonShape) -> str | None:
    """What a "crs" member of the document says: a name that pyproj reads, or how it is written; None without one."""
    places = [place for key, place in shape.members if key == "crs"]
    if not places:
        return None
    said: Any = value_at(path, places[-1])
    name = said.get("properties", {}).get("name") if isinstance(said, dict) else None
    return str(name) if name else json_text(said)


def json_text(value: Any) -> str:
    """A short text of what is no name of a CRS: it will not be read as one, and can be shown."""
    return f"crs {value}"[:80]
