"""The shapes that the stages hand to each other: a dataset of parcels, columnar from end to end."""

from dataclasses import dataclass
from typing import Any, Protocol

import numpy as np
import pyarrow as pa
from numpy.typing import NDArray

from parcels.column import Column
from parcels.columns import DECIMAL_PLACES, delivered_columns

UNKNOWN_COMMUNE = "-"  # the receipt line and snapshot part of rows that belong to no commune of the province

NOT_READABLE_JOINER = "+"

ARROW_TYPES: dict[str, pa.DataType] = {
    "text": pa.string(),
    "integer": pa.int32(),
    "decimal": pa.decimal128(18, DECIMAL_PLACES),
    "date": pa.date32(),
    "uuid": pa.string(),  # as PostgreSQL writes it: 36 characters in lower case
    "boolean": pa.bool_(),
}


def arrow_field(column: Column) -> pa.Field:
    """The Arrow field of a canonical column that is not a geometry."""
    return pa.field(column.name, ARROW_TYPES[column.kind])


# What a snapshot holds, a row per row read (nothing is dropped on the way here).
#   row_no       0-based position in the whole delivery: the row's name in this run
#   part_no      which [[parts]] of delivery.toml it came from, source_row its 0-based place in that part
#   source_wkb   geometry in the delivery's CRS exactly as read, for the judgement; NULL when none
#   commune_code is today's code where the delivered one could be converted, else as delivered, known or not
#   delivered_*  commune and sheet as the province wrote them, where a conversion changed or might have changed them;
#                commune_decided_by says how: whole | sheet | geometry | undecided, NULL where nothing was converted;
#                commune_undecided_because why not (validators.identity.communes)
#   raw_text     delivered column → text before its encoding was converted; NULL where nothing was
#   not_readable names of canonical columns, joined by NOT_READABLE_JOINER, whose delivered value their type cannot hold
#                (of text: it held control characters, which are left out);
#                not of a day that is not said whole (2015, 05/2015); NULL where every value was read
#   placeholders canonical column → the delivered value that counts as nothing in it (validators.placeholders); NULL where
#                there is none. The column itself is NULL, unless a list filled it
#   source_order which of two versions of a source object is the newer: larger is newer, NULL when it does not say
#   action       what a row of a change set does (parcels.versions.ACTIONS); NULL in a full snapshot
#   geom         on the 0.1 mm grid, normalised, transformed to EPSG:4756 on the 1e-9 degree grid;
#                MultiPolygon; NULL where the delivered geometry is not polygonal
SNAPSHOT_SCHEMA = pa.schema(
    [
        pa.field("row_no", pa.int64(), nullable=False),
        pa.field("part_no", pa.int32(), nullable=False),
        pa.field("source_row", pa.int64(), nullable=False),
        *[arrow_field(column) for column in delivered_columns()],
        pa.field("source_system", pa.string(), nullable=False),
        pa.field("source_srid", pa.int32(), nullable=False),
        pa.field("area_m2", ARROW_TYPES["decimal"]),
        pa.field("delivered_commune_code", pa.string()),
        pa.field("delivered_sheet_no", pa.string()),
        pa.field("commune_decided_by", pa.string()),
        pa.field("commune_undecided_because", pa.string()),
        pa.field("raw_text", pa.map_(pa.string(), pa.string())),
        pa.field("not_readable", pa.string()),
        pa.field("placeholders", pa.map_(pa.string(), pa.string())),
        pa.field("source_order", pa.int64()),
        pa.field("source_wkb", pa.binary()),
        pa.field("geom", pa.binary()),
    ]
)


class Forms(Protocol):
    """Geometries of the rows of a dataset, asked for by position or by mask."""

    def __getitem__(self, rows: Any, /) -> NDArray[np.object_]: ...

    def __len__(self) -> int: ...


@dataclass(frozen=True, slots=True)
class Dataset:
    """The parcels of one commune in one delivery: the unit of judging, holding and publishing.

    table            rows of SNAPSHOT_SCHEMA (n rows)
    delivered        (n,) shapely geometries in the delivery's CRS exactly as read; None when missing
    rounded          (n,) the same on the 0.1 mm grid and normalised, still in the delivery's CRS; worked out when asked
                     for, because few rows are
    stored           (n,) as stored: MultiPolygon, EPSG:4756, 1e-9 degree grid; None where not polygonal
                     (or for a foreign CRS, which is judged but never stored)
    refused          (n,) rows whose shapes were taken out because GEOS raises at them; None where there are none
    """

    province_code: str
    commune_code: str
    table: pa.Table
    delivered: NDArray[np.object_]
    rounded: Forms
    stored: NDArray[np.object_]
    refused: NDArray[np.bool_] | None = None

    def __len__(self) -> int:
        return int(self.table.num_rows)

    def column(self, name: str) -> pa.ChunkedArray:
        """One column of the table."""
        return self.table.column(name)

    def numpy(self, name: str) -> NDArray[Any]:
        """One column as NumPy: text as objects with None, numbers as float64 with NaN."""
        chunked = self.table.column(name)
        if pa.types.is_decimal(chunked.type):
            chunked = chunked.cast(pa.float64())
        return np.asarray(chunked.to_numpy())
