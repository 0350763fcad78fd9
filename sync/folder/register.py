"""What became of each case of the register of findings in a run: for reports, which are made without a database too.

`register.json` counts by state, `register.parquet` has a row per case. Left by load.
"""

from pathlib import Path
from typing import Any, ClassVar

import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.parquet as pq

from parcels.bilingual import Bilingual
from sync.folder.document import Document, Upgrade

REGISTER = "register.parquet"

# What became of a case in a run. `waiting` was found in what did not go live and is on no register yet.
STATE_WORDS: dict[str, Bilingual] = {
    "new": Bilingual("mới", "new"),
    "open": Bilingual("vẫn còn", "still open"),
    "returned": Bilingual("xuất hiện lại", "returned"),
    "accepted": Bilingual("được chấp nhận", "accepted"),
    "fixed": Bilingual("đã hết", "fixed"),
    "retired": Bilingual("không còn kiểm tra", "no longer checked"),
    "waiting": Bilingual("chưa vào sổ", "not on the register yet"),
}
STATES = tuple(STATE_WORDS)

# A row per case that the run found or settled.
#   state        of STATES but `waiting`, after the run
#   first_seen_at, state_since   UTC
REGISTER_SCHEMA = pa.schema(
    [
        pa.field("finding_id", pa.string(), nullable=False),
        pa.field("check_code", pa.string(), nullable=False),
        pa.field("commune_code", pa.string(), nullable=False),
        pa.field("other_commune_code", pa.string()),
        pa.field("state", pa.string(), nullable=False),
        pa.field("first_seen_at", pa.timestamp("us"), nullable=False),
        pa.field("state_since", pa.timestamp("us"), nullable=False),
        pa.field("excused_until", pa.date32()),
        pa.field("times_returned", pa.int32(), nullable=False),
    ]
)


def _apart(content: dict[str, Any]) -> dict[str, Any]:
    """Version 1 had the counts of the run beside `communes`."""
    communes = content.pop("communes")
    return {"counts": content, "communes": communes}


class RegisterCounts(Document):
    """Cases by STATES: of the run, and of each commune by code."""

    FILE: ClassVar[str] = "register.json"
    UPGRADES: ClassVar[tuple[Upgrade, ...]] = (_apart,)

    counts: dict[str, int]
    communes: dict[str, dict[str, int]]


def write_register(run_dir: Path, cases: pa.Table) -> None:
    """Leave the cases (REGISTER_SCHEMA) in a run's folder, whole or not at all."""
    part = run_dir / f".{REGISTER}.part"
    pq.write_table(cases, part)
    part.replace(run_dir / REGISTER)


def load_register(run_dir: Path) -> pa.Table | None:
    """The cases of a run, REGISTER_SCHEMA; None before the load."""
    path = run_dir / REGISTER
    return pq.read_table(path) if path.exists() else None


def states_of(findings: pa.Table, register: pa.Table | None) -> pa.Table:
    """Of each finding (FINDINGS_SCHEMA, in its order) what the register says: `state`, `first_seen_at`.

    `waiting` where it was found in what did not go live; NULL in both where there is no register (offline).
    """
    if register is None:
        return pa.table(
            {
                "state": pa.nulls(len(findings), pa.string()),
                "first_seen_at": pa.nulls(len(findings), pa.timestamp("us")),
            }
        )
    at = pc.index_in(findings["finding_id"], value_set=register["finding_id"].combine_chunks())
    return pa.table(
        {
            "state": pc.fill_null(register["state"].combine_chunks().take(at), "waiting"),
            "first_seen_at": register["first_seen_at"].combine_chunks().take(at),
        }
    )
