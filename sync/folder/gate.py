"""`gate.json`: which communes go on and which wait for a person. Left by the gate."""

from typing import Any, ClassVar, Literal

from sync.folder.document import Document, Record, Upgrade
from sync.folder.reasons import Reason, understood

Decision = Literal["accept", "hold"]


class GateDecision(Record):
    """Of one commune. `settled`: reasons of conform that the commune's live parcels settled."""

    decision: Decision
    reasons: tuple[Reason, ...] = ()
    settled: tuple[Reason, ...] = ()


def _understood(content: dict[str, Any]) -> dict[str, Any]:
    """Version 1 may hold reasons whose evidence had another form."""
    communes = {
        code: said | {"reasons": [understood(reason) for reason in said["reasons"]]}
        for code, said in content["communes"].items()
    }
    return content | {"communes": communes}


class Gated(Document):
    """Every commune of the delivery, by code."""

    FILE: ClassVar[str] = "gate.json"
    UPGRADES: ClassVar[tuple[Upgrade, ...]] = (_understood,)

    decision: Decision
    communes: dict[str, GateDecision]

    def of(self, code: str) -> GateDecision:
        """The decision on a commune, or on the rows of none, which nothing holds."""
        return self.communes.get(code, GateDecision(decision="accept"))

    @property
    def held(self) -> tuple[str, ...]:
        """The communes that wait."""
        return tuple(code for code, said in self.communes.items() if said.decision == "hold")
