"""Small nations made in code for the seams: one coverage of parcels dealt out to communes, each in a zone of its own."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from datetime import date
from pathlib import Path
from typing import Any

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq
import shapely
from numpy.typing import NDArray

from parcels import admin_units, crs, geometry
from parcels.model import SNAPSHOT_SCHEMA, Dataset
from sync.check.neighbours import Neighbours
from sync.known import Known
from tests.support.known import KnownTables, live
from validators.base import Check, Context, Subject
from validators.borders import CHECKS
from validators.borders.seam import reach_m
from validators.delivery import Delivered, context_of
from validators.findings import findings
from validators.identity.naming import name_rows
from validators.policy import policy_at

AS_OF = date(2026, 11, 21)
POLICY = policy_at(AS_OF)
REACH_M = reach_m(POLICY)
PROVINCE = "01"
COMMUNES = tuple(found.code for found in admin_units.communes(PROVINCE, AS_OF))
ELSEWHERE = tuple(found.code for found in admin_units.communes("24", AS_OF))  # of the province beside it
HOME = 5897  # the plane in which coverages are drawn, 105°00
ORIGIN = (587_013.37, 2_326_041.59)
SIDE = 20.0

Shapes = NDArray[np.object_]


def lattice(across: int, up: int, seed: int = 0, side: float = SIDE) -> Shapes:
    """(across * up,) four-cornered parcels that share their shaken corners, row by row from the south; in HOME."""
    rng = np.random.default_rng(seed)
    x, y = np.meshgrid(np.arange(across + 1.0), np.arange(up + 1.0))
    nodes = np.stack((x, y), axis=-1) * side + rng.uniform(-0.15, 0.15, (up + 1, across + 1, 2)) * side
    nodes = np.round(nodes + ORIGIN, 3)
    corners = (nodes[:-1, :-1], nodes[:-1, 1:], nodes[1:, 1:], nodes[1:, :-1], nodes[:-1, :-1])
    return shapely.polygons(np.stack([corner.reshape(-1, 2) for corner in corners], axis=1))


@dataclass(frozen=True)
class Nation:
    """Parcels (n), drawn in HOME whatever they are delivered in.

    shapes    (n,) polygons
    commune   (n,) codes
    key       (n,) source keys, each once
    zone      commune code → EPSG in which it is delivered; HOME where it is not named
    """

    shapes: Shapes
    commune: NDArray[np.object_]
    key: NDArray[np.object_]
    zone: Mapping[str, int]

    @classmethod
    def of(cls, shapes: Shapes, commune: Iterable[str], zone: Mapping[str, int] | None = None) -> "Nation":
        key = np.array([f"k{number}" for number in range(len(shapes))], dtype=object)
        return cls(np.asarray(shapes, dtype=object), np.array(list(commune), dtype=object), key, zone or {})

    def __len__(self) -> int:
        return len(self.shapes)

    @property
    def codes(self) -> list[str]:
        return sorted(set(self.commune))

    def change(self, at: int, shape: Any) -> "Nation":
        """With another shape of one parcel."""
        shapes = self.shapes.copy()
        shapes[at] = shape
        return replace(self, shapes=shapes)

    def without(self, *at: int) -> "Nation":
        kept = np.setdiff1d(np.arange(len(self)), at)
        return replace(self, shapes=self.shapes[kept], commune=self.commune[kept], key=self.key[kept])

    def plus(self, shape: Any, commune: str, key: str) -> "Nation":
        return replace(
            self,
            shapes=np.append(self.shapes, shape),
            commune=np.append(self.commune, commune),
            key=np.append(self.key, key),
        )

    def shuffled(self, seed: int) -> "Nation":
        """The same parcels in another order."""
        order = np.random.default_rng(seed).permutation(len(self))
        return replace(self, shapes=self.shapes[order], commune=self.commune[order], key=self.key[order])

    def dataset(self, code: str, province: str | None = None) -> Dataset:
        """A commune as it is delivered: in its zone, on the 0.1 mm grid."""
        mine = np.flatnonzero(self.commune == code)
        zone = self.zone.get(code, HOME)
        delivered = self.shapes[mine]
        if zone != HOME:
            delivered = shapely.transform(
                delivered, lambda c: crs.from_vn2000_geographic(crs.to_vn2000_geographic(c, HOME), zone)
            )
        rounded = geometry.canonical_form(delivered, zone)
        stored = geometry.to_stored(delivered, zone)
        n = len(mine)
        area = pa.array(np.nan_to_num(np.round(shapely.area(self.shapes[mine]), 4))).cast(
            SNAPSHOT_SCHEMA.field("area_m2").type
        )
        values: dict[str, Any] = {
            "row_no": pa.array(mine),
            "part_no": pa.array(np.zeros(n, np.int32)),
            "source_row": pa.array(mine),
            "commune_code": pa.repeat(code, n),
            "source_key": pa.array(self.key[mine], pa.string()),
            "source_system": pa.repeat("made", n),
            "source_srid": pa.array(np.full(n, zone, np.int32)),
            "land_use": pa.repeat("LUC", n),
            "area_m2": area,
            "area_legal_m2": area,
            "geom": pa.array(geometry.to_wkb(stored), pa.binary()),
        }
        columns = [values.get(name.name, pa.nulls(n, name.type)) for name in SNAPSHOT_SCHEMA]
        table = pa.table(columns, schema=SNAPSHOT_SCHEMA)
        return Dataset(province or province_of(code), code, table, delivered, rounded, stored)

    def write(self, folder: Path, codes: Iterable[str]) -> dict[str, Path]:
        """The parts of a snapshot of some communes."""
        paths = {code: folder / f"{code}.parquet" for code in sorted(codes)}
        for code, path in paths.items():
            pq.write_table(self.dataset(code).table, path)
        return paths

    def known(self, codes: Iterable[str]) -> KnownTables:
        """What is known where these communes are live as they are here."""
        return KnownTables(live_of={code: live(self.dataset(code)) for code in codes})


def province_of(code: str) -> str:
    found = admin_units.commune(code, AS_OF)
    assert found is not None
    return found.province_code


def delivered(
    nation: Nation,
    codes: Iterable[str],
    folder: Path,
    known: Known | None,
    checks: tuple[Check, ...] = CHECKS,
) -> dict[str, pa.Table]:
    """The findings of some checks in a delivery of some communes, by commune: contexts made like the check stage does."""
    paths = nation.write(folder, codes)
    neighbours = Neighbours(paths, PROVINCE, REACH_M)
    datasets = {code: nation.dataset(code) for code in paths}
    whole = context_of(
        Delivered({code: each.table for code, each in datasets.items()}, AS_OF),
        province_code=PROVINCE,
        policy=POLICY,
    )
    found = {}
    for code, dataset in datasets.items():
        subject = Subject(dataset, here(whole, neighbours, code, known))
        faults = [
            (check, check.severity_at(POLICY, AS_OF), check.find(subject))
            for check in checks
            if check.find is not None and (check.can_run is None or check.can_run(subject))
        ]
        rows = [each.touched[1] for _, _, each in faults]
        found[code] = findings(faults, name_rows(subject, np.unique(np.concatenate(rows))))
    return found


def here(whole: Context, neighbours: Neighbours, code: str, known: Known | None) -> Context:
    return replace(whole, neighbours=neighbours.of(code, known), neighbours_partly=known is None)


def as_whole(nation: Nation, folder: Path, checks: tuple[Check, ...] = CHECKS) -> dict[str, pa.Table]:
    """All communes in one delivery, nothing else live."""
    return delivered(nation, nation.codes, folder, KnownTables(), checks)


def one_by_one(
    nation: Nation, folder: Path, checks: tuple[Check, ...] = CHECKS, codes: Iterable[str] | None = None
) -> dict[str, pa.Table]:
    """Each commune in a delivery of its own, the others live as they are."""
    found = {}
    for code in nation.codes if codes is None else codes:
        others = [other for other in nation.codes if other != code]
        found |= delivered(nation, [code], folder, nation.known(others), checks)
    return found


Case = tuple[Any, ...]


def cases(tables: Iterable[pa.Table]) -> dict[str, list[Case]]:
    """Finding id → what each side that found it says of it: check, communes, measure, width, detail, place, srid."""
    found: dict[str, list[Case]] = {}
    for table in tables:
        for row in table.to_pylist():
            sides = tuple(sorted({row["dataset"], row["other_dataset"] or row["dataset"]}))
            case = (row["check_code"], sides, row["measure"], row["width_mm"], row["detail"])
            found.setdefault(row["finding_id"], []).append((*case, row["place_wkb"], row["place_srid"]))
    return found


def codes_of(found: Mapping[str, list[Case]]) -> list[str]:
    return sorted(several[0][0] for several in found.values())
