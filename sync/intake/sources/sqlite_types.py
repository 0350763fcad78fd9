"""Columns of a GeoPackage that hold other than they are declared for: SQLite keeps any value in any column.

GDAL makes of them what fits: text among numbers is 0, 30/01/2009 the first day of 1970, 70000 in a SMALLINT 4464, each without
a word. A column with such a value is read as text, as it stands; what the text means is decided later, row by row.
"""

import sqlite3

_INT16, _INT32 = 2**15, 2**31
# Declared type → what its values must be to be read as they are. A FLOAT is handed out in half the digits it is stored in.
_WHOLE = "typeof({0}) = 'integer' AND {0} BETWEEN {1} AND {2}"
_GOOD = {
    "BOOLEAN": "typeof({0}) = 'integer' AND {0} IN (0, 1)",
    "TINYINT": _WHOLE.format("{0}", -_INT16, _INT16 - 1),
    "SMALLINT": _WHOLE.format("{0}", -_INT16, _INT16 - 1),
    "MEDIUMINT": _WHOLE.format("{0}", -_INT32, _INT32 - 1),
    "DATE": "typeof({0}) = 'text' AND date({0}) IS {0}",
    "DATETIME": "typeof({0}) = 'text' AND datetime({0}) IS NOT NULL AND date(substr({0}, 1, 10)) IS substr({0}, 1, 10)",
    "FLOAT": "0",
}
_ANY_WHOLE = "typeof({0}) = 'integer'"
_ANY_NUMBER = "typeof({0}) IN ('integer', 'real')"


def quoted(name: str) -> str:
    """A name as SQL takes it."""
    return '"' + name.replace('"', '""') + '"'


def loose_columns(database: sqlite3.Connection, table: str, columns: list[str]) -> frozenset[str]:
    """Those of the columns that hold a value which GDAL would change. Raises sqlite3.Error."""
    declared = dict(database.execute("SELECT name, type FROM pragma_table_info(?)", (table,)).fetchall())
    found = []
    for column in columns:
        good = _good(str(declared.get(column, "")).upper().strip())
        if good is None:
            continue
        name = quoted(column)
        sql = f"SELECT 1 FROM {quoted(table)} WHERE {name} IS NOT NULL AND NOT ({good.format(name)}) LIMIT 1"  # noqa: S608
        if database.execute(sql).fetchone() is not None:
            found.append(column)
    return frozenset(found)


def _good(declared: str) -> str | None:
    """The condition for a declared type; None for text and whatever is handed out as it is."""
    if declared in _GOOD:
        return _GOOD[declared]
    if "INT" in declared:
        return _ANY_WHOLE
    return _ANY_NUMBER if declared.startswith(("REAL", "DOUBLE")) else None


def as_it_stands(database: sqlite3.Connection, table: str, columns: list[str], loose: frozenset[str]) -> str:
    """A query for the columns and the geometry, if it has one, the loose columns as text: whole numbers without ".0"."""
    geometry = database.execute(
        "SELECT column_name FROM gpkg_geometry_columns WHERE table_name = ?", (table,)
    ).fetchone()
    picked = [] if geometry is None else [quoted(geometry[0])]
    for column in columns:
        name = quoted(column)
        picked.append(f"{_text(name)} AS {name}" if column in loose else name)
    return f"SELECT {', '.join(picked)} FROM {quoted(table)} ORDER BY rowid"  # noqa: S608


def _text(name: str) -> str:
    whole = f"typeof({name}) = 'real' AND abs({name}) < 1e15 AND {name} = CAST({name} AS INTEGER)"
    return f"CASE WHEN {whole} THEN CAST(CAST({name} AS INTEGER) AS TEXT) ELSE CAST({name} AS TEXT) END"
