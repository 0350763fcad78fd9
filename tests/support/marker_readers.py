"""What can be read of the database by somebody who has no right to land users: by each role, in a dump, in the server's log."""

import subprocess
from collections.abc import Iterator

import psycopg2

from sync.platform import packages
from sync.platform.databases import administer
from tests.support.database import Database

# Role → schemas in which it may see persons: a province its own.
ROLES = {
    "analyst": (),
    "central_viewer": (),
    "province_01": (),
    "province_08": ("land_private",),
}
_RELATIONS = """
SELECT c.oid::regclass::text
FROM pg_class AS c
JOIN pg_namespace AS n ON n.oid = c.relnamespace
WHERE c.relkind IN ('r', 'p', 'v', 'm')
  AND NOT c.relispartition
  AND n.nspname <> ALL (%(own)s)
  AND (n.nspname IN ('land', 'land_private', 'ledger', 'staging', 'analyst', 'province')
       OR n.nspname = 'pg_catalog' AND c.relname LIKE 'pg\\_stat%%')
  AND has_schema_privilege(n.oid, 'USAGE')
  AND has_any_column_privilege(c.oid, 'SELECT')
ORDER BY 1
"""
_FUNCTIONS = """
SELECT p.oid::regproc::text, array(SELECT format_type(t, NULL) FROM unnest(p.proargtypes) WITH ORDINALITY AS a (t, at) ORDER BY at)
FROM pg_proc AS p
JOIN pg_namespace AS n ON n.oid = p.pronamespace
WHERE n.nspname IN ('land', 'land_private', 'ledger', 'analyst', 'province')
  AND n.nspname <> ALL (%(own)s)
  AND p.prokind = 'f'
  AND p.prorettype <> 'trigger'::regtype
  AND has_schema_privilege(n.oid, 'USAGE')
  AND has_function_privilege(p.oid, 'EXECUTE')
ORDER BY 1
"""
_TILE = """
SELECT floor((st_x(p) + 180) / 360 * 65536)::integer,
       floor((1 - asinh(tan(radians(st_y(p)))) / pi()) / 2 * 65536)::integer
FROM (SELECT public.st_pointonsurface(geom_wgs84) AS p FROM analyst.parcel WHERE parcel_uid = %s) AS o
"""


def read_by(database: Database, role: str, uid: str) -> Iterator[tuple[str, str]]:
    """Every relation that the role may read, row by row as text, and what each of its functions says of the parcel."""
    with database.connect() as link, link.cursor() as cursor:
        cursor.execute(_TILE, (uid,))
        ((x, y),) = cursor.fetchall()
    given = {
        "date": "current_date", "timestamp with time zone": "now()", "uuid": f"'{uid}'::uuid", "text": "'08'",
        "geometry": "(SELECT NULL::public.geometry)",
    }  # fmt: skip
    with database.connect(role) as link, link.cursor() as cursor:
        cursor.execute(_RELATIONS, {"own": list(ROLES.get(role, ()))})
        asked = [f"SELECT t::text FROM {name} AS t" for (name,) in cursor.fetchall()]
        cursor.execute(_FUNCTIONS, {"own": list(ROLES.get(role, ()))})
        for name, types in cursor.fetchall():
            values = (
                [str(each) for each in (16, x, y)]
                if types == ["integer"] * 3
                else [given.get(each, "NULL") for each in types]
            )
            asked.append(f"SELECT t::text FROM {name}({', '.join(values)}) AS t")
        for text in asked:
            cursor.execute("SAVEPOINT one")
            try:
                cursor.execute(text)
                yield text, "\n".join(str(row) for (row,) in cursor)
            except psycopg2.Error as error:
                yield f"{text}: refused", str(error)
            cursor.execute("ROLLBACK TO SAVEPOINT one")


def dump(database: Database, schema: str) -> bytes:
    """A dump of one schema, as text."""
    programs = packages.installed()
    assert programs is not None
    command = [programs["pg_dump"], "--schema", schema, "--dbname", database.superuser_dsn]
    return subprocess.run(command, check=True, capture_output=True, timeout=120).stdout


class ServerLog:
    """The server's own log from a moment on. The server of the tests writes errors nowhere: here its usual settings hold."""

    def __init__(self, database: Database) -> None:
        self.dsn = database.superuser_dsn
        with administer(self.dsn) as cursor:
            for name, value in (("log_min_messages", "warning"), ("log_min_duration_statement", "0")):
                cursor.execute(f"ALTER DATABASE {database.name} SET {name} = '{value}'")
        self.begun = len(self._whole())

    def _whole(self) -> bytes:
        with administer(self.dsn) as cursor:
            cursor.execute("SELECT pg_read_binary_file(pg_current_logfile())")
            ((content,),) = cursor.fetchall()
        return bytes(content)

    def since(self) -> bytes:
        """What was written since then."""
        return self._whole()[self.begun :]
