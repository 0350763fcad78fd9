"""Where the national id of a parcel points: the cell it names against the parcel it is given to.

The rule leaves the exact point and the vendors' sign of rotation open, so an id is never compared with one
computed here; it is decoded, and its cell must lie in the parcel or near it. Near is measured in metres in
the delivery's own zone, through the pinned pipeline.
"""

import numpy as np
import shapely
from numpy.typing import NDArray

from parcels import crs, identifiers
from parcels.identifiers import Cells
from validators.base import Mask, Rows, Subject, where
from validators.shape import Geometries, shape_of, source_srid, storable_rows

_METRIC = 5897  # a zone to measure in where delivered coordinates are degrees: at most 0.3 % off in Vietnam

Floats = NDArray[np.float64]


def well_formed(subject: Subject) -> Mask:
    """(n,) whether the row has a national id of the right length and alphabet."""
    return identifiers.is_well_formed(subject.text("national_id"))


def candidates(subject: Subject) -> Mask:
    """(n,) whether the row has a well-formed id and a valid polygon to compare it with. Use as a fact."""
    return subject.fact(well_formed) & subject.fact(shape_of).usable


def can_locate(subject: Subject) -> bool:
    """Whether every id can be compared: from WGS 84 to a foreign CRS there is no pinned way."""
    return bool(np.all(subject.fact(storable_rows)[subject.fact(candidates)]))


def far_from_parcel(subject: Subject, rows: Rows, tolerance_m: float) -> tuple[Rows, Floats, Geometries]:
    """Of these rows, those whose id's cell lies further than `tolerance_m` from the parcel.

    Returns rows, distance in metres (NaN for an id on the far side of the Earth) and the shortest line from
    parcel to cell, in the CRS of the delivery where that is metric, else in `_METRIC`.
    """
    cells = identifiers.decode(subject.text("national_id").take(rows))
    srid = subject.fact(source_srid)[rows]
    found: list[tuple[Rows, Floats, Geometries]] = []
    for epsg in np.unique(srid):
        part = where(srid == epsg)
        inside = _holds_centre(subject, rows[part], _take(cells, part), int(epsg))
        outer = part[~inside]
        metric, parcels = _in_metres(subject, rows[outer], int(epsg))
        boxes = _boxes(_take(cells, outer), metric)
        distance = shapely.distance(parcels, boxes)  # NaN for a missing box
        far = ~(distance <= tolerance_m)
        found.append((rows[outer[far]], distance[far], shapely.shortest_line(parcels[far], boxes[far])))
    if not found:
        return rows, np.empty(0), np.empty(0, dtype=object)
    columns = (np.concatenate(column) for column in zip(*found, strict=True))
    far_rows, distances, lines = columns
    order = np.argsort(far_rows, kind="stable")
    return far_rows[order], distances[order], lines[order]


def measured_in(epsg: int) -> int:
    """The CRS of the lines of `far_from_parcel` for a delivery in `epsg`."""
    return _METRIC if crs.is_geographic(epsg) else epsg


def _take(cells: Cells, rows: Rows) -> Cells:
    return Cells(*(bound[rows] for bound in cells))


def _holds_centre(subject: Subject, rows: Rows, cells: Cells, epsg: int) -> Mask:
    """Whether the middle of the cell lies in the parcel: true of nearly all, and cheap to see."""
    degrees = crs.is_geographic(epsg)
    centres = np.column_stack(((cells.lon_min + cells.lon_max) / 2, (cells.lat_min + cells.lat_max) / 2))
    x, y = crs.from_wgs84(centres, crs.VN2000 if degrees else epsg).T
    dataset = subject.dataset
    parcels = dataset.stored[rows] if degrees else dataset.delivered[rows]
    return np.asarray(shapely.intersects_xy(parcels, x, y), dtype=bool)


def _in_metres(subject: Subject, rows: Rows, epsg: int) -> tuple[int, Geometries]:
    if not crs.is_geographic(epsg):
        return epsg, subject.dataset.delivered[rows]

    def project(degrees: Floats) -> Floats:
        return crs.from_vn2000_geographic(degrees, _METRIC)

    return _METRIC, shapely.transform(subject.dataset.stored[rows], project)


def _boxes(cells: Cells, epsg: int) -> Geometries:
    """The cells as polygons in a metric CRS; None where the projection does not reach."""
    lon = np.stack((cells.lon_min, cells.lon_max, cells.lon_max, cells.lon_min), axis=1)
    lat = np.stack((cells.lat_min, cells.lat_min, cells.lat_max, cells.lat_max), axis=1)
    corners = crs.from_wgs84(np.column_stack((lon.ravel(), lat.ravel())), epsg).reshape(-1, 4, 2)
    reached = np.isfinite(corners).all(axis=(1, 2))
    boxes = np.full(len(corners), None, dtype=object)
    if reached.any():
        boxes[reached] = shapely.polygons(corners[reached])
    return boxes
