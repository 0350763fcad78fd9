"""A made-up province as columns: what a delivery says of each parcel, and where its square lies in its commune."""

from dataclasses import dataclass
from datetime import date
from functools import cache
from pathlib import Path
from typing import Any, TypeAlias

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.parquet as pq
import shapely
from numpy.typing import NDArray

from parcels.admin_units import communes_table
from parcels.model import SNAPSHOT_SCHEMA
from sync.folder.snapshot import part_paths
from sync.load.staging import StagedRun
from validators.judge import ROWS_SCHEMA

Column: TypeAlias = NDArray[Any]
USES = ("ONT", "LUC", "CLN", "BHK", "ODT", "NTS")
TEXTS = (
    "commune_code",
    "source_key",
    "national_id",
    "sheet_no",
    "parcel_no",
    "land_use",
    "address",
    "land_user_name",
    "land_user_id_number",
    "certificate_no",
)
_WEST, _SOUTH = 105.0, 20.0
_EAST_M, _NORTH_M = 104_600.0, 110_700.0  # of a degree, near enough
_COMMUNE_M = 2_000.0  # from one commune's corner to the next one's
_ROW = 20  # communes side by side


@dataclass(frozen=True, slots=True)
class Cadastre:
    """Rows of a delivery.

    texts    of TEXTS, objects; None where nothing is said
    numbers  x, y (centre), width, height in metres in the plane of the province; registered area in m²
    refused  rows that the checks would quarantine
    """

    texts: dict[str, Column]
    numbers: dict[str, Column]
    refused: Column

    def __len__(self) -> int:
        """How many rows."""
        return len(self.refused)

    @property
    def communes(self) -> list[str]:
        """The communes that come, in order."""
        return sorted(set(self.texts["commune_code"]))

    def of(self, communes: list[str]) -> Column:
        """Which rows lie in these communes."""
        return np.isin(self.texts["commune_code"].astype(str), communes)

    def copy(self) -> "Cadastre":
        """A copy that may be written into."""
        return Cadastre(
            {name: values.copy() for name, values in self.texts.items()},
            {name: values.copy() for name, values in self.numbers.items()},
            self.refused.copy(),
        )

    def where(self, rows: Column) -> "Cadastre":
        """Some of its rows, by number or by mask."""
        return Cadastre(
            {name: values[rows] for name, values in self.texts.items()},
            {name: values[rows] for name, values in self.numbers.items()},
            self.refused[rows],
        )

    def beside(self, other: "Cadastre") -> "Cadastre":
        """With the rows of another one after its own."""
        return Cadastre(
            {name: np.concatenate((values, other.texts[name])) for name, values in self.texts.items()},
            {name: np.concatenate((values, other.numbers[name])) for name, values in self.numbers.items()},
            np.concatenate((self.refused, other.refused)),
        )


def numbered(form: str, numbers: Column) -> Column:
    """Texts made of numbers."""
    return np.array([form.format(number) for number in numbers.tolist()], dtype=object)


@cache
def _codes() -> list[str]:
    return sorted(communes_table()["commune_code"].to_pylist())


def code_of(commune: int) -> str:
    """The code of the commune of that number. A real one, of whichever province: what is none has no numbers on a sheet."""
    return _codes()[commune]


def number_of(code: str) -> int:
    """The number of the commune with that code."""
    return _codes().index(code)


def corner(commune: int) -> tuple[float, float]:
    """Where the commune of that number begins, metres east and north."""
    return commune % _ROW * _COMMUNE_M, commune // _ROW * _COMMUNE_M


def province(random: np.random.Generator, sizes: list[int], first: int = 0) -> Cadastre:
    """So many communes of so many parcels, each on a lattice of 30 m, in sheets of some thirty parcels.

    first  the number of the first object: national ids are the nation's
    """
    parts = [_commune(random, commune, size, first) for commune, size in enumerate(sizes)]
    whole = parts[0]
    for part in parts[1:]:
        whole = whole.beside(part)
    return whole


def _commune(random: np.random.Generator, commune: int, size: int, first: int) -> Cadastre:
    place = np.arange(size)
    serial = first + commune * 100_000 + place
    side = int(np.ceil(np.sqrt(size)))
    west, south = corner(commune)
    width, height = random.uniform(4, 28, size).round(2), random.uniform(10, 28, size).round(2)
    users = random.integers(0, max(size * 4 // 5, 1), size) + commune * 100_000
    per_sheet = max(size // max(5, size // 30), 1)
    texts = {
        "commune_code": np.full(size, code_of(commune), dtype=object),
        "source_key": numbered("k{}", serial),
        "national_id": numbered("{:012d}", serial),
        "sheet_no": numbered("{}", place // per_sheet + 1),
        "parcel_no": numbered("{}", place % per_sheet + 1),
        "land_use": random.choice(np.array(USES, dtype=object), size, p=[0.5, 0.2, 0.1, 0.1, 0.05, 0.05]),
        "address": numbered("Ấp {}", random.integers(1, 9, size)),
        "land_user_name": numbered("Người {}", users),
        "land_user_id_number": numbered("0{:011d}", users),
        "certificate_no": numbered("CH {:07d}", serial),
    }
    numbers = {
        "x": west + place % side * 30.0 + random.uniform(0, 1, size).round(2),
        "y": south + place // side * 30.0 + random.uniform(0, 1, size).round(2),
        "width": width,
        "height": height,
        "area": (width * height * random.uniform(0.98, 1.02, size)).round(1),
    }
    # One in ten has no certificate yet, one in twenty no id.
    texts["certificate_no"][random.random(size) < 0.1] = None
    texts["national_id"][random.random(size) < 0.05] = None
    return Cadastre(texts, numbers, np.zeros(size, dtype=bool))


def judged(land: Cadastre, folder: Path, day: date) -> StagedRun:
    """The rows as a snapshot and its judgement, as the stages before the load leave them."""
    snapshot = folder / "snapshot"
    snapshot.mkdir(parents=True, exist_ok=True)
    table, codes = _table(land), pa.array(land.texts["commune_code"], pa.string())
    for code in land.communes:
        pq.write_table(table.filter(pc.equal(codes, code)), snapshot / f"{code}.parquet")
    decisions = np.where(land.refused, "quarantine", "accept")
    rows = pa.table(
        {
            "row_no": table["row_no"],
            "dataset": codes,
            "decision": pa.array(decisions, pa.string()),
            "codes": pa.array([["ATT-REQUIRED"] if bad else [] for bad in land.refused.tolist()]),
            "has_error": pa.array(land.refused),
            "claims_id": pc.is_valid(table["national_id"]),
            "shape": pa.nulls(len(land), pa.string()),
        }
    ).cast(ROWS_SCHEMA)
    return StagedRun(part_paths(folder), folder, rows, frozenset(), None, day)


def _table(land: Cadastre) -> pa.Table:
    count = len(land)
    x, y, half_x, half_y = (
        land.numbers["x"],
        land.numbers["y"],
        land.numbers["width"] / 2,
        land.numbers["height"] / 2,
    )
    edges = [
        np.round(_WEST + (x - half_x) / _EAST_M, 9),
        np.round(_SOUTH + (y - half_y) / _NORTH_M, 9),
        np.round(_WEST + (x + half_x) / _EAST_M, 9),
        np.round(_SOUTH + (y + half_y) / _NORTH_M, 9),
    ]
    wkb = shapely.to_wkb(shapely.multipolygons(shapely.box(*edges)[:, None]), byte_order=1)
    row_no = np.arange(count)
    said: dict[str, Any] = {
        "row_no": row_no,
        "part_no": np.zeros(count, dtype=np.int32),
        "source_row": row_no,
        "source_system": ["vbdlis"] * count,
        "source_srid": np.full(count, 5897, dtype=np.int32),
        **{name: pa.array(values, pa.string()) for name, values in land.texts.items()},
        "area_legal_m2": pa.array(np.round(land.numbers["area"], 4), from_pandas=True),
        "area_m2": pa.array(np.round(4 * half_x * half_y, 4)),
        "source_wkb": pa.array(wkb, pa.binary()),
        "geom": pa.array(wkb, pa.binary()),
    }
    columns = []
    for field in SNAPSHOT_SCHEMA:
        values = said.get(field.name)
        if values is None:
            columns.append(pa.nulls(count, field.type))
        else:
            array = values if isinstance(values, pa.Array) else pa.array(values)
            columns.append(_cast(array, field.type))
    return pa.table(columns, schema=SNAPSHOT_SCHEMA)


def _cast(array: pa.Array, to: pa.DataType) -> pa.Array:
    return pc.cast(array, to, safe=False) if pa.types.is_decimal(to) else array.cast(to)
