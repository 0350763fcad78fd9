"""What was judged, from wherever it lies: the folder of a run, or what `landsync check --out` left beside its report.

The second holds verdicts, findings and the handles of every parcel (source key, national id, sheet and number), and
nothing of land users or certificates.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from typing import Any, ClassVar

import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.parquet as pq

from parcels.bilingual import Bilingual
from parcels.errors import UsageError
from sync.folder.before_completeness import renamed_measures
from sync.folder.document import Document, Upgrade
from sync.folder.files import private_folder
from sync.folder.judgement import FINDINGS, JUDGEMENT, as_findings, is_judged, load_rows
from sync.folder.snapshot import part_paths, read_part
from sync.folder.verdict import DecidedVerdict
from sync.report.material import Material, gather
from sync.report.parcels import NEEDED, told
from validators.findings import FINDINGS_SCHEMA
from validators.identity.handles import KEY_COLUMNS

PARCELS = f"{JUDGEMENT}/parcels.parquet"

PARCELS_SCHEMA = pa.schema(
    [
        pa.field("row_no", pa.int64(), nullable=False),
        pa.field("dataset", pa.string(), nullable=False),
        pa.field("decision", pa.string(), nullable=False),
        *[pa.field(name, pa.string()) for name in KEY_COLUMNS],
        pa.field("file", pa.string()),  # where the delivery has several
        pa.field("file_row", pa.int64()),  # as the office's programs count
    ]
)


class ReportedVerdicts(Document):
    """`verdicts.json`: what `landsync check --out` leaves of the verdicts."""

    FILE: ClassVar[str] = f"{JUDGEMENT}/verdicts.json"
    UPGRADES: ClassVar[tuple[Upgrade, ...]] = (renamed_measures,)

    province: str
    as_of: date
    communes: tuple[DecidedVerdict, ...]


@dataclass(frozen=True, slots=True)
class Judgement:
    """A judgement that can be explained.

    source    where it comes from: `kind` run | report, `run`, `folder`
    communes  code → its verdict as it is after gate and merge
    findings  FINDINGS_SCHEMA
    parcels   PARCELS_SCHEMA of a dataset, or of all of them
    """

    source: dict[str, Any]
    province: str
    as_of: date
    communes: Mapping[str, DecidedVerdict]
    findings: pa.Table
    parcels: Callable[[str | None], pa.Table]

    def findings_of(self, dataset: str) -> pa.Table:
        """The findings of one dataset."""
        return self.findings.filter(pc.equal(self.findings["dataset"], dataset))


def leave_judgement(material: Material, out_dir: Path) -> None:
    """Write what explaining needs, of a run that was judged, into `judgement/` of `out_dir`."""
    run_dir = material.judged_dir
    private_folder(out_dir / JUDGEMENT)
    with pq.ParquetWriter(out_dir / PARCELS, PARCELS_SCHEMA, compression="zstd") as parcels:
        decisions = _decisions(run_dir)
        for dataset in part_paths(run_dir):
            parcels.write_table(_parcels_of(run_dir, dataset, decisions, material))
    pq.write_table(
        material.findings.select(FINDINGS_SCHEMA.names).cast(FINDINGS_SCHEMA),
        out_dir / FINDINGS,
        compression="zstd",
    )
    ReportedVerdicts(
        province=material.record.province, as_of=material.record.as_of, communes=material.communes
    ).save(out_dir)


def from_folder(folder: Path) -> Judgement:
    """What `landsync check --out` left in a folder, or a run's folder. Raises UsageError EXPLAIN-FOLDER."""
    if ReportedVerdicts.is_in(folder):
        return _from_report(folder)
    if is_judged(folder):
        return from_run(folder.name, folder, folder)
    raise UsageError(
        "EXPLAIN-FOLDER",
        Bilingual(
            f"Thư mục {folder} không phải thư mục báo cáo của `landsync check` hay của một lượt chạy.",
            f"{folder} is neither a folder that `landsync check` wrote nor one of a run.",
        ),
        Bilingual(
            "Hãy chạy lại `landsync check … --out THƯ_MỤC` rồi nêu thư mục đó.",
            "Run `landsync check … --out FOLDER` and name that folder.",
        ),
    )


def from_run(run_id: str, folder: Path, judged_folder: Path) -> Judgement:
    """A run's own judgement, after gate and merge as far as it came."""
    material = gather(folder, judged_folder if judged_folder != folder else None)
    return Judgement(
        source={"kind": "run", "run": run_id, "folder": str(folder)},
        province=material.record.province,
        as_of=material.record.as_of,
        communes=_by_code(material),
        findings=material.findings,
        parcels=lambda dataset: _snapshot_parcels(judged_folder, material, dataset),
    )


def _from_report(folder: Path) -> Judgement:
    said = ReportedVerdicts.load(folder)

    def parcels(dataset: str | None) -> pa.Table:
        only = None if dataset is None else [("dataset", "=", dataset)]
        table = pq.read_table(folder / PARCELS, filters=only)
        for field in PARCELS_SCHEMA:
            if field.name not in table.column_names:  # left before there was such a column
                table = table.append_column(field, pa.nulls(len(table), field.type))
        return table.select(PARCELS_SCHEMA.names)

    return Judgement(
        source={"kind": "report", "run": None, "folder": str(folder)},
        province=said.province,
        as_of=said.as_of,
        communes={commune.code: commune for commune in said.communes},
        findings=as_findings(pq.read_table(folder / FINDINGS)),
        parcels=parcels,
    )


def _by_code(material: Material) -> dict[str, DecidedVerdict]:
    return {commune.code: commune for commune in material.communes}


def _decisions(run_dir: Path) -> pa.Table:
    return load_rows(run_dir, ["row_no", "dataset", "decision"])


def _snapshot_parcels(judged_dir: Path, material: Material, dataset: str | None) -> pa.Table:
    decisions = _decisions(judged_dir)
    wanted = list(_by_code(material)) if dataset is None else [dataset]
    known = part_paths(judged_dir)
    tables = [_parcels_of(judged_dir, code, decisions, material) for code in wanted if code in known]
    table = pa.concat_tables([PARCELS_SCHEMA.empty_table(), *tables])
    by_merge = [row.row_no for row in material.loaded.quarantined_by_merge] if material.loaded else []
    late = pc.is_in(table["row_no"], value_set=pa.array(by_merge, pa.int64()))
    decided = pc.if_else(late, "quarantine", table["decision"])
    return table.set_column(
        table.schema.get_field_index("decision"), PARCELS_SCHEMA.field("decision"), decided
    )


def _parcels_of(run_dir: Path, dataset: str, decisions: pa.Table, material: Material) -> pa.Table:
    """PARCELS_SCHEMA of one dataset: its handles from the snapshot, in the order of the judgement."""
    mine = decisions.filter(pc.equal(decisions["dataset"], dataset))
    columns = dict.fromkeys(("row_no", *KEY_COLUMNS, *NEEDED))
    table = read_part(part_paths(run_dir)[dataset], list(columns))
    codes = table["old_commune_code"]
    table = told(table, material.conformed.parts).append_column("old_commune_code", codes)
    decided = mine["decision"].take(pc.index_in(table["row_no"], value_set=mine["row_no"].combine_chunks()))
    table = table.append_column("decision", decided)
    table = table.append_column("dataset", pa.repeat(pa.scalar(dataset), len(table)))
    return table.select(PARCELS_SCHEMA.names).cast(PARCELS_SCHEMA)
