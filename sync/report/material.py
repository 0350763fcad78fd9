"""Everything a report is made of, gathered once from a run's folder. No personal data is in it."""

from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.parquet as pq

from parcels.model import SNAPSHOT_SCHEMA, UNKNOWN_COMMUNE
from sync.check import JUDGEMENT, load_findings, load_refused, load_verdicts
from sync.conform import load_conform
from sync.folder.files import read_json
from sync.folder.register import load_register, register_counts, states_of
from sync.folder.repairs import load_repairs
from sync.folder.snapshot import part_paths, read_part
from sync.gate import load_gate
from sync.intake.fetch import DeliveryRecord, load_delivery
from validators.findings import FINDINGS_SCHEMA

LOAD_JSON = "load.json"
MERGE_FINDINGS = "merge_findings.parquet"

# What a report may show of a parcel: its handles and what it is, nothing of the people.
PARCEL_COLUMNS = (
    "row_no",
    "commune_code",
    "source_key",
    "national_id",
    "map_set",
    "map_scale",
    "sheet_no",
    "parcel_no",
    "land_use",
    "area_legal_m2",
)

# What the merge may change of a verdict, under the same name.
COUNTED_AGAIN = (
    "group_code",
    "group_title",
    "assured_group",
    "measures",
    "measured",
    "fixes",
    "rows_with_error",
)


@dataclass(frozen=True, slots=True)
class Material:
    """A judged run. `loaded`: load.json, once the merge has decided too.

    communes  a dictionary per dataset of the run: its verdict, with `decision` and `hold_reasons`
    findings  FINDINGS_SCHEMA with the merge's findings, errors first, then by check and row; with `state` and
              `first_seen_at` of the register, NULL before a load
    repairs   REPAIRS_SCHEMA: proposals, applied by nobody
    followed  what the register counted of the run (register.json); None before a load
    """

    run_dir: Path
    judged_dir: Path
    record: DeliveryRecord
    conformed: dict[str, Any]
    communes: tuple[dict[str, Any], ...]
    findings: pa.Table
    repairs: pa.Table
    loaded: dict[str, Any] | None
    followed: dict[str, Any] | None

    @property
    def decision(self) -> str:
        """accept, or hold when any commune waits."""
        return "hold" if any(commune["decision"] == "hold" for commune in self.communes) else "accept"

    def merged(self, key: str) -> dict[str, str]:
        """A mapping that every verdict carries, such as not_applicable, over all datasets."""
        merged: dict[str, str] = {}
        for commune in self.communes:
            merged |= commune[key]
        return dict(sorted(merged.items()))

    @property
    def not_run(self) -> list[str]:
        """Checks that some dataset could not be put to."""
        return sorted({code for commune in self.communes for code in commune["not_run"]})

    def quarantined(self) -> pa.Table:
        """Rows that may not enter the database: PARCEL_COLUMNS, source_wkb, source_srid, dataset, codes."""
        refused = load_refused(self.judged_dir)
        if self.loaded is not None and self.loaded["quarantined_by_merge"]:
            by_merge = [
                {"row_no": row["row_no"], "dataset": row["commune_code"]}
                for row in self.loaded["quarantined_by_merge"]
            ]
            refused = pa.concat_tables([refused, pa.Table.from_pylist(by_merge, schema=refused.schema)])
        known = {commune["code"] for commune in self.communes}
        columns = [*PARCEL_COLUMNS, "source_wkb", "source_srid"]
        empty = pa.schema([SNAPSHOT_SCHEMA.field(name) for name in columns]).empty_table()
        tables = [empty.append_column("dataset", pa.array([], pa.string()))]
        for code, path in part_paths(self.judged_dir).items():
            if code in known:
                mine = refused.filter(pc.equal(refused["dataset"], code))["row_no"]
                if len(mine):
                    part = read_part(path, columns)
                    part = part.filter(pc.is_in(part["row_no"], value_set=mine.combine_chunks()))
                else:  # a slice of no rows would keep all of them in memory
                    part = pa.schema([pq.read_schema(path).field(name) for name in columns]).empty_table()
                tables.append(part.append_column("dataset", pa.repeat(pa.scalar(code), len(part))))
        return pa.concat_tables(tables, promote_options="permissive")


def gather(run_dir: Path, judged_dir: Path | None = None) -> Material:
    """Gather a run. `judged_dir`: the folder of the run that judged, when `run_dir` only applies it."""
    judged = judged_dir or run_dir
    loaded = read_json(run_dir / LOAD_JSON) if (run_dir / LOAD_JSON).exists() else None
    communes = _communes(judged, loaded, applied=judged != run_dir)
    return Material(
        run_dir=run_dir,
        judged_dir=judged,
        record=load_delivery(judged),
        conformed=load_conform(judged),
        communes=communes,
        findings=_findings(run_dir, judged, [commune["code"] for commune in communes]),
        repairs=_of_communes(load_repairs(judged / JUDGEMENT), communes),
        loaded=loaded,
        followed=register_counts(run_dir),
    )


def _communes(judged: Path, loaded: dict[str, Any] | None, *, applied: bool) -> tuple[dict[str, Any], ...]:
    """Every dataset's verdict, with what the gate and then the merge decided."""
    gate = load_gate(judged)["communes"]
    merged = {line["commune_code"]: line for line in loaded["communes"]} if loaded else {}
    communes = []
    for verdict in load_verdicts(judged):
        code = verdict["code"]
        if applied and code not in merged:
            continue
        decided = gate.get(code, {"decision": "accept", "reasons": []})
        entry = {**verdict, "decision": decided["decision"], "hold_reasons": decided["reasons"]}
        if code in merged:
            line = merged[code]
            entry |= {
                "decision": line["decision"],
                "hold_reasons": line["reasons"] if line["decision"] == "hold" else [],
                "group": line["usability_group"],
                "reasons": line["group_reasons"],
                **{key: line[key] for key in COUNTED_AGAIN if key in line},
                "quarantined": line["quarantined"],
                "accepted": verdict["read"] - line["quarantined"] - line["unreadable"],
            }
        communes.append(entry)
    return tuple(communes)


def _findings(run_dir: Path, judged: Path, codes: list[str]) -> pa.Table:
    tables = [load_findings(judged).cast(FINDINGS_SCHEMA)]
    extra = run_dir / MERGE_FINDINGS
    if extra.exists():
        tables.append(pq.read_table(extra).cast(FINDINGS_SCHEMA))
    table = pa.concat_tables(tables)
    table = table.filter(pc.is_in(table["dataset"], value_set=pa.array(codes, pa.string())))
    states = states_of(table, load_register(run_dir))
    for name in states.column_names:
        table = table.append_column(name, states[name])
    rank = pc.index_in(table["severity"], value_set=pa.array(["error", "warning", "info"]))
    order = [(key, "ascending") for key in ("rank", "check_code", "row_no")]
    return table.append_column("rank", rank).sort_by(order).drop_columns(["rank"])


def _of_communes(table: pa.Table, communes: tuple[dict[str, Any], ...]) -> pa.Table:
    codes = pa.array([commune["code"] for commune in communes], pa.string())
    return table.filter(pc.is_in(table["dataset"], value_set=codes))


def is_commune(code: str) -> bool:
    """Whether a dataset is a commune, not the rest."""
    return code != UNKNOWN_COMMUNE
