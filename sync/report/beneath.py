"""What lies beneath the findings in QGIS: the delivery itself where it can be opened from beside the report, else its parcels."""

import os
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
import pyogrio
from numpy.typing import NDArray
from pyogrio.errors import DataLayerError, DataSourceError

from parcels.columns import by_name
from parcels.model import SNAPSHOT_SCHEMA
from sync.folder.conform import PartRead
from sync.folder.snapshot import part_paths, read_part
from sync.report.layers import Kind
from sync.report.material import PARCEL_COLUMNS, Material
from sync.report.parcels import told

# What every QGIS opens as it lies there, and whether a layer must be named. Nothing that makes files of its own beside it (GML).
_OPENED = {".gpkg": True, ".gdb": True, ".shp": False, ".geojson": False, ".json": False, ".fgb": False}
_MIXED = ("Unknown", "GeometryCollection")
_KINDS: dict[str, Kind] = {"Point": "point", "LineString": "line", "Polygon": "area"}
_OF_PARTS = "|"  # parts a file from its layer in the words of QGIS
_BYTES = "ISO-8859-1"  # of text in fonts of before Unicode: each byte a letter, as those fonts want it

Integers = NDArray[np.int64]


@dataclass(frozen=True, slots=True)
class DeliveredLayer:
    """A layer of the delivery as QGIS opens it.

    source  relative to the report, with `/`; absolute where the two lie on different drives
    titles  field → what it is in the canonical columns
    label   an expression of QGIS; None where the delivery has no sheet and number
    """

    name: str
    source: str
    kind: Kind
    srid: int
    encoding: str
    titles: dict[str, str]
    label: str | None


def delivered_layers(material: Material) -> dict[int, DeliveredLayer]:
    """The parts of the delivery that QGIS can open from where the report will lie: part_no → layer."""
    if material.kept_at is None:
        return {}
    known = {part.part_no: _delivered(material, part, material.kept_at) for part in material.conformed.parts}
    return {number: layer for number, layer in known.items() if layer is not None}


def _delivered(material: Material, part: PartRead, beside: Path) -> DeliveredLayer | None:
    path = material.record.path_of(part.file)
    turned = any(said.file == part.file and said.axes != "east-north" for said in material.record.parts)
    named = _OPENED.get(path.suffix.lower())
    if named is None or part.archive is not None or turned or _OF_PARTS in f"{path}{part.layer}":
        return None
    try:
        info = pyogrio.read_info(path, layer=part.layer if named else None)
    except (DataSourceError, DataLayerError, OSError, UnicodeError, ValueError):
        return None  # only our reader can: a name in another case, a text in another encoding
    fields = {str(name).lower(): str(name) for name in info["fields"]}
    columns = {
        ours: fields[theirs.lower()] for ours, theirs in part.columns.items() if theirs.lower() in fields
    }
    flat = str(info["geometry_type"]).partition(" ")[0].removeprefix("Multi").replace("Curve", "LineString")
    chosen = f"|layername={part.layer}" if named else ""
    if flat in _MIXED:
        chosen += "|geometrytype=Polygon"
    meanings = by_name()
    return DeliveredLayer(
        name=part.file if part.layer in ("", path.stem) else f"{part.file} ({part.layer})",
        source=f"{_from(beside, path)}{chosen}",
        kind=_KINDS.get(flat, "area"),
        srid=part.epsg,
        encoding=_BYTES if part.encoding == "bytes" else part.encoding,
        titles={theirs: f"{theirs} · {meanings[ours].vi}" for ours, theirs in columns.items()},
        label=_label(columns),
    )


def _label(columns: dict[str, str]) -> str | None:
    """Sheet and number as an expression of QGIS, from the delivered fields: a DBF's number 59 would be shown as 59.0."""
    named = [columns[ours].replace('"', '""') for ours in ("sheet_no", "parcel_no") if ours in columns]
    return (
        " || '/' || ".join(f"regexp_replace(to_string(\"{name}\"), '[.]0+$', '')" for name in named) or None
    )


def _from(folder: Path, path: Path) -> str:
    """The way from a folder to a file, as QGIS follows it."""
    folder, path = Path(os.path.realpath(folder)), Path(os.path.realpath(path))
    try:
        return Path(os.path.relpath(path, folder)).as_posix()
    except ValueError:  # another drive of Windows
        return path.as_posix()


def parcels_beneath(material: Material, most: int) -> pa.Table:
    """The parcels of the parts that cannot be opened, at most so many, those with findings first: PARCEL_COLUMNS as told.

    Also source_wkb, source_srid and commune. No personal data is in it.
    """
    opened = delivered_layers(material)
    numbers = [part.part_no for part in material.conformed.parts if part.part_no not in opened]
    columns = [*PARCEL_COLUMNS, "source_wkb", "source_srid"]
    tables = [pa.schema([SNAPSHOT_SCHEMA.field(name) for name in columns]).empty_table()]
    tables[0] = tables[0].append_column("commune", pa.array([], pa.string()))
    places = _chosen(material, numbers, most) if numbers else {}
    for code, at in places.items():
        table = read_part(part_paths(material.judged_dir)[code], columns).take(pa.array(at))
        tables.append(table.append_column("commune", pa.repeat(pa.scalar(code), len(table))))
    parcels = pa.concat_tables(tables).drop_columns(["commune_code"])
    return told(parcels, material.conformed.parts)


def _chosen(material: Material, numbers: list[int], most: int) -> dict[str, Integers]:
    """Which rows of each part of the snapshot, at most so many: those with findings, then others in their order."""
    found = pc.unique(material.findings["row_no"])
    mine: dict[str, Integers] = {}
    others: dict[str, Integers] = {}
    for code, path in part_paths(material.judged_dir).items():
        table = read_part(path, ["row_no", "part_no"])
        here = np.isin(table["part_no"].to_numpy(), numbers)
        told_of = np.asarray(pc.is_in(table["row_no"], value_set=found))
        mine[code], others[code] = np.flatnonzero(here & told_of), np.flatnonzero(here & ~told_of)
    chosen: dict[str, Integers] = {}
    for group in (mine, others):
        for code, rows in group.items():
            taken = rows[:most]
            most -= len(taken)
            if len(taken):
                chosen[code] = np.union1d(chosen.get(code, taken), taken)
    return chosen
