"""The land information systems that provinces export from: how each writes its keys and numbers.

Column names are not here: `sync/declared/provinces/NN.toml` is the one place that says what a province calls a column.
"""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Literal

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
from numpy.typing import NDArray

from parcels.bilingual import Bilingual
from parcels.errors import UsageError
from sync.lab.generate.arrow import digits, join

NumberType = Literal["text", "integer", "decimal"]
Keys = Callable[[np.random.Generator, str, int], pa.Array]


def _running(prefix: str, width: int) -> Keys:
    """Numbers that the system gives one after the other; the province is in them, so systems share no key."""

    def keys(_: np.random.Generator, province: str, rows: int) -> pa.Array:
        return join(prefix + province, digits(np.arange(1, rows + 1), width))

    return keys


def uuids(rng: np.random.Generator, _: str, rows: int) -> pa.Array:
    """36 characters, random but for the seed."""
    octets: NDArray[np.uint8] = rng.integers(0, 256, size=(rows, 16), dtype=np.uint8)
    octets[:, 6] = (octets[:, 6] & 0x0F) | 0x40
    octets[:, 8] = (octets[:, 8] & 0x3F) | 0x80
    hexadecimal = np.frombuffer(octets.tobytes().hex().encode(), dtype="S32")
    groups = np.char.decode(hexadecimal, "ascii")
    texts = pa.array(groups)
    cut = [pc.utf8_slice_codeunits(texts, a, b) for a, b in ((0, 8), (8, 12), (12, 16), (16, 20), (20, 32))]
    return join(*cut, between="-")


@dataclass(frozen=True, slots=True)
class System:
    """One system. `numbers`: the type in which it exports sheet and parcel numbers (all three occur)."""

    keys: Keys
    numbers: NumberType = "text"


SYSTEMS: dict[str, System] = {
    "vbdlis": System(_running("", 9)),
    "mplis": System(uuids, numbers="decimal"),
    "ilis": System(_running("7", 8), numbers="integer"),
    "vilis": System(_running("TD", 8)),
}


def system(name: str) -> System:
    """The system of a profile. Raises UsageError for one that the generator cannot imitate."""
    if name not in SYSTEMS:
        raise UsageError(
            "GEN-SYSTEM",
            Bilingual(
                f"Bộ mô phỏng không biết hệ thống «{name}» của hồ sơ tỉnh.",
                f"The generator cannot imitate the system “{name}” of the profile.",
            ),
            Bilingual(
                f"Các hệ thống mô phỏng được: {', '.join(SYSTEMS)}.",
                f"It can imitate {', '.join(SYSTEMS)}.",
            ),
        )
    return SYSTEMS[name]
