"""A SQLite file can hold programs: views, virtual tables, computed columns run whenever somebody reads.

A delivery is tables of values. This looks at the schema, and runs nothing of it.
"""

import re
import sqlite3

from parcels.bilingual import Bilingual
from parcels.errors import DeliveryRejected

MAX_TABLES = 2_000
_RTREE = re.compile(r"CREATE\s+VIRTUAL\s+TABLE\s.*?\sUSING\s+rtree\s*\(", re.IGNORECASE | re.DOTALL)
_VIRTUAL = re.compile(r"\s*CREATE\s+VIRTUAL\b", re.IGNORECASE)
# Views that the standard itself proposes; they are no layers.
_STANDARD_VIEWS = {"st_spatial_ref_sys", "spatial_ref_sys", "st_geometry_columns", "geometry_columns"}


def refuse_programs(database: sqlite3.Connection, name: str) -> None:
    """Refuse a database whose reading would run more than the reading of values. Raises DeliveryRejected.

    Also sets the connection so that nothing in the schema is trusted.
    """
    database.execute("PRAGMA trusted_schema=OFF")
    database.execute("PRAGMA ignore_check_constraints=ON")  # quick_check would run them
    tables = database.execute(
        "SELECT type, name, coalesce(sql, '') FROM sqlite_master WHERE type IN ('table', 'view')"
    ).fetchmany(MAX_TABLES + 1)
    if len(tables) > MAX_TABLES:
        raise _programs(name, Bilingual(f"hơn {MAX_TABLES} bảng", f"more than {MAX_TABLES} tables"))
    for kind, table, sql in tables:
        if kind == "view" and (table not in _STANDARD_VIEWS or "recursive" in sql.lower()):
            raise _programs(name, Bilingual(f"khung nhìn (view) «{table}»", f"the view “{table}”"))
        if _VIRTUAL.match(sql):
            if not _RTREE.match(sql):
                raise _programs(name, Bilingual(f"bảng ảo «{table}»", f"the virtual table “{table}”"))
        elif kind == "table":
            rows = database.execute("SELECT name, hidden FROM pragma_table_xinfo(?)", (table,))
            computed = [column for column, hidden in rows if hidden in (2, 3)]
            if computed:
                said = Bilingual(
                    f"cột tính toán «{computed[0]}» của bảng «{table}»",
                    f"the computed column “{computed[0]}” of the table “{table}”",
                )
                raise _programs(name, said)


def _programs(name: str, what: Bilingual) -> DeliveryRejected:
    return DeliveryRejected(
        "DLV-GPKG-SCHEMA",
        Bilingual(
            f"Tệp «{name}» có {what.vi}: chỉ nhận bảng chứa giá trị, không nhận thứ phải chạy mới đọc được.",
            f"The file “{name}” has {what.en}: only tables of values are read, nothing that has to be run.",
        ),
        Bilingual(
            "Hãy xuất lớp thửa đất thành bảng thường trong một GeoPackage mới.",
            "Export the layer of parcels as an ordinary table into a new GeoPackage.",
        ),
    )
