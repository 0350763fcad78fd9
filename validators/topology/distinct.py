"""The different shapes of a dataset: the same shape in several rows is looked at once.

A condominium stands in a cadastre as hundreds of rows of one shape; as pairs these would be tens of thousands of
faults. The row whose name comes first speaks for them all.
"""

from dataclasses import dataclass, replace

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
import shapely
from numpy.typing import NDArray

from validators.base import Rows, Subject, where
from validators.identity.handles import known_as
from validators.plane import Plane
from validators.scale import scales_of
from validators.shape import Geometries
from validators.topology.matching import Floats, Segments, segments_of, shape_hashes


@dataclass(frozen=True, slots=True)
class Distinct:
    """The different shapes, in an order of their own: that of the rows changes nothing.

    shapes     (s,) polygonal, in metres
    row        (s,) the row that speaks for the shape: the first of its rows by name
    rows       (s,) how many rows have the shape
    tolerance  (s,) metres that its boundary may be off, the largest of its rows
    gap_m      (s,) metres up to which land beside it is a gap, the largest of its rows
    again      (m,) positions of the other rows; `of` (m,) the number of the shape of each
    segments   edges of the shapes
    """

    shapes: Geometries
    row: Rows
    rows: NDArray[np.int64]
    tolerance: Floats
    gap_m: Floats
    again: Rows
    of: Rows
    segments: Segments


def distinct(subject: Subject, plane: Plane) -> Distinct:
    """The different shapes of the dataset's rows."""
    present = where(~shapely.is_missing(plane.shapes))
    segments = segments_of(plane.shapes[present])
    hashes = shape_hashes(segments, len(present))
    _, number, rows = np.unique(hashes, return_inverse=True, return_counts=True)
    speaks, again = _speakers(subject, present, number, rows)
    scales = subject.fact(scales_of)
    tolerance, gap_m = np.zeros(len(rows)), np.zeros(len(rows))
    np.maximum.at(tolerance, number, scales.off_m[present])
    np.maximum.at(gap_m, number, scales.gap_m[present])
    speaking = np.zeros(len(present), dtype=bool)
    speaking[speaks] = True
    segments = segments if not len(again) else segments.keep(speaking[segments.shape])
    return Distinct(
        plane.shapes[present[speaks]],
        present[speaks],
        rows,
        tolerance,
        gap_m,
        present[again],
        number[again],
        replace(segments, shape=number[segments.shape]),
    )


def by_name(subject: Subject, rows: Rows) -> NDArray[np.int64]:
    """(k,) the place of each of these rows in the order of their names.

    Rows of one name are told apart by their shapes, and rows of one name and shape, which mean the same to everybody, by
    where they stand in the delivery.
    """
    known, at = np.unique(rows, return_inverse=True)
    columns = {"name": subject.fact(known_as).take(pa.array(known))}
    if len(pc.unique(columns["name"])) < len(known):
        columns |= {
            "shape": pa.array(shapely.to_wkb(subject.dataset.rounded[known]), pa.binary()),
            "part": subject.dataset.column("part_no").take(pa.array(known)),
            "row": subject.dataset.column("source_row").take(pa.array(known)),
        }
    order = pc.sort_indices(pa.table(columns), [(column, "ascending") for column in columns])
    place = np.empty(len(known), np.int64)
    place[np.asarray(order)] = np.arange(len(known))
    return place[at]


def _speakers(subject: Subject, present: Rows, number: Rows, rows: NDArray[np.int64]) -> tuple[Rows, Rows]:
    """Of each shape the position (in `present`) of the row that speaks for it, and the positions of all others."""
    if len(rows) == len(present):  # no shape twice
        order = np.empty(len(present), np.int64)
        order[number] = np.arange(len(present))
        return order, order[:0]
    place = np.zeros(len(present), np.int64)
    several = where(rows[number] > 1)
    place[several] = by_name(subject, present[several])
    order = np.lexsort((place, number))
    first = np.ones(len(order), dtype=bool)
    first[1:] = number[order][1:] != number[order][:-1]
    return order[first], order[~first]
