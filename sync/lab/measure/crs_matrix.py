"""What becomes of data in one CRS that is declared to be in another: cases, and the cell each one falls into.

Parcels are the generator's, in real communes, set down at random in the circle of the commune's area; one row
in a hundred is spoilt. They are written in the other CRS by PROJ's own definition of it, not by the code that
recognises it.
"""

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, replace
from functools import cache, partial
from typing import Any, Literal, get_args

import numpy as np
import pyarrow as pa
import shapely
from numpy.typing import NDArray

from parcels.admin_units import Commune, communes, old_province
from parcels.crs import VN2000, WGS84, ZONES, to_wgs84
from parcels.crs_hypotheses import FOOT_M, HANOI72, Hypothesis, bases, declared
from parcels.identifiers import encode
from sync.conform.detective.decide import decide
from sync.conform.detective.sample import CrsSample
from sync.declared.profile import load_profile
from sync.lab.generate.nation import PlannedDelivery, PlannedPart, alone, reach_km
from sync.lab.generate.options import Options
from sync.lab.generate.province import make_province
from validators.policy import CrsRules

Floats = NDArray[np.float64]
MatrixColumn = Literal[
    "right",
    "wrong zone",
    "swapped axes",
    "UTM",
    "geographic",
    "HN-72",
    "HN-72, same meridian",
    "other mistakes",
    "wrong declaration",
]
Cell = Literal["pass", "right proposal", "wrong proposal", "undecided"]
COLUMNS: tuple[MatrixColumn, ...] = get_args(MatrixColumn)
CELLS: tuple[Cell, ...] = get_args(Cell)
SPOILT = 0.01
_GK = {2044: (105.0, 18), 2045: (111.0, 19), 2093: (106.0, 0)}


@dataclass(frozen=True, slots=True)
class Setting:
    """What the office delivers: how many parcels, with ids or not, and how noisy the stated areas are."""

    name: str
    parcels: int
    ids: bool
    noise: float


SETTINGS: tuple[Setting, ...] = (
    Setting("600 parcels with ids", 600, ids=True, noise=0.0),
    Setting("600 parcels without ids", 600, ids=False, noise=0.0),
    Setting("600 parcels without ids, stated areas 1 % noisy", 600, ids=False, noise=0.01),
    Setting("50 parcels with ids", 50, ids=True, noise=0.01),
    Setting("50 parcels without ids, stated areas 1 % noisy", 50, ids=False, noise=0.01),
)


@dataclass(frozen=True, slots=True)
class MeasuredParcels:
    """A commune's parcels on the ground.

    home      the TM-3 zone of the old province, in which areas are stated
    polygons  (n,) in WGS 84 degrees
    ids       (n,) text; area (n,) m², as stated
    """

    commune: Commune
    home: int
    polygons: NDArray[np.object_]
    ids: pa.Array
    area: Floats

    def __len__(self) -> int:
        return len(self.area)


def parcels_of(commune: Commune, n: int, seed: int, *, zone: int | None = None) -> MeasuredParcels:
    """`n` parcels of the generator in a commune, made in the zone of its old province (or in `zone`)."""
    rng = np.random.default_rng([seed, int(commune.code), n])
    old = old_province(commune.old_province_code)
    if old is None or commune.area_km2 is None or commune.lon is None or commune.lat is None:
        raise ValueError(f"commune {commune.code} has no place")
    old = old if zone is None else replace(old, epsg=zone)
    away = np.sqrt(commune.area_km2 / np.pi) * np.sqrt(rng.random()) / 111.2
    turn = rng.uniform(0, 2 * np.pi)
    place = replace(
        commune,
        lon=commune.lon + away * np.cos(turn) / np.cos(np.radians(commune.lat)),
        lat=commune.lat + away * np.sin(turn),
    )
    territory = alone(place, old, max(reach_km()[commune.code] * 1000, 400.0), n)
    options = Options(parcels=n, provinces=(commune.province_code,), communes_per_province=1, seed=seed)
    profile = load_profile(commune.province_code)
    batch = make_province(
        options, PlannedDelivery(commune.province_code, (PlannedPart(old, (territory,)),)), profile
    )
    polygons = shapely.transform(batch.geometry, lambda xy: to_wgs84(xy, old.epsg))
    area = np.array(batch.columns["area_legal_m2"], dtype=np.float64)
    bad = rng.choice(n, max(1, round(SPOILT * n)), replace=False)
    ids = batch.columns["national_id"].to_numpy(zero_copy_only=False).copy()
    ids[bad] = encode(rng.uniform(103, 109, len(bad)), rng.uniform(9, 23, len(bad))).to_numpy(
        zero_copy_only=False
    )
    area[bad] *= rng.uniform(0.1, 10, len(bad))
    polygons[bad] = shapely.transform(polygons[bad], lambda xy: xy + np.array([0.4, -0.3]))
    return MeasuredParcels(commune, old.epsg, polygons, pa.array(ids, pa.string()), area)


@dataclass(frozen=True, slots=True)
class Truth:
    """What the data is in: the hypothesis that should be found, and how its coordinates are written."""

    column: MatrixColumn
    hypothesis: Hypothesis
    write: Callable[[Floats], Floats]


@cache
def _pipe(text: str) -> Any:
    from pyproj import Transformer

    return Transformer.from_pipeline(text)


@cache
def _crs_to_crs(source: int, target: int) -> Any:
    """A conversion within one datum, as PROJ's database has it."""
    from pyproj import Transformer

    return Transformer.from_crs(source, target, always_xy=True)


@cache
def _shift(source: int, name: str) -> Any:
    """PROJ's own operation from a datum to WGS 84, by its name."""
    from pyproj.transformer import TransformerGroup

    group = TransformerGroup(source, WGS84, always_xy=True)
    return next(t for t in group.transformers if name in t.description)


def _from_wgs84(xy: Floats, epsg: int) -> Floats:
    """WGS 84 degrees → a VN-2000 or Hanoi 1972 system by PROJ's database."""
    if epsg == WGS84:
        return xy
    old = epsg in _GK or epsg == HANOI72
    datum = HANOI72 if old else VN2000
    shift = _shift(datum, "Hanoi 1972 to WGS 84 (1)" if old else "VN-2000 to WGS 84 (2)")
    degrees = np.column_stack(shift.transform(xy[:, 0], xy[:, 1], direction="INVERSE"))
    if epsg == datum:
        return degrees
    return np.column_stack(_crs_to_crs(datum, epsg).transform(degrees[:, 0], degrees[:, 1]))


def _truth(
    column: MatrixColumn, hypothesis: Hypothesis, change: Callable[[Floats], Floats] | None = None
) -> Truth:
    epsg = hypothesis.base.epsg

    def write(xy: Floats) -> Floats:
        coords = _from_wgs84(xy, epsg)
        if change is not None:
            coords = change(coords)
        return coords[:, ::-1] if hypothesis.swapped else coords

    return Truth(column, hypothesis, write)


def truths(commune: Commune, zone: int) -> Iterator[Truth]:
    """Everything that data of a commune, declared to be in `zone`, may really be in."""
    by_code = {base.epsg: base for base in bases()}
    right = declared(zone)
    lon, lat = float(commune.lon or 0), float(commune.lat or 0)
    yield _truth("right", right)
    for epsg, other in ZONES.items():
        if epsg != zone:
            yield _truth("UTM" if other.k < 0.9999 else "wrong zone", declared(epsg))
    yield _truth("swapped axes", replace(right, swapped=True))
    neighbour = min((z for z in ZONES.values() if z.k > 0.9996), key=lambda z: abs(z.lon0 - lon - 0.3))
    if neighbour.epsg != zone:
        yield _truth("swapped axes", replace(declared(neighbour.epsg), swapped=True))
    for epsg in (VN2000, WGS84):
        yield _truth("geographic", declared(epsg))
        yield _truth("geographic", replace(declared(epsg), swapped=True))
    yield _truth("HN-72", Hypothesis(by_code[HANOI72]))
    gk = 2044 if lon < 108 else 2045
    yield _truth("HN-72", Hypothesis(by_code[gk], "prefix"))
    yield _truth("HN-72", Hypothesis(by_code[gk], "prefix", swapped=True))
    for epsg, (lon0, prefix) in _GK.items():
        same = ZONES[zone].lon0 == lon0
        if by_code[epsg].used_at(lon, lat) and (epsg in (gk, 2093) or same):
            yield _truth(
                "HN-72, same meridian" if same else "HN-72",
                Hypothesis(by_code[epsg], "plain"),
                partial(np.add, np.array([-prefix * 1e6, 0.0])),
            )
    far = np.array([500_000.0, 0.0])
    yield _truth("other mistakes", Hypothesis(right.base, "no_false_easting"), lambda xy: xy - far)
    yield _truth(
        "other mistakes", Hypothesis(right.base, "prefix"), lambda xy: xy + np.array([18_000_000.0, 0.0])
    )
    yield _truth("other mistakes", Hypothesis(right.base, "feet"), lambda xy: xy / FOOT_M)


@dataclass(frozen=True, slots=True)
class Outcome:
    """One case: what the data are in and are declared to be in, and the cell it fell into.

    zone    the line of the table: the zone that is declared or, for a wrong declaration, the right one
    listed  whether the truth is among the candidates
    """

    zone: int
    commune: str
    column: MatrixColumn
    truth: str
    declared: str
    cell: Cell
    listed: bool


def outcomes(
    parcels: MeasuredParcels, zone: int, settings: Sequence[Setting], rules: CrsRules, seed: int
) -> Iterator[tuple[Setting, Outcome]]:
    """Every truth against the declaration of `zone`, and every other declaration of what is in `zone`, by setting."""
    said, code = declared(zone), parcels.commune.code
    stated = {setting: _stated(parcels, setting, zone, seed) for setting in settings}
    none = pa.nulls(len(parcels), pa.string())
    for truth in truths(parcels.commune, zone):
        written = shapely.transform(parcels.polygons, truth.write)
        bounds, planar = shapely.bounds(written), np.asarray(shapely.area(written))
        for setting in settings:
            sample = CrsSample(rules.sample, float(rules.area_window))
            sample.add(bounds, planar, parcels.ids if setting.ids else none, stated[setting])
            cell, listed = _cell(sample, parcels.commune, truth, said, rules)
            yield setting, Outcome(zone, code, truth.column, truth.hypothesis.name, said.name, cell, listed)
            if truth.column != "right":
                continue
            for wrong in (declared(epsg) for epsg in (*ZONES, VN2000, WGS84) if epsg != zone):
                cell, listed = _cell(sample, parcels.commune, truth, wrong, rules)
                name = truth.hypothesis.name
                yield setting, Outcome(zone, code, "wrong declaration", name, wrong.name, cell, listed)


def _stated(parcels: MeasuredParcels, setting: Setting, zone: int, seed: int) -> Floats:
    """The stated areas (n,) with the setting's noise, on 0.1 m²."""
    rng = np.random.default_rng([seed, zone, int(parcels.commune.code), len(parcels)])
    noisy = parcels.area * np.exp(rng.normal(0.0, setting.noise, len(parcels)))
    return np.asarray(np.maximum(np.round(noisy, 1), 0.1))


def _cell(
    sample: CrsSample, commune: Commune, truth: Truth, said: Hypothesis, rules: CrsRules
) -> tuple[Cell, bool]:
    verdict = decide(sample, commune, said, rules)
    if verdict is None or verdict.outcome == "agrees":
        return "pass", True
    listed = truth.hypothesis in verdict.candidates
    if verdict.proposal is None:
        return "undecided", listed
    return ("right proposal" if verdict.proposal == truth.hypothesis else "wrong proposal"), listed


def chosen_communes(zone: int, several: int, seed: int) -> list[Commune]:
    """Communes of a zone: the smallest ward, the largest commune, special zones, and some more at random.

    No province has its meridian at 102°: that zone is tried in communes of the zone next to it; the UTM zones
    in communes on their side of 108°.
    """
    rng = np.random.default_rng([seed, zone])
    wanted = 9205 if zone == 5896 else zone
    all_of = [c for c in communes() if _in(c, wanted)]
    wards = sorted((c for c in all_of if c.kind == "phường"), key=_area)
    rural = sorted((c for c in all_of if c.kind == "xã"), key=_area)
    islands = [c for c in all_of if c.kind == "đặc khu"]
    chosen = [*wards[:1], *rural[-1:], *rng.permutation(np.array(islands, dtype=object))[:1]]
    rest = [c for c in all_of if c not in chosen]
    more = rng.permutation(np.array(rest, dtype=object))[: max(several - len(chosen), 0)]
    return [*chosen, *more][:several]


def _in(commune: Commune, zone: int) -> bool:
    if ZONES[zone].k < 0.9999:
        return (float(commune.lon or 0) < 108) == (zone == 3405)
    old = old_province(commune.old_province_code)
    return old is not None and old.epsg == zone


def _area(commune: Commune) -> float:
    return float(commune.area_km2 or 0)
