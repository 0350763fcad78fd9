"""What the register said of a run, in the run's folder: for reports, which are made without a database too."""

from pathlib import Path
from typing import Any

import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.parquet as pq

from parcels.bilingual import Bilingual
from sync.folder.files import read_json, write_json

REGISTER_JSON = "register.json"
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


def keep(folder: Path, counts: dict[str, Any], told: pa.Table) -> None:
    """Leave register.json and register.parquet in a run's folder."""
    pq.write_table(told, folder / f".{REGISTER}.part")
    (folder / f".{REGISTER}.part").replace(folder / REGISTER)
    write_json(folder / REGISTER_JSON, counts)


def register_counts(folder: Path) -> dict[str, Any] | None:
    """register.json of a run's folder: STATES and, under `communes`, the same of each; None before the load."""
    return read_json(folder / REGISTER_JSON) if (folder / REGISTER_JSON).exists() else None


def load_register(folder: Path) -> pa.Table | None:
    """register.parquet of a run's folder, REGISTER_SCHEMA; None before the load."""
    return pq.read_table(folder / REGISTER) if (folder / REGISTER).exists() else None


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
