"""What stated areas alone decide, and how often a right declaration without ids has to wait."""

from collections import Counter

import numpy as np
import pyarrow as pa
import shapely
from numpy.typing import NDArray

from parcels.admin_units import Commune, communes, old_province
from parcels.crs import from_wgs84
from parcels.crs_hypotheses import declared
from sync.conform.detective.decide import decide
from sync.conform.detective.sample import CrsSample
from sync.lab.measure.crs_matrix import MeasuredParcels, parcels_of, truths
from validators.policy import CrsRules

TM3, UTM = 5897, 3405
_SIZES = (500, 2500, 5000, 10_000, 20_000)
_DRAWS = 20
_NOISE = 0.01
_SIDE_M = 20.0


def by_areas(seed: int, rules: CrsRules) -> dict[str, dict[str, int]]:
    """Number of parcels → in how many per cent of draws areas tell TM-3 from UTM of 105°, and how often wrongly.

    tm3    data in TM-3, declared so: UTM is ruled out
    utm    data in UTM, declared TM-3: held with UTM proposed
    wrong  UTM data of which UTM is ruled out, TM-3 data of which TM-3 is: a count
    """
    usual = [c for c in communes() if _zone(c) == TM3 and c.kind == "xã"]
    chosen = sorted(usual, key=lambda c: -float(c.area_km2 or 0))[:: max(len(usual) // 3, 1)][:3]
    found = {}
    for size in _SIZES:
        seen: Counter[str] = Counter()
        for commune in chosen:
            parcels = parcels_of(commune, size, seed)
            by_name = {truth.hypothesis.name: truth for truth in truths(commune, TM3)}
            for epsg, name in ((TM3, "tm3"), (UTM, "utm")):
                truth = by_name[f"EPSG:{epsg}"]
                written = shapely.transform(parcels.polygons, truth.write)
                bounds, planar = shapely.bounds(written), np.asarray(shapely.area(written))
                for stated in _drawn(parcels, seed):
                    sample = CrsSample(rules.sample, float(rules.area_window))
                    sample.add(bounds, planar, pa.nulls(size, pa.string()), stated)
                    verdict = decide(sample, commune, declared(TM3), rules)
                    if verdict is None:
                        continue
                    names = {h.name for h in verdict.candidates}
                    seen[f"{name} right"] += (
                        verdict.proposal == truth.hypothesis if name == "utm" else f"EPSG:{UTM}" not in names
                    )
                    seen["wrong"] += truth.hypothesis.name not in names
        draws = _DRAWS * len(chosen)
        found[str(size)] = {
            "tm3": round(100 * seen["tm3 right"] / draws),
            "utm": round(100 * seen["utm right"] / draws),
            "wrong": seen["wrong"],
        }
    return found


def _drawn(parcels: MeasuredParcels, seed: int) -> list[NDArray[np.float64]]:
    """Stated areas (n,), drawn anew each time."""
    rng = np.random.default_rng([seed, len(parcels)])
    return [np.round(parcels.area * np.exp(rng.normal(0.0, _NOISE, len(parcels))), 1) for _ in range(_DRAWS)]


def right_without_ids(seed: int, rules: CrsRules, turn: int = 0, of: int = 1) -> Counter[str]:
    """What becomes of a right declaration without ids: every commune once (every `of`-th from `turn`).

    Fifty squares of 20 m, set down at random in the circle of the commune's area.
    """
    found: Counter[str] = Counter()
    for commune in communes()[turn::of]:
        zone = _zone(commune)
        if zone is None or commune.lon is None or commune.lat is None or commune.area_km2 is None:
            continue
        rng = np.random.default_rng([seed, int(commune.code)])
        away = np.sqrt(commune.area_km2 / np.pi) * 1000 * np.sqrt(rng.random())
        turned = rng.uniform(0, 2 * np.pi)
        (centre,) = from_wgs84(np.array([[commune.lon, commune.lat]]), zone)
        corner = centre + away * np.array([np.cos(turned), np.sin(turned)]) + rng.uniform(0, 400, (50, 2))
        squares = shapely.box(*corner.T, *(corner + _SIDE_M).T)
        sample = CrsSample(rules.sample, float(rules.area_window))
        stated = np.round(_SIDE_M**2 * np.exp(rng.normal(0.0, _NOISE, 50)), 1)
        sample.add(shapely.bounds(squares), shapely.area(squares), pa.nulls(50, pa.string()), stated)
        verdict = decide(sample, commune, declared(zone), rules)
        if verdict is None or verdict.outcome == "agrees":
            found["pass"] += 1
        elif verdict.outcome == "undecided":
            twins = any(
                h.base.lon0 == declared(zone).base.lon0 and h.base.epsg != zone for h in verdict.candidates
            )
            reason = "another system of the same meridian" if twins else "so large that another zone fits"
            found[f"undecided: {reason}"] += 1
        else:
            found["held by mistake"] += 1
    return found


def _zone(commune: Commune) -> int | None:
    old = old_province(commune.old_province_code)
    return old.epsg if old is not None else None
