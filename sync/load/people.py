"""What a delivery says of people beside its parcels, as items of the accepted rows, ready to copy."""

from collections.abc import Iterator

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from parcels.arrays import one_array
from parcels.column import Record
from parcels.columns import COME_AND_GO, RECORDS
from parcels.content_hash import content_hash, to_hex


def items_of_people(
    people: pa.Table, row_nos: pa.ChunkedArray, key: bytes
) -> Iterator[tuple[Record, pa.Table]]:
    """What comes and goes of these rows of the snapshot; each thing once, however often it is said.

    people  PEOPLE_SCHEMA. The numbers of items are their order by content: which live one each of them is, the merge finds.
    """
    if not people.num_rows:  # as in most deliveries
        return
    mine = people.filter(pc.is_in(people["row_no"], value_set=one_array(row_nos)))
    for record in COME_AND_GO:
        said = mine.filter(pc.equal(mine["says"], record))
        if said.num_rows:
            nothing = pa.array(np.zeros(said.num_rows, np.int16))
            items = hashed_items(record, said, said["row_no"], nothing, key)
            yield record, each_once(items.drop_columns(["item_no"]))


def each_once(items: pa.Table) -> pa.Table:
    """Hashed items of rows, identical ones once, and as `item_no` their order by content within the row."""
    row_no = items["row_no"].to_numpy()
    if np.all(row_no[1:] > row_no[:-1]):  # of every row one, as in most deliveries
        return items.add_column(1, "item_no", pa.array(np.ones(len(row_no), np.int16)))
    items = items.sort_by([("row_no", "ascending"), ("content_hash", "ascending")])
    row_no, content = items["row_no"].to_numpy(), items["content_hash"].to_numpy()
    repeated = np.r_[False, (row_no[1:] == row_no[:-1]) & (content[1:] == content[:-1])][: len(row_no)]
    items = items.filter(pa.array(~repeated))
    row_no = items["row_no"].to_numpy()
    number = np.arange(1, len(row_no) + 1) - np.searchsorted(row_no, row_no)
    return items.add_column(1, "item_no", pa.array(number, pa.int16()))


def hashed_items(
    record: Record, values: pa.Table, row_no: pa.Array, item_no: pa.Array, key: bytes | None
) -> pa.Table:
    """Items of a record with their content hashes, as its staging has them."""
    columns = {column.name: values[column.name] for column in RECORDS[record]}
    hashes = to_hex(content_hash(values, record, key=key))
    hashed = pc.binary_join_element_wise("\\x", hashes, "")
    return pa.table({"row_no": row_no, "item_no": item_no, **columns, "content_hash": hashed})
