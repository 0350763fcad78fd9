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
from sync.lab.generate.fabric import FEWEST_PARCELS, RURAL, SMALLEST_MEAN_M2, URBAN, Style
from sync.lab.generate.options import Options, too_few
from sync.lab.generate.sites import KM_PER_DEGREE_EAST, KM_PER_DEGREE_NORTH, REACH, Spot, spots, touching

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
    SITES = 8
    SEAMS = 9
    BEFORE = 10
    POPULATION = 11
    FAR = 12
    PARTS = 13
    PEOPLE = 14


def stream(seed: int, purpose: Purpose, *place: str) -> np.random.Generator:
    """The random numbers of one purpose at one place (codes of province and commune)."""
    return np.random.default_rng([seed, int(purpose), *(int(code) for code in place)])


@dataclass(frozen=True, slots=True)
class Site:
    """A fabric of one commune, or of several that touch: `communes` with as many `parcels` each, in its order.

    Made in the plane `epsg`, the zone of its first commune, whose style it has.
    """

    spot: Spot
    epsg: int
    style: Style
    communes: tuple[Commune, ...]
    parcels: tuple[int, ...]

    @property
    def code(self) -> str:
        """Its first commune's."""
        return self.communes[0].code


@dataclass(frozen=True, slots=True)
class Territory:
    """A commune of the nation: who it is, the zone of its parcels, where they lie, how many they are."""

    commune: Commune
    old_province: OldProvince
    site: Site
    parcels: int

    @property
    def member(self) -> int:
        """Which of the site's communes this is."""
        return [place.code for place in self.site.communes].index(self.commune.code)


def style_of(commune: Commune) -> Style:
    """Wards look like towns, communes and special zones like villages among fields."""
    return URBAN if commune.kind == "phường" else RURAL


def alone(commune: Commune, old_province: OldProvince, radius_m: float, parcels: int) -> Territory:
    """A commune with a fabric of its own about its point."""
    spot = Spot(commune.lon or 0.0, commune.lat or 0.0, radius_m)
    site = Site(spot, old_province.epsg, style_of(commune), (commune,), (parcels,))
    return Territory(commune, old_province, site, parcels)


@dataclass(frozen=True, slots=True)
class PlannedPart:
    """The communes that one old province's zone covers: one file of the delivery."""

    old_province: OldProvince
    territories: tuple[Territory, ...]


@dataclass(frozen=True, slots=True)
class PlannedDelivery:
    """A province's part of the nation."""

    province: str
    parts: tuple[PlannedPart, ...]

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


def _in_turn(rng: np.random.Generator, province: str, options: Options) -> list[Commune]:
    """A province's communes in turn from each old province, so that every zone of the province occurs."""
    available = communes(province, options.as_of)
    by_part: dict[str, list[Commune]] = {}
    for k in rng.permutation(len(available)):
        by_part.setdefault(available[k].old_province_code, []).append(available[k])
    parts = [by_part[code] for code in sorted(by_part)]
    return [part[k] for k in range(len(available)) for part in parts if k < len(part)]


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


def plan(options: Options) -> list[PlannedDelivery]:
    """Every delivery of the nation, in order of province, old province and commune. Raises UsageError."""
    in_turn = {
        province: _in_turn(stream(options.seed, Purpose.COMMUNES, province), province, options)
        for province in options.provinces
    }
    wanted = options.communes_per_province
    if options.labelled:
        groups = touching(stream(options.seed, Purpose.SITES), in_turn, wanted)
    else:
        groups = [(commune.code,) for chosen in in_turn.values() for commune in chosen[:wanted]]
    place = {commune.code: commune for chosen in in_turn.values() for commune in chosen}
    size = sum(len(group) for group in groups)
    if options.parcels < FEWEST_PARCELS * size:
        raise too_few(FEWEST_PARCELS * size, options.parcels)
    found = spots(groups, place.values(), reach_km())
    room = np.concatenate(
        [np.full(len(g), spot.radius_m**2 / len(g)) for g, spot in zip(groups, found, strict=True)]
    )
    capacity = (FILLED * np.pi * room / SMALLEST_MEAN_M2).astype(np.int64)
    if options.parcels > capacity.sum():
        raise no_room(options.parcels, int(capacity.sum()))
    parcels = iter(_share_out(stream(options.seed, Purpose.SHARES), options.parcels, capacity).tolist())
    zones = {old.code: old for old in old_provinces()}
    territories: list[Territory] = []
    for group, spot in zip(groups, found, strict=True):
        members = tuple(place[code] for code in group)
        epsg = zones[members[0].old_province_code].epsg
        site = Site(spot, epsg, style_of(members[0]), members, tuple(next(parcels) for _ in members))
        territories += [
            Territory(commune, zones[commune.old_province_code], site, number)
            for commune, number in zip(members, site.parcels, strict=True)
        ]
    return [
        PlannedDelivery(
            province,
            tuple(
                PlannedPart(
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
