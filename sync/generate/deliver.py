"""Writing a whole nation: province after province, then the files beside them. All or nothing."""

import json
import shutil
import tempfile
from collections import Counter
from collections.abc import Callable
from dataclasses import asdict
from pathlib import Path
from typing import Any

import pyarrow as pa
import pyarrow.compute as pc
from pyogrio.errors import DataSourceError, FeatureError

from parcels.admin_units import provinces
from parcels.bilingual import Bilingual
from parcels.errors import UsageError
from sync.generate.changes import changed_rows
from sync.generate.defects import plan_defects, seed_defects
from sync.generate.nation import plan
from sync.generate.options import Options
from sync.generate.province import file_format, make_province
from sync.generate.truth import GroupLine, groups_of, truth_of
from sync.generate.write import write_boundaries, write_csv, write_delivery, written_at
from sync.profile import load_profile

NATION = "nation.json"
BESIDE = ("boundaries.gpkg", "truth.csv", "truth_groups.csv", NATION)

Progress = Callable[[str, int], None]


def generate(options: Options, out: Path, progress: Progress | None = None) -> dict[str, Any]:
    """Write the nation into `out` and return what nation.json says.

    out       a new or empty folder, or one that holds an earlier nation, which is replaced
    progress  called after each province with its code and its number of parcels

    Raises UsageError (nothing is written then).
    """
    _refuse_foreign_folder(out)
    try:
        out.parent.mkdir(parents=True, exist_ok=True)
        with tempfile.TemporaryDirectory(prefix=f".{out.name}-", dir=out.parent) as name:
            document = _write_nation(options, Path(name), progress)
            _move(Path(name), out)
    except (OSError, DataSourceError, FeatureError) as failure:
        raise UsageError(
            "GEN-WRITE",
            Bilingual(
                f"Không ghi được vào «{out}» ({failure}).",
                f"Cannot write to “{out}” ({failure}).",
            ),
            Bilingual(
                "Hãy kiểm tra quyền ghi và dung lượng đĩa, hoặc chọn thư mục khác.",
                "Check permissions and free space, or choose another folder.",
            ),
        ) from failure
    return document


def _write_nation(options: Options, folder: Path, progress: Progress | None) -> dict[str, Any]:
    deliveries = plan(options)
    profiles = {province: load_profile(province) for province in options.provinces}
    formats = {province: file_format(profile) for province, profile in profiles.items()}
    fates = plan_defects(options, deliveries, formats)
    truths: list[pa.Table] = []
    groups: list[GroupLine] = []
    outlines: list[Any] = []
    lines = []
    with written_at(options.extracted_at):
        for delivery in deliveries:
            batch = make_province(options, delivery, profiles[delivery.province])
            seed_defects(options.seed, batch, fates)
            if options.kind == "changes":
                batch = changed_rows(batch)
            target = folder / delivery.province
            target.mkdir()
            write_delivery(options, batch, target)
            truths.append(truth_of(batch))
            if options.kind == "full":
                groups += groups_of(batch)
            outlines += list(batch.outlines)
            lines.append(
                {
                    "code": delivery.province,
                    "name": provinces()[delivery.province].name,
                    "system": batch.profile.system,
                    "format": batch.format,
                    "epsg": [part.old_province.epsg for part in delivery.parts],
                    "communes": len(delivery.territories),
                    "parcels": len(batch),
                    "defects": truths[-1].num_rows,
                }
            )
            if progress:
                progress(delivery.province, len(batch))
        territories = [t for delivery in deliveries for t in delivery.territories]
        write_boundaries(territories, outlines, folder / BESIDE[0])
    truth = pa.concat_tables(truths)
    write_csv(truth, folder / BESIDE[1])
    write_csv(pa.Table.from_pylist([asdict(line) for line in groups]), folder / BESIDE[2])
    document = {"options": options.as_dict(), "provinces": lines, "totals": _totals(lines, truth, groups)}
    (folder / NATION).write_text(json.dumps(document, ensure_ascii=False, indent=2) + "\n", encoding="utf-8")
    return document


def _totals(lines: list[dict[str, Any]], truth: pa.Table, groups: list[GroupLine]) -> dict[str, Any]:
    kinds = truth.group_by("kind").aggregate([("kind", "count")]).sort_by("kind")
    by_group = Counter(line.group for line in groups if line.group)
    return {
        "provinces": len(lines),
        "communes": sum(line["communes"] for line in lines),
        "parcels": sum(line["parcels"] for line in lines),
        "defects": truth.num_rows,
        "quarantined": pc.sum(pc.equal(truth["quarantined"], "yes")).as_py() or 0,
        "groups": {str(number): by_group[number] for number in (1, 2, 3)},
        "kinds": dict(zip(kinds["kind"].to_pylist(), kinds["kind_count"].to_pylist(), strict=True)),
    }


def _refuse_foreign_folder(out: Path) -> None:
    if out.exists() and (not out.is_dir() or (any(out.iterdir()) and not (out / NATION).is_file())):
        raise UsageError(
            "GEN-OUT",
            Bilingual(
                f"«{out}» đã có và không phải là kết quả mô phỏng trước đó.",
                f"“{out}” exists and does not hold an earlier synthetic nation.",
            ),
            Bilingual("Hãy chọn một thư mục mới hoặc thư mục rỗng.", "Choose a new or an empty folder."),
        )


def _move(source: Path, out: Path) -> None:
    """Put the finished nation in place of an earlier one; other files in the folder stay."""
    out.mkdir(exist_ok=True)
    for code in provinces():
        shutil.rmtree(out / code, ignore_errors=True)
    for name in BESIDE:
        (out / name).unlink(missing_ok=True)
    for entry in sorted(source.iterdir()):
        shutil.move(entry, out / entry.name)  # `out` may be a mount of its own
