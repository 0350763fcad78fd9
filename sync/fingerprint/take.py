"""From files to figures: each delivery is conformed in a folder of its own, which is gone afterwards."""

import tempfile
from collections.abc import Callable
from pathlib import Path
from typing import Any

from parcels.bilingual import Bilingual
from sync.conform import conform
from sync.declared.profile import Profile
from sync.fingerprint.alone import alone
from sync.fingerprint.between import between
from sync.fingerprint.columns import DeliveredRows, Floats, read_rows
from sync.intake.fetch import fetch

VERSION = 1


def fingerprint(
    a: Path, b: Path | None, profile: Profile, told: Callable[[Bilingual], None] = lambda _: None
) -> dict[str, Any]:
    """The figures of one delivery, or of two and of how the second stands to the first.

    Raises DeliveryRejected for what cannot be read.
    """
    first, origin = _rows_of(a, profile, None, told)
    document: dict[str, Any] = {"version": VERSION, "province": profile.province, "a": alone(first)}
    document |= {"b": None, "a_to_b": None}
    if b is not None:
        second, _ = _rows_of(b, profile, origin, told)
        document |= {"b": alone(second), "a_to_b": between(first, second)}
    return document


def _rows_of(
    path: Path, profile: Profile, origin: Floats | None, told: Callable[[Bilingual], None]
) -> tuple[DeliveredRows, Floats]:
    with tempfile.TemporaryDirectory(prefix="landsync-fingerprint-") as temporary:
        run_dir = Path(temporary)
        told(Bilingual(f"Đọc {path.name}", f"Reading {path.name}"))
        fetch(path, profile, run_dir)
        told(Bilingual("Chuyển về cột và hệ tọa độ chung", "Bringing it to common columns and CRS"))
        conform(run_dir, profile)
        return read_rows(run_dir, origin)
