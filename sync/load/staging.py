"""The run's own working set: every row read, with its decision and its handles, copied in and dropped at the end."""

from collections.abc import Collection, Iterator
from dataclasses import dataclass, replace
from datetime import date
from pathlib import Path
from typing import Any

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from parcels import land_use
from parcels.arrays import any_of
from parcels.column import Record
from parcels.columns import PARCEL
from parcels.content_hash import content_hash, to_hex
from parcels.versions import END
from sync import db
from sync.db.columns import columns_of, typed_columns_of
from sync.db.items import ITEMS, LIVE
from sync.folder.people import read_people
from sync.folder.snapshot import read_part
from sync.load.holders import holders_of
from sync.load.people import hashed_items, items_of_people
from sync.load.predecessors import predecessor_handles, predecessor_places
from sync.run.staging import SCHEMA, staging_prefix
from validators.catalogue import CHECKS
from validators.identity import handles

CONVERSION = ("delivered_commune_code", "delivered_sheet_no", "commune_decided_by")
BATCH_ROWS = 50_000
_LIVES = [check.code for check in CHECKS if check.lives]
_REFUSES = [check.code for check in CHECKS if check.quarantines and not check.lives]
_PLAIN = tuple(column.name for column in PARCEL if column.kind != "geometry")


@dataclass(frozen=True, slots=True)
class StagedRun:
    """A judged run: the parts of its snapshot by commune, and a decision for every row of them."""

    parts: dict[str, Path]
    people: Path  # the folder of the run that read it: what it says of people, by commune
    rows: pa.Table  # judgement/rows.parquet, sorted by row_no
    held: frozenset[str]  # communes the gate holds
    only: frozenset[str] | None  # the communes to apply, when a person approved what was held
    as_of: date
    changes: bool = False  # a change set: what waits may be let go together with rows of other communes
    beside: frozenset[str] = frozenset()  # communes that went on, of which rows waited for those to apply

    def without(self, communes: Collection[str]) -> "StagedRun":
        """The run without the rows of some communes."""
        return replace(self, parts={code: path for code, path in self.parts.items() if code not in communes})


def staging_tables(run_id: str) -> dict[Record, tuple[str, str]]:
    """(schema, table) of each record's staging for this run."""
    prefix = staging_prefix(run_id)
    return {record: (SCHEMA, prefix + record) for record in LIVE}


def create_staging(connection: db.Connection, run_id: str) -> None:
    """Make the run's empty staging tables; what an earlier attempt left is dropped first."""
    tables = staging_tables(run_id)
    for table in tables.values():
        db.execute(connection, "load/drop_table", identifiers={"table": table})
    parcel: db.Identifiers = {"parcel": tables["parcel"], "columns": typed_columns_of("parcel")}
    db.execute(connection, "load/create_parcel", identifiers=parcel)
    for item in ITEMS:
        identifiers: db.Identifiers = {
            "item": tables[item.record],
            "like": item.live,
            "columns": columns_of(item.record, "live"),
        }
        db.execute(connection, "load/create_item", identifiers=identifiers)


def fill_staging(connection: db.Connection, run_id: str, judged: StagedRun, key: bytes) -> int:
    """Copy the snapshot, a few communes at a time, into the run's staging; the number of rows.

    `key` is the province's: what is of persons is hashed under it.
    """
    tables = staging_tables(run_id)
    copied = 0
    for table, sheet, place, numbers, people in _batches(judged):
        rows = _decisions(table, judged)
        copied += db.copy_in(connection, tables["parcel"], _parcels(table, rows, sheet, place, numbers))
        whole = table.filter(rows["whole"])
        for record, items in _items(whole, people, key):
            db.copy_in(connection, tables[record], items)
    every = db.sql.SQL(", ").join(db.sql.Identifier(*table) for table in tables.values())
    db.execute(connection, "load/analyze_staging", identifiers={"tables": every})
    return copied


_Batch = tuple[pa.Table, pa.Array, pa.Array, pa.Array, pa.Table]


def _batches(judged: StagedRun) -> Iterator[_Batch]:
    """The snapshot's rows with their sheet handles, places and people, in batches: hashing and copying have a price per call."""
    waiting: list[_Batch] = []
    for commune, path in judged.parts.items():
        table = read_part(path)
        named = (commune, judged.as_of)
        on_sheet = (handles.sheet_handles(table, *named), handles.sheet_places(table, *named))
        people = read_people(judged.people, commune)
        waiting.append((table, *on_sheet, predecessor_places(table, *named), people))
        if sum(len(each[0]) for each in waiting) >= BATCH_ROWS:
            yield _together(waiting)
            waiting = []
    if waiting:
        yield _together(waiting)


def _together(parts: list[_Batch]) -> _Batch:
    tables, *arrays, people = zip(*parts, strict=True)
    sheets, places, numbers = map(pa.concat_arrays, arrays)
    return pa.concat_tables(tables), sheets, places, numbers, pa.concat_tables(people)


def _decisions(table: pa.Table, judged: StagedRun) -> pa.Table:
    """The judgement of these rows in their order, with what the gate and a person's approval make of it."""
    row_no = table["row_no"].to_numpy()
    rows = judged.rows.take(pa.array(np.searchsorted(judged.rows["row_no"].to_numpy(), row_no)))
    codes = rows["codes"].combine_chunks()
    # Refused for its missing geometry alone: it may live without, which the merge decides.
    without = pa.array(any_of(codes, _LIVES) & ~any_of(codes, _REFUSES))
    without = pc.and_(without, pc.equal(rows["decision"].combine_chunks(), "quarantine"))
    accepted = pc.or_(pc.equal(rows["decision"], "accept"), without)
    held = pc.and_(accepted, pc.is_in(rows["dataset"], pa.array(sorted(judged.held), pa.string())))
    if judged.only is None:
        counted = pa.repeat(pa.scalar(True), len(rows))
    else:
        # The other rows of the delivery are here only to be present; their run wrote their receipt.
        counted = pc.is_in(rows["dataset"], pa.array(sorted(judged.only), pa.string()))
        held = pc.or_(held, pc.and_(accepted, pc.invert(counted)))
    decision = pc.if_else(held, "held", pc.if_else(accepted, "accept", rows["decision"]))
    waited = pc.is_in(rows["dataset"], pa.array(sorted(judged.beside), pa.string()))
    whole = accepted if judged.changes else pc.or_(pc.equal(decision, "accept"), pc.and_(accepted, waited))
    index = rows.schema.get_field_index("decision")
    rows = rows.set_column(index, "decision", decision)
    rows = rows.append_column("counted", counted).append_column("whole", whole)
    return rows.append_column("without_geometry", without)


def _parcels(
    table: pa.Table, rows: pa.Table, sheet: pa.Array, place: pa.Array, numbers: pa.Array
) -> pa.Table:
    codes = pc.binary_join(rows["codes"].combine_chunks(), ",")
    source = handles.source_handles(table)
    # What ends gives its other handles up: they may be another object's already.
    ends = pc.fill_null(pc.equal(table["action"].combine_chunks(), END), False)
    national = pc.if_else(ends, pa.scalar(None, pa.string()), handles.national_handles(table))
    sheet = pc.if_else(ends, pa.scalar(None, pa.string()), sheet)

    def alone(handle: pa.Array, duplicate: str) -> pa.Array:
        return pc.and_(pc.is_valid(handle), pc.invert(pc.match_substring(codes, duplicate)))

    # A row whose every handle is missing, or shared with another row, could be any parcel of its commune.
    identified = pc.or_(
        alone(source, "IDN-DUP-SOURCE"),
        pc.or_(alone(national, "IDN-DUP-NATIONAL"), alone(sheet, "IDN-DUP-SHEET")),
    )
    whole = rows["whole"]
    for name in ("geom", "area_m2"):
        nothing = pc.if_else(rows["without_geometry"], pa.scalar(None, table[name].type), table[name])
        table = table.set_column(table.schema.get_field_index(name), name, nothing)
    geometry = table["geom"].combine_chunks()
    refused = pc.equal(rows["decision"], "quarantine")
    shown, null = to_hex(geometry), pa.scalar(None, pa.string())
    hashes = to_hex(content_hash(table, "parcel", shown))
    columns: dict[str, Any] = {
        "row_no": table["row_no"],
        "dataset": rows["dataset"],
        "decision": rows["decision"],
        "codes": codes,
        "has_error": rows["has_error"],
        "counted": rows["counted"],
        "identified": identified,
        "without_geometry": rows["without_geometry"],
        "source_alias": source,
        "national_alias": national,
        "sheet_alias": sheet,
        "sheet_place": place,
        "old_commune_code": table["old_commune_code"],
        "shape": rows["shape"],
        "predecessor_keys": db.array_text(predecessor_handles(table)),
        "predecessor_places": db.array_text(numbers),
        "refused_geom": pc.if_else(refused, shown, null),
        **{name: table[name] for name in (*_PLAIN, "source_version", "action", "source_order", "valid_to")},
        **{name: table[name] for name in CONVERSION},
        "geom": pc.if_else(whole, shown, null),
        "content_hash": pc.if_else(whole, pc.binary_join_element_wise("\\x", hashes, ""), null),
    }
    return pa.table(columns)


def _items(table: pa.Table, people: pa.Table, key: bytes) -> Iterator[tuple[Record, pa.Table]]:
    """The many-valued records of the accepted rows, hashed, ready to copy."""
    uses = land_use.explode(table["land_use"], table["land_use_areas"])
    row_no = table["row_no"].combine_chunks().take(uses["row"])
    yield "land_use_part", hashed_items("land_use_part", uses, row_no, uses["part_no"], None)
    yield from holders_of(table, people, key)
    yield from items_of_people(people, table["row_no"], key)
