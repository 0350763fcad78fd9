"""Rows and shapes as layers of a GeoPackage that QGIS draws: each of one concrete kind of geometry, none without a place.

A shape of several kinds has a row in the layer of each; rows without a place are in a table beside the layers.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Literal

import numpy as np
import pyarrow as pa
import pyogrio
import shapely
from numpy.typing import NDArray

from parcels.bounds import placed
from parcels.geometry import to_wkb

Geometries = NDArray[np.object_]
Kind = Literal["point", "line", "area", "none"]

# Dimension of a shape → its kind, the type in GDAL's words, how shapely makes one of parts.
_KINDS: tuple[tuple[Kind, str, Any], ...] = (
    ("point", "MultiPoint", shapely.multipoints),
    ("line", "MultiLineString", shapely.multilinestrings),
    ("area", "MultiPolygon", shapely.multipolygons),
)
_COLLECTIONS = 4  # shapely's type ids from here on are of shapes made of others
NO_PLACE = "_no_place"
# GeoPackage 1.2: newer ones make the QGIS of a machine that is not new warn of a file it does not know.
_OPTIONS = {"VERSION": "1.2"}


@dataclass(frozen=True, slots=True)
class DrawnLayer:
    """A layer as it is written: its rows, and their shapes of one type (None for a table without geometry)."""

    name: str
    kind: Kind
    table: pa.Table
    geometry_type: str | None = None
    shapes: Geometries | None = None


def layers_of(name: str, main: Kind, table: pa.Table, geometries: Geometries) -> Iterator[DrawnLayer]:
    """The layers that some rows need, none of them empty. The one of kind `main` has no suffix to its name."""
    parts, row = _pieces(geometries)
    dimensions = shapely.get_dimensions(parts)
    for dimension, (kind, geometry_type, joined) in enumerate(_KINDS):
        chosen = dimensions == dimension
        if chosen.any():
            rows, index = np.unique(row[chosen], return_inverse=True)
            shapes = np.asarray(joined(parts[chosen], indices=index), dtype=object)
            called = name if kind == main else f"{name}_{kind}"
            yield DrawnLayer(called, kind, table.take(pa.array(rows)), geometry_type, shapes)
    nowhere = np.setdiff1d(np.arange(len(geometries)), row)
    if len(nowhere):
        yield DrawnLayer(name + NO_PLACE, "none", table.take(pa.array(nowhere)))


def _pieces(geometries: Geometries) -> tuple[Geometries, NDArray[np.int64]]:
    """Points, lines and polygons that cover something, and the row of each; None and empty shapes have none."""
    parts, row = shapely.get_parts(geometries, return_index=True)
    while (made := shapely.get_type_id(parts) >= _COLLECTIONS).any():
        inside, of = shapely.get_parts(parts[made], return_index=True)
        parts = np.concatenate((parts[~made], inside))
        row = np.concatenate((row[~made], row[made][of]))
    there = ~shapely.is_empty(parts)
    order = np.argsort(row[there], kind="stable")
    return parts[there][order], row[there][order]


def drawable(geometries: Geometries) -> Geometries:
    """In two dimensions; of a shape with a coordinate that is no place its first vertex that is one, or nothing."""
    result = np.asarray(shapely.force_2d(geometries), dtype=object)
    coords, owner = shapely.get_coordinates(result, return_index=True)
    there = placed(coords)
    odd = np.unique(owner[~there])
    result[odd] = None
    some, first = np.unique(owner[there], return_index=True)
    left = np.isin(some, odd)
    result[some[left]] = shapely.points(coords[there][first[left]])
    return result


def write_layer(path: Path, layer: DrawnLayer, fields: pa.Schema, srid: int) -> None:
    """Add a layer to a GeoPackage, which is made where there is none. Only `fields` are written, in their order."""
    table = layer.table.select(fields.names).cast(fields)
    place: dict[str, Any] = {}
    if layer.shapes is not None:
        table = table.append_column("geom", pa.array(to_wkb(layer.shapes), pa.binary()))
        place = {"geometry_name": "geom", "geometry_type": layer.geometry_type, "crs": f"EPSG:{srid}"}
    new = {} if path.exists() else {"dataset_options": _OPTIONS}
    pyogrio.write_arrow(table, path, layer=layer.name, driver="GPKG", **place, **new)
