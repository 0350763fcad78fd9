"""The floor of the load alone: the rows that it left, copied into bare tables, and the same indexes made afterwards."""

import re
import time
from collections.abc import Callable
from contextlib import closing
from typing import Any

import psycopg2
from psycopg2 import sql

from sync.platform.cluster import Cluster

_TABLES = """
SELECT n.nspname, c.relname, ARRAY(SELECT pg_get_indexdef(i.indexrelid) FROM pg_index AS i WHERE i.indrelid = c.oid ORDER BY i.indexrelid)
FROM pg_class AS c JOIN pg_namespace AS n ON n.oid = c.relnamespace
WHERE c.relkind = 'r' AND n.nspname IN ('land', 'land_private', 'ledger') AND pg_relation_size(c.oid) > 1000000
ORDER BY pg_relation_size(c.oid) DESC
"""


def rows_alone(
    server: Callable[[], float], own: Callable[[], float], cluster: Cluster, superuser: str
) -> dict[str, Any]:
    """Processor seconds of `COPY … (FORMAT binary)` into tables without an index, then of every index of these tables."""
    with closing(psycopg2.connect(superuser)) as link, link.cursor() as cursor:
        cursor.execute(_TABLES)
        tables = cursor.fetchall()
        file = str(cluster.data / "rows_alone")
        cursor.execute("CREATE SCHEMA rows_alone")
        took, cpu = 0.0, 0.0
        for number, (schema, name, indexes) in enumerate(tables):
            from_, to = sql.Identifier(schema, name), sql.Identifier("rows_alone", f"t{number}")
            columns = _columns(cursor, schema, name)
            cursor.execute(
                sql.SQL("COPY {} ({}) TO {} (FORMAT binary)").format(from_, columns, sql.Literal(file))
            )
            cursor.execute(sql.SQL("CREATE TABLE {} (LIKE {})").format(to, from_))
            link.commit()
            used, server_then, began = own(), server(), time.monotonic()
            cursor.execute(
                sql.SQL("COPY {} ({}) FROM {} (FORMAT binary)").format(to, columns, sql.Literal(file))
            )
            for index in indexes:
                cursor.execute(
                    re.sub(r"INDEX \S+ ON \S+ ", f"INDEX ON rows_alone.t{number} ", index, count=1)
                )
            link.commit()
            took += time.monotonic() - began
            cpu += own() - used + server() - server_then
            cursor.execute(sql.SQL("DROP TABLE {}").format(to))
            link.commit()
        cursor.execute("DROP SCHEMA rows_alone")
        link.commit()
    (cluster.data / "rows_alone").unlink(missing_ok=True)
    return {"tables": len(tables), "seconds": round(took, 1), "cpu": round(cpu, 1)}


def _columns(cursor: Any, schema: str, name: str) -> sql.Composable:
    cursor.execute(
        "SELECT attname FROM pg_attribute WHERE attrelid = %s::regclass AND attnum > 0 AND NOT attisdropped AND attgenerated = ''"
        " ORDER BY attnum",
        (f"{schema}.{name}",),
    )
    return sql.SQL(", ").join(sql.Identifier(column) for (column,) in cursor.fetchall())
