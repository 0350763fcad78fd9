"""A labelled nation as one calls it: what `sync.lab.generate` wrote, with its context files.

The generator imports nothing of the checks, and a context file's tables are theirs; so what the nation knew before is
written plainly by the one and put into a context file here.
"""

from pathlib import Path
from typing import Any

import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.csv
import pyarrow.parquet as pq

from sync.folder.boundaries import Boundaries
from sync.intake.boundaries import read_boundaries
from sync.known.context.file import write_context
from sync.lab.generate import Options, generate
from sync.lab.generate.deliver import BEFORE, BOUNDARIES, CONTEXT, POPULATION, Progress
from validators.live import AUTHENTICATION_SCHEMA, LIVE_SCHEMA, RETIRED_SCHEMA


def generate_labelled(options: Options, out: Path, progress: Progress | None = None) -> dict[str, Any]:
    """Write a labelled nation with a context file for every province; see `sync.lab.generate.generate`."""
    return generate(options, out, progress, lambda folder: write_contexts(options, folder))


def write_contexts(options: Options, nation: Path) -> None:
    """`context/NN.zip` of every province, as of the day of its delivery."""
    boundaries = read_boundaries(nation / BOUNDARIES).boundaries
    for province in options.provinces:
        _write_context(options, nation, province, boundaries.of_province(province))


def _write_context(options: Options, nation: Path, province: str, boundaries: Boundaries) -> None:
    place = nation / BEFORE / province
    live, ended = pq.read_table(place / "live.parquet"), pq.read_table(place / "ended.parquet")
    write_context(
        nation / CONTEXT / f"{province}.zip",
        province,
        as_of=options.as_of,
        made_at=options.extracted_at,
        live=_by_commune(live, LIVE_SCHEMA),
        retired=_by_commune(ended, RETIRED_SCHEMA),
        claims=pq.read_table(place / "claims.parquet"),
        near=pq.read_table(place / "near.parquet").select(LIVE_SCHEMA.names).cast(LIVE_SCHEMA),
        authentication=_answers(nation / POPULATION / f"{province}.csv"),
        boundaries=boundaries,
    )


def _by_commune(table: pa.Table, schema: pa.Schema) -> dict[str, pa.Table]:
    codes = sorted(table["commune_code"].unique().to_pylist())
    return {
        code: table.filter(pc.equal(table["commune_code"], code)).select(schema.names).cast(schema)
        for code in codes
    }


def _answers(file: Path) -> pa.Table:
    texts = pyarrow.csv.ConvertOptions(
        column_types={name: pa.string() for name in AUTHENTICATION_SCHEMA.names}
    )
    return (
        pyarrow.csv.read_csv(file, convert_options=texts)
        .select(AUTHENTICATION_SCHEMA.names)
        .cast(AUTHENTICATION_SCHEMA)
    )
