"""Numbers that look random and depend on nothing but the given ones: the steps of SplitMix64 (Steele, Lea, Flood 2014)."""

import numpy as np
from numpy.typing import NDArray

Numbers = NDArray[np.uint64]

GOLDEN = np.uint64(0x9E3779B97F4A7C15)  # odd: multiplying by it loses nothing, and spreads neighbours
_MIX_1 = np.uint64(0xBF58476D1CE4E5B9)
_MIX_2 = np.uint64(0x94D049BB133111EB)


def mixed(number: Numbers) -> Numbers:
    """Numbers of which every bit depends on every bit of the given ones; different ones stay different."""
    number = (number ^ (number >> np.uint64(30))) * _MIX_1
    number = (number ^ (number >> np.uint64(27))) * _MIX_2
    return number ^ (number >> np.uint64(31))
