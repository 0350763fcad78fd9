"""Which geometry of a GML feature is its shape: chosen by its property's name and its own type, row by row.

Left to itself GDAL takes the last geometry of a feature, a label point as well as a parcel, and calls all features of a kind
curves where one of them has an arc. So it is told, in notes of its own form (`.gfs`) in a folder of our own, to hand out
every geometry under its property's name, of whatever type it is.
"""

import os
import re
import time
import warnings
from collections.abc import Iterable, Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
import pyogrio
from lxml import etree

from parcels.bilingual import Bilingual
from parcels.errors import DeliveryRejected
from parcels.wkb import geometry_types
from sync.intake.sources.apart import alone
from sync.intake.sources.base import local_path

Properties = dict[str, set[str]]  # a property's name → the elements of GML that stand in it

_SURFACES = "Polygon Surface MultiSurface MultiPolygon CompositeSurface PolyhedralSurface OrientableSurface Tin TriangulatedSurface"
_OTHERS = (
    "Point MultiPoint LineString MultiLineString Curve MultiCurve CompositeCurve OrientableCurve "
    "MultiGeometry GeometricComplex Solid MultiSolid CompositeSolid"
)
_OF_SURFACES = frozenset(_SURFACES.split())
_MOST = 16  # properties with a geometry that are told apart; with more, those with surfaces
_GEOMETRIES = "|".join(sorted((_SURFACES + " " + _OTHERS).split(), key=len, reverse=True))
_HOLDS = re.compile(
    rb"<(?:[\w.-]+:)?([\w.-]+)(?:\s[^<>]*[^/<>])?>\s*<(?:[\w.-]+:)?(" + _GEOMETRIES.encode() + rb")[\s/>]"
)
# Elements of GML itself that hold geometries inside another.
_OWN = re.compile(
    r"(surface|polygon|point|curve|lineString|geometry|solid)Members?$|base(Surface|Curve)$|element$"
)
_POLYGONAL = (3, 6, 10, 12, 15, 16, 17)  # by OGC's numbers: of surfaces, straight, curved or of patches
_CURVED = range(8, 13)
_NONE = 100  # GDAL's number for no geometry


def held_in(text: bytes, found: Properties) -> None:
    """Note the properties in a piece of a document that hold a geometry."""
    for name, kind in set(_HOLDS.findall(text)):
        said = name.decode("utf-8", "replace")
        if not _OWN.match(said):
            found.setdefault(said, set()).add(kind.decode("ascii"))


@contextmanager
def told_apart(
    path: Path, properties: Properties, wanted: str | None
) -> Iterator[tuple[Path, dict[str, tuple[str, ...]]]]:
    """The file in a folder where nothing else is, with notes for GDAL, and by layer the names of its geometry columns.

    wanted  the property that holds the shape, where somebody says it (`a|b`: the element b within a)

    The folder and what GDAL writes into it go at the end. Raises DeliveryRejected (DLV-NO-GEOMETRY) and as GDAL does.
    """
    _refuse_absent(path.name, properties, wanted)
    with alone({path.name: path}) as folder:
        own = folder / path.name
        notes = own.with_suffix(".gfs")
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            # So pyogrio says that there is no layer: of metadata, say, that only a GML polygon delimits.
            with suppress(IndexError):
                pyogrio.read_info(local_path(own), WRITE_GFS="YES")
        columns: dict[str, tuple[str, ...]] = {}
        if notes.exists():
            document = _parsed(notes)
            for kind in document.iter("GMLFeatureClass"):
                columns[str(kind.findtext("Name"))] = _rewritten(kind, properties, wanted)
            document.write(notes, encoding="utf-8")
            after = max(time.time(), own.stat().st_mtime) + 2  # older notes are not believed
            os.utime(notes, (after, after))
        yield own, columns


def _parsed(notes: Path) -> etree._ElementTree:
    try:
        return etree.parse(notes)
    except etree.XMLSyntaxError as failure:  # names that GDAL repeats as they are
        raise ValueError("GML: names") from failure


def _rewritten(kind: etree._Element, properties: Properties, wanted: str | None) -> tuple[str, ...]:
    """A class of features with every geometry it may have, of any type; the names of these columns."""
    found = kind.findtext("GeometryElementPath") or ""
    numbers = [int(text) for one in kind.findall("GeometryType") if (text := one.text) and text.isdigit()]
    if _NONE in numbers:
        return ()
    paths = {found.rpartition("|")[2]: found} if found else {}
    if wanted is not None:
        paths = {wanted.rpartition("|")[2]: wanted}
    elif len(properties) > 1:
        surfaces = [name for name, held in sorted(properties.items()) if held & _OF_SURFACES]
        named = surfaces if len(properties) > _MOST else properties
        paths = {name: name for name in (*named,)[:_MOST]} | paths
    elif not paths or not any(number % 1000 in _CURVED for number in numbers):
        return (found,)
    for tag in ("GeometryName", "GeometryElementPath", "GeometryType"):
        for element in kind.findall(tag):
            kind.remove(element)
    place = 2  # behind the class's own name and path
    for name, element_path in sorted(paths.items(), reverse=True):
        definition = etree.Element("GeomPropertyDefn")
        for tag, text in (("Name", name), ("ElementPath", element_path), ("Type", "Unknown")):
            etree.SubElement(definition, tag).text = text
        kind.insert(place, definition)
    return tuple(sorted(paths))


def shape_of(columns: dict[str, pa.Array], file: str) -> pa.Array:
    """The shape of each row (n,), from its geometries by property: its one surface, else what it has.

    Raises DeliveryRejected (DLV-GEOMETRY-SEVERAL) where a row has two surfaces.
    """
    names, arrays = list(columns), list(columns.values())
    if len(arrays) == 1:
        return arrays[0]
    surfaces = np.stack([np.isin(geometry_types(array), _POLYGONAL) for array in arrays])
    many = surfaces.sum(axis=0)
    if (many > 1).any():
        row = int(np.argmax(many > 1))
        raise _several(file, [name for name, mine in zip(names, surfaces[:, row], strict=True) if mine])
    nothing = pa.scalar(None, pa.binary())
    polygons = [
        pc.if_else(pa.array(mine), array, nothing) for array, mine in zip(arrays, surfaces, strict=True)
    ]
    return pc.coalesce(*polygons, *arrays)


def _refuse_absent(file: str, properties: Properties, wanted: str | None) -> None:
    if wanted is None or wanted.rpartition("|")[2] in properties:
        return
    present = ", ".join(sorted(properties)) or "-"
    raise DeliveryRejected(
        "DLV-NO-GEOMETRY",
        Bilingual(
            f"Trong tệp «{file}» không có thuộc tính «{wanted}» nào chứa hình. Các thuộc tính có hình: {present}.",
            f"No property “{wanted}” of the file “{file}” holds a geometry. Those that do: {present}.",
        ),
        Bilingual(
            "Hãy sửa geometry trong [read.gml] của hồ sơ tỉnh.",
            "Correct geometry in [read.gml] of the province's profile.",
        ),
    )


def _several(file: str, names: Iterable[str]) -> DeliveryRejected:
    listed = ", ".join(f"«{name}»" for name in names)
    return DeliveryRejected(
        "DLV-GEOMETRY-SEVERAL",
        Bilingual(
            f"Không rõ hình nào là ranh giới thửa đất trong tệp «{file}»: một đối tượng có nhiều vùng ({listed}).",
            f"It is not clear which geometry in the file “{file}” is the parcel: a feature has several surfaces "
            f"({listed}).",
        ),
        Bilingual(
            'Hãy ghi geometry = "tên thuộc tính" trong [read.gml] của hồ sơ tỉnh.',
            'State geometry = "property" in [read.gml] of the province\'s profile.',
        ),
    )
