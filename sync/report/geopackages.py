"""`findings.gpkg` and `quarantine.gpkg`: what is wrong and where, to open in QGIS.

Layers by family of checks and kind of geometry (`sync/report/layers.py`). A layer holds LIMIT rows at most, errors first; the
rest is in the judgement and counted.
"""

from collections.abc import Iterable
from pathlib import Path

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from parcels.wkb import read_wkb
from sync.report.beneath import parcels_beneath
from sync.report.fields import FINDINGS, PARCELS, QUARANTINE, REPAIRS, Field, schema_of
from sync.report.layers import DrawnLayer, Kind, drawable, layers_of, write_layer
from sync.report.material import Material
from sync.report.places import report_srid
from sync.report.styles import PARCELS_LAYER, add_styles
from sync.report.words import SEVERITIES
from validators.catalogue import BY_CODE, CHECKS
from validators.places import moved, places_of

FAMILIES: tuple[str, ...] = tuple(dict.fromkeys(check.code[:3] for check in CHECKS))
LIMIT = 50_000


def write_findings(material: Material, path: Path) -> None:
    """Write findings.gpkg: every finding at its place, a layer per family; and the parcels, where nothing else shows them."""
    target = report_srid(material.conformed.srids)
    table = material.findings.rename_columns(
        {"dataset": "commune", "quarantines": "quarantined", "other_dataset": "other_commune"}
    )
    written: dict[str, Kind] = {}
    family = pc.utf8_slice_codeunits(table["check_code"], 0, 3)
    for name in _worst_first(table["severity"], family):
        chosen = _worded(table.filter(pc.equal(family, name)).slice(0, LIMIT))
        layers = layers_of(name, "point", chosen, drawable(places_of(chosen, target)))
        written |= _written(path, layers, FINDINGS, target)
    written |= _write_repairs(material, path, target)
    beneath = parcels_beneath(material, LIMIT)
    if len(beneath):
        shapes = read_wkb(beneath["source_wkb"].combine_chunks())
        shapes = moved(shapes, np.asarray(beneath["source_srid"], dtype=np.int32), target)
        layers = (
            each
            for each in layers_of(PARCELS_LAYER, "area", beneath, drawable(shapes))
            if each.kind == "area"
        )
        written |= _written(path, layers, PARCELS, target)
    _finish(path, written, "findings", _worded(table.slice(0, 0)), FINDINGS)


def _written(
    path: Path, layers: Iterable[DrawnLayer], fields: tuple[Field, ...], srid: int
) -> dict[str, Kind]:
    """Layers into the file; name → kind."""
    names: dict[str, Kind] = {}
    for layer in layers:
        write_layer(path, layer, schema_of(fields), srid)
        names[layer.name] = layer.kind
    return names


def _finish(
    path: Path, written: dict[str, Kind], name: str, nothing: pa.Table, fields: tuple[Field, ...]
) -> None:
    """Styles for what was written; a table without a row where there is nothing to write, so that the file opens."""
    if not written:
        written = _written(path, [DrawnLayer(name, "none", nothing)], fields, 0)
    add_styles(path, written)


def _worst_first(severity: pa.ChunkedArray, family: pa.ChunkedArray) -> list[str]:
    """The families in the order of their layers: first those that found errors, in the order of the catalogue."""
    rank = pc.index_in(severity, value_set=pa.array(list(SEVERITIES)))
    worst = pa.table({"family": family, "rank": rank}).group_by("family").aggregate([("rank", "min")])
    ranks = dict(zip(worst["family"].to_pylist(), worst["rank_min"].to_pylist(), strict=True))
    return sorted(FAMILIES, key=lambda name: ranks.get(name, len(SEVERITIES)))


def _write_repairs(material: Material, path: Path, target: int) -> dict[str, Kind]:
    """`repair_before` and `repair_after`: the parcels that a proposal changes, as delivered and as proposed."""
    table = material.repairs.slice(0, LIMIT).rename_columns({"dataset": "commune"})
    neighbours = pc.binary_join(table["neighbours"].combine_chunks(), ", ")
    table = table.set_column(table.schema.get_field_index("neighbours"), "neighbours", neighbours)
    srids = np.asarray(table["srid"], dtype=np.int32)
    written: dict[str, Kind] = {}
    for side in ("before", "after"):
        shapes = moved(read_wkb(table[f"{side}_wkb"].combine_chunks()), srids, target)
        layers = layers_of(f"repair_{side}", "area", table, drawable(shapes))
        written |= _written(path, layers, REPAIRS, target)
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
    shapes = read_wkb(table["source_wkb"].combine_chunks())
    shapes = moved(shapes, np.asarray(table["source_srid"], dtype=np.int32), target)
    written = _written(path, layers_of("quarantine", "area", table, drawable(shapes)), QUARANTINE, target)
    _finish(path, written, "quarantine", table, QUARANTINE)


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
