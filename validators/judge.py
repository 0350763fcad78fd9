"""Judge one dataset: run every check, decide on every row, count, measure, group.

A pure function of dataset and context: no clock, no file, no order of rows.
"""

from dataclasses import asdict, dataclass, field
from functools import partial

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
from numpy.typing import NDArray

from parcels.arrays import count_values
from parcels.bilingual import Bilingual
from parcels.model import UNKNOWN_COMMUNE, Dataset
from parcels.versions import ends
from validators.base import Check, Context, Faults, Mask, Rows, Severity, Subject, where
from validators.catalogue import CHECKS, refuse_unknown
from validators.completeness import Completeness, completeness
from validators.condensed import condense
from validators.findings import numbered_findings
from validators.fixes import Fixes, fixes_to_next
from validators.identity.members import Named
from validators.identity.naming import name_rows, shape_hashes
from validators.identity.national_id import well_formed
from validators.measures import MEASURES, Measure, Portion
from validators.refusal import without_refused
from validators.repairs import propose
from validators.scale import scale_assumed
from validators.stored import CommuneVerdict, KeptFixes, lacks_something
from validators.tally import assured, found_by_rules
from validators.usability import Group, Tally, group

Found = list[tuple[Check, Severity, Faults]]

ROWS_SCHEMA = pa.schema(
    [
        pa.field("row_no", pa.int64(), nullable=False),
        pa.field("dataset", pa.string(), nullable=False),
        pa.field("decision", pa.string(), nullable=False),  # accept | quarantine | unreadable
        pa.field("codes", pa.list_(pa.string()), nullable=False),
        pa.field("has_error", pa.bool_(), nullable=False),
        pa.field("claims_id", pa.bool_(), nullable=False),  # it has a well-formed national id
        # The hash of its geometry, of a row that is refused or that no handle names alone: else NULL
        pa.field("shape", pa.string()),
    ]
)


@dataclass(frozen=True, slots=True)
class Counts:
    """Rows of a dataset: read = accepted + quarantined + unreadable. Refused rows have errors too."""

    read: int
    accepted: int
    quarantined: int
    unreadable: int
    rows_with_error: int


@dataclass(frozen=True, slots=True)
class Verdict:
    """What is thought of a dataset.

    findings        FINDINGS_SCHEMA, by row and check; what nearly all rows have as one finding of the commune
    repairs         REPAIRS_SCHEMA: how shapes could be mended; nothing of it is applied
    rows            ROWS_SCHEMA, in the order of the dataset
    group           by the checks that ran; None for the rows of no commune, and of a change set
    assured_group   the group when every check that was not run counts as failed; equals `group` when none is
    measured        how each quality measure was counted; None where no check of the catalogue, or none that ran, speaks
                    of it; 0 of 0 where it is not applicable
    fixes           what to mend for the next better group; None in the best, and where there is no group
    ran             codes of the checks that ran
    not_applicable  check code → why the profile leaves it out
    not_run         codes of the checks for which the context lacks something: the verdict is provisional
    assumptions     what was assumed, in words
    completeness    what is there, against what the land statistics expect
    """

    commune_code: str
    findings: pa.Table
    repairs: pa.Table
    rows: pa.Table
    counts: Counts
    group: Group | None
    assured_group: Group | None
    measured: dict[Measure, Portion | None]
    fixes: Fixes | None
    ran: tuple[str, ...]
    not_applicable: dict[str, str]
    not_run: tuple[str, ...]
    policy: str
    assumptions: tuple[Bilingual, ...] = ()
    completeness: Completeness = field(default_factory=Completeness)

    @property
    def provisional(self) -> bool:
        """Whether something that could change the verdict was not run, other than for want of what nobody has."""
        return lacks_something(self.not_run)

    @property
    def excused(self) -> int:
        """How many of the findings somebody answers for: shown wherever the group is, so that it can be seen."""
        return int(pc.sum(self.findings["excused"], min_count=0).as_py())

    @property
    def measures(self) -> dict[Measure, float | None]:
        """The quality measures as shares; None where unknown or not applicable."""
        return {name: portion.share if portion else None for name, portion in self.measured.items()}

    def kept(self) -> CommuneVerdict:
        """The verdict without its tables."""
        return CommuneVerdict(
            code=self.commune_code,
            **asdict(self.counts),
            excused=self.excused,
            group=self.group.number if self.group else None,
            group_code=self.group.code if self.group else None,
            group_title=self.group.title if self.group else None,
            assured_group=self.assured_group.number if self.assured_group else None,
            reasons=self.group.reasons if self.group else (),
            fixes=KeptFixes(**self.fixes.as_dict()) if self.fixes else None,
            measures={str(name): share for name, share in self.measures.items()},
            measured={str(name): portion for name, portion in self.measured.items()},
            provisional=self.provisional,
            not_applicable=self.not_applicable,
            not_run=self.not_run,
            policy=self.policy,
            findings=count_values(self.findings["check_code"]),
            assumptions=self.assumptions,
            completeness=self.completeness,
        )


def judge(dataset: Dataset, context: Context) -> Verdict:
    """Run all checks on a dataset; see Verdict.

    Raises UsageError CHECK-UNKNOWN when the context leaves out a check that does not exist.
    """
    refuse_unknown(context.not_applicable)
    with np.errstate(invalid="ignore", over="ignore"):  # coordinates that are no numbers, or no place
        return without_refused(partial(_judged, context=context), dataset)


def _judged(dataset: Dataset, context: Context) -> Verdict:
    subject = Subject(dataset, context)
    found: Found = []
    not_run: list[str] = []
    for check in CHECKS:
        if check.code in context.not_applicable or (check.changes_only and not context.changes):
            continue
        if check.find is None:  # the merge's: with the register at hand, a merge will follow
            if context.claims is None:
                not_run.append(check.code)
        elif check.can_run is not None and not check.can_run(subject):
            not_run.append(check.code)
        else:
            if check.runs_partly is not None and check.runs_partly(subject):
                not_run.append(check.code)
            severity = check.severity_at(context.policy, context.as_of)
            faults = check.find(subject)
            found.append((check, severity, faults if check.of_ends else _of_the_living(subject, faults)))

    named = name_rows(subject, _involved(found))
    table, fault = numbered_findings(found, named)
    repairs = propose(subject, found, table, fault, named)
    table, excused = _excused(table, fault, context)
    table, excused = condense(table, fault, excused, dataset.commune_code, len(dataset), context)
    refused, unreadable, erroneous = _decide(subject, found, excused)
    counts = Counts(
        read=len(dataset),
        accepted=len(dataset) - int(refused.sum()),
        quarantined=int((refused & ~unreadable).sum()),
        unreadable=int(unreadable.sum()),
        rows_with_error=int(erroneous.sum()),
    )
    decision = np.select([unreadable, refused], ["unreadable", "quarantine"], "accept")
    measured = {name: _measured(name, found, subject) for name in MEASURES}
    assumed = scale_assumed(subject)
    assumptions = (assumed,) if assumed else ()
    usability, worst, fixes = _groups(dataset, context, counts, table, measured, not_run, assumptions)
    return Verdict(
        commune_code=dataset.commune_code,
        findings=table,
        repairs=repairs,
        rows=_rows(subject, found, decision, erroneous, _shapes(subject, named, refused)),
        counts=counts,
        group=usability,
        assured_group=worst,
        measured=measured,
        fixes=fixes,
        ran=tuple(check.code for check, _, _ in found),
        not_applicable=dict(context.not_applicable),
        not_run=tuple(not_run),
        policy=context.policy.name,
        assumptions=assumptions,
        completeness=subject.fact(completeness),
    )


def _of_the_living(subject: Subject, faults: Faults) -> Faults:
    """Without the rows that end an object."""
    if not subject.context.changes:
        return faults
    fault, row = faults.touched
    kept = np.ones(len(faults), dtype=bool)
    kept[fault[subject.fact(_ending)[row]]] = False
    return faults if kept.all() else faults.keep(kept)


def _ending(subject: Subject) -> Mask:
    """(n,) which rows end an object. Use as a fact."""
    return ends(subject.dataset.table)


def _involved(found: Found) -> Rows:
    rows = [faults.touched[1] for _, _, faults in found]
    return np.unique(np.concatenate(rows)) if rows else np.empty(0, np.int64)


def _excused(
    table: pa.Table, fault: NDArray[np.int64], context: Context
) -> tuple[pa.Table, dict[str, NDArray[np.int64]]]:
    """The findings that somebody answers for, marked, and as check code → its faults. What quarantines cannot be excused."""
    if context.excused is None or not len(context.excused):
        return table, {}
    answered = pc.or_(
        pc.is_in(table["finding_id"], value_set=context.excused),
        pc.is_in(table["former_id"], value_set=context.excused, skip_nulls=True),
    )
    chosen = pc.and_not(answered, table["quarantines"])
    at = table.schema.get_field_index("excused")
    table = table.set_column(at, table.schema.field(at), chosen)
    mask = np.asarray(chosen.to_numpy(), dtype=bool)
    codes = np.asarray(table["check_code"].filter(chosen).to_numpy(), dtype=object)
    return table, {code: fault[mask][codes == code] for code in np.unique(codes)}


def _decide(subject: Subject, found: Found, excused: dict[str, NDArray[np.int64]]) -> tuple[Mask, Mask, Mask]:
    """Which rows are refused, which of these are unreadable, and which have an error."""
    n = len(subject)
    refused, unreadable, erroneous = (np.zeros(n, dtype=bool) for _ in range(3))
    for check, severity, faults in found:
        if check.quarantines:
            refused[faults.touched[1]] = True
        if check.quarantines or severity == "error":
            fault, row = faults.touched
            erroneous[row[~np.isin(fault, excused.get(check.code, []))]] = True
        if check.unreadable is not None:
            unreadable[faults.rows] |= check.unreadable(subject)[faults.rows]
    return refused, unreadable, erroneous


def _shapes(subject: Subject, named: Named, refused: Mask) -> pa.Array:
    """(n,) the hashes by which the register finds rows again that have no handle, or had none before."""
    rows = where(refused & np.asarray(pc.is_null(named.shape)))
    if not len(rows):
        return named.shape
    shape = np.array(named.shape.to_numpy(zero_copy_only=False), dtype=object)
    shape[rows] = shape_hashes(subject.dataset, rows)
    return pa.array(shape, pa.string())


def _rows(
    subject: Subject, found: Found, decision: NDArray[np.str_], erroneous: Mask, shapes: pa.Array
) -> pa.Table:
    n = len(subject)
    touched = [faults.touched[1] for _, _, faults in found]
    kinds = np.repeat(np.arange(len(found)), [len(rows) for rows in touched])
    pairs = np.unique(np.concatenate(touched or [np.empty(0, np.int64)]) * max(len(found), 1) + kinds)
    rows, kinds = np.divmod(pairs, max(len(found), 1))
    names = pa.array([check.code for check, _, _ in found], pa.string())
    codes = pa.ListArray.from_arrays(
        pa.array(np.searchsorted(rows, np.arange(n + 1)), pa.int32()), names.take(pa.array(kinds))
    )
    return pa.table(
        [
            subject.dataset.column("row_no"),
            pa.repeat(subject.dataset.commune_code, n),
            pa.array(decision, pa.string()),
            codes,
            pa.array(erroneous),
            pa.array(subject.fact(well_formed)),
            shapes,
        ],
        schema=ROWS_SCHEMA,
    )


def _groups(
    dataset: Dataset,
    context: Context,
    counts: Counts,
    findings: pa.Table,
    measured: dict[Measure, Portion | None],
    not_run: list[str],
    assumptions: tuple[Bilingual, ...],
) -> tuple[Group | None, Group | None, Fixes | None]:
    if dataset.commune_code == UNKNOWN_COMMUNE or context.changes:
        return None, None, None  # a few changed rows say nothing about a commune
    policy = context.policy
    tally = Tally(
        counts.read,
        counts.quarantined,
        counts.unreadable,
        counts.rows_with_error,
        found_by_rules(findings, policy),
        {str(name): portion for name, portion in measured.items()},
        assumptions,
    )
    worst = assured(tally, not_run, policy, context.as_of)
    return group(tally, policy), group(worst, policy), fixes_to_next(findings, tally, policy)


def _measured(name: Measure, found: Found, subject: Subject) -> Portion | None:
    """The rows read in which no check of this measure found anything, or what its checks count instead."""
    share = next((check.share for check in CHECKS if name in check.measures and check.share), None)
    if share is not None:
        return share(subject)
    n = len(subject)
    relevant = [faults.touched[1] for check, _, faults in found if name in check.measures]
    if relevant and n:
        return Portion(n - len(np.unique(np.concatenate(relevant))), n)
    codes = {check.code for check in CHECKS if name in check.measures}
    return Portion(0, 0) if codes and codes <= set(subject.context.not_applicable) else None
