"""All proposals for a dataset that was judged. Cost follows the faults: a dataset without any costs nothing."""

from collections.abc import Callable, Sequence

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
import shapely
from numpy.typing import NDArray

from validators.base import Check, Faults, Subject
from validators.identity.members import Named
from validators.repairs import coverage, single
from validators.repairs.place import put_in_place
from validators.repairs.table import REPAIRS_SCHEMA, Drafts, lines_of
from validators.shape import shape_of

_ALONE: dict[str, Callable[[Subject, Faults], Drafts]] = {
    "GEO-RING-ORDER": single.ring_order,
    "GEO-DUP-VERTEX": single.repeated_vertices,
    "GEO-INVALID": single.invalid,
}


def propose(
    subject: Subject,
    found: Sequence[tuple[Check, str, Faults]],
    findings: pa.Table,
    fault: NDArray[np.int64],
    named: Named,
) -> pa.Table:
    """The proposals for what was found; REPAIRS_SCHEMA, in order of finding and row.

    found     every check that ran, its severity and its faults
    findings  the table of them, and `fault` which fault of its check each one is
    """
    faults = {check.code: each for check, _, each in found}
    checks = {check.code: check for check, _, _ in found}
    drafts = [
        (code, _looked_at(subject, checks[code], draft(subject, faults[code])))
        for code, draft in _ALONE.items()
        if code in faults and len(faults[code])
    ]
    drafts += coverage.cleaned(subject, faults)
    tables = [
        lines_of(code, each, faults[code], subject, named, _ids(findings, fault, code, len(faults[code])))
        for code, each in drafts
        if len(each.row)
    ]
    if not tables:
        return REPAIRS_SCHEMA.empty_table()
    return pa.concat_tables(tables).sort_by([("finding_id", "ascending"), ("row_no", "ascending")])


def _looked_at(subject: Subject, check: Check, drafts: Drafts) -> Drafts:
    """Those that are usable shapes everywhere on their way, and in which the check finds nothing any more."""
    drafts = drafts.keep(~shapely.is_missing(drafts.after))
    there = put_in_place(subject, drafts.row, drafts.after)
    good = there.fact(shape_of).usable.copy()
    if check.find is not None:
        good[check.find(there).touched[1]] = False
    return drafts.keep(good)


def _ids(findings: pa.Table, fault: NDArray[np.int64], code: str, count: int) -> pa.Array:
    """The finding id of each fault of a check."""
    mine = np.asarray(pc.equal(findings["check_code"], code).to_numpy(zero_copy_only=False))
    at = np.empty(count, np.int64)
    at[fault[mine]] = np.flatnonzero(mine)
    return findings["finding_id"].combine_chunks().take(pa.array(at))
