"""Open country: where a parcel of five thousand hectares can be drawn without lying on anybody's land."""

import numpy as np

from parcels.identifiers import encode, in_vietnam
from sync.lab.generate.nation import PlannedDelivery
from sync.lab.generate.sites import KM_PER_DEGREE_EAST, KM_PER_DEGREE_NORTH

SIDE_M = 7200.0  # squared more than 5,000 hectares
SHARE = 0.05  # of the communes
_FROM_KM = (14.0, 20.0, 28.0, 40.0)
_FREE_KM = 1.0
_BEARINGS = 24


def open_country(
    rng: np.random.Generator, deliveries: list[PlannedDelivery]
) -> dict[str, tuple[float, float]]:
    """Commune code → the middle of a free square (WGS 84 degrees), for some of the communes with their own fabric."""
    territories = [t for delivery in deliveries for t in delivery.territories]
    spots = [t.site.spot for t in territories]
    scale = np.array([KM_PER_DEGREE_EAST, KM_PER_DEGREE_NORTH])
    taken = np.array([(s.lon, s.lat) for s in spots]) * scale
    reach = np.array([s.radius_m / 1000 for s in spots])
    found: dict[str, tuple[float, float]] = {}
    for k in rng.permutation(len(territories)):
        if len(found) >= max(1, round(SHARE * len(territories))):
            break
        if len(territories[k].site.communes) > 1:
            continue
        bearing = rng.uniform(0, 2 * np.pi) + np.arange(_BEARINGS) * 2 * np.pi / _BEARINGS
        ring = np.stack([np.cos(bearing), np.sin(bearing)], axis=1)
        places = np.concatenate([taken[k] + km * ring for km in _FROM_KM])
        # Degrees are longer than said here, in the south by a tenth: never so near as it seems.
        half = SIDE_M / 1000 * 0.75
        free = np.hypot(*(places[:, None] - taken).transpose(2, 0, 1)) > reach + half + _FREE_KM
        degrees = places / scale
        free[:, 0] &= in_vietnam(encode(degrees[:, 0], degrees[:, 1]))
        good = np.flatnonzero(free.all(axis=1))
        if len(good):
            found[territories[k].commune.code] = (float(degrees[good[0], 0]), float(degrees[good[0], 1]))
            taken, reach = np.vstack([taken, places[good[0]]]), np.append(reach, half)
    return found
