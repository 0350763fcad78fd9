"""Deliveries as files: a GeoPackage or Shapefile per old province, and the delivery.toml that speaks for them.

Written twice from the same options, the files are the same byte for byte: the times inside them are those
of the delivery, not of the writing.
"""

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from pathlib import Path

import numpy as np
import pyarrow as pa
import pyarrow.csv
import pyogrio
import shapely

from parcels.crs import VN2000
from parcels.text import bare_text
from sync.declared.profile import DBF_NAME_BYTES
from sync.lab.generate.gml import write_gml
from sync.lab.generate.kinds import Format
from sync.lab.generate.nation import PlannedPart, Territory
from sync.lab.generate.options import Options
from sync.lab.generate.province import ProvinceBatch
from sync.lab.generate.systems import NumberType, system
from sync.lab.generate.tables import Tables
from sync.lab.generate.write_people import write_people

ENCODING = "UTF-8"
_GEOMETRY = "geom"
_SUFFIX: dict[Format, str] = {"gpkg": ".gpkg", "shapefile": ".shp", "gml": ".gml"}
_TYPES: dict[NumberType, pa.DataType] = {
    "text": pa.string(),
    "integer": pa.int32(),
    "decimal": pa.float64(),
}


@contextmanager
def written_at(moment: datetime) -> Iterator[None]:
    """Let GDAL write `moment` wherever a format records when it was written."""
    text = moment.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%S.000Z")
    pyogrio.set_gdal_config_options({"OGR_CURRENT_DATE": text})
    try:
        yield
    finally:
        pyogrio.set_gdal_config_options({"OGR_CURRENT_DATE": None})


def _layer_of(batch: ProvinceBatch, part: PlannedPart, stem: str) -> str:
    defaults = batch.profile.defaults_for(part.old_province.name, None)
    return (defaults.layer if defaults else None) or stem


def _columns(batch: ProvinceBatch, start: int, stop: int) -> dict[str, pa.Array]:
    """The rows of one part under the names that the province gives its columns, cut as a Shapefile cuts them."""
    width = DBF_NAME_BYTES if batch.format == "shapefile" else None
    numbers = _TYPES[system(batch.profile.system).numbers]
    columns = {}
    for canonical in batch.profile.columns:
        delivered = batch.profile.delivered_name(canonical)
        if delivered is None or canonical not in batch.columns:
            continue  # several columns joined: what the parts were cannot be made up
        values = batch.columns[canonical].slice(start, stop - start)
        columns[delivered[:width]] = (
            values.cast(numbers) if canonical in ("sheet_no", "parcel_no") else values
        )
    if "action" in batch.columns and "action" not in batch.profile.columns:
        columns["action"] = batch.columns["action"].slice(start, stop - start)
    return columns


def _table(columns: dict[str, pa.Array], batch: ProvinceBatch, start: int, stop: int) -> pa.Table:
    """The rows of one part with their shapes."""
    shapes = shapely.to_wkb(batch.geometry[start:stop])
    for row, curved in batch.wkb.items():
        if start <= row < stop:
            shapes[row - start] = curved
    wkb = pa.array(shapes, pa.binary())
    table = pa.table(columns | {_GEOMETRY: wkb})
    field = pa.field(_GEOMETRY, pa.binary(), metadata={"ARROW:extension:name": "geoarrow.wkb"})
    return table.cast(table.schema.set(len(columns), field))


def write_delivery(
    options: Options, batch: ProvinceBatch, folder: Path, tables: Tables | None = None
) -> None:
    """A province's files and their delivery.toml into an existing, empty folder; tables: of its people."""
    starts = np.searchsorted(batch.part, np.arange(len(batch.delivery.parts) + 1)).tolist()
    entries = []
    for part, start, stop in zip(batch.delivery.parts, starts[:-1], starts[1:], strict=True):
        stem = bare_text(part.old_province.name)
        geopackage = batch.format == "gpkg"
        file = f"{stem}{_SUFFIX[batch.format]}"
        layer = _layer_of(batch, part, stem)
        columns = _columns(batch, start, stop)
        if batch.format == "gml":
            write_gml(batch, columns, start, folder / file, layer, part.old_province.epsg)
            entries.append(_part_entry(part, file, layer))
            continue
        pyogrio.write_arrow(
            _table(columns, batch, start, stop),
            folder / file,
            layer=layer,
            driver="GPKG" if geopackage else "ESRI Shapefile",
            geometry_name=_GEOMETRY,
            geometry_type="Unknown"
            if geopackage
            else "Polygon",  # a system that checks nothing, holds anything
            crs=f"EPSG:{part.old_province.epsg}",
            encoding=None if geopackage else ENCODING,
            layer_options=None
            if geopackage
            else {"DBF_DATE_LAST_UPDATE": f"{options.as_of:%Y-%m-%d}", "RESIZE": "YES"},
        )
        entries.append(_part_entry(part, file, layer if geopackage else None))
    if tables:
        stem = bare_text(batch.delivery.parts[0].old_province.name)
        entries.append(write_people(batch.profile, batch.format, tables, folder, f"{stem}{_SUFFIX['gpkg']}"))
    text = _delivery_head(options, batch) + "".join(entries)
    (folder / "delivery.toml").write_text(text, encoding="utf-8", newline="\n")


def _delivery_head(options: Options, batch: ProvinceBatch) -> str:
    if options.kind == "changes":
        return (
            f'province = "{batch.delivery.province}"\n'
            'kind = "changes"\n'
            f"since = {options.since.isoformat()}\n"
            f"until = {options.extracted_at.isoformat()}\n"
            'commune_codes = "new"\n'
        )
    whole = {t.commune.code for t in batch.delivery.territories} - batch.partial
    codes = "".join(f'    "{code}",\n' for code in sorted(whole))
    return (
        f'province = "{batch.delivery.province}"\n'
        'kind = "full"\n'
        f"extracted_at = {options.extracted_at.isoformat()}\n"
        'commune_codes = "new"\n'
        f"complete_for = [\n{codes}]\n"
    )


def _part_entry(part: PlannedPart, file: str, layer: str | None) -> str:
    return (
        "\n[[parts]]\n"
        f'file = "{file}"\n'
        + (f'layer = "{layer}"\n' if layer else "")
        + f"epsg = {part.old_province.epsg}\n"
        f'encoding = "{ENCODING}"\n'
        f'old_province = "{part.old_province.name}"\n'
    )


def write_boundaries(territories: list[Territory], outlines: list[shapely.Geometry], file: Path) -> None:
    """The made-up territories of all communes, VN-2000 degrees (EPSG:4756)."""
    table = pa.table(
        {
            "commune_code": [t.commune.code for t in territories],
            "commune_name": [t.commune.name for t in territories],
            "province_code": [t.commune.province_code for t in territories],
            "old_province": [t.old_province.name for t in territories],
            "parcels": pa.array([t.parcels for t in territories], pa.int64()),
            _GEOMETRY: pa.array(
                shapely.to_wkb([shapely.multipolygons(shapely.get_parts(o)) for o in outlines]), pa.binary()
            ),
        }
    )
    field = pa.field(_GEOMETRY, pa.binary(), metadata={"ARROW:extension:name": "geoarrow.wkb"})
    pyogrio.write_arrow(
        table.cast(table.schema.set(table.schema.get_field_index(_GEOMETRY), field)),
        file,
        layer="commune",
        driver="GPKG",
        geometry_name=_GEOMETRY,
        geometry_type="MultiPolygon",
        crs=f"EPSG:{VN2000}",
    )


def write_csv(table: pa.Table, file: Path) -> None:
    """A table as CSV; NULL is empty, text is quoted only where it must be."""
    pyarrow.csv.write_csv(table, file, pyarrow.csv.WriteOptions(quoting_style="needed"))
