"""`report/summary.json`: the outcome of a run for a machine, which `landsync check --json` prints. Left by report."""

from typing import Any, ClassVar

from parcels.bilingual import BilingualText
from sync.folder.document import Document, Record
from sync.folder.gate import Decision
from sync.folder.reasons import Reason
from validators.stored import KeptFixes


class CommuneLine(Record):
    """A commune: reasons to hold first, then why it is in its group; `parcels`: rows read."""

    code: str
    decision: Decision
    parcels: int
    group: int | None
    excused: int
    reasons: tuple[Reason | BilingualText, ...]
    measures: dict[str, float | None]
    group_code: str | None
    fixes: KeptFixes | None


class Summary(Document):
    """read = accepted + held + quarantined + unreadable, rows."""

    FILE: ClassVar[str] = "report/summary.json"

    province: str
    delivery_sha256: str
    decision: Decision
    provisional: bool
    read: int
    accepted: int
    held: int
    quarantined: int
    unreadable: int
    findings: dict[str, int]
    not_applicable: dict[str, str]
    not_run: tuple[str, ...]
    communes: tuple[CommuneLine, ...]

    def as_dict(self) -> dict[str, Any]:
        """As `--json` prints it."""
        return self.model_dump(mode="json")
