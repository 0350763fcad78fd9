"""How far from their commune's point its parcels may lie: the coarse half of telling in which CRS they are.

Per commune a point and an area are known, not the boundary. A wrong zone moves a whole file by 25 km and
more; how far a commune's land may lie from its point follows from its area, or, for the communes that are
scattered over the sea, from the policy.
"""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from parcels.admin_units import Commune
from validators.policy import CrsRules

Floats = NDArray[np.float64]

_EARTH_KM = 6371.0


@dataclass(frozen=True, slots=True)
class Reach:
    """Of one commune: its point (WGS 84 degrees), and distances from it in km.

    allowed  the median of its parcels lies no further away
    home     where the median lies in most communes; None where the land is scattered over the sea
    far      too far when another CRS brings the parcels home
    """

    lon: float
    lat: float
    allowed: float
    home: float | None
    far: float


def reach_of(commune: Commune, rules: CrsRules) -> Reach | None:
    """None for a commune whose place or area is not known."""
    if commune.lon is None or commune.lat is None or commune.area_km2 is None:
        return None
    radius, margin = float(np.sqrt(commune.area_km2 / np.pi)), float(rules.margin_km)
    allowed = float(rules.radii) * radius + margin
    scattered = rules.reach_km.get(commune.code)
    if scattered is not None:
        allowed = max(allowed, float(scattered))
        return Reach(commune.lon, commune.lat, allowed, None, allowed)
    return Reach(
        commune.lon,
        commune.lat,
        allowed,
        float(rules.home_radii) * radius + margin / 2,
        float(rules.far_radii) * radius + margin,
    )


def distance_km(lon: float, lat: float, other_lon: float, other_lat: float) -> float:
    """Distance on the sphere, good enough to tell one commune from the next; inf for what is no place."""
    return float(distances_km(np.array([[lon, lat]]), other_lon, other_lat)[0])


def distances_km(places: Floats, lon: float, lat: float) -> Floats:
    """The same for places (n, 2), longitude and latitude: (n,)."""
    on_earth = (np.abs(places[:, 0]) <= 360) & (np.abs(places[:, 1]) <= 90)
    known = np.where(on_earth[:, np.newaxis], places, 0.0)
    east = np.radians(known[:, 0] - lon) * np.cos(np.radians((known[:, 1] + lat) / 2))
    return np.where(on_earth, _EARTH_KM * np.hypot(east, np.radians(known[:, 1] - lat)), np.inf)
