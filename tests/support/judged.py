"""Deliveries made in code for tests of the merge: rows already judged, from a few words per parcel."""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import UTC, date, datetime
from decimal import Decimal
from itertools import permutations
from math import cos, inf, radians
from pathlib import Path
from typing import Literal, get_args

import pyarrow as pa
import pyarrow.parquet as pq
import shapely

from parcels.brakes import ColumnGroup, Measure
from parcels.columns import COME_AND_GO
from parcels.model import SNAPSHOT_SCHEMA, UNKNOWN_COMMUNE
from parcels.people import PEOPLE_SCHEMA
from parcels.versions import OrderKind, ValidFromMeans
from sync import db
from sync.declared.changes import Span
from sync.folder.people import write_people
from sync.folder.snapshot import part_paths
from sync.keys import PrivateKey
from sync.load import receipt
from sync.load.brakes import Passed
from sync.load.cases import PassedMoves
from sync.load.merge import Merged, MergeRequest, merge
from sync.load.staging import StagedRun, create_staging, fill_staging
from sync.run import ledger
from sync.run.staging import drop_staging
from tests.conftest import KEY
from validators.judge import ROWS_SCHEMA
from validators.policy import policy_at

AS_OF = date(2026, 11, 20)
METRES = 111320 * cos(radians(21)) * 110574  # m² in a square degree near Hà Nội
COMMUNES = ("00004", "00008", "00025")  # of province 01


@dataclass(frozen=True, slots=True)
class Plot:
    """One delivered row. `x` moves its square, so that another x is another geometry."""

    key: str | None
    national_id: str | None = None
    number: str | None = None
    commune: str = COMMUNES[0]
    x: int = 0
    land_use: str = "ONT"
    user: str | None = "Người Thử"
    user_key: str | None = None
    user_number: str | None = None
    born: int | None = None
    refused: tuple[str, ...] = ()
    unreadable: bool = False
    sheet: str = "1"
    map_set: str | None = None
    action: str | None = None
    order: int | None = None
    shape: shapely.MultiPolygon | None = None  # in degrees, in place of the square
    bare: bool = False  # no geometry was delivered
    of_keys: str | None = None  # predecessors, as the source names them
    of_numbers: str | None = None
    came_from: tuple[str, str, str] | None = None  # old commune, old sheet, what decided
    valid_from: date | None = None
    valid_to: date | None = None
    established_on: date | None = None
    certificate: str | None = None
    issued_on: date | None = None
    restrictions: tuple[tuple[str, date | None], ...] = ()  # kind, from
    transferees: tuple[tuple[str, str | None], ...] = ()  # name, reason
    system: str = "vbdlis"


def square(x: int) -> shapely.MultiPolygon:
    """A square of 0.0001 degree near Hà Nội."""
    west, south = round(105.8 + x * 0.0002, 9), 21.0
    return shapely.MultiPolygon(
        [shapely.box(west, south, round(west + 0.0001, 9), round(south + 0.0001, 9), ccw=True)]
    )


def write_judged(
    folder: Path,
    plots: Iterable[Plot],
    held: Iterable[str] = (),
    only: Iterable[str] | None = None,
    changes: bool = False,
    beside: Iterable[str] = (),
) -> StagedRun:
    """A snapshot and a judgement of these rows, as the stages before the load leave them."""
    snapshot = folder / "snapshot"
    snapshot.mkdir(parents=True, exist_ok=True)
    rows, parts, people = [], {}, dict[str, list[dict[str, object]]]()
    for row_no, plot in enumerate(plots):
        parts.setdefault(plot.commune, []).append(_snapshot_row(row_no, plot))
        rows.append(
            {
                "row_no": row_no,
                "dataset": plot.commune,
                "decision": "unreadable" if plot.unreadable else "quarantine" if plot.refused else "accept",
                "codes": list(plot.refused),
                "has_error": bool(plot.refused),
                "claims_id": plot.national_id is not None,
            }
        )
        people.setdefault(plot.commune, []).extend(_people(row_no, plot))
    for commune, part in parts.items():
        pq.write_table(pa.Table.from_pylist(part, schema=SNAPSHOT_SCHEMA), snapshot / f"{commune}.parquet")
        write_people(folder, commune, pa.Table.from_pylist(people[commune], schema=PEOPLE_SCHEMA))
    return StagedRun(
        parts=part_paths(folder),
        people=folder,
        rows=pa.Table.from_pylist(rows, schema=ROWS_SCHEMA),
        held=frozenset(held),
        only=None if only is None else frozenset(only),
        as_of=AS_OF,
        changes=changes,
        beside=frozenset(beside),
    )


def _people(row_no: int, plot: Plot) -> Iterator[dict[str, object]]:
    at = {"row_no": row_no, "part_no": 1, "source_row": row_no}
    for kind, since in plot.restrictions:
        yield at | {"says": "restriction", "restriction_kind": kind, "restriction_from": since}
    for name, reason in plot.transferees:
        yield at | {"says": "transferee", "transferee_name": name, "transfer_reason": reason}


def _snapshot_row(row_no: int, plot: Plot) -> dict[str, object]:
    shape = plot.shape or square(plot.x)
    geom = None if plot.action == "end" or plot.bare else shapely.to_wkb(shape, byte_order=1)
    return {
        "row_no": row_no,
        "part_no": 0,
        "source_row": row_no,
        "source_key": plot.key,
        "national_id": plot.national_id,
        "commune_code": None if plot.commune == UNKNOWN_COMMUNE else plot.commune,
        "sheet_no": plot.sheet if plot.number else None,
        "parcel_no": plot.number,
        "map_set": plot.map_set,
        "land_use": plot.land_use,
        "predecessor_keys": plot.of_keys,
        "predecessor_numbers": plot.of_numbers,
        "area_legal_m2": Decimal("100.5000"),
        "land_user_name": plot.user,
        "land_user_key": plot.user_key,
        "land_user_id_number": plot.user_number,
        "land_user_birth_year": plot.born,
        "certificate_no": plot.certificate,
        "certificate_issued_on": plot.issued_on,
        "valid_from": plot.valid_from,
        "valid_to": plot.valid_to,
        "established_on": plot.established_on,
        **dict(
            zip(
                ("delivered_commune_code", "delivered_sheet_no", "commune_decided_by"),
                plot.came_from or (None, None, None),
                strict=True,
            )
        ),
        "source_system": plot.system,
        "source_version": None if plot.order is None else str(plot.order),
        "source_order": plot.order,
        "action": plot.action,
        "source_srid": 5897,
        "area_m2": None
        if plot.bare
        else round(Decimal(shape.area * METRES), 4)
        if plot.shape
        else Decimal("115.2500"),
        "source_wkb": geom,
        "geom": geom,
    }


def everything(*communes: str) -> Passed:
    """That a person lets pass whatever the brakes find in these communes."""
    groups = (None, *get_args(ColumnGroup))
    return {
        (code, str(kind), group): inf for code in communes for kind in get_args(Measure) for group in groups
    }


def any_move(*communes: str) -> dict[tuple[str, str], int]:
    """That a person lets pass whatever moves between these communes."""
    return dict.fromkeys(permutations(communes, 2), 10**9)


def lost(merged: Merged) -> dict[str, int]:
    """The communes that the brake on loss holds, with how many parcels each would have lost."""
    return {
        code: found.parcels
        for code, all_found in merged.braked.items()
        for found in all_found
        if found.code == "LOSS"
    }


def run_merge(
    dsn: str,
    folder: Path,
    plots: Iterable[Plot],
    *,
    complete: Iterable[str] | None = None,
    came_complete: Iterable[str] = (),
    held: Iterable[str] = (),
    approved: Iterable[str] = (),
    passed: Iterable[str] = (),
    rekeyed: Iterable[str] = (),
    moved: Iterable[str] = (),
    absent: Iterable[str] = (),
    beside: Iterable[str] = (),
    shown: Passed | None = None,
    moves: PassedMoves | None = None,
    province: str = "01",
    kind: Literal["full", "changes"] = "full",
    at: datetime | None = None,
    order_kind: OrderKind | None = None,
    span: Span | None = None,
    sequence: int | None = None,
    valid_from_means: ValidFromMeans = "unknown",
    spoken: Iterable[str] = (),
) -> Merged:
    """Judged rows through staging and merge into the database, with their receipt, as the load stage does.

    complete  communes that are declared complete: those that come, where none is named; came_complete: those that are not applied too
    approved  communes whose held rows a person lets go; passed: communes that may lose whatever they lose
    rekeyed, moved  communes of which a person said that their keys changed, or that their land was corrected
    absent    communes that a person knows to be empty where they were declared complete and did not come
    beside    communes that went on, of which rows waited for those that are approved
    shown     what the brakes showed of the approved communes, so much of it passes; moves: what was shown to move
    at        up to when the delivery is complete
    spoken    communes of which it says which restrictions and transferees there are
    """
    plots = list(plots)
    if complete is None:
        complete = {plot.commune for plot in plots} - {UNKNOWN_COMMUNE}
    run_id, _ = ledger.begin(dsn, ledger.RunRequest(province, "test"))
    judged = write_judged(folder / run_id, plots, held, tuple(approved) or None, kind == "changes", beside)
    now = datetime.now(UTC)
    request = MergeRequest(
        run_id=run_id,
        province=province,
        as_of=AS_OF,
        now=now,
        complete_for=() if kind == "changes" else tuple(complete),
        came_complete=() if kind == "changes" else tuple(came_complete or complete),
        gate_held=tuple(held),
        passed=everything(*approved, *passed) | dict(shown or {}),
        moves_passed=any_move(*approved, *passed) | dict(moves or {}),
        absent_passed=tuple(absent),
        foreign_hands_passed=tuple(approved),
        brake=policy_at(AS_OF).brake,
        identity=policy_at(AS_OF).identity,
        policy=policy_at(AS_OF).name,
        rekeyed=tuple(rekeyed),
        moved=tuple(moved),
        kind=kind,
        observed_at=at or now,
        order_kind=order_kind,
        valid_from_means=valid_from_means,
        sequence=sequence,
        released=tuple(approved),
        spoken=dict.fromkeys(COME_AND_GO, tuple(spoken)),
    )
    return merge_judged(dsn, judged, request, span)


def merge_judged(
    dsn: str, judged: StagedRun, request: MergeRequest, span: Span | None = None, *, dry: bool = False
) -> Merged:
    """A judged run through staging and merge, with its receipt, as the load stage does. `dry`: all of it is taken back."""
    run_id, province, now = request.run_id, request.province, request.now
    with db.connect(dsn) as connection:
        create_staging(connection, run_id)
        fill_staging(connection, run_id, judged, PrivateKey(KEY).store(province))
    with db.connect(dsn) as connection:
        chain = db.fetch_one(connection, "ledger/own_lock", {"province": province, "run_id": run_id})
        assert chain is not None
        merged = merge(connection, request)
        receipt.check_balances(merged.lines)
        facts = {"run_id": run_id, "province_code": province, "delivery_sha256": "0", "snapshot_sha256": "0"}
        receipt.write(connection, chain, now, facts, merged.lines, merged.columns)
        if span is not None:
            values = {
                **span._asdict(),
                "run_id": run_id,
                "province": province,
                "system": "vbdlis",
                "now": now,
            }
            db.execute(connection, "ledger/write_change_set", {**values, "observed_at": request.observed_at})
        if dry:
            connection.rollback()
    drop_staging(dsn, run_id)
    ledger.finish(dsn, run_id)
    return merged
