"""A delivery read by a profile and not judged: what every canonical column is filled with."""

from pathlib import Path
from typing import Any

import pyarrow.parquet as pq

from parcels.columns import delivered_columns
from parcels.model import UNKNOWN_COMMUNE
from sync.conform import conform
from sync.declared.profile import load_profile, province_of
from sync.folder.conform import Conformed
from sync.folder.snapshot import part_paths
from sync.intake.fetch import fetch


def trial(profile_file: Path, delivery: Path, run_dir: Path) -> dict[str, Any]:
    """What becomes of the delivery's columns. Raises UsageError and DeliveryRejected as a run does."""
    province = province_of(profile_file)
    profile = load_profile(province, profile_file)
    fetch(delivery, profile, run_dir)
    conform(run_dir, profile)
    said = Conformed.load(run_dir)
    filled = _filled(run_dir)
    delivered: dict[str, str] = {}
    not_readable: dict[str, int] = {}
    for part in said.parts:
        delivered |= part.columns
        for name, count in part.values_not_readable.items():
            not_readable[name] = not_readable.get(name, 0) + count
    return {
        "province": province,
        "system": profile.system,
        "read": said.read,
        "communes": {code: rows for code, rows in said.communes.items() if code != UNKNOWN_COMMUNE},
        "rows_of_no_commune": said.communes.get(UNKNOWN_COMMUNE, 0),
        "columns": [
            {
                "canonical": name,
                "delivered": delivered.get(name) or _constant(profile.constants.get(name)),
                "filled": filled[name] / said.read,
                "not_readable": not_readable.get(name, 0),
                "assumed": name in profile.assumed,
            }
            for name in filled
            if name in delivered or name in profile.constants
        ],
        "not_mapped": sorted({name for part in said.parts for name in part.columns_not_mapped}),
        "parts": [
            part.model_dump(include={"file", "layer", "epsg", "crs", "encoding", "read"})
            for part in said.parts
        ],
        "holds": {code: [reason.model_dump() for reason in held] for code, held in said.holds.items()},
    }


def _constant(value: object) -> str | None:
    return None if value is None else f"= {value}"


def _filled(run_dir: Path) -> dict[str, int]:
    """Canonical column → rows with a value."""
    names = [column.name for column in delivered_columns()]
    filled = dict.fromkeys(names, 0)
    for path in part_paths(run_dir).values():
        table = pq.read_table(path, columns=names)
        for name in names:
            filled[name] += table.num_rows - table.column(name).null_count
    return filled
