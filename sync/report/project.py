"""`findings.qgz`: a project of QGIS that opens the findings, the quarantined parcels and the delivery together.

It is XML in a zip, for QGIS from 3.22 on. Its files are named relative to itself, so that a folder may be moved as a whole.
"""

import sqlite3
import zipfile
from collections.abc import Iterator
from contextlib import closing
from dataclasses import dataclass
from pathlib import Path

from pyproj import CRS

from parcels import admin_units
from sync.report.beneath import delivered_layers
from sync.report.layers import NO_PLACE, Kind
from sync.report.material import Material
from sync.report.places import report_srid
from sync.report.rendering import rendered
from sync.report.styles import PARCELS_LAYER, parcels_style, style_of

_INSIDE = "findings.qgs"
_NEVER = (1980, 1, 1, 0, 0, 0)  # the same findings make the same bytes
# Of layers of a report: what draws them, and the words of QGIS for it.
_GEOMETRY: dict[Kind, str] = {"point": "Point", "line": "Line", "area": "Polygon", "none": "No geometry"}
_TYPES: dict[str, Kind] = {"MULTIPOINT": "point", "MULTILINESTRING": "line", "MULTIPOLYGON": "area"}
_FAMILIES = {
    "GEO": "Hình học · Geometry",
    "TOP": "Chồng lấn, khe hở · Topology",
    "BRD": "Giáp ranh · Borders",
    "IDN": "Định danh · Identity",
    "CNT": "Số lượng · Counts",
    "ATT": "Thuộc tính · Attributes",
    "PER": "Người và quyền · People and rights",
    "CHG": "Biến động · Changes",
}
_NAMED = {
    "findings": "Không có phát hiện nào · Nothing was found",
    "quarantine": "Thửa bị cách ly · Quarantined parcels",
    "repair_before": "Trước khi sửa · Before",
    "repair_after": "Sau khi sửa (đề xuất) · Proposed",
    PARCELS_LAYER: "Thửa đất đã nộp · Delivered parcels",
}
_SUFFIXES = {"point": "điểm", "line": "đường", "area": "vùng"}
# What a person opens the project for is drawn at once; proposals are looked at one by one.
_HIDDEN = ("repair_",)

Box = tuple[float, float, float, float]


@dataclass(frozen=True, slots=True)
class ProjectLayer:
    """A layer of the project. style: elements of XML; box: where it lies, in its own CRS, of a layer of the report."""

    id: str
    name: str
    source: str
    geometry: str
    crs: CRS | None
    encoding: str
    style: str
    visible: bool = True
    box: Box | None = None


@dataclass(frozen=True, slots=True)
class ProjectGroup:
    """Layers under one heading of the project, the upper ones drawn over the lower ones."""

    name: str
    layers: tuple[ProjectLayer, ...]
    visible: bool = True


def write_project(material: Material, path: Path) -> None:
    """Write findings.qgz beside findings.gpkg and quarantine.gpkg, which are there already."""
    srid = report_srid(material.conformed.srids)
    found = tuple(_of_geopackage(path.parent / "findings.gpkg"))
    refused = tuple(_of_geopackage(path.parent / "quarantine.gpkg"))
    parcels = tuple(layer for layer in found if layer.id == f"findings_{PARCELS_LAYER}")
    repairs = tuple(layer for layer in found if layer.id.startswith("findings_repair_"))
    findings = tuple(layer for layer in found if layer not in (*parcels, *repairs))
    groups = (
        ProjectGroup("Phát hiện · Findings", findings),
        ProjectGroup("Cách ly · Quarantine", refused),
        ProjectGroup("Đề xuất sửa · Proposed repairs", repairs[::-1], visible=False),
        ProjectGroup("Gói dữ liệu · Delivery", (*_delivered(material), *parcels)),
    )
    province = admin_units.provinces().get(material.record.province)
    facts = {
        "title": f"Kết quả kiểm tra – {province.full_name if province else material.record.system}",
        "crs": CRS.from_epsg(srid),
        "groups": [group for group in groups if group.layers],
        "box": _around([layer.box for layer in (*parcels, *findings, *refused, *repairs) if layer.box]),
    }
    text = rendered("sync.report", "project.qgs", facts)
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr(zipfile.ZipInfo(_INSIDE, _NEVER), text.encode("utf-8"), zipfile.ZIP_DEFLATED)


def _of_geopackage(path: Path) -> Iterator[ProjectLayer]:
    """The layers and tables of a GeoPackage of the report that hold something, in their order."""
    with closing(sqlite3.connect(path)) as database:
        contents = database.execute(
            "SELECT c.table_name, g.geometry_type_name, c.srs_id, c.min_x, c.min_y, c.max_x, c.max_y"
            " FROM gpkg_contents c LEFT JOIN gpkg_geometry_columns g USING (table_name)"
            " WHERE c.table_name <> 'layer_styles' ORDER BY c.rowid"
        ).fetchall()
        filled = [
            row
            for row in contents
            if database.execute(f'SELECT 1 FROM "{row[0]}" LIMIT 1').fetchone()  # noqa: S608 - our own name
        ]
    for name, geometry_type, srid, *box in filled:
        kind = _TYPES.get(geometry_type, "none")
        yield ProjectLayer(
            id=f"{path.stem}_{name}",
            name=title_of(name, kind),
            source=f"./{path.name}|layername={name}",
            geometry=_GEOMETRY[kind],
            crs=CRS.from_epsg(srid) if kind != "none" else None,
            encoding="UTF-8",
            style=style_of(name, kind),
            visible=not name.startswith(_HIDDEN),
            box=None if None in box or kind == "none" else tuple(box),
        )


def title_of(name: str, kind: Kind) -> str:
    """What a layer of the report is called for people."""
    plain = name.removesuffix(NO_PLACE)
    known = _NAMED.get(plain) or _NAMED.get(plain.partition("_")[0])
    family = plain[:3]
    if known is None:
        known = f"{family} {_FAMILIES[family]}"
    if name.endswith(NO_PLACE):
        return f"{known} (không có vị trí · no place)"
    several = plain[:3] in _FAMILIES or plain not in _NAMED
    return f"{known} ({_SUFFIXES[kind]} · {kind})" if several and kind != "none" else known


def _delivered(material: Material) -> Iterator[ProjectLayer]:
    for number, layer in delivered_layers(material).items():
        yield ProjectLayer(
            id=f"delivered_part_{number}",  # QGIS gives a layer with a shorter one another
            name=layer.name,
            source=layer.source,
            geometry=_GEOMETRY[layer.kind],
            crs=CRS.from_epsg(layer.srid),
            encoding=layer.encoding,
            style=parcels_style(layer.kind, layer.titles, layer.label),
        )


def _around(boxes: list[Box]) -> Box | None:
    """The box that holds all of these, a little wider; None of none."""
    if not boxes:
        return None
    west, south = (min(box[side] for box in boxes) for side in (0, 1))
    east, north = (max(box[side] for box in boxes) for side in (2, 3))
    more = 0.05 * max(east - west, north - south) or 1e-4
    return (west - more, south - more, east + more, north + more)
