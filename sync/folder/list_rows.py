"""`list_rows.parquet`: the rows of lists that gave no parcel anything, each with its row and why. Left by conform.

Nothing of the people in a list: what the row names a parcel by, and the parcel of the map that has its national id.
"""

from pathlib import Path

import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.parquet as pq

from sync.folder.files import PRIVATE_FILE

LIST_ROWS = "list_rows.parquet"
# title, footer: the row is none of the table. The others: it is, and no parcel of the map is meant by it.
BESIDE = ("title", "footer")
WHYS = (*BESIDE, "no_key", "other_number", "commune_not_on_map", "sheet_not_on_map", "parcel_not_on_map")
KEY = ("commune_code", "sheet_no", "parcel_no")
SCHEMA = pa.schema(
    [
        pa.field("part_no", pa.int32(), nullable=False),
        pa.field("row", pa.int64(), nullable=False),
        pa.field("why", pa.string(), nullable=False),
        *(pa.field(name, pa.string()) for name in (*KEY, "national_id")),
        *(pa.field(f"of_{name}", pa.string()) for name in KEY),
    ]
)


def write_list_rows(run_dir: Path, tables: list[pa.Table]) -> None:
    """Write the table, where there is any list."""
    if tables:
        path = run_dir / LIST_ROWS
        pq.write_table(pa.concat_tables(tables), path, compression="zstd")
        path.chmod(PRIVATE_FILE)


def load_list_rows(run_dir: Path) -> pa.Table:
    """The table; empty where the run had no list, or was of before."""
    path = run_dir / LIST_ROWS
    return pq.read_table(path) if path.is_file() else SCHEMA.empty_table()


def unmatched(run_dir: Path) -> pa.Table:
    """The rows that are rows of a table and mean no parcel of the map."""
    rows = load_list_rows(run_dir)
    return rows.filter(pc.invert(pc.is_in(rows["why"], value_set=pa.array(BESIDE))))
