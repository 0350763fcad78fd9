"""A part of a labelled nation's delivery as GML 3.2: a point beside most outlines that labels the parcel, arcs in some.

Written as text, for GDAL's writer knows neither.
"""

from pathlib import Path

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
import shapely
from numpy.typing import NDArray

from sync.lab.generate.arrow import join, pick
from sync.lab.generate.province import Geometries, Integers, ProvinceBatch
from sync.lab.generate.spoil_shape import arc_and_rest

_HEAD = (
    '<?xml version="1.0" encoding="UTF-8"?>\n<gml:FeatureCollection xmlns:gml="http://www.opengis.net/gml/3.2" '
    'xmlns:dc="urn:vn:diachinh">\n'
)
_TAIL = "\n</gml:FeatureCollection>\n"
_LABELS = 3  # before the outline, behind it, none


def write_gml(
    batch: ProvinceBatch, columns: dict[str, pa.Array], first: int, file: Path, layer: str, epsg: int
) -> None:
    """Rows of a batch from `first` on, as features of the kind `layer`. columns: by delivered name, one value per row."""
    n = len(next(iter(columns.values())))
    geometry = batch.geometry[first : first + n]
    curved = {row - first for row in batch.wkb if first <= row < first + n}
    outline = _outlines(geometry, curved, epsg)
    label = _labels(geometry, epsg)
    turn = np.arange(n) % _LABELS
    shapes = pc.choose(pa.array(turn), join(label, outline), join(outline, label), outline)
    values = [_element(name, column) for name, column in columns.items()]
    number = pa.array(np.arange(first, first + n)).cast(pa.string())
    members = join(
        f'<gml:featureMember><dc:{layer} gml:id="p',
        number,
        '">',
        *values,
        shapes,
        f"</dc:{layer}></gml:featureMember>",
    )
    file.write_text(_HEAD + "\n".join(members.to_pylist()) + _TAIL, encoding="utf-8", newline="\n")


def _element(name: str, values: pa.Array) -> pa.Array:
    """`<dc:name>value</dc:name>`, nothing where there is no value."""
    text = values.cast(pa.string())
    for sign, said in (("&", "&amp;"), ("<", "&lt;"), (">", "&gt;")):
        text = pc.replace_substring(text, sign, said)
    return pc.fill_null(join(f"<dc:{name}>", text, f"</dc:{name}>"), "")


def _labels(geometry: Geometries, epsg: int) -> pa.Array:
    """(n,) a point inside each parcel as GML; nothing for what has no outline, which then has no geometry at all."""
    there = shapely.area(geometry) > 0
    inside = np.zeros((len(geometry), 2))
    inside[there] = shapely.get_coordinates(shapely.point_on_surface(geometry[there]))
    point = f'<dc:nhan><gml:Point srsName="{_srs(epsg)}"><gml:pos>'
    said = join(point, _positions(inside), "</gml:pos></gml:Point></dc:nhan>")
    return pc.if_else(pa.array(there), said, "")


def _outlines(geometry: Geometries, curved: set[int], epsg: int) -> pa.Array:
    """(n,) polygons and multipolygons as GML; nothing where there is none."""
    parts, row = shapely.get_parts(geometry, return_index=True)
    rings, part = shapely.get_rings(parts, return_index=True)
    coords, of_ring = shapely.get_coordinates(rings, return_index=True)
    positions = ["<gml:LinearRing><gml:posList>", "</gml:posList></gml:LinearRing>"]
    text = join(positions[0], _joined(_positions(coords), of_ring, len(rings), " "), positions[1])
    for at in np.flatnonzero(np.isin(row[part], sorted(curved))):  # a handful, of one ring each
        text = pc.if_else(
            pa.array(np.arange(len(rings)) == at), _with_arc(shapely.get_coordinates(rings[at])), text
        )
    outer = np.diff(part, prepend=-1) > 0
    role = pick(["interior", "exterior"], outer.astype(np.int64))
    sides = join("<gml:", role, ">", text, "</gml:", role, ">")
    polygons = _joined(sides, part, len(parts), "")
    several = pa.array(shapely.get_num_geometries(geometry) > 1)
    of_several = several.take(pa.array(row))
    alone = join(f'<gml:Polygon srsName="{_srs(epsg)}">', polygons, "</gml:Polygon>")
    member = join("<gml:surfaceMember><gml:Polygon>", polygons, "</gml:Polygon></gml:surfaceMember>")
    inside = _joined(pc.if_else(of_several, member, alone), row, len(geometry), "")
    multi = join(f'<gml:MultiSurface srsName="{_srs(epsg)}">', inside, "</gml:MultiSurface>")
    shape = join("<dc:ranhGioi>", pc.if_else(several, multi, inside), "</dc:ranhGioi>")
    return pc.if_else(pa.array(shapely.get_num_coordinates(geometry) > 0), shape, "")


def _joined(texts: pa.Array, group: Integers, groups: int, between: str) -> pa.Array:
    """(groups,) the texts of each group, one behind the other; `group` is sorted."""
    offsets = np.searchsorted(group, np.arange(groups + 1)).astype(np.int32)
    return pc.binary_join(pa.ListArray.from_arrays(pa.array(offsets), texts), between)


def _positions(coords: NDArray[np.float64]) -> pa.Array:
    """(m,) easting and northing, on the millimetre grid."""
    east, north = (pc.round(pa.array(np.ascontiguousarray(each)), 3).cast(pa.string()) for each in coords.T)
    return join(east, north, between=" ")


def _with_arc(ring: NDArray[np.float64]) -> str:
    arc, rest = (" ".join(_positions(points).to_pylist()) for points in arc_and_rest(ring))
    segments = (
        f"<gml:Arc><gml:posList>{arc}</gml:posList></gml:Arc>"
        f"<gml:LineStringSegment><gml:posList>{rest}</gml:posList></gml:LineStringSegment>"
    )
    return f"<gml:Ring><gml:curveMember><gml:Curve><gml:segments>{segments}</gml:segments></gml:Curve></gml:curveMember></gml:Ring>"


def _srs(epsg: int) -> str:
    return f"urn:ogc:def:crs:EPSG::{epsg}"
