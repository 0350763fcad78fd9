"""What to mend, from the tables of a judgement alone."""

from collections.abc import Mapping

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from validators.catalogue import CHECKS
from validators.fixes import Fixes, fixes_to_next
from validators.measures import Portion
from validators.policy import Policy
from validators.tally import found_by_rules, incidence, of_codes
from validators.usability import Tally


def smallest_fixes(
    rows: pa.Table,
    findings: pa.Table,
    policy: Policy,
    measured: Mapping[str, Portion | None] | None = None,
) -> Fixes | None:
    """What to mend in one commune; None where it is in the best group or has no rows. Arguments as of `tally_of`."""
    return fixes_to_next(findings, tally_of(rows, findings, policy, measured), policy)


def tally_of(
    rows: pa.Table,
    findings: pa.Table,
    policy: Policy,
    measured: Mapping[str, Portion | None] | None = None,
) -> Tally:
    """What the rules are about, from the tables of one commune.

    rows      ROWS_SCHEMA (validators.judge)
    findings  FINDINGS_SCHEMA
    measured  how the measures were counted; without it those of rows are counted here, as if every check had run
    """
    decisions = pc.value_counts(rows["decision"])
    many = dict(
        zip(decisions.field("values").to_pylist(), decisions.field("counts").to_pylist(), strict=True)
    )
    return Tally(
        read=len(rows),
        quarantined=many.get("quarantine", 0),
        unreadable=many.get("unreadable", 0),
        rows_with_error=int(pc.sum(rows["has_error"]).as_py() or 0),
        found=found_by_rules(findings, policy),
        measures=_measured(len(rows), findings) if measured is None else measured,
    )


def _measured(read: int, findings: pa.Table) -> dict[str, Portion | None]:
    finding, row = incidence(findings)
    portions: dict[str, Portion | None] = {}
    for name in sorted({name for check in CHECKS if check.share is None for name in check.measures}):
        codes = {check.code for check in CHECKS if name in check.measures}
        bad = len(np.unique(row[of_codes(findings, codes)[finding]]))
        portions[name] = Portion(read - bad, read)
    return portions
