"""Which parcels carry which defect: rates that differ by commune, so that all three usability groups occur.

A parcel carries at most one seeded defect. Both parcels of a duplicate count as carrying it.
"""

from dataclasses import dataclass, field
from enum import IntEnum

import numpy as np

from parcels.bilingual import Bilingual
from parcels.errors import UsageError
from sync.lab.generate.kinds import (
    ALL,
    BY_NAME,
    HARMLESS,
    KINDS,
    LABELLED,
    NOT_IN_PARTS,
    OLD_SHEETS,
    PART_DELIVERED,
    PEOPLE,
    UNMATCHED_PEOPLE,
    WHOLE,
    Format,
    Kind,
)
from sync.lab.generate.merged import old_communes_of
from sync.lab.generate.nation import PlannedDelivery, Purpose, stream
from sync.lab.generate.options import Options
from sync.lab.generate.places import Places
from sync.lab.generate.province import Integers, ProvinceBatch
from sync.lab.generate.spoil import SPOIL
from sync.lab.generate.spoil_people import set_apart
from sync.lab.generate.spoil_placeholders import SPOIL_PLACEHOLDERS
from sync.lab.generate.spoil_record import SPOIL_RECORD
from sync.lab.generate.spoil_rings import SPOIL_RINGS
from sync.lab.generate.spoil_shape import SPOIL_SHAPE
from sync.lab.generate.whole import spoil_whole


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
WHOLE_SHARE = 0.04  # of the communes have each of the faults of communes as a whole, and one at least
UNMATCHED_FROM = 60  # parcels of the commune of which the population database does not know enough people
_EVERY = {**SPOIL, **SPOIL_SHAPE, **SPOIL_RECORD, **SPOIL_RINGS, **SPOIL_PLACEHOLDERS}
_RARE_FIRST = ("open", "roomy", "holed", "outer", "shared", "person", "inland", "plain", "any")


@dataclass(slots=True)
class Fate:
    """What is seeded in one commune: `count` rows by mood, exact numbers of rows per kind, and what is of it as a whole.

    wished  numbers of rows per kind that are placed where there is room
    """

    mood: Mood = Mood.ORDINARY
    count: int = 0
    quarantines: bool = False  # at least one row
    faults: dict[str, int] = field(default_factory=dict)
    wished: dict[str, int] = field(default_factory=dict)
    whole: list[str] = field(default_factory=list)

    def takes(self, kind: str) -> bool:
        """Whether a kind would be one fault alone here."""
        return kind not in NOT_IN_PARTS or PART_DELIVERED not in self.whole


def plan_defects(
    options: Options, deliveries: list[PlannedDelivery], formats: dict[str, Format]
) -> dict[str, Fate]:
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
    if options.labelled and options.defects > 0:
        _one_of_each(shuffled, sizes, format_of, fates, PEOPLE if options.people == "many" else ())
        _set_wholes(deliveries, rng, fates)
    return fates


def _one_of_each(
    codes: list[str],
    sizes: dict[str, int],
    format_of: dict[str, Format],
    fates: dict[str, Fate],
    more: tuple[Kind, ...],
) -> None:
    """Every kind somewhere, in a small nation too: in three of the larger communes, for one may have no place for it."""
    large = sorted(codes, key=lambda code: -sizes[code])
    for k, kind in enumerate((*KINDS, *LABELLED, *HARMLESS, *more)):
        able = [code for code in large if format_of[code] in kind.formats][: max(len(codes) // 2, 6)]
        for turn in range(min(3, len(able)) if kind.weight else 0):
            wished = fates[able[(3 * k + turn) % len(able)]].wished
            wished[kind.name] = wished.get(kind.name, 0) + kind.rows


def _set_wholes(deliveries: list[PlannedDelivery], rng: np.random.Generator, fates: dict[str, Fate]) -> None:
    """Faults of communes as a whole: one of them in a commune, in the larger ones."""
    territories = [t for delivery in deliveries for t in delivery.territories]
    free = [territories[k] for k in rng.permutation(len(territories))]
    number = max(1, round(WHOLE_SHARE * len(territories)))
    for kind in WHOLE:
        # Coordinates that lost their digits would no longer be those of the neighbour.
        able = [
            t for t in free if t.parcels >= kind.fewest and (not kind.alone or len(t.site.communes) == 1)
        ][:number]
        for territory in able:
            fates[territory.commune.code].whole.append(kind.name)
        free = [t for t in free if t not in able]
    kept = [t for t in free if fates[t.commune.code].mood == Mood.CLEAN and t.parcels >= UNMATCHED_FROM]
    for territory in kept[:1]:
        fates[territory.commune.code].whole.append(UNMATCHED_PEOPLE)
    # The other side of a border would look for the rest of the commune.
    free = [t for t in free if t not in kept[:1]]
    partly = [t for t in free if len(t.site.communes) == 1][:number]
    merged = [t for t in free if t not in partly and len(old_communes_of(t.commune.code)) > 1]
    for name, chosen in ((PART_DELIVERED, partly), (OLD_SHEETS, merged[: 2 * number])):
        for territory in chosen:
            fates[territory.commune.code].whole.append(name)


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


def seed_defects(seed: int, batch: ProvinceBatch, fates: dict[str, Fate]) -> None:
    """Choose the rows of a province and spoil them. Raises UsageError when an exact number has no room."""
    first = np.searchsorted(batch.commune, np.arange(len(batch.outlines) + 1))
    for k, territory in enumerate(batch.delivery.territories):
        rows = np.arange(first[k], first[k + 1])
        for name in fates[territory.commune.code].whole:
            spoil_whole(name, batch, rows)
    batch.keep_clean()
    chooser = _Chooser(batch, Places(batch))
    for k, territory in enumerate(batch.delivery.territories):
        fate = fates[territory.commune.code]
        if not fate.count and not fate.faults and not fate.wished:
            continue
        rng = stream(seed, Purpose.DEFECTS, batch.delivery.province, territory.commune.code)
        rows = np.arange(first[k], first[k + 1])
        missed = chooser.assign(rng, rows, _units(fate.faults))
        if missed:
            raise _cannot_place(next(iter(missed)))
        chooser.assign(rng, rows, _units({name: n for name, n in fate.wished.items() if fate.takes(name)}))
        missed = chooser.assign(rng, rows, _draw(rng, fate, batch))
        chooser.assign(rng, rows, _stand_ins(missed))
    for k, kind in enumerate(ALL):
        rows = np.flatnonzero(batch.kind == k)
        if len(rows):
            rng = stream(seed, Purpose.DEFECTS, batch.delivery.province, str(k))
            _EVERY[kind.name](rng, batch, rows, batch.copied_from[rows])
    if batch.many:
        set_apart(batch)


def _units(rows: dict[str, int]) -> dict[str, int]:
    return {name: number // BY_NAME[name].rows for name, number in rows.items()}


def _fits(kind: Kind, mood: Mood) -> bool:
    if mood == Mood.BROKEN:
        return kind.quarantined and not kind.leaves  # a row that leaves would lower its own commune's share
    if mood == Mood.SLOPPY:
        return kind.severity == "error" and not kind.quarantined
    return mood == Mood.ORDINARY or not kind.quarantined


def _draw(rng: np.random.Generator, fate: Fate, batch: ProvinceBatch) -> dict[str, int]:
    """How many of each kind, by weight, until they cover `count` rows (the last duplicate may pass it by one)."""
    if not fate.count:
        return {}
    offered = KINDS if batch.edges is None else (*KINDS, *LABELLED, *HARMLESS)
    if batch.edges is not None and batch.many:
        offered += PEOPLE
    possible = [
        kind
        for kind in offered
        if kind.weight and batch.format in kind.formats and _fits(kind, fate.mood) and fate.takes(kind.name)
    ]
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


class _Chooser:
    """Gives kinds to rows that carry none yet."""

    def __init__(self, batch: ProvinceBatch, places: Places) -> None:
        self.batch = batch
        self.places = places

    def assign(self, rng: np.random.Generator, rows: Integers, units: dict[str, int]) -> dict[str, int]:
        """`units` of each kind among some rows, kinds that need a shape first; what found no row left."""
        missed = {}
        for kind in sorted(ALL, key=lambda kind: _RARE_FIRST.index(kind.shape)):
            wanted = units.get(kind.name, 0)
            found = self._assign(rng, rows, kind, wanted) if wanted else 0
            if found < wanted:
                missed[kind.name] = wanted - found
        return missed

    def _assign(self, rng: np.random.Generator, rows: Integers, kind: Kind, wanted: int) -> int:
        batch = self.batch
        unused = batch.kind < 0
        if kind.shape == "shared":
            edges = self.places.pairs(rng, kind, rows, unused, wanted)
            batch.vertex[edges.parcel] = edges.vertex
            taken = np.column_stack([edges.parcel, edges.other])
        else:
            fits = self.places.masks[kind.shape] & self.places.room.get(kind.name, True)
            free = rows[unused[rows] & fits[rows]]
            found = min(wanted, len(free) // kind.rows)
            taken = rng.choice(free, size=(found, kind.rows), replace=False)
            if kind.shape in self.places.vertex:
                batch.vertex[taken] = self.places.vertex[kind.shape][taken]
        batch.kind[taken] = ALL.index(kind)
        if kind.rows == 2:
            batch.copied_from[taken[:, 1]] = taken[:, 0]
        return len(taken)


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
