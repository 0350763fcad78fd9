"""`people/<commune>.parquet`: what the delivery says of the people of its parcels beyond a row's own land user. Left by conform.

Private: nobody but the load reads it, restrictions and transferees of it so far, and nothing of it is repeated in a finding, a report or a log.
"""

import shutil
from pathlib import Path

import pyarrow as pa
import pyarrow.parquet as pq

from parcels.people import PEOPLE_SCHEMA
from sync.folder.files import PRIVATE_FILE, private_folder

PEOPLE = "people"


def clear_people(run_dir: Path) -> None:
    """Take away what an earlier reading left."""
    shutil.rmtree(run_dir / PEOPLE, ignore_errors=True)


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
