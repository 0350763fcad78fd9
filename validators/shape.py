"""What is wrong with the shape of each row: worked out once per dataset, in one pass, for all GEO checks.

Judged on the coordinates as delivered, then on the 0.1 mm grid, then as stored: a fault that rounding or
projecting makes is a fault too. Each row has at most one: the first of null, empty, not polygonal, of zero
area, invalid, too complex to be looked at. A ring or a part that covers nothing makes its row invalid (docs/adr/0147).
"""

from collections.abc import Callable
from dataclasses import dataclass
from enum import IntEnum
from typing import Literal

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
import shapely
from numpy.typing import NDArray

from parcels import crs
from parcels.bounds import FARTHEST, placed, too_complex
from parcels.fence import each_row
from parcels.geometry import off_grid
from parcels.model import Forms
from parcels.rings import hollow, ring_counts
from parcels.validity import is_valid, made_valid
from parcels.wkb import too_long
from validators.base import Mask, Rows, Subject, where

Stage = Literal["delivered", "rounded", "stored"]
STAGES: tuple[Stage, ...] = ("delivered", "rounded", "stored")
Geometries = NDArray[np.object_]

POLYGON, MULTIPOLYGON = 3, 6  # shapely's type ids

# Narrower than this on average, in metres, a shape is a line: far above the noise of float64 coordinates of
# Vietnam (0.2 nm), far below the 0.1 mm grid. A ring back over itself along a slope has not exactly area 0.
_WIDTH_OF_NOTHING_M = 1e-8
_METRES_PER_DEGREE = 111_320.0

_SPECK_DEG = 1e-8  # ten steps of the grid on which coordinates are stored
_REFUSED = "Topology Validation Error"

# Why a shape is invalid that GEOS does not call so: `Shape.reason` is a position here.
OWN_REASONS = ("", "Coordinate too far", "Hollow Ring", "Collapsed Ring", _REFUSED)
_FAR, _HOLLOW, _COLLAPSED, _BY_GEOS = 1, 2, 3, 4

_REASON = r"^(?P<reason>[^\[]*)"  # GEOS says: Self-intersection[587005 2326005]
_PLACE = r"\[(?P<x>-?[0-9.]+(?:e[+-]?[0-9]+)?) (?P<y>-?[0-9.]+(?:e[+-]?[0-9]+)?)"


class ShapeFault(IntEnum):
    """The one thing wrong with a shape."""

    NONE = 0
    NULL = 1
    EMPTY = 2
    TYPE = 3
    ZERO_AREA = 4
    INVALID = 5
    COMPLEX = 6


@dataclass(frozen=True, slots=True)
class Shape:
    """Per row of the dataset.

    fault   (n,) a ShapeFault
    stage   (n,) index into STAGES: where the fault appeared
    reason  (n,) why it is invalid where GEOS does not say it: a position in OWN_REASONS; 0 where GEOS does
    on_grid (n,) whether it is a polygon that rounding leaves as it was delivered; not asked of others
    """

    fault: NDArray[np.int8]
    stage: NDArray[np.int8]
    reason: NDArray[np.int8]
    on_grid: Mask

    @property
    def usable(self) -> Mask:
        """(n,) whether the row has a valid polygon or multipolygon with an area."""
        return np.asarray(self.fault == ShapeFault.NONE)


def shape_of(subject: Subject) -> Shape:
    """The shape faults of a dataset; use as `subject.fact(shape_of)`."""
    dataset = subject.dataset
    delivered = dataset.delivered
    n = len(dataset)
    fault = np.zeros(n, np.int8)
    stage = np.zeros(n, np.int8)
    reason = np.zeros(n, np.int8)
    on_grid = np.zeros(n, dtype=bool)

    type_id = shapely.get_type_id(delivered)  # -1 for None
    fault[~np.isin(type_id, (POLYGON, MULTIPOLYGON))] = ShapeFault.TYPE
    fault[shapely.is_empty(delivered)] = ShapeFault.EMPTY
    fault[type_id < 0] = ShapeFault.NULL
    _refuse_unfit(subject, fault, reason)
    rings = ring_counts(delivered)

    geographic = geographic_rows(subject)
    forms: dict[Stage, Forms] = {
        "delivered": delivered,
        "rounded": dataset.rounded,
        "stored": dataset.stored,
    }
    for number, name in enumerate(STAGES):
        rows = where(fault == ShapeFault.NONE)
        if name == "rounded":
            away = _rounded_away(subject, rows)
            on_grid[rows[~away]] = True
            rows = rows[away]
        form = forms[name][rows]
        degrees = geographic[rows] | (name == "stored")
        if name == "stored":
            kept = storable_rows(subject)[rows]  # a foreign CRS is judged but never stored
            rows, form, degrees = rows[kept], form[kept], degrees[kept]
        nothing = without_area(form, degrees)
        invalid = ~nothing & ~is_valid(form)
        if name != "delivered":
            gone = where(shapely.is_missing(form))
            nothing[gone] = _collapsed(subject, rows[gone], name)
            several = where((rings[rows] > 1) & ~shapely.is_missing(form) & ~nothing)
            fallen = several[ring_counts(form[several]) < rings[rows[several]]]
            reason[rows[fallen]] = _COLLAPSED
            invalid[fallen] = True
            invalid &= ~nothing
        fault[rows[nothing]] = ShapeFault.ZERO_AREA
        fault[rows[invalid]] = ShapeFault.INVALID
        stage[rows[nothing | invalid]] = number
    return Shape(fault, stage, reason, on_grid)


def _refuse_unfit(subject: Subject, fault: NDArray[np.int8], reason: NDArray[np.int8]) -> None:
    """What must not be handed to GEOS, or would pass there: coordinates that are no place, hollow rings, complex shapes."""
    delivered = subject.dataset.delivered
    polygonal = fault == ShapeFault.NONE
    with np.errstate(invalid="ignore"):
        bounds = shapely.bounds(delivered)
    far = polygonal & ((np.abs(bounds) > FARTHEST) & np.isfinite(bounds)).any(axis=1)
    fault[far], reason[far] = ShapeFault.INVALID, _FAR
    hollow_rows = (fault == ShapeFault.NONE) & hollow(delivered)
    fault[hollow_rows], reason[hollow_rows] = ShapeFault.INVALID, _HOLLOW
    rows = where(fault == ShapeFault.NONE)
    fault[rows[too_complex(delivered[rows])]] = ShapeFault.COMPLEX
    fault[too_long(subject.dataset.column("source_wkb"))] = ShapeFault.COMPLEX
    if subject.dataset.refused is not None:
        refused = subject.dataset.refused
        fault[refused], reason[refused] = ShapeFault.INVALID, _BY_GEOS


def _collapsed(subject: Subject, rows: Rows, stage: Stage) -> Mask:
    """Of rows without a shape at a stage, which have none because all of it fell together; the others have no place."""
    if stage == "rounded":
        return np.ones(len(rows), dtype=bool)
    with np.errstate(invalid="ignore"):
        bounds = shapely.bounds(subject.dataset.delivered[rows])
    size = bounds[:, 2:] - bounds[:, :2]
    unit = np.where(geographic_rows(subject)[rows], 1.0, _METRES_PER_DEGREE)
    return np.asarray((size < (_SPECK_DEG * unit)[:, np.newaxis]).all(axis=1))


def _rounded_away(subject: Subject, rows: Rows) -> Mask:
    """Which of these rows rounding changed: the others are as valid as delivered."""
    srid = subject.fact(source_srid)[rows]
    changed = np.zeros(len(rows), dtype=bool)
    for epsg in np.unique(srid):
        mine = srid == epsg
        changed[mine] = off_grid(subject.dataset.delivered[rows[mine]], int(epsg))
    return changed


def without_area(geometries: Geometries, geographic: Mask) -> Mask:
    """Whether a polygonal geometry covers nothing: empty, or a line there and back.

    The signed area of a bow-tie is zero as well; it covers something, so it is not meant.
    """
    limit = shapely.length(geometries) * (_WIDTH_OF_NOTHING_M / 2)
    limit = np.where(geographic, limit / _METRES_PER_DEGREE, limit)
    nothing = np.asarray(shapely.is_empty(geometries), dtype=bool)
    suspect = where(~nothing & (shapely.area(geometries) <= limit) & np.isfinite(limit))
    nothing[suspect] = (
        shapely.area(made_valid(geometries[suspect])) <= limit[suspect]
    )  # NaN: too tangled to be nothing
    return nothing


def reasons(geometries: Geometries) -> tuple[pa.Array, Geometries]:
    """Why each of these invalid geometries is invalid, in GEOS' words, and where; None where it has no place.

    A missing one is a shape that could not be placed: its coordinates are no place on the ellipsoid.
    """
    said = each_row(shapely.is_valid_reason, geometries, refused=_REFUSED)
    text = pc.fill_null(pa.array(said, pa.string()), "Invalid Coordinate")
    reason = pc.struct_field(pc.extract_regex(text, _REASON), "reason")
    at = pc.extract_regex(text, _PLACE)
    x, y = (_number(pc.struct_field(at, name)) for name in ("x", "y"))
    known = placed(np.column_stack((x, y)))
    place = np.full(len(geometries), None, dtype=object)
    place[known] = shapely.points(x[known], y[known])
    return reason, place


def _number(text: pa.Array) -> NDArray[np.float64]:
    return np.asarray(pc.fill_null(text, "nan").cast(pa.float64()), dtype=np.float64)


def source_srid(subject: Subject) -> NDArray[np.int32]:
    """(n,) EPSG code of each row's delivered coordinates."""
    return np.asarray(subject.dataset.column("source_srid"), dtype=np.int32)


def geographic_rows(subject: Subject) -> Mask:
    """(n,) whether the delivered coordinates are degrees."""
    return _per_srid(subject.fact(source_srid), crs.is_geographic)


def storable_rows(subject: Subject) -> Mask:
    """(n,) whether the row's CRS is one whose parcels are stored, so that a stored form must exist."""
    return _per_srid(subject.fact(source_srid), crs.is_storable)


def _per_srid(srid: NDArray[np.int32], ask: Callable[[int], bool]) -> Mask:
    known, position = np.unique(srid, return_inverse=True)
    return np.array([ask(int(epsg)) for epsg in known], dtype=bool)[position]


def misordered(geometries: Geometries) -> tuple[Rows, Geometries]:
    """Polygons and multipolygons with a hole wound like its shell, or with shells wound differently.

    Returns their positions and the first such ring of each, as a line.
    """
    complicated = where(
        (shapely.get_num_interior_rings(geometries) > 0) | (shapely.get_num_geometries(geometries) > 1)
    )
    # A multipolygon of one part may have holes as well: its own count of interior rings is 0.
    multi = where(shapely.get_type_id(geometries) == MULTIPOLYGON)
    candidates = np.union1d(complicated, multi)
    parts, owner = shapely.get_parts(geometries[candidates], return_index=True)
    shells = shapely.get_exterior_ring(parts)
    shell_ccw = shapely.is_ccw(shells)
    first = np.searchsorted(owner, owner)  # the first part of the same geometry
    odd_shells = where(shell_ccw != shell_ccw[first])

    with_holes = where(shapely.get_num_interior_rings(parts) > 0)
    rings, part = shapely.get_rings(parts[with_holes], return_index=True)
    is_hole = np.ones(len(rings), dtype=bool)
    is_hole[np.searchsorted(part, np.arange(len(with_holes)))] = False  # the shell comes first
    hole_part = with_holes[part]
    odd_holes = where(is_hole & (shapely.is_ccw(rings) == shell_ccw[hole_part]))

    found_owner = np.concatenate((owner[odd_shells], owner[hole_part[odd_holes]]))
    found_ring = np.concatenate((shells[odd_shells], rings[odd_holes]))
    at, take = np.unique(found_owner, return_index=True)
    coordinates, ring = shapely.get_coordinates(found_ring[take], return_index=True)
    return candidates[at], shapely.linestrings(coordinates, indices=ring)
