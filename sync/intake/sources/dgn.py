"""DGN v7: one file a map sheet, boundaries and labels by level. DGN v8 is recognised and refused."""

import mmap
import struct
from collections import Counter
from collections.abc import Iterator
from pathlib import Path

import numpy as np
import pyarrow as pa
from pydantic import BaseModel

from parcels.bilingual import Bilingual
from parcels.encodings import BYTES
from parcels.errors import DeliveryRejected
from sync.intake.sources import curves
from sync.intake.sources import dgn_elements as v7
from sync.intake.sources.base import Layer, Source, first_line, refuse_unless_whole
from sync.intake.sources.drawing import (
    Drawing,
    DrawingOptions,
    TooLargeError,
    batches,
    layer_of,
    parcels_of,
    too_large,
)
from sync.intake.sources.refusals import corrupt, truncated

_V8 = bytes.fromhex("d0cf11e0a1b11ae1")  # an OLE2 compound file
_STARTS = (b"\x08\x09\xfe\x02", b"\xc8\x09\xfe\x02")  # design settings, in two and in three dimensions
_WHAT = Bilingual("bản vẽ DGN v7", "a DGN v7 drawing")
_WIDE = b"\xff\xfd"  # a text of two bytes a character
_ROWS_OF_POINTS = frozenset({v7.LINE, v7.LINE_STRING, v7.SHAPE})


class DgnOptions(DrawingOptions):
    """`[read.dgn]`. `middle_of_text`: a label lies where the middle of its box is, not its lower left corner."""

    middle_of_text: bool = False


class Dgn(Source):
    """MicroStation design file, version 7 (.dgn)."""

    kind = "dgn"
    suffixes = (".dgn",)
    single_layer = True
    options = DgnOptions

    def members(self, path: Path) -> tuple[Path, ...]:
        """The file alone: reference files are not followed."""
        return (path,)

    def probe(self, path: Path, encoding: str | None, options: BaseModel | None = None) -> tuple[Layer, ...]:  # noqa: ARG002 - text is handed on as bytes
        """The sheet, after its elements were walked to the end-of-design mark and its parcels were made."""
        used = options if isinstance(options, DgnOptions) else DgnOptions()
        return (layer_of(path, parcels_of(_drawing(path, used), used, path.name), used, BYTES),)

    def read(self, path: Path, layer: Layer, columns: list[str]) -> Iterator[pa.RecordBatch]:
        """The parcels, made again: the same file gives the same ones."""
        used = layer.options if isinstance(layer.options, DgnOptions) else DgnOptions()
        parcels = parcels_of(_drawing(path, used), used, path.name)
        yield from batches(path, parcels, used, columns)


def _drawing(path: Path, options: DgnOptions) -> Drawing:
    _refuse_v8(path)
    refuse_unless_whole(path, _magic(path), _WHAT)
    with path.open("rb") as file, mmap.mmap(file.fileno(), 0, access=mmap.ACCESS_READ) as data:
        try:
            return _DgnReader(options).read(data)
        except TooLargeError as failure:
            raise too_large(path.name) from failure
        except v7.CutOffError as failure:
            raise truncated(path.name) from failure
        except (ValueError, struct.error, IndexError) as failure:
            raise corrupt(path.name, first_line(failure)[:100]) from failure


class _DgnReader:
    """One pass over the elements of a file."""

    def __init__(self, options: DgnOptions) -> None:
        self._options = options
        self._allowed = options.curve_tolerance_m / options.metres_per_unit  # in master units
        self._boundary = frozenset(options.boundary)
        self._column = {level: name for name, levels in options.label_levels().items() for level in levels}
        self._drawing = Drawing()
        self._seen: Counter[str] = Counter()
        self._not_read: Counter[str] = Counter()
        self._damaged = 0
        self._spline: list[v7.Element] = []

    def read(self, data: mmap.mmap) -> Drawing:
        walk = v7.elements(data)
        first = next(walk, None)
        if first is None:
            raise ValueError("no design settings")
        units = v7.units_of(first)
        for element in walk:
            self._seen["elements"] += 1
            self._seen["bytes"] += len(element.raw)
            if element.deleted:
                self._seen["deleted"] += 1
            elif self._spline and element.kind in (v7.POLE, v7.SPLINE_KNOTS, v7.SPLINE_WEIGHTS):
                self._spline.append(element)
            else:
                self._end_spline(units)
                self._element(element, units)
        self._end_spline(units)
        self._drawing.counts = {
            "elements": self._seen["elements"],
            "elements_deleted": self._seen["deleted"],
            "bytes_after_the_end": len(data) - self._seen["bytes"] - len(first.raw) - 2,
            "elements_not_read": dict(sorted(self._not_read.items())),
            "elements_damaged": self._damaged,
            "curves": self._seen["curves"],
            "curve_tolerance_m": self._options.curve_tolerance_m,
            "master_unit": units.names[0],
            "metres_per_master_unit": self._options.metres_per_unit,
        }
        return self._drawing

    def _element(self, element: v7.Element, units: v7.Units) -> None:
        level = str(element.level)
        try:
            if level in self._boundary and element.kind == v7.SPLINE_CURVE:
                self._spline = [element]
            elif level in self._boundary and (line := self._line(element, units)) is not None:
                self._add(line)
            elif level in self._column and element.kind == v7.TEXT:
                self._label(self._column[level], v7.label(element, units))
            elif (level in self._boundary or level in self._column) and element.kind not in (
                v7.TEXT,
                *v7.HOLDERS,
            ):
                self._not_read[f"level {level} type {element.kind}"] += 1
        except (ValueError, struct.error, IndexError):
            self._damaged += 1

    def _line(self, element: v7.Element, units: v7.Units) -> curves.Points | None:
        if element.kind in _ROWS_OF_POINTS:
            points = v7.vertices(element, units)
            return np.concatenate((points, points[:1])) if element.kind == v7.SHAPE else points
        if element.kind == v7.CURVE:
            self._seen["curves"] += 1
            return curves.interpolated(v7.vertices(element, units), self._allowed)
        if element.kind in (v7.ARC, v7.ELLIPSE):
            self._seen["curves"] += 1
            turn = v7.turn(element, units)
            return curves.ellipse(turn.centre, turn.major, turn.minor, turn.start, turn.sweep, self._allowed)
        return None

    def _end_spline(self, units: v7.Units) -> None:
        if not self._spline:
            return
        header, *parts = self._spline
        self._spline = []
        self._seen["curves"] += 1
        try:
            poles, order, knots, weights = v7.spline(header, parts, units)
            self._add(curves.b_spline(poles, order, knots, weights, self._allowed))
        except (ValueError, struct.error, IndexError, ArithmeticError):
            self._damaged += 1

    def _add(self, line: curves.Points) -> None:
        self._drawing.add_line(line * self._options.metres_per_unit)

    def _label(self, column: str, label: v7.Label) -> None:
        text = _byte_text(label.content)
        if not text.strip():
            return
        x, y = label.middle if self._options.middle_of_text else label.origin
        self._drawing.add_text(
            column, text, (x * self._options.metres_per_unit, y * self._options.metres_per_unit)
        )


def _byte_text(content: bytes) -> str:
    """A character per byte, for the stage that finds the encoding; what is stored as UTF-16 comes as UTF-8."""
    if content.startswith(_WIDE):
        content = content[len(_WIDE) :].decode("utf-16-le", "replace").encode()
    return content.rstrip(b"\x00").decode("latin-1")


def _magic(path: Path) -> bytes:
    """Which of the two beginnings the file has; the first where it has neither."""
    start = b""
    if path.is_file():
        with path.open("rb") as file:
            start = file.read(4)
    return start if start in _STARTS else _STARTS[0]


def _refuse_v8(path: Path) -> None:
    if not path.is_file():
        return
    with path.open("rb") as file:
        if file.read(len(_V8)) != _V8:
            return
    raise DeliveryRejected(
        "DLV-DGN-V8",
        Bilingual(
            f"Tệp «{path.name}» là DGN v8; chỉ đọc được DGN v7.",
            f"The file “{path.name}” is DGN v8; only DGN v7 can be read.",
        ),
        Bilingual(
            "Trong MicroStation hãy chọn File > Save As > MicroStation V7 DGN, hoặc xuất ra GeoPackage, shapefile "
            "hay DXF, rồi gửi lại.",
            "In MicroStation choose File > Save As > MicroStation V7 DGN, or export a GeoPackage, a shapefile or a "
            "DXF, and send that.",
        ),
    )
