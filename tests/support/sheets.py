"""Sheet handles in plain Python: what the handle of a parcel names where a mark of it is not known. An independent model.

A handle here is (old commune, map set, scale, sheet, number), None where unknown, all of one commune.
"""

from collections.abc import Sequence

Handle = tuple[str | None, str | None, str | None, str, str]


def fits(one: Handle, other: Handle) -> bool:
    """Whether both may be one parcel's."""
    marks = zip(one[:3], other[:3], strict=True)
    return one[3:] == other[3:] and all(a is None or b is None or a == b for a, b in marks)


def named(handle: Handle, among: Sequence[Handle], beside: Sequence[Handle]) -> int | None:
    """Which of the others the handle names; None where it names none.

    beside  every handle of the same side, this one included
    """
    if handle in among:
        return among.index(handle)
    candidates = [place for place, other in enumerate(among) if fits(handle, other)]
    if len(candidates) != 1:
        return None
    rivals = [mine for mine in beside if fits(mine, among[candidates[0]])]
    return candidates[0] if len(rivals) == 1 else None


def present(among: Sequence[Handle], saying: Sequence[Handle]) -> list[bool]:
    """Which of the others one that says so could be: those that another has to the letter only as that other."""
    asked = [handle for handle in saying if handle not in among]
    return [other in saying or any(fits(handle, other) for handle in asked) for other in among]
