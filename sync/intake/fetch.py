"""Fetch: from where a province put its delivery into landing, and `delivery.json`, which says what it is.

Offline (`check`) nothing is stored: the files are hashed and read where they lie.
"""

from dataclasses import asdict, replace
from datetime import UTC, date, datetime
from pathlib import Path
from typing import Any, Literal

from pydantic import BaseModel, ConfigDict

from parcels.admin_units import NEW_COMMUNES_FROM
from sync.declared.changes import Span
from sync.declared.delivery import VIETNAM, AttributeList, CommuneCodes, Delivery, Part, read_listed
from sync.declared.profile import Profile
from sync.folder.files import private_folder, read_json, write_json
from sync.intake.archives import UNPACKED, unpack_all
from sync.intake.landing import LandedFile, delivery_sha256, hash_files, land
from sync.intake.listing import list_files

DELIVERY_JSON = "delivery.json"


class DeliveryRecord(BaseModel):
    """`delivery.json`: one delivery, where its bytes lie and what it says of itself.

    declared    whether it came with a delivery.toml; otherwise it is complete for nothing
    as_of       the day whose rules hold for it: when it was extracted, else when it was received; the day the
                communes of today began at the earliest, because it is they that hold the parcels
    root        the folder in which `files` lie
    archives    those of `files` that were unpacked; unpacked: the folder in which they were, each in its own name
    """

    model_config = ConfigDict(frozen=True)

    province: str
    system: str
    delivery_sha256: str
    root: Path
    archives: tuple[str, ...] = ()
    unpacked: Path | None = None
    files: tuple[dict[str, Any], ...]
    unlisted: tuple[str, ...]
    declared: bool
    kind: Literal["full", "changes"]
    span: Span = Span()
    extracted_at: datetime | None  # of a change set without it: the end of its span
    received_at: datetime
    as_of: date
    commune_codes: CommuneCodes | None
    sheet_table: str | None = None
    complete_for: tuple[str, ...]
    parts: tuple[Part, ...]
    lists: tuple[AttributeList, ...] = ()

    def archive_of(self, name: str) -> str | None:
        """The delivered archive in which a file of a part lies; None for one that was delivered as it is."""
        return next((archive for archive in self.archives if name.startswith(f"{archive}/")), None)

    def path_of(self, name: str) -> Path:
        """Where a file of a part can be read."""
        inside = self.unpacked is not None and self.archive_of(name) is not None
        return (self.unpacked if inside and self.unpacked else self.root) / name


def fetch(
    path: Path,
    profile: Profile,
    run_dir: Path,
    landing: Path | None = None,
    received_at: datetime | None = None,
) -> dict[str, Any]:
    """Take the delivery at `path` into `landing` (or, without one, leave it where it is); writes delivery.json.

    Returns what the ledger notes of it. Raises UsageError or DeliveryRejected, and then nothing but unreferenced bytes in landing is left behind.
    """
    listing = list_files(path)
    if not listing.archives:
        read_listed(listing, profile)  # what can be refused by a look is refused before anything is copied
    if landing is None:
        files, root = hash_files(listing.root, listing.files), listing.root.absolute()
    else:
        files, root = land(landing, listing.root, listing.files)
    listing = replace(listing, root=root)  # what was landed is what is believed
    private_folder(run_dir)
    unpacked = unpack_all(root, listing.archives, run_dir / UNPACKED) if listing.archives else None
    delivery = read_listed(listing, profile, unpacked)
    document = _record(delivery, profile, files, unpacked, received_at or datetime.now(UTC))
    write_json(run_dir / DELIVERY_JSON, document.model_dump(mode="json"))
    return {
        "delivery_sha256": document.delivery_sha256,
        "extracted_at": document.extracted_at and document.extracted_at.isoformat(),
        "declared": document.declared,
        "files": len(files),
        "bytes": sum(file.bytes for file in files),
    }


def load_delivery(run_dir: Path) -> DeliveryRecord:
    """The delivery of a run, as fetch wrote it."""
    return DeliveryRecord.model_validate(read_json(run_dir / DELIVERY_JSON))


def _record(
    delivery: Delivery,
    profile: Profile,
    files: tuple[LandedFile, ...],
    unpacked: Path | None,
    received_at: datetime,
) -> DeliveryRecord:
    says = delivery.says
    return DeliveryRecord(
        province=profile.province,
        system=profile.system,
        delivery_sha256=delivery_sha256(files),
        root=delivery.root,
        archives=delivery.listing.archives,
        unpacked=unpacked,
        files=tuple(asdict(file) for file in files),
        unlisted=delivery.unlisted,
        declared=delivery.declared,
        kind=says.kind,
        span=says.span,
        extracted_at=says.extracted_at or says.until,
        received_at=received_at,
        as_of=max((says.extracted_at or received_at).astimezone(VIETNAM).date(), NEW_COMMUNES_FROM),
        commune_codes=says.commune_codes,
        sheet_table=says.sheet_table,
        complete_for=says.complete_for,
        parts=says.parts,
        lists=says.lists,
    )
