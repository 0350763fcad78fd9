"""The ground of the maps in a report: where parcels are, as a coarse picture of each commune.

A page that shows every parcel of a province would be too large to open. So parcels are counted into cells, and the cells
that hold one are drawn as one shape per commune: enough to know the place by its form.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import pyarrow as pa
import shapely
from numpy.typing import NDArray

from parcels.bounds import placed
from parcels.crs import is_geographic
from parcels.wkb import read_wkb
from sync.folder.snapshot import part_paths, read_part
from validators.places import moved

Floats = NDArray[np.float64]

_METRES_PER_DEGREE = 111_320.0
_CELLS = 96  # along the longer side of a commune's picture
_ROWS = 200_000  # at a time


@dataclass(frozen=True, slots=True)
class Paper:
    """How places of a CRS are put on paper: degrees get metres of the middle latitude, north stays up."""

    srid: int
    latitude: float

    @property
    def unit(self) -> Floats:
        """(4,) metres of a unit of the CRS: across, up, and both again."""
        if not is_geographic(self.srid):
            return np.ones(4)
        across = _METRES_PER_DEGREE * np.cos(np.radians(self.latitude))
        return np.array([across, _METRES_PER_DEGREE] * 2)

    def flat(self, geometries: NDArray[np.object_]) -> NDArray[np.object_]:
        """Geometries in `srid` on paper, metres."""
        return np.asarray(shapely.transform(geometries, lambda xy: xy * self.unit[:2]))


@dataclass(frozen=True, slots=True)
class DrawnGround:
    """A commune on paper.

    shape   the cells that hold a parcel, as one geometry; None where no parcel has a place
    """

    code: str
    shape: shapely.Geometry | None


def plane_of(judged_dir: Path, srid: int) -> Paper:
    """The plane of a run's report."""
    for boxes in _boxes(judged_dir, srid, limit=1):
        if len(boxes[1]):
            return Paper(srid, float(np.median(boxes[1][:, 1])))
    return Paper(srid, 0.0)


def grounds(judged_dir: Path, plane: Paper) -> dict[str, DrawnGround]:
    """Every dataset of the run on paper, by code."""
    return {
        code: DrawnGround(code, _cells(boxes * plane.unit)) for code, boxes in _boxes(judged_dir, plane.srid)
    }


def _boxes(judged_dir: Path, srid: int, limit: int | None = None) -> Iterator[tuple[str, Floats]]:
    """The bounds of each commune's parcels in `srid`; parcels without a place are left out."""
    for number, (code, path) in enumerate(part_paths(judged_dir).items()):
        if limit is not None and number >= limit:
            return
        table = read_part(path, ["source_wkb", "source_srid"])
        pieces = [
            _bounds(table.slice(start, _ROWS), srid) for start in range(0, max(table.num_rows, 1), _ROWS)
        ]
        yield code, np.concatenate(pieces)


def _bounds(table: pa.Table, srid: int) -> Floats:
    geometries = read_wkb(table["source_wkb"].combine_chunks())
    srids = np.asarray(table["source_srid"], dtype=np.int32)
    bounds = shapely.bounds(geometries)
    there = placed(bounds)
    bounds, srids = bounds[there], srids[there]
    if (srids == srid).all():
        return np.asarray(bounds)
    return np.asarray(shapely.bounds(moved(np.asarray(shapely.box(*bounds.T)), srids, srid)))


def _blocks(cells: NDArray[np.int64]) -> tuple[NDArray[np.int64], NDArray[np.int64]]:
    """The cells (n, 2: across, up) as fewer rectangles, each by its first and its last cell: in rows, then equal rows together."""
    order = np.lexsort((cells[:, 0], cells[:, 1]))
    x, y = cells[order].T
    begins = np.r_[True, (np.diff(y) != 0) | (np.diff(x) != 1)]
    ends = np.r_[begins[1:], True]
    x0, x1, y = x[begins], x[ends], y[begins]
    order = np.lexsort((y, x1, x0))
    x0, x1, y = x0[order], x1[order], y[order]
    begins = np.r_[True, (np.diff(x0) != 0) | (np.diff(x1) != 0) | (np.diff(y) != 1)]
    ends = np.r_[begins[1:], True]
    return np.column_stack((x0[begins], y[begins])), np.column_stack((x1[begins], y[ends]))


def _cells(boxes: Floats) -> shapely.Geometry | None:
    """The cells that a parcel's middle lies in, a cell further around, as one shape."""
    if not len(boxes):
        return None
    middle = (boxes[:, :2] + boxes[:, 2:]) / 2
    west, south = np.quantile(middle, 0.001, axis=0)
    east, north = np.quantile(middle, 0.999, axis=0)
    side = float(np.median(boxes[:, 2:] - boxes[:, :2]))
    size = max((east - west) / _CELLS, (north - south) / _CELLS, side, 1e-9)
    inside = (middle >= (west, south)).all(axis=1) & (middle <= (east, north)).all(axis=1)
    cells = np.unique(np.floor((middle[inside] - (west, south)) / size).astype(np.int64), axis=0)
    if not len(cells):
        return None
    first, last = _blocks(cells)
    low, high = (first - 0.02) * size + (west, south), (last + 1.02) * size + (west, south)
    closed = shapely.buffer(shapely.union_all(shapely.box(*low.T, *high.T)), 0.75 * size, quad_segs=2)
    shrunk = shapely.buffer(closed, -0.6 * size, quad_segs=2)
    return shapely.simplify(shrunk if not shapely.is_empty(shrunk) else closed, 0.3 * size)
