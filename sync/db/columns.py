"""The columns of parcels/columns.py as SQL: lists for statements, tables, the content hash, what views show.

So the columns of a record stand in no statement by hand, and one that joins is in all of them (docs/adr/0144).
"""

from collections.abc import Collection, Iterable, Sequence

from parcels.column import Column, Kind, Record
from parcels.columns import DECIMAL_PLACES, HASH_VERSIONS, PRIVATE, RECORDS, hashed_columns
from sync import db
from sync.db.items import ITEMS

SQL_TYPES: dict[Kind, str] = {
    "text": "text",
    "integer": "integer",
    "decimal": f"numeric(18,{DECIMAL_PLACES})",
    "date": "date",
    "geometry": "geometry(MultiPolygon, 4756)",
    "uuid": "uuid",
    "boolean": "boolean",
}

# The value of a column as the text that is hashed, `<octets>:<text>;` (sql/app/hash.sql).
_FIELDS: dict[Kind, str] = {
    "text": "land.hash_field({})",
    **dict.fromkeys(("integer", "uuid", "boolean"), "land.hash_field({}::text)"),
    "decimal": "land.hash_decimal({})",
    "date": "land.hash_date({})",
    "geometry": "land.hash_field(upper(encode(public.ST_AsBinary({}, 'NDR'), 'hex')))",
}


# Current and closed rows of a private record: no view, so that the row security of its tables holds.
_PRIVATE = """(
        SELECT {kept}, 'infinity'::timestamptz AS recorded_to, 0::bigint AS late_row FROM land_private.{record} AS x
        UNION ALL
        SELECT {kept}, x.recorded_to, x.late_row FROM land_private.{record}_version AS x
    )"""

# Of a many-valued record: the function that answers as of a day, what says the order of states, what bounds them, where its rows are.
_OF_PERSONS = ("land_private.parcel_state", "land_private.parcel_bound", _PRIVATE)
_AS_OF: dict[Record, tuple[str, str, str, str]] = {
    "land_use_part": (
        "analyst.land_use_as_of",
        "analyst.parcel_standing",
        "analyst.parcel_bound",
        "analyst.land_use_history",
    ),
    **{record: (f"land_private.{record}_as_of", *_OF_PERSONS) for record in RECORDS if record in PRIVATE},
}


def listed(names: Iterable[str], alias: str | None = None, nulls: Collection[str] = ()) -> db.sql.Composable:
    """Names of columns as a list for a statement, with their table's alias; NULL in place of some."""
    parts = [
        db.sql.SQL("NULL")
        if name in nulls
        else db.sql.Identifier(alias, name)
        if alias
        else db.sql.Identifier(name)
        for name in names
    ]
    return db.sql.SQL(", ").join(parts)


def columns_of(record: Record, alias: str | None = None, nulls: Collection[str] = ()) -> db.sql.Composable:
    """The columns of a record, in the order of its content hash; NULL in place of `nulls`."""
    return listed((column.name for column in RECORDS[record]), alias, nulls)


def hashed_columns_of(
    record: Record, alias: str | None = None, nulls: Collection[str] = ()
) -> db.sql.Composable:
    """Those that its content hash is made of, the arguments of its function in SQL; NULL in place of `nulls`."""
    return listed((column.name for column in hashed_columns(record)), alias, nulls)


def typed_columns_of(record: Record) -> db.sql.Composable:
    """The same with their types, as a table has them."""
    return db.sql.SQL(", ").join(
        db.sql.SQL("{} " + SQL_TYPES[column.kind]).format(db.sql.Identifier(column.name))
        for column in RECORDS[record]
    )


def definition(name: str, text: str) -> str:
    """What sql/app/<name>.sql defines: its text, with the columns of the records in their places."""
    if name == "record_hash":
        return "\n".join(_filled(text, _hash_function(record)) for record in RECORDS if record not in PRIVATE)
    if name == "items_as_of":
        return "\n".join(_filled(text, _as_of_function(record, *names)) for record, names in _AS_OF.items())
    if name in ("views", "as_of"):
        later = {f"{alias}_later": _later_public(alias) for alias in ("p", "c", "v", "h")}
        return _filled(text, later | {"later_unknown": ", NULL" * _later_public("p").count(",")})
    return text


def _filled(text: str, places: dict[str, str]) -> str:
    for name, value in places.items():
        text = text.replace(f"{{{name}}}", value)
    return text


def _later_public(alias: str) -> str:
    """Public columns that joined the parcel later, to follow the others: a view only gains columns at its end."""
    later = [column for column in RECORDS["parcel"] if column.later and column.confidentiality == "public"]
    return "".join(f", {alias}.{column.name}" for column in later)


def _hash_function(record: Record) -> dict[str, str]:
    columns = hashed_columns(record)
    fields = [f"'landsync.{record}.v{HASH_VERSIONS[record]};'", *_fields(columns)]
    return {
        "record": record,
        "names": ", ".join(column.name for column in columns),
        "typed": ", ".join(f"{column.name} {SQL_TYPES[column.kind]}" for column in columns),
        "text": "\n    || ".join(fields),
    }


def _as_of_function(record: Record, function: str, states: str, bounds: str, history: str) -> dict[str, str]:
    """The places of sql/app/items_as_of.sql."""
    names = [column.name for column in RECORDS[record]]
    kept = ("province_code", "parcel_uid", "item_no", *names, "content_hash", "recorded_from")
    return {
        "record": record,
        "function": function,
        "states": states,
        "bounds": bounds,
        "history": _filled(history, {"record": record, "kept": ", ".join(f"x.{name}" for name in kept)}),
        "typed": ", ".join(f"{column.name} {SQL_TYPES[column.kind]}" for column in RECORDS[record]),
        "columns": ", ".join(f"i.{name}" for name in names),
        "had": _had(record),
    }


def _had(record: Record) -> str:
    """What one state of a parcel is held against another by: where both had the same, that is known."""
    if not any(item.record == record and item.name for item in ITEMS):
        return "int2send(i.item_no) || i.content_hash, ''::bytea ORDER BY i.item_no"
    # Of what keeps no place in its row the number says nothing.
    return "i.content_hash, ''::bytea ORDER BY i.content_hash"


def _fields(columns: Sequence[Column]) -> Iterable[str]:
    later = [column.name for column in columns if column.later]
    for column in columns:
        field = _FIELDS[column.kind].format(column.name)
        # Written as far as the last one that says something, as parcels/content_hash.py does.
        if column.later:
            following = ", ".join(later[later.index(column.name) :])
            field = f"CASE WHEN num_nonnulls({following}) = 0 THEN '' ELSE {field} END"
        yield field
