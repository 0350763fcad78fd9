"""The only module that speaks psycopg2: connections, statements from files, COPY in and out.

SQL lives in sql/, one statement a file where Python calls it; identifiers go through psycopg2.sql, values are bound.
"""

import io
import json
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
from parcels.bilingual import Bilingual
from parcels.errors import ComponentMissing, TransientError
from sync.settings import ROOT

SQL = ROOT / "sql"
Row = dict[str, Any]

psycopg2.extras.register_uuid()  # type: ignore[no-untyped-call]


def server_down(reason: str) -> TransientError:
    """The database does not answer, or ended the connection."""
    return TransientError(
        "DB-DOWN",
        Bilingual(
            f"Không kết nối được cơ sở dữ liệu: {_first_line(reason)}",
            f"The database cannot be reached: {_first_line(reason)}",
        ),
        Bilingual(
            "Kiểm tra bằng `landsync up`, hoặc biến môi trường LANDSYNC_DSN.",
            "Check with `landsync up`, or the environment variable LANDSYNC_DSN.",
        ),
    )


def _rolled_back(reason: str) -> TransientError:
    """The server gave this transaction up in favour of another (deadlock, serialisation): try again."""
    return TransientError(
        "DB-ROLLED-BACK",
        Bilingual(
            f"Cơ sở dữ liệu đã hoàn tác giao dịch: {_first_line(reason)}",
            f"The database rolled the transaction back: {_first_line(reason)}",
        ),
        Bilingual("Không có gì được ghi; hãy chạy lại.", "Nothing was written; run it again."),
    )


def _not_migrated(reason: str) -> ComponentMissing:
    return ComponentMissing(
        "DB-NOT-MIGRATED",
        Bilingual(
            f"Cơ sở dữ liệu chưa được khởi tạo hoặc chưa cập nhật: {_first_line(reason)}",
            f"The database is not set up, or not up to date: {_first_line(reason)}",
        ),
        Bilingual("Hãy chạy `landsync db migrate`.", "Run `landsync db migrate`."),
    )


def _not_allowed(reason: str) -> ComponentMissing:
    return ComponentMissing(
        "DB-RIGHTS",
        Bilingual(
            f"Tài khoản cơ sở dữ liệu không có quyền: {_first_line(reason)}",
            f"The database account lacks a right: {_first_line(reason)}",
        ),
        Bilingual(
            "Hãy dùng tài khoản landsync_loader trong LANDSYNC_DSN.",
            "Use the role landsync_loader in LANDSYNC_DSN.",
        ),
    )


def _first_line(reason: str) -> str:
    return reason.strip().splitlines()[0] if reason.strip() else "?"


@contextmanager
def connect(dsn: str) -> Iterator[Connection]:
    """A connection whose block is one transaction: committed at the end, rolled back on any exception."""
    try:
        connection = psycopg2.connect(dsn, application_name="landsync", connect_timeout=10)
    except psycopg2.OperationalError as error:
        raise server_down(str(error)) from error
    try:
        with connection:
            yield connection
    except (errors.UndefinedTable, errors.UndefinedFunction, errors.InvalidSchemaName) as error:
        raise _not_migrated(str(error)) from error
    except errors.InsufficientPrivilege as error:
        raise _not_allowed(str(error)) from error
    except TransactionRollbackError as error:
        raise _rolled_back(str(error)) from error
    except (psycopg2.OperationalError, psycopg2.InterfaceError) as error:
        raise server_down(str(error)) from error
    finally:
        connection.close()


@cache
def statement_text(name: str) -> str:
    """The text of sql/<name>.sql."""
    return (SQL / f"{name}.sql").read_text(encoding="utf-8")


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
    """Run sql/<name>.sql; the number of rows it touched."""
    with connection.cursor() as cursor:
        cursor.execute(compose(name, identifiers), values)
        return int(cursor.rowcount)


def fetch(
    connection: Connection,
    name: str,
    values: Mapping[str, Any] | None = None,
    identifiers: Identifiers | None = None,
) -> list[Row]:
    """Run sql/<name>.sql; its rows as dictionaries. For summaries, never for parcels."""
    with connection.cursor(cursor_factory=psycopg2.extras.RealDictCursor) as cursor:
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

    NULL travels as an unquoted nothing and empty text as "", so the two stay apart.
    """
    command = sql.SQL("COPY {table} ({names}) FROM STDIN (FORMAT csv)").format(
        table=sql.Identifier(*table),
        names=sql.SQL(", ").join(map(sql.Identifier, columns.column_names)),
    )
    options = pacsv.WriteOptions(include_header=False, quoting_style="all_valid")
    with connection.cursor() as cursor:
        for start in range(0, columns.num_rows, batch_rows):
            buffer = io.BytesIO()
            pacsv.write_csv(columns.slice(start, batch_rows), buffer, options)
            buffer.seek(0)
            cursor.copy_expert(command, buffer)
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


def copy_out(connection: Connection, query: sql.Composable, types: pa.Schema) -> pa.Table:
    """The rows of a query as an Arrow table, by COPY; `types` names and types the columns in their order."""
    buffer = io.BytesIO()
    with connection.cursor() as cursor:
        cursor.copy_expert(sql.SQL("COPY ({query}) TO STDOUT (FORMAT csv)").format(query=query), buffer)
    if not buffer.tell():
        return types.empty_table()
    buffer.seek(0)
    return pacsv.read_csv(
        buffer,
        pacsv.ReadOptions(column_names=types.names),
        convert_options=pacsv.ConvertOptions(
            column_types=types,
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
    "Connection",
    "Cursor",
    "array_text",
    "compose",
    "connect",
    "copy_in",
    "copy_out",
    "execute",
    "fetch",
    "fetch_one",
    "json_value",
    "server_down",
    "sql",
]
