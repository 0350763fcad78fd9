"""What is odd about a valid shape (GEO-…): spikes, slivers, vertices, size, precision.

Limits are those of `policy.shape`. None quarantines: a strange parcel may be a true one.
"""

from collections.abc import Callable
from typing import Any

import numpy as np
import pyarrow as pa
import shapely
from numpy.typing import NDArray

from parcels.bilingual import Bilingual
from parcels.geometry import coarse_step, metres_at
from validators.base import WHOLE, Check, Faults, Rows, Subject, where
from validators.edges import edges_of, perimeter_m
from validators.shape import shape_of, source_srid

Floats = NDArray[np.float64]
Geometries = NDArray[np.object_]

_PER_STEP = 1000  # a grid of 0.1 m is met to the 0.1 mm to which coordinates are kept


def spikes(subject: Subject) -> Faults:
    """Parcels whose boundary goes out and comes back on nearly the same line.

    measure: the longest, to the end of its shorter side, in metres; width: how far its sides open there; detail: how
    many; place: a triangle for each.
    """
    rules = subject.context.policy.shape
    edges = subject.fact(edges_of)
    long = where(edges.length > 0)
    before = long[_before(edges.ring[long])]
    vector, vector_before = edges.vector[long], edges.vector[before]
    back = np.flatnonzero((vector * vector_before).sum(axis=1) < 0)  # it turns back at least
    (dx, dy), (dx_before, dy_before) = vector[back].T, vector_before[back].T
    tip, before = long[back], before[back]
    across = np.abs(dx_before * dy - dy_before * dx)
    sharp = across < np.tan(np.radians(float(rules.spike_angle_deg))) * -(dx * dx_before + dy * dy_before)
    tip, before, across = tip[sharp], before[sharp], across[sharp]
    out, home = edges.length[before], edges.length[tip]
    short = np.minimum(out, home)
    opening = across * short / (out * home)
    found = (short >= float(rules.spike_edge_m)) & (opening < float(rules.spike_opening_m))
    tip, before, out, home, short, opening = (
        each[found] for each in (tip, before, out, home, short, opening)
    )
    at = edges.start[tip]
    legs = (
        (edges.start[before] - at) * (short / out)[:, np.newaxis],
        (edges.end[tip] - at) * (short / home)[:, np.newaxis],
    )
    triangles = shapely.polygons(np.stack((at, at + legs[0], at + legs[1]), axis=1))
    return _by_row(
        edges.row[tip], triangles, shapely.multipolygons, short, worst=-short, width_mm=opening * 1000
    )


def _before(ring: NDArray[np.int64]) -> NDArray[np.int64]:
    """The edge before each edge, around its ring."""
    before = np.arange(len(ring)) - 1
    first = np.flatnonzero(np.diff(ring, prepend=-1))
    before[first] = np.append(first[1:], len(ring))[: len(first)] - 1
    return before


def _by_row(
    row: Rows,
    place: Geometries,
    collect: Callable[..., Any],
    measure: Floats,
    worst: Floats,
    width_mm: Floats | None = None,
) -> Faults:
    """A fault for each row out of all its places: all are drawn and counted, the worst (lowest) is measured."""
    order = np.lexsort((worst, row))
    rows, first, count = np.unique(row[order], return_index=True, return_counts=True)
    drawn = collect(place[order], indices=np.repeat(np.arange(len(rows)), count))
    return Faults(
        rows,
        measure=measure[order][first],
        detail=pa.array(count).cast(pa.string()),
        place=np.asarray(drawn, dtype=object),
        width_mm=None if width_mm is None else width_mm[order][first],
    )


def slivers(subject: Subject) -> Faults:
    """Parcels narrower on average than any land that is registered; measure: area; width: that average."""
    area = subject.dataset.numpy("area_m2")
    around = subject.fact(perimeter_m)
    width = np.divide(2 * area, around, out=np.full(len(area), np.nan), where=around > 0)
    rows = where(width < float(subject.context.policy.shape.sliver_width_m))
    return Faults(rows, area[rows], place=subject.dataset.delivered[rows], width_mm=width[rows] * 1000)


def repeated_vertices(subject: Subject) -> Faults:
    """Parcels with vertices that are the one before once more; measure: how many; place: they."""
    edges = subject.fact(edges_of)
    at = where(edges.length == 0)
    ones = np.ones(len(at))
    faults = _by_row(edges.row[at], shapely.points(edges.start[at]), shapely.multipoints, ones, worst=ones)
    count = np.bincount(edges.row[at], minlength=len(subject))[faults.rows]
    return Faults(faults.rows, measure=count.astype(np.float64), place=faults.place)


def tiny_edges(subject: Subject) -> Faults:
    """Parcels with edges shorter than a survey can tell apart.

    measure: the shortest, in millimetres; detail: how many; place: they.
    """
    edges = subject.fact(edges_of)
    edges = edges.of((edges.length > 0) & (edges.length < float(subject.context.policy.shape.tiny_edge_m)))
    lines = shapely.linestrings(np.stack((edges.start, edges.end), axis=1))
    return _by_row(edges.row, lines, shapely.multilinestrings, edges.length * 1000, worst=edges.length)


def too_small(subject: Subject) -> Faults:
    """Parcels of hardly any area; measure: it."""
    area = _usable_area(subject)
    rows = where(area < float(subject.context.policy.shape.area_min_m2))
    return Faults(rows, area[rows], place=subject.dataset.delivered[rows])


def too_large(subject: Subject) -> Faults:
    """Parcels larger than any; measure: the area."""
    area = _usable_area(subject)
    rows = where(area > float(subject.context.policy.shape.area_max_m2))
    return Faults(rows, area[rows])


def _usable_area(subject: Subject) -> Floats:
    """(n,) m²; NaN where there is no usable shape."""
    return np.where(subject.fact(shape_of).usable, subject.dataset.numpy("area_m2"), np.nan)


def coarse(subject: Subject) -> Faults:
    """A commune whose coordinates lost their last digits; a fault for each CRS in which it was delivered.

    measure: percent of the vertices on the grid; detail: its size in metres; place: the extent.
    """
    rules = subject.context.policy.shape
    edges = subject.fact(edges_of)
    long = edges.length > 0
    start, srid = edges.start[long], subject.fact(source_srid)[edges.row[long]]
    known = np.unique(srid).tolist()
    found: list[tuple[int, float, str, shapely.Geometry]] = []
    for epsg in known:
        vertices = start if len(known) == 1 else start[srid == epsg]
        step = coarse_step(epsg, float(rules.grid_m))
        on_grid = vertices
        for axis in (0, 1):  # of most data few eastings are on the grid: northings are asked of these only
            steps = on_grid[:, axis] / step
            on_grid = on_grid[np.abs(steps - np.rint(steps)) <= 1 / _PER_STEP]
        if len(vertices) >= rules.grid_vertices and len(on_grid) >= rules.grid_share * len(vertices):
            west, south = vertices.min(axis=0)
            east, north = vertices.max(axis=0)
            metres = step * float(metres_at(vertices[:1], epsg)[0, 1])
            share = 100 * len(on_grid) / len(vertices)
            found.append((epsg, share, f"{metres:.2g}", shapely.box(west, south, east, north)))
    places = np.array([place for *_, place in found], dtype=object)
    return Faults(
        np.full(len(found), WHOLE, np.int64),
        measure=np.array([share for _, share, _, _ in found], np.float64),
        detail=pa.array([size for _, _, size, _ in found], pa.string()),
        key=pa.array([str(epsg) for epsg, *_ in found], pa.string()),
        place=places,
        place_srid=np.array([epsg for epsg, *_ in found], np.int32),
    )


_DRAW_ANEW = Bilingual(
    "Mở thửa đất tại vị trí được chỉ ra, đối chiếu với bản đồ địa chính rồi bỏ các đỉnh thừa.",
    "Open the parcel at the place shown, compare it with the cadastral map and remove the vertices that do not belong.",
)
LEFT_OUT_BY_EXPORT = Bilingual(
    "Không phải sửa từng thửa: nên loại bỏ khi xuất dữ liệu từ phần mềm nguồn.",
    "No parcel needs to be mended by hand: better left out by the software that exports.",
)

CHECKS: tuple[Check, ...] = (
    Check(
        "GEO-SPIKE",
        "warning",
        quarantines=False,
        title=Bilingual("Ranh giới có gai nhọn", "Spike in the boundary"),
        message=Bilingual(
            "Ranh giới có {detail} gai nhọn; gai dài nhất {measure} m, chỗ mở rộng nhất {width} mm.",
            "The boundary has {detail} spike(s); the longest is {measure} m long and opens {width} mm.",
        ),
        advice=_DRAW_ANEW,
        find=spikes,
        measures=("dung",),
        unit="m",
    ),
    Check(
        "GEO-SLIVER",
        "warning",
        quarantines=False,
        title=Bilingual("Thửa đất là dải quá hẹp", "Sliver"),
        message=Bilingual(
            "Thửa đất là dải hẹp, rộng trung bình {width} mm, diện tích {measure} m².",
            "The parcel is a sliver, {width} mm wide on average, of {measure} m².",
        ),
        advice=Bilingual(
            "Thường là phần thừa giữa hai thửa liền kề sau khi biên tập: kiểm tra và gộp vào thửa đúng, hoặc xóa.",
            "Mostly what editing left between two neighbours: check it and merge it into the right parcel, or delete it.",
        ),
        find=slivers,
        measures=("dung",),
        unit="m²",
    ),
    Check(
        "GEO-DUP-VERTEX",
        "info",
        quarantines=False,
        title=Bilingual("Đỉnh bị lặp", "Repeated vertices"),
        message=Bilingual(
            "Ranh giới có {measure} đỉnh lặp lại đỉnh liền trước; đã được bỏ khi lưu.",
            "{measure} vertices of the boundary repeat the one before; they were dropped on the way.",
        ),
        advice=LEFT_OUT_BY_EXPORT,
        find=repeated_vertices,
        measures=("sach",),
        unit="vertices",
    ),
    Check(
        "GEO-TINY-EDGE",
        "info",
        quarantines=False,
        title=Bilingual("Cạnh quá ngắn", "Tiny edges"),
        message=Bilingual(
            "Ranh giới có {detail} cạnh quá ngắn; cạnh ngắn nhất {measure} mm.",
            "The boundary has {detail} edge(s) too short to survey; the shortest is {measure} mm.",
        ),
        advice=_DRAW_ANEW,
        find=tiny_edges,
        measures=("sach",),
        unit="mm",
    ),
    Check(
        "GEO-AREA-SMALL",
        "warning",
        quarantines=False,
        title=Bilingual("Diện tích quá nhỏ", "Area too small"),
        message=Bilingual(
            "Diện tích thửa đất chỉ có {measure} m².", "The area of the parcel is only {measure} m²."
        ),
        advice=Bilingual(
            "Kiểm tra có phải phần thừa khi biên tập không; nếu phải thì gộp vào thửa liền kề hoặc xóa.",
            "Check whether editing left it over; if so, merge it into a neighbour or delete it.",
        ),
        find=too_small,
        measures=("dung",),
        unit="m²",
    ),
    Check(
        "GEO-AREA-LARGE",
        "warning",
        quarantines=False,
        title=Bilingual("Diện tích quá lớn", "Area too large"),
        message=Bilingual(
            "Diện tích thửa đất đến {measure} m², lớn bất thường.",
            "The area of the parcel is {measure} m², larger than any.",
        ),
        advice=Bilingual(
            "Kiểm tra hệ tọa độ, đơn vị đo và ranh giới; có thể nhiều thửa đã bị gộp làm một.",
            "Check the coordinate system, its unit and the boundary; several parcels may have become one.",
        ),
        find=too_large,
        measures=("dung",),
        unit="m²",
    ),
    Check(
        "GEO-PRECISION",
        "warning",
        quarantines=False,
        title=Bilingual("Tọa độ bị làm tròn quá thô", "Coordinates too coarse"),
        message=Bilingual(
            "{measure} % số đỉnh thửa của xã có tọa độ làm tròn đến {detail} m.",
            "{measure} % of the commune's vertices have coordinates rounded to {detail} m.",
        ),
        advice=Bilingual(
            "Xuất lại dữ liệu với đủ số chữ số thập phân như trong phần mềm nguồn (ít nhất đến milimét).",
            "Export again with all the decimals that the source holds (millimetres at least).",
        ),
        find=coarse,
        unit="%",
        numeric_detail=True,
    ),
)
