"""The verdict on a commune as a whole: the rows of this run, what else is live there, and the refused rows that still wait.

A part of a commune decides nothing about the rest. What a delivery did not bring is counted as it stands: live parcels and
refused rows, each once, with the open cases of the register that are about them. Needs what the merge and the register
leave in the transaction.
"""

from dataclasses import dataclass
from datetime import date
from typing import Any

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
from numpy.typing import NDArray

from sync import db
from sync.folder.verdict import LoadedVerdict
from sync.load.staging import staging_tables
from validators.catalogue import CHECKS
from validators.completeness import Completeness, recounted
from validators.condensed import CONDENSING
from validators.findings import FINDINGS_SCHEMA
from validators.measures import Portion
from validators.policy import Policy
from validators.stored import grouped

# The cases about the rest of a commune: `rest_no` is the number of a parcel there. Of what a refused row was refused for
# only the code is known where no case tells of it.
CASES_SCHEMA = pa.schema(
    [
        pa.field("commune_code", pa.string()),
        pa.field("rest_no", pa.int64()),
        pa.field("refused", pa.bool_()),
        pa.field("finding_id", pa.string()),
        pa.field("check_code", pa.string()),
        pa.field("severity", pa.string()),
        pa.field("quarantines", pa.bool_()),
        pa.field("excused", pa.bool_()),
    ]
)
_BEYOND = 1 << 40  # rows of the rest are numbered beyond those of any delivery
_OF_ROWS = {
    name: codes
    for name in {measure for check in CHECKS for measure in check.measures}
    if not any(check.share for check in CHECKS if name in check.measures)
    and (codes := {check.code for check in CHECKS if name in check.measures})
}

Integers = NDArray[np.int64]


@dataclass(frozen=True, slots=True)
class Rest:
    """What a commune has beside the rows of this run.

    live, quarantined, unreadable  how many parcels and refused rows
    cases       CASES_SCHEMA
    left_out    row_no of the rows of this run that do not count: they came too late, or are held
    land_users  how many of the land users that are live were found; None where nothing is known of any
    area_m2     of all of them; out_m2: of the rows of this run that do not count
    """

    live: int
    quarantined: int
    unreadable: int
    cases: pa.Table
    left_out: Integers
    land_users: Portion | None
    area_m2: float
    out_m2: float

    @property
    def parcels(self) -> int:
        """All of them."""
        return self.live + self.quarantined + self.unreadable


NO_REST = Rest(0, 0, 0, CASES_SCHEMA.empty_table(), np.empty(0, np.int64), None, 0.0, 0.0)


def rests(
    connection: db.Connection, run_id: str, province: str, as_of: date, communes: list[str], *, changes: bool
) -> dict[str, Rest]:
    """The rest of each commune that has one, or of which rows of this run do not count; what waits is brought up to date.

    communes  those that went live
    """
    values = {"run_id": run_id, "province": province, "communes": communes, "changes": changes}
    parcel: db.Identifiers = {"parcel": staging_tables(run_id)["parcel"]}
    for name in ("10_close_quarantine", "11_open_quarantine"):
        db.execute(connection, "load/refresh_statistics", {"of": "quarantine_state"})
        db.execute(connection, f"whole/{name}", values, parcel)
    db.execute(connection, "load/refresh_statistics", {"of": "quarantine_state"})
    db.execute(connection, "whole/20_rest", values, parcel)
    counts = {row["commune_code"]: row for row in db.fetch(connection, "whole/30_counts", values)}
    left_out: dict[str, list[db.Row]] = {}
    for row in db.fetch(connection, "whole/31_left_out", values, parcel):
        left_out.setdefault(row["commune_code"], []).append(row)
    concerned = sorted({*counts, *left_out})
    if not concerned:
        return {}
    literals: db.Identifiers = {
        "province": db.sql.Literal(province),
        "as_of": db.sql.Literal(as_of),
        "condensing": db.sql.Literal(list(CONDENSING)),
    }
    db.execute(connection, "whole/31a_told", values | {"as_of": as_of})
    cases = db.copy_out(connection, db.compose("whole/32_cases", literals), CASES_SCHEMA)
    asked = values | {"communes": concerned}
    matched = db.fetch(connection, "population/any_result", values)[0]["known"]
    found = db.fetch(connection, "whole/33_land_users", asked) if matched else []
    users = {row["commune_code"]: Portion(row["found"], row["land_users"]) for row in found}
    return {
        code: Rest(
            **{state: counts.get(code, {}).get(state, 0) for state in ("live", "quarantined", "unreadable")},
            cases=cases.filter(pc.equal(cases["commune_code"], code)),
            left_out=np.array([row["row_no"] for row in left_out.get(code, [])], np.int64),
            land_users=users.get(code),
            area_m2=float(counts.get(code, {}).get("area_m2", 0)),
            out_m2=float(sum(row["area_m2"] or 0 for row in left_out.get(code, []))),
        )
        for code in concerned
    }


def with_rest(
    verdict: LoadedVerdict, rest: Rest, rows: pa.Table, findings: pa.Table, policy: Policy, as_of: date
) -> LoadedVerdict:
    """The verdict on the whole commune.

    verdict   on the rows of this run
    rows      ROWS_SCHEMA, findings: FINDINGS_SCHEMA, those of the merge too; of these rows
    """
    out = rows.filter(pc.is_in(rows["row_no"], value_set=pa.array(rest.left_out)))
    findings = findings.filter(pc.invert(pc.is_in(findings["row_no"], value_set=pa.array(rest.left_out))))
    cases = rest.cases.filter(pc.is_valid(rest.cases["finding_id"]))
    gone = {state: _count(out, state) for state in ("accept", "quarantine", "unreadable")}
    bad = pc.or_(pc.equal(rest.cases["severity"], "error"), rest.cases["quarantines"])
    wrong = pc.and_not(pc.fill_null(bad, False), rest.cases["excused"])
    wrong = pc.and_not(
        wrong, rest.cases["refused"]
    )  # a refused row is one with an error whatever its cases are
    errors = len(pc.unique(rest.cases["rest_no"].filter(wrong))) + rest.quarantined + rest.unreadable
    known = pc.is_in(cases["finding_id"], value_set=findings["finding_id"].combine_chunks())
    new = cases.filter(pc.invert(known))
    measured = {name: _measured(name, portion, rest, out) for name, portion in verdict.measured.items()}
    read = verdict.read - out.num_rows + rest.parcels
    complete = _completeness(verdict, rest, read, policy)
    measured["du"] = complete.portion
    counted = verdict.model_copy(
        update={
            "completeness": complete,
            "read": read,
            "accepted": verdict.accepted - gone["accept"] + rest.live,
            "quarantined": verdict.quarantined - gone["quarantine"] + rest.quarantined,
            "unreadable": verdict.unreadable - gone["unreadable"] + rest.unreadable,
            "rows_with_error": verdict.rows_with_error - (pc.sum(out["has_error"]).as_py() or 0) + errors,
            "measured": measured,
            "measures": {name: portion.share if portion else None for name, portion in measured.items()},
        }
    )
    told = pa.concat_tables([_touching(findings, cases.filter(known)), _as_findings(new, verdict.code)])
    counted = counted.model_copy(
        update={
            "excused": int(pc.sum(told["excused"], min_count=0).as_py()),
            "findings": _by_code(told),
        }
    )
    return grouped(counted, told, policy, as_of)


def _completeness(verdict: LoadedVerdict, rest: Rest, read: int, policy: Policy) -> Completeness:
    """Against the land statistics: of the parcels of the whole commune, each once, and of their area."""
    judged = {each.figure: each.there for each in verdict.completeness.figures}
    area = round(judged.get("area_m2", 0) - rest.out_m2 + rest.area_m2, 4)
    return recounted(verdict.completeness, {"parcels": read, "area_m2": area}, policy.completeness)


def _count(rows: pa.Table, decision: str) -> int:
    return int(pc.sum(pc.equal(rows["decision"], decision), min_count=0).as_py())


def _by_code(findings: pa.Table) -> dict[str, int]:
    counts = pc.value_counts(findings["check_code"].combine_chunks())
    return dict(sorted((each["values"], each["counts"]) for each in counts.to_pylist()))


def _measured(name: str, portion: Portion | None, rest: Rest, out: pa.Table) -> Portion | None:
    """How a measure counts, of all parcels; of land users what is live."""
    if portion is None or not portion.of:
        return portion
    if name not in _OF_ROWS:
        return rest.land_users or portion
    codes = pa.array(sorted(_OF_ROWS[name]), pa.string())
    hit = rest.cases.filter(pc.is_in(rest.cases["check_code"], value_set=codes))
    lists = out["codes"].combine_chunks()
    at = np.asarray(pc.list_parent_indices(lists))
    bad = np.unique(at[np.asarray(pc.is_in(lists.flatten(), value_set=codes))])
    good = portion.good - (out.num_rows - len(bad)) + rest.parcels - len(pc.unique(hit["rest_no"]))
    return Portion(good, portion.of - out.num_rows + rest.parcels)


def _touching(findings: pa.Table, cases: pa.Table) -> pa.Table:
    """Findings of this run, with the parcels of the rest that they are about among their rows."""
    if not len(cases):
        return findings
    at = pc.index_in(cases["finding_id"], value_set=findings["finding_id"].combine_chunks())
    lists = findings["other_rows"].combine_chunks()
    parents = np.concatenate((np.asarray(pc.list_parent_indices(lists)), np.asarray(at)))
    rows = np.concatenate((np.asarray(lists.flatten()), _numbers(cases)))
    return _with_other_rows(findings, parents, rows)


def _as_findings(cases: pa.Table, commune_code: str) -> pa.Table:
    """FINDINGS_SCHEMA: cases of which this run found nothing, as far as groups and fixes ask."""
    if not len(cases):
        return FINDINGS_SCHEMA.empty_table()
    order = [("finding_id", "ascending"), ("rest_no", "ascending")]
    cases = cases.sort_by(order)
    ids = np.asarray(cases["finding_id"].to_numpy(), dtype=object)
    first = np.ones(len(ids), dtype=bool)
    first[1:] = ids[1:] != ids[:-1]
    one, rows = cases.filter(pa.array(first)), _numbers(cases)
    n = len(one)
    columns: dict[str, Any] = {
        **{name: one[name] for name in ("finding_id", "check_code", "severity", "quarantines", "excused")},
        "dataset": pa.repeat(commune_code, n),
        "row_no": pa.array(rows[first]),
    }
    for field in FINDINGS_SCHEMA:
        if field.name not in columns:
            empty: Any = [] if pa.types.is_list(field.type) else "" if not field.nullable else None
            columns[field.name] = pa.array([empty] * n, field.type)
    table = pa.table([columns[field.name] for field in FINDINGS_SCHEMA], schema=FINDINGS_SCHEMA)
    owner = np.cumsum(first) - 1
    return _with_other_rows(table, owner[~first], rows[~first])


def _numbers(cases: pa.Table) -> Integers:
    return np.asarray(cases["rest_no"].to_numpy(), dtype=np.int64) + _BEYOND


def _with_other_rows(findings: pa.Table, owner: Integers, rows: Integers) -> pa.Table:
    order = np.lexsort((rows, owner))
    offsets = np.searchsorted(owner[order], np.arange(len(findings) + 1)).astype(np.int32)
    lists = pa.ListArray.from_arrays(pa.array(offsets), pa.array(rows[order], pa.int64()))
    at = findings.schema.get_field_index("other_rows")
    return findings.set_column(at, findings.schema.field(at), lists)
