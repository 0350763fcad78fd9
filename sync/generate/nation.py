"""Which communes a synthetic nation has, where they lie, how many parcels each gets.

Places, codes, names and zones are real (`parcels.admin_units`); everything inside a commune is made up.
"""

from dataclasses import dataclass
from enum import IntEnum
from functools import cache

import numpy as np
import shapely
from numpy.typing import NDArray

from parcels.admin_units import Commune, OldProvince, communes, old_provinces
from parcels.bilingual import Bilingual
from parcels.errors import UsageError
from sync.generate.fabric import FEWEST_PARCELS, RURAL, SMALLEST_MEAN_M2, URBAN, Style
from sync.generate.options import Options, too_few

# Shares of the distance to the nearest other commune's point: two circles of 0.45 never meet.
REACH = 0.45
# A degree in kilometres, from below for any place in Vietnam (8° to 23.5° N): distances are never overstated.
KM_PER_DEGREE_EAST, KM_PER_DEGREE_NORTH = 101.9, 110.5
FILLED = 0.35  # share of its circle that a fabric surely fills: what a commune's capacity is reckoned by


class Purpose(IntEnum):
    """What a stream of random numbers is for: each has its own, so that no choice disturbs another."""

    COMMUNES = 1
    SHARES = 2
    FABRIC = 3
    ATTRIBUTES = 4
    DEFECT_RATES = 5
    DEFECTS = 6
    CHANGES = 7


def stream(seed: int, purpose: Purpose, *place: str) -> np.random.Generator:
    """The random numbers of one purpose at one place (codes of province and commune)."""
    return np.random.default_rng([seed, int(purpose), *(int(code) for code in place)])


@dataclass(frozen=True, slots=True)
class Territory:
    """A commune of the nation: who it is, the zone of its parcels, how far its fabric may reach, how many parcels."""

    commune: Commune
    old_province: OldProvince
    radius_m: float
    parcels: int

    @property
    def style(self) -> Style:
        """Wards look like towns, communes and special zones like villages among fields."""
        return URBAN if self.commune.kind == "phường" else RURAL


@dataclass(frozen=True, slots=True)
class Part:
    """The communes that one old province's zone covers: one file of the delivery."""

    old_province: OldProvince
    territories: tuple[Territory, ...]


@dataclass(frozen=True, slots=True)
class Delivery:
    """A province's part of the nation."""

    province: str
    parts: tuple[Part, ...]

    @property
    def territories(self) -> list[Territory]:
        """Every commune, part by part: the order of the rows."""
        return [territory for part in self.parts for territory in part.territories]


@cache
def reach_km() -> dict[str, float]:
    """How far each commune's fabric may reach from its point, over all communes valid now: circles do not meet."""
    everywhere = communes()
    xy = np.array([(place.lon, place.lat) for place in everywhere], dtype=np.float64)
    points = shapely.points(xy * (KM_PER_DEGREE_EAST, KM_PER_DEGREE_NORTH))
    tree = shapely.STRtree(points)
    (here, _), distance = tree.query_nearest(points, exclusive=True, return_distance=True)
    nearest = np.full(len(points), np.inf)
    np.minimum.at(nearest, here, distance)
    return {place.code: float(REACH * d) for place, d in zip(everywhere, nearest, strict=True)}


def _choose(rng: np.random.Generator, province: str, wanted: int, options: Options) -> list[Commune]:
    """Communes in turn from each old province, so that every zone of the province occurs."""
    available = communes(province, options.as_of)
    by_part: dict[str, list[Commune]] = {}
    for k in rng.permutation(len(available)):
        by_part.setdefault(available[k].old_province_code, []).append(available[k])
    parts = [by_part[code] for code in sorted(by_part)]
    in_turn = [part[k] for k in range(len(available)) for part in parts if k < len(part)]
    return in_turn[:wanted]


def _share_out(rng: np.random.Generator, parcels: int, capacity: NDArray[np.int64]) -> NDArray[np.int64]:
    """Uneven numbers that add up to `parcels`, each from FEWEST_PARCELS to its commune's capacity."""
    weight = rng.lognormal(0.0, 0.35, len(capacity))
    shares = np.full(len(capacity), FEWEST_PARCELS, dtype=np.int64)
    while (left := parcels - int(shares.sum())) > 0:
        open_ = shares < capacity
        wish = np.where(open_, weight, 0.0)
        grant = np.floor(wish / wish.sum() * left).astype(np.int64)
        if not grant.any():
            grant[np.argsort(-wish, kind="stable")[:left]] = 1
        shares = np.minimum(shares + grant, capacity)
    return shares


def plan(options: Options) -> list[Delivery]:
    """Every delivery of the nation, in order of province, old province and commune. Raises UsageError."""
    chosen = [
        commune
        for province in options.provinces
        for commune in _choose(
            stream(options.seed, Purpose.COMMUNES, province), province, options.communes_per_province, options
        )
    ]
    if options.parcels < FEWEST_PARCELS * len(chosen):
        raise too_few(FEWEST_PARCELS * len(chosen), options.parcels)
    radius = np.array([reach_km()[commune.code] * 1000 for commune in chosen])
    capacity = (FILLED * np.pi * radius**2 / SMALLEST_MEAN_M2).astype(np.int64)
    if options.parcels > capacity.sum():
        raise no_room(options.parcels, int(capacity.sum()))
    parcels = _share_out(stream(options.seed, Purpose.SHARES), options.parcels, capacity)
    zones = {old.code: old for old in old_provinces()}
    territories = [
        Territory(commune, zones[commune.old_province_code], float(r), int(n))
        for commune, r, n in zip(chosen, radius, parcels, strict=True)
    ]
    return [
        Delivery(
            province,
            tuple(
                Part(
                    old,
                    tuple(
                        sorted(
                            (t for t in territories if t.old_province == old), key=lambda t: t.commune.code
                        )
                    ),
                )
                for old in old_provinces(province)
                if any(t.old_province == old for t in territories)
            ),
        )
        for province in options.provinces
    ]


def no_room(wanted: int, most: int) -> UsageError:
    """More parcels than the chosen communes can hold without overlapping their neighbours."""
    return UsageError(
        "GEN-NO-ROOM",
        Bilingual(
            f"Không đủ chỗ cho {wanted} thửa: các xã đã chọn chứa được khoảng {most} thửa.",
            f"There is no room for {wanted} parcels: the chosen communes hold about {most}.",
        ),
        Bilingual(
            "Hãy giảm --parcels, hoặc chọn thêm tỉnh hay thêm xã.",
            "Lower --parcels, or take more provinces or communes.",
        ),
    )
