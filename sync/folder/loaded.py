"""`load.json`: what the merge did, as the receipt has it, and `merge_findings.parquet`: what only it could find. Left by load."""

from datetime import date, datetime
from decimal import Decimal
from pathlib import Path
from typing import Any, ClassVar, Final, Literal

import pyarrow as pa
import pyarrow.parquet as pq

from parcels.bilingual import Bilingual
from sync.folder.before_completeness import renamed_measures
from sync.folder.document import Document, Record, Upgrade
from sync.folder.judgement import as_findings
from sync.folder.verdict import LoadedVerdict
from validators.findings import FINDINGS_SCHEMA

MERGE_FINDINGS = "merge_findings.parquet"
# Of `changes` what is so as long as the same rows come: it is told each time. The others are of what happened.
UNKNOWN_BEFORE: Final = "predecessors_unknown"
STANDING: Final = ("without_geometry", "id_withheld", "not_brought", UNKNOWN_BEFORE)


class ReceiptLine(Record):
    """A commune's line: rows in, parcels before and after, areas (m²), the hash of what is now live."""

    commune_code: str
    read: int
    new: int
    changed: int
    unchanged: int
    ended_by_row: int
    ignored: int
    quarantined: int
    unreadable: int
    held: int
    current_before: int
    moved_in: int
    moved_out: int
    ended: int
    current_after: int
    area_before_m2: Decimal
    area_in_m2: Decimal
    area_out_m2: Decimal
    area_after_m2: Decimal
    manifest_sha256: str
    commune_held: bool
    valid_from: date | None


class ReceiptColumn(Record):
    """Of a commune and a group of columns: parcels with another value, with one less, and many-valued items closed and added."""

    commune_code: str
    column_group: str
    changed: int
    emptied: int
    closed: int
    added: int


class StoryPart(Record):
    """A part of the shortest story of what changed in a commune.

    kind         moved: parcels of a sheet that moved as one; renumbered: of a sheet, with other numbers; other: the rest
    sheet_no     None of the rest, '' where the rows have no sheet
    east, north  how far, in metres, of `moved`
    """

    commune_code: str
    kind: Literal["moved", "renumbered", "other"]
    sheet_no: str | None
    parcels: int
    east: Decimal | None
    north: Decimal | None


class RefusedRow(Record):
    """A row that the merge itself quarantined; `has_error`: whether the checks had found an error in it."""

    commune_code: str
    row_no: int
    merge_code: str
    has_error: bool


class Gap(Record):
    """What has not come though later changes have, and how it is said."""

    province_code: str
    source_system: str
    since: datetime | None
    until: datetime | None
    sequence_from: int | None
    sequence_to: int | None
    noticed_at: datetime
    communes: tuple[str, ...]
    vi: str
    en: str

    @property
    def said(self) -> Bilingual:
        """The sentence."""
        return Bilingual(self.vi, self.en)


# Version 1 had names of its own for a verdict, and left to the judgement what the merge does not change.
_NAMES = {
    "commune_code": "code",
    "rows_read": "read",
    "usability_group": "group",
    "group_reasons": "reasons",
}
_NOT_KEPT: dict[str, Any] = {
    "rows_with_error": 0,
    "excused": 0,
    "group_code": None,
    "group_title": None,
    "assured_group": None,
    "measured": {},
    "fixes": None,
    "not_applicable": {},
    "not_run": [],
    "findings": {},
}


def _one_set_of_names(content: dict[str, Any]) -> dict[str, Any]:
    """Version 1 called the parts of a verdict otherwise than the judgement, and kept fewer of them."""
    lines = content["communes"]
    return {
        "changes": {},
        "gaps": [],
        **{name: value for name, value in content.items() if name != "register"},
        "cases": content.get("register", {}),
        "lines": [{"ended_by_row": 0, "ignored": 0, **line} for line in content["lines"]],
        "communes": [_renamed(line) for line in lines],
        "not_kept": sorted(name for name in _NOT_KEPT if any(name not in line for line in lines)),
    }


def _renamed(line: dict[str, Any]) -> dict[str, Any]:
    """A verdict of version 1: `reasons` were those of the decision."""
    said = {_NAMES.get(name, name): value for name, value in line.items() if name != "reasons"}
    return {
        **_NOT_KEPT,
        **said,
        "hold_reasons": line["reasons"] if line["decision"] == "hold" else [],
        "accepted": said["read"] - said["quarantined"] - said["unreadable"],
    }


def _without_columns(content: dict[str, Any]) -> dict[str, Any]:
    """Before version 4 nothing was counted by group of columns, and what was promised and did not come was not told."""
    return {**content, "columns": [], "absent": []}


def _without_story(content: dict[str, Any]) -> dict[str, Any]:
    """Before version 5 nobody told what changed in a commune as a story."""
    return {**content, "story": []}


def _without_added(content: dict[str, Any]) -> dict[str, Any]:
    """Before version 6 nobody counted how many many-valued records had come."""
    return {**content, "columns": [{"added": 0, **line} for line in content["columns"]]}


class Loaded(Document):
    """The receipt's head and lines, and what became of each commune.

    lines      of every commune with rows, with parcels that the run touched, or promised; totals: their counts added up
    columns    what went live by group of columns, where anything did
    story      what changed of parcels that live on, by commune, as shortly as it can be told
    absent     communes that were declared complete and of which nothing came
    communes   the verdicts after the merge; held_communes: those of them that wait; passed_over: those that came as they are
    changes    why rows of a change set were ignored, and where an action did not fit → rows
    cases      of the register of findings, by state
    not_kept   parts of the verdicts that an older version left to the judgement: here they are empty
    """

    FILE: ClassVar[str] = "load.json"
    UPGRADES: ClassVar[tuple[Upgrade, ...]] = (
        _one_set_of_names,
        renamed_measures,
        _without_columns,
        _without_story,
        _without_added,
    )

    run_id: str
    province_code: str
    delivery_sha256: str
    snapshot_sha256: str
    sequence: int
    previous_sha256: str | None
    receipt_sha256: str
    dry_run: bool
    totals: dict[str, int]
    lines: tuple[ReceiptLine, ...]
    columns: tuple[ReceiptColumn, ...]
    story: tuple[StoryPart, ...]
    absent: tuple[str, ...]
    quarantined_by_merge: tuple[RefusedRow, ...]
    held_communes: tuple[str, ...]
    communes: tuple[LoadedVerdict, ...]
    changes: dict[str, int]
    gaps: tuple[Gap, ...]
    cases: dict[str, int]
    passed_over: tuple[str, ...] = ()
    not_kept: tuple[str, ...] = ()


def write_merge_findings(run_dir: Path, table: pa.Table) -> None:
    """Keep the findings (FINDINGS_SCHEMA) of the rows that the merge quarantined."""
    pq.write_table(table, run_dir / MERGE_FINDINGS)


def load_merge_findings(run_dir: Path) -> pa.Table:
    """FINDINGS_SCHEMA; without rows before the load."""
    path = run_dir / MERGE_FINDINGS
    if not path.is_file():
        return FINDINGS_SCHEMA.empty_table()
    return as_findings(pq.read_table(path))
