"""`boundaries.parquet`: the outlines of the province's communes, where any are loaded, so that conform needs no database."""

import json
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from typing import Final

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq
import shapely
from numpy.typing import NDArray

from parcels import admin_units
from parcels.geometry import to_wkb
from parcels.wkb import read_wkb
from sync.folder.files import PRIVATE_FILE, private_folder
from sync.folder.geoparquet import geo_metadata

BOUNDARIES: Final = "boundaries.parquet"
SCHEMA = pa.schema(
    [
        pa.field("commune_code", pa.string(), nullable=False),
        pa.field("valid_from", pa.date32(), nullable=False),
        pa.field("source_sha256", pa.string(), nullable=False),
        pa.field("geom", pa.binary(), nullable=False),
    ]
)


@dataclass(frozen=True, slots=True)
class Boundaries:
    """The outlines of communes.

    codes     (k,) commune codes, each once, sorted
    polygons  (k,) shapely MultiPolygon, EPSG:4756
    sources   (k,) SHA-256 of the file that each came from
    """

    codes: tuple[str, ...]
    valid_from: date
    polygons: NDArray[np.object_]
    sources: tuple[str, ...]

    def of_province(self, province_code: str) -> "Boundaries":
        """Those of one province's communes of today."""
        mine = set(admin_units.communes_table(province_code)["commune_code"].to_pylist())
        rows = [row for row, code in enumerate(self.codes) if code in mine]
        return Boundaries(
            tuple(self.codes[row] for row in rows),
            self.valid_from,
            self.polygons[rows],
            tuple(self.sources[row] for row in rows),
        )

    def table(self) -> pa.Table:
        """A row per commune: commune_code, valid_from, source_sha256, geom (WKB)."""
        k = len(self.codes)
        return pa.table(
            [
                pa.array(self.codes, pa.string()),
                pa.repeat(pa.scalar(self.valid_from, pa.date32()), k),
                pa.array(self.sources, pa.string()),
                pa.array(to_wkb(self.polygons), pa.binary()),
            ],
            schema=SCHEMA,
        )


def write_boundaries(run_dir: Path, boundaries: Boundaries) -> None:
    """Leave boundaries for conform in a run's folder, whole or not at all."""
    private_folder(run_dir)
    part = run_dir / f".{BOUNDARIES}.part"
    table = boundaries.table()
    if len(boundaries.codes):
        bounds = shapely.total_bounds(boundaries.polygons)
        table = table.replace_schema_metadata({"geo": json.dumps(geo_metadata(bounds))})
    pq.write_table(table, part, compression="zstd")
    part.chmod(PRIVATE_FILE)
    part.replace(run_dir / BOUNDARIES)


def load_boundaries(run_dir: Path) -> Boundaries | None:
    """The boundaries of a run; None where it was given none."""
    path = run_dir / BOUNDARIES
    if not path.is_file():
        return None
    table = pq.read_table(path)
    if not table.num_rows:
        return None
    return from_table(table)


def from_table(table: pa.Table) -> Boundaries:
    """Boundaries of a table as `Boundaries.table` makes it, one row at least."""
    ordered = table.sort_by("commune_code")
    return Boundaries(
        tuple(ordered["commune_code"].to_pylist()),
        max(ordered["valid_from"].to_pylist()),
        read_wkb(ordered["geom"].combine_chunks()),
        tuple(ordered["source_sha256"].to_pylist()),
    )
