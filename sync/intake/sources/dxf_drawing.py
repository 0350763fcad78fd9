"""What a DXF drawing holds: boundaries and labels by layer, out of all its kinds of entities. Only for `dxf`, which imports it when needed.

Arcs are stroked from what they state: by way of Bézier curves they would be off by centimetres.
"""

import codecs
import re
import warnings
from collections import Counter
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import numpy as np
from ezdxf.disassemble import recursive_decompose
from ezdxf.document import Drawing as Document
from ezdxf.entities.arc import Arc
from ezdxf.entities.boundary_paths import PolylinePath
from ezdxf.entities.circle import Circle
from ezdxf.entities.dxfentity import DXFEntity
from ezdxf.entities.ellipse import Ellipse
from ezdxf.entities.hatch import Hatch
from ezdxf.entities.insert import Insert
from ezdxf.entities.line import Line
from ezdxf.entities.lwpolyline import LWPolyline
from ezdxf.entities.mtext import MText
from ezdxf.entities.polyline import Polyline
from ezdxf.entities.spline import Spline
from ezdxf.entities.text import Text
from ezdxf.filemanagement import dxf_file_info, readfile
from ezdxf.lldxf.const import DXFError
from ezdxf.math import OCS, Vec3

from parcels.bilingual import Bilingual
from parcels.encodings import UTF8, named
from parcels.errors import DeliveryRejected
from sync.intake.sources import curves
from sync.intake.sources.base import first_line, refuse_unless_whole
from sync.intake.sources.drawing import (
    Drawing,
    DrawingOptions,
    TooLargeError,
    level_name,
    too_large,
)
from sync.intake.sources.refusals import corrupt, truncated

_BINARY = b"AutoCAD Binary DXF\r\n\x1a\x00"
_WHAT = Bilingual("bản vẽ DXF", "a DXF drawing")
_TAIL = 4_096
_MOST_BYTES = 20_000_000  # ezdxf holds a drawing whole, in thirty times its size; a sheet has a few megabytes
_MOST_FROM_BLOCKS = 100_000
_SPLINE_FRAME = 16  # a vertex that only holds a smoothed polyline in shape
_INHERITS = "0"  # what lies on this layer in a block lies on the block's layer
_HALF = re.compile("[\ud800-\udfff]")
_R12 = "AC1009"
_UNICODE_SINCE = "AC1021"  # of 2007
_AFTER_R12 = frozenset({"LWPOLYLINE", "MTEXT", "ELLIPSE", "SPLINE", "HATCH"})
_DAMAGED = (ValueError, TypeError, AttributeError, ArithmeticError, LookupError, DXFError)


def drawing_of(path: Path, codec: str | None, options: DrawingOptions) -> tuple[Drawing, str]:
    """What the drawing holds, and the encoding of its texts."""
    refuse_unless_whole(path, b"", _WHAT)
    if path.stat().st_size > _MOST_BYTES:
        raise too_large(path.name)
    _refuse_other(path)
    _refuse_cut_off(path)
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            document = readfile(path, encoding=codec)
            _refuse_mixed_versions(path.name, document)
            reader = _DxfReader(options)
            for entity in document.modelspace():
                reader.entity(entity)
            page = "utf8" if document.dxfversion >= _UNICODE_SINCE else document.encoding
            return reader.done(document.header), codec or page
    except TooLargeError as failure:
        raise too_large(path.name) from failure
    except DeliveryRejected:
        raise
    except (*_DAMAGED, OSError, RecursionError, AssertionError, NotImplementedError) as failure:
        raise corrupt(path.name, f"{type(failure).__name__}: {first_line(failure)}") from failure


class _DxfReader:
    """One pass over the entities of a drawing."""

    def __init__(self, options: DrawingOptions) -> None:
        self._options = options
        self._allowed = options.curve_tolerance_m / options.metres_per_unit  # in drawing units
        self._boundary = frozenset(options.boundary)
        self._column = {level: name for name, levels in options.label_levels().items() for level in levels}
        self._drawing = Drawing()
        self._seen: Counter[str] = Counter()
        self._not_read: Counter[str] = Counter()

    def entity(self, entity: DXFEntity) -> None:
        """One entity of the model space, a block as what it stands for."""
        self._seen["elements"] += 1
        layer = str(entity.dxf.get("layer", _INHERITS))
        if not isinstance(entity, Insert):
            self._place(entity, layer)
            return
        try:
            for piece in recursive_decompose([entity]):
                self._seen["from_blocks"] += 1
                if self._seen["from_blocks"] > _MOST_FROM_BLOCKS:
                    raise TooLargeError
                own = str(piece.dxf.get("layer", _INHERITS))
                self._place(piece, layer if own == _INHERITS else own)
        except _DAMAGED:
            self._seen["damaged"] += 1

    def done(self, header: Any) -> Drawing:
        """The drawing, with what there is to tell about it."""
        self._drawing.counts = {
            "elements": self._seen["elements"],
            "elements_from_blocks": self._seen["from_blocks"],
            "elements_not_read": dict(sorted(self._not_read.items())),
            "elements_damaged": self._seen["damaged"],
            "curves": self._seen["curves"],
            "curve_tolerance_m": self._options.curve_tolerance_m,
            "drawing_units": int(header.get("$INSUNITS", 0)),
            "metres_per_drawing_unit": self._options.metres_per_unit,
        }
        return self._drawing

    def _place(self, entity: DXFEntity, layer: str) -> None:
        level = level_name(layer)
        try:
            if isinstance(entity, Text | MText):
                if level in self._column:
                    self._label(self._column[level], entity)
            elif level in self._boundary:
                for line in self._lines(entity):
                    self._drawing.add_line(line * self._options.metres_per_unit)
            elif level in self._column:
                self._not_read[f"layer {layer} {entity.dxftype()}"] += 1
        except _NotReadError:
            self._not_read[f"layer {layer} {entity.dxftype()}"] += 1
        except _DAMAGED:
            self._seen["damaged"] += 1

    def _lines(self, entity: DXFEntity) -> Iterator[curves.Points]:
        """The entity as lines (n, 2) in drawing units."""
        if isinstance(entity, Line):
            yield _flat([entity.dxf.start, entity.dxf.end])
        elif isinstance(entity, LWPolyline | Polyline):
            yield from self._polyline(entity)
        elif isinstance(entity, Circle):  # an Arc is one too
            yield self._circle(entity)
        elif isinstance(entity, Ellipse):
            self._seen["curves"] += 1
            start, end = entity.dxf.start_param, entity.dxf.end_param
            centre, major, minor = _flat([entity.dxf.center, entity.dxf.major_axis, entity.minor_axis])
            yield curves.ellipse(
                centre,
                major,
                minor,
                start,
                _turned(end - start),
                self._allowed,
            )
        elif isinstance(entity, Hatch):  # what GIS programs make of polygons
            yield from _rings(entity)
        elif isinstance(entity, Spline):
            self._seen["curves"] += 1
            curve = entity.construction_tool()
            weights = list(curve.weights()) or None
            yield curves.b_spline(
                _flat(curve.control_points), curve.order, list(curve.knots()), weights, self._allowed
            )
        else:
            raise _NotReadError

    def _polyline(self, entity: LWPolyline | Polyline) -> Iterator[curves.Points]:
        if isinstance(entity, Polyline) and not (entity.is_2d_polyline or entity.is_3d_polyline):
            raise _NotReadError
        if entity.has_arc:
            for piece in entity.virtual_entities():
                yield from self._lines(piece)
            return
        if isinstance(entity, LWPolyline):
            points = _flat(entity.vertices_in_wcs())
            closed = entity.closed
        else:
            drawn = [vertex for vertex in entity.vertices if not vertex.dxf.flags & _SPLINE_FRAME]
            points = _flat(_ocs(entity).points_to_wcs(vertex.dxf.location for vertex in drawn))
            closed = entity.is_closed
        yield np.concatenate((points, points[:1])) if closed else points

    def _circle(self, entity: Circle) -> curves.Points:
        self._seen["curves"] += 1
        radius, ocs = entity.dxf.radius, _ocs(entity)
        centre, major, minor = _flat(
            ocs.to_wcs(Vec3(*point)) for point in (entity.dxf.center, (radius, 0, 0), (0, radius, 0))
        )
        start, sweep = 0.0, 2 * np.pi
        if isinstance(entity, Arc):
            start = float(np.radians(entity.dxf.start_angle))
            sweep = _turned(float(np.radians(entity.dxf.end_angle)) - start)
        return curves.ellipse(centre, major, minor, start, sweep, self._allowed)

    def _label(self, column: str, entity: Text | MText) -> None:
        text = _delivered(str(entity.plain_text()))
        if not text.strip():
            return
        if isinstance(entity, MText):
            point = Vec3(entity.dxf.insert)
        else:
            point = _ocs(entity).to_wcs(entity.get_placement()[1])
        metres = self._options.metres_per_unit
        self._drawing.add_text(column, text, (point.x * metres, point.y * metres))


class _NotReadError(Exception):
    """A kind of entity that bounds nothing."""


def _rings(hatch: Hatch) -> Iterator[curves.Points]:
    """The rings around a filled area, closed. Raises _NotReadError for one that is made of curves."""
    ocs = _ocs(hatch)
    for path in hatch.paths:
        if not isinstance(path, PolylinePath) or path.has_bulge():
            raise _NotReadError
        points = _flat(ocs.points_to_wcs(Vec3(x, y) for x, y, _ in path.vertices))
        yield np.concatenate((points, points[:1]))


def _flat(points: Any) -> curves.Points:
    """Points seen from above, (n, 2)."""
    return np.array([(point[0], point[1]) for point in points], dtype=np.float64).reshape(-1, 2)


def _ocs(entity: Any) -> OCS:
    """The entity's own coordinate system: a mirrored one has its x the other way round."""
    made: OCS = entity.ocs()
    return made


def _turned(sweep: float) -> float:
    """A sweep counter-clockwise: more than nothing, a whole turn at most."""
    left = sweep % (2 * np.pi)
    return float(left if left > 1e-12 else 2 * np.pi)


def _delivered(text: str) -> str:
    """Bytes that the encoding does not know, which ezdxf keeps as half characters, as the character of the same number."""
    return _HALF.sub(
        lambda half: chr(ord(half[0]) - 0xDC00) if "\udc80" <= half[0] <= "\udcff" else "\ufffd", text
    )


def codec_of(path: Path, declared: str | None) -> str | None:
    """With what to read a drawing: UTF-8 since 2007; before as it says itself, unless something else was declared.

    Text of fonts (TCVN3, VNI …) is read as the code page's letters; a later stage converts it.
    """
    if declared is None:
        return None
    try:
        if dxf_file_info(str(path)).version >= _UNICODE_SINCE:
            return None
    except (*_DAMAGED, OSError):
        return None  # reading it tells what is wrong
    return {UTF8: "utf8", "CP1258": "cp1258"}.get(named(declared) or "", "cp1252")


def _refuse_mixed_versions(name: str, document: Document) -> None:
    """Refuse a file that states version 12, or none, and holds what came later: it would lose its layers and its ends."""
    if document.dxfversion != _R12:
        return
    later = sorted({entity.dxftype() for entity in document.modelspace()} & _AFTER_R12)
    if not later:
        return
    raise DeliveryRejected(
        "DLV-DXF-VERSION",
        Bilingual(
            f"Bản vẽ «{name}» ghi phiên bản DXF R12 (hoặc không ghi) nhưng có đối tượng {', '.join(later)} của "
            "phiên bản sau.",
            f"The drawing “{name}” states the DXF version R12 (or none) but holds {', '.join(later)} of later ones.",
        ),
        Bilingual(
            "Hãy lưu lại bản vẽ theo định dạng DXF 2000 hoặc mới hơn.",
            "Save the drawing again as DXF 2000 or later.",
        ),
    )


def _refuse_other(path: Path) -> None:
    """Refuse what does not begin as a DXF does: a group code 0 or a comment, or the mark of a binary one."""
    with path.open("rb") as file:
        start = file.read(64)
    if start.startswith(_BINARY):
        return
    code = start.removeprefix(codecs.BOM_UTF8).split(b"\n", 1)[0].strip()
    if code not in (b"0", b"999"):
        refuse_unless_whole(path, _BINARY, _WHAT)


def _refuse_cut_off(path: Path) -> None:
    """Refuse a file without its end-of-file group."""
    with path.open("rb") as file:
        binary = file.read(len(_BINARY)) == _BINARY
        file.seek(max(0, path.stat().st_size - _TAIL))
        tail = file.read()
    ends = tail.rstrip(b"\x00\x1a").endswith(b"EOF") if binary else tail.split()[-2:] == [b"0", b"EOF"]
    if not ends:
        raise truncated(path.name)
