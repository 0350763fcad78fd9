"""GeoParquet: columns with types of their own, the geometry as WKB, the CRS as PROJJSON in the file's "geo" metadata.

Read by pyarrow (the GDAL that pyogrio carries has no Parquet). Its footer comes last, so a file that was cut off
has none.
"""

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pyarrow as pa
import pyarrow.parquet as pq
from pydantic import BaseModel, ConfigDict

from parcels.bilingual import Bilingual
from parcels.errors import DeliveryRejected
from sync.intake.sources.base import (
    BATCH_ROWS,
    GEOMETRY,
    READ_FAILURES,
    Layer,
    Source,
    first_line,
    local_path,
    refuse_unless_whole,
)
from sync.intake.sources.refusals import corrupt, not_utf8, rows_lost, truncated

_MAGIC = b"PAR1"
_WHAT = Bilingual("Parquet", "a Parquet file")
_WKB_TYPES = ("geoarrow.wkb", "ogc.wkb")
_MOST_COLUMNS = 5_000


class GeoParquetOptions(BaseModel):
    """`[read.geoparquet]`: geometry: the column that holds WKB, where the file does not say it."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    geometry: str | None = None


class GeoParquet(Source):
    """GeoParquet 1.x with WKB (.parquet, .geoparquet)."""

    kind = "geoparquet"
    suffixes = (".parquet", ".geoparquet")
    single_layer = True
    options = GeoParquetOptions

    def probe(self, path: Path, encoding: str | None, options: BaseModel | None = None) -> tuple[Layer, ...]:  # noqa: ARG002 - always UTF-8
        """Its one layer, by its footer."""
        refuse_unless_whole(path, _MAGIC, _WHAT)
        _refuse_without_end(path)
        said = options if isinstance(options, GeoParquetOptions) else GeoParquetOptions()
        with _opened(path) as file:
            schema, rows = file.schema_arrow, file.metadata.num_rows
        if len(set(schema.names)) < len(schema.names) or len(schema.names) > _MOST_COLUMNS:
            raise corrupt(path.name, "Parquet: columns")
        geometry = _geometry(path.name, schema, said)
        crs, kinds = _column_says(path.name, schema, geometry)
        return (
            Layer(
                name=path.stem,
                rows=rows,
                columns=tuple(name for name in schema.names if name != geometry),
                geometry_type=kinds,
                crs=crs,
                options=GeoParquetOptions(geometry=geometry),
            ),
        )

    def read(self, path: Path, layer: Layer, columns: list[str]) -> Iterator[pa.RecordBatch]:
        """Batches of the layer in the file's order; only the columns asked for are read."""
        said = layer.options
        if not isinstance(said, GeoParquetOptions) or said.geometry is None:
            raise TypeError("the layer is not one that `probe` gave")
        read = 0
        try:
            with _opened(path) as file:
                for batch in file.iter_batches(BATCH_ROWS, columns=[*columns, said.geometry]):
                    read += batch.num_rows
                    arrays = [_plain(batch.column(name), path.name) for name in columns]
                    wkb = _storage(batch.column(said.geometry)).cast(pa.binary())
                    yield pa.RecordBatch.from_arrays([*arrays, wkb], names=[*columns, GEOMETRY])
        except READ_FAILURES as failure:
            raise corrupt(path.name, first_line(failure)) from failure
        if read != layer.rows:
            raise rows_lost(path.name, layer.name, layer.rows, read)


def _opened(path: Path) -> pq.ParquetFile:
    try:
        return pq.ParquetFile(local_path(path), page_checksum_verification=True)
    except READ_FAILURES as failure:
        raise corrupt(path.name, first_line(failure)) from failure


def _refuse_without_end(path: Path) -> None:
    """A Parquet file ends as it begins; one that was cut off does not."""
    size = path.stat().st_size
    with path.open("rb") as file:
        file.seek(max(0, size - len(_MAGIC)))
        end = file.read()
    if end != _MAGIC or size < 2 * len(_MAGIC):
        raise truncated(path.name)


def _metadata(schema: pa.Schema) -> dict[str, Any]:
    """What the file's "geo" metadata says; empty where it says nothing that can be read."""
    try:
        said = json.loads((schema.metadata or {}).get(b"geo", b"{}"))
    except (ValueError, RecursionError):
        return {}
    return said if isinstance(said, dict) and isinstance(said.get("columns", {}), dict) else {}


def _geometry(name: str, schema: pa.Schema, said: GeoParquetOptions) -> str:
    """The geometry column: as told, else as the metadata says, else the only one typed as WKB."""
    if said.geometry is not None:
        chosen: Any = said.geometry
    else:
        chosen = _metadata(schema).get("primary_column")
        typed = [field.name for field in schema if _extension(field)[0] in _WKB_TYPES]
        if chosen is None and len(typed) == 1:
            chosen = typed[0]
    if not isinstance(chosen, str) or chosen not in schema.names:
        raise _no_geometry(name, schema)
    kind = _storage_type(schema.field(chosen).type)
    if not (pa.types.is_binary(kind) or pa.types.is_large_binary(kind) or pa.types.is_binary_view(kind)):
        raise _not_wkb(name, chosen, str(kind))
    return chosen


def _column_says(name: str, schema: pa.Schema, geometry: str) -> tuple[str | None, str]:
    """The CRS that the file states for its geometry, and which types of geometry. Refuses other encodings than WKB.

    The specification takes a column without "crs" for longitude and latitude; here it has not stated any.
    """
    about = _metadata(schema).get("columns", {}).get(geometry)
    if not isinstance(about, dict):
        _, extension = _extension(schema.field(geometry))
        return _crs_text(extension.get("crs")), "Unknown"
    encoding = str(about.get("encoding", "WKB"))
    if encoding.upper() != "WKB":
        raise _not_wkb(name, geometry, encoding)
    kinds = about.get("geometry_types")
    return _crs_text(about.get("crs")), ", ".join(map(str, kinds)) if isinstance(kinds, list) else "Unknown"


def _crs_text(said: Any) -> str | None:
    """PROJJSON (or a text) as text that pyproj reads: WKT, whose first words are the name."""
    if said is None or said == "":
        return None
    from pyproj import CRS
    from pyproj.exceptions import CRSError

    try:
        return str(CRS.from_user_input(said).to_wkt())
    except (CRSError, ValueError, TypeError):
        return f"crs {said}"[:80]


def _extension(field: pa.Field) -> tuple[str, dict[str, Any]]:
    """The name of a column's extension type, known to pyarrow or not, and its own metadata."""
    if isinstance(field.type, pa.BaseExtensionType):
        name, raw = field.type.extension_name, getattr(field.type, "__arrow_ext_serialize__", bytes)()
    else:
        metadata = field.metadata or {}
        name = metadata.get(b"ARROW:extension:name", b"").decode("utf-8", "replace")
        raw = metadata.get(b"ARROW:extension:metadata", b"")
    try:
        said = json.loads(raw or b"{}")
    except (ValueError, RecursionError):
        said = {}
    return name, said if isinstance(said, dict) else {}


def _storage_type(kind: pa.DataType) -> pa.DataType:
    return kind.storage_type if isinstance(kind, pa.BaseExtensionType) else kind


def _storage(array: pa.Array) -> pa.Array:
    return array.storage if isinstance(array, pa.ExtensionArray) else array


def _plain(array: pa.Array, name: str) -> pa.Array:
    """A column in the types that other kinds of source give: no dictionaries, no large or viewed text, no bytes."""
    array = _storage(array)
    if pa.types.is_dictionary(array.type):
        array = array.dictionary_decode()
    kind = array.type
    if pa.types.is_decimal(kind):
        return array.cast(pa.string())  # every digit
    if (
        pa.types.is_large_string(kind)
        or pa.types.is_string_view(kind)
        or pa.types.is_binary(kind)
        or pa.types.is_large_binary(kind)
    ):
        try:
            return array.cast(pa.string())
        except pa.ArrowInvalid as failure:
            raise not_utf8(name) from failure
    return array


def _no_geometry(name: str, schema: pa.Schema) -> DeliveryRejected:
    present = ", ".join(schema.names[:30])
    return DeliveryRejected(
        "DLV-NO-GEOMETRY",
        Bilingual(
            f"Tệp «{name}» không cho biết cột nào chứa hình thửa đất. Các cột: {present}.",
            f"The file “{name}” does not say which column holds the geometry. Its columns: {present}.",
        ),
        Bilingual(
            'Hãy xuất lại thành GeoParquet, hoặc ghi geometry = "tên cột" trong [read.geoparquet] của hồ sơ tỉnh.',
            'Export it as GeoParquet, or state geometry = "column" in [read.geoparquet] of the profile.',
        ),
    )


def _not_wkb(name: str, column: str, found: str) -> DeliveryRejected:
    return DeliveryRejected(
        "DLV-GEOMETRY-ENCODING",
        Bilingual(
            f"Cột hình «{column}» của tệp «{name}» không phải WKB ({found[:60]}).",
            f"The geometry column “{column}” of the file “{name}” is not WKB ({found[:60]}).",
        ),
        Bilingual(
            "Hãy xuất lại GeoParquet với geometry_encoding = WKB.",
            "Export the GeoParquet again with WKB as the geometry's encoding.",
        ),
    )
