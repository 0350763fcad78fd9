"""What both kinds of databases share: an engine, one read-only transaction with one view of the data, its troubles told.

Speaks SQLAlchemy only; names are quoted by it, values are bound.
"""

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal
from types import TracebackType
from typing import Any, Self

import sqlalchemy as sa
from sqlalchemy import exc
from sqlalchemy.pool import NullPool
from sqlalchemy.sql.elements import ColumnElement, quoted_name

from parcels.bilingual import Bilingual
from parcels.errors import ComponentMissing, LandsyncError
from sync.declared.connection import PostGis, Sql
from sync.intake.remotes import dialects
from sync.intake.remotes.base import Watermark, cleaned, down, no_login, not_as_described, timed_out
from sync.intake.remotes.secrets import Secret

WRITABLE = Bilingual(
    "Tài khoản của kết nối có quyền ghi vào nguồn: hãy dùng tài khoản chỉ đọc.",
    "The connection's account may write to the source: use one that can only read.",
)
NOT_ENFORCED = Bilingual(
    "Với loại cơ sở dữ liệu này không bắt buộc được phiên chỉ đọc hay một thời điểm dữ liệu duy nhất.",
    "For this kind of database neither a read-only session nor one moment of the data can be enforced.",
)


class Database:
    """One connection with one transaction. A context manager; nothing is sent to the server before it is entered."""

    def __init__(self, connection: PostGis | Sql, secret: Secret | None, since: Watermark | None) -> None:
        if secret is None:  # the profile's model demands one
            raise AssertionError
        self.said = connection
        self.secret = secret
        self.since = since
        self.engine = self._engine()
        self.where = f"{_place(self.engine.url)} ({connection.table or 'query'})"

    @property
    def link(self) -> sa.Connection:
        """The open connection."""
        return self._link

    def __enter__(self) -> Self:
        seconds = self.said.timeout_minutes * 60
        with self.told():
            self._link = self.engine.connect()
            try:
                self.enforced = dialects.begin(self._link, seconds)
            except BaseException:
                self._link.close()
                raise
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        try:
            self._link.close()  # rolls back: there is nothing to commit
        except exc.DBAPIError:
            self._link.invalidate()
        self.engine.dispose()

    def _engine(self) -> sa.Engine:
        try:
            url = sa.make_url(dialects.with_driver(self.secret.reveal()))
            return sa.create_engine(
                url,
                poolclass=NullPool,
                hide_parameters=True,
                **dialects.engine_options(url, self.said.timeout_minutes * 60),
            )
        except (exc.ArgumentError, ValueError):
            raise self._bad_dsn() from None  # the message of the original may quote the DSN
        except ModuleNotFoundError as failure:
            raise _no_driver(str(failure.name)) from failure

    def _bad_dsn(self) -> ComponentMissing:
        return ComponentMissing(
            "CON-DSN",
            Bilingual(
                f"Địa chỉ cơ sở dữ liệu của kết nối «{self.said.name}» không đúng dạng.",
                f"The database address of the connection “{self.said.name}” is malformed.",
            ),
            Bilingual(
                "Dạng đúng: postgresql://user:password@host:5432/database (ký tự đặc biệt viết dạng %XX).",
                "It should look like postgresql://user:password@host:5432/database (special characters as %XX).",
            ),
        )

    @contextmanager
    def told(self) -> Iterator[None]:
        """Turn what the driver raises into a sentence of ours, without secrets."""
        driver = self.engine.dialect.dbapi
        plain: tuple[type[BaseException], ...] = (driver.Error,) if driver is not None else ()
        try:
            yield
        except exc.NoSuchTableError:
            raise not_as_described(self.where, f"“{self.said.table}”") from None
        except exc.DBAPIError as failure:
            raise self._sentence(failure.orig or failure) from None
        except plain as failure:
            raise self._sentence(failure) from None

    def _sentence(self, failure: BaseException) -> LandsyncError:
        reason = cleaned(failure, self.secret)
        match dialects.trouble(failure):
            case "login":
                return no_login(self.where, self.said.name)
            case "timeout":
                return timed_out(self.where, self.said.timeout_minutes)
            case "profile":
                return not_as_described(self.where, reason)
        return down(self.where, reason)

    # What is read.

    def source(self) -> sa.FromClause:
        """The table, or the query as if it were one."""
        if self.said.table is not None:
            schema, _, table = self.said.table.rpartition(".")
            return sa.table(quoted_name(table, True), schema=quoted_name(schema, True) if schema else None)
        # A colon would begin a parameter, were it not escaped.
        text = sa.text(str(self.said.query).strip().replace(":", "\\:"))
        return text.columns().subquery("landsync_source")

    def described(self) -> list[Any]:
        """The driver's description of every column, in order. Raises UsageError for names that come twice."""
        with self.told():
            nothing: sa.Select[Any] = (
                sa.select(sa.literal_column("*"))
                .select_from(self.source())
                .where(sa.literal_column("1") == sa.literal_column("0"))
            )
            result = self.link.execute(nothing)
            found = list(result.cursor.description)
            result.close()
        names = [str(column[0]) for column in found]
        if len(set(names)) < len(names):
            twice = next(name for name in names if names.count(name) > 1)
            raise not_as_described(self.where, f"“{twice}” × {names.count(twice)}")
        for wanted in (self.said.geometry, self.said.key, self.said.watermark):
            if wanted is not None and wanted not in names:
                raise not_as_described(self.where, f"“{wanted}” ∉ {', '.join(names)[:300]}")
        return found

    def changed(self) -> ColumnElement[bool] | None:
        """Which rows are wanted: all, or those changed since the watermark less the overlap, and those that do not say."""
        if self.since is None or self.said.watermark is None:
            return None
        column = col(self.said.watermark)
        return sa.or_(
            column >= sa.bindparam("since", _reach_back(self.since.value, self.said.overlap)),
            column.is_(None),
        )

    def watermark(self, highest: Any, now: Any) -> Watermark | None:
        """Where the next "since" begins: the highest value, but no time that has not come yet; kept if there is none."""
        if highest is None:
            return self.since
        if isinstance(highest, datetime):
            now = now if isinstance(now, datetime) else datetime.now(UTC)
            same = (
                now.replace(tzinfo=None)
                if highest.tzinfo is None
                else now
                if now.tzinfo
                else now.replace(tzinfo=UTC)
            )
            highest = min(highest, same)
        elif isinstance(highest, date):
            highest = min(highest, now.date() if isinstance(now, datetime) else datetime.now(UTC).date())
        return Watermark(highest if isinstance(highest, int | Decimal | date) else str(highest))

    def notes(self) -> tuple[Bilingual, ...]:
        """What the account may do that it should not, and what could not be enforced."""
        with self.told():
            may_write = dialects.may_write(self.link)
        notes = (WRITABLE,) if may_write else ()
        return notes if self.enforced else (*notes, NOT_ENFORCED)


def col(name: str) -> ColumnElement[Any]:
    """A column by its exact name, always quoted."""
    return sa.column(quoted_name(name, True))


def _reach_back(value: Any, overlap: int) -> Any:
    if isinstance(value, datetime):
        return value - timedelta(minutes=overlap)
    if isinstance(value, date):
        return value - timedelta(days=1 + overlap // 1440) if overlap else value
    return value - overlap if isinstance(value, int | Decimal) else value


def _place(url: sa.URL) -> str:
    port = f":{url.port}" if url.port else ""
    return f"{url.get_backend_name()}://{url.host or ''}{port}/{url.database or ''}"


def _no_driver(name: str) -> ComponentMissing:
    return ComponentMissing(
        "CON-DRIVER",
        Bilingual(
            f"Chưa cài trình điều khiển cơ sở dữ liệu «{name}».",
            f"The database driver “{name}” is not installed.",
        ),
        Bilingual(
            f"Hãy cài nó vào môi trường: uv pip install {name} (Oracle: oracledb, SQL Server: pymssql, MariaDB: pymysql).",
            f"Install it into the environment: uv pip install {name} (Oracle: oracledb, SQL Server: pymssql, MariaDB: pymysql).",
        ),
    )
