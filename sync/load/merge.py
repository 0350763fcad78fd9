"""The merge: one transaction that makes a province's database what its delivery says, and nothing more.

Reads like its SQL (sql/merge, in the order of the numbers): leave aside what comes too late; match rows to parcels by
their handles; see what would be lost; hold the communes that would lose too much; settle who holds which national id; close, change, insert;
write manifests. The caller checks the balances and commits.
"""

from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import date, datetime
from typing import Any, Literal

from parcels.columns import HASH_VERSION, Record
from parcels.versions import OrderKind
from sync import db
from sync.load.staging import ITEMS, LIVE, item_columns, staging_tables
from validators.policy import BrakeRules


@dataclass(frozen=True, slots=True)
class MergeRequest:
    """What the merge may do.

    complete_for          communes whose missing parcels end
    gate_held             communes the gate holds: untouched
    loss_passed           communes a person let pass the brake on loss
    foreign_hands_passed  communes a person let pass although rows were changed behind the pipeline
    older_passed          communes a person let pass although the snapshot is older than the one now live
    kind                  a full snapshot, or a change set
    observed_at           up to when the delivery is complete: its extraction, or the end of its span; None: `now`
    order_kind            what its versions are; None where they order nothing
    sequence              of a full snapshot: the last change set that it includes, where it says so
    released, still_held  when a change set that was held is applied: the communes let pass, and those that are not
    """

    run_id: str
    province: str
    as_of: date
    now: datetime
    complete_for: tuple[str, ...]
    gate_held: tuple[str, ...]
    brake: BrakeRules
    loss_passed: tuple[str, ...] = ()
    foreign_hands_passed: tuple[str, ...] = ()
    older_passed: tuple[str, ...] = ()
    kind: Literal["full", "changes"] = "full"
    observed_at: datetime | None = None
    order_kind: OrderKind | None = None
    sequence: int | None = None
    released: tuple[str, ...] = ()
    still_held: tuple[str, ...] = ()

    @property
    def changes(self) -> bool:
        """Whether it is a change set."""
        return self.kind == "changes"


@dataclass(slots=True)
class Merged:
    """What it did: a line per commune, the rows it had to quarantine, and what it held itself.

    brake_held          commune → parcels it would have lost
    foreign_hands_held  commune → parcels that are not as the last run left them
    notes               why rows were ignored, and where an action did not fit → rows
    """

    lines: list[db.Row]
    quarantined: list[db.Row]
    brake_held: dict[str, int] = field(default_factory=dict)
    foreign_hands_held: dict[str, int] = field(default_factory=dict)
    notes: dict[str, int] = field(default_factory=dict)


class _Statements:
    """The merge's statements with their values and table names filled in."""

    def __init__(self, connection: db.Connection, request: MergeRequest) -> None:
        self.connection = connection
        self.tables = staging_tables(request.run_id)
        self.values: dict[str, Any] = {
            "run_id": request.run_id,
            "province": request.province,
            "as_of": request.as_of,
            "now": request.now,
            "complete_for": list(request.complete_for),
            "gate_held": list(request.gate_held),
            "foreign_hands_passed": list(request.foreign_hands_passed),
            "older_passed": list(request.older_passed),
            "changes": request.changes,
            "observed_at": request.observed_at or request.now,
            "order_kind": request.order_kind,
            "sequence": request.sequence,
            "released": list(request.released),
            "still_held": list(request.still_held),
            "hash_version": HASH_VERSION,
        }

    def run(self, name: str, **values: Any) -> int:
        return db.execute(
            self.connection,
            f"merge/{name}",
            {**self.values, **values},
            {"parcel": self.tables["parcel"]},
        )

    def run_all(self, names: Iterable[str]) -> None:
        for name in names:
            self.run(name)

    def rows(self, name: str) -> list[db.Row]:
        return db.fetch(self.connection, f"merge/{name}", self.values, {"parcel": self.tables["parcel"]})

    def for_items(self, names: Iterable[str]) -> None:
        """Statements that run once for each many-valued record."""
        for record in ITEMS:
            for name in names:
                identifiers = self._item_identifiers(record)
                db.execute(self.connection, f"merge/{name}", self.values, identifiers)

    def _item_identifiers(self, record: Record) -> dict[str, Any]:
        schema, table = LIVE[record]
        return {
            "diff": f"merge_{record}",
            "staged": self.tables[record],
            "live": LIVE[record],
            "version": (schema, f"{table}_version"),
            "columns": item_columns(record),
            "live_columns": item_columns(record, "i"),
        }


def merge(connection: db.Connection, request: MergeRequest) -> Merged:
    """Apply the run's staging to the national tables, in the caller's transaction."""
    sql = _Statements(connection, request)
    sql.run_all(("10_rows", "11_analyze"))
    late = _set_late_rows_aside(sql, request)
    sql.run_all(("12_match_national", "13_match_sheet", "14_new_parcels", "20_present", "21_communes"))
    if late:
        sql.run("21_outdated_communes")
    sql.run("22_ending")
    if late:
        sql.run("22_end_by_row")
        if not request.changes:
            sql.run("22_keep_later")
    foreign_hands_held = _foreign_hands(sql, request)
    brake_held = _brake(sql, request)
    sql.run_all(("25_hold_rows", "26_keep_held"))

    sql.run("30_lock_claims")
    # Quarantining a row keeps its parcel's old handles in use, which may put another row in conflict: to the end.
    while sql.run("31_conflicts"):
        sql.run_all(("32_present_more", "33_keep_present"))

    sql.for_items(("40_items",))
    sql.run("41_result")
    sql.run_all(
        ("50_close_versions", "51_end", "52_change", "53_insert", "54_fresh", "55_stale", "56_conversions")
    )
    sql.run_all(("60_close_aliases", "61_open_aliases", "62_release_claims", "63_write_claims"))
    sql.for_items(("70_close_items", "71_remove_items", "72_write_items"))
    sql.run_all(("80_manifest_remove", "81_manifest_write"))
    if not request.changes:
        sql.run_all(("75_refused", "76_absent"))
    sql.run("76_source_state")
    if not request.changes:
        sql.run("77_watermark")
    sql.run("92_record_quarantine")
    return Merged(
        lines=sql.rows("90_lines"),
        quarantined=sql.rows("91_quarantined_by_merge"),
        brake_held=brake_held,
        foreign_hands_held=foreign_hands_held,
        notes={row["note"]: int(row["rows"]) for row in sql.rows("93_changes")},
    )


def _set_late_rows_aside(sql: _Statements, request: MergeRequest) -> bool:
    """Ignore the rows whose objects are known by later data; find those that end a parcel.

    Whether the delivery had to be compared with what is known: a full snapshot later than everything need not be.
    """
    if not request.changes:
        if not sql.rows("11_later")[0]["later"]:
            return False
        sql.run_all(("11_known", "11_outdated", "12_ends"))
        return True
    if request.released:
        sql.run("10_release")
    sql.run_all(("11_known", "11_outdated", "11_newest", "12_ties"))
    sql.for_items(("12_tied_items",))
    sql.run_all(("12_repeated", "12_ends", "12_shared"))
    return True


def _foreign_hands(sql: _Statements, request: MergeRequest) -> dict[str, int]:
    """Hold the communes whose rows somebody changed behind the pipeline; how many rows of each."""
    touched = {
        row["commune_code"]: int(row["parcels"])
        for row in sql.rows("23_foreign_hands")
        if row["commune_code"] not in request.foreign_hands_passed
    }
    sql.run("24_hold_communes", communes=list(touched))
    return touched


def _brake(sql: _Statements, request: MergeRequest) -> dict[str, int]:
    """Hold the communes that would lose too much; what each would lose."""
    broken = {
        loss["commune_code"]: int(loss["losing"])
        for loss in sql.rows("24_losses")
        if loss["commune_code"] not in request.loss_passed
        and request.brake.holds(int(loss["current_before"]), int(loss["losing"]))
    }
    sql.run("24_hold_communes", communes=list(broken))
    return broken
