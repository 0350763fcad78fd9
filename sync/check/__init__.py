"""The check stage: every dataset of the snapshot before the validators, their verdicts into `judgement/`.

Opinions are the validators'; here is only what they need to be handed, and where their answers go.
"""

from collections.abc import Mapping
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from datetime import date
from pathlib import Path
from typing import Any

import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.parquet as pq
import shapely

from parcels.model import Dataset
from sync.check.neighbours import Neighbours
from sync.check.parallel import each_in_order
from sync.check.workers import Told, get_ready, judging
from sync.conform import load_conform
from sync.declared.profile import Profile
from sync.folder.dataset import read_dataset
from sync.folder.files import private_folder, read_json, write_json
from sync.folder.repairs import REPAIRS
from sync.folder.snapshot import PartTables, part_paths, read_part
from sync.intake.boundaries import load_boundaries
from sync.intake.fetch import DeliveryRecord, load_delivery
from sync.known import Known
from validators.base import Context, Repeated
from validators.borders.seam import reach_m
from validators.catalogue import CHECKS
from validators.changes import CHANGE_COLUMNS, contradicting, repeated_in_changes, repeated_versions
from validators.delivery import Delivered, context_of
from validators.findings import FINDINGS_SCHEMA
from validators.handles import KEY_COLUMNS
from validators.judge import ROWS_SCHEMA, Verdict
from validators.policy import Policy, policy_at
from validators.repairs import REPAIRS_SCHEMA

JUDGEMENT = "judgement"
ROWS = "rows.parquet"
FINDINGS = "findings.parquet"
DATASETS = "datasets.json"

# Of verdicts from before these were kept; what held then can still be approved and explained.
_NOT_KEPT: dict[str, Any] = {
    "measured": {},
    "group_code": None,
    "group_title": None,
    "fixes": None,
    "excused": 0,
}


_FOREIGN = (
    "dữ liệu nước ngoài, không có gì của quốc gia để so sánh · foreign: nothing of the nation to compare with"
)


def judge(
    run_dir: Path, profile: Profile, known: Known | None = None, policy: Policy | None = None
) -> dict[str, Any]:
    """Judge every dataset of the run; writes rows, findings and repairs.parquet and datasets.json in judgement/.

    known   what the nation knows of the province; None when that is not at hand: then the verdicts are provisional
    policy  the one in force on the delivery's day unless another is given

    Returns counts for the ledger.
    """
    record = load_delivery(run_dir)
    used = policy or policy_at(record.as_of)
    paths = part_paths(run_dir)
    size = sum(pq.read_metadata(path).num_rows for path in paths.values())
    get_ready(size)
    context, neighbours = _of_the_delivery(run_dir, profile, record, used, known)
    outlines = _outlines(run_dir)
    folder = private_folder(run_dir / JUDGEMENT)
    verdicts = []
    with (
        judging(record.province, context, size) as judged,
        pq.ParquetWriter(folder / f".{ROWS}.part", ROWS_SCHEMA) as rows,
        pq.ParquetWriter(folder / f".{FINDINGS}.part", FINDINGS_SCHEMA) as findings,
        pq.ParquetWriter(folder / f".{REPAIRS}.part", REPAIRS_SCHEMA) as repairs,
    ):
        complete = () if context.changes else record.complete_for
        tasks = (
            (code, path, _here(code, known, neighbours, outlines, complete=code in complete))
            for code, path in paths.items()
        )
        for verdict in judged(tasks):
            rows.write_table(verdict.rows)
            findings.write_table(verdict.findings)
            repairs.write_table(verdict.repairs)
            verdicts.append(_entry(verdict))
    for name in (ROWS, FINDINGS, REPAIRS):
        (folder / f".{name}.part").replace(folder / name)
    write_json(
        folder / DATASETS,
        {"as_of": record.as_of, "policy": used.name, "province": record.province, "communes": verdicts},
    )
    return {
        name: sum(verdict[name] for verdict in verdicts)
        for name in ("read", "accepted", "quarantined", "unreadable")
    }


def _of_the_delivery(
    run_dir: Path, profile: Profile, record: DeliveryRecord, used: Policy, known: Known | None
) -> tuple[Context, Neighbours]:
    """What all communes of a delivery share: handles that repeat, claims, results, excuses; and who lies beside whom."""
    paths = part_paths(run_dir)
    changes = record.kind == "changes"
    parts: Mapping[str, pa.Table] = PartTables(paths, [*KEY_COLUMNS, *(CHANGE_COLUMNS if changes else ())])
    if changes:
        parts = dict(parts)  # one night's changes; compared with each other as a whole
    with ThreadPoolExecutor(1) as aside:
        neighbours = aside.submit(
            Neighbours,
            {} if profile.foreign else paths,
            record.province,
            reach_m(used),
            record.as_of if changes else None,
        )
        delivered = Delivered(parts, record.as_of, each_in_order)
        context = context_of(
            delivered,
            province_code=record.province,
            policy=used,
            claims=None if known is None else known.claims(delivered.ids),
            not_applicable=_left_out(profile),
            repeats=_repeats(parts, paths, record.as_of) if changes else None,
        )
        context = replace(context, measured_in=profile.measured_in, straightened=_straightened(run_dir))
        if known is not None:
            context = replace(context, authentication=known.authentication(), excused=known.excused())
        return context, neighbours.result()


def _left_out(profile: Profile) -> dict[str, str]:
    """The checks that do not apply: what the profile says, and of a foreign cadastre what asks the nation."""
    if not profile.foreign:
        return dict(profile.not_applicable)
    foreign = {check.code: _FOREIGN for check in CHECKS if check.scope == "contextual"}
    return foreign | dict(profile.not_applicable)


def load_dataset(run_dir: Path, province: str, commune: str) -> Dataset:
    """One dataset of a run's snapshot, with its geometries in all three forms."""
    return read_dataset(province, commune, part_paths(run_dir)[commune])


def load_verdicts(run_dir: Path) -> list[dict[str, Any]]:
    """The entries of datasets.json, a verdict per dataset, in order of code."""
    verdicts: list[dict[str, Any]] = read_json(run_dir / JUDGEMENT / DATASETS)["communes"]
    return [verdict if "measured" in verdict else {**verdict, **_NOT_KEPT} for verdict in verdicts]


def load_findings(run_dir: Path) -> pa.Table:
    """Every finding of the judgement."""
    table = pq.read_table(run_dir / JUDGEMENT / FINDINGS)
    for field in FINDINGS_SCHEMA:
        if field.name not in table.column_names:  # judged before there was such a column
            table = table.append_column(field, _nothing(field.type, len(table)))
    return table.select(FINDINGS_SCHEMA.names)


def _nothing(kind: pa.DataType, n: int) -> pa.Array:
    empty = {pa.bool_(): False, pa.list_(pa.string()): [], pa.list_(pa.int64()): []}
    return pa.repeat(pa.scalar(empty.get(kind), kind), n)


def load_rows(run_dir: Path) -> pa.Table:
    """The decision on every row."""
    return pq.read_table(run_dir / JUDGEMENT / ROWS)


def _repeats(parts: Mapping[str, pa.Table], paths: dict[str, Path], as_of: date) -> Repeated:
    """What repeats in a change set. Whole rows are read only where a version of an object stands in several."""
    twice = repeated_versions(parts.values())
    if not len(twice):
        return repeated_in_changes(parts, as_of)
    whole = (read_part(path) for path in paths.values())
    return repeated_in_changes(parts, as_of, contradicting(whole, twice))


def load_refused(run_dir: Path) -> pa.Table:
    """`row_no` and `dataset` of the rows that were not accepted, without holding all the others."""
    wanted = ["row_no", "dataset", "decision"]
    with pq.ParquetFile(run_dir / JUDGEMENT / ROWS) as rows:
        pieces = [
            pa.Table.from_batches([batch]).filter(pc.not_equal(batch["decision"], "accept"))
            for batch in rows.iter_batches(columns=wanted)
        ]
    schema = pa.schema([ROWS_SCHEMA.field(name) for name in wanted])
    return pa.concat_tables(pieces or [schema.empty_table()]).select(["row_no", "dataset"])


def _straightened(run_dir: Path) -> dict[int, int]:
    """Part of the delivery → curves of its drawing that reading made into vertices."""
    parts = load_conform(run_dir)["parts"]
    return {part["part_no"]: part["notes"]["curves"] for part in parts if part["notes"].get("curves")}


def _outlines(run_dir: Path) -> dict[str, shapely.Geometry]:
    """The outlines of communes that the run was given, by code."""
    found = load_boundaries(run_dir)
    return {} if found is None else dict(zip(found.codes, found.polygons, strict=True))


def _here(
    code: str,
    known: Known | None,
    neighbours: Neighbours,
    outlines: Mapping[str, shapely.Geometry],
    *,
    complete: bool,
) -> Told:
    """What is known of one commune, beside the context of the delivery. In the thread that opened `known`."""
    told: Told = {
        "boundary": outlines.get(code),
        "complete": complete,
        "neighbours": neighbours.of(code, known),
        "neighbours_partly": known is None,
    }
    if known is None:
        return told
    return told | {"previous": known.previous(code), "retired": known.retired(code)}


def _entry(verdict: Verdict) -> dict[str, Any]:
    """A verdict in datasets.json, with its findings counted by check."""
    counts = count_values(verdict.findings.column("check_code"))
    return {"code": verdict.commune_code, **verdict.as_dict(), "findings": counts}


def count_values(column: pa.ChunkedArray) -> dict[str, int]:
    """How often each text occurs, in the order of the texts."""
    counts = pc.value_counts(column)
    return dict(
        sorted(zip(counts.field("values").to_pylist(), counts.field("counts").to_pylist(), strict=True))
    )
