"""Which parcel a finding or a row is of, as the office knows it: its own key, old commune, map set, scale, and which row.

Rows are counted as the office's programs count them: the first is 1, in a spreadsheet or text file 2, under the heading.
"""

from collections.abc import Iterable
from pathlib import Path

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from parcels import admin_units
from sync.folder.conform import PartRead
from sync.folder.snapshot import part_paths, read_part

_SHEETS = (".csv", ".tsv", ".txt", ".xlsx", ".xls", ".ods")
_HEADING = 1  # line
_OF_PARCEL = ("source_key", "national_id", "map_set", "map_scale", "sheet_no", "parcel_no")

# What is told of every parcel, beside the handle: text, and the row as a number.
COLUMNS = (*_OF_PARCEL, "old_commune", "file", "file_row")


def old_communes(codes: pa.ChunkedArray | pa.Array) -> pa.Array:
    """Code and name of each old commune; NULL stays NULL."""
    coded = pc.dictionary_encode(codes)
    coded = coded.combine_chunks() if isinstance(coded, pa.ChunkedArray) else coded
    names = pa.array(
        [admin_units.old_commune_name(code) for code in coded.dictionary.to_pylist()], pa.string()
    )
    return names.take(coded.indices)


def told(table: pa.Table, parts: Iterable[PartRead]) -> pa.Table:
    """A table of snapshot rows with `old_commune`, `file` and `file_row` in place of what they are made of."""
    by_part = {part.part_no: part for part in parts}
    several = len({(part.file, part.layer) for part in by_part.values()}) > 1
    number = np.asarray(table["part_no"].to_numpy(), dtype=np.int64)
    distinct, which = np.unique(number, return_inverse=True)
    there = [by_part.get(part) for part in distinct.tolist()]
    files = pa.array([_file(part, several=several) for part in there], pa.string()).take(pa.array(which))
    first = np.array([1 + _heading(part) for part in there], dtype=np.int64)[which]
    rows = pa.array(np.asarray(table["source_row"].to_numpy(), dtype=np.int64) + first)
    named = old_communes(table["old_commune_code"])
    table = table.drop_columns(["part_no", "source_row", "old_commune_code"])
    return (
        table.append_column("old_commune", named).append_column("file", files).append_column("file_row", rows)
    )


NEEDED = ("part_no", "source_row", "old_commune_code")  # of a snapshot, for `told`


def beside_findings(findings: pa.Table, judged: Path, parts: Iterable[PartRead]) -> pa.Table:
    """Findings with COLUMNS of their rows, NULL for faults of a commune; and `other_file_rows` of the others in it."""
    known = list(parts)
    beside = _of_rows(findings)
    wanted = pc.unique(pa.concat_arrays([_rows(findings["row_no"]), _rows(pc.list_flatten(beside))]))
    columns = ["row_no", *NEEDED, *_OF_PARCEL]
    tables = []
    for code, path in part_paths(judged).items():
        if pc.any(pc.equal(findings["dataset"], code)).as_py():
            part = read_part(path, columns)
            tables.append(part.filter(pc.is_in(part["row_no"], value_set=wanted)))
    if not tables:
        none = {
            name: pa.nulls(len(findings), pa.int64() if name == "file_row" else pa.string())
            for name in COLUMNS
        }
        for name, values in none.items():
            findings = findings.append_column(name, values)
        return findings.append_column("other_file_rows", pa.array([""] * len(findings), pa.string()))
    rows = told(pa.concat_tables(tables), known)
    numbers = rows["row_no"].combine_chunks()
    at = pc.index_in(findings["row_no"], value_set=numbers)
    for name in COLUMNS:
        findings = findings.append_column(name, rows[name].combine_chunks().take(_one(at)))
    return findings.append_column("other_file_rows", _others(beside, rows))


def _of_rows(findings: pa.Table) -> pa.ListArray:
    """`other_rows` of the findings of rows; what is told of a commune as a whole is of nearly all of them."""
    lists, row = _one(findings["other_rows"]), np.asarray(findings["row_no"], dtype=np.int64)
    lengths = np.asarray(pc.list_value_length(lists), dtype=np.int64)
    kept = np.repeat(row >= 0, lengths)
    offsets = np.concatenate(([0], np.cumsum(np.where(row >= 0, lengths, 0))))
    return pa.ListArray.from_arrays(pa.array(offsets, pa.int32()), lists.flatten().filter(pa.array(kept)))


def _others(lists: pa.ChunkedArray, rows: pa.Table) -> pa.Array:
    """Where the others stand, joined; with their file where there are several."""
    array = _one(lists)
    several = rows["file"].null_count < len(rows)
    line = rows["file_row"].combine_chunks().cast(pa.string())
    said = (
        pc.coalesce(pc.binary_join_element_wise(rows["file"].combine_chunks(), line, ": "), line)
        if several
        else line
    )
    at = pc.index_in(array.flatten(), value_set=rows["row_no"].combine_chunks())
    lengths = np.asarray(pc.list_value_length(array), dtype=np.int64)
    offsets = pa.array(np.concatenate(([0], np.cumsum(lengths))), pa.int32())
    return pc.binary_join(pa.ListArray.from_arrays(offsets, pc.fill_null(said.take(at), "?")), ", ")


def _rows(values: pa.ChunkedArray | pa.Array) -> pa.Array:
    return pc.drop_null(_one(values))


def _one(values: pa.ChunkedArray | pa.Array) -> pa.Array:
    return values.combine_chunks() if isinstance(values, pa.ChunkedArray) else values


def _heading(part: PartRead | None) -> int:
    return _HEADING if part is not None and part.file.lower().endswith(_SHEETS) else 0


def _file(part: PartRead | None, *, several: bool) -> str | None:
    """The file, and its layer where that is another name; nothing where there is one only."""
    if part is None or not several:
        return None
    return part.file if part.layer in ("", Path(part.file).stem) else f"{part.file} ({part.layer})"
