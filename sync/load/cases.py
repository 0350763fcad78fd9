"""Communes joined by parcels that pass from one to another: they are one case, measured, held and decided as one."""

from collections import Counter, defaultdict
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field

from sync import db
from sync.folder.reasons import Move
from validators.brakes import BrakeRules

PassedMoves = Mapping[
    tuple[str, str], int
]  # origin and target → parcels that were shown to the person who let it pass


@dataclass(frozen=True, slots=True)
class CommuneCases:
    """The cases of a delivery.

    of       commune → its case: the least code of its communes; absent where a commune is in none
    moves    case → what moves in it
    before   commune → its live parcels
    leaving  commune → its live parcels that a row brings into another one, in a case or not
    """

    of: dict[str, str] = field(default_factory=dict)
    moves: dict[str, tuple[Move, ...]] = field(default_factory=dict)
    before: dict[str, int] = field(default_factory=dict)
    leaving: dict[str, int] = field(default_factory=dict)

    def with_all(self, communes: Iterable[str]) -> list[str]:
        """These communes, and all others of their cases."""
        chosen = set(communes)
        cases = {self.of[code] for code in chosen if code in self.of}
        return sorted(chosen | {code for code, case in self.of.items() if case in cases})

    def with_tied(
        self, held: Iterable[str], ties: Iterable[db.Row], released: Iterable[str]
    ) -> dict[str, tuple[str, ...]]:
        """The held communes and all others that wait with them; of each released one that only waits for others: for which.

        ties      rows of merge/52d_ties_approved
        released  communes that a person let pass: only of these is it known that nothing else keeps them
        """
        ties, released = list(ties), set(released)
        waiting: dict[str, tuple[str, ...]] = dict.fromkeys(self.with_all(held), ())
        while True:
            found: dict[str, set[str]] = defaultdict(set)
            for tie in ties:
                if tie["waits_for"] in waiting and tie["commune_code"] in released - waiting.keys():
                    found[tie["commune_code"]].add(tie["waits_for"])
            if not found:
                return waiting
            waiting |= {
                code: tuple(sorted(found.get(code, ())))
                for code in self.with_all(found)
                if code not in waiting
            }

    def unasked(self, passed: PassedMoves) -> dict[str, tuple[Move, ...]]:
        """Commune → the moves of its case, for cases that nobody let pass, or of which more moves than was shown."""
        asked = {
            case
            for case, moves in self.moves.items()
            if any(move.parcels > passed.get((move.origin, move.target), 0) for move in moves)
        }
        return {code: self.moves[case] for code, case in self.of.items() if case in asked}

    def measures(self, rows: Iterable[db.Row]) -> list[db.Row]:
        """Rows of merge/56_measures, those of a case as one: amounts and what they are of, added up."""
        alone, together = list[db.Row](), defaultdict[tuple[str, str, str | None], list[db.Row]](list)
        for row in rows:
            case = self.of.get(row["commune_code"])
            if case is None:
                alone.append(row)
            else:
                together[case, row["code"], row["column_group"]].append(row)
        return alone + [self._as_one(case, members) for (case, *_), members in together.items()]

    def _as_one(self, case: str, members: list[db.Row]) -> db.Row:
        largest = max(members, key=lambda row: float(row["amount"]))
        out_of = sum(row["out_of"] for row in members)
        if all(row["out_of"] == self.before.get(row["commune_code"]) for row in members):
            out_of = float(sum(self.before[code] for code, of in self.of.items() if of == case))
        added = {name: sum(row[name] for row in members) for name in ("parcels", "amount")}
        return {**largest, **added, "commune_code": case, "out_of": out_of}

    def lately(self, rows: Iterable[db.Row]) -> list[db.Row]:
        """Rows of ledger/changed_lately in the same way."""
        added: dict[tuple[str, str, str | None], db.Row] = {}
        for row in rows:
            commune: str = row["commune_code"]
            code = self.of.get(commune, commune)
            key: tuple[str, str, str | None] = (code, row["code"], row["column_group"])
            known = added.get(key, {"amount": 0.0, "out_of": 0.0})
            sums = {name: known[name] + row[name] for name in ("amount", "out_of")}
            added[key] = {**row, **sums, "commune_code": code}
        return list(added.values())


def cases_of(pairs: Iterable[db.Row], rules: BrakeRules) -> CommuneCases:
    """The cases that these movements (rows of merge/52b_movement_pairs) make: communes that hang together by more than a few.

    A few parcels that pass from one commune to another are an ordinary correction: `movement` of the policy, of the smaller
    commune of the two that has any. What moves inside a case belongs to it, few or many, roads and water too.
    """
    pairs = list(pairs)
    of: dict[str, str] = {}
    for pair in (pair for pair in pairs if _joins(pair, rules)):
        ends: tuple[str, str] = (pair["origin"], pair["target"])
        one, other = (of.get(end, end) for end in ends)
        least = min(one, other)
        of |= {pair["origin"]: one, pair["target"]: other}
        of = {code: least if case in (one, other) else case for code, case in of.items()}
    inside = [pair for pair in pairs if of.get(pair["origin"], "") == of.get(pair["target"])]
    moves: dict[str, list[Move]] = defaultdict(list)
    for pair in inside:
        move = Move(
            origin=pair["origin"], target=pair["target"], parcels=pair["parcels"], of=pair["origin_before"]
        )
        moves[of[pair["origin"]]].append(move)
    before = {pair[end]: pair[f"{end}_before"] for pair in inside for end in ("origin", "target")}
    leaving = Counter[str]()
    for pair in pairs:
        leaving[pair["origin"]] += pair["parcels"]
    return CommuneCases(of, {case: tuple(found) for case, found in moves.items()}, before, leaving)


def _joins(pair: db.Row, rules: BrakeRules) -> bool:
    of = min(before for end in ("origin", "target") if (before := pair[f"{end}_before"]))
    return rules.movement.exceeded(pair["joining"], pair["joining"], of)
