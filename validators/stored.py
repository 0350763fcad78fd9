"""A commune's verdict as it is kept, and held against a policy again without looking at a parcel.

One type with one set of names from the check stage to the report; what the gate and the merge add to it is in
`sync.folder.verdict`.
"""

from collections.abc import Iterable
from datetime import date
from typing import TypeVar

import pyarrow as pa
from pydantic import BaseModel, ConfigDict

from parcels.bilingual import Bilingual, BilingualText
from validators.catalogue import BY_CODE
from validators.completeness import Completeness
from validators.fixes import FixesOfCheck, fixes_to_next
from validators.measures import Portion
from validators.policy import Policy
from validators.tally import assured, found_by_rules
from validators.usability import Tally, group

V = TypeVar("V", bound="CommuneVerdict")


class KeptFixes(BaseModel):
    """What to mend for the group `target` (`validators.fixes.Fixes`), without the ids of the findings."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    method: str
    target: int
    target_code: str
    parcels: int
    findings: int
    land_users: int
    deliver: bool = False
    checks: tuple[FixesOfCheck, ...]


class CommuneVerdict(BaseModel):
    """What is thought of a commune (`code` `-`: of the rows of none), without its tables.

    read, accepted, quarantined, unreadable, rows_with_error   rows: read = accepted + quarantined + unreadable
    excused         findings that somebody answers for
    group           with its code, title and reasons: by the checks that ran; None for the rows of no commune, and of
                    a change set
    assured_group   the group when every check that was not run counts as failed
    fixes           what to mend for the next better group; None in the best, and where there is no group
    measures        each quality measure as a share; None where unknown or not applicable; measured: how it was counted
    provisional     something that could change the verdict was not run
    not_applicable  check code → why the profile leaves it out; not_run: codes for which the context lacked something
    findings        by check code
    assumptions     what was assumed, in words; among the reasons too
    completeness    what is there, against what the land statistics expect
    """

    model_config = ConfigDict(frozen=True, extra="forbid")

    code: str
    read: int
    accepted: int
    quarantined: int
    unreadable: int
    rows_with_error: int
    excused: int
    group: int | None
    group_code: str | None
    group_title: BilingualText | None
    assured_group: int | None
    reasons: tuple[BilingualText, ...]
    fixes: KeptFixes | None
    measures: dict[str, float | None]
    measured: dict[str, Portion | None]
    provisional: bool
    not_applicable: dict[str, str]
    not_run: tuple[str, ...]
    policy: str
    findings: dict[str, int]
    assumptions: tuple[BilingualText, ...] = ()
    completeness: Completeness = Completeness()


# A delivery that does not say that it holds all of a commune, where it is judged by itself.
PART_ALONE = Bilingual(
    "Đây là nhóm của phần đã giao nộp, chưa phải của cả xã: gói dữ liệu không khai báo đủ xã (complete_for).",
    "This is the group of what was delivered, not of the whole commune: the delivery does not say that it holds all of it "
    "(complete_for).",
)


def of_a_part(verdict: CommuneVerdict) -> CommuneVerdict:
    """A verdict that says that it is one on a part of a commune, by itself, and so provisional."""
    return verdict.model_copy(
        update={
            "assumptions": (*verdict.assumptions, PART_ALONE),
            "reasons": (*verdict.reasons, PART_ALONE),
            "provisional": True,
        }
    )


def beside_the_rest(verdict: CommuneVerdict) -> CommuneVerdict:
    """The same where the rest of the commune is at hand: it says so no longer."""
    if PART_ALONE not in verdict.assumptions:
        return verdict
    return verdict.model_copy(
        update={
            "assumptions": tuple(said for said in verdict.assumptions if said != PART_ALONE),
            "reasons": tuple(said for said in verdict.reasons if said != PART_ALONE),
            "provisional": lacks_something(verdict.not_run),
        }
    )


def lacks_something(not_run: Iterable[str]) -> bool:
    """Whether something that could change a verdict was not run, other than for want of what nobody has."""
    return any(not BY_CODE[code].may_lack for code in not_run)


def without_rows(code: str, policy: str) -> CommuneVerdict:
    """The verdict on a commune of which nothing was delivered: no group, and everything is still to be seen."""
    return CommuneVerdict(
        code=code,
        read=0,
        accepted=0,
        quarantined=0,
        unreadable=0,
        rows_with_error=0,
        excused=0,
        group=None,
        group_code=None,
        group_title=None,
        assured_group=None,
        reasons=(),
        fixes=None,
        measures={},
        measured={},
        provisional=True,
        not_applicable={},
        not_run=(),
        policy=policy,
        findings={},
    )


def tally_of_verdict(verdict: CommuneVerdict, findings: pa.Table, policy: Policy) -> Tally:
    """What the rules of groups are about, from a verdict and the commune's findings (FINDINGS_SCHEMA)."""
    return Tally(
        verdict.read,
        verdict.quarantined,
        verdict.unreadable,
        verdict.rows_with_error,
        found_by_rules(findings, policy),
        verdict.measured,
        verdict.assumptions,
    )


def grouped(verdict: V, findings: pa.Table, policy: Policy, as_of: date) -> V:
    """The verdict with group, reasons, assured group and fixes by this policy."""
    tally = tally_of_verdict(verdict, findings, policy)
    found = group(tally, policy)
    worst = group(assured(tally, verdict.not_run, policy, as_of), policy)
    fixes = fixes_to_next(findings, tally, policy)
    return verdict.model_copy(
        update={
            "group": found.number,
            "group_code": found.code,
            "group_title": found.title,
            "assured_group": worst.number,
            "reasons": found.reasons,
            "fixes": KeptFixes(**fixes.as_dict()) if fixes else None,
            "policy": policy.name,
        }
    )
