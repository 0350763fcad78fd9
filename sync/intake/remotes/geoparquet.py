"""Writing what was pulled: GeoParquet with WKB, the CRS as the source states it, every column in its own type.

Read again by `sync.intake.sources.geoparquet`. A file appears under its name only when it is complete.
"""

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pyarrow as pa
import pyarrow.parquet as pq

_GEO_VERSION = "1.1.0"


def write_geoparquet(
    path: Path,
    batches: Iterator[pa.RecordBatch],
    geometry: str,
    crs: str | None,
    origin: dict[str, Any],
    columns: tuple[str, ...] = (),
) -> int:
    """Write batches of one schema; the number of rows. `origin`: what is known of the source, as the file's metadata.

    columns  what an empty file has
    """
    temporary = path.with_name(f".{path.name}.part")
    metadata = {
        b"geo": json.dumps(_geo(geometry, crs)).encode(),
        b"landsync": json.dumps(origin, default=str).encode(),
    }
    writer: pq.ParquetWriter | None = None
    rows = 0
    try:
        for batch in batches:
            if writer is None:
                writer = _writer(temporary, batch.schema, metadata)
            writer.write_batch(batch)
            rows += batch.num_rows
        if writer is None:
            fields = [pa.field(name, pa.string()) for name in columns]
            writer = _writer(temporary, pa.schema([*fields, pa.field(geometry, pa.binary())]), metadata)
        writer.close()
        writer = None
        temporary.replace(path)
    finally:
        if writer is not None:
            writer.close()
        temporary.unlink(missing_ok=True)
    return rows


def _writer(path: Path, schema: pa.Schema, metadata: dict[bytes, bytes]) -> pq.ParquetWriter:
    return pq.ParquetWriter(
        path,
        schema.with_metadata(metadata),
        compression="zstd",
        write_page_checksum=True,
        write_statistics=False,
    )


def _geo(geometry: str, crs: str | None) -> dict[str, Any]:
    column: dict[str, Any] = {
        "encoding": "WKB",
        "geometry_types": [],  # not looked into
        "crs": None if crs is None else _projjson(crs),
    }
    return {"version": _GEO_VERSION, "primary_column": geometry, "columns": {geometry: column}}


def _projjson(crs: str) -> dict[str, Any] | str:
    """What the source states; its own words where PROJ cannot read them, so that they are held against the declared CRS."""
    from pyproj import CRS
    from pyproj.exceptions import CRSError

    try:
        return CRS.from_user_input(crs).to_json_dict()
    except CRSError:
        return crs
