"""WKB from files of unknown quality to shapely, as whole arrays: what shapely refuses is still told apart from nothing.

Files may hold curves, which shapely does not read, and bytes that are no geometry. A row must not look as
if it had no geometry because of that.
"""

import struct

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
import shapely
from numpy.typing import NDArray

from parcels.arrays import one_array
from parcels.bounds import MAX_DEPTH, MAX_OCTETS

Geometries = NDArray[np.object_]
Integers = NDArray[np.int64]

_HEADER = 5  # byte order, type
_COUNT = 4
_RING = 22  # the bytes before the first coordinate of a MultiPolygon
_POINT, _LINE, _POLYGON, _COLLECTION, _CIRCULAR = 1, 2, 3, 7, 8
CURVED = (8, 9, 10, 11, 12)  # CircularString, CompoundCurve, CurvePolygon, MultiCurve, MultiSurface
_READABLE = 7  # the types above it are curves and surfaces made of them
_NESTING = (4, 5, 6, 7, 9, 10, 11, 12)  # types made of other geometries
_UNSUSPECTED = (
    9 * 500
)  # octets: so short a multi-part cannot be nested so deep that reading it ends the process
TOO_LARGE = b"\x00\xff"  # stands for a geometry that was too large to be read at all
_DEEPEST = 6  # MultiSurface of CurvePolygon of CompoundCurve of CircularString, and one to spare


def geometry_types(wkb: pa.Array) -> Integers:
    """OGC type number of each geometry without Z and M (3 = Polygon, 10 = CurvePolygon …); -1 where there is none.

    0 where the bytes are too short to say.
    """
    content, start, length = _bytes_of(wkb)
    types = np.where(length >= _HEADER, 0, np.where(length < 0, -1, 0))
    whole = np.flatnonzero(length >= _HEADER)
    types[whole] = _type_at(content, start[whole])
    return types


def read_wkb(wkb: pa.Array) -> Geometries:
    """Shapely geometries (n,); None where there is no WKB. A ring left open is closed.

    A geometry that shapely cannot hold (a curve, a surface, damaged bytes), one that is too long and one of collections
    nested too deep (`parcels.bounds`) becomes a GeometryCollection of one point of its own, so that it is seen, placed, and
    judged as not polygonal or too complex.
    """
    types = geometry_types(wkb)
    result = np.full(len(wkb), None, dtype=object)
    readable = np.flatnonzero((types >= 1) & (types <= _READABLE) & ~too_long(wkb) & ~too_deep(wkb))
    values = np.asarray(wkb.take(pa.array(readable)).to_numpy(zero_copy_only=False), dtype=object)
    with np.errstate(invalid="ignore"):  # coordinates that are no numbers are judged later
        result[readable] = shapely.from_wkb(values, on_invalid="fix")  # closes rings, which moves no boundary
    strange = np.flatnonzero((types >= 0) & shapely.is_missing(result))
    if len(strange):
        points = shapely.points(_first_coordinates(wkb.take(pa.array(strange))))
        result[strange] = shapely.geometrycollections(points[:, np.newaxis])
    return result


def too_long(wkb: pa.Array | pa.ChunkedArray) -> NDArray[np.bool_]:
    """(n,) which geometries have more octets than are read, or stand for one that had."""
    array = one_array(wkb)
    long = pc.greater(pc.binary_length(array), MAX_OCTETS)
    known = pc.or_(long, pc.equal(array, pa.scalar(TOO_LARGE, array.type)))
    return np.asarray(pc.fill_null(known, False))


def too_deep(wkb: pa.Array) -> NDArray[np.bool_]:
    """(n,) which geometries are made of geometries, and these of others, deeper than anybody needs.

    Only collections and what is long enough to be dangerous is looked at, header by header.
    """
    result = np.zeros(len(wkb), dtype=bool)
    types = geometry_types(wkb)
    long = np.asarray(pc.fill_null(pc.binary_length(wkb), 0), dtype=np.int64) > _UNSUSPECTED
    for row in np.flatnonzero(np.isin(types, _NESTING) & (long | (types == _COLLECTION))):
        result[row] = _is_too_deep(wkb[row].as_py())
    return result


def _is_too_deep(octets: bytes) -> bool:
    """Whether a WKB nests too deep; not where its bytes end before that, or make no sense."""
    at, left = 0, [1]  # how many geometries are to come at each depth
    while left:
        if not left[-1]:
            left.pop()
            continue
        left[-1] -= 1
        if at + _HEADER > len(octets):
            return False
        order = "<" if octets[at] == 1 else ">"
        (raw,) = struct.unpack_from(order + "I", octets, at + 1)
        kind, flags, iso = (raw & 0x0FFFFFFF) % 1000, raw >> 28, (raw & 0x0FFFFFFF) // 1000
        at += _HEADER + (_COUNT if flags & 2 else 0)
        point = 8 * (2 + (iso in (1, 3) or bool(flags & 8)) + (iso in (2, 3) or bool(flags & 4)))
        if kind == _POINT:
            at += point
            continue
        if at + _COUNT > len(octets):
            return False
        (count,) = struct.unpack_from(order + "I", octets, at)
        at += _COUNT
        if kind in (_LINE, _CIRCULAR):
            at += count * point
        elif kind == _POLYGON:
            for _ in range(count):
                if at + _COUNT > len(octets):
                    return False
                at += _COUNT + struct.unpack_from(order + "I", octets, at)[0] * point
        elif kind in _NESTING:
            left.append(count)
            if len(left) > MAX_DEPTH:
                return True
        else:
            return False
    return False


def bounds_of(wkb: pa.Array) -> NDArray[np.float64]:
    """(n, 4) bounding boxes of stored geometries; NaN where there is none or it is empty.

    Polygons of one ring, which almost all parcels are, are read where their bytes lie: in a fifth of the time.

    wkb  little-endian MultiPolygons without Z and SRID, as `parcels.geometry.to_wkb` writes them
    """
    content, start, length = _bytes_of(wkb)
    result = np.full((len(wkb), 4), np.nan)
    plain = np.flatnonzero(length > _RING)
    head = content[start[plain][:, None] + np.arange(_RING)]
    one = np.array([1, 0, 0, 0], np.uint8)
    plain = plain[(head[:, 0] == 1) & (head[:, 5:9] == one).all(axis=1) & (head[:, 14:18] == one).all(axis=1)]
    points = (length[plain] - _RING) // 16
    for odd in range(8):  # numbers are read as such at each of the places where they may begin in eight bytes
        mine = np.flatnonzero((start[plain] + _RING) % 8 == odd)
        if not len(mine):
            continue
        numbers = np.frombuffer(content, np.float64, (len(content) - odd) // 8, odd)
        count = 2 * points[mine]
        first = np.cumsum(count) - count
        at = np.repeat((start[plain[mine]] + _RING - odd) // 8 - first, count) + np.arange(count.sum())
        coords = numbers[at].reshape(-1, 2)
        for side, reduce in ((0, np.minimum), (2, np.maximum)):
            result[plain[mine], side : side + 2] = reduce.reduceat(coords, first // 2, axis=0)
    other = np.setdiff1d(np.flatnonzero(length > 0), plain)
    values = np.asarray(wkb.take(pa.array(other)).to_numpy(zero_copy_only=False), dtype=object)
    result[other] = shapely.bounds(shapely.from_wkb(values))
    return result


def _bytes_of(wkb: pa.Array) -> tuple[NDArray[np.uint8], Integers, Integers]:
    """All the bytes, and where each value starts and how long it is (-1 where NULL)."""
    array = wkb.cast(pa.large_binary())
    offsets = (
        np.frombuffer(array.buffers()[1], np.int64, len(array) + 1, array.offset * 8)
        if len(array)
        else np.zeros(1, np.int64)
    )
    data = array.buffers()[2] if len(array) else None
    content = np.frombuffer(data, np.uint8) if data is not None and data.size else np.zeros(0, np.uint8)
    length = np.diff(offsets)
    if array.null_count:
        length = np.where(np.asarray(array.is_null()), -1, length)
    return content, offsets[:-1], length


def _number_at(
    content: NDArray[np.uint8], at: Integers, little: NDArray[np.bool_], kind: str
) -> NDArray[np.float64]:
    """The number of NumPy's `kind` at each position, in each value's own byte order."""
    size = np.dtype(kind).itemsize
    octets = content[at[:, None] + np.arange(size)]
    octets = np.where(little[:, None], octets, octets[:, ::-1])
    return np.ascontiguousarray(octets).view(f"<{kind}").ravel().astype(np.float64)


def _type_at(content: NDArray[np.uint8], at: Integers) -> Integers:
    """Type number at a geometry's first byte; Z, M and SRID flags and thousands taken off."""
    little = content[at] == 1
    raw = _number_at(content, at + 1, little, "u4").astype(np.int64)
    return np.asarray((raw & 0x0FFFFFFF) % 1000)


def _first_coordinates(wkb: pa.Array) -> NDArray[np.float64]:
    """(n, 2) the first vertex of each geometry, found by walking down the nested headers; 0, 0 where damaged."""
    content, start, length = _bytes_of(wkb)
    end = start + length
    found = np.zeros((len(wkb), 2))
    at, open_ = start.copy(), np.arange(len(wkb))
    for _ in range(_DEEPEST):
        open_ = open_[at[open_] + _HEADER + _COUNT <= end[open_]]
        if not len(open_):
            break
        here = at[open_]
        types = _type_at(content, here)
        skip = np.select(
            [types == _POINT, types == _POLYGON], [_HEADER, _HEADER + 2 * _COUNT], _HEADER + _COUNT
        )
        leaf = np.isin(types, (_POINT, _LINE, _POLYGON, _CIRCULAR)) & (here + skip + 16 <= end[open_])
        rows, first = open_[leaf], here[leaf] + skip[leaf]
        little = content[here[leaf]] == 1
        found[rows] = np.column_stack([_number_at(content, first + step, little, "f8") for step in (0, 8)])
        at[open_] = here + skip
        open_ = open_[~np.isin(types, (_POINT, _LINE, _POLYGON, _CIRCULAR))]
    return np.where(np.isfinite(found), found, 0.0)
