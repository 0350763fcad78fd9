"""What a rehearsal says: how many communes would rise and fall, from which group to which, and of whom nothing is known."""

from collections import Counter
from dataclasses import dataclass, field
from decimal import Decimal
from typing import Any, Literal

from parcels import admin_units
from sync import db
from validators.groups import GroupDefinition
from validators.policy import Policy, policies

# regrouped: from the tables of the judgement; judged_again: from the snapshot; by_counts: from the ledger alone
Way = Literal["regrouped", "judged_again", "by_counts", "not_rehearsed"]
WAYS: tuple[Way, ...] = ("regrouped", "judged_again", "by_counts", "not_rehearsed")
Reasons = list[dict[str, str]]


@dataclass(frozen=True, slots=True)
class RehearsedCommune:
    """What becomes of one commune. `after` and `reasons` are empty where it could not be rehearsed."""

    row: db.Row
    way: Way
    after: int | None = None
    reasons: Reasons = field(default_factory=list)


def document_of(communes: list[RehearsedCommune], policy: Policy, limit: Decimal) -> dict[str, Any]:
    """The document of `rehearse --json`; see `sync.care.rehearse.rehearse`."""
    names = admin_units.provinces()
    provinces = []
    for code in dict.fromkeys(each.row["province_code"] for each in communes):
        mine = [each for each in communes if each.row["province_code"] == code]
        name = names[code].name if code in names else code
        provinces.append({"code": code, "name": name, **_counted(mine, policy)})
    totals = _counted(communes, policy)
    unsure = totals["better"] + totals["worse"] + totals["not_rehearsed"]
    return {
        "policy": policy.name,
        "policy_title": policy.title,
        "draft": policy.draft,
        "groups": [
            {"number": number, "code": each.code, "title": each.title.model_dump(), "like": each.like}
            for number, each in enumerate(policy.groups, start=1)
        ],
        "provinces": provinces,
        "totals": totals,
        "matrix": _matrix(communes, policy),
        "changes": [_change(each, policy) for each in communes if _step(each, policy)],
        "not_rehearsed": [
            {
                "province": each.row["province_code"],
                "code": each.row["commune_code"],
                "run": each.row["run_id"],
            }
            for each in communes
            if each.way == "not_rehearsed"
        ],
        "changed_share": unsure / len(communes),
        "limit": float(limit),
        "agreed": unsure <= limit * len(communes),
    }


def _counted(communes: list[RehearsedCommune], policy: Policy) -> dict[str, int]:
    """communes = unchanged + better + worse + not_rehearsed = the sum of the ways."""
    steps = [_step(each, policy) for each in communes if each.after is not None]
    ways = Counter(each.way for each in communes)
    return {
        "communes": len(communes),
        "unchanged": sum(step == 0 for step in steps),
        "better": sum(step < 0 for step in steps),
        "worse": sum(step > 0 for step in steps),
        **{way: ways[way] for way in WAYS},
    }


def _step(commune: RehearsedCommune, policy: Policy) -> int:
    """How many groups of its present scheme a commune falls; less than 0 where it rises."""
    if commune.after is None:
        return 0
    now: int = commune.row["usability_group"]
    return _counterpart(policy.groups[commune.after - 1], commune.after, commune.row) - now


def _counterpart(after: GroupDefinition, number: int, row: db.Row) -> int:
    """The number that a group of the new scheme has in the commune's present one: of the group it is like."""
    scheme = next((each for each in policies() if each.id == row["policy"].split("/")[0]), None)
    codes = [each.code for each in scheme.groups] if scheme else []
    return codes.index(after.like) + 1 if after.like in codes else number


def _matrix(communes: list[RehearsedCommune], policy: Policy) -> list[dict[str, Any]]:
    """How many communes go from each present group to each new one; `to` is None where it is not known."""
    pairs = Counter(
        (_code_now(each.row), None if each.after is None else policy.groups[each.after - 1].code)
        for each in communes
    )
    numbers = {_code_now(each.row): each.row["usability_group"] for each in communes}
    order = [each.code for each in policy.groups]
    ordered = sorted(
        pairs, key=lambda pair: (numbers[pair[0]], len(order) if pair[1] is None else order.index(pair[1]))
    )
    return [{"from": before, "to": after, "communes": pairs[before, after]} for before, after in ordered]


def _change(commune: RehearsedCommune, policy: Policy) -> dict[str, Any]:
    row = commune.row
    return {
        "province": row["province_code"],
        "code": row["commune_code"],
        "name": row["commune_name"],
        "from": _code_now(row),
        "to": policy.groups[(commune.after or 1) - 1].code,
        "direction": "worse" if _step(commune, policy) > 0 else "better",
        "way": commune.way,
        "reasons": commune.reasons,
    }


def _code_now(row: db.Row) -> str:
    return str(row["group_code"] or row["usability_group"])
