"""Names of a parcel: the national id (12-character GeoHash), sheet and parcel numbers, handles.

Rule of the national id: Thông tư 19/2026/TT-BNNMT, Phụ lục I: the point deepest inside the boundary, in the
delivery's VN-2000 zone, transformed to WGS 84, encoded as a GeoHash of 12 characters. Tolerance of the
point, letter case and collisions are not laid down: an id is stored as given and judged by decoding it,
never by comparing it with one computed here.
"""

from datetime import date
from typing import NamedTuple

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
import shapely
from numpy.typing import NDArray

from parcels.arrays import Values, one_array
from parcels.crs import is_geographic, to_wgs84
from parcels.validity import is_valid

ALPHABET = "0123456789bcdefghjkmnpqrstuvwxyz"
LENGTH = 12
PATTERN = r"^[0-9b-hjkmnp-z]{12}$"
# First two characters: mainland w3, w6, w7, wk; islands and sea east of 112.5°E w9, wd, we.
VIETNAM_PREFIXES = ("w3", "w6", "w7", "w9", "wd", "we", "wk")
SEPARATOR = "|"
POINT_TOLERANCE_M = 0.1  # ours: the circular gives none
POINT_TOLERANCE_DEG = 1e-6

Floats = NDArray[np.float64]

_BITS = 30  # of longitude and of latitude each: 12 characters of 5 bits
_LON_CELL = 360.0 / 2**_BITS  # exact in binary, as are all multiples used here
_LAT_CELL = 180.0 / 2**_BITS
_LETTERS = np.frombuffer(ALPHABET.encode("ascii"), dtype=np.uint8)
_VALUES = np.full(256, 255, dtype=np.uint8)
_VALUES[_LETTERS] = np.arange(32, dtype=np.uint8)
_SHIFTS = np.arange(55, -1, -5, dtype=np.uint64)


class Cells(NamedTuple):
    """Bounds of GeoHash cells in degrees, (n,) each; NaN where the id is malformed."""

    lon_min: Floats
    lat_min: Floats
    lon_max: Floats
    lat_max: Floats


def _index(degrees: Floats, origin: float, cell: float) -> NDArray[np.uint64]:
    """Which cell a coordinate lies in, exactly as halving intervals finds it."""
    index = np.floor((degrees - origin) / cell)
    index -= (origin + index * cell) > degrees  # the division may round over an edge
    index += (origin + (index + 1) * cell) <= degrees
    return np.clip(index, 0, 2**_BITS - 1).astype(np.uint64)  # the far edge belongs to the last cell


def _spread(value: NDArray[np.uint64]) -> NDArray[np.uint64]:
    """30 bits to every second of 60."""
    spread = value
    for shift, mask in (
        (16, 0x0000FFFF0000FFFF),
        (8, 0x00FF00FF00FF00FF),
        (4, 0x0F0F0F0F0F0F0F0F),
        (2, 0x3333333333333333),
        (1, 0x5555555555555555),
    ):
        spread = (spread | (spread << np.uint64(shift))) & np.uint64(mask)
    return spread


def _gather(value: NDArray[np.uint64]) -> NDArray[np.uint64]:
    """Every second of 60 bits to 30."""
    gathered = value & np.uint64(0x5555555555555555)
    for shift, mask in (
        (1, 0x3333333333333333),
        (2, 0x0F0F0F0F0F0F0F0F),
        (4, 0x00FF00FF00FF00FF),
        (8, 0x0000FFFF0000FFFF),
        (16, 0x00000000FFFFFFFF),
    ):
        gathered = (gathered | (gathered >> np.uint64(shift))) & np.uint64(mask)
    return gathered


def encode(lon: Floats, lat: Floats) -> pa.Array:
    """GeoHash of 12 characters of WGS 84 degrees (n,), (n,); NULL where a coordinate is no place on Earth."""
    lon, lat = np.asarray(lon, dtype=np.float64), np.asarray(lat, dtype=np.float64)
    placed = (np.abs(lon) <= 180) & (np.abs(lat) <= 90)  # NaN is neither
    x = _index(np.where(placed, lon, 0.0), -180.0, _LON_CELL)
    y = _index(np.where(placed, lat, 0.0), -90.0, _LAT_CELL)
    bits = (_spread(x) << np.uint64(1)) | _spread(y)
    letters = _LETTERS[((bits[:, None] >> _SHIFTS) & np.uint64(31)).astype(np.intp)]
    texts = pa.FixedSizeBinaryArray.from_buffers(
        pa.binary(LENGTH), len(bits), [None, pa.py_buffer(np.ascontiguousarray(letters))]
    ).cast(pa.binary())
    return pc.if_else(pa.array(placed), texts.cast(pa.string()), pa.scalar(None, pa.string()))


def is_well_formed(ids: Values) -> NDArray[np.bool_]:
    """Which ids have 12 characters of the GeoHash alphabet, lower case; a missing id has not."""
    found = pc.fill_null(pc.match_substring_regex(one_array(ids), PATTERN), False)
    return np.asarray(found.to_numpy(zero_copy_only=False), dtype=np.bool_)


def in_vietnam(ids: Values) -> NDArray[np.bool_]:
    """Which ids begin with two characters that cover Vietnam."""
    prefix = pc.utf8_slice_codeunits(one_array(ids), 0, 2)
    return np.asarray(
        pc.is_in(prefix, value_set=pa.array(VIETNAM_PREFIXES)).to_numpy(zero_copy_only=False), dtype=np.bool_
    )


def decode(ids: Values) -> Cells:
    """The cells (WGS 84) of national ids; NaN bounds where an id is malformed or missing."""
    array = one_array(ids)
    good = is_well_formed(array)
    safe = pc.if_else(pa.array(good), array, pa.scalar("0" * LENGTH, pa.string()))
    fixed = safe.cast(pa.binary()).cast(pa.binary(LENGTH))
    octets = np.frombuffer(
        fixed.buffers()[1], dtype=np.uint8, count=len(array) * LENGTH, offset=fixed.offset * LENGTH
    ).reshape(-1, LENGTH)
    values = _VALUES[octets].astype(np.uint64)
    bits = np.bitwise_or.reduce(values << _SHIFTS, axis=1) if len(array) else np.empty(0, np.uint64)
    lon = np.where(good, -180.0 + _gather(bits >> np.uint64(1)) * _LON_CELL, np.nan)
    lat = np.where(good, -90.0 + _gather(bits) * _LAT_CELL, np.nan)
    return Cells(lon, lat, lon + _LON_CELL, lat + _LAT_CELL)


def feature_points(geoms: NDArray[np.object_], tolerance: float = POINT_TOLERANCE_M) -> Floats:
    """The point deepest inside each polygon ("điểm đặc trưng"), (n, 2) in the CRS of the geometries.

    Centre of the largest inscribed circle (of the part that holds it, for several parts); NaN where the
    geometry is missing, not polygonal, empty, invalid or without area. `tolerance` in units of the CRS.
    """
    usable = np.isin(shapely.get_type_id(geoms), (3, 6)) & ~shapely.is_empty(geoms) & is_valid(geoms)
    usable &= shapely.area(geoms) > 0
    points = np.full((len(geoms), 2), np.nan)
    radii = shapely.maximum_inscribed_circle(geoms[usable], tolerance=tolerance)
    centres = shapely.get_point(radii, 0)
    points[usable] = np.column_stack((shapely.get_x(centres), shapely.get_y(centres)))
    return points


def national_ids(geoms: NDArray[np.object_], epsg: int) -> pa.Array:
    """The national id of each parcel as the circular computes it, from geometries in their VN-2000 zone.

    NULL where `feature_points` finds none. Coordinates in degrees (4756, 4326) are taken as they are.
    """
    tolerance = POINT_TOLERANCE_DEG if is_geographic(epsg) else POINT_TOLERANCE_M
    points = to_wgs84(feature_points(geoms, tolerance), epsg)
    return encode(points[:, 0], points[:, 1])


_WIDE_DIGITS = {chr(0xFF10 + digit): str(digit) for digit in range(10)} | {"\uff0e": "."}


def normalise_number(values: Values) -> pa.Array:
    """A sheet or parcel number as text: " 12 ", "12.0", "12,00", "１２" → "12"; leading zeros and suffixes stay."""
    trimmed = pc.utf8_trim_whitespace(one_array(values).cast(pa.string()))
    if not pc.all(pc.string_is_ascii(trimmed)).as_py():  # full-width digits of East Asian keyboards
        for wide, plain in _WIDE_DIGITS.items():
            trimmed = pc.replace_substring(trimmed, wide, plain)
    whole = pc.replace_substring_regex(trimmed, r"^([0-9]+)[.,]0+$", r"\1")
    return pc.if_else(pc.equal(whole, ""), pa.scalar(None, pa.string()), whole)


_SEPARATES, _ESCAPES = ord(SEPARATOR), ord("\\")


def _escape(values: pa.Array) -> pa.Array:
    octets = np.frombuffer(values.buffers()[2] or b"", np.uint8)
    if not ((octets == _SEPARATES) | (octets == _ESCAPES)).any():  # of nearly all there is nothing to escape
        return values
    return pc.replace_substring(pc.replace_substring(values, "\\", "\\\\"), SEPARATOR, "\\" + SEPARATOR)


def source_handle(source_system: Values, source_key: Values) -> pa.Array:
    """`<system>|<key>`; NULL without a key."""
    return pc.binary_join_element_wise(
        one_array(source_system), one_array(source_key), SEPARATOR, null_handling="emit_null"
    )


def sheet_handle(
    commune_code: Values,
    valid_from: pa.Array | date,
    *,
    old_commune_code: Values | None = None,
    map_set: Values,
    map_scale: Values,
    sheet_no: Values,
    parcel_no: Values,
) -> pa.Array:
    """`<commune>|<valid_from>|<old_commune>|<map_set>|<scale>|<sheet>|<number>`.

    NULL unless commune, its validity, sheet and number are all there; old commune, map set and scale are empty where
    unknown. A separator inside a value is escaped with a backslash. Numbers must be in normal form.
    """
    none = pa.nulls(len(commune_code), pa.string())
    marks = (none if old_commune_code is None else old_commune_code, map_set, map_scale)
    return _on_sheet(commune_code, valid_from, *marks, sheet_no=sheet_no, parcel_no=parcel_no)


def sheet_place(
    commune_code: Values, valid_from: pa.Array | date, *, sheet_no: Values, parcel_no: Values
) -> pa.Array:
    """`<commune>|<valid_from>|<sheet>|<number>`: the part of a sheet handle that is never unknown; else NULL."""
    return _on_sheet(commune_code, valid_from, sheet_no=sheet_no, parcel_no=parcel_no)


def _on_sheet(
    commune_code: Values,
    valid_from: pa.Array | date,
    *marks: Values,
    sheet_no: Values,
    parcel_no: Values,
) -> pa.Array:
    commune = one_array(commune_code)
    since = (
        pa.repeat(pa.scalar(valid_from.isoformat()), len(commune))
        if isinstance(valid_from, date)
        else pc.strftime(valid_from, format="%Y-%m-%d")
    )
    return pc.binary_join_element_wise(
        commune,
        since,
        *(_escape(pc.fill_null(one_array(mark), "")) for mark in marks),
        _escape(one_array(sheet_no)),
        _escape(one_array(parcel_no)),
        SEPARATOR,
        null_handling="emit_null",
    )


_PART = r"((?:[^|\\]|\\.)*)"
_SHEET_PARTS = ("commune", "since", "old_commune", "map_set", "map_scale", "sheet", "number")
_SHEET = "^" + r"\|".join(_PART.replace("((", f"(?P<{name}>(", 1) for name in _SHEET_PARTS) + "$"


def sheet_parts(handles: Values) -> pa.StructArray:
    """(n,) the parts of sheet handles, as they are written there (escaped, empty where unknown); NULL of another text."""
    return pc.extract_regex(one_array(handles), _SHEET)
