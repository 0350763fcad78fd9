"""Why a commune waits for a person: a code, and the sentence in both languages."""

from dataclasses import dataclass

from parcels.bilingual import Bilingual


@dataclass(frozen=True, slots=True)
class Reason:
    """One reason to hold a commune."""

    code: str
    said: Bilingual

    def as_dict(self) -> dict[str, str]:
        """As conform.json and gate.json hold it."""
        return {"code": self.code, "vi": self.said.vi, "en": self.said.en}
