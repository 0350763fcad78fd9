"""Numbers that stand for texts: what is the same text has the same number, so that millions of texts can be compared
in eight bytes each. Different texts may share a number: whoever counts looks at the texts of a shared number again.
"""

import numpy as np
import pyarrow as pa
from numpy.typing import NDArray

from parcels.mixing import GOLDEN

_ROWS = 65_536  # at a time: what is worked on takes some twenty bytes per letter

Hashes = NDArray[np.uint64]


def text_hashes(values: pa.Array) -> Hashes:
    """(n,) a number per text. No NULL among them."""
    pieces = [_hashes(values.slice(start, _ROWS)) for start in range(0, len(values), _ROWS)]
    return np.concatenate(pieces) if pieces else np.empty(0, np.uint64)


def twice(hashes: Hashes) -> Hashes:
    """The numbers that occur more than once, in order, each once."""
    ordered = np.sort(hashes)
    return np.unique(ordered[1:][ordered[1:] == ordered[:-1]])


def _hashes(values: pa.Array) -> Hashes:
    """A polynomial of the bytes modulo 2^64, as the difference of running sums, then stirred with the length."""
    ends = np.frombuffer(values.buffers()[1], np.int32)[values.offset : values.offset + len(values) + 1]
    content = values.buffers()[2]
    letters = (
        np.frombuffer(content, np.uint8)[ends[0] : ends[-1]] if content is not None else np.empty(0, np.uint8)
    )
    lengths = np.diff(ends)
    powers = np.full(int(lengths.max(initial=0)) + 1, GOLDEN)
    powers[0] = 1
    np.cumprod(powers, out=powers)
    place = np.arange(len(letters)) - np.repeat(ends[:-1] - ends[0], lengths)
    sums = np.zeros(len(letters) + 1, np.uint64)
    np.cumsum((letters.astype(np.uint64) + np.uint64(1)) * powers[place], out=sums[1:])
    total = sums[ends[1:] - ends[0]] - sums[ends[:-1] - ends[0]]
    total = (total ^ (total >> np.uint64(29))) * GOLDEN + lengths.astype(np.uint64)
    return np.asarray(total ^ (total >> np.uint64(32)), np.uint64)
