"""The register of findings: what is wrong, since when, whether it was mended, and who answers for it meanwhile.

`update` is the last step of a load's transaction: it compares what the run found with the open cases of what the run
really judged and brought live, and writes what became of each (sql/register, in the order of the numbers).
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import date, datetime
from typing import Any

import pyarrow as pa

from parcels.model import UNKNOWN_COMMUNE
from sync import db
from sync.folder.register import REGISTER_SCHEMA, STATES, RegisterCounts
from validators.catalogue import CHECKS
from validators.condensed import CONDENSING
from validators.stored import CommuneVerdict

_STEPS = (
    "10_looked",
    "11_seams",
    "12_found",
    "13_former",
    "14_condensed",
    "20_missing",
    "21_names",
    "22_named",
    "23_parcels",
    "24_fitting",
    "25_rows",
    "index_rows",
    "26_renamed",
    "27_rename",
    "28_beside",
    "index_beside",
    "29_settled",
    "30_change",
    "31_cases",
    "32_settle",
    "32a_known",
    "33_events",
    "34_condense",
)


@dataclass(frozen=True, slots=True)
class Looked:
    """What a run judged and brings live.

    judged_by  the run that judged: another one, when this one applies what that one held
    merged_at  the recorded time of what its merge wrote
    parcels    the staging table of the run's rows: schema, name
    not_run    commune (`-` for the rows of none) that goes live → codes of the checks that were not run there, or that
               its profile leaves out
    delivered  every commune the judgement was of, whether it goes live or not
    passed     communes that came as they came last: live as they were judged, and nothing in them was looked at
    changes    of a change set: rows were judged, no commune
    catalogue  code → (of change sets only, needs nothing but the row); the checks that exist
    beside     codes of the checks that look at what else the commune has, beside the rows of a part
    """

    run_id: str
    judged_by: str
    province: str
    merged_at: datetime
    as_of: date
    parcels: tuple[str, str]
    not_run: Mapping[str, tuple[str, ...]]
    delivered: tuple[str, ...]
    passed: tuple[str, ...] = ()
    changes: bool = False
    catalogue: Mapping[str, tuple[bool, bool]] = field(
        default_factory=lambda: {
            check.code: (check.changes_only, check.scope == "self_contained") for check in CHECKS
        }
    )
    beside: tuple[str, ...] = tuple(check.code for check in CHECKS if check.beside)


def update(connection: db.Connection, looked: Looked) -> tuple[RegisterCounts, pa.Table]:
    """Bring the register up to date; what became of the cases: counts, and a REGISTER_SCHEMA table.

    Needs what the merge and `sync.load.findings.record_findings` leave in the transaction: merge_row, merge_commune,
    merge_finding; and the run's receipt and verdicts. Must be the last thing the transaction writes.
    """
    db.execute(connection, "register/lock")
    db.execute(connection, "load/refresh_statistics", {"of": "finding_case"})
    values = _values(connection, looked)
    for name in _STEPS:
        db.execute(connection, f"register/{name}", values, {"parcel": looked.parcels})
    counts = _counts(db.fetch(connection, "register/40_counts", values))
    db.execute(
        connection,
        "register/41_run",
        values | {"counts": db.json_value(counts.counts)},
    )
    told = db.copy_out(
        connection, db.compose("register/50_told", {"as_of": db.sql.Literal(looked.as_of)}), REGISTER_SCHEMA
    )
    return counts, told


def _values(connection: db.Connection, looked: Looked) -> dict[str, Any]:
    moment = db.fetch_one(connection, "register/judged_at", {"judged_by": looked.judged_by})
    clock = db.fetch_one(connection, "ledger/clock")
    assert moment is not None and clock is not None  # noqa: S101, PT018 - both have one row by construction
    now: datetime = clock["now"]
    return {
        "run_id": looked.run_id,
        "judged_by": looked.judged_by,
        "judged_at": moment["judged_at"],
        "now": now,
        "province": looked.province,
        "merged_at": looked.merged_at,
        "as_of": looked.as_of,
        "changes": looked.changes,
        "communes": list(looked.not_run),
        "live": [*looked.not_run, *looked.passed],
        "delivered": list(looked.delivered),
        "looked": db.json_value(
            [{"commune_code": code, "not_run": list(codes)} for code, codes in looked.not_run.items()]
        ),
        "catalogue": list(looked.catalogue),
        "beside": list(looked.beside),
        "condensing": list(CONDENSING),
        "of_changes": [code for code, (of_changes, _) in looked.catalogue.items() if of_changes],
        "of_rows": [code for code, (_, of_rows) in looked.catalogue.items() if of_rows],
    }


def _counts(rows: list[db.Row]) -> RegisterCounts:
    none = dict.fromkeys(STATES, 0)
    total: dict[str, int] = dict(none)
    communes: dict[str, dict[str, int]] = {}
    for row in rows:
        into = total if row["commune_code"] is None else communes.setdefault(row["commune_code"], dict(none))
        into[row["state"]] = int(row["cases"])
    return RegisterCounts(counts=total, communes=dict(sorted(communes.items())))


def looked_communes(
    verdicts: Iterable[CommuneVerdict], live: frozenset[str], *, nowhere: bool
) -> dict[str, tuple[str, ...]]:
    """What `Looked.not_run` says of a judgement.

    verdicts  those of the judgement
    live      the communes that go live, also those of which a change set only ends parcels
    nowhere   whether the rows of no commune are part of the run: not when it applies what was held
    """
    left_out = {verdict.code: (*verdict.not_run, *verdict.not_applicable) for verdict in verdicts}
    everywhere = tuple(sorted({code for codes in left_out.values() for code in codes}))
    looked = {code: left_out.get(code, everywhere) for code in sorted(live)}
    if nowhere:  # also where every row has a commune now: then none is left of those that had none
        looked[UNKNOWN_COMMUNE] = left_out.get(UNKNOWN_COMMUNE, everywhere)
    return looked
