"""What the nation knows, from the database: `Known` for the check stage of a run, and for the export of a context file.

One connection, one transaction, one moment: what is answered about one commune agrees with what is answered about the
next. Bulk rows come by COPY into Arrow.
"""

import hashlib
import io
from collections.abc import Collection, Iterator
from contextlib import contextmanager
from datetime import date

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.csv as pacsv
from numpy.typing import NDArray

from sync import db
from sync.db.columns import listed
from sync.known.context.document import Receipt
from sync.known.context.near import in_order, touching
from validators.condensed import CONDENSING
from validators.delivery import as_claims
from validators.live import (
    AUTHENTICATION_SCHEMA,
    CLAIMS_SCHEMA,
    EXPECTED_SCHEMA,
    LIVE_SCHEMA,
    RETIRED_SCHEMA,
    WAITING_SCHEMA,
)

# Parcels as COPY hands them over: WKB in hexadecimal; the old commune, which is no column of a parcel, from its handle.
_OF_PARCEL = [name for name in LIVE_SCHEMA.names if name not in ("old_commune_code", "geom")]
_COPIED = pa.schema(
    [*(LIVE_SCHEMA.field(name) for name in (*_OF_PARCEL, "old_commune_code")), pa.field("geom", pa.string())]
)
_WAITING = [name for name in WAITING_SCHEMA.names if name in LIVE_SCHEMA.names and name != "geom"]
_NO_PROVINCE = ""
Value = (
    str | list[str] | db.sql.Composable
)  # of a question: bound as a literal, or a part of it that is composed already
_NO_RESULTS = "none"


@contextmanager
def known_to_the_nation(dsn: str, province: str, as_of: date) -> Iterator["NationalKnown"]:
    """What the database knows of a province, as of one moment, for as long as the block lasts."""
    with db.connect(
        dsn
    ) as connection:  # over before the long one begins: who takes statistics holds up the next
        db.execute(connection, "load/refresh_statistics", {"of": province})
    with db.connect(dsn) as connection:
        db.execute(connection, "context/snapshot")
        db.execute(connection, "context/alone")
        db.execute(connection, "context/create_wanted")
        db.execute(connection, "context/create_box")
        yield NationalKnown(connection, province, as_of)


class NationalKnown:
    """`sync.known.Known` of one province. Of one thread: a database connection is not shared.

    said  what was answered that does not follow from the province's own deliveries: subject → SHA-256
    """

    def __init__(self, connection: db.Connection, province: str, as_of: date) -> None:
        self._connection = connection
        self._province = province
        self._as_of = as_of
        self.said: dict[str, str] = {}
        self._near_is_prepared = False

    def claims(self, wanted: pa.Table) -> pa.Table:
        """CLAIMS_SCHEMA; see `Known`. Asked once: `wanted` is all of the delivery."""
        db.copy_in(self._connection, ("pg_temp", "wanted_id"), wanted)
        answer = self._copy("claims", CLAIMS_SCHEMA)
        others = answer.filter(pc.not_equal(answer["province_code"], self._province))
        self.said["claims"] = digest_of(
            others.select(["national_id", "province_code"]).sort_by("national_id")
        )
        return answer

    def live(self, commune_code: str) -> pa.Table:
        """LIVE_SCHEMA; see `Known`."""
        return self._live("of_commune", commune=commune_code)

    def live_for(self, few: pa.Table) -> pa.Table:
        """LIVE_SCHEMA; see `Known`. Asked once: `few` is all of the delivery."""
        db.execute(self._connection, "context/create_few")
        db.copy_in(self._connection, ("pg_temp", "few"), few)
        return self._live("few")

    def retired(self, commune_code: str) -> pa.Table:
        """RETIRED_SCHEMA; see `Known`."""
        return self._copy("retired", RETIRED_SCHEMA, commune=commune_code)

    def waiting(self, commune_code: str) -> pa.Table:
        """WAITING_SCHEMA; see `Known`."""
        hexed = WAITING_SCHEMA.set(WAITING_SCHEMA.get_field_index("geom"), pa.field("geom", pa.string()))
        copied = self._copy("waiting", hexed, commune=commune_code)
        at = copied.schema.get_field_index("geom")
        return copied.set_column(at, WAITING_SCHEMA.field("geom"), from_hex(copied["geom"])).cast(
            WAITING_SCHEMA
        )

    def near(self, commune_code: str, boxes: NDArray[np.float64], replaced: Collection[str] = ()) -> pa.Table:
        """LIVE_SCHEMA; see `Known`."""
        return self._near(boxes, [commune_code, *replaced], _NO_PROVINCE)

    def near_province(self, boxes: NDArray[np.float64]) -> pa.Table:
        """LIVE_SCHEMA: live parcels of other provinces that touch one of these boxes (as of `near`)."""
        return self._near(boxes, [], self._province)

    def withheld(self) -> pa.Table:
        """`national_id`, `commune_code`: ids that were delivered of living parcels and that another parcel has."""
        return self._copy(
            "withheld", pa.schema([("national_id", pa.string()), ("commune_code", pa.string())])
        )

    def around(self, boxes: NDArray[np.float64]) -> str:
        """SHA-256 of the living land of other provinces in these boxes (k, 4), and of its names."""
        self._look_in(boxes)
        [found] = db.fetch(
            self._connection, "context/around", identifiers=_about(db.sql.Literal(self._province))
        )
        return str(found["digest"])

    def authentication(self) -> pa.Table | None:
        """AUTHENTICATION_SCHEMA; see `Known`."""
        if not db.fetch(self._connection, "population/any_result", {"province": self._province})[0]["known"]:
            self.said["authentication"] = _NO_RESULTS
            return None
        return self._noted("authentication", self._copy("authentication", AUTHENTICATION_SCHEMA))

    def expected(self) -> pa.Table:
        """EXPECTED_SCHEMA; see `Known`."""
        return self._noted("expected", self._copy("expected", EXPECTED_SCHEMA, as_of=self._as_of.isoformat()))

    def excused(self) -> pa.Array:
        """See `Known`."""
        found = self._cases("register/excused", as_of=db.sql.Literal(self._as_of))
        self._noted("excused", pa.table({"finding_id": found}))
        return found

    def told_of_communes(self) -> pa.Array:
        """See `Known`."""
        return self._cases("register/told_of_communes", codes=db.sql.Literal(list(CONDENSING)))

    def _cases(self, name: str, **values: db.sql.Composable) -> pa.Array:
        """The ids of some cases of the province."""
        identifiers: db.Identifiers = {"province": db.sql.Literal(self._province), **values}
        ids = pa.schema([pa.field("finding_id", pa.string())])
        found = db.copy_out(self._connection, db.compose(name, identifiers), ids)
        return found["finding_id"].combine_chunks()

    def claims_in(self, cells: pa.Array) -> pa.Table:
        """CLAIMS_SCHEMA: all claims of other provinces on ids that begin with one of these texts."""
        db.execute(self._connection, "context/create_cell")
        db.copy_in(self._connection, ("pg_temp", "wanted_cell"), pa.table({"prefix": cells}))
        said = pa.schema([CLAIMS_SCHEMA.field(name) for name in ("national_id", "province_code")])
        return as_claims(self._copy("foreign_claims", said))

    def receipts(self) -> list[Receipt]:
        """The last receipt of each province that has one."""
        return [Receipt.model_validate(row) for row in db.fetch(self._connection, "context/receipts")]

    def _near(self, boxes: NDArray[np.float64], not_communes: list[str], not_province: str) -> pa.Table:
        if not len(boxes):
            return LIVE_SCHEMA.empty_table()
        self._look_in(boxes)
        if not self._near_is_prepared:
            for name in ("plan_once", "create_near", "prepare_near"):
                places = {**_of_parcel(), **_about(db.sql.SQL("$2"))}
                db.execute(self._connection, f"context/{name}", identifiers=places)
            self._near_is_prepared = True
        db.execute(self._connection, "context/empty_near")
        left_out = {"not_communes": not_communes, "not_province": not_province}
        db.execute(self._connection, "context/find_near", left_out)
        return in_order(touching(self._parcels("near"), boxes))

    def _look_in(self, boxes: NDArray[np.float64]) -> None:
        db.execute(self._connection, "context/empty_box")
        sides = dict(zip(("west", "south", "east", "north"), np.asarray(boxes, np.float64).T, strict=True))
        db.copy_in(self._connection, ("pg_temp", "wanted_box"), pa.table(sides))

    def _noted(self, subject: str, answer: pa.Table) -> pa.Table:
        self.said[subject] = digest_of(answer)
        return answer

    def _live(self, which: str, **values: str) -> pa.Table:
        """The living parcels that sql/context/<which>.sql chooses."""
        return in_order(self._parcels("live", chosen=question(which, province=self._province, **values)))

    def _parcels(self, name: str, **values: Value) -> pa.Table:
        copied = self._copy(name, _COPIED, **values)
        at = copied.schema.get_field_index("geom")
        read = copied.set_column(at, LIVE_SCHEMA.field("geom"), from_hex(copied["geom"]))
        return read.select(LIVE_SCHEMA.names).cast(LIVE_SCHEMA)

    def _copy(self, name: str, schema: pa.Schema, **values: Value) -> pa.Table:
        query = question(name, province=self._province, **values)
        return db.copy_out(self._connection, query, schema).cast(schema)


def digest_of(answer: pa.Table) -> str:
    """SHA-256 of a table's rows in their order, in hexadecimal."""
    text = io.BytesIO()
    pacsv.write_csv(answer, text)
    return hashlib.sha256(text.getbuffer()).hexdigest()


def question(name: str, **values: Value) -> db.sql.Composable:
    """sql/context/<name>.sql with its values; of a parcel it asks for the columns of LIVE_SCHEMA."""
    given = {
        key: value if isinstance(value, db.sql.Composable) else db.sql.Literal(value)
        for key, value in values.items()
    }
    return db.compose(f"context/{name}", {**_of_parcel(), **given})


def _of_parcel() -> db.Identifiers:
    """The columns of LIVE_SCHEMA, of a parcel and of what was found of it; of a refused row those that it has."""
    return {
        "of_parcel": listed(_OF_PARCEL, "p"),
        "of_parcel_without_id": listed((name for name in _OF_PARCEL if name != "national_id"), "p"),
        "of_found": listed(_OF_PARCEL, "found"),
        "found_columns": listed(_OF_PARCEL),
        "of_waiting": listed(_WAITING, "q"),
    }


def _about(not_province: db.sql.Composable) -> db.Identifiers:
    """{about}: the provinces but one that have anything about all of `wanted_box`."""
    return {"about": db.compose("context/about", {"not_province": not_province})}


def from_hex(text: pa.ChunkedArray) -> pa.Array:
    """The octets that hexadecimal text stands for, all at once; NULL stays NULL."""
    array = pc.fill_null(text.combine_chunks().cast(pa.large_string()), "")
    if not len(array):
        return pa.array([], pa.binary())
    _, offset_buffer, data = array.buffers()
    offsets = np.frombuffer(offset_buffer, np.int64, len(array) + 1, 8 * array.offset)
    octets = bytes.fromhex(memoryview(data)[offsets[0] : offsets[-1]].tobytes().decode("ascii"))
    starts = pa.py_buffer((offsets - offsets[0]) // 2)
    read = pa.LargeBinaryArray.from_buffers(
        pa.large_binary(), len(array), [None, starts, pa.py_buffer(octets)]
    ).cast(pa.binary())
    return pc.if_else(text.is_valid().combine_chunks(), read, pa.scalar(None, pa.binary()))
