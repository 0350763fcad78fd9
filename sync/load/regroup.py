"""A commune's verdict once more, after the merge quarantined rows that the judgement had accepted.

Counts, measures, group, the group if everything not run had failed, and what to mend: all from the tables that the
judgement left, without looking at a parcel again. What the merge finds is a finding like any other.
"""

from dataclasses import dataclass
from datetime import date
from typing import Any

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from sync import db
from validators.catalogue import BY_CODE
from validators.policy import Policy
from validators.stored import grouped, measured_of


@dataclass(frozen=True, slots=True)
class Judged:
    """What was judged of one commune: its entry in datasets.json, its rows (ROWS_SCHEMA) and findings (FINDINGS_SCHEMA)."""

    verdict: dict[str, Any]
    rows: pa.Table
    findings: pa.Table


def after_merge(
    judged: Judged, quarantined: list[db.Row], merged: pa.Table, policy: Policy, as_of: date
) -> dict[str, Any]:
    """The entry of datasets.json as it is after the merge.

    quarantined  what the merge refused of this commune: `row_no`, `merge_code`, `has_error`
    merged       the findings about it (FINDINGS_SCHEMA)
    """
    verdict = judged.verdict
    if not quarantined:
        return verdict
    faultless = sum(not row["has_error"] for row in quarantined)
    more = {
        **verdict,
        "accepted": verdict["accepted"] - len(quarantined),
        "quarantined": verdict["quarantined"] + len(quarantined),
        "rows_with_error": verdict["rows_with_error"] + faultless,
        "measured": _measured(judged, quarantined),
    }
    portions = measured_of(more)
    more["measures"] = {name: portion.share if portion else None for name, portion in portions.items()}
    return more | grouped(more, pa.concat_tables([judged.findings, merged]), policy, as_of)


def _measured(judged: Judged, quarantined: list[db.Row]) -> dict[str, Any]:
    """The measures without the rows in which only now something was found that they count."""
    row_no = np.asarray(judged.rows["row_no"].to_numpy(), dtype=np.int64)
    merge_codes = np.array([row["merge_code"] for row in quarantined], dtype=object)
    chosen = np.array([row["row_no"] for row in quarantined], dtype=np.int64)
    order = np.argsort(row_no)
    codes = (
        judged.rows["codes"].combine_chunks().take(pa.array(order[np.searchsorted(row_no[order], chosen)]))
    )
    measured = dict(judged.verdict["measured"])
    for name, portion in measured.items():
        counted = {code for code, check in BY_CODE.items() if name in check.measures}
        newly = np.isin(merge_codes, list(counted)) & ~_any_of(codes, counted)
        if portion is not None and portion["of"] and newly.any():
            measured[name] = {**portion, "good": portion["good"] - int(newly.sum())}
    return measured


def _any_of(lists: pa.ListArray, wanted: set[str]) -> np.ndarray[Any, np.dtype[np.bool_]]:
    """(n,) whether a list holds one of the wanted texts."""
    hit = pc.is_in(lists.flatten(), value_set=pa.array(sorted(wanted), pa.string()))
    found = np.zeros(len(lists), dtype=bool)
    found[np.asarray(pc.list_parent_indices(lists))[np.asarray(hit.to_numpy(zero_copy_only=False))]] = True
    return found
