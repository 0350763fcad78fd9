"""VBDLIS-style XML: a record `DC_ThuaDat` a parcel, with its many uses, origins and its survey document.

The names of elements are those of public implementations; where the geometry stands is assumed: WKT or GML inside an
element of the record. Streamed: one record is in memory at a time, whatever the file's size.
"""

import re
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import BinaryIO

import pyarrow as pa
from lxml import etree
from pydantic import BaseModel, ConfigDict

from parcels.bilingual import Bilingual
from parcels.errors import DeliveryRejected
from sync.intake.sources import gml_fragment
from sync.intake.sources.base import GEOMETRY, Layer, Source
from sync.intake.sources.refusals import corrupt, missing_file, truncated
from sync.intake.sources.text_geometry import wkb_of
from sync.intake.sources.xml_guard import refuse_doctype, root_name

PARCEL, USE, DOCUMENT = "DC_ThuaDat", "DC_MucDichSuDung", "DC_TaiLieuDoDac"
KEY, DOCUMENT_KEY = "thuaDatId", "taiLieuDoDacId"
LAND_USE, USE_AREAS = "loaiDat", "dienTichTheoLoaiDat"  # the uses of a parcel, joined
_USE_CODE, _USE_AREA, _USE_ORDER = "maMucDichSuDung", "dienTich", "soThuTuMucDichSuDung"
# Of a survey document, what a parcel has under the same name; its commune and its own id stay the document's.
_OF_THE_DOCUMENT = (
    "loaiBanDoDiaChinh",
    "donViDoDac",
    "phuongPhapDo",
    "mucDoChinhXac",
    "tyLeDoDac",
    "ngayHoanThanh",
)
_BATCH = 8_192
_LOOK = 262_144  # bytes in which a first record is looked for
_MOST_ELEMENTS = 200_000  # of one record
_MOST_DOCUMENTS = 500_000
_CUT_OFF = re.compile("premature end|unfinished|not finished|document is empty", re.IGNORECASE)


class VbdlisOptions(BaseModel):
    """`[read.vbdlis_xml]`: the element of a record whose text is WKT (case does not matter). GML is found where it is."""

    model_config = ConfigDict(extra="forbid", frozen=True)

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
        used = options if isinstance(options, VbdlisOptions) else VbdlisOptions()
        records = _Records(path, used)
        columns: dict[str, None] = {}
        rows = without_key = without_geometry = 0
        for record in records:
            rows += 1
            columns |= dict.fromkeys(record.values)
            without_key += KEY not in record.values
            without_geometry += record.geometry is None
        if not rows:
            raise _no_parcels(path.name)
        if len(records.crs) > 1:
            raise _mixed_crs(path.name, records.crs)
        columns |= dict.fromkeys(name for document in records.documents.values() for name in document)
        notes = {
            "records_without_id": without_key,
            "records_without_geometry": without_geometry,
            "survey_documents": len(records.documents),
            "elements_not_read": dict(sorted(records.others.items())),
        }
        crs = f"EPSG:{next(iter(records.crs))}" if records.crs else None
        return (
            Layer(
                PARCEL,
                rows,
                tuple(columns),
                "Unknown",
                crs,
                options=_ToldXml(said=used, documents=records.documents),
                notes=notes,
            ),
        )

    def read(self, path: Path, layer: Layer, columns: list[str]) -> Iterator[pa.RecordBatch]:
        """Batches in the file's order; all columns are text."""
        told = (
            layer.options
            if isinstance(layer.options, _ToldXml)
            else _ToldXml(said=VbdlisOptions(), documents={})
        )
        waiting: list[_Record] = []
        for record in _Records(path, told.said):
            waiting.append(record)
            if len(waiting) == _BATCH:
                yield _batch(waiting, columns, told.documents)
                waiting = []
        if waiting:
            yield _batch(waiting, columns, told.documents)


class _ToldXml(BaseModel):
    """What reading needs from probing: the options, and the survey documents by id, wherever in the file they stand."""

    model_config = ConfigDict(frozen=True)

    said: VbdlisOptions
    documents: dict[str, dict[str, str]]


@dataclass(slots=True)
class _Record:
    """One parcel: its columns, and its geometry as WKT."""

    values: dict[str, str] = field(default_factory=dict)
    geometry: str | None = None


def _batch(
    records: list[_Record], columns: list[str], documents: dict[str, dict[str, str]]
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


class _Records:
    """The parcels of a file, one after another; what else it holds is known at the end.

    documents  id → column → value, of survey documents that stand outside of parcels
    others     name of a record that is not read → how many
    crs        EPSG codes that geometries name
    """

    def __init__(self, path: Path, options: VbdlisOptions) -> None:
        self._path = path
        self._places = frozenset(name.casefold() for name in options.geometry)
        self.documents: dict[str, dict[str, str]] = {}
        self.others: Counter[str] = Counter()
        self.crs: set[str] = set()

    def __iter__(self) -> Iterator[_Record]:
        if not self._path.is_file():
            raise missing_file(self._path.name)
        refuse_doctype(self._path)
        try:
            with self._path.open("rb") as file:
                yield from self._walk(file)
        except etree.XMLSyntaxError as failure:
            if _CUT_OFF.search(str(failure)):
                raise truncated(self._path.name) from failure
            # libxml2's words name elements and attributes, which a name beside a “<” may have become.
            line, column = failure.position
            raise corrupt(self._path.name, f"XML: line {line}, column {column}") from failure

    def _walk(self, file: BinaryIO) -> Iterator[_Record]:
        within: str | None = None  # the record in which the walk is
        inside = 0
        holders: set[str] = set()  # elements that hold records
        events = etree.iterparse(
            file,
            events=("start", "end"),
            resolve_entities=False,
            no_network=True,
            load_dtd=False,
            huge_tree=False,
            remove_comments=True,
            remove_pis=True,
        )
        for event, element in events:
            name = _local(element)
            if event == "start":
                if within is not None:
                    inside += 1
                    if inside > _MOST_ELEMENTS:
                        raise corrupt(self._path.name, f"{within}: > {_MOST_ELEMENTS}")
                elif name in (PARCEL, DOCUMENT):
                    within, inside = name, 0
                    holders.update(_local(up) for up in element.iterancestors())
                continue
            if within is None:
                if len(element) and name not in holders:
                    self.others[name] += 1
            elif name != within or any(_local(up) == within for up in element.iterancestors()):
                continue
            elif within == PARCEL:
                within = None
                yield self._parcel(element)
            else:
                within = None
                self._document(element)
            _forget(element)

    def _parcel(self, element: etree._Element) -> _Record:
        record = _Record()
        groups: dict[str, list[dict[str, str]]] = {}
        for child in element:
            self._child(child, record, groups)
        self._uses(groups.pop(USE, []), record)
        for name, items in groups.items():
            _join(record, name, items)
            if name == DOCUMENT:
                record.values |= _of_document(items[0])
        return record

    def _child(self, child: etree._Element, record: _Record, groups: dict[str, list[dict[str, str]]]) -> None:
        """A field of the parcel, its geometry, a record of it, or a list of records."""
        name = _local(child)
        shape = next((item for item in child.iter() if gml_fragment.is_gml(item)), None)
        if shape is not None:
            record.geometry, code = gml_fragment.to_wkt(shape)
            self.crs |= {code} if code else set()
        elif len(child) == 0:
            text = (child.text or "").strip()
            if name.casefold() in self._places:
                record.geometry = text or None
            elif text:
                record.values.setdefault(name, text)
        elif any(len(item) for item in child):  # a list, or a record that holds records
            fields = {_local(item): item.text.strip() for item in child if len(item) == 0 and item.text}
            if fields:
                groups.setdefault(name, []).append(fields)
            for item in child:
                if len(item):
                    self._child(item, record, groups)
        else:
            fields = {_local(item): (item.text or "").strip() for item in child}
            groups.setdefault(name, []).append({key: text for key, text in fields.items() if text})

    def _uses(self, uses: list[dict[str, str]], record: _Record) -> None:
        """Many uses in their own order: codes and areas joined, a place kept for an area that is not stated."""
        ordered = sorted(uses, key=lambda use: _order(use.get(_USE_ORDER)))
        if not ordered:
            return
        _join(record, USE, ordered)
        coded = [use for use in ordered if _USE_CODE in use]
        if coded:
            record.values.setdefault(LAND_USE, "+".join(use[_USE_CODE] for use in coded))
        if any(_USE_AREA in use for use in coded):
            record.values.setdefault(USE_AREAS, "+".join(use.get(_USE_AREA, "") for use in coded))

    def _document(self, element: etree._Element) -> None:
        fields = {_local(item): (item.text or "").strip() for item in element if len(item) == 0}
        if DOCUMENT_KEY in fields:
            if len(self.documents) >= _MOST_DOCUMENTS:
                raise corrupt(self._path.name, f"{DOCUMENT}: > {_MOST_DOCUMENTS}")
            self.documents[fields[DOCUMENT_KEY]] = _of_document(fields)


def _join(record: _Record, name: str, items: list[dict[str, str]]) -> None:
    """The fields of a parcel's records as columns `Record.field`, a place kept for each record."""
    for key in dict.fromkeys(key for item in items for key in item):
        record.values[f"{name}.{key}"] = "+".join(item.get(key, "") for item in items)


def _of_document(fields: dict[str, str]) -> dict[str, str]:
    return {name: fields[name] for name in _OF_THE_DOCUMENT if fields.get(name)}


def _order(text: str | None) -> tuple[float, str]:
    """Numbers in their order, then what is none."""
    said = text or ""
    return (
        (float(said), "")
        if re.fullmatch(r"\d{1,9}([.,]0*)?", said.replace(",", "."))
        else (float("inf"), said)
    )


def _local(element: etree._Element) -> str:
    tag = element.tag
    return tag.rpartition("}")[2] if isinstance(tag, str) else ""


def _forget(element: etree._Element) -> None:
    """Free an element that was read, and what stands before it."""
    element.clear()
    parent = element.getparent()
    while parent is not None and element.getprevious() is not None:
        del parent[0]


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
