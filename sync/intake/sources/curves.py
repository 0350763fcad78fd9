"""Curves to lines that stay within a stated distance of them: arcs, ellipses, B-splines and interpolated curves.

Points are evenly spaced in the curve's own parameter, so that a boundary drawn twice gets the same points twice. Bounded
in number, because a file may state any radius: a curve that would need more is refused, not drawn worse.
"""

from collections.abc import Callable, Iterable

import numpy as np
from numpy.typing import NDArray

Points = NDArray[np.float64]

_MOST = 16_384  # pieces of one curve; at 1 mm that is a circle of 27 km


def ellipse(
    centre: Points, major: Points, minor: Points, start: float, sweep: float, tolerance: float
) -> Points:
    """Points (n, 2) along centre + major·cos(t) + minor·sin(t), t from `start` over `sweep` (radians).

    No point of the curve is further than `tolerance` from the line: an ellipse is a circle that was squeezed, so its
    longer half axis bounds the distance. Raises ValueError.
    """
    radius = float(max(np.hypot(*major), np.hypot(*minor)))
    if not np.isfinite(radius) or radius <= 0:
        raise ValueError("a curve without a radius")
    step = np.pi / 2 if radius <= tolerance else 2 * np.arccos(1 - tolerance / radius)
    pieces = max(4, int(np.ceil(abs(sweep) / step)))
    if pieces > _MOST:
        raise ValueError("a curve too large")
    t = start + np.linspace(0.0, 1.0, pieces + 1) * sweep
    points = centre + np.outer(np.cos(t), major) + np.outer(np.sin(t), minor)
    if np.isclose(abs(sweep), 2 * np.pi):
        points[-1] = points[0]
    return np.asarray(points)


def b_spline(
    poles: Points,
    order: int,
    knots: Iterable[float] | None,
    weights: Iterable[float] | None,
    tolerance: float,
) -> Points:
    """Points (n, 2) along a B-spline. Raises ValueError for one that is none (too few poles, knots that do not fit)."""
    from ezdxf.math import BSpline, Vec3  # which takes a third of a second, and few deliveries have a curve

    curve = BSpline([Vec3(x, y) for x, y in poles.tolist()], order, knots, weights)
    first, last = curve.knots()[order - 1], curve.knots()[curve.count]

    def along(t: Points) -> Points:
        at = first + t * (last - first)
        return np.array([(point.x, point.y) for point in curve.points(at.tolist())], dtype=np.float64)

    return _refined(along, 4 * len(poles), tolerance)


def interpolated(points: Points, tolerance: float) -> Points:
    """Points (n, 2) along MicroStation's curve through points[2:-2]; the two at either end only give its slopes.

    The slopes are Akima's, taken along the chords. Raises ValueError for fewer than two points to go through.
    """
    spans = len(points) - 5
    if spans < 1:
        raise ValueError("a curve through one point")
    chords = np.diff(points, axis=0)
    length = np.hypot(*chords.T)[:, np.newaxis]
    slope = np.divide(chords, length, out=np.zeros_like(chords), where=length > 0)
    bend = np.abs(np.diff(slope, axis=0))
    before, after = bend[:-2], bend[2:]
    both = before + after
    even = (slope[1:-2] + slope[2:-1]) / 2
    weighed = np.divide(after * slope[1:-2] + before * slope[2:-1], both, out=even.copy(), where=both > 0)
    there, back = weighed[:-1], weighed[1:]
    chord, long = slope[2:-2], length[2:-2]

    def along(t: Points) -> Points:
        span = np.minimum((t * spans).astype(np.int64), spans - 1)
        u = (t * spans - span)[:, np.newaxis]
        bow = (
            u * there[span]
            + u**2 * (3 * chord - 2 * there - back)[span]
            + u**3 * (there + back - 2 * chord)[span]
        )
        return np.asarray(points[2:-3][span] + long[span] * bow)

    return _refined(along, spans, tolerance)


def _refined(along: Callable[[Points], Points], pieces: int, tolerance: float) -> Points:
    """Points for evenly spaced parameters of [0, 1], twice as many until no middle of a piece is off its chord.

    The points handed back are those of one doubling more than that test needs, so that a piece whose furthest point is
    not its middle is within `tolerance` too.
    """
    pieces = max(4, pieces)
    while pieces <= _MOST:
        finer = along(np.linspace(0.0, 1.0, 2 * pieces + 1))
        if not np.isfinite(finer).all():
            raise ValueError("a curve of no numbers")
        chords = (finer[0:-1:2] + finer[2::2]) / 2
        if np.hypot(*(finer[1::2] - chords).T).max() <= tolerance:
            return finer
        pieces *= 2
    raise ValueError("a curve too large")
