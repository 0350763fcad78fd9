"""Faults where two communes meet: an overlap or a gap at an edge that both have, wherever their province is.

They are chosen for a fabric as a whole, before its communes are transformed to their zones, so that both provinces of
a border write the same fault. Sizes are on the far side of the tolerances of borders (an overlap of more than 0.1 m²
that is wider than 2 cm, a gap of more than 0.1 m² that is not wider than 1 m), written down here a second time.
"""

from dataclasses import dataclass

import numpy as np
import shapely
from numpy.typing import NDArray

from sync.lab.generate.edges import ALONE, FabricEdges, Geometries, Integers, bulge

OVERLAP, GAP = "border_overlap", "border_gap"
DEPTH_M = {OVERLAP: 0.8, GAP: -0.5}
EDGE_M = (2.5, 40.0)
SHARE = 0.02  # of the edges of a border
FEWEST = 2


@dataclass(frozen=True, slots=True)
class SeamFaults:
    """Parallel arrays; parcels are counted over all communes of a fabric.

    kind           OVERLAP or GAP
    parcel, other  whose boundary is wrong, and who has the land on the other side
    geometry       what `parcel` becomes, in the plane of the fabric
    """

    kind: NDArray[np.str_]
    parcel: Integers
    other: Integers
    geometry: Geometries

    def __len__(self) -> int:
        return len(self.parcel)


def first_of_each(*columns: Integers) -> NDArray[np.bool_]:
    """(k,) which entries name nobody, in any column, whom an entry before them names."""
    names = np.column_stack(columns).ravel()
    _, at = np.unique(names, return_index=True)
    new = np.zeros(len(names), dtype=bool)
    new[at] = True
    return np.asarray(new.reshape(-1, len(columns)).all(axis=1))


def simple(geometry: Geometries) -> NDArray[np.bool_]:
    """Polygons of one ring."""
    return np.asarray((shapely.get_type_id(geometry) == 3) & (shapely.get_num_interior_rings(geometry) == 0))


def seam_faults(
    rng: np.random.Generator, geometry: Geometries, commune: Integers, edges: FabricEdges
) -> SeamFaults:
    """Choose faults at every border of a fabric. commune: (n,) of each parcel."""
    alone = edges.other == ALONE
    between = ~alone & (commune[edges.parcel] != commune[edges.other])
    long = (edges.length >= EDGE_M[0]) & (edges.length <= EDGE_M[1])
    places = edges.take(between & long & simple(geometry)[edges.parcel])
    places = places.take(rng.permutation(len(places.parcel)))
    kind = np.where(np.arange(len(places.parcel)) % 2 == 0, OVERLAP, GAP)
    spoilt = np.empty(len(kind), dtype=object)
    fits = np.zeros(len(kind), dtype=bool)
    for name, depth in DEPTH_M.items():
        at = np.flatnonzero(kind == name)
        polygons, vertex = geometry[places.parcel[at]], places.vertex[at]
        # Away from the corners, where parcels beside these two would have a part in it.
        spoilt[at], won = bulge(polygons, vertex, np.full(len(at), depth), from_ends=False)
        into = geometry[places.other[at] if depth > 0 else places.parcel[at]]
        fits[at] = shapely.covers(shapely.buffer(into, 0.002), won)
    fits &= shapely.is_valid(spoilt)
    fits[fits] = first_of_each(places.parcel[fits], places.other[fits])
    low, high = np.sort(np.stack([commune[places.parcel], commune[places.other]]), axis=0)
    border = low * (int(commune.max()) + 1) + high
    chosen = [
        np.flatnonzero(fits & (border == b))[: max(FEWEST, round(SHARE * int((border == b).sum())))]
        for b in np.unique(border)
    ]
    kept = np.concatenate([*chosen, np.empty(0, np.int64)]).astype(np.int64)
    return SeamFaults(kind[kept], places.parcel[kept], places.other[kept], spoilt[kept])
