"""What the checks are handed of people: further users and certificates of a commune's parcels, and faults of the tables by parcel."""

from pathlib import Path
from typing import Final

import pyarrow as pa
import pyarrow.compute as pc

from parcels.arrays import one_array
from sync.folder.people import read_people
from validators.people_rights import PEOPLE_FAULTS

# Why a row was not used → what is wrong with its parcel, and with what of it.
_FAULTS: Final = {
    ("users", "conflict"): ("conflict", "user"),
    ("certificates", "conflict"): ("conflict", "certificate"),
    ("rights", "user_unknown"): ("orphan", "user"),
    ("rights", "certificate_unknown"): ("orphan", "certificate"),
}


def people_here(run_dir: Path, code: str) -> pa.Table | None:
    """PEOPLE_SCHEMA of one commune; None where nothing more is said of it."""
    people = read_people(run_dir, code)
    return people if people.num_rows else None


def people_faults(rows: pa.Table) -> pa.Table | None:
    """PEOPLE_FAULTS of the whole delivery, from the rows of tables that were not used; None where there is none."""
    found = []
    for (holds, why), (fault, what) in _FAULTS.items():
        mine = rows.filter(pc.and_(pc.equal(rows["holds"], holds), pc.equal(rows["why"], why)))
        parcels = pc.unique(pc.list_flatten(one_array(mine["parcels"])))
        n = len(parcels)
        columns = [parcels, pa.repeat(pa.scalar(fault), n), pa.repeat(pa.scalar(what), n)]
        found.append(pa.table(columns, schema=PEOPLE_FAULTS))
    every = pa.concat_tables(found)
    return every if every.num_rows else None
