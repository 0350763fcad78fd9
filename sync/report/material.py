"""Everything a report is made of, gathered once from a run's folder. No personal data is in it."""

from dataclasses import dataclass
from pathlib import Path

import pyarrow as pa
import pyarrow.compute as pc

from parcels import admin_units
from parcels.model import SNAPSHOT_SCHEMA, UNKNOWN_COMMUNE
from sync.folder.conform import Conformed
from sync.folder.costs import Costs
from sync.folder.delivery import DeliveryRecord
from sync.folder.gate import Decision, Gated
from sync.folder.judgement import load_findings, load_refused, load_repairs, load_verdicts
from sync.folder.loaded import Loaded, load_merge_findings
from sync.folder.register import RegisterCounts, load_register, states_of
from sync.folder.snapshot import part_paths, read_part
from sync.folder.verdict import DecidedVerdict, LoadedVerdict
from sync.report.parcels import NEEDED, beside_findings, told
from validators.findings import FINDINGS_SCHEMA
from validators.stored import CommuneVerdict

# What a report may show of a parcel: its handles and what it is, nothing of the people.
PARCEL_COLUMNS = (
    "row_no",
    "commune_code",
    "source_key",
    "national_id",
    *NEEDED,
    "map_set",
    "map_scale",
    "sheet_no",
    "parcel_no",
    "land_use",
    "area_legal_m2",
)


@dataclass(frozen=True, slots=True)
class Material:
    """A judged run. `loaded`: what the merge did, once it has.

    communes  the verdict on each dataset of the run, as the gate and then the merge decided: after a load, on all of a commune
    delivered  the judgement of the rows that were delivered, by dataset
    findings  FINDINGS_SCHEMA with the merge's findings, errors first, then by check and row; with `state` and
              `first_seen_at` of the register, NULL before a load; and of their parcels `sync.report.parcels.COLUMNS`
    repairs   REPAIRS_SCHEMA: proposals, applied by nobody
    followed  what the register counted of the run; None before a load
    costs     what its stages took; None of a delivery that is checked offline
    kept_at   the folder in which the report will lie, of a delivery that stays where it is; None: it is sent away
    """

    run_dir: Path
    judged_dir: Path
    record: DeliveryRecord
    conformed: Conformed
    communes: tuple[DecidedVerdict, ...]
    delivered: dict[str, CommuneVerdict]
    findings: pa.Table
    repairs: pa.Table
    loaded: Loaded | None
    followed: RegisterCounts | None
    costs: Costs | None
    kept_at: Path | None

    @property
    def decision(self) -> Decision:
        """accept, or hold when any commune waits."""
        return "hold" if any(commune.decision == "hold" for commune in self.communes) else "accept"

    @property
    def not_applicable(self) -> dict[str, str]:
        """Checks that the profile leaves out → why."""
        merged: dict[str, str] = {}
        for commune in self.communes:
            merged |= commune.not_applicable
        return dict(sorted(merged.items()))

    @property
    def not_run(self) -> tuple[str, ...]:
        """Checks that some dataset could not be put to."""
        return tuple(sorted({code for commune in self.communes for code in commune.not_run}))

    def quarantined(self) -> pa.Table:
        """Rows that may not enter the database: PARCEL_COLUMNS as told, source_wkb, source_srid, dataset."""
        refused = load_refused(self.judged_dir)
        if self.loaded is not None and self.loaded.quarantined_by_merge:
            by_merge = [
                {"row_no": row.row_no, "dataset": row.commune_code}
                for row in self.loaded.quarantined_by_merge
            ]
            refused = pa.concat_tables([refused, pa.Table.from_pylist(by_merge, schema=refused.schema)])
        known = {commune.code for commune in self.communes}
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
                    part = empty
                tables.append(part.append_column("dataset", pa.repeat(pa.scalar(code), len(part))))
        return told(pa.concat_tables(tables, promote_options="permissive"), self.conformed.parts)


def gather(run_dir: Path, judged_dir: Path | None = None, kept_at: Path | None = None) -> Material:
    """Gather a run. `judged_dir`: the folder of the run that judged, when `run_dir` only applies it."""
    judged = judged_dir or run_dir
    loaded = Loaded.find(run_dir)
    communes = _communes(judged, loaded, applied=judged != run_dir)
    conformed = Conformed.load(judged)
    findings = _findings(run_dir, judged, [commune.code for commune in communes])
    return Material(
        run_dir=run_dir,
        judged_dir=judged,
        record=DeliveryRecord.load(judged),
        conformed=conformed,
        communes=communes,
        delivered={verdict.code: verdict for verdict in load_verdicts(judged)},
        findings=beside_findings(findings, judged, conformed.parts),
        repairs=_of_communes(load_repairs(judged), communes),
        loaded=loaded,
        followed=RegisterCounts.find(run_dir),
        costs=Costs.find(run_dir),
        kept_at=kept_at,
    )


def _communes(judged: Path, loaded: Loaded | None, *, applied: bool) -> tuple[DecidedVerdict, ...]:
    """Every dataset's verdict, with what the gate and then the merge decided."""
    gate = Gated.load(judged)
    merged = {verdict.code: verdict for verdict in loaded.communes} if loaded else {}
    communes = []
    for verdict in load_verdicts(judged):
        code = verdict.code
        if code in merged:
            communes.append(_after_the_merge(verdict, merged[code], loaded.not_kept if loaded else ()))
        elif not applied:
            said = gate.of(code)
            communes.append(
                DecidedVerdict(**dict(verdict), decision=said.decision, hold_reasons=said.reasons)
            )
    return tuple(communes)


def _after_the_merge(
    verdict: CommuneVerdict, merged: LoadedVerdict, not_kept: tuple[str, ...]
) -> DecidedVerdict:
    """What the merge counted again, with what an older load left to the judgement."""
    names = set(DecidedVerdict.model_fields) - set(not_kept)
    counted = {name: getattr(merged, name) for name in names}
    return DecidedVerdict(**dict(verdict) | counted)


def _findings(run_dir: Path, judged: Path, codes: list[str]) -> pa.Table:
    table = pa.concat_tables([load_findings(judged).cast(FINDINGS_SCHEMA), load_merge_findings(run_dir)])
    table = table.filter(pc.is_in(table["dataset"], value_set=pa.array(codes, pa.string())))
    states = states_of(table, load_register(run_dir))
    for name in states.column_names:
        table = table.append_column(name, states[name])
    rank = pc.index_in(table["severity"], value_set=pa.array(["error", "warning", "info"]))
    order = [(key, "ascending") for key in ("rank", "check_code", "row_no")]
    return table.append_column("rank", rank).sort_by(order).drop_columns(["rank"])


def _of_communes(table: pa.Table, communes: tuple[DecidedVerdict, ...]) -> pa.Table:
    codes = pa.array([commune.code for commune in communes], pa.string())
    return table.filter(pc.is_in(table["dataset"], value_set=codes))


def is_commune(code: str) -> bool:
    """Whether a dataset is a commune, not the rest."""
    return code != UNKNOWN_COMMUNE


def commune_name(code: str, material: Material) -> str:
    """The commune's name; what the rest is called for the rest."""
    if code == UNKNOWN_COMMUNE:
        return "Không thuộc xã nào của tỉnh · no commune of the province"
    commune = admin_units.commune(code, material.record.as_of)
    return commune.name if commune else code
