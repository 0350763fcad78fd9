"""Where databases differ: driver, how a read-only transaction with one view of the data begins, what an error means.

PostgreSQL and MariaDB are tested against real servers; Oracle and SQL Server are written by their manuals.
"""

from typing import Any, Literal

import sqlalchemy as sa

_DRIVERS = {
    "postgres": "postgresql+psycopg2",
    "postgresql": "postgresql+psycopg2",
    "mysql": "mysql+pymysql",
    "mariadb": "mariadb+pymysql",
    "oracle": "oracle+oracledb",
    "mssql": "mssql+pymssql",
}
_CONNECT_SECONDS = 15

# SQLSTATE of PostgreSQL and numbers of MySQL and MariaDB.
_LOGIN = {"28000", "28P01", "42501", 1044, 1045, 1142, 1143, 1227, 1698}
_TIMEOUT = {"57014", 1969, 3024}
_PROFILE = {1046, 1049, 1051, 1054, 1055, 1064, 1146, 1792, 1290}
_PROFILE_CLASSES = ("42", "22", "25006", "3D", "3F")

Trouble = Literal["login", "timeout", "profile", "down"]


def with_driver(dsn: str) -> str:
    """A URL that names its driver: `postgres://` (libpq, Airflow) is `postgresql+psycopg2://` to SQLAlchemy.

    What Airflow keeps beside a connection for its own hooks (`__extra__`) is nothing to a driver.
    """
    scheme, mark, rest = dsn.partition("://")
    address, _, query = rest.partition("?")
    kept = [pair for pair in query.split("&") if pair and not pair.startswith("__extra__")]
    return f"{_DRIVERS.get(scheme, scheme)}{mark}{address}" + (f"?{'&'.join(kept)}" if kept else "")


def engine_options(url: sa.URL, seconds: int) -> dict[str, Any]:
    """What the driver is told before it connects."""
    match url.get_backend_name():
        case "postgresql":
            return {
                "client_encoding": "utf8",
                "connect_args": {"connect_timeout": _CONNECT_SECONDS, "application_name": "landsync"},
            }
        case "mysql" | "mariadb":
            # A socket that stays silent a little longer than the statement may run is dead.
            wait = {"connect_timeout": _CONNECT_SECONDS, "read_timeout": seconds + 30, "write_timeout": 60}
            return {"connect_args": {**wait, "charset": "utf8mb4", "local_infile": False}}
    return {}


def begin(link: sa.Connection, seconds: int) -> bool:
    """Begin a read-only transaction that sees one moment; whether the database enforces both."""
    match link.dialect.name:
        case "postgresql":
            link.execution_options(isolation_level="REPEATABLE READ", postgresql_readonly=True)
            for setting in (
                f"statement_timeout = {seconds * 1000}",
                "timezone = 'UTC'",
                "datestyle = 'ISO'",
                "extra_float_digits = 1",
                "client_min_messages = 'error'",
            ):
                link.exec_driver_sql(f"SET LOCAL {setting}")
            return True
        case "mysql" | "mariadb":
            limit = (
                f"max_statement_time = {seconds}"
                if getattr(link.dialect, "is_mariadb", False)
                else f"max_execution_time = {seconds * 1000}"
            )
            for statement in (
                f"SET SESSION {limit}",
                "SET SESSION time_zone = '+07:00'",  # a TIMESTAMP shows the day of Vietnam
                "SET SESSION TRANSACTION ISOLATION LEVEL REPEATABLE READ",
                "SET SESSION TRANSACTION READ ONLY",
                "START TRANSACTION WITH CONSISTENT SNAPSHOT, READ ONLY",
            ):
                link.exec_driver_sql(statement)
            return True
        case "oracle":
            link.connection.dbapi_connection.call_timeout = seconds * 1000  # type: ignore[union-attr]
            link.exec_driver_sql("SET TRANSACTION READ ONLY")  # statements of it see the moment it began
            return True
        case "mssql":
            link.execution_options(isolation_level="SNAPSHOT")
            link.exec_driver_sql(f"SET LOCK_TIMEOUT {seconds * 1000}")
    return False


_MAY_WRITE = {
    "postgresql": """
        SELECT EXISTS (
            SELECT FROM pg_catalog.pg_class AS c JOIN pg_catalog.pg_namespace AS n ON n.oid = c.relnamespace
            WHERE c.relkind IN ('r', 'p') AND n.nspname !~ '^pg_' AND n.nspname <> 'information_schema'
              AND has_table_privilege(c.oid, 'INSERT, UPDATE, DELETE, TRUNCATE'))""",
    "mysql": """
        SELECT EXISTS (
            SELECT 1 FROM information_schema.user_privileges
            WHERE privilege_type IN ('INSERT', 'UPDATE', 'DELETE', 'DROP')
            UNION ALL SELECT 1 FROM information_schema.schema_privileges
            WHERE privilege_type IN ('INSERT', 'UPDATE', 'DELETE', 'DROP')
            UNION ALL SELECT 1 FROM information_schema.table_privileges
            WHERE privilege_type IN ('INSERT', 'UPDATE', 'DELETE', 'DROP'))""",
}
_MAY_WRITE["mariadb"] = _MAY_WRITE["mysql"]


def may_write(link: sa.Connection) -> bool:
    """Whether the account may change data; False where this kind of database cannot be asked."""
    question = _MAY_WRITE.get(link.dialect.name)
    return bool(question and link.exec_driver_sql(question).scalar())


def trouble(failure: BaseException) -> Trouble:
    """What a driver's error is about. What is not known counts as a server that is down: it may be tried again."""
    code = getattr(failure, "pgcode", None)
    if code is None and failure.args and isinstance(failure.args[0], int):
        code = failure.args[0]
    text = str(failure)
    if (
        code in _LOGIN
        or "authentication failed" in text
        or "ORA-01017" in text
        or "no pg_hba.conf entry" in text
    ):
        return "login"
    if code in _TIMEOUT or "timed out" in text:
        return "timeout"
    missing = "does not exist" in text and code is None  # psycopg2 gives no code while connecting
    if code in _PROFILE or missing or (isinstance(code, str) and code.startswith(_PROFILE_CLASSES)):
        return "profile"
    return "profile" if "ORA-00942" in text or "ORA-00904" in text else "down"
