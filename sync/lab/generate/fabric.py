"""A complete parcel fabric for one or more communes: blocks, roads, canals, fields, house plots, in a projected plane.

Blocks (`block`) are laid side by side on one lattice of shared nodes, the lattice is bent and shaken, and
rings are gathered from it by array indexing. Neighbours therefore have the same nodes, bit for bit: there is
no overlap and no gap by construction, and nothing is snapped or repaired afterwards.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import pairwise

import numpy as np
import shapely
from numpy.typing import NDArray

from sync.lab.generate.block import CELLS_ACROSS, CELLS_UP, HEIGHT, WIDTH, GroundKind, Library, library

FEWEST_PARCELS = 4  # of a commune: the smallest block with its two roads
SMALLEST_MEAN_M2 = 40.0  # a fabric is not shrunk below this mean parcel area

# Where a node may move, as a share of the distance to the nearest parallel line: two lines that both move
# by this much, and a chord over SUPPORT cells of the bent lattice, still keep their order.
SHAKE = 0.16
SUPPORT = 6  # on every sixth line a node is kept even where nothing ends there
KEEP = 0.3  # share of the other nodes without a corner that stay as vertices of both neighbours


@dataclass(frozen=True, slots=True)
class Style:
    """How a commune looks. Lengths in metres; (from, to) are drawn per commune and then varied per line."""

    lot_width: tuple[float, float]
    row_depth: tuple[float, float]
    road_width: tuple[float, float]
    canal_share: float
    families: tuple[float, float, float]  # village, fields, mixed


URBAN = Style((3.8, 5.5), (4.0, 5.5), (3.5, 9.0), 0.08, (0.72, 0.06, 0.22))
RURAL = Style((6.0, 11.0), (5.5, 9.0), (3.0, 7.0), 0.3, (0.22, 0.48, 0.3))


@dataclass(frozen=True, slots=True)
class Fabric:
    """The parcels of a commune (n of them), sheet by sheet in order of their numbers.

    geometry  (n,) Polygon or MultiPolygon, metres, on the millimetre grid, shells counter-clockwise
    ground    (n,) of `Ground`
    sheet, number   (n,) from 1; together unique
    """

    geometry: NDArray[np.object_]
    ground: NDArray[np.int8]
    sheet: NDArray[np.int64]
    number: NDArray[np.int64]


@dataclass(frozen=True, slots=True)
class _Layout:
    """Which drawing stands where: a block per entry, rows of blocks from the south."""

    drawing: NDArray[np.int64]
    row: NDArray[np.int64]
    column: NDArray[np.int64]


def _choose_drawings(
    rng: np.random.Generator, drawn: Library, style: Style, parcels: int
) -> NDArray[np.int64]:
    """Drawings whose parcels add up to exactly the number asked for."""
    weight = np.array(style.families)[drawn.family] / np.bincount(drawn.family)[drawn.family]
    weight /= weight.sum()
    blocks = int(parcels / drawn.fewest) + 1
    picked = rng.choice(len(weight), size=blocks, p=weight)
    total = np.cumsum(drawn.parcels[picked])
    kept = int(np.searchsorted(total, parcels - drawn.fewest, side="right"))
    rest = parcels - (int(total[kept - 1]) if kept else 0)  # fewest <= rest < fewest + most
    last = [rest] if rest <= drawn.most else [rest // 2, rest - rest // 2]
    exact = [rng.choice(np.flatnonzero(drawn.parcels == size)) for size in last]
    return np.concatenate([picked[:kept], np.array(exact, dtype=np.int64)])


def _lay_out(
    rng: np.random.Generator, drawing: NDArray[np.int64], block_width: float, block_height: float
) -> _Layout:
    """Rows of blocks in a roundish outline. Each row is unbroken and shares an edge with the next: no lakes."""
    blocks = len(drawing)
    rows = int(np.clip(round(np.sqrt(blocks * block_width / block_height)), 1, blocks))
    across = np.linspace(-1, 1, rows + 2)[1:-1]
    profile = np.sqrt(1 - 0.85 * across**2) * rng.uniform(0.85, 1.15, rows)
    lengths = np.maximum(np.floor(profile / profile.sum() * (blocks - rows)).astype(np.int64) + 1, 1)
    lengths[np.argsort(-profile, kind="stable")[: blocks - int(lengths.sum())]] += 1
    starts = np.rint((lengths.max() - lengths) / 2 + rng.uniform(-0.8, 0.8, rows)).astype(np.int64)
    for r in range(1, rows):
        starts[r] = np.clip(starts[r], starts[r - 1] - lengths[r] + 1, starts[r - 1] + lengths[r - 1] - 1)
    row = np.repeat(np.arange(rows), lengths)
    within = np.arange(blocks) - np.repeat(np.cumsum(lengths) - lengths, lengths)
    column = starts[row] + within
    return _Layout(drawing, row, column - column.min())


def _spacing(
    rng: np.random.Generator, size: tuple[float, float], cells: int, roads: NDArray[np.float64]
) -> NDArray[np.float64]:
    """Widths of lattice columns (or rows): `cells` of them and then a road, per block."""
    base = rng.uniform(*size)
    per_block = base * rng.uniform(0.8, 1.25, (len(roads), 1)) * rng.uniform(0.85, 1.15, (len(roads), cells))
    return np.column_stack([per_block, roads]).ravel()


def _roads(
    rng: np.random.Generator, style: Style, lines: int
) -> tuple[NDArray[np.float64], NDArray[np.bool_]]:
    """The width of the strip behind each row (or column) of blocks, and whether it is a canal."""
    canal = rng.random(lines) < style.canal_share
    return rng.uniform(*style.road_width, lines) * np.where(canal, 1.6, 1.0), canal


def _bend(rng: np.random.Generator, xy: NDArray[np.float64]) -> NDArray[np.float64]:
    """Bend the lattice by long waves and turn it. The map is one-to-one: each wave is a shear below 0.2."""
    size = max(float(np.ptp(xy, axis=0).max()), 400.0)
    phase = rng.uniform(0, 2 * np.pi, 4)
    x, y = xy[:, 0], xy[:, 1]
    wave = 2 * np.pi / size
    x = x + 0.10 / wave * np.sin(wave * y + phase[0]) + 0.02 / wave * np.sin(3 * wave * y + phase[1])
    y = y + 0.10 / wave * np.sin(wave * x + phase[2]) + 0.02 / wave * np.sin(3 * wave * x + phase[3])
    turn = rng.uniform(0, 2 * np.pi)
    cos, sin = np.cos(turn), np.sin(turn)
    return np.column_stack([cos * x - sin * y, sin * x + cos * y])


def _shake(
    rng: np.random.Generator, lines: NDArray[np.float64], shape: tuple[int, int]
) -> NDArray[np.float64]:
    """How far each node moves along one axis; `lines` are the coordinates of the lines along it."""
    gap = np.diff(lines)
    room = np.minimum(np.append(gap, gap[-1]), np.insert(gap, 0, gap[0]))
    return np.asarray(rng.uniform(-SHAKE, SHAKE, shape) * room)


def _kept(rng: np.random.Generator, labels: NDArray[np.int32]) -> NDArray[np.bool_]:
    """Which lattice nodes become vertices: all where a boundary turns, ends or branches, some of the others.

    labels: (rows, columns) parcel of each cell, -1 outside. A node is a vertex of every parcel that it
    touches or of none, which is what makes neighbours share their vertices.
    """
    around = np.pad(labels, 1, constant_values=-1)
    sw, se, nw, ne = around[:-1, :-1], around[:-1, 1:], around[1:, :-1], around[1:, 1:]
    passes = ((sw == se) & (nw == ne)) | ((sw == nw) & (se == ne))
    j, i = np.ogrid[: passes.shape[0], : passes.shape[1]]
    support = np.where(sw == se, i % SUPPORT == 0, j % SUPPORT == 0)
    return np.asarray(~passes | support | (rng.random(passes.shape) < KEEP))


def _ranges(
    first: NDArray[np.int64], drawing: NDArray[np.int64]
) -> tuple[NDArray[np.int64], NDArray[np.int64]]:
    """The entries first[d]:first[d+1] of each block's drawing d, one after the other, and the block of each."""
    start = first[drawing]
    length = first[drawing + 1] - start
    block = np.repeat(np.arange(len(drawing)), length)
    offset = np.cumsum(length) - length
    return np.arange(int(length.sum())) - np.repeat(offset - start, length), block


def _offsets(first: NDArray[np.int64], drawing: NDArray[np.int64]) -> NDArray[np.int64]:
    """How many such entries lie before each block's own."""
    length = np.diff(first)[drawing]
    return np.cumsum(length) - length


def make_fabrics(
    rng: np.random.Generator,
    style: Style,
    parcels: Sequence[int],
    centre: tuple[float, float],
    radius: float,
) -> list[Fabric] | None:
    """Fabrics of exactly so many (each >= FEWEST_PARCELS) parcels inside one circle (metres, easting and northing).

    Each begins where the one before ends, block after block from the south-west: neighbouring fabrics share their
    border's vertices as neighbouring parcels do. Shrunk where they do not fit at their natural size; None where they
    would have to be shrunk until the mean parcel falls below SMALLEST_MEAN_M2.
    """
    drawn = library()
    mean = (np.mean(style.lot_width), np.mean(style.row_depth), np.mean(style.road_width))
    drawings = [_choose_drawings(rng, drawn, style, number) for number in parcels]
    layout = _lay_out(
        rng,
        np.concatenate(drawings),
        float(WIDTH * mean[0] + mean[2]),
        float(HEIGHT * mean[1] + mean[2]),
    )
    rows, columns = int(layout.row.max()) + 1, int(layout.column.max()) + 1
    road_x, canal_x = _roads(rng, style, columns)
    road_y, canal_y = _roads(rng, style, rows)
    x = np.concatenate([[0.0], np.cumsum(_spacing(rng, style.lot_width, WIDTH, road_x))])
    y = np.concatenate([[0.0], np.cumsum(_spacing(rng, style.row_depth, HEIGHT, road_y))])
    nodes = (len(y), len(x))

    labels = np.full((rows * CELLS_UP, columns * CELLS_ACROSS), -1, dtype=np.int32)
    base = _offsets(drawn.first_parcel, layout.drawing)
    by_block = labels.reshape(rows, CELLS_UP, columns, CELLS_ACROSS)
    by_block[layout.row, :, layout.column, :] = drawn.labels[layout.drawing] + base[:, None, None]
    kept = _kept(rng, labels)

    xy = np.empty((*nodes, 2))
    xy[..., 0] = x[None, :] + _shake(rng, x, nodes)
    xy[..., 1] = y[:, None] + _shake(rng, y, nodes[::-1]).T
    entry, block = _ranges(drawn.first_node, layout.drawing)
    node = (layout.row[block] * CELLS_UP + drawn.node_j[entry]) * nodes[1]
    node += layout.column[block] * CELLS_ACROSS + drawn.node_i[entry]
    places = _into_circle(_bend(rng, xy.reshape(-1, 2)), np.unique(node), centre, radius)
    geometry = _polygons(drawn, layout, base, places[node], kept.ravel()[node])
    if shapely.area(geometry).sum() < SMALLEST_MEAN_M2 * sum(parcels):
        return None

    ground_entry, ground_block = _ranges(drawn.first_parcel, layout.drawing)
    ground = _with_canals(drawn, ground_entry, layout, ground_block, canal_x, canal_y)
    ends = np.cumsum([0, *(len(each) for each in drawings)])
    return [
        _numbered(layout, ground_block, geometry, ground, (ground_block >= first) & (ground_block < last))
        for first, last in pairwise(ends.tolist())
    ]


def _into_circle(
    xy: NDArray[np.float64], used: NDArray[np.int64], centre: tuple[float, float], radius: float
) -> NDArray[np.float64]:
    """The nodes around the centre, shrunk where those that are used would not fit, to the millimetre."""
    middle = (xy[used].min(axis=0) + xy[used].max(axis=0)) / 2
    xy = xy - middle
    scale = min(1.0, 0.999 * radius / float(np.hypot(*xy[used].T).max()))
    return np.asarray(np.round(xy * scale + np.array(centre), 3))


def _polygons(
    drawn: Library,
    layout: _Layout,
    base: NDArray[np.int64],
    places: NDArray[np.float64],
    vertex: NDArray[np.bool_],
) -> NDArray[np.object_]:
    """The shapes of the parcels; base: number of each block's first one, places: of the nodes of all rings in order."""
    ring_entry, ring_block = _ranges(drawn.first_ring, layout.drawing)
    part_entry, part_block = _ranges(drawn.first_part, layout.drawing)
    ring_of_node = np.repeat(np.arange(len(ring_entry)), drawn.ring_nodes[ring_entry])
    part_of_ring = drawn.ring_part[ring_entry] + _offsets(drawn.first_part, layout.drawing)[ring_block]
    parcel_of_part = drawn.part_parcel[part_entry] + base[part_block]
    rings = shapely.linearrings(places[vertex], indices=ring_of_node[vertex])
    return _assemble(shapely.polygons(rings, indices=part_of_ring), parcel_of_part)


def _numbered(
    layout: _Layout,
    block: NDArray[np.int64],
    geometry: NDArray[np.object_],
    ground: NDArray[np.int8],
    mine: NDArray[np.bool_],
) -> Fabric:
    """The parcels of one commune, in order of their sheets and numbers."""
    sheet, number = _number(layout, block[mine])
    order = np.lexsort((number, sheet))
    return Fabric(geometry[mine][order], ground[mine][order], sheet[order], number[order])


def _assemble(parts: NDArray[np.object_], parcel: NDArray[np.int64]) -> NDArray[np.object_]:
    """A polygon per parcel, a multipolygon where it has several parts."""
    pieces = np.bincount(parcel)
    geometry = np.empty(len(pieces), dtype=object)
    single = pieces[parcel] == 1
    geometry[parcel[single]] = parts[single]
    several = np.flatnonzero(pieces > 1)
    if len(several):
        geometry[several] = shapely.multipolygons(
            parts[~single], indices=np.searchsorted(several, parcel[~single])
        )
    return geometry


def _with_canals(
    drawn: Library,
    entry: NDArray[np.int64],
    layout: _Layout,
    block: NDArray[np.int64],
    canal_x: NDArray[np.bool_],
    canal_y: NDArray[np.bool_],
) -> NDArray[np.int8]:
    """What each parcel is; a strip beside a block is a road unless its line is a canal."""
    ground = drawn.ground[entry].copy()
    strip = np.flatnonzero(ground == GroundKind.ROAD)  # two per block: on its east, on its north
    east, north = strip[0::2], strip[1::2]
    ground[east[canal_x[layout.column[block[east]]]]] = GroundKind.CANAL
    ground[north[canal_y[layout.row[block[north]]]]] = GroundKind.CANAL
    return ground


def _number(layout: _Layout, block: NDArray[np.int64]) -> tuple[NDArray[np.int64], NDArray[np.int64]]:
    """Sheets of 2 x 3 blocks, numbered from the south-west; parcels numbered from 1 on each. block: of each parcel."""
    row, column = layout.row // 3, layout.column // 2
    _, sheet_of_block = np.unique(row * (int(column.max()) + 1) + column, return_inverse=True)
    _, sheet = np.unique(sheet_of_block[block], return_inverse=True)
    order = np.argsort(sheet, kind="stable")
    per_sheet = np.bincount(sheet)
    number = np.empty(len(sheet), dtype=np.int64)
    number[order] = np.arange(len(sheet)) - np.repeat(np.cumsum(per_sheet) - per_sheet, per_sheet)
    return sheet + 1, number + 1
