"""The records of VBDLIS-style XML, one after another: parcels with their uses, geometry and survey document, and people.

Streamed: one record is in memory at a time, whatever the file's size.
"""

import re
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import BinaryIO

from lxml import etree

from sync.intake.sources import gml_fragment
from sync.intake.sources.refusals import corrupt, missing_file, truncated
from sync.intake.sources.vbdlis_people import PARCEL, People, PeopleOptions, PeopleRow, TooMany, local
from sync.intake.sources.xml_guard import refuse_doctype

USE, DOCUMENT = "DC_MucDichSuDung", "DC_TaiLieuDoDac"
DOCUMENT_KEY = "taiLieuDoDacId"
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
_OWN = (PARCEL, DOCUMENT)  # what stands in another of them is no record of its own
_MOST_ELEMENTS = 200_000  # of one record
_MOST_DOCUMENTS = 500_000
_CUT_OFF = re.compile("premature end|unfinished|not finished|document is empty", re.IGNORECASE)


@dataclass(slots=True)
class ParcelRecord:
    """One parcel: its columns, and its geometry as WKT."""

    values: dict[str, str] = field(default_factory=dict)
    geometry: str | None = None


class Records:
    """The parcels and the rows of people of a file, one after another; what else it holds is known at the end.

    places     elements of a parcel whose text is its geometry
    documents  id → column → value, of survey documents that stand outside of parcels
    others     name of a record that is not read → how many
    crs        EPSG codes that geometries name
    """

    def __init__(self, path: Path, places: tuple[str, ...], people: PeopleOptions) -> None:
        self._path = path
        self._places = frozenset(name.casefold() for name in places)
        self.documents: dict[str, dict[str, str]] = {}
        self.others: Counter[str] = Counter()
        self.crs: set[str] = set()
        self.people = People(people)

    def __iter__(self) -> Iterator[ParcelRecord | PeopleRow]:
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
        except TooMany as failure:
            raise corrupt(self._path.name, str(failure)) from failure

    def _walk(self, file: BinaryIO) -> Iterator[ParcelRecord | PeopleRow]:
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
            name = local(element)
            if event == "start":
                if within is not None:
                    inside += 1
                    if inside > _MOST_ELEMENTS:
                        raise corrupt(self._path.name, f"{within}: > {_MOST_ELEMENTS}")
                elif name in _OWN or name in self.people.kinds:
                    within, inside = name, 0
                    holders.update(local(up) for up in element.iterancestors())
                continue
            if within is None:
                if len(element) and name not in holders:
                    self.others[name] += 1
            elif name != within or any(local(up) == within for up in element.iterancestors()):
                continue
            else:
                within = None
                yield from self._record(name, element)
            _forget(element)

    def _record(self, name: str, element: etree._Element) -> Iterator[ParcelRecord | PeopleRow]:
        """A record with those that it holds: parcels, rows of people; survey documents are kept."""
        for each in [element] if name in _OWN else element.iter():
            of = local(each)
            if of in _OWN and not any(local(up) in _OWN for up in each.iterancestors()):
                if of == DOCUMENT:
                    self._document(each)
                else:
                    yield self._parcel(each)
        if name != DOCUMENT:
            yield from self.people.within(element)

    def _parcel(self, element: etree._Element) -> ParcelRecord:
        record = ParcelRecord()
        groups: dict[str, list[dict[str, str]]] = {}
        for child in element:
            self._child(child, record, groups)
        self._uses(groups.pop(USE, []), record)
        for name, items in groups.items():
            _join(record, name, items)
            if name == DOCUMENT:
                record.values |= _of_document(items[0])
        return record

    def _child(
        self, child: etree._Element, record: ParcelRecord, groups: dict[str, list[dict[str, str]]]
    ) -> None:
        """A field of the parcel, its geometry, a record of it, or a list of records."""
        name = local(child)
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
            fields = {local(item): item.text.strip() for item in child if len(item) == 0 and item.text}
            if fields:
                groups.setdefault(name, []).append(fields)
            for item in child:
                if len(item):
                    self._child(item, record, groups)
        else:
            fields = {local(item): (item.text or "").strip() for item in child}
            groups.setdefault(name, []).append({key: text for key, text in fields.items() if text})

    def _uses(self, uses: list[dict[str, str]], record: ParcelRecord) -> None:
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
        fields = {local(item): (item.text or "").strip() for item in element if len(item) == 0}
        if DOCUMENT_KEY in fields:
            if len(self.documents) >= _MOST_DOCUMENTS:
                raise corrupt(self._path.name, f"{DOCUMENT}: > {_MOST_DOCUMENTS}")
            self.documents[fields[DOCUMENT_KEY]] = _of_document(fields)


def _join(record: ParcelRecord, name: str, items: list[dict[str, str]]) -> None:
    """The fields of a parcel's records as columns `ParcelRecord.field`, a place kept for each record."""
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


def _forget(element: etree._Element) -> None:
    """Free an element that was read, and what stands before it."""
    element.clear()
    parent = element.getparent()
    while parent is not None and element.getprevious() is not None:
        del parent[0]
