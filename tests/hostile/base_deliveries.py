"""What the mutants are made from: a part of the small province, in every format that there is a writer for."""

from dataclasses import replace
from pathlib import Path

import numpy as np
import pyarrow as pa

from tests.support.formats import EVERY
from tests.support.tiny import Tiny, tiny

ROWS = 40  # enough for several pages of a table, few enough to check two thousand files in a minute or two


def few() -> Tiny:
    """The first parcels of each commune, with all their oddities."""
    whole = tiny()
    rows = np.unique(
        np.concatenate((np.arange(ROWS // 2), np.linspace(0, len(whole) - 1, ROWS // 2).astype(int)))
    )
    return replace(
        whole,
        columns={name: values.take(pa.array(rows)) for name, values in whole.columns.items()},
        geometry=whole.geometry[rows],
    )


def write_base(kind: str, folder: Path) -> None:
    """`folder`/delivery as a province sends it, and `folder`/profile.json."""
    (folder / "delivery").mkdir(parents=True)
    delivered = EVERY[kind](few(), folder / "delivery")
    (folder / "profile.json").write_text(delivered.profile.model_dump_json(), encoding="utf-8")
