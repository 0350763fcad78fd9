"""File geodatabase of Esri: a folder of tables, each a .gdbtable with a .gdbtablx that says where every row begins.

A folder is easily copied in part, and GDAL reads what is there. So every table that the catalog lists must
be there, as long as it says itself, with as many rows as its index points to. Coordinates lie on a grid of the layer's own
(0.1 mm where nobody chose another): what was finer before it was stored has been rounded there.
"""

from collections.abc import Collection, Iterator
from pathlib import Path

import numpy as np
import pyarrow as pa
from numpy.typing import NDArray
from pydantic import BaseModel

from parcels.bilingual import Bilingual
from parcels.errors import DeliveryRejected
from sync.intake.sources.base import Layer, Source, describe, layers_of, stream
from sync.intake.sources.refusals import corrupt, missing_file, rows_lost, truncated

_TABLE, _INDEX = ".gdbtable", ".gdbtablx"
_CATALOG = "a00000001"
_NEVER_MADE = b"GDB_ReplicaLog"  # listed by every catalog; its table is made when somebody replicates
_TABLE_HEADER, _INDEX_HEADER = 40, 16
_BLOCK_ROWS = 1024  # the index grows by so many rows
_LENGTH = 4  # of a row, before it


class FileGdb(Source):
    """File geodatabase (.gdb, a folder)."""

    kind = "filegdb"
    suffixes = (".gdb",)
    driver = "OpenFileGDB"
    folder = True

    def recognises(self, path: Path) -> bool:
        """Whether the folder has a catalog of tables."""
        return (path / f"{_CATALOG}{_TABLE}").is_file()

    def members(self, path: Path) -> tuple[Path, ...]:
        """The files in the folder; it has no folders of its own."""
        return tuple(sorted(file for file in path.iterdir() if file.is_symlink() or not file.is_dir()))

    def probe(self, path: Path, encoding: str | None, options: BaseModel | None = None) -> tuple[Layer, ...]:  # noqa: ARG002 - always Unicode
        """Its spatial layers, after every table of its catalog was found whole."""
        self._refuse_unless_whole(path)
        return tuple(self._layer(path, name) for name, geometry in layers_of(path) if geometry is not None)

    def tables(self, path: Path, encoding: str | None, options: BaseModel | None = None) -> tuple[Layer, ...]:  # noqa: ARG002 - always Unicode
        """All its layers, after the same."""
        self._refuse_unless_whole(path)
        return tuple(self._layer(path, name) for name, _ in layers_of(path))

    def beside(self, path: Path, layer: Layer, names: Collection[str]) -> tuple[Layer, ...]:
        """Its tables of these names."""
        found = [name for name, geometry in layers_of(path) if geometry is None and name in names]
        return tuple(self._layer(path, name) for name in found if name != layer.name)

    def _refuse_unless_whole(self, path: Path) -> None:
        if not path.is_dir():
            raise missing_file(path.name)
        if not self.recognises(path):
            raise _incomplete(path.name, f"{_CATALOG}{_TABLE}")
        _refuse_part_of_it(path)

    def _layer(self, path: Path, name: str) -> Layer:
        info = describe(path, name, self.driver)
        return Layer.described(info, int(info["features"]))

    def read(self, path: Path, layer: Layer, columns: list[str]) -> Iterator[pa.RecordBatch]:
        """Batches of the layer in the order of its object ids."""
        yield from stream(path, layer, columns)


def _refuse_part_of_it(path: Path) -> None:
    """Hold every table that the catalog lists against its own header and its own index."""
    files = {file.name.lower(): file for file in path.iterdir()}
    starts = _whole_table(path.name, files, _CATALOG)
    catalog = files[_CATALOG + _TABLE].read_bytes()
    for place in np.flatnonzero(starts).tolist():
        stem, start = f"a{place + 1:08x}", int(starts[place])
        if f"{stem}.cdf" in files:
            raise _compressed(path.name)
        if stem + _TABLE not in files and _NEVER_MADE in _row(catalog, start):
            continue
        _whole_table(path.name, files, stem)


def _row(table: bytes, start: int) -> bytes:
    """One row's bytes."""
    begin = start + _LENGTH
    return table[begin : begin + int.from_bytes(table[start:begin], "little")]


def _whole_table(gdb: str, files: dict[str, Path], stem: str) -> NDArray[np.int64]:
    """Where each row of a table begins (0: no such row), after its two files were found to agree."""
    table, index = (files.get(stem + suffix) for suffix in (_TABLE, _INDEX))
    if table is None or index is None:
        raise _incomplete(gdb, stem + (_TABLE if table is None else _INDEX))
    names = tuple(f"{gdb}/{file.name}" for file in (table, index))
    size = table.stat().st_size
    with table.open("rb") as file:
        header = file.read(_TABLE_HEADER)
    stated = int.from_bytes(header[24:32], "little")
    if len(header) < _TABLE_HEADER or size < stated:
        raise truncated(names[0])
    starts = _starts(index, names[1])
    # Object ids of 64 bits came with version 4, which counts its rows elsewhere.
    rows = int.from_bytes(header[16:24] if header[0] == 4 else header[4:8], "little")
    used = int(np.count_nonzero(starts))
    if used != rows:
        raise rows_lost(gdb, table.name, rows, used)
    if used and int(starts.max()) + _LENGTH > size:
        raise truncated(names[0])
    return starts


def _starts(index: Path, name: str) -> NDArray[np.int64]:
    """Where each row begins, by a table's index: little-endian numbers of 4 to 6 bytes."""
    size = index.stat().st_size
    with index.open("rb") as file:
        header = file.read(_INDEX_HEADER)
    if len(header) < _INDEX_HEADER:
        raise truncated(name)
    blocks = int.from_bytes(header[4:8], "little")
    width = int.from_bytes(header[12:16], "little")
    if not 4 <= width <= 6:
        raise corrupt(name, "gdbtablx")
    places = blocks * _BLOCK_ROWS
    if size < _INDEX_HEADER + places * width:
        raise truncated(name)
    if not places:
        return np.zeros(0, np.int64)
    octets = np.fromfile(index, np.uint8, places * width, offset=_INDEX_HEADER).reshape(places, width)
    wide = np.zeros((places, 8), np.uint8)
    wide[:, :width] = octets
    return wide.view("<i8").ravel()


def _incomplete(name: str, lacking: str) -> DeliveryRejected:
    return DeliveryRejected(
        "DLV-FILEGDB-INCOMPLETE",
        Bilingual(
            f"Thư mục «{name}» thiếu tệp «{lacking}»: file geodatabase chưa được chép đủ.",
            f"The folder “{name}” lacks the file “{lacking}”: the file geodatabase was not copied whole.",
        ),
        Bilingual(
            "Hãy đóng ArcGIS rồi nén cả thư mục .gdb thành một tệp .zip và gửi lại.",
            "Close ArcGIS, pack the whole .gdb folder into one .zip and send it again.",
        ),
    )


def _compressed(name: str) -> DeliveryRejected:
    return DeliveryRejected(
        "DLV-FILEGDB-COMPRESSED",
        Bilingual(
            f"File geodatabase «{name}» đang ở dạng nén (.cdf), không đọc được.",
            f"The file geodatabase “{name}” is compressed (.cdf), which cannot be read.",
        ),
        Bilingual(
            "Hãy giải nén trong ArcGIS (Uncompress File Geodatabase Data) rồi gửi lại.",
            "Uncompress it in ArcGIS (Uncompress File Geodatabase Data) and send it again.",
        ),
    )
