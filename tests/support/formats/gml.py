"""GML 3.2 written by hand, as a WFS server gives it: everything text, the CRS as a URN."""

from collections.abc import Iterator
from pathlib import Path
from xml.sax.saxutils import escape, quoteattr

import shapely

from tests.support.formats.base import Delivered, profile, write_toml
from tests.support.tiny import EPSG, Tiny

NAMESPACES = 'xmlns:gml="http://www.opengis.net/gml/3.2" xmlns:dc="urn:vn:diachinh"'


def write(tiny: Tiny, folder: Path) -> Delivered:
    """One kind of feature."""
    used = profile()
    members = "\n".join(_members(tiny))
    (folder / "thua.gml").write_text(
        f'<?xml version="1.0" encoding="UTF-8"?>\n<gml:FeatureCollection {NAMESPACES}>\n{members}\n'
        "</gml:FeatureCollection>\n",
        encoding="utf-8",
    )
    write_toml(folder, "thua.gml")
    return Delivered(folder, used)


def _members(tiny: Tiny) -> Iterator[str]:
    for number, (row, shape) in enumerate(
        zip(tiny.delivered(profile()).to_pylist(), tiny.geometry, strict=True)
    ):
        values = "".join(
            f"<dc:{name}>{escape(str(value))}</dc:{name}>" for name, value in row.items() if value is not None
        )
        yield (
            f'<gml:featureMember><dc:ThuaDat gml:id="t{number}">{values}'
            f"<dc:hinh>{surface(shape, f'urn:ogc:def:crs:EPSG::{EPSG}')}</dc:hinh></dc:ThuaDat></gml:featureMember>"
        )


def surface(shape: shapely.Geometry, srs: str, *, north_first: bool = False) -> str:
    """A polygon or multipolygon as GML."""
    parts = shapely.get_parts(shape)
    polygons = [_polygon(part, "" if len(parts) > 1 else srs, north_first) for part in parts]
    if len(parts) == 1:
        return polygons[0]
    members = "".join(f"<gml:surfaceMember>{polygon}</gml:surfaceMember>" for polygon in polygons)
    return f"<gml:MultiSurface srsName={quoteattr(srs)}>{members}</gml:MultiSurface>"


def _polygon(part: shapely.Polygon, srs: str, north_first: bool) -> str:
    rings = [("exterior", part.exterior), *(("interior", ring) for ring in part.interiors)]
    inner = "".join(
        f"<gml:{role}><gml:LinearRing><gml:posList>{_positions(ring, north_first)}</gml:posList>"
        f"</gml:LinearRing></gml:{role}>"
        for role, ring in rings
    )
    return f"<gml:Polygon{f' srsName={quoteattr(srs)}' if srs else ''}>{inner}</gml:Polygon>"


def _positions(ring: shapely.LinearRing, north_first: bool) -> str:
    coords = shapely.get_coordinates(ring)
    return " ".join(repr(value) for value in (coords[:, ::-1] if north_first else coords).ravel().tolist())
