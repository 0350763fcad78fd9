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

from validators.base import WHOLE, Rows, Subject
from validators.borders_land import degrees, placed
from validators.handles import known_as, names_of
from validators.naming import full_names, geometry_text
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

    shapes    (n,) valid polygons, EPSG:4756; shells counter-clockwise, holes clockwise
    commune   (n,) index into `communes`; 0 is the dataset's own
    row       (n,) position in the dataset; WHOLE for those of other communes
    name      (n,) what finding ids are made of
    handle    (n,) as people know it; NULL where it has none
    """

    communes: tuple[str, ...]
    shapes: Geometries
    commune: NDArray[np.int64]
    row: Rows
    name: pa.Array
    handle: pa.Array

    def __len__(self) -> int:
        return len(self.shapes)


def reach_m(policy: Policy) -> float:
    """How far from each other parcels may be and still matter to a seam."""
    return _REACH * float(policy.borders.gap_width_m)


def seam_of(subject: Subject) -> Seam:
    """The dataset's parcels near others and those others; use as `subject.fact(seam_of)`."""
    dataset, others = subject.dataset, subject.context.neighbours
    if others is None or not others.num_rows or not len(dataset):
        return _empty(dataset.commune_code)
    theirs = shapely.from_wkb(np.asarray(others["geom"].to_numpy(), dtype=object))
    usable = np.flatnonzero(placed(theirs))
    near = degrees(reach_m(subject.context.policy))
    west, south, east, north = shapely.bounds(theirs[usable]).T
    tree = shapely.STRtree(shapely.box(west - near, south - near, east + near, north + near))
    ours = np.flatnonzero(placed(dataset.stored))
    met = tree.query(dataset.stored[ours])
    rows = ours[np.unique(met[0])]
    usable = usable[np.unique(met[1])]  # what is near none of ours is only near our cells
    others = others.take(pa.array(usable))
    name, handle = _own_names(subject, rows)
    other_name, other_handle, codes = _other_names(subject, others, theirs[usable])
    communes = [dataset.commune_code, *sorted(set(codes.to_pylist()) - {dataset.commune_code})]
    commune = np.concatenate(
        (
            np.zeros(len(rows), np.int64),
            np.asarray(pc.index_in(codes, value_set=pa.array(communes)), np.int64),
        )
    )
    seam = Seam(
        tuple(communes),
        np.concatenate((dataset.stored[rows], theirs[usable])),
        commune,
        np.concatenate((rows, np.full(len(usable), WHOLE))),
        pa.concat_arrays([name, other_name]),
        pa.concat_arrays([handle, other_handle]),
    )
    return _in_order(seam)


def _empty(commune: str) -> Seam:
    none = np.empty(0, np.int64)
    text = pa.array([], pa.string())
    return Seam((commune,), np.empty(0, dtype=object), none, none, text, text)


def _in_order(seam: Seam) -> Seam:
    """Ordered by geometry, commune and name; invalid polygons made valid, what encloses nothing left out."""
    code = pa.array(seam.communes).take(pa.array(seam.commune))
    wkb = pa.array(shapely.to_wkb(seam.shapes), pa.binary())
    keys = pa.table({"wkb": wkb, "code": code, "name": seam.name, "row": seam.row})
    order = np.asarray(pc.sort_indices(keys, [(key, "ascending") for key in keys.column_names]), np.int64)
    shapes = seam.shapes[order]
    broken = np.flatnonzero(~shapely.is_valid(shapes))
    shapes[broken] = enclosed(shapes[broken])
    shapes = shapely.orient_polygons(shapes, exterior_cw=False)
    kept = np.flatnonzero(~shapely.is_missing(shapes) & ~shapely.is_empty(shapes))
    order = order[kept]
    at = pa.array(order)
    return Seam(
        seam.communes,
        shapes[kept],
        seam.commune[order],
        seam.row[order],
        seam.name.take(at),
        seam.handle.take(at),
    )


def _own_names(subject: Subject, rows: Rows) -> tuple[pa.Array, pa.Array]:
    dataset, at = subject.dataset, pa.array(rows)
    known, handle = subject.fact(known_as)
    text = pa.array(geometry_text(dataset.rounded[rows], dataset.stored[rows]), pa.string())
    return full_names(known.take(at), text, dataset.commune_code, subject.context.repeated), handle.take(at)


def _other_names(
    subject: Subject, others: pa.Table, shapes: Geometries
) -> tuple[pa.Array, pa.Array, pa.Array]:
    """Names, handles and communes of the others. Handles repeat in a delivery only: what is live has its own."""
    n = others.num_rows
    codes = others["commune_code"].combine_chunks()
    delivered = np.asarray(pc.is_null(others["parcel_uid"]))
    name, handle = np.full(n, None, dtype=object), np.full(n, None, dtype=object)
    coded = codes.dictionary_encode()
    index = np.asarray(coded.indices)
    for number, code in enumerate(coded.dictionary.to_pylist()):
        mine = np.flatnonzero(index == number)
        known, said = names_of(others.take(pa.array(mine)), code, subject.context.as_of)
        text = pa.array(geometry_text(shapes[mine], shapes[mine]), pa.string())
        repeated = full_names(known, text, code, subject.context.repeated)
        alone = full_names(known, text, code, None)
        name[mine] = pc.if_else(pa.array(delivered[mine]), repeated, alone).to_numpy(zero_copy_only=False)
        handle[mine] = said.to_numpy(zero_copy_only=False)
    return pa.array(name, pa.string()), pa.array(handle, pa.string()), codes
