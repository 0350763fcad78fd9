"""What coordinates may really be: every CRS in use in Vietnam, each also with the mistakes that exports make.

A hypothesis is a base (a VN-2000 zone, degrees, Hanoi 1972) with what was done to its numbers: the axes
swapped, the false easting left out, a zone number in front of the easting, feet instead of metres. It says
where on Earth the numbers lie if it holds, and nothing about whether it does.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import cache
from typing import Literal

import numpy as np
from numpy.typing import NDArray

from parcels.crs import DEPRECATED, VN2000, WGS84, ZONES, hanoi72_to_wgs84, to_wgs84

Floats = NDArray[np.float64]
Variant = Literal["plain", "no_false_easting", "prefix", "feet", "withdrawn"]

HANOI72 = 4147
FOOT_M = 0.3048
_FALSE_EASTING = 500_000.0
_PREFIX = 1_000_000.0  # the place of the zone number in an easting
_SMALLEST_PREFIX = 3  # 1 and 2 million are northings
_EARTH_M = 6_371_000.0
_SECOND_ECCENTRICITY_2 = 0.00673949674  # of WGS 84; the other ellipsoids differ where it does not matter
# What coordinates in and around Vietnam can be, from far away: (least, most) of easting and northing, of degrees.
_METRES = (-1_500_000.0, 300_000.0), (2_500_000.0, 3_200_000.0)
_DEGREES = (90.0, 0.0), (120.0, 30.0)
_VARIANTS: tuple[Variant, ...] = ("plain", "no_false_easting", "prefix", "feet")
# Gauss-Krüger zones of Hanoi 1972: meridian → the code of EPSG, and the number its false easting begins with.
_GAUSS_KRUEGER: dict[float, tuple[int, int | None]] = {
    105.0: (2044, 18),
    111.0: (2045, 19),
    106.0: (2093, None),
}


# EPSG:2093 was made for the Vũng Tàu area: west, south, east, north of its area of use.
_VUNG_TAU = (2093, (105.49, 9.03, 107.58, 11.04))


@dataclass(frozen=True, slots=True)
class Base:
    """A coordinate system: `epsg`, its family, central meridian and scale there (None for degrees)."""

    epsg: int
    family: Literal["tm3", "utm", "gk", "degrees"]
    lon0: float | None = None
    k: float | None = None

    @property
    def storable(self) -> bool:
        """Whether a part can be declared in it (`epsg = …`)."""
        return self.family in ("tm3", "utm") or self.epsg in (VN2000, WGS84)

    def place(self, coords: Floats) -> Floats:
        """WGS 84 degrees (n, 2) of coordinates in the base, easting or longitude first; inf where there is no place."""
        if self.epsg == HANOI72:
            return hanoi72_to_wgs84(coords)
        if self.family == "gk":
            return hanoi72_to_wgs84(coords, self.lon0)
        return to_wgs84(coords, self.epsg)

    def used_at(self, lon: float, lat: float) -> bool:
        """Whether the system was ever meant for a place. Only EPSG:2093 was for one corner of the country."""
        epsg, (west, south, east, north) = _VUNG_TAU
        return self.epsg != epsg or (west <= lon <= east and south <= lat <= north)

    def area_scale(self, lon: float, lat: float) -> float:
        """Planar area over area on the ellipsoid at a place (Snyder 1987, 8-11, squared); 1 for degrees."""
        if self.lon0 is None or self.k is None:
            return 1.0
        phi = np.radians(lat)
        a2 = (np.radians(lon - self.lon0) * np.cos(phi)) ** 2
        t, c = np.tan(phi) ** 2, _SECOND_ECCENTRICITY_2 * np.cos(phi) ** 2
        fourth = (5 - 4 * t + 42 * c + 13 * c**2 - 28 * _SECOND_ECCENTRICITY_2) * a2**2 / 24
        return float((self.k * (1 + (1 + c) * a2 / 2 + fourth)) ** 2)


@dataclass(frozen=True, slots=True)
class Hypothesis:
    """A base and what was done to its numbers before they were delivered."""

    base: Base
    variant: Variant = "plain"
    swapped: bool = False

    @property
    def name(self) -> str:
        """A short name, such as `EPSG:9209`, `EPSG:9209 swapped`, `EPSG:2044 prefix`."""
        words = [f"EPSG:{self.base.epsg}"]
        words += [self.variant] if self.variant != "plain" else []
        words += ["swapped"] if self.swapped else []
        return " ".join(words)

    @property
    def declarable(self) -> bool:
        """Whether delivery.toml can say it (`epsg`, and `axes` where the order is the other one)."""
        return self.base.storable and self.variant == "plain"

    def undone(self, coords: Floats) -> Floats:
        """Delivered coordinates (n, 2) → coordinates of the base; NaN where they cannot have come about so."""
        xy = coords[:, ::-1] if self.swapped else coords
        if self.variant == "feet":
            return xy * FOOT_M
        if self.variant == "no_false_easting":
            return np.column_stack((xy[:, 0] + _FALSE_EASTING, xy[:, 1]))
        if self.variant == "withdrawn":
            return np.column_stack((xy[:, 0] + _FALSE_EASTING, xy[:, 1] - _FALSE_EASTING))
        if self.variant == "prefix":
            with np.errstate(invalid="ignore"):
                number = np.floor(xy[:, 0] / _PREFIX)
            number = np.where(number >= _SMALLEST_PREFIX, number, np.nan)
            return np.column_stack((xy[:, 0] - number * _PREFIX, xy[:, 1]))
        return xy

    def place(self, coords: Floats) -> Floats:
        """Where delivered coordinates (n, 2) lie if the hypothesis holds: WGS 84 degrees; inf where nowhere."""
        return _placed(self.base.place, self.undone(coords))

    def area_unit(self) -> float:
        """Square metres per squared unit of the coordinates."""
        return FOOT_M**2 if self.variant == "feet" else 1.0


def _placed(place: Callable[[Floats], Floats], coords: Floats) -> Floats:
    known = np.isfinite(coords).all(axis=1)
    found = np.full(coords.shape, np.inf)
    if known.any():
        found[known] = place(coords[known])
    return found


@cache
def bases() -> tuple[Base, ...]:
    """Every coordinate system that data of Vietnam is delivered in."""
    zones = [
        Base(zone.epsg, "utm" if zone.k < 0.9999 else "tm3", zone.lon0, zone.k) for zone in ZONES.values()
    ]
    old = [Base(epsg, "gk", lon0, 1.0) for lon0, (epsg, _) in _GAUSS_KRUEGER.items()]
    return (*zones, *old, *(Base(epsg, "degrees") for epsg in (VN2000, WGS84, HANOI72)))


@cache
def hypotheses() -> tuple[Hypothesis, ...]:
    """Every base with every mistake that its numbers allow, by base."""
    found: list[Hypothesis] = []
    for base in bases():
        variants: tuple[Variant, ...] = ("plain",) if base.family == "degrees" else _VARIANTS
        if base.epsg in DEPRECATED.values():
            variants = (*variants, "withdrawn")  # as EPSG 6956-6959 were defined: the offset on the northing
        found += [Hypothesis(base, variant, swapped) for variant in variants for swapped in (False, True)]
    return tuple(found)


@cache
def declared(epsg: int) -> Hypothesis:
    """The hypothesis that a declaration states. Raises KeyError for a CRS that cannot be declared."""
    by_code = {base.epsg: base for base in bases() if base.storable}
    return Hypothesis(by_code[epsg])


def gauss_krueger_number(base: Base) -> int | None:
    """The zone number in front of the eastings of a Hanoi 1972 zone as EPSG defines it; None for a base without."""
    return next((number for epsg, number in _GAUSS_KRUEGER.values() if epsg == base.epsg), None)


def places(point: Floats, among: Sequence[Hypothesis]) -> Floats:
    """Where one point of the delivered coordinates (2,) lies under each hypothesis: WGS 84 degrees (n, 2).

    inf where the numbers cannot be coordinates in Vietnam under it: most of them cannot, and are not transformed.
    """
    undone: dict[tuple[Variant, bool], Floats] = {}
    wanted: dict[Base, list[int]] = {}
    coords = np.full((len(among), 2), np.inf)
    for k, hypothesis in enumerate(among):
        key = hypothesis.variant, hypothesis.swapped
        if key not in undone:
            undone[key] = hypothesis.undone(point[np.newaxis])[0]
        x, y = coords[k] = undone[key]
        low, high = _DEGREES if hypothesis.base.family == "degrees" else _METRES
        if low[0] <= x <= high[0] and low[1] <= y <= high[1]:
            wanted.setdefault(hypothesis.base, []).append(k)
    found = np.full((len(among), 2), np.inf)
    for base, rows in wanted.items():
        found[rows] = base.place(coords[rows])
    return found


def metres_between(places: Floats, others: Floats) -> Floats:
    """East and north (n, 2) in metres from `others` to `places` (degrees), on the sphere: good over some kilometres."""
    with np.errstate(invalid="ignore"):  # what lies nowhere is infinitely far
        east = np.radians(places[:, 0] - others[:, 0]) * np.cos(np.radians((places[:, 1] + others[:, 1]) / 2))
        north = np.radians(places[:, 1] - others[:, 1])
    return np.column_stack((east, north)) * _EARTH_M
