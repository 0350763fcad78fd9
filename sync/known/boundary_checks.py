"""What is wrong with a set of commune boundaries: overlaps, gaps, reference points outside, communes without one.

None of it makes a layer unusable: a parcel in an overlap or in a gap is left undecided. A reference point far
from its commune does: then the codes, or the coordinates, are another layer's.
"""

from collections.abc import Sequence
from dataclasses import asdict, dataclass
from typing import Any, Final

import numpy as np
import shapely
from numpy.typing import NDArray

from parcels import admin_units
from parcels.bilingual import Bilingual
from parcels.crs import VN2000, from_wgs84
from parcels.errors import DeliveryRejected
from parcels.geometry import area_m2
from sync.folder.boundaries import Boundaries

TOLERANCE_M2: Final = 1.0
_FAR_DEG: Final = 0.02  # about 2 km: further out, a reference point is another commune's
_LARGEST: Final = 10


@dataclass(frozen=True, slots=True)
class BoundaryFault:
    """One overlap (two communes) or one gap (none): its area in m² and a point in it (VN-2000, degrees)."""

    communes: tuple[str, ...]
    area_m2: float
    lon: float
    lat: float


@dataclass(frozen=True, slots=True)
class Report:
    """What was found; faults above the tolerance only, largest first."""

    communes: int
    missing: tuple[str, ...]
    points_outside: tuple[str, ...]
    overlaps: tuple[BoundaryFault, ...]
    gaps: tuple[BoundaryFault, ...]

    def as_dict(self) -> dict[str, Any]:
        """For `--json`: the counts, the sums, and the largest."""
        return {
            "communes": self.communes,
            "missing": list(self.missing),
            "points_outside": list(self.points_outside),
            "overlaps": _summed(self.overlaps),
            "gaps": _summed(self.gaps),
        }


def check_boundaries(boundaries: Boundaries, tolerance_m2: float = TOLERANCE_M2) -> Report:
    """Judge boundaries; overlaps and gaps up to `tolerance_m2` are left out. Raises DeliveryRejected (BND-PLACE).

    `missing` are the communes without a boundary in the provinces that the layer covers.
    """
    known = {found.code: found for found in admin_units.communes(None, boundaries.valid_from)}
    provinces = {known[code].province_code for code in boundaries.codes}
    wanted = {code for code, found in known.items() if found.province_code in provinces}
    outside, far = _outside(boundaries, known)
    if far:
        listed = ", ".join(far[:10])
        raise DeliveryRejected(
            "BND-PLACE",
            Bilingual(
                f"Ranh giới của {len(far)} xã nằm cách xa vị trí của xã: {listed}.",
                f"The boundaries of {len(far)} communes lie far from the communes: {listed}.",
            ),
            Bilingual(
                "Hãy kiểm tra cột mã xã (--code-column) và hệ tọa độ (--epsg).",
                "Check the column of codes (--code-column) and the CRS (--epsg).",
            ),
            communes=far,
        )
    return Report(
        len(boundaries.codes),
        tuple(sorted(wanted - set(boundaries.codes))),
        tuple(outside),
        _overlaps(boundaries, tolerance_m2),
        _gaps(boundaries, tolerance_m2),
    )


def _outside(boundaries: Boundaries, known: dict[str, admin_units.Commune]) -> tuple[list[str], list[str]]:
    """Communes whose reference point is not in their outline, and those of them where it is far from it."""
    rows = [row for row, code in enumerate(boundaries.codes) if known[code].lon is not None]
    if not rows:
        return [], []
    codes = np.array(boundaries.codes, dtype=object)[rows]
    degrees = np.array([[known[code].lon, known[code].lat] for code in codes], dtype=np.float64)
    distance = shapely.distance(boundaries.polygons[rows], shapely.points(from_wgs84(degrees, VN2000)))
    # An archipelago's point may be on an island that a simplified layer leaves out.
    islands = np.array([known[code].kind == "đặc khu" for code in codes], dtype=bool)
    return codes[distance > 0].tolist(), codes[(distance > _FAR_DEG) & ~islands].tolist()


def _overlaps(boundaries: Boundaries, tolerance_m2: float) -> tuple[BoundaryFault, ...]:
    polygons = boundaries.polygons
    left, right = shapely.STRtree(polygons).query(polygons, predicate="intersects")
    once = left < right
    left, right = left[once], right[once]
    shared = shapely.intersection(polygons[left], polygons[right])
    areas = _area(shared)
    rows = np.flatnonzero(areas > tolerance_m2)
    codes = np.array(boundaries.codes, dtype=object)
    pairs = [(str(codes[left[row]]), str(codes[right[row]])) for row in rows]
    return _faults(pairs, shared[rows], areas[rows])


def _gaps(boundaries: Boundaries, tolerance_m2: float) -> tuple[BoundaryFault, ...]:
    """Holes in the union of all: between communes, or where one of another province is not in the layer."""
    merged = shapely.get_parts(shapely.union_all(boundaries.polygons))
    rings = np.concatenate([shapely.get_rings(part)[1:] for part in merged]) if len(merged) else np.empty(0)
    if not len(rings):
        return ()
    holes = shapely.polygons(rings)
    areas = _area(holes)
    rows = np.flatnonzero(areas > tolerance_m2)
    return _faults([()] * len(rows), holes[rows], areas[rows])


def _area(shapes: NDArray[np.object_]) -> NDArray[np.float64]:
    """Areas (n,) in m² on the ellipsoid; 0 for what is a line or a point."""
    areas = np.zeros(len(shapes))
    flat = shapely.area(shapes) > 0
    if flat.any():
        # Two polygons may share an area and a line besides: buffering by nothing leaves the area.
        areas[flat] = area_m2(shapely.buffer(shapes[flat], 0), VN2000)
    return areas


def _faults(
    communes: Sequence[tuple[str, ...]], shapes: NDArray[np.object_], areas: NDArray[np.float64]
) -> tuple[BoundaryFault, ...]:
    inside = shapely.get_coordinates(shapely.point_on_surface(shapes))
    found = [
        BoundaryFault(codes, round(float(area), 2), round(float(lon), 6), round(float(lat), 6))
        for codes, area, (lon, lat) in zip(communes, areas, inside, strict=True)
    ]
    return tuple(sorted(found, key=lambda fault: -fault.area_m2))


def _summed(faults: tuple[BoundaryFault, ...]) -> dict[str, Any]:
    return {
        "count": len(faults),
        "area_m2": round(sum(fault.area_m2 for fault in faults), 2),
        "largest": [asdict(fault) for fault in faults[:_LARGEST]],
    }
