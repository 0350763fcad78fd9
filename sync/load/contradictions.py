"""What land says against the handles of a commune's rows: who waits for that, a few rows or the commune."""

from collections.abc import Iterable, Set
from dataclasses import dataclass

from sync import db
from validators.identity_rules import IdentityRules


@dataclass(frozen=True, slots=True)
class Contradiction:
    """What land says against the handles of a commune's rows.

    named    rows that their handles say are a living parcel
    apart    of these, the ones whose land lies elsewhere
    known    of those, the ones whose land is that of another living parcel
    renamed  rows that no handle knows, on the land of a parcel that the complete delivery no longer has
    few      they wait by themselves; else the commune is held
    """

    named: int
    apart: int
    known: int
    renamed: int
    few: bool


def contradictions(rows: Iterable[db.Row], told: Set[str], rules: IdentityRules) -> dict[str, Contradiction]:
    """The communes in which land says that handles name other parcels (rows of merge/38_contradicted).

    But for those that a person let pass knowing it (`told`).
    """
    found = {
        row["commune_code"]: Contradiction(
            row["named"], row["apart"], row["known"], row["renamed"], _few(row, rules)
        )
        for row in rows
        if row["commune_code"] not in told
    }
    return {code: said for code, said in found.items() if said.apart or not said.few}


def waited(rows: Iterable[db.Row], told: Set[str], rules: IdentityRules) -> dict[str, int]:
    """Commune that a person let pass knowing it → its few contradicted rows: they had waited, unmeasured by the brakes."""
    return {
        row["commune_code"]: row["apart"] for row in rows if row["commune_code"] in told and _few(row, rules)
    }


def _few(row: db.Row, rules: IdentityRules) -> bool:
    """Whether so few rows are contradicted that they wait by themselves."""
    return rules.few(row["apart"], row["named"]) and rules.few(row["renamed"], row["named"])
