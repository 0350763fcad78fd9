"""The parcels along other provinces, which the neighbour's check sees as they are live."""

import numpy as np
import shapely
from numpy.typing import NDArray

from sync.lab.generate.edges import ALONE
from sync.lab.generate.province import ProvinceBatch

_NEAR_M = (
    30.0  # live parcels of another province this near to a parcel at the border are known to its neighbour
)


def along_other_provinces(batch: ProvinceBatch) -> NDArray[np.bool_]:
    """(n,) the rows that lie near a parcel which has an edge with one of another province."""
    near = np.zeros(len(batch), dtype=bool)
    for k, territory in enumerate(batch.delivery.territories):
        ground = batch.grounds[territory.site.code]
        away = np.array([c.province_code != batch.delivery.province for c in territory.site.communes])
        if not away.any() or ground.edges is None:
            continue
        edges = ground.edges.take(ground.edges.other != ALONE)
        mine = ground.commune[edges.parcel] == territory.member
        border = np.unique(edges.parcel[mine & away[ground.commune[edges.other]]])
        if not len(border):
            continue
        first, size = ground.first(territory.member), territory.parcels
        tree = shapely.STRtree(ground.geometry[border])
        hit, _ = tree.query(ground.geometry[first : first + size], predicate="dwithin", distance=_NEAR_M)
        near[np.searchsorted(batch.commune, k) + np.unique(hit)] = True
    return near
