"""Reference tables with validity dates, as package data. `build.py` makes them; this module reads them.

What belongs here: CSV files, how each is typed. Meaning and look-ups are in `parcels.admin_units` and
`parcels.land_use`.
"""

from functools import cache
from pathlib import Path
from typing import Literal

import pyarrow as pa
import pyarrow.csv as pacsv

HERE = Path(__file__).resolve().parent

Name = Literal[
    "provinces",
    "communes",
    "commune_conversion",
    "commune_conversion_report",
    "meridians",
    "administrative_map_meridians",
    "land_use_codes",
]
NAMES: tuple[Name, ...] = (
    "provinces",
    "communes",
    "commune_conversion",
    "commune_conversion_report",
    "meridians",
    "administrative_map_meridians",
    "land_use_codes",
)

# Everything is text (codes have leading zeros) except these columns, wherever they occur.
COLUMN_TYPES: dict[str, pa.DataType] = {
    "valid_from": pa.date32(),
    "valid_to": pa.date32(),
    "kind_since": pa.date32(),
    "kind_as_of": pa.date32(),
    "lon": pa.float64(),
    "lat": pa.float64(),
    "area_km2": pa.float64(),
    "meridian_deg": pa.float64(),
    "epsg": pa.int32(),
    "line": pa.int32(),
}


def path(name: Name) -> Path:
    """Where a reference table lies."""
    return HERE / f"{name}.csv"


@cache
def table(name: Name) -> pa.Table:
    """A reference table: text columns, but dates, numbers and EPSG codes typed; an empty cell is NULL."""
    file = path(name)
    with file.open(encoding="utf-8") as lines:
        header = lines.readline().rstrip("\n").split(",")
    return pacsv.read_csv(
        file,
        convert_options=pacsv.ConvertOptions(
            column_types={column: COLUMN_TYPES.get(column, pa.string()) for column in header},
            strings_can_be_null=True,
            null_values=[""],
            quoted_strings_can_be_null=True,
        ),
    )
