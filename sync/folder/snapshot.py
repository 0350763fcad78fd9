"""The snapshot on disk: GeoParquet, a part per commune, what was judged and what is loaded.

Written batch by batch, so that memory does not grow with the delivery; under a name of its own until whole.
"""

import hashlib
import json
import shutil
from collections import defaultdict
from collections.abc import Iterator, Mapping
from pathlib import Path

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq
from numpy.typing import NDArray

from parcels.model import SNAPSHOT_SCHEMA, UNKNOWN_COMMUNE
from sync.folder.files import PRIVATE_FILE, private_folder
from sync.folder.geoparquet import geo_metadata

SNAPSHOT = "snapshot"
_ROWS_WAITING = 131_072  # rows kept back over all communes, so that row groups are not tiny


def part_paths(run_dir: Path) -> dict[str, Path]:
    """The parts of a run's snapshot by commune code (`-`: rows of no commune), in order of code."""
    return {path.stem: path for path in sorted((run_dir / SNAPSHOT).glob("*.parquet"))}


def read_part(path: Path, columns: list[str] | None = None) -> pa.Table:
    """One part of a snapshot, or some of its columns, in the order of row_no.

    A column that snapshots got after this one was written is NULL in it.
    """
    wanted = SNAPSHOT_SCHEMA.names if columns is None else columns
    with pq.ParquetFile(path) as file:
        there = set(file.schema_arrow.names)
    table = pq.read_table(path, columns=[name for name in wanted if name in there])
    if table.num_columns < len(wanted):
        for place, name in enumerate(wanted):
            if name not in there:
                field = SNAPSHOT_SCHEMA.field(name)
                table = table.add_column(place, field, pa.nulls(table.num_rows, field.type))
    return table


def boxes_of_parts(run_dir: Path) -> dict[str, NDArray[np.float64]]:
    """Commune code → (4,) west, south, east, north of its part's stored geometries, EPSG:4756; NaN where it has none."""
    boxes = {}
    for code, path in part_paths(run_dir).items():
        said = json.loads(pq.read_metadata(path).metadata[b"geo"])["columns"]["geom"]
        boxes[code] = np.asarray(said.get("bbox", [np.nan] * 4), np.float64)
    return boxes


class PartTables(Mapping[str, pa.Table]):
    """Some columns of every part of a snapshot, read when asked for and not kept: a delivery may be any size."""

    def __init__(self, paths: dict[str, Path], columns: list[str]) -> None:
        self._paths = paths
        self._columns = columns

    def __getitem__(self, code: str) -> pa.Table:
        return read_part(self._paths[code], self._columns)

    def __iter__(self) -> Iterator[str]:
        return iter(self._paths)

    def __len__(self) -> int:
        return len(self._paths)


class SnapshotWriter:
    """Collects rows by commune and writes them out as they come; `close` makes the snapshot appear."""

    def __init__(self, run_dir: Path) -> None:
        self._final = run_dir / SNAPSHOT
        self._folder = run_dir / f".{SNAPSHOT}.part"
        shutil.rmtree(self._folder, ignore_errors=True)
        private_folder(self._folder)
        self._waiting: dict[str, list[pa.Table]] = defaultdict(list)
        self._rows_waiting = 0
        self._files: dict[str, pq.ParquetWriter] = {}
        self._bounds: dict[str, NDArray[np.float64]] = {}
        self.rows: dict[str, int] = defaultdict(int)

    def add(self, commune: str, table: pa.Table, bounds: NDArray[np.float64]) -> None:
        """Rows of SNAPSHOT_SCHEMA that belong to `commune`; `bounds` (n, 4) of their stored geometries."""
        self._waiting[commune].append(table)
        self._rows_waiting += table.num_rows
        self.rows[commune] += table.num_rows
        known = self._bounds.get(commune, np.full(4, np.nan))
        self._bounds[commune] = np.concatenate(
            (
                np.fmin(known[:2], np.fmin.reduce(bounds[:, :2])),
                np.fmax(known[2:], np.fmax.reduce(bounds[:, 2:])),
            )
        )
        if self._rows_waiting >= _ROWS_WAITING:
            self._flush()

    def written(self) -> list[str]:
        """The communes of all rows, in order of code; from now on parts are read and replaced, no row is added."""
        self._finish()
        return sorted(self.rows)

    def part(self, commune: str, columns: list[str] | None = None) -> pa.Table:
        """A part that was written, or some of its columns."""
        return read_part(self._path(commune), columns)

    def replace(self, commune: str, table: pa.Table) -> None:
        """Other rows for a part that was written, with the same bounds."""
        self.rows[commune] = table.num_rows
        self._waiting[commune] = [table]
        self._finish()

    def close(self, beside: list[str] | None = None) -> str:
        """Finish every part and put the snapshot in place; the hash over the parts' hashes, and the lines of what lies beside."""
        self._finish()
        lines = []
        for path in sorted(self._folder.glob("*.parquet")):
            path.chmod(PRIVATE_FILE)
            with path.open("rb") as file:
                lines.append(f"{hashlib.file_digest(file, 'sha256').hexdigest()}  {path.name}\n")
        shutil.rmtree(self._final, ignore_errors=True)
        self._folder.rename(self._final)
        return hashlib.sha256("".join([*lines, *(beside or [])]).encode()).hexdigest()

    def abandon(self) -> None:
        """Leave nothing behind."""
        for writer in self._files.values():
            writer.close()
        shutil.rmtree(self._folder, ignore_errors=True)

    def _path(self, commune: str) -> Path:
        return self._folder / f"{commune}.parquet"

    def _finish(self) -> None:
        self._flush()
        for commune, writer in self._files.items():
            writer.add_key_value_metadata({"geo": json.dumps(geo_metadata(self._bounds[commune]))})
            writer.close()
        self._files.clear()

    def _flush(self) -> None:
        for commune, tables in self._waiting.items():
            if commune not in self._files:
                path = self._path(commune)
                self._files[commune] = pq.ParquetWriter(path, SNAPSHOT_SCHEMA, compression="zstd")
            self._files[commune].write_table(pa.concat_tables(tables).combine_chunks())
        self._waiting.clear()
        self._rows_waiting = 0


def split(codes: pa.Array) -> list[tuple[str, NDArray[np.int64]]]:
    """The rows (positions, in order) of each commune code; NULL counts as rows of no commune."""
    coded = codes.fill_null(UNKNOWN_COMMUNE).dictionary_encode()
    index = np.asarray(coded.indices, dtype=np.int64)
    order = np.argsort(index, kind="stable")
    names = coded.dictionary.to_pylist()
    edges = np.searchsorted(index[order], np.arange(len(names) + 1))
    return [(name, order[edges[k] : edges[k + 1]]) for k, name in enumerate(names)]
