"""A delivery as numbers: what each row's handles, contents and place come to, as 64-bit hashes and boxes.

All that is kept of a row is some 200 bytes, whatever its shape and its texts are: a province of three million parcels
takes 600 MB. The snapshot is read a commune at a time.
"""

from dataclasses import dataclass
from pathlib import Path

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
import shapely
from numpy.typing import NDArray
from pandas.util import hash_array

from parcels.columns import delivered_columns
from parcels.crs import VN2000
from parcels.geometry import metres_at
from parcels.model import UNKNOWN_COMMUNE
from parcels.wkb import read_wkb
from sync.folder.conform import Conformed
from sync.folder.delivery import DeliveryRecord
from sync.folder.snapshot import part_paths, read_part
from validators.identity.handles import KEY_COLUMNS, national_handles, sheet_handles, source_handles

Hashes = NDArray[np.uint64]
Floats = NDArray[np.float64]
Mask = NDArray[np.bool_]

HANDLES: tuple[str, ...] = ("source_key", "national_id", "sheet_and_number")
# What changes of a row are told by. Handles that say where a parcel is are one group, the source's own key is none.
GROUPS: dict[str, tuple[str, ...]] = {
    "land_use": ("land_use", "land_use_areas"),
    "area": ("area_legal_m2",),
    "users": ("land_user_name", "land_user_id_number", "land_user_birth_year", "land_user_key"),
    "certificates": ("certificate_no", "certificate_issued_on"),
    "ids": ("national_id", "sheet_no", "parcel_no", "map_scale", "map_set", "old_commune_code"),
    "address": ("address",),
    "dates": ("surveyed_on", "valid_from"),
}
FILLED: tuple[str, ...] = tuple(column.name for column in delivered_columns())
NOTHING = np.uint64(0)
_MIX = np.uint64(0x9E3779B97F4A7C15)


@dataclass(frozen=True, slots=True)
class DeliveredRows:
    """The n rows of a delivery.

    handles    name → (n,) hash; 0 where the row has none
    contents   group of GROUPS → (n,) hash
    filled     (n, columns of FILLED) whether there is a value
    geom       (n,) hash of the stored octets; 0 without a shape
    box        (n, 4) west, south, east, north in metres about `origin` (degrees or units of the CRS); NaN without a shape
    commune    (n,) number of the commune, in order of code; sheet (n,) hash of commune and sheet, 0 without
    numbered   (n,) whether the parcel has a number and a sheet
    """

    handles: dict[str, Hashes]
    contents: dict[str, Hashes]
    filled: Mask
    geom: Hashes
    box: Floats
    commune: NDArray[np.int32]
    sheet: Hashes
    numbered: Mask
    communes: tuple[str, ...]
    states: dict[str, int]

    def __len__(self) -> int:
        return len(self.geom)


def read_rows(run_dir: Path, origin: Floats | None = None) -> tuple[DeliveredRows, Floats]:
    """The rows of a conformed delivery, and the origin of their boxes: the given one, else the middle of its first shapes."""
    record, conformed = DeliveryRecord.load(run_dir), Conformed.load(run_dir)
    paths = part_paths(run_dir)
    parts: list[_OfCommune] = []
    for place, (code, path) in enumerate(paths.items()):
        table = read_part(path, sorted({*KEY_COLUMNS, *FILLED, "source_srid", "source_wkb", "geom"}))
        part = _OfCommune(table, code, place, record)
        if origin is None and np.isfinite(part.bounds).any():
            origin = np.nanmedian(part.bounds.reshape(-1, 2), axis=0)
        parts.append(part.measured(np.zeros(2) if origin is None else origin))
    states: dict[str, int] = {}
    for each in conformed.parts:
        for name, number in (each.states.rows if each.states else {}).items():
            states[name] = states.get(name, 0) + number
    there = np.zeros(2) if origin is None else origin

    def together(name: str) -> NDArray[np.generic]:
        return np.concatenate([getattr(part, name) for part in parts])

    rows = DeliveredRows(
        handles={name: np.concatenate([part.handles[name] for part in parts]) for name in HANDLES},
        contents={name: np.concatenate([part.contents[name] for part in parts]) for name in GROUPS},
        filled=together("filled"),  # type: ignore[arg-type]
        geom=together("geom"),  # type: ignore[arg-type]
        box=together("bounds"),  # type: ignore[arg-type]
        commune=together("commune"),  # type: ignore[arg-type]
        sheet=together("sheet"),  # type: ignore[arg-type]
        numbered=together("numbered"),  # type: ignore[arg-type]
        communes=tuple(paths),
        states=states,
    )
    return rows, there


class _OfCommune:
    """The rows of one commune; what is kept of them, and not their table."""

    def __init__(self, table: pa.Table, code: str, number: int, record: DeliveryRecord) -> None:
        n = table.num_rows
        handles = (source_handles(table), national_handles(table), sheet_handles(table, code, record.as_of))
        self.handles = {name: hashed(values) for name, values in zip(HANDLES, handles, strict=True)}
        self.contents = {name: _of_group(table, columns) for name, columns in GROUPS.items()}
        self.filled = np.column_stack([_there(table[name]) for name in FILLED]).reshape(n, len(FILLED))
        self.commune = np.full(n, number, dtype=np.int32)
        self.sheet = hashed(table["sheet_no"])
        self.sheet = np.where(self.sheet == NOTHING, NOTHING, self.sheet * _MIX + np.uint64(number + 1))
        self.numbered = _there(table["sheet_no"]) & _there(table["parcel_no"]) & (code != UNKNOWN_COMMUNE)
        stored = _there(table["geom"]).any()
        wkb = table["geom" if stored else "source_wkb"].combine_chunks()
        self._srid = VN2000 if stored or not n else int(table["source_srid"][0].as_py())
        shapes = read_wkb(wkb)
        if not stored:  # of another country: never stored, so not in one form yet
            wkb = pa.array(shapely.to_wkb(shapely.normalize(shapes)), pa.binary())
        self.geom = hashed(wkb)
        self.bounds = np.asarray(shapely.bounds(shapes)).reshape(n, 4)
        self.geom = np.where(np.isfinite(self.bounds).all(axis=1), self.geom, NOTHING)

    def measured(self, origin: Floats) -> "_OfCommune":
        """The boxes in metres about a place, one scale for all: differences of a few kilometres are exact enough."""
        scale = metres_at(origin[np.newaxis], self._srid)[0]
        self.bounds = (self.bounds - np.tile(origin, 2)) * np.tile(scale, 2)
        return self


def hashed(values: pa.Array | pa.ChunkedArray) -> Hashes:
    """(n,) a hash of each text or octets; 0 where there is none."""
    whole = values.combine_chunks() if isinstance(values, pa.ChunkedArray) else values
    known = np.asarray(whole.is_valid())
    found = np.zeros(len(whole), dtype=np.uint64)
    if known.any():
        there = whole.filter(pa.array(known)).to_numpy(zero_copy_only=False)
        found[known] = hash_array(there.astype(object), categorize=False) | np.uint64(1)
    return found


def _of_group(table: pa.Table, columns: tuple[str, ...]) -> Hashes:
    found = np.zeros(table.num_rows, dtype=np.uint64)
    for name in columns:
        with np.errstate(over="ignore"):
            found = found * _MIX + hashed(pc.cast(table[name], pa.string()))
    return found


def _there(values: pa.ChunkedArray) -> Mask:
    return np.asarray(values.is_valid())
