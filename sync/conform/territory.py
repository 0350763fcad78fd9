"""Which new commune a parcel of a divided old one lies in, by the boundaries of communes.

The boundaries are approximate where they were drawn for another purpose, so a parcel on the line between two
communes is not decided by which side has a little more of it: one of them must hold the policy's share.
"""

from dataclasses import dataclass
from typing import Final

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
import shapely
from numpy.typing import NDArray

from parcels.crs import VN2000, from_wgs84
from parcels.fence import each_row
from parcels.validity import is_valid, made_valid
from sync.folder.boundaries import Boundaries

# Why a parcel is not decided (see validators.identity.communes).
NO_GEOMETRY: Final = "no-geometry"
STRADDLES: Final = "straddles"
OUTSIDE: Final = "outside"

_POINTLIKE_DEG2: Final = 1e-18  # below the grid of stored coordinates: such a shape has no area to share
_SAME: Final = 1e-9


@dataclass(frozen=True, slots=True)
class Located:
    """Per parcel (n,).

    new       the commune that holds it; NULL where none of the candidates does
    because   NO_GEOMETRY, STRADDLES or OUTSIDE where `new` is NULL
    """

    new: pa.Array
    because: NDArray[np.object_]


class Territories:
    """The boundaries of one province, ready to be asked. Made once per run."""

    def __init__(self, boundaries: Boundaries) -> None:
        self.codes = pa.array(boundaries.codes, pa.string())
        self._polygons = boundaries.polygons
        shapely.prepare(self._polygons)
        self._tree = shapely.STRtree(self._polygons)

    def locate(self, parcels: NDArray[np.object_], old: pa.Array, pairs: pa.Table, share: float) -> Located:
        """Which candidate holds each parcel.

        parcels  (n,) stored polygons, EPSG:4756; None where there is none; an invalid one is asked as made valid
        old      (n,) old commune codes
        pairs    (old_code, new_code): the candidates
        share    a commune must hold more than this share of a parcel's area, and no other more than the rest
        """
        n = len(parcels)
        shapes = _areal(parcels)
        placed = np.array(shapely.area(shapes) > _POINTLIKE_DEG2)
        row, place = self._tree.query(shapes, predicate="intersects")
        shares = self._shares(shapes, row, place)
        candidate = shares > 0
        candidate &= _candidates(old.take(pa.array(row)), self.codes.take(pa.array(place)), pairs)
        row, place, shares = row[candidate], place[candidate], shares[candidate]
        order = np.lexsort((place, -shares, row))
        row, place, shares = row[order], place[order], shares[order]
        first = np.ones(len(row), dtype=bool)
        first[1:] = row[1:] != row[:-1]
        best = np.full(n, -1, dtype=np.int64)
        most, second = np.zeros(n), np.zeros(n)
        best[row[first]] = place[first]
        most[row[first]] = shares[first]
        later = ~first
        np.maximum.at(second, row[later], shares[later])
        decided = placed & (most > share) & (second <= 1 - share + _SAME)
        new = self.codes.take(pa.array(best, mask=~decided))
        because = np.select([decided, ~placed, best < 0], ["", NO_GEOMETRY, OUTSIDE], STRADDLES)
        return Located(new, because.astype(object))

    def reaches(self, parcels: NDArray[np.object_], codes: pa.Array) -> NDArray[np.bool_]:
        """Whether each parcel touches the commune of that code at all; True where its boundary is not loaded."""
        place = pc.index_in(codes, value_set=self.codes, skip_nulls=True)
        known = np.asarray(pc.is_valid(place))
        result = np.ones(len(parcels), dtype=bool)
        polygons = self._polygons[np.asarray(place.filter(pa.array(known)), dtype=np.int64)]
        result[known] = shapely.intersects(polygons, _areal(parcels)[known])
        return result

    def communes_at(self, lonlat: NDArray[np.float64]) -> pa.Array:
        """The commune at each place (n, 2), WGS 84 degrees; NULL where there is none, or no place."""
        here = np.full(len(lonlat), -1, dtype=np.int64)
        known = np.isfinite(lonlat).all(axis=1)
        points = shapely.points(from_wgs84(lonlat[known], VN2000))
        at, place = self._tree.query(points, predicate="intersects")
        here[np.flatnonzero(known)[at]] = place
        return self.codes.take(pa.array(here, mask=here < 0))

    def _shares(
        self, shapes: NDArray[np.object_], row: NDArray[np.int64], place: NDArray[np.int64]
    ) -> NDArray[np.float64]:
        """The share of a parcel's area in each commune it touches; only those on a line are cut."""
        shares = np.ones(len(row))
        whole = shapely.covers(self._polygons[place], shapes[row])
        cut = np.flatnonzero(~whole)
        inside = shapely.intersection(self._polygons[place[cut]], shapes[row[cut]])
        total = shapely.area(shapes[row[cut]])
        with np.errstate(invalid="ignore", divide="ignore"):
            shares[cut] = np.where(total > _POINTLIKE_DEG2, shapely.area(inside) / total, 0.0)
        return shares


def _areal(parcels: NDArray[np.object_]) -> NDArray[np.object_]:
    """Copies to measure with: what is invalid is made valid, never what is stored."""
    shapes = parcels.copy()
    broken = ~shapely.is_missing(shapes) & ~is_valid(shapes)
    if broken.any():
        shapes[broken] = each_row(lambda some: shapely.buffer(some, 0), made_valid(shapes[broken]))
    return shapes


def _candidates(old: pa.Array, new: pa.Array, pairs: pa.Table) -> NDArray[np.bool_]:
    allowed = pc.binary_join_element_wise(pairs["old_code"], pairs["new_code"], ">").combine_chunks()
    asked = pc.binary_join_element_wise(old, new, ">")
    return np.asarray(pc.is_in(asked, value_set=allowed, skip_nulls=True))
