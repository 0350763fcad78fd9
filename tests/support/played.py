"""Deliveries of the model played through the real merge, and the register read back in the words of the model."""

from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import closing, contextmanager
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from pathlib import Path
from typing import Any
from unittest.mock import Mock, patch

import duckdb
import psycopg2
import pyarrow as pa
import pyarrow.parquet as pq
import shapely

from parcels import content_hash
from parcels.model import SNAPSHOT_SCHEMA
from parcels.people import PEOPLE_SCHEMA
from sync import db
from sync.declared.changes import Span
from sync.folder.people import write_people
from sync.folder.reasons import MOVED, REKEYED, contradicted
from sync.folder.snapshot import part_paths
from sync.load.brakes import Passed
from sync.load.cases import PassedMoves
from sync.load.merge import Merged, MergeRequest, _Steps
from sync.load.staging import StagedRun
from sync.run import ledger
from tests.model.cadastre import COMMUNES, Land
from tests.model.deliveries import Delivery, Row
from tests.support.database import Database
from tests.support.judged import AS_OF, any_move, everything, merge_judged
from validators.judge import ROWS_SCHEMA
from validators.policy import policy_at

START = datetime(2026, 1, 1, tzinfo=UTC)
UNIT, WEST, SOUTH = 1e-6, 105.8, 21.0  # degrees
TABLES = (
    "ledger.erasure",
    "land.lineage_edge",
    "land.lineage_event",
    "land.parcel", "land.commune_count", "ledger.settled_commune", "land.parcel_version", "land.parcel_alias", "land.national_id_claim", "land.withheld_id", "land.land_use_part",
    "land.land_use_part_version", "land_private.land_user", "land_private.land_user_version", "land_private.certificate",
    "land_private.certificate_version", "land_private.land_right", "land_private.land_right_version", "land_private.restriction", "land_private.restriction_version", "land_private.transferee",
    "land_private.transferee_version", "land.parcel_told", "land.parcel_conversion", "land.dataset", "land.source_state",
    "land.source_watermark", "land.legal_day", "ledger.manifest", "ledger.receipt_line", "ledger.receipt_column", "ledger.receipt", "ledger.quarantine",
    "ledger.change_set",
)  # fmt: skip
ALL_COMMUNES = tuple(code for codes in COMMUNES.values() for code in codes)


def moment(day: float) -> datetime:
    return START + timedelta(days=day)


def shape(land: Land) -> shapely.MultiPolygon:
    west, east = (round(WEST + x * UNIT, 9) for x in (land.west, land.east))
    south = round(SOUTH + land.street * 0.001, 9)
    return shapely.MultiPolygon([shapely.box(west, south, east, round(south + 0.0005, 9), ccw=True)])


@contextmanager
def one_session(dsn: str) -> Iterator[None]:
    """Within it every `db.connect` of this address is the same session: a history is thousands of short blocks."""
    with closing(psycopg2.connect(dsn)) as link:
        connect = db.connect

        @contextmanager
        def same(address: str, work: str | None = None) -> Iterator[db.Connection]:
            if address != dsn:
                with connect(address, work) as other:
                    yield other
                return
            try:
                with link:
                    yield link
            finally:
                link.set_session(isolation_level="DEFAULT", readonly="DEFAULT")

        db.connect = same
        try:
            # Tables of a few rows need no statistics, and taking them is half of a small merge.
            with _one_hashing_engine(), patch.object(_Steps, "tell_planner", lambda _steps: None):
                yield
        finally:
            db.connect = connect


@contextmanager
def _one_hashing_engine() -> Iterator[None]:
    """The engine that hashes is started once: its start takes longer than all the hashing of a small delivery."""
    engine = duckdb.connect(config={"threads": 1})
    kept = Mock(wraps=engine, close=Mock())
    with closing(engine), patch.object(content_hash, "duckdb", Mock(connect=Mock(return_value=kept))):
        yield


@dataclass(frozen=True)
class People:
    """What a delivery says of people.

    own     of each of its rows the columns that say it
    rows    of PEOPLE_SCHEMA
    spoken  record that comes and goes → the communes of which it says what there is of it
    """

    own: Sequence[Mapping[str, object]] = ()
    rows: Sequence[Mapping[str, object]] = ()
    spoken: Mapping[str, tuple[str, ...]] = field(default_factory=dict)


NOBODY = People()


def staged(folder: Path, delivery: Delivery, people: People) -> StagedRun:
    """The snapshot and the judgement of a delivery, as the stages before the load leave them."""
    snapshot = folder / "snapshot"
    snapshot.mkdir(parents=True)
    rows, parts = [], dict[str, list[dict[str, object]]]()
    for number, row in enumerate(delivery.rows):
        own = people.own[number] if people.own else {}
        parts.setdefault(row.commune, []).append({**_snapshot_row(number, row), **own})
        codes = ["GEO-NULL"] * (row.land is None and row.action != "end") + ["GEO-INVALID"] * row.refused
        rows.append(
            {
                "row_no": number,
                "dataset": row.commune,
                "decision": "quarantine" if codes else "accept",
                "codes": codes,
                "has_error": bool(codes),
                "claims_id": row.national_id is not None,
            }
        )
    for commune, part in parts.items():
        pq.write_table(pa.Table.from_pylist(part, schema=SNAPSHOT_SCHEMA), snapshot / f"{commune}.parquet")
        mine = {row["row_no"] for row in part}
        beside = [row for row in people.rows if row["row_no"] in mine]
        write_people(folder, commune, pa.Table.from_pylist(beside, schema=PEOPLE_SCHEMA))
    return StagedRun(
        parts=part_paths(folder),
        people=folder,
        rows=pa.Table.from_pylist(rows, schema=ROWS_SCHEMA),
        held=frozenset(delivery.held),
        only=None if delivery.only is None else frozenset(delivery.only),
        as_of=AS_OF,
        changes=delivery.changes,
    )


def _snapshot_row(number: int, row: Row) -> dict[str, object]:
    bare = row.action == "end" or row.land is None
    geom = None if bare else shapely.to_wkb(shape(row.land), byte_order=1)
    order = None if row.version is None else int(moment(row.version).timestamp() * 1_000_000)
    return {
        "row_no": number,
        "part_no": 0,
        "source_row": number,
        "source_key": row.key,
        "national_id": row.national_id,
        "commune_code": row.commune,
        "sheet_no": "1",
        "parcel_no": row.number,
        "map_set": row.mark,
        "land_use": row.use,
        "area_legal_m2": Decimal("100.5000"),
        "land_user_name": row.user,
        "source_system": "vbdlis",
        "source_version": None if order is None else str(order),
        "source_order": order,
        "action": row.action,
        "source_srid": 5897,
        "area_m2": None if bare else Decimal("115.2500"),
        "source_wkb": geom,
        "geom": geom,
    }


@dataclass(frozen=True)
class Said:
    """What a person let pass of a delivery.

    brakes, moves, absent, rekeyed, moved  as a request of the merge has them
    approved  the communes that are applied; beside: those of which rows waited for them
    """

    brakes: Passed = field(default_factory=dict)
    moves: PassedMoves = field(default_factory=dict)
    absent: tuple[str, ...] = ()
    rekeyed: tuple[str, ...] = ()
    moved: tuple[str, ...] = ()
    approved: tuple[str, ...] = ()
    beside: tuple[str, ...] = ()

    def and_what(self, merged: Merged) -> "Said":
        """And what was shown since."""
        told = {
            code: contradicted(said.named, said.apart, said.known, said.renamed).code
            for code, said in merged.contradicted.items()
        }
        brakes = {
            (code, found.code, found.column_group): float(found.parcels)
            for code, all_of in merged.braked.items()
            for found in all_of
        }
        moves = {
            (move.origin, move.target): move.parcels for moves in merged.moves.values() for move in moves
        }
        return Said(
            brakes={**self.brakes, **brakes},
            moves={**self.moves, **moves},
            absent=(*self.absent, *merged.absent),
            rekeyed=(*self.rekeyed, *(code for code, reading in told.items() if reading == REKEYED)),
            moved=(*self.moved, *(code for code, reading in told.items() if reading == MOVED)),
        )


def everything_said(moved: Iterable[str] = (), absent: Iterable[str] = ()) -> Said:
    """That a person lets pass whatever the brakes find and whatever moves between communes."""
    return Said(everything(*ALL_COMMUNES), any_move(*ALL_COMMUNES), moved=tuple(moved), absent=tuple(absent))


def play(
    dsn: str, folder: Path, delivery: Delivery, said: Said, people: People = NOBODY
) -> tuple[Merged, datetime]:
    """One delivery through staging and merge, with what a person let pass; what it did, and when it was recorded."""
    run_id, _ = ledger.begin(dsn, ledger.RunRequest(delivery.province, "test", dry_run=delivery.dry))
    approved = delivery.only or ()
    now = datetime.now(UTC)
    complete = set(delivery.complete) if delivery.only is None else set(delivery.complete) & set(approved)
    request = MergeRequest(
        run_id=run_id,
        province=delivery.province,
        as_of=AS_OF,
        now=now,
        complete_for=tuple(sorted(complete)),
        came_complete=delivery.complete,
        gate_held=delivery.held,
        passed=said.brakes,
        moves_passed=said.moves,
        absent_passed=said.absent,
        rekeyed=said.rekeyed,
        brake=policy_at(AS_OF).brake,
        identity=policy_at(AS_OF).identity,
        policy=policy_at(AS_OF).name,
        moved=said.moved,
        released=said.approved,
        kind="changes" if delivery.changes else "full",
        observed_at=moment(delivery.at),
        order_kind="time" if delivery.changes else None,
        spoken=people.spoken,
    )
    span = None
    if delivery.since is not None:
        span = Span(None, moment(delivery.since), moment(delivery.at))
    judged = replace(staged(folder / run_id, delivery, people), beside=frozenset(said.beside))
    return merge_judged(dsn, judged, request, span, dry=delivery.dry), now


def wipe(database: Database) -> None:
    """Empty the database behind the pipeline, as only the superuser may: a clean start for each history."""
    with closing(psycopg2.connect(database.superuser_dsn)) as link, link.cursor() as cursor:
        deletes = "; ".join(f"DELETE FROM {table}" for table in TABLES)
        cursor.execute(f"SET session_replication_role = replica; {deletes}")
        cursor.execute("UPDATE ledger.province_state SET receipt_sequence = 0, receipt_sha256 = NULL")
        link.commit()


class Reader:
    """Reads the register over a session of its own, which sees everything."""

    def __init__(self, link: Any) -> None:
        self.link = link

    def rows(self, text: str, *values: object) -> list[tuple[Any, ...]]:
        with self.link, self.link.cursor() as cursor:
            cursor.execute(text, values or None)
            return list(cursor.fetchall())

    def living(self) -> dict[str, tuple[str, Row, bool]]:
        """uid → province, row, whether it is stale."""
        rows = self.rows(
            f"SELECT p.parcel_uid::text, p.province_code, p.stale_since IS NOT NULL, u.land_user_name, {COLUMNS} "
            "FROM land.parcel AS p LEFT JOIN land_private.land_user AS u USING (province_code, parcel_uid)"
        )
        return {uid: (province, _row(user, *rest), stale) for uid, province, stale, user, *rest in rows}

    def versions(self) -> dict[str, list[tuple[Row, str]]]:
        """uid → its closed versions in order, without users, and why they were closed.

        Those that were current once: what came too late to be is the affair of the model of both clocks.
        """
        found: dict[str, list[tuple[Row, str]]] = {}
        for uid, because, *rest in self.rows(
            f"SELECT p.parcel_uid::text, p.closed_because, {COLUMNS} FROM land.parcel_version AS p "
            "WHERE p.closed_because IN ('changed', 'ended') ORDER BY p.recorded_from"
        ):
            found.setdefault(uid, []).append((_row("", *rest), because))
        return found

    def chain(self) -> dict[str, list[Row]]:
        """uid → its closed versions, and the living one behind them."""
        found = {uid: [row for row, _ in versions] for uid, versions in self.versions().items()}
        for uid, (_, row, _) in self.living().items():
            found.setdefault(uid, []).append(row)
        return found

    def claims(self) -> dict[str, str]:
        return dict(
            self.rows(
                "SELECT c.national_id, c.parcel_uid::text FROM land.national_id_claim AS c "
                "WHERE c.parcel_uid IS NOT NULL"
            )
        )

    def waiting(self) -> int:
        """Rows of the last run of either province that were quarantined."""
        found = self.rows(
            "SELECT coalesce(sum(l.quarantined), 0)::integer FROM ledger.receipt AS r JOIN ledger.receipt_line AS l "
            "USING (run_id) WHERE r.sequence = (SELECT max(o.sequence) FROM ledger.receipt AS o "
            "WHERE o.province_code = r.province_code)"
        )
        return int(found[0][0])

    def as_of(self, known_at: datetime) -> dict[str, tuple[str, str]]:
        """uid → commune and number as this moment knew them."""
        found = self.rows(
            "SELECT parcel_uid::text, commune_code, parcel_no FROM analyst.parcel_as_of("
            "(now() AT TIME ZONE 'Asia/Ho_Chi_Minh')::date, %s)",
            known_at,
        )
        return {uid: (commune, number) for uid, commune, number in found}

    def all_tables(self) -> str:
        """A fingerprint of every table that a run may write, the list of runs aside."""
        parts = " || ".join(
            f"coalesce((SELECT md5(string_agg(t::text, '' ORDER BY t::text)) FROM {table} AS t), '-')"
            for table in TABLES
        )
        return str(self.rows(f"SELECT {parts}")[0][0])


COLUMNS = (
    "p.commune_code, p.source_key, p.national_id, p.parcel_no, p.map_set, p.land_use, "
    f"round((st_ymin(p.geom) - {SOUTH}) / 0.001)::integer, "
    f"round((st_xmin(p.geom) - {WEST}) / {UNIT})::integer, round((st_xmax(p.geom) - {WEST}) / {UNIT})::integer"
)


def _row(
    user: str, commune: str, key: str, national_id: str, number: str, mark: str, use: str, *land: int
) -> Row:
    return Row(commune, key, national_id, number, mark, None if None in land else Land(*land), use, user)


def lines_of(merged: Merged, counts: Iterable[str]) -> dict[str, Counter[str]]:
    """The receipt's lines in the form of the model, without noughts; a line that says nothing is none."""
    lines = {
        line["commune_code"]: Counter({name: int(line[name]) for name in counts if line[name]})
        for line in merged.lines
    }
    return {
        commune: line for commune, line in lines.items() if set(line) - {"current_before", "current_after"}
    }
