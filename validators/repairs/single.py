"""Proposals that concern one parcel alone: the order of its rings, repeated vertices, invalid polygons."""

import numpy as np
import shapely

from parcels.fence import each_row
from parcels.geometry import polygons_of
from parcels.validity import made_valid
from validators.base import Faults, Mask, Subject, where
from validators.repairs.place import areas_m2, settled
from validators.repairs.table import Drafts
from validators.shape import Geometries, source_srid


def ring_order(subject: Subject, faults: Faults) -> Drafts:
    """Shells against the clock, holes with it: no boundary changes."""
    before = shapely.force_2d(subject.dataset.delivered[faults.rows])
    return Drafts.one_each("ring_order", faults, before, shapely.orient_polygons(before))


def repeated_vertices(subject: Subject, faults: Faults) -> Drafts:
    """Each vertex once: no boundary changes."""
    before = shapely.force_2d(subject.dataset.delivered[faults.rows])
    return Drafts.one_each("repeated_vertices", faults, before, shapely.remove_repeated_points(before, 0.0))


def invalid(subject: Subject, faults: Faults) -> Drafts:
    """The polygons that the delivered lines enclose, where the two known ways to find them agree.

    GEOS knows two: what lines enclose an odd number of times, and what any ring encloses less the holes. Where they
    differ, the delivery does not say whose land lies between; the registered area decides if it fits one of them only.
    """
    before = np.asarray(shapely.force_2d(subject.dataset.delivered[faults.rows]), dtype=object)
    srid = subject.fact(source_srid)[faults.rows]
    odd = settled(made_valid(before), srid)
    union = settled(made_valid(before, "structure"), srid)
    first, second = _chosen(subject, faults, odd, union)
    after = np.full(len(before), None, dtype=object)
    after[second], after[first] = union[second], odd[first]
    return Drafts.one_each("make_valid", faults, before, after)


def _chosen(subject: Subject, faults: Faults, odd: Geometries, union: Geometries) -> tuple[Mask, Mask]:
    """Where the first way is proposed, and where the second."""
    rules = subject.context.policy
    srid = subject.fact(source_srid)[faults.rows]
    both = where(~shapely.is_missing(odd) & ~shapely.is_missing(union))
    between = polygons_of(each_row(shapely.symmetric_difference, odd[both], union[both]))
    agree = np.zeros(len(odd), dtype=bool)
    agree[both] = np.nan_to_num(areas_m2(between, srid[both])) <= float(rules.topology.overlap_m2)
    legal = subject.dataset.numpy("area_legal_m2")[faults.rows]
    limit = np.maximum(float(rules.tolerances.area_share) * legal, float(rules.tolerances.area_m2))
    fits = [np.abs(areas_m2(way, srid) - legal) <= limit for way in (odd, union)]
    return agree | (fits[0] & ~fits[1]), ~agree & fits[1] & ~fits[0]
