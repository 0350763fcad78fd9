"""The content hash: SHA-256 over a written serialisation of the values as stored, of persons under a key (HMAC).

The same as sql/app/hash.sql, to the letter of "Content hash" in docs/architecture.md. Never change it: a
new layout is a new version. What is keyed is hashed here alone: SQL never sees a key.
"""

from collections.abc import Sequence

import duckdb
import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from parcels.arrays import Values, one_array
from parcels.column import Column, Record
from parcels.columns import HASH_VERSIONS, PRIVATE, hashed_columns
from parcels.decimals import whole_numbers
from parcels.model import ARROW_TYPES
from parcels.text import nfc

_ROWS_AT_ONCE = 50_000  # bounds the memory of the serialised text,
_OCTETS_AT_ONCE = 2**26  # and keeps its 32-bit offsets from running over where boundaries are huge
_HEX = np.frombuffer(b"0123456789ABCDEF", dtype=np.uint8)
_HASH = pa.binary(32)
_BLOCK = 64  # octets that SHA-256 takes at once: HMAC fills a key up to that
_HMAC = "sha256(?::BLOB || unhex(sha256(?::BLOB || encode(payload))))"  # RFC 2104, over all rows at once


def content_hash(
    table: pa.Table,
    record: Record,
    geometry: Values | None = None,
    *,
    key: bytes | None = None,
    version: int | None = None,
) -> pa.Array:
    """Hash of each row of `table`: (n,) of 32 octets, in the order of the rows, never NULL.

    `table` has the record's hashed columns by their canonical names (others are ignored), typed as
    `parcels.model.ARROW_TYPES` or safely castable to that. `geometry` is the stored MultiPolygon as
    little-endian WKB, or what `to_hex` makes of that; without it a column "geom" of the table is used. `key` is the
    province's, for the records of persons (`PRIVATE`) and for no others; `version` is the one that is written now, unless an earlier one is to be verified.
    """
    version = version or HASH_VERSIONS[record]
    if (record in PRIVATE and version > 1) != (key is not None):
        raise TypeError(
            f"{record}, version {version}: a key is for the records of persons, from version 2 on"
        )
    prefix = f"landsync.{record}.v{version};"
    return hash_of_columns(table, hashed_columns(record, version), prefix, geometry, key)


def hash_of_columns(
    table: pa.Table,
    columns: Sequence[Column],
    prefix: str,
    geometry: Values | None = None,
    key: bytes | None = None,
) -> pa.Array:
    """The same over columns as they are named: what a migration hashes is as the columns were then."""
    if table.num_rows == 0:
        return pa.array([], _HASH)
    octets = table.nbytes + (geometry.nbytes if geometry is not None else 0)
    rows = max(1, min(_ROWS_AT_ONCE, table.num_rows * _OCTETS_AT_ONCE // max(1, octets)))
    # One thread: starting more costs longer than hashing a commune, and the machine runs several loads at once.
    connection = duckdb.connect(config={"threads": 1})
    try:
        connection.execute("SET enable_progress_bar = false")
        chunks = []
        for start in range(0, table.num_rows, rows):
            part = table.slice(start, rows)
            shapes = None if geometry is None else geometry.slice(start, rows)
            chunks.append(_digest(connection, _serialise(part, columns, prefix, shapes), key))
    finally:
        connection.close()
    return pa.concat_arrays(chunks)


def _serialise(
    table: pa.Table,
    columns: Sequence[Column],
    prefix: str,
    geometry: Values | None,
) -> pa.Array:
    pieces = [pa.repeat(pa.scalar(prefix), table.num_rows)]
    for column in columns:
        if column.later:
            continue
        shapes = geometry if column.kind == "geometry" and geometry is not None else table[column.name]
        pieces.append(_field(_text(one_array(shapes), column)))
    later = [_text(one_array(table[column.name]), column) for column in columns if column.later]
    for place, text in enumerate(later):
        # Written as far as the last one that says something: a row from before such columns hashes as it did.
        wanted = text.is_valid()
        for following in later[place + 1 :]:
            wanted = pc.or_(wanted, following.is_valid())
        pieces.append(pc.if_else(wanted, _field(text), ""))
    return pc.binary_join_element_wise(*pieces, "")


def _field(text: pa.Array) -> pa.Array:
    """`<octets>:<text>;`, or `N;` for NULL."""
    octets = pc.binary_length(text).cast(pa.string())
    joined = pc.binary_join_element_wise(octets, ":", text, ";", "", null_handling="emit_null")
    return pc.fill_null(joined, "N;")


def _text(values: pa.Array, column: Column) -> pa.Array:
    """The values of a column as the text that is hashed; NULL stays NULL."""
    if column.kind == "geometry":
        return values if pa.types.is_string(values.type) else to_hex(values)
    values = values.cast(ARROW_TYPES[column.kind])
    if column.kind == "text":
        return nfc(values)
    if column.kind == "decimal":
        return whole_numbers(values).cast(pa.string())
    text = values.cast(pa.string())  # integers in decimal, dates as YYYY-MM-DD, booleans as true and false
    return pc.ascii_lower(text) if column.kind == "uuid" else text


def to_hex(values: Values) -> pa.Array:
    """Octets (binary of any width) as upper-case hexadecimal text; NULL stays NULL."""
    array = one_array(values).cast(pa.large_binary())
    _, offset_buffer, data = array.buffers()
    offsets = np.frombuffer(offset_buffer, dtype=np.int64, count=len(array) + 1, offset=8 * array.offset)
    octets = np.frombuffer(data or b"", dtype=np.uint8)[offsets[0] : offsets[-1]]
    digits = np.empty(2 * len(octets), dtype=np.uint8)
    digits[0::2] = _HEX[octets >> 4]
    digits[1::2] = _HEX[octets & 15]
    text = pa.LargeStringArray.from_buffers(
        len(array), pa.py_buffer(2 * (offsets - offsets[0])), pa.py_buffer(digits)
    ).cast(pa.string())
    return pc.if_else(array.is_valid(), text, pa.scalar(None, pa.string()))


def _digest(connection: duckdb.DuckDBPyConnection, texts: pa.Array, key: bytes | None) -> pa.Array:
    """SHA-256 of each text, or its HMAC; the row number keeps the order, which SQL alone does not promise."""
    pads: list[bytes] = []
    if key is not None:
        if len(key) > _BLOCK:
            raise ValueError("a key longer than a block would have to be hashed first")
        filled = key.ljust(_BLOCK, b"\0")
        pads = [bytes(octet ^ pad for octet in filled) for pad in (0x5C, 0x36)]
    numbered = pa.table({"row_no": pa.array(np.arange(len(texts))), "payload": texts})
    connection.register("numbered", numbered)
    digest = _HMAC if pads else "sha256(payload)"
    result = connection.sql(
        f"SELECT unhex({digest}) AS hash FROM numbered ORDER BY row_no",  # noqa: S608 - one of two texts of this file
        params=pads,
    ).to_arrow_table()
    connection.unregister("numbered")
    return one_array(result["hash"]).cast(_HASH)
