"""A call over whole arrays that survives what GEOS refuses of one row.

In the normal case it is the call and nothing more. Where it raises, it is asked for the halves, and so on down to the rows
that it refuses: these become a fault of their own, and all others are answered.
"""

from collections.abc import Callable
from typing import Any

import numpy as np
import shapely
from numpy.typing import NDArray

Array = NDArray[Any]


def each_row(call: Callable[..., Array], *arrays: Array, refused: Any = None) -> Array:
    """What `call` says of parallel arrays (n,), row for row; `refused` for the rows at which GEOS raises.

    call  must look at each row alone: of parallel arrays of one length it makes an array of that length
    """
    try:
        return call(*arrays)
    except shapely.GEOSException:
        n = len(arrays[0])
        if n == 1:
            return np.array([refused])
        halves = (slice(0, n // 2), slice(n // 2, n))
        return np.concatenate(
            [each_row(call, *(array[half] for array in arrays), refused=refused) for half in halves]
        )
