"""`judgement/`: what the checks found, row by row, and a verdict for each commune. Left by check."""

from datetime import date
from pathlib import Path
from types import TracebackType
from typing import Any, ClassVar, Self

import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.parquet as pq

from sync.folder.before_completeness import renamed_measures
from sync.folder.document import Document, Upgrade
from sync.folder.files import private_folder
from validators.findings import FINDINGS_SCHEMA
from validators.identity.members import SEPARATOR
from validators.identity.naming import HANDLE
from validators.judge import ROWS_SCHEMA
from validators.repairs import REPAIRS_SCHEMA
from validators.stored import CommuneVerdict

JUDGEMENT = "judgement"
ROWS = f"{JUDGEMENT}/rows.parquet"
FINDINGS = f"{JUDGEMENT}/findings.parquet"
REPAIRS = f"{JUDGEMENT}/repairs.parquet"
_SCHEMAS = {ROWS: ROWS_SCHEMA, FINDINGS: FINDINGS_SCHEMA, REPAIRS: REPAIRS_SCHEMA}

# What entries of version 1 may lack; what held without can still be approved and explained.
_NOT_KEPT: dict[str, Any] = {
    "measured": {},
    "group_code": None,
    "group_title": None,
    "assured_group": None,
    "fixes": None,
    "excused": 0,
    "not_applicable": {},
    "not_run": [],
    "findings": {},
}


def _whole(content: dict[str, Any]) -> dict[str, Any]:
    """Version 1 got parts of a verdict one after the other; before measures were counted, `fixes` was a number."""
    entries = content["communes"]
    return content | {
        "communes": [
            _NOT_KEPT | entry | ({} if "measured" in entry else {"fixes": None}) for entry in entries
        ]
    }


class Judged(Document):
    """`datasets.json`: when and by which policy, and a verdict per dataset, in order of code."""

    FILE: ClassVar[str] = f"{JUDGEMENT}/datasets.json"
    UPGRADES: ClassVar[tuple[Upgrade, ...]] = (_whole, renamed_measures)

    as_of: date
    policy: str
    province: str
    communes: tuple[CommuneVerdict, ...]


class JudgementWriter:
    """Rows, findings and repairs as they come; they appear when the block ends without an exception."""

    def __init__(self, run_dir: Path) -> None:
        private_folder(run_dir / JUDGEMENT)
        self._final = {name: run_dir / name for name in _SCHEMAS}
        self._parts = {name: path.with_name(f".{path.name}.part") for name, path in self._final.items()}
        self._files = {name: pq.ParquetWriter(self._parts[name], schema) for name, schema in _SCHEMAS.items()}

    def __enter__(self) -> Self:
        return self

    def add(self, rows: pa.Table, findings: pa.Table, repairs: pa.Table) -> None:
        """What was found in one dataset."""
        for name, table in zip(_SCHEMAS, (rows, findings, repairs), strict=True):
            self._files[name].write_table(table)

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        for file in self._files.values():
            file.close()
        if kind is None:
            for name, part in self._parts.items():
                part.replace(self._final[name])


def is_judged(run_dir: Path) -> bool:
    """Whether the folder has a judgement."""
    return (run_dir / ROWS).is_file()


def load_verdicts(run_dir: Path) -> tuple[CommuneVerdict, ...]:
    """A verdict per dataset, in order of code."""
    return Judged.load(run_dir).communes


def load_findings(run_dir: Path) -> pa.Table:
    """FINDINGS_SCHEMA: every finding of the judgement."""
    return as_findings(pq.read_table(run_dir / FINDINGS))


def as_findings(table: pa.Table) -> pa.Table:
    """FINDINGS_SCHEMA of findings that may have been made before there was this column or that."""
    table = _with_names(table)
    for field in FINDINGS_SCHEMA:
        if field.name not in table.column_names:  # judged before there was such a column
            table = table.append_column(field, _nothing(field.type, len(table)))
    return table.select(FINDINGS_SCHEMA.names).cast(FINDINGS_SCHEMA)


def _with_names(findings: pa.Table) -> pa.Table:
    """Findings of before they kept the names of their parcels: named by their handles, which name no row for sure."""
    if "names" in findings.column_names:
        return findings
    across = pc.is_valid(findings["other_dataset"])
    own = pc.binary_join_element_wise(HANDLE, findings["handle"], SEPARATOR).to_pylist()
    others = [[f"{HANDLE}{SEPARATOR}{handle}" for handle in row] for row in findings["others"].to_pylist()]
    sides = [
        ([*([name] if name else []), *([] if seam else told)], told if seam else [])
        for name, told, seam in zip(own, others, across.to_pylist(), strict=True)
    ]
    lists = pa.list_(pa.string())
    return findings.append_column("names", pa.array([mine for mine, _ in sides], lists)).append_column(
        "other_names", pa.array([theirs for _, theirs in sides], lists)
    )


def _nothing(kind: pa.DataType, n: int) -> pa.Array:
    empty = {pa.bool_(): False, pa.list_(pa.string()): [], pa.list_(pa.int64()): []}
    return pa.repeat(pa.scalar(empty.get(kind), kind), n)


def load_rows(run_dir: Path, columns: list[str] | None = None) -> pa.Table:
    """ROWS_SCHEMA, or some of its columns: the decision on every row."""
    table = pq.read_table(run_dir / ROWS, columns=columns)
    if columns is None and "shape" not in table.column_names:  # judged before there was such a column
        table = table.append_column(ROWS_SCHEMA.field("shape"), pa.nulls(len(table), pa.string()))
    return table


def load_refused(run_dir: Path) -> pa.Table:
    """`row_no` and `dataset` of the rows that were not accepted, without holding all the others."""
    wanted = ["row_no", "dataset", "decision"]
    with pq.ParquetFile(run_dir / ROWS) as rows:
        pieces = [
            pa.Table.from_batches([batch]).filter(pc.not_equal(batch["decision"], "accept"))
            for batch in rows.iter_batches(columns=wanted)
        ]
    schema = pa.schema([ROWS_SCHEMA.field(name) for name in wanted])
    return pa.concat_tables(pieces or [schema.empty_table()]).select(["row_no", "dataset"])


def load_repairs(run_dir: Path) -> pa.Table:
    """REPAIRS_SCHEMA: every proposal, in order of commune."""
    return pq.read_table(run_dir / REPAIRS)
