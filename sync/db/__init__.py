"""The only module that speaks psycopg2: connections, statements from files, COPY in and out.

SQL lives in sql/, one statement a file where Python calls it; identifiers go through psycopg2.sql, values are bound.
"""

import io
import json
import re
import time
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from functools import cache
from typing import Any

import numpy as np
import psycopg2
import psycopg2.extras
import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.csv as pacsv
from psycopg2 import errors, sql
from psycopg2.extensions import TransactionRollbackError
from psycopg2.extensions import connection as Connection  # noqa: N812 - psycopg2 names its class in lower case
from psycopg2.extensions import cursor as Cursor  # noqa: N812

from parcels.arrays import one_array
from sync.db import backends
from sync.db.refusals import LockWait, named, not_allowed, not_migrated, not_taken, rolled_back, server_down
from sync.db.session import name_of, open_session, session_values
from sync.settings import ROOT

SQL = ROOT / "sql"
Row = dict[str, Any]

psycopg2.extras.register_uuid()  # type: ignore[no-untyped-call]


@contextmanager
def connect(dsn: str, work: str | None = None) -> Iterator[Connection]:
    """A connection whose block is one transaction: committed at the end, rolled back on any exception.

    `work` names a run, for those who look at the server's sessions. No statement of it runs or waits without an end.
    """
    opened = time.time()
    try:
        connection = open_session(dsn, work)
        with connection, connection.cursor() as cursor:
            cursor.execute(statement_text("session/settings"), session_values())
    except psycopg2.OperationalError as error:
        raise server_down(str(error)) from None
    try:
        with connection:
            yield connection
    except (errors.UndefinedTable, errors.UndefinedFunction, errors.InvalidSchemaName) as error:
        raise not_migrated(str(error)) from None
    except errors.InsufficientPrivilege as error:
        raise not_allowed(str(error)) from None
    except TransactionRollbackError as error:
        raise rolled_back(str(error)) from None
    except (psycopg2.OperationalError, psycopg2.InterfaceError) as error:
        raise server_down(str(error)) from None
    except psycopg2.Error as error:
        raise not_taken(None, error) from None
    finally:
        backends.leaving(connection, opened)
        connection.close()


@cache
def statement_text(name: str) -> str:
    """The text of sql/<name>.sql."""
    return (SQL / f"{name}.sql").read_text(encoding="utf-8")


TEMPORARY = re.compile(r"^CREATE TEMP TABLE (\S+) ON COMMIT DROP AS$", re.MULTILINE)

Identifiers = Mapping[str, str | Sequence[str] | sql.Composable]


def compose(name: str, identifiers: Identifiers | None = None) -> sql.Composable:
    """sql/<name>.sql with `{placeholder}` identifiers quoted; a tuple is schema and table."""
    text = statement_text(name)
    if not identifiers:
        return sql.SQL(text)
    return sql.SQL(text).format(**{key: _quoted(value) for key, value in identifiers.items()})


def _quoted(value: str | Sequence[str] | sql.Composable) -> sql.Composable:
    if isinstance(value, sql.Composable):
        return value
    return sql.Identifier(value) if isinstance(value, str) else sql.Identifier(*value)


def execute(
    connection: Connection,
    name: str,
    values: Mapping[str, Any] | None = None,
    identifiers: Identifiers | None = None,
) -> int:
    """Run sql/<name>.sql; the number of rows it touched.

    A temporary table that it makes from a query is analysed: nobody else does, and without statistics the planner may
    join two large tables row by row.
    """
    statement = compose(name, identifiers)
    with named(name), connection.cursor() as cursor:
        cursor.execute(statement, values)
        touched = int(cursor.rowcount)
        if made := TEMPORARY.search(statement.as_string(connection)):
            cursor.execute(f"ANALYZE {made[1]}")
        return touched


def fetch(
    connection: Connection,
    name: str,
    values: Mapping[str, Any] | None = None,
    identifiers: Identifiers | None = None,
) -> list[Row]:
    """Run sql/<name>.sql; its rows as dictionaries. For summaries, never for parcels."""
    with named(name), connection.cursor(cursor_factory=psycopg2.extras.RealDictCursor) as cursor:
        cursor.execute(compose(name, identifiers), values)
        return [dict(row) for row in cursor.fetchall()]


def fetch_one(connection: Connection, name: str, values: Mapping[str, Any] | None = None) -> Row | None:
    """The first row of sql/<name>.sql, or None."""
    rows = fetch(connection, name, values)
    return rows[0] if rows else None


def copy_in(
    connection: Connection, table: Sequence[str], columns: pa.Table, batch_rows: int = 200_000
) -> int:
    """COPY an Arrow table into `table` (schema, name), column names as they are; the number of rows.

    NULL travels as an unquoted nothing and empty text as "", so the two stay apart. A temporary table is analysed.
    """
    command = sql.SQL("COPY {table} ({names}) FROM STDIN (FORMAT csv)").format(
        table=sql.Identifier(*table),
        names=sql.SQL(", ").join(map(sql.Identifier, columns.column_names)),
    )
    options = pacsv.WriteOptions(include_header=False, quoting_style="all_valid")
    with named(f"COPY {table[-1]}"), connection.cursor() as cursor:
        for start in range(0, columns.num_rows, batch_rows):
            buffer = io.BytesIO()
            pacsv.write_csv(columns.slice(start, batch_rows), buffer, options)
            buffer.seek(0)
            cursor.copy_expert(command, buffer)
        if table[0] == "pg_temp":
            cursor.execute(sql.SQL("ANALYZE {}").format(sql.Identifier(*table)))
    return int(columns.num_rows)


def array_text(lists: pa.ChunkedArray | pa.ListArray) -> pa.Array:
    """Lists of texts as PostgreSQL writes an array (`{"a","b"}`), for COPY; NULL stays NULL."""
    array = one_array(lists)
    offsets = np.concatenate(([0], np.cumsum(pc.fill_null(pc.list_value_length(array), 0)))).astype(np.int32)
    texts = array.flatten()
    for mark in ("\\", '"'):
        texts = pc.replace_substring(texts, mark, "\\" + mark)
    quoted = pc.binary_join_element_wise('"', texts, '"', "")
    joined = pc.binary_join(pa.ListArray.from_arrays(pa.array(offsets), quoted), ",")
    text = pc.binary_join_element_wise("{", joined, "}", "")
    return pc.if_else(pc.is_valid(array), text, pa.scalar(None, pa.string()))


def copy_out(
    connection: Connection, query: sql.Composable, types: pa.Schema, *, lines_in_values: bool = False
) -> pa.Table:
    """The rows of a query as an Arrow table, by COPY; `types` names and types the columns in their order.

    `lines_in_values`: a text may hold a line break, which takes longer to read.
    """
    buffer = io.BytesIO()
    with named("COPY"), connection.cursor() as cursor:
        cursor.copy_expert(sql.SQL("COPY ({query}) TO STDOUT (FORMAT csv)").format(query=query), buffer)
    if not buffer.tell():
        return types.empty_table()
    buffer.seek(0)
    return pacsv.read_csv(
        buffer,
        pacsv.ReadOptions(column_names=types.names),
        pacsv.ParseOptions(newlines_in_values=lines_in_values),
        convert_options=pacsv.ConvertOptions(
            column_types=types,
            null_values=[""],  # an unquoted nothing and no other text: somebody may be called NA
            strings_can_be_null=True,
            quoted_strings_can_be_null=False,
            true_values=["t"],
            false_values=["f"],
        ),
    )


def _dumps(value: Any) -> str:
    return json.dumps(value, ensure_ascii=False, default=str)


def json_value(value: Any) -> Any:
    """A Python value as a bound JSON value."""
    return psycopg2.extras.Json(value, dumps=_dumps)


__all__ = [
    "SQL",
    "TEMPORARY",
    "Connection",
    "Cursor",
    "LockWait",
    "array_text",
    "compose",
    "connect",
    "copy_in",
    "copy_out",
    "execute",
    "fetch",
    "fetch_one",
    "json_value",
    "name_of",
    "server_down",
    "sql",
]
