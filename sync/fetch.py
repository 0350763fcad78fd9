"""Fetch: from where a province put its delivery into landing, and `delivery.json`, which says what it is.

Offline (`check`) nothing is stored: the files are hashed and read where they lie.
"""

from dataclasses import asdict
from datetime import UTC, date, datetime
from pathlib import Path
from typing import Any, Literal

from pydantic import BaseModel, ConfigDict

from sync.delivery import VIETNAM, Delivery, Part, read_delivery
from sync.landing import LandedFile, delivery_sha256, hash_files, land
from sync.profile import Profile
from sync.runfolder import private_folder, read_json, write_json

DELIVERY_JSON = "delivery.json"


class DeliveryRecord(BaseModel):
    """`delivery.json`: one delivery, where its bytes lie and what it says of itself.

    declared    whether it came with a delivery.toml; otherwise it is complete for nothing
    as_of       the day whose rules hold for it: when it was extracted, else when it was received
    root        the folder in which `files` lie
    """

    model_config = ConfigDict(frozen=True)

    province: str
    system: str
    delivery_sha256: str
    root: Path
    files: tuple[dict[str, Any], ...]
    unlisted: tuple[str, ...]
    declared: bool
    kind: Literal["full", "changes"]
    extracted_at: datetime | None
    received_at: datetime
    as_of: date
    commune_codes: Literal["new", "old"] | None
    complete_for: tuple[str, ...]
    parts: tuple[Part, ...]


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
    delivery = read_delivery(path, profile)
    if landing is None:
        files, root = hash_files(delivery.root, delivery.files), delivery.root.absolute()
    else:
        files, root = land(landing, delivery.root, delivery.files)
        if path.is_dir():
            delivery = read_delivery(root, profile)  # what was landed is what is believed
    document = _record(delivery, profile, files, root, received_at or datetime.now(UTC))
    private_folder(run_dir)
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
    root: Path,
    received_at: datetime,
) -> DeliveryRecord:
    says = delivery.says
    return DeliveryRecord(
        province=profile.province,
        system=profile.system,
        delivery_sha256=delivery_sha256(files),
        root=root,
        files=tuple(asdict(file) for file in files),
        unlisted=delivery.unlisted,
        declared=delivery.declared,
        kind=says.kind,
        extracted_at=says.extracted_at,
        received_at=received_at,
        as_of=(says.extracted_at or received_at).astimezone(VIETNAM).date(),
        commune_codes=says.commune_codes,
        complete_for=says.complete_for,
        parts=says.parts,
    )
