"""Why a commune waits for a person: a code, the sentence in both languages, and what a machine may want to know."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from parcels.bilingual import Bilingual


@dataclass(frozen=True, slots=True)
class Reason:
    """One reason to hold a commune."""

    code: str
    said: Bilingual
    evidence: Mapping[str, Any] | None = None

    def as_dict(self) -> dict[str, Any]:
        """As conform.json and gate.json hold it."""
        said: dict[str, Any] = {"code": self.code, "vi": self.said.vi, "en": self.said.en}
        return said if self.evidence is None else said | {"evidence": dict(self.evidence)}
