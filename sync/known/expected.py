"""What the land statistics expect of communes, as the checks are handed it: from the database, a context file, a file of one's own."""

from collections import defaultdict

import pyarrow as pa

from validators.base import Expectation
from validators.live import EXPECTED_SCHEMA


def newest(*tables: pa.Table | None) -> pa.Table:
    """EXPECTED_SCHEMA: of every commune and figure the one of the latest day; of several the first table's."""
    given = [table.select(EXPECTED_SCHEMA.names) for table in tables if table is not None]
    every = pa.concat_tables([EXPECTED_SCHEMA.empty_table(), *given]).cast(EXPECTED_SCHEMA)
    best: dict[tuple[str, str], dict[str, object]] = {}
    for row in every.to_pylist():  # a row per commune and figure, not per parcel
        key = (row["commune_code"], row["figure"])
        if key not in best or row["stated_on"] > best[key]["stated_on"]:
            best[key] = row
    return pa.Table.from_pylist([best[key] for key in sorted(best)], schema=EXPECTED_SCHEMA)


def by_commune(table: pa.Table) -> dict[str, tuple[Expectation, ...]]:
    """Commune code → its figures."""
    found: defaultdict[str, list[Expectation]] = defaultdict(list)
    for row in table.to_pylist():
        found[row.pop("commune_code")].append(Expectation(**row))
    return {code: tuple(figures) for code, figures in found.items()}
