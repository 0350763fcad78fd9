"""Drawings of blocks: how 12 x 8 lattice cells and the two roads beside them fall into parcels.

A block is a small drawing on a lattice of cells. Every parcel is a set of cells, its boundary runs along
lattice lines, so parcels of a block neither overlap nor leave a gap, whatever the lattice is bent into
later (`fabric`). The library is drawn once, from a fixed seed of its own: the seed of a nation chooses
among the drawings, it does not change them.
"""

from dataclasses import dataclass
from enum import IntEnum
from functools import cache
from itertools import pairwise

import numpy as np
from numpy.typing import NDArray

WIDTH, HEIGHT = 12, 8  # cells of a block, roads aside
CELLS_ACROSS, CELLS_UP = WIDTH + 1, HEIGHT + 1  # with the road on its east and the road on its north
MAX_VERTICES = 30  # of a parcel, all its rings together
VARIANTS = 6  # drawings tried per family and number of parcels

Rectangle = tuple[int, int, int, int]  # west, south, east, north, in cells
Node = tuple[int, int]


class GroundKind(IntEnum):
    """What a parcel is, before it gets a land-use code."""

    HOUSE = 0
    FIELD = 1
    ORCHARD = 2
    POND = 3
    PUBLIC = 4
    ROAD = 5
    CANAL = 6


class Family(IntEnum):
    """What a block is mostly made of."""

    VILLAGE = 0
    FIELDS = 1
    MIXED = 2


@dataclass(frozen=True, slots=True)
class Library:
    """Every drawing, flattened, so that blocks are laid out by array indexing alone.

    family, parcels      (t,) of each drawing; the last two parcels are its road on the east and on the north
    labels               (t, 9, 13) which parcel of its drawing each cell belongs to
    ground               (p,) of each parcel of each drawing, drawings one after the other
    node_i, node_j       (n,) lattice nodes of all rings one after the other, not closed, land on the left
    first_*              (… + 1,) where the things of a drawing start: its parcels, parts, rings, nodes
    ring_nodes           (r,) nodes of each ring
    ring_part            (r,) part of each ring, counted within its drawing; its first ring is the shell
    part_parcel          (s,) parcel of each part, counted within its drawing
    """

    family: NDArray[np.int64]
    parcels: NDArray[np.int64]
    labels: NDArray[np.int32]
    ground: NDArray[np.int8]
    node_i: NDArray[np.int64]
    node_j: NDArray[np.int64]
    ring_nodes: NDArray[np.int64]
    ring_part: NDArray[np.int64]
    part_parcel: NDArray[np.int64]
    first_parcel: NDArray[np.int64]
    first_part: NDArray[np.int64]
    first_ring: NDArray[np.int64]
    first_node: NDArray[np.int64]

    @property
    def fewest(self) -> int:
        """Parcels of the smallest block; every number from here to `most` has a drawing."""
        return int(self.parcels.min())

    @property
    def most(self) -> int:
        """Parcels of the largest block."""
        return int(self.parcels.max())


@dataclass(slots=True)
class _Drawing:
    family: Family
    cells: NDArray[np.int32]  # (8, 12) parcel of each cell
    ground: list[GroundKind]


def _cut(rng: np.random.Generator, area: Rectangle, pieces: int) -> list[Rectangle]:
    """Cut a rectangle by straight cuts into about `pieces`, none longer than a parcel may have vertices."""
    done: list[Rectangle] = [area]
    while True:
        sizes = [(e - w) * (n - s) for w, s, e, n in done]
        too_long = [k for k, (w, s, e, n) in enumerate(done) if 2 * (e - w + n - s) > MAX_VERTICES]
        if not too_long and (len(done) >= pieces or max(sizes) == 1):
            return done
        k = too_long[0] if too_long else int(np.argmax(np.array(sizes) * rng.uniform(0.5, 1.0, len(sizes))))
        w, s, e, n = done.pop(k)
        across = (e - w) > (n - s) if (e - w) != (n - s) else bool(rng.integers(2))
        length = e - w if across else n - s
        at = int(np.clip(round(length * rng.uniform(0.35, 0.65)), 1, length - 1))
        done += [(w, s, w + at, n), (w + at, s, e, n)] if across else [(w, s, e, s + at), (w, s + at, e, n)]


def _lots(rng: np.random.Generator, south: int, north: int, lots: int) -> list[Rectangle]:
    """A row of house plots of one to several cells' width, all from one line to the other."""
    cuts = [0, *sorted(rng.choice(np.arange(1, WIDTH), lots - 1, replace=False).tolist()), WIDTH]
    return [(w, south, e, north) for w, e in pairwise(cuts)]


def _paint(family: Family, areas: list[tuple[Rectangle, GroundKind]]) -> _Drawing:
    cells = np.full((HEIGHT, WIDTH), -1, dtype=np.int32)
    for k, ((w, s, e, n), _) in enumerate(areas):
        cells[s:n, w:e] = k
    return _Drawing(family, cells, [ground for _, ground in areas])


def _dig(rng: np.random.Generator, drawing: _Drawing, areas: list[Rectangle]) -> None:
    """Put a pond or a house inside a field: the field gets a hole, and the hole is a parcel."""
    for k, (w, s, e, n) in enumerate(areas):
        across, up = e - w, n - s
        if min(across, up) < 3 or drawing.ground[k] != GroundKind.FIELD:
            continue
        room = (MAX_VERTICES - 2 * (across + up)) // 2  # half the outline that a hole may still have
        if room < 2 or rng.random() > 0.6:
            continue
        inner_across = int(rng.integers(1, min(across - 2, room - 1) + 1))
        inner_up = int(rng.integers(1, min(up - 2, room - inner_across) + 1))
        west = int(rng.integers(w + 1, e - inner_across))
        south = int(rng.integers(s + 1, n - inner_up))
        drawing.cells[south : south + inner_up, west : west + inner_across] = len(drawing.ground)
        drawing.ground.append(GroundKind.POND if rng.random() < 0.7 else GroundKind.HOUSE)


def _join_apart(rng: np.random.Generator, drawing: _Drawing, areas: list[Rectangle]) -> None:
    """Make one parcel of two fields that do not touch, as when a path was cut through."""
    plain = [
        k
        for k, (w, s, e, n) in enumerate(areas)
        if drawing.ground[k] == GroundKind.FIELD and (drawing.cells[s:n, w:e] == k).all()
    ]
    for a in plain:
        for b in plain:
            (aw, as_, ae, an), (bw, bs, be, bn) = areas[a], areas[b]
            apart = bw > ae or bs > an  # strictly: parts that share a point would be another shape
            vertices = 2 * (ae - aw + an - as_ + be - bw + bn - bs)
            if a < b and apart and vertices <= MAX_VERTICES and rng.random() < 0.5:
                drawing.cells[drawing.cells == b] = a
                drawing.cells[drawing.cells > b] -= 1
                del drawing.ground[b]
                return


def _village(rng: np.random.Generator, pieces: int) -> _Drawing:
    south = min(max(pieces // 2 + int(rng.integers(-1, 2)), 1), pieces - 1)
    south = min(max(south, pieces - WIDTH), WIDTH)
    middle = int(rng.integers(3, 6))
    areas = _lots(rng, 0, middle, south) + _lots(rng, middle, HEIGHT, pieces - south)
    longest = [2 * (e - w + n - s) for w, s, e, n in areas]
    ground = [GroundKind.PUBLIC if v > 20 else GroundKind.HOUSE for v in longest]
    return _paint(Family.VILLAGE, list(zip(areas, ground, strict=True)))


def _fields(rng: np.random.Generator, pieces: int) -> _Drawing:
    areas = _cut(rng, (0, 0, WIDTH, HEIGHT), pieces)
    ground = [GroundKind.ORCHARD if rng.random() < 0.2 else GroundKind.FIELD for _ in areas]
    drawing = _paint(Family.FIELDS, list(zip(areas, ground, strict=True)))
    if rng.random() < 0.6:
        _dig(rng, drawing, areas)
    if rng.random() < 0.5:
        _join_apart(rng, drawing, areas)
    return drawing


def _mixed(rng: np.random.Generator, pieces: int) -> _Drawing:
    lots = min(max(pieces * 2 // 3, 2), WIDTH)
    houses = _lots(rng, 0, 3, lots)
    fields = _cut(rng, (0, 3, WIDTH, HEIGHT), max(pieces - lots, 1))
    ground = [GroundKind.HOUSE] * len(houses) + [
        GroundKind.ORCHARD if rng.random() < 0.5 else GroundKind.FIELD for _ in fields
    ]
    return _paint(Family.MIXED, list(zip(houses + fields, ground, strict=True)))


def trace(cells: NDArray[np.int32], label: int) -> list[list[Node]]:
    """The rings round the cells of one label, land on the left: shells counter-clockwise, holes clockwise.

    cells: (rows, columns), row 0 in the south. The label's cells never meet in a single point, so each node
    of its outline has one way out.
    """
    mine = np.pad(cells == label, 1)
    onward: dict[Node, Node] = {}
    for j, i in np.argwhere(mine):
        x, y = int(i) - 1, int(j) - 1
        sides = (
            (mine[j - 1, i], (x, y), (x + 1, y)),
            (mine[j, i + 1], (x + 1, y), (x + 1, y + 1)),
            (mine[j + 1, i], (x + 1, y + 1), (x, y + 1)),
            (mine[j, i - 1], (x, y + 1), (x, y)),
        )
        onward.update({start: end for inside, start, end in sides if not inside})
    rings: list[list[Node]] = []
    while onward:
        start = min(onward)
        ring, here = [start], onward.pop(start)
        while here != start:
            ring.append(here)
            here = onward.pop(here)
        rings.append(ring)
    return rings


def _is_shell(ring: list[Node]) -> bool:
    return sum(x0 * y1 - x1 * y0 for (x0, y0), (x1, y1) in zip(ring, ring[1:] + ring[:1], strict=True)) > 0


def _draw_all() -> list[_Drawing]:
    rng = np.random.default_rng(2025_07_01)  # of the library, not of a nation
    drawings = [
        draw(rng, pieces)
        for draw, numbers in ((_village, range(8, 25)), (_fields, range(2, 19)), (_mixed, range(6, 21)))
        for pieces in numbers
        for _ in range(VARIANTS)
    ]
    by_size = sorted(drawings, key=lambda drawing: len(drawing.ground))
    sizes = {len(drawing.ground) for drawing in by_size}
    if sizes != set(range(min(sizes), max(sizes) + 1)):  # `fabric` fills the last block exactly
        raise AssertionError(f"no drawing for some number of parcels: {sorted(sizes)}")
    return by_size


@cache
def library() -> Library:
    """Every drawing, by number of parcels."""
    drawings = _draw_all()
    labels = np.empty((len(drawings), CELLS_UP, CELLS_ACROSS), dtype=np.int32)
    nodes: list[Node] = []
    ground: list[GroundKind] = []
    ring_nodes: list[int] = []
    ring_part: list[int] = []
    part_parcel: list[int] = []
    firsts: list[tuple[int, int, int, int]] = [(0, 0, 0, 0)]
    for k, drawing in enumerate(drawings):
        inside = len(drawing.ground)
        labels[k, :HEIGHT, :WIDTH] = drawing.cells
        labels[k, :HEIGHT, WIDTH] = inside  # the road on the east
        labels[k, HEIGHT, :] = inside + 1  # the road on the north, with the crossing
        ground += [*drawing.ground, GroundKind.ROAD, GroundKind.ROAD]
        parts = 0
        for parcel in range(inside + 2):
            rings = sorted(trace(labels[k], parcel), key=_is_shell, reverse=True)
            for ring in rings:
                shell = _is_shell(ring)
                if shell:
                    part_parcel.append(parcel)
                    parts += 1
                ring_part.append(parts - 1)
                ring_nodes.append(len(ring))
                nodes += ring
        firsts.append((len(ground), len(part_parcel), len(ring_part), len(nodes)))
    node = np.array(nodes, dtype=np.int64)
    first = np.array(firsts, dtype=np.int64)
    return Library(
        family=np.array([drawing.family for drawing in drawings], dtype=np.int64),
        parcels=np.array([len(drawing.ground) + 2 for drawing in drawings], dtype=np.int64),
        labels=labels,
        ground=np.array(ground, dtype=np.int8),
        node_i=node[:, 0],
        node_j=node[:, 1],
        ring_nodes=np.array(ring_nodes, dtype=np.int64),
        ring_part=np.array(ring_part, dtype=np.int64),
        part_parcel=np.array(part_parcel, dtype=np.int64),
        first_parcel=first[:, 0],
        first_part=first[:, 1],
        first_ring=first[:, 2],
        first_node=first[:, 3],
    )
