"""The merge: one transaction that makes a province's database what its delivery says, and nothing more.

Reads like its SQL (sql/merge, in the order of the numbers): match rows to parcels by their handles; see what would
be lost; hold the communes that would lose too much; settle who holds which national id; close, change, insert;
write manifests. The caller checks the balances and commits.
"""

from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import date, datetime
from typing import Any

from parcels.columns import HASH_VERSION, Record
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


@dataclass(slots=True)
class Merged:
    """What it did: a line per commune, the rows it had to quarantine, and what it held itself.

    brake_held          commune → parcels it would have lost
    foreign_hands_held  commune → parcels that are not as the last run left them
    """

    lines: list[db.Row]
    quarantined: list[db.Row]
    brake_held: dict[str, int] = field(default_factory=dict)
    foreign_hands_held: dict[str, int] = field(default_factory=dict)


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
    sql.run_all(("10_rows", "11_analyze", "12_match_national", "13_match_sheet", "14_new_parcels"))
    sql.run_all(("20_present", "21_communes", "22_ending"))
    foreign_hands_held = _foreign_hands(sql, request)
    brake_held = _brake(sql, request)
    sql.run_all(("25_hold_rows", "26_keep_held"))

    sql.run("30_lock_claims")
    # Quarantining a row keeps its parcel's old handles in use, which may put another row in conflict: to the end.
    while sql.run("31_conflicts"):
        sql.run_all(("32_present_more", "33_keep_present"))

    sql.for_items(("40_items",))
    sql.run("41_result")
    sql.run_all(("50_close_versions", "51_end", "52_change", "53_insert", "54_fresh", "55_stale"))
    sql.run_all(("60_close_aliases", "61_open_aliases", "62_release_claims", "63_write_claims"))
    sql.for_items(("70_close_items", "71_remove_items", "72_write_items"))
    sql.run_all(("80_manifest_remove", "81_manifest_write"))
    sql.run("92_record_quarantine")
    return Merged(sql.rows("90_lines"), sql.rows("91_quarantined_by_merge"), brake_held, foreign_hands_held)


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
