"""The merge: one transaction that makes a province's database what its delivery says, and nothing more.

Which statements run, when, in what order and why stands in `sync.load.steps`. Here they run, and what one of them finds decides
about the next: what is compared with what is known, and which communes are held. The caller checks the balances and commits.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime
from itertools import groupby
from typing import Any, Literal

import pyarrow as pa

from parcels.columns import HASH_VERSIONS
from parcels.provinces import provinces
from parcels.versions import OrderKind, ValidFromMeans
from sync import db
from sync.db.columns import columns_of, hashed_columns_of
from sync.db.items import ITEMS, Item
from sync.folder.list_rows import SCHEMA as LIST_ROWS_SCHEMA
from sync.folder.reasons import ABSENT, Measured, Move
from sync.load.brakes import Passed, braked
from sync.load.cases import CommuneCases, PassedMoves, cases_of
from sync.load.contradictions import Contradiction, contradictions, waited
from sync.load.hand_over import further_lineage
from sync.load.merge_items import item_identifiers, item_values, over_all_items
from sync.load.staging import staging_tables
from sync.load.steps import STEPS, Step, When
from validators.brakes import BrakeRules
from validators.identity_rules import IdentityRules

_HANDLES = ("national_id", "number")  # the groups of columns by which a parcel is named


@dataclass(frozen=True, slots=True)
class MergeRequest:
    """What the merge may do.

    complete_for          communes whose missing parcels end; came_complete: all that the delivery is complete for, applied or not
    gate_held             communes the gate holds: untouched
    policy                the policy, by its id and version
    identity              what shows that a row and a parcel are the same land
    passed                what a person let pass the brakes
    absent_passed         communes a person knows to be empty, though they were declared complete and nothing came of them
    foreign_hands_passed  communes a person let pass although rows were changed behind the pipeline
    older_passed          communes a person let pass although the snapshot is older than the one now live
    rekeyed               communes of which a person said that keys changed: land says which parcel a row is
    moved                 communes of which a person said that handles are right and the land was corrected
    moves_passed          movements between communes that a person let pass
    kind                  a full snapshot, or a change set
    observed_at           up to when the delivery is complete: its extraction, or the end of its span; None where nobody
                          says it: then the gate holds every commune of it
    order_kind            what its versions are; None where they order nothing
    valid_from_means      what its dates of beginning are the first day of
    sequence              of a full snapshot: the last change set that it includes, where it says so
    listed                KEY and national_id of rows of lists that mean no parcel of the map: what they name does not end
    spoken                record that comes and goes → the communes of which the delivery says what there is of it
    released, still_held  when a change set that was held is applied: the communes let pass, and those that are not
    """

    run_id: str
    province: str
    as_of: date
    now: datetime
    complete_for: tuple[str, ...]
    gate_held: tuple[str, ...]
    brake: BrakeRules
    identity: IdentityRules
    policy: str
    passed: Passed = field(default_factory=dict)
    absent_passed: tuple[str, ...] = ()
    foreign_hands_passed: tuple[str, ...] = ()
    older_passed: tuple[str, ...] = ()
    came_complete: tuple[str, ...] = ()
    rekeyed: tuple[str, ...] = ()
    moved: tuple[str, ...] = ()
    moves_passed: PassedMoves = field(default_factory=dict)
    kind: Literal["full", "changes"] = "full"
    observed_at: datetime | None = None
    order_kind: OrderKind | None = None
    valid_from_means: ValidFromMeans = "unknown"
    sequence: int | None = None
    released: tuple[str, ...] = ()
    still_held: tuple[str, ...] = ()
    listed: pa.Table = field(default_factory=LIST_ROWS_SCHEMA.empty_table)
    spoken: Mapping[str, tuple[str, ...]] = field(default_factory=dict)

    @property
    def changes(self) -> bool:
        """Whether it is a change set."""
        return self.kind == "changes"


@dataclass(slots=True)
class Merged:
    """What it did: a line per commune, the rows it had to quarantine, and what it held itself.

    contradicted        commune → what land says against its handles
    braked              commune → what would have been too much
    moves               commune that is held with its case → what moves between the communes of the case
    absent              commune that was declared complete and of which nothing came → the parcels it would lose; held where it has any
    tied                commune that waits only for other ones, which must give up what its rows take → these
    columns             what went live by commune and group of columns, beside the lines
    foreign_hands_held  commune → parcels that are not as the last run left them
    notes               why rows were ignored, and where an action did not fit → rows
    outdated            commune → how many of its rows came too late, and how many it has
    """

    lines: list[db.Row]
    quarantined: list[db.Row]
    contradicted: dict[str, Contradiction] = field(default_factory=dict)
    braked: dict[str, tuple[Measured, ...]] = field(default_factory=dict)
    moves: dict[str, tuple[Move, ...]] = field(default_factory=dict)
    absent: dict[str, int] = field(default_factory=dict)
    tied: dict[str, tuple[str, ...]] = field(default_factory=dict)
    columns: list[db.Row] = field(default_factory=list)
    foreign_hands_held: dict[str, int] = field(default_factory=dict)
    notes: dict[str, int] = field(default_factory=dict)
    outdated: dict[str, tuple[int, int]] = field(default_factory=dict)


def merge(connection: db.Connection, request: MergeRequest) -> Merged:
    """Apply the run's staging to the national tables, in the caller's transaction."""
    db.execute(connection, "load/room")
    steps = _Steps(connection, request)
    steps.tell_planner()
    if not request.changes:
        # A full snapshot later than everything that is known need not be compared with it.
        steps.holds["compared"] = steps.rows("20_later_snapshot")[0]["later"]
    found = steps.rows("38_contradicted")
    told = {*request.rekeyed, *request.moved}
    contradicted = contradictions(found, told, request.identity)
    steps.values["contradicted"] = list(contradicted)
    cases = cases_of(steps.rows("52b_movement_pairs"), request.brake)
    steps.values |= {"case_communes": list(cases.of), "case_keys": list(cases.of.values())}
    ties = steps.rows("52d_ties_approved") if request.released else []
    foreign_hands_held = _foreign_hands(steps.rows("55_foreign_hands"), request)
    waiting = cases.with_all(
        [*foreign_hands_held, *(code for code, said in contradicted.items() if not said.few)]
    )
    measures = steps.rows("56_measures", held_already=waiting)
    absent = _absent(measures, cases, request)
    held = _braked(
        cases.measures(row for row in measures if row["code"] != ABSENT),
        waited(found, told, request.identity),
        cases,
        connection,
        request,
    )
    asked = [
        *cases.unasked(request.moves_passed),
        *request.gate_held,
        *(code for code in absent if absent[code]),
    ]
    all_held = cases.with_tied([*waiting, *held, *asked], ties, request.released)
    steps.values["communes"] = sorted(all_held)
    lines = steps.rows("95_lines")
    quarantined = steps.rows("96_quarantined_by_merge")
    notes = steps.rows("97_notes")
    lineage = further_lineage(connection, request.run_id, steps.values)
    outdated = steps.rows("98_outdated")
    return Merged(
        lines=lines,
        quarantined=quarantined,
        contradicted=contradicted,
        braked=held,
        moves={code: cases.moves[case] for code, case in cases.of.items() if code in all_held},
        absent=absent,
        tied={code: others for code, others in all_held.items() if others},
        columns=steps.rows("99_column_groups"),
        foreign_hands_held=foreign_hands_held,
        notes={row["note"]: int(row["rows"]) for row in notes} | lineage,
        outdated={row["commune_code"]: (int(row["outdated"]), int(row["rows"])) for row in outdated},
    )


def _foreign_hands(touched: list[db.Row], request: MergeRequest) -> dict[str, int]:
    """The communes to hold because somebody changed their rows behind the pipeline; how many rows of each."""
    return {
        row["commune_code"]: int(row["parcels"])
        for row in touched
        if row["commune_code"] not in request.foreign_hands_passed
    }


def _braked(
    measures: list[db.Row],
    had_waited: dict[str, int],
    cases: CommuneCases,
    connection: db.Connection,
    request: MergeRequest,
) -> dict[str, tuple[Measured, ...]]:
    """The communes to hold because too much of them would change; all of it.

    Measured by what a person approved, and not asked again about it. Of what was shown with a contradiction, the rows that
    waited for it (`had_waited`) count besides.
    """
    measures = [row for row in measures if not _said(row, cases, request, had_waited)]
    passed = {key: shown + had_waited.get(key[0], 0) for key, shown in request.passed.items()}
    if not measures:
        return {}
    of = {"province": request.province, "now": request.now, "days": request.brake.days}

    def parcels_of_province() -> int:
        return int(db.fetch(connection, "ledger/parcels_of_province", of)[0]["parcels"])

    lately = cases.lately(db.fetch(connection, "ledger/changed_lately", of))
    return braked(measures, lately, request.brake, passed, parcels_of_province)


def _said(row: db.Row, cases: CommuneCases, request: MergeRequest, had_waited: dict[str, int]) -> bool:
    """Whether a measure is about what a person said of the commune.

    That handles were given anew: ids and numbers. That land was corrected: how it lies, and where that is the land of a few
    rows, all others having been measured before, the sum of areas. That the commune is empty: that it loses everything.
    """
    communes, group = set(cases.with_all([row["commune_code"]])), row["column_group"]
    if row["code"] in ("LOSS", "AREA") and communes & set(request.absent_passed):
        return True
    if group in _HANDLES:
        return bool(communes & set(request.rekeyed))
    about_land = group == "geometry" or (row["code"] == "AREA" and bool(communes & had_waited.keys()))
    return about_land and bool(communes & set(request.moved))


def _absent(measures: list[db.Row], cases: CommuneCases, request: MergeRequest) -> dict[str, int]:
    """The communes that were promised and did not come; how many parcels each would lose: what goes on elsewhere is not lost."""
    return {
        row["commune_code"]: row["parcels"] - cases.leaving.get(row["commune_code"], 0)
        for row in measures
        if row["code"] == ABSENT and row["commune_code"] not in request.absent_passed
    }


class _Steps:
    """The declared steps with their values and table names filled in; each runs once its turn has come, and never again.

    holds  which of the words that say when a step runs hold for this delivery
    """

    def __init__(self, connection: db.Connection, request: MergeRequest) -> None:
        self.connection = connection
        self.waiting: Sequence[Step] = STEPS
        self.holds: dict[When, bool] = {
            "snapshot": not request.changes,
            "changes": request.changes,
            "compared": request.changes,
            "approved": bool(request.released),
            "older": bool(request.older_passed),
        }
        self.tables = staging_tables(request.run_id)
        self.values = _values(request)
        self.spoken = request.spoken
        self.parcel: db.Identifiers = {
            "parcel": self.tables["parcel"],
            "overlap": "merge_overlap",
            "columns": columns_of("parcel"),
            "live_columns": columns_of("parcel", "p"),
            "staged_columns": columns_of("parcel", "s"),
            "hashed_without_id": hashed_columns_of("parcel", "s", nulls=("national_id",)),
            **over_all_items(),
        }

    def rows(self, file: str, **values: Any) -> list[db.Row]:
        """What a step finds, after every step that is declared before it has run."""
        self._run_before(file)
        return db.fetch(self.connection, f"merge/{file}", self.values | values, self.parcel)

    def _run_before(self, file: str) -> None:
        place = [step.file for step in self.waiting].index(file)
        before = [step for step in self.waiting[:place] if all(self.holds[word] for word in step.when)]
        self.waiting = self.waiting[place + 1 :]
        for how, steps in groupby(before, key=lambda step: step.how):
            group = list(steps)
            files = [step.file for step in group]
            if how in ("items", "many"):
                self._for_items(files, [item for item in ITEMS if how == "items" or item.name])
            elif how == "again":
                self._again(files)
            else:
                for step in group:
                    self._once([step.file])
                    if step.fills:
                        self.tell_planner()
            if how != "once" and any(step.fills for step in group):
                self.tell_planner()

    def tell_planner(self) -> None:
        """What the province's tables are like, where the planner cannot know: it would join them row by row."""
        for of in (self.values["province"], "national_id_claim"):
            db.execute(self.connection, "load/refresh_statistics", {"of": of})

    def _once(self, files: Iterable[str]) -> int:
        """Run them; how many rows the last one touched."""
        touched = 0
        for file in files:
            touched = db.execute(self.connection, f"merge/{file}", self.values, self.parcel)
        return touched

    def _again(self, files: Sequence[str]) -> None:
        """Run them again and again, until the first finds nothing more."""
        while self._once(files[:1]):
            self._once(files[1:])

    def _for_items(self, files: Iterable[str], items: Iterable[Item]) -> None:
        """Run them for each many-valued record."""
        for item in items:
            values = self.values | item_values(item, self.spoken)
            places = item_identifiers(item, self.tables[item.record])
            for file in files:
                db.execute(self.connection, f"merge/{file}", values, places)


def _values(request: MergeRequest) -> dict[str, Any]:
    return {
        "run_id": request.run_id,
        "province": request.province,
        "other_provinces": [code for code in provinces() if code != request.province],
        "as_of": request.as_of,
        "now": request.now,
        "complete_for": list(request.complete_for),
        "came_complete": list(request.came_complete),
        "gate_held": list(request.gate_held),
        "foreign_hands_passed": list(request.foreign_hands_passed),
        "older_passed": list(request.older_passed),
        "absent_passed": list(request.absent_passed),
        "changes": request.changes,
        "observed_at": request.observed_at,
        "order_kind": request.order_kind,
        "valid_from_means": request.valid_from_means,
        "sequence": request.sequence,
        "released": list(request.released),
        "still_held": list(request.still_held),
        "listed_communes": request.listed["commune_code"].to_pylist(),
        "listed_sheets": request.listed["sheet_no"].to_pylist(),
        "listed_numbers": request.listed["parcel_no"].to_pylist(),
        "listed_ids": request.listed["national_id"].to_pylist(),
        "hash_version": HASH_VERSIONS["parcel"],
        **request.identity.values(),
        "policy": request.policy,
        "rekeyed": list(request.rekeyed),
        "moved": list(request.moved),
        "crossing": list(request.brake.crossing),
        "communes_passed": sorted({code for move in request.moves_passed for code in move}),
    }
