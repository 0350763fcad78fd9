"""Geometry written as text in a table: WKT, EWKT, or the hexadecimal WKB that databases print. Whole columns at a time."""

import re

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
import shapely

from parcels.bounds import MAX_OCTETS, MAX_TEXT
from parcels.wkb import TOO_LARGE, too_deep

_HEX = r"^(?:[0-9A-Fa-f]{2})+$"
_EWKT = r"^(?i:SRID)\s*=\s*(?P<srid>[0-9]{1,9})\s*;\s*"
_WKB_START = 18  # hexadecimal digits: byte order, type, SRID
_SRID_FLAG = 0x20000000
_BEGINS = r"[A-Za-z]\s*\("  # a geometry in WKT; a collection begins others
_BEGINS_IN_JSON = r"\{"
_MOST = 500  # geometries in one text: reading as many nested ones is safe, some ten thousand end the process
_DAMAGED = b"\x00"  # too short for any geometry: the row is seen, and judged as not readable


def wkb_of(values: pa.Array) -> tuple[pa.Array, set[int]]:
    """WKB (n,) of geometries written as text (n,), and every SRID that they state.

    NULL where the text is NULL or blank. Text that is no geometry becomes one byte, which no reader
    takes for WKB: the row must not look as if it had no geometry. Text that is too long (`parcels.bounds`) is not even looked
    at: it becomes `TOO_LARGE`.
    """
    large = pc.fill_null(pc.greater(pc.binary_length(values), max(MAX_TEXT, 2 * MAX_OCTETS)), False)
    if pc.any(large).as_py():
        wkb, srids = wkb_of(pc.if_else(large, pa.scalar(None, values.type), values))
        return pc.if_else(large, pa.scalar(TOO_LARGE), wkb), srids
    text = pc.utf8_trim_whitespace(values)
    text = pc.if_else(pc.equal(text, ""), pa.scalar(None, pa.string()), text)
    in_hex = pc.fill_null(pc.match_substring_regex(text, _HEX), False)
    from_hex, hex_srids = _from_hex(pc.if_else(in_hex, text, pa.scalar(None, pa.string())))
    from_wkt, wkt_srids = _from_wkt(pc.if_else(in_hex, pa.scalar(None, pa.string()), text))
    return pc.coalesce(from_hex, from_wkt), hex_srids | wkt_srids


def _from_hex(text: pa.Array) -> tuple[pa.Array, set[int]]:
    """Hexadecimal WKB (n,) to WKB; that of PostGIS, which holds an SRID, to the plain form."""
    if text.null_count == len(text):
        return pa.nulls(len(text), pa.binary()), set()
    joined = "".join(text.drop_null().to_pylist())
    ends = np.cumsum(pc.fill_null(pc.binary_length(text), 0).to_numpy(zero_copy_only=False)) // 2
    offsets = pa.array(np.concatenate(([0], ends)), pa.int32()).buffers()[1]
    valid = pc.is_valid(text).buffers()[1]
    wkb = pa.Array.from_buffers(
        pa.binary(), len(text), [valid, offsets, pa.py_buffer(bytes.fromhex(joined))], text.null_count
    )
    starts = pc.utf8_slice_codeunits(text, 0, _WKB_START).unique().drop_null().to_pylist()
    srids = {srid for start in starts if (srid := _srid(bytes.fromhex(start)))}
    if not any(_has_srid(bytes.fromhex(start)) for start in starts):
        return wkb, srids
    flat = pc.if_else(pa.array(too_deep(wkb)), pa.scalar(None, pa.binary()), wkb)
    read = shapely.from_wkb(
        np.asarray(flat.to_numpy(zero_copy_only=False), dtype=object), on_invalid="ignore"
    )
    plain = pa.array(shapely.to_wkb(read, include_srid=False), pa.binary())
    return pc.coalesce(plain, wkb), srids


def _number(octets: bytes, start: bytes) -> int:
    """A number in the byte order that a WKB states first."""
    return int.from_bytes(octets, "little") if start[:1] == b"\x01" else int.from_bytes(octets, "big")


def _has_srid(start: bytes) -> bool:
    return len(start) >= 5 and bool(_number(start[1:5], start) & _SRID_FLAG)


def _srid(start: bytes) -> int:
    """The SRID at the beginning of a WKB of PostGIS; 0 where it states none."""
    return _number(start[5:9], start) if _has_srid(start) and len(start) >= 9 else 0


def _from_wkt(text: pa.Array) -> tuple[pa.Array, set[int]]:
    """WKT or EWKT (n,) to WKB. A ring left open is closed, as for WKB."""
    if text.null_count == len(text):
        return pa.nulls(len(text), pa.binary()), set()
    said = pc.struct_field(pc.extract_regex(text, _EWKT), "srid").unique().drop_null().to_pylist()
    plain = pc.replace_substring_regex(text, _EWKT.replace("?P<srid>", ""), "") if said else text
    flat = shallow(plain)
    read = shapely.from_wkt(np.asarray(flat.to_numpy(zero_copy_only=False), dtype=object), on_invalid="fix")
    wkb = pa.array(shapely.to_wkb(read), pa.binary())
    damaged = pc.if_else(pc.is_valid(text), pa.scalar(_DAMAGED), pa.scalar(None, pa.binary()))
    return pc.coalesce(wkb, damaged), {int(srid) for srid in said if int(srid)}


def shallow(text: pa.Array, *, json: bool = False) -> pa.Array:
    """(n,) WKT or GeoJSON that is safe to read; NULL where it is too long, or holds so many geometries that they may be nested."""
    many = pc.greater(pc.count_substring_regex(text, _BEGINS_IN_JSON if json else _BEGINS), _MOST)
    unsafe = pc.or_(many, pc.greater(pc.binary_length(text), MAX_TEXT))
    return pc.if_else(pc.fill_null(unsafe, False), pa.scalar(None, text.type), text)


def looks_like_geometry(text: str) -> bool:
    """Whether a value reads like WKT, EWKT or hexadecimal WKB."""
    value = re.sub(_EWKT, "", text.strip())
    return bool(
        re.match(
            r"(?i)(multi)?(point|linestring|polygon|surface|curve|curvepolygon)\b|geometrycollection\b", value
        )
        or (len(value) > _WKB_START and re.match(r"0[01]", value) and re.match(_HEX, value))
    )
