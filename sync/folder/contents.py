"""Everything that lies in a run's folder, in the order in which the stages leave it. `docs/run-folder.md` is made from it."""

from dataclasses import dataclass
from types import ModuleType

import pyarrow as pa

from parcels.people import PEOPLE_SCHEMA
from sync.folder import (
    basis,
    boundaries,
    conform,
    costs,
    delivery,
    gate,
    judgement,
    list_rows,
    loaded,
    people,
    profile,
    pulled,
    register,
    snapshot,
    summary,
    unchanged,
)
from sync.folder.document import Document
from validators.findings import FINDINGS_SCHEMA
from validators.judge import ROWS_SCHEMA
from validators.repairs import REPAIRS_SCHEMA


@dataclass(frozen=True, slots=True)
class Table:
    """A Parquet file, or a folder of files of one schema, and what it holds. schema: None where another page lists it."""

    file: str
    schema: pa.Schema | None
    holds: str


# Who leaves it, the module that reads and writes it, its documents, its tables.
CONTENTS: tuple[tuple[str, ModuleType, tuple[type[Document], ...], tuple[Table, ...]], ...] = (
    ("the start of the run", profile, (profile.KeptProfile,), ()),
    ("fetch, of a profile with a connection", pulled, (pulled.Pulled,), ()),
    ("fetch", delivery, (delivery.DeliveryRecord,), ()),
    ("fetch, of a delivery that is the same again", unchanged, (unchanged.Unchanged,), ()),
    (
        "conform, or `check --boundaries`",
        boundaries,
        (),
        (Table(boundaries.BOUNDARIES, boundaries.SCHEMA, "GeoParquet, a row per commune of the province."),),
    ),
    (
        "conform",
        snapshot,
        (),
        (
            Table(
                f"{snapshot.SNAPSHOT}/<commune>.parquet",
                None,
                "GeoParquet, the rows of a commune in the canonical columns ([columns.md](columns.md)); `-.parquet`: the "
                "rows of no commune of the province. `parcels.model.SNAPSHOT_SCHEMA`.",
            ),
        ),
    ),
    ("conform", conform, (conform.Conformed,), ()),
    (
        "conform",
        list_rows,
        (),
        (
            Table(
                list_rows.LIST_ROWS,
                list_rows.SCHEMA,
                "The rows of lists that mean no parcel of the map, and their titles and footers; `row`: as Excel counts.",
            ),
        ),
    ),
    (
        "conform",
        people,
        (),
        (
            Table(
                f"{people.PEOPLE}/<commune>.parquet",
                PEOPLE_SCHEMA,
                "Who has a right to which parcel, and on which certificate, what restricts it, and who took land over without "
                "being registered, as tables of people and forms whose rows are owners say it; `row_no`: of the snapshot, "
                "`source_row`: as its program counts. Private.",
            ),
            Table(
                people.PEOPLE_ROWS,
                people.PEOPLE_ROWS_SCHEMA,
                "The rows of tables of people that were not used, and why; `row`: as its program counts, `parcels`: rows of the "
                "snapshot that it is told of.",
            ),
        ),
    ),
    (
        "check",
        judgement,
        (judgement.Judged,),
        (
            Table(judgement.ROWS, ROWS_SCHEMA, "The decision on every row."),
            Table(judgement.FINDINGS, FINDINGS_SCHEMA, "Every finding, by commune, row and check."),
            Table(
                judgement.REPAIRS, REPAIRS_SCHEMA, "How shapes could be mended; never applied (repairs.md)."
            ),
        ),
    ),
    ("check of a run", basis, (basis.Basis,), ()),
    ("gate", gate, (gate.Gated,), ()),
    (
        "load",
        loaded,
        (loaded.Loaded,),
        (Table(loaded.MERGE_FINDINGS, FINDINGS_SCHEMA, "Findings of the rows that only the merge refused."),),
    ),
    (
        "load",
        register,
        (register.RegisterCounts,),
        (
            Table(
                register.REGISTER, register.REGISTER_SCHEMA, "A row per case that the run found or settled."
            ),
        ),
    ),
    ("the start of report, of a run of the ledger", costs, (costs.Costs,), ()),
    ("report", summary, (summary.Summary,), ()),
)
