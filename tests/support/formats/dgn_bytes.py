"""Elements of a DGN v7 put together byte by byte, for what GDAL's writer cannot write: curves, deleted elements, cells.

Numbers are written the way the format's description says; that they are right is shown by GDAL's own reader.
"""

import struct
from pathlib import Path

import numpy as np

END = b"\xff\xff"
POINT = 10_000  # stored units to the metre in the drawings of tests


def add(path: Path, *elements: bytes) -> None:
    """Put elements before the end-of-design mark of a file."""
    whole = path.read_bytes()
    at = end_of_design(whole)
    path.write_bytes(whole[:at] + b"".join(elements) + whole[at:])


def end_of_design(whole: bytes) -> int:
    """Where the mark is."""
    at = 0
    while whole[at : at + 2] != END:
        at += 4 + 2 * struct.unpack_from("<H", whole, at + 2)[0]
    return at


def element(kind: int, level: int, content: bytes, *, deleted: bool = False) -> bytes:
    """An element around what is particular to its kind; without a box, which only labels are asked for."""
    body = bytes(24) + struct.pack("<4H", 0, (len(content) + 4) // 2, 0, 0) + content
    return struct.pack("<BBH", level, kind | (0x80 if deleted else 0), len(body) // 2) + body


def long(value: int) -> bytes:
    """A 32-bit number, its high word first."""
    return struct.pack("<HH", value >> 16 & 0xFFFF, value & 0xFFFF)


def vax(value: float) -> bytes:
    """A VAX D floating number."""
    if value == 0:
        return bytes(8)
    fraction, exponent = np.frexp(abs(value))
    bits = int(fraction * 2**56) & (2**55 - 1)
    first = (0x8000 if value < 0 else 0) | (int(exponent) + 128) << 7 | bits >> 48
    return struct.pack("<4H", first, bits >> 32 & 0xFFFF, bits >> 16 & 0xFFFF, bits & 0xFFFF)


def points(*at: tuple[float, float]) -> bytes:
    """Points in metres from the drawing's corner."""
    return b"".join(long(round(x * POINT)) + long(round(y * POINT)) for x, y in at)


def row_of_points(kind: int, *at: tuple[float, float], level: int = 10, deleted: bool = False) -> bytes:
    """Line string (4), shape (6), curve (11) or poles (21)."""
    return element(kind, level, struct.pack("<H", len(at)) + points(*at), deleted=deleted)


def arc(
    centre: tuple[float, float],
    axes: tuple[float, float],
    start: float,
    sweep: float,
    turned: float = 0.0,
    level: int = 10,
) -> bytes:
    """An arc, in metres and degrees; a sweep of 0 is the whole turn."""
    size = round(abs(sweep) * 360_000) | (1 << 31 if sweep < 0 else 0)
    content = long(round(start * 360_000)) + long(size) + vax(axes[0] * POINT) + vax(axes[1] * POINT)
    content += long(round(turned * 360_000)) + vax(centre[0] * POINT) + vax(centre[1] * POINT)
    return element(16, level, content)


def arc_in_space(
    centre: tuple[float, float], axes: tuple[float, float], sweep: float, quaternion: tuple[float, ...]
) -> bytes:
    """An arc of a three-dimensional design, from 0 degrees."""
    turn = b"".join(long(round(part * (2**31 - 1))) for part in quaternion)
    content = long(0) + long(round(sweep * 360_000)) + vax(axes[0] * POINT) + vax(axes[1] * POINT)
    content += turn + vax(centre[0] * POINT) + vax(centre[1] * POINT) + vax(0)
    return element(16, 10, content)


def ellipse(centre: tuple[float, float], axes: tuple[float, float], turned: float = 0.0) -> bytes:
    """A whole ellipse, in metres and degrees."""
    content = vax(axes[0] * POINT) + vax(axes[1] * POINT) + long(round(turned * 360_000))
    return element(15, 10, content + vax(centre[0] * POINT) + vax(centre[1] * POINT))


def b_spline(order: int, *poles: tuple[float, float], closed: bool = False) -> bytes:
    """A B-spline with even knots: its header and its poles."""
    flags = (order - 2) | 0x10 | (0x80 if closed else 0)
    header = element(27, 10, long(0) + struct.pack("<BBHH", flags, 0, len(poles), 0) + bytes(2))
    return header + row_of_points(21, *poles)
