"""The figures of two deliveries: whether handles go on naming the same land, and what of each row became another."""

from typing import Any

import numpy as np

from sync.fingerprint.columns import FILLED, GROUPS, HANDLES, NOTHING, DeliveredRows, Hashes, Mask
from sync.fingerprint.figures import count, part
from sync.fingerprint.moved import CommonShift, Index, LandOfPairs, land

Pairs = tuple[Index, Index]


def between(a: DeliveredRows, b: DeliveredRows) -> dict[str, Any]:
    """How B stands to A."""
    pairs = {name: _pairs(a.handles[name], b.handles[name]) for name in HANDLES}
    lands = {name: land(a, b, pairs[name]) for name in HANDLES}
    # DeliveredRows are followed by the handle that names the same land most often: keys that were shuffled tell no changes.
    best = max(HANDLES, key=lambda name: _followed(lands[name][0]))
    found, by_commune, by_sheet = lands[best]
    return {
        "handles": {name: _stability(name, a, b, pairs[name], lands[name][0]) for name in HANDLES},
        "followed_by": best,
        "only_in": {"a": _only(a, b), "b": _only(b, a)},
        "land": _land(found, len(pairs[best][0])),
        "shifts": {
            "communes": [_shift(each) for _, each in sorted(by_commune.items(), key=_most_pairs)],
            "sheets": _of_sheets(by_sheet),
        },
        "changed": _changed(a, b, pairs[best], found),
        "emptied": _emptied(a, b, pairs[best]),
    }


def _pairs(mine: Hashes, others: Hashes) -> Pairs:
    """The rows of A and B that one handle names, each of one row alone on its side."""
    ours, first = _single(mine)
    theirs, second = _single(others)
    _, left, right = np.intersect1d(ours, theirs, assume_unique=True, return_indices=True)
    return first[left], second[right]


def _single(values: Hashes) -> tuple[Hashes, Index]:
    """The values of one row alone, in order, and where they stand."""
    found, first, counts = np.unique(values, return_index=True, return_counts=True)
    alone = (counts == 1) & (found != NOTHING)
    return found[alone], first[alone].astype(np.int64)


def _followed(found: LandOfPairs) -> int:
    return int((found.same | found.moved | found.changed).sum())


def _stability(
    name: str, a: DeliveredRows, b: DeliveredRows, pairs: Pairs, found: LandOfPairs
) -> dict[str, Any]:
    """How many of A's handles are in B, and of those how many go with the same other handles and the same land."""
    mine, other = pairs
    there = int((a.handles[name] != NOTHING).sum())
    told: dict[str, Any] = {"in_b": part(len(mine), there)}
    for second in HANDLES:
        if second != name:
            both = (a.handles[second][mine] != NOTHING) & (b.handles[second][other] != NOTHING)
            alike = both & (a.handles[second][mine] == b.handles[second][other])
            told[f"same_{second}"] = part(int(alike.sum()), int(both.sum()))
    return told | {"land": _land(found, len(mine))}


def _land(found: LandOfPairs, of: int) -> dict[str, Any]:
    known = int((found.same | found.moved | found.changed | found.elsewhere).sum())
    return {
        "unchanged": part(int(found.same.sum()), known),
        "moved_together": part(int(found.moved.sum()), known),
        "changed": part(int(found.changed.sum()), known),
        "elsewhere": part(int(found.elsewhere.sum()), known),
        "not_known": part(of - known, of),
    }


def _only(mine: DeliveredRows, others: DeliveredRows) -> dict[str, Any]:
    """DeliveredRows none of whose handles is in the other delivery; and how many of those have land that is, under other names."""
    missing = np.ones(len(mine), dtype=bool)
    for name in HANDLES:
        missing &= ~(np.isin(mine.handles[name], others.handles[name]) & (mine.handles[name] != NOTHING))
    renamed = missing & np.isin(mine.geom, others.geom) & (mine.geom != NOTHING)
    return {
        "rows": part(int(missing.sum()), len(mine)),
        "with_land_of_the_other": part(int(renamed.sum()), int(missing.sum())),
    }


def _changed(a: DeliveredRows, b: DeliveredRows, pairs: Pairs, found: LandOfPairs) -> dict[str, Any]:
    mine, other = pairs
    told = {"geometry": part(int((found.changed | found.elsewhere).sum()), len(mine))}
    any_of = found.changed | found.elsewhere
    for name in GROUPS:
        different = a.contents[name][mine] != b.contents[name][other]
        any_of = any_of | different
        told[name] = part(int(different.sum()), len(mine))
    return {**told, "any": part(int(any_of.sum()), len(mine))}


def _emptied(a: DeliveredRows, b: DeliveredRows, pairs: Pairs) -> dict[str, Any]:
    """Of the rows that had something of a group in A, those that have nothing of it in B."""
    mine, other = pairs
    told = {"geometry": _lost(a.geom[mine] != NOTHING, b.geom[other] != NOTHING)}
    for name, columns in GROUPS.items():
        at = [FILLED.index(column) for column in columns]
        told[name] = _lost(_any(a.filled[mine][:, at]), _any(b.filled[other][:, at]))
    return told


def _lost(before: Mask, after: Mask) -> dict[str, Any]:
    return part(int((before & ~after).sum()), int(before.sum()))


def _any(filled: Mask) -> Mask:
    return np.asarray(filled.any(axis=1))


def _most_pairs(item: tuple[int, CommonShift]) -> tuple[int, int]:
    number, shift = item
    return -shift.pairs, number


def _shift(shift: CommonShift) -> dict[str, Any]:
    return {
        "pairs": count(shift.pairs),
        "east_m": round(shift.east_m, 2),
        "north_m": round(shift.north_m, 2),
        "spread_m": round(shift.spread_m, 2),
    }


def _of_sheets(shifts: list[CommonShift]) -> dict[str, Any]:
    """How far sheets have moved: how many, the middle one, the furthest; and their spread in the middle."""
    if not shifts:
        return {"sheets": 0, "middle_m": None, "most_m": None, "spread_m": None}
    far = np.array([np.hypot(shift.east_m, shift.north_m) for shift in shifts])
    spread = float(np.median([shift.spread_m for shift in shifts]))
    return {
        "sheets": len(shifts),
        "middle_m": round(float(np.median(far)), 2),
        "most_m": round(float(far.max()), 2),
        "spread_m": round(spread, 2),
    }
