"""Proposals that concern parcels and their neighbours: narrow gaps and overlaps, boundaries whose vertices do not match.

All of a dataset are cleaned together, as one coverage of the parcels that have such a fault and those around them:
what is proposed for one fits what is proposed for the next. Land goes to the parcel with the longest common boundary.
"""

from collections.abc import Mapping

import numpy as np
import shapely
from numpy.typing import NDArray
from shapely import STRtree

from validators.base import Faults, Mask, Rows, Subject, where
from validators.plane import plane_of
from validators.repairs.place import put_in_place, settled
from validators.repairs.table import Drafts
from validators.scale import scales_of
from validators.shape import Geometries, source_srid
from validators.topology.distinct import by_name
from validators.topology.found import topology_of

KINDS = {"TOP-GAP": "gap", "TOP-OVERLAP-NARROW": "overlap", "TOP-EDGE": "edge"}
_LARGE = ("TOP-OVERLAP", "TOP-INSIDE", "TOP-DUPLICATE")  # whose land it is must be decided first
_AROUND_M = 1e-3
_SNAP_M = 1e-4
_SAME_M2 = 1e-6


def cleaned(subject: Subject, faults: Mapping[str, Faults]) -> list[tuple[str, Drafts]]:
    """The drafts of each TOP check for which something can be proposed, by its code. `faults`: of each check that ran."""
    wanted = {code: faults[code] for code in KINDS if code in faults and len(faults[code])}
    plane = subject.fact(plane_of)
    if not wanted or plane is None:
        return []
    touched = np.unique(np.concatenate([each.touched[1] for each in wanted.values()]))
    allowed = ~shapely.is_missing(plane.shapes) & ~plane.made_valid & ~plane.moved
    for code in _LARGE:
        if code in faults:
            allowed[faults[code].touched[1]] = False
    touched = touched[allowed[touched]]
    members = _with_neighbours(plane.shapes, touched, allowed)
    if not len(members):
        return []
    members = members[
        np.argsort(by_name(subject, members), kind="stable")
    ]  # of equal borders the first has the land
    tolerance = subject.fact(scales_of).gap_m
    made = _clean(plane.shapes[members], float(tolerance[touched].max()))
    srid = subject.fact(source_srid)[members]
    after = np.full(len(subject), None, dtype=object)
    after[members] = settled(plane.place(made), srid)
    before = np.full(len(subject), None, dtype=object)
    before[members] = subject.dataset.rounded[members]
    other = np.zeros(len(subject), dtype=bool)
    other[members] = ~shapely.equals_identical(
        shapely.normalize(after[members]), shapely.normalize(before[members])
    )
    land = np.zeros(len(subject), dtype=bool)
    changed = where(other)
    land[changed] = shapely.area(shapely.symmetric_difference(after[changed], before[changed])) > _SAME_M2
    within = _within(before, after, changed, tolerance, plane.factor)
    left = _left(subject, members, np.where(shapely.is_missing(after), before, after)[members])
    drafts = []
    for code, each in wanted.items():
        fault, row = each.touched
        fit = np.ones(len(each), dtype=bool)
        fit[fault[~allowed[row] | ~within[row] | np.isin(row, left.get(code, ()))]] = False
        for large in _LARGE:
            fit[fault[np.isin(row, left.get(large, ()))]] = False
        new = fit[fault] & (other if code == "TOP-EDGE" else land)[row]
        drafts.append((code, Drafts(KINDS[code], fault[new], row[new], before[row[new]], after[row[new]])))
    return drafts


def _with_neighbours(shapes: Geometries, rows: Rows, allowed: Mask) -> Rows:
    present = where(allowed)
    if not len(rows):
        return rows
    _, near = STRtree(shapes[present]).query(shapes[rows], "dwithin", _AROUND_M)
    return np.unique(np.concatenate((rows, present[near])))


def _clean(shapes: Geometries, gap_width: float) -> Geometries:
    return np.asarray(
        shapely.coverage_clean(shapes, gap_width=gap_width, snapping_distance=_SNAP_M), dtype=object
    )


def _within(
    before: Geometries, after: Geometries, changed: Rows, tolerance: NDArray[np.float64], factor: float
) -> Mask:
    """Rows whose boundary moves no further than their map may be off."""
    within = np.ones(len(before), dtype=bool)
    lost = shapely.is_missing(after[changed])
    distance = np.full(len(changed), np.inf)
    kept = changed[~lost]
    distance[~lost] = shapely.hausdorff_distance(
        shapely.boundary(before[kept]), shapely.boundary(after[kept])
    )
    within[changed] = distance * factor <= tolerance[changed] + 2 * _SNAP_M
    return within


def _left(subject: Subject, members: Rows, shapes: Geometries) -> dict[str, Rows]:
    """The rows in which a TOP check still finds something, once these shapes are in place."""
    topology = put_in_place(subject, members, shapes).fact(topology_of)
    found = {
        "TOP-GAP": topology.gap,
        "TOP-OVERLAP-NARROW": topology.narrow,
        "TOP-EDGE": topology.edge,
        "TOP-OVERLAP": topology.overlap,
        "TOP-INSIDE": topology.inside,
        "TOP-DUPLICATE": topology.duplicate,
    }
    return {code: members[np.unique(faults.touched[1])] for code, faults in found.items()}
