"""Whether land lies where it lay: the same to the byte, moved along with its sheet or commune, changed, or elsewhere.

Told by boxes, not by shapes: four numbers a parcel. A re-survey that moves a sheet moves all boxes alike, so the median of
their differences is its shift, however many of them were really changed, short of half.
"""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from sync.fingerprint.columns import NOTHING, DeliveredRows, Floats, Hashes, Mask

Index = NDArray[np.int64]

WITHIN_M = 0.15  # what is left of a shift: a conversion and its grid; real changes of a boundary are larger
PAIRS_AT_LEAST = 5  # of a median; and fewer parcels are no group of which a figure is told
_SPREAD_TO_SIGMA = 1.4826  # median absolute deviation of a normal distribution


@dataclass(frozen=True, slots=True)
class CommonShift:
    """The common shift of a group's parcels from A to B, in metres, and their spread about it; `pairs`: of how many."""

    pairs: int
    east_m: float
    north_m: float
    spread_m: float


@dataclass(frozen=True, slots=True)
class LandOfPairs:
    """Of n pairs of rows: which hold the same octets, were moved together, changed, lie wholly elsewhere. Each exactly one,
    and none where one of the two has no shape.
    """

    same: Mask
    moved: Mask
    changed: Mask
    elsewhere: Mask


def land(
    a: DeliveredRows, b: DeliveredRows, pairs: tuple[Index, Index]
) -> tuple[LandOfPairs, dict[int, CommonShift], list[CommonShift]]:
    """What became of the land of pairs of rows of two deliveries: rows of A and of B.

    Returns too the shift by commune of A (its number) and those of its sheets.
    """
    mine, other = pairs
    known = (a.geom[mine] != NOTHING) & (b.geom[other] != NOTHING)
    same = known & (a.geom[mine] == b.geom[other])
    of_another = (
        known & ~same & np.isin(b.geom[other], a.geom)
    )  # the very land of another row: houses in a row look alike
    step = b.box[other] - a.box[mine]
    # A parcel of another size was changed itself: it says nothing of a shift.
    size = np.abs(step[:, 2:] - step[:, :2]).max(axis=1, initial=0.0) if len(step) else np.empty(0)
    telling = known & ~same & ~of_another & (size <= 2 * WITHIN_M)
    by_commune = _shifts(a.commune[mine].astype(np.uint64) + np.uint64(1), telling, step)
    by_sheet = _shifts(a.sheet[mine], telling, step)
    common = np.zeros((len(mine), 2))
    for keys, shifts in (
        (a.commune[mine].astype(np.uint64) + np.uint64(1), by_commune),
        (a.sheet[mine], by_sheet),
    ):
        _lay(common, keys, shifts)
    left = step - np.tile(common, 2)
    moved = known & ~same & ~of_another & (np.abs(left).max(axis=1, initial=0.0) <= WITHIN_M)
    apart = _apart(a.box[mine] + np.tile(common, 2), b.box[other]) & _apart(a.box[mine], b.box[other])
    elsewhere = known & ~same & ~moved & (apart | of_another)
    found = LandOfPairs(same, moved, known & ~same & ~moved & ~elsewhere, elsewhere)
    return found, {int(key) - 1: shift for key, shift in by_commune.items()}, list(by_sheet.values())


def _apart(boxes: Floats, others: Floats) -> Mask:
    """Which pairs of boxes share no land: neighbours share a line, drawn twice."""
    with np.errstate(invalid="ignore"):
        apart = (boxes[:, :2] >= others[:, 2:] - WITHIN_M) | (boxes[:, 2:] <= others[:, :2] + WITHIN_M)
    return np.asarray(apart.any(axis=1))


def _shifts(keys: Hashes, telling: Mask, step: Floats) -> dict[int, CommonShift]:
    """The shift of each group with enough parcels that tell it."""
    rows = np.flatnonzero(telling & (keys != NOTHING))
    order = rows[np.argsort(keys[rows], kind="stable")]
    names, first = np.unique(keys[order], return_index=True)
    found: dict[int, CommonShift] = {}
    for name, group in zip(names.tolist(), np.split(order, first[1:]), strict=False):
        if len(group) < PAIRS_AT_LEAST:
            continue
        steps = (step[group, :2] + step[group, 2:]) / 2
        middle = np.median(steps, axis=0)
        spread = _SPREAD_TO_SIGMA * float(np.median(np.hypot(*(steps - middle).T)))
        found[name] = CommonShift(len(group), float(middle[0]), float(middle[1]), spread)
    return found


def _lay(common: Floats, keys: Hashes, shifts: dict[int, CommonShift]) -> None:
    """The shift of each row's group, where there is one; a later call goes over an earlier one."""
    if not shifts:
        return
    names = np.array(sorted(shifts), dtype=np.uint64)
    metres = np.array([[shifts[name].east_m, shifts[name].north_m] for name in names.tolist()])
    at = np.minimum(np.searchsorted(names, keys), len(names) - 1)
    hit = names[at] == keys
    common[hit] = metres[at[hit]]
