"""`people/<commune>.parquet`: what the delivery says of the people of its parcels beyond a row's own land user; and
`people_rows.parquet`: the rows of tables of people that were not used. Left by conform.

Private: check and load read them, and nothing of the people is repeated in a finding, a report or a log.
"""

import hashlib
import shutil
from pathlib import Path

import pyarrow as pa
import pyarrow.parquet as pq

from parcels.people import PEOPLE_SCHEMA
from sync.folder.files import PRIVATE_FILE, private_folder

PEOPLE = "people"
PEOPLE_ROWS = "people_rows.parquet"
# Why a row was not used, the strongest first. conflict: others say otherwise of the same key, and are more. repeated: an
# earlier row says the same. too_many: of one parcel more than can be kept, so none of them. by_nobody: a user or certificate that no right which was used names.
WHYS = (
    "no_key",
    "conflict",
    "repeated",
    "parcel_unknown",
    "parcel_several",
    "user_unknown",
    "certificate_unknown",
    "names_nobody",
    "too_many",
    "by_nobody",
)
# parcels: rows of the snapshot that the fault is told of: of a right the parcel that it names; of the first contradicting
# copy of a user or certificate those that he, or it, belongs to.
PEOPLE_ROWS_SCHEMA = pa.schema(
    [
        pa.field("part_no", pa.int32(), nullable=False),
        pa.field("holds", pa.string(), nullable=False),
        pa.field("row", pa.int64(), nullable=False),
        pa.field("why", pa.string(), nullable=False),
        pa.field("parcels", pa.list_(pa.int64()), nullable=False),
    ]
)


def clear_people(run_dir: Path) -> None:
    """Take away what an earlier reading left."""
    shutil.rmtree(run_dir / PEOPLE, ignore_errors=True)
    (run_dir / PEOPLE_ROWS).unlink(missing_ok=True)


def write_people(run_dir: Path, commune: str, table: pa.Table) -> None:
    """Write the rows of one commune, where there are any."""
    if table.num_rows:
        path = private_folder(run_dir / PEOPLE) / f"{commune}.parquet"
        pq.write_table(table, path, compression="zstd")
        path.chmod(PRIVATE_FILE)


def read_people(run_dir: Path, commune: str) -> pa.Table:
    """The rows of one commune; empty where the run's lists say nothing of people."""
    path = run_dir / PEOPLE / f"{commune}.parquet"
    return pq.read_table(path) if path.is_file() else PEOPLE_SCHEMA.empty_table()


def write_people_rows(run_dir: Path, table: pa.Table) -> None:
    """Write the rows of tables that were not used."""
    path = run_dir / PEOPLE_ROWS
    pq.write_table(table, path, compression="zstd")
    path.chmod(PRIVATE_FILE)


def load_people_rows(run_dir: Path) -> pa.Table:
    """The rows of tables that were not used; empty where the run had no table of people."""
    path = run_dir / PEOPLE_ROWS
    return pq.read_table(path) if path.is_file() else PEOPLE_ROWS_SCHEMA.empty_table()


def people_digests(run_dir: Path) -> list[str]:
    """A line for each part, in order of commune, for the hash of the snapshot; none where nothing was said of people."""
    lines = []
    for path in sorted((run_dir / PEOPLE).glob("*.parquet")):
        with path.open("rb") as file:
            lines.append(f"{hashlib.file_digest(file, 'sha256').hexdigest()}  {PEOPLE}/{path.name}\n")
    return lines
