"""`pulled.json`: what was pulled from a province's connections, as the ledger keeps it too. Left by fetch."""

from datetime import datetime
from typing import ClassVar, Literal

from parcels.bilingual import BilingualText
from sync.folder.document import Document, Record


class KeptWatermark(Record):
    """How far a source was read, as text, with the type that it has there."""

    kind: str
    value: str


class PulledEntry(Record):
    """What came of one connection.

    where         the source, for a person; no secret
    source        a short name of what the connection means: a watermark of one says nothing of another
    extracted_at  when the pull began
    """

    name: str
    kind: Literal["full", "changes"]
    where: str
    source: str
    rows: int
    extracted_at: datetime
    watermark: KeptWatermark | None
    notes: tuple[BilingualText, ...]


class Pulled(Document):
    """Written when all of it is there."""

    FILE: ClassVar[str] = "pulled.json"

    pulled: tuple[PulledEntry, ...]
