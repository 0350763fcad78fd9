"""GeoPackage: a SQLite file with one or more layers. Its bytes are never changed, so it is opened immutable."""

import sqlite3
from collections.abc import Collection, Iterator
from contextlib import closing
from pathlib import Path

import pyarrow as pa
from pydantic import BaseModel

from parcels.bilingual import Bilingual
from parcels.errors import DeliveryRejected
from sync.intake.sources.base import (
    Layer,
    Source,
    describe,
    first_line,
    layers_of,
    local_path,
    refuse_unless_whole,
    stream,
)
from sync.intake.sources.refusals import corrupt, truncated
from sync.intake.sources.sqlite_guard import refuse_programs
from sync.intake.sources.sqlite_types import as_it_stands, loose_columns, quoted

_MAGIC = b"SQLite format 3\x00"
_WHAT = Bilingual("GeoPackage", "a GeoPackage")
_UNREADABLE = (sqlite3.Error, UnicodeDecodeError)  # names that are no text are found when they are read


class GeoPackage(Source):
    """OGC GeoPackage (.gpkg)."""

    kind = "geopackage"
    suffixes = (".gpkg",)
    driver = "GPKG"

    def members(self, path: Path) -> tuple[Path, ...]:
        """The file alone. A write-ahead log beside it means that rows are not in the file yet: refused."""
        log = path.with_name(path.name + "-wal")
        if log.exists() and log.stat().st_size > 0:
            raise DeliveryRejected(
                "DLV-FILE-OPEN",
                Bilingual(
                    f"Tệp «{path.name}» đang được một chương trình khác mở và còn thay đổi chưa ghi vào tệp.",
                    f"The file “{path.name}” is open in another program, with changes not yet written to it.",
                ),
                Bilingual(
                    "Hãy lưu và đóng tệp trong QGIS (hoặc chương trình khác) rồi chép lại.",
                    "Save and close it in QGIS (or the other program), then copy it again.",
                ),
            )
        return (path,)

    def probe(self, path: Path, encoding: str | None, options: BaseModel | None = None) -> tuple[Layer, ...]:  # noqa: ARG002 - always UTF-8
        """Its spatial layers, after SQLite has checked the whole file."""
        self._refuse_unless_whole(path)
        return tuple(self._layer(path, name) for name, geometry in layers_of(path) if geometry is not None)

    def tables(self, path: Path, encoding: str | None, options: BaseModel | None = None) -> tuple[Layer, ...]:  # noqa: ARG002 - always UTF-8
        """All its layers, after the same."""
        self._refuse_unless_whole(path)
        return tuple(self._layer(path, name) for name, _ in layers_of(path))

    def beside(self, path: Path, layer: Layer, names: Collection[str]) -> tuple[Layer, ...]:
        """Its attribute tables of these names."""
        found = [name for name, geometry in layers_of(path) if geometry is None and name in names]
        return tuple(self._layer(path, name) for name in found if name != layer.name)

    def _refuse_unless_whole(self, path: Path) -> None:
        refuse_unless_whole(path, _MAGIC, _WHAT)
        self.members(path)
        _refuse_cut_off(path)

    def _layer(self, path: Path, name: str) -> Layer:
        info = describe(path, name, self.driver, immutable=True)
        return Layer.described(info, _count(path, name))

    def read(self, path: Path, layer: Layer, columns: list[str]) -> Iterator[pa.RecordBatch]:
        """Batches of the layer in the order of its feature ids."""
        try:
            with closing(_connect(path)) as database:
                loose = loose_columns(database, layer.name, columns)
                sql = None if not loose else as_it_stands(database, layer.name, columns, loose)
        except _UNREADABLE as failure:
            raise corrupt(path.name, first_line(failure)) from failure
        yield from stream(path, layer, columns, sql=sql, immutable=True)


def _connect(path: Path) -> sqlite3.Connection:
    uri = Path(local_path(path)).as_uri() + "?mode=ro&immutable=1"
    return sqlite3.connect(uri, uri=True)


def _refuse_cut_off(path: Path) -> None:
    """Compare the size with the header, then let SQLite walk the pages: GDAL would read on past a hole."""
    with path.open("rb") as file:
        header = file.read(100)
    page = int.from_bytes(header[16:18], "big") or 1
    page_size = 65_536 if page == 1 else page
    pages = int.from_bytes(header[28:32], "big")
    if len(header) < 100 or path.stat().st_size < pages * page_size:
        raise truncated(path.name)
    try:
        with closing(_connect(path)) as database:
            refuse_programs(database, path.name)
            answer = database.execute("PRAGMA quick_check(1)").fetchone()
    except _UNREADABLE as failure:
        raise corrupt(path.name, first_line(failure)) from failure
    if answer is None or answer[0] != "ok":
        raise corrupt(path.name, "quick_check")


def _count(path: Path, layer: str) -> int:
    """Rows counted, not as stated: the count kept in a GeoPackage's own table may be old."""
    try:
        with closing(_connect(path)) as database:
            return int(database.execute(f"SELECT count(*) FROM {quoted(layer)}").fetchone()[0])  # noqa: S608
    except _UNREADABLE as failure:
        raise corrupt(path.name, first_line(failure)) from failure
