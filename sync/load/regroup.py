"""A commune's verdict once more, after the merge quarantined rows that the judgement had accepted.

Counts, measures, group, the group if everything not run had failed, and what to mend: all from the tables that the
judgement left, without looking at a parcel again. What the merge finds is a finding like any other.
"""

from dataclasses import dataclass
from datetime import date

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from parcels.arrays import any_of
from sync.folder.loaded import RefusedRow
from validators.catalogue import BY_CODE
from validators.measures import Portion
from validators.policy import Policy
from validators.stored import CommuneVerdict, grouped


@dataclass(frozen=True, slots=True)
class JudgedCommune:
    """What was judged of one commune: its verdict, its rows (ROWS_SCHEMA) and findings (FINDINGS_SCHEMA)."""

    verdict: CommuneVerdict
    rows: pa.Table
    findings: pa.Table


def after_merge(
    judged: JudgedCommune, refused: list[RefusedRow], merged: pa.Table, policy: Policy, as_of: date
) -> CommuneVerdict:
    """The verdict as it is after the merge.

    refused  what the merge quarantined of this commune
    merged   the findings about it (FINDINGS_SCHEMA)
    """
    verdict = judged.verdict
    if not refused:
        return verdict
    measured = _measured(judged, refused)
    # A row without geometry counts as refused already: the merge would have let it live all the same.
    numbers = pa.array([row.row_no for row in refused], pa.int64())
    decided = judged.rows["decision"].filter(pc.is_in(judged.rows["row_no"], value_set=numbers))
    newly = pc.sum(pc.equal(decided, "accept"), min_count=0).as_py()
    more = verdict.model_copy(
        update={
            "accepted": verdict.accepted - newly,
            "quarantined": verdict.quarantined + newly,
            "rows_with_error": verdict.rows_with_error + sum(not row.has_error for row in refused),
            "measured": measured,
            "measures": {name: portion.share if portion else None for name, portion in measured.items()},
        }
    )
    return grouped(more, pa.concat_tables([judged.findings, merged]), policy, as_of)


def _measured(judged: JudgedCommune, refused: list[RefusedRow]) -> dict[str, Portion | None]:
    """The measures without the rows in which only now something was found that they count."""
    row_no = np.asarray(judged.rows["row_no"].to_numpy(), dtype=np.int64)
    merge_codes = np.array([row.merge_code for row in refused], dtype=object)
    chosen = np.array([row.row_no for row in refused], dtype=np.int64)
    order = np.argsort(row_no)
    codes = (
        judged.rows["codes"].combine_chunks().take(pa.array(order[np.searchsorted(row_no[order], chosen)]))
    )
    measured = dict(judged.verdict.measured)
    for name, portion in measured.items():
        counted = {code for code, check in BY_CODE.items() if name in check.measures}
        newly = np.isin(merge_codes, list(counted)) & ~any_of(codes, counted)
        if portion is not None and portion.of and newly.any():
            measured[name] = Portion(portion.good - int(newly.sum()), portion.of)
    return measured
