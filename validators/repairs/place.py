"""Shapes put in the place of delivered ones, so that the checks can be asked what they think of them."""

from dataclasses import replace

import numpy as np
import pyarrow as pa
import shapely
from numpy.typing import NDArray

from parcels.crs import grid_size
from parcels.decimals import from_floats
from parcels.fence import each_row
from parcels.geometry import area_m2, canonical_form, normalise, polygons_of, round_to_grid, to_stored
from parcels.model import Dataset
from parcels.validity import is_valid
from validators.base import Rows, Subject, where
from validators.shape import Geometries, source_srid


def put_in_place(subject: Subject, rows: Rows, shapes: Geometries) -> Subject:
    """A dataset of these rows only, with other shapes (in the CRS of each row), in the same context."""
    srid = subject.fact(source_srid)[rows]
    rounded = np.full(len(rows), None, dtype=object)
    stored = np.full(len(rows), None, dtype=object)
    for epsg in np.unique(srid).tolist():
        mine = where(srid == epsg)
        rounded[mine] = canonical_form(shapes[mine], epsg)
        stored[mine] = to_stored(rounded[mine], epsg, canonical=True)
    source = subject.dataset
    table = source.table.take(pa.array(rows))
    table = table.set_column(
        table.schema.get_field_index("area_m2"), "area_m2", from_floats(areas_m2(rounded, srid))
    )
    there = Dataset(source.province_code, source.commune_code, table, shapes, rounded, stored)
    return Subject(there, replace(subject.context, neighbours=None))


def settled(shapes: Geometries, srid: NDArray[np.int32]) -> Geometries:
    """The polygons of these shapes on the grid on which coordinates are kept, valid there; None where none is left."""
    result = np.full(len(shapes), None, dtype=object)
    for epsg in np.unique(srid).tolist():
        mine = where(srid == epsg)
        there = round_to_grid(polygons_of(shapes[mine]), epsg)
        broken = where(~shapely.is_missing(there) & ~is_valid(there))
        size = grid_size(epsg)
        there[broken] = polygons_of(
            each_row(lambda some, size=size: shapely.set_precision(some, size), there[broken])
        )
        result[mine] = normalise(there)
    return result


def areas_m2(shapes: Geometries, srid: NDArray[np.int32]) -> NDArray[np.float64]:
    """(n,) m² of shapes, each in its own CRS; NaN where there is none."""
    areas = np.full(len(shapes), np.nan)
    for epsg in np.unique(srid).tolist():
        areas[srid == epsg] = area_m2(shapes[srid == epsg], epsg)
    return areas
