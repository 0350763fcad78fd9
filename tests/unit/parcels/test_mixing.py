"""SplitMix64 as its authors give it."""

import numpy as np

from parcels.mixing import GOLDEN, mixed


def test_the_first_numbers_are_those_of_the_published_generator_from_zero():
    state = np.arange(1, 4, dtype=np.uint64) * GOLDEN
    published = [0xE220A8397B1DCDAF, 0x6E789E6AA1B965F4, 0x06C45D188009454F]
    assert mixed(state).tolist() == published


def test_different_numbers_stay_different():
    assert len(np.unique(mixed(np.arange(100_000, dtype=np.uint64)))) == 100_000
