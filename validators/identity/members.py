"""Which parcels a finding is about: what its id is made of, and how people know them.

A finding about several parcels is one finding, whichever of them comes first and whichever commune's data is looked
at: its id is made of their names in order. So both sides of a seam speak of the same case.
"""

from dataclasses import dataclass

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
from numpy.typing import NDArray

from validators.base import WHOLE, Faults

SEPARATOR = "|"


@dataclass(frozen=True, slots=True)
class Named:
    """What findings need to know of the rows of a dataset; parallel arrays over all rows.

    row_no  (n,) name of the row in this run
    name    (n,) what finding ids are made of, and the register knows them by; see `validators.identity.naming`
    former  (n,) what they were made of before sheets had their old commune; NULL of rows that no fault is about
    twin    (n,) text that orders rows of one former name by what they are; NULL where that name is the row's alone
    shape   (n,) the hash of the geometry, where `name` is made of it; else NULL
    handle  (n,) the strongest handle as delivered; NULL when none
    srid    (n,) EPSG code of the delivered coordinates
    point   (n,) shapely points in the parcels, in that CRS; None where there is none
    """

    dataset: str
    row_no: NDArray[np.int64]
    name: pa.Array
    former: pa.Array
    twin: pa.Array
    shape: pa.Array
    handle: pa.Array
    srid: NDArray[np.int32]
    point: NDArray[np.object_]


@dataclass(frozen=True, slots=True)
class Members:
    """Of each fault (k,).

    joined   the names of its parcels, in order, joined; of a fault of the commune as a whole that of the commune
    former   the former names of its parcels, in order, joined; of a fault of the commune as a whole that of the commune
    twins    the texts that tell rows of one former name apart, joined; NULL where every one is its row's alone
    names    lists of the names of its parcels of this dataset, in order; empty of a fault of the commune as a whole
    other_names  the same of its parcels of another dataset
    handles  lists of the other parcels' handles, in order of these; those without one are left out
    dataset  the commune of the parcels of another dataset; NULL where there is none
    """

    joined: pa.Array
    former: pa.Array
    twins: pa.Array
    names: pa.ListArray
    other_names: pa.ListArray
    handles: pa.ListArray
    dataset: pa.Array


def members_of(faults: Faults, named: Named) -> Members:
    """The parcels of each fault by their names."""
    k = len(faults)
    rows = pa.array(faults.rows, mask=faults.rows == WHOLE)
    whole = f"commune{SEPARATOR}{named.dataset}"
    own, own_twin = pc.fill_null(named.former.take(rows), whole), named.twin.take(rows)
    others = faults.others
    if others is None:
        offsets = pa.array(np.zeros(k + 1, np.int32))
        return Members(
            pc.fill_null(named.name.take(rows), whole),
            own,
            own_twin,
            _lists(np.arange(k), named.name.take(rows), k),
            pa.ListArray.from_arrays(offsets, pa.array([], pa.string())),
            pa.ListArray.from_arrays(offsets, pa.array([], pa.string())),
            pa.nulls(k, pa.string()),
        )
    inside = pa.array(others.row, mask=others.row == WHOLE)
    fault = np.concatenate((np.arange(k), others.fault))
    table = pa.table(
        {
            "fault": fault,
            "name": pa.concat_arrays([own, pc.coalesce(named.former.take(inside), others.former)]),
            "twin": pa.concat_arrays([own_twin, named.twin.take(inside)]),
        }
    ).sort_by([("fault", "ascending"), ("name", "ascending"), ("twin", "ascending")])
    grouped = table.group_by("fault", use_threads=False).aggregate([("name", "list"), ("twin", "list")])
    twins = pc.fill_null(table["twin"], "")
    has_twin = table.group_by("fault", use_threads=False).aggregate([("twin", "count")])["twin_count"]
    offsets = np.searchsorted(np.asarray(table["fault"]), np.arange(k + 1)).astype(np.int32)
    joined = pc.binary_join(pa.ListArray.from_arrays(pa.array(offsets), twins.combine_chunks()), SEPARATOR)
    told = pc.if_else(pc.greater(has_twin, 0).combine_chunks(), joined, pa.scalar(None, pa.string()))
    there = pc.is_valid(others.dataset)
    mine = pc.if_else(there, pa.scalar(None, pa.string()), pc.coalesce(named.name.take(inside), others.name))
    every = pa.concat_arrays(
        [pc.fill_null(named.name.take(rows), whole), pc.coalesce(named.name.take(inside), others.name)]
    )
    return Members(
        joined=pc.binary_join(_lists(fault, every, k), SEPARATOR),
        former=pc.binary_join(grouped["name_list"].combine_chunks(), SEPARATOR),
        twins=told,
        names=_lists(fault, pa.concat_arrays([named.name.take(rows), mine]), k),
        other_names=_lists(others.fault, pc.if_else(there, others.name, pa.scalar(None, pa.string())), k),
        handles=_lists(others.fault, pc.coalesce(named.handle.take(inside), others.handle), k),
        dataset=_first(others.fault, others.dataset, k),
    )


def _lists(fault: NDArray[np.int64], values: pa.Array, k: int) -> pa.ListArray:
    """The values of each fault, sorted, without NULL."""
    table = pa.table({"fault": fault, "value": values}).filter(pc.is_valid(values))
    table = table.sort_by([("fault", "ascending"), ("value", "ascending")])
    offsets = np.searchsorted(np.asarray(table["fault"]), np.arange(k + 1)).astype(np.int32)
    return pa.ListArray.from_arrays(pa.array(offsets), table["value"].combine_chunks())


def _first(fault: NDArray[np.int64], values: pa.Array, k: int) -> pa.Array:
    """The first value of each fault; NULL where it has none."""
    table = pa.table({"fault": fault, "value": values}).filter(pc.is_valid(values))
    table = table.sort_by([("fault", "ascending"), ("value", "ascending")])
    known, at = np.unique(np.asarray(table["fault"]), return_index=True)
    index = np.full(k, -1)
    index[known] = at
    return table["value"].combine_chunks().take(pa.array(index, mask=index < 0))
