"""A geometry of GML inside another XML: surfaces made of rings, to WKT, so that whole columns become WKB together.

GDAL reads GML files, not elements. Curves (arcs between points) are not read: their row says so by being unreadable.
"""

import re
from functools import cache

from lxml import etree

NAMESPACE = "http://www.opengis.net/gml"
NOT_READABLE = "GML"  # text that is no WKT: the row must not look as if it had no geometry
_CODE = re.compile(r"EPSG[:/]+(?:[0-9.]*[:/])?(\d{4,6})\s*$", re.IGNORECASE)
_POLYGONS = ("Polygon", "PolygonPatch", "Triangle", "Rectangle")
_CURVED = (
    "Arc",
    "ArcString",
    "Circle",
    "CubicSpline",
    "BSpline",
    "Bezier",
    "CircleByCenterPoint",
    "ArcByCenterPoint",
)


def is_gml(element: etree._Element) -> bool:
    """Whether an element is of GML, whichever version."""
    return isinstance(element.tag, str) and element.tag.startswith(f"{{{NAMESPACE}")


def to_wkt(geometry: etree._Element) -> tuple[str, str | None]:
    """A geometry as WKT, easting first, and the EPSG code that it names (None: it names none).

    A CRS named by a URN or an address has the axes of its definition (for VN-2000: northing first); one named in short
    (EPSG:5899) has easting first, as every program reads them.
    """
    code, swapped = _crs_of(geometry)
    dimension = _dimension(geometry)
    polygons = [item for item in geometry.iter() if is_gml(item) and _local(item) in _POLYGONS]
    if not polygons or any(_local(item) in _CURVED for item in geometry.iter() if is_gml(item)):
        return NOT_READABLE, code
    try:
        texts = ["(" + ", ".join(_rings(polygon, dimension, swapped)) + ")" for polygon in polygons]
    except ValueError:
        return NOT_READABLE, code
    return f"MULTIPOLYGON({', '.join(texts)})" if len(texts) > 1 else f"POLYGON{texts[0]}", code


def _rings(polygon: etree._Element, dimension: int, swapped: bool) -> list[str]:
    found: dict[bool, list[str]] = {True: [], False: []}
    for side in polygon:
        if is_gml(side) and _local(side) in ("exterior", "interior", "outerBoundaryIs", "innerBoundaryIs"):
            points = _points(side, dimension)
            pairs = [f"{b} {a}" if swapped else f"{a} {b}" for a, b in points]
            found[_local(side) in ("exterior", "outerBoundaryIs")].append(f"({', '.join(pairs)})")
    if len(found[True]) != 1:
        raise ValueError("a polygon without its outer ring")
    return found[True] + found[False]


def _points(side: etree._Element, dimension: int) -> list[tuple[str, str]]:
    """The coordinates of a ring, as they are written. Raises ValueError."""
    numbers: list[str] = []
    for item in side.iter():
        if not is_gml(item):
            continue
        name, text = _local(item), item.text or ""
        if name in ("posList", "pos"):
            said = int(item.get("srsDimension", dimension))
            values = text.split()
            if said not in (2, 3) or len(values) % said:
                raise ValueError("coordinates left over")
            numbers += [value for k, value in enumerate(values) if k % said < 2]
        elif name == "coordinates":
            for point in text.split():
                numbers += point.split(",")[:2]
    if len(numbers) % 2 or not all(_NUMBER.fullmatch(value) for value in numbers):
        raise ValueError("no coordinates")
    return list(zip(numbers[::2], numbers[1::2], strict=True))


_NUMBER = re.compile(r"[+-]?\d{1,20}(\.\d{0,20})?([eE][+-]?\d{1,3})?")


def _local(element: etree._Element) -> str:
    return str(etree.QName(element).localname)


def _dimension(geometry: etree._Element) -> int:
    text = geometry.get("srsDimension", "2")
    return int(text) if text in ("2", "3") else 2


def _crs_of(geometry: etree._Element) -> tuple[str | None, bool]:
    """The EPSG code, and whether coordinates come northing first."""
    said = next((name for item in geometry.iter() if (name := item.get("srsName"))), None)
    match = _CODE.search(said) if said else None
    if said is None or match is None:
        return None, False
    by_definition = said.lower().startswith(("urn:", "http"))
    return match[1], by_definition and _northing_first(match[1])


@cache
def _northing_first(code: str) -> bool:
    from pyproj import CRS
    from pyproj.exceptions import CRSError

    try:
        axes = CRS.from_epsg(int(code)).axis_info
    except CRSError:
        return False
    return bool(axes) and axes[0].direction.lower() == "north"
