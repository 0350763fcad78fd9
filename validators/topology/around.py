"""Land beside a part of a commune: what is live there and was not delivered again, and refused rows that still wait.

A commune that comes in parts has the same overlaps and gaps as one that comes whole. So the rows of a part lie before the
TOP checks together with the parcels beside them; faults that no delivered row has a share in are left to those who found
them first.
"""

from dataclasses import dataclass, replace
from typing import Any

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
import shapely
from numpy.typing import NDArray
from shapely import STRtree

from parcels import crs
from parcels.geometry import normalise
from parcels.model import SNAPSHOT_SCHEMA, Dataset
from parcels.wkb import read_wkb
from validators.base import WHOLE, Faults, Others, Rows, Subject, where
from validators.identity.handles import KEY_COLUMNS, handles_of, known_as, names_of, told_as
from validators.identity.matching import has_previous, live_parcels_of, matches_of
from validators.identity.naming import shape_names
from validators.live import WAITING_SCHEMA
from validators.shape import Geometries, source_srid

NEAR_DEG = 3e-5  # some three metres: further away nothing is part of the same overlap or gap
_SAME_M = 3e-4  # a vertex that came back from storage is where it was delivered, but for the grid of both


@dataclass(frozen=True, slots=True)
class Around:
    """The parcels beside the delivered rows (r).

    table           KEY_COLUMNS
    shapes          (r,) as they are stored, EPSG:4756
    former, handle  what finding ids are made of, and the handle as people know it; name: what the register knows them by
    """

    table: pa.Table
    shapes: Geometries
    former: pa.Array
    name: pa.Array
    handle: pa.Array

    def __len__(self) -> int:
        return len(self.shapes)

    def take(self, rows: Rows) -> "Around":
        """Those at these positions."""
        at = pa.array(rows)
        return Around(
            self.table.take(at),
            self.shapes[rows],
            self.former.take(at),
            self.name.take(at),
            self.handle.take(at),
        )


class _Together:
    """Rounded geometries of the dataset's rows and of those beside them, asked for as `parcels.model.Forms`."""

    def __init__(self, first: Any, more: Geometries) -> None:
        self._first, self._more, self._n = first, more, len(first)

    def __len__(self) -> int:
        return self._n + len(self._more)

    def __getitem__(self, rows: Any) -> NDArray[np.object_]:
        at = np.arange(len(self))[rows]
        chosen = np.full(len(at), None, dtype=object)
        mine = at < self._n
        chosen[mine] = self._first[at[mine]]
        chosen[~mine] = self._more[at[~mine] - self._n]
        return chosen


def around(subject: Subject) -> Around | None:
    """What lies beside the rows of a part of a commune; None where the commune is whole or nothing is known. A fact."""
    context = subject.context
    if context.complete or not has_previous(subject) or not len(subject):
        return None
    waiting = WAITING_SCHEMA.empty_table() if context.waiting is None else context.waiting
    waiting = waiting.filter(pc.invert(_again(subject, waiting)))
    live = live_parcels_of(subject).filter(pa.array(~subject.fact(matches_of).present))
    live = live.filter(
        pc.invert(
            pc.is_in(live["parcel_uid"], value_set=waiting["parcel_uid"].combine_chunks(), skip_nulls=True)
        )
    )
    found = _of(subject, live, waiting)
    shapes = found.shapes
    tree = STRtree(shapes)
    bounds = shapely.bounds(subject.dataset.stored)
    bounds = bounds[np.isfinite(bounds).all(axis=1)] + np.array([-1, -1, 1, 1]) * NEAR_DEG
    near = np.unique(tree.query(shapely.box(*bounds.T))[1]) if len(bounds) else np.empty(0, np.int64)
    return found.take(near) if len(near) else None


def _again(subject: Subject, waiting: pa.Table) -> pa.Array:
    """(w,) whether a row of the delivery is the refused one again: by its strongest handle, or its shape."""
    known, name = subject.fact(known_as), _former(waiting)
    return pc.or_(
        pc.fill_null(pc.is_in(name, value_set=known, skip_nulls=True), False),
        pa.array(np.isin(np.arange(len(waiting)), _same_shape(subject, waiting, name))),
    )


def _same_shape(subject: Subject, waiting: pa.Table, name: pa.Array) -> Rows:
    """Of the refused rows without a handle those whose shape is delivered."""
    nameless = where(np.asarray(pc.is_null(name)))
    if not len(nameless):
        return nameless
    shapes = waiting["geom"].combine_chunks().take(pa.array(nameless))
    delivered = subject.dataset.column("geom").combine_chunks()
    again = pc.is_in(shapes, value_set=delivered.cast(shapes.type), skip_nulls=True)
    same: Rows = nameless[np.asarray(again)]
    return same


def _former(waiting: pa.Table) -> pa.Array:
    return pc.coalesce(
        *(
            pc.binary_join_element_wise(kind, waiting[column].combine_chunks(), "|")
            for kind, column in (
                ("source_key", "source_alias"),
                ("national_id", "national_alias"),
                ("sheet", "sheet_alias"),
            )
        )
    )


def _of(subject: Subject, live: pa.Table, waiting: pa.Table) -> Around:
    code, as_of = subject.dataset.commune_code, subject.context.as_of
    live = live.combine_chunks()
    own = handles_of(live, code, as_of)
    former = names_of(own)
    theirs = _former(waiting)
    nameless = pc.coalesce(theirs, shape_names(code, waiting["shape"].combine_chunks()))
    on_sheet = pc.binary_join_element_wise(waiting["sheet_no"], waiting["parcel_no"], "/")
    shown = pc.coalesce(waiting["source_key"], waiting["national_id"], on_sheet).combine_chunks()
    geom = pa.concat_arrays([live["geom"].combine_chunks(), waiting["geom"].combine_chunks()])
    whole = Around(
        pa.concat_tables(
            [table.select(KEY_COLUMNS).cast(_KEYS) for table in (live, waiting)]
        ).combine_chunks(),
        read_wkb(geom),
        pa.concat_arrays([former, nameless]),
        pa.concat_arrays([former, nameless]),
        pa.concat_arrays([told_as(live, own), shown]),
    )
    return whole.take(where(~shapely.is_missing(whole.shapes)))


_KEYS = pa.schema([pa.field(name, pa.string()) for name in KEY_COLUMNS])


def with_around(subject: Subject, beside: Around) -> Subject:
    """The dataset with the parcels beside it as further rows."""
    srids, count = np.unique(subject.fact(source_srid), return_counts=True)
    srid = int(srids[np.argmax(count)])
    shapes = normalise(_where_delivered(subject, _placed(beside.shapes, srid)))
    r, dataset = len(beside), subject.dataset
    first = int(np.max(dataset.numpy("row_no"), initial=-1)) + 1
    columns: dict[str, Any] = {
        **{name: beside.table[name] for name in KEY_COLUMNS},
        "row_no": np.arange(first, first + r),
        "part_no": pa.repeat(pa.scalar(-1, pa.int32()), r),
        "source_row": np.arange(r),
        "commune_code": pa.repeat(dataset.commune_code, r),
        "source_system": pc.fill_null(beside.table["source_system"], ""),
        "source_srid": pa.repeat(pa.scalar(srid, pa.int32()), r),
        "source_wkb": pa.array(shapely.to_wkb(shapes), pa.binary()),
    }
    more = pa.table(
        [columns.get(field.name, pa.nulls(r, field.type)) for field in SNAPSHOT_SCHEMA],
        schema=SNAPSHOT_SCHEMA,
    )
    table = pa.concat_tables([dataset.table.cast(SNAPSHOT_SCHEMA), more]).combine_chunks()
    together = Dataset(
        province_code=dataset.province_code,
        commune_code=dataset.commune_code,
        table=table,
        delivered=np.concatenate((dataset.delivered, shapes)),
        rounded=_Together(dataset.rounded, shapes),
        stored=np.concatenate((dataset.stored, beside.shapes)),
    )
    return Subject(together, replace(subject.context, live=None, waiting=None))


def _placed(stored: Geometries, srid: int) -> Geometries:
    """Stored geometries in the CRS of the delivery, on its grid."""
    if srid == crs.VN2000:
        return stored

    def project(coords: NDArray[np.float64]) -> NDArray[np.float64]:
        return np.round(crs.from_vn2000_geographic(coords, srid), 4)

    return np.asarray(shapely.transform(stored, project), dtype=object)


def _where_delivered(subject: Subject, shapes: Geometries) -> Geometries:
    """With each vertex that a delivered row has too, but for the grids, exactly there: what met when it came still meets."""
    own = shapely.get_coordinates(subject.dataset.rounded[np.arange(len(subject))])
    own = own[np.isfinite(own).all(axis=1)]
    if not len(own):
        return shapes
    points = shapely.points(own)
    tree = STRtree(points)
    coords = shapely.get_coordinates(shapes)
    at, near = tree.query_nearest(shapely.points(coords), max_distance=_SAME_M, all_matches=False)
    coords[at] = own[near]
    return np.asarray(shapely.set_coordinates(shapes.copy(), coords), dtype=object)


def of_delivered(faults: Faults, beside: Around, n: int) -> tuple[Faults, NDArray[np.bool_]]:
    """The faults that a delivered row has a share in, said of it; and of which of them the first parcel was another.

    n  how many rows were delivered: those at later positions are the parcels beside
    """
    others = faults.others
    assert others is not None  # noqa: S101 - every TOP fault is between parcels
    first_own = np.full(len(faults), -1)
    mine = where(others.row < n)[::-1]
    first_own[others.fault[mine]] = mine
    kept = (faults.rows < n) | (first_own >= 0)
    turned = (faults.rows >= n) & (first_own >= 0)
    rows, other = faults.rows.copy(), others.row.copy()
    at = where(turned)
    rows[at], other[first_own[at]] = other[first_own[at]], faults.rows[at]
    there = other >= n
    index = pa.array(np.where(there, other - n, 0), mask=~there)
    told = Others(
        others.fault,
        np.where(there, WHOLE, other),
        beside.name.take(index),
        beside.former.take(index),
        beside.handle.take(index),
        pa.nulls(len(other), pa.string()),
    )
    return replace(faults, rows=rows, others=told).keep(kept), turned[kept]
