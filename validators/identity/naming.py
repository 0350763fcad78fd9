"""What a finding knows its parcel by, so that the same fault has the same id in tomorrow's delivery.

A parcel is named by the strongest handle that it alone has in the delivery, a parcel without one by its geometry in
its dataset; never by its place in the file. Rows that are alike to the last vertex share a name: findings of one
check and one name are numbered.

Former names are those of before sheets had their old commune: a handle that several rows shared stood with the
dataset, and findings were numbered in the order of the geometries. Ids made of them find the cases of before.
"""

from hashlib import sha256

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
import shapely
from numpy.typing import NDArray

from parcels.bounds import placed
from parcels.fence import each_row
from parcels.model import Dataset
from validators.base import Repeated, Rows, Subject
from validators.identity.handles import Handles, known_as, own_handles, told_as
from validators.identity.members import SEPARATOR, Named
from validators.shape import Geometries, shape_of, source_srid

# Of names from before findings kept any: `handle|<handle as people know it>`. It may be of any kind and of several parcels.
HANDLE = "handle"
_OLD_COMMUNE = r"^(sheet\|[^|]*\|[^|]*\|)(?:[^|\\]|\\.)*\|"


def name_rows(subject: Subject, involved: Rows) -> Named:
    """The names of a dataset's rows. Handles, geometries and points are worked out for the `involved` rows only."""
    dataset = subject.dataset
    own, known = subject.fact(own_handles), subject.fact(known_as)
    ambiguous = np.asarray(_ambiguous(known, subject.context.repeated))

    twin, former = (np.full(len(dataset), None, dtype=object) for _ in range(2))
    rows = involved[ambiguous[involved]]
    twin[rows] = geometry_text(dataset.rounded[rows], dataset.stored[rows])
    twins, at = pa.array(twin, pa.string()), pa.array(involved)
    former[involved] = former_names(
        known.take(at), twins.take(at), dataset.commune_code, subject.context.repeated
    ).to_numpy(zero_copy_only=False)
    of_few = lone_names(own.at(pa.array(np.flatnonzero(ambiguous))), subject.context.repeated)
    name = pc.replace_with_mask(known, pa.array(ambiguous), of_few)
    nameless = np.flatnonzero(np.asarray(pc.is_null(name)))
    shape = np.full(len(dataset), None, dtype=object)
    shape[nameless] = shape_hashes(dataset, nameless)
    shapes = pa.array(shape, pa.string())
    point, handle = (np.full(len(dataset), None, dtype=object) for _ in range(2))
    point[involved] = _points(subject, involved)
    handle[involved] = told_as(dataset.table.take(at), own.at(at)).to_numpy(zero_copy_only=False)
    return Named(
        dataset=dataset.commune_code,
        row_no=np.asarray(dataset.column("row_no"), dtype=np.int64),
        name=pc.coalesce(name, shape_names(dataset.commune_code, shapes)),
        former=pa.array(former, pa.string()),
        twin=twins,
        shape=shapes,
        handle=pa.array(handle, pa.string()),
        srid=subject.fact(source_srid),
        point=point,
    )


def lone_names(own: Handles, repeated: Repeated | None) -> pa.Array:
    """(n,) `<kind>|<handle>`: each row by the strongest handle that is its alone; NULL where it has none.

    repeated  the handles that name no row alone; None where every handle does
    """
    names = []
    for kind, handles in own._asdict().items():
        name = pc.binary_join_element_wise(kind, handles, SEPARATOR)
        shared = None if repeated is None else getattr(repeated, kind)["handle"].combine_chunks()
        if shared is not None and len(shared):
            again = pc.is_in(handles, value_set=shared, skip_nulls=True)
            name = pc.if_else(again, pa.scalar(None, pa.string()), name)
        names.append(name)
    return pc.coalesce(*names)


def shape_hashes(dataset: Dataset, rows: Rows) -> NDArray[np.object_]:
    """(m,) what tells rows without a handle of their own apart: `hash_of` their geometries."""
    return hash_of(dataset.rounded[rows], dataset.stored[rows])


def hash_of(rounded: Geometries, stored: Geometries) -> NDArray[np.object_]:
    """SHA-256 of little-endian WKB, hexadecimal: of what is stored where something is, else of what was delivered."""
    octets = shapely.to_wkb(_chosen(rounded, stored), byte_order=1)
    hashes = [sha256(each or b"").hexdigest() for each in octets]  # of the few that nothing else names
    return np.array(hashes, dtype=object)


def shape_names(commune_code: str, shapes: pa.Array) -> pa.Array:
    """(n,) `geometry|<commune>|<hash>`; NULL where there is no hash."""
    return pc.binary_join_element_wise("geometry", commune_code, shapes, SEPARATOR)


def former_names(known: pa.Array, text: pa.Array, commune_code: str, repeated: Repeated | None) -> pa.Array:
    """(n,) what rows of a commune were named by before sheets had their old commune.

    known     (n,) by their handles (`validators.identity.handles.names_of`); NULL where a row has none
    text      (n,) their geometries as `geometry_text`; looked at where a handle does not name the row alone
    repeated  the handles that name no row alone; None where every handle does
    """
    alone = pc.binary_join_element_wise(
        pc.coalesce(known, pc.binary_join_element_wise("geometry", text, SEPARATOR)), commune_code, SEPARATOR
    )
    return without_old_commune(pc.if_else(_ambiguous(known, repeated), alone, known))


def without_old_commune(names: pa.Array) -> pa.Array:
    """Names of sheets as they were before they had their old commune; other names as they are."""
    return pc.replace_substring_regex(names, _OLD_COMMUNE, r"\1")


def geometry_text(rounded: Geometries, stored: Geometries) -> NDArray[np.object_]:
    """Hexadecimal WKB of normalised geometries, of what is stored where something is; empty where there is nothing.

    What is stored is what another commune's judgement knows of a parcel.
    """
    chosen = _chosen(rounded, stored)
    text = shapely.to_wkb(chosen, hex=True, byte_order=1)
    return np.where(shapely.is_missing(chosen), "", text)


def _chosen(rounded: Geometries, stored: Geometries) -> Geometries:
    return np.where(shapely.is_missing(stored), rounded, stored)


def _ambiguous(known: pa.Array, repeated: Repeated | None) -> pa.Array:
    """(n,) whether a row has no handle that names it alone."""
    if repeated is None:
        return pc.is_null(known)
    shared = pc.fill_null(pc.is_in(known, value_set=_repeated_names(repeated)), False)
    return pc.or_(shared, pc.is_null(known))


def _repeated_names(repeated: Repeated) -> pa.Array:
    kinds = {"source_key": repeated.source_key, "national_id": repeated.national_id, "sheet": repeated.sheet}
    return pa.concat_arrays(
        [
            pc.binary_join_element_wise(kind, table["handle"].combine_chunks(), SEPARATOR)
            for kind, table in kinds.items()
        ]
    )


def _points(subject: Subject, rows: Rows) -> Geometries:
    """A point in each parcel: on its surface where it has one, else the middle of what was delivered."""
    points = np.full(len(rows), None, dtype=object)
    usable = subject.fact(shape_of).usable[rows]
    delivered = subject.dataset.delivered
    points[usable] = each_row(shapely.point_on_surface, delivered[rows[usable]])
    with np.errstate(invalid="ignore"):  # coordinates that are no numbers
        middle = each_row(shapely.centroid, delivered[rows[~usable]])
    middle[~placed(shapely.bounds(middle))] = None
    points[~usable] = middle
    return points
