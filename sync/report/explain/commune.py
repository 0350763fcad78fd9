"""Why a commune is in its group: measures as counted, every rule with its figures, what was not run, what to mend first."""

from dataclasses import asdict
from typing import Any

import numpy as np
import pyarrow as pa

from parcels import admin_units
from parcels.bilingual import Bilingual
from parcels.errors import UsageError
from sync.folder.verdict import DecidedVerdict
from sync.report.explain.judged import Judgement
from sync.report.words import SEVERITIES
from validators.catalogue import BY_CODE, CHECKS
from validators.fixes import Fixes, fixes_to_next
from validators.measures import COMPLETENESS, LAND_USERS, MEASURES
from validators.policy import Policy, named_policy, policy_at
from validators.rulings import condition
from validators.stored import CommuneVerdict, grouped, tally_of_verdict
from validators.tally import incidence
from validators.usability import Tally, group, rulings

COUNTS = ("read", "accepted", "quarantined", "unreadable", "rows_with_error", "excused")

_OTHER_TOLERANCES = Bilingual(
    "Chính sách này còn khác về sai số: ở đây chỉ áp dụng các điều kiện của nhóm lên kết quả đã kiểm tra; "
    "`landsync rehearse` kiểm tra lại toàn bộ.",
    "This policy differs in its tolerances as well: here only its group rules are held against what was found; "
    "`landsync rehearse` judges anew.",
)
_POLICY_GONE = Bilingual(
    "Bản chính sách đã dùng khi kiểm tra không còn: các điều kiện dưới đây theo bản hiện hành.",
    "The version of the policy that was judged by is gone: the rules below are those of the present one.",
)


def explain_commune(judged: Judgement, code: str, other: Policy | None = None) -> dict[str, Any]:
    """The document of `explain --json` for a commune.

    other  another policy than the one it was judged by: groups, rules and fixes are then its own

    Raises UsageError EXPLAIN-COMMUNE when the judgement has no such commune.
    """
    verdict = _verdict(judged, code)
    findings = judged.findings_of(code)
    policy, notes = _policy(judged, verdict, other)
    known = verdict.group is not None
    tally = tally_of_verdict(verdict, findings, policy) if known else None
    decided = (
        grouped(verdict, findings, policy, judged.as_of)
        if known and policy.name != verdict.policy
        else verdict
    )
    return {
        "kind": "commune",
        "code": code,
        "name": commune_name(code, judged),
        "province": judged.province,
        "source": judged.source,
        "as_of": judged.as_of,
        "policy": policy.name,
        "policy_title": policy.title,
        "notes": [note._asdict() for note in notes],
        "decision": verdict.decision,
        "hold_reasons": [reason.model_dump() for reason in verdict.hold_reasons],
        **{name: getattr(verdict, name) for name in COUNTS},
        "group": decided.group,
        "group_code": decided.group_code,
        "group_title": decided.group_title._asdict() if decided.group_title else None,
        "assured_group": decided.assured_group,
        "reasons": [reason._asdict() for reason in decided.reasons],
        "provisional": verdict.provisional,
        "groups": groups_document(policy, tally) if tally else [],
        "measures": measures_document(verdict, findings),
        "completeness": {
            "state": verdict.completeness.state,
            "figures": [asdict(each) for each in verdict.completeness.figures],
            **verdict.completeness.said._asdict(),
        },
        "checks": checks_document(findings),
        "not_run": list(verdict.not_run),
        "not_applicable": dict(verdict.not_applicable),
        "fixes": fixes_document(fixes_to_next(findings, tally, policy)) if tally else None,
    }


def groups_document(policy: Policy, tally: Tally) -> list[dict[str, Any]]:
    """Every group of the policy, best first, with each of its rules held against the commune."""
    mine = group(tally, policy).number
    return [
        {
            "number": number,
            "code": each.code,
            "title": each.title.model_dump(),
            "meaning": each.meaning.model_dump(),
            "is_its_group": number == mine,
            "rules": [
                {
                    "rule": condition(ruling.rule)._asdict(),
                    "state": ruling.state,
                    "count": ruling.count,
                    "of": ruling.of,
                    "limit": ruling.limit,
                    "missing": ruling.missing,
                    **ruling.said._asdict(),
                }
                for ruling in rulings(each, tally)
            ],
        }
        for number, each in enumerate(policy.groups, start=1)
    ]


def measures_document(verdict: CommuneVerdict, findings: pa.Table) -> list[dict[str, Any]]:
    """Every quality measure as it was counted, and what became of each of its checks."""
    found = {each["code"]: each for each in checks_document(findings)}
    told = []
    for name, title in MEASURES.items():
        portion = verdict.measured.get(name)
        told.append(
            {
                "name": name,
                "title": title._asdict(),
                "good": portion and portion.good,
                "of": portion and portion.of,
                "counted_in": _COUNTED_IN.get(name, "rows"),
                "share": verdict.measures.get(name),
                "checks": [
                    {
                        "code": check.code,
                        "state": _state(check.code, verdict),
                        "findings": found.get(check.code, {}).get("findings", 0),
                        "parcels": found.get(check.code, {}).get("parcels", 0),
                    }
                    for check in CHECKS
                    if name in check.measures and not check.changes_only
                ],
            }
        )
    return told


_COUNTED_IN = {LAND_USERS: "land_users", COMPLETENESS: "land_statistics"}


def _state(code: str, verdict: CommuneVerdict) -> str:
    if code in verdict.not_run:
        return "not_run"
    return "not_applicable" if code in verdict.not_applicable else "ran"


def checks_document(findings: pa.Table) -> list[dict[str, Any]]:
    """What was found, by check, errors first: findings, parcels, and how many of them somebody answers for."""
    finding, row = incidence(findings)
    codes = np.asarray(findings["check_code"].to_numpy(), dtype=object)
    excused = np.asarray(findings["excused"].to_numpy(), dtype=bool)
    severity = np.asarray(findings["severity"].to_numpy(), dtype=object)
    told = []
    for code in sorted(set(codes.tolist())):
        mine = codes == code
        told.append(
            {
                "code": code,
                "title": BY_CODE[code].title._asdict(),
                "severity": str(severity[mine][0]),
                "quarantines": BY_CODE[code].quarantines,
                "findings": int(mine.sum()),
                "parcels": len(np.unique(row[mine[finding]])),
                "excused": int(excused[mine].sum()),
            }
        )
    rank = list(SEVERITIES)
    return sorted(told, key=lambda each: rank.index(each["severity"]))


def fixes_document(fixes: Fixes | None) -> dict[str, Any] | None:
    """What to mend, with the words of each check and the ids of the findings."""
    if fixes is None:
        return None
    said = fixes.as_dict()
    for each in said["checks"]:
        check = BY_CODE[each["check"]]
        each |= {"title": check.title._asdict(), "advice": check.advice._asdict()}
    return {**said, "finding_ids": sorted(fixes.finding_ids.to_pylist())}


def _policy(
    judged: Judgement, verdict: CommuneVerdict, other: Policy | None
) -> tuple[Policy, list[Bilingual]]:
    try:
        used = named_policy(verdict.policy)
        gone: list[Bilingual] = []
    except UsageError:
        used, gone = policy_at(judged.as_of), [_POLICY_GONE]
    if other is None:
        return used, gone
    return other, [] if other.judges_like(used) and not gone else [_OTHER_TOLERANCES]


def _verdict(judged: Judgement, code: str) -> DecidedVerdict:
    if code in judged.communes:
        return judged.communes[code]
    known = ", ".join(sorted(judged.communes)[:12])
    raise UsageError(
        "EXPLAIN-COMMUNE",
        Bilingual(
            f"Kết quả kiểm tra này không có xã {code}.", f"There is no commune {code} in this judgement."
        ),
        Bilingual(f"Có các xã: {known}.", f"There are: {known}."),
    )


def commune_name(code: str, judged: Judgement) -> str | None:
    """The name of a commune on the day of the judgement; None where it has none."""
    commune = admin_units.commune(code, judged.as_of)
    return commune.name if commune else None
