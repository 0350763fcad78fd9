"""Any database that SQLAlchemy speaks with: Oracle, SQL Server, MariaDB, a PostgreSQL without PostGIS.

Rows come as the driver gives them, a batch at a time from a cursor of the server, and become Arrow column by column. A
table's columns keep their types; of a query only the values are known, so its columns come as text, which loses
nothing: a decimal is never a float on the way.
"""

import warnings
from collections.abc import Iterator
from decimal import Decimal
from typing import Any, ClassVar

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
import shapely
import sqlalchemy as sa
from sqlalchemy.sql.elements import ColumnElement

from sync.declared.connection import Sql
from sync.intake.remotes.base import Offer, bad_answer, rows_differ
from sync.intake.remotes.database import Database, col
from sync.intake.sources.text_geometry import shallow

_MYSQL_GEOMETRY = 255  # its own form has four bytes before the WKB


class SqlSession(Database):
    """One table or query of a database."""

    kind: ClassVar[str] = "sql"
    said: Sql

    def probe(self) -> Offer:
        """Columns, and the rows counted in the transaction in which they will be read."""
        described = self.described()
        self._names = [str(column[0]) for column in described]
        self._types = self._column_types()
        self._geometry_type = next(c[1] for c in described if str(c[0]) == self.said.geometry)
        wanted = self.changed()
        with self.told():
            counted = sa.select(sa.func.count()).select_from(self.source())
            rows = self.link.execute(counted if wanted is None else counted.where(wanted)).scalar_one()
            highest, now = self._highest()
        return Offer(
            where=self.where,
            columns=tuple(name for name in self._names if name != self.said.geometry),
            geometry=self.said.geometry,
            crs=None,
            rows=int(rows),
            watermark=self.watermark(highest, now),
            notes=self.notes(),
        )

    def _highest(self) -> tuple[Any, Any]:
        if self.said.watermark is None:
            return None, None
        asked = sa.select(sa.func.max(col(self.said.watermark)), sa.func.current_timestamp())
        highest, now = self.link.execute(asked.select_from(self.source())).one()
        return highest, now

    def read(self, offer: Offer) -> Iterator[pa.RecordBatch]:
        """Batches in the order of the key, from a cursor of the server."""
        names = [name for name in self._names if name != offer.geometry]
        statement = sa.select(*[col(name) for name in names], self._geometry())
        statement = statement.select_from(self.source())
        if (wanted := self.changed()) is not None:
            statement = statement.where(wanted)
        if self.said.key is not None:
            statement = statement.order_by(col(self.said.key))
        schema = pa.schema(
            [pa.field(name, self._types.get(name, pa.string())) for name in names]
            + [pa.field(offer.geometry, pa.binary())]
        )
        read = 0
        with self.told():
            result = self.link.execution_options(
                stream_results=True, max_row_buffer=self.said.batch_rows
            ).execute(statement)
            for rows in result.partitions(self.said.batch_rows):
                read += len(rows)
                yield self._batch(list(zip(*rows, strict=True)), schema)
        if read != offer.rows:
            raise rows_differ(self.where, offer.rows, read)

    def _geometry(self) -> ColumnElement[Any]:
        column = col(self.said.geometry)
        if self.link.dialect.name in ("mysql", "mariadb") and self._geometry_type == _MYSQL_GEOMETRY:
            return sa.func.ST_AsWKB(column).label(self.said.geometry)
        return column

    def _batch(self, columns: list[Any], schema: pa.Schema) -> pa.RecordBatch:
        plain = [_without_views(values) for values in columns]
        arrays = [self._array(values, field) for values, field in zip(plain[:-1], schema, strict=False)]
        return pa.record_batch([*arrays, self._wkb(plain[-1])], schema=schema)

    def _array(self, values: Any, field: pa.Field) -> pa.Array:
        """One column. Raises DeliveryRejected where a value does not fit the type of its column."""
        try:
            if field.type == pa.string():
                return _as_text(values)
            return pa.array(values, field.type)
        except (pa.ArrowInvalid, pa.ArrowTypeError, pa.ArrowNotImplementedError, OverflowError) as failure:
            raise bad_answer(
                self.where, f"{field.name}: {type(failure).__name__} ({field.type})"
            ) from None  # the driver's words may quote a person

    def _wkb(self, values: Any) -> pa.Array:
        try:
            if self.said.geometry_as == "wkb":
                return pa.array(values, pa.binary())
            return wkb_of_wkt(pa.array(values, pa.string()))
        except (pa.ArrowInvalid, pa.ArrowTypeError):
            raise bad_answer(self.where, f"{self.said.geometry} ≠ {self.said.geometry_as.upper()}") from None

    def _column_types(self) -> dict[str, pa.DataType]:
        """The types of a table's columns as the database declares them; nothing is known of a query's."""
        if self.said.table is None:
            return {}
        schema, _, table = self.said.table.rpartition(".")
        with self.told(), warnings.catch_warnings():
            warnings.simplefilter("ignore")  # of types that SQLAlchemy does not know: they come as text
            columns = sa.inspect(self.link).get_columns(table, schema=schema or None)
        found = {str(column["name"]): _arrow_type(column["type"]) for column in columns}
        return {name: kind for name, kind in found.items() if kind is not None}


def _arrow_type(kind: Any) -> pa.DataType | None:
    """The type that holds every value of a declared type; None for text."""
    found: pa.DataType | None = None
    if isinstance(kind, sa.Boolean):
        found = pa.bool_()
    elif isinstance(kind, sa.Integer):
        found = pa.decimal128(20, 0) if getattr(kind, "unsigned", False) else pa.int64()
    elif isinstance(kind, sa.Float):
        found = pa.float64()
    elif isinstance(kind, sa.Numeric):
        precision, scale = kind.precision, kind.scale or 0
        if precision is not None and 1 <= precision <= 38 and 0 <= scale <= precision:
            found = pa.decimal128(precision, scale)
    elif isinstance(kind, sa.DateTime):
        found = pa.timestamp("us", "UTC" if kind.timezone else None)
    elif isinstance(kind, sa.Date):
        found = pa.date32()
    elif isinstance(kind, sa.LargeBinary):
        found = pa.binary()
    return found


def _without_views(values: Any) -> Any:
    """Bytes for the memory views that psycopg2 gives: pyarrow never lets go of a view that it has read."""
    if any(isinstance(value, memoryview) for value in values):
        return [bytes(value) if isinstance(value, memoryview) else value for value in values]
    return values


def _as_text(values: Any) -> pa.Array:
    """Values of one column as text, each digit kept; a column of several types, value by value."""
    try:
        found = pa.array(values)
    except (pa.ArrowInvalid, pa.ArrowTypeError, OverflowError):
        return pa.array([None if value is None else str(value) for value in values], pa.string())
    kind = found.type
    if pa.types.is_null(kind):
        return pa.nulls(len(found), pa.string())
    if pa.types.is_binary(kind):
        return pa.array([None if value is None else value.hex() for value in values], pa.string())
    text = found.cast(pa.string())
    numbers = pa.types.is_floating(kind) or pa.types.is_decimal(kind)
    if numbers and pc.any(pc.match_substring_regex(text, "[eE]")).as_py():
        # 1E-7: no reader of ours would take that for a number.
        return pa.array([None if v is None else format(Decimal(str(v)), "f") for v in values], pa.string())
    return text


def wkb_of_wkt(text: pa.Array) -> pa.Array:
    """(n,) WKT to WKB. What is no WKT stays as its own letters: no reader takes it for a geometry, or for nothing."""
    values = shallow(text).to_numpy(zero_copy_only=False)
    shapes = shapely.from_wkt(values, on_invalid="ignore")
    wkb = pa.array(shapely.to_wkb(shapes), pa.binary())
    unread = np.asarray(shapely.is_missing(shapes)) & np.asarray(text.is_valid())
    return pc.if_else(pa.array(unread), text.cast(pa.binary()), wkb) if unread.any() else wkb
