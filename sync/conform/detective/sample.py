"""What is kept of a dataset to tell its CRS: some parcels' coordinates and ids, and sums over all stated areas.

Bounded however large the delivery is: of the parcels those with the smallest pseudo-random numbers, which
depend on nothing but their position, so that the same delivery is judged by the same parcels.
"""

import numpy as np
import pyarrow as pa
from numpy.typing import NDArray

from parcels.identifiers import decode
from parcels.mixing import GOLDEN, mixed

Floats = NDArray[np.float64]
_SMALLEST_M2 = 20.0  # below, the rounding of a stated area to 0.1 m² is more than its noise


class CrsSample:
    """One dataset (commune and part): at most `size` parcels, and the sums of log(stated area / planar area).

    rows    parcels that have coordinates, of which the sample was drawn
    areas   how many stated areas the sums are over
    """

    def __init__(self, size: int, area_window: float) -> None:
        self._size = size
        self._window = float(np.log1p(area_window))
        self._kept = np.empty((0, 7))
        self.rows = 0
        self.areas = 0
        self._sum = 0.0
        self._squares = 0.0

    def add(self, bounds: Floats, planar: Floats, ids: pa.Array, stated: Floats) -> None:
        """More parcels, in the order of the delivery.

        bounds  (n, 4) of the delivered coordinates, easting (or longitude) first as declared; NaN without
        planar  (n,) area in squared units of those coordinates
        ids     (n,) national ids, text
        stated  (n,) registered area in m²; NaN without
        """
        cells = decode(ids)
        usable = np.isfinite(bounds).all(axis=1)
        rows = np.column_stack(
            (
                bounds[usable],
                ((cells.lon_min + cells.lon_max) / 2)[usable],
                ((cells.lat_min + cells.lat_max) / 2)[usable],
                _draw(self.rows, int(usable.sum())),
            )
        )
        self.rows += len(rows)
        self._kept = np.concatenate((self._kept, rows))
        if len(self._kept) > 2 * self._size:
            self._cut()
        self._add_areas(planar, stated)

    def _add_areas(self, planar: Floats, stated: Floats) -> None:
        with np.errstate(invalid="ignore", divide="ignore"):
            ratio = np.log(stated / planar)
            chosen = ratio[(np.abs(ratio) < self._window) & (stated >= _SMALLEST_M2)]
        self.areas += len(chosen)
        self._sum += float(chosen.sum())
        self._squares += float((chosen**2).sum())

    def _cut(self) -> None:
        if len(self._kept) > self._size:
            self._kept = self._kept[np.argpartition(self._kept[:, 6], self._size)[: self._size]]

    @property
    def middles(self) -> Floats:
        """Middle (n, 2) of each sampled parcel, delivered coordinates."""
        self._cut()
        return np.asarray((self._kept[:, :2] + self._kept[:, 2:4]) / 2)

    @property
    def ids(self) -> Floats:
        """Where the id of each sampled parcel points (n, 2): WGS 84 degrees; NaN without a well-formed one."""
        self._cut()
        return self._kept[:, 4:6]

    def area_ratio(self) -> tuple[float, float]:
        """Mean of log(stated / planar), and its standard error."""
        mean = self._sum / self.areas
        variance = max(self._squares / self.areas - mean**2, 0.0)
        return mean, float(np.sqrt(variance / self.areas))


def _draw(first: int, n: int) -> Floats:
    """Numbers in [0, 1) of positions first … first + n - 1: a good shuffle without a state."""
    place = np.arange(first, first + n, dtype=np.uint64) + np.uint64(1)
    return np.asarray(mixed(place * GOLDEN) >> np.uint64(11)) / float(2**53)
