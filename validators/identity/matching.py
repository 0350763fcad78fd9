"""Which live parcel each delivered row is, and whether it still covers the same land: what the checks of history start from.

A row is the live parcel that has its source key, else its national id, else its sheet and number: the order of identity.
Where old commune, map set or scale are not known on either side, `validators.identity.fitting` says which one that is.
A handle that several rows of the delivery share names none of them, so such rows are no parcel here.
"""

from dataclasses import dataclass

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
import shapely
from numpy.typing import NDArray

from parcels.crs_hypotheses import metres_between
from parcels.wkb import read_wkb
from validators.base import Mask, Rows, Subject, where
from validators.identity import handles
from validators.identity.fitting import fitting
from validators.policy import Policy
from validators.shape import Geometries, shape_of

Floats = NDArray[np.float64]


@dataclass(frozen=True, slots=True)
class Matches:
    """Delivered rows (n) and live parcels (m) of one commune.

    live      (n,) position of the row's parcel among the live ones; -1 where it is none of them
    present   (m,) whether the delivery has the live parcel, be it in rows that share a handle
    nameless  (n,) whether a handle of the row is shared with other rows: which parcel it is cannot be told
    """

    live: Rows
    present: Mask
    nameless: Mask

    @property
    def rows(self) -> Rows:
        """(k,) the rows that are a live parcel."""
        return where(self.live >= 0)


@dataclass(frozen=True, slots=True)
class LandChange:
    """Of the rows that are a live parcel and have a shape (k): how the land differs.

    rows      (k,) positions in the dataset; live: (k,) among the live parcels
    apart     (k,) metres between the middle (centroid) of the live parcel and that of the row; 0 where nothing changed
    grown     (k,) change of area as a share of the live one's; 0 where nothing changed
    middles   (k, 2, 2) of those that changed: the middles, live and delivered, EPSG:4756; else NaN
    """

    rows: Rows
    live: Rows
    apart: Floats
    grown: Floats
    middles: Floats

    def same(self, policy: Policy) -> Mask:
        """(k,) whether it is the same land within the policy's tolerances."""
        return same_land(self.apart, self.grown, policy)


def live_parcels_of(subject: Subject) -> pa.Table:
    """LIVE_SCHEMA: the live parcels of the commune. Raises ValueError when they are not at hand."""
    live_parcels = subject.context.live
    if live_parcels is None:
        raise ValueError("the live parcels are not at hand: the check cannot run")
    return live_parcels


def has_previous(subject: Subject) -> bool:
    """Whether the live parcels of the commune are at hand, be there none."""
    return subject.context.live is not None


def live_handles(subject: Subject) -> handles.Handles:
    """The handles of the commune's live parcels. Use as a fact."""
    return handles.handles_of(live_parcels_of(subject), subject.dataset.commune_code, subject.context.as_of)


def matches_of(subject: Subject) -> Matches:
    """Which live parcel each row is; use as a fact."""
    live_parcels, repeated = live_parcels_of(subject), subject.context.repeated
    n, m = len(subject), live_parcels.num_rows
    live, present = np.full(n, -1, np.int64), np.zeros(m, dtype=bool)
    nameless = np.zeros(n, dtype=bool)
    own = subject.fact(handles.own_handles)
    for mine, again in zip(own, (repeated.source_key, repeated.national_id, repeated.sheet), strict=True):
        nameless |= _mask(pc.is_in(mine, value_set=again["handle"].combine_chunks(), skip_nulls=True))
    theirs = subject.fact(live_handles)
    for kind in handles.Handles._fields:
        open_ = pc.if_else(pa.array(~present), getattr(theirs, kind), pa.scalar(None, pa.string()))
        found = pc.fill_null(pc.index_in(getattr(own, kind), value_set=open_, skip_nulls=True), -1)
        at = np.where(live < 0, np.asarray(found, dtype=np.int64), -1)
        if kind == "sheet":  # among all rows and all live parcels, whatever else names them
            fits = fitting(own.sheet, theirs.sheet, live < 0)
            at = np.where((live < 0) & (at < 0) & ~_of(present, fits.named), fits.named, at)
            present |= fits.present
        rows = where((at >= 0) & ~nameless)
        _, first = np.unique(
            at[rows], return_index=True
        )  # a row whose weaker handles repeat a parcel's is not it
        live[rows[first]] = at[rows[first]]
        present[at[at >= 0]] = True
    return Matches(live, present, nameless)


def _of(mask: Mask, at: Rows) -> Mask:
    """(n,) the mask at these positions; False where there is none (-1)."""
    return np.append(mask, False)[at]


def land_change(subject: Subject) -> LandChange:
    """How the land of known parcels differs; use as a fact. Only what differs in a byte is looked at."""
    live_parcels, matches = live_parcels_of(subject), subject.fact(matches_of)
    rows = where((matches.live >= 0) & subject.fact(has_land))
    live = matches.live[rows]
    now = subject.dataset.column("geom").combine_chunks().take(pa.array(rows))
    then = live_parcels["geom"].combine_chunks().take(pa.array(live))
    differs = where(~_mask(pc.fill_null(pc.equal(now, then), False)))
    k = len(rows)
    apart, grown = np.zeros(k), np.zeros(k)
    middles = np.full((k, 2, 2), np.nan)
    middles[differs, 0] = middles_of(read_wkb(then.take(pa.array(differs))))
    middles[differs, 1] = middles_of(subject.dataset.stored[rows[differs]])
    apart[differs] = np.hypot(*metres_between(middles[differs, 1], middles[differs, 0]).T)
    areas, before = subject.dataset.numpy("area_m2"), areas_of(live_parcels)
    grown[differs] = share_grown(areas[rows[differs]], before[live[differs]])
    return LandChange(rows, live, apart, grown, middles)


def has_land(subject: Subject) -> Mask:
    """(n,) whether a row has a valid shape that can be stored. Use as a fact."""
    stored: Mask = ~shapely.is_missing(subject.dataset.stored)
    return subject.fact(shape_of).usable & stored


def middles_of(geometries: Geometries) -> Floats:
    """(n, 2) the centroids: unlike a point inside, they stay where they are when a vertex is added."""
    centres = shapely.centroid(geometries)
    return np.column_stack((shapely.get_x(centres), shapely.get_y(centres)))


def areas_of(table: pa.Table) -> Floats:
    """(n,) square metres of a table's `area_m2`; NaN where NULL."""
    return np.asarray(table["area_m2"].cast(pa.float64()).to_numpy(), dtype=np.float64)


def share_grown(now: Floats, before: Floats) -> Floats:
    """The change of areas as a share of what they were; NaN where one is unknown."""
    with np.errstate(divide="ignore", invalid="ignore"):
        return np.asarray(np.abs(now - before) / before)


def same_land(apart: Floats, grown: Floats, policy: Policy) -> Mask:
    """Whether middles so far apart and areas so different are the same land."""
    rules = policy.history
    return np.asarray((apart <= float(rules.same_place_m)) & (grown <= float(rules.same_area_share)))


def _mask(values: pa.Array) -> Mask:
    return np.asarray(values.to_numpy(zero_copy_only=False), dtype=bool)
