"""Which parcels carry which defect: rates that differ by commune, so that all three usability groups occur.

A parcel carries at most one seeded defect. Both parcels of a duplicate count as carrying it.
"""

from dataclasses import dataclass, field
from enum import IntEnum

import numpy as np
import shapely
from numpy.typing import NDArray

from parcels.bilingual import Bilingual
from parcels.errors import UsageError
from sync.generate.kinds import BY_NAME, KINDS, Format, Kind, Shape
from sync.generate.nation import Delivery, Purpose, stream
from sync.generate.options import Options
from sync.generate.province import Batch, Geometries, Integers
from sync.generate.spoil import SPOIL


class Mood(IntEnum):
    """How a commune keeps its data."""

    CLEAN = 0  # nothing that quarantines a row
    ORDINARY = 1  # a little of everything
    SLOPPY = 2  # nothing that quarantines, but errors in more than a tenth of the rows
    BROKEN = 3  # more than a tenth of the rows quarantined


BAD_SHARE = (0.12, 0.18)  # of the rows of a sloppy or broken commune
CLEAN_SHARE = 0.45  # of the communes that are neither
BROKEN_BUDGET, SLOPPY_BUDGET = 0.4, 0.2  # of all defects
BROKEN_FROM, SLOPPY_FROM = 5, 10  # a nation of so many communes has at least one
LEAST_SHARE = 0.25  # of the rate asked for, that the other communes keep


@dataclass(slots=True)
class Fate:
    """What is seeded in one commune: `count` rows by mood, and exact numbers of rows per kind."""

    mood: Mood = Mood.ORDINARY
    count: int = 0
    quarantines: bool = False  # at least one row
    faults: dict[str, int] = field(default_factory=dict)


def plan_defects(options: Options, deliveries: list[Delivery], formats: dict[str, Format]) -> dict[str, Fate]:
    """The fate of every commune, by code. formats: of each province."""
    codes = [t.commune.code for delivery in deliveries for t in delivery.territories]
    sizes = {t.commune.code: t.parcels for delivery in deliveries for t in delivery.territories}
    fates = {code: Fate() for code in codes}
    rng = stream(options.seed, Purpose.DEFECT_RATES)
    shuffled = [codes[k] for k in rng.permutation(len(codes))]
    if options.defects > 0:
        _set_moods(rng, options, shuffled, sizes, fates)
    format_of = {t.commune.code: formats[d.province] for d in deliveries for t in d.territories}
    for name, rows in options.faults.items():
        able = [code for code in shuffled if format_of[code] in BY_NAME[name].formats]
        if not able:
            raise _cannot_place(name)
        for k in range(rows // BY_NAME[name].rows):
            faults = fates[able[k % len(able)]].faults
            faults[name] = faults.get(name, 0) + BY_NAME[name].rows
    return fates


def _set_moods(
    rng: np.random.Generator,
    options: Options,
    codes: list[str],
    sizes: dict[str, int],
    fates: dict[str, Fate],
) -> None:
    """Moods for the communes in the order given, and counts that come to the rate asked for where they can."""
    total = len(codes)
    per_bad = sum(BAD_SHARE) / 2
    broken = _bad(total, options.defects * BROKEN_BUDGET / per_bad, BROKEN_FROM, total // 4)
    sloppy = _bad(total, options.defects * SLOPPY_BUDGET / per_bad, SLOPPY_FROM, total // 8)
    rest = codes[broken + sloppy :]
    clean = int(CLEAN_SHARE * len(rest))
    for code in codes[: broken + sloppy]:
        fates[code].count = int(np.ceil(sizes[code] * rng.uniform(*BAD_SHARE)))
        fates[code].mood = Mood.BROKEN
    for code in codes[broken : broken + sloppy]:
        fates[code].mood = Mood.SLOPPY
    used = sum(fates[code].count for code in codes[: broken + sloppy])
    left = options.defects * options.parcels - used
    rate = max(left / max(sum(sizes[code] for code in rest), 1), LEAST_SHARE * options.defects)
    for code in rest:
        fates[code].count = int(rng.binomial(sizes[code], min(rate, 1.0)))
    for code in rest[:clean]:
        fates[code].mood = Mood.CLEAN
    for code in rest[clean : clean + 1]:  # one at least, so that group 2 occurs in a small nation too
        fates[code].count, fates[code].quarantines = max(fates[code].count, 1), True


def _bad(total: int, wish: float, needed: int, most: int) -> int:
    return min(max(round(wish), int(total >= needed)), most)


def seed_defects(seed: int, batch: Batch, fates: dict[str, Fate]) -> None:
    """Choose the rows of a province and spoil them. Raises UsageError when an exact number has no room."""
    chooser = _Chooser(batch, _shapes(batch.geometry))
    first = np.searchsorted(batch.commune, np.arange(len(batch.outlines) + 1))
    for k, territory in enumerate(batch.delivery.territories):
        fate = fates[territory.commune.code]
        if not fate.count and not fate.faults:
            continue
        rng = stream(seed, Purpose.DEFECTS, batch.delivery.province, territory.commune.code)
        rows = np.arange(first[k], first[k + 1])
        missed = chooser.assign(rng, rows, {name: n // BY_NAME[name].rows for name, n in fate.faults.items()})
        if missed:
            raise _cannot_place(next(iter(missed)))
        missed = chooser.assign(rng, rows, _draw(rng, fate, batch.format))
        chooser.assign(rng, rows, _stand_ins(missed))
    for k, kind in enumerate(KINDS):
        rows = np.flatnonzero(batch.kind == k)
        if len(rows):
            rng = stream(seed, Purpose.DEFECTS, batch.delivery.province, str(k))
            SPOIL[kind.name](rng, batch, rows, chooser.copied_from[rows])


def _fits(kind: Kind, mood: Mood) -> bool:
    if mood == Mood.BROKEN:
        return kind.quarantined and not kind.leaves  # a row that leaves would lower its own commune's share
    if mood == Mood.SLOPPY:
        return kind.severity == "error" and not kind.quarantined
    return mood == Mood.ORDINARY or not kind.quarantined


def _draw(rng: np.random.Generator, fate: Fate, file_format: Format) -> dict[str, int]:
    """How many of each kind, by weight, until they cover `count` rows (the last duplicate may pass it by one)."""
    if not fate.count:
        return {}
    possible = [kind for kind in KINDS if file_format in kind.formats and _fits(kind, fate.mood)]
    weight = np.array([kind.weight for kind in possible])
    chosen = rng.choice(len(possible), size=fate.count, p=weight / weight.sum())
    if fate.quarantines:
        chosen[0] = next(k for k, kind in enumerate(possible) if kind.name == "null_geometry")
    covered = np.cumsum(np.array([kind.rows for kind in possible])[chosen])
    enough = chosen[: int(np.searchsorted(covered, fate.count)) + 1]
    return {
        kind.name: int(n)
        for kind, n in zip(possible, np.bincount(enough, minlength=len(possible)), strict=True)
        if n
    }


def _stand_ins(missed: dict[str, int]) -> dict[str, int]:
    """Where too few parcels have the shape that a kind needs, one of the same consequence takes its place."""
    instead: dict[str, int] = {}
    for name, units in missed.items():
        kind = BY_NAME[name]
        if kind.severity == "error":
            other = "null_geometry" if kind.quarantined else "unknown_land_use"
            instead[other] = instead.get(other, 0) + units * kind.rows
    return instead


def _shapes(geometry: Geometries) -> dict[Shape, NDArray[np.bool_]]:
    single = shapely.get_type_id(geometry) == 3
    holes = shapely.get_num_interior_rings(geometry)
    return {
        "any": np.ones(len(geometry), bool),
        "plain": single & (holes == 0),
        "holed": single & (holes > 0),
    }


class _Chooser:
    """Gives kinds to rows that carry none yet. copied_from: (n,) first row of the pair for the second, else -1."""

    def __init__(self, batch: Batch, shapes: dict[Shape, NDArray[np.bool_]]) -> None:
        self.kind = batch.kind
        self.shapes = shapes
        self.copied_from: Integers = np.full(len(batch), -1, dtype=np.int64)

    def assign(self, rng: np.random.Generator, rows: Integers, units: dict[str, int]) -> dict[str, int]:
        """`units` of each kind among some rows, kinds that need a shape first; what found no row left."""
        missed = {}
        for kind in sorted(KINDS, key=lambda kind: ("holed", "plain", "any").index(kind.shape)):
            wanted = units.get(kind.name, 0)
            free = rows[(self.kind[rows] < 0) & self.shapes[kind.shape][rows]]
            found = min(wanted, len(free) // kind.rows)
            if found < wanted:
                missed[kind.name] = wanted - found
            if found:
                taken = rng.choice(free, size=(found, kind.rows), replace=False)
                self.kind[taken] = KINDS.index(kind)
                if kind.rows == 2:
                    self.copied_from[taken[:, 1]] = taken[:, 0]
        return missed


def _cannot_place(name: str) -> UsageError:
    return UsageError(
        "GEN-FAULT-ROOM",
        Bilingual(
            f"Không có chỗ cho đủ số lỗi «{name}» đã yêu cầu.",
            f"There is no room for as many defects “{name}” as were asked for.",
        ),
        Bilingual(
            "Hãy tăng --parcels, giảm số lỗi, hoặc chọn tỉnh giao dữ liệu ở định dạng chứa được lỗi này "
            f"({', '.join(BY_NAME[name].formats)}).",
            "Raise --parcels, lower the number, or take a province whose file format can hold it "
            f"({', '.join(BY_NAME[name].formats)}).",
        ),
    )
