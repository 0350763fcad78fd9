"""The inside of a context file: the names of its tables, their schemas, and how a table becomes bytes and is read again.

A context file comes from the centre by whatever way; what is in it is believed only as far as it is what it says.
"""

import re
from typing import Final

import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.parquet as pq

from parcels.model import SNAPSHOT_SCHEMA
from sync.known.context.document import VERSION
from validators.live import AUTHENTICATION_SCHEMA, CLAIMS_SCHEMA, EXPECTED_SCHEMA, LIVE_SCHEMA, RETIRED_SCHEMA

CONTEXT: Final = "context.json"
RETIRED: Final = "retired.parquet"
CLAIMS: Final = "claims.parquet"
NEAR: Final = "near.parquet"
AUTHENTICATION: Final = "authentication.parquet"
EXCUSED: Final = "excused.parquet"
TOLD: Final = "told_of_communes.parquet"
BOUNDARIES: Final = "boundaries.parquet"
EXPECTED: Final = "expected.parquet"

_COMMUNE = re.compile(r"^previous/([0-9]{5})\.parquet$")
_COMMUNE_FIELD: Final = pa.field("commune_code", pa.string(), nullable=False)

# Of all the communes of the province in one table: a row of RETIRED_SCHEMA and whose it is.
RETIRED_OF_ALL: Final = pa.schema([_COMMUNE_FIELD, *RETIRED_SCHEMA])
EXCUSED_SCHEMA: Final = pa.schema([pa.field("finding_id", pa.string(), nullable=False)])
OUTLINES_SCHEMA: Final = pa.schema(
    [
        _COMMUNE_FIELD,
        pa.field("valid_from", pa.date32(), nullable=False),
        pa.field("source_sha256", pa.string(), nullable=False),
        pa.field("geom", pa.binary(), nullable=False),
    ]
)
SCHEMAS: Final[dict[str, pa.Schema]] = {
    RETIRED: RETIRED_OF_ALL,
    CLAIMS: CLAIMS_SCHEMA,
    NEAR: LIVE_SCHEMA,
    AUTHENTICATION: AUTHENTICATION_SCHEMA,
    EXCUSED: EXCUSED_SCHEMA,
    TOLD: EXCUSED_SCHEMA,
    BOUNDARIES: OUTLINES_SCHEMA,
    EXPECTED: EXPECTED_SCHEMA,
}

# Sheet handles and live parcels have the old commune since this version.
_OLD_COMMUNE_SINCE: Final = 3
_OLD_COMMUNE: Final = "old_commune_code"
_SHEET_HANDLES: Final = frozenset({"handle", "sheet_handle"})

_ROWS = 20_000_000  # more than any province has parcels or land users
_BATCH_ROWS = 2_048
_EXPANDED = 8 << 30
_RATIO = 200  # a table of one value packs well; geometry three times
_RATIO_FREE = 64 << 20


class Unreadable(Exception):
    """A table that is not what a context file holds; the text says why."""


def commune_member(code: str) -> str:
    """The member of the live parcels of a commune."""
    return f"previous/{code}.parquet"


def commune_of(member: str) -> str | None:
    """The commune whose live parcels a member holds; None for other members."""
    found = _COMMUNE.match(member)
    return found[1] if found else None


def schema_of(member: str) -> pa.Schema | None:
    """The schema of a member; None for one that no context file has."""
    return LIVE_SCHEMA if commune_of(member) else SCHEMAS.get(member)


def to_bytes(table: pa.Table, schema: pa.Schema) -> bytes:
    """A table as a Parquet file."""
    sink = pa.BufferOutputStream()
    exact = pa.table([table[field.name].cast(field.type) for field in schema], schema=schema)
    plain = {SNAPSHOT_SCHEMA.field("geom").name, "national_id", "parcel_uid", "handle", "finding_id"}
    coded = [field.name for field in schema if field.name not in plain]
    pq.write_table(exact, sink, compression="zstd", use_dictionary=coded)
    return bytes(sink.getvalue())


def from_bytes(content: bytes, schema: pa.Schema, version: int = VERSION) -> pa.Table:
    """The table in a Parquet file. Raises Unreadable: another schema, or more than so many bytes can mean.

    version  of the file's document: what it did not have is unknown
    """
    if version < _OLD_COMMUNE_SINCE and (_OLD_COMMUNE in schema.names or _SHEET_HANDLES & set(schema.names)):
        return _upgraded(content, schema)
    try:
        file = pq.ParquetFile(pa.BufferReader(content))
        missing = [field.name for field in schema if field.name not in file.schema_arrow.names]
        if missing:
            raise Unreadable(f"no column {missing[0]}")
        if file.metadata.num_rows > _ROWS:
            raise Unreadable(f"{file.metadata.num_rows} rows")
        batches, expanded = [], 0
        for batch in file.iter_batches(batch_size=_BATCH_ROWS, columns=schema.names):
            expanded += batch.nbytes
            if expanded > min(_EXPANDED, max(_RATIO_FREE, _RATIO * len(content))):
                raise Unreadable("it unpacks to too much")
            batches.append(batch)
        read = pa.Table.from_batches(batches, file.schema_arrow if not batches else None)
        table = pa.table([read[field.name].cast(field.type) for field in schema], schema=schema)
        for field in schema:
            if not field.nullable and table[field.name].null_count:
                raise Unreadable(f"no value in {field.name}")
    except (pa.ArrowException, OSError, ValueError) as failure:
        raise Unreadable(
            str(failure).splitlines()[0] if str(failure) else type(failure).__name__
        ) from failure
    return table.combine_chunks()


def _upgraded(content: bytes, schema: pa.Schema) -> pa.Table:
    """A table from before there was an old commune: it is not known."""
    there = pa.schema([field for field in schema if field.name != _OLD_COMMUNE])
    table = from_bytes(content, there)
    for name in _SHEET_HANDLES & set(there.names):
        handles = pc.replace_substring_regex(table[name], r"^([^|]*\|[^|]*\|)", r"\1|")
        table = table.set_column(there.get_field_index(name), there.field(name), handles)
    columns = [
        table[field.name] if field.name in there.names else pa.nulls(len(table), field.type)
        for field in schema
    ]
    return pa.table(columns, schema=schema)
