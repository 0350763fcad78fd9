"""What offices write where nothing is known, in labelled nations: some are faults of what is missing, some are none."""

import numpy as np
import pyarrow as pa

from sync.lab.generate.arrow import pick
from sync.lab.generate.province import Integers, ProvinceBatch
from sync.lab.generate.spoil import Spoil, put
from sync.lab.generate.systems import system

WRITTEN = ["0", "---", "?", "N/A", "-", " ", "không rõ", "null"]
_COUNTED = ("sheet_no", "parcel_no")


def _placeholder(name: str, *with_it: str) -> Spoil:
    """Something of WRITTEN in a column, and nothing in those that depend on it."""

    def spoil(rng: np.random.Generator, batch: ProvinceBatch, rows: Integers, _: Integers) -> None:
        as_text = name not in _COUNTED or system(batch.profile.system).numbers == "text"
        words = WRITTEN if as_text else ["0"]  # where numbers are numbers, nothing else can be written
        put(batch, name, rows, pick(words, rng.integers(len(words), size=len(rows))))
        for other in with_it:
            put(batch, other, rows, pa.nulls(len(rows), batch.columns[other].type))

    return spoil


SPOIL_PLACEHOLDERS: dict[str, Spoil] = {
    "placeholder_for_sheet": _placeholder("sheet_no"),
    "placeholder_for_number": _placeholder("parcel_no"),
    "placeholder_for_use": _placeholder("land_use", "land_use_areas"),
    "placeholder_for_id": _placeholder("national_id"),
    "placeholder_for_key": _placeholder("source_key"),
    "placeholder_for_address": _placeholder("address"),
    "placeholder_for_use_areas": _placeholder("land_use_areas"),
}
