"""`delivery.json`: one delivery, where its bytes lie and what it says of itself. Left by fetch."""

from dataclasses import dataclass
from datetime import date, datetime
from pathlib import Path
from typing import ClassVar, Literal

from sync.declared.changes import Span
from sync.declared.delivery import AttributeList, CommuneCodes, Part, PeopleTableFile
from sync.folder.document import Document


@dataclass(frozen=True, slots=True)
class LandedFile:
    """One file of a delivery: its name relative to the delivery, SHA-256 in hexadecimal, size."""

    name: str
    sha256: str
    bytes: int


class DeliveryRecord(Document):
    """What every later stage knows of the delivery; the profile's defaults are applied by conform.

    declared    whether it came with a delivery.toml; otherwise it is complete for nothing
    extracted_at  when it says that it was extracted; of a change set without it: the end of its span
    as_of       the day whose rules hold for it: when it was extracted, else when it was received; the day the
                communes of today began at the earliest, because it is they that hold the parcels
    root        the folder in which `files` lie
    archives    those of `files` that were unpacked; unpacked: the folder in which they were, each in its own name
    """

    FILE: ClassVar[str] = "delivery.json"

    province: str
    system: str
    delivery_sha256: str
    root: Path
    archives: tuple[str, ...] = ()
    unpacked: Path | None = None
    files: tuple[LandedFile, ...]
    unlisted: tuple[str, ...]
    declared: bool
    kind: Literal["full", "changes"]
    span: Span = Span()
    extracted_at: datetime | None
    received_at: datetime
    as_of: date
    commune_codes: CommuneCodes | None
    sheet_table: str | None = None
    complete_for: tuple[str, ...]
    parts: tuple[Part, ...]
    lists: tuple[AttributeList, ...] = ()
    tables: tuple[PeopleTableFile, ...] = ()

    @property
    def changes(self) -> bool:
        """Whether it is a change set."""
        return self.kind == "changes"

    @property
    def moment(self) -> datetime | None:
        """Up to when it is complete, the one moment by which it is ordered: the end of its span, else its extraction.

        None where it does not say: when it arrived says nothing of it, and somebody has to state it (`Run.stated_at`).
        """
        return self.span.until or self.extracted_at

    def archive_of(self, name: str) -> str | None:
        """The delivered archive in which a file of a part lies; None for one that was delivered as it is."""
        return next((archive for archive in self.archives if name.startswith(f"{archive}/")), None)

    def path_of(self, name: str) -> Path:
        """Where a file of a part can be read."""
        inside = self.unpacked is not None and self.archive_of(name) is not None
        return (self.unpacked if inside and self.unpacked else self.root) / name
