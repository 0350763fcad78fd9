"""GML 3.2 (and 3.1, 2.1): features in XML, as WFS servers and INSPIRE services give them.

Types are not believed: every value is text as it is written, so that no zero is lost because a column looked like
numbers. GDAL reads the file alone in a folder of its own, where it finds no schema or `.gfs` beside it and leaves none. It reads
half a file without a word, so the file is first walked to its end.
"""

import re
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from pathlib import Path
from typing import Any
from xml.parsers import expat

import pyarrow as pa
import pyogrio
from pydantic import BaseModel, ConfigDict

from parcels.bilingual import Bilingual
from parcels.errors import DeliveryRejected
from sync.intake.sources.base import (
    GEOMETRY,
    READ_FAILURES,
    Layer,
    Source,
    describe,
    first_line,
    layers_of,
    refuse_unless_whole,
    stream,
)
from sync.intake.sources.gml_geometry import Properties, held_in, shape_of, told_apart
from sync.intake.sources.refusals import corrupt
from sync.intake.sources.xml_guard import root_name

_WHAT = Bilingual("GML", "GML")
_NAMESPACES = ("http://www.opengis.net/gml", "http://www.opengis.net/wfs")
_HEAD = 65_536
_BLOCK = 1 << 20
_LONGEST_TAG = 1 << 26
_SRS_NAME = re.compile(rb"""<(?:[\w.-]+:)?(\w+)\s[^<>]*?\bsrsName\s*=\s*["']([^"'<>]{1,200})["']""")
_OF_AN_EXTENT = {b"Envelope", b"Box"}
_CODE = re.compile(r"(\d+)/?$")
# Nothing is written beside the file even if it should lie in a folder of the delivery.
_AS_WRITTEN: dict[str, Any] = {"WRITE_GFS": "NO"}

pyogrio.set_gdal_config_options({"GML_FIELDTYPES": "ALWAYS_STRING"})


class GmlOptions(BaseModel):
    """`[read.gml]`: geometry: the property that holds a parcel's shape, where a feature has several surfaces."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    geometry: str | None = None


class _ToldGml(GmlOptions):
    """What `probe` found out, for `read`."""

    properties: dict[str, frozenset[str]]


class Gml(Source):
    """GML (.gml; .xml when it is GML inside)."""

    kind = "gml"
    suffixes = (".gml", ".xml")
    driver = "GML"
    options = GmlOptions

    def recognises(self, path: Path) -> bool:
        """Whether its first element is of GML or WFS, or its beginning declares the namespace of GML."""
        try:
            name, _ = root_name(path)
        except DeliveryRejected:
            return path.suffix.lower() == self.suffixes[0]
        with path.open("rb") as file:
            head = file.read(_HEAD)
        return name.startswith(_NAMESPACES) or _NAMESPACES[0].encode() in head

    def members(self, path: Path) -> tuple[Path, ...]:
        """The file alone: a schema or a `.gfs` beside it is not believed."""
        return (path,)

    def probe(self, path: Path, encoding: str | None, options: BaseModel | None = None) -> tuple[Layer, ...]:  # noqa: ARG002 - XML states its encoding
        """Its kinds of features that have geometry, after the whole file was found to be well-formed XML."""
        refuse_unless_whole(path, b"", _WHAT)
        root_name(path)
        codes, properties = _walked(path)
        if not self.recognises(path):
            raise _not_gml(path.name)
        said = options.geometry if isinstance(options, GmlOptions) else None
        told = _ToldGml(
            geometry=said, properties={name: frozenset(held) for name, held in properties.items()}
        )
        with _readable(path, told) as (own, _):
            names = [name for name, geometry in layers_of(own) if geometry is not None]
            return tuple(self._layer(own, name, codes, told) for name in names)

    def _layer(self, own: Path, name: str, codes: set[str], told: _ToldGml) -> Layer:
        info = describe(own, name, self.driver, **_AS_WRITTEN)
        crs = info["crs"]
        if crs is None and len(codes) == 1:
            crs = f"EPSG:{next(iter(codes))}"  # one CRS, named in several ways
        elif crs is None and codes:
            raise _mixed_crs(own.name, name, codes)
        return Layer.described(info, int(info["features"]), crs=crs, options=told)

    def read(self, path: Path, layer: Layer, columns: list[str]) -> Iterator[pa.RecordBatch]:
        """Batches of the layer in the file's order, easting first whatever the CRS's name makes of its axes."""
        told = layer.options
        if not isinstance(told, _ToldGml):
            raise TypeError("the layer is not one that `probe` gave")
        root_name(path)
        with _readable(path, told) as (own, geometries):
            first, *others = geometries.get(layer.name) or (GEOMETRY,)
            for batch in stream(own, layer, [*columns], also=tuple(others), **_AS_WRITTEN):
                shapes = {first: batch.column(GEOMETRY)} | {name: batch.column(name) for name in others}
                arrays = [batch.column(at) for at in range(len(columns))]
                yield pa.RecordBatch.from_arrays(
                    [*arrays, shape_of(shapes, path.name)], names=[*columns, GEOMETRY]
                )


@contextmanager
def _readable(path: Path, told: _ToldGml) -> Iterator[tuple[Path, dict[str, tuple[str, ...]]]]:
    """The file as GDAL must see it. What GDAL refuses of it is told as damage."""
    properties = {name: set(held) for name, held in told.properties.items()}
    with ExitStack() as stack:
        try:
            found = stack.enter_context(told_apart(path, properties, told.geometry))
        except READ_FAILURES as failure:
            raise corrupt(path.name, first_line(failure)) from failure
        yield found


def _walked(path: Path) -> tuple[set[str], Properties]:
    """The EPSG codes that its geometries name and the properties that hold them, after the file was walked to its end.

    Raises DeliveryRejected.
    """
    properties: Properties = {}
    parser = expat.ParserCreate()
    names: set[bytes] = set()
    before, fed = b"", 0
    try:
        with path.open("rb") as file:
            while block := file.read(_BLOCK):
                parser.Parse(block, False)
                fed += len(block)
                if fed - parser.CurrentByteIndex > _LONGEST_TAG:
                    raise corrupt(path.name, "XML: a tag without end")
                text = before + block
                names.update(
                    name for element, name in _SRS_NAME.findall(text) if element not in _OF_AN_EXTENT
                )
                held_in(text, properties)
                before = text[-1024:]
        parser.Parse(b"", True)
    except expat.ExpatError as failure:
        if failure.code in (expat.errors.codes[expat.errors.XML_ERROR_NO_ELEMENTS], *_UNFINISHED):
            raise _cut_off(path.name, failure.lineno) from failure
        raise corrupt(path.name, f"XML: {first_line(failure)}") from failure
    except (LookupError, ValueError) as failure:  # an encoding that nobody knows
        raise corrupt(path.name, f"XML: {first_line(failure)}") from failure
    said = (name.decode("utf-8", "replace").strip() for name in names)
    return {found[1] if (found := _CODE.search(name)) else name for name in said}, properties


_UNFINISHED = tuple(
    expat.errors.codes[message]
    for message in (
        expat.errors.XML_ERROR_UNCLOSED_TOKEN,
        expat.errors.XML_ERROR_PARTIAL_CHAR,
        expat.errors.XML_ERROR_UNCLOSED_CDATA_SECTION,
    )
)


def _cut_off(name: str, line: int) -> DeliveryRejected:
    return DeliveryRejected(
        "DLV-TRUNCATED",
        Bilingual(
            f"Tệp «{name}» bị cắt cụt: XML dừng giữa chừng ở dòng {line}.",
            f"The file “{name}” is cut off: its XML stops half-way, on line {line}.",
        ),
        Bilingual(
            "Hãy tải hoặc xuất lại tệp này; so dung lượng hai bên trước khi gửi.",
            "Download or export the file again; compare the sizes on both sides before sending.",
        ),
    )


def _not_gml(name: str) -> DeliveryRejected:
    return DeliveryRejected(
        "DLV-NOT-THIS-FORMAT",
        Bilingual(f"Tệp «{name}» là XML nhưng không phải GML.", f"The file “{name}” is XML but not GML."),
        Bilingual(
            "Hãy xuất lại lớp thửa đất thành GML 3.2 hoặc GeoPackage.",
            "Export the layer of parcels again as GML 3.2 or GeoPackage.",
        ),
    )


def _mixed_crs(name: str, layer: str, codes: set[str]) -> DeliveryRejected:
    listed = ", ".join(sorted(codes)[:5])
    return DeliveryRejected(
        "DLV-CRS-MIXED",
        Bilingual(
            f"Các hình trong lớp «{layer}» của tệp «{name}» không ghi cùng một hệ tọa độ (srsName: {listed}).",
            f"The geometries in layer “{layer}” of the file “{name}” do not all state one coordinate system "
            f"(srsName: {listed}).",
        ),
        Bilingual("Hãy tách mỗi hệ tọa độ một tệp.", "Send a file for each coordinate system."),
    )
