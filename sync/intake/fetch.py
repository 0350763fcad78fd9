"""Fetch: from where a province put its delivery into landing, and what it is into the run's folder.

Offline (`check`) nothing is stored: the files are hashed and read where they lie.
"""

from dataclasses import replace
from datetime import datetime
from pathlib import Path

from parcels.admin_units import NEW_COMMUNES_FROM
from sync import clock
from sync.clock import VIETNAM
from sync.declared.moments import as_stated, refuse_impossible_times
from sync.declared.profile import Profile
from sync.folder.delivery import DeliveryRecord, LandedFile
from sync.folder.document import Counts
from sync.folder.files import private_folder
from sync.intake.archives import UNPACKED, unpack_all
from sync.intake.delivery import Delivery, read_listed
from sync.intake.landing import delivery_sha256, hash_files, land
from sync.intake.listing import list_files


def fetch(
    path: Path,
    profile: Profile,
    run_dir: Path,
    landing: Path | None = None,
    received_at: datetime | None = None,
    stated_at: datetime | None = None,
) -> Counts:
    """Take the delivery at `path` into `landing` (or, without one, leave it where it is); writes delivery.json.

    stated_at  when a person says that it was extracted, where it does not say so itself

    Returns what the ledger notes of it. Raises UsageError or DeliveryRejected, and then nothing but unreferenced bytes in landing is left behind.
    """
    listing = list_files(path)
    received_at = received_at or clock.now()
    if not listing.archives:  # what can be refused by a look is refused before anything is copied
        refuse_impossible_times(as_stated(read_listed(listing, profile).says, stated_at), received_at)
    if landing is None:
        files, root = hash_files(listing.root, listing.files), listing.root.absolute()
    else:
        files, root = land(landing, listing.root, listing.files)
    listing = replace(listing, root=root)  # what was landed is what is believed
    private_folder(run_dir)
    unpacked = unpack_all(root, listing.archives, run_dir / UNPACKED) if listing.archives else None
    delivery = read_listed(listing, profile, unpacked)
    delivery = replace(delivery, says=as_stated(delivery.says, stated_at))
    refuse_impossible_times(delivery.says, received_at)
    document = _record(delivery, profile, files, unpacked, received_at)
    document.save(run_dir)
    return {
        "delivery_sha256": document.delivery_sha256,
        "extracted_at": document.moment.isoformat() if document.moment else None,
        "declared": document.declared,
        "kind": document.kind,
        "files": len(files),
        "bytes": sum(file.bytes for file in files),
    }


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
        files=files,
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
        tables=says.tables,
    )
