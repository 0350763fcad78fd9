"""A verdict as it is kept (an entry of judgement/datasets.json), held against a policy again without looking at a parcel."""

from collections.abc import Mapping
from datetime import date
from typing import Any

import pyarrow as pa

from validators.fixes import fixes_to_next
from validators.policy import Policy
from validators.tally import assured, found_by_rules
from validators.usability import Portion, Tally, group


def measured_of(verdict: Mapping[str, Any]) -> dict[str, Portion | None]:
    """How the measures were counted, from an entry of datasets.json."""
    return {
        name: None if portion is None else Portion(portion["good"], portion["of"])
        for name, portion in verdict["measured"].items()
    }


def tally_of_verdict(verdict: Mapping[str, Any], findings: pa.Table, policy: Policy) -> Tally:
    """What the rules of groups are about, from an entry of datasets.json and the commune's findings."""
    return Tally(
        verdict["read"],
        verdict["quarantined"],
        verdict["unreadable"],
        verdict["rows_with_error"],
        found_by_rules(findings, policy),
        measured_of(verdict),
    )


def grouped(verdict: Mapping[str, Any], findings: pa.Table, policy: Policy, as_of: date) -> dict[str, Any]:
    """Group, reasons, assured group and fixes, under the names of datasets.json."""
    tally = tally_of_verdict(verdict, findings, policy)
    found = group(tally, policy)
    worst = group(assured(tally, verdict["not_run"], policy, as_of), policy)
    fixes = fixes_to_next(findings, tally, policy)
    return {
        "group": found.number,
        "group_code": found.code,
        "group_title": found.title._asdict(),
        "assured_group": worst.number,
        "reasons": [reason._asdict() for reason in found.reasons],
        "fixes": fixes.as_dict() if fixes else None,
        "policy": policy.name,
    }
