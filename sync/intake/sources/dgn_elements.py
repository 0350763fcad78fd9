"""The elements of a DGN v7 file (Intergraph's standard file format), as far as drawings of parcels use them.

Decoded here and not by GDAL, which reads a file that was cut off without a word, strokes arcs at five degrees whatever
their radius, and leaves B-splines out. The layout is that of Intergraph's published description: 16-bit words, the least
significant byte first; 32-bit numbers with the most significant word first; floating numbers in VAX D.
"""

import mmap
import struct
from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

Points = NDArray[np.float64]

LINE, LINE_STRING, SHAPE, CURVE, ELLIPSE, ARC, TEXT = 3, 4, 6, 11, 15, 16, 17
POLE, SPLINE_KNOTS, SPLINE_CURVE, SPLINE_WEIGHTS = 21, 26, 27, 28
# What only holds other elements, or is nothing drawn: cell library, cell, text node, digitizer set-up, settings, level
# symbology, group data, complex chain, complex shape, knot table, reference and application elements.
HOLDERS = frozenset({1, 2, 5, 7, 8, 9, 10, 12, 14, 26, 28, 66})
_SETTINGS = 9
_END = b"\xff\xff"
_GRAPHIC = 36  # bytes before what is particular to a kind
_SETTINGS_BYTES = 1264
_FULL_TURN = 360 * 360_000


@dataclass(frozen=True, slots=True)
class Element:
    """One element as it lies in the file: `raw` with its header."""

    kind: int
    level: int
    deleted: bool
    raw: bytes


@dataclass(frozen=True, slots=True)
class Units:
    """How stored whole numbers become master units: x · scale − origin.

    names  of the master and the sub unit, as the file states them
    """

    three_d: bool
    scale: float
    origin: tuple[float, float]
    names: tuple[str, str]

    @property
    def axes(self) -> int:
        return 3 if self.three_d else 2


class CutOffError(Exception):
    """The file ends before its end-of-design mark, or an element is longer than the file."""


def elements(data: bytes | mmap.mmap) -> Iterator[Element]:
    """Every element up to the end-of-design mark. Raises CutOffError."""
    place, size = 0, len(data)
    while True:
        head = data[place : place + 4]
        if head[:2] == _END:
            return
        if len(head) < 4:
            raise CutOffError
        end = place + 4 + 2 * (head[2] | head[3] << 8)
        if end > size:
            raise CutOffError
        yield Element(head[1] & 0x7F, head[0] & 0x3F, bool(head[1] & 0x80), data[place:end])
        place = end


def units_of(settings: Element) -> Units:
    """The units of a design, from its first element. Raises ValueError."""
    raw = settings.raw
    if settings.kind != _SETTINGS or len(raw) < _SETTINGS_BYTES:
        raise ValueError("no design settings")
    sub_units, per_sub = _int32(raw, 1112), _int32(raw, 1116)
    if sub_units <= 0 or per_sub <= 0:
        raise ValueError("units of zero")
    scale = 1.0 / (sub_units * per_sub)
    origin = vax_d(raw, 1240) * scale, vax_d(raw, 1248) * scale
    names = tuple(raw[at : at + 2].decode("ascii", "replace").strip(" \x00") for at in (1120, 1122))
    return Units(bool(raw[1214] & 0x40), scale, origin, (names[0], names[1]))


def vax_d(raw: bytes, at: int) -> float:
    """A VAX D floating number."""
    first, second, third, fourth = struct.unpack_from("<4H", raw, at)
    exponent = first >> 7 & 0xFF
    if exponent == 0:
        return 0.0
    fraction = (first & 0x7F | 0x80) << 48 | second << 32 | third << 16 | fourth
    value: float = fraction * 2.0 ** (exponent - 128 - 56)
    return -value if first & 0x8000 else value


def vertices(element: Element, units: Units) -> Points:
    """The points (n, 2) of a line, or of what is stored as a row of points. Raises ValueError."""
    if element.kind == LINE:
        count, at = 2, _GRAPHIC
    else:
        count, at = struct.unpack_from("<H", element.raw, _GRAPHIC)[0], _GRAPHIC + 2
    words = np.frombuffer(element.raw, "<u2", count * units.axes * 2, at).reshape(-1, 2).astype(np.int64)
    whole = (words[:, 0] << 16 | words[:, 1]).astype(np.uint32).view(np.int32).reshape(-1, units.axes)
    return np.asarray(whole[:, :2] * units.scale - np.array(units.origin))


@dataclass(frozen=True, slots=True)
class Turn:
    """An arc or an ellipse: centre + major·cos(t) + minor·sin(t), `t` from start over sweep, radians."""

    centre: Points
    major: Points
    minor: Points
    start: float
    sweep: float


def turn(element: Element, units: Units) -> Turn:
    """What an arc or an ellipse states; one that is tilted in space is seen from above. Raises ValueError."""
    raw, at = element.raw, _GRAPHIC
    start, sweep = 0, _FULL_TURN
    if element.kind == ARC:
        start, sweep = _int32(raw, at), _sweep(raw, at + 4)
        at += 8
    half = np.array([vax_d(raw, at), vax_d(raw, at + 8)]) * units.scale
    at += 16
    if units.three_d:
        across, up = _axes_of_quaternion(struct.unpack_from("<8H", raw, at))
        at += 16
    else:
        angle = np.radians(_int32(raw, at) / 360_000)
        across, up = np.array([np.cos(angle), np.sin(angle)]), np.array([-np.sin(angle), np.cos(angle)])
        at += 4
    centre = np.array([vax_d(raw, at), vax_d(raw, at + 8)]) * units.scale - np.array(units.origin)
    result = Turn(
        centre, half[0] * across, half[1] * up, np.radians(start / 360_000), np.radians(sweep / 360_000)
    )
    if not np.isfinite([*result.centre, *result.major, *result.minor]).all() or not (half > 0).all():
        raise ValueError("an arc without a radius")
    return result


def spline(
    header: Element, parts: list[Element], units: Units
) -> tuple[Points, int, list[float] | None, list[float] | None]:
    """Poles (n, 2), order, knots and weights (None: even) of a B-spline curve and what follows it. Raises ValueError.

    A closed one repeats its first poles at its end, as it is drawn.
    """
    order, closed = (header.raw[40] & 0x0F) + 2, bool(header.raw[40] & 0x80)
    poles = [vertices(part, units) for part in parts if part.kind == POLE]
    if not poles:
        raise ValueError("a curve without poles")
    points = np.concatenate(poles)
    inner = _fractions(parts, SPLINE_KNOTS)[: struct.unpack_from("<H", header.raw, 44)[0]]
    weights = _fractions(parts, SPLINE_WEIGHTS)[: len(points)]
    if closed:
        if len(inner):
            raise ValueError("a closed curve with knots of its own")
        points = np.concatenate((points, points[: order - 1]))
        weights = np.concatenate((weights, weights[: order - 1])) if len(weights) else weights
        knots = np.arange(len(points) + order, dtype=np.float64)
    elif len(inner):
        knots = np.concatenate((np.zeros(order), inner, np.ones(order)))
    else:
        knots = np.empty(0)
    return points, order, knots.tolist() or None, weights.tolist() or None


@dataclass(frozen=True, slots=True)
class Label:
    """A text as delivered: its bytes, its lower left point, and the middle of the box that the file states for it."""

    content: bytes
    origin: tuple[float, float]
    middle: tuple[float, float]


def label(element: Element, units: Units) -> Label:
    """What a text element states. Raises ValueError."""
    raw = element.raw
    at = 62 if units.three_d else 50
    length_at = at + 4 * units.axes
    count = raw[length_at]
    content = raw[length_at + 2 : length_at + 2 + count]
    if len(content) < count:
        raise ValueError("a text longer than its element")
    origin = tuple(_int32(raw, at + 4 * k) * units.scale - units.origin[k] for k in (0, 1))
    box = [_range(raw, 4 + 4 * k) for k in (0, 1, 3, 4)]
    middle = tuple((box[k] + box[k + 2]) / 2 * units.scale - units.origin[k] for k in (0, 1))
    return Label(content, (origin[0], origin[1]), (middle[0], middle[1]))


def _int32(raw: bytes, at: int) -> int:
    high, low = struct.unpack_from("<hH", raw, at)
    return int(high << 16 | low)


def _range(raw: bytes, at: int) -> int:
    """A corner of an element's box: stored with its first bit turned."""
    high, low = struct.unpack_from("<HH", raw, at)
    return int((high << 16 | low) - 2**31)


def _sweep(raw: bytes, at: int) -> int:
    """Magnitude and sign apart; nothing stands for a whole turn."""
    high, low = struct.unpack_from("<HH", raw, at)
    size = (high & 0x7FFF) << 16 | low
    return (-size if high & 0x8000 else size) or _FULL_TURN


def _fractions(parts: list[Element], kind: int) -> NDArray[np.float64]:
    """The knots or weights of a B-spline: whole numbers of 2⁻³¹."""
    found = [
        np.frombuffer(part.raw[_GRAPHIC:], "<u2")[: (len(part.raw) - _GRAPHIC) // 4 * 2]
        for part in parts
        if part.kind == kind
    ]
    if not found:
        return np.empty(0)
    words = np.concatenate(found).reshape(-1, 2).astype(np.int64)
    return np.asarray((words[:, 0] << 16 | words[:, 1]) / (2**31 - 1))


def _axes_of_quaternion(words: tuple[int, ...]) -> tuple[Points, Points]:
    """The first two axes of a rotation in space, seen from above."""
    signed = [
        struct.unpack("<i", struct.pack("<I", words[k] << 16 | words[k + 1]))[0] / (2**31 - 1)
        for k in (0, 2, 4, 6)
    ]
    w, x, y, z = signed
    across = np.array([1 - 2 * (y * y + z * z), 2 * (x * y - w * z)])
    up = np.array([2 * (x * y + w * z), 1 - 2 * (x * x + z * z)])
    return across, up
