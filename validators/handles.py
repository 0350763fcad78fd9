"""The handles of delivered rows, what repeats in a delivery, and what is claimed elsewhere.

A row is known by its source key, its national id if well-formed, and its sheet (commune, map set, scale,
sheet, number) if its commune is one. The forms are those of `parcels.identifiers`, as stored in
land.parcel_alias.
"""

from collections.abc import Callable, Iterable, Iterator, Mapping
from datetime import date
from typing import Any

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
from numpy.typing import NDArray

from parcels import admin_units, identifiers
from parcels.model import UNKNOWN_COMMUNE
from validators.arrays import one_array
from validators.base import Context, Repeated, Rows, Subject
from validators.hashing import Hashes, text_hashes, twice
from validators.policy import Policy

# The columns of a snapshot that handles are made of: all that `context_of` reads of a delivery.
KEY_COLUMNS: tuple[str, ...] = (
    "source_system",
    "source_key",
    "national_id",
    "map_set",
    "map_scale",
    "sheet_no",
    "parcel_no",
)
# Who holds a national id. Of other provinces the province is enough; of the same province also where the parcel is
# live and its other handles, which tell whether the delivery has it too.
CLAIMS_SCHEMA = pa.schema(
    [
        pa.field("national_id", pa.string(), nullable=False),
        pa.field("province_code", pa.string(), nullable=False),
        pa.field("commune_code", pa.string()),
        pa.field("source_handle", pa.string()),
        pa.field("sheet_handle", pa.string()),
    ]
)
_NONE = pa.scalar(None, pa.string())
_KINDS = ("source_key", "national_id", "sheet")
_NO_HASHES = np.empty(0, np.uint64)


def text(table: pa.Table, name: str) -> pa.Array:
    """A text column of a table as one array."""
    return one_array(table.column(name))


def source_handles(table: pa.Table) -> pa.Array:
    """(n,) `<system>|<key>`; NULL without a key."""
    return identifiers.source_handle(text(table, "source_system"), text(table, "source_key"))


def national_handles(table: pa.Table) -> pa.Array:
    """(n,) the national id where it is well-formed: a malformed one claims nothing and names nothing."""
    ids = text(table, "national_id")
    return pc.if_else(pa.array(identifiers.is_well_formed(ids)), ids, _NONE)


def sheet_handles(table: pa.Table, commune_code: str, as_of: date) -> pa.Array:
    """(n,) the sheet handle in a commune of `as_of`; NULL where incomplete or the commune is none."""
    n = table.num_rows
    since = None if commune_code == UNKNOWN_COMMUNE else admin_units.commune(commune_code, as_of)
    if since is None:
        return pa.nulls(n, pa.string())
    return identifiers.sheet_handle(
        pa.repeat(commune_code, n),
        since.valid_from,
        map_set=text(table, "map_set"),
        map_scale=text(table, "map_scale"),
        sheet_no=text(table, "sheet_no"),
        parcel_no=text(table, "parcel_no"),
    )


def names_of(table: pa.Table, commune_code: str, as_of: date) -> tuple[pa.Array, pa.Array]:
    """What each row is known by: the name that finding ids are made of, and the handle as people know it.

    In the order of identity: source key, national id, sheet. (n,) each; NULL where a row has no handle.

    table  KEY_COLUMNS at least
    """
    source, national = source_handles(table), national_handles(table)
    sheet = sheet_handles(table, commune_code, as_of)
    name = pc.coalesce(
        pc.binary_join_element_wise("source_key", source, identifiers.SEPARATOR),
        pc.binary_join_element_wise("national_id", national, identifiers.SEPARATOR),
        pc.binary_join_element_wise("sheet", sheet, identifiers.SEPARATOR),
    )
    on_sheet = pc.binary_join_element_wise(text(table, "sheet_no"), text(table, "parcel_no"), "/")
    return name, pc.coalesce(
        text(table, "source_key"), national, pc.if_else(pc.is_valid(sheet), on_sheet, _NONE)
    )


def known_as(subject: Subject) -> tuple[pa.Array, pa.Array]:
    """`names_of` the rows of a dataset. Use as a fact."""
    return names_of(subject.dataset.table, subject.dataset.commune_code, subject.context.as_of)


def repeated(
    parts: Iterable[tuple[str, pa.Table]],
    as_of: date,
    versions: pa.Table | None = None,
    each: Callable[..., Iterable[Any]] = map,
) -> Repeated:
    """The handles that occur more than once in a whole delivery.

    Of millions of handles almost all occur once. So the first round keeps a number for each, and only the handles
    whose number comes again are looked at in the second.

    parts     every dataset of the delivery: commune code (or `-`) and its table, KEY_COLUMNS at least; gone through
              twice, one table at a time
    versions  of a change set: the versions that stand in several rows which differ
    each      how a function is done for each part: as `map`, or in several threads at a time
    """

    def hashed(part: tuple[str, pa.Table]) -> dict[str, Hashes]:
        return {name: text_hashes(handles) for name, handles in _present(part[1], part[0], as_of)}

    seen: dict[str, list[Hashes]] = {name: [] for name in _KINDS}
    for hashes in each(hashed, parts):
        for name in _KINDS:
            seen[name].append(hashes[name])
    again = {name: twice(np.concatenate(hashes)) if hashes else _NO_HASHES for name, hashes in seen.items()}
    del seen

    def shared(part: tuple[str, pa.Table]) -> dict[str, pa.Array]:
        return {
            name: handles.filter(pa.array(np.isin(text_hashes(handles), again[name])))
            for name, handles in _present(part[1], part[0], as_of)
        }

    found: dict[str, list[pa.Array]] = {name: [] for name in _KINDS}
    if any(len(hashes) for hashes in again.values()):
        for handles in each(shared, parts):
            for name in _KINDS:
                found[name].append(handles[name])
    return Repeated(
        source_key=_more_than_once(found["source_key"]),
        national_id=_more_than_once(found["national_id"]),
        sheet=_more_than_once(found["sheet"]),
        version=_more_than_once([]) if versions is None else versions,
    )


def _present(table: pa.Table, commune_code: str, as_of: date) -> Iterator[tuple[str, pa.Array]]:
    """The handles of a dataset by kind, without NULL."""
    yield "source_key", pc.drop_null(source_handles(table))
    yield "national_id", pc.drop_null(national_handles(table))
    yield "sheet", pc.drop_null(sheet_handles(table, commune_code, as_of))


def _more_than_once(handles: list[pa.Array]) -> pa.Table:
    present = pc.drop_null(pa.chunked_array(handles, pa.string()))
    counts = pc.value_counts(present)
    table = pa.table({"handle": counts.field("values"), "rows": counts.field("counts")})
    return table.filter(pc.greater(table["rows"], 1)).combine_chunks()


def as_claims(claims: pa.Table) -> pa.Table:
    """CLAIMS_SCHEMA: a table of `national_id` and `province_code`, and of what else of it is known."""
    columns = [
        claims[field.name] if field.name in claims.column_names else pa.nulls(len(claims), field.type)
        for field in CLAIMS_SCHEMA
    ]
    return pa.table(columns, schema=CLAIMS_SCHEMA)


def claims_on(
    claims: pa.Table, parts: Iterable[tuple[str, pa.Table]], province_code: str, as_of: date
) -> pa.Table:
    """Of a register of claims, those that stand against ids delivered here; CLAIMS_SCHEMA.

    They are of other provinces, and of parcels of this one that are live in a commune and are not delivered: one that
    is, with an id of whatever kind, speaks for itself.

    claims  `national_id`, `province_code`, and what else of CLAIMS_SCHEMA is known
    """
    n, claims = len(claims), as_claims(claims)
    delivered, speaks = np.zeros(n, dtype=bool), np.zeros(n, dtype=bool)
    for commune_code, table in parts:
        ids = national_handles(table)
        delivered |= _among(claims["national_id"], ids)
        with_id = table.filter(pc.is_valid(ids))
        speaks |= _among(claims["source_handle"], source_handles(with_id))
        speaks |= _among(claims["sheet_handle"], sheet_handles(with_id, commune_code, as_of))
    own = np.asarray(pc.equal(claims["province_code"], province_code))
    live = np.asarray(pc.is_valid(claims["commune_code"]))
    return claims.filter(pa.array(delivered & (~own | (live & ~speaks)))).combine_chunks()


def _among(values: pa.ChunkedArray, those: pa.Array) -> NDArray[np.bool_]:
    return np.asarray(pc.is_in(values, value_set=pc.drop_null(those), skip_nulls=True))


def ids_wanted(parts: Iterable[tuple[str, pa.Table]]) -> pa.Table:
    """The well-formed national ids of a delivery with the commune in which each is delivered, each pair once.

    parts  as of `repeated`; the result has `national_id` and `commune_code`
    """
    ids = {code: pc.unique(pc.drop_null(national_handles(table))) for code, table in parts}
    codes = [pa.repeat(pa.scalar(code), len(those)) for code, those in ids.items()]
    return pa.table(
        {
            "national_id": pa.chunked_array(list(ids.values()), pa.string()),
            "commune_code": pa.chunked_array(codes, pa.string()),
        }
    )


def context_of(
    parts: Mapping[str, pa.Table],
    *,
    as_of: date,
    province_code: str,
    policy: Policy,
    claims: pa.Table | None = None,
    not_applicable: Mapping[str, str] | None = None,
    repeats: Repeated | None = None,
    each: Callable[..., Iterable[Any]] = map,
) -> Context:
    """The context in which every dataset of one delivery is judged: made once per delivery.

    parts   commune code (or `-`) → table of that dataset; only KEY_COLUMNS are read, one table at a time
    claims  the register of national ids, or the part of it that this delivery touches; None offline
    repeats what repeats in it where it is a change set (`validators.changes.repeated_in_changes`)
    each    see `repeated`
    """
    return Context(
        as_of=as_of,
        province_code=province_code,
        policy=policy,
        repeated=repeats or repeated(parts.items(), as_of, each=each),
        claims=None if claims is None else claims_on(claims, parts.items(), province_code, as_of),
        not_applicable=dict(not_applicable or {}),
        changes=repeats is not None,
    )


def rows_sharing(handles: pa.Array, shared: pa.Table) -> tuple[Rows, NDArray[np.float64]]:
    """Which rows hold a repeated handle, and how many rows of the delivery do: positions and counts."""
    index = pc.index_in(handles, value_set=shared["handle"], skip_nulls=True)
    rows = np.flatnonzero(np.asarray(pc.is_valid(index))).astype(np.int64)
    counts = shared["rows"].take(index.take(pa.array(rows)))
    return rows, np.asarray(counts, dtype=np.float64)
