"""`findings.gpkg` and `quarantine.gpkg`: what is wrong and where, to open in QGIS. The one module that uses Fiona.

A layer per family of checks and kind of geometry, because QGIS draws one kind per layer. Fiona takes records
one by one, so a layer holds LIMIT of them at most, errors first; the rest is in the judgement and counted.
"""

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
import shapely
from numpy.typing import NDArray

from parcels.bounds import placed
from parcels.wkb import read_wkb
from sync.report.material import Material
from sync.report.places import report_srid
from sync.report.styles import add_styles
from sync.report.words import SEVERITIES
from validators.catalogue import BY_CODE, CHECKS
from validators.places import moved, places_of

FAMILIES: tuple[str, ...] = tuple(dict.fromkeys(check.code[:3] for check in CHECKS))
LIMIT = 50_000

_KINDS: dict[
    str, tuple[str, tuple[int, ...]]
] = {  # suffix → geometry type in GDAL's words, shapely's type ids
    "": ("Point", (0, -1)),
    "_line": ("LineString", (1, 2)),
    "_area": ("MultiPolygon", (3, 6)),
    "_other": ("GeometryCollection", (4, 5, 7)),
}
_STYLE_KINDS = {"": "point", "_line": "line", "_area": "area", "_other": "area"}

_FINDING_FIELDS = {
    "check_code": "str:20",
    "severity": "str:10",
    "commune": "str:32",
    "handle": "str",
    "old_commune": "str",
    "map_set": "str",
    "map_scale": "str",
    "sheet_no": "str",
    "parcel_no": "str",
    "source_key": "str",
    "national_id": "str",
    "file": "str",
    "file_row": "int",
    "others": "str",
    "other_file_rows": "str",
    "other_commune": "str:32",
    "message_vi": "str",
    "message_en": "str",
    "advice_vi": "str",
    "advice_en": "str",
    "measure": "float",
    "unit": "str:10",
    "width_mm": "float",
    "quarantined": "bool",
    "state": "str:20",
    "first_seen": "str:10",
    "row_no": "int",
    "finding_id": "str:36",
}
_REPAIR_FIELDS = {
    "kind": "str:20",
    "check_code": "str:20",
    "commune": "str:32",
    "handle": "str",
    "neighbours": "str",
    "message_vi": "str",
    "message_en": "str",
    "area_before_m2": "float",
    "area_after_m2": "float",
    "area_change_m2": "float",
    "moved_mm": "float",
    "row_no": "int",
    "finding_id": "str:36",
    "repair_id": "str:36",
}
_PARCEL_FIELDS = {
    "commune": "str:32",
    "source_key": "str",
    "national_id": "str",
    "old_commune": "str",
    "map_set": "str",
    "map_scale": "str",
    "sheet_no": "str",
    "parcel_no": "str",
    "land_use": "str",
    "area_legal_m2": "float",
    "codes": "str",
    "reasons_vi": "str",
    "reasons_en": "str",
    "file": "str",
    "file_row": "int",
    "row_no": "int",
}

Geometries = NDArray[np.object_]


def write_findings(material: Material, path: Path) -> None:
    """Write findings.gpkg: every finding at its place, a layer per family."""
    target = report_srid(material.conformed.srids)
    layers: dict[str, str] = {}
    table = material.findings.rename_columns(
        {"dataset": "commune", "quarantines": "quarantined", "other_dataset": "other_commune"}
    )
    family = pc.utf8_slice_codeunits(table["check_code"], 0, 3)
    for name in _worst_first(table["severity"], family):
        chosen = _worded(table.filter(pc.equal(family, name)).slice(0, LIMIT))
        places = _drawable(places_of(chosen, target))
        layers |= _write_kinds(path, name, chosen, places, target, _FINDING_FIELDS)
    layers |= _write_repairs(material, path, target)
    add_styles(path, layers)


def _worst_first(severity: pa.ChunkedArray, family: pa.ChunkedArray) -> list[str]:
    """The families in the order of their layers: first those that found errors, in the order of the catalogue."""
    rank = pc.index_in(severity, value_set=pa.array(list(SEVERITIES)))
    worst = pa.table({"family": family, "rank": rank}).group_by("family").aggregate([("rank", "min")])
    ranks = dict(zip(worst["family"].to_pylist(), worst["rank_min"].to_pylist(), strict=True))
    return sorted(FAMILIES, key=lambda name: ranks.get(name, len(SEVERITIES)))


def _write_repairs(material: Material, path: Path, target: int) -> dict[str, str]:
    """`repair_before` and `repair_after`: the parcels that a proposal changes, as delivered and as proposed."""
    table = material.repairs.slice(0, LIMIT).rename_columns({"dataset": "commune"})
    if not len(table):
        return {}
    neighbours = pc.binary_join(table["neighbours"].combine_chunks(), ", ")
    table = table.set_column(table.schema.get_field_index("neighbours"), "neighbours", neighbours)
    srids = np.asarray(table["srid"], dtype=np.int32)
    written: dict[str, str] = {}
    for side in ("before", "after"):
        shapes = read_wkb(table[f"{side}_wkb"].combine_chunks())
        shapes = _promoted(_drawable(moved(shapes, srids, target)), "MultiPolygon")
        name = f"repair_{side}"
        schema = {"geometry": "MultiPolygon", "properties": _REPAIR_FIELDS}
        _write_layer(path, name, table, shapes, target, schema)
        written[name] = "area"
    return written


def _worded(findings: pa.Table) -> pa.Table:
    """With the other parcels as one text, and what to do."""
    codes = findings["check_code"].combine_chunks().dictionary_encode()
    advice = [BY_CODE[code].advice for code in codes.dictionary.to_pylist()]
    others = pc.binary_join(findings["others"].combine_chunks(), ", ")
    table = findings.set_column(findings.schema.get_field_index("others"), "others", others)
    day = pc.strftime(table["first_seen_at"], format="%Y-%m-%d")
    table = table.append_column("first_seen", day)
    for name, said in (("advice_vi", [a.vi for a in advice]), ("advice_en", [a.en for a in advice])):
        table = table.append_column(name, pa.array(said, pa.string()).take(codes.indices))
    return table


def write_quarantine(material: Material, path: Path) -> None:
    """Write quarantine.gpkg: the refused rows with their geometry as delivered and the reasons."""
    target = report_srid(material.conformed.srids)
    table = _with_reasons(material.quarantined(), material.findings).slice(0, LIMIT)
    geometries = read_wkb(table["source_wkb"].combine_chunks())
    geometries = moved(geometries, np.asarray(table["source_srid"], dtype=np.int32), target)
    parts = _write_kinds(path, "quarantine", table, _drawable(geometries), target, _PARCEL_FIELDS)
    add_styles(path, parts)


def _with_reasons(rows: pa.Table, findings: pa.Table) -> pa.Table:
    """Refused rows with the codes and the sentences of what refused them."""
    refusing = findings.filter(findings["quarantines"]).select(
        ["row_no", "check_code", "message_vi", "message_en"]
    )
    reasons = refusing.group_by("row_no", use_threads=False).aggregate(
        [("check_code", "list"), ("message_vi", "list"), ("message_en", "list")]
    )
    joined = {
        new: pc.binary_join(reasons[old].combine_chunks(), " ")
        for new, old in (
            ("codes", "check_code_list"),
            ("reasons_vi", "message_vi_list"),
            ("reasons_en", "message_en_list"),
        )
    }
    right = pa.table({"row_no": reasons["row_no"], **joined})
    table = rows.drop_columns(["commune_code"]).rename_columns({"dataset": "commune"})
    place = pc.index_in(table["row_no"], value_set=right["row_no"].combine_chunks())
    for name in joined:
        table = table.append_column(name, right[name].take(place))
    return table.sort_by("row_no")


def _write_kinds(
    path: Path, name: str, table: pa.Table, geometries: Geometries, srid: int, fields: dict[str, str]
) -> dict[str, str]:
    """One layer per kind of geometry; the layer without suffix is always there. Layer → kind for its style."""
    types = shapely.get_type_id(geometries)
    main = "_area" if name == "quarantine" else ""
    written: dict[str, str] = {}
    for suffix, (geometry_type, type_ids) in _KINDS.items():
        ids = set(type_ids)
        if main:
            ids = (ids | {-1}) if suffix == main else (ids - {-1})
        chosen = np.flatnonzero(np.isin(types, list(ids)))
        layer = name if suffix == main else name + (suffix or "_point")
        if len(chosen) or suffix == main:
            schema = {"geometry": geometry_type, "properties": fields}
            shapes = _promoted(geometries[chosen], geometry_type)
            _write_layer(path, layer, table.take(pa.array(chosen)), shapes, srid, schema)
            written[layer] = _STYLE_KINDS[suffix]
    return written


def _drawable(geometries: Geometries) -> Geometries:
    """In two dimensions; of a shape with a coordinate that is no place its first vertex that is one, or nothing."""
    result = np.asarray(shapely.force_2d(geometries), dtype=object)
    coords, owner = shapely.get_coordinates(result, return_index=True)
    there = placed(coords)
    odd = np.unique(owner[~there])
    result[odd] = None
    some, first = np.unique(owner[there], return_index=True)
    left = np.isin(some, odd)
    result[some[left]] = shapely.points(coords[there][first[left]])
    return result


def _promoted(geometries: Geometries, geometry_type: str) -> Geometries:
    """Every geometry in the one type of its layer."""
    result = geometries.copy()
    types = shapely.get_type_id(geometries)
    if geometry_type == "MultiPolygon" and (types == 3).any():
        result[types == 3] = shapely.multipolygons(geometries[types == 3][:, np.newaxis])
    if geometry_type == "GeometryCollection":
        loose = (types != 7) & (types >= 0)
        if loose.any():
            result[loose] = shapely.geometrycollections(geometries[loose][:, np.newaxis])
    if geometry_type == "LineString" and (types == 2).any():
        coordinates, index = shapely.get_coordinates(geometries[types == 2], return_index=True)
        result[types == 2] = shapely.linestrings(coordinates, indices=index)
    return result


def _write_layer(
    path: Path, layer: str, table: pa.Table, shapes: Geometries, srid: int, schema: dict[str, Any]
) -> None:
    import fiona

    with (
        fiona.Env(OGR_SQLITE_SYNCHRONOUS="OFF"),  # the file is moved into place when it is whole
        fiona.open(
            path, "w", driver="GPKG", layer=layer, crs=f"EPSG:{srid}", schema=schema, encoding="UTF-8"
        ) as out,
    ):
        out.writerecords(_records(table, shapes, list(schema["properties"])))


def _records(table: pa.Table, shapes: Geometries, fields: list[str]) -> Iterator[dict[str, Any]]:
    rows = table.select(fields).to_pylist()
    for row, shape in zip(rows, shapes, strict=True):
        if row.get("area_legal_m2") is not None:
            row["area_legal_m2"] = float(row["area_legal_m2"])
        geometry = None if shape is None or shape.is_empty else shape.__geo_interface__
        yield {"type": "Feature", "geometry": geometry, "properties": row}
