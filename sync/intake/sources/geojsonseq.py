"""GeoJSON text sequences: a feature a line, or a record.

Of a sequence that was cut off or damaged GDAL reads what it can and says nothing. So every record is parsed here first, by a
parser that forgives nothing, and counted.
"""

import io
import re
from pathlib import Path
from typing import BinaryIO

import pyarrow as pa
import pyarrow.json
from pydantic import BaseModel

from parcels.bilingual import Bilingual
from sync.intake.sources.base import Layer, describe, described_layer, first_line
from sync.intake.sources.geojson import AS_WRITTEN, BOM, GeoJson, refuse_repeated_keys, refuse_unless_features
from sync.intake.sources.json_scan import scan_json
from sync.intake.sources.refusals import corrupt

_WHAT = Bilingual("GeoJSON theo dòng (GeoJSONSeq)", "a GeoJSON sequence")
_LONGEST = 1 << 26  # bytes of a record
_READING = pyarrow.json.ReadOptions(use_threads=False, block_size=_LONGEST)
# A record may run over several lines. Nothing of it is kept: what is asked is whether it is JSON.
_PARSING = pyarrow.json.ParseOptions(
    explicit_schema=pa.schema([("type", pa.string())]),
    unexpected_field_behavior="ignore",
    newlines_in_values=True,
)
_ROW = re.compile(r" in row (\d+)")


class GeoJsonSeq(GeoJson):
    """GeoJSONSeq, newline-delimited or with record separators (.geojsonl, .geojsons, .ndjson, .jsonl)."""

    kind = "geojsonseq"
    suffixes = (".geojsonl", ".geojsons", ".ndjson", ".jsonl")
    driver = "GeoJSONSeq"

    def probe(self, path: Path, encoding: str | None, options: BaseModel | None = None) -> tuple[Layer, ...]:  # noqa: ARG002 - JSON is UTF-8
        """Its one layer, after every record was parsed. The format has no place for a CRS."""
        refuse_unless_features(path, _WHAT)
        shape = scan_json(path)
        if _records(path) != shape.texts:
            raise corrupt(path.name, "JSON: null")
        refuse_repeated_keys(path, sequence=True)
        # A file of one feature is a GeoJSON document as well, and GDAL takes it for one.
        driver = self.driver if shape.texts > 1 else "GeoJSON"
        info = describe(path, None, driver, **AS_WRITTEN)
        return (described_layer(info, path, shape.texts, crs=None),)


class _Separated(io.RawIOBase):
    """A file in which record separators and a mark of byte order are white space, as they are to whoever reads JSON."""

    def __init__(self, file: BinaryIO) -> None:
        super().__init__()
        self._file = file
        self._begins = True

    def readable(self) -> bool:
        """It is."""
        return True

    def read(self, size: int = -1) -> bytes:
        """As of a file."""
        block = self._file.read(size)
        if self._begins and block.startswith(BOM):
            block = b"   " + block[len(BOM) :]
        self._begins = False
        return block.replace(b"\x1e", b"\n")


def _records(path: Path) -> int:
    """How many there are. Raises DeliveryRejected (DLV-CORRUPT) at the first that is no JSON."""
    count = 0
    try:
        with path.open("rb") as file:
            text = pa.PythonFile(_Separated(file), mode="r")
            with pyarrow.json.open_json(text, _READING, _PARSING) as batches:
                for batch in batches:
                    count += batch.num_rows
    except pa.ArrowInvalid as failure:
        row = _ROW.search(str(failure))
        where = f"record {count + int(row[1]) + 1}" if row else f"behind record {count}"
        raise corrupt(path.name, f"{where}: {first_line(failure)}") from failure
    return count
