"""CSV by Python's own csv module: WKT, everything as text, as a spreadsheet in Vietnam would write it."""

import csv
from pathlib import Path

import shapely

from tests.support.formats.base import Delivered, profile, write_toml
from tests.support.tiny import Tiny


def write(tiny: Tiny, folder: Path) -> Delivered:
    """Semicolons, UTF-8 with a byte order mark, the geometry last."""
    used = profile()
    table = tiny.delivered(used)
    with (folder / "thua.csv").open("w", encoding="utf-8-sig", newline="") as file:
        rows = csv.writer(file, delimiter=";")
        rows.writerow([*table.column_names, "wkt"])
        columns = [column.to_pylist() for column in table.columns]
        rows.writerows(zip(*columns, shapely.to_wkt(tiny.geometry, rounding_precision=-1), strict=True))
    write_toml(folder, "thua.csv")
    return Delivered(folder, used)
