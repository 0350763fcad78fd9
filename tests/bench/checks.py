"""How many parcels all checks judge in a second of one core: `python tests/bench/checks.py [parcels]`.

Processor time of all threads, so that what else the machine does hardly matters. Parcels of 5 to 18 vertices and ids that decode into them; one in twenty has a fault.
"""

import sys
import time
from datetime import date
from pathlib import Path

import numpy as np
import pyarrow as pa
import shapely

ROOT = Path(__file__).resolve().parents[2]
sys.path[:0] = [str(ROOT), str(ROOT / "tests" / "unit" / "validators")]

from validator_datasets import AS_OF, EPSG, ORIGIN, PROVINCE, dataset  # noqa: E402

from parcels import crs, identifiers  # noqa: E402
from validators.delivery import Delivered, context_of  # noqa: E402
from validators.judge import judge  # noqa: E402
from validators.policy import policy_at  # noqa: E402


def parcels(n: int) -> np.ndarray:
    """Star-shaped parcels on a grid of 40 m, on the millimetre grid."""
    random = np.random.default_rng(1)
    corners = random.integers(5, 19, n)
    owner = np.repeat(np.arange(n), corners)
    place = np.arange(len(owner)) - np.repeat(np.cumsum(corners) - corners, corners)
    angle = (place + 0.8 * random.random(len(owner))) / corners[owner] * 2 * np.pi
    radius = 8 + 10 * random.random(len(owner))
    x = ORIGIN[0] + 40 * (owner % 300) + radius * np.cos(angle)
    y = ORIGIN[1] + 40 * (owner // 300) + radius * np.sin(angle)
    return shapely.polygons(shapely.linearrings(np.round(np.column_stack((x, y)), 3), indices=owner))


def main(n: int, as_of: date = AS_OF) -> None:
    """Print the speed of a context and of three judgements."""
    shapes = parcels(n)
    lon, lat = crs.to_wgs84(shapely.get_coordinates(shapely.point_on_surface(shapes)), EPSG).T
    random = np.random.default_rng(2)
    uses = pa.array(["LUC", "ONT+CLN", "CLN", "BHK", "XX"]).take(
        pa.array(random.choice(5, n, p=[0.3, 0.3, 0.35, 0.02, 0.03]))
    )
    data = dataset(shapes, national_id=identifiers.encode(lon, lat), land_use=uses)
    started = time.process_time()
    context = context_of(
        Delivered({data.commune_code: data.table}, as_of), province_code=PROVINCE, policy=policy_at(as_of)
    )
    print(f"context  {n / (time.process_time() - started):12,.0f} parcels/s")
    for _ in range(3):
        started = time.process_time()
        verdict = judge(data, context)
        seconds = time.process_time() - started
        print(
            f"judge    {n / seconds:12,.0f} parcels/s, {verdict.findings.num_rows:,} findings, {verdict.counts}"
        )


if __name__ == "__main__":
    main(int(sys.argv[1]) if len(sys.argv) > 1 else 100_000)
