"""The findings of a run in the ledger, with those that only the merge could make."""

from collections.abc import Collection

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
import shapely

from parcels.content_hash import to_hex
from parcels.crs import VN2000
from sync import db
from sync.folder.dataset import load_dataset
from sync.folder.delivery import DeliveryRecord
from sync.folder.judgement import load_findings
from sync.folder.loaded import RefusedRow, write_merge_findings
from sync.run import Run
from validators.base import Faults, Subject
from validators.catalogue import BY_CODE
from validators.delivery import Delivered, context_of
from validators.findings import FINDINGS_SCHEMA, findings
from validators.identity.naming import name_rows
from validators.places import places_of
from validators.policy import policy_at

_COPIED = (
    "finding_id",
    "check_code",
    "severity",
    "row_no",
    "handle",
    "measure",
    "unit",
    "detail",
    "quarantines",
    "width_mm",
)


def merge_findings(run: Run, refused: tuple[RefusedRow, ...]) -> pa.Table:
    """Findings for the rows that the merge quarantined, worded as the checks word theirs; kept for the report."""
    communes = sorted({row.commune_code for row in refused})
    tables = [
        _of_commune(run, commune, [row for row in refused if row.commune_code == commune])
        for commune in communes
    ]
    table = pa.concat_tables([FINDINGS_SCHEMA.empty_table(), *tables])
    write_merge_findings(run.folder, table)
    return table


def _of_commune(run: Run, commune: str, refused: list[RefusedRow]) -> pa.Table:
    dataset = load_dataset(run.judged_folder, run.province, commune)
    as_of = DeliveryRecord.load(run.judged_folder).as_of
    # The merge quarantines no row that shares a handle, so what repeats in the delivery does not matter here.
    context = context_of(Delivered({}, as_of), province_code=run.province, policy=policy_at(as_of))
    row_no = np.asarray(dataset.column("row_no"), dtype=np.int64)
    codes = np.array([row.merge_code for row in refused], dtype=object)
    rows = np.searchsorted(row_no, np.array([row.row_no for row in refused], dtype=np.int64))
    found = [
        (check, check.severity, Faults(rows[codes == code]))
        for code in sorted(set(codes))
        for check in (BY_CODE[code],)
    ]
    return findings(found, name_rows(Subject(dataset, context), np.unique(rows)))


def record_findings(
    connection: db.Connection,
    run: Run,
    merged: pa.Table,
    only: frozenset[str] | None,
    known: Collection[str] = (),
) -> int:
    """Write the judgement's findings and the merge's into the ledger; how many.

    known  finding_id of those in communes that were passed over: an earlier run wrote them, and the register has them open
    """
    table = pa.concat_tables([load_findings(run.judged_folder), merged])
    if only is not None:
        table = table.filter(pc.is_in(table["dataset"], pa.array(sorted(only), pa.string())))
    return write_findings(connection, run.run_id, run.province, table, known)


def write_findings(
    connection: db.Connection, run_id: str, province: str, table: pa.Table, known: Collection[str] = ()
) -> int:
    """Write findings (FINDINGS_SCHEMA) into the ledger; they stay at hand as merge_finding until the transaction ends.

    known  finding_id of those that are at hand only
    """
    db.execute(connection, "load/create_finding")
    db.copy_in(
        connection,
        ("pg_temp", "merge_finding"),
        pa.table(
            {
                **{name: table[name] for name in _COPIED},
                "commune_code": table["dataset"],
                "known": pc.is_in(table["finding_id"], value_set=pa.array(sorted(known), pa.string())),
                "others": db.array_text(table["others"]),
                "names": db.array_text(table["names"]),
                "other_names": db.array_text(table["other_names"]),
                "former_id": table["former_id"],
                "other_commune_code": table["other_dataset"],
                "place_wkb": to_hex(table["place_wkb"]),
                "place_srid": table["place_srid"],
                "stored_wkb": to_hex(pa.array(shapely.to_wkb(places_of(table, VN2000)), pa.binary())),
            }
        ),
    )
    return db.execute(connection, "load/findings", {"run_id": run_id, "province": province})
