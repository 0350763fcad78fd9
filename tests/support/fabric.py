"""A fabric of parcels in blocks, and what may become of each block: the truth of lineage, known before anything is delivered.

Metres from a corner near Hà Nội. Blocks lie apart by a road, so what becomes of one is an event of its own.
"""

from collections.abc import Callable
from dataclasses import dataclass, field
from math import cos, radians
from random import Random

import numpy as np
import shapely

from tests.support.judged import Plot

WEST, SOUTH = 105.8, 21.0
EAST_M, NORTH_M = 111320 * cos(radians(SOUTH)), 110574
WIDTH, DEPTH, ROAD = 14.0, 25.0, 8.0
NARROW = 4.0  # no piece is narrower


@dataclass(frozen=True)
class Parcel:
    """Land under a name; in metres, before noise and shift."""

    key: str
    number: str
    box: tuple[float, float, float, float]


@dataclass(frozen=True)
class Event:
    """What is true of a block."""

    kind: str
    parents: frozenset[str]
    children: frozenset[str]


Block = list[Parcel]
Become = Callable[[Random, Block, str], tuple[Block, str | None]]


@dataclass
class Fabric:
    """Blocks, and the keys of those that took part in each event of the last round."""

    blocks: list[Block]
    events: list[Event] = field(default_factory=list)


def fabric(rng: Random, blocks: int) -> Fabric:
    """Blocks of three to five parcels side by side."""
    made = []
    for b in range(blocks):
        south = b * (DEPTH + ROAD)
        made.append(
            [
                Parcel(f"b{b}p{i}", f"{100 * b + i + 1}", (i * WIDTH, south, (i + 1) * WIDTH, south + DEPTH))
                for i in range(rng.randint(3, 5))
            ]
        )
    return Fabric(made)


def width(parcel: Parcel) -> float:
    """From west to east, in metres."""
    return parcel.box[2] - parcel.box[0]


def cut(parcel: Parcel, keys: list[str]) -> list[Parcel]:
    """Cut into so many equal pieces, from west to east."""
    west, south, east, north = parcel.box
    at = np.linspace(west, east, len(keys) + 1).tolist()
    return [
        Parcel(
            key,
            parcel.number if key == parcel.key else f"{parcel.number}-{i}",
            (at[i], south, at[i + 1], north),
        )
        for i, key in enumerate(keys)
    ]


def joined(parcels: list[Parcel]) -> tuple[float, float, float, float]:
    """The land of neighbours."""
    return (parcels[0].box[0], parcels[0].box[1], parcels[-1].box[2], parcels[-1].box[3])


def split(rng: Random, block: Block, name: str) -> tuple[Block, str | None]:
    """Into two to four; in half of the cases the first piece keeps the key."""
    i = rng.randrange(len(block))
    keys = [f"{name}s{j}" for j in range(rng.randint(2, 4))]
    if width(block[i]) < NARROW * len(keys):
        return block, None
    if rng.random() < 0.5:
        keys[0] = block[i].key
    return [*block[:i], *cut(block[i], keys), *block[i + 1 :]], "split"


def merge(rng: Random, block: Block, name: str) -> tuple[Block, str | None]:
    """Two or three neighbours; in half of the cases one of them keeps its key."""
    count = rng.randint(2, 3)
    if len(block) < count:
        return block, None
    i = rng.randrange(len(block) - count + 1)
    old = block[i : i + count]
    kept = rng.choice(old) if rng.random() < 0.5 else None
    new = Parcel(kept.key if kept else f"{name}m", kept.number if kept else f"{old[0].number}m", joined(old))
    return [*block[:i], new, *block[i + count :]], "merge"


def strip(rng: Random, block: Block, name: str) -> tuple[Block, str | None]:
    """A boundary between two neighbours that stay moves by one to four metres."""
    wide = [i for i in range(len(block) - 1) if min(width(block[i]), width(block[i + 1])) >= 2 * NARROW]
    if not wide:
        return block, None
    i = rng.choice(wide)
    left, right = block[i], block[i + 1]
    edge = left.box[2] + rng.choice((-1, 1)) * rng.uniform(1.0, 4.0)
    return [
        *block[:i],
        Parcel(left.key, left.number, (*left.box[:2], edge, left.box[3])),
        Parcel(right.key, right.number, (edge, *right.box[1:])),
        *block[i + 2 :],
    ], "correction"


def consolidate(rng: Random, block: Block, name: str) -> tuple[Block, str | None]:
    """The first three are divided anew into four.

    Not where a boundary of now lies close to one of before, nor where a piece is nearly one of before: that reads as a new name.
    """
    old, rest = block[:3], block[3:]
    now = cut(
        Parcel(f"{name}c", f"{old[0].number}c", joined(old)), [f"{name}c{j}" for j in range(len(old) + 1)]
    )
    before_at, now_at = (np.array([p.box[2] for p in parcels[:-1]]) for parcels in (old, now))
    if len(old) < 2 or np.abs(before_at[:, None] - now_at).min() < 1.0:
        return block, None
    shared = max(
        (min(a.box[2], b.box[2]) - max(a.box[0], b.box[0])) / max(width(a), width(b))
        for a in old
        for b in now
    )
    return (block, None) if shared >= 0.79 else ([*now, *rest], "reallocation")


def rename(rng: Random, block: Block, name: str) -> tuple[Block, str]:
    """A parcel gets another key, number and id."""
    i = rng.randrange(len(block))
    return [
        *block[:i],
        Parcel(f"{name}r", f"{block[i].number}r", block[i].box),
        *block[i + 1 :],
    ], "renumber"


def nothing(rng: Random, block: Block, name: str) -> tuple[Block, None]:
    return block, None


def ended(rng: Random, block: Block, name: str) -> tuple[Block, None]:
    """The last one is gone and nobody has its land."""
    return (block[:-1] if len(block) > 1 else block), None


def begun(rng: Random, block: Block, name: str) -> tuple[Block, None]:
    """A parcel where nothing was known."""
    west = block[-1].box[2]
    south = block[-1].box[1]
    return [
        *block,
        Parcel(f"{name}n", f"{block[-1].number}n", (west, south, west + WIDTH, south + DEPTH)),
    ], None


EVENTS: tuple[Become, ...] = (split, merge, strip, consolidate)


def next_round(rng: Random, before: Fabric, which: list[Become], name: str) -> Fabric:
    """One thing becomes of each block; what took part in it is whatever differs."""
    blocks, events = [], []
    for b, (block, become) in enumerate(zip(before.blocks, which, strict=True)):
        now, kind = become(rng, block, f"{name}b{b}")
        blocks.append(now)
        if kind is not None:
            gone, come = set(block) - set(now), set(now) - set(block)
            events.append(Event(kind, frozenset(p.key for p in gone), frozenset(p.key for p in come)))
    return Fabric(blocks, events)


def plots(
    rng: Random,
    of: Fabric,
    *,
    noise_m: float = 0.0,
    shift_m: tuple[float, float] = (0.0, 0.0),
    land_use: str = "ONT",
) -> list[Plot]:
    """The rows of a delivery: every corner off by up to the noise, everything moved by the shift."""
    made = []
    for parcel in (parcel for block in of.blocks for parcel in block):
        corners = np.asarray(shapely.box(*parcel.box, ccw=True).exterior.coords)[:-1]
        corners = corners + np.array([[rng.uniform(-noise_m, noise_m) for _ in range(2)] for _ in corners])
        corners = (corners + np.asarray(shift_m)) / np.array([EAST_M, NORTH_M]) + np.array([WEST, SOUTH])
        made.append(
            Plot(
                parcel.key, None, parcel.number, land_use=land_use,
                shape=shapely.MultiPolygon([shapely.Polygon(np.round(corners, 9))]),
            )
        )  # fmt: skip
    return made
