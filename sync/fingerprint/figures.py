"""How figures are told: small counts are not, so that nobody is found again by being one of few."""

from typing import Any

FEW = 5  # below, "fewer than five": of whom, one who knows the village could tell


def count(number: int) -> int | str:
    """A count; from 1 to 4 only that it is small."""
    return number if number == 0 or number >= FEW else f"<{FEW}"


def part(number: int, of: int) -> dict[str, Any]:
    """A count of a whole, and its share.

    Where it or what is left of the whole is small, only that is said, and no share, from which it could be worked out.
    """
    told: dict[str, Any] = {"count": count(number), "of": count(of), "share": None}
    if 0 < of - number < FEW and number >= FEW:
        told["count"] = f">{of - FEW}"
    elif of >= FEW and (number == 0 or number >= FEW):
        told["share"] = round(number / of, 4)
    return told
