"""Runs as the register sees them: what was found, in which communes, and what of it went live. No parcels, no merge."""

import uuid
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import UTC, date, datetime
from typing import Any

import psycopg2.extras
import pyarrow as pa
import shapely

from sync import db
from sync.load.findings import write_findings
from sync.register import Looked, looked_communes, update
from validators.findings import FINDINGS_SCHEMA
from validators.stored import CommuneVerdict, without_rows

AS_OF = date(2026, 11, 20)
HA_NOI = ("00004", "00008", "00025")
CAO_BANG = ("01273", "01279")
PROVINCE = dict.fromkeys(HA_NOI, "01") | dict.fromkeys(CAO_BANG, "04")


@dataclass(frozen=True, slots=True)
class Fault:
    """Something wrong with these parcels (source keys) of a commune, and with others of a commune across the seam."""

    check: str
    commune: str
    keys: tuple[str, ...] = ()
    other: str | None = None
    other_keys: tuple[str, ...] = ()
    severity: str = "error"
    quarantines: bool = False

    @property
    def finding_id(self) -> str:
        """As both sides name it."""
        names = sorted((*self.keys, *self.other_keys)) or [f"commune|{self.commune}"]
        return str(uuid.uuid5(uuid.NAMESPACE_OID, "|".join([self.check, *names])))

    def from_other_side(self) -> "Fault":
        """The same fault, as the other commune's judgement tells it."""
        assert self.other is not None
        return Fault(
            self.check, self.other, self.other_keys, self.commune, self.keys, self.severity, self.quarantines
        )


@dataclass
class Delivered:
    """A delivery that was judged. `rows`: commune → key → status of its row in the merge; every key of a fault is a row.

    whole  communes of which it holds every parcel
    """

    province: str
    faults: tuple[Fault, ...]
    communes: tuple[str, ...]
    whole: tuple[str, ...] | None = None
    rows: Mapping[str, Mapping[str, str]] = field(default_factory=dict)
    not_run: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    changes: bool = False
    run_id: str = ""


class Nation:
    """A database whose register is filled by runs that only found something."""

    def __init__(self, dsn: str) -> None:
        self.dsn = dsn

    def judge(self, delivered: Delivered) -> Delivered:
        """Begin the run: what goes live from now on, its judgement has not seen."""
        delivered.run_id = f"{delivered.province}-{uuid.uuid4().hex[:12]}"
        with db.connect(self.dsn) as connection, connection.cursor() as cursor:
            _begin(cursor, delivered.run_id, delivered.province)
        return delivered

    def publish(
        self,
        delivered: Delivered,
        live: Iterable[str] | None = None,
        *,
        applying: bool = False,
        changed: bool = True,
        roll_back: bool = False,
        **options: Any,
    ) -> dict[str, int]:
        """The load's last step for the communes that go live (all that were delivered, unless said)."""
        gone_live = frozenset(delivered.communes if live is None else live)
        run_id = delivered.run_id
        with db.connect(self.dsn) as connection:
            with connection.cursor() as cursor:
                if applying:
                    run_id = f"{delivered.province}-{uuid.uuid4().hex[:12]}"
                    _begin(cursor, run_id, delivered.province, parent=delivered.run_id)
                _merged(cursor, run_id, delivered, gone_live, changed=changed)
            told = [fault for fault in delivered.faults if not applying or fault.commune in gone_live]
            write_findings(connection, run_id, delivered.province, _table(told, _row_numbers(delivered)))
            verdicts = [_verdict(code, delivered.not_run.get(code, ())) for code in delivered.communes]
            looked = Looked(
                run_id=run_id,
                judged_by=delivered.run_id,
                province=delivered.province,
                merged_at=datetime.now(UTC),
                as_of=AS_OF,
                parcels=("pg_temp", "staged"),
                not_run=looked_communes(verdicts, gone_live, nowhere=not applying),
                delivered=delivered.communes,
                changes=delivered.changes,
                **options,
            )
            counts, _ = update(connection, looked)
            if roll_back:
                connection.rollback()
        return counts.counts

    def run(self, province: str, *faults: Fault, **said: Any) -> dict[str, int]:
        """Judge and publish at once: the communes of the faults, or those said; counts of the register."""
        options = {
            name: said.pop(name) for name in ("live", "changed", "roll_back", "catalogue") if name in said
        }
        communes = said.pop("communes", None) or tuple(sorted({fault.commune for fault in faults}))
        return self.publish(
            self.judge(Delivered(province, tuple(faults), tuple(communes), **said)), **options
        )

    def states(self) -> dict[str, str]:
        """Finding id → its state as people read it."""
        return dict(self.query("SELECT finding_id::text, state FROM analyst.finding"))

    def open(self) -> set[str]:
        """The ids of what is not mended."""
        return {name for name, state in self.states().items() if state not in ("fixed", "retired")}

    def history(self, fault: Fault) -> list[tuple[str, str]]:
        """State and reason of every event of a case."""
        return self.query(
            "SELECT state, because FROM ledger.finding_event WHERE finding_id = %s::uuid ORDER BY recorded_at",
            fault.finding_id,
        )

    def query(self, text: str, *values: object) -> list[Any]:
        """Rows, as the loader."""
        with db.connect(self.dsn) as connection, connection.cursor() as cursor:
            cursor.execute(text, values)
            return cursor.fetchall() if cursor.description else []


def _begin(cursor: Any, run_id: str, province: str, parent: str | None = None) -> None:
    cursor.execute(
        "INSERT INTO ledger.run (run_id, province_code, kind, actor, dry_run, parent_run_id, code_version, started_at) "
        "VALUES (%s, %s, %s, 'test', false, %s, 'test', clock_timestamp())",
        (run_id, province, "apply" if parent else "sync", parent),
    )


def _merged(cursor: Any, run_id: str, delivered: Delivered, live: frozenset[str], *, changed: bool) -> None:
    """What the merge, the receipt and the verdicts leave for the register."""
    cursor.execute(
        "CREATE TEMP TABLE staged (row_no bigint, dataset text, source_key text, source_alias text, national_alias text, "
        "sheet_alias text, sheet_place text, shape text, geom geometry, sheet_no text, parcel_no text) ON COMMIT DROP;"
        "CREATE TEMP TABLE merge_row (row_no bigint, commune_code text, status text, outdated boolean, "
        "parcel_uid uuid) ON COMMIT DROP;"
        "CREATE TEMP TABLE merge_commune (commune_code text, endable boolean, held boolean) ON COMMIT DROP"
    )
    whole = delivered.communes if delivered.whole is None else delivered.whole
    numbers = _row_numbers(delivered)
    rows = [
        (number, code, key, _status(delivered, code, key, live)) for (code, key), number in numbers.items()
    ]
    insert = psycopg2.extras.execute_values
    if rows:
        insert(
            cursor,
            "INSERT INTO staged (row_no, dataset, source_key, source_alias) VALUES %s",
            [(*row[:3], f"s|{row[2]}") for row in rows],
        )
        insert(
            cursor,
            "INSERT INTO merge_row (row_no, commune_code, status, outdated) VALUES %s",
            [(number, code, status, False) for number, code, _, status in rows],
        )
    insert(
        cursor,
        "INSERT INTO merge_commune VALUES %s",
        [(code, code in whole, code not in live) for code in delivered.communes],
    )
    cursor.execute(
        "INSERT INTO ledger.receipt SELECT %s, %s, 1 + (SELECT count(*) FROM ledger.receipt), '', '', '', '', clock_timestamp()",
        (run_id, delivered.province),
    )
    moved = int(changed)
    for code in delivered.communes:
        gone = moved if code in live else 0
        cursor.execute(
            "INSERT INTO ledger.receipt_line SELECT %s, %s, %s, %s, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, %s, 0, 0, 0, 0, ''",
            (run_id, code, gone, gone, gone),
        )
        cursor.execute(
            "INSERT INTO ledger.dataset_verdict (run_id, commune_code, decision, provisional, reasons, measures, policy) "
            "VALUES (%s, %s, %s, false, '[]', '{}', 'test')",
            (run_id, code, "accept" if code in live else "hold"),
        )


def _verdict(code: str, not_run: tuple[str, ...]) -> CommuneVerdict:
    """Of which the register reads only what was not run."""
    return without_rows(code, "test").model_copy(update={"not_run": not_run})


def _status(delivered: Delivered, code: str, key: str, live: frozenset[str]) -> str:
    said = delivered.rows.get(code, {}).get(key, "accept")
    return said if said != "accept" or code in live else "held"


def _row_numbers(delivered: Delivered) -> dict[tuple[str, str], int]:
    keys = {(fault.commune, key) for fault in delivered.faults for key in fault.keys}
    keys |= {(code, key) for code, rows in delivered.rows.items() for key in rows}
    return {name: number for number, name in enumerate(sorted(keys))}


def _table(faults: Iterable[Fault], numbers: Mapping[tuple[str, str], int]) -> pa.Table:
    """FINDINGS_SCHEMA of these faults."""
    place = shapely.to_wkb(shapely.Point(500_000.0, 2_326_000.0))
    rows = [
        {
            "finding_id": fault.finding_id,
            "check_code": fault.check,
            "severity": fault.severity,
            "dataset": fault.commune,
            "row_no": numbers[fault.commune, fault.keys[0]] if fault.keys else -1,
            "handle": fault.keys[0] if fault.keys else None,
            "measure": 1.5,
            "unit": "m²",
            "others": [*fault.keys[1:], *fault.other_keys],
            "other_dataset": fault.other,
            "names": [f"source_key|s|{key}" for key in fault.keys],
            "other_names": [f"source_key|s|{key}" for key in fault.other_keys],
            "message_vi": "",
            "message_en": "",
            "place_wkb": place,
            "place_srid": 3405,
            "quarantines": fault.quarantines,
            "excused": False,
        }
        for fault in faults
    ]
    return pa.Table.from_pylist(rows, schema=FINDINGS_SCHEMA)
