"""Personal records and the key: whether a database was written under this one, and its rows in portions to be hashed here."""

from collections.abc import Iterator, Sequence
from itertools import pairwise
from uuid import UUID

import pyarrow as pa

from parcels.column import Column
from parcels.model import ARROW_TYPES
from sync import db, keys
from sync.settings import settings

ROWS_AT_ONCE = 200_000
_UIDS = 2**128


def key_of(connection: db.Connection, *, remember: bool = False) -> keys.PrivateKey:
    """The installation's key, if it is the database's. `remember`: a database that knows none yet is written under it from now on.

    ComponentMissing KEY-MISSING and its like where there is none, KEY-WRONG where it is another one.
    """
    key = keys.load(settings())
    if remember:
        db.execute(connection, "ledger/remember_key", {"fingerprint": key.fingerprint})
    known = db.fetch_one(connection, "ledger/known_key")
    if known is not None and known["fingerprint"] != key.fingerprint:
        raise keys.wrong(settings(), known["fingerprint"], key.fingerprint)
    return key


def portions(
    connection: db.Connection,
    query: str,
    province: str,
    table: tuple[str, str],
    columns: tuple[Column, ...],
    beside: pa.Schema,
) -> Iterator[pa.Table]:
    """The rows of a province's private table, some at a time: `beside`, then the columns that are hashed.

    Uids are dice: equal ranges of them hold about equally many rows.
    """
    of: dict[str, str | Sequence[str] | db.sql.Composable] = {
        "province": db.sql.Literal(province),
        "table": table,
    }
    rows = int(db.fetch(connection, "rehash/count", {}, of)[0]["rows"])
    count = rows // ROWS_AT_ONCE + 1
    bounds = [_UIDS * number // count for number in range(count + 1)]
    types = [*beside, *((column.name, ARROW_TYPES[column.kind]) for column in columns)]
    names = db.sql.SQL(", ").join(db.sql.Identifier("i", column.name) for column in columns)
    for low, high in pairwise(bounds):
        uids = {"low": db.sql.Literal(str(UUID(int=low))), "high": db.sql.Literal(str(UUID(int=high - 1)))}
        yield db.copy_out(
            connection,
            db.compose(query, {**of, **uids, "columns": names}),
            pa.schema(types),
            lines_in_values=True,
        )
