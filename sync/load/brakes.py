"""What the brakes hold: measures of a delivery against the policy's limits, what the last days changed, and what a person passed."""

from collections import defaultdict
from collections.abc import Callable, Iterable, Mapping
from typing import TypeAlias, get_args

from parcels.brakes import Measure
from sync import db
from sync.folder.reasons import Measured, Scope
from validators.brakes import BrakeRules

# commune, code of the measure, group of columns → parcels that were shown to the person who let it pass
Passed: TypeAlias = Mapping[tuple[str, str, str | None], float]
_Key: TypeAlias = tuple[str, str | None]


def braked(
    measures: Iterable[db.Row],
    lately: Iterable[db.Row],
    rules: BrakeRules,
    passed: Passed,
    parcels_of_province: Callable[[], int],
) -> dict[str, tuple[Measured, ...]]:
    """The communes to hold, each with everything that is too much.

    measures  rows of merge/56_measures; lately: rows of ledger/changed_lately
    parcels_of_province  asked only where it matters: it counts them

    What a person let pass is passed as far as it was shown: more of it holds again.
    """
    before = {(row["commune_code"], row["code"], row["column_group"]): row for row in lately}
    held: dict[str, list[Measured]] = defaultdict(list)
    open_to_all: dict[_Key, list[db.Row]] = defaultdict(list)
    for row in measures:
        key = (row["commune_code"], row["code"], row["column_group"])
        if row["parcels"] <= passed.get(key, 0):
            continue
        found = _of_commune(row, before.get(key), rules)
        if found is None:
            open_to_all[key[1:]].append(row)
        else:
            held[key[0]].append(found)
    for _, rows in sorted(open_to_all.items(), key=str):
        mine = [row for row in rows if row["commune_code"] not in held]
        for row in _of_province(mine, rules, parcels_of_province):
            held[row["commune_code"]].append(_measured(row, "province"))
    return {code: tuple(sorted(found, key=_place)) for code, found in sorted(held.items())}


def _place(found: Measured) -> tuple[int, str]:
    """What is told first: the measures in the order of their list."""
    return get_args(Measure).index(found.code), found.column_group or ""


def _of_commune(row: db.Row, before: db.Row | None, rules: BrakeRules) -> Measured | None:
    """What is too much of one measure of a commune: in this delivery, or together with the last days."""
    limit = rules.limit(row["code"], row["column_group"])
    if limit.exceeded(row["parcels"], row["amount"], row["out_of"]):
        return _measured(row, "delivery")
    if before is None:
        return None
    together, out_of = before["amount"] + row["amount"], max(before["out_of"], 1)
    if limit.exceeded_lately(together, out_of):
        return _measured(row, "lately", together, out_of, rules.days)
    return None


def _of_province(
    rows: list[db.Row], rules: BrakeRules, parcels_of_province: Callable[[], int]
) -> list[db.Row]:
    """The communes of which more changes than the province as a whole may, where the province as a whole changes more."""
    parcels = sum(row["parcels"] for row in rows)
    if parcels < rules.province_parcels:
        return []
    share = rules.limit(rows[0]["code"], rows[0]["column_group"]).province
    if share is None or parcels <= share * parcels_of_province():
        return []
    return [row for row in rows if row["amount"] > float(share) * row["out_of"]]


def _measured(
    row: db.Row,
    scope: Scope,
    together: float | None = None,
    together_of: float | None = None,
    days: int | None = None,
) -> Measured:
    return Measured(
        code=row["code"],
        column_group=row["column_group"],
        scope=scope,
        parcels=row["parcels"],
        amount=round(row["amount"], 4),
        out_of=round(row["out_of"], 4),
        together=together,
        together_of=together_of,
        days=days,
        east=row["east"],
        north=row["north"],
    )
