"""Whether polygons are valid, and making them so, within bounds: the copies are looked at and never stored."""

from functools import partial
from typing import Literal

import numpy as np
import shapely
from numpy.typing import NDArray

from parcels.bounds import can_be_noded, placed
from parcels.fence import each_row

Geometries = NDArray[np.object_]


def is_valid(geometries: Geometries) -> NDArray[np.bool_]:
    """(n,) whether each geometry is valid as OGC Simple Features says, in GEOS' reading of it.

    A missing one is not, nor is one at which GEOS raises: it does at some vertices that nearly lie on an edge.
    """
    return np.asarray(each_row(shapely.is_valid, geometries, refused=False), dtype=bool)


def made_valid(geometries: Geometries, method: Literal["linework", "structure"] = "linework") -> Geometries:
    """Valid copies (n,) of whatever type GEOS makes.

    None where a geometry is missing, has a coordinate that is no place, meets itself too often to be worth it
    (`parcels.bounds`), or is refused by GEOS.
    """
    coords, owner = shapely.get_coordinates(geometries, return_index=True)
    fit = ~shapely.is_missing(geometries)
    fit[owner[~placed(coords)]] = False
    fit[fit] = can_be_noded(geometries[fit])
    result = np.full(len(geometries), None, dtype=object)
    collapsed = method == "linework"  # what is left as lines and points; of the other way it is not asked for
    call = partial(shapely.make_valid, method=method, keep_collapsed=collapsed)
    result[fit] = each_row(call, geometries[fit])
    return result
