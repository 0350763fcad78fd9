"""On what a run judges: its `Basis`, made of the delivery, the profile, the engine, and what the nation knew."""

import hashlib
from pathlib import Path
from typing import Protocol

import numpy as np
from numpy.typing import NDArray

from parcels.model import UNKNOWN_COMMUNE
from sync.folder.basis import Basis
from sync.folder.boundaries import Boundaries
from sync.folder.delivery import DeliveryRecord
from sync.folder.profile import KeptProfile
from sync.folder.snapshot import boxes_of_parts
from sync.known.engine import engine
from validators.borders.land import degrees
from validators.borders.seam import reach_m
from validators.policy import policy_at

NO_BOUNDARIES = "none"


class Told(Protocol):
    """What `sync.known.database.NationalKnown` tells of its answers."""

    @property
    def said(self) -> dict[str, str]:
        """Subject → SHA-256 of what was answered."""
        ...

    def around(self, boxes: NDArray[np.float64]) -> str:
        """SHA-256 of the living land of other provinces in these boxes (k, 4)."""
        ...


def basis_of(run_dir: Path, judged: Path, known: Told, boundaries: Boundaries | None) -> Basis:
    """The basis of a delivery.

    run_dir   the folder with the delivery and the profile
    judged    the folder with the snapshot of these bytes: of the same run, or of an earlier one
    known     which was asked for everything that a check asks
    """
    record = DeliveryRecord.load(run_dir)
    profile = KeptProfile.load(run_dir).profile
    return Basis(
        engine=engine(),
        profile=hashlib.sha256(profile.model_dump_json().encode()).hexdigest(),
        moment=record.moment,
        as_of=record.as_of,
        known={
            **known.said,
            "land": known.around(_beside(judged, record)),
            "boundaries": _outlines(boundaries),
        },
    )


def _beside(judged: Path, record: DeliveryRecord) -> NDArray[np.float64]:
    """(k, 4) a box around the land of each commune, and as much more as a seam reaches."""
    boxes = boxes_of_parts(judged)
    here = [box for code, box in boxes.items() if code != UNKNOWN_COMMUNE and np.isfinite(box).all()]
    near = degrees(reach_m(policy_at(record.as_of)))
    boxes_here = np.asarray(here, np.float64).reshape(-1, 4)
    return np.column_stack((boxes_here[:, :2] - near, boxes_here[:, 2:] + near))


def _outlines(boundaries: Boundaries | None) -> str:
    if boundaries is None:
        return NO_BOUNDARIES
    digest = hashlib.sha256("\n".join((*boundaries.codes, *boundaries.sources)).encode())
    for outline in boundaries.table()["geom"].to_pylist():
        digest.update(outline)
    return digest.hexdigest()
