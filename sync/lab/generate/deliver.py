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
import pyarrow.parquet as pq
from pyogrio.errors import DataSourceError, FeatureError

from parcels.admin_units import provinces
from parcels.bilingual import Bilingual
from parcels.errors import UsageError
from sync.declared.profile import load_profile
from sync.lab.generate.before import Before, before_of, settle_ids
from sync.lab.generate.changes import changed_rows
from sync.lab.generate.defects import Fate, plan_defects, seed_defects
from sync.lab.generate.expected import Expected, mark_borders
from sync.lab.generate.far import open_country
from sync.lab.generate.kinds import OLD_SHEETS, PART_DELIVERED
from sync.lab.generate.merged import keep_old_sheets
from sync.lab.generate.nation import PlannedDelivery, Purpose, plan, stream
from sync.lab.generate.options import Options
from sync.lab.generate.partly import delivered_part
from sync.lab.generate.population import authenticate
from sync.lab.generate.province import ProvinceBatch, file_format, make_province
from sync.lab.generate.statistics import statistics_of
from sync.lab.generate.tables import further_users, people_tables
from sync.lab.generate.truth import GroupLine, groups_of, truth_of
from sync.lab.generate.truth_people import fates_of, reached
from sync.lab.generate.write import write_boundaries, write_csv, write_delivery, written_at

NATION = "nation.json"
FINDINGS = "truth_findings.csv"
GROUPS = "truth_groups.csv"
TRUTH = "truth.csv"
PEOPLE_FATES = "truth_people.csv"  # what becomes of the rows of tables of people, where there are any
BOUNDARIES = "boundaries.gpkg"
STATISTICS = "expected.csv"  # what the land statistics expect of each commune: all of its parcels
BESIDE = (BOUNDARIES, STATISTICS, TRUTH, GROUPS, FINDINGS, PEOPLE_FATES, NATION)
# Of labelled nations: a folder per province with live.parquet, ended.parquet, claims.parquet and near.parquet (schemas
# in `before`); a file per province with the answers of the population database; and the context files that are made
# of both, by those who know their format (`finish`).
BEFORE, POPULATION, CONTEXT = "before", "population", "context"

Progress = Callable[[str, int], None]
Finish = Callable[[Path], None]


def generate(
    options: Options, out: Path, progress: Progress | None = None, finish: Finish | None = None
) -> dict[str, Any]:
    """Write the nation into `out` and return what nation.json says.

    out       a new or empty folder, or one that holds an earlier nation, which is replaced
    progress  called after each province with its code and its number of parcels
    finish    may add to the folder before it takes its place

    Raises UsageError (nothing is written then).
    """
    _refuse_foreign_folder(out)
    try:
        out.parent.mkdir(parents=True, exist_ok=True)
        with tempfile.TemporaryDirectory(prefix=f".{out.name}-", dir=out.parent) as name:
            document = _write_nation(options, Path(name), progress)
            if finish:
                finish(Path(name))
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
    formats = {
        province: file_format(profile, labelled=options.labelled) for province, profile in profiles.items()
    }
    planned = plan_defects(options, deliveries, formats)
    labels = _Labels(options, deliveries, planned) if options.labelled else None
    expected = Expected()
    coarse = {code for code, fate in planned.items() if "coarse_coordinates" in fate.whole}
    truths: list[pa.Table] = []
    groups: list[GroupLine] = []
    fates: list[pa.Table] = []
    outlines: list[Any] = []
    statistics: list[pa.Table] = []
    lines = []
    with written_at(options.extracted_at):
        for delivery in deliveries:
            batch = make_province(options, delivery, profiles[delivery.province], coarse)
            statistics.append(statistics_of(batch, options.as_of))
            answers = None
            if labels:
                batch, answers = labels.seed(batch, folder, expected)
            else:
                seed_defects(options.seed, batch, planned)
                expected.add(batch, {}, {})
            if options.kind == "changes":
                batch = changed_rows(batch)
            further = _write_province(options, batch, folder / delivery.province, fates)
            truths.append(truth_of(batch))
            if options.kind == "full":
                groups += groups_of(batch, answers, further)
            outlines += list(batch.outlines)
            lines.append(_line(delivery, batch, truths[-1].num_rows))
            if progress:
                progress(delivery.province, len(batch))
        territories = [t for delivery in deliveries for t in delivery.territories]
        write_boundaries(territories, outlines, folder / BOUNDARIES)
    write_csv(pa.concat_tables(statistics), folder / STATISTICS)
    if labels:
        labels.write_neighbours(folder)
    if options.kind == "full":
        write_csv(expected.table(), folder / FINDINGS)
    truth = pa.concat_tables(truths)
    write_csv(truth, folder / TRUTH)
    write_csv(pa.Table.from_pylist([asdict(line) for line in groups]), folder / GROUPS)
    if fates:
        write_csv(pa.concat_tables(fates), folder / PEOPLE_FATES)
    document = {"options": options.as_dict(), "provinces": lines, "totals": _totals(lines, truth, groups)}
    (folder / NATION).write_text(json.dumps(document, ensure_ascii=False, indent=2) + "\n", encoding="utf-8")
    return document


def _write_province(
    options: Options, batch: ProvinceBatch, folder: Path, fates: list[pa.Table]
) -> pa.Table | None:
    """A delivery; where its people come as tables, who is on a parcel beside its first user, and what becomes of the tables."""
    folder.mkdir()
    if not batch.many:
        write_delivery(options, batch, folder)
        return None
    tables = people_tables(options.seed, batch)
    write_delivery(options, batch, folder, tables)
    fates.append(fates_of(batch, tables))
    further = further_users(options.seed, batch)
    return further.filter(pa.array(reached(batch)[further["row"]]))


def _line(delivery: PlannedDelivery, batch: ProvinceBatch, defects: int) -> dict[str, Any]:
    """What the nation's document says of a province."""
    return {
        "code": delivery.province,
        "name": provinces()[delivery.province].name,
        "system": batch.profile.system,
        "format": batch.format,
        "epsg": [part.old_province.epsg for part in delivery.parts],
        "communes": len(delivery.territories),
        **({"partial": sorted(batch.partial)} if batch.partial else {}),
        "parcels": len(batch),
        "defects": defects,
    }


class _Labels:
    """What is done beside the deliveries of a labelled nation: the state before, and the answers about land users."""

    def __init__(self, options: Options, deliveries: list[PlannedDelivery], fates: dict[str, Fate]) -> None:
        self.options = options
        self.deliveries = deliveries
        self.fates = fates
        self.borders: list[pa.Table] = []
        self.spots: dict[str, tuple[float, float]] = {}
        if options.defects > 0:
            self.spots = open_country(stream(options.seed, Purpose.FAR), deliveries)
        for code in self.spots:
            fates[code].wished["enormous"] = 1

    def seed(self, batch: ProvinceBatch, folder: Path, expected: Expected) -> tuple[ProvinceBatch, pa.Table]:
        """Spoil a province and write what was known of it before; what is delivered, and the answers about land users."""
        wholes = {code: fate.whole for code, fate in self.fates.items()}
        batch.open_country = self.spots
        keep_old_sheets(batch, {code for code, names in wholes.items() if OLD_SHEETS in names})
        mark_borders(batch)
        seed_defects(self.options.seed, batch, self.fates)
        settle_ids(batch)
        results = authenticate(self.options, batch, wholes)
        before = before_of(self.options.seed, batch, wholes)
        self._write(batch.delivery.province, before, results, folder)
        self.borders.append(before.border)
        partial = {code for code, names in wholes.items() if PART_DELIVERED in names}
        delivered = delivered_part(self.options.seed, batch, partial)
        expected.add(delivered, wholes, before.lost)
        return delivered, results

    def _write(self, province: str, before: Before, results: pa.Table, folder: Path) -> None:
        place = folder / BEFORE / province
        place.mkdir(parents=True)
        for name in ("live", "ended", "claims"):
            pq.write_table(getattr(before, name), place / f"{name}.parquet", compression="zstd")
        (folder / POPULATION).mkdir(exist_ok=True)
        write_csv(results, folder / POPULATION / f"{province}.csv")

    def write_neighbours(self, folder: Path) -> None:
        """Of each province what lies along it in others; known when all are made."""
        borders = pa.concat_tables(self.borders)
        for delivery in self.deliveries:
            codes = {
                commune.code
                for territory in delivery.territories
                for commune in territory.site.communes
                if commune.province_code != delivery.province
            }
            near = borders.filter(pc.is_in(borders["commune_code"], pa.array(sorted(codes), pa.string())))
            pq.write_table(near, folder / BEFORE / delivery.province / "near.parquet", compression="zstd")


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
    for code in (*provinces(), BEFORE, POPULATION, CONTEXT):
        shutil.rmtree(out / code, ignore_errors=True)
    for name in BESIDE:
        (out / name).unlink(missing_ok=True)
    for entry in sorted(source.iterdir()):
        shutil.move(entry, out / entry.name)  # `out` may be a mount of its own
