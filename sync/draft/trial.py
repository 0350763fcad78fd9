"""A delivery read by a profile and not judged: what every canonical column is filled with."""

from collections import Counter
from pathlib import Path
from typing import Any

import pyarrow.compute as pc
import pyarrow.parquet as pq

from parcels.arrays import one_array
from parcels.bilingual import Bilingual
from parcels.columns import delivered_columns
from parcels.model import UNKNOWN_COMMUNE
from sync.conform import conform
from sync.conform.placeholders import PLACEHOLDERS
from sync.declared.profile import Profile, load_profile, province_of
from sync.folder.conform import Conformed
from sync.folder.snapshot import part_paths
from sync.intake.fetch import fetch

_SHOWN = 5  # of what was written for nothing, in each column


def trial(profile_file: Path, delivery: Path, run_dir: Path) -> dict[str, Any]:
    """What becomes of the delivery's columns. Raises UsageError and DeliveryRejected as a run does."""
    province = province_of(profile_file)
    profile = load_profile(province, profile_file)
    fetch(delivery, profile, run_dir)
    conform(run_dir, profile)
    said = Conformed.load(run_dir)
    filled, placeholders = _filled(run_dir)
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
                "filled": filled[name] / max(said.read, 1),
                "not_readable": not_readable.get(name, 0),
                "placeholders": placeholders[name],
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
        "problems": [problem._asdict() for problem in _problems(profile, said, filled)],
        "holds": {code: [reason.model_dump() for reason in held] for code, held in said.holds.items()},
    }


def _constant(value: object) -> str | None:
    return None if value is None else f"= {value}"


def _problems(profile: Profile, said: Conformed, filled: dict[str, int]) -> list[Bilingual]:
    """What leaves a delivery without use although it reads: no commune, or nothing that a parcel could be known by."""
    problems = []
    if said.read and said.communes.get(UNKNOWN_COMMUNE, 0) == said.read:
        problems.append(
            Bilingual(
                "Không dòng nào thuộc một xã của tỉnh: hãy xem lại cột commune_code, mã tỉnh, hoặc ghi "
                'commune_codes = "old" nếu là mã xã trước 01/7/2025.',
                "No row belongs to a commune of the province: look at the column of commune_code, at the province, or "
                'write commune_codes = "old" where the codes are of before 1 July 2025.',
            )
        )
    mapped = set(profile.columns) | set(profile.constants)
    empty = [name for name in ("source_key", "sheet_no", "parcel_no") if name in mapped and not filled[name]]
    if said.read and empty:
        listed = ", ".join(empty)
        problems.append(
            Bilingual(
                f"Cột định danh không có giá trị nào: {listed}. Hãy chọn cột khác, hoặc bỏ dòng đó khỏi hồ sơ.",
                f"Columns of identity hold no value: {listed}. Choose other columns, or take the lines out.",
            )
        )
    known = filled["source_key"] or filled["national_id"] or (filled["sheet_no"] and filled["parcel_no"])
    if said.read and not known and not empty:
        problems.append(
            Bilingual(
                "Không có gì để nhận ra thửa đất: cần source_key, national_id, hoặc sheet_no và parcel_no.",
                "Nothing tells parcels apart: source_key, national_id, or sheet_no and parcel_no are needed.",
            )
        )
    return problems


def _filled(run_dir: Path) -> tuple[dict[str, int], dict[str, dict[str, int]]]:
    """Canonical column → rows with a value, and what was written for nothing in how many others, most of it first."""
    names = [column.name for column in delivered_columns()]
    filled = dict.fromkeys(names, 0)
    written: dict[str, Counter[str]] = {name: Counter() for name in names}
    for path in part_paths(run_dir).values():
        table = pq.read_table(path, columns=[*names, PLACEHOLDERS])
        kept = one_array(table[PLACEHOLDERS])
        for name in names:
            filled[name] += table.num_rows - table.column(name).null_count
            if kept.null_count < len(kept):
                empty = pc.map_lookup(kept, name, "first").filter(one_array(table[name]).is_null())
                counts = pc.value_counts(pc.drop_null(empty))
                pairs = zip(counts.field(0).to_pylist(), counts.field(1).to_pylist(), strict=True)
                written[name].update(dict(pairs))
    return filled, {name: dict(counts.most_common(_SHOWN)) for name, counts in written.items()}
