"""Proposals of repairs on their way from the check stage to the reports: `judgement/repairs.parquet`."""

from pathlib import Path

import pyarrow as pa
import pyarrow.parquet as pq

REPAIRS = "repairs.parquet"


def load_repairs(judgement: Path) -> pa.Table:
    """Every proposal in the folder of a judgement; `validators.repairs.REPAIRS_SCHEMA`, in order of commune."""
    return pq.read_table(judgement / REPAIRS)
