"""Where fabrics lie: one about each commune's point, or one that several neighbouring communes share.

Communes that share a fabric meet along a border with the same vertices on both sides, inside a province or across
provinces, whose zones may differ: the fabric is made in the zone of its first commune, the others' parts are
transformed.
"""

from collections.abc import Iterable
from dataclasses import dataclass

import numpy as np
import shapely
from numpy.typing import NDArray

from parcels.admin_units import Commune

# A degree in kilometres, from below for any place in Vietnam (8° to 23.5° N): distances are never overstated.
KM_PER_DEGREE_EAST, KM_PER_DEGREE_NORTH = 101.9, 110.5
# Shares of the distance to the nearest other commune's point: two circles of 0.45 never meet.
REACH = 0.45
MOST_KM = 6.0  # a shared fabric stays near the communes it is of
APART_KM = 3.0  # between the middles of two shared fabrics
# Parcels lie this near their commune's point: a share of the radius of a circle of the commune's area, and some more.
HOME_RADII, HOME_KM = 0.7, 0.8
ACROSS = 2  # of a province's communes, those that share a fabric with a commune of another province
SIZES = (2, 3)  # communes of the fabrics inside a province, in turn
SHARING = 0.5  # of a province's other communes, so many share a fabric


@dataclass(frozen=True, slots=True)
class Spot:
    """The middle of a fabric (WGS 84 degrees) and how far it may reach from there."""

    lon: float
    lat: float
    radius_m: float


Groups = list[tuple[str, ...]]  # commune codes that share a fabric, in its order


def spots(groups: Groups, communes: Iterable[Commune], alone_km: dict[str, float]) -> list[Spot]:
    """Where the fabric of each group lies: no two meet. alone_km: how far that of a single commune may reach."""
    place = {commune.code: (commune.lon or 0.0, commune.lat or 0.0) for commune in communes}
    middle = np.array([np.mean([place[code] for code in group], axis=0) for group in groups])
    km = middle * (KM_PER_DEGREE_EAST, KM_PER_DEGREE_NORTH)
    room = np.full(len(groups), np.inf)
    if len(groups) > 1:
        tree = shapely.STRtree(shapely.points(km))
        (here, _), distance = tree.query_nearest(shapely.points(km), exclusive=True, return_distance=True)
        np.minimum.at(room, here, distance)
    return [
        Spot(
            float(lon),
            float(lat),
            1000 * min(alone_km[group[0]] if len(group) == 1 else MOST_KM, REACH * float(free)),
        )
        for group, (lon, lat), free in zip(groups, middle, room, strict=True)
    ]


class SiteNeighbours:
    """Which of all communes may share a fabric: it lies half-way between them, near enough to each."""

    def __init__(self, everywhere: list[Commune]) -> None:
        self.communes = everywhere
        self.at = {commune.code: k for k, commune in enumerate(everywhere)}
        self.km = np.array([(c.lon, c.lat) for c in everywhere]) * (KM_PER_DEGREE_EAST, KM_PER_DEGREE_NORTH)
        area = np.array([commune.area_km2 or 0.0 for commune in everywhere])
        self.home: NDArray[np.float64] = HOME_RADII * np.sqrt(area / np.pi) + HOME_KM
        # A special zone is scattered over the sea; it keeps to itself.
        self.home[[commune.kind == "đặc khu" for commune in everywhere]] = 0.0
        points = shapely.points(self.km)
        pairs = shapely.STRtree(points).query(points, predicate="dwithin", distance=2 * self.home.max())
        self.pairs = pairs[:, pairs[0] < pairs[1]]
        half = np.hypot(*(self.km[self.pairs[0]] - self.km[self.pairs[1]]).T) / 2
        self.pairs = self.pairs[:, half <= np.minimum(*self.home[self.pairs])]

    def fits(self, members: list[int]) -> bool:
        """Whether a fabric in the middle of these communes is near enough to each."""
        middle = self.km[members].mean(axis=0)
        return bool((np.hypot(*(self.km[members] - middle).T) <= self.home[members]).all())

    def of(self, k: int) -> list[int]:
        """Communes that may share a fabric with this one, nearest first."""
        a, b = self.pairs
        others = np.concatenate((b[a == k], a[b == k]))
        return [
            int(o) for o in others[np.argsort(np.hypot(*(self.km[others] - self.km[k]).T), kind="stable")]
        ]


class _Sharing:
    """Groups that are made one after the other; a commune is in one only, and their middles lie apart."""

    def __init__(self, near: SiteNeighbours) -> None:
        self.near = near
        self.groups: list[list[int]] = []
        self.used: set[int] = set()
        self.middles: list[NDArray[np.float64]] = []

    def add(self, members: list[int]) -> bool:
        """Make a group of these, where they are free and fit."""
        middle = self.near.km[members].mean(axis=0)
        if self.used & set(members) or not self.near.fits(members):
            return False
        if any(np.hypot(*(middle - other)) < APART_KM for other in self.middles):
            return False
        self.groups.append(members)
        self.used |= set(members)
        self.middles.append(middle)
        return True


def touching(rng: np.random.Generator, in_turn: dict[str, list[Commune]], wanted: int) -> Groups:
    """Groups of communes that share a fabric, and the others alone: about `wanted` communes of each province.

    in_turn: of each province all its communes in the order in which they are taken.
    """
    near = SiteNeighbours([commune for chosen in in_turn.values() for commune in chosen])
    sharing = _Sharing(near)
    number = _across(rng, sharing, min(ACROSS, wanted // 3))
    for province, chosen in in_turn.items():
        free = wanted - number.get(province, 0)
        shared = 0
        for commune in chosen:
            size = SIZES[len(sharing.groups) % len(SIZES)]
            if shared + size > max(SHARING * free, SIZES[0] if free >= SIZES[0] else 0):
                break
            me = near.at[commune.code]
            partners = [o for o in near.of(me) if near.communes[o].province_code == province]
            partners = [o for o in partners if o not in sharing.used]
            if len(partners) >= size - 1 and sharing.add([me, *partners[: size - 1]]):
                shared += size
        for commune in chosen:
            if shared >= free:
                break
            shared += sharing.add([near.at[commune.code]])
        # Where communes lie too close together for that, some share nothing and are simply fewer.
    return [tuple(near.communes[k].code for k in group) for group in sharing.groups]


def _across(rng: np.random.Generator, sharing: _Sharing, most: int) -> dict[str, int]:
    """Pairs of communes of two provinces; how many communes of each province are in one."""
    near = sharing.near
    number: dict[str, int] = {}
    joined: set[tuple[str, str]] = set()
    for k in rng.permutation(near.pairs.shape[1]):
        pair = [int(o) for o in near.pairs[:, k]]
        one, other = (near.communes[o].province_code for o in pair)
        full = max(number.get(one, 0), number.get(other, 0)) >= most
        if one == other or full or (one, other) in joined or not sharing.add(pair):
            continue
        joined |= {(one, other), (other, one)}
        number[one], number[other] = number.get(one, 0) + 1, number.get(other, 0) + 1
    return number
