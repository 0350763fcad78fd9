"""Mutated parcels, made in code from a seed: lists of parts of rings of vertices, written as WKB by hand.

By hand, because libraries refuse to build most of what lies in files: empty rings, rings of one point, numbers that are none.
"""

import math
import random
import struct
from collections.abc import Callable

Ring = list[tuple[float, float]]
Part = list[Ring]
Shape = list[Part]

STRANGE = (math.nan, math.inf, -math.inf, 1e9, -3e10, 1e17, 1e200, 1e308, 1e-300, 5e-324, 0.0, -0.0)


def wkb(shape: Shape, *, multi: bool = True) -> bytes:
    """A MultiPolygon, or a Polygon of the first part."""
    parts = [_polygon(part) for part in (shape if multi else shape[:1])]
    if not multi:
        return parts[0] if parts else _polygon([])
    return struct.pack("<BII", 1, 6, len(parts)) + b"".join(parts)


def _polygon(part: Part) -> bytes:
    rings = [struct.pack("<I", len(ring)) + b"".join(struct.pack("<dd", *at) for at in ring) for ring in part]
    return struct.pack("<BII", 1, 3, len(rings)) + b"".join(rings)


def parcel(dice: random.Random, x: float, y: float) -> Shape:
    """A sound parcel of some twenty metres: with a hole or a second part now and then."""
    shape = [[_round(dice, x, y, dice.uniform(5, 10), dice.randint(3, 12))]]
    if dice.random() < 0.3:
        shape[0].append(_round(dice, x, y, 1.0, dice.randint(3, 6))[::-1])
    if dice.random() < 0.3:
        shape.append([_round(dice, x + 25, y, 3.0, dice.randint(3, 6))])
    return shape


def _round(dice: random.Random, x: float, y: float, radius: float, corners: int) -> Ring:
    turn = dice.uniform(0, math.tau)
    ring = [
        (
            round(x + radius * math.cos(turn + math.tau * corner / corners), 4),
            round(y + radius * math.sin(turn + math.tau * corner / corners), 4),
        )
        for corner in range(corners)
    ]
    return [*ring, ring[0]]


def _some(dice: random.Random, shape: Shape) -> Ring:
    part = dice.choice(shape) if shape else []
    return dice.choice(part) if part else []


def _collapse(dice: random.Random, shape: Shape) -> None:
    ring = _some(dice, shape)
    if ring:
        ring[:] = [ring[0]] * dice.randint(1, 6)


def _shrink(dice: random.Random, shape: Shape) -> None:
    ring = _some(dice, shape)
    if ring:
        (x, y), by = ring[0], dice.choice((1e-9, 1e-6, 3e-6, 1e-5, 1e-3, 0.0))
        ring[:] = [(x + (a - x) * by, y + (b - y) * by) for a, b in ring]


def _flatten(dice: random.Random, shape: Shape) -> None:
    ring = _some(dice, shape)
    if ring:
        (x, y), slope = ring[0], dice.choice((0.0, 1.0, 0.37))
        ring[:] = [(a, y + (a - x) * slope) for a, _ in ring]


def _empty_ring(dice: random.Random, shape: Shape) -> None:
    _some(dice, shape).clear()


def _empty_part(dice: random.Random, shape: Shape) -> None:
    shape.insert(dice.randint(0, len(shape)), dice.choice(([], [[]], [[], []])))


def _strange(dice: random.Random, shape: Shape) -> None:
    ring = _some(dice, shape)
    for _ in range(dice.randint(1, 3) if ring else 0):
        at = dice.randrange(len(ring))
        x, y = ring[at]
        ring[at] = (dice.choice(STRANGE), y) if dice.random() < 0.5 else (x, dice.choice(STRANGE))


def _scale(dice: random.Random, shape: Shape) -> None:
    by = dice.choice((1e-300, 1e-12, 1e-6, 10.0, 1e6, 1e150, 1e300))
    for part in shape:
        part[:] = [[(x * by, y * by) for x, y in ring] for ring in part]


def _turn(dice: random.Random, shape: Shape) -> None:
    for part in shape:
        part[:] = [[(y, x) for x, y in ring] for ring in part]


def _swap(dice: random.Random, shape: Shape) -> None:
    ring = _some(dice, shape)
    if len(ring) > 3:
        a, b = dice.randrange(len(ring)), dice.randrange(len(ring))
        ring[a], ring[b] = ring[b], ring[a]


def _repeat(dice: random.Random, shape: Shape) -> None:
    ring = _some(dice, shape)
    ring[:] = ring * dice.choice((2, 2, 3, 40, 400))


def _again(dice: random.Random, shape: Shape) -> None:
    if shape:
        part = dice.choice(shape)
        if part and dice.random() < 0.5:
            part.append(list(dice.choice(part)))
        else:
            shape.append([list(ring) for ring in part])


def _touch(dice: random.Random, shape: Shape) -> None:
    """A vertex comes to lie on, or a hair beside, another edge of its ring."""
    ring = _some(dice, shape)
    if len(ring) > 4:
        at = dice.randrange(1, len(ring) - 1)
        (a, b), (c, d) = ring[0], ring[1] if at > 2 else ring[-2]
        share, off = dice.random(), dice.choice((0.0, 1e-9, 4e-5, -4e-5, 9e-5))
        ring[at] = (a + (c - a) * share + off, b + (d - b) * share + off)


def _spike(dice: random.Random, shape: Shape) -> None:
    ring = _some(dice, shape)
    if ring:
        at = dice.randrange(len(ring))
        x, y = ring[at]
        wide = dice.choice((0.0, 3e-5, 1e-4, 1e-2))
        ring[at:at] = [(x, y), (x + dice.uniform(-9, 9), y + dice.uniform(-9, 9)), (x + wide, y)]


def _scribble(dice: random.Random, shape: Shape) -> None:
    ring = _some(dice, shape)
    if ring:
        x, y = ring[0]
        ring[:] = [
            (x + dice.uniform(0, 20), y + dice.uniform(0, 20)) for _ in range(dice.choice((4, 9, 60, 300)))
        ]
        ring.append(ring[0])


def _open(dice: random.Random, shape: Shape) -> None:
    del _some(dice, shape)[-1:]


def _cut(dice: random.Random, shape: Shape) -> None:
    ring = _some(dice, shape)
    del ring[dice.randint(0, len(ring)) :]


def _nudge(dice: random.Random, shape: Shape) -> None:
    """Off the grid on which coordinates are kept."""
    by = dice.choice((1e-5, 4.9e-5, 3e-4))
    for part in shape:
        part[:] = [[(x + dice.uniform(-by, by), y + dice.uniform(-by, by)) for x, y in r[:-1]] for r in part]
        part[:] = [[*ring, ring[0]] if ring else ring for ring in part]


CHANGES: tuple[Callable[[random.Random, Shape], None], ...] = (
    _collapse, _shrink, _flatten, _empty_ring, _empty_part, _strange, _scale, _turn, _swap, _repeat, _again, _touch,
    _spike, _scribble, _open, _cut, _nudge,
)  # fmt: skip


def mutated(seed: str, x: float, y: float) -> tuple[bytes, list[str]]:
    """A parcel at a place, changed once to three times: its WKB, and what was done."""
    dice = random.Random(seed)
    shape = parcel(dice, x, y)
    done = [dice.choice(CHANGES) for _ in range(dice.choice((1, 1, 1, 2, 3)))]
    for change in done:
        change(dice, shape)
    return wkb(shape, multi=len(shape) != 1 or dice.random() < 0.5), [change.__name__ for change in done]
