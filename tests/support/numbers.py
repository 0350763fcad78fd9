"""Parcels of a merged commune whose sheets begin at 1 again in each old commune, judged, merged and on the register.

Every parcel has a place of its own, so that a case says by its place which parcel it is about, whatever it is called.
"""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.parquet as pq
import shapely

from sync import db
from sync.folder.snapshot import part_paths
from sync.keys import PrivateKey
from sync.load import receipt
from sync.load.findings import write_findings
from sync.load.merge import MergeRequest, merge
from sync.load.staging import StagedRun, create_staging, fill_staging, staging_tables
from sync.register import Looked, looked_communes, update
from sync.run import ledger
from sync.run.staging import drop_staging
from tests.conftest import KEY
from tests.support.judged import everything
from tests.unit.validators.validator_datasets import AS_OF, COMMUNE, ORIGIN, PROVINCE, dataset
from validators.delivery import Delivered, context_of
from validators.judge import Verdict, judge
from validators.policy import policy_at

CHECKS = ("ATT-AREA", "ATT-LAND-USE", "GEO-INVALID", "IDN-DUP-SHEET", "IDN-MISSING")
_SIDE = 20.0


@dataclass(frozen=True)
class Parcel:
    """A row as it is delivered. `place` is which parcel it truly is; `faults` of CHECKS."""

    place: int
    old: str | None = None
    map_set: str | None = None
    scale: str | None = None
    sheet: str | None = "1"
    number: str | None = "1"
    key: str | None = None
    national_id: str | None = None
    faults: frozenset[str] = frozenset()

    def shape(self) -> shapely.Polygon:
        """Its square; a bow-tie where it is invalid."""
        west, south = ORIGIN[0] + self.place * (_SIDE + 5), ORIGIN[1]
        if "GEO-INVALID" in self.faults:
            east, north = west + _SIDE, south + _SIDE
            return shapely.Polygon([(west, south), (east, north), (east, south), (west, north)])
        return shapely.box(west, south, west + _SIDE, south + _SIDE)


def judged(parcels: Sequence[Parcel], **known: Any) -> tuple[Any, Verdict]:
    """The dataset of these rows, and the verdict on it."""
    wrong = [parcel.faults for parcel in parcels]
    data = dataset(
        np.array([parcel.shape() for parcel in parcels], dtype=object),
        source_key=[parcel.key for parcel in parcels],
        national_id=[parcel.national_id for parcel in parcels],
        old_commune_code=[parcel.old for parcel in parcels],
        map_set=[parcel.map_set for parcel in parcels],
        map_scale=[parcel.scale for parcel in parcels],
        sheet_no=[parcel.sheet for parcel in parcels],
        parcel_no=[parcel.number for parcel in parcels],
        area_legal_m2=[9_000.0 if "ATT-AREA" in faults else 400.0 for faults in wrong],
        land_use=["XX" if "ATT-LAND-USE" in faults else "LUC" for faults in wrong],
    )
    geom = pa.array(shapely.to_wkb(data.stored, byte_order=1), pa.binary())
    at = data.table.schema.get_field_index("geom")
    data = replace(data, table=data.table.set_column(at, data.table.schema.field(at), geom))
    context = context_of(
        Delivered({COMMUNE: data.table}, AS_OF), province_code=PROVINCE, policy=policy_at(AS_OF)
    )
    return data, judge(data, replace(context, **known))


def deliver(
    dsn: str, folder: Path, parcels: Sequence[Parcel], *, whole: bool = False, before: bool = False
) -> str:
    """Judge, merge and register these rows as one delivery; the run's id.

    before  by the ids that findings had before sheets had their old commune, and without names
    """
    run_id, _ = ledger.begin(dsn, ledger.RunRequest(PROVINCE, "test"))
    data, verdict = judged(parcels)
    snapshot = folder / run_id / "snapshot"
    snapshot.mkdir(parents=True)
    pq.write_table(data.table, snapshot / f"{COMMUNE}.parquet")
    staged = StagedRun(part_paths(folder / run_id), folder / run_id, verdict.rows, frozenset(), None, AS_OF)
    with db.connect(dsn) as connection:
        create_staging(connection, run_id)
        fill_staging(connection, run_id, staged, PrivateKey(KEY).store(PROVINCE))
    found = verdict.findings.filter(pc.is_in(verdict.findings["check_code"], pa.array(CHECKS)))
    if before:
        found = as_before(found)
    with db.connect(dsn) as connection:
        chain = db.fetch_one(connection, "ledger/own_lock", {"province": PROVINCE, "run_id": run_id})
        assert chain is not None
        now = datetime.now(UTC)
        complete = (COMMUNE,) if whole else ()
        request = MergeRequest(
            run_id,
            PROVINCE,
            AS_OF,
            now,
            complete,
            (),
            policy_at(AS_OF).brake,
            policy_at(AS_OF).identity,
            policy_at(AS_OF).name,
            passed=everything(COMMUNE),
            observed_at=now,
        )
        merged = merge(connection, request)
        receipt.check_balances(merged.lines)
        facts = {"run_id": run_id, "province_code": PROVINCE, "delivery_sha256": "0", "snapshot_sha256": "0"}
        receipt.write(connection, chain, now, facts, merged.lines, merged.columns)
        write_findings(connection, run_id, PROVINCE, found)
        looked = Looked(
            run_id=run_id,
            judged_by=run_id,
            province=PROVINCE,
            merged_at=now,
            as_of=AS_OF,
            parcels=staging_tables(run_id)["parcel"],
            not_run=looked_communes([verdict.kept()], frozenset({COMMUNE}), nowhere=True),
            delivered=(COMMUNE,),
        )
        update(connection, looked)
    drop_staging(dsn, run_id)
    ledger.finish(dsn, run_id)
    return run_id


def as_before(found: pa.Table) -> pa.Table:
    """These findings as they were made before they had names."""
    ids = pc.coalesce(found["former_id"], found["finding_id"])
    nothing = pa.array([[]] * len(found), pa.list_(pa.string()))
    handles = pc.replace_substring_regex(found["handle"], r" \(.*\)$", "")
    changed = {
        "handle": handles,
        "finding_id": ids,
        "former_id": pa.nulls(len(found), pa.string()),
        "names": nothing,
    }
    for name, values in changed.items():
        at = found.schema.get_field_index(name)
        found = found.set_column(at, found.schema.field(at), values)
    return found


def open_cases(dsn: str) -> list[tuple[str, int]]:
    """Check and true parcel of every open case, by its place; sorted."""
    return sorted(
        (check, place) for check, place, state in cases(dsn) if state in ("new", "open", "returned")
    )


def cases(dsn: str) -> list[tuple[str, int, str]]:
    """Check, true parcel and state of every case."""
    statement = "SELECT check_code, ST_AsBinary(ST_Transform(ST_SetSRID(ST_Centroid(place), 4756), 4756)), state FROM ledger.finding_case"
    with db.connect(dsn) as connection, connection.cursor() as cursor:
        cursor.execute(statement)
        rows = cursor.fetchall()
    first = dataset(1).stored[0]
    lon = shapely.centroid(first).x
    step = (
        shapely.centroid(dataset(np.array([replace(Parcel(0), place=1).shape()], dtype=object)).stored[0]).x
        - lon
    )
    return [
        (check, round((shapely.from_wkb(bytes(where)).x - lon) / step), state) for check, where, state in rows
    ]
