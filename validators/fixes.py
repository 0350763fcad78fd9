"""What to mend so that a commune reaches the next better group: a small set of findings, found greedily.

The smallest set would mean trying all of them: a fault about two parcels frees both, but each only when its other faults
are mended too. Greedy: again and again the parcels that need the fewest mendings, first those whose mending frees
others. Where no fault is shared and the rules that fail are independent or demand every row, nothing smaller exists.
Otherwise, for each rule that fails, the set has at most as many findings as the smallest for that rule times the most
parcels that one of its findings is about (docs/adr/0135).
"""

from dataclasses import dataclass, field
from typing import Any

import numpy as np
import pyarrow as pa
from numpy.typing import NDArray

from validators.base import Mask
from validators.catalogue import BY_CODE
from validators.groups import FoundRule, GroupRule, MeasureRule
from validators.measures import COMPLETENESS, LAND_USERS
from validators.policy import Policy
from validators.tally import codes_of, counts_against, erroneous, incidence, of_codes
from validators.usability import Tally, group, rulings

METHOD = "greedy"
_ROUNDS = 50  # after so many the rest is taken in one go: long chains of faults would be followed one by one


@dataclass(frozen=True, slots=True)
class FixesOfCheck:
    """Findings of one check to mend, and the parcels that they are about."""

    check: str
    findings: int
    parcels: int


@dataclass(frozen=True, slots=True)
class Fixes:
    """What to mend for the group `target`. `land_users` more must be authenticated as well.

    deliver  parcels that the land statistics expect must come as well: no finding is about what is not there
    """

    target: int
    target_code: str
    findings: int
    parcels: int
    land_users: int
    deliver: bool
    checks: tuple[FixesOfCheck, ...]
    finding_ids: pa.Array = field(compare=False, repr=False)

    def as_dict(self) -> dict[str, Any]:
        """For JSON, without the ids."""
        return {
            "method": METHOD,
            "target": self.target,
            "target_code": self.target_code,
            "parcels": self.parcels,
            "findings": self.findings,
            "land_users": self.land_users,
            "deliver": self.deliver,
            "checks": [
                {"check": each.check, "findings": each.findings, "parcels": each.parcels}
                for each in self.checks
            ],
        }


def fixes_to_next(findings: pa.Table, tally: Tally, policy: Policy) -> Fixes | None:
    """What to mend for the next better group; None in the best one, and where no row was read.

    findings  FINDINGS_SCHEMA of the commune
    """
    number = group(tally, policy).number
    if number == 1 or not tally.read:
        return None
    target = policy.groups[number - 2]
    work = _Mending(findings)
    land_users, deliver = 0, False
    demands = []
    for ruling in rulings(target, tally):
        if not ruling.missing:
            continue
        if isinstance(ruling.rule, MeasureRule) and ruling.rule.measure == LAND_USERS:
            land_users += ruling.missing
        elif isinstance(ruling.rule, MeasureRule) and ruling.rule.measure == COMPLETENESS:
            deliver = True
        else:
            demands.append(work.demand(ruling.rule, ruling.missing))
    # What leaves no choice first: it may do some of the rest as well.
    for relevant, missing in sorted(demands, key=lambda each: not work.takes_all(*each)):
        work.free(relevant, missing)
    return Fixes(
        target=number - 1,
        target_code=target.code,
        findings=int(work.chosen.sum()),
        parcels=work.parcels(work.chosen),
        land_users=land_users,
        deliver=deliver,
        checks=work.by_check(),
        finding_ids=findings["finding_id"].filter(pa.array(work.in_table())).combine_chunks(),
    )


class _Mending:
    """The findings of a commune in the order of their ids, the rows they touch, and which are chosen so far."""

    def __init__(self, findings: pa.Table) -> None:
        ids = np.asarray(findings["finding_id"].to_numpy(), dtype=object)
        self.order = np.argsort(ids)  # so that the order of the rows decides nothing
        place = np.empty(len(ids), np.int64)
        place[self.order] = np.arange(len(ids))
        self.findings = findings.take(pa.array(self.order))
        at, row_no = incidence(findings)
        self.finding = place[at]
        rows, self.row = np.unique(row_no, return_inverse=True)
        self.rows = len(rows)
        self.chosen = np.zeros(len(ids), dtype=bool)

    def demand(self, rule: GroupRule, missing: int) -> tuple[Mask, int]:
        """(k,) the findings that speak against a row under the rule, and how many rows must be freed of all of them."""
        if isinstance(rule, MeasureRule):
            codes = {code for code, check in BY_CODE.items() if rule.measure in check.measures}
            return of_codes(self.findings, codes), missing
        if isinstance(rule, FoundRule):
            return of_codes(self.findings, codes_of(rule)) & counts_against(self.findings), missing
        if rule.share == "errors":
            return erroneous(self.findings), missing
        return np.asarray(self.findings["quarantines"].to_numpy(), dtype=bool), missing

    def takes_all(self, relevant: Mask, missing: int) -> bool:
        """Whether every row that has such a finding must be freed."""
        return missing >= len(np.unique(self.row[relevant[self.finding]]))

    def free(self, relevant: Mask, missing: int) -> None:
        """Choose findings until `missing` rows have none of the relevant ones left."""
        pairs = np.flatnonzero(relevant[self.finding])
        bad = np.unique(self.row[pairs])
        for turn in range(_ROUNDS + 1):
            pairs = pairs[~self.chosen[self.finding[pairs]]]
            finding, row = self.finding[pairs], self.row[pairs]
            cost = np.bincount(row, minlength=self.rows)
            left = missing - int((cost[bad] == 0).sum())
            if left <= 0 or not len(pairs):
                return
            least = cost[row].max() if turn == _ROUNDS else cost[row].min()
            candidates = cost[row] <= least
            self._take(finding, row, candidates, cost, left)

    def _take(
        self,
        finding: NDArray[np.int64],
        row: NDArray[np.int64],
        candidates: Mask,
        cost: NDArray[np.int64],
        left: int,
    ) -> None:
        """Choose all findings of as few of the candidate rows as free `left` rows; of all where they are too few.

        finding, row  (m,) what is not mended yet; candidates (m,) whether the row is one; cost  findings left, by row
        """
        mine_f, mine_r = finding[candidates], row[candidates]
        shared = np.bincount(mine_f, minlength=len(self.chosen))  # how many candidates a finding holds back
        worth = np.bincount(mine_r, weights=shared[mine_f], minlength=self.rows)
        first = np.full(self.rows, len(self.chosen))
        np.minimum.at(first, mine_r, mine_f)
        rows = np.unique(mine_r)
        rows = rows[np.lexsort((first[rows], -worth[rows], cost[rows]))]
        rank = np.full(self.rows, len(rows))
        rank[rows] = np.arange(len(rows))
        turn = np.full(len(self.chosen), len(rows))  # in whose turn a finding is chosen
        np.minimum.at(turn, mine_f, rank[mine_r])
        freed = np.zeros(self.rows, np.int64)  # in whose turn a row is free
        np.maximum.at(freed, row, turn[finding])
        turns = np.sort(freed[np.unique(row)])
        turns = turns[turns < len(rows)]
        last = turns[min(left, len(turns)) - 1]
        self.chosen |= turn <= last

    def parcels(self, chosen: Mask) -> int:
        """How many rows these findings are about."""
        return len(np.unique(self.row[chosen[self.finding]]))

    def by_check(self) -> tuple[FixesOfCheck, ...]:
        """What is chosen, most parcels first."""
        codes = np.asarray(self.findings["check_code"].to_numpy(), dtype=object)
        told = []
        for code in np.unique(codes[self.chosen].astype(str)):
            mine = self.chosen & (codes == code)
            told.append(FixesOfCheck(str(code), int(mine.sum()), self.parcels(mine)))
        return tuple(sorted(told, key=lambda each: (-each.parcels, each.check)))

    def in_table(self) -> Mask:
        """(k,) what is chosen, in the order of the table."""
        mask = np.zeros(len(self.chosen), dtype=bool)
        mask[self.order] = self.chosen
        return mask
