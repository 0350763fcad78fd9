"""PostGIS: COPY out of one read-only transaction, parsed by Arrow. No row passes through Python.

Types are those of the database: a NUMERIC is a decimal, or text where its scale is open or it holds what a decimal
cannot (NaN); dates that no calendar of ours holds (infinity, BC) make their column text.
"""

import os
import threading
from binascii import unhexlify
from collections.abc import Iterator
from typing import Any, ClassVar

import numpy as np
import pyarrow as pa
import pyarrow.csv as pacsv
import sqlalchemy as sa
from sqlalchemy.dialects import postgresql
from sqlalchemy.sql.elements import ColumnElement, quoted_name

from sync.declared.connection import PostGis
from sync.intake.remotes.base import Offer, bad_answer, not_as_described, rows_differ
from sync.intake.remotes.database import Database, col

_BLOCK = 8 << 20  # bytes of CSV parsed at once: no row may be longer (a polygon of 250,000 vertices is)
_TYPES: dict[int, pa.DataType] = {
    16: pa.bool_(),
    20: pa.int64(),
    21: pa.int16(),
    23: pa.int32(),
    700: pa.float32(),
    701: pa.float64(),
    1082: pa.date32(),
    1114: pa.timestamp("us"),
    1184: pa.timestamp("us", "UTC"),
    1700: pa.string(),  # where no precision is declared
}
_NUMERIC, _BYTEA = 1700, 17
_TIMES = (1082, 1114, 1184)


class PostGisSession(Database):
    """One table or query of a PostGIS database."""

    kind: ClassVar[str] = "postgis"
    said: PostGis

    def probe(self) -> Offer:
        """Columns, CRS, and the rows counted in the transaction in which they will be read."""
        described = self.described()
        self._oids = {str(column.name): int(column.type_code) for column in described}
        self._types = {str(column.name): _arrow_type(column) for column in described}
        self._functions = self._postgis()
        found = self._statistics()
        for name in self._types:
            if found.get(f"odd {name}"):
                self._types[name] = pa.string()
        if (found["lowest"] or 0) != (found["highest"] or 0):
            raise not_as_described(self.where, f"SRID {found['lowest']} ≠ {found['highest']}")
        return Offer(
            where=self.where,
            columns=tuple(name for name in self._types if name != self.said.geometry),
            geometry=self.said.geometry,
            crs=self._crs(found["lowest"]),
            rows=int(found["rows"]),
            watermark=self.watermark(found.get("mark"), found["now"]) if self.said.watermark else None,
            notes=self.notes(),
        )

    def _postgis(self) -> Any:
        """The functions of PostGIS, in whatever schema it was installed."""
        with self.told():
            schema = self.link.exec_driver_sql(
                "SELECT n.nspname FROM pg_catalog.pg_extension AS e "
                "JOIN pg_catalog.pg_namespace AS n ON n.oid = e.extnamespace WHERE e.extname = 'postgis'"
            ).scalar()
            kinds = self.link.exec_driver_sql(
                "SELECT oid, typname FROM pg_catalog.pg_type WHERE typname IN ('geometry', 'geography')"
            ).all()
        if schema is None:
            raise not_as_described(self.where, "PostGIS")
        if self._oids[self.said.geometry] not in {oid for oid, _ in kinds}:
            raise not_as_described(self.where, f"“{self.said.geometry}” ≠ geometry")
        self._schema = quoted_name(str(schema), True)
        return getattr(sa.func, self._schema)

    def _statistics(self) -> dict[str, Any]:
        """One look over the rows: how many, the SRIDs, the highest watermark, which columns hold odd values."""
        srid = self._functions.ST_SRID(sa.cast(col(self.said.geometry), _Geometry(self._schema)))
        asked: list[ColumnElement[Any]] = [
            sa.func.count().label("rows"),
            sa.func.min(srid).label("lowest"),
            sa.func.max(srid).label("highest"),
            sa.func.now().label("now"),
        ]
        for name, oid in self._oids.items():
            if oid in _TIMES:
                column = sa.cast(col(name), sa.String)
                odd = sa.or_(column.like("%BC"), column.like("%infinity"), column.regexp_match("^[0-9]{5}"))
                asked.append(sa.func.bool_or(odd).label(f"odd {name}"))
            elif pa.types.is_decimal(self._types[name]):
                odd = sa.cast(col(name), sa.String).in_(["NaN", "Infinity", "-Infinity"])
                asked.append(sa.func.bool_or(odd).label(f"odd {name}"))
        statement = sa.select(*asked).select_from(self.source())
        if (wanted := self.changed()) is not None:
            statement = statement.where(wanted)
        with self.told():
            found = dict(self.link.execute(statement).mappings().one())
            if self.said.watermark is not None:
                mark = sa.select(sa.func.max(col(self.said.watermark))).select_from(self.source())
                found["mark"] = self.link.execute(mark).scalar()
        return found

    def _crs(self, srid: int | None) -> str | None:
        """The CRS of an SRID: by its authority, else by its text; None for 0."""
        if not srid:
            return None
        table = sa.table("spatial_ref_sys", sa.column("srid"), schema=self._schema)
        names: list[ColumnElement[Any]] = [sa.column(name) for name in ("auth_name", "auth_srid", "srtext")]
        with self.told():
            row = self.link.execute(
                sa.select(*names).select_from(table).where(table.c.srid == int(srid))
            ).one_or_none()
        if row is None:
            return None
        return f"EPSG:{row.auth_srid}" if str(row.auth_name).upper() == "EPSG" else row.srtext

    def read(self, offer: Offer) -> Iterator[pa.RecordBatch]:
        """Batches in the order of the key."""
        if offer.rows == 0:
            return
        names = list(offer.columns)
        geometry = sa.func.encode(self._functions.ST_AsBinary(col(offer.geometry)), "hex")
        statement = sa.select(*[self._expression(name) for name in names], geometry).select_from(
            self.source()
        )
        if (wanted := self.changed()) is not None:
            statement = statement.where(wanted)
        if self.said.key is not None:
            statement = statement.order_by(col(self.said.key))
        types = {name: self._types[name] for name in names} | {offer.geometry: pa.binary()}
        hexed = [offer.geometry, *(name for name in names if self._oids[name] == _BYTEA)]
        read = 0
        with self.told():
            try:
                for batch in self._copy(statement, pa.schema(list(types.items()))):
                    read += batch.num_rows
                    yield _unhexed(batch, hexed)
            except (pa.ArrowInvalid, UnicodeDecodeError) as failure:
                # Arrow's message quotes the value, which may be personal.
                raise bad_answer(self.where, f"COPY, {type(failure).__name__}, > {read}") from None
        if read != offer.rows:
            raise rows_differ(self.where, offer.rows, read)

    def _expression(self, name: str) -> ColumnElement[Any]:
        if self._oids[name] == _BYTEA:
            return sa.func.encode(col(name), "hex")
        if self._types[name] == pa.string():
            return sa.cast(col(name), sa.String)
        return col(name)

    def _copy(self, statement: sa.Select[Any], types: pa.Schema) -> Iterator[pa.RecordBatch]:
        """COPY (statement) TO STDOUT through a pipe into Arrow's reader, in a thread beside it."""
        compiled = statement.compile(dialect=postgresql.dialect(paramstyle="pyformat"))  # type: ignore[no-untyped-call]
        cursor = self.link.connection.cursor()
        query = cursor.mogrify(
            str(compiled), compiled.params or {"": None}
        ).decode()  # %% is % only beside values
        read_end, write_end = os.pipe()
        failures: list[BaseException] = []

        def send() -> None:
            try:
                with os.fdopen(write_end, "wb") as sink:
                    cursor.copy_expert(f"COPY ({query}) TO STDOUT (FORMAT csv)", sink)
            except BaseException as failure:  # raised again where the batches are read
                failures.append(failure)

        sender = threading.Thread(target=send, name="landsync-copy", daemon=True)
        with os.fdopen(read_end, "rb") as source:
            sender.start()
            try:
                yield from _batches(source, types)
            except pa.ArrowInvalid:
                source.close()
                sender.join()
                if failures and not isinstance(failures[0], BrokenPipeError):
                    raise failures[0] from None  # the stream was cut, and this is why
                raise
            finally:
                source.close()  # a reader that stops early lets the sender stop too
                sender.join()
        if failures:
            raise failures[0]


def _batches(source: Any, types: pa.Schema) -> Iterator[pa.RecordBatch]:
    reader = pacsv.open_csv(
        source,
        pacsv.ReadOptions(column_names=types.names, block_size=_BLOCK),
        pacsv.ParseOptions(newlines_in_values=True),
        pacsv.ConvertOptions(
            column_types=types,
            null_values=[""],
            true_values=["t"],
            false_values=["f"],
            strings_can_be_null=True,
            quoted_strings_can_be_null=False,
        ),
    )
    yield from reader


def _arrow_type(column: Any) -> pa.DataType:
    """The type that holds every ordinary value of a column, as the driver describes it; text for the unknown."""
    oid, precision, scale = int(column.type_code), column.precision, column.scale
    if (
        oid == _NUMERIC
        and precision
        and 1 <= precision <= 38
        and scale is not None
        and 0 <= scale <= precision
    ):
        return pa.decimal128(precision, scale)
    return pa.binary() if oid == _BYTEA else _TYPES.get(oid, pa.string())


def _unhexed(batch: pa.RecordBatch, names: list[str]) -> pa.RecordBatch:
    for name in names:
        place = batch.schema.get_field_index(name)
        batch = batch.set_column(place, pa.field(name, pa.binary()), unhexed(batch.column(place)))
    return batch


def unhexed(values: pa.Array) -> pa.Array:
    """(n,) binary that holds hexadecimal digits to the bytes they stand for: one pass over the whole buffer."""
    _, offsets, data = values.buffers()
    if data is None:
        return values
    ends = np.frombuffer(offsets, np.int32)[values.offset : values.offset + len(values) + 1]
    plain = unhexlify(memoryview(data)[ends[0] : ends[-1]])
    starts = pa.py_buffer((ends - ends[0]) // 2)
    return pa.Array.from_buffers(
        pa.binary(), len(values), [values.is_valid().buffers()[1], starts, pa.py_buffer(plain)]
    )


class _Geometry(sa.types.UserDefinedType[Any]):
    """geometry, in the schema of PostGIS: a geography is one after a cast."""

    cache_ok = True

    def __init__(self, schema: str) -> None:
        self.schema = schema

    def get_col_spec(self, **_: Any) -> str:
        return postgresql.dialect().identifier_preparer.quote(self.schema) + ".geometry"  # type: ignore[no-untyped-call]
