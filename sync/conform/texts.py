"""Text in the encodings of old systems (TCVN3, VNI …) to Unicode, before any other reading of a value.

A column is converted once, as a whole, or not at all; what it said before is kept beside the row.
"""

from dataclasses import dataclass
from typing import Any

import pyarrow as pa

from sync.conform.parts import ReadPart

RAW_TYPE = pa.map_(pa.string(), pa.string())


@dataclass(frozen=True, slots=True)
class Converted:
    """A batch after conversion. `raw` (n,): delivered column → text as delivered; NULL where nothing was converted."""

    batch: pa.RecordBatch
    raw: pa.Array


class Texts:
    """One part's text columns: what encoding each is in, and how many values were converted or could not be."""

    def __init__(self, part: ReadPart) -> None:
        self._part = part

    def convert(self, batch: pa.RecordBatch) -> Converted:
        """The batch with Unicode text in every text column."""
        return Converted(batch, pa.nulls(batch.num_rows, RAW_TYPE))

    def report(self) -> list[dict[str, Any]]:
        """For conform.json: an entry per column that was converted, is mixed or lost characters."""
        return []
