"""Brings a database to the newest shape: Alembic over plain SQL files, then what is recreated.

Tables migrate forward, one file each time (sql/migrations). Functions, views, grants and comments (sql/app)
are droppable and recreated, so they are never migrated; but only when one of them changed, because replacing a
view waits for its readers. Reference tables are loaded from parcels/reference.
"""

import hashlib
import logging
from functools import cache
from pathlib import Path
from typing import cast

import psycopg2
from alembic import command, context, op
from alembic.config import Config
from alembic.migration import MigrationContext
from alembic.script import ScriptDirectory
from sqlalchemy import Connection, create_engine, text
from sqlalchemy.exc import DataError, IntegrityError, InternalError, OperationalError, ProgrammingError
from sqlalchemy.pool import NullPool

from parcels.bilingual import Bilingual
from parcels.errors import ComponentMissing
from sync.db import SQL, server_down
from sync.db.columns import definition
from sync.db.reference import column_catalogue, load_column_catalogue, load_reference_tables
from sync.db.refusals import OF_ROWS, not_taken

LOG = logging.getLogger(__name__)
MIGRATIONS = SQL / "migrations"

# The order matters: functions before the views that call them, grants and comments last.
APP = (
    "hash",
    "record_hash",
    "functions",
    "append_only",
    "views",
    "as_of",
    "items_as_of",
    "lineage",
    "grants",
    "row_security",
    "comment_text",
    "comment_columns",
    "comments",
)


def migrate(dsn: str, *, reapply: bool = False) -> str:
    """Bring the database of `dsn` (its owner, once it was prepared, or a superuser) to the newest revision.

    Returns the revision. `reapply` recreates views, functions, grants and comments even if none of them changed
    since: somebody may have altered them by hand. Raises ComponentMissing when the server lacks PostGIS or the rights, TransientError
    when it does not answer.
    """
    engine = create_engine(
        sqlalchemy_url(dsn), poolclass=NullPool, client_encoding="utf8", hide_parameters=True
    )
    try:
        with engine.begin() as connection:
            connection.exec_driver_sql("SELECT pg_advisory_xact_lock(hashtext('landsync.migrate'))")
            _prepare(connection)
            connection.exec_driver_sql("SET LOCAL ROLE landsync_owner")
            config = alembic_config()
            config.attributes["connection"] = connection
            command.upgrade(config, "head")
            load_reference_tables(connection)
            load_column_catalogue(connection)
            have = revision(connection) or ""
            if reapply or definitions(connection) != definitions_sha256(have):
                for name in APP:
                    _execute(connection, name, _definition(name))
                connection.execute(
                    text(
                        "INSERT INTO ledger.definitions (revision, sha256, applied_at) "
                        "VALUES (:revision, :sha256, clock_timestamp())"
                    ),
                    {"revision": have, "sha256": definitions_sha256(have)},
                )
            return have
    except OperationalError as error:
        raise server_down(str(error.orig)) from error
    except ProgrammingError as error:
        code = getattr(error.orig, "pgcode", None)
        if code == "LS006":
            raise _door_open(str(error.orig)) from error
        if code is not None and code[:2] in OF_ROWS:
            raise not_taken(error.statement, cast("psycopg2.Error", error.orig)) from None
        if code not in {"42501", "0A000", "58P01"}:
            raise
        if not reapply and _is_current(dsn):
            return str(status(dsn)["revision"])  # the pipeline's own account may look, and has nothing to do
        reason = str(error.orig).strip().splitlines()[0]
        raise ComponentMissing(
            "DB-RIGHTS",
            Bilingual(
                f"Không thể khởi tạo cơ sở dữ liệu: {reason}",
                f"The database cannot be set up: {reason}",
            ),
            Bilingual(
                "Cần PostgreSQL ≥ 15, PostGIS ≥ 3.3, mã hóa UTF8; người quản trị máy chủ (superuser) phải chạy trước "
                "`psql -d land -f sql/roles.sql -f sql/prepare.sql`, rồi landsync_owner mới chạy lệnh này.",
                "It needs PostgreSQL ≥ 15, PostGIS ≥ 3.3 and encoding UTF8; a superuser of the server first runs "
                "`psql -d land -f sql/roles.sql -f sql/prepare.sql`, then landsync_owner runs this.",
            ),
        ) from error
    except (IntegrityError, DataError, InternalError) as error:
        raise not_taken(None, cast("psycopg2.Error", error.orig)) from None


def _prepare(connection: Connection) -> None:
    """The server's part: a superuser prepares what it finds; whoever migrates makes sure that nothing is missing."""
    connection.exec_driver_sql("SET LOCAL search_path = pg_catalog, pg_temp")
    if connection.scalar(
        text("SELECT r.rolsuper FROM pg_catalog.pg_roles AS r WHERE r.rolname = current_user")
    ):
        _execute_file(connection, SQL / "roles.sql")
        _execute_file(connection, SQL / "prepare.sql")
    _execute_file(connection, SQL / "bootstrap.sql")
    connection.exec_driver_sql("RESET search_path")


def _door_open(who: str) -> ComponentMissing:
    """Somebody may do more than the database can be safe with, and the migrating account cannot take it from them."""
    who = who.strip().splitlines()[0]
    return ComponentMissing(
        "DB-DOOR-OPEN",
        Bilingual(
            f"{who} có quyền trên máy chủ hoặc cơ sở dữ liệu vượt mức an toàn, và tài khoản này không thu hồi được.",
            f"{who} may do more on the server or in the database than is safe, and this account cannot take it back.",
        ),
        Bilingual(
            "Người quản trị máy chủ (superuser) hãy chạy `psql -d land -f sql/roles.sql -f sql/prepare.sql`; "
            "nếu landsync_owner không phải chủ cơ sở dữ liệu: `ALTER DATABASE land OWNER TO landsync_owner`. Rồi chạy lại.",
            "A superuser of the server runs `psql -d land -f sql/roles.sql -f sql/prepare.sql`; where landsync_owner "
            "does not own the database also `ALTER DATABASE land OWNER TO landsync_owner`. Then run this again.",
        ),
    )


def _is_current(dsn: str) -> bool:
    """Whether there is nothing to migrate; False where the account may not even see that."""
    try:
        return bool(status(dsn)["current"])
    except (ComponentMissing, ProgrammingError):
        return False


def status(dsn: str) -> dict[str, str | bool]:
    """Which revision the database has, which is the newest, and whether its views and grants are this version's."""
    engine = create_engine(sqlalchemy_url(dsn), poolclass=NullPool, client_encoding="utf8")
    try:
        with engine.connect() as connection:
            have = revision(connection) or ""
            newest = ScriptDirectory.from_config(alembic_config()).get_current_head() or ""
            same = have == newest and definitions(connection) == definitions_sha256(have)
    except OperationalError as error:
        raise server_down(str(error.orig)) from error
    return {"revision": have, "newest": newest, "current": same}


def definitions(connection: Connection) -> str | None:
    """The hash of the definitions that the database has; None when it has none, or this role may not know."""
    known = connection.scalar(
        text(
            "SELECT has_table_privilege(c.oid, 'SELECT') FROM pg_catalog.pg_class AS c "
            "WHERE c.oid = to_regclass('ledger.definitions')"
        )
    )
    if not known:
        return None
    statement = text("SELECT d.sha256 FROM ledger.definitions AS d ORDER BY d.definition_id DESC LIMIT 1")
    return cast("str | None", connection.scalar(statement))


@cache
def definitions_sha256(revision: str) -> str:
    """The hash of what this version would define: by sql/app, by the columns, and by their catalogue, which it quotes."""
    digest = hashlib.sha256(revision.encode())
    for name in APP:
        digest.update(_definition(name).encode())
    digest.update(repr(column_catalogue().to_pylist()).encode())
    return digest.hexdigest()


def _definition(name: str) -> str:
    return definition(name, (SQL / "app" / f"{name}.sql").read_text(encoding="utf-8"))


def revision(connection: Connection) -> str | None:
    """The revision this database has, None before the first migration."""
    return MigrationContext.configure(
        connection, opts={"version_table": "landsync_revision", "version_table_schema": "public"}
    ).get_current_revision()


def alembic_config() -> Config:
    """Alembic without an ini file: one place says where things are."""
    config = Config()
    config.set_main_option("script_location", str(MIGRATIONS))
    return config


def run_environment() -> None:
    """What Alembic's env.py does: use the connection that `migrate` handed over, inside its transaction."""
    connection = context.config.attributes["connection"]
    context.configure(connection=connection, version_table="landsync_revision", version_table_schema="public")
    context.run_migrations()


def apply(name: str) -> None:
    """Run one plain SQL file of sql/migrations."""
    _execute_file(op.get_bind(), MIGRATIONS / name)


def sqlalchemy_url(dsn: str) -> str:
    """A libpq URI as SQLAlchemy wants it, with the psycopg2 driver named."""
    for prefix in ("postgres://", "postgresql://"):
        if dsn.startswith(prefix):
            return "postgresql+psycopg2://" + dsn.removeprefix(prefix)
    return dsn


def _execute_file(connection: Connection, path: Path) -> None:
    _execute(connection, path.name, path.read_text(encoding="utf-8"))


def _execute(connection: Connection, name: str, statements: str) -> None:
    LOG.debug("running %s", name)
    # Without parameters psycopg2 sends the text as it is: % and : mean nothing to it.
    cursor = connection.connection.cursor()
    try:
        cursor.execute(statements)
    except Exception as error:
        if getattr(error, "pgcode", None) is None:
            raise
        raise ProgrammingError(name, None, error) from error
    finally:
        cursor.close()
