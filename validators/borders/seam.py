"""The parcels along a commune's seams, ours and others', in an order that both sides of a seam agree on.

What is found at a seam must be the same whichever side is judged, to the last digit. So nothing here depends on which
side that is: parcels are ordered by what they are, and each place is worked out from all parcels that reach it, which
either side has.
"""

from dataclasses import dataclass

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
import shapely
from numpy.typing import NDArray

from parcels.validity import is_valid
from validators.base import WHOLE, Rows, Subject
from validators.borders.land import degrees, placed
from validators.identity.handles import handles_of, names_of, told_as
from validators.identity.naming import former_names, geometry_text, hash_of, lone_names, shape_names
from validators.plane import enclosed
from validators.policy import Policy
from validators.shape import Geometries

# How far from a parcel the others matter, in widths of a gap: a gap is within one width of both its sides, and what
# covers it or closes it within one more.
_REACH = 3

Pairs = NDArray[np.int64]


@dataclass(frozen=True, slots=True)
class Seam:
    """Parcels of the dataset and of other communes that come near each other (n), in the order of what they are.

    communes  codes; the first is the dataset's own
    shapes    (n,) valid polygons, EPSG:4756; shells counter-clockwise, holes clockwise
    commune   (n,) index into `communes`
    row       (n,) position in the dataset; WHOLE for those of other communes
    other     (n,) position in `Context.neighbours`; WHOLE for those of the dataset
    """

    communes: tuple[str, ...]
    shapes: Geometries
    commune: NDArray[np.int64]
    row: Rows
    other: Rows

    def __len__(self) -> int:
        return len(self.shapes)


def reach_m(policy: Policy) -> float:
    """How far from each other parcels may be and still matter to a seam."""
    return _REACH * float(policy.borders.gap_width_m)


def seam_of(subject: Subject) -> Seam:
    """The dataset's parcels near others and those others; use as `subject.fact(seam_of)`."""
    dataset, others = subject.dataset, subject.context.neighbours
    if others is None or not others.num_rows or not len(dataset):
        none = np.empty(0, np.int64)
        return Seam((dataset.commune_code,), np.empty(0, dtype=object), none, none, none)
    theirs = shapely.from_wkb(np.asarray(others["geom"].to_numpy(), dtype=object))
    usable = np.flatnonzero(placed(theirs))
    near = degrees(reach_m(subject.context.policy))
    west, south, east, north = shapely.bounds(theirs[usable]).T
    tree = shapely.STRtree(shapely.box(west - near, south - near, east + near, north + near))
    ours = np.flatnonzero(placed(dataset.stored))
    met = tree.query(dataset.stored[ours])
    rows = ours[np.unique(met[0])]
    usable = usable[np.unique(met[1])]  # what is near none of ours is only near our cells
    coded = others["commune_code"].take(pa.array(usable)).combine_chunks().dictionary_encode()
    return _in_order(
        Seam(
            (dataset.commune_code, *coded.dictionary.to_pylist()),
            np.concatenate((dataset.stored[rows], theirs[usable])),
            np.concatenate((np.zeros(len(rows), np.int64), np.asarray(coded.indices, np.int64) + 1)),
            np.concatenate((rows, np.full(len(usable), WHOLE))),
            np.concatenate((np.full(len(rows), WHOLE), usable)),
        )
    )


def _in_order(seam: Seam) -> Seam:
    """Ordered by place, size and commune; invalid polygons made valid, what encloses nothing left out."""
    code = np.argsort(np.argsort(np.array(seam.communes)))[seam.commune]
    west, south, east, north = shapely.bounds(seam.shapes).T
    around, area = shapely.length(seam.shapes), shapely.area(seam.shapes)
    order = np.lexsort((code, around, area, north, east, south, west))
    shapes = seam.shapes[order]
    broken = np.flatnonzero(~is_valid(shapes))
    shapes[broken] = enclosed(shapes[broken])
    shapes = shapely.orient_polygons(shapes, exterior_cw=False)
    kept = np.flatnonzero(~shapely.is_missing(shapes) & ~shapely.is_empty(shapes))
    order = order[kept]
    return Seam(seam.communes, shapes[kept], seam.commune[order], seam.row[order], seam.other[order])


def names_at(subject: Subject, others: Rows) -> tuple[pa.Array, pa.Array, pa.Array]:
    """Names, former names and handles of neighbours, as their own commune's judgement has them.

    See `validators.identity.naming`.

    Handles repeat within a delivery only: what is live has its own.

    others  (m,) positions in `Context.neighbours`
    """
    table = subject.context.neighbours
    name, former, handle = (np.full(len(others), None, dtype=object) for _ in range(3))
    if table is None or not len(others):
        return pa.array(name, pa.string()), pa.array(former, pa.string()), pa.array(handle, pa.string())
    table = table.take(pa.array(others))
    coded = table["commune_code"].combine_chunks().dictionary_encode()
    delivered = np.asarray(pc.is_null(table["parcel_uid"]))
    shapes = shapely.from_wkb(np.asarray(table["geom"].to_numpy(), dtype=object))
    for number, code in enumerate(coded.dictionary.to_pylist()):
        for chosen, repeated in ((delivered, subject.context.repeated), (~delivered, None)):
            mine = np.flatnonzero(chosen & (np.asarray(coded.indices) == number))
            these = table.take(pa.array(mine))
            own = handles_of(these, code, subject.context.as_of)
            text = pa.array(geometry_text(shapes[mine], shapes[mine]), pa.string())
            former[mine] = former_names(names_of(own), text, code, repeated).to_numpy(zero_copy_only=False)
            alone = lone_names(own, repeated)
            by_shape = shape_names(code, pa.array(hash_of(shapes[mine], shapes[mine]), pa.string()))
            name[mine] = pc.coalesce(alone, by_shape).to_numpy(zero_copy_only=False)
            handle[mine] = told_as(these, own).to_numpy(zero_copy_only=False)
    return pa.array(name, pa.string()), pa.array(former, pa.string()), pa.array(handle, pa.string())
