"""Which item of a parcel each delivered one is: items have numbers that stay, so that one more is one more and nothing else."""

from collections.abc import Callable, Hashable, Mapping, Sequence
from typing import Any

Sign = Callable[[Any], Hashable | None]


def numbers_of(live: Mapping[int, Any], said: Sequence[Any], signs: Sequence[Sign]) -> list[int]:
    """The number of each delivered item: that of the live one with the same content; else with the first sign in common, then the
    second, each live one to one of them. The rest get the numbers after the highest that lives: none that becomes free only now.

    live  number → content
    said  in an order that does not depend on that of the rows
    """
    found: dict[int, int] = {}
    for sign in (lambda content: content, *signs):
        for place, content in enumerate(said):
            free = [number for number in sorted(live) if number not in found.values()]
            wanted = sign(content)
            number = next((each for each in free if wanted is not None and sign(live[each]) == wanted), None)
            if place not in found and number is not None:
                found[place] = number
    highest = max(live, default=0)
    for place in range(len(said)):
        if place not in found:
            highest += 1
            found[place] = highest
    return [found[place] for place in range(len(said))]
