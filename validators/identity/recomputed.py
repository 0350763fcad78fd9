"""IDN-RECOMPUTED: the national id of a new or moved parcel against the point that the circular computes for it.

The circular leaves the tolerance of the point open, and a long parcel has many points that are as deep as the deepest.
So an id differs only if its cell lies apart from the recomputed point and less deep in the parcel; and it is told, not
held against anybody. The point costs 0.3 ms a parcel: it is computed only for parcels that are new or moved in a commune
that has live ones. A first delivery of a commune is not looked at: its ids came with it (docs/adr/0124).
"""

import numpy as np
import pyarrow as pa
import shapely

from parcels import crs, identifiers
from parcels.bilingual import Bilingual
from validators.base import Check, Faults, Rows, Subject, where
from validators.identity.matching import has_land, has_previous, land_change, live_parcels_of, matches_of
from validators.identity.national_id import candidates
from validators.shape import source_srid

# How much less deep than the deepest point still is as deep: the point is found to a tenth of a metre on either side.
_AS_DEEP_M = 2 * identifiers.POINT_TOLERANCE_M


def differs(subject: Subject) -> Faults:
    """New or moved parcels whose id is not of the recomputed point: metres between, the recomputed id, its place."""
    rows = _new_or_moved(subject)
    srid = subject.fact(source_srid)
    found = [_in_zone(subject, rows[srid[rows] == epsg], int(epsg)) for epsg in np.unique(srid[rows])]
    if not found:
        return Faults(np.empty(0, np.int64))
    return Faults(
        np.concatenate([each.rows for each in found]),
        measure=np.concatenate([np.asarray(each.measure) for each in found]),
        detail=pa.concat_arrays([each.detail for each in found]),
        place=np.concatenate([np.asarray(each.place) for each in found]),
        place_srid=np.concatenate([np.asarray(each.place_srid) for each in found]),
    )


def _new_or_moved(subject: Subject) -> Rows:
    """Rows with an id to compare that are no live parcel, or cover other land than theirs does."""
    none = np.empty(0, np.int64)
    if not live_parcels_of(subject).num_rows:
        return none
    matches, land = subject.fact(matches_of), subject.fact(land_change)
    chosen = (matches.live < 0) & ~matches.nameless
    chosen[land.rows[~land.same(subject.context.policy)]] = True
    return where(chosen & subject.fact(candidates) & subject.fact(has_land))


def _in_zone(subject: Subject, rows: Rows, epsg: int) -> Faults:
    """Of rows delivered in one CRS; degrees are measured in none and left out."""
    if crs.is_geographic(epsg) or not crs.is_storable(epsg):
        rows = rows[:0]
    shapes = subject.dataset.rounded[rows]
    deepest = identifiers.feature_points(shapes)
    cells = identifiers.decode(subject.text("national_id").take(pa.array(rows)))
    middle = np.column_stack(((cells.lon_min + cells.lon_max) / 2, (cells.lat_min + cells.lat_max) / 2))
    given = crs.from_wgs84(middle, epsg) if len(rows) else middle
    apart = np.hypot(*(given - deepest).T)
    boundary = shapely.boundary(shapes)
    inside = shapely.intersects(shapes, shapely.points(given))
    depth = np.where(inside, shapely.distance(boundary, shapely.points(given)), 0.0)
    radius = shapely.distance(boundary, shapely.points(deepest))
    tolerance = float(subject.context.policy.tolerances.id_distance_m)
    kept = where((apart > tolerance) & (depth < radius - _AS_DEEP_M))
    points = crs.to_wgs84(deepest[kept], epsg) if len(kept) else np.empty((0, 2))
    return Faults(
        rows[kept],
        measure=apart[kept],
        detail=identifiers.encode(points[:, 0], points[:, 1]),
        place=np.asarray(shapely.points(deepest[kept]), dtype=object),
        place_srid=np.full(len(kept), epsg, np.int32),
    )


CHECKS: tuple[Check, ...] = (
    Check(
        "IDN-RECOMPUTED",
        "info",
        quarantines=False,
        title=Bilingual("Mã định danh khác với mã tính lại", "National id differs from a recomputation"),
        message=Bilingual(
            "Mã định danh chỉ ra một điểm cách điểm đặc trưng tính lại {measure} m; mã tính lại là {detail}.",
            "The id names a point {measure} m from the recomputed characteristic point; recomputed, it is {detail}.",
        ),
        advice=Bilingual(
            "Chỉ để tham khảo: Thông tư 19/2026/TT-BNNMT không quy định dung sai của điểm đặc trưng. Không cần sửa nếu mã "
            "đã được cấp chính thức.",
            "For information: circular 19/2026/TT-BNNMT states no tolerance of the characteristic point. An id that was "
            "given officially stays.",
        ),
        find=differs,
        unit="m",
        scope="contextual",
        can_run=has_previous,
    ),
)
