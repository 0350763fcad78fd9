"""VBDLIS-style XML: a record `DC_ThuaDat` a parcel, with its many uses, origins and its survey document; and records of people.

The names of elements are those of public implementations; where the geometry stands is assumed: WKT or GML inside an
element of the record. Streamed: one record is in memory at a time, whatever the file's size.
"""

import re
from collections import Counter
from collections.abc import Collection, Iterator
from dataclasses import dataclass, field
from pathlib import Path

import pyarrow as pa
from pydantic import BaseModel, ConfigDict

from parcels.bilingual import Bilingual
from parcels.errors import DeliveryRejected
from sync.intake.sources.base import GEOMETRY, NO_GEOMETRY, Layer, Source
from sync.intake.sources.text_geometry import wkb_of
from sync.intake.sources.vbdlis_people import (
    KEY,
    MADE,
    PARCEL,
    TABLES,
    USERS,
    People,
    PeopleOptions,
    PeopleRow,
)
from sync.intake.sources.vbdlis_records import DOCUMENT_KEY, ParcelRecord, Records
from sync.intake.sources.xml_guard import root_name

_BATCH = 8_192
_LOOK = 262_144  # bytes in which a first record is looked for


class VbdlisOptions(PeopleOptions):
    """`[read.vbdlis_xml]`: the element of a record whose text is WKT (case does not matter), and the records of people.

    GML is found where it is. Without names of records of people there are none, and they are told as not read.
    """

    geometry: tuple[str, ...] = ("geometry", "hinhHoc", "geom", "shape", "wkt")


class VbdlisXml(Source):
    """XML of cadastral records (.xml with DC_ThuaDat)."""

    kind = "vbdlis_xml"
    suffixes = (".xml",)
    single_layer = True
    options = VbdlisOptions

    def recognises(self, path: Path) -> bool:
        """Whether a record of a parcel stands in its beginning, and it is no collection of GML."""
        try:
            with path.open("rb") as file:
                start = file.read(_LOOK)
        except OSError:
            return False
        try:
            root, _ = root_name(path)
        except DeliveryRejected:
            root = ""  # what is wrong with it is said when it is read
        known = start.replace(b"\x00", b"")  # UTF-16 too
        return "opengis.net" not in root and re.search(rb"<([\w.-]+:)?DC_\w+[\s/>]", known) is not None

    def members(self, path: Path) -> tuple[Path, ...]:
        """The file alone: a schema beside it is not read."""
        return (path,)

    def probe(self, path: Path, encoding: str | None, options: BaseModel | None = None) -> tuple[Layer, ...]:  # noqa: ARG002 - XML states its own
        """Its parcels, after the whole file was walked: XML that was cut off is not well-formed."""
        found = _walked(path, options)
        if not found.rows:
            raise _no_parcels(path.name)
        return (found.parcels(),)

    def tables(self, path: Path, encoding: str | None, options: BaseModel | None = None) -> tuple[Layer, ...]:  # noqa: ARG002 - XML states its own
        """Its records of people as tables, of those that there are, after the same."""
        return _walked(path, options).told().tables

    def beside(self, path: Path, layer: Layer, names: Collection[str]) -> tuple[Layer, ...]:  # noqa: ARG002 - all of them are told
        """Its records of people as tables: what no profile maps is told, too."""
        return layer.options.tables if isinstance(layer.options, _ToldXml) else ()

    def read(self, path: Path, layer: Layer, columns: list[str]) -> Iterator[pa.RecordBatch]:
        """Batches in the file's order; all columns are text."""
        told = layer.options if isinstance(layer.options, _ToldXml) else _ToldXml(said=VbdlisOptions())
        records = Records(path, told.said.geometry, told.said)
        if layer.geometry_type == NO_GEOMETRY:
            yield from _tabled(records, layer.name, columns, told.couples)
            return
        waiting: list[ParcelRecord] = []
        for record in records:
            if isinstance(record, ParcelRecord):
                waiting.append(record)
            if len(waiting) == _BATCH:
                yield _batch(waiting, columns, told.documents)
                waiting = []
        if waiting:
            yield _batch(waiting, columns, told.documents)


class _ToldXml(BaseModel):
    """What reading needs from probing: the options, the survey documents by id and the persons of couples, wherever they stand.

    tables  of the parcels: the records of people beside them
    """

    model_config = ConfigDict(frozen=True)

    said: VbdlisOptions
    documents: dict[str, dict[str, str]] = {}
    couples: dict[str, tuple[str, ...]] = {}
    tables: tuple[Layer, ...] = ()


@dataclass(slots=True)
class _Walked:
    """A file after it was walked once."""

    name: str
    said: VbdlisOptions
    records: Records
    rows: int = 0
    without_key: int = 0
    without_geometry: int = 0
    columns: dict[str, None] = field(default_factory=dict)
    counts: dict[tuple[str, str | None], int] = field(default_factory=Counter)
    people: dict[str, dict[str, None]] = field(
        default_factory=lambda: {table: dict.fromkeys(MADE[table]) for table in TABLES}
    )

    def see(self, record: ParcelRecord | PeopleRow) -> None:
        """Count a record, and its columns."""
        if isinstance(record, PeopleRow):
            self.counts[record.table, record.couple] = self.counts.get((record.table, record.couple), 0) + 1
            self.people[record.table] |= dict.fromkeys(record.values)
            return
        self.rows += 1
        self.columns |= dict.fromkeys(record.values)
        self.without_key += KEY not in record.values
        self.without_geometry += record.geometry is None

    def parcels(self) -> Layer:
        """The layer of the parcels."""
        records = self.records
        if len(records.crs) > 1:
            raise _mixed_crs(self.name, records.crs)
        documents = dict.fromkeys(name for document in records.documents.values() for name in document)
        notes = {
            "records_without_id": self.without_key,
            "records_without_geometry": self.without_geometry,
            "survey_documents": len(records.documents),
            "elements_not_read": dict(sorted((records.others + records.people.others).items())),
        }
        crs = f"EPSG:{next(iter(records.crs))}" if records.crs else None
        columns = tuple(self.columns | documents)
        return Layer(PARCEL, self.rows, columns, "Unknown", crs, options=self.told(), notes=notes)

    def told(self) -> _ToldXml:
        """What reading needs."""
        couples = self.records.people.couples
        bare = _ToldXml(said=self.said, couples=couples)
        rows = dict.fromkeys(TABLES, 0)
        for (table, couple), count in self.counts.items():
            persons = len(couples.get(couple or "", ()))
            rows[table] += count * (persons or 1) if table != USERS or not persons else 0
        tables = tuple(
            Layer(table, rows[table], tuple(self.people[table]), NO_GEOMETRY, options=bare)
            for table in TABLES
            if rows[table]
        )
        return _ToldXml(said=self.said, documents=self.records.documents, couples=couples, tables=tables)


def _walked(path: Path, options: BaseModel | None) -> _Walked:
    said = options if isinstance(options, VbdlisOptions) else VbdlisOptions()
    found = _Walked(path.name, said, Records(path, said.geometry, said))
    for record in found.records:
        found.see(record)
    return found


def _tabled(
    records: Records, table: str, columns: list[str], couples: dict[str, tuple[str, ...]]
) -> Iterator[pa.RecordBatch]:
    """The rows of one table of people."""
    settling = People(PeopleOptions(), couples)
    waiting: list[dict[str, str]] = []
    for record in records:
        if isinstance(record, PeopleRow) and record.table == table:
            waiting += settling.settled(record)
        if len(waiting) >= _BATCH:
            yield _bare(waiting, columns)
            waiting = []
    if waiting:
        yield _bare(waiting, columns)


def _bare(rows: list[dict[str, str]], columns: list[str]) -> pa.RecordBatch:
    arrays = [pa.array([row.get(name) for row in rows], pa.string()) for name in columns]
    return pa.RecordBatch.from_arrays([*arrays, pa.nulls(len(rows), pa.binary())], names=[*columns, GEOMETRY])


def _batch(
    records: list[ParcelRecord], columns: list[str], documents: dict[str, dict[str, str]]
) -> pa.RecordBatch:
    nothing: dict[str, str] = {}
    surveys = [documents.get(record.values.get(DOCUMENT_KEY, ""), nothing) for record in records]
    arrays = [
        pa.array(
            [r.values.get(name, survey.get(name)) for r, survey in zip(records, surveys, strict=True)],
            pa.string(),
        )
        for name in columns
    ]
    wkb, _ = wkb_of(pa.array([record.geometry for record in records], pa.string()))
    return pa.RecordBatch.from_arrays([*arrays, wkb], names=[*columns, GEOMETRY])


def _no_parcels(name: str) -> DeliveryRejected:
    return DeliveryRejected(
        "DLV-NO-PARCEL-RECORDS",
        Bilingual(
            f"Tệp XML «{name}» không có bản ghi {PARCEL} nào.",
            f"The XML file “{name}” has no record {PARCEL}.",
        ),
        Bilingual(
            "Hãy xuất lại kèm nhóm dữ liệu thửa đất.", "Export it again with the group of parcels included."
        ),
    )


def _mixed_crs(name: str, codes: set[str]) -> DeliveryRejected:
    listed = ", ".join(sorted(codes)[:5])
    return DeliveryRejected(
        "DLV-CRS-MIXED",
        Bilingual(
            f"Các thửa đất trong tệp «{name}» không ghi cùng một hệ tọa độ (EPSG: {listed}).",
            f"The parcels in the file “{name}” do not all state one coordinate system (EPSG: {listed}).",
        ),
        Bilingual("Hãy tách mỗi hệ tọa độ một tệp.", "Send a file for each coordinate system."),
    )
