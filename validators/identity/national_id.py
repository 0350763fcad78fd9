"""Where the national id of a parcel points: the cell it names against the parcel it is given to.

The rule leaves the exact point and the vendors' sign of rotation open, so an id is never compared with one
computed here; it is decoded, and its cell must lie in the parcel or near it. Near is measured in metres in
the dataset's plane, through the pinned pipeline.
"""

import numpy as np
import pyarrow.compute as pc
import shapely
from numpy.typing import NDArray

from parcels import crs, identifiers
from parcels.identifiers import Cells
from validators.base import Mask, Rows, Subject, where
from validators.identity.handles import own_handles
from validators.plane import can_measure, plane_of
from validators.shape import Geometries, shape_of, source_srid, storable_rows

Floats = NDArray[np.float64]


def well_formed(subject: Subject) -> Mask:
    """(n,) whether the row has a national id of the right length and alphabet."""
    return np.asarray(pc.is_valid(subject.fact(own_handles).national_id))


def candidates(subject: Subject) -> Mask:
    """(n,) whether the row has a well-formed id and a valid polygon to compare it with. Use as a fact."""
    return subject.fact(well_formed) & subject.fact(shape_of).usable


def can_locate(subject: Subject) -> bool:
    """Whether every id can be compared: from WGS 84 to a foreign CRS there is no pinned way."""
    storable = bool(np.all(subject.fact(storable_rows)[subject.fact(candidates)]))
    return storable and can_measure(subject)


def far_from_parcel(subject: Subject, rows: Rows, tolerance_m: float) -> tuple[Rows, Floats, Geometries]:
    """Of these rows, those whose id's cell lies further than `tolerance_m` from the parcel.

    Returns rows, distance in metres (NaN for an id on the far side of the Earth) and the shortest line from
    parcel to cell, in the dataset's plane.
    """
    plane = subject.fact(plane_of)
    if plane is None or not len(rows):
        return rows[:0], np.empty(0), np.empty(0, dtype=object)
    cells = identifiers.decode(subject.text("national_id").take(rows))
    srid = subject.fact(source_srid)[rows]
    inside = np.zeros(len(rows), dtype=bool)
    for epsg in np.unique(srid):
        part = where(srid == epsg)
        inside[part] = _holds_centre(subject, rows[part], _take(cells, part), int(epsg))
    outer = where(~inside)
    parcels, boxes = plane.shapes[rows[outer]], _boxes(_take(cells, outer), plane.srid)
    distance = shapely.distance(parcels, boxes)  # NaN for a missing box
    far = ~(distance <= tolerance_m)
    return rows[outer[far]], distance[far], shapely.shortest_line(parcels[far], boxes[far])


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
