"""`conform.json`: how the delivery became a snapshot, and what reading it showed. Left by conform."""

from typing import Any, ClassVar, Literal

from pydantic import Field

from parcels.versions import OrderKind, ValidFromMeans
from sync.folder.document import Document, Record, Upgrade
from sync.folder.notes import LayerNotes
from sync.folder.reasons import CrsEvidence, Reason, understood


class TextRead(Record):
    """A text column that was converted, is mixed, undecided or lost characters; counts are rows.

    probability   None for one that nothing spoke of
    converted     into Unicode; composed: into NFC; as_they_were: already Unicode; undecided: left as delivered
    lost          characters lost before delivery; case_unknown: TCVN3 capitals; mixed: of both kinds
    """

    column: str
    encoding: str
    suspected: str | None
    probability: float | None
    how: Literal["declared", "found"]
    converted: int
    composed: int
    mixed: bool
    as_they_were: int
    undecided: int
    lost: int
    case_unknown: int


class CodesRead(Record):
    """How the commune codes of a part were read; see `sync.conform.eras.Era`."""

    codes: Literal["new", "old"]
    shown_by: str
    unclear: tuple[str, ...]
    rows: dict[str, int]


class _TableRead(Record):
    """What reading any table showed. `columns`: canonical name → delivered names."""

    part_no: int
    file: str
    layer: str
    columns: dict[str, str]
    columns_not_mapped: tuple[str, ...]
    values_not_readable: dict[str, int]
    texts: tuple[TextRead, ...]
    notes: LayerNotes


class StatesRead(Record):
    """The states that the rows of a part are in, in their own system: those that are not current stayed behind.

    rows     current, draft, historic, unknown → rows
    unknown  values that nobody explained → rows
    """

    column: str
    assumed: bool
    rows: dict[str, int]
    unknown: dict[str, int]


class PartRead(_TableRead):
    """One part of the delivery, its rows by commune.

    crs      a code of what holds it, else whether the file states the CRS it was declared in
    assumed  canonical columns whose delivered names nobody has confirmed
    """

    archive: str | None
    epsg: int
    crs_of_file: str | None
    crs: str
    encoding: str
    old_province: str | None
    read: int
    deleted_in_file: int
    assumed: tuple[str, ...]
    commune_codes: CodesRead
    communes: dict[str, int]
    states: StatesRead | None = None


class RowsJoined(Record):
    """Of a commune: so many rows were parts of so many parcels, and were joined into these."""

    rows: int
    parcels: int


class ListRowRead(Record):
    """A row of a list that means no parcel of the map: its number, why, its key; of_: the parcel with its national id."""

    row: int
    why: str
    commune_code: str | None
    sheet_no: str | None
    parcel_no: str | None
    national_id: str | None
    of_commune_code: str | None
    of_sheet_no: str | None
    of_parcel_no: str | None


class ListRead(_TableRead):
    """One list of attributes joined to the parts.

    rows = matched + by_national_id + further + repeated + those `beside` the table + `unmatched` + without_geometry

    by_national_id    rows without a whole key that mean the parcel with their national id
    beside            titles and footers; unmatched: why → rows that mean no parcel of the map (list_rows.parquet)
    further           of a form whose rows are owners: rows that say more of the people of a parcel that a row before them means
    people            rows of people/ that came of it; contradicting: column → parcels of which its rows say different things
    examples          the first of the unmatched
    without_geometry  rows that became rows of the snapshot, as they did before they were told apart
    """

    on: tuple[str, ...]
    rows: int
    matched: int
    by_national_id: int
    parcels: int
    beside: dict[str, int]
    unmatched: dict[str, int]
    examples: tuple[ListRowRead, ...]
    without_geometry: int
    without_key: int
    repeated: int
    further: int = 0
    people: int = 0
    differing: dict[str, int]
    contradicting: dict[str, int] = Field(default_factory=dict)


class TableRowRead(Record):
    """A row of a table of people that was not used: its number, and why. Nothing of what it says."""

    row: int
    why: str


class TableRead(_TableRead):
    """One table of users, certificates, rights or restrictions (`holds`), joined to the parcels by its keys.

    rows = used + `unused`

    unused    why → rows (people_rows.parquet); examples: the first of them
    assumed   nobody has confirmed the names by which it was read
    """

    holds: str
    rows: int
    used: int
    unused: dict[str, int]
    examples: tuple[TableRowRead, ...]
    assumed: bool


class PeopleRead(Record):
    """What tables of people gave.

    not_read   tables that were found and left out: the profile says nothing of them, or only assumes what they hold, and it is otherwise
    rows       right, restriction → rows of people/ that came of the tables; parcels: of how many parcels
    instead    parcels whose own row, or a list, says another user or certificate than the tables: theirs counts
    """

    tables: tuple[TableRead, ...]
    not_read: tuple[str, ...]
    rows: dict[str, int]
    parcels: int
    instead: int


class SheetTableUsed(Record):
    """What of the table of old and new map sheets could be used."""

    file: str
    entries: int
    used: int
    incomplete: int
    against_the_official_table: int
    parcels_renumbered: int
    sheet_numbers_shared: int
    sheets_in_several_communes: int
    examples: tuple[str, ...]


class CodesConverted(Record):
    """What decided the communes of rows delivered under old codes."""

    boundaries: tuple[str, ...]
    sheet_table: SheetTableUsed | None
    sheet_table_against_the_official_table: int


_SILENT: dict[str, Any] = {
    "snapshot_sha256": "",
    "version_kind": None,
    "lists": [],
    "crs": {},
    "conversion": {"boundaries": [], "sheet_table": None, "sheet_table_against_the_official_table": 0},
}
_SILENT_PART: dict[str, Any] = {
    "archive": None,
    "texts": [],
    "notes": {},
    "assumed": [],
    "commune_codes": {"codes": "new", "shown_by": "not kept", "unclear": [], "rows": {}},
}


def _stated(content: dict[str, Any]) -> dict[str, Any]:
    """Version 1 got its parts one after the other; what it is silent of did not exist."""
    parts = [_SILENT_PART | part for part in content["parts"]]
    holds = {code: [understood(reason) for reason in reasons] for code, reasons in content["holds"].items()}
    return _SILENT | content | {"parts": parts, "holds": holds}


_SILENT_LIST: dict[str, Any] = {"by_national_id": 0, "beside": {}, "unmatched": {}, "examples": []}


def _lists_told(content: dict[str, Any]) -> dict[str, Any]:
    """In version 2 a list's row without a parcel became a row of the snapshot."""
    return content | {"lists": [_SILENT_LIST | one for one in content["lists"]]}


def _without_tables(content: dict[str, Any]) -> dict[str, Any]:
    """In version 3 no delivery brought tables of people."""
    return content | {"people": None}


class Conformed(Document):
    """The way from delivered tables to the snapshot.

    communes    rows by commune, `-`: of no commune of the province; read: of all of them
    joined      by commune: rows that were parts of parcels (sync.conform.several_rows). Of parts `read` counts rows as they
                came: together they are `read` and what was joined, less the parcels that it became
    people      of a delivery with tables of users, certificates, rights or restrictions
    old_codes   rows by what became of their old commune code
    crs, holds  by commune
    spoken      what comes and goes of people → the communes of which the delivery says what there is of it
    """

    FILE: ClassVar[str] = "conform.json"
    UPGRADES: ClassVar[tuple[Upgrade, ...]] = (_stated, _lists_told, _without_tables)

    snapshot_sha256: str
    read: int
    communes: dict[str, int]
    joined: dict[str, RowsJoined] = Field(default_factory=dict)
    parts: tuple[PartRead, ...]
    lists: tuple[ListRead, ...]
    people: PeopleRead | None = None
    files_not_read: tuple[str, ...]
    old_codes: dict[str, int]
    version_kind: OrderKind | None
    valid_from_means: ValidFromMeans = "unknown"
    conversion: CodesConverted
    crs: dict[str, tuple[CrsEvidence, ...]]
    holds: dict[str, tuple[Reason, ...]]
    spoken: dict[str, tuple[str, ...]] = Field(default_factory=dict)

    @property
    def not_current(self) -> dict[str, int]:
        """State → rows that stayed behind because they are drafts or history; they are not part of `read`."""
        told: dict[str, int] = {}
        for part in self.parts:
            for state, rows in part.states.rows.items() if part.states else ():
                if state in ("draft", "historic"):
                    told[state] = told.get(state, 0) + rows
        return told

    @property
    def rows_joined(self) -> dict[str, int]:
        """`rows` that were joined into `parcels`, over all communes; empty where none were."""
        if not self.joined:
            return {}
        return {name: sum(getattr(one, name) for one in self.joined.values()) for name in ("rows", "parcels")}

    @property
    def srids(self) -> set[int]:
        """EPSG codes of the delivered coordinates."""
        return {part.epsg for part in self.parts}
